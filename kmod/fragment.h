/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Datagrams that are still coming in pieces: by which port, how much of each, how much of a zone.
 *
 *	first piece -> waiting, bound to its port -> whole, or 30 s later: forgotten
 *
 * The stack keeps the pieces and puts them together; this only remembers where they lie, so that one
 * zone cannot fill the memory that all share, and so that what the stack would drop in silence is told.
 * That all pieces of a datagram came in by one port is asked again when it is whole, by their marks.
 *
 * All memory is taken when the namespace is opened.
 */
#ifndef SLUICE_FRAGMENT_H
#define SLUICE_FRAGMENT_H

#include <linux/skbuff.h>
#include "core/pieces.h"

struct sluice_fragments;

/**
 * struct sluice_piece_at - a piece, and where it came in
 * @source: of its datagram
 * @destination: likewise
 * @id: the sender's number for it
 * @ifindex: of the port
 * @vlan: of the port
 * @zone: image zone index of the port
 * @family: 4 or 6
 * @protocol: IPv4; 0 for IPv6, where pieces may differ in it and the first one counts (RFC 8200)
 * @bytes: that the stack will keep for it
 * @extent: where it lies in the datagram
 */
struct sluice_piece_at {
	struct sluice_address source;
	struct sluice_address destination;
	u32 id;
	int ifindex;
	u16 vlan;
	u16 zone;
	u8 family;
	u8 protocol;
	u32 bytes;
	struct sluice_extent extent;
};

struct sluice_fragments *sluice_fragments_create(void);
void sluice_fragments_destroy(struct sluice_fragments *fragments);

/**
 * sluice_fragments_take - may this piece go on to be put together?
 * @fragments: table
 * @at: the piece
 * @now: jiffies
 *
 * Context: any but hard interrupts. Return: %SLUICE_REASON_PERMITTED, or why not.
 */
enum sluice_reason sluice_fragments_take(struct sluice_fragments *fragments,
					 const struct sluice_piece_at *at, unsigned long now);

/* Forget every datagram. */
void sluice_fragments_forget(struct sluice_fragments *fragments);

#endif /* SLUICE_FRAGMENT_H */
