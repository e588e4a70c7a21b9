// SPDX-License-Identifier: GPL-2.0-or-later
/* Crash points; see crash.h. */
#include "daemon/crash.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const char *chosen;

void sluice_crash_points_enable(void)
{
	chosen = getenv("SLUICE_CRASH_AT");
}

void sluice_crash_point(const char *name)
{
	if (chosen && !strcmp(chosen, name))
		raise(SIGKILL);
}
