// SPDX-License-Identifier: GPL-2.0
/*
 * The packet table at the core as this kernel's compiler made it, over the images of its policies: each
 * frame as a buffer of this kernel, its tag taken off as the receive path does it.
 */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "core/verify.h"
#include "generation.h"
#include "packet.h"
#include "packet_kunit.h"
#include "packet_cases.h"

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
	KUNIT_CASE(test_recall),
	KUNIT_CASE(test_keeps),
	{}
};

static struct kunit_suite suite = { .name = "sluice-packet", .test_cases = cases };
kunit_test_suite(suite);
