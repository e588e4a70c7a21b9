// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of reasons, invariants and layers; see reason.h. */
#include <ctype.h>
#include <string.h>

#include "kmod/uapi/sluice.h"
#include "reason.h"

#define NAME_BYTES 24

struct named {
	unsigned int number;
	const char *name;
	const char *text;
};

#define REASON_ROW(number, name, step, text) { number, #name, text },
#define INVARIANT_ROW(number, name, text) { number, #name, text },
#define LAYER_ROW(number, name) { number, #name, #name },

static const struct named reasons[] = { SLUICE_REASONS(REASON_ROW) };
static const struct named invariants[] = { SLUICE_INVARIANTS(INVARIANT_ROW) };
static const struct named layers[] = { SLUICE_LAYERS(LAYER_ROW) };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The lists spell names in capitals; they are lowered once, into a table that never changes again. */
static const char *lower(const struct named *named, char (*lowered)[NAME_BYTES])
{
	size_t i;

	if ((*lowered)[0])
		return *lowered;
	for (i = 0; named->name[i] && i + 1 < NAME_BYTES; i++)
		(*lowered)[i] = (char)tolower((unsigned char)named->name[i]);
	return *lowered;
}

static size_t find(const struct named *table, size_t count, unsigned int number)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].number == number)
			return i;
	return 0;
}

const char *sluice_reason_name(unsigned int reason)
{
	static char lowered[COUNT(reasons)][NAME_BYTES];
	size_t i = find(reasons, COUNT(reasons), reason);

	return lower(&reasons[i], &lowered[i]);
}

const char *sluice_reason_text(unsigned int reason)
{
	return reasons[find(reasons, COUNT(reasons), reason)].text;
}

int sluice_reason_number(const char *name)
{
	for (size_t i = 0; i < COUNT(reasons); i++)
		if (!strcmp(sluice_reason_name(reasons[i].number), name))
			return (int)reasons[i].number;
	return -1;
}

const char *sluice_invariant_name(unsigned int invariant)
{
	static char lowered[COUNT(invariants)][NAME_BYTES];
	size_t i = find(invariants, COUNT(invariants), invariant);

	return lower(&invariants[i], &lowered[i]);
}

const char *sluice_invariant_text(unsigned int invariant)
{
	return invariants[find(invariants, COUNT(invariants), invariant)].text;
}

const char *sluice_layer_name(unsigned int layer)
{
	static char lowered[COUNT(layers)][NAME_BYTES];
	size_t i = find(layers, COUNT(layers), layer);

	return lower(&layers[i], &lowered[i]);
}
