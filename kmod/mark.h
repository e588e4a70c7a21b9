/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's bits of skb->mark: the custody of a packet between ingress, decision and egress.
 *
 * Only bits in SLUICE_MARK_MASK are ever changed; the others belong to other users. The mark is no
 * secret and no proof: who may set SO_MARK can set it, which is why local out wipes it and egress
 * refuses packet sockets.
 */
#ifndef SLUICE_MARK_H
#define SLUICE_MARK_H

#include <linux/types.h>
#include "uapi/sluice.h"

/**
 * sluice_mark_with - put our bits into a mark
 * @mark: the old one
 * @bits: ours
 */
static inline u32 sluice_mark_with(u32 mark, u32 bits)
{
	return (mark & ~SLUICE_MARK_MASK) | (bits & SLUICE_MARK_MASK);
}

/**
 * sluice_mark_make - our bits
 * @nonce: of this load, in place
 * @port: image port index, 0 for this gateway
 * @generation: of the image that decided
 * @state: SLUICE_MARK_ENTERED and SLUICE_MARK_JUDGED
 */
static inline u32 sluice_mark_make(u32 nonce, u32 port, u32 generation, u32 state)
{
	return (nonce & SLUICE_MARK_NONCE_MASK) |
	       ((port << SLUICE_MARK_PORT_SHIFT) & SLUICE_MARK_PORT_MASK) |
	       ((generation << SLUICE_MARK_GENERATION_SHIFT) & SLUICE_MARK_GENERATION_MASK) |
	       (state & SLUICE_MARK_STATE_MASK);
}

static inline u32 sluice_mark_port(u32 mark)
{
	return (mark & SLUICE_MARK_PORT_MASK) >> SLUICE_MARK_PORT_SHIFT;
}

static inline u32 sluice_mark_generation(u32 mark)
{
	return (mark & SLUICE_MARK_GENERATION_MASK) >> SLUICE_MARK_GENERATION_SHIFT;
}

/**
 * sluice_mark_has - does the mark carry our nonce and this state?
 * @mark: any
 * @nonce: of this load, in place; 0 never matches
 * @state: SLUICE_MARK_ENTERED or SLUICE_MARK_JUDGED
 */
static inline bool sluice_mark_has(u32 mark, u32 nonce, u32 state)
{
	return nonce && (mark & SLUICE_MARK_NONCE_MASK) == nonce && (mark & state) == state;
}

#endif /* SLUICE_MARK_H */
