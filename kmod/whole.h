/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Datagrams that the stack has put together from pieces, as the decision hooks see them.
 *
 * The whole has the mark of its first piece alone; the others keep theirs in its list of buffers. A piece
 * that never entered, or that entered by another port, would come across in the name of the first.
 */
#ifndef SLUICE_WHOLE_H
#define SLUICE_WHOLE_H

#include <linux/skbuff.h>
#include "netns.h"

/**
 * sluice_whole_pieces - from how many pieces was this put together?
 * @skb: at an inet hook behind defragmentation
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Return: 0 when it came in one piece.
 */
u32 sluice_whole_pieces(const struct sk_buff *skb, u8 family);

/**
 * sluice_whole_agrees - did all its pieces come in by the port of the first?
 * @sn: namespace
 * @skb: of more than no pieces; its mark has our nonce and ENTERED
 *
 * Pieces may have entered under two generations: the device and the tag must be the same.
 * Context: RCU. Return: false as well when nobody can tell any more.
 */
bool sluice_whole_agrees(struct sluice_net *sn, const struct sk_buff *skb);

#endif /* SLUICE_WHOLE_H */
