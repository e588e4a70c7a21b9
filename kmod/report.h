/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Saying no: exact counters, and rate-limited records with exact numbers of what was suppressed.
 */
#ifndef SLUICE_REPORT_H
#define SLUICE_REPORT_H

#include "netns.h"

/**
 * struct sluice_stats - per processor, since the namespace was opened
 */
struct sluice_stats {
	u64 denied[SLUICE_LAYER_COUNT][SLUICE_REASON_COUNT];
	u64 violated[SLUICE_LAYER_COUNT][SLUICE_INVARIANT_COUNT];
};

/**
 * struct sluice_case - a packet at a hook, and what is known of it by now
 * @sn: namespace
 * @generation: that judges it, or NULL
 * @facts: what it says
 * @answer: of gate(), all zero before
 * @ifindex: where it came in, or would leave
 * @conduit: nearest one, or 0
 * @layer: enum sluice_layer
 */
struct sluice_case {
	struct sluice_net *sn;
	struct sluice_generation *generation;
	struct sluice_facts facts;
	struct sluice_answer answer;
	int ifindex;
	u16 conduit;
	u8 layer;
};

/**
 * sluice_deny - count and report a denial
 * @c: the packet
 * @reason: why
 *
 * Context: any but hard interrupts, under rcu_read_lock().
 * Return: NF_DROP, so that each drop names its reason in the same expression.
 */
unsigned int sluice_deny(const struct sluice_case *c, enum sluice_reason reason);

/**
 * sluice_observe - count and report a flow that passes and would not if an identity were required
 * @c: the flow as its first packet; its conduit is one of @c->generation
 * @reason: that would deny it
 *
 * Not a denial: no counter of denials and no record of one has it. Context: as sluice_deny().
 */
void sluice_observe(const struct sluice_case *c, enum sluice_reason reason);

/**
 * sluice_violated - count and report the violation of an invariant
 * @c: the packet, or only namespace, layer and ifindex
 * @invariant: which
 * @detail0: what helps to understand it: see kmod/DESIGN.md
 * @detail1: likewise
 */
void sluice_violated(const struct sluice_case *c, enum sluice_invariant invariant, u64 detail0,
		     u64 detail1);

/**
 * sluice_deny_violation - a denial and the invariant that it breaks
 * @c: the packet
 * @reason: of the denial
 * @invariant: which
 * @detail0: what helps to understand it: see kmod/DESIGN.md
 * @detail1: likewise
 *
 * Return: NF_DROP, for the hook to return.
 */
static inline unsigned int sluice_deny_violation(const struct sluice_case *c,
						 enum sluice_reason reason,
						 enum sluice_invariant invariant, u64 detail0,
						 u64 detail1)
{
	sluice_violated(c, invariant, detail0, detail1);
	return sluice_deny(c, reason);
}

/* Report a step in the life of a policy; @envelope and @digest may be NULL. */
void sluice_policy_event(enum sluice_policy_event event, u32 generation, const struct sluice_envelope *envelope,
			 const u8 *digest, int error);

/* Raise what the gate recorded. @bytes is a multiple of the record's size; -EBADMSG otherwise. */
int sluice_report_records(struct sluice_net *sn, const void *records, u32 bytes);

int sluice_report_open(struct sluice_net *sn);
void sluice_report_close(struct sluice_net *sn);
u64 sluice_denied_total(const struct sluice_net *sn, u32 layer, u32 reason);
u64 sluice_violated_total(const struct sluice_net *sn, u32 layer, u32 invariant);

#endif /* SLUICE_REPORT_H */
