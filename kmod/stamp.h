/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Believing a stamp: what can be said of its 16 bytes without policy or device.
 */
#ifndef SLUICE_STAMP_H
#define SLUICE_STAMP_H

#include <linux/types.h>
#include "core/gate.h"

/**
 * sluice_stamp_check - are these bytes a stamp of our gate?
 * @stamp: the bytes
 * @length: how many the metadata has
 * @nonce: of this load of the module; 0 never matches
 *
 * Return: 0, or the invariant that is violated.
 */
static inline enum sluice_invariant sluice_stamp_check(const struct sluice_stamp *stamp, u32 length,
						       u32 nonce)
{
	if (!length)
		return SLUICE_INVARIANT_STAMP_MISSING;
	if (length != sizeof(*stamp) || !nonce || stamp->nonce != nonce || stamp->zero ||
	    !stamp->generation || stamp->generation > SLUICE_GENERATIONS || !stamp->port ||
	    stamp->port > SLUICE_MAX_PORTS)
		return SLUICE_INVARIANT_STAMP_FOREIGN;
	return 0;
}

/**
 * sluice_stamp_agrees - does the gate say what our own gate() says?
 * @stamp: checked
 * @answer: over the image that the stamp names
 */
static inline bool sluice_stamp_agrees(const struct sluice_stamp *stamp,
				       const struct sluice_answer *answer)
{
	return answer->reason == SLUICE_REASON_PERMITTED && stamp->kind == answer->kind &&
	       stamp->forward == answer->forward && stamp->reply == answer->reply;
}

#endif /* SLUICE_STAMP_H */
