// SPDX-License-Identifier: GPL-2.0
/* Datagrams that are still coming in pieces: a bounded hash, oldest first. */

#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "fragment.h"
#include "limits.h"

/* What the stack tells datagrams apart by, or less: never two of its queues for one of ours. */
struct datagram_key {
	struct sluice_address source;
	struct sluice_address destination;
	u32 id;
	u8 family;
	u8 protocol;
	u16 zero;
};

/*
 * @node: in its bucket while it waits
 * @order: in sluice_fragments.waiting, oldest first, or in .unused
 * @key: immutable while it waits; so are @until, @ifindex, @vlan and @zone
 * @until: jiffies when the stack has given it up
 * @bytes: charged to the zone
 */
struct datagram {
	struct hlist_node node;
	struct list_head order;
	struct datagram_key key;
	unsigned long until;
	int ifindex;
	u16 vlan;
	u16 zone;
	u32 bytes;
	struct sluice_pieces pieces;
};

/* What waits of a zone. */
struct share {
	u32 bytes;
	u32 datagrams;
};

/* @lock: BH, innermost; protects all but @seed */
struct sluice_fragments {
	spinlock_t lock;
	u32 seed;
	struct list_head waiting;
	struct list_head unused;
	struct share zones[SLUICE_MAX_ZONES + 1];
	struct hlist_head buckets[SLUICE_DATAGRAM_BUCKETS];
	struct datagram pool[SLUICE_DATAGRAMS];
};

struct sluice_fragments *sluice_fragments_create(void)
{
	struct sluice_fragments *fragments = kvzalloc(sizeof(*fragments), GFP_KERNEL_ACCOUNT);
	u32 index;

	if (!fragments)
		return NULL;
	spin_lock_init(&fragments->lock);
	fragments->seed = get_random_u32();
	INIT_LIST_HEAD(&fragments->waiting);
	INIT_LIST_HEAD(&fragments->unused);
	for (index = 0; index < SLUICE_DATAGRAMS; index++)
		list_add_tail(&fragments->pool[index].order, &fragments->unused);
	return fragments;
}

void sluice_fragments_destroy(struct sluice_fragments *fragments)
{
	kvfree(fragments);
}

static void fill_key(const struct sluice_piece_at *at, struct datagram_key *key)
{
	BUILD_BUG_ON(sizeof(*key) != 40);	/* no padding: it is hashed and compared as bytes */
	*key = (struct datagram_key){
		.source = at->source,
		.destination = at->destination,
		.id = at->id,
		.family = at->family,
		.protocol = at->protocol,
	};
}

static struct hlist_head *bucket_of(struct sluice_fragments *fragments, const struct datagram_key *key)
{
	u32 hash = jhash(key, sizeof(*key), fragments->seed);

	return &fragments->buckets[hash & (SLUICE_DATAGRAM_BUCKETS - 1)];
}

static struct datagram *find(const struct hlist_head *bucket, const struct datagram_key *key)
{
	struct datagram *datagram;

	hlist_for_each_entry(datagram, bucket, node)
		if (!memcmp(&datagram->key, key, sizeof(*key)))
			return datagram;
	return NULL;
}

static void end(struct sluice_fragments *fragments, struct datagram *datagram)
{
	struct share *share = &fragments->zones[datagram->zone];

	share->bytes -= datagram->bytes;
	share->datagrams--;
	hlist_del(&datagram->node);
	list_move(&datagram->order, &fragments->unused);
}

/* What the stack has given up by now. All wait equally long, so the oldest come first. */
static void expire(struct sluice_fragments *fragments, unsigned long now)
{
	struct datagram *datagram, *next;

	list_for_each_entry_safe(datagram, next, &fragments->waiting, order) {
		if (time_before(now, datagram->until))
			return;
		end(fragments, datagram);
	}
}

static struct datagram *begin(struct sluice_fragments *fragments, struct hlist_head *bucket,
			      const struct datagram_key *key, const struct sluice_piece_at *at,
			      unsigned long now)
{
	struct share *share = &fragments->zones[at->zone];
	struct datagram *datagram;

	if (share->datagrams >= SLUICE_DATAGRAMS_A_ZONE || list_empty(&fragments->unused))
		return NULL;
	datagram = list_first_entry(&fragments->unused, struct datagram, order);
	*datagram = (struct datagram){
		.order = datagram->order,
		.key = *key,
		.until = now + msecs_to_jiffies(SLUICE_DATAGRAM_MS),
		.ifindex = at->ifindex,
		.vlan = at->vlan,
		.zone = at->zone,
	};
	list_move_tail(&datagram->order, &fragments->waiting);
	hlist_add_head(&datagram->node, bucket);
	share->datagrams++;
	return datagram;
}

static enum sluice_reason add(struct sluice_fragments *fragments, struct datagram *datagram,
			      const struct sluice_piece_at *at)
{
	struct share *share = &fragments->zones[datagram->zone];
	enum sluice_reason reason;

	if (datagram->ifindex != at->ifindex || datagram->vlan != at->vlan)
		return SLUICE_REASON_FRAGMENT_PORT;
	if (at->bytes > SLUICE_FRAGMENT_BYTES || share->bytes > SLUICE_FRAGMENT_BYTES - at->bytes)
		return SLUICE_REASON_FRAGMENT_LIMIT;
	reason = sluice_pieces_add(&datagram->pieces, &at->extent);
	if (reason != SLUICE_REASON_PERMITTED)
		return reason;
	datagram->bytes += at->bytes;
	share->bytes += at->bytes;
	return reason;
}

static enum sluice_reason take(struct sluice_fragments *fragments, const struct sluice_piece_at *at,
			       unsigned long now)
{
	struct datagram *datagram;
	struct hlist_head *bucket;
	enum sluice_reason reason;
	struct datagram_key key;

	fill_key(at, &key);
	bucket = bucket_of(fragments, &key);
	datagram = find(bucket, &key);
	if (!datagram)
		datagram = begin(fragments, bucket, &key, at, now);
	if (!datagram)
		return SLUICE_REASON_FRAGMENT_LIMIT;
	reason = add(fragments, datagram, at);
	if (!datagram->pieces.count || sluice_pieces_whole(&datagram->pieces))
		end(fragments, datagram);
	return reason;
}

enum sluice_reason sluice_fragments_take(struct sluice_fragments *fragments,
					 const struct sluice_piece_at *at, unsigned long now)
{
	enum sluice_reason reason;

	if (at->zone > SLUICE_MAX_ZONES)
		return SLUICE_REASON_UNKNOWN;
	spin_lock_bh(&fragments->lock);
	expire(fragments, now);
	reason = take(fragments, at, now);
	spin_unlock_bh(&fragments->lock);
	return reason;
}

void sluice_fragments_forget(struct sluice_fragments *fragments)
{
	struct datagram *datagram, *next;

	spin_lock_bh(&fragments->lock);
	list_for_each_entry_safe(datagram, next, &fragments->waiting, order)
		end(fragments, datagram);
	spin_unlock_bh(&fragments->lock);
}
