// SPDX-License-Identifier: GPL-2.0
/* Answers given again: two small tables for each processor, each place of which the next one may take. */

#include <linux/percpu.h>
#include <linux/preempt.h>

#include "generation.h"
#include "limits.h"
#include "memo.h"

#define GOLDEN	0x9e3779b97f4a7c15ULL

/* All that sluice_gate() reads of a plain packet. A family is never 0, so no packet asks for an empty place. */
struct question {
	u64 word[7];
};

struct gate_memo {
	struct question question;
	struct sluice_answer answer;
};

/* @zone: never 0 in a place that is taken */
struct egress_memo {
	struct sluice_address destination;
	u32 family;
	u32 zone;
};

struct sluice_memos {
	struct gate_memo gate[1 << SLUICE_GATE_MEMO_BITS];
	struct egress_memo egress[1 << SLUICE_EGRESS_MEMO_BITS];
};

struct sluice_memos __percpu *sluice_memos_create(void)
{
	return __alloc_percpu_gfp(sizeof(struct sluice_memos), __alignof__(struct sluice_memos),
				  GFP_KERNEL_ACCOUNT | __GFP_ZERO);
}

void sluice_memos_destroy(struct sluice_memos __percpu *memos)
{
	free_percpu(memos);
}

/*
 * A processor's tables belong to whoever runs there with softirqs away; elsewhere, as at local out in a
 * process, another hook could run in the middle. Context of the hooks: never a hard interrupt.
 */
static struct sluice_memos *mine(const struct sluice_generation *generation)
{
	return in_softirq() ? this_cpu_ptr(generation->memos) : NULL;
}

static void ask(struct question *question, const struct sluice_facts *facts)
{
	question->word[0] = facts->source.high;
	question->word[1] = facts->source.low;
	question->word[2] = facts->destination.high;
	question->word[3] = facts->destination.low;
	question->word[4] = facts->source_mac;
	question->word[5] = facts->port | (u64)facts->vlan << 16 | (u64)facts->source_port << 32 |
			    (u64)facts->destination_port << 48;
	question->word[6] = facts->family | (u64)facts->protocol << 8 | (u64)facts->noise << 16;
}

static bool is_same(const struct question *one, const struct question *other)
{
	u64 differs = 0;
	u32 index;

	for (index = 0; index < ARRAY_SIZE(one->word); index++)
		differs |= one->word[index] ^ other->word[index];
	return !differs;
}

static struct gate_memo *gate_place(struct sluice_memos *memos, const struct question *question)
{
	u64 hash = (question->word[0] ^ question->word[1] * 3 ^ question->word[2] * 5 ^
		    question->word[3] * 7 ^ question->word[5]) * GOLDEN;

	return &memos->gate[hash >> (64 - SLUICE_GATE_MEMO_BITS)];
}

static noinline void decide(const struct sluice_image *image, const struct sluice_facts *facts,
			    struct sluice_answer *answer)
{
	sluice_gate(image, facts, answer);
}

void sluice_memo_gate(const struct sluice_generation *generation, const struct sluice_facts *facts,
		      struct sluice_answer *answer)
{
	struct sluice_memos *memos = mine(generation);
	struct question question;
	struct gate_memo *memo;

	if (!memos || facts->kind != SLUICE_KIND_PLAIN || facts->defect)
		return decide(&generation->image, facts, answer);
	ask(&question, facts);
	memo = gate_place(memos, &question);
	if (is_same(&memo->question, &question)) {
		*answer = memo->answer;
		return;
	}
	decide(&generation->image, facts, answer);
	if (answer->reason == SLUICE_REASON_PERMITTED)
		*memo = (struct gate_memo){ question, *answer };
}

u32 sluice_memo_egress_zone(const struct sluice_generation *generation, u32 family,
			    const struct sluice_address *destination)
{
	struct sluice_memos *memos = mine(generation);
	struct egress_memo *memo;
	u64 hash;
	u32 zone;

	if (!memos)
		return sluice_egress_zone(&generation->image, family, destination);
	hash = (destination->high ^ destination->low * 3) * GOLDEN;
	memo = &memos->egress[hash >> (64 - SLUICE_EGRESS_MEMO_BITS)];
	if (memo->zone && memo->family == family && memo->destination.high == destination->high &&
	    memo->destination.low == destination->low)
		return memo->zone;
	zone = sluice_egress_zone(&generation->image, family, destination);
	if (zone)
		*memo = (struct egress_memo){ *destination, family, zone };
	return zone;
}
