/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A datagram that comes in pieces: which of its bytes were seen, so that none is taken twice.
 *
 * Only where pieces lie is known here, not what they say. What was seen is kept as runs; a piece grows
 * together with its neighbours, so pieces in order need one run, whatever their number:
 *
 *	0-1480			[0-1480]
 *	2960-4000, the last	[0-1480] [2960-4000]
 *	1480-2960		[0-4000]		whole
 *
 * A piece that was seen already is refused and changes nothing. One that lies partly over others, or
 * that says another end, spoils the datagram (RFC 5722; the stack forgets it as well).
 */
#ifndef SLUICE_CORE_PIECES_H
#define SLUICE_CORE_PIECES_H

#include "types.h"

#define SLUICE_PIECES		128	/* of one datagram: 64 KiB of the smallest common MTU, 576 */
#define SLUICE_PIECES_RUNS	16	/* with 15 holes between them; more is no network's disorder */

/**
 * struct sluice_extent - where a piece lies in its datagram
 * @begin: its first byte, behind the IP header
 * @end: behind its last byte, at most 0xffff, more than @begin
 * @last: nothing comes behind it
 */
struct sluice_extent {
	__u32 begin;
	__u32 end;
	__u8 last;
};

/**
 * struct sluice_run - bytes that were seen without a hole
 * @begin: the first
 * @end: behind the last
 */
struct sluice_run {
	__u16 begin;
	__u16 end;
};

/**
 * struct sluice_pieces - what has come of a datagram; all zero before the first piece
 * @run: in order, with a hole between each two
 * @end: of the datagram; 0 until its last piece was seen
 * @runs: of @run in use
 * @count: pieces taken
 * @spoilt: they contradict each other: no further one is taken
 */
struct sluice_pieces {
	struct sluice_run run[SLUICE_PIECES_RUNS];
	__u16 end;
	__u8 runs;
	__u8 count;
	__u8 spoilt;
};

/**
 * sluice_pieces_whole - has everything come?
 * @pieces: of a datagram
 */
static inline int sluice_pieces_whole(const struct sluice_pieces *pieces)
{
	return !pieces->spoilt && pieces->end && pieces->runs == 1 && !pieces->run[0].begin &&
	       pieces->run[0].end == pieces->end;
}

/* A second end, or bytes behind the end. */
static inline int sluice_pieces_contradicted(const struct sluice_pieces *pieces,
					     const struct sluice_extent *extent)
{
	__u32 seen = pieces->runs ? pieces->run[pieces->runs - 1].end : 0;

	if (extent->last)
		return pieces->end ? pieces->end != extent->end : seen > extent->end;
	return pieces->end && extent->end > pieces->end;
}

/* The first run that does not end before the extent begins; it may touch it, lie over it or follow. */
static inline __u32 sluice_pieces_place(const struct sluice_pieces *pieces,
					const struct sluice_extent *extent)
{
	__u32 place = 0;

	while (place < pieces->runs && pieces->run[place].end < extent->begin)
		place++;
	return place;
}

/* Return: the run that the extent lies over, or none, which is SLUICE_PIECES_RUNS. */
static inline __u32 sluice_pieces_overlap(const struct sluice_pieces *pieces, __u32 place,
					  const struct sluice_extent *extent)
{
	for (; place < pieces->runs && pieces->run[place].begin < extent->end; place++)
		if (pieces->run[place].end > extent->begin)
			return place;
	return SLUICE_PIECES_RUNS;
}

/* A new run at @place; the caller knows that there is room. */
static inline void sluice_pieces_insert(struct sluice_pieces *pieces, __u32 place,
					const struct sluice_extent *extent)
{
	__u32 index;

	for (index = pieces->runs++; index > place; index--)
		pieces->run[index] = pieces->run[index - 1];
	pieces->run[place].begin = (__u16)extent->begin;
	pieces->run[place].end = (__u16)extent->end;
}

/* The run at @place was grown to where the next one begins: both are one. */
static inline void sluice_pieces_join(struct sluice_pieces *pieces, __u32 place)
{
	__u32 index = place + 1;

	if (index >= pieces->runs || pieces->run[place].end != pieces->run[index].begin)
		return;
	pieces->run[place].end = pieces->run[index].end;
	for (pieces->runs--; index < pieces->runs; index++)
		pieces->run[index] = pieces->run[index + 1];
}

/* Return: 0 when there is no room for another hole. */
static inline int sluice_pieces_place_at(struct sluice_pieces *pieces, __u32 place,
					 const struct sluice_extent *extent)
{
	struct sluice_run *run = &pieces->run[place];

	if (place < pieces->runs && run->end == extent->begin) {
		run->end = (__u16)extent->end;
		sluice_pieces_join(pieces, place);
		return 1;
	}
	if (place < pieces->runs && run->begin == extent->end) {
		run->begin = (__u16)extent->begin;
		return 1;
	}
	if (pieces->runs == SLUICE_PIECES_RUNS)
		return 0;
	sluice_pieces_insert(pieces, place, extent);
	return 1;
}

/**
 * sluice_pieces_add - a piece has come
 * @pieces: of its datagram
 * @extent: of the piece, as the parser let it pass
 *
 * Context: whatever protects @pieces is held.
 * Return: %SLUICE_REASON_PERMITTED, or why it is not taken: %SLUICE_REASON_FRAGMENT_OVERLAP or
 * %SLUICE_REASON_FRAGMENT_LIMIT.
 */
static inline __u8 sluice_pieces_add(struct sluice_pieces *pieces,
				     const struct sluice_extent *extent)
{
	__u32 place = sluice_pieces_place(pieces, extent);
	__u32 over = sluice_pieces_overlap(pieces, place, extent);

	if (pieces->spoilt)
		return SLUICE_REASON_FRAGMENT_OVERLAP;
	if (sluice_pieces_contradicted(pieces, extent)) {
		pieces->spoilt = 1;
		return SLUICE_REASON_FRAGMENT_OVERLAP;
	}
	if (over < SLUICE_PIECES_RUNS) {
		pieces->spoilt = extent->begin < pieces->run[over].begin ||
				 extent->end > pieces->run[over].end;
		return SLUICE_REASON_FRAGMENT_OVERLAP;
	}
	if (pieces->count >= SLUICE_PIECES || !sluice_pieces_place_at(pieces, place, extent))
		return SLUICE_REASON_FRAGMENT_LIMIT;
	if (extent->last)
		pieces->end = (__u16)extent->end;
	pieces->count++;
	return SLUICE_REASON_PERMITTED;
}

#endif /* SLUICE_CORE_PIECES_H */
