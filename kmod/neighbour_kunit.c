// SPDX-License-Identifier: GPL-2.0
/* Questions of neighbours: which packets are some, and how many come in. */

#include <kunit/test.h>
#include <linux/if_arp.h>
#include <net/ndisc.h>

#include "core/charge.h"
#include "neighbour.h"

static u32 flood(u64 *due, u64 now, u32 questions)
{
	u32 taken = 0;

	while (questions--)
		taken += sluice_neighbour_take(due, now);
	return taken;
}

static void test_rate(struct kunit *test)
{
	u64 due = 0, now = 100 * NSEC_PER_SEC;

	KUNIT_EXPECT_EQ_MSG(test, flood(&due, now, 1000), 50u, "fifty at once");
	KUNIT_EXPECT_EQ(test, flood(&due, now, 1000), 0u);
	KUNIT_EXPECT_EQ_MSG(test, flood(&due, now + NSEC_PER_SEC / 10, 1000), 5u, "fifty a second");
	KUNIT_EXPECT_EQ_MSG(test, flood(&due, now + 100 * NSEC_PER_SEC, 1000), 50u,
			    "silence saves up no more than a second");
}

static struct sk_buff *arp(struct kunit *test, u16 operation)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct arphdr *header;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	header = skb_put_zero(skb, 28);
	header->ar_op = htons(operation);
	return skb;
}

static bool asks(struct kunit *test, u16 ethertype, u16 what, u8 kind)
{
	struct sk_buff *skb = arp(test, what);
	const struct sluice_facts facts = { .kind = kind, .ethertype = ethertype,
					    .icmp_type = (u8)what };
	bool result = sluice_neighbour_asks(skb, &facts);

	kfree_skb(skb);
	return result;
}

static void test_questions(struct kunit *test)
{
	const u8 kind = SLUICE_KIND_NEIGHBOUR;

	KUNIT_EXPECT_TRUE(test, asks(test, ETH_P_ARP, ARPOP_REQUEST, kind));
	KUNIT_EXPECT_FALSE(test, asks(test, ETH_P_ARP, ARPOP_REPLY, kind));
	KUNIT_EXPECT_TRUE(test, asks(test, ETH_P_IPV6, NDISC_NEIGHBOUR_SOLICITATION, kind));
	KUNIT_EXPECT_FALSE(test, asks(test, ETH_P_IPV6, NDISC_NEIGHBOUR_ADVERTISEMENT, kind));
	KUNIT_EXPECT_FALSE_MSG(test, asks(test, ETH_P_IPV6, 143, kind), "a listener report");
	KUNIT_EXPECT_FALSE_MSG(test, asks(test, ETH_P_IPV6, NDISC_NEIGHBOUR_SOLICITATION,
					  SLUICE_KIND_PLAIN), "what is no neighbour's");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_rate),
	KUNIT_CASE(test_questions),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-neighbour",
	.test_cases = cases,
};
kunit_test_suite(suite);
