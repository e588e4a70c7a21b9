/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Standing: what people and the time of day decide about a conduit while its policy stays the same.
 *
 * Island mode, opening by an operator and the end of a window belong to one generation, so the agent
 * says them again for a staged one before it is published. What nobody said is closed (open) and
 * off (island).
 */
#ifndef SLUICE_STANDING_H
#define SLUICE_STANDING_H

#include <linux/netlink.h>
#include "generation.h"
#include "lease.h"

/**
 * sluice_island_set - which conduits island mode closes
 * @generation: staged or held
 * @bitmap: bit n of byte n / 8 is conduit n
 * @bytes: of @bitmap; 0 ends island mode
 * @extack: says why not
 *
 * Context: control. Return: 0, or -ENOENT when the bitmap names a conduit that is not there.
 */
int sluice_island_set(struct sluice_generation *generation, const u8 *bitmap, u32 bytes,
		      struct netlink_ext_ack *extack);

/**
 * sluice_conduit_open - let a conduit be used for a while
 * @generation: staged or held
 * @conduit: index
 * @ms: from now, by kernel time; 0 closes it
 * @extack: says why not
 *
 * Context: control. Return: 0; -ENOENT no such conduit; -EINVAL the policy lets nobody open it;
 * -E2BIG longer than the policy lets it be open.
 */
int sluice_conduit_open(struct sluice_generation *generation, u32 conduit, u64 ms,
			struct netlink_ext_ack *extack);

/**
 * sluice_standing_read - what holds a conduit shut or open, for sluice_hold()
 * @sn: namespace
 * @generation: whose conduit it is
 * @conduit: index, exists
 * @began: the end that begins or began the flow
 * @mac: of its frame, 0 when there is none to see
 * @standing: filled
 *
 * The lease is looked for only where the conduit asks for one. Context: RCU.
 */
void sluice_standing_read(const struct sluice_net *sn, const struct sluice_generation *generation,
			  u32 conduit, const struct sluice_lease_at *began, u64 mac,
			  struct sluice_standing *standing);

/**
 * sluice_standing_watch - note what time alone has changed
 * @sn: namespace
 * @generation: held
 *
 * While the clock is sure, the end of each open window is remembered for the day when it is not.
 * Context: control; once a second. Return: true when something has closed.
 */
bool sluice_standing_watch(const struct sluice_net *sn, struct sluice_generation *generation);

#endif /* SLUICE_STANDING_H */
