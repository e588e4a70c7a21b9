// SPDX-License-Identifier: GPL-2.0
/* First-seen bindings: a bounded hash of addresses. */

#include <linux/atomic.h>
#include <linux/jhash.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "limits.h"
#include "seen.h"

struct entry {
	struct hlist_node node;
	struct sluice_seen_at at;
};

/* @lock: BH, innermost; protects @entries */
struct bucket {
	spinlock_t lock;
	struct hlist_head entries;
};

struct sluice_seen {
	atomic_t count;
	u32 seed;
	struct bucket buckets[SLUICE_SEEN_BUCKETS];
};

struct sluice_seen *sluice_seen_create(void)
{
	struct sluice_seen *seen = kvzalloc(sizeof(*seen), GFP_KERNEL_ACCOUNT);
	u32 index;

	if (!seen)
		return NULL;
	seen->seed = get_random_u32();
	for (index = 0; index < SLUICE_SEEN_BUCKETS; index++)
		spin_lock_init(&seen->buckets[index].lock);
	return seen;
}

void sluice_seen_destroy(struct sluice_seen *seen)
{
	if (!seen)
		return;
	sluice_seen_forget(seen, 0);
	kvfree(seen);
}

static struct bucket *bucket_of(struct sluice_seen *seen, const struct sluice_seen_at *at)
{
	u32 hash = jhash(&at->address, sizeof(at->address), seen->seed ^ at->family);

	return &seen->buckets[hash & (SLUICE_SEEN_BUCKETS - 1)];
}

static struct entry *find(const struct bucket *bucket, const struct sluice_seen_at *at)
{
	struct entry *entry;

	hlist_for_each_entry(entry, &bucket->entries, node)
		if (entry->at.family == at->family && entry->at.address.high == at->address.high &&
		    entry->at.address.low == at->address.low)
			return entry;
	return NULL;
}

static bool remember(struct sluice_seen *seen, struct bucket *bucket,
		     const struct sluice_seen_at *at)
{
	struct entry *entry;

	if (atomic_inc_return(&seen->count) > SLUICE_SEEN)
		goto full;
	entry = kmalloc(sizeof(*entry), GFP_ATOMIC);
	if (!entry)
		goto full;
	entry->at = *at;
	hlist_add_head(&entry->node, &bucket->entries);
	return true;
full:
	atomic_dec(&seen->count);
	return false;
}

static bool is_same_port(const struct sluice_seen_at *one, const struct sluice_seen_at *other)
{
	return one->ifindex == other->ifindex && one->vlan == other->vlan;
}

bool sluice_seen_agrees(struct sluice_seen *seen, const struct sluice_seen_at *at,
			struct sluice_seen_at *home)
{
	struct bucket *bucket = bucket_of(seen, at);
	struct entry *entry;
	bool agrees;

	home->ifindex = 0;
	spin_lock_bh(&bucket->lock);
	entry = find(bucket, at);
	agrees = entry ? is_same_port(&entry->at, at) : remember(seen, bucket, at);
	if (entry && !agrees)
		*home = entry->at;
	spin_unlock_bh(&bucket->lock);
	return agrees;
}

bool sluice_seen_move(struct sluice_seen *seen, const struct sluice_seen_at *home,
		      const struct sluice_seen_at *at)
{
	struct bucket *bucket = bucket_of(seen, at);
	struct entry *entry;
	bool moved;

	spin_lock_bh(&bucket->lock);
	entry = find(bucket, at);
	moved = entry && is_same_port(&entry->at, home);
	if (moved)
		entry->at = *at;
	spin_unlock_bh(&bucket->lock);
	return moved;
}

static void free_entry(struct sluice_seen *seen, struct entry *entry)
{
	hlist_del(&entry->node);
	kfree(entry);
	atomic_dec(&seen->count);
}

bool sluice_seen_drop(struct sluice_seen *seen, const struct sluice_seen_at *at)
{
	struct bucket *bucket = bucket_of(seen, at);
	struct entry *entry;

	spin_lock_bh(&bucket->lock);
	entry = find(bucket, at);
	if (entry)
		free_entry(seen, entry);
	spin_unlock_bh(&bucket->lock);
	return entry;
}

static void forget_in(struct sluice_seen *seen, struct bucket *bucket, int ifindex)
{
	struct hlist_node *next;
	struct entry *entry;

	spin_lock_bh(&bucket->lock);
	hlist_for_each_entry_safe(entry, next, &bucket->entries, node) {
		if (!ifindex || entry->at.ifindex == ifindex)
			free_entry(seen, entry);
	}
	spin_unlock_bh(&bucket->lock);
}

void sluice_seen_forget(struct sluice_seen *seen, int ifindex)
{
	u32 index;

	for (index = 0; index < SLUICE_SEEN_BUCKETS; index++)
		forget_in(seen, &seen->buckets[index], ifindex);
}

static bool read_in(struct bucket *bucket, u32 skip, struct sluice_seen_at *at)
{
	struct entry *entry;
	bool found = false;

	spin_lock_bh(&bucket->lock);
	hlist_for_each_entry(entry, &bucket->entries, node) {
		if (skip--)
			continue;
		*at = entry->at;
		found = true;
		break;
	}
	spin_unlock_bh(&bucket->lock);
	return found;
}

bool sluice_seen_read(struct sluice_seen *seen, u32 *bucket, u32 *skip, struct sluice_seen_at *at)
{
	for (; *bucket < SLUICE_SEEN_BUCKETS; (*bucket)++, *skip = 0) {
		if (read_in(&seen->buckets[*bucket], *skip, at)) {
			(*skip)++;
			return true;
		}
	}
	return false;
}
