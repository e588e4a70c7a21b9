// SPDX-License-Identifier: GPL-2.0
/* What differs from what connection tracking read of a packet. */

#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "tuple.h"

static const struct sluice_facts asked = {
	.source = { .high = 0x0a01000700000000ULL },
	.destination = { .high = 0x0a02000200000000ULL },
	.family = 4,
	.protocol = SLUICE_PROTOCOL_UDP,
	.source_port = 20001,
	.destination_port = 123,
	.kind = SLUICE_KIND_PLAIN,
};

static struct nf_conntrack_tuple known(void)
{
	struct nf_conntrack_tuple tuple = {};

	tuple.src.l3num = AF_INET;
	tuple.src.u3.ip = htonl(0x0a010007);
	tuple.dst.u3.ip = htonl(0x0a020002);
	tuple.dst.protonum = IPPROTO_UDP;
	tuple.src.u.udp.port = htons(20001);
	tuple.dst.u.udp.port = htons(123);
	return tuple;
}

static bool agrees(const struct sluice_facts *facts)
{
	const struct nf_conntrack_tuple tuple = known();

	return sluice_tuple_agrees(&tuple, facts);
}

/* By which word the packet differs. */
static void test_rewritten(struct kunit *test)
{
	struct sluice_facts facts = asked;

	KUNIT_EXPECT_TRUE_MSG(test, agrees(&facts), "as it was read");
	facts.source.high++;
	KUNIT_EXPECT_FALSE_MSG(test, agrees(&facts), "source");
	facts = asked;
	facts.destination.high ^= 1ULL << 32;
	KUNIT_EXPECT_FALSE_MSG(test, agrees(&facts), "destination");
	facts = asked;
	facts.source_port++;
	KUNIT_EXPECT_FALSE_MSG(test, agrees(&facts), "source port");
	facts = asked;
	facts.destination_port++;
	KUNIT_EXPECT_FALSE_MSG(test, agrees(&facts), "destination port");
	facts = asked;
	facts.protocol = SLUICE_PROTOCOL_TCP;
	KUNIT_EXPECT_FALSE_MSG(test, agrees(&facts), "protocol");
	facts = asked;
	facts.defect = SLUICE_REASON_IP_OPTIONS;
	KUNIT_EXPECT_FALSE_MSG(test, agrees(&facts), "a header in between");
}

static void test_unreadable(struct kunit *test)
{
	const struct sluice_facts nothing = {};
	struct nf_conntrack_tuple tuple = {};

	tuple.src.l3num = AF_INET;
	KUNIT_EXPECT_TRUE_MSG(test, agrees(&asked), "as it was read");
	KUNIT_EXPECT_FALSE_MSG(test, sluice_tuple_agrees(&tuple, &nothing),
			       "no addresses are not 0.0.0.0");
}

static void test_piece(struct kunit *test)
{
	struct sluice_facts facts = asked;

	facts.kind = SLUICE_KIND_FRAGMENT;
	facts.source_port = 0;
	facts.destination_port = 0;
	KUNIT_EXPECT_TRUE_MSG(test, agrees(&facts), "a piece says no ports");
	facts.destination.high ^= 1ULL << 32;
	KUNIT_EXPECT_FALSE_MSG(test, agrees(&facts), "but where it goes");
}

static void test_error(struct kunit *test)
{
	struct sluice_facts facts = asked;

	facts.kind = SLUICE_KIND_ICMP_ERROR;
	facts.source.high = 0x0a0200fe00000000ULL;
	facts.source_port = 123;
	facts.destination_port = 20001;
	KUNIT_EXPECT_TRUE_MSG(test, agrees(&facts), "a router on the way says it");
	facts.destination.high ^= 1ULL << 32;
	KUNIT_EXPECT_FALSE_MSG(test, agrees(&facts), "to who sent the packet that it is about");
}

static void test_echo(struct kunit *test)
{
	struct nf_conntrack_tuple tuple = known();
	struct sluice_facts facts = asked;

	tuple.dst.protonum = IPPROTO_ICMP;
	tuple.dst.u.icmp.type = 8;
	facts.protocol = SLUICE_PROTOCOL_ICMP;
	facts.icmp_type = 8;
	KUNIT_EXPECT_TRUE(test, sluice_tuple_agrees(&tuple, &facts));
	facts.icmp_type = 13;
	KUNIT_EXPECT_FALSE_MSG(test, sluice_tuple_agrees(&tuple, &facts), "another question");
}

static void test_ipv6(struct kunit *test)
{
	struct nf_conntrack_tuple tuple = known();
	struct sluice_facts facts = asked;

	facts.family = 6;
	KUNIT_EXPECT_FALSE_MSG(test, sluice_tuple_agrees(&tuple, &facts), "another family");
	tuple.src.l3num = AF_INET6;
	tuple.src.u3.ip6[3] = htonl(7);
	tuple.dst.u3.ip6[3] = htonl(2);
	facts.source = (struct sluice_address){ .high = 0x0a01000700000000ULL, .low = 7 };
	facts.destination = (struct sluice_address){ .high = 0x0a02000200000000ULL, .low = 2 };
	KUNIT_EXPECT_TRUE(test, sluice_tuple_agrees(&tuple, &facts));
	facts.destination.low++;
	KUNIT_EXPECT_FALSE_MSG(test, sluice_tuple_agrees(&tuple, &facts), "the last bits count");
}

struct datagram {
	struct iphdr ip;
	struct udphdr udp;
};

/* The packet as it was read, but for one change. */
static bool reads(struct kunit *test, void (*change)(struct datagram *datagram, struct sk_buff *skb))
{
	const struct nf_conntrack_tuple tuple = known();
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct datagram *datagram;
	bool result;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	datagram = skb_put_zero(skb, sizeof(*datagram));
	skb->protocol = htons(ETH_P_IP);
	datagram->ip = (struct iphdr){
		.version = 4, .ihl = 5, .protocol = IPPROTO_UDP,
		.frag_off = htons(IP_DF),
		.saddr = htonl(0x0a010007), .daddr = htonl(0x0a020002),
	};
	datagram->udp.source = htons(20001);
	datagram->udp.dest = htons(123);
	change(datagram, skb);
	result = sluice_tuple_reads(&tuple, skb);
	kfree_skb(skb);
	return result;
}

static void nothing(struct datagram *datagram, struct sk_buff *skb)
{
}

static void source(struct datagram *datagram, struct sk_buff *skb)
{
	datagram->ip.saddr ^= htonl(1);
}

static void destination(struct datagram *datagram, struct sk_buff *skb)
{
	datagram->ip.daddr ^= htonl(1);
}

static void options(struct datagram *datagram, struct sk_buff *skb)
{
	datagram->ip.ihl = 6;
}

static void piece(struct datagram *datagram, struct sk_buff *skb)
{
	datagram->ip.frag_off = htons(IP_MF);
}

static void protocol(struct datagram *datagram, struct sk_buff *skb)
{
	datagram->ip.protocol = IPPROTO_TCP;
}

static void source_port(struct datagram *datagram, struct sk_buff *skb)
{
	datagram->udp.source ^= htons(1);
}

static void destination_port(struct datagram *datagram, struct sk_buff *skb)
{
	datagram->udp.dest ^= htons(1);
}

static void ethertype(struct datagram *datagram, struct sk_buff *skb)
{
	skb->protocol = htons(ETH_P_8021Q);
}

static void length(struct datagram *datagram, struct sk_buff *skb)
{
	skb_trim(skb, sizeof(struct iphdr) + 3);
}

static void test_bytes(struct kunit *test)
{
	KUNIT_EXPECT_TRUE_MSG(test, reads(test, nothing), "as it was read");
	KUNIT_EXPECT_FALSE(test, reads(test, source));
	KUNIT_EXPECT_FALSE(test, reads(test, destination));
	KUNIT_EXPECT_FALSE(test, reads(test, options));
	KUNIT_EXPECT_FALSE(test, reads(test, piece));
	KUNIT_EXPECT_FALSE(test, reads(test, protocol));
	KUNIT_EXPECT_FALSE(test, reads(test, source_port));
	KUNIT_EXPECT_FALSE(test, reads(test, destination_port));
	KUNIT_EXPECT_FALSE_MSG(test, reads(test, ethertype), "a tag or label in between");
	KUNIT_EXPECT_FALSE(test, reads(test, length));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_bytes),
	KUNIT_CASE(test_rewritten),
	KUNIT_CASE(test_unreadable),
	KUNIT_CASE(test_piece),
	KUNIT_CASE(test_error),
	KUNIT_CASE(test_echo),
	KUNIT_CASE(test_ipv6),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-tuple",
	.test_cases = cases,
};
kunit_test_suite(suite);
