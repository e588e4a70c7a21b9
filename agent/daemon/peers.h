/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The management conduits of a policy as the floor knows them: what stays open on the gateway while
 * its module is absent.
 */
#ifndef SLUICE_DAEMON_PEERS_H
#define SLUICE_DAEMON_PEERS_H

#include "agent/floor/floor.h"
#include "daemon/daemon.h"
#include "policy/model.h"

/**
 * sluice_peers_of() - the ends of a gateway's management conduits
 * @policy: model of the text
 * @gateway: one of its gateways
 * @wish: its peers are replaced
 *
 * One peer for each pair of the gateway's address and the other end's, and each range of ports.
 *
 * Return: how many did not find room; those stay closed without the module.
 */
size_t sluice_peers_of(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
		       struct sluice_floor_wish *wish);

/**
 * sluice_peers_update() - have the peers of the confirmed policy at hand
 * @daemon: its @standby is made to be those of the policy that boots
 * @messages: receives a warning when they cannot be known: then only loopback stays open
 *
 * Of a policy that is held, or else, while the module is absent, of the one on disk, which is
 * verified for that by the trust file on disk.
 */
void sluice_peers_update(struct sluice_daemon *daemon, struct sluice_messages *messages);

#endif
