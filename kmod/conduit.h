/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel remembers of a conduit: its token buckets, its live connections, its counters.
 *
 * They belong to one generation and die with it.
 */
#ifndef SLUICE_CONDUIT_H
#define SLUICE_CONDUIT_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include "core/judge.h"

/**
 * struct sluice_totals - what went through a conduit since it was staged
 */
struct sluice_totals {
	u64 packets;		/* forward half; segments of merged packets count each */
	u64 bytes;		/* IP length, forward half */
	u64 reply_packets;
	u64 reply_bytes;
	u64 flows;		/* begun */
	u64 midstream;		/* of these, picked up in the middle */
	u64 concurrent;		/* live now */
	u64 denied;		/* with this conduit as the nearest */
	u64 observed;		/* flows that an identity, were it required, would have denied or ended */
};

/**
 * struct sluice_conduit - state of one conduit
 * @lock: BH; innermost, protects @counters and @totals
 * @flags: of its record, immutable
 * @windowed: it has a window, immutable
 * @counters: for sluice_charge()
 * @totals: but for concurrent, denied and observed, which stand elsewhere
 * @denied: no lock, so that a flood of denials does not slow what passes
 * @observed: no lock
 * @open_until: until when an operator opened it, ktime_get_coarse_ns(); 0: closed. READ_ONCE.
 * @window_end: of the window that was open when the clock was last sure; 0: none. READ_ONCE.
 * @errors_due: @lock; bucket of ICMP errors that cross
 * @island: closed by island mode. READ_ONCE.
 */
struct sluice_conduit {
	spinlock_t lock;
	bool windowed;
	u64 flags;
	struct sluice_counters counters;
	struct sluice_totals totals;
	atomic64_t denied;
	atomic64_t observed;
	u64 open_until;
	u64 window_end;
	u64 errors_due;
	bool island;
};

/**
 * sluice_conduits_create - the conduits of an image, nothing remembered of any
 * @image: verified
 * @count: conduit indices 1..count exist
 *
 * Return: [count + 1], or NULL without memory.
 */
struct sluice_conduit *sluice_conduits_create(const struct sluice_image *image, u32 count);
void sluice_conduits_destroy(struct sluice_conduit *conduits);

/**
 * sluice_conduit_charge - the last step of the decision, and the counting
 * @conduit: of the verdict
 * @image: that judged
 * @facts: the packet
 * @clock: both clocks
 * @track: of the flow, held by the caller, or NULL
 * @verdict: of sluice_judge(); turned into a denial over a limit
 *
 * A verdict that still permits and begins a flow has been counted as one live flow.
 */
void sluice_conduit_charge(struct sluice_conduit *conduit, const struct sluice_image *image,
			   const struct sluice_facts *facts, const struct sluice_clock *clock,
			   struct sluice_track *track, struct sluice_verdict *verdict);

/* May one more ICMP error cross now? @now: monotonic nanoseconds. */
bool sluice_conduit_error(struct sluice_conduit *conduit, u64 now);

/* One live flow more, found while an image is put in force; no limit is asked. */
void sluice_conduit_adopt(struct sluice_conduit *conduit);
/* One live flow less. */
void sluice_conduit_end(struct sluice_conduit *conduit);
/* A flow that was charged could not be begun after all. */
void sluice_conduit_refund(struct sluice_conduit *conduit);
void sluice_conduit_read(struct sluice_conduit *conduit, struct sluice_totals *totals);

#endif /* SLUICE_CONDUIT_H */
