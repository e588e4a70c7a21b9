// SPDX-License-Identifier: GPL-2.0
/* Mark and stamp: what is believed, and whose bits change. */

#include <kunit/test.h>

#include "mark.h"
#include "stamp.h"

#define NONCE	0x005a0000u

static void test_foreign_bits(struct kunit *test)
{
	u32 mark = sluice_mark_with(0xab000000u | 0x1234, 0xffffffffu);

	KUNIT_EXPECT_EQ_MSG(test, mark & ~SLUICE_MARK_MASK, 0xab000000u,
			    "bits of others stay when ours are set");
	KUNIT_EXPECT_EQ_MSG(test, sluice_mark_with(mark, 0), 0xab000000u,
			    "and when ours are wiped");
}

static void test_fields(struct kunit *test)
{
	u32 mark = sluice_mark_make(NONCE, 255, 63, SLUICE_MARK_ENTERED);

	KUNIT_EXPECT_EQ(test, sluice_mark_port(mark), 255u);
	KUNIT_EXPECT_EQ(test, sluice_mark_generation(mark), 63u);
	KUNIT_EXPECT_TRUE(test, sluice_mark_has(mark, NONCE, SLUICE_MARK_ENTERED));
	KUNIT_EXPECT_FALSE_MSG(test, sluice_mark_has(mark, NONCE, SLUICE_MARK_JUDGED),
			       "entered is not judged");
	KUNIT_EXPECT_EQ_MSG(test, sluice_mark_make(0xffffffff, 0xffff, 0xffff, 0xffffffff) &
				  ~SLUICE_MARK_MASK, 0u, "no field reaches beyond the mask");
	KUNIT_EXPECT_EQ_MSG(test, sluice_mark_generation(sluice_mark_make(NONCE, 0xffff, 0, 0)), 0u,
			    "nor into its neighbour");
}

static void test_nonce(struct kunit *test)
{
	u32 mark = sluice_mark_make(NONCE, 1, 1, SLUICE_MARK_JUDGED);

	KUNIT_EXPECT_FALSE_MSG(test, sluice_mark_has(mark, 0x005b0000u, SLUICE_MARK_JUDGED),
			       "another load's mark");
	KUNIT_EXPECT_FALSE_MSG(test, sluice_mark_has(SLUICE_MARK_JUDGED, 0, SLUICE_MARK_JUDGED),
			       "no nonce never matches");
}

/*
 * @change: what is wrong with a good stamp
 * @length: of the metadata
 * @invariant: what must be said
 */
struct stamp_case {
	const char *why;
	struct sluice_stamp stamp;
	u32 length;
	u32 nonce;
	u32 invariant;
};

#define GOOD	.nonce = 7, .generation = 1, .port = 1, .kind = 1, .forward = 3

static const struct stamp_case stamp_cases[] = {
	{ "a good stamp", { GOOD }, 16, 7, 0 },
	{ "no metadata at all", { GOOD }, 0, 7, SLUICE_INVARIANT_STAMP_MISSING },
	{ "metadata of another length", { GOOD }, 12, 7, SLUICE_INVARIANT_STAMP_FOREIGN },
	{ "longer metadata", { GOOD }, 32, 7, SLUICE_INVARIANT_STAMP_FOREIGN },
	{ "another nonce", { GOOD }, 16, 8, SLUICE_INVARIANT_STAMP_FOREIGN },
	{ "no nonce on our side", { .generation = 1, .port = 1 }, 16, 0,
	  SLUICE_INVARIANT_STAMP_FOREIGN },
	{ "generation 0", { .nonce = 7, .port = 1 }, 16, 7, SLUICE_INVARIANT_STAMP_FOREIGN },
	{ "generation 64", { .nonce = 7, .generation = 64, .port = 1 }, 16, 7,
	  SLUICE_INVARIANT_STAMP_FOREIGN },
	{ "port 0", { .nonce = 7, .generation = 1 }, 16, 7, SLUICE_INVARIANT_STAMP_FOREIGN },
	{ "port 256", { .nonce = 7, .generation = 1, .port = 256 }, 16, 7,
	  SLUICE_INVARIANT_STAMP_FOREIGN },
	{ "padding that is not zero", { GOOD, .zero = 1 }, 16, 7, SLUICE_INVARIANT_STAMP_FOREIGN },
};

static void test_stamps(struct kunit *test)
{
	u32 index;

	for (index = 0; index < ARRAY_SIZE(stamp_cases); index++) {
		const struct stamp_case *c = &stamp_cases[index];

		KUNIT_EXPECT_EQ_MSG(test,
				    (u32)sluice_stamp_check(&c->stamp, c->length, c->nonce),
				    c->invariant, "%s", c->why);
	}
}

static void test_agreement(struct kunit *test)
{
	const struct sluice_stamp stamp = { GOOD };
	struct sluice_answer answer = { .reason = SLUICE_REASON_PERMITTED, .kind = 1, .forward = 3 };

	KUNIT_EXPECT_TRUE(test, sluice_stamp_agrees(&stamp, &answer));
	answer.reply = 4;
	KUNIT_EXPECT_FALSE_MSG(test, sluice_stamp_agrees(&stamp, &answer), "another reply half");
	answer.reply = 0;
	answer.forward = 4;
	KUNIT_EXPECT_FALSE_MSG(test, sluice_stamp_agrees(&stamp, &answer), "another forward half");
	answer.forward = 3;
	answer.kind = 2;
	KUNIT_EXPECT_FALSE_MSG(test, sluice_stamp_agrees(&stamp, &answer), "another kind");
	answer.kind = 1;
	KUNIT_EXPECT_TRUE(test, sluice_stamp_agrees(&stamp, &answer));
	answer.reason = SLUICE_REASON_NO_CONDUIT;
	KUNIT_EXPECT_FALSE_MSG(test, sluice_stamp_agrees(&stamp, &answer), "we would refuse it");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_foreign_bits),
	KUNIT_CASE(test_fields),
	KUNIT_CASE(test_nonce),
	KUNIT_CASE(test_stamps),
	KUNIT_CASE(test_agreement),
	{}
};

static struct kunit_suite suite = { .name = "sluice-mark", .test_cases = cases };
kunit_test_suite(suite);
