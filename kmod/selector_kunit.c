// SPDX-License-Identifier: GPL-2.0
/* The selector word, and how long a slot is held. */

#include <kunit/test.h>

#include "generation.h"
#include "netns.h"

#define NOW	(1ULL << 33)

/*
 * @confirmed, @trial: slot + 1
 * @until: of the trial
 * @now: when it is asked
 * @force: slot + 1 that must be in force
 */
struct selector_case {
	const char *why;
	u32 confirmed;
	u32 trial;
	u64 until;
	u64 now;
	u32 force;
};

static const struct selector_case selector_cases[] = {
	{ "an empty word is no policy", 0, 0, 0, NOW, 0 },
	{ "the confirmed slot is in force", 1, 0, 0, NOW, 1 },
	{ "a trial goes before it", 1, 2, NOW + 1, NOW, 2 },
	{ "at its deadline a trial is over", 1, 2, NOW, NOW, 1 },
	{ "behind its deadline a trial is over", 1, 2, NOW, NOW + 1000, 1 },
	{ "a first trial leaves nothing behind", 0, 1, NOW, NOW, 0 },
	{ "a slot that cannot be is no policy", 3, 0, 0, NOW, 0 },
	{ "a trial in a slot that cannot be is no policy", 1, 3, NOW + 1, NOW, 0 },
};

static void test_in_force(struct kunit *test)
{
	const u32 numbers[SLUICE_SLOTS] = { 5, 63 };
	u32 index;

	for (index = 0; index < ARRAY_SIZE(selector_cases); index++) {
		const struct selector_case *c = &selector_cases[index];
		u64 selector = sluice_selector_make(numbers, c->confirmed, c->trial, c->until);

		KUNIT_EXPECT_EQ_MSG(test, sluice_selector_in_force(selector, c->now), c->force,
				    "%s", c->why);
		KUNIT_EXPECT_EQ_MSG(test, sluice_selector_generation(selector, 0), 5u, "%s", c->why);
		KUNIT_EXPECT_EQ_MSG(test, sluice_selector_generation(selector, 1), 63u, "%s", c->why);
	}
}

static void test_held(struct kunit *test)
{
	const u32 numbers[SLUICE_SLOTS] = { 1, 2 };
	u64 hold = msecs_to_jiffies(SLUICE_HOLD_MS);
	u64 confirmed = sluice_selector_make(numbers, 1, 0, 0);
	u64 trial = sluice_selector_make(numbers, 1, 2, NOW);

	KUNIT_EXPECT_TRUE(test, sluice_slot_is_held(confirmed, 0, 0, NOW));
	KUNIT_EXPECT_FALSE_MSG(test, sluice_slot_is_held(confirmed, 1, 0, NOW),
			       "a slot that was never named");
	KUNIT_EXPECT_TRUE(test, sluice_slot_is_held(confirmed, 1, NOW, NOW));
	KUNIT_EXPECT_TRUE(test, sluice_slot_is_held(confirmed, 1, NOW, NOW + hold - 1));
	KUNIT_EXPECT_FALSE(test, sluice_slot_is_held(confirmed, 1, NOW, NOW + hold));
	KUNIT_EXPECT_TRUE_MSG(test, sluice_slot_is_held(trial, 0, 0, NOW - 1),
			      "the confirmed one is held during a trial");
	KUNIT_EXPECT_TRUE_MSG(test, sluice_slot_is_held(trial, 1, 0, NOW + hold - 1),
			      "a trial that ended by itself is held as well");
	KUNIT_EXPECT_FALSE(test, sluice_slot_is_held(trial, 1, 0, NOW + hold));
}

static void test_stale(struct kunit *test)
{
	struct sluice_net *sn = kunit_kzalloc(test, sizeof(*sn), GFP_KERNEL);
	u64 now = get_jiffies_64(), stale = msecs_to_jiffies(SLUICE_STALE_MS);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sn);
	KUNIT_EXPECT_TRUE_MSG(test, sluice_is_stale(sn, 1), "there never was one of this number");
	sn->left[1] = now;
	KUNIT_EXPECT_FALSE_MSG(test, sluice_is_stale(sn, 1), "a queue may have held the packet");
	sn->left[1] = now - stale;
	KUNIT_EXPECT_TRUE_MSG(test, sluice_is_stale(sn, 1), "no queue holds one that long");
}

/* Numbers come round again after 63 stagings, however few of them were published. */
static void test_number(struct kunit *test)
{
	struct sluice_net *sn = kunit_kzalloc(test, sizeof(*sn), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sn);
	mutex_lock(&sluice_control);
	KUNIT_EXPECT_EQ_MSG(test, sluice_generation_number(sn), 1u, "the first one");
	sn->last_number = SLUICE_GENERATIONS;
	KUNIT_EXPECT_EQ_MSG(test, sluice_generation_number(sn), 1u, "and again");
	sn->left[1] = get_jiffies_64();
	KUNIT_EXPECT_EQ_MSG(test, sluice_generation_number(sn), 2u, "a packet may still carry it");
	sn->worn[0] = 2;
	sn->worn[1] = 3;
	KUNIT_EXPECT_EQ_MSG(test, sluice_generation_number(sn), 4u, "flows may still speak of them");
	mutex_unlock(&sluice_control);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_in_force),
	KUNIT_CASE(test_held),
	KUNIT_CASE(test_stale),
	KUNIT_CASE(test_number),
	{}
};

static struct kunit_suite suite = { .name = "sluice-selector", .test_cases = cases };
kunit_test_suite(suite);
