// SPDX-License-Identifier: GPL-2.0-or-later
/* Times as people type them; see duration.h. */
#include "duration.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static uint64_t within(uint64_t number, uint64_t unit_ms, uint64_t maximum)
{
	return number > maximum / unit_ms ? 0 : number * unit_ms;
}

uint64_t sluice_duration_parse(const char *text, uint64_t maximum)
{
	static const struct {
		char unit;
		uint64_t ms;
	} units[] = {{'s', 1000}, {'m', 60 * 1000}, {'h', 60 * 60 * 1000}};
	char *end;
	uint64_t number;

	if (*text < '0' || *text > '9')
		return 0;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno)
		return 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (*end == units[i].unit && !end[1])
			return within(number, units[i].ms, maximum);
	return 0;
}
