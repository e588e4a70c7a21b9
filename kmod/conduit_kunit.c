// SPDX-License-Identifier: GPL-2.0
/* Limits of a conduit: rates, connections, and what is counted. */

#include <kunit/test.h>

#include "conduit.h"

#define CONDUITS	SLUICE_IMAGE_HEADER_WORDS
#define WORDS		(CONDUITS + 2 * SLUICE_CONDUIT_WORDS)

/* One conduit: ten packets and five new connections a second, three at once. */
struct fixture {
	__le64 words[WORDS];
	struct sluice_image image;
	struct sluice_conduit *conduits;
};

static int init(struct kunit *test)
{
	struct fixture *fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	__le64 *record;

	if (!fixture)
		return -ENOMEM;
	record = fixture->words + CONDUITS + SLUICE_CONDUIT_WORDS;
	fixture->words[SLUICE_HEADER_COUNTS] = cpu_to_le64(1ULL << 32);
	fixture->words[SLUICE_HEADER_CONDUITS] = cpu_to_le64(CONDUITS);
	record[SLUICE_CONDUIT_FLAGS] = cpu_to_le64(SLUICE_GRADE_INITIATE);
	record[SLUICE_CONDUIT_INTERVALS] = cpu_to_le64(100000000ULL | 200000000ULL << 32);
	record[SLUICE_CONDUIT_CONCURRENT] = cpu_to_le64(3);
	fixture->image = (struct sluice_image){ fixture->words, WORDS };
	fixture->conduits = sluice_conduits_create(&fixture->image, 1);
	test->priv = fixture;
	return fixture->conduits ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	if (fixture)
		sluice_conduits_destroy(fixture->conduits);
}

/* Return: the reason. */
static u32 pass(struct kunit *test, u64 second, u32 segments, bool begins)
{
	const struct sluice_clock clock = { .nanoseconds = second * NSEC_PER_SEC };
	const struct sluice_facts facts = { .segments = segments, .length = 100 };
	struct fixture *fixture = test->priv;
	struct sluice_verdict verdict = { .permit = 1, .reason = SLUICE_REASON_PERMITTED,
					  .conduit = 1, .begins = begins, .held = 1 };

	sluice_conduit_charge(&fixture->conduits[1], &fixture->image, &facts, &clock, NULL,
			      &verdict);
	KUNIT_EXPECT_EQ(test, (u32)verdict.permit,
			(u32)(verdict.reason == SLUICE_REASON_PERMITTED));
	return verdict.reason;
}

static void test_packets(struct kunit *test)
{
	u32 count;

	for (count = 0; count < 10; count++)
		KUNIT_EXPECT_EQ(test, pass(test, 100, 1, false), (u32)SLUICE_REASON_PERMITTED);
	KUNIT_EXPECT_EQ_MSG(test, pass(test, 100, 1, false), (u32)SLUICE_REASON_RATE,
			    "the eleventh in one second");
	KUNIT_EXPECT_EQ_MSG(test, pass(test, 101, 10, false), (u32)SLUICE_REASON_PERMITTED,
			    "a merged packet counts its segments");
	KUNIT_EXPECT_EQ(test, pass(test, 101, 1, false), (u32)SLUICE_REASON_RATE);
	KUNIT_EXPECT_EQ_MSG(test, pass(test, 200, 11, false), (u32)SLUICE_REASON_RATE,
			    "more than a second's worth at once");
}

static void test_connections(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct sluice_totals totals;
	u32 count;

	for (count = 0; count < 3; count++)
		KUNIT_EXPECT_EQ(test, pass(test, 100 + count, 1, true),
				(u32)SLUICE_REASON_PERMITTED);
	KUNIT_EXPECT_EQ_MSG(test, pass(test, 110, 1, true), (u32)SLUICE_REASON_CONNECTIONS,
			    "a fourth at once");
	KUNIT_EXPECT_EQ_MSG(test, pass(test, 110, 1, false), (u32)SLUICE_REASON_PERMITTED,
			    "those that are there go on");
	sluice_conduit_end(&fixture->conduits[1]);
	KUNIT_EXPECT_EQ_MSG(test, pass(test, 120, 1, true), (u32)SLUICE_REASON_PERMITTED,
			    "one has ended");
	sluice_conduit_refund(&fixture->conduits[1]);
	sluice_conduit_read(&fixture->conduits[1], &totals);
	KUNIT_EXPECT_EQ_MSG(test, totals.concurrent, 2ULL, "a refund undoes the count");
	KUNIT_EXPECT_EQ(test, totals.flows, 3ULL);
	KUNIT_EXPECT_EQ_MSG(test, totals.packets, 5ULL, "denied packets are not counted as carried");
	KUNIT_EXPECT_EQ(test, totals.bytes, 500ULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_packets),
	KUNIT_CASE(test_connections),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-conduit",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};
kunit_test_suite(suite);
