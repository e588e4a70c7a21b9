// SPDX-License-Identifier: GPL-2.0-or-later
/* Assets by address; see assets.h. */
#include "daemon/assets.h"

#include <stdlib.h>

#include "lib/memory.h"

/* Spans of different assets never overlap: an address is of one asset. */
static int compare(const void *left, const void *right)
{
	const struct sluice_assets_item *one = left, *other = right;

	if (one->span.last < other->span.first)
		return -1;
	return one->span.first > other->span.last;
}

static void add(struct sluice_assets *assets, const struct sluice_asset *asset)
{
	for (size_t i = 0; i < asset->address.count; i++) {
		assets->item = sluice_grow(assets->item, assets->count, sizeof(*assets->item));
		assets->item[assets->count++] = (struct sluice_assets_item){
			.span = asset->address.span[i],
			.asset = asset,
		};
	}
}

void sluice_assets_index(const struct sluice_policy *policy, struct sluice_assets *assets)
{
	*assets = (struct sluice_assets){};
	for (size_t i = 0; policy && i < policy->assets; i++)
		add(assets, &policy->asset[i]);
	if (assets->count)
		qsort(assets->item, assets->count, sizeof(*assets->item), compare);
}

void sluice_assets_release(struct sluice_assets *assets)
{
	free(assets->item);
	*assets = (struct sluice_assets){};
}

const struct sluice_asset *sluice_assets_find(const struct sluice_assets *assets,
					      const uint8_t address[16])
{
	sluice_ip ip = sluice_ip_from_bytes(address, false);
	struct sluice_assets_item key = {.span = {.first = ip, .last = ip}}, *found = NULL;

	if (assets->count)
		found = bsearch(&key, assets->item, assets->count, sizeof(key), compare);
	return found ? found->asset : NULL;
}
