/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many entries of the stack's neighbour tables a port may ask for.
 *
 * The tables are one for each family and all devices, and the gate lets any link-local speaker ask:
 * without a limit one host of one zone takes the room of all the others.
 */
#ifndef SLUICE_NEIGHBOUR_H
#define SLUICE_NEIGHBOUR_H

#include <linux/skbuff.h>
#include "core/types.h"

/**
 * sluice_neighbour_asks - may the stack make an entry for the sender of this packet?
 * @skb: a packet that came in by a port
 * @facts: what it says
 *
 * It does for who asks: ARP requests and neighbour solicitations. An answer only changes what is
 * there (unless arp_accept or accept_untracked_na is set), so the answers to our own questions come
 * through whatever others ask.
 */
bool sluice_neighbour_asks(const struct sk_buff *skb, const struct sluice_facts *facts);

/**
 * sluice_neighbour_take - token bucket of a port
 * @due: its state, 0 at first; several processors may be here at once
 * @now: monotonic nanoseconds
 *
 * Return: true when one more question may come in.
 */
bool sluice_neighbour_take(u64 *due, u64 now);

#endif /* SLUICE_NEIGHBOUR_H */
