/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps 15, 9, 10 and 11: island mode, what the grade lets come back, leases, windows and opening.
 * Nothing here changes state.
 */
#ifndef SLUICE_CORE_HOLD_H
#define SLUICE_CORE_HOLD_H

#include "image.h"
#include "state.h"

/* ---- Step 11: windows ---- */

#define SLUICE_DAY_MINUTES	1440u
#define SLUICE_WEEK_MINUTES	(7 * SLUICE_DAY_MINUTES)
#define SLUICE_EPOCH_WEEKDAY	3u		/* 1970-01-01 was a Thursday, Monday being 0 */
#define SLUICE_WINDOW_ENDLESS	(~0ULL)

/* Whole minutes since 1970; good until 2514. 32-bit kernels have no 64-bit division. */
static __always_inline __u32 sluice_minutes(__u64 now)
{
	return (__u32)(now >> 2) / 15;
}

/* Minutes of local time since a Monday at midnight. */
static __always_inline __u32 sluice_week_minute(__u32 minutes, int offset)
{
	return (minutes % SLUICE_WEEK_MINUTES + SLUICE_EPOCH_WEEKDAY * SLUICE_DAY_MINUTES +
		SLUICE_WEEK_MINUTES + (__u32)offset) % SLUICE_WEEK_MINUTES;
}

/* Minutes that the weekly window is still open, 0 when it is not; the minute that runs counts. */
static __always_inline __u32 sluice_weekly_left(__u64 weekly, __u32 minute)
{
	__u32 left = 0, day;

	for (day = 0; day < 7; day++) {
		__u32 begin = day * SLUICE_DAY_MINUTES + SLUICE_WEEKLY_FIRST(weekly);
		__u32 gone = (minute + SLUICE_WEEK_MINUTES - begin % SLUICE_WEEK_MINUTES) %
			     SLUICE_WEEK_MINUTES;

		if ((SLUICE_WEEKLY_DAYS(weekly) >> day & 1) &&
		    gone < SLUICE_WEEKLY_MINUTES(weekly) &&
		    SLUICE_WEEKLY_MINUTES(weekly) - gone > left)
			left = SLUICE_WEEKLY_MINUTES(weekly) - gone;
	}
	return left;
}

/**
 * sluice_window_end - is a conduit's window open at this time, and until when
 * @image: any
 * @conduit: index 1..
 * @now: seconds since 1970, taken for true
 *
 * Return: first second behind the window; SLUICE_WINDOW_ENDLESS; 0 when it is closed.
 */
static __always_inline __u64 sluice_window_end(const struct sluice_image *image, __u16 conduit,
					       __u64 now)
{
	__u64 from = sluice_conduit_word(image, conduit, SLUICE_CONDUIT_VALID_FROM);
	__u64 until = sluice_conduit_word(image, conduit, SLUICE_CONDUIT_VALID_UNTIL);
	__u64 weekly = sluice_conduit_word(image, conduit, SLUICE_CONDUIT_WEEKLY);
	__u64 end = until ? until : SLUICE_WINDOW_ENDLESS;
	__u32 minutes, left;

	if (now < from || now >= end)
		return 0;
	if (!weekly)
		return end;
	/* Beyond that time nobody counts. */
	if (!(weekly & SLUICE_WEEKLY_SET) || now >> 34)
		return 0;
	minutes = sluice_minutes(now);
	left = sluice_weekly_left(weekly,
				  sluice_week_minute(minutes, SLUICE_WEEKLY_OFFSET(weekly)));
	if (!left)
		return 0;
	now = ((__u64)minutes + left) * 60;
	return now < end ? now : end;
}

static __always_inline int sluice_has_window(const struct sluice_image *image, __u16 conduit)
{
	return sluice_conduit_word(image, conduit, SLUICE_CONDUIT_VALID_FROM) ||
	       sluice_conduit_word(image, conduit, SLUICE_CONDUIT_VALID_UNTIL) ||
	       sluice_conduit_word(image, conduit, SLUICE_CONDUIT_WEEKLY);
}

/* A window opens only when the clock is sure; without, it stays as it was until it must have ended. */
static __always_inline int sluice_in_window(const struct sluice_image *image,
					    const struct sluice_standing *standing,
					    const struct sluice_clock *clock,
					    struct sluice_verdict *verdict)
{
	if (clock->sure == 1 && clock->now >= clock->lower_bound) {
		verdict->window_end = sluice_window_end(image, verdict->conduit, clock->now);
		return !!verdict->window_end;
	}
	return standing->window_end && clock->lower_bound < standing->window_end;
}

static __always_inline __u8 sluice_hold_time(const struct sluice_image *image,
					     const struct sluice_standing *standing,
					     const struct sluice_clock *clock, __u64 flags,
					     struct sluice_verdict *verdict)
{
	int window = sluice_has_window(image, verdict->conduit);
	int open = !!(flags & SLUICE_CONDUIT_FLAG_OPEN);

	if (!window && !open)
		return SLUICE_REASON_PERMITTED;
	if (window && sluice_in_window(image, standing, clock, verdict))
		return SLUICE_REASON_PERMITTED;
	if (open && clock->nanoseconds < standing->open_until)
		return SLUICE_REASON_PERMITTED;
	return window ? SLUICE_REASON_NOT_VALID_NOW : SLUICE_REASON_NOT_OPEN;
}

/* ---- Step 10: identity ---- */

/* What a lease, or its absence, is worth where one is asked for. */
static __always_inline __u8 sluice_lease_reason(__u32 lease)
{
	if (lease == SLUICE_LEASE_HELD)
		return SLUICE_REASON_PERMITTED;
	return lease == SLUICE_LEASE_REVOKED ? SLUICE_REASON_REVOKED : SLUICE_REASON_NO_LEASE;
}

static __always_inline __u8 sluice_hold_lease(const struct sluice_standing *standing, __u64 flags)
{
	return flags & SLUICE_CONDUIT_FLAG_IDENTITY ? sluice_lease_reason(standing->lease) :
						      SLUICE_REASON_PERMITTED;
}

/**
 * sluice_observed - would this flow be denied if its conduit required an identity
 * @image: any
 * @conduit: of a flow that is permitted
 * @lease: enum sluice_lease of the end that began it
 *
 * Evidence and no decision: no other step of the three calls asks. Return: enum sluice_reason that
 * `identity: required` would give; PERMITTED when none, or where nothing is observed.
 */
static __always_inline __u8 sluice_observed(const struct sluice_image *image, __u16 conduit,
					    __u32 lease)
{
	__u64 flags = sluice_conduit_word(image, conduit, SLUICE_CONDUIT_FLAGS);

	return flags & SLUICE_CONDUIT_FLAG_OBSERVE ? sluice_lease_reason(lease) :
						     SLUICE_REASON_PERMITTED;
}

/* ---- Step 9: what comes back ---- */

/* Does the answer's sequence number say nothing but what the initiator knows already? */
static __always_inline int sluice_sequence_expected(const struct sluice_facts *facts, __u32 flags,
						    const struct sluice_track *track)
{
	__u32 next = facts->tcp_sequence + !!(flags & SLUICE_TCP_SYN);

	/* The first SYN+ACK chooses; a refusal of a SYN has nothing to count from (RFC 9293, 3.5.2). */
	if (!(track->seen & SLUICE_TRACK_ANSWERED))
		return flags == (SLUICE_TCP_SYN | SLUICE_TCP_ACK) ||
		       (flags == (SLUICE_TCP_RST | SLUICE_TCP_ACK) && !facts->tcp_sequence);
	/* A FIN that got lost comes again. */
	if ((flags & SLUICE_TCP_FIN) && (track->seen & SLUICE_TRACK_ENDED))
		next++;
	return next == track->sequence;
}

/* It may acknowledge what was sent and not less than before. */
static __always_inline int sluice_acknowledgement_expected(const struct sluice_facts *facts,
							   const struct sluice_track *track)
{
	if (!(facts->tcp_flags & SLUICE_TCP_ACK))
		return 1;
	return (__s32)(facts->tcp_acknowledgement - track->acknowledged) >= 0 &&
	       (__s32)(track->sent - facts->tcp_acknowledgement) >= 0;
}

/* Ack-only: ACK, SYN+ACK, FIN+ACK, RST of a tracked TCP flow, without a byte and with no choice. */
static __always_inline __u8 sluice_hold_ack_only(const struct sluice_facts *facts,
						 const struct sluice_track *track)
{
	__u32 flags = facts->tcp_flags;

	if (facts->kind != SLUICE_KIND_PLAIN || facts->protocol != SLUICE_PROTOCOL_TCP ||
	    facts->payload || !(track->seen & SLUICE_TRACK_BEGUN))
		return SLUICE_REASON_RETURN_PAYLOAD;
	switch (flags) {
	case SLUICE_TCP_ACK:
	case SLUICE_TCP_SYN | SLUICE_TCP_ACK:
	case SLUICE_TCP_FIN | SLUICE_TCP_ACK:
	case SLUICE_TCP_RST | SLUICE_TCP_ACK:
	case SLUICE_TCP_RST:
		break;
	default:
		return SLUICE_REASON_RETURN_PAYLOAD;
	}
	return sluice_sequence_expected(facts, flags, track) &&
	       sluice_acknowledgement_expected(facts, track) ? SLUICE_REASON_PERMITTED :
							       SLUICE_REASON_RETURN_PAYLOAD;
}

static __always_inline __u8 sluice_hold_grade(const struct sluice_facts *facts,
					      const struct sluice_track *track, __u64 flags,
					      const struct sluice_verdict *verdict)
{
	switch (SLUICE_CONDUIT_GRADE(flags)) {
	case SLUICE_GRADE_INITIATE:
		return SLUICE_REASON_PERMITTED;
	case SLUICE_GRADE_ONE_WAY:
		return verdict->reply ? SLUICE_REASON_RETURN_PAYLOAD : SLUICE_REASON_PERMITTED;
	case SLUICE_GRADE_BUDGET:
	case SLUICE_GRADE_ACK_ONLY:
		break;
	default:
		return SLUICE_REASON_UNKNOWN;
	}
	/* Nobody saw the first half of what is picked up in the middle. */
	if (verdict->midstream)
		return SLUICE_REASON_NO_FLOW_STATE;
	/* A new flow found no room; of a later packet the flow has ended, or began under another grade. */
	if (!track)
		return verdict->begins ? SLUICE_REASON_CONNECTIONS : SLUICE_REASON_NO_FLOW_STATE;
	if (verdict->reply && SLUICE_CONDUIT_GRADE(flags) == SLUICE_GRADE_ACK_ONLY)
		return sluice_hold_ack_only(facts, track);
	return SLUICE_REASON_PERMITTED;
}

/**
 * sluice_hold - the second call: what holds the conduit of the verdict shut, for this packet
 * @image: as for sluice_judge()
 * @facts: the packet
 * @standing: of verdict->conduit and of the end that began
 * @track: of the flow; NULL when there is none: grades that need one then deny
 * @clock: both clocks
 * @verdict: of sluice_judge(); may turn into a denial; held and window_end are set
 *
 * Packets without a conduit (neighbour discovery) pass untouched.
 */
static __always_inline void sluice_hold(const struct sluice_image *image,
					const struct sluice_facts *facts,
					const struct sluice_standing *standing,
					const struct sluice_track *track,
					const struct sluice_clock *clock,
					struct sluice_verdict *verdict)
{
	__u64 flags = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_FLAGS);
	__u8 reason;

	verdict->held = 1;
	if (!verdict->permit || !verdict->conduit)
		return;
	reason = standing->island ? SLUICE_REASON_ISLAND :
				    sluice_hold_grade(facts, track, flags, verdict);
	if (reason == SLUICE_REASON_PERMITTED)
		reason = sluice_hold_lease(standing, flags);
	if (reason == SLUICE_REASON_PERMITTED)
		reason = sluice_hold_time(image, standing, clock, flags, verdict);
	if (reason != SLUICE_REASON_PERMITTED)
		sluice_verdict_deny(verdict, reason);
}

#endif /* SLUICE_CORE_HOLD_H */
