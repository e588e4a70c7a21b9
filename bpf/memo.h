/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the gate permitted lately, by processor, as the module remembers it (kmod/memo.h).
 *
 * sluice_gate() is pure, so an answer is given again when every word that it read is the same: the facts,
 * and which image it was. Only permissions of plain packets are kept, so a flood of what nobody permits
 * pushes nothing out; a permission that has the place of another costs time and nothing else.
 *
 * A processor's places are its own, for a gate runs with bottom halves off. Where two runs meet on one
 * processor all the same (a test run of an old kernel, a kernel that can be preempted everywhere), the
 * turn of the place tells: who writes takes it, who reads while it changed has read nothing.
 */
#ifndef SLUICE_BPF_MEMO_H
#define SLUICE_BPF_MEMO_H

#include <bpf/bpf_helpers.h>

#include "../kmod/core/gate.h"
#include "maps.h"

#define SLUICE_MEMO_BITS	8
#define SLUICE_MEMO_WORDS	7

/**
 * struct sluice_question - all that sluice_gate() reads of a plain packet, and of which image
 * @word: the last one is never 0, so nobody asks for an empty place
 */
struct sluice_question {
	__u64 word[SLUICE_MEMO_WORDS];
};

/**
 * struct sluice_memo - one place
 * @turn: odd while somebody writes
 * @question: that was asked
 * @answer: a permission
 */
struct sluice_memo {
	__u64 turn;
	struct sluice_question question;
	struct sluice_answer answer;
};

struct sluice_memos {
	struct sluice_memo place[1 << SLUICE_MEMO_BITS];
};

/* One value, so that a place is found without a table of places. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sluice_memos);
} memos SEC(".maps");

/* Which image: generation numbers come round, but each staging has another number for its slot. */
#define SLUICE_MEMO_IMAGE(slot, generation, stage) \
	((__u64)((slot) & 1) << 24 | (__u64)((generation) & 63) << 26 | (__u64)(stage) << 32)

static __always_inline void sluice_memo_ask(struct sluice_question *question, __u64 image,
					    const struct sluice_facts *facts)
{
	question->word[0] = facts->source.high;
	question->word[1] = facts->source.low;
	question->word[2] = facts->destination.high;
	question->word[3] = facts->destination.low;
	question->word[4] = facts->source_mac;
	question->word[5] = facts->port | (__u64)facts->vlan << 16 |
			    (__u64)facts->source_port << 32 | (__u64)facts->destination_port << 48;
	question->word[6] = facts->family | (__u64)facts->protocol << 8 |
			    (__u64)facts->noise << 16 | image;
}

/**
 * sluice_memo_find() - where an answer would be
 * @question: by sluice_memo_ask()
 *
 * Return: the place, or NULL.
 */
static __always_inline struct sluice_memo *sluice_memo_find(const struct sluice_question *question)
{
	__u64 hash = (question->word[0] ^ question->word[1] * 3 ^ question->word[2] * 5 ^
		      question->word[3] * 7 ^ question->word[5]) * 0x9e3779b97f4a7c15ULL;
	struct sluice_memos *own;
	__u32 key = 0;

	own = bpf_map_lookup_elem(&memos, &key);
	return own ? &own->place[hash >> (64 - SLUICE_MEMO_BITS)] : NULL;
}

/**
 * sluice_memo_recall() - the answer, when it is of this question
 * @memo: place of the question
 * @question: that is asked
 * @answer: filled on success only
 *
 * Return: 1, or 0 when it must be asked afresh.
 */
static __always_inline int sluice_memo_recall(const struct sluice_memo *memo,
					      const struct sluice_question *question,
					      struct sluice_answer *answer)
{
	__u64 turn = *(const volatile __u64 *)&memo->turn;
	__u64 differs = turn & 1;
	struct sluice_answer there;

#pragma unroll
	for (int i = 0; i < SLUICE_MEMO_WORDS; i++)
		differs |= memo->question.word[i] ^ question->word[i];
	if (differs)
		return 0;
	there = memo->answer;
	barrier();
	if (*(const volatile __u64 *)&memo->turn != turn)
		return 0;
	*answer = there;
	return 1;
}

/**
 * sluice_memo_keep() - remember a permission
 * @memo: place of the question
 * @question: that was asked
 * @answer: to it
 */
static __always_inline void sluice_memo_keep(struct sluice_memo *memo,
					     const struct sluice_question *question,
					     const struct sluice_answer *answer)
{
	__u64 turn = *(const volatile __u64 *)&memo->turn;

	if ((turn & 1) || __sync_val_compare_and_swap(&memo->turn, turn, turn + 1) != turn)
		return;
	memo->question = *question;
	memo->answer = *answer;
	barrier();
	*(volatile __u64 *)&memo->turn = turn + 2;
}

#endif /* SLUICE_BPF_MEMO_H */
