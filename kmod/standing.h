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

#endif /* SLUICE_STANDING_H */
