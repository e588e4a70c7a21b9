// SPDX-License-Identifier: GPL-2.0
/* Questions of neighbours, limited by the port that they come in by. */

#include <linux/atomic.h>
#include <linux/if_arp.h>
#include <net/ndisc.h>

#include "core/charge.h"
#include "limits.h"
#include "neighbour.h"

/* What cannot be read is taken for a question. */
static bool is_arp_reply(const struct sk_buff *skb)
{
	const struct arphdr *header;
	struct arphdr copy;

	header = skb_header_pointer(skb, skb_network_offset(skb), sizeof(copy), &copy);
	return header && header->ar_op == htons(ARPOP_REPLY);
}

bool sluice_neighbour_asks(const struct sk_buff *skb, const struct sluice_facts *facts)
{
	if (facts->kind != SLUICE_KIND_NEIGHBOUR)
		return false;
	if (facts->ethertype == ETH_P_ARP)
		return !is_arp_reply(skb);
	return facts->icmp_type == NDISC_NEIGHBOUR_SOLICITATION;
}

bool sluice_neighbour_take(u64 *due, u64 now)
{
	u64 seen = READ_ONCE(*due), before, next;

	for (;;) {
		next = seen;
		if (!sluice_bucket_take(&next, now, SLUICE_NEIGHBOUR_INTERVAL, 1))
			return false;
		before = cmpxchg64(due, seen, next);
		if (before == seen)
			return true;
		seen = before;
	}
}
