/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet that a processor read last, and what the parser made of it.
 *
 * A forwarded packet is read three times: at ingress, where it is decided and at egress. Nothing is
 * believed because it is the same buffer, for whoever stands between two of our hooks may have written to it. But the
 * parser is pure: of a plain TCP or UDP packet it looks at the headers and at the length, so where every
 * bit that it looks at is the same, the facts are.
 */
#ifndef SLUICE_READING_H
#define SLUICE_READING_H

#include <linux/skbuff.h>
#include "core/types.h"

/**
 * sluice_reading_find - facts of a packet whose headers were read just before
 * @skb: a packet
 * @base: of its network header, from skb->data; not behind its end
 * @facts: what the link says (MACs, tag, ethertype, segments) is filled, all else zero; completed when found
 *
 * Context: any but hard interrupts. Return: false when they must be read; @facts is as before then.
 */
bool sluice_reading_find(const struct sk_buff *skb, u32 base, struct sluice_facts *facts);

/**
 * sluice_reading_keep - keep what was read, if it is of a kind that can be kept
 * @skb: as above
 * @base: as above
 * @facts: of it, complete but for the port
 *
 * Context: as above; where softirqs are not kept away nothing is kept.
 */
void sluice_reading_keep(const struct sk_buff *skb, u32 base, const struct sluice_facts *facts);

#endif /* SLUICE_READING_H */
