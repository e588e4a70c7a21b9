// SPDX-License-Identifier: GPL-2.0-or-later
/* What a policy says about leases; see lease.h. */
#include "daemon/lease.h"

#include <errno.h>
#include <string.h>

uint32_t sluice_lease_zone(const struct sluice_policy *policy, const uint8_t address[16])
{
	const struct sluice_zone *zone =
		sluice_policy_owner(policy, sluice_ip_from_bytes(address, false));

	return zone ? (uint32_t)(zone - policy->zone) + 1 : 0;
}

static bool mac_fits(const struct sluice_asset *asset, const uint8_t mac[SLUICE_MAC_BYTES])
{
	static const uint8_t any[SLUICE_MAC_BYTES];

	/* The lease names the one that there is; of several each will do, and a tunnel has none. */
	if (!memcmp(mac, any, sizeof(any)))
		return asset->macs != 1;
	for (size_t i = 0; i < asset->macs; i++)
		if (!memcmp(asset->mac[i], mac, SLUICE_MAC_BYTES))
			return true;
	return false;
}

bool sluice_lease_fits(const struct sluice_policy *policy, const struct sluice_asset *asset,
		       const struct sluice_kernel_lease *lease)
{
	return asset && asset->zone + 1 == lease->zone && asset->identity &&
	       !strcmp(asset->identity, lease->identity) && mac_fits(asset, lease->mac);
}

/* ---- Terms ---- */

const struct sluice_asset *sluice_lease_asset(const struct sluice_policy *policy, const char *name,
					      struct sluice_messages *messages)
{
	for (size_t i = 0; i < policy->assets; i++)
		if (!strcmp(policy->asset[i].name, name))
			return &policy->asset[i];
	sluice_message_error(messages, NULL, "the policy in force has no asset %s", name);
	return NULL;
}

static bool begins(const struct sluice_conduit *conduit, const struct sluice_asset *asset)
{
	for (size_t i = 0; i < asset->address.count; i++)
		if (sluice_set_contains(&conduit->from.address, asset->address.span[i].first))
			return true;
	return false;
}

/* One lease serves all conduits of the device, so the strictest of them counts. */
static uint64_t most_ms(const struct sluice_policy *policy, const struct sluice_asset *asset)
{
	uint64_t most = 0, seconds;

	for (size_t i = 0; i < policy->conduits; i++) {
		const struct sluice_conduit *conduit = &policy->conduit[i];

		seconds = sluice_lease_seconds(conduit);
		if (!seconds || !begins(conduit, asset))
			continue;
		if (!most || seconds < most)
			most = seconds;
	}
	return most * 1000;
}

static bool is_tunnelled(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
			 size_t zone)
{
	bool tunnelled = false;

	for (size_t i = 0; gateway && i < gateway->ports; i++) {
		if (gateway->port[i].zone != zone)
			continue;
		if (!gateway->port[i].tunnel)
			return false;
		tunnelled = true;
	}
	return tunnelled;
}

/* Why nobody could tell its device from another one that takes its address; NULL when one can. */
static const char *blurred(const struct sluice_held *held, const struct sluice_asset *asset)
{
	const struct sluice_policy *policy = held->policy;
	const struct sluice_gateway *gateway =
		sluice_policy_gateway(policy, held->manifest.gateway);

	if (policy->zone[asset->zone].carrier != asset->zone)
		return "stands behind a router, whose MAC address all its frames have";
	if (!asset->macs && !is_tunnelled(policy, gateway, asset->zone))
		return "has no mac: in the policy, so whoever takes its address would hold the lease";
	return NULL;
}

static int refuse(struct sluice_messages *messages, const struct sluice_asset *asset,
		  const char *lack, const char *hint)
{
	sluice_message_error(messages, NULL, "%s %s", asset->name, lack);
	sluice_message_hint(messages, hint, asset->place.line);
	return -EINVAL;
}

int sluice_lease_terms(const struct sluice_held *held, const char *name,
		       struct sluice_lease_terms *terms, struct sluice_messages *messages)
{
	const struct sluice_asset *asset = sluice_lease_asset(held->policy, name, messages);
	const char *lack;

	if (!asset)
		return -ENOENT;
	if (!asset->identity)
		return refuse(messages, asset, "has no identity: in the policy",
			      "it stands in line %u");
	*terms = (struct sluice_lease_terms){.asset = asset,
					     .most_ms = most_ms(held->policy, asset)};
	if (!terms->most_ms)
		return refuse(messages, asset, "begins no conduit that says identity: required or observe",
			      "it needs no lease; it stands in line %u");
	lack = blurred(held, asset);
	if (lack)
		return refuse(messages, asset, lack, "it stands in line %u");
	if (asset->macs == 1)
		memcpy(terms->mac, asset->mac[0], SLUICE_MAC_BYTES);
	return 0;
}
