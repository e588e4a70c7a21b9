// SPDX-License-Identifier: GPL-2.0-or-later
/* Leases in the module; see lease.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/assets.h"
#include "daemon/daemon.h"
#include "daemon/lease.h"
#include "lib/memory.h"

/* What the module is asked to change, in this order. */
struct changes {
	struct sluice_kernel_lease *item;
	size_t count;
};

static void add(struct changes *changes, const struct sluice_kernel_lease *lease)
{
	changes->item = sluice_grow(changes->item, changes->count, sizeof(*changes->item));
	changes->item[changes->count++] = *lease;
}

static int apply(struct sluice_daemon *daemon, struct changes *changes,
		 struct sluice_messages *messages)
{
	size_t done = 0, count;
	int error = 0;

	while (!error && done < changes->count) {
		count = changes->count - done;
		if (count > SLUICE_KERNEL_LEASES)
			count = SLUICE_KERNEL_LEASES;
		error = sluice_kernel_lease_set(daemon->kernel, changes->item + done, count, messages);
		done += count;
	}
	free(changes->item);
	*changes = (struct changes){};
	return error;
}

static const struct sluice_policy *policy_of(const struct sluice_live_policy *live)
{
	return live->held ? live->held->policy : NULL;
}

/* ---- Granting ---- */

static int need_policy(const struct sluice_daemon *daemon, const struct sluice_live_policy *live,
		       struct sluice_messages *messages)
{
	if (daemon->kernel && live && policy_of(live))
		return 0;
	sluice_message_error(messages, NULL, "no policy is in force");
	return -ENOENT;
}

/*
 * The same lease by the number that another policy gives the zone. Return: false when that policy
 * would take it for somebody else's.
 */
static bool grant_in(const struct sluice_policy *in_force, const struct sluice_policy *policy,
		     struct sluice_kernel_lease lease, struct changes *changes)
{
	const char *zone = in_force->zone[lease.zone - 1].name;
	const struct sluice_asset *asset;
	struct sluice_assets assets;
	uint32_t here = sluice_lease_zone(policy, lease.address), number = lease.zone;

	sluice_assets_index(policy, &assets);
	asset = sluice_assets_find(&assets, lease.address);
	sluice_assets_release(&assets);
	lease.zone = here;
	if (here && !strcmp(policy->zone[here - 1].name, zone) &&
	    sluice_lease_fits(policy, asset, &lease)) {
		add(changes, &lease);
		return true;
	}
	return here != number;
}

static int grant_at(struct sluice_daemon *daemon, const struct sluice_policy *in_force,
		    const struct sluice_kernel_lease *lease, struct changes *changes,
		    struct sluice_messages *messages)
{
	for (int i = 0; i < SLUICE_LIVES; i++) {
		const struct sluice_policy *policy = policy_of(&daemon->live[i]);

		if (!policy || grant_in(in_force, policy, *lease, changes))
			continue;
		sluice_message_error(messages, NULL,
				     "another policy that would return knows another device there");
		sluice_message_hint(messages, "sluicectl policy confirm, then grant it");
		return -EBUSY;
	}
	return 0;
}

static int grant_all(struct sluice_daemon *daemon, const struct sluice_policy *policy,
		     const struct sluice_lease_terms *terms, uint64_t ms, struct changes *changes,
		     struct sluice_messages *messages)
{
	const struct sluice_set *set = &terms->asset->address;
	struct sluice_kernel_lease lease = {
		.zone = (uint32_t)terms->asset->zone + 1,
		.until_ms = ms,
		.state = SLUICE_LEASE_HELD,
	};
	int error = 0;

	memcpy(lease.mac, terms->mac, sizeof(lease.mac));
	snprintf(lease.identity, sizeof(lease.identity), "%s", terms->asset->identity);
	for (size_t i = 0; !error && i < set->count; i++)
		for (sluice_ip ip = set->span[i].first; !error && ip <= set->span[i].last; ip++) {
			sluice_ip_bytes(ip, lease.address);
			error = grant_at(daemon, policy, &lease, changes, messages);
		}
	return error;
}

int sluice_lease_grant(struct sluice_daemon *daemon, const char *name, uint64_t ms,
		       const char **identity, struct sluice_messages *messages)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	struct sluice_lease_terms terms;
	struct changes changes = {};
	int error = need_policy(daemon, live, messages);

	if (!error)
		error = sluice_lease_terms(live->held, name, &terms, messages);
	if (error)
		return error;
	if (!ms || ms > terms.most_ms) {
		sluice_message_error(messages, NULL, "the policy lets a lease of %s last at most %" PRIu64
				     " minutes", name, terms.most_ms / 60000);
		return -E2BIG;
	}
	error = grant_all(daemon, live->held->policy, &terms, ms, &changes, messages);
	if (error) {
		free(changes.item);
		return error;
	}
	*identity = terms.asset->identity;
	return apply(daemon, &changes, messages);
}

/* ---- Withdrawing ---- */

/* Whatever the number of its zone: what another policy would bring back is withdrawn as well. */
static void take_back(const struct sluice_asset *asset,
		      const struct sluice_kernel_lease *leases, size_t count,
		      struct changes *changes)
{
	struct sluice_kernel_lease lease;

	for (size_t i = 0; i < count; i++) {
		lease = leases[i];
		if (lease.state != SLUICE_LEASE_HELD || !lease.until_ms ||
		    !sluice_set_contains(&asset->address,
					 sluice_ip_from_bytes(lease.address, false)))
			continue;
		lease.state = SLUICE_LEASE_REVOKED;
		add(changes, &lease);
	}
}

int sluice_lease_withdraw(struct sluice_daemon *daemon, const char *name,
			  struct sluice_messages *messages)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	struct sluice_kernel_lease *leases = NULL;
	const struct sluice_asset *asset;
	struct changes changes = {};
	size_t count = 0;
	int error = need_policy(daemon, live, messages);

	if (error)
		return error;
	asset = sluice_lease_asset(live->held->policy, name, messages);
	if (!asset)
		return -ENOENT;
	error = sluice_kernel_leases(daemon->kernel, &leases, &count, messages);
	if (error)
		return error;
	take_back(asset, leases, count, &changes);
	free(leases);
	if (changes.count)
		return apply(daemon, &changes, messages);
	sluice_message_error(messages, NULL, "%s holds no lease", name);
	sluice_message_hint(messages, "sluicectl leases lists who does");
	return -ENOENT;
}

/* ---- Another policy ---- */

/* The policies that the leases may have been granted under, and the one that comes. */
struct change_over {
	const struct sluice_policy *before[SLUICE_LIVES];
	struct sluice_assets known[SLUICE_LIVES];
	const struct sluice_policy *next;
	struct sluice_assets assets;
};

static void change_over_begin(const struct sluice_daemon *daemon, const struct sluice_policy *next,
			      struct change_over *over)
{
	for (int i = 0; i < SLUICE_LIVES; i++) {
		over->before[i] = policy_of(&daemon->live[i]);
		sluice_assets_index(over->before[i], &over->known[i]);
	}
	over->next = next;
	sluice_assets_index(next, &over->assets);
}

static void change_over_end(struct change_over *over)
{
	for (int i = 0; i < SLUICE_LIVES; i++)
		sluice_assets_release(&over->known[i]);
	sluice_assets_release(&over->assets);
}

/* Name of the zone in which the module's lease vouches for somebody, or NULL: then it is nobody's. */
static const char *zone_before(const struct change_over *over,
			       const struct sluice_kernel_lease *lease)
{
	for (int i = 0; i < SLUICE_LIVES; i++)
		if (sluice_lease_fits(over->before[i],
				      sluice_assets_find(&over->known[i], lease->address), lease))
			return over->before[i]->zone[lease->zone - 1].name;
	return NULL;
}

/* Removals first: what is written anew may have the number of what goes. */
static void plan_removal(const struct change_over *over, const struct sluice_kernel_lease *lease,
			 struct changes *changes)
{
	struct sluice_kernel_lease gone = *lease;
	const struct sluice_asset *asset = sluice_assets_find(&over->assets, lease->address);
	const char *zone = zone_before(over, lease);
	uint32_t number = sluice_lease_zone(over->next, lease->address);
	bool stays = number != lease->zone ||
		     (sluice_lease_fits(over->next, asset, lease) && zone &&
		      !strcmp(over->next->zone[number - 1].name, zone));

	if (zone && stays)
		return;
	gone.until_ms = 0;
	add(changes, &gone);
}

static void plan_number(const struct change_over *over, const struct sluice_kernel_lease *lease,
			struct changes *changes)
{
	struct sluice_kernel_lease moved = *lease;
	const char *zone = zone_before(over, lease);

	moved.zone = sluice_lease_zone(over->next, lease->address);
	if (!zone || !moved.zone || moved.zone == lease->zone ||
	    strcmp(over->next->zone[moved.zone - 1].name, zone) ||
	    !sluice_lease_fits(over->next, sluice_assets_find(&over->assets, moved.address), &moved))
		return;
	add(changes, &moved);
}

static void plan(const struct change_over *over, const struct sluice_kernel_lease *leases,
		 size_t count, struct changes *changes)
{
	for (size_t i = 0; i < count; i++)
		plan_removal(over, &leases[i], changes);
	for (size_t i = 0; i < count; i++)
		if (leases[i].until_ms)
			plan_number(over, &leases[i], changes);
}

int sluice_lease_tell(struct sluice_daemon *daemon, struct sluice_live_policy *live,
		      struct sluice_messages *messages)
{
	struct sluice_kernel_lease *leases = NULL;
	struct changes changes = {};
	struct change_over over;
	size_t count = 0;
	int error;

	if (!live->generation || live->leased || !policy_of(live))
		return 0;
	error = sluice_kernel_leases(daemon->kernel, &leases, &count, messages);
	if (!error && count) {
		change_over_begin(daemon, policy_of(live), &over);
		plan(&over, leases, count, &changes);
		change_over_end(&over);
		error = apply(daemon, &changes, messages);
	}
	free(leases);
	live->leased = !error;
	return error;
}
