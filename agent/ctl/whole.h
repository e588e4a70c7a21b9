/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams that a capture has in pieces, put together as the kernel does before it judges them.
 *
 * Which piece is taken is the module's own question (kmod/core/pieces.h). A datagram is waited for as long as there,
 * and as many of them.
 */
#ifndef SLUICE_CTL_WHOLE_H
#define SLUICE_CTL_WHOLE_H

#include <stddef.h>
#include <stdint.h>

#include "kmod/core/types.h"

#define SLUICE_WHOLE_SECONDS	30	/* a datagram is waited for, as in the module's fragment.c */

/**
 * struct sluice_whole - a datagram
 * @bytes: IP header without a trace of the pieces, and all that they carried
 * @length: of @bytes
 * @number: of its packets in the capture
 * @count: of these
 */
struct sluice_whole {
	uint8_t *bytes;
	size_t length;
	size_t *number;
	size_t count;
};

struct sluice_wholes;

/** sluice_wholes_begin() - nothing has come yet; for sluice_wholes_end() */
struct sluice_wholes *sluice_wholes_begin(void);

/** sluice_wholes_end() - free it, and what never became whole */
void sluice_wholes_end(struct sluice_wholes *wholes);

/**
 * sluice_wholes_take() - a piece that the gate let pass
 * @wholes: of the capture
 * @facts: of the piece
 * @network: its bytes from the IP header on, as many as the parser checked
 * @number: of its packet
 * @now: of its packet, seconds since 1970
 * @whole: receives the datagram when this was all that it waited for, for sluice_whole_release(); else
 *	its bytes are NULL
 *
 * Return: %SLUICE_REASON_PERMITTED when it was taken, else why not.
 */
__u8 sluice_wholes_take(struct sluice_wholes *wholes, const struct sluice_facts *facts,
			const uint8_t *network, size_t number, uint64_t now,
			struct sluice_whole *whole);

/** sluice_whole_release() - free what @whole holds, if anything */
void sluice_whole_release(struct sluice_whole *whole);

#endif
