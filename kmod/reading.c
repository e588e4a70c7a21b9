// SPDX-License-Identifier: GPL-2.0
/* What was read last: one packet for each processor. */

#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/unaligned.h>

#include "core/image.h"
#include "reading.h"

#define SHAPE_WORDS 7

/*
 * What the parser looks at, in words of eight bytes from the network header on. Bits outside of a mask it does not look at,
 * but for the hop limit, of which it only asks that it is not 0.
 */
struct shape {
	u8 family;
	u8 protocol;
	u8 words;
	u8 hop_limit;
	__be64 mask[SHAPE_WORDS];
};

/* IPv4: no identification; no hop limit and checksum, which change on the way. Transport: no checksum, no window. */
#define IPV4 cpu_to_be64(0xffffffff0000ffffULL), cpu_to_be64(0x00ff0000ffffffffULL), ALL
#define IPV6 cpu_to_be64(0xffffffffffffff00ULL), ALL, ALL, ALL, ALL
#define ALL cpu_to_be64(~0ULL)

static const struct shape shapes[] = {
	{ 4, SLUICE_PROTOCOL_TCP, 5, 8, { IPV4, ALL, cpu_to_be64(0xffffULL << 48) } },
	{ 4, SLUICE_PROTOCOL_UDP, 4, 8, { IPV4, cpu_to_be64(0xffffULL << 48) } },
	{ 6, SLUICE_PROTOCOL_TCP, 7, 7, { IPV6, ALL, cpu_to_be64(~0xffffULL) } },
	{ 6, SLUICE_PROTOCOL_UDP, 6, 7, { IPV6, cpu_to_be64(~0xffffULL) } },
};

/* @shape: NULL while nothing was read */
struct reading {
	const struct shape *shape;
	u32 length;
	__be64 word[SHAPE_WORDS];
	struct sluice_facts facts;
};

static DEFINE_PER_CPU(struct reading, readings);

/* It belongs to whoever runs there with softirqs away; elsewhere another hook could run in the middle. */
static struct reading *mine(void)
{
	return in_softirq() ? this_cpu_ptr(&readings) : NULL;
}

/* Where the packet begins, if all that @shape looks at lies there in one piece. */
static const u8 *headers(const struct sk_buff *skb, u32 base, const struct shape *shape)
{
	return base + shape->words * sizeof(u64) <= skb_headlen(skb) ? skb->data + base : NULL;
}

static __be64 look(const u8 *at, const struct shape *shape, u32 word)
{
	return get_unaligned((const __be64 *)at + word) & shape->mask[word];
}

static bool is_same(const struct reading *reading, const u8 *at)
{
	__be64 differs = 0;
	u32 word;

	for (word = 0; word < reading->shape->words; word++)
		differs |= look(at, reading->shape, word) ^ reading->word[word];
	return !differs && at[reading->shape->hop_limit];
}

/* The link's part of the facts is that of the packet in hand: a frame has other MACs where it leaves. */
static void recall(const struct reading *reading, struct sluice_facts *facts)
{
	struct sluice_facts link = *facts;

	*facts = reading->facts;
	facts->source_mac = link.source_mac;
	facts->destination_mac = link.destination_mac;
	facts->segments = link.segments;
	facts->vlan = link.vlan;
}

bool sluice_reading_find(const struct sk_buff *skb, u32 base, struct sluice_facts *facts)
{
	const struct reading *reading = mine();
	const u8 *at;

	if (!reading || !reading->shape || reading->length != skb->len - base ||
	    reading->facts.ethertype != facts->ethertype)
		return false;
	at = headers(skb, base, reading->shape);
	if (!at || !is_same(reading, at))
		return false;
	recall(reading, facts);
	return true;
}

static const struct shape *shape_of(const struct sluice_facts *facts)
{
	const struct shape *shape;

	if (facts->kind != SLUICE_KIND_PLAIN || facts->defect || facts->fragment)
		return NULL;
	for (shape = shapes; shape < shapes + ARRAY_SIZE(shapes); shape++)
		if (shape->family == facts->family && shape->protocol == facts->protocol)
			return shape;
	return NULL;
}

void sluice_reading_keep(const struct sk_buff *skb, u32 base, const struct sluice_facts *facts)
{
	const struct shape *shape = shape_of(facts);
	struct reading *reading = mine();
	const u8 *at;
	u32 word;

	if (!reading || !shape)
		return;
	at = headers(skb, base, shape);
	if (!at)
		return;
	reading->shape = shape;
	reading->length = skb->len - base;
	reading->facts = *facts;
	for (word = 0; word < shape->words; word++)
		reading->word[word] = look(at, shape, word);
}
