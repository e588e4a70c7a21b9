// SPDX-License-Identifier: GPL-2.0
/* Leases: a bounded hash of addresses, by zone. */

#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/ktime.h>

#include "lease.h"
#include "limits.h"
#include "trace.h"

/*
 * @node: control to change, RCU to read
 * @record: immutable; another lease of the same address is another entry
 */
struct entry {
	struct hlist_node node;
	struct sluice_lease_record record;
	struct rcu_head rcu;
};

/*
 * @count: control
 * @seed: immutable
 * @buckets: control to change, RCU to read
 */
struct sluice_leases {
	u32 count;
	u32 seed;
	struct hlist_head buckets[SLUICE_LEASE_BUCKETS];
};

struct sluice_leases *sluice_leases_create(void)
{
	struct sluice_leases *leases = kvzalloc(sizeof(*leases), GFP_KERNEL_ACCOUNT);

	if (leases)
		leases->seed = get_random_u32();
	return leases;
}

void sluice_leases_destroy(struct sluice_leases *leases)
{
	if (!leases)
		return;
	sluice_leases_forget(leases);
	kvfree(leases);
}

static u32 bucket_of(const struct sluice_leases *leases, const struct sluice_lease_at *at)
{
	BUILD_BUG_ON(sizeof(*at) != 24);	/* no padding: it is hashed and compared as bytes */
	return jhash(at, sizeof(*at), leases->seed) & (SLUICE_LEASE_BUCKETS - 1);
}

/* RCU or control */
static struct entry *find(const struct sluice_leases *leases, const struct sluice_lease_at *at)
{
	struct entry *entry;

	hlist_for_each_entry_rcu(entry, &leases->buckets[bucket_of(leases, at)], node, true)
		if (!memcmp(&entry->record.at, at, sizeof(*at)))
			return entry;
	return NULL;
}

u32 sluice_lease_find(const struct sluice_leases *leases, const struct sluice_lease_at *at, u64 mac,
		      u64 now)
{
	const struct entry *entry = find(leases, at);

	if (!entry || entry->record.until <= now)
		return SLUICE_LEASE_NONE;
	if (entry->record.state != SLUICE_LEASE_HELD)
		return entry->record.state;
	if (entry->record.mac && mac && entry->record.mac != mac)
		return SLUICE_LEASE_NONE;
	return SLUICE_LEASE_HELD;
}

/* ---- Control ---- */

static void tell(enum sluice_lease_event event, const struct sluice_lease_record *record)
{
	trace_lease(SLUICE_RECORD_VERSION, event, record->at.zone, record->at.family,
		    record->at.address.high, record->at.address.low, record->mac, record->until);
}

static void drop(struct sluice_leases *leases, struct entry *entry, enum sluice_lease_event event)
{
	tell(event, &entry->record);
	hlist_del_rcu(&entry->node);
	kfree_rcu(entry, rcu);
	leases->count--;
}

static void put(struct sluice_leases *leases, struct entry *entry)
{
	struct entry *old = find(leases, &entry->record.at);

	tell(entry->record.state == SLUICE_LEASE_HELD ? SLUICE_LEASE_EVENT_HELD :
							      SLUICE_LEASE_EVENT_REVOKED,
	     &entry->record);
	if (old) {
		hlist_replace_rcu(&old->node, &entry->node);
		kfree_rcu(old, rcu);
		return;
	}
	hlist_add_head_rcu(&entry->node, &leases->buckets[bucket_of(leases, &entry->record.at)]);
	leases->count++;
}

static void remove(struct sluice_leases *leases, const struct sluice_lease_at *at)
{
	struct entry *old = find(leases, at);

	if (old)
		drop(leases, old, SLUICE_LEASE_EVENT_REMOVED);
}

static void free_entries(struct hlist_head *entries)
{
	struct hlist_node *next;
	struct entry *entry;

	hlist_for_each_entry_safe(entry, next, entries, node)
		kfree(entry);
}

/* Everything that can fail comes before anything changes. */
static int make_entries(const struct sluice_lease_record *records, u32 count,
			struct hlist_head *entries)
{
	struct entry *entry;

	/* From the last to the first, since each is put in front. */
	while (count--) {
		entry = kmalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
		if (!entry) {
			free_entries(entries);
			return -ENOMEM;
		}
		entry->record = records[count];
		hlist_add_head(&entry->node, entries);
	}
	return 0;
}

static void apply(struct sluice_leases *leases, struct hlist_head *entries)
{
	struct hlist_node *next;
	struct entry *entry;

	hlist_for_each_entry_safe(entry, next, entries, node) {
		hlist_del(&entry->node);
		if (entry->record.until) {
			put(leases, entry);
			continue;
		}
		remove(leases, &entry->record.at);
		kfree(entry);
	}
}

/* How many the table will hold at most; a lease that is named twice in one request counts twice. */
static u64 room_for(const struct sluice_leases *leases, const struct sluice_lease_record *records,
		    u32 count)
{
	u64 total = leases->count;
	u32 index;

	for (index = 0; index < count; index++)
		total += records[index].until && !find(leases, &records[index].at);
	return total;
}

int sluice_leases_set(struct sluice_leases *leases, const struct sluice_lease_record *records,
		      u32 count, struct netlink_ext_ack *extack)
{
	HLIST_HEAD(entries);
	int error;

	if (room_for(leases, records, count) > SLUICE_MAX_LEASES)
		sluice_leases_expire(leases, ktime_get_boottime_ns());
	if (room_for(leases, records, count) > SLUICE_MAX_LEASES) {
		NL_SET_ERR_MSG(extack, "there are 65536 leases already: remove some first");
		return -E2BIG;
	}
	error = make_entries(records, count, &entries);
	if (error) {
		NL_SET_ERR_MSG(extack, "not enough memory for the leases");
		return error;
	}
	apply(leases, &entries);
	return 0;
}

u32 sluice_leases_expire(struct sluice_leases *leases, u64 now)
{
	u32 before = leases->count, index;
	struct hlist_node *next;
	struct entry *entry;

	for (index = 0; leases->count && index < SLUICE_LEASE_BUCKETS; index++)
		hlist_for_each_entry_safe(entry, next, &leases->buckets[index], node)
			if (entry->record.until <= now)
				drop(leases, entry, SLUICE_LEASE_EVENT_LAPSED);
	return before - leases->count;
}

void sluice_leases_forget(struct sluice_leases *leases)
{
	struct hlist_node *next;
	struct entry *entry;
	u32 index;

	for (index = 0; index < SLUICE_LEASE_BUCKETS; index++)
		hlist_for_each_entry_safe(entry, next, &leases->buckets[index], node)
			drop(leases, entry, SLUICE_LEASE_EVENT_REMOVED);
}

bool sluice_lease_read(const struct sluice_leases *leases, u32 *bucket, u32 *skip,
		       struct sluice_lease_record *record)
{
	const struct entry *entry;
	u32 left;

	for (; *bucket < SLUICE_LEASE_BUCKETS; (*bucket)++, *skip = 0) {
		left = *skip;
		hlist_for_each_entry_rcu(entry, &leases->buckets[*bucket], node, true) {
			if (left--)
				continue;
			*record = entry->record;
			(*skip)++;
			return true;
		}
	}
	return false;
}
