// SPDX-License-Identifier: GPL-2.0-or-later
/* Who began which conversation; see tracker.h. */
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "tracker.h"

#define FIRST_LOG2 10

/* Addresses and ports from the packet's point of view; no padding, so it compares as bytes. */
struct tuple {
	struct sluice_address source;
	struct sluice_address destination;
	__u32 source_port;
	__u32 destination_port;
	__u32 protocol;
	__u32 used;
};

struct sluice_tracker {
	struct tuple *slot;		/* open addressing, at most half full */
	size_t slots;
	size_t count;
};

_Static_assert(sizeof(struct tuple) == 48, "a tuple is compared byte by byte");

static struct tuple tuple_of(const struct sluice_facts *facts)
{
	struct tuple tuple = {
		.source = facts->source,
		.destination = facts->destination,
		.source_port = facts->source_port,
		.destination_port = facts->destination_port,
		.protocol = facts->protocol,
		.used = 1,
	};

	/* Echo: request and answer differ in type, which stands where ports do. */
	if (facts->protocol == SLUICE_PROTOCOL_ICMP || facts->protocol == SLUICE_PROTOCOL_ICMPV6) {
		tuple.source_port = 0;
		tuple.destination_port = 0;
	}
	return tuple;
}

static struct tuple turn(const struct tuple *tuple)
{
	struct tuple turned = *tuple;

	turned.source = tuple->destination;
	turned.destination = tuple->source;
	turned.source_port = tuple->destination_port;
	turned.destination_port = tuple->source_port;
	return turned;
}

static __u64 hash(const struct tuple *tuple)
{
	__u64 value = sluice_mix(tuple->source.high, tuple->source.low);

	value = sluice_mix(tuple->destination.high, value);
	value = sluice_mix(tuple->destination.low, value);
	return sluice_mix((__u64)tuple->source_port << 32 | tuple->destination_port,
			  value ^ tuple->protocol);
}

static struct tuple *find(const struct sluice_tracker *tracker, const struct tuple *tuple)
{
	size_t i = hash(tuple) & (tracker->slots - 1);

	while (tracker->slot[i].used && memcmp(&tracker->slot[i], tuple, sizeof(*tuple)))
		i = (i + 1) & (tracker->slots - 1);
	return &tracker->slot[i];
}

struct sluice_tracker *sluice_tracker_begin(void)
{
	struct sluice_tracker *tracker = sluice_allocate(1, sizeof(*tracker));

	tracker->slots = (size_t)1 << FIRST_LOG2;
	tracker->slot = sluice_allocate(tracker->slots, sizeof(*tracker->slot));
	return tracker;
}

void sluice_tracker_end(struct sluice_tracker *tracker)
{
	free(tracker->slot);
	free(tracker);
}

struct sluice_flow sluice_tracker_look(const struct sluice_tracker *tracker,
				       const struct sluice_facts *facts)
{
	struct tuple tuple = tuple_of(facts), turned = turn(&tuple);
	struct sluice_flow flow = { .state = SLUICE_FLOW_STATE_NEW };

	if (find(tracker, &tuple)->used) {
		flow.state = SLUICE_FLOW_STATE_ESTABLISHED;
	} else if (find(tracker, &turned)->used) {
		flow.state = SLUICE_FLOW_STATE_ESTABLISHED;
		flow.reply = 1;
	}
	return flow;
}

static void grow(struct sluice_tracker *tracker)
{
	struct sluice_tracker larger = { .slots = tracker->slots * 2 };

	larger.slot = sluice_allocate(larger.slots, sizeof(*larger.slot));
	for (size_t i = 0; i < tracker->slots; i++)
		if (tracker->slot[i].used)
			*find(&larger, &tracker->slot[i]) = tracker->slot[i];
	free(tracker->slot);
	tracker->slot = larger.slot;
	tracker->slots = larger.slots;
}

void sluice_tracker_take(struct sluice_tracker *tracker, const struct sluice_facts *facts)
{
	struct tuple tuple = tuple_of(facts), turned = turn(&tuple);

	if (find(tracker, &tuple)->used || find(tracker, &turned)->used)
		return;
	if (2 * (tracker->count + 1) > tracker->slots)
		grow(tracker);
	*find(tracker, &tuple) = tuple;
	tracker->count++;
}
