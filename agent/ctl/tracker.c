// SPDX-License-Identifier: GPL-2.0-or-later
/* Who began which conversation; see tracker.h. */
#include <stdbool.h>
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

/* @unanswered: TCP, begun by a SYN that no SYN+ACK has answered yet */
struct slot {
	struct tuple tuple;
	struct sluice_track track;
	bool unanswered;
};

struct sluice_tracker {
	struct slot *slot;		/* open addressing, at most half full */
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

static struct slot *find(const struct sluice_tracker *tracker, const struct tuple *tuple)
{
	size_t i = hash(tuple) & (tracker->slots - 1);

	while (tracker->slot[i].tuple.used &&
	       memcmp(&tracker->slot[i].tuple, tuple, sizeof(*tuple)))
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

/* The flow of an ICMP error is that of the packet which it quotes, seen from its answering end. */
static struct tuple tuple_of_error(const struct sluice_facts *facts)
{
	struct sluice_facts quoted = *facts;
	struct tuple tuple;

	quoted.source = facts->destination;
	quoted.destination = facts->quoted;
	tuple = tuple_of(&quoted);
	return turn(&tuple);
}

static struct slot *find_flow(const struct sluice_tracker *tracker,
			      const struct sluice_facts *facts, bool *reply)
{
	bool error = facts->kind == SLUICE_KIND_ICMP_ERROR;
	struct tuple tuple = error ? tuple_of_error(facts) : tuple_of(facts);
	struct tuple turned = turn(&tuple);
	struct slot *slot = find(tracker, &tuple);

	*reply = false;
	if (slot->tuple.used)
		return slot;
	slot = find(tracker, &turned);
	*reply = slot->tuple.used;
	return slot->tuple.used ? slot : NULL;
}

static bool is_segment(const struct sluice_facts *facts)
{
	return facts->protocol == SLUICE_PROTOCOL_TCP && facts->kind == SLUICE_KIND_PLAIN;
}

/*
 * Segments that connection tracking takes for TCP, whatever PSH says; all others it calls invalid, and they are of no flow:
 * each but the first of a connection acknowledges something (RFC 9293, 3.10.7.4).
 */
static bool is_valid_segment(const struct sluice_facts *facts)
{
	switch (facts->tcp_flags & ~SLUICE_TCP_PSH) {
	case SLUICE_TCP_SYN:
	case SLUICE_TCP_SYN | SLUICE_TCP_URG:
	case SLUICE_TCP_SYN | SLUICE_TCP_ACK:
	case SLUICE_TCP_ACK:
	case SLUICE_TCP_ACK | SLUICE_TCP_URG:
	case SLUICE_TCP_FIN | SLUICE_TCP_ACK:
	case SLUICE_TCP_FIN | SLUICE_TCP_ACK | SLUICE_TCP_URG:
	case SLUICE_TCP_RST:
	case SLUICE_TCP_RST | SLUICE_TCP_ACK:
		return true;
	}
	return false;
}

static __u32 step_of(const struct sluice_facts *facts)
{
	return facts->tcp_flags & (SLUICE_TCP_SYN | SLUICE_TCP_ACK | SLUICE_TCP_FIN | SLUICE_TCP_RST);
}

/* Of TCP's states only how a connection is begun: what a tap of one direction records is none. */
static bool fits_state(const struct slot *slot, const struct sluice_facts *facts, bool reply)
{
	switch (step_of(facts)) {
	case SLUICE_TCP_SYN:
		return !reply || slot->unanswered;
	case SLUICE_TCP_SYN | SLUICE_TCP_ACK:
		return reply;
	case SLUICE_TCP_ACK:
		return reply || !slot->unanswered;
	case SLUICE_TCP_FIN | SLUICE_TCP_ACK:
		return !slot->unanswered;
	}
	return true;
}

struct sluice_flow sluice_tracker_look(const struct sluice_tracker *tracker,
				       const struct sluice_facts *facts,
				       struct sluice_track *track)
{
	struct sluice_flow flow = { .state = SLUICE_FLOW_STATE_NEW };
	bool reply;
	struct slot *slot = find_flow(tracker, facts, &reply);

	memset(track, 0, sizeof(*track));
	if (is_segment(facts) &&
	    (!is_valid_segment(facts) || (slot && !fits_state(slot, facts, reply))))
		return (struct sluice_flow){ .state = SLUICE_FLOW_STATE_NONE };
	if (!slot)
		return flow;
	*track = slot->track;
	flow.reply = reply;
	flow.state = facts->kind == SLUICE_KIND_ICMP_ERROR ? SLUICE_FLOW_STATE_RELATED :
							      SLUICE_FLOW_STATE_ESTABLISHED;
	return flow;
}

static void grow(struct sluice_tracker *tracker)
{
	struct sluice_tracker larger = { .slots = tracker->slots * 2 };

	larger.slot = sluice_allocate(larger.slots, sizeof(*larger.slot));
	for (size_t i = 0; i < tracker->slots; i++)
		if (tracker->slot[i].tuple.used)
			*find(&larger, &tracker->slot[i].tuple) = tracker->slot[i];
	free(tracker->slot);
	tracker->slot = larger.slot;
	tracker->slots = larger.slots;
}

void sluice_tracker_take(struct sluice_tracker *tracker, const struct sluice_facts *facts,
			 const struct sluice_track *track)
{
	__u32 step = is_segment(facts) ? step_of(facts) : 0;
	struct tuple tuple = tuple_of(facts);
	bool reply;
	struct slot *slot = find_flow(tracker, facts, &reply);

	if (slot) {
		slot->track = *track;
		if (reply && step == (SLUICE_TCP_SYN | SLUICE_TCP_ACK))
			slot->unanswered = false;
		return;
	}
	if (2 * (tracker->count + 1) > tracker->slots)
		grow(tracker);
	*find(tracker, &tuple) = (struct slot){ tuple, *track, step == SLUICE_TCP_SYN };
	tracker->count++;
}
