/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose address it is, for many addresses at once: the module lists what it holds by address, people
 * want the names of the policy in force.
 *
 * Life cycle: sluice_assets_index(), sluice_assets_find(), sluice_assets_release(). Valid as long as
 * the policy.
 */
#ifndef SLUICE_DAEMON_ASSETS_H
#define SLUICE_DAEMON_ASSETS_H

#include "policy/model.h"

/**
 * struct sluice_assets - assets by address
 * @item: sorted
 * @count: how many
 */
struct sluice_assets {
	struct sluice_assets_item {
		struct sluice_span span;
		const struct sluice_asset *asset;
	} *item;
	size_t count;
};

/** sluice_assets_index() - of @policy; of NULL nothing is found */
void sluice_assets_index(const struct sluice_policy *policy, struct sluice_assets *assets);

/** sluice_assets_release() - free the index */
void sluice_assets_release(struct sluice_assets *assets);

/** sluice_assets_find() - the asset with this address (16 bytes, IPv4 as ::ffff:a.b.c.d), or NULL */
const struct sluice_asset *sluice_assets_find(const struct sluice_assets *assets,
					      const uint8_t address[16]);

#endif
