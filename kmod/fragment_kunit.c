// SPDX-License-Identifier: GPL-2.0
/* Datagrams in pieces: bound to one port, bounded for each zone, forgotten in time. */

#include <kunit/test.h>

#include "fragment.h"
#include "limits.h"

#define NOW	1000UL
#define LATER	(NOW + msecs_to_jiffies(SLUICE_DATAGRAM_MS))

static int init(struct kunit *test)
{
	test->priv = sluice_fragments_create();
	return test->priv ? 0 : -ENOMEM;
}

static void finish(struct kunit *test)
{
	sluice_fragments_destroy(test->priv);
}

/* A first piece of 800 bytes. */
static struct sluice_piece_at piece(u32 id, u16 zone)
{
	return (struct sluice_piece_at){ .source.high = 1, .destination.high = 2, .id = id,
					 .ifindex = 5, .zone = zone, .family = 4, .protocol = 17,
					 .bytes = 1024, .extent = { 0, 800, 0 } };
}

static struct sluice_piece_at last(u32 id, u16 zone)
{
	struct sluice_piece_at at = piece(id, zone);

	at.extent = (struct sluice_extent){ 800, 900, 1 };
	return at;
}

static enum sluice_reason take(struct kunit *test, struct sluice_piece_at at, unsigned long now)
{
	return sluice_fragments_take(test->priv, &at, now);
}

static void test_port(struct kunit *test)
{
	struct sluice_piece_at other = last(1, 1), tagged = last(1, 1);

	other.ifindex = 6;
	tagged.vlan = 7;
	KUNIT_EXPECT_EQ(test, take(test, piece(1, 1), NOW), SLUICE_REASON_PERMITTED);
	KUNIT_EXPECT_EQ_MSG(test, take(test, other, NOW), SLUICE_REASON_FRAGMENT_PORT,
			    "another device");
	KUNIT_EXPECT_EQ_MSG(test, take(test, tagged, NOW), SLUICE_REASON_FRAGMENT_PORT,
			    "another tag");
	KUNIT_EXPECT_EQ_MSG(test, take(test, last(1, 1), NOW), SLUICE_REASON_PERMITTED,
			    "neither changed anything");
	KUNIT_EXPECT_EQ_MSG(test, take(test, other, NOW), SLUICE_REASON_PERMITTED,
			    "it was whole: the number is free");
}

static void test_key(struct kunit *test)
{
	struct sluice_piece_at other = piece(1, 1);

	KUNIT_EXPECT_EQ(test, take(test, other, NOW), SLUICE_REASON_PERMITTED);
	KUNIT_EXPECT_EQ(test, take(test, other, NOW), SLUICE_REASON_FRAGMENT_OVERLAP);
	other.id = 2;
	KUNIT_EXPECT_EQ(test, take(test, other, NOW), SLUICE_REASON_PERMITTED);
	other = piece(1, 1);
	other.protocol = 6;
	KUNIT_EXPECT_EQ(test, take(test, other, NOW), SLUICE_REASON_PERMITTED);
	other.source.low = 1;
	KUNIT_EXPECT_EQ(test, take(test, other, NOW), SLUICE_REASON_PERMITTED);
	other.destination.low = 1;
	KUNIT_EXPECT_EQ(test, take(test, other, NOW), SLUICE_REASON_PERMITTED);
	other.family = 6;
	KUNIT_EXPECT_EQ(test, take(test, other, NOW), SLUICE_REASON_PERMITTED);
}

/* Return: how many datagrams of the zone find room, from @id on. */
static u32 flood(struct kunit *test, u32 id, u16 zone, u32 bytes, u32 datagrams)
{
	u32 taken = 0;

	for (; datagrams; datagrams--) {
		struct sluice_piece_at at = piece(id++, zone);

		at.bytes = bytes;
		taken += take(test, at, NOW) == SLUICE_REASON_PERMITTED;
	}
	return taken;
}

static void test_zone_bytes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, flood(test, 0, 1, 4096, 300), SLUICE_FRAGMENT_BYTES / 4096);
	KUNIT_EXPECT_EQ(test, take(test, piece(1000, 1), NOW), SLUICE_REASON_FRAGMENT_LIMIT);
	KUNIT_EXPECT_EQ_MSG(test, take(test, piece(1000, 2), NOW), SLUICE_REASON_PERMITTED,
			    "another zone has its own");
	KUNIT_EXPECT_EQ_MSG(test, take(test, last(0, 1), NOW), SLUICE_REASON_FRAGMENT_LIMIT,
			    "nor is there room for another piece");
	KUNIT_EXPECT_EQ_MSG(test, take(test, piece(1000, 1), LATER), SLUICE_REASON_PERMITTED,
			    "they are forgotten in time");
}

static void test_zone_datagrams(struct kunit *test)
{
	u32 zones = SLUICE_DATAGRAMS / SLUICE_DATAGRAMS_A_ZONE, zone;

	for (zone = 1; zone <= zones; zone++)
		KUNIT_EXPECT_EQ(test, flood(test, zone << 16, zone, 8, SLUICE_DATAGRAMS_A_ZONE + 1),
				SLUICE_DATAGRAMS_A_ZONE);
	KUNIT_EXPECT_EQ_MSG(test, flood(test, 0, zones + 1, 8, 1), 0U, "the table is full");
	KUNIT_EXPECT_EQ(test, take(test, last(1 << 16, 1), NOW), SLUICE_REASON_PERMITTED);
	KUNIT_EXPECT_EQ_MSG(test, flood(test, 0, zones + 1, 8, 1), 1U, "one became whole");
}

static void test_refused_first(struct kunit *test)
{
	struct sluice_piece_at at = piece(1, 1);

	at.bytes = SLUICE_FRAGMENT_BYTES + 1;
	KUNIT_EXPECT_EQ(test, take(test, at, NOW), SLUICE_REASON_FRAGMENT_LIMIT);
	at = piece(1, 1);
	at.ifindex = 6;
	KUNIT_EXPECT_EQ_MSG(test, take(test, at, NOW), SLUICE_REASON_PERMITTED,
			    "what was refused binds nothing to its port");
	at.zone = SLUICE_MAX_ZONES + 1;
	KUNIT_EXPECT_EQ_MSG(test, take(test, at, NOW), SLUICE_REASON_UNKNOWN, "no such zone");
}

static void test_forget(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, flood(test, 0, 1, 4096, 300), SLUICE_FRAGMENT_BYTES / 4096);
	sluice_fragments_forget(test->priv);
	KUNIT_EXPECT_EQ(test, flood(test, 0, 1, 4096, 300), SLUICE_FRAGMENT_BYTES / 4096);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_port),
	KUNIT_CASE(test_key),
	KUNIT_CASE(test_zone_bytes),
	KUNIT_CASE(test_zone_datagrams),
	KUNIT_CASE(test_refused_first),
	KUNIT_CASE(test_forget),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-fragment",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};
kunit_test_suite(suite);
