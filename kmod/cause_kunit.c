// SPDX-License-Identifier: GPL-2.0
/* Rate limit of records: bursts, refills, and no event lost from the count. */

#include <kunit/test.h>

#include "cause.h"
#include "limits.h"

#define KEY	(1ULL << 62)

static int init(struct kunit *test)
{
	test->priv = sluice_causes_create();
	return test->priv ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	sluice_causes_destroy(test->priv);
}

static u32 flood(struct kunit *test, u64 key, u64 now, u32 events, u64 *told)
{
	u64 suppressed;
	u32 sent = 0;

	while (events--) {
		if (!sluice_cause_pass(test->priv, key, now, 1, &suppressed))
			continue;
		sent++;
		*told += suppressed + 1;
	}
	return sent;
}

static void test_burst(struct kunit *test)
{
	u64 told = 0, now = NSEC_PER_SEC;

	KUNIT_EXPECT_EQ_MSG(test, flood(test, KEY, now, 1000, &told), 20u, "twenty at once");
	KUNIT_EXPECT_EQ_MSG(test, flood(test, KEY, now + NSEC_PER_SEC, 1000, &told), 10u,
			    "then ten a second");
	KUNIT_EXPECT_EQ_MSG(test, flood(test, KEY, now + 100 * NSEC_PER_SEC, 1, &told), 1u,
			    "and one more when it is quiet");
	KUNIT_EXPECT_EQ_MSG(test, told, 2001ULL, "records and suppressed numbers make the whole");
}

static void test_weight(struct kunit *test)
{
	u64 suppressed = 0;

	KUNIT_EXPECT_TRUE(test, sluice_cause_pass(test->priv, KEY, NSEC_PER_SEC, 500, &suppressed));
	KUNIT_EXPECT_EQ_MSG(test, suppressed, 499ULL, "a record may stand for many already");
	while (sluice_cause_pass(test->priv, KEY, NSEC_PER_SEC, 1, &suppressed))
		;
	KUNIT_EXPECT_FALSE(test, sluice_cause_pass(test->priv, KEY, NSEC_PER_SEC, 500, &suppressed));
	KUNIT_EXPECT_TRUE(test, sluice_cause_pass(test->priv, KEY, 100 * NSEC_PER_SEC, 1, &suppressed));
	KUNIT_EXPECT_EQ_MSG(test, suppressed, 501ULL, "so may one that is held back");
}

/* More causes than there is room for: they share, and none of their events is lost. */
static void test_many_causes(struct kunit *test)
{
	u32 causes = 2 * SLUICE_CAUSE_BUCKETS * SLUICE_CAUSE_WAYS, round, cause;
	u64 told = 0, now = NSEC_PER_SEC, sum = 0;

	for (round = 0; round < 25; round++)
		for (cause = 0; cause < causes; cause++, sum++)
			flood(test, KEY + cause, now, 1, &told);
	/* Long after, each cause once more tells what it still owes; those that found no place before come first. */
	for (cause = causes; cause-- > 0; sum++)
		flood(test, KEY + cause, now + 1000 * NSEC_PER_SEC, 1, &told);
	for (cause = 0; cause < causes; cause++, sum++)
		flood(test, KEY + cause, now + 2000 * NSEC_PER_SEC, 1, &told);
	KUNIT_EXPECT_EQ(test, told, sum);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_burst),
	KUNIT_CASE(test_weight),
	KUNIT_CASE(test_many_causes),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-cause",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};
kunit_test_suite(suite);
