// SPDX-License-Identifier: GPL-2.0
/*
 * The packet table at the core as this kernel's compiler made it, over the images of its policies: each
 * frame as a buffer of this kernel, its tag taken off as the receive path does it.
 */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "core/verify.h"
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

static struct kunit_case cases[] = {
	KUNIT_CASE(test_images),
	KUNIT_CASE(test_plant),
	KUNIT_CASE(test_routed),
	{}
};

static struct kunit_suite suite = { .name = "sluice-packet", .test_cases = cases };
kunit_test_suite(suite);
