/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leases: that a device is the one whose identity the policy names, for a while. Whoever vouches, a
 * person or a certificate, comes through sluice_lease_grant().
 *
 * The module holds them and nothing is kept here: they outlive this process, and a reboot ends them.
 * It holds one for each zone and address, by the number that a policy gives the zone, so before
 * another policy is published its leases are written again for the numbers of that one, and those
 * that would vouch for another device are removed.
 */
#ifndef SLUICE_DAEMON_LEASE_H
#define SLUICE_DAEMON_LEASE_H

#include "daemon/held.h"
#include "kernel/kernel.h"
#include "policy/model.h"

struct sluice_daemon;
struct sluice_live_policy;

/**
 * struct sluice_lease_terms - what a lease of an asset would say
 * @asset: whose
 * @mac: of its device; all zero where any that the policy binds it to will do, or a tunnel has none
 * @most_ms: the shortest `lease:` of the conduits that ask it for one
 */
struct sluice_lease_terms {
	const struct sluice_asset *asset;
	uint8_t mac[SLUICE_MAC_BYTES];
	uint64_t most_ms;
};

/** sluice_lease_asset() - the asset of that name, or NULL and a refusal */
const struct sluice_asset *sluice_lease_asset(const struct sluice_policy *policy, const char *name,
					      struct sluice_messages *messages);

/**
 * sluice_lease_terms() - may an asset hold a lease, and how long
 * @held: policy
 * @name: of the asset
 * @terms: filled
 * @messages: receives the refusal
 *
 * Return: 0; -ENOENT no such asset; -EINVAL it has no identity, no conduit asks for it, or nobody can
 * tell by whom its frames are sent.
 */
int sluice_lease_terms(const struct sluice_held *held, const char *name,
		       struct sluice_lease_terms *terms, struct sluice_messages *messages);

/**
 * sluice_lease_fits() - does a lease vouch for the device that a policy means?
 * @policy: policy
 * @asset: its asset at the address of the lease; NULL never fits
 * @lease: as the module holds it; its zone is a number of this policy
 */
bool sluice_lease_fits(const struct sluice_policy *policy, const struct sluice_asset *asset,
		       const struct sluice_kernel_lease *lease);

/** sluice_lease_zone() - number of the zone that owns an address in a policy, 0 for none */
uint32_t sluice_lease_zone(const struct sluice_policy *policy, const uint8_t address[16]);

/* ---- In the daemon (lease_live.c) ---- */

/**
 * sluice_lease_grant() - the device of an asset is who the policy says
 * @daemon: daemon
 * @name: of the asset
 * @ms: for how long
 * @identity: receives what it vouches for; valid as long as the policy
 * @messages: receives the refusal
 *
 * Whoever calls this has made sure of it and says so in the journal.
 *
 * Return: 0; errors of sluice_lease_terms(); -E2BIG longer than the policy's `lease:`; -EBUSY another
 * policy that the module holds knows another device at that address; an error of the module.
 */
int sluice_lease_grant(struct sluice_daemon *daemon, const char *name, uint64_t ms,
		       const char **identity, struct sluice_messages *messages);

/**
 * sluice_lease_withdraw() - take it back before its time; its flows end
 * @daemon: daemon
 * @name: of the asset
 * @messages: receives the refusal
 *
 * Until its time is over the module keeps it as a refusal, so that denials say `revoked`.
 *
 * Return: 0; -ENOENT no such asset, or it holds none; an error of the module.
 */
int sluice_lease_withdraw(struct sluice_daemon *daemon, const char *name,
			  struct sluice_messages *messages);

/**
 * sluice_lease_tell() - make the leases fit a generation that is not in force yet, or was not asked
 * @daemon: daemon
 * @live: held, with a generation
 * @messages: receives the refusal
 *
 * Return: 0 or a negative errno; then it must not be published.
 */
int sluice_lease_tell(struct sluice_daemon *daemon, struct sluice_live_policy *live,
		      struct sluice_messages *messages);

#endif
