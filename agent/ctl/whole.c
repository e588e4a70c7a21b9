// SPDX-License-Identifier: GPL-2.0-or-later
/* Datagrams of a capture, put together; see whole.h. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kmod/core/pieces.h"
#include "lib/memory.h"
#include "whole.h"

#define DATAGRAMS	1024	/* as one zone may have waiting there */
#define HEADER4		20	/* options never pass */
#define HEADER6		40
#define LONGEST		(HEADER6 + 0xffff)

/* What makes pieces those of one datagram; no padding, so it compares as bytes. */
struct key {
	struct sluice_address source;
	struct sluice_address destination;
	__u32 id;
	__u16 family;
	__u16 protocol;
};

_Static_assert(sizeof(struct key) == 40, "a key is compared byte by byte");

struct datagram {
	struct key key;
	struct sluice_pieces pieces;
	struct sluice_whole whole;
	uint64_t born;
};

struct sluice_wholes {
	struct datagram *datagram;
	size_t count;
};

static __u32 read16(const uint8_t *bytes)
{
	return (__u32)bytes[0] << 8 | bytes[1];
}

static size_t header_bytes(const struct key *key)
{
	return key->family == 4 ? HEADER4 : HEADER6;
}

/* Where the piece's own bytes begin: for IPv6 behind the fragment header, which the parser found there. */
static const uint8_t *payload_of(const struct key *key, const uint8_t *network)
{
	return network + header_bytes(key) + (key->family == 4 ? 0 : 8);
}

static void read_piece(const struct sluice_facts *facts, const uint8_t *network, struct key *key,
		       struct sluice_extent *extent)
{
	__u32 offset;

	memset(key, 0, sizeof(*key));
	key->source = facts->source;
	key->destination = facts->destination;
	key->family = facts->family;
	key->protocol = facts->protocol;
	if (facts->family == 4) {
		offset = read16(network + 6);
		key->id = read16(network + 4);
		extent->begin = (offset & 0x1fff) * 8;
		extent->last = !(offset & 0x2000);
	} else {
		offset = read16(network + HEADER6 + 2);
		key->id = read16(network + HEADER6 + 4) << 16 | read16(network + HEADER6 + 6);
		extent->begin = offset & 0xfff8;
		extent->last = !(offset & 1);
	}
	extent->end = extent->begin + facts->payload;
}

struct sluice_wholes *sluice_wholes_begin(void)
{
	struct sluice_wholes *wholes = sluice_allocate(1, sizeof(*wholes));

	wholes->datagram = sluice_allocate(DATAGRAMS, sizeof(*wholes->datagram));
	return wholes;
}

void sluice_whole_release(struct sluice_whole *whole)
{
	free(whole->bytes);
	free(whole->number);
	memset(whole, 0, sizeof(*whole));
}

void sluice_wholes_end(struct sluice_wholes *wholes)
{
	for (size_t i = 0; i < wholes->count; i++)
		sluice_whole_release(&wholes->datagram[i].whole);
	free(wholes->datagram);
	free(wholes);
}

static void forget(struct sluice_wholes *wholes, struct datagram *datagram)
{
	*datagram = wholes->datagram[--wholes->count];
}

static void forget_old(struct sluice_wholes *wholes, uint64_t now)
{
	for (size_t i = wholes->count; i-- > 0;) {
		struct datagram *datagram = &wholes->datagram[i];

		if (now < datagram->born + SLUICE_WHOLE_SECONDS)
			continue;
		sluice_whole_release(&datagram->whole);
		forget(wholes, datagram);
	}
}

/* Return: NULL when there is no room for another one. */
static struct datagram *find(struct sluice_wholes *wholes, const struct key *key, uint64_t now)
{
	struct datagram *datagram;

	forget_old(wholes, now);
	for (size_t i = 0; i < wholes->count; i++)
		if (!memcmp(&wholes->datagram[i].key, key, sizeof(*key)))
			return &wholes->datagram[i];
	if (wholes->count == DATAGRAMS)
		return NULL;
	datagram = &wholes->datagram[wholes->count++];
	*datagram = (struct datagram){ .key = *key, .born = now };
	return datagram;
}

/* The header is that of the first piece; afterwards nothing in it says that there were pieces. */
static void mend_header(const struct datagram *datagram)
{
	uint8_t *header = datagram->whole.bytes;
	size_t end = datagram->pieces.end;

	if (datagram->key.family == 4) {
		header[2] = (uint8_t)((end + HEADER4) >> 8);
		header[3] = (uint8_t)(end + HEADER4);
		memset(header + 6, 0, 2);
		return;
	}
	header[4] = (uint8_t)(end >> 8);
	header[5] = (uint8_t)end;
	header[6] = (uint8_t)datagram->key.protocol;
}

static void keep(struct datagram *datagram, const uint8_t *network,
		 const struct sluice_extent *extent, size_t number)
{
	struct sluice_whole *whole = &datagram->whole;

	if (!whole->bytes)
		whole->bytes = sluice_allocate(1, LONGEST);
	if (!extent->begin)
		memcpy(whole->bytes, network, header_bytes(&datagram->key));
	memcpy(whole->bytes + header_bytes(&datagram->key) + extent->begin,
	       payload_of(&datagram->key, network), extent->end - extent->begin);
	whole->number = sluice_grow(whole->number, whole->count, sizeof(*whole->number));
	whole->number[whole->count++] = number;
}

__u8 sluice_wholes_take(struct sluice_wholes *wholes, const struct sluice_facts *facts,
			const uint8_t *network, size_t number, uint64_t now,
			struct sluice_whole *whole)
{
	struct sluice_extent extent;
	struct datagram *datagram;
	struct key key;
	__u8 reason;

	memset(whole, 0, sizeof(*whole));
	read_piece(facts, network, &key, &extent);
	datagram = find(wholes, &key, now);
	if (!datagram)
		return SLUICE_REASON_FRAGMENT_LIMIT;
	reason = sluice_pieces_add(&datagram->pieces, &extent);
	if (reason != SLUICE_REASON_PERMITTED)
		return reason;
	keep(datagram, network, &extent, number);
	if (!sluice_pieces_whole(&datagram->pieces))
		return SLUICE_REASON_PERMITTED;
	mend_header(datagram);
	datagram->whole.length = header_bytes(&key) + datagram->pieces.end;
	*whole = datagram->whole;
	forget(wholes, datagram);
	return SLUICE_REASON_PERMITTED;
}
