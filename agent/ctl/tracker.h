/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small stand-in for connection tracking, for captures: who began which conversation.
 *
 * Like the kernel's it knows a flow only once a packet of it was permitted, and then both of its
 * directions; which flags a TCP segment may have, and that a SYN has to be answered. It knows no sequence
 * numbers, windows and ends of connections. It forgets nothing: a capture is finite.
 */
#ifndef SLUICE_CTL_TRACKER_H
#define SLUICE_CTL_TRACKER_H

#include "kmod/core/judge.h"

struct sluice_tracker;

/** sluice_tracker_begin() - an empty tracker, for sluice_tracker_end() */
struct sluice_tracker *sluice_tracker_begin(void);

/** sluice_tracker_end() - free it */
void sluice_tracker_end(struct sluice_tracker *tracker);

/**
 * sluice_tracker_look() - what connection tracking would say about a packet
 * @tracker: tracker
 * @facts: parsed packet
 * @track: receives what is kept of its flow, all zero for a new one
 *
 * Return: new, or established in the direction of the packet; an ICMP error is related to the flow
 * that it quotes; none, as the kernel gives an invalid segment none.
 */
struct sluice_flow sluice_tracker_look(const struct sluice_tracker *tracker,
				       const struct sluice_facts *facts,
				       struct sluice_track *track);

/**
 * sluice_tracker_take() - a packet was permitted: its flow exists from now on
 * @tracker: tracker
 * @facts: parsed packet
 * @track: what is to be kept of its flow
 */
void sluice_tracker_take(struct sluice_tracker *tracker, const struct sluice_facts *facts,
			 const struct sluice_track *track);

#endif
