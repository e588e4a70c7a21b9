/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet through the whole core over any image, and what must hold of the answer however both
 * were made.
 */
#ifndef SLUICE_TESTS_FUZZ_DECIDE_H
#define SLUICE_TESTS_FUZZ_DECIDE_H

#include "tests/fuzz/input.h"
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/packets/table.h"

/* The ports of the reference plant and of the small one have the same numbers. */
static inline unsigned int decide_port(const char *name)
{
	static const char *const names[] = { "eth1", "eth2.10", "eth3", "eth0", "eth0.99", "eth4" };
	unsigned int i;

	for (i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return i + 1;
	return 0;
}

/* A packet with bytes changed and cut, in memory of exactly its length. */
static inline struct sluice_packet decide_packet(struct input *input, const struct packet_case *test)
{
	unsigned int changes = (unsigned int)input_take(input, 1);
	struct sluice_packet packet;
	struct frame frame;
	uint8_t *bytes;

	packet_build(test, &frame);
	/* mostly as it is: the image is spoilt as well */
	for (changes = changes < 128 ? 0 : changes % 5; changes; changes--) {
		uint32_t at = (uint32_t)input_take(input, 2) % (frame.length + 1);

		frame.bytes[at] = (uint8_t)input_take(input, 1);
	}
	if (input_take(input, 1) > 235)
		frame.length = (uint32_t)input_take(input, 2) % (frame.length + 1);
	bytes = malloc(frame.length ? frame.length : 1);
	FUZZ_DEMAND(bytes);
	memcpy(bytes, frame.bytes, frame.length);
	packet.bytes = bytes;
	packet.length = frame.length;
	return packet;
}

/* struct decided - everything that came out */
struct decided {
	struct sluice_facts facts;
	struct sluice_answer answer;
	struct sluice_verdict verdict;
	unsigned int layer;
	int island;
};

/* Anything that the caller may remember */
static inline void decide_spoil_state(struct input *input, struct sluice_standing *standing,
				      struct sluice_track *track, struct sluice_counters *counters,
				      struct sluice_clock *clock)
{
	standing->open_until = input_take(input, 8);
	standing->window_end = input_take(input, 4);
	standing->island = (__u8)input_take(input, 1) & 1;
	standing->lease = (__u8)input_take(input, 1) % 4;
	track->reply_bytes = input_take(input, 4);
	track->forward_packets = input_take(input, 1);
	track->reply_packets = input_take(input, 1);
	track->sequence = (__u32)input_take(input, 4);
	track->sent = (__u32)input_take(input, 4);
	track->acknowledged = (__u32)input_take(input, 4);
	track->seen = (__u8)input_take(input, 1);
	counters->spare_due = input_take(input, 8);
	counters->hour_since = input_take(input, 8);
	counters->hour_bytes = input_take(input, 8);
	clock->now = input_take(input, 8) >> (input_take(input, 1) & 63);
	clock->sure = (__u8)input_take(input, 1) & 3;
}

/*
 * Where the case comes in, its flow and its bytes, each sometimes another; all as it stands in the table
 * when the input is empty.
 */
static inline void decide_case(struct input *input, const struct sluice_image *image,
			       const struct packet_case *test, struct decided *decided)
{
	struct sluice_packet packet = decide_packet(input, test);
	struct sluice_clock clock = { .now = PACKET_USUAL_TIME, .nanoseconds = 9000000000ULL,
				      .lower_bound = test->lower_bound, .sure = !test->unsure };
	struct sluice_standing standing = test->standing;
	struct sluice_track track = test->track;
	struct sluice_track *kept = test->untracked ? NULL : &track;
	struct sluice_counters counters = { .concurrent = (__u32)input_take(input, 1) / 4 };
	struct sluice_flow flow = test->flow;

	*decided = (struct decided){ .layer = test->layer ? test->layer : SLUICE_LAYER_FORWARD };
	decided->facts.port = (__u16)decide_port(test->port);
	decided->facts.segments = (__u32)input_take(input, 1) / 8;
	if (input_take(input, 1) > 215) {
		flow.state = (__u8)input_take(input, 1) % 6;
		flow.reply = (__u8)input_take(input, 1) & 1;
		flow.translated = input_take(input, 1) > 235;
	}
	if (input_take(input, 1) > 215)
		decide_spoil_state(input, &standing, &track, &counters, &clock);
	if (input_take(input, 1) > 240)
		kept = NULL;
	if (input_take(input, 1) > 215)
		decided->layer = (unsigned int)input_take(input, 1) % 9;
	if (input_take(input, 1) > 215)
		decided->facts.port = (__u16)(input_take(input, 1) % 12);
	sluice_parse_frame(&packet, &decided->facts);
	if (test->whole || input_take(input, 1) > 240)
		decided->facts.fragment = SLUICE_FRAGMENT_WHOLE;
	if (decided->layer == SLUICE_LAYER_LOCAL_OUT) {
		decided->facts.port = 0;
		sluice_gate_local(image, &decided->facts, &decided->answer);
	} else {
		sluice_gate(image, &decided->facts, &decided->answer);
	}
	sluice_judge(image, &decided->facts, decided->layer, &decided->answer, &flow,
		     &decided->verdict);
	sluice_hold(image, &decided->facts, &standing, kept, &clock, &decided->verdict);
	decided->island = standing.island;
	sluice_charge(image, &decided->facts, &clock, &counters, kept, &decided->verdict);
	sluice_egress_zone(image, decided->facts.family, &decided->facts.destination);
	free((void *)(uintptr_t)packet.bytes);
}

static inline void decide_once(struct input *input, const struct sluice_image *image,
			       struct decided *decided)
{
	size_t pick = input_take(input, 2) % (packet_case_count + packet_routed_count);

	decide_case(input, image, pick < packet_case_count ?
		    &packet_cases[pick] : &packet_routed[pick - packet_case_count], decided);
}

/* What a direction promises, whatever the image and the state say */
static inline void decide_demand_grade(const struct sluice_facts *facts,
				       const struct sluice_verdict *verdict, __u64 flags)
{
	__u32 grade = SLUICE_CONDUIT_GRADE(flags);

	FUZZ_DEMAND(grade >= SLUICE_GRADE_INITIATE && grade <= SLUICE_GRADE_ONE_WAY);
	FUZZ_DEMAND(facts->fragment != SLUICE_FRAGMENT_PART);
	FUZZ_DEMAND(!facts->fragment || (flags & SLUICE_CONDUIT_FLAG_FRAGMENTS));
	if (!verdict->reply)
		return;
	FUZZ_DEMAND(grade != SLUICE_GRADE_ONE_WAY);
	if (grade == SLUICE_GRADE_ACK_ONLY)
		FUZZ_DEMAND(facts->kind == SLUICE_KIND_PLAIN && !facts->payload &&
			    facts->protocol == SLUICE_PROTOCOL_TCP);
}

/* Holds of every image, however corrupt. */
static inline void decide_demand(const struct sluice_image *image, const struct decided *decided)
{
	const struct sluice_verdict *verdict = &decided->verdict;
	__u32 zone = SLUICE_PORT_RECORD_ZONE(sluice_port_record(image, decided->facts.port));
	__u64 source = sluice_zone_record(image, decided->answer.source_zone);
	__u64 destination = sluice_zone_record(image, decided->answer.destination_zone);

	FUZZ_DEMAND(!decided->facts.kind || !decided->facts.defect);
	FUZZ_DEMAND(decided->answer.reason < SLUICE_REASON_COUNT);
	FUZZ_DEMAND(decided->answer.reason == SLUICE_REASON_PERMITTED ||
		    (!decided->answer.forward && !decided->answer.reply));
	FUZZ_DEMAND(verdict->permit <= 1);
	FUZZ_DEMAND(verdict->permit == (verdict->reason == SLUICE_REASON_PERMITTED));
	FUZZ_DEMAND(verdict->permit || (!verdict->begins && !verdict->midstream));
	if (decided->answer.reason != SLUICE_REASON_PERMITTED) {
		FUZZ_DEMAND(!verdict->permit);
		return;
	}
	FUZZ_DEMAND(!decided->facts.defect);
	FUZZ_DEMAND(!((source | destination) & SLUICE_ZONE_FLAG_ISOLATED));
	if (decided->layer != SLUICE_LAYER_LOCAL_OUT) {
		FUZZ_DEMAND(zone);
		FUZZ_DEMAND(!(sluice_zone_record(image, zone) & SLUICE_ZONE_FLAG_ISOLATED));
	}
	if (!verdict->permit || decided->facts.kind == SLUICE_KIND_NEIGHBOUR)
		return;
	FUZZ_DEMAND(verdict->conduit);
	FUZZ_DEMAND(verdict->held == 1 && !decided->island);
	FUZZ_DEMAND(decided->facts.kind == SLUICE_KIND_PLAIN ||
		    decided->facts.kind == SLUICE_KIND_ICMP_ERROR);
	decide_demand_grade(&decided->facts, verdict,
			    sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_FLAGS));
}

#endif
