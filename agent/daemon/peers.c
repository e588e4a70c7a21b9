// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may manage a gateway whose module is absent; see peers.h. */
#include "daemon/peers.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "daemon/chain.h"
#include "daemon/settle.h"

/* ---- From a policy ---- */

struct adding {
	struct sluice_floor_wish *wish;
	size_t left_over;
};

/* The floor wants IPv4 in the first bytes, where the language keeps it in the last. */
static void write_address(sluice_ip address, uint8_t bytes[16])
{
	sluice_ip_bytes(address, bytes);
	if (!sluice_ip_is_v4(address))
		return;
	memmove(bytes, bytes + 12, 4);
	memset(bytes + 4, 0, 12);
}

static void add(struct adding *adding, const struct sluice_floor_peer *peer)
{
	if (adding->wish->peer_count == SLUICE_FLOOR_PEERS)
		adding->left_over++;
	else
		adding->wish->peers[adding->wish->peer_count++] = *peer;
}

static void add_services(struct adding *adding, const struct sluice_policy *policy,
			 const struct sluice_management *management,
			 struct sluice_floor_peer peer)
{
	for (size_t i = 0; i < management->services.count; i++) {
		const struct sluice_service *service = &policy->service[management->service[i]];

		for (size_t j = 0; j < service->matches; j++) {
			peer.protocol = service->match[j].protocol;
			if (peer.protocol == IPPROTO_ICMP && peer.family == 6)
				peer.protocol = IPPROTO_ICMPV6;
			peer.port = service->match[j].first;
			peer.last = service->match[j].last;
			add(adding, &peer);
		}
	}
}

/* A conduit that the gateway dials may leave its own address open: then any will do. */
static void add_own(struct adding *adding, const struct sluice_policy *policy,
		    const struct sluice_management *management, sluice_ip other)
{
	const struct sluice_set *own = &management->address;
	struct sluice_floor_peer peer = {
		.family = sluice_ip_is_v4(other) ? 4 : 6,
		.dialled = management->dials,
	};

	write_address(other, peer.address);
	if (!own->count)
		add_services(adding, policy, management, peer);
	for (size_t i = 0; i < own->count; i++) {
		for (sluice_ip at = own->span[i].first; at <= own->span[i].last; at++) {
			if (sluice_ip_is_v4(at) != sluice_ip_is_v4(other))
				continue;
			write_address(at, peer.own);
			add_services(adding, policy, management, peer);
		}
	}
}

size_t sluice_peers_of(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
		       struct sluice_floor_wish *wish)
{
	struct adding adding = {.wish = wish};

	memset(wish->peers, 0, sizeof(wish->peers));
	wish->peer_count = 0;
	for (size_t i = 0; i < gateway->managements; i++) {
		const struct sluice_management *management = &gateway->management[i];
		const struct sluice_set *others = &policy->asset[management->asset].address;

		for (size_t j = 0; j < others->count; j++)
			for (sluice_ip at = others->span[j].first; at <= others->span[j].last; at++)
				add_own(&adding, policy, management, at);
	}
	return adding.left_over;
}

/* ---- Of this gateway ---- */

static int take(struct sluice_daemon *daemon, const struct sluice_held *held,
		struct sluice_messages *messages)
{
	const struct sluice_gateway *gateway =
		held->policy ? sluice_policy_gateway(held->policy, held->manifest.gateway) : NULL;
	struct sluice_standby next = {.is_known = true, .is_held = daemon->trusted};
	size_t left_over;

	if (!gateway)
		return -ENOENT;
	memcpy(next.identity, held->identity, sizeof(next.identity));
	left_over = sluice_peers_of(held->policy, gateway, &next.wish);
	if (left_over)
		sluice_message_warning(messages, NULL,
				       "%zu ends of management conduits are closed while the module is "
				       "absent: the floor holds %d",
				       left_over, SLUICE_FLOOR_PEERS);
	daemon->standby = next;
	return 0;
}

/*
 * Without the module nobody says which trust file is ours. What a false one could open here is the
 * way to the gateway itself, for whoever can write root's files already; it is not kept.
 */
static int take_from_disk(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	struct sluice_held *held = NULL;
	bool borrowed = !daemon->trusted;
	int error = 0;

	if (borrowed)
		error = sluice_chain_newest(daemon, &daemon->trust, messages);
	if (!error)
		error = sluice_settle_load(daemon, daemon->state.confirmed, &held, messages);
	if (!error)
		error = take(daemon, held, messages);
	sluice_held_free(held);
	if (borrowed) {
		sluice_trust_close(&daemon->trust);
		memset(&daemon->trust, 0, sizeof(daemon->trust));
	}
	return error;
}

static void update(struct sluice_daemon *daemon, const struct sluice_held *held,
		   struct sluice_messages *messages)
{
	struct sluice_messages quiet;
	int error;

	sluice_messages_init(&quiet, NULL);
	error = held ? take(daemon, held, messages) : take_from_disk(daemon, &quiet);
	if (error)
		sluice_message_warning(messages, NULL,
				       "nobody manages this gateway while the module is absent: the "
				       "confirmed policy cannot be read%s%s",
				       quiet.count ? ": " : "",
				       quiet.count ? quiet.item[0].text : "");
	sluice_messages_release(&quiet);
}

void sluice_peers_update(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_held *held = daemon->live[SLUICE_LIVE_CONFIRMED].held;
	const uint8_t *confirmed = daemon->state.confirmed;
	const struct sluice_standby *standby = &daemon->standby;

	if (held && !sluice_identity_equal(held->identity, confirmed))
		held = NULL;
	if (standby->is_known && (standby->is_held || !held) &&
	    !memcmp(standby->identity, confirmed, SLUICE_DIGEST_BYTES))
		return;
	memset(&daemon->standby, 0, sizeof(daemon->standby));
	if (!sluice_identity_is_none(confirmed))
		update(daemon, held, messages);
}
