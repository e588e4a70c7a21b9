/* SPDX-License-Identifier: GPL-2.0 */
/*
 * First-seen bindings: an asset whose port the policy does not state belongs to the first port it
 * speaks on. It moves only when that device goes away, when the policy in force has no port of its
 * zone there any more, when an operator says so, or when the policy is released.
 */
#ifndef SLUICE_SEEN_H
#define SLUICE_SEEN_H

#include <linux/netlink.h>
#include "core/types.h"

struct sluice_seen;

/**
 * struct sluice_seen_at - where an asset was first seen
 */
struct sluice_seen_at {
	struct sluice_address address;
	u64 mac;
	int ifindex;
	u16 vlan;
	u8 family;
};

struct sluice_seen *sluice_seen_create(void);
void sluice_seen_destroy(struct sluice_seen *seen);

/**
 * sluice_seen_agrees - is this where the asset lives? The first answer is yes, and is remembered.
 * @seen: table
 * @at: where it speaks now
 * @home: receives where it lives when the answer is no; its ifindex is 0 when nobody can tell
 *
 * Context: any but hard interrupts. Return: false when it lives elsewhere, or when the table is
 * full, because then nobody can tell.
 */
bool sluice_seen_agrees(struct sluice_seen *seen, const struct sluice_seen_at *at,
			struct sluice_seen_at *home);

/**
 * sluice_seen_move - an asset whose home is gone lives here from now on
 * @seen: table
 * @home: as sluice_seen_agrees() told it
 * @at: where it speaks now
 *
 * Context: any but hard interrupts. Return: false when it does not live at @home any more: somebody
 * was quicker.
 */
bool sluice_seen_move(struct sluice_seen *seen, const struct sluice_seen_at *home,
		      const struct sluice_seen_at *at);

/**
 * sluice_seen_drop - forget one asset
 * @seen: table
 * @at: its family and address
 *
 * Return: false when it is not known.
 */
bool sluice_seen_drop(struct sluice_seen *seen, const struct sluice_seen_at *at);

/* Forget all assets of a device; 0 forgets everything. */
void sluice_seen_forget(struct sluice_seen *seen, int ifindex);

/**
 * sluice_seen_read - one after the other
 * @seen: table
 * @bucket: cursor, 0 at first; moved on
 * @skip: cursor within the bucket, 0 at first; moved on
 * @at: receives an entry
 *
 * Return: false at the end.
 */
bool sluice_seen_read(struct sluice_seen *seen, u32 *bucket, u32 *skip, struct sluice_seen_at *at);

#endif /* SLUICE_SEEN_H */
