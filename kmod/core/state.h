/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the decision needs to know beside the packet, and what it says. The caller fills and keeps all
 * of it; the core allocates nothing and remembers nothing.
 */
#ifndef SLUICE_CORE_STATE_H
#define SLUICE_CORE_STATE_H

#include "types.h"

/**
 * enum sluice_flow_state - what connection tracking says; unknown values deny
 *
 * NEW is the first packet of a flow and no other, since it is charged as a connection: an entry that
 * is already confirmed is ESTABLISHED here, though its answer has not come yet.
 */
enum sluice_flow_state {
	SLUICE_FLOW_STATE_NONE		= 0,	/* untracked, or tracking is absent */
	SLUICE_FLOW_STATE_INVALID	= 1,
	SLUICE_FLOW_STATE_NEW		= 2,
	SLUICE_FLOW_STATE_ESTABLISHED	= 3,
	SLUICE_FLOW_STATE_RELATED	= 4,
};

/**
 * struct sluice_flow - the packet's flow
 * @state: enum sluice_flow_state
 * @reply: 1 when the packet goes against the direction in which the flow was begun
 * @translated: 1 when any address or port of the flow is translated
 * @zero: 0
 */
struct sluice_flow {
	__u8 state;
	__u8 reply;
	__u8 translated;
	__u8 zero;
};

/**
 * struct sluice_clock - both clocks
 * @now: wall clock, seconds since 1970
 * @lower_bound: the time cannot be before this (newest of build time and any verified object's
 *	creation, the policy's envelope among them)
 * @nanoseconds: monotonic, for rates, budgets and what is open for some time
 * @sure: 1 when the wall clock can be relied on; never while it seems to be before @lower_bound
 * @zero: 0
 */
struct sluice_clock {
	__u64 now;
	__u64 lower_bound;
	__u64 nanoseconds;
	__u8 sure;
	__u8 zero[7];
};

/**
 * struct sluice_standing - what the caller remembers of the conduit that sluice_judge() found
 * @open_until: monotonic nanoseconds up to which an operator opened it; 0 closed
 * @window_end: verdict's window_end when the clock was last sure; 0 closed
 * @island: 1 when island mode holds the conduit shut
 * @lease: enum sluice_lease of the end that began; asked for conduits with IDENTITY only
 * @zero: 0
 *
 * All zero is right for a conduit without window, open or identity.
 */
struct sluice_standing {
	__u64 open_until;
	__u64 window_end;
	__u8 island;
	__u8 lease;
	__u8 zero[6];
};

/* What struct sluice_track has seen, grade ack-only */
#define SLUICE_TRACK_BEGUN	0x01	/* the initiator's SYN */
#define SLUICE_TRACK_ANSWERED	0x02	/* the SYN+ACK */
#define SLUICE_TRACK_ENDED	0x04	/* the answering side's FIN */

/**
 * struct sluice_track - bounded state of one flow, for the grades budget and ack-only
 * @reply_bytes: budget: of answers, so far
 * @forward_packets: ack-only: wire packets that the initiator sent
 * @reply_packets: ack-only: wire packets that came back for them
 * @sequence: ack-only: what the next answer must carry, with ANSWERED
 * @sent: ack-only: the number behind the last byte that the initiator sent, with BEGUN
 * @acknowledged: ack-only: the highest of these that was acknowledged, with BEGUN
 * @seen: SLUICE_TRACK_*
 * @zero: 0
 *
 * All zero when the flow begins.
 */
struct sluice_track {
	__u64 reply_bytes;
	__u64 forward_packets;
	__u64 reply_packets;
	__u32 sequence;
	__u32 sent;
	__u32 acknowledged;
	__u8 seen;
	__u8 zero[3];
};

/**
 * struct sluice_counters - bounded state of one conduit's limits
 * @packets_due: theoretical arrival time of the packet bucket of the forward half, nanoseconds
 * @replies_due: the same of the reply half
 * @connections_due: the same for new connections
 * @spare_due: the same for answers of grade ack-only that no packet of the initiator paid for
 * @hour_since: budget: when the hour began whose answers are counted, 0 before the first
 * @hour_bytes: budget: of answers in that hour
 * @concurrent: live connections
 * @zero: 0
 *
 * sluice_charge() changes all but @concurrent, when it permits; the caller keeps @concurrent.
 */
struct sluice_counters {
	__u64 packets_due;
	__u64 replies_due;
	__u64 connections_due;
	__u64 spare_due;
	__u64 hour_since;
	__u64 hour_bytes;
	__u32 concurrent;
	__u32 zero;
};

/**
 * struct sluice_verdict - what to do with the packet
 * @permit: 1 to let it pass, 0 (and anything else) to drop it
 * @reason: enum sluice_reason
 * @begins: 1 when it begins a flow that must now be counted
 * @midstream: 1 when that flow was picked up in the middle
 * @reply: 1 when it is of the reply half
 * @reset: 1 when the flow must end now: its budget is spent
 * @conduit: through which it passes, or the nearest one; 0 for none
 * @held: 1 when sluice_hold() was asked: without it sluice_charge() permits nothing
 * @zero: 0
 * @window_end: of the conduit's window: first second after it, ~0 for an endless one, 0 closed now or
 *	no window; to be kept by the caller for sluice_standing while the clock is sure
 */
struct sluice_verdict {
	__u8 permit;
	__u8 reason;
	__u8 begins;
	__u8 midstream;
	__u8 reply;
	__u8 reset;
	__u16 conduit;
	__u8 held;
	__u8 zero[7];
	__u64 window_end;
};

/* The decision is made: a denial begins nothing. Every step that refuses ends here. */
static __always_inline void sluice_verdict_deny(struct sluice_verdict *verdict, __u8 reason)
{
	verdict->permit = 0;
	verdict->reason = reason;
	verdict->begins = 0;
	verdict->midstream = 0;
}

#endif /* SLUICE_CORE_STATE_H */
