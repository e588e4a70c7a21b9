// SPDX-License-Identifier: GPL-2.0-or-later
/* Pieces of a datagram: none is taken twice, and whole is whole. */
#include <string.h>

#include "kmod/core/pieces.h"
#include "tests/lib/core.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"

#define TAKEN	SLUICE_REASON_PERMITTED
#define OVERLAP	SLUICE_REASON_FRAGMENT_OVERLAP
#define LIMIT	SLUICE_REASON_FRAGMENT_LIMIT

#define STEPS	6

struct step {
	struct sluice_extent extent;
	unsigned int reason;
};

/*
 * struct sequence - pieces as they come
 * @proves: a sentence
 * @step: until one that ends at 0
 * @whole: after the last one
 */
struct sequence {
	const char *proves;
	struct step step[STEPS];
	int whole;
};

static const struct sequence sequences[] = {
	{ "in order", { { { 0, 1480, 0 }, TAKEN }, { { 1480, 2000, 1 }, TAKEN } }, 1 },
	{ "backwards", { { { 2960, 3000, 1 }, TAKEN }, { { 1480, 2960, 0 }, TAKEN },
			 { { 0, 1480, 0 }, TAKEN } }, 1 },
	{ "the middle last", { { { 0, 1480, 0 }, TAKEN }, { { 2960, 3000, 1 }, TAKEN },
			       { { 1480, 2960, 0 }, TAKEN } }, 1 },
	{ "the last is missing", { { { 0, 1480, 0 }, TAKEN }, { { 1480, 2960, 0 }, TAKEN } }, 0 },
	{ "the first is missing", { { { 1480, 2960, 0 }, TAKEN }, { { 2960, 3000, 1 }, TAKEN } }, 0 },
	{ "the middle is missing", { { { 0, 1480, 0 }, TAKEN }, { { 2960, 3000, 1 }, TAKEN } }, 0 },
	{ "the largest datagram", { { { 0, 65528, 0 }, TAKEN }, { { 65528, 65535, 1 }, TAKEN } }, 1 },
	{ "the same piece again changes nothing",
	  { { { 0, 1480, 0 }, TAKEN }, { { 0, 1480, 0 }, OVERLAP }, { { 1480, 2000, 1 }, TAKEN } }, 1 },
	{ "nor does a part of it", { { { 0, 1480, 0 }, TAKEN }, { { 8, 16, 0 }, OVERLAP },
				     { { 1480, 2000, 1 }, TAKEN } }, 1 },
	{ "eight bytes over its end spoil the datagram",
	  { { { 0, 1480, 0 }, TAKEN }, { { 1472, 2000, 1 }, OVERLAP }, { { 1480, 2000, 1 }, OVERLAP } }, 0 },
	{ "so do eight over its begin",
	  { { { 1480, 2000, 1 }, TAKEN }, { { 0, 1488, 0 }, OVERLAP }, { { 0, 1480, 0 }, OVERLAP } }, 0 },
	{ "and all over it",
	  { { { 800, 1600, 0 }, TAKEN }, { { 0, 1608, 0 }, OVERLAP }, { { 0, 800, 0 }, OVERLAP } }, 0 },
	{ "and over two with a hole between",
	  { { { 0, 800, 0 }, TAKEN }, { { 1600, 2400, 0 }, TAKEN }, { { 792, 1608, 0 }, OVERLAP },
	    { { 800, 1600, 0 }, OVERLAP } }, 0 },
	{ "another end spoils", { { { 800, 1000, 1 }, TAKEN }, { { 1600, 1700, 1 }, OVERLAP },
				  { { 0, 800, 0 }, OVERLAP } }, 0 },
	{ "an end before what was seen", { { { 800, 1600, 0 }, TAKEN }, { { 0, 800, 1 }, OVERLAP } }, 0 },
	{ "bytes behind the end", { { { 800, 1000, 1 }, TAKEN }, { { 1600, 2400, 0 }, OVERLAP },
				   { { 0, 800, 0 }, OVERLAP } }, 0 },
	{ "a single piece that says it is all", { { { 0, 1000, 1 }, TAKEN } }, 1 },
};

static void check_sequence(const struct sequence *sequence)
{
	struct sluice_pieces pieces = { 0 };
	int agrees = 1, i;

	for (i = 0; i < STEPS && sequence->step[i].extent.end; i++)
		agrees &= sluice_pieces_add(&pieces, &sequence->step[i].extent) ==
			  sequence->step[i].reason;
	ktap_ok(agrees && sluice_pieces_whole(&pieces) == sequence->whole, "%s", sequence->proves);
}

static void check_holes(void)
{
	struct sluice_pieces pieces = { 0 };
	struct sluice_extent extent;
	int taken = 0, i;

	for (i = 0; i < SLUICE_PIECES_RUNS; i++) {
		extent = (struct sluice_extent){ 16u * (__u32)i, 16u * (__u32)i + 8, 0 };
		taken += sluice_pieces_add(&pieces, &extent) == TAKEN;
	}
	extent = (struct sluice_extent){ 16 * SLUICE_PIECES_RUNS, 16 * SLUICE_PIECES_RUNS + 8, 0 };
	ktap_ok(taken == SLUICE_PIECES_RUNS && sluice_pieces_add(&pieces, &extent) == LIMIT,
		"one hole too many");
	extent = (struct sluice_extent){ 8, 16, 0 };
	ktap_ok(sluice_pieces_add(&pieces, &extent) == TAKEN && pieces.runs == SLUICE_PIECES_RUNS - 1,
		"a hole that is filled makes room for another");
}

static void check_count(void)
{
	struct sluice_pieces pieces = { 0 };
	struct sluice_extent extent;
	int taken = 0, i;

	for (i = 0; i < SLUICE_PIECES + 1; i++) {
		extent = (struct sluice_extent){ 8u * (__u32)i, 8u * (__u32)i + 8, 0 };
		taken += sluice_pieces_add(&pieces, &extent) == TAKEN;
	}
	ktap_ok(taken == SLUICE_PIECES && !sluice_pieces_whole(&pieces), "one piece too many");
}

/* ---- Against the obvious: one byte for each eight ---- */

#define UNITS	64

struct plain {
	unsigned char seen[UNITS];
	unsigned int end;
	int spoilt;
};

static unsigned int plain_add(struct plain *plain, const struct sluice_extent *extent)
{
	unsigned int begin = extent->begin / 8, end = extent->end / 8, over = 0, behind = 0, i;
	int split = 0;

	for (i = 0; i < UNITS; i++)
		behind += i >= end && plain->seen[i];
	for (i = begin; i < end; i++) {
		over += plain->seen[i];
		split |= !plain->seen[i];
	}
	if (plain->spoilt)
		return OVERLAP;
	if (extent->last ? (plain->end ? plain->end != end : behind) : plain->end && end > plain->end) {
		plain->spoilt = 1;
		return OVERLAP;
	}
	if (over) {
		plain->spoilt = split;
		return OVERLAP;
	}
	memset(plain->seen + begin, 1, end - begin);
	if (extent->last)
		plain->end = end;
	return TAKEN;
}

static int plain_whole(const struct plain *plain)
{
	unsigned int i;

	for (i = 0; i < plain->end; i++)
		if (!plain->seen[i])
			return 0;
	return plain->end && !plain->spoilt;
}

/* Return: pieces that were taken; negative when both disagree. */
static int compare_one(struct random_state *random, unsigned int *wholes)
{
	struct sluice_pieces pieces = { 0 };
	struct plain plain = { .end = 0 };
	int taken = 0, i;

	for (i = 0; i < 24; i++) {
		__u32 begin = (__u32)(random_next(random) % 8);
		struct sluice_extent extent = { begin * 8, (begin + 1 + random_next(random) % 3) * 8,
						begin > 4 && random_next(random) % 2 };
		unsigned int reason = sluice_pieces_add(&pieces, &extent);

		if (reason == LIMIT || reason != plain_add(&plain, &extent))
			return -1;
		taken += reason == TAKEN;
		if (sluice_pieces_whole(&pieces) != plain_whole(&plain))
			return -1;
	}
	*wholes += sluice_pieces_whole(&pieces);
	return taken;
}

static void check_random(void)
{
	struct random_state random = { 5722 };
	unsigned int wholes = 0;
	long taken = 0;
	int i, agrees = 1;

	for (i = 0; i < 200000 && agrees; i++) {
		int pieces = compare_one(&random, &wholes);

		agrees = pieces >= 0;
		taken += pieces;
	}
	ktap_ok(agrees && taken > 100000 && wholes > 50,
		"200000 random sequences agree with the obvious (%ld pieces taken, %u whole)", taken, wholes);
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(sequences) / sizeof(*sequences); i++)
		check_sequence(&sequences[i]);
	check_holes();
	check_count();
	check_random();
	return ktap_done();
}
