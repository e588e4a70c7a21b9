// SPDX-License-Identifier: GPL-2.0
/* Grade ack-only: what is left of SYNs and answers. */

#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "normalise.h"

#define IP_BYTES	20

/* An IPv4 TCP segment with these options, and a header full of what somebody chose. */
static struct sk_buff *make(struct kunit *test, const u8 *options, u32 bytes, bool syn)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct tcphdr *tcp;
	struct iphdr *ip;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, skb);
	skb_reserve(skb, 64);
	skb_reset_network_header(skb);
	ip = skb_put_zero(skb, IP_BYTES);
	*ip = (struct iphdr){ .version = 4, .ihl = 5, .tos = 0x5a, .ttl = 33,
			      .tot_len = htons(IP_BYTES + sizeof(*tcp) + bytes),
			      .id = htons(0x5a5a), .protocol = IPPROTO_TCP,
			      .saddr = htonl(0x0a02000a), .daddr = htonl(0x0a010007) };
	tcp = skb_put_zero(skb, sizeof(*tcp));
	tcp->doff = (sizeof(*tcp) + bytes) / 4;
	tcp->syn = syn;
	tcp->ack = 1;
	tcp->res1 = 5;
	tcp->ece = 1;
	tcp->urg_ptr = htons(0x5a5a);
	if (bytes)
		skb_put_data(skb, options, bytes);
	return skb;
}

static struct tcphdr *tcp_of(struct sk_buff *skb)
{
	return (struct tcphdr *)(skb->data + IP_BYTES);
}

static void expect_sealed(struct kunit *test, struct sk_buff *skb)
{
	u32 length = skb->len - IP_BYTES;

	KUNIT_EXPECT_EQ_MSG(test, ip_fast_csum(skb->data, 5), (__sum16)0, "IP checksum");
	KUNIT_EXPECT_EQ_MSG(test, tcp_v4_check(length, ip_hdr(skb)->saddr, ip_hdr(skb)->daddr,
					       skb_checksum(skb, IP_BYTES, length, 0)),
			    (__sum16)0, "TCP checksum");
}

static void test_syn_options(struct kunit *test)
{
	/* MSS, SACK-permitted, timestamps, no-operation, window scale, and an unknown one. */
	static const u8 options[] = { 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8,
				      1, 3, 3, 7, 253, 4, 0xab, 0xcd };
	static const u8 left[] = { 2, 4, 5, 0xb4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
				   1, 3, 3, 7, 1, 1, 1, 1 };
	struct sk_buff *skb = make(test, options, sizeof(options), true);

	KUNIT_ASSERT_EQ(test, sluice_normalise_answer(skb, 4), 0);
	KUNIT_EXPECT_EQ(test, memcmp(tcp_of(skb) + 1, left, sizeof(left)), 0);
	expect_sealed(test, skb);
	kfree_skb(skb);
}

static void test_answer(struct kunit *test)
{
	static const u8 options[] = { 1, 1, 5, 10, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0xab, 0xcd, 0xef };
	static const u8 left[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	struct sk_buff *skb = make(test, options, sizeof(options), false);
	struct tcphdr *tcp;

	KUNIT_ASSERT_EQ(test, sluice_normalise_answer(skb, 4), 0);
	tcp = tcp_of(skb);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(tcp + 1, left, sizeof(left)), 0,
			    "no SACK, no end, nothing behind it");
	KUNIT_EXPECT_EQ(test, tcp->res1 | tcp->ece | tcp->cwr | tcp->urg_ptr, 0);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->tos, 0);
	KUNIT_EXPECT_EQ(test, ip_hdr(skb)->id, (__be16)0);
	KUNIT_EXPECT_EQ_MSG(test, ip_hdr(skb)->ttl, 64, "whatever the distance");
	expect_sealed(test, skb);
	kfree_skb(skb);
}

/* Both mean something in a SYN alone; anywhere else they are bytes that somebody chose. */
static void test_syn_options_elsewhere(struct kunit *test)
{
	static const u8 options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7 };
	static const u8 left[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	struct sk_buff *skb = make(test, options, sizeof(options), false);

	KUNIT_ASSERT_EQ(test, sluice_normalise_answer(skb, 4), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(tcp_of(skb) + 1, left, sizeof(left)), 0,
			    "neither segment size nor window scale");
	expect_sealed(test, skb);
	kfree_skb(skb);
}

/* Receivers pass over the second one, and over one that is too long: both would carry bytes. */
static void test_syn_options_again(struct kunit *test)
{
	static const u8 options[] = { 2, 4, 5, 0xb4, 2, 4, 0xab, 0xcd, 3, 3, 7, 3, 3, 0xab, 1, 1,
				      2, 8, 1, 2, 3, 4, 5, 6, 3, 4, 0xab, 0xcd };
	static const u8 left[] = { 2, 4, 5, 0xb4, 1, 1, 1, 1, 3, 3, 7, 1, 1, 1, 1, 1,
				   1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	static const u8 longer[] = { 2, 8, 1, 2, 3, 4, 5, 6, 2, 4, 5, 0xb4, 3, 4, 0xab, 0xcd,
				     0, 0xab, 0xcd, 0xef };
	static const u8 right[] = { 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 5, 0xb4, 1, 1, 1, 1, 0, 0, 0, 0 };
	struct sk_buff *skb = make(test, options, sizeof(options), true);

	KUNIT_ASSERT_EQ(test, sluice_normalise_answer(skb, 4), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(tcp_of(skb) + 1, left, sizeof(left)), 0, "once each");
	expect_sealed(test, skb);
	kfree_skb(skb);
	skb = make(test, longer, sizeof(longer), true);
	KUNIT_ASSERT_EQ(test, sluice_normalise_begin(skb, 4), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(tcp_of(skb) + 1, right, sizeof(right)), 0,
			    "of the one length that they have");
	kfree_skb(skb);
}

/* Without ACK nobody reads the acknowledgement: 32 bits a reset. */
static void test_bare_reset(struct kunit *test)
{
	struct sk_buff *skb = make(test, NULL, 0, false);
	struct tcphdr *tcp = tcp_of(skb);

	tcp->ack = 0;
	tcp->rst = 1;
	tcp->ack_seq = htonl(0x5a5a5a5a);
	KUNIT_ASSERT_EQ(test, sluice_normalise_answer(skb, 4), 0);
	KUNIT_EXPECT_EQ(test, tcp_of(skb)->ack_seq, (__be32)0);
	expect_sealed(test, skb);
	kfree_skb(skb);
}

static void test_malformed(struct kunit *test)
{
	static const u8 zero[] = { 8, 0, 1, 1 }, beyond[] = { 1, 1, 8, 3 };
	struct sk_buff *skb = make(test, zero, sizeof(zero), true);

	KUNIT_EXPECT_EQ_MSG(test, sluice_normalise_begin(skb, 4), -EBADMSG, "an option of no length");
	kfree_skb(skb);
	skb = make(test, beyond, sizeof(beyond), true);
	KUNIT_EXPECT_EQ_MSG(test, sluice_normalise_begin(skb, 4), -EBADMSG,
			    "an option beyond the header");
	kfree_skb(skb);
	skb = make(test, beyond, sizeof(beyond), true);
	tcp_of(skb)->doff = 15;
	KUNIT_EXPECT_EQ_MSG(test, sluice_normalise_begin(skb, 4), -EBADMSG,
			    "a header beyond the packet");
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_syn_options),
	KUNIT_CASE(test_answer),
	KUNIT_CASE(test_syn_options_elsewhere),
	KUNIT_CASE(test_syn_options_again),
	KUNIT_CASE(test_bare_reset),
	KUNIT_CASE(test_malformed),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-normalise",
	.test_cases = cases,
};
kunit_test_suite(suite);
