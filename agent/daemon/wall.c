// SPDX-License-Identifier: GPL-2.0-or-later
/* The wall clock, as far as it can be judged without asking the kernel; see wall.h. */
#include "daemon/wall.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "sluice.h"
#include "trust/envelope.h"

#define HEAD "sluice-time 1\n"
#define ERROR_MAX_US 1000000
/* Whole seconds of two clocks, read one after the other: the bound may be ahead by one and by that. */
#define SLACK 2

uint64_t sluice_wall_bound(const struct sluice_wall *wall, int64_t uptime)
{
	if (!wall->bound)
		return 0;
	return wall->bound + (uint64_t)(uptime > wall->bound_at ? uptime - wall->bound_at : 0);
}

void sluice_wall_raise(struct sluice_wall *wall, uint64_t time, int64_t uptime)
{
	if (time >= SLUICE_CLOCK_LATEST || time <= SLACK || time - SLACK <= sluice_wall_bound(wall, uptime))
		return;
	wall->bound = time - SLACK;
	wall->bound_at = uptime;
}

/* ---- Sure or not ---- */

/*
 * Setting the clock takes the kernel's synchronisation away; shifting it by adjtimex() does not. So
 * whoever synchronises it after a look without has seen the step, and nobody else has.
 */
static void note_step(struct sluice_wall *wall, const struct sluice_wall_look *look)
{
	int64_t offset = look->now - look->uptime;
	int64_t step = wall->looked ? offset - wall->offset : 0;

	if (!wall->looked)
		wall->offset = offset;
	if (!look->synchronised)
		wall->step = 0;
	if (step >= -SLUICE_CLOCK_STEP && step <= SLUICE_CLOCK_STEP)
		return;
	wall->offset = offset;
	wall->step = look->synchronised && wall->was_synchronised ? step : 0;
}

/* Return: why it is not sure, or NULL. */
static char *doubt(const struct sluice_wall *wall, const struct sluice_wall_look *look)
{
	uint64_t bound = sluice_wall_bound(wall, look->uptime);
	char text[32];

	if (!look->synchronised)
		return sluice_copy_text("no time source disciplines the clock");
	if (look->error_us >= ERROR_MAX_US)
		return sluice_format("the clock may be off by %" PRIu64 " ms",
				     look->error_us / 1000);
	if (wall->step)
		return sluice_format("the clock was stepped by %" PRId64
				     " s while it seemed synchronised", wall->step);
	if (look->now >= 0 && (uint64_t)look->now >= bound)
		return NULL;
	sluice_time_text(bound, text);
	return sluice_format("the clock shows a time before %s, which has passed already", text);
}

bool sluice_wall_judge(struct sluice_wall *wall, const struct sluice_wall_look *look)
{
	bool was = wall->sure;
	char *why;

	note_step(wall, look);
	why = doubt(wall, look);
	wall->sure = !why;
	wall->was_synchronised = look->synchronised;
	if (wall->sure)
		wall->last_sure = (uint64_t)look->now;
	if (wall->sure && !was)
		wall->offset = look->now - look->uptime;
	if (wall->sure != was || !wall->looked)
		wall->since = look->now > 0 ? (uint64_t)look->now : 0;
	wall->looked = true;
	free(wall->why);
	wall->why = why ? why : sluice_format("synchronised, off by at most %" PRIu64 " ms",
					      look->error_us / 1000);
	return wall->sure != was;
}

/* ---- What is stored ---- */

char *sluice_wall_print(uint64_t time, int64_t uptime, const char *boot)
{
	return sluice_format(HEAD "time %" PRIu64 "\nuptime %" PRId64 "\nboot %s\n", time, uptime,
			     boot);
}

bool sluice_wall_recall(struct sluice_wall *wall, char *text, int64_t uptime, const char *boot)
{
	uint64_t time;
	int64_t then;
	char where[64];

	if (strncmp(text, HEAD, strlen(HEAD)))
		return false;
	if (sscanf(text + strlen(HEAD), "time %" SCNu64 " uptime %" SCNd64 " boot %63s", &time,
		   &then, where) != 3 || then < 0 || time >= SLUICE_CLOCK_LATEST)
		return false;
	/* Of an earlier boot: all of this one came after it. */
	if (strcmp(where, boot))
		then = 0;
	if (then > uptime)
		return false;
	sluice_wall_raise(wall, time + (uint64_t)(uptime - then), uptime);
	return true;
}
