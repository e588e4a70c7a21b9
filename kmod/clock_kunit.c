// SPDX-License-Identifier: GPL-2.0
/* The wall clock: when it is sure, and that its bound does not overtake it. */

#include <kunit/test.h>

#include "clock.h"

#define NOON	1796126400ULL		/* 2026-12-01T12:00:00Z */
#define UP	1000LL
#define TENTH	(NSEC_PER_SEC / 10)

static struct sluice_clock at(const struct sluice_time *time, s64 now, s64 up)
{
	struct sluice_clock clock = {};

	sluice_clock_at(time, now, up, &clock);
	return clock;
}

static s64 nanoseconds(u64 seconds)
{
	return seconds * NSEC_PER_SEC;
}

static void test_untold(struct kunit *test)
{
	struct sluice_time time = { .offset = nanoseconds(NOON) };

	KUNIT_EXPECT_FALSE_MSG(test, at(&time, nanoseconds(NOON), 0).sure, "nobody has said so");
}

static void test_taken_back(struct kunit *test)
{
	s64 now = nanoseconds(NOON), up = nanoseconds(UP);
	struct sluice_time time = {};

	KUNIT_ASSERT_EQ(test, 0, sluice_clock_tell(&time, true, NOON, now, up));
	KUNIT_EXPECT_TRUE(test, at(&time, now, up).sure);
	KUNIT_ASSERT_EQ(test, 0, sluice_clock_tell(&time, false, NOON, now, up));
	KUNIT_EXPECT_FALSE_MSG(test, at(&time, now, up).sure, "who vouched for it may take it back");
}

/* Both clocks run on through two seconds: once believed it stays so, wherever their seconds begin. */
static void expect_stays(struct kunit *test, s64 now, s64 up)
{
	struct sluice_time time = {};
	s64 passed;

	KUNIT_ASSERT_EQ(test, 0, sluice_clock_tell(&time, true, ktime_divns(now, NSEC_PER_SEC), now, up));
	for (passed = 0; passed < 2 * NSEC_PER_SEC; passed += TENTH / 2) {
		struct sluice_clock clock = at(&time, now + passed, up + passed);

		KUNIT_EXPECT_TRUE(test, clock.sure);
		KUNIT_EXPECT_GE(test, clock.now, clock.lower_bound);
	}
}

static void test_fractions(struct kunit *test)
{
	int wall, boot;

	for (wall = 0; wall < 10; wall++)
		for (boot = 0; boot < 10; boot++)
			expect_stays(test, nanoseconds(NOON) + wall * TENTH,
				     nanoseconds(UP) + boot * TENTH);
}

static void test_step(struct kunit *test)
{
	s64 now = nanoseconds(NOON), up = nanoseconds(UP), minute = nanoseconds(60);
	struct sluice_time time = {};

	sluice_clock_tell(&time, true, 0, now, up);
	KUNIT_EXPECT_TRUE_MSG(test, at(&time, now + minute, up).sure, "a minute is corrected");
	KUNIT_EXPECT_FALSE_MSG(test, at(&time, now + minute + 1, up).sure, "more is not believed");
	KUNIT_EXPECT_TRUE(test, at(&time, now - minute, up).sure);
	KUNIT_EXPECT_FALSE(test, at(&time, now - minute - 1, up).sure);
	KUNIT_EXPECT_TRUE_MSG(test, at(&time, now + 2 * minute, up + 2 * minute).sure, "time passes");
}

static void test_bound(struct kunit *test)
{
	s64 now = nanoseconds(NOON), up = nanoseconds(UP);
	struct sluice_time time = {};

	KUNIT_EXPECT_EQ(test, -EINVAL, sluice_clock_tell(&time, true, NOON + 1, now, up));
	KUNIT_EXPECT_EQ(test, -ERANGE, sluice_clock_tell(&time, false, SLUICE_CLOCK_LATEST, now, up));
	KUNIT_EXPECT_EQ_MSG(test, 0, time.bound, "what is refused changes nothing");
	KUNIT_EXPECT_EQ(test, 0, sluice_clock_tell(&time, false, NOON + 1, now, up));
	KUNIT_EXPECT_EQ(test, 0, sluice_clock_tell(&time, false, NOON - 9, now, up));
	KUNIT_EXPECT_EQ_MSG(test, NOON + 1, at(&time, now, up).lower_bound, "it never falls");
	KUNIT_EXPECT_EQ_MSG(test, NOON + 3, at(&time, now, up + nanoseconds(2)).lower_bound,
			    "it goes with boot time");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_untold), KUNIT_CASE(test_taken_back), KUNIT_CASE(test_fractions),
	KUNIT_CASE(test_step), KUNIT_CASE(test_bound), {}
};

static struct kunit_suite suite = {
	.name = "sluice_clock",
	.test_cases = cases,
};
kunit_test_suite(suite);
