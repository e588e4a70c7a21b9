/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skb -> struct sluice_facts. The only place that knows both.
 */
#ifndef SLUICE_PACKET_H
#define SLUICE_PACKET_H

#include <linux/skbuff.h>
#include "fragment.h"

/**
 * sluice_packet_facts - read a packet
 * @skb: its network header is set; in the VLAN stage of its life the tag is in vlan_tci
 * @protocol: what stands there; skb->protocol where a device set it, else what the hook is for
 * @facts: filled but for port, which the caller knows; either kind or defect is set afterwards
 *
 * Context: any; reads paged data, changes nothing.
 */
void sluice_packet_facts(const struct sk_buff *skb, __be16 protocol, struct sluice_facts *facts);

/**
 * sluice_packet_piece - what a piece of a datagram says beyond its facts
 * @skb: as above
 * @facts: of it: kind is %SLUICE_KIND_FRAGMENT, so its headers are there
 * @at: receives all that the packet says; where it came in is the caller's to fill
 *
 * Context: any. Return: 0, or -EINVAL.
 */
int sluice_packet_piece(const struct sk_buff *skb, const struct sluice_facts *facts,
			struct sluice_piece_at *at);

#endif /* SLUICE_PACKET_H */
