/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet through the whole core over any image, and what must hold of the answer however both
 * were made.
 */
#ifndef SLUICE_TESTS_FUZZ_DECIDE_H
#define SLUICE_TESTS_FUZZ_DECIDE_H

#include "tests/fuzz/fence.h"
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/packets/table.h"

static inline const struct packet_case *decide_table(size_t index)
{
	return index < packet_case_count ? &packet_cases[index] :
					   &packet_routed[index - packet_case_count];
}

static inline size_t decide_cases(void)
{
	return packet_case_count + packet_routed_count;
}

/* Ports by number - 1: of the reference plant, whose numbers the small one has too, and of the second table's. */
static const char *const decide_ports[2][6] = {
	{ "eth1", "eth2.10", "eth3", "eth0", "eth0.99", "eth4" },
	{ "eth1", "eth2", "eth3", "eth4" },
};

#define DECIDE_PORTS 6

static inline const char *const *decide_ports_of(size_t index)
{
	return decide_ports[index >= packet_case_count];
}

/* The number of the port that a case comes in by; 0 for the gateway's own */
static inline unsigned int decide_port(size_t index, const char *name)
{
	const char *const *names = decide_ports_of(index);
	unsigned int i;

	if (!name)
		return 0;
	for (i = 0; i < DECIDE_PORTS && names[i]; i++)
		if (!strcmp(names[i], name))
			return i + 1;
	return 0;
}

/* Packets end where a fence begins. */
static inline uint8_t *decide_bytes(uint32_t length)
{
	static uint8_t *end;

	if (!end)
		end = fence_make(FRAME_BYTES, FENCE_BYTES);
	return end - length;
}

/* The frame of a case, built once */
static inline const struct frame *decide_frame(size_t index)
{
	static struct frame *built;

	if (!built) {
		built = calloc(decide_cases(), sizeof(*built));
		FUZZ_DEMAND(built);
	}
	if (!built[index].length)
		packet_build(decide_table(index), &built[index]);
	return &built[index];
}

/* A packet, sometimes cut, of the small plant's safety controller, and with bytes changed */
static inline struct sluice_packet decide_packet(struct input *input, const struct frame *frame)
{
	static const uint8_t isolated_mac[] = { 0x00, 0x1d, 0x9c, 0x00, 0x51, 0x51 };
	unsigned int changes = (unsigned int)input_take(input, 1);
	uint32_t length = frame->length;
	uint8_t *bytes;

	if (input_take(input, 1) > 235)
		length = (uint32_t)input_take(input, 2) % (length + 1);
	bytes = decide_bytes(length);
	memcpy(bytes, frame->bytes, length);
	/* behind a hash, where no change of bytes finds it */
	if (input_take(input, 1) > 245 && length >= 12)
		memcpy(bytes + 6, isolated_mac, sizeof(isolated_mac));
	/* mostly as it is: the image is spoilt as well */
	for (changes = changes < 128 || !length ? 0 : changes % 5; changes; changes--) {
		uint32_t at = (uint32_t)input_take(input, 2) % length;

		bytes[at] = (uint8_t)input_take(input, 1);
	}
	return (struct sluice_packet){ bytes, length };
}

/* struct decided - everything that came out */
struct decided {
	struct sluice_facts facts;
	struct sluice_answer answer;
	struct sluice_verdict verdict;
	unsigned int layer;
	int island;
};

/* struct asked - a packet and all that the caller of the core knows beside it */
struct asked {
	struct sluice_packet packet;
	struct sluice_flow flow;
	struct sluice_clock clock;
	struct sluice_standing standing;
	struct sluice_counters counters;
	struct sluice_track track;
	int untracked;
	int whole;
};

/* Anything that the caller may remember */
static inline void decide_spoil_state(struct input *input, struct asked *asked)
{
	asked->standing.open_until = input_take(input, 8);
	asked->standing.window_end = input_take(input, 4);
	asked->standing.island = (__u8)input_take(input, 1) & 1;
	asked->standing.lease = (__u8)input_take(input, 1) % 4;
	asked->track.reply_bytes = input_take(input, 4);
	asked->track.forward_packets = input_take(input, 1);
	asked->track.reply_packets = input_take(input, 1);
	asked->track.sequence = (__u32)input_take(input, 4);
	asked->track.sent = (__u32)input_take(input, 4);
	asked->track.acknowledged = (__u32)input_take(input, 4);
	asked->track.seen = (__u8)input_take(input, 1);
	asked->counters.spare_due = input_take(input, 8);
	asked->counters.hour_since = input_take(input, 8);
	asked->counters.hour_bytes = input_take(input, 8);
	asked->clock.now = input_take(input, 8) >> (input_take(input, 1) & 63);
	asked->clock.sure = (__u8)input_take(input, 1) & 3;
}

/* The way of one packet through the core */
static inline void decide_ask(const struct sluice_image *image, struct asked *asked,
			      struct decided *decided)
{
	struct sluice_track *track = asked->untracked ? NULL : &asked->track;

	sluice_parse_frame(&asked->packet, &decided->facts);
	if (asked->whole)
		decided->facts.fragment = SLUICE_FRAGMENT_WHOLE;
	if (decided->layer == SLUICE_LAYER_LOCAL_OUT) {
		decided->facts.port = 0;
		sluice_gate_local(image, &decided->facts, &decided->answer);
	} else {
		sluice_gate(image, &decided->facts, &decided->answer);
	}
	sluice_judge(image, &decided->facts, decided->layer, &decided->answer, &asked->flow,
		     &decided->verdict);
	sluice_hold(image, &decided->facts, &asked->standing, track, &asked->clock,
		    &decided->verdict);
	decided->island = asked->standing.island;
	sluice_charge(image, &decided->facts, &asked->clock, &asked->counters, track,
		      &decided->verdict);
	sluice_egress_zone(image, decided->facts.family, &decided->facts.destination);
}

static inline struct asked decide_asked(const struct packet_case *test)
{
	return (struct asked){
		.flow = test->flow,
		.clock = { .now = PACKET_USUAL_TIME, .nanoseconds = 9000000000ULL,
			   .lower_bound = test->lower_bound, .sure = !test->unsure },
		.standing = test->standing,
		.track = test->track,
		.untracked = test->untracked,
		.whole = test->whole,
	};
}

/*
 * Where the case comes in, its flow and its bytes, each sometimes another; all as it stands in the table
 * when the input is empty.
 */
static inline void decide_case(struct input *input, const struct sluice_image *image, size_t index,
			       struct decided *decided)
{
	const struct packet_case *test = decide_table(index);
	struct asked asked = decide_asked(test);

	asked.packet = decide_packet(input, decide_frame(index));
	asked.counters.concurrent = (__u32)input_take(input, 1) / 4;
	*decided = (struct decided){ .layer = test->layer ? test->layer : SLUICE_LAYER_FORWARD };
	decided->facts.port = (__u16)decide_port(index, test->port);
	decided->facts.segments = (__u32)input_take(input, 1) / 8;
	if (input_take(input, 1) > 215) {
		asked.flow.state = (__u8)input_take(input, 1) % 6;
		asked.flow.reply = (__u8)input_take(input, 1) & 1;
		asked.flow.translated = input_take(input, 1) > 235;
	}
	if (input_take(input, 1) > 215)
		decide_spoil_state(input, &asked);
	asked.untracked |= input_take(input, 1) > 240;
	if (input_take(input, 1) > 215)
		decided->layer = (unsigned int)input_take(input, 1) % 9;
	if (input_take(input, 1) > 215)
		decided->facts.port = (__u16)(input_take(input, 1) % 12);
	asked.whole |= input_take(input, 1) > 240;
	decide_ask(image, &asked, decided);
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

/* S1 to S4 for a flow that begins, by the levels that the image itself gives the two zones */
static inline void decide_demand_rules(const struct sluice_image *image,
				       const struct decided *decided)
{
	__u64 from = sluice_zone_record(image, decided->answer.source_zone);
	__u64 to = sluice_zone_record(image, decided->answer.destination_zone);
	__u32 below = SLUICE_ZONE_LEVEL(from), above = SLUICE_ZONE_LEVEL(to);

	if (!decided->verdict.begins || decided->layer != SLUICE_LAYER_FORWARD)
		return;
	FUZZ_DEMAND(below && above);
	FUZZ_DEMAND(above != SLUICE_LEVEL_CONTROL || below == SLUICE_LEVEL_CONTROL);
	FUZZ_DEMAND(above != SLUICE_LEVEL_DMZ || below <= SLUICE_LEVEL_DMZ);
	FUZZ_DEMAND(below <= above + 1 && above <= below + 1);
}

/* A few packets of the table, as the input wants them; at least one */
static inline void decide_some(struct input *input, const struct sluice_image *image)
{
	struct decided decided;
	int count = 0;

	do {
		decide_case(input, image, input_take(input, 2) % decide_cases(), &decided);
		decide_demand(image, &decided);
	} while (input->size && ++count < 8);
}

#endif
