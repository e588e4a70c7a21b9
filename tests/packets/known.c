// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/packets/known.h"

#include <string.h>

#define NANOSECONDS PACKET_NANOSECONDS
#define SPENT (NANOSECONDS + SLUICE_BURST_NANOSECONDS)
#define NO_CONDUIT_OF_THAT_NAME (SLUICE_PACKET_ANY - 1)

static struct sluice_counters counters_of(enum packet_spent spent)
{
	switch (spent) {
	case PACKET_SPENT_PACKETS:
		return (struct sluice_counters){ .packets_due = SPENT, .replies_due = SPENT };
	case PACKET_SPENT_NEW_CONNECTIONS:
		return (struct sluice_counters){ .connections_due = SPENT };
	case PACKET_SPENT_CONNECTIONS:
		return (struct sluice_counters){ .concurrent = 0xffffffff };
	case PACKET_SPENT_HOUR:
		return (struct sluice_counters){
			.hour_since = NANOSECONDS - SLUICE_HOUR_NANOSECONDS + 1,
			.hour_bytes = 2901,
		};
	case PACKET_SPENT_LAST_HOUR:
		return (struct sluice_counters){
			.hour_since = NANOSECONDS - SLUICE_HOUR_NANOSECONDS,
			.hour_bytes = 3000,
		};
	case PACKET_SPENT_SPARE:
		return (struct sluice_counters){ .spare_due = SPENT };
	case PACKET_SPENT_NOTHING:
		break;
	}
	return (struct sluice_counters){ 0 };
}

static unsigned int conduit_of(const struct site *site, const char *name)
{
	size_t conduits = site->policy->conduits + site->gateway->managements + site->policy->zones;
	unsigned int i;

	if (!name)
		return SLUICE_PACKET_ANY;
	for (i = 1; i <= conduits; i++)
		if (!strcmp(site_conduit_name(site, i), name))
			return i;
	return *name ? NO_CONDUIT_OF_THAT_NAME : 0;
}

struct sluice_packet_case packet_known(const struct site *site, const struct packet_case *test,
				       struct frame *frame)
{
	packet_build(test, frame);
	return (struct sluice_packet_case){
		.name = test->name,
		.bytes = frame->bytes,
		.length = frame->length,
		.port = (__u16)(test->port ? site_port(site, test->port) : 0),
		.layer = (__u8)(test->layer ? test->layer : SLUICE_LAYER_FORWARD),
		.whole = !!test->whole,
		.no_policy = !!test->no_policy,
		.untracked = !!test->untracked,
		.flow = test->flow,
		.standing = test->standing,
		.clock = {
			.now = test->now ? test->now : PACKET_USUAL_TIME,
			.lower_bound = test->lower_bound,
			.nanoseconds = NANOSECONDS,
			.sure = !test->unsure,
		},
		.track = test->track,
		.counters = counters_of(test->spent),
		.reason = (__u8)test->reason,
		.conduit = (__u16)conduit_of(site, test->conduit),
	};
}
