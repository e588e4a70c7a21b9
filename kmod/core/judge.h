/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge(): the whole decision, with the state that gate() does not have.
 *
 * The caller looks up flow, clock and counters, holds whatever lock protects the counters, and does
 * what the verdict says. Nothing here remembers anything.
 */
#ifndef SLUICE_CORE_JUDGE_H
#define SLUICE_CORE_JUDGE_H

#include "gate.h"

/*
 * The steps below return an enum sluice_reason, and only PERMITTED goes on: 0 is UNKNOWN, a denial.
 */

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
 *	creation, the policy's envelope among them); windows stay closed while it seems to be
 * @nanoseconds: monotonic, for the rates
 */
struct sluice_clock {
	__u64 now;
	__u64 lower_bound;
	__u64 nanoseconds;
};

/**
 * struct sluice_counters - bounded state of one conduit's limits
 * @packets_due: theoretical arrival time of the forward half's packet bucket, nanoseconds
 * @replies_due: the same for the reply half, which has as many packets of its own, so that who
 *	answers cannot starve who asks
 * @connections_due: the same for new connections
 * @concurrent: live connections
 *
 * judge() changes the first three when it permits; the caller keeps @concurrent.
 */
struct sluice_counters {
	__u64 packets_due;
	__u64 replies_due;
	__u64 connections_due;
	__u32 concurrent;
};

/**
 * struct sluice_verdict - what to do with the packet
 * @permit: 1 to let it pass, 0 (and anything else) to drop it
 * @reason: enum sluice_reason
 * @begins: 1 when it begins a flow that must now be counted
 * @midstream: 1 when that flow was picked up in the middle
 * @reply: 1 when it is of the reply half
 * @zero: 0
 * @conduit: through which it passes, or the nearest one; 0 for none
 */
struct sluice_verdict {
	__u8 permit;
	__u8 reason;
	__u8 begins;
	__u8 midstream;
	__u8 reply;
	__u8 zero;
	__u16 conduit;
};

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

/* Which candidates count at this hook: the gateway's own conduits at its own hooks, others elsewhere. */
static __always_inline __u16 sluice_candidate(const struct sluice_image *image, __u32 layer,
					      const struct sluice_answer *answer, __u16 conduit)
{
	__u64 flags = sluice_conduit_word(image, conduit, SLUICE_CONDUIT_FLAGS);
	int local = !!(flags & SLUICE_CONDUIT_FLAG_LOCAL);

	if (!conduit)
		return 0;
	if (layer == SLUICE_LAYER_LOCAL_IN || layer == SLUICE_LAYER_LOCAL_OUT)
		return local ? conduit : 0;
	if (layer != SLUICE_LAYER_FORWARD)
		return 0;
	if (!local)
		return conduit;
	/* A neighbour of the gateway talks to its management station: that is intra-zone traffic. */
	if (answer->source_zone != answer->destination_zone)
		return 0;
	return (__u16)SLUICE_ZONE_INTRA(sluice_zone_record(image, answer->source_zone));
}

/*
 * The gateway's own address may be a nameless one of a zone whose hosts may reach the same peer by the
 * same service. gate() has one place for a reply and names the hosts' conduit; at the gateway's own
 * hook the question is what the gateway dialled. The conditions are those of gate().
 */
static __always_inline __u16 sluice_dialled(const struct sluice_image *image,
					    const struct sluice_facts *facts)
{
	__u32 port_zone = SLUICE_PORT_RECORD_ZONE(sluice_port_record(image, facts->port));
	__u64 source = sluice_owner(image, facts->family, &facts->source);
	struct sluice_end peer = { SLUICE_OWNER_IDENTIFIER(source), SLUICE_OWNER_ZONE(source) };
	struct sluice_end gateway = { SLUICE_IDENTIFIER_GATEWAY, 0 };
	struct sluice_services services;

	if (sluice_egress_zone(image, facts->family, &facts->destination) != port_zone)
		return 0;
	sluice_services_of(image, facts, &services);
	return (__u16)sluice_find(image, &gateway, &peer, services.reply);
}

/* Step 8: begun the right way, and tracked. */
static __always_inline __u8 sluice_judge_flow(const struct sluice_facts *facts,
					     const struct sluice_flow *flow, __u16 forward,
					     __u16 reply, struct sluice_verdict *verdict)
{
	if (flow->translated)
		return SLUICE_REASON_NAT;
	if (flow->reply) {
		verdict->conduit = reply ? reply : forward;
		if (!reply)
			return SLUICE_REASON_WRONG_DIRECTION;
	} else {
		verdict->conduit = forward ? forward : reply;
		if (!forward)
			return SLUICE_REASON_WRONG_DIRECTION;
	}
	if (flow->state == SLUICE_FLOW_STATE_ESTABLISHED)
		return SLUICE_REASON_PERMITTED;
	if (flow->state != SLUICE_FLOW_STATE_NEW || flow->reply)
		return SLUICE_REASON_NO_FLOW_STATE;
	verdict->begins = 1;
	if (facts->protocol != SLUICE_PROTOCOL_TCP)
		return SLUICE_REASON_PERMITTED;
	switch (facts->tcp_flags & (SLUICE_TCP_SYN | SLUICE_TCP_ACK | SLUICE_TCP_RST |
				    SLUICE_TCP_FIN)) {
	case SLUICE_TCP_SYN:
		return SLUICE_REASON_PERMITTED;
	case SLUICE_TCP_ACK:
		/* A long flow survives a power cut: picked up when it fits the forward half only. */
		verdict->midstream = 1;
		return reply && reply != forward ? SLUICE_REASON_NO_FLOW_STATE :
						   SLUICE_REASON_PERMITTED;
	}
	return SLUICE_REASON_NO_FLOW_STATE;
}

/* Step 11: absolute windows stay closed while the clock cannot be right. */
static __always_inline __u8 sluice_judge_window(const struct sluice_image *image, __u16 conduit,
					       const struct sluice_clock *clock)
{
	__u64 from = sluice_conduit_word(image, conduit, SLUICE_CONDUIT_VALID_FROM);
	__u64 until = sluice_conduit_word(image, conduit, SLUICE_CONDUIT_VALID_UNTIL);

	if (!from && !until)
		return SLUICE_REASON_PERMITTED;
	if (clock->now < clock->lower_bound || clock->now < from ||
	    (until && clock->now >= until))
		return SLUICE_REASON_NOT_VALID_NOW;
	return SLUICE_REASON_PERMITTED;
}

/* Step 13: charged last, and only when all of it is there. */
static __always_inline __u8 sluice_judge_limits(const struct sluice_image *image,
					       const struct sluice_facts *facts,
					       const struct sluice_clock *clock,
					       const struct sluice_verdict *verdict,
					       struct sluice_counters *counters)
{
	__u64 intervals = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_INTERVALS);
	__u64 concurrent = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_CONCURRENT);
	__u64 *half = verdict->reply ? &counters->replies_due : &counters->packets_due;
	__u64 due = *half;

	if (verdict->begins && counters->concurrent >= (__u32)concurrent)
		return SLUICE_REASON_CONNECTIONS;
	if (!sluice_bucket_take(&due, clock->nanoseconds, (__u32)intervals,
				facts->segments ? facts->segments : 1))
		return SLUICE_REASON_RATE;
	if (verdict->begins && !sluice_bucket_take(&counters->connections_due, clock->nanoseconds,
						   (__u32)(intervals >> 32), 1))
		return SLUICE_REASON_RATE;
	*half = due;
	return SLUICE_REASON_PERMITTED;
}

static __always_inline __u8 sluice_judge_state(const struct sluice_image *image,
					       const struct sluice_facts *facts, __u32 layer,
					       const struct sluice_answer *answer,
					       const struct sluice_flow *flow,
					       const struct sluice_clock *clock,
					       struct sluice_verdict *verdict)
{
	__u16 forward = sluice_candidate(image, layer, answer, answer->forward);
	__u16 reply = sluice_candidate(image, layer, answer, answer->reply);
	__u64 flags;
	__u8 reason;

	if (layer == SLUICE_LAYER_LOCAL_IN && answer->reply && !reply)
		reply = sluice_dialled(image, facts);
	if (!forward && !reply)
		return SLUICE_REASON_NO_CONDUIT;
	verdict->reply = flow->reply;
	reason = sluice_judge_flow(facts, flow, forward, reply, verdict);
	if (reason != SLUICE_REASON_PERMITTED)
		return reason;
	flags = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_FLAGS);
	if (SLUICE_CONDUIT_GRADE(flags) != SLUICE_GRADE_INITIATE)
		return SLUICE_REASON_UNKNOWN;
	return sluice_judge_window(image, verdict->conduit, clock);
}

/**
 * sluice_judge - everything but the charge: steps 1 to 11
 * @image: of the generation that the packet's mark names
 * @facts: the packet
 * @layer: FORWARD, LOCAL_IN or LOCAL_OUT; any other denies
 * @answer: of sluice_gate() or sluice_gate_local() over the same image and facts
 * @flow: from connection tracking
 * @clock: both clocks
 * @verdict: filled completely; permit is 1 only when sluice_charge() is still to be asked
 */
static __always_inline void sluice_judge(const struct sluice_image *image,
					 const struct sluice_facts *facts, __u32 layer,
					 const struct sluice_answer *answer,
					 const struct sluice_flow *flow,
					 const struct sluice_clock *clock,
					 struct sluice_verdict *verdict)
{
	*verdict = (struct sluice_verdict){ .conduit = answer->forward ? answer->forward :
									 answer->reply };
	if (answer->reason != SLUICE_REASON_PERMITTED) {
		verdict->reason = answer->reason;
		return;
	}
	if (answer->kind == SLUICE_KIND_NEIGHBOUR) {
		verdict->permit = layer == SLUICE_LAYER_LOCAL_IN ||
				  layer == SLUICE_LAYER_LOCAL_OUT;
		verdict->reason = verdict->permit ? SLUICE_REASON_PERMITTED :
						    SLUICE_REASON_NO_CONDUIT;
		return;
	}
	verdict->reason = answer->kind == SLUICE_KIND_PLAIN ?
		sluice_judge_state(image, facts, layer, answer, flow, clock, verdict) :
		SLUICE_REASON_NO_CONDUIT;
	verdict->permit = verdict->reason == SLUICE_REASON_PERMITTED;
	if (!verdict->permit) {
		verdict->begins = 0;
		verdict->midstream = 0;
	}
}

/**
 * sluice_charge - the last step: rates and connections of the verdict's conduit
 * @image: as for sluice_judge()
 * @facts: the packet; segments wire packets are charged
 * @clock: both clocks
 * @counters: of verdict->conduit, held exclusively by the caller
 * @verdict: of sluice_judge(); turned into a denial when a limit is reached
 *
 * Only for permitted packets that go through a conduit; neighbour discovery has none.
 */
static __always_inline void sluice_charge(const struct sluice_image *image,
					  const struct sluice_facts *facts,
					  const struct sluice_clock *clock,
					  struct sluice_counters *counters,
					  struct sluice_verdict *verdict)
{
	if (!verdict->permit || !verdict->conduit)
		return;
	verdict->reason = sluice_judge_limits(image, facts, clock, verdict, counters);
	if (verdict->reason == SLUICE_REASON_PERMITTED)
		return;
	verdict->permit = 0;
	verdict->begins = 0;
	verdict->midstream = 0;
}

#endif /* SLUICE_CORE_JUDGE_H */
