/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers that this gateway gives in another's name: to beginnings that it denies in control, so that
 * nobody there waits for a time-out, and to both ends of a flow whose budget is spent.
 *
 * They leave through the stack's own output path. While one is made on this processor, the local out
 * hook knows it and judges it by its destination alone.
 */
#ifndef SLUICE_ANSWER_H
#define SLUICE_ANSWER_H

#include <linux/skbuff.h>
#include "report.h"

/**
 * sluice_answer - tell who began in vain, where his zone wants to know
 * @c: a packet that came in by a port and was denied
 * @skb: the same
 * @reason: of the denial
 *
 * Only what core/refusal.h says, and what was sent to this gateway; fifty a second by each port.
 * Context: a hook in softirq.
 */
void sluice_answer(const struct sluice_case *c, struct sk_buff *skb, enum sluice_reason reason);

/**
 * sluice_answer_reset - end a flow at both ends
 * @c: an answer, over its budget
 * @skb: the same; becomes the reset for who began, or is left as it is
 *
 * Return: true when @skb may go on as a reset; false: drop it.
 */
bool sluice_answer_reset(const struct sluice_case *c, struct sk_buff *skb);

/**
 * sluice_answer_become_reset - what becomes of the offending answer itself
 * @skb: TCP; keeps addresses and ports, and where it does not begin the connection its number, which
 *	connection tracking found in the window; nothing else that its sender chose
 * @family: 4 or 6
 * @sent: the number behind the last byte that who began has sent
 *
 * Context: a hook; may reallocate the packet's bytes. Return: 0 or -ENOMEM; then drop.
 */
int sluice_answer_become_reset(struct sk_buff *skb, u32 family, u32 sent);

/* Is the packet at local out an answer of ours? */
bool sluice_answer_is_made(void);

#endif /* SLUICE_ANSWER_H */
