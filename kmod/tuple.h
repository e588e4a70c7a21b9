/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connection tracking's tuple of a packet: the addresses and ports that the decision was made for.
 *
 * Neither root's rules nor a program that has the packet in hand changes it with the packet: what was rewritten behind the
 * decision or put into another packet differs from it.
 */
#ifndef SLUICE_TUPLE_H
#define SLUICE_TUPLE_H

#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack_tuple.h>
#include "core/types.h"

/**
 * sluice_tuple_address - one of connection tracking's addresses, as the core has them
 * @from: the address
 * @family: 4 or 6
 * @to: filled completely
 */
static inline void sluice_tuple_address(const union nf_inet_addr *from, u32 family,
					struct sluice_address *to)
{
	if (family == 4) {
		to->high = (u64)ntohl(from->ip) << 32;
		to->low = 0;
		return;
	}
	to->high = (u64)ntohl(from->ip6[0]) << 32 | ntohl(from->ip6[1]);
	to->low = (u64)ntohl(from->ip6[2]) << 32 | ntohl(from->ip6[3]);
}

/**
 * sluice_tuple_agrees - does a packet still say what connection tracking read of it?
 * @tuple: of the direction that the packet goes
 * @facts: of its bytes as they are now
 *
 * Of a piece only addresses and protocol are known. An ICMP error about a flow is of whoever found it, so only
 * its destination is asked for. What cannot be read agrees with nothing.
 */
bool sluice_tuple_agrees(const struct nf_conntrack_tuple *tuple, const struct sluice_facts *facts);

/**
 * sluice_tuple_reads - the same question by the bytes of a packet
 * @tuple: as above
 * @skb: a packet at the exit, with its network header
 *
 * Return: true when it is TCP or UDP in one piece, without options or extension headers, and agrees. False says nothing:
 * then its facts must be asked for.
 */
bool sluice_tuple_reads(const struct nf_conntrack_tuple *tuple, const struct sk_buff *skb);

#endif /* SLUICE_TUPLE_H */
