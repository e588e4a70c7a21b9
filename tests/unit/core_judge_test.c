// SPDX-License-Identifier: GPL-2.0-or-later
/* judge(), the charge, and the selector word, over the small plant of tests/lib/image.c. */
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/image.h"
#include "tests/lib/ktap.h"

#define TCP(from, from_port, to, to_port, flags) \
	{ .source = from, .destination = to, .protocol = 6, .source_port = from_port, \
	  .destination_port = to_port, .tcp_flags = flags }
#define UDP(from, from_port, to, to_port) \
	{ .source = from, .destination = to, .protocol = 17, .source_port = from_port, \
	  .destination_port = to_port }
#define ASK(from_port, flags) TCP("10.1.0.8", from_port, "10.2.0.10", 4840, flags)
#define ANSWER(to_port, flags) TCP("10.2.0.10", 4840, "10.1.0.8", to_port, flags)
#define VPN { .vlan = 99, .source = "198.51.100.9", .destination = "10.3.0.9", .protocol = 17, \
	.source_port = 40000, .destination_port = 51820 }

#define SYN	SLUICE_TCP_SYN
#define ACK	SLUICE_TCP_ACK
#define RST	SLUICE_TCP_RST
#define FIN	SLUICE_TCP_FIN
#define NEW	{ SLUICE_FLOW_STATE_NEW, 0, 0, 0 }
#define LIVE	{ SLUICE_FLOW_STATE_ESTABLISHED, 0, 0, 0 }
#define BACK	{ SLUICE_FLOW_STATE_ESTABLISHED, 1, 0, 0 }
#define FLOW(state, reply, translated) { SLUICE_FLOW_STATE_##state, reply, translated, 0 }
#define FORWARD SLUICE_LAYER_FORWARD

#define RELATED_BACK FLOW(RELATED, 1, 0)
#define ERROR { .source = "10.2.0.99", .destination = "10.1.0.8", .protocol = 1, \
	.icmp_type = 3, .icmp_code = 4, .quoted = &asked }
#define DIAL_ERROR { .source = "10.3.0.99", .destination = "10.3.0.1", .protocol = 1, \
	.icmp_type = 3, .quoted = &dialled }

static const struct frame_spec asked = ASK(40000, ACK);
static const struct frame_spec dialled = TCP("10.3.0.1", 40000, "10.3.0.5", 8883, SYN);

struct judge_case {
	const char *proves;
	unsigned int port;		/* 0: the gateway sends it */
	unsigned int layer;
	struct frame_spec frame;
	struct sluice_flow flow;
	unsigned int reason;
	unsigned int conduit;
	uint64_t now;
};

static const struct judge_case cases[] = {
	{ "a SYN begins a flow", PLANT_ETH1, FORWARD, ASK(40000, SYN), NEW,
	  SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN },
	{ "its answer passes", PLANT_ETH3, FORWARD, ANSWER(40000, SYN | ACK), BACK,
	  SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN },
	{ "what follows passes", PLANT_ETH1, FORWARD, ASK(40000, ACK), LIVE,
	  SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN },
	{ "an answer to nothing", PLANT_ETH3, FORWARD, ANSWER(40000, SYN | ACK), NEW,
	  SLUICE_REASON_WRONG_DIRECTION, PLANT_TO_HISTORIAN },
	{ "an answer of a flow that tracking calls invalid", PLANT_ETH3, FORWARD,
	  ANSWER(40000, ACK), FLOW(INVALID, 1, 0), SLUICE_REASON_NO_FLOW_STATE,
	  PLANT_TO_HISTORIAN },
	{ "an answer cannot be new", PLANT_ETH3, FORWARD, ANSWER(40000, ACK), FLOW(NEW, 1, 0),
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "nor can an answer over UDP", PLANT_ETH3, FORWARD,
	  UDP("10.2.0.2", 53, "10.1.9.9", 40000), FLOW(NEW, 1, 0), SLUICE_REASON_NO_FLOW_STATE,
	  PLANT_BASICS },
	{ "what fits both halves of different conduits is not picked up", PLANT_ETH0,
	  SLUICE_LAYER_LOCAL_IN, TCP("10.3.0.5", 8883, "10.2.0.1", 22, ACK), NEW,
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_SSH },
	{ "a reply of a flow that was begun the wrong way", PLANT_ETH1, FORWARD, ASK(40000, ACK),
	  BACK, SLUICE_REASON_WRONG_DIRECTION, PLANT_TO_HISTORIAN },
	{ "no tracking", PLANT_ETH1, FORWARD, ASK(40000, SYN), FLOW(NONE, 0, 0),
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "invalid", PLANT_ETH1, FORWARD, ASK(40000, SYN), FLOW(INVALID, 0, 0),
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "related", PLANT_ETH1, FORWARD, ASK(40000, SYN), FLOW(RELATED, 0, 0),
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "a state that does not exist", PLANT_ETH1, FORWARD, ASK(40000, SYN), { 77, 0, 0, 0 },
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "translated", PLANT_ETH1, FORWARD, ASK(40000, SYN), FLOW(NEW, 0, 1),
	  SLUICE_REASON_NAT, PLANT_TO_HISTORIAN },
	{ "translated and live", PLANT_ETH3, FORWARD, ANSWER(40000, ACK), FLOW(ESTABLISHED, 1, 1),
	  SLUICE_REASON_NAT, PLANT_TO_HISTORIAN },
	{ "a segment that fits the forward half only is picked up", PLANT_ETH1, FORWARD,
	  ASK(40000, ACK), NEW, SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN },
	{ "never in the reply half", PLANT_ETH3, FORWARD, ANSWER(40000, ACK), NEW,
	  SLUICE_REASON_WRONG_DIRECTION, PLANT_TO_HISTORIAN },
	{ "a SYN+ACK begins nothing", PLANT_ETH1, FORWARD, ASK(40000, SYN | ACK), NEW,
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "a RST begins nothing", PLANT_ETH1, FORWARD, ASK(40000, RST), NEW,
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "a FIN begins nothing", PLANT_ETH1, FORWARD, ASK(40000, FIN | ACK), NEW,
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "UDP begins a flow", PLANT_ETH1, FORWARD, UDP("10.1.9.9", 40000, "10.2.0.2", 53), NEW,
	  SLUICE_REASON_PERMITTED, PLANT_BASICS },
	{ "UDP from the answering side begins none", PLANT_ETH3, FORWARD,
	  UDP("10.2.0.2", 53, "10.1.9.9", 40000), NEW, SLUICE_REASON_WRONG_DIRECTION,
	  PLANT_BASICS },
	{ "what gate() refused stays refused", PLANT_ETH1, FORWARD,
	  TCP("10.2.0.11", 40000, "10.3.0.30", 8883, SYN), NEW, SLUICE_REASON_SPOOFED_SOURCE, 0 },
	{ "within a zone", PLANT_ETH1, FORWARD, TCP("10.1.0.8", 40000, "10.1.0.9", 9999, SYN), NEW,
	  SLUICE_REASON_PERMITTED, PLANT_INTRA_CONTROL },
	{ "within a zone, back", PLANT_ETH2_10, FORWARD, { .vlan = 10, .source = "10.1.0.9",
	  .destination = "10.1.0.8", .protocol = 6, .source_port = 9999,
	  .destination_port = 40000, .tcp_flags = ACK }, BACK, SLUICE_REASON_PERMITTED,
	  PLANT_INTRA_CONTROL },
	{ "within a zone, picked up", PLANT_ETH1, FORWARD,
	  TCP("10.1.0.8", 40000, "10.1.0.9", 9999, ACK), NEW, SLUICE_REASON_PERMITTED,
	  PLANT_INTRA_CONTROL },
	{ "without intra: the conduit of the cell", PLANT_CELL_A, FORWARD,
	  TCP("10.4.0.1", 40000, "10.4.0.7", 502, SYN), NEW, SLUICE_REASON_PERMITTED,
	  PLANT_CELL_POLL },
	{ "without intra: its answer", PLANT_CELL_B, FORWARD,
	  TCP("10.4.0.7", 502, "10.4.0.1", 40000, ACK), BACK, SLUICE_REASON_PERMITTED,
	  PLANT_CELL_POLL },

	{ "the gateway dials", 0, SLUICE_LAYER_LOCAL_OUT,
	  TCP("10.3.0.1", 40000, "10.3.0.5", 8883, SYN), NEW, SLUICE_REASON_PERMITTED, PLANT_DIAL },
	{ "its peer answers", PLANT_ETH0, SLUICE_LAYER_LOCAL_IN,
	  TCP("10.3.0.5", 8883, "10.3.0.1", 40000, ACK), BACK, SLUICE_REASON_PERMITTED,
	  PLANT_DIAL },
	{ "its peer dials not", PLANT_ETH0, SLUICE_LAYER_LOCAL_IN,
	  TCP("10.3.0.5", 8883, "10.3.0.1", 40000, SYN), NEW, SLUICE_REASON_WRONG_DIRECTION,
	  PLANT_DIAL },
	{ "a neighbour is not let in by intra", PLANT_ETH0, SLUICE_LAYER_LOCAL_IN,
	  TCP("10.3.0.6", 40000, "10.3.0.1", 22, SYN), NEW, SLUICE_REASON_NO_CONDUIT,
	  PLANT_INTRA_ENTERPRISE },
	{ "management reaches the gateway", PLANT_ETH0, SLUICE_LAYER_LOCAL_IN,
	  TCP("10.3.0.5", 40000, "10.2.0.1", 22, SYN), NEW, SLUICE_REASON_PERMITTED, PLANT_SSH },
	{ "and is answered", 0, SLUICE_LAYER_LOCAL_OUT,
	  TCP("10.2.0.1", 22, "10.3.0.5", 40000, SYN | ACK), BACK, SLUICE_REASON_PERMITTED,
	  PLANT_SSH },
	{ "the gateway begins nothing by that way", 0, SLUICE_LAYER_LOCAL_OUT,
	  TCP("10.2.0.1", 22, "10.3.0.5", 40000, SYN), NEW, SLUICE_REASON_WRONG_DIRECTION,
	  PLANT_SSH },
	{ "management is not forwarded", PLANT_ETH0, FORWARD,
	  TCP("10.3.0.5", 40000, "10.2.0.1", 22, SYN), NEW, SLUICE_REASON_NO_CONDUIT, PLANT_SSH },
	{ "a conduit of others does not reach the gateway", PLANT_ETH1, SLUICE_LAYER_LOCAL_IN,
	  ASK(40000, SYN), NEW, SLUICE_REASON_NO_CONDUIT, PLANT_TO_HISTORIAN },
	{ "peers of the gateway talk to their neighbours", PLANT_ETH0, FORWARD,
	  TCP("10.3.0.5", 8883, "10.3.0.6", 40000, ACK), BACK, SLUICE_REASON_PERMITTED,
	  PLANT_INTRA_ENTERPRISE },
	{ "a host of its zone reaches the same peer", PLANT_OFFICE_A, FORWARD,
	  TCP("10.5.0.1", 40000, "10.5.0.7", 22, SYN), NEW, SLUICE_REASON_PERMITTED,
	  PLANT_OFFICE_LOGS },
	{ "and is answered", PLANT_OFFICE_B, FORWARD, TCP("10.5.0.7", 22, "10.5.0.1", 40000, ACK),
	  BACK, SLUICE_REASON_PERMITTED, PLANT_OFFICE_LOGS },
	{ "reported: and so is the gateway, at a nameless address of that zone", PLANT_OFFICE_B,
	  SLUICE_LAYER_LOCAL_IN, TCP("10.5.0.7", 22, "10.5.0.2", 40000, ACK), BACK,
	  SLUICE_REASON_PERMITTED, PLANT_DIAL_LOGS },
	{ "but only by the peer", PLANT_OFFICE_B, SLUICE_LAYER_LOCAL_IN,
	  TCP("10.5.0.8", 22, "10.5.0.2", 40000, ACK), BACK, SLUICE_REASON_NO_CONDUIT, 0 },
	{ "a hook that this build does not have", PLANT_ETH1, SLUICE_LAYER_BRIDGE, ASK(40000, SYN),
	  NEW, SLUICE_REASON_NO_CONDUIT, PLANT_TO_HISTORIAN },
	{ "no hook at all", PLANT_ETH1, 0, ASK(40000, SYN), NEW, SLUICE_REASON_NO_CONDUIT,
	  PLANT_TO_HISTORIAN },
	{ "an ICMP error about a live flow", PLANT_ETH3, FORWARD, ERROR, RELATED_BACK,
	  SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN },
	{ "an ICMP error in the direction of the flow", PLANT_ETH3, FORWARD, ERROR,
	  FLOW(RELATED, 0, 0), SLUICE_REASON_WRONG_DIRECTION, PLANT_TO_HISTORIAN },
	{ "an ICMP error about no flow", PLANT_ETH3, FORWARD, ERROR, FLOW(NEW, 1, 0),
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "an ICMP error as part of a flow", PLANT_ETH3, FORWARD, ERROR, BACK,
	  SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "an ICMP error about a translated flow", PLANT_ETH3, FORWARD, ERROR, FLOW(RELATED, 1, 1),
	  SLUICE_REASON_NAT, PLANT_TO_HISTORIAN },
	{ "an ICMP error about a forwarded flow does not end here", PLANT_ETH3,
	  SLUICE_LAYER_LOCAL_IN, ERROR, RELATED_BACK, SLUICE_REASON_NO_CONDUIT,
	  PLANT_TO_HISTORIAN },
	{ "an ICMP error about what the gateway dialled", PLANT_ETH0, SLUICE_LAYER_LOCAL_IN,
	  DIAL_ERROR, RELATED_BACK, SLUICE_REASON_PERMITTED, PLANT_DIAL },
	{ "related traffic of another kind", PLANT_ETH3, FORWARD, ANSWER(40000, ACK),
	  RELATED_BACK, SLUICE_REASON_NO_FLOW_STATE, PLANT_TO_HISTORIAN },
	{ "ARP ends here", PLANT_ETH1, SLUICE_LAYER_LOCAL_IN,
	  { .source = "10.1.0.8", .destination = "10.1.0.1", .arp = 1 }, NEW,
	  SLUICE_REASON_PERMITTED, 0 },
	{ "ND is never forwarded", PLANT_ETH1, FORWARD,
	  { .source = "fd00:1::8", .destination = "fd00:2::10", .protocol = 58, .neighbour = 135,
	    .target = "fd00:2::10" }, NEW, SLUICE_REASON_NO_CONDUIT, 0 },

	{ "within its window", PLANT_ETH0_99, FORWARD, VPN, NEW, SLUICE_REASON_PERMITTED,
	  PLANT_VENDOR, PLANT_VALID_FROM },
	{ "the last second of it", PLANT_ETH0_99, FORWARD, VPN, NEW, SLUICE_REASON_PERMITTED,
	  PLANT_VENDOR, PLANT_VALID_UNTIL - 1 },
	{ "a second before", PLANT_ETH0_99, FORWARD, VPN, NEW, SLUICE_REASON_NOT_VALID_NOW,
	  PLANT_VENDOR, PLANT_VALID_FROM - 1 },
	{ "the first second after", PLANT_ETH0_99, FORWARD, VPN, NEW, SLUICE_REASON_NOT_VALID_NOW,
	  PLANT_VENDOR, PLANT_VALID_UNTIL },
	{ "a live flow ends with its window", PLANT_ETH0_99, FORWARD, VPN, LIVE,
	  SLUICE_REASON_NOT_VALID_NOW, PLANT_VENDOR, PLANT_VALID_UNTIL },
	{ "other conduits need no clock", PLANT_ETH1, FORWARD, ASK(40000, SYN), NEW,
	  SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN, 0 },
};

static struct sluice_facts facts_of(unsigned int port, const struct frame_spec *spec)
{
	struct sluice_facts facts = { .port = (__u16)port, .segments = 1 };
	struct sluice_packet packet;
	struct frame frame;

	frame_build(spec, &frame);
	packet = (struct sluice_packet){ frame.bytes, frame.length };
	sluice_parse_frame(&packet, &facts);
	return facts;
}

static struct sluice_verdict judge(const struct sluice_image *image, const struct judge_case *test,
				   uint64_t lower_bound)
{
	struct sluice_facts facts = facts_of(test->port, &test->frame);
	struct sluice_clock clock = { .now = test->now, .lower_bound = lower_bound, .sure = 1 };
	struct sluice_standing standing = { 0 };
	struct sluice_verdict verdict;
	struct sluice_answer answer;

	if (test->port)
		sluice_gate(image, &facts, &answer);
	else
		sluice_gate_local(image, &facts, &answer);
	sluice_judge(image, &facts, test->layer, &answer, &test->flow, &verdict);
	sluice_hold(image, &facts, &standing, NULL, &clock, &verdict);
	return verdict;
}

static void check_case(const struct sluice_image *image, const struct judge_case *test)
{
	struct sluice_verdict verdict = judge(image, test, 0);
	bool permit = test->reason == SLUICE_REASON_PERMITTED;
	bool begins = permit && test->flow.state == SLUICE_FLOW_STATE_NEW && test->conduit;
	bool midstream = begins && test->frame.protocol == 6 && test->frame.tcp_flags == ACK;

	if (!ktap_ok(verdict.permit == permit && verdict.reason == test->reason &&
		     verdict.conduit == test->conduit && verdict.begins == begins &&
		     verdict.midstream == midstream, "judge: %s", test->proves))
		printf("# permit %u %s conduit %u begins %u midstream %u\n", verdict.permit,
		       core_reason_name(verdict.reason), verdict.conduit, verdict.begins,
		       verdict.midstream);
}

static void check_lower_bound(const struct sluice_image *image)
{
	struct judge_case test = { "", PLANT_ETH0_99, FORWARD, VPN, NEW, 0, 0,
				   PLANT_VALID_FROM + 10 };

	ktap_ok(judge(image, &test, PLANT_VALID_FROM + 10).permit,
		"window: open when the clock is at its lower bound");
	ktap_ok(judge(image, &test, PLANT_VALID_FROM + 11).reason == SLUICE_REASON_NOT_VALID_NOW,
		"window: closed while the clock is before its lower bound");
}

/* Each grade that does not exist, and each conduit that does not exist, denies. */
static void check_grades(const struct sluice_image *image)
{
	struct sluice_image spoilt = image_copy(image);
	__le64 *words = (__le64 *)(uintptr_t)spoilt.words;
	__u32 base = SLUICE_BASE(sluice_word(image, SLUICE_HEADER_CONDUITS)) +
		     PLANT_TO_HISTORIAN * SLUICE_CONDUIT_WORDS;
	__u64 table = sluice_word(image, SLUICE_HEADER_TABLE);
	struct sluice_verdict verdict;
	bool holds = true;
	__u32 i, grade;

	for (grade = 0; grade < 16; grade++) {
		if (grade >= SLUICE_GRADE_INITIATE && grade <= SLUICE_GRADE_ONE_WAY)
			continue;
		words[base] = grade;
		verdict = judge(&spoilt, &cases[0], 0);
		holds = holds && !verdict.permit && verdict.reason == SLUICE_REASON_UNKNOWN;
	}
	ktap_ok(holds, "reported: a grade that this build does not enforce denies");
	for (i = 0; i < 1u << SLUICE_EXTRA(table); i++)
		if (words[SLUICE_BASE(table) + 2 * i])
			words[SLUICE_BASE(table) + 2 * i + 1] = SLUICE_MAX_CONDUITS;
	verdict = judge(&spoilt, &cases[0], 0);
	ktap_ok(!verdict.permit, "reported: a conduit that does not exist permits nothing");
	image_free(&spoilt);
}

/* ---- The charge ---- */

static void check_bucket(void)
{
	__u64 due = 0, now = 5000000000ULL;
	unsigned int taken = 0;

	while (taken < 100 && sluice_bucket_take(&due, now, 100000000, 1))
		taken++;
	ktap_ok(taken == 10, "bucket: a burst is one second's worth");
	ktap_ok(!sluice_bucket_take(&due, now + 99999999, 100000000, 1) &&
		sluice_bucket_take(&due, now + 100000000, 100000000, 1) &&
		!sluice_bucket_take(&due, now + 100000000, 100000000, 1),
		"bucket: then one each interval");
	due = 0;
	ktap_ok(!sluice_bucket_take(&due, now, 100000000, 11) && !due,
		"bucket: all or nothing, and nothing costs nothing");
	ktap_ok(sluice_bucket_take(&due, now, 100000000, 10), "bucket: several at once");
	due = 0;
	ktap_ok(!sluice_bucket_take(&due, now, 0, 1), "bucket: no rate is no packet");
	due = ~0ULL - 5;
	ktap_ok(!sluice_bucket_take(&due, now, 100000000, 1), "bucket: a state that would wrap denies");
}

static struct sluice_verdict charge_half(const struct sluice_image *image,
					 struct sluice_counters *counters, unsigned int segments,
					 bool begins, bool reply)
{
	struct sluice_facts facts = { .segments = segments };
	struct sluice_clock clock = { .nanoseconds = 7000000000ULL };
	struct sluice_verdict verdict = { .permit = 1, .reason = SLUICE_REASON_PERMITTED,
					  .conduit = PLANT_TO_HISTORIAN, .begins = begins,
					  .reply = reply, .held = 1 };

	sluice_charge(image, &facts, &clock, counters, NULL, &verdict);
	return verdict;
}

static struct sluice_verdict charge(const struct sluice_image *image,
				    struct sluice_counters *counters, unsigned int segments,
				    bool begins)
{
	return charge_half(image, counters, segments, begins, false);
}

static unsigned int charge_until_denied(const struct sluice_image *image,
					struct sluice_counters *counters, unsigned int segments,
					bool begins, unsigned int *reason)
{
	unsigned int passed = 0;
	struct sluice_verdict verdict;

	do {
		verdict = charge(image, counters, segments, begins);
		passed += verdict.permit;
	} while (verdict.permit && passed < 5000);
	*reason = verdict.reason;
	return passed;
}

static void check_charge(const struct sluice_image *image)
{
	struct sluice_counters counters = { 0 };
	struct sluice_verdict verdict;
	unsigned int passed, reason;
	__u64 packets_due;

	passed = charge_until_denied(image, &counters, 1, false, &reason);
	ktap_ok(passed == 1000 && reason == SLUICE_REASON_RATE, "charge: packets per second");
	counters = (struct sluice_counters){ 0 };
	passed = charge_until_denied(image, &counters, 10, false, &reason);
	ktap_ok(passed == 100 && reason == SLUICE_REASON_RATE,
		"charge: a merged packet counts as many");
	counters = (struct sluice_counters){ 0 };
	passed = charge_until_denied(image, &counters, 0, false, &reason);
	ktap_ok(passed == 1000, "charge: no segment counts as one");
	counters = (struct sluice_counters){ 0 };
	passed = charge_until_denied(image, &counters, 1, true, &reason);
	ktap_ok(passed == 10 && reason == SLUICE_REASON_RATE, "charge: new connections per second");
	packets_due = counters.packets_due;
	charge(image, &counters, 1, true);
	ktap_ok(counters.packets_due == packets_due, "charge: a denied connection costs no packet");
	counters = (struct sluice_counters){ .concurrent = 99 };
	ktap_ok(charge(image, &counters, 1, true).permit, "charge: the last connection");
	counters.concurrent = 100;
	verdict = charge(image, &counters, 1, true);
	ktap_ok(!verdict.permit && verdict.reason == SLUICE_REASON_CONNECTIONS && !verdict.begins,
		"charge: one too many");
	ktap_ok(charge(image, &counters, 1, false).permit, "charge: live ones go on meanwhile");
}

/* Who answers and who asks have a bucket each, of the same size. */
static void check_charge_of_halves(const struct sluice_image *image)
{
	struct sluice_counters counters = { 0 };
	unsigned int passed = 0, reason;

	while (passed < 5000 && charge_half(image, &counters, 1, false, true).permit)
		passed++;
	ktap_ok(passed == 1000, "charge: a reply half has as many packets");
	passed = charge_until_denied(image, &counters, 1, false, &reason);
	ktap_ok(passed == 1000 && reason == SLUICE_REASON_RATE,
		"charge: a flood of replies leaves the forward half its own");
	ktap_ok(!charge_half(image, &counters, 1, false, true).permit,
		"charge: and is over its own rate still");
}

static void check_charge_of_nothing(const struct sluice_image *image)
{
	struct sluice_facts facts = { .segments = 1 };
	struct sluice_clock clock = { .nanoseconds = 7 };
	struct sluice_counters counters = { 0 };
	struct sluice_verdict denied = { .permit = 0, .reason = SLUICE_REASON_NAT,
					 .conduit = PLANT_TO_HISTORIAN };
	struct sluice_verdict neighbour = { .permit = 1, .reason = SLUICE_REASON_PERMITTED,
					    .held = 1 };
	struct sluice_verdict nobody = { .permit = 1, .reason = SLUICE_REASON_PERMITTED,
					 .conduit = SLUICE_MAX_CONDUITS, .held = 1 };
	struct sluice_verdict hasty = { .permit = 1, .reason = SLUICE_REASON_PERMITTED,
					.conduit = PLANT_TO_HISTORIAN };

	sluice_charge(image, &facts, &clock, &counters, NULL, &denied);
	ktap_ok(denied.reason == SLUICE_REASON_NAT && !counters.packets_due,
		"charge: a denial costs nothing");
	sluice_charge(image, &facts, &clock, &counters, NULL, &neighbour);
	ktap_ok(neighbour.permit && !counters.packets_due, "charge: ARP and ND cost nothing");
	sluice_charge(image, &facts, &clock, &counters, NULL, &nobody);
	ktap_ok(!nobody.permit, "charge: a conduit that does not exist has no tokens");
	sluice_charge(image, &facts, &clock, &counters, NULL, &hasty);
	ktap_ok(!hasty.permit && hasty.reason == SLUICE_REASON_UNKNOWN,
		"charge: nothing passes that sluice_hold() was not asked about");
}

/* ---- The selector word ---- */

static void check_selector(void)
{
	static const __u32 both[SLUICE_SLOTS] = { 7, 63 };
	static const __u32 one[SLUICE_SLOTS] = { 7, 0 };
	__u64 word = sluice_selector_make(both, 1, 2, 5000);

	ktap_ok(sluice_selector_generation(word, 0) == 7 && sluice_selector_generation(word, 1) == 63 &&
		sluice_selector_confirmed(word) == 1 && sluice_selector_trial(word) == 2 &&
		sluice_selector_until(word) == 5000, "selector: what goes in comes out");
	ktap_ok(sluice_selector_in_force(word, 4999) == 2, "selector: the trial until its last tick");
	ktap_ok(sluice_selector_in_force(word, 5000) == 1, "selector: then the confirmed one");
	ktap_ok(sluice_selector_in_force(word, ~0ULL) == 1, "selector: and for ever after");
	ktap_ok(!sluice_selector_in_force(0, 0), "selector: zero is no policy");
	word = sluice_selector_make(both, 0, 2, 5000);
	ktap_ok(sluice_selector_in_force(word, 4999) == 2 && !sluice_selector_in_force(word, 5000),
		"selector: a first trial leaves nothing behind");
	ktap_ok(!sluice_selector_in_force(sluice_selector_make(both, 3, 0, 0), 0) &&
		!sluice_selector_in_force(sluice_selector_make(both, 1, 3, 5000), 0),
		"selector: there is no third slot");
	ktap_ok(!sluice_selector_in_force(sluice_selector_make(one, 2, 0, 0), 0),
		"reported: an empty slot is never in force");
	ktap_ok(!sluice_selector_in_force(sluice_selector_make(one, 1, 2, 5000), 0),
		"reported: nor is the trial of one");
}

int main(void)
{
	struct sluice_image image = image_make(&image_plant);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&image, &cases[i]);
	check_lower_bound(&image);
	check_grades(&image);
	check_bucket();
	check_charge(&image);
	check_charge_of_halves(&image);
	check_charge_of_nothing(&image);
	check_selector();
	image_free(&image);
	return ktap_done();
}
