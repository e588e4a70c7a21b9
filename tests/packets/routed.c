// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What may come back, when, and for whom: packets under tests/packets/routed.yaml, which says everything
 * that a conduit can say.
 */
#include "tests/packets/table.h"

#define SYN	SLUICE_TCP_SYN
#define ACK	SLUICE_TCP_ACK
#define RST	SLUICE_TCP_RST
#define FIN	SLUICE_TCP_FIN
#define PSH	SLUICE_TCP_PSH
#define URG	SLUICE_TCP_URG

#define ASK(service, flags) .source = "10.1.0.7", .destination = "10.2.0.10", .protocol = 6, \
	.source_port = 40000, .destination_port = service, .tcp_flags = flags
#define ANSWER(service, flags) .source = "10.2.0.10", .destination = "10.1.0.7", .protocol = 6, \
	.source_port = service, .destination_port = 40000, .tcp_flags = flags
#define TELL(service) .source = "10.1.0.7", .destination = "10.2.0.10", .protocol = 17, \
	.source_port = 40000, .destination_port = service
#define REPLY(service) .source = "10.2.0.10", .destination = "10.1.0.7", .protocol = 17, \
	.source_port = service, .destination_port = 40000
#define CROSS(from, to, service) .source = from, .destination = to, .protocol = 6, \
	.source_port = 40000, .destination_port = service, .tcp_flags = SYN
#define ERROR(about) .source = "10.2.0.99", .destination = "10.1.0.7", .protocol = 1, \
	.icmp_type = 3, .icmp_code = 4, .quoted = about
#define ERROR6(about) .source = "fd00:2::99", .destination = "fd00:1::7", .protocol = 58, \
	.icmp_type = 2, .quoted = about

#define FLOW(is, goes_back) .flow = { .state = SLUICE_FLOW_STATE_##is, .reply = goes_back }
#define NEW	.port = "eth1", FLOW(NEW, 0)
#define LIVE	.port = "eth1", FLOW(ESTABLISHED, 0)
#define BACK	.port = "eth2", FLOW(ESTABLISHED, 1)
#define ABOUT	.port = "eth2", FLOW(RELATED, 1)

#define PASSES(name)	.reason = SLUICE_REASON_PERMITTED, .conduit = name
#define DENIED(why, like) .reason = SLUICE_REASON_##why, .twin = like
#define BY(name)	.conduit = name
#define CASE(label, says) .name = label, .proves = says

/* A flow of push: the SYN had 1000, the SYN+ACK 5000; 100 bytes went, 60 of them are acknowledged */
#define BEGUN	.track = { .forward_packets = 1, .sent = 1001, .acknowledged = 1000, \
			   .seen = SLUICE_TRACK_BEGUN }
#define PUSHED	.track = { .forward_packets = 9, .sequence = 5001, .sent = 1101, .acknowledged = 1061, \
			   .seen = SLUICE_TRACK_BEGUN | SLUICE_TRACK_ANSWERED }
#define PUSH(flags) ANSWER(9100, flags), .sequence = 5001, .acknowledgement = 1101

/* Tuesday: the local window 09:30 to 11:00 is 08:30 to 10:00 universal time */
#define WEEK_OPENS	(PACKET_WINDOW_OPENS + 1800)
#define WEEK_CLOSES	(PACKET_WINDOW_OPENS + 7200)
#define A_WEEK		(7 * 86400ULL)

static const struct frame_spec asked = { ASK(102, ACK) };
static const struct frame_spec asked6 = { .source = "fd00:1::7", .destination = "fd00:2::10",
	.protocol = 6, .source_port = 40000, .destination_port = 102, .tcp_flags = ACK };
static const struct frame_spec told = { TELL(514) };
static const struct frame_spec sent = { TELL(20000) };
static const struct frame_spec pushed = { ASK(9100, ACK) };
static const struct frame_spec fetched = { ASK(5000, ACK) };
static const struct frame_spec crossed = { CROSS("10.2.0.99", "10.3.0.6", 7002) };
static const struct frame_spec to_gateway = { CROSS("10.2.0.99", "10.3.0.1", 7002) };
static const struct frame_spec dialled = { CROSS("10.3.0.77", "10.3.0.5", 7100) };
static const struct frame_spec answered = { ANSWER(102, ACK) };

const struct packet_case packet_routed[] = {
	/* ---- Budget ---- */
	{ CASE("fetch", "a flow with a budget begins"), .frame = { ASK(5000, SYN) }, NEW,
	  PASSES("fetch") },
	{ CASE("fetch-more", "what goes out costs nothing"), .frame = { ASK(5000, ACK), .payload = 400 },
	  LIVE, .track = { .reply_bytes = 1000 }, PASSES("fetch") },
	{ CASE("fetch-last", "the last byte of a flow's budget"),
	  .frame = { ANSWER(5000, ACK), .payload = 60 }, BACK, .track = { .reply_bytes = 900 },
	  PASSES("fetch") },
	{ CASE("fetch-beyond", "and the one behind it"),
	  .frame = { ANSWER(5000, ACK), .payload = 61 }, BACK, .track = { .reply_bytes = 900 },
	  BY("fetch"), DENIED(RETURN_BUDGET, "fetch-last") },
	{ CASE("fetch-padded", "padding is no byte of it"),
	  .frame = { ANSWER(5000, ACK), .payload = 1, .padding = 5 }, BACK,
	  .track = { .reply_bytes = 959 }, PASSES("fetch") },
	{ CASE("fetch-hour", "the hour's budget, spent by others"),
	  .frame = { ANSWER(5000, ACK), .payload = 60 }, BACK, .spent = PACKET_SPENT_HOUR,
	  BY("fetch"), DENIED(RETURN_BUDGET, "fetch-last") },
	{ CASE("fetch-next-hour", "an hour later it is there again"),
	  .frame = { ANSWER(5000, ACK), .payload = 60 }, BACK, .spent = PACKET_SPENT_LAST_HOUR,
	  PASSES("fetch") },
	{ CASE("fetch-lost", "a late packet of a flow that is forgotten"),
	  .frame = { ANSWER(5000, ACK) }, BACK, .untracked = 1, BY("fetch"),
	  DENIED(NO_FLOW_STATE, "fetch-last") },
	{ CASE("fetch-picked-up", "nobody counted what came back before"),
	  .frame = { ASK(5000, ACK) }, NEW, BY("fetch"), DENIED(NO_FLOW_STATE, "fetch") },
	{ CASE("fetch-echo", "an echo's answer is bytes too"),
	  .frame = { .source = "10.2.0.10", .destination = "10.1.0.7", .protocol = 1, .payload = 72 },
	  BACK, .track = { .reply_bytes = 900 }, PASSES("fetch") },
	{ CASE("fetch-error", "an error within the budget"), .frame = { ERROR(&fetched) }, ABOUT,
	  .track = { .reply_bytes = 900 }, PASSES("fetch") },
	{ CASE("fetch-error-beyond", "an error beyond it"),
	  .frame = { ERROR(&fetched), .payload = 45 }, ABOUT, .track = { .reply_bytes = 900 },
	  BY("fetch"), DENIED(RETURN_BUDGET, "fetch-error") },

	/* ---- Ack-only ---- */
	{ CASE("push", "a flow that only pushes begins"), .frame = { ASK(9100, SYN), .sequence = 1000 },
	  NEW, PASSES("push") },
	{ CASE("push-fast-open", "data in the SYN goes the permitted way"),
	  .frame = { ASK(9100, SYN), .sequence = 1000, .payload = 100 }, NEW, PASSES("push") },
	{ CASE("push-data", "its data"), .frame = { ASK(9100, ACK | PSH), .payload = 500 }, LIVE, PUSHED,
	  PASSES("push") },
	{ CASE("push-accept", "SYN+ACK with any number of its own"),
	  .frame = { ANSWER(9100, SYN | ACK), .sequence = 77, .acknowledgement = 1001 }, BACK, BEGUN,
	  PASSES("push") },
	{ CASE("push-accept-data", "data in the SYN+ACK"),
	  .frame = { ANSWER(9100, SYN | ACK), .acknowledgement = 1001, .payload = 1 }, BACK, BEGUN,
	  BY("push"), DENIED(RETURN_PAYLOAD, "push-accept") },
	{ CASE("push-accept-again", "the same SYN+ACK once more"),
	  .frame = { ANSWER(9100, SYN | ACK), .sequence = 5000, .acknowledgement = 1061 }, BACK, PUSHED,
	  PASSES("push") },
	{ CASE("push-accept-other", "another one says something"),
	  .frame = { ANSWER(9100, SYN | ACK), .sequence = 5001, .acknowledgement = 1061 }, BACK, PUSHED,
	  BY("push"), DENIED(RETURN_PAYLOAD, "push-accept-again") },
	{ CASE("push-refused", "a refusal"),
	  .frame = { ANSWER(9100, RST | ACK), .acknowledgement = 1001 }, BACK, BEGUN, PASSES("push") },
	{ CASE("push-refused-number", "a refusal with a number"),
	  .frame = { ANSWER(9100, RST | ACK), .sequence = 1, .acknowledgement = 1001 }, BACK, BEGUN,
	  BY("push"), DENIED(RETURN_PAYLOAD, "push-refused") },
	{ CASE("push-ack-first", "an acknowledgement before the SYN+ACK"),
	  .frame = { ANSWER(9100, ACK), .acknowledgement = 1001 }, BACK, BEGUN, BY("push"),
	  DENIED(RETURN_PAYLOAD, "push-accept") },
	{ CASE("push-ack", "an acknowledgement"), .frame = { PUSH(ACK) }, BACK, PUSHED, PASSES("push") },
	{ CASE("push-ack-padded", "padding of the frame is no payload"),
	  .frame = { PUSH(ACK), .padding = 6 }, BACK, PUSHED, PASSES("push") },
	{ CASE("push-ack-byte", "one byte comes back"), .frame = { PUSH(ACK), .payload = 1 }, BACK,
	  PUSHED, BY("push"), DENIED(RETURN_PAYLOAD, "push-ack") },
	{ CASE("push-ack-pushed", "a flag that says something"), .frame = { PUSH(ACK | PSH) }, BACK,
	  PUSHED, BY("push"), DENIED(RETURN_PAYLOAD, "push-ack") },
	{ CASE("push-ack-urgent", "an urgent pointer"), .frame = { PUSH(ACK | URG) }, BACK, PUSHED,
	  BY("push"), DENIED(RETURN_PAYLOAD, "push-ack") },
	{ CASE("push-syn", "a SYN of its own"), .frame = { PUSH(SYN) }, BACK, PUSHED, BY("push"),
	  DENIED(RETURN_PAYLOAD, "push-ack") },
	{ CASE("push-fin-alone", "a FIN without an acknowledgement"), .frame = { PUSH(FIN) }, BACK,
	  PUSHED, BY("push"), DENIED(RETURN_PAYLOAD, "push-ack") },
	{ CASE("push-ack-ahead", "it acknowledges what was never sent"),
	  .frame = { ANSWER(9100, ACK), .sequence = 5001, .acknowledgement = 1102 }, BACK, PUSHED,
	  BY("push"), DENIED(RETURN_PAYLOAD, "push-ack") },
	{ CASE("push-ack-behind", "it goes back behind what it acknowledged"),
	  .frame = { ANSWER(9100, ACK), .sequence = 5001, .acknowledgement = 1060 }, BACK, PUSHED,
	  BY("push"), DENIED(RETURN_PAYLOAD, "push-ack") },
	{ CASE("push-ack-same", "a window probe is acknowledged with the same number"),
	  .frame = { ANSWER(9100, ACK), .sequence = 5001, .acknowledgement = 1061 }, BACK, PUSHED,
	  PASSES("push") },
	{ CASE("push-keep-alive", "a keep-alive of the answering side carries a number of its choice"),
	  .frame = { ANSWER(9100, ACK), .sequence = 5000, .acknowledgement = 1101 }, BACK, PUSHED,
	  BY("push"), DENIED(RETURN_PAYLOAD, "push-ack") },
	{ CASE("push-reset", "a reset with the expected number"),
	  .frame = { ANSWER(9100, RST), .sequence = 5001 }, BACK, PUSHED,
	  PASSES("push") },
	{ CASE("push-reset-other", "a reset with another one"),
	  .frame = { ANSWER(9100, RST), .sequence = 5002 }, BACK, PUSHED, BY("push"),
	  DENIED(RETURN_PAYLOAD, "push-reset") },
	{ CASE("push-reset-data", "a reset with a text (RFC 9293, 3.10.7.4)"),
	  .frame = { PUSH(RST), .payload = 12 }, BACK, PUSHED, BY("push"),
	  DENIED(RETURN_PAYLOAD, "push-reset") },
	{ CASE("push-ends", "the answering side ends it"), .frame = { PUSH(FIN | ACK) }, BACK, PUSHED,
	  PASSES("push") },
	{ CASE("push-spare", "more answers than packets, within ten a second"), .frame = { PUSH(ACK) },
	  BACK, .track = { .forward_packets = 3, .reply_packets = 3, .sequence = 5001, .sent = 1101,
			   .acknowledged = 1061, .seen = SLUICE_TRACK_BEGUN | SLUICE_TRACK_ANSWERED },
	  PASSES("push") },
	{ CASE("push-flood", "more than that"), .frame = { PUSH(ACK) }, BACK,
	  .track = { .forward_packets = 3, .reply_packets = 3, .sequence = 5001, .sent = 1101,
		     .acknowledged = 1061, .seen = SLUICE_TRACK_BEGUN | SLUICE_TRACK_ANSWERED },
	  .spent = PACKET_SPENT_SPARE, BY("push"), DENIED(RETURN_BUDGET, "push-spare") },
	{ CASE("push-error", "an ICMP error carries what its sender likes"), .frame = { ERROR(&pushed) },
	  ABOUT, PUSHED, BY("push"), DENIED(RETURN_PAYLOAD, "push-ack") },
	{ CASE("push-picked-up", "nobody saw it begin"), .frame = { ASK(9100, ACK) }, NEW, BY("push"),
	  DENIED(NO_FLOW_STATE, "push") },
	{ CASE("push-lost", "no room to remember it"), .frame = { ASK(9100, SYN) }, NEW,
	  .untracked = 1, BY("push"), DENIED(CONNECTIONS, "push") },
	{ CASE("push-late", "nor of one that is forgotten"), .frame = { PUSH(ACK) }, BACK, .untracked = 1,
	  BY("push"), DENIED(NO_FLOW_STATE, "push-accept") },

	/* ---- One-way ---- */
	{ CASE("log", "a datagram one way"), .frame = { TELL(514), .payload = 80 }, NEW, PASSES("log") },
	{ CASE("log-more", "and another"), .frame = { TELL(514), .payload = 80 }, LIVE, PASSES("log") },
	{ CASE("log-back", "none comes back"), .frame = { REPLY(514) }, BACK, BY("log"),
	  DENIED(RETURN_PAYLOAD, "log") },
	{ CASE("log-error", "no error either"), .frame = { ERROR(&told) }, ABOUT, BY("log"),
	  DENIED(RETURN_PAYLOAD, "log") },

	/* ---- Weekly windows ---- */
	{ CASE("week", "in the weekly window"), .frame = { ASK(22, SYN) }, NEW, PASSES("week") },
	{ CASE("week-first", "its first second"), .frame = { ASK(22, SYN) }, NEW, .now = WEEK_OPENS,
	  PASSES("week") },
	{ CASE("week-before", "the second before"), .frame = { ASK(22, SYN) }, NEW,
	  .now = WEEK_OPENS - 1, BY("week"), DENIED(NOT_VALID_NOW, "week-first") },
	{ CASE("week-last", "its last second"), .frame = { ASK(22, ACK) }, LIVE,
	  .now = WEEK_CLOSES - 1, PASSES("week") },
	{ CASE("week-after", "the second after: a live flow stops"), .frame = { ASK(22, ACK) }, LIVE,
	  .now = WEEK_CLOSES, BY("week"), DENIED(NOT_VALID_NOW, "week-last") },
	{ CASE("week-later", "many weeks later"), .frame = { ASK(22, SYN) }, NEW,
	  .now = WEEK_OPENS + 60 * A_WEEK, PASSES("week") },
	{ CASE("week-wednesday", "the same time of another day"), .frame = { ASK(22, SYN) }, NEW,
	  .now = WEEK_OPENS + 86400, BY("week"), DENIED(NOT_VALID_NOW, "week") },
	{ CASE("week-unsure", "a clock that cannot be relied on opens nothing"),
	  .frame = { ASK(22, SYN) }, NEW, .unsure = 1, BY("week"), DENIED(NOT_VALID_NOW, "week") },
	{ CASE("week-was-open", "but leaves open what was, until it must have ended"),
	  .frame = { ASK(22, SYN) }, NEW, .unsure = 1, .now = 5, .lower_bound = WEEK_CLOSES - 1,
	  .standing = { .window_end = WEEK_CLOSES }, PASSES("week") },
	{ CASE("week-must-be-over", "which is when the lower bound says so"),
	  .frame = { ASK(22, SYN) }, NEW, .unsure = 1, .lower_bound = WEEK_CLOSES,
	  .standing = { .window_end = WEEK_CLOSES }, BY("week"),
	  DENIED(NOT_VALID_NOW, "week-was-open") },
	{ CASE("week-went-back", "a clock before its lower bound is not sure, whatever it says"),
	  .frame = { ASK(22, SYN) }, NEW, .lower_bound = WEEK_CLOSES, BY("week"),
	  DENIED(NOT_VALID_NOW, "week") },

	/* ---- Opening ---- */
	{ CASE("opened", "what people opened"), .frame = { ASK(3389, SYN) }, NEW,
	  .standing = { .open_until = PACKET_NANOSECONDS + 1 }, PASSES("opened") },
	{ CASE("opened-over", "until then and no longer"), .frame = { ASK(3389, ACK) }, LIVE,
	  .standing = { .open_until = PACKET_NANOSECONDS }, BY("opened"),
	  DENIED(NOT_OPEN, "opened") },
	{ CASE("not-opened", "what nobody opened"), .frame = { ASK(3389, SYN) }, NEW, BY("opened"),
	  DENIED(NOT_OPEN, "opened") },
	{ CASE("opened-unsure", "opening needs no wall clock"), .frame = { ASK(3389, SYN) }, NEW,
	  .unsure = 1, .standing = { .open_until = PACKET_NANOSECONDS + 1 }, PASSES("opened") },
	{ CASE("either-window", "window or opening: the window"), .frame = { ASK(5900, SYN) }, NEW,
	  PASSES("either") },
	{ CASE("either-opened", "window or opening: opened outside of it"), .frame = { ASK(5900, SYN) },
	  NEW, .now = PACKET_WINDOW_CLOSES, .standing = { .open_until = PACKET_NANOSECONDS + 1 },
	  PASSES("either") },
	{ CASE("either-neither", "neither"), .frame = { ASK(5900, SYN) }, NEW,
	  .now = PACKET_WINDOW_CLOSES, BY("either"), DENIED(NOT_VALID_NOW, "either-opened") },

	/* ---- Identity ---- */
	{ CASE("known", "who holds a lease"), .frame = { ASK(4840, SYN) }, NEW,
	  .standing = { .lease = SLUICE_LEASE_HELD }, PASSES("known") },
	{ CASE("known-back", "and is answered"), .frame = { ANSWER(4840, ACK) }, BACK,
	  .standing = { .lease = SLUICE_LEASE_HELD }, PASSES("known") },
	{ CASE("unknown", "who holds none"), .frame = { ASK(4840, SYN) }, NEW, BY("known"),
	  DENIED(NO_LEASE, "known") },
	{ CASE("lapsed", "a live flow without one"), .frame = { ASK(4840, ACK) }, LIVE, BY("known"),
	  DENIED(NO_LEASE, "known") },
	{ CASE("revoked", "who lost it"), .frame = { ASK(4840, ACK) }, LIVE,
	  .standing = { .lease = SLUICE_LEASE_REVOKED }, BY("known"), DENIED(REVOKED, "known") },
	{ CASE("lease-of-a-kind", "a state that does not exist"), .frame = { ASK(4840, SYN) }, NEW,
	  .standing = { .lease = 77 }, BY("known"), DENIED(NO_LEASE, "known") },
	{ CASE("revoked-elsewhere", "conduits without identity do not ask"), .frame = { ASK(102, SYN) },
	  NEW, .standing = { .lease = SLUICE_LEASE_REVOKED }, PASSES("plain") },

	/* ---- Island mode ---- */
	{ CASE("island", "island mode comes first"), .frame = { ASK(102, SYN) }, NEW,
	  .standing = { .island = 1 }, BY("plain"), DENIED(ISLAND, "revoked-elsewhere") },
	{ CASE("island-revoked", "before everything else that holds"), .frame = { ASK(4840, SYN) }, NEW,
	  .standing = { .island = 1, .lease = SLUICE_LEASE_REVOKED }, BY("known"),
	  DENIED(ISLAND, "known") },

	/* ---- Fragments ---- */
	{ CASE("large", "a datagram that was put together"), .frame = { TELL(20000), .payload = 1400 },
	  NEW, .whole = 1, PASSES("large") },
	{ CASE("large-back", "and its answer"), .frame = { REPLY(20000), .payload = 1400 }, BACK,
	  .whole = 1, PASSES("large") },
	{ CASE("large-in-one", "one that was not"), .frame = { TELL(20000) }, NEW, PASSES("large") },
	{ CASE("small-whole", "put together for a conduit that does not allow it"),
	  .frame = { TELL(20001), .payload = 1400 }, NEW, .whole = 1, BY("small"),
	  DENIED(FRAGMENT, "large") },
	{ CASE("large-error", "an error about one of its datagrams"), .frame = { ERROR(&sent) }, ABOUT,
	  PASSES("large") },
	{ CASE("error-whole", "an ICMP error comes in one piece, whatever is allowed"),
	  .frame = { ERROR(&sent) }, ABOUT, .whole = 1, BY("large"),
	  DENIED(FRAGMENT, "large-error") },
	{ CASE("piece-elsewhere", "a piece between zones where no conduit allows it"), .port = "eth1",
	  .frame = { .source = "10.1.0.7", .destination = "10.3.0.7", .protocol = 17,
		     .fragment = 0x2000 }, FLOW(NEW, 0), DENIED(FRAGMENT, "large") },

	/* ---- ICMP errors ---- */
	{ CASE("error", "an error about a live flow: path MTU discovery"), .frame = { ERROR(&asked) },
	  ABOUT, PASSES("plain") },
	{ CASE("error-6", "the same over IPv6"), .frame = { ERROR6(&asked6) }, ABOUT, PASSES("plain") },
	{ CASE("error-no-flow", "about a flow that nobody knows"), .frame = { ERROR(&asked) },
	  .port = "eth2", FLOW(NONE, 0), BY("plain"), DENIED(NO_FLOW_STATE, "error") },
	{ CASE("error-against", "about the answering half"), .port = "eth1",
	  .frame = { .source = "10.1.0.99", .destination = "10.2.0.10", .protocol = 1,
		     .icmp_type = 3, .quoted = &answered }, FLOW(RELATED, 0),
	  DENIED(NO_CONDUIT, "error") },
	{ CASE("error-forged", "from a zone that was not asked"), .port = "eth3",
	  .frame = { .source = "10.3.0.99", .destination = "10.1.0.7", .protocol = 1,
		     .icmp_type = 3, .quoted = &asked }, FLOW(RELATED, 1),
	  DENIED(NO_CONDUIT, "error") },
	{ CASE("redirect", "a redirect, related or not"), .port = "eth2",
	  .frame = { .source = "10.2.0.99", .destination = "10.1.0.7", .protocol = 1,
		     .icmp_type = 5, .quoted = &asked }, FLOW(RELATED, 1),
	  DENIED(NO_CONDUIT, "error") },
	{ CASE("quench", "source quench"), .port = "eth2",
	  .frame = { .source = "10.2.0.99", .destination = "10.1.0.7", .protocol = 1,
		     .icmp_type = 4, .quoted = &asked }, FLOW(RELATED, 1),
	  DENIED(NO_CONDUIT, "error") },

	/* ---- A conduit inside another one ---- */
	{ CASE("part", "the narrower conduit has what is in both"), .frame = { ASK(502, SYN) }, NEW,
	  PASSES("part") },
	{ CASE("part-spent", "with its own limits"), .frame = { ASK(502, SYN) }, NEW,
	  .spent = PACKET_SPENT_PACKETS, BY("part"), DENIED(RATE, "part") },
	{ CASE("beside-part", "another service is the wider one's"), .frame = { ASK(102, SYN) }, NEW,
	  PASSES("plain") },
	{ CASE("beside-part-host", "so is another host"), .port = "eth1",
	  .frame = { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6,
		     .source_port = 40000, .destination_port = 502, .tcp_flags = SYN },
	  FLOW(NEW, 0), PASSES("plain") },
	{ CASE("second", "of two with the same ends the narrower one has its service"),
	  .frame = { ASK(8001, SYN) }, NEW, PASSES("second") },
	{ CASE("beside-second", "and leaves the other to the wider one"),
	  .frame = { ASK(8000, SYN) }, NEW, PASSES("both") },
	{ CASE("to-desk", "a host inside a zone, asked by one whom nobody names"),
	  .frame = { CROSS("10.2.0.99", "10.3.0.5", 7000) }, .port = "eth2", FLOW(NEW, 0),
	  PASSES("to-desk") },
	{ CASE("to-desk-named", "and by one who is named elsewhere"),
	  .frame = { CROSS("10.2.0.10", "10.3.0.5", 7000) }, .port = "eth2", FLOW(NEW, 0),
	  PASSES("to-desk") },
	{ CASE("beside-desk", "another host is the wider one's"),
	  .frame = { CROSS("10.2.0.99", "10.3.0.6", 7000) }, .port = "eth2", FLOW(NEW, 0),
	  PASSES("across") },
	{ CASE("from-server", "a host begins, to one whom nobody names"),
	  .frame = { CROSS("10.2.0.10", "10.3.0.6", 7001) }, .port = "eth2", FLOW(NEW, 0),
	  PASSES("from-server") },
	{ CASE("from-server-named", "and to one who is named elsewhere"),
	  .frame = { CROSS("10.2.0.10", "10.3.0.5", 7001) }, .port = "eth2", FLOW(NEW, 0),
	  PASSES("from-server") },
	{ CASE("beside-server", "another host begins by the wider one"),
	  .frame = { CROSS("10.2.0.99", "10.3.0.6", 7001) }, .port = "eth2", FLOW(NEW, 0),
	  PASSES("across") },
	{ CASE("error-across", "an error from behind the port of whom it is about"),
	  .frame = { .source = "10.3.0.9", .destination = "10.2.0.99", .protocol = 1, .icmp_type = 3,
		     .quoted = &crossed }, .port = "eth3", FLOW(RELATED, 1), PASSES("across") },
	{ CASE("error-gateway", "what was for the gateway went no further: nobody has news of it"),
	  .frame = { .source = "10.3.0.9", .destination = "10.2.0.99", .protocol = 1, .icmp_type = 3,
		     .quoted = &to_gateway }, .port = "eth3", FLOW(RELATED, 1),
	  DENIED(NO_CONDUIT, "error-across") },

	/* ---- The gateway dials whom the hosts around it may reach as well ---- */
	{ CASE("within", "a host of the zone reaches the desk"),
	  .frame = { CROSS("10.3.0.77", "10.3.0.5", 7100) }, .port = "eth4", FLOW(NEW, 0),
	  PASSES("within") },
	{ CASE("dialled-answer", "the desk answers the gateway, at an address that no policy names"),
	  .layer = SLUICE_LAYER_LOCAL_IN, .frame = { .source = "10.3.0.5", .destination = "10.3.0.77",
	  .protocol = 6, .source_port = 7100, .destination_port = 40000, .tcp_flags = ACK },
	  .port = "eth3", FLOW(ESTABLISHED, 1), PASSES("management to desk") },
	{ CASE("dialled-error", "and an error about what the gateway sent there"),
	  .layer = SLUICE_LAYER_LOCAL_IN, .frame = { .source = "10.3.0.9", .destination = "10.3.0.77",
	  .protocol = 1, .icmp_type = 3, .quoted = &dialled }, .port = "eth3", FLOW(RELATED, 1),
	  PASSES("management to desk") },
};

const size_t packet_routed_count = sizeof(packet_routed) / sizeof(packet_routed[0]);
