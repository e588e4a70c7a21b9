// SPDX-License-Identifier: GPL-2.0
/* Two clocks, held against each other. */

#include <linux/ktime.h>

#include "clock.h"
#include "report.h"
#include "trace.h"

/* Seconds; later ones would overflow when uptime is added, and no clock says them. */
#define LATEST	(1ULL << 40)

static s64 uptime(void)
{
	return ktime_get_coarse_boottime() / NSEC_PER_SEC;
}

static u64 bound_at(const struct sluice_net *sn, s64 up)
{
	s64 bound = READ_ONCE(sn->time.bound) + up;

	return bound > 0 ? bound : 0;
}

/*
 * Before the agent has said anything, a clock that nobody has stepped is taken for what it is; the
 * lower bound still holds.
 */
static bool is_sure(const struct sluice_net *sn, s64 now, s64 up)
{
	const struct sluice_time *time = &sn->time;

	if (READ_ONCE(time->told) && !READ_ONCE(time->sure))
		return false;
	return !sluice_clock_jumped(sluice_clock_step(time, now, up));
}

bool sluice_clock_is_sure(const struct sluice_net *sn)
{
	s64 now = ktime_get_real_seconds(), up = uptime();

	return is_sure(sn, now, up) && now >= (s64)bound_at(sn, up);
}

u64 sluice_clock_bound(const struct sluice_net *sn)
{
	return bound_at(sn, uptime());
}

void sluice_clock_read(const struct sluice_net *sn, u64 created, struct sluice_clock *clock)
{
	s64 now = ktime_get_real_seconds(), up = uptime();

	clock->nanoseconds = ktime_get_coarse_ns();
	clock->lower_bound = max(bound_at(sn, up), created);
	clock->now = now > 0 ? now : 0;
	clock->sure = is_sure(sn, now, up);
}

static void note(struct sluice_net *sn, bool sure)
{
	bool before = sn->time.sure && sn->time.told;

	WRITE_ONCE(sn->time.sure, sure);
	WRITE_ONCE(sn->time.told, true);
	if (before != sure)
		trace_mode(SLUICE_RECORD_VERSION,
			   sure ? SLUICE_MODE_EVENT_CLOCK_SURE : SLUICE_MODE_EVENT_CLOCK_UNSURE, 0,
			   0, ktime_get_real_seconds());
}

int sluice_clock_set(struct sluice_net *sn, bool sure, u64 bound, struct netlink_ext_ack *extack)
{
	s64 now = ktime_get_real_seconds(), up = uptime();

	if (bound >= LATEST) {
		NL_SET_ERR_MSG(extack, "the lower bound is no time of this age");
		return -EINVAL;
	}
	bound = max(bound, bound_at(sn, up));
	if (sure && now < (s64)bound) {
		NL_SET_ERR_MSG(extack, "the clock shows a time before its lower bound: it cannot be sure");
		return -EINVAL;
	}
	WRITE_ONCE(sn->time.bound, (s64)bound - up);
	WRITE_ONCE(sn->time.offset, now - up);
	note(sn, sure);
	return 0;
}

void sluice_clock_watch(struct sluice_net *sn)
{
	s64 now = ktime_get_real_seconds(), up = uptime();
	s64 step = sluice_clock_step(&sn->time, now, up);
	struct sluice_case c = { .sn = sn };

	if (!sluice_clock_jumped(step))
		return;
	/* First unsure, then the offset: at no moment does the new time look believed. */
	note(sn, false);
	WRITE_ONCE(sn->time.offset, now - up);
	sluice_violated(&c, SLUICE_INVARIANT_CLOCK_STEPPED, step, now);
}

void sluice_clock_init(struct sluice_net *sn)
{
	s64 up = uptime();

	sn->time = (struct sluice_time){ .offset = ktime_get_real_seconds() - up, .bound = -up };
}
