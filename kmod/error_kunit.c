// SPDX-License-Identifier: GPL-2.0
/* ICMP errors: what is left of them, and whether a receiver would believe the checksums. */

#include <kunit/test.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "error.h"

#define TEXT	400	/* bytes that the sender put behind the quotation */

static struct sk_buff *make(struct kunit *test, u32 bytes)
{
	struct sk_buff *skb = alloc_skb(bytes + 64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, skb);
	skb_reserve(skb, 32);
	skb_reset_network_header(skb);
	memset(skb_put(skb, bytes), 0x5a, bytes);
	return skb;
}

static struct sk_buff *make4(struct kunit *test, u8 type, u8 code)
{
	struct sk_buff *skb = make(test, 20 + 8 + 20 + 8 + TEXT);
	u8 *bytes = skb->data;

	bytes[0] = 0x45;
	bytes[9] = IPPROTO_ICMP;
	bytes[20] = type;
	bytes[21] = code;
	bytes[28] = 0x45;
	return skb;
}

static void test_v4(struct kunit *test)
{
	struct sk_buff *skb = make4(test, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED);
	u8 *bytes;

	KUNIT_ASSERT_EQ(test, sluice_error_cut(skb, 4), 0);
	bytes = skb->data;
	KUNIT_EXPECT_EQ_MSG(test, skb->len, 56U, "the quoted header and 8 bytes");
	KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(skb)->tot_len), 56);
	KUNIT_EXPECT_EQ_MSG(test, ip_fast_csum(bytes, 5), (__sum16)0, "IP checksum");
	KUNIT_EXPECT_EQ_MSG(test, ip_compute_csum(bytes + 20, 36), (__sum16)0, "ICMP checksum");
	KUNIT_EXPECT_EQ_MSG(test, bytes[24] | bytes[25], 0, "unused, and the length of extensions");
	KUNIT_EXPECT_EQ_MSG(test, bytes[26], 0x5a, "the MTU is left");
	kfree_skb(skb);
}

static void test_v4_unused(struct kunit *test)
{
	struct sk_buff *skb = make4(test, ICMP_TIME_EXCEEDED, 0);

	KUNIT_ASSERT_EQ(test, sluice_error_cut(skb, 4), 0);
	KUNIT_EXPECT_EQ_MSG(test, *(u32 *)(skb->data + 24), 0U, "all four bytes are unused");
	kfree_skb(skb);
	skb = make4(test, ICMP_PARAMETERPROB, 0);
	KUNIT_ASSERT_EQ(test, sluice_error_cut(skb, 4), 0);
	KUNIT_EXPECT_EQ_MSG(test, skb->data[24], 0x5a, "the pointer is left");
	KUNIT_EXPECT_EQ(test, skb->data[25] | skb->data[26] | skb->data[27], 0);
	kfree_skb(skb);
}

static void test_v4_malformed(struct kunit *test)
{
	struct sk_buff *skb = make4(test, ICMP_DEST_UNREACH, 1);

	skb->data[28] = 0x46;
	KUNIT_EXPECT_EQ_MSG(test, sluice_error_cut(skb, 4), -EBADMSG, "options in the quotation");
	kfree_skb(skb);
	skb = make4(test, ICMP_DEST_UNREACH, 1);
	skb_trim(skb, 55);
	KUNIT_EXPECT_EQ_MSG(test, sluice_error_cut(skb, 4), -EBADMSG, "7 bytes behind the header");
	kfree_skb(skb);
}

static void test_v6(struct kunit *test)
{
	struct sk_buff *skb = make(test, 40 + 8 + 40 + 8 + TEXT);
	struct ipv6hdr *ip = ipv6_hdr(skb);
	__sum16 sum;

	skb->data[6] = IPPROTO_ICMPV6;
	skb->data[40] = ICMPV6_PKT_TOOBIG;
	KUNIT_ASSERT_EQ(test, sluice_error_cut(skb, 6), 0);
	ip = ipv6_hdr(skb);
	KUNIT_EXPECT_EQ(test, skb->len, 96U);
	KUNIT_EXPECT_EQ(test, ntohs(ip->payload_len), 56);
	sum = csum_ipv6_magic(&ip->saddr, &ip->daddr, 56, IPPROTO_ICMPV6,
			      csum_partial(skb->data + 40, 56, 0));
	KUNIT_EXPECT_EQ_MSG(test, sum, (__sum16)0, "ICMPv6 checksum");
	KUNIT_EXPECT_EQ_MSG(test, skb->data[44], 0x5a, "the MTU is left");
	kfree_skb(skb);
}

static void test_v6_piece(struct kunit *test)
{
	struct sk_buff *skb = make(test, 40 + 8 + 40 + 8 + TEXT);

	skb->data[6] = IPPROTO_ICMPV6;
	skb->data[40] = ICMPV6_PKT_TOOBIG;
	skb->data[48 + 6] = NEXTHDR_FRAGMENT;
	KUNIT_ASSERT_EQ(test, sluice_error_cut(skb, 6), 0);
	KUNIT_EXPECT_EQ_MSG(test, skb->len, 104U, "the piece's header and 8 bytes behind it");
	KUNIT_EXPECT_EQ(test, ntohs(ipv6_hdr(skb)->payload_len), 64);
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_v4),
	KUNIT_CASE(test_v4_unused),
	KUNIT_CASE(test_v4_malformed),
	KUNIT_CASE(test_v6),
	KUNIT_CASE(test_v6_piece),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-error",
	.test_cases = cases,
};
kunit_test_suite(suite);
