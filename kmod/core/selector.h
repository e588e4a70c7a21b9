/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The selector word: which of two images is in force, and until when.
 *
 * Module and gate read the same word and the same clock, so a trial ends in both at the same tick,
 * with nobody alive to end it.
 */
#ifndef SLUICE_CORE_SELECTOR_H
#define SLUICE_CORE_SELECTOR_H

#include "types.h"

static __always_inline __u32 sluice_selector_generation(__u64 selector, __u32 slot)
{
	return (__u32)(selector >> (SLUICE_SELECTOR_GENERATION_SHIFT + 6 * (slot & 1))) &
	       SLUICE_SELECTOR_GENERATION_MASK;
}

static __always_inline __u32 sluice_selector_confirmed(__u64 selector)
{
	return (__u32)(selector >> SLUICE_SELECTOR_CONFIRMED_SHIFT) & 3;
}

static __always_inline __u32 sluice_selector_trial(__u64 selector)
{
	return (__u32)(selector >> SLUICE_SELECTOR_TRIAL_SHIFT) & 3;
}

static __always_inline __u64 sluice_selector_until(__u64 selector)
{
	return selector & SLUICE_SELECTOR_UNTIL_MASK;
}

/**
 * sluice_selector_in_force - the slot that judges new packets
 * @selector: the word
 * @now: jiffies64
 *
 * Return: slot + 1, or 0 when no policy is in force.
 */
static __always_inline __u32 sluice_selector_in_force(__u64 selector, __u64 now)
{
	__u32 trial = sluice_selector_trial(selector);
	__u32 slot = sluice_selector_confirmed(selector);

	if (trial && (now & SLUICE_SELECTOR_UNTIL_MASK) < sluice_selector_until(selector))
		slot = trial;
	if (!slot || slot > SLUICE_SLOTS || !sluice_selector_generation(selector, slot - 1))
		return 0;
	return slot;
}

/**
 * sluice_selector_make - put the word together
 * @generations: of slot 0 and 1, 0 for an empty slot
 * @confirmed: slot + 1, or 0
 * @trial: slot + 1, or 0
 * @until: jiffies64, used with a trial
 */
static __always_inline __u64 sluice_selector_make(const __u32 generations[SLUICE_SLOTS],
						  __u32 confirmed, __u32 trial, __u64 until)
{
	return (until & SLUICE_SELECTOR_UNTIL_MASK) |
	       (__u64)(generations[0] & SLUICE_SELECTOR_GENERATION_MASK)
		       << SLUICE_SELECTOR_GENERATION_SHIFT |
	       (__u64)(generations[1] & SLUICE_SELECTOR_GENERATION_MASK)
		       << (SLUICE_SELECTOR_GENERATION_SHIFT + 6) |
	       (__u64)(confirmed & 3) << SLUICE_SELECTOR_CONFIRMED_SHIFT |
	       (__u64)(trial & 3) << SLUICE_SELECTOR_TRIAL_SHIFT;
}

#endif /* SLUICE_CORE_SELECTOR_H */
