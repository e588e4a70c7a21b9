// SPDX-License-Identifier: GPL-2.0
/* What is left of an answer that was over its budget when it becomes the reset of who began. */

#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "answer.h"

#define IP_BYTES	20
#define DATA		60
#define SENT		0x01020304u
#define CHOSEN		0x5a5a5a5au

/* A segment with data, whose sender chose whatever he may choose. */
static struct sk_buff *make(struct kunit *test, bool syn)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct tcphdr *tcp;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, skb);
	skb_reserve(skb, 64);
	skb_reset_network_header(skb);
	*(struct iphdr *)skb_put(skb, IP_BYTES) = (struct iphdr){
		.version = 4, .ihl = 5, .tos = 0x5a, .ttl = 33,
		.tot_len = htons(IP_BYTES + sizeof(*tcp) + DATA), .id = htons(0x5a5a),
		.protocol = IPPROTO_TCP, .saddr = htonl(0x0a02000a), .daddr = htonl(0x0a010007),
	};
	tcp = skb_put_zero(skb, sizeof(*tcp) + DATA);
	tcp->source = htons(5000);
	tcp->dest = htons(40000);
	tcp->seq = htonl(CHOSEN);
	tcp->ack_seq = htonl(CHOSEN);
	tcp->doff = 5;
	tcp->ack = 1;
	tcp->psh = 1;
	tcp->syn = syn;
	tcp->window = htons(0x5a5a);
	tcp->urg_ptr = htons(0x5a5a);
	tcp->res1 = 5;
	return skb;
}

static void expect_bare(struct kunit *test, struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);
	const struct tcphdr *tcp = (struct tcphdr *)(skb->data + IP_BYTES);

	KUNIT_EXPECT_EQ_MSG(test, skb->len, (unsigned int)(IP_BYTES + sizeof(*tcp)), "no data");
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), (u16)skb->len);
	KUNIT_EXPECT_EQ_MSG(test, ip->tos | (__force u16)ip->id, 0, "nothing in the header of IP");
	KUNIT_EXPECT_EQ_MSG(test, ip->ttl, 64, "whatever the distance");
	KUNIT_EXPECT_EQ(test, tcp->window | tcp->urg_ptr, 0);
	KUNIT_EXPECT_EQ(test, (u32)tcp->doff, 5u);
	KUNIT_EXPECT_EQ_MSG(test, ip_fast_csum(skb->data, 5), (__sum16)0, "IP checksum");
	KUNIT_EXPECT_EQ_MSG(test, tcp_v4_check(sizeof(*tcp), ip->saddr, ip->daddr,
					       skb_checksum(skb, IP_BYTES, sizeof(*tcp), 0)),
			    (__sum16)0, "TCP checksum");
}

static void test_beginning(struct kunit *test)
{
	struct sk_buff *skb = make(test, true);
	const struct tcphdr *tcp;

	KUNIT_ASSERT_EQ(test, sluice_answer_become_reset(skb, 4, SENT), 0);
	tcp = (struct tcphdr *)(skb->data + IP_BYTES);
	KUNIT_EXPECT_EQ_MSG(test, tcp->seq, (__be32)0, "not the number that he chose");
	KUNIT_EXPECT_EQ_MSG(test, ntohl(tcp->ack_seq), SENT, "the one that the SYN had");
	KUNIT_EXPECT_EQ(test, tcp_flag_word(tcp) & ~htonl(0xf0000000), TCP_FLAG_RST | TCP_FLAG_ACK);
	expect_bare(test, skb);
	kfree_skb(skb);
}

static void test_later(struct kunit *test)
{
	struct sk_buff *skb = make(test, false);
	const struct tcphdr *tcp;

	KUNIT_ASSERT_EQ(test, sluice_answer_become_reset(skb, 4, SENT), 0);
	tcp = (struct tcphdr *)(skb->data + IP_BYTES);
	KUNIT_EXPECT_EQ_MSG(test, ntohl(tcp->seq), CHOSEN, "who began must know it for his connection's");
	KUNIT_EXPECT_EQ(test, tcp->ack_seq, (__be32)0);
	KUNIT_EXPECT_EQ(test, tcp_flag_word(tcp) & ~htonl(0xf0000000), TCP_FLAG_RST);
	expect_bare(test, skb);
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_beginning),
	KUNIT_CASE(test_later),
	{}
};

static struct kunit_suite suite = { .name = "sluice-answer", .test_cases = cases };
kunit_test_suite(suite);
