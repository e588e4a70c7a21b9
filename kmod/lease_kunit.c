// SPDX-License-Identifier: GPL-2.0
/* Leases: who holds one, when it ends, and what a full table does. */

#include <kunit/test.h>

#include "lease.h"

#define SECOND	NSEC_PER_SEC

struct fixture {
	struct sluice_leases *leases;
	u64 now;
};

static int init(struct kunit *test)
{
	struct fixture *fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);

	if (!fixture)
		return -ENOMEM;
	test->priv = fixture;
	fixture->leases = sluice_leases_create();
	fixture->now = ktime_get_boottime_ns();
	return fixture->leases ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	if (fixture)
		sluice_leases_destroy(fixture->leases);
}

static struct sluice_lease_at at(u32 zone, u64 address)
{
	return (struct sluice_lease_at){ .address.high = address << 32, .zone = zone, .family = 4 };
}

/* @seconds: from now; 0 removes */
static int set(struct kunit *test, u32 zone, u64 address, u64 mac, u32 seconds, u32 state)
{
	struct fixture *fixture = test->priv;
	struct sluice_lease_record record = {
		.at = at(zone, address),
		.mac = mac,
		.until = seconds ? fixture->now + seconds * SECOND : 0,
		.state = state,
	};

	return sluice_leases_set(fixture->leases, &record, 1, NULL);
}

static u32 found(struct kunit *test, u32 zone, u64 address, u64 mac, u32 seconds)
{
	struct fixture *fixture = test->priv;
	struct sluice_lease_at where = at(zone, address);

	return sluice_lease_find(fixture->leases, &where, mac, fixture->now + seconds * SECOND);
}

static void test_holder(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set(test, 3, 1, 0xa, 60, SLUICE_LEASE_HELD), 0);
	KUNIT_EXPECT_EQ(test, found(test, 3, 1, 0xa, 0), (u32)SLUICE_LEASE_HELD);
	KUNIT_EXPECT_EQ_MSG(test, found(test, 3, 1, 0, 0), (u32)SLUICE_LEASE_HELD,
			    "where there is no frame to see");
	KUNIT_EXPECT_EQ_MSG(test, found(test, 3, 1, 0xb, 0), (u32)SLUICE_LEASE_NONE,
			    "another MAC");
	KUNIT_EXPECT_EQ_MSG(test, found(test, 4, 1, 0xa, 0), (u32)SLUICE_LEASE_NONE,
			    "another zone");
	KUNIT_EXPECT_EQ_MSG(test, found(test, 3, 2, 0xa, 0), (u32)SLUICE_LEASE_NONE,
			    "another address");
	KUNIT_EXPECT_EQ_MSG(test, found(test, 3, 1, 0xa, 59), (u32)SLUICE_LEASE_HELD,
			    "just before its end");
	KUNIT_EXPECT_EQ_MSG(test, found(test, 3, 1, 0xa, 60), (u32)SLUICE_LEASE_NONE, "at its end");
}

static void test_change(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	set(test, 3, 1, 0xa, 60, SLUICE_LEASE_HELD);
	set(test, 3, 1, 0, 120, SLUICE_LEASE_HELD);
	KUNIT_EXPECT_EQ_MSG(test, found(test, 3, 1, 0xb, 100), (u32)SLUICE_LEASE_HELD,
			    "a new one takes the place of the old");
	set(test, 3, 1, 0xa, 120, SLUICE_LEASE_REVOKED);
	KUNIT_EXPECT_EQ(test, found(test, 3, 1, 0xa, 0), (u32)SLUICE_LEASE_REVOKED);
	KUNIT_EXPECT_EQ_MSG(test, found(test, 3, 1, 0xb, 0), (u32)SLUICE_LEASE_REVOKED,
			    "revoked whatever the MAC");
	set(test, 3, 1, 0, 0, 0);
	KUNIT_EXPECT_EQ_MSG(test, found(test, 3, 1, 0xa, 0), (u32)SLUICE_LEASE_NONE, "removed");
	set(test, 3, 1, 0, 60, SLUICE_LEASE_HELD);
	KUNIT_EXPECT_EQ(test, sluice_leases_expire(fixture->leases, fixture->now + 59 * SECOND), 0U);
	KUNIT_EXPECT_EQ(test, sluice_leases_expire(fixture->leases, fixture->now + 60 * SECOND), 1U);
}

static void test_full(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct sluice_lease_record record;
	u32 bucket = 0, skip = 0, count = 0;
	u64 address;

	for (address = 1; address <= SLUICE_MAX_LEASES; address++)
		if (set(test, 3, address, 0, 600, SLUICE_LEASE_HELD))
			break;
	KUNIT_EXPECT_EQ(test, address, (u64)SLUICE_MAX_LEASES + 1);
	KUNIT_EXPECT_EQ_MSG(test, set(test, 3, address, 0, 600, SLUICE_LEASE_HELD), -E2BIG,
			    "a full table refuses the new");
	KUNIT_EXPECT_EQ_MSG(test, set(test, 3, 1, 0, 600, SLUICE_LEASE_REVOKED), 0,
			    "and still revokes the old");
	while (sluice_lease_read(fixture->leases, &bucket, &skip, &record))
		count++;
	KUNIT_EXPECT_EQ_MSG(test, count, (u32)SLUICE_MAX_LEASES, "the dump has all of them");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_holder),
	KUNIT_CASE(test_change),
	KUNIT_CASE(test_full),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-lease",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};
kunit_test_suite(suite);
