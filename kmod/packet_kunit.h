/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A case of the packet table (tests/packets) as whoever plays it at the core needs it: the bytes, what
 * is known beside them, and the answer. In userspace it is made of the table; the module's unit tests
 * have it from build/tests/packets/cases, which prints the table as C.
 */
#ifndef SLUICE_PACKET_KUNIT_H
#define SLUICE_PACKET_KUNIT_H

#include "core/judge.h"

/* No case is about a conduit of that number: which one it is does not matter. */
#define SLUICE_PACKET_ANY	0xffff

/**
 * struct sluice_packet_case - one packet and what becomes of it
 * @name: of the case
 * @bytes: of the frame, from the destination MAC on
 * @length: of them
 * @port: image port by which it came in; 0: the gateway sends it
 * @layer: the hook that judges it
 * @whole: the datagram was put together from pieces
 * @no_policy: no image is there
 * @untracked: there was no room for a track
 * @flow: from connection tracking
 * @standing: of the conduit
 * @clock: both clocks
 * @track: of the flow
 * @counters: of the conduit
 * @reason: the answer
 * @conduit: by which it passes, or the nearest one; 0 none; SLUICE_PACKET_ANY
 */
struct sluice_packet_case {
	const char *name;
	const __u8 *bytes;
	__u32 length;
	__u16 port;
	__u8 layer;
	__u8 whole;
	__u8 no_policy;
	__u8 untracked;
	struct sluice_flow flow;
	struct sluice_standing standing;
	struct sluice_clock clock;
	struct sluice_track track;
	struct sluice_counters counters;
	__u8 reason;
	__u16 conduit;
};

/**
 * sluice_packet_play - ask the core about a case, with all that it knows
 * @image: of the policy that the case is under
 * @packet: the case
 * @facts: of its bytes, by the parser of whoever plays it; port, segments and what was put together from
 *	pieces are filled here
 * @answer: the gate's, or what stands for it where the gateway sends
 * @verdict: filled completely
 */
static inline void sluice_packet_play(const struct sluice_image *image,
				      const struct sluice_packet_case *packet,
				      struct sluice_facts *facts, struct sluice_answer *answer,
				      struct sluice_verdict *verdict)
{
	static const struct sluice_image nothing = { NULL, 0 };
	struct sluice_counters counters = packet->counters;
	struct sluice_track track = packet->track;
	struct sluice_track *kept = packet->untracked ? NULL : &track;

	if (packet->no_policy)
		image = &nothing;
	facts->segments = 1;
	facts->port = packet->port;
	if (packet->whole)
		facts->fragment = SLUICE_FRAGMENT_WHOLE;
	if (packet->port || packet->layer != SLUICE_LAYER_LOCAL_OUT)
		sluice_gate(image, facts, answer);
	else
		sluice_gate_local(image, facts, answer);
	sluice_judge(image, facts, packet->layer, answer, &packet->flow, verdict);
	sluice_hold(image, facts, &packet->standing, kept, &packet->clock, verdict);
	sluice_charge(image, facts, &packet->clock, &counters, kept, verdict);
}

/**
 * sluice_packet_as_said - is it the answer of the case
 * @packet: the case
 * @verdict: of sluice_packet_play()
 *
 * Return: 1 when verdict, reason and conduit are.
 */
static inline int sluice_packet_as_said(const struct sluice_packet_case *packet,
					const struct sluice_verdict *verdict)
{
	return verdict->permit == (packet->reason == SLUICE_REASON_PERMITTED) &&
	       verdict->reason == packet->reason &&
	       (packet->conduit == SLUICE_PACKET_ANY || packet->conduit == verdict->conduit);
}

#endif /* SLUICE_PACKET_KUNIT_H */
