// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Room for connections: a table of needs and kernels, and what has to be set; then connections in a table that is played
 * second by second, which is never full where it is said to be enough.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/held.h"
#include "daemon/room.h"
#include "policy/policy.h"
#include "tests/lib/ktap.h"

#define GIB (1ULL << 30)

struct wish {
	const char *what;
	struct sluice_room_need need;
	struct sluice_room_kernel now;
	uint64_t max;				/* from here on: what is wanted */
	uint64_t buckets;
	uint64_t time_wait;
	bool enough;
};

static const struct wish wishes[] = {
	{"nothing is asked, nothing is set", {0, 0},
	 {65536, 65536, 120, 10, GIB}, 65536, 65536, 120, true},
	{"the connections are 80 % of the table", {1000000, 0},
	 {65536, 65536, 120, 10, 4 * GIB}, 1250001, 524288, 120, true},
	{"a table that is larger already stays", {1000, 1},
	 {500000, 500000, 120, 10, GIB}, 500000, 500000, 120, true},
	{"what ended is kept for time_wait and until it is collected", {1000, 100},
	 {4096, 4096, 120, 10, GIB}, (1000 + 18100) * 5 / 4 + 1, 32768, 120, true},
	{"as somebody has shortened it", {1000, 100},
	 {4096, 4096, 20, 10, GIB}, (1000 + 8100) * 5 / 4 + 1, 16384, 20, true},
	{"what was reset may be kept longer", {1000, 100},
	 {4096, 4096, 20, 200, GIB}, (1000 + 26100) * 5 / 4 + 1, 65536, 20, true},
	{"a memory that is too small: kept a shorter time", {1000, 2000},
	 {65536, 65536, 120, 10, GIB}, 348751, 524288, 78, true},
	{"but 30 s at least, and it is told", {1000, 10000},
	 {65536, 65536, 120, 10, GIB}, 349525, 524288, 30, false},
	{"a shorter one is not made longer", {1000, 10000},
	 {65536, 65536, 15, 10, GIB}, 349525, 524288, 15, false},
	{"the policy's connections are no question of memory", {10000000, 100},
	 {65536, 65536, 120, 10, GIB}, 12500001, 524288, 120, true},
	{"both are far too many", {1000000000, UINT32_MAX},
	 {65536, 65536, 120, 10, 1024 * GIB}, 1250000001, 536870912, 30, false},
	{"sysctl takes no more", {1000, UINT32_MAX},
	 {65536, 65536, 120, 10, 8192 * GIB}, INT32_MAX, 4294967296, 30, false},
};

static void test_plan(void)
{
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		const struct wish *wish = &wishes[i];
		struct sluice_room_kernel wanted = sluice_room_plan(&wish->need, &wish->now);
		struct sluice_room room = sluice_room_judge(&wish->need, &wanted);

		ktap_ok(wanted.max == wish->max && wanted.buckets == wish->buckets &&
				wanted.time_wait == wish->time_wait &&
				!sluice_room_seconds(&room) == wish->enough,
			"%s: %" PRIu64 " entries, %" PRIu64 " buckets, time_wait %" PRIu64, wish->what,
			wanted.max, wanted.buckets, wanted.time_wait);
	}
}

/*
 * @rate connections begin and end each second, @need->connections stay; the kernel looks for what is over every 60 s and
 * as late as it may. Return: the most entries at once.
 */
static uint64_t play(const struct sluice_room_need *need, const struct sluice_room_kernel *kernel)
{
	uint64_t entries = need->connections, most = 0, ended[1000] = {};

	for (int now = 0; now < 1000; now++) {
		uint64_t rate = need->rate * (now ? 1 : 2);

		entries += rate;
		ended[now] = rate;
		most = entries > most ? entries : most;
		for (int then = 0; now % 60 == 59 && then + (int)kernel->time_wait < now; then++) {
			entries -= ended[then];
			ended[then] = 0;
		}
	}
	return most;
}

static void test_played(void)
{
	struct sluice_room_need need = {.connections = 5000, .rate = 300};
	struct sluice_room_kernel now = {.max = 4096, .buckets = 4096, .close = 10, .memory = 4 * GIB};

	for (now.time_wait = 10; now.time_wait <= 480; now.time_wait += 47) {
		struct sluice_room_kernel wanted = sluice_room_plan(&need, &now);
		uint64_t most = play(&need, &wanted);

		ktap_ok(most * 5 / 4 <= wanted.max,
			"time_wait %" PRIu64 ": at most %" PRIu64 " in a table of %" PRIu64,
			wanted.time_wait, most, wanted.max);
	}
}

static bool told(const struct sluice_room *room, int error, const char *words, bool hint)
{
	struct sluice_messages messages;
	bool fits;

	sluice_messages_init(&messages, NULL);
	fits = sluice_room_tell(room, &messages) == error && messages.count == 1 &&
	       !strcmp(messages.item[0].text, words) && !messages.item[0].hint == !hint;
	sluice_messages_print(&messages, stdout);
	sluice_messages_release(&messages);
	return fits;
}

static void test_told(void)
{
	struct sluice_room_need need = {.connections = 1000, .rate = 10};
	struct sluice_room_kernel kernel = {.max = 3512, .time_wait = 120, .close = 10};
	struct sluice_room room = sluice_room_judge(&need, &kernel);

	ktap_ok(told(&room, 0, "1000 of 3512 connections; all conduits at their "
		     "new_connections_per_second fill the kernel's table within 251 s", true),
		"one place less than enough is a warning");
	kernel.max = 3513;
	room = sluice_room_judge(&need, &kernel);
	ktap_ok(told(&room, 0, "1000 of 3513 connections", false), "enough is a note");
	kernel.max = 1250;
	room = sluice_room_judge(&need, &kernel);
	room.refused = -EACCES;
	ktap_ok(told(&room, -ENOSPC, "the kernel tracks at most 1250 connections, the policy needs "
		     "1251; nf_conntrack_max: Permission denied", true),
		"less than the least is an error, and says why");
}

/* The agent is of another licence than the module's header, so the number stands twice. */
static void test_flows(void)
{
	FILE *file = fopen("kmod/limits.h", "r");
	unsigned int flows = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "#define SLUICE_FLOWS %u", &flows) == 1)
			break;
	if (file)
		fclose(file);
	ktap_ok(flows == SLUICE_POLICY_FLOWS, "the module counts %u connections", flows);
}

int main(void)
{
	test_plan();
	test_played();
	test_told();
	test_flows();
	return ktap_done();
}
