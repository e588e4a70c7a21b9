// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wall clock: a table of looks, one after the other over the same memory, and what the daemon
 * then believes; the stored time over restarts and reboots.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/wall.h"
#include "lib/memory.h"
#include "tests/lib/ktap.h"

/* 2026-12-01T10:00:00Z */
#define T 1796119200

struct look {
	const char *what;
	int64_t now;		/* beyond T */
	int64_t uptime;
	bool synchronised;
	uint64_t error_us;
	bool sure;
	const char *because;	/* a part of the sentence */
};

static void play(const struct look *looks, size_t count, struct sluice_wall *wall)
{
	for (size_t i = 0; i < count; i++) {
		struct sluice_wall_look look = {T + looks[i].now, looks[i].uptime,
						looks[i].synchronised, looks[i].error_us};
		bool before = wall->sure;
		bool changed = sluice_wall_judge(wall, &look);

		ktap_ok(wall->sure == looks[i].sure && changed == (before != wall->sure) &&
				strstr(wall->why, looks[i].because),
			"%s: %s (%s)", looks[i].what, wall->sure ? "sure" : "unsure", wall->why);
	}
}

static const struct look day[] = {
	{"it boots without a time source", 0, 10, false, 16000000, false, "no time source"},
	{"a source speaks", 1, 11, true, 2000, true, "at most 2 ms"},
	{"its error is just below a second", 2, 12, true, 999999, true, "999 ms"},
	{"its error is a second", 3, 13, true, 1000000, false, "off by 1000 ms"},
	{"it is better again", 4, 14, true, 500, true, "synchronised"},
	{"a step of 60 s is no step", 65, 15, true, 500, true, "synchronised"},
	{"61 s in all are one", 67, 16, true, 500, false, "stepped by 61 s"},
	{"time alone does not mend it", 5067, 5016, true, 500, false, "stepped by 61 s"},
	{"the source goes", 5068, 5017, false, 500, false, "no time source"},
	{"and speaks again: it has seen the step", 5069, 5018, true, 500, true, "synchronised"},
	{"somebody sets it back by a day: the source is gone", -81331, 5019, false, 0, false,
	 "no time source"},
	{"a source says that it is yesterday", -81330, 5020, true, 500, true, "synchronised"},
};

static const struct look late[] = {
	{"before the lower bound", -3, 10, true, 500, false, "before 2026-12-01T09:59:58Z"},
	{"at it, but uptime has passed", -2, 11, true, 500, false, "has passed already"},
	{"where it must be at least", 0, 12, true, 500, true, "synchronised"},
	{"1970", -T, 13, true, 500, false, "stepped by -"},
};

static const struct look first_sync[] = {
	{"a wrong battery", -7200, 5, false, 16000000, false, "no time source"},
	{"stepped and synchronised between two looks", 2, 7, true, 500, true, "synchronised"},
};

#define PLAY(looks, wall) play(looks, sizeof(looks) / sizeof((looks)[0]), wall)

static void test_bound(void)
{
	struct sluice_wall wall = {};

	ktap_ok(sluice_wall_bound(&wall, 100) == 0, "nothing known: no bound");
	sluice_wall_raise(&wall, T, 100);
	ktap_ok(sluice_wall_bound(&wall, 100) == T - 2, "the bound is what is known, but for rounding");
	ktap_ok(sluice_wall_bound(&wall, 160) == T + 58, "and rises with uptime");
	sluice_wall_raise(&wall, T + 30, 160);
	ktap_ok(sluice_wall_bound(&wall, 160) == T + 58, "older news does not lower it");
	sluice_wall_raise(&wall, 1ULL << 40, 160);
	ktap_ok(sluice_wall_bound(&wall, 160) == T + 58, "the end of time is not believed");
}

static uint64_t recalled(const char *text, int64_t uptime, const char *boot)
{
	struct sluice_wall wall = {};
	char *copy = sluice_copy_text(text);
	bool ours = sluice_wall_recall(&wall, copy, uptime, boot);

	free(copy);
	return ours ? sluice_wall_bound(&wall, uptime) : 0;
}

static void test_stored(void)
{
	char *text = sluice_wall_print(T, 500, "boot-1");

	ktap_ok(recalled(text, 560, "boot-1") == T + 58, "restarted: the time since is counted");
	ktap_ok(recalled(text, 30, "boot-2") == T + 28, "rebooted: all of the new uptime is");
	ktap_ok(recalled(text, 9, "boot-1") == 0, "uptime that went back is not believed");
	free(text);
	ktap_ok(recalled("sluice-time 2\n", 9, "b") == 0, "another form is refused");
	ktap_ok(recalled("sluice-time 1\ntime x\n", 9, "b") == 0, "garbage is refused");
	ktap_ok(recalled("sluice-time 1\ntime 1099511627776\nuptime 1\nboot b\n", 9, "b") == 0,
		"the end of time is refused");
}

int main(void)
{
	struct sluice_wall wall = {}, behind = {}, fresh = {};

	PLAY(day, &wall);
	sluice_wall_raise(&behind, T, 10);
	PLAY(late, &behind);
	PLAY(first_sync, &fresh);
	test_bound();
	test_stored();
	free(wall.why);
	free(behind.why);
	free(fresh.why);
	return ktap_done();
}
