/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wall-clock time, and whether it may be believed.
 *
 * The agent knows (it asks time sources); the kernel sees a step at once, though the agent be dead:
 * slewing moves CLOCK_REALTIME and CLOCK_BOOTTIME alike, only a step moves one against the other.
 */
#ifndef SLUICE_CLOCK_H
#define SLUICE_CLOCK_H

#include <linux/ktime.h>
#include <linux/netlink.h>
#include "core/judge.h"

struct sluice_net;

/**
 * struct sluice_time - what a namespace knows of the clock; control, READ_ONCE in hooks
 * @sure: the agent said that the clock may be believed, and no step was seen since
 * @offset: CLOCK_REALTIME - CLOCK_BOOTTIME when it said so or when a step was seen, nanoseconds
 * @bound: lower bound - CLOCK_BOOTTIME when it was set, nanoseconds; never falls
 *
 * Nanoseconds, since the two clocks begin their seconds at different instants: a bound counted by
 * whole seconds of one would for part of each second be ahead of the other.
 */
struct sluice_time {
	bool sure;
	s64 offset;
	s64 bound;
};

/* How far the clock was stepped since @time was told, nanoseconds. */
static inline s64 sluice_clock_step(const struct sluice_time *time, s64 now, s64 up)
{
	return now - up - READ_ONCE(time->offset);
}

/* Is this step too long to be believed? */
static inline bool sluice_clock_jumped(s64 step)
{
	const s64 longest = (s64)SLUICE_CLOCK_STEP * NSEC_PER_SEC;

	return step > longest || step < -longest;
}

/**
 * sluice_clock_tell - sluice_clock_set() at a given instant
 * @time: changed when 0 is returned
 * @sure: believed from now on
 * @bound: seconds since 1970
 * @now: CLOCK_REALTIME, nanoseconds
 * @up: CLOCK_BOOTTIME, nanoseconds
 *
 * Return: 0; -ERANGE when @bound is no time of this age; -EINVAL when @sure, and @now is before it.
 */
int sluice_clock_tell(struct sluice_time *time, bool sure, u64 bound, s64 now, s64 up);

/* Fills seconds, bound and sureness of @clock for an instant. Any context. */
void sluice_clock_at(const struct sluice_time *time, s64 now, s64 up, struct sluice_clock *clock);

/**
 * sluice_clock_set - the agent's word
 * @sn: namespace
 * @sure: believed from now on, until a step
 * @bound: seconds since 1970 before which it cannot be; a lower one than before is no news
 * @extack: says why not
 *
 * Context: control. Return: 0, or -EINVAL when the clock itself contradicts.
 */
int sluice_clock_set(struct sluice_net *sn, bool sure, u64 bound, struct netlink_ext_ack *extack);

/* Both clocks for a decision by a policy that was created at @created. Any context. */
void sluice_clock_read(const struct sluice_net *sn, u64 created, struct sluice_clock *clock);

/* Was the clock stepped since the last look? Control; once a second. */
void sluice_clock_watch(struct sluice_net *sn);

/* May it be believed now? And before what time can it not be, in seconds since 1970? */
bool sluice_clock_is_sure(const struct sluice_net *sn);
u64 sluice_clock_bound(const struct sluice_net *sn);

void sluice_clock_init(struct sluice_net *sn);

#endif /* SLUICE_CLOCK_H */
