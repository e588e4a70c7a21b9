/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole decision, with the state that gate() does not have, in three calls:
 *
 *	sluice_judge()	steps 1 to 8: which conduit, and is its flow begun the right way
 *	sluice_hold()	15, 9, 10, 11: what holds that conduit shut, and what may come back through it
 *	sluice_charge()	13: rates, connections and budgets; the only one that changes state
 *
 * Between the first and the second the caller looks up what it knows of the conduit. It holds whatever
 * lock protects counters and track from the second to the end of the third, and does what the verdict
 * says.
 *
 * Each step returns an enum sluice_reason, and only PERMITTED goes on: 0 is UNKNOWN, a denial.
 */
#ifndef SLUICE_CORE_JUDGE_H
#define SLUICE_CORE_JUDGE_H

#include "charge.h"
#include "gate.h"
#include "hold.h"
#include "state.h"

/* The zone of the end that speaks, or answers: of an ICMP error the one that it is about. */
static __always_inline __u32 sluice_speaker_zone(const struct sluice_image *image,
						 const struct sluice_facts *facts,
						 const struct sluice_answer *answer)
{
	if (facts->kind != SLUICE_KIND_ICMP_ERROR)
		return answer->source_zone;
	return SLUICE_OWNER_ZONE(sluice_owner(image, facts->family, &facts->quoted));
}

/* Which candidates count at this hook: the gateway's own conduits at its own hooks, others elsewhere. */
static __always_inline __u16 sluice_candidate(const struct sluice_image *image, __u32 layer,
					      const struct sluice_answer *answer, __u32 speaker,
					      __u16 conduit)
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
	if (speaker != answer->destination_zone)
		return 0;
	return (__u16)SLUICE_ZONE_INTRA(sluice_zone_record(image, speaker));
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
	__u64 owner = sluice_owner(image, facts->family, sluice_answering(facts));
	struct sluice_end peer = { SLUICE_OWNER_IDENTIFIER(owner), SLUICE_OWNER_ZONE(owner) };
	struct sluice_end gateway = { SLUICE_IDENTIFIER_GATEWAY, 0 };
	struct sluice_services services;

	if (sluice_egress_zone(image, facts->family, &facts->destination) != port_zone)
		return 0;
	sluice_services_of(image, facts, &services);
	return (__u16)sluice_find(image, &gateway, &peer, services.reply);
}

/* Step 8 for an ICMP error: only about the half of a live flow that its initiator sent. */
static __always_inline __u8 sluice_judge_error(const struct sluice_flow *flow, __u16 reply,
					       struct sluice_verdict *verdict)
{
	verdict->conduit = reply;
	if (flow->translated)
		return SLUICE_REASON_NAT;
	if (!reply)
		return SLUICE_REASON_NO_CONDUIT;
	if (flow->state != SLUICE_FLOW_STATE_RELATED)
		return SLUICE_REASON_NO_FLOW_STATE;
	return flow->reply ? SLUICE_REASON_PERMITTED : SLUICE_REASON_WRONG_DIRECTION;
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

/* A datagram put together from pieces passes where they are allowed, whatever the gate let in. */
static __always_inline __u8 sluice_judge_fragment(const struct sluice_image *image,
						  const struct sluice_facts *facts,
						  const struct sluice_verdict *verdict)
{
	__u64 flags = sluice_conduit_word(image, verdict->conduit, SLUICE_CONDUIT_FLAGS);

	if (!facts->fragment)
		return SLUICE_REASON_PERMITTED;
	return facts->fragment == SLUICE_FRAGMENT_WHOLE &&
	       facts->kind == SLUICE_KIND_PLAIN &&
	       (flags & SLUICE_CONDUIT_FLAG_FRAGMENTS) ? SLUICE_REASON_PERMITTED :
							 SLUICE_REASON_FRAGMENT;
}

static __always_inline __u8 sluice_judge_state(const struct sluice_image *image,
					       const struct sluice_facts *facts, __u32 layer,
					       const struct sluice_answer *answer,
					       const struct sluice_flow *flow,
					       struct sluice_verdict *verdict)
{
	__u32 speaker = sluice_speaker_zone(image, facts, answer);
	__u16 forward = sluice_candidate(image, layer, answer, speaker, answer->forward);
	__u16 reply = sluice_candidate(image, layer, answer, speaker, answer->reply);
	__u8 reason;

	if (layer == SLUICE_LAYER_LOCAL_IN && answer->reply && !reply)
		reply = sluice_dialled(image, facts);
	if (!forward && !reply)
		return SLUICE_REASON_NO_CONDUIT;
	verdict->reply = flow->reply;
	reason = answer->kind == SLUICE_KIND_ICMP_ERROR ?
			 sluice_judge_error(flow, reply, verdict) :
			 sluice_judge_flow(facts, flow, forward, reply, verdict);
	if (reason != SLUICE_REASON_PERMITTED)
		return reason;
	return sluice_judge_fragment(image, facts, verdict);
}

/* Neighbour discovery ends at the gateway, and comes in one piece (RFC 6980). */
static __always_inline __u8 sluice_judge_neighbour(const struct sluice_facts *facts, __u32 layer)
{
	if (facts->fragment)
		return SLUICE_REASON_FRAGMENT;
	return layer == SLUICE_LAYER_LOCAL_IN || layer == SLUICE_LAYER_LOCAL_OUT ?
		       SLUICE_REASON_PERMITTED : SLUICE_REASON_NO_CONDUIT;
}

/**
 * sluice_judge - the first call: steps 1 to 8
 * @image: of the generation that the packet's mark names
 * @facts: the packet
 * @layer: FORWARD, LOCAL_IN or LOCAL_OUT; any other denies
 * @answer: of sluice_gate() or sluice_gate_local() over the same image and facts
 * @flow: from connection tracking
 * @verdict: filled completely; permit is 1 only when sluice_hold() and then sluice_charge() are still
 *	to be asked
 */
static __always_inline void sluice_judge(const struct sluice_image *image,
					 const struct sluice_facts *facts, __u32 layer,
					 const struct sluice_answer *answer,
					 const struct sluice_flow *flow,
					 struct sluice_verdict *verdict)
{
	*verdict = (struct sluice_verdict){ .conduit = answer->forward ? answer->forward :
									 answer->reply };
	if (answer->reason != SLUICE_REASON_PERMITTED) {
		verdict->reason = answer->reason;
		return;
	}
	switch (answer->kind) {
	case SLUICE_KIND_NEIGHBOUR:
		verdict->reason = sluice_judge_neighbour(facts, layer);
		break;
	case SLUICE_KIND_PLAIN:
	case SLUICE_KIND_ICMP_ERROR:
		verdict->reason = sluice_judge_state(image, facts, layer, answer, flow, verdict);
		break;
	case SLUICE_KIND_FRAGMENT:
		/* A piece has no decision of its own: it passes the gate to be put together. */
		verdict->reason = SLUICE_REASON_FRAGMENT;
		break;
	default:
		verdict->reason = SLUICE_REASON_NO_CONDUIT;
	}
	verdict->permit = verdict->reason == SLUICE_REASON_PERMITTED;
	if (!verdict->permit)
		sluice_verdict_deny(verdict, verdict->reason);
}

#endif /* SLUICE_CORE_JUDGE_H */
