// SPDX-License-Identifier: GPL-2.0
/* Datagrams that were put together from pieces: the custody of each piece. */

#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <net/ip.h>

#include "mark.h"
#include "whole.h"

u32 sluice_whole_pieces(const struct sk_buff *skb, u8 family)
{
	const struct sk_buff *piece;
	u32 pieces = 1;

	if (!(family == NFPROTO_IPV6 ? IP6CB(skb)->frag_max_size : IPCB(skb)->frag_max_size))
		return 0;
	skb_walk_frags(skb, piece)
		pieces++;
	return pieces;
}

/* Where a mark says that a packet came in; ifindex is 0 when it says nothing. */
static void read_mark(struct sluice_net *sn, u32 mark, int *ifindex, u32 *tag)
{
	const struct sluice_generation *generation;
	u32 port = sluice_mark_port(mark);

	*ifindex = 0;
	if (!sluice_mark_has(mark, sluice_mark_nonce, SLUICE_MARK_ENTERED))
		return;
	generation = sluice_held(sn, sluice_mark_generation(mark));
	if (!generation || !port || port > generation->ports)
		return;
	*ifindex = READ_ONCE(generation->ifindex[port]);
	*tag = sluice_port_tag(generation, port);
}

static bool is_same_port(struct sluice_net *sn, u32 mark, u32 other)
{
	u32 tag, other_tag;
	int ifindex, other_ifindex;

	if (!((mark ^ other) & SLUICE_MARK_MASK))
		return true;
	read_mark(sn, mark, &ifindex, &tag);
	read_mark(sn, other, &other_ifindex, &other_tag);
	return ifindex && ifindex == other_ifindex && tag == other_tag;
}

bool sluice_whole_agrees(struct sluice_net *sn, const struct sk_buff *skb)
{
	const struct sk_buff *piece;

	/* Who made one buffer of it took the marks away. */
	if (!skb_has_frag_list(skb))
		return false;
	skb_walk_frags(skb, piece)
		if (!is_same_port(sn, skb->mark, piece->mark))
			return false;
	return true;
}
