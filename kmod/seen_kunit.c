// SPDX-License-Identifier: GPL-2.0
/* First-seen bindings: where an asset lives, and what happens when nobody can tell. */

#include <kunit/test.h>

#include "limits.h"
#include "seen.h"

static int init(struct kunit *test)
{
	test->priv = sluice_seen_create();
	return test->priv ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	sluice_seen_destroy(test->priv);
}

static struct sluice_seen_at at(u64 address, int ifindex, u16 vlan)
{
	return (struct sluice_seen_at){ .address.high = address << 32, .family = 4,
					.ifindex = ifindex, .vlan = vlan };
}

static bool agrees(struct kunit *test, u64 address, int ifindex, u16 vlan)
{
	struct sluice_seen_at where = at(address, ifindex, vlan), home;
	bool agrees = sluice_seen_agrees(test->priv, &where, &home);

	if (agrees)
		KUNIT_EXPECT_EQ(test, home.ifindex, 0);
	else if (home.ifindex)
		KUNIT_EXPECT_TRUE_MSG(test, home.ifindex != ifindex || home.vlan != vlan,
				      "its home is told when it is elsewhere");
	return agrees;
}

static void test_first_port(struct kunit *test)
{
	KUNIT_EXPECT_TRUE_MSG(test, agrees(test, 1, 5, 0), "the first port is its own");
	KUNIT_EXPECT_TRUE(test, agrees(test, 1, 5, 0));
	KUNIT_EXPECT_FALSE_MSG(test, agrees(test, 1, 6, 0), "another device");
	KUNIT_EXPECT_FALSE_MSG(test, agrees(test, 1, 5, 7), "another tag");
	KUNIT_EXPECT_TRUE_MSG(test, agrees(test, 2, 6, 0), "another address");
}

static void test_forget(struct kunit *test)
{
	agrees(test, 1, 5, 0);
	agrees(test, 2, 6, 0);
	sluice_seen_forget(test->priv, 5);
	KUNIT_EXPECT_TRUE_MSG(test, agrees(test, 1, 7, 0), "its device went away");
	KUNIT_EXPECT_FALSE_MSG(test, agrees(test, 2, 7, 0), "the other's did not");
}

static void test_move(struct kunit *test)
{
	struct sluice_seen_at old = at(1, 5, 0), new = at(1, 6, 0), stranger = at(9, 5, 0);

	KUNIT_EXPECT_FALSE_MSG(test, sluice_seen_move(test->priv, &old, &new), "not known yet");
	agrees(test, 1, 5, 0);
	KUNIT_EXPECT_TRUE(test, sluice_seen_move(test->priv, &old, &new));
	KUNIT_EXPECT_TRUE_MSG(test, agrees(test, 1, 6, 0), "it lives there now");
	KUNIT_EXPECT_FALSE_MSG(test, agrees(test, 1, 5, 0), "and no more where it did");
	KUNIT_EXPECT_FALSE_MSG(test, sluice_seen_move(test->priv, &old, &new),
			       "somebody was quicker");
	KUNIT_EXPECT_FALSE_MSG(test, sluice_seen_drop(test->priv, &stranger), "not known");
	KUNIT_EXPECT_TRUE(test, sluice_seen_drop(test->priv, &old));
	KUNIT_EXPECT_TRUE_MSG(test, agrees(test, 1, 7, 0), "forgotten: bound anew");
}

static void test_full(struct kunit *test)
{
	struct sluice_seen_at view;
	u32 bucket = 0, skip = 0, count = 0;
	u64 address;

	for (address = 1; address <= SLUICE_SEEN; address++)
		if (!agrees(test, address, 5, 0))
			break;
	KUNIT_EXPECT_EQ(test, address, (u64)SLUICE_SEEN + 1);
	KUNIT_EXPECT_FALSE_MSG(test, agrees(test, address, 5, 0), "a full table denies the new");
	KUNIT_EXPECT_TRUE_MSG(test, agrees(test, 1, 5, 0), "and keeps the old");
	while (sluice_seen_read(test->priv, &bucket, &skip, &view))
		count++;
	KUNIT_EXPECT_EQ_MSG(test, count, (u32)SLUICE_SEEN, "the dump has all of them");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_first_port),
	KUNIT_CASE(test_forget),
	KUNIT_CASE(test_move),
	KUNIT_CASE(test_full),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-seen",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};
kunit_test_suite(suite);
