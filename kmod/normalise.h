/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Grade ack-only: what is left to the answering side to choose is taken away where nobody needs it.
 *
 * Sequence numbers, flags and rates are the core's (hold() and charge()). Here stand the fields that a
 * correct TCP ignores: options, the acknowledgement where there is no ACK, type of service, identification, hop limit, reserved and ECN bits, the
 * urgent pointer.
 */
#ifndef SLUICE_NORMALISE_H
#define SLUICE_NORMALISE_H

#include <linux/skbuff.h>

/**
 * sluice_normalise_begin - strip from a SYN what would let the answer carry more
 * @skb: TCP without IP options or extension headers; permitted, forward half
 * @family: 4 or 6
 *
 * SACK-permitted, timestamps and unknown options become no-operations and the ECN bits 0, so the
 * answering side may not use them. Maximum segment size and window scale stay.
 *
 * Context: a hook; may reallocate the packet's bytes. Return: 0, -EBADMSG or -ENOMEM; then drop.
 */
int sluice_normalise_begin(struct sk_buff *skb, u32 family);

/**
 * sluice_normalise_answer - the same for an answer, and for its headers
 * @skb: TCP without payload; permitted, reply half
 * @family: 4 or 6
 *
 * A SYN+ACK keeps maximum segment size and window scale; other answers keep no option at all.
 *
 * Context and return: as sluice_normalise_begin().
 */
int sluice_normalise_answer(struct sk_buff *skb, u32 family);

/**
 * sluice_normalise_ip - the header alone
 * @skb: as above, writable up to the end of its transport header
 * @family: 4 or 6; the header's checksum is made anew
 */
void sluice_normalise_ip(struct sk_buff *skb, u32 family);

#endif /* SLUICE_NORMALISE_H */
