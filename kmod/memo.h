/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the stateless half of the decision said lately, by processor, for one image.
 *
 * sluice_gate() is pure: the same image and the same facts give the same answer whenever it is asked. A
 * forwarded packet makes the module ask twice, and twice more where its destination lives, within
 * microseconds; those behind it in the queue are mostly of the same flows. So an answer is kept with all
 * that was read of the facts, and given again only when every word of that is the same. It ends with
 * the generation that it is of.
 *
 * Only permissions are kept: a flood of what nobody permits pushes nothing out.
 */
#ifndef SLUICE_MEMO_H
#define SLUICE_MEMO_H

#include "core/gate.h"

struct sluice_generation;
struct sluice_memos;

/* NULL when there is no memory. */
struct sluice_memos __percpu *sluice_memos_create(void);
void sluice_memos_destroy(struct sluice_memos __percpu *memos);

/**
 * sluice_memo_gate - steps 1 to 7 for a packet that came in by a port
 * @generation: staged or held
 * @facts: as for sluice_gate()
 * @answer: what sluice_gate() says of them, filled completely
 *
 * Context: any but hard interrupts. Where softirqs are not kept away nothing is kept.
 */
void sluice_memo_gate(const struct sluice_generation *generation, const struct sluice_facts *facts,
		      struct sluice_answer *answer);

/**
 * sluice_memo_egress_zone - by the ports of which zone may a packet for this address leave?
 * @generation: staged or held
 * @family: 4 or 6
 * @destination: address
 *
 * Context: as above. Return: what sluice_egress_zone() says, 0 for none.
 */
u32 sluice_memo_egress_zone(const struct sluice_generation *generation, u32 family,
			    const struct sluice_address *destination);

#endif /* SLUICE_MEMO_H */
