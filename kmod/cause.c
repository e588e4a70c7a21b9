// SPDX-License-Identifier: GPL-2.0
/* Rate limit of records: a small hash of token buckets. */

#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "cause.h"
#include "core/judge.h"
#include "limits.h"

/*
 * @key: cause, 0 for a free place
 * @due: theoretical arrival time, nanoseconds
 * @suppressed: events since the last record
 */
struct cause {
	u64 key;
	u64 due;
	u64 suppressed;
};

/* @lock: BH, innermost; protects @ways */
struct cause_bucket {
	spinlock_t lock;
	struct cause ways[SLUICE_CAUSE_WAYS];
};

struct sluice_causes {
	struct cause_bucket buckets[SLUICE_CAUSE_BUCKETS];
};

struct sluice_causes *sluice_causes_create(void)
{
	struct sluice_causes *causes = kvzalloc(sizeof(*causes), GFP_KERNEL_ACCOUNT);
	u32 index;

	if (!causes)
		return NULL;
	for (index = 0; index < SLUICE_CAUSE_BUCKETS; index++)
		spin_lock_init(&causes->buckets[index].lock);
	return causes;
}

void sluice_causes_destroy(struct sluice_causes *causes)
{
	kvfree(causes);
}

/* The place of a cause; a quiet one with nothing to tell makes room, else the last one is shared. */
static struct cause *find_place(struct cause_bucket *bucket, u64 key, u64 now)
{
	struct cause *place = NULL;
	u32 way;

	for (way = 0; way < SLUICE_CAUSE_WAYS; way++) {
		struct cause *cause = &bucket->ways[way];

		if (cause->key == key)
			return cause;
		if (!place && (!cause->key || (cause->due < now && !cause->suppressed)))
			place = cause;
	}
	if (!place)
		return &bucket->ways[SLUICE_CAUSE_WAYS - 1];
	*place = (struct cause){ .key = key };
	return place;
}

static bool take(struct cause *cause, u64 now)
{
	u64 next = max(cause->due, now) + SLUICE_TRACE_INTERVAL;

	if (next - now > SLUICE_TRACE_BURST)
		return false;
	cause->due = next;
	return true;
}

bool sluice_cause_pass(struct sluice_causes *causes, u64 key, u64 now, u32 weight, u64 *suppressed)
{
	struct cause_bucket *bucket = &causes->buckets[hash_64(key, ilog2(SLUICE_CAUSE_BUCKETS))];
	struct cause *cause;
	bool pass;

	spin_lock_bh(&bucket->lock);
	cause = find_place(bucket, key, now);
	pass = take(cause, now);
	if (pass) {
		*suppressed = cause->suppressed + weight - 1;
		cause->suppressed = 0;
	} else {
		cause->suppressed += weight;
	}
	spin_unlock_bh(&bucket->lock);
	return pass;
}
