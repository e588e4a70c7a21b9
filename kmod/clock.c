// SPDX-License-Identifier: GPL-2.0
/* Two clocks, held against each other. */

#include <linux/ktime.h>

#include "clock.h"
#include "report.h"
#include "trace.h"

/* Nanoseconds since 1970; coarse time may lag behind the instant at which the bound was set. */
static s64 bound_at(const struct sluice_time *time, s64 up)
{
	return max_t(s64, READ_ONCE(time->bound) + up, 0);
}

/* A clock is not sure until somebody who can tell has said so. */
static bool is_sure(const struct sluice_time *time, s64 now, s64 up)
{
	return READ_ONCE(time->sure) && !sluice_clock_jumped(sluice_clock_step(time, now, up));
}

void sluice_clock_at(const struct sluice_time *time, s64 now, s64 up, struct sluice_clock *clock)
{
	clock->now = ktime_divns(max_t(s64, now, 0), NSEC_PER_SEC);
	clock->lower_bound = ktime_divns(bound_at(time, up), NSEC_PER_SEC);
	clock->sure = is_sure(time, now, up);
}

/*
 * Boot time is read first: what passes between the two lets the wall clock be late against the bound,
 * and never the bound against the wall clock.
 */
static void look(const struct sluice_net *sn, struct sluice_clock *clock)
{
	s64 up = ktime_get_coarse_boottime();

	sluice_clock_at(&sn->time, ktime_get_coarse_real(), up, clock);
}

bool sluice_clock_is_sure(const struct sluice_net *sn)
{
	struct sluice_clock clock;

	look(sn, &clock);
	return clock.sure && clock.now >= clock.lower_bound;
}

u64 sluice_clock_bound(const struct sluice_net *sn)
{
	struct sluice_clock clock;

	look(sn, &clock);
	return clock.lower_bound;
}

void sluice_clock_read(const struct sluice_net *sn, u64 created, struct sluice_clock *clock)
{
	look(sn, clock);
	clock->lower_bound = max(clock->lower_bound, created);
	clock->nanoseconds = ktime_get_coarse_ns();
}

static void note(struct sluice_net *sn, bool before)
{
	bool sure = sn->time.sure;

	if (before != sure)
		trace_mode(SLUICE_RECORD_VERSION,
			   sure ? SLUICE_MODE_EVENT_CLOCK_SURE : SLUICE_MODE_EVENT_CLOCK_UNSURE, 0,
			   0, ktime_get_real_seconds());
}

int sluice_clock_tell(struct sluice_time *time, bool sure, u64 bound, s64 now, s64 up)
{
	s64 since;

	if (bound >= SLUICE_CLOCK_LATEST)
		return -ERANGE;
	since = max_t(s64, bound * NSEC_PER_SEC, bound_at(time, up));
	if (sure && now < since)
		return -EINVAL;
	WRITE_ONCE(time->bound, since - up);
	WRITE_ONCE(time->offset, now - up);
	WRITE_ONCE(time->sure, sure);
	return 0;
}

int sluice_clock_set(struct sluice_net *sn, bool sure, u64 bound, struct netlink_ext_ack *extack)
{
	/* To the nanosecond: who asks has read the clock a moment ago, perhaps after the last tick. */
	s64 up = ktime_get_boottime(), now = ktime_get_real();
	bool before = sn->time.sure;

	switch (sluice_clock_tell(&sn->time, sure, bound, now, up)) {
	case 0:
		note(sn, before);
		return 0;
	case -ERANGE:
		NL_SET_ERR_MSG(extack, "the lower bound is no time of this age");
		return -EINVAL;
	default:
		NL_SET_ERR_MSG(extack, "the clock shows a time before its lower bound: it cannot be sure");
		return -EINVAL;
	}
}

void sluice_clock_watch(struct sluice_net *sn)
{
	s64 up = ktime_get_coarse_boottime(), now = ktime_get_coarse_real();
	s64 step = sluice_clock_step(&sn->time, now, up);
	struct sluice_case c = { .sn = sn };
	bool before = sn->time.sure;

	if (!sluice_clock_jumped(step))
		return;
	/* First unsure, then the offset: at no moment does the new time look believed. */
	WRITE_ONCE(sn->time.sure, false);
	WRITE_ONCE(sn->time.offset, now - up);
	note(sn, before);
	sluice_violated(&c, SLUICE_INVARIANT_CLOCK_STEPPED, div_s64(step, NSEC_PER_SEC),
			div_s64(now, NSEC_PER_SEC));
}

void sluice_clock_init(struct sluice_net *sn)
{
	s64 up = ktime_get_boottime(), now = ktime_get_real();

	sn->time = (struct sluice_time){ .offset = now - up, .bound = -up };
}
