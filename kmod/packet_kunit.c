// SPDX-License-Identifier: GPL-2.0
/*
 * The packet table at the core as this kernel's compiler made it, over the images of its policies: each
 * frame as a buffer of this kernel, its tag taken off as the receive path does it.
 */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>

#include "core/verify.h"
#include "generation.h"
#include "packet.h"
#include "packet_kunit.h"
#include "packet_cases.h"
#include "reading.h"

static struct sk_buff *receive(const struct sluice_packet_case *packet)
{
	struct sk_buff *skb = alloc_skb(packet->length, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_put_data(skb, packet->bytes, packet->length);
	skb_reset_mac_header(skb);
	skb->protocol = eth_hdr(skb)->h_proto;
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	skb_reset_mac_len(skb);
	return eth_type_vlan(skb->protocol) ? skb_vlan_untag(skb) : skb;
}

static void play(struct kunit *test, const struct sluice_image *image,
		 const struct sluice_packet_case *packet)
{
	struct sk_buff *skb = receive(packet);
	struct sluice_verdict verdict;
	struct sluice_answer answer;
	struct sluice_facts facts;

	KUNIT_ASSERT_NOT_NULL_MSG(test, skb, "%s: no buffer", packet->name);
	sluice_packet_facts(skb, skb->protocol, &facts);
	sluice_packet_play(image, packet, &facts, &answer, &verdict);
	kfree_skb(skb);
	KUNIT_EXPECT_TRUE_MSG(test, sluice_packet_as_said(packet, &verdict),
			      "%s: permit %u reason %u conduit %u, said reason %u conduit %u",
			      packet->name, verdict.permit, verdict.reason, verdict.conduit,
			      packet->reason, packet->conduit);
}

static void test_plant(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plant_cases); i++)
		play(test, &plant_image, &plant_cases[i]);
}

static void test_routed(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(routed_cases); i++)
		play(test, &routed_image, &routed_cases[i]);
}

/* The module takes these images: else nothing above is what it would do. */
static void test_images(struct kunit *test)
{
	struct sluice_verify_error error;

	KUNIT_EXPECT_EQ(test, sluice_verify(&plant_image, &error), 0);
	KUNIT_EXPECT_EQ(test, sluice_verify(&routed_image, &error), 0);
}

/* ---- The same packet, read again ---- */

#define HEADERS	(ETH_HLEN + sizeof(struct ipv6hdr) + sizeof(struct tcphdr))

/* Where softirqs are away, what was read last may be given again; elsewhere it is read. */
static void compare_reading(struct kunit *test, const struct sk_buff *skb, __be16 protocol,
			    const char *name, int byte)
{
	struct sluice_facts again, read;

	local_bh_disable();
	sluice_packet_facts(skb, protocol, &again);
	local_bh_enable();
	sluice_packet_facts(skb, protocol, &read);
	KUNIT_EXPECT_TRUE_MSG(test, !memcmp(&again, &read, sizeof(read)),
			      "%s, byte %d spoiled: kind %u defect %u, again kind %u defect %u",
			      name, byte, read.kind, read.defect, again.kind, again.defect);
}

/* Whatever one bit of the frame becomes, nobody gets the facts of another one. */
static void spoil_bits(struct kunit *test, struct sk_buff *skb, const char *name)
{
	u32 bit, bits = 8 * min_t(u32, skb->len + ETH_HLEN, HEADERS);
	u8 *frame = skb_mac_header(skb);

	for (bit = 0; bit < bits && test->status != KUNIT_FAILURE; bit++) {
		compare_reading(test, skb, skb->protocol, name, -1);
		frame[bit / 8] ^= 1 << bit % 8;
		compare_reading(test, skb, skb->protocol, name, bit / 8);
		frame[bit / 8] ^= 1 << bit % 8;
	}
}

/* The same bytes, but of another type, merged of several packets, and fewer of them. */
static void spoil_frame(struct kunit *test, struct sk_buff *skb, const char *name)
{
	compare_reading(test, skb, skb->protocol, name, -1);
	compare_reading(test, skb, skb->protocol ^ htons(ETH_P_IP ^ ETH_P_IPV6), name, -2);
	skb_shinfo(skb)->gso_size = 1;
	skb_shinfo(skb)->gso_segs = 3;
	compare_reading(test, skb, skb->protocol, name, -3);
	skb_shinfo(skb)->gso_size = 0;
	while (skb->len && test->status != KUNIT_FAILURE) {
		compare_reading(test, skb, skb->protocol, name, -1);
		skb_trim(skb, skb->len - 1);
		compare_reading(test, skb, skb->protocol, name, -4);
	}
}

static void reread(struct kunit *test, const struct sluice_packet_case *packets, size_t count)
{
	struct sk_buff *skb;

	for (; count--; packets++) {
		skb = receive(packets);
		KUNIT_ASSERT_NOT_NULL_MSG(test, skb, "%s: no buffer", packets->name);
		spoil_bits(test, skb, packets->name);
		spoil_frame(test, skb, packets->name);
		kfree_skb(skb);
	}
}

static void test_reread(struct kunit *test)
{
	reread(test, plant_cases, ARRAY_SIZE(plant_cases));
	reread(test, routed_cases, ARRAY_SIZE(routed_cases));
}

/* By family and transport, how many packets need not be read again. */
static void count_kept(struct kunit *test, const struct sluice_packet_case *packets, size_t count,
		       u32 kept[2][2])
{
	struct sluice_facts facts;
	struct sk_buff *skb;

	for (; count--; packets++) {
		skb = receive(packets);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		local_bh_disable();
		sluice_packet_facts(skb, skb->protocol, &facts);
		if (facts.kind == SLUICE_KIND_PLAIN &&
		    (facts.protocol == IPPROTO_TCP || facts.protocol == IPPROTO_UDP) &&
		    sluice_reading_find(skb, skb_network_offset(skb), &facts))
			kept[facts.family == 6][facts.protocol == IPPROTO_UDP]++;
		local_bh_enable();
		kfree_skb(skb);
	}
}

static void test_reads_once(struct kunit *test)
{
	u32 kept[2][2] = { { 0 } };
	size_t i;

	count_kept(test, plant_cases, ARRAY_SIZE(plant_cases), kept);
	count_kept(test, routed_cases, ARRAY_SIZE(routed_cases), kept);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_NE_MSG(test, kept[i / 2][i % 2], (u32)0, "family %zu, transport %zu",
				    i / 2, i % 2);
}

/* ---- The same answers, given again ---- */

static struct sluice_answer recall(const struct sluice_generation *generation,
				   const struct sluice_facts *facts)
{
	struct sluice_answer answer;

	local_bh_disable();
	sluice_memo_gate(generation, facts, &answer);
	local_bh_enable();
	return answer;
}

static void compare(struct kunit *test, const struct sluice_generation *generation,
		    const struct sluice_facts *facts, const char *name, size_t spoiled)
{
	struct sluice_answer said = recall(generation, facts), asked;

	sluice_gate(&generation->image, facts, &asked);
	KUNIT_EXPECT_TRUE_MSG(test, !memcmp(&said, &asked, sizeof(said)),
			      "%s, byte %zu spoiled: reason %u, recalled %u", name, spoiled,
			      asked.reason, said.reason);
}

/* Whatever one byte of the facts becomes, nobody gets the answer to another question. One failure tells enough. */
static void spoil_each(struct kunit *test, const struct sluice_generation *generation,
		       const struct sluice_facts *facts, const char *name)
{
	struct sluice_facts spoiled;
	size_t i;

	for (i = 0; i < sizeof(spoiled) && test->status != KUNIT_FAILURE; i++) {
		/* It is kept, unless the packet is refused. */
		recall(generation, facts);
		spoiled = *facts;
		((u8 *)&spoiled)[i] ^= 1;
		compare(test, generation, &spoiled, name, i);
		compare(test, generation, facts, name, i);
	}
}

static void compare_zones(struct kunit *test, const struct sluice_generation *generation,
			  const struct sluice_facts *facts, const char *name)
{
	u32 families[] = { facts->family, facts->family == 4 ? 6 : 4, 0 };
	u32 recalled, asked;
	size_t i;

	for (i = 0; i < 2 * ARRAY_SIZE(families); i++) {
		local_bh_disable();
		recalled = sluice_memo_egress_zone(generation, families[i / 2], &facts->destination);
		local_bh_enable();
		asked = sluice_egress_zone(&generation->image, families[i / 2], &facts->destination);
		KUNIT_EXPECT_EQ_MSG(test, recalled, asked, "%s", name);
	}
}

static void recall_all(struct kunit *test, const struct sluice_image *image,
		       const struct sluice_packet_case *packets, size_t count)
{
	struct sluice_generation *generation = kunit_kzalloc(test, sizeof(*generation), GFP_KERNEL);
	struct sluice_facts facts;
	struct sk_buff *skb;

	KUNIT_ASSERT_NOT_NULL(test, generation);
	generation->image = *image;
	generation->memos = sluice_memos_create();
	KUNIT_ASSERT_TRUE(test, !!generation->memos);
	for (; count--; packets++) {
		skb = receive(packets);
		if (!skb)
			break;
		sluice_packet_facts(skb, skb->protocol, &facts);
		kfree_skb(skb);
		facts.port = packets->port;
		compare_zones(test, generation, &facts, packets->name);
		spoil_each(test, generation, &facts, packets->name);
	}
	sluice_memos_destroy(generation->memos);
	KUNIT_EXPECT_EQ_MSG(test, count, (size_t)-1, "no buffer");
}

static void test_recall(struct kunit *test)
{
	recall_all(test, &plant_image, plant_cases, ARRAY_SIZE(plant_cases));
	recall_all(test, &routed_image, routed_cases, ARRAY_SIZE(routed_cases));
}

/* An answer is given again at all: the image has changed since, which no image in force ever does. */
static void test_keeps(struct kunit *test)
{
	static const struct sluice_image nothing = { NULL, 0 };
	struct sluice_generation *generation = kunit_kzalloc(test, sizeof(*generation), GFP_KERNEL);
	struct sluice_facts facts;
	struct sk_buff *skb;
	size_t i, kept = 0;

	KUNIT_ASSERT_NOT_NULL(test, generation);
	generation->memos = sluice_memos_create();
	KUNIT_ASSERT_TRUE(test, !!generation->memos);
	for (i = 0; i < ARRAY_SIZE(plant_cases); i++) {
		skb = receive(&plant_cases[i]);
		if (!skb)
			break;
		sluice_packet_facts(skb, skb->protocol, &facts);
		kfree_skb(skb);
		facts.port = plant_cases[i].port;
		generation->image = plant_image;
		recall(generation, &facts);
		generation->image = nothing;
		kept += recall(generation, &facts).reason == SLUICE_REASON_PERMITTED;
	}
	sluice_memos_destroy(generation->memos);
	KUNIT_EXPECT_GT(test, kept, (size_t)10);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_images),
	KUNIT_CASE(test_plant),
	KUNIT_CASE(test_routed),
	KUNIT_CASE(test_reread),
	KUNIT_CASE(test_reads_once),
	KUNIT_CASE(test_recall),
	KUNIT_CASE(test_keeps),
	{}
};

static struct kunit_suite suite = { .name = "sluice-packet", .test_cases = cases };
kunit_test_suite(suite);
