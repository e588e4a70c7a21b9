/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 13 and the budgets of step 9: rates, connections, bytes that came back. All or nothing: state
 * changes only for a packet that passes.
 */
#ifndef SLUICE_CORE_CHARGE_H
#define SLUICE_CORE_CHARGE_H

#include "image.h"
#include "state.h"

/* A burst of one second's worth is what a rate per second permits. */
#define SLUICE_BURST_NANOSECONDS	1000000000ULL

/**
 * sluice_bucket_take - token bucket as a theoretical arrival time (GCRA, ITU-T I.371)
 * @due: state, 0 at first; changed when taken
 * @now: nanoseconds
 * @interval: nanoseconds a token; 0 is no rate and refuses
 * @tokens: at least 1
 *
 * Return: 1 when the tokens were there, 0 when over the rate.
 */
static __always_inline int sluice_bucket_take(__u64 *due, __u64 now, __u32 interval, __u32 tokens)
{
	__u64 start = *due > now ? *due : now;
	__u64 next = start + (__u64)interval * tokens;

	if (!interval || next - now > SLUICE_BURST_NANOSECONDS)
		return 0;
	*due = next;
	return 1;
}

/* Grade ack-only: so many answers a second beyond one for each packet of the initiator. */
#define SLUICE_SPARE_INTERVAL		100000000u

/* Grade budget: what bytes_per_hour is counted over. */
#define SLUICE_HOUR_NANOSECONDS		3600000000000ULL

static __always_inline __u32 sluice_segments(const struct sluice_facts *facts)
{
	return facts->segments ? facts->segments : 1;
}

/* Bytes on the wire from the IP header on: each segment of a merged packet has headers of its own. */
static __always_inline __u64 sluice_wire_bytes(const struct sluice_facts *facts)
{
	__u32 headers = facts->length > facts->payload ? facts->length - facts->payload : 0;

	return facts->length + (__u64)(sluice_segments(facts) - 1) * headers;
}

/*
 * Budget: the bytes of an answer, charged to flow and hour before it passes. The hour begins with the
 * first answer after the one before it ended, so no counted hour carries more than the budget, and no
 * span of an hour more than two. A new policy opens a new account.
 */
static __always_inline __u8 sluice_charge_budget(const struct sluice_image *image,
						 const struct sluice_facts *facts,
						 const struct sluice_clock *clock,
						 struct sluice_counters *counters,
						 struct sluice_track *track,
						 struct sluice_verdict *verdict)
{
	__u64 budget = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_BUDGET);
	__u64 bytes = sluice_wire_bytes(facts);
	__u64 since = counters->hour_since;
	__u64 spent = counters->hour_bytes;

	if (!since || clock->nanoseconds - since >= SLUICE_HOUR_NANOSECONDS) {
		since = clock->nanoseconds;
		spent = 0;
	}
	if (track->reply_bytes + bytes > (__u32)budget || spent + bytes > budget >> 32) {
		verdict->reset = 1;
		return SLUICE_REASON_RETURN_BUDGET;
	}
	track->reply_bytes += bytes;
	counters->hour_since = since;
	counters->hour_bytes = spent + bytes;
	return SLUICE_REASON_PERMITTED;
}

/* Ack-only: an answer for each packet of the initiator, and a few to spare. */
static __always_inline __u8 sluice_charge_answer(const struct sluice_facts *facts,
						 const struct sluice_clock *clock,
						 struct sluice_counters *counters,
						 struct sluice_track *track)
{
	__u32 segments = sluice_segments(facts);

	if (track->reply_packets + segments <= track->forward_packets) {
		track->reply_packets += segments;
		return SLUICE_REASON_PERMITTED;
	}
	return sluice_bucket_take(&counters->spare_due, clock->nanoseconds, SLUICE_SPARE_INTERVAL,
				  segments) ? SLUICE_REASON_PERMITTED : SLUICE_REASON_RETURN_BUDGET;
}

/* Ack-only: what the initiator sent, so that the answers can be held against it. */
static __always_inline void sluice_track_sent(const struct sluice_facts *facts,
					      struct sluice_track *track)
{
	__u32 end = facts->tcp_sequence + facts->payload +
		    !!(facts->tcp_flags & SLUICE_TCP_SYN) + !!(facts->tcp_flags & SLUICE_TCP_FIN);

	track->forward_packets += sluice_segments(facts);
	if (!(track->seen & SLUICE_TRACK_BEGUN)) {
		/* Only a SYN says where the numbers begin. */
		if (!(facts->tcp_flags & SLUICE_TCP_SYN))
			return;
		track->seen |= SLUICE_TRACK_BEGUN;
		track->acknowledged = facts->tcp_sequence;
		track->sent = end;
	} else if ((__s32)(end - track->sent) > 0) {
		track->sent = end;
	}
}

/* Ack-only: an answer that sluice_hold() found to be what was expected. */
static __always_inline void sluice_track_answered(const struct sluice_facts *facts,
						  struct sluice_track *track)
{
	if (facts->tcp_flags & SLUICE_TCP_ACK)
		track->acknowledged = facts->tcp_acknowledgement;
	if (facts->tcp_flags & SLUICE_TCP_SYN) {
		track->seen |= SLUICE_TRACK_ANSWERED;
		track->sequence = facts->tcp_sequence + 1;
	}
	if ((facts->tcp_flags & SLUICE_TCP_FIN) && !(track->seen & SLUICE_TRACK_ENDED)) {
		track->seen |= SLUICE_TRACK_ENDED;
		track->sequence++;
	}
}

/* What came back, by grade; sluice_hold() saw to it that there is a track where one is needed. */
static __always_inline __u8 sluice_charge_reply(const struct sluice_image *image,
						const struct sluice_facts *facts,
						const struct sluice_clock *clock,
						struct sluice_counters *counters,
						struct sluice_track *track,
						struct sluice_verdict *verdict)
{
	__u64 flags = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_FLAGS);

	switch (SLUICE_CONDUIT_GRADE(flags)) {
	case SLUICE_GRADE_INITIATE:
		return SLUICE_REASON_PERMITTED;
	case SLUICE_GRADE_BUDGET:
		if (!track)
			return SLUICE_REASON_CONNECTIONS;
		return sluice_charge_budget(image, facts, clock, counters, track, verdict);
	case SLUICE_GRADE_ACK_ONLY:
		if (!track)
			return SLUICE_REASON_CONNECTIONS;
		return sluice_charge_answer(facts, clock, counters, track);
	}
	/* Nothing of another direction gets here: sluice_hold() has refused it. */
	return SLUICE_REASON_UNKNOWN;
}

static __always_inline __u8 sluice_charge_limits(const struct sluice_image *image,
						 const struct sluice_facts *facts,
						 const struct sluice_clock *clock,
						 struct sluice_counters *counters,
						 struct sluice_track *track,
						 struct sluice_verdict *verdict)
{
	__u64 intervals = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_INTERVALS);
	__u64 concurrent = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_CONCURRENT);
	__u64 *half = verdict->reply ? &counters->replies_due : &counters->packets_due;
	__u64 due = *half;
	__u8 reason;

	if (verdict->begins && counters->concurrent >= (__u32)concurrent)
		return SLUICE_REASON_CONNECTIONS;
	if (!sluice_bucket_take(&due, clock->nanoseconds, (__u32)intervals, sluice_segments(facts)))
		return SLUICE_REASON_RATE;
	if (verdict->reply) {
		reason = sluice_charge_reply(image, facts, clock, counters, track, verdict);
		if (reason != SLUICE_REASON_PERMITTED)
			return reason;
	}
	if (verdict->begins && !sluice_bucket_take(&counters->connections_due, clock->nanoseconds,
						   (__u32)(intervals >> 32), 1))
		return SLUICE_REASON_RATE;
	*half = due;
	return SLUICE_REASON_PERMITTED;
}

static __always_inline void sluice_charge_track(const struct sluice_image *image,
						const struct sluice_facts *facts,
						const struct sluice_verdict *verdict,
						struct sluice_track *track)
{
	__u64 flags = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_FLAGS);

	if (!track || SLUICE_CONDUIT_GRADE(flags) != SLUICE_GRADE_ACK_ONLY)
		return;
	if (verdict->reply)
		sluice_track_answered(facts, track);
	else
		sluice_track_sent(facts, track);
}

/**
 * sluice_charge - the last call: rates, connections and budgets of the verdict's conduit
 * @image: as for sluice_judge()
 * @facts: the packet; segments wire packets are charged
 * @clock: as for sluice_hold()
 * @counters: of verdict->conduit, held exclusively by the caller
 * @track: of the flow, held exclusively by the caller, or NULL
 * @verdict: after sluice_hold(); turned into a denial when a limit is reached
 *
 * Only for permitted packets that go through a conduit; neighbour discovery has none. A verdict that
 * sluice_hold() did not see becomes a denial.
 */
static __always_inline void sluice_charge(const struct sluice_image *image,
					  const struct sluice_facts *facts,
					  const struct sluice_clock *clock,
					  struct sluice_counters *counters,
					  struct sluice_track *track,
					  struct sluice_verdict *verdict)
{
	if (!verdict->permit || (!verdict->conduit && verdict->held))
		return;
	verdict->reason = verdict->held == 1 ?
		sluice_charge_limits(image, facts, clock, counters, track, verdict) :
		SLUICE_REASON_UNKNOWN;
	if (verdict->reason == SLUICE_REASON_PERMITTED)
		return sluice_charge_track(image, facts, verdict, track);
	sluice_verdict_deny(verdict, verdict->reason);
}

#endif /* SLUICE_CORE_CHARGE_H */
