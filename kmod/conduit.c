// SPDX-License-Identifier: GPL-2.0
/* Limits and counters of conduits. */

#include <linux/mm.h>
#include <linux/slab.h>

#include "conduit.h"
#include "limits.h"

struct sluice_conduit *sluice_conduits_create(const struct sluice_image *image, u32 count)
{
	struct sluice_conduit *conduits;
	u32 index;

	/* Index 0 is "no conduit"; it stays all zero, and a limit of zero refuses. */
	conduits = kvcalloc(count + 1, sizeof(*conduits), GFP_KERNEL_ACCOUNT);
	if (!conduits)
		return NULL;
	for (index = 0; index <= count; index++) {
		spin_lock_init(&conduits[index].lock);
		conduits[index].flags = sluice_conduit_word(image, index, SLUICE_CONDUIT_FLAGS);
		conduits[index].windowed = sluice_has_window(image, index);
	}
	return conduits;
}

void sluice_conduits_destroy(struct sluice_conduit *conduits)
{
	kvfree(conduits);
}

static void count_packet(struct sluice_totals *totals, const struct sluice_facts *facts,
			 const struct sluice_verdict *verdict)
{
	if (verdict->reply) {
		totals->reply_packets += facts->segments;
		totals->reply_bytes += facts->length;
		return;
	}
	totals->packets += facts->segments;
	totals->bytes += facts->length;
}

void sluice_conduit_charge(struct sluice_conduit *conduit, const struct sluice_image *image,
			   const struct sluice_facts *facts, const struct sluice_clock *clock,
			   struct sluice_track *track, struct sluice_verdict *verdict)
{
	spin_lock_bh(&conduit->lock);
	sluice_charge(image, facts, clock, &conduit->counters, track, verdict);
	if (verdict->permit) {
		count_packet(&conduit->totals, facts, verdict);
		if (verdict->begins) {
			conduit->counters.concurrent++;
			conduit->totals.flows++;
			conduit->totals.midstream += verdict->midstream;
		}
	}
	spin_unlock_bh(&conduit->lock);
}

bool sluice_conduit_error(struct sluice_conduit *conduit, u64 now)
{
	bool pass;

	spin_lock_bh(&conduit->lock);
	pass = sluice_bucket_take(&conduit->errors_due, now, SLUICE_CROSSING_INTERVAL, 1);
	spin_unlock_bh(&conduit->lock);
	return pass;
}

void sluice_conduit_adopt(struct sluice_conduit *conduit)
{
	spin_lock_bh(&conduit->lock);
	conduit->counters.concurrent++;
	spin_unlock_bh(&conduit->lock);
}

void sluice_conduit_end(struct sluice_conduit *conduit)
{
	spin_lock_bh(&conduit->lock);
	if (!WARN_ON_ONCE(!conduit->counters.concurrent))
		conduit->counters.concurrent--;
	spin_unlock_bh(&conduit->lock);
}

void sluice_conduit_refund(struct sluice_conduit *conduit)
{
	spin_lock_bh(&conduit->lock);
	conduit->counters.concurrent--;
	conduit->totals.flows--;
	spin_unlock_bh(&conduit->lock);
}

void sluice_conduit_read(struct sluice_conduit *conduit, struct sluice_totals *totals)
{
	spin_lock_bh(&conduit->lock);
	*totals = conduit->totals;
	totals->concurrent = conduit->counters.concurrent;
	spin_unlock_bh(&conduit->lock);
	totals->denied = atomic64_read(&conduit->denied);
	totals->observed = atomic64_read(&conduit->observed);
}
