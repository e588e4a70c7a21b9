// SPDX-License-Identifier: GPL-2.0-or-later
/* The oracle's answer: each sentence of the decision, one after the other, over plain lists. */
#include "tests/oracle/oracle.h"

#include <stdio.h>
#include <string.h>

#define SYN 2
#define RST 4
#define FIN 1
#define ACK 16

/* ---- Who is who ---- */

static bool in_range(const struct oracle_range *range, const struct oracle_address *address)
{
	return memcmp(range->first.byte, address->byte, 16) <= 0 &&
	       memcmp(range->last.byte, address->byte, 16) >= 0;
}

static bool in_ranges(const struct oracle_ranges *ranges, const struct oracle_address *address)
{
	size_t i;

	for (i = 0; i < ranges->count; i++)
		if (in_range(&ranges->range[i], address))
			return true;
	return false;
}

static bool is_v4(const struct oracle_address *address)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return !memcmp(address->byte, mapped, sizeof(mapped));
}

static bool is_link_local(const struct oracle_address *address)
{
	if (is_v4(address))
		return address->byte[12] == 169 && address->byte[13] == 254;
	return address->byte[0] == 0xfe && (address->byte[1] & 0xc0) == 0x80;
}

/* Unspecified, loopback, multicast, broadcast, class E, link-local, v4-mapped and 6to4 */
static bool is_nobodys(const struct oracle_address *address)
{
	static const uint8_t zeros[15];

	if (is_link_local(address))
		return true;
	if (is_v4(address))
		return !memcmp(address->byte + 12, zeros, 4) || address->byte[12] == 127 ||
		       address->byte[12] >= 224;
	if (address->byte[0] == 0xff || (address->byte[0] == 0x20 && address->byte[1] == 0x02))
		return true;
	return !memcmp(address->byte, zeros, 15) && address->byte[15] <= 1;
}

const struct oracle_zone *oracle_zone(const struct oracle *oracle, const char *name)
{
	size_t i;

	for (i = 0; i < oracle->zones; i++)
		if (!strcmp(oracle->zone[i].name, name))
			return &oracle->zone[i];
	return NULL;
}

const struct oracle_asset *oracle_asset(const struct oracle *oracle, const char *name)
{
	size_t i;

	for (i = 0; i < oracle->assets; i++)
		if (!strcmp(oracle->asset[i].name, name))
			return &oracle->asset[i];
	return NULL;
}

const struct oracle_service *oracle_service(const struct oracle *oracle, const char *name)
{
	size_t i;

	for (i = 0; i < oracle->services; i++)
		if (!strcmp(oracle->service[i].name, name))
			return &oracle->service[i];
	return NULL;
}

/*
 * A zone of level internet only owns what no other zone lists. What a zone excepts and nobody claims
 * has no owner: it is the plant's, so it does not come from the internet either.
 */
const struct oracle_zone *oracle_owner(const struct oracle *oracle,
				       const struct oracle_address *address)
{
	const struct oracle_zone *catch_all = NULL;
	bool given_up = false;
	size_t i;

	if (is_nobodys(address))
		return NULL;
	for (i = 0; i < oracle->zones; i++) {
		const struct oracle_zone *zone = &oracle->zone[i];

		if (!in_ranges(&zone->address, address))
			continue;
		if (zone->level == 4)
			catch_all = zone;
		else if (!in_ranges(&zone->except, address))
			return zone;
		else
			given_up = true;
	}
	return given_up ? NULL : catch_all;
}

/* The zone whose ports lead to this one */
static const struct oracle_zone *carrier(const struct oracle *oracle, const struct oracle_zone *zone)
{
	return *zone->via ? oracle_zone(oracle, zone->via) : zone;
}

static const struct oracle_zone *zone_of_port(const struct oracle *oracle, const char *port)
{
	size_t i, j;

	for (i = 0; i < oracle->zones; i++)
		for (j = 0; j < oracle->zone[i].port.count; j++)
			if (!strcmp(oracle->zone[i].port.name[j], port))
				return &oracle->zone[i];
	return NULL;
}

static bool is_gateway(const struct oracle *oracle, const struct oracle_address *address)
{
	size_t i;

	for (i = 0; i < oracle->managements; i++)
		if (in_ranges(&oracle->management[i].address, address))
			return true;
	return false;
}

static bool isolated_mac(const struct oracle *oracle, uint64_t mac)
{
	size_t i, j;

	for (i = 0; i < oracle->assets; i++)
		for (j = 0; j < oracle->asset[i].macs; j++)
			if (oracle->asset[i].mac[j] == mac &&
			    oracle_zone(oracle, oracle->asset[i].zone)->isolated)
				return true;
	return false;
}

/* A bound address speaks only from its MACs and its port. */
static bool binding_broken(const struct oracle *oracle, const struct oracle_packet *packet)
{
	size_t i, j;

	for (i = 0; i < oracle->assets; i++) {
		const struct oracle_asset *asset = &oracle->asset[i];
		bool known = !asset->macs;

		if (!in_ranges(&asset->address, &packet->source))
			continue;
		for (j = 0; j < asset->macs; j++)
			known = known || asset->mac[j] == packet->mac;
		return !known || (*asset->port && strcmp(asset->port, packet->port));
	}
	return false;
}

/* ---- Which conduit ---- */

bool oracle_end(const struct oracle *oracle, const char *name, const struct oracle_address *address)
{
	const struct oracle_zone *zone = oracle_zone(oracle, name);
	const struct oracle_asset *asset = oracle_asset(oracle, name);
	size_t i, j;

	if (zone)
		return oracle_owner(oracle, address) == zone;
	if (asset)
		return in_ranges(&asset->address, address);
	for (i = 0; i < oracle->groups; i++)
		for (j = 0; !strcmp(oracle->group[i].name, name) &&
			    j < oracle->group[i].member.count; j++)
			if (oracle_end(oracle, oracle->group[i].member.name[j], address))
				return true;
	return false;
}

static bool in_ends(const struct oracle *oracle, const struct oracle_names *names,
		    const struct oracle_address *address)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (oracle_end(oracle, names->name[i], address))
			return true;
	return false;
}

/* Does the packet, or the packet that it answers, ask for one of these services? */
static bool asks_for(const struct oracle *oracle, const struct oracle_names *names,
		     const struct oracle_packet *packet, bool answer)
{
	int number = answer ? packet->source_port : packet->destination_port;
	int protocol = packet->protocol;
	size_t i, j;

	if (protocol == 1 || protocol == 58) {
		if (packet->type != (packet->v6 ? (answer ? 129 : 128) : (answer ? 0 : 8)))
			return false;
		protocol = 1;
		number = 0;
	} else if (protocol != 6 && protocol != 17) {
		return false;
	}
	for (i = 0; i < names->count; i++) {
		const struct oracle_service *service = oracle_service(oracle, names->name[i]);

		for (j = 0; service && j < service->matches; j++)
			if (service->match[j].protocol == protocol &&
			    service->match[j].first <= number && number <= service->match[j].last)
				return true;
	}
	return false;
}

static const struct oracle_conduit *find_conduit(const struct oracle *oracle,
						 const struct oracle_packet *packet, bool answer)
{
	const struct oracle_address *from = answer ? &packet->destination : &packet->source;
	const struct oracle_address *to = answer ? &packet->source : &packet->destination;
	size_t i;

	for (i = 0; i < oracle->conduits; i++)
		if (in_ends(oracle, &oracle->conduit[i].from, from) &&
		    in_ends(oracle, &oracle->conduit[i].to, to) &&
		    asks_for(oracle, &oracle->conduit[i].service, packet, answer))
			return &oracle->conduit[i];
	return NULL;
}

/* @dials: entries by which the gateway dials, else those by which it is reached */
static const struct oracle_management *find_management(const struct oracle *oracle,
						       const struct oracle_packet *packet,
						       const struct oracle_address *peer,
						       bool dials, bool answer)
{
	size_t i;

	for (i = 0; i < oracle->managements; i++)
		if (oracle->management[i].dials == dials &&
		    oracle_end(oracle, oracle->management[i].peer, peer) &&
		    asks_for(oracle, &oracle->management[i].service, packet, answer))
			return &oracle->management[i];
	return NULL;
}

/* Traffic between ports of one zone, where there are two of them */
static bool intra(const struct oracle_zone *from, const struct oracle_zone *to)
{
	return from && from == to && from->intra && from->port.count >= 2;
}

struct candidates {
	char forward[2 * ORACLE_NAME];
	char reply[2 * ORACLE_NAME];
};

static void name_management(char to[2 * ORACLE_NAME], const struct oracle_management *management)
{
	if (management)
		snprintf(to, 2 * ORACLE_NAME, "management %s %s", management->dials ? "to" : "from",
			 management->peer);
}

static void forward_candidates(const struct oracle *oracle, const struct oracle_packet *packet,
			       struct candidates *found)
{
	const struct oracle_zone *from = oracle_owner(oracle, &packet->source);
	const struct oracle_zone *to = oracle_owner(oracle, &packet->destination);
	const struct oracle_conduit *conduit;

	if (intra(from, to)) {
		snprintf(found->forward, sizeof(found->forward), "intra %s", from->name);
		snprintf(found->reply, sizeof(found->reply), "intra %s", from->name);
		return;
	}
	conduit = find_conduit(oracle, packet, false);
	if (conduit)
		snprintf(found->forward, sizeof(found->forward), "%s", conduit->name);
	conduit = find_conduit(oracle, packet, true);
	if (conduit)
		snprintf(found->reply, sizeof(found->reply), "%s", conduit->name);
}

/* The gateway is reached at its stated address, and answered at any that its port's zones own. */
static void local_candidates(const struct oracle *oracle, const struct oracle_packet *packet,
			     struct candidates *found)
{
	const struct oracle_zone *to = oracle_owner(oracle, &packet->destination);
	bool stated = is_gateway(oracle, &packet->destination);

	if (packet->layer == ORACLE_LOCAL_OUT) {
		name_management(found->forward, find_management(oracle, packet, &packet->destination,
								true, false));
		name_management(found->reply, find_management(oracle, packet, &packet->destination,
							      false, true));
		return;
	}
	if (stated)
		name_management(found->forward, find_management(oracle, packet, &packet->source,
								false, false));
	if (stated || (to && carrier(oracle, to) == zone_of_port(oracle, packet->port)))
		name_management(found->reply, find_management(oracle, packet, &packet->source,
							      true, true));
}

/* ---- The steps ---- */

static bool is_icmp_error(const struct oracle_packet *packet)
{
	if (packet->protocol == 1)
		return packet->type == 3 || packet->type == 11 || packet->type == 12;
	return packet->protocol == 58 && packet->type >= 1 && packet->type <= 4;
}

/* Redirects, source quench, router discovery: never, whatever the policy says */
static bool is_never(const struct oracle_packet *packet)
{
	if (packet->protocol == 1)
		return packet->type == 4 || packet->type == 5 || packet->type == 9 ||
		       packet->type == 10;
	return packet->protocol == 58 &&
	       (packet->type == 133 || packet->type == 134 || packet->type == 137);
}

static bool is_malformed(const struct oracle_packet *packet)
{
	/* These packets quote nothing. */
	if (is_icmp_error(packet))
		return true;
	if (packet->protocol == 6 || packet->protocol == 17)
		if (!packet->source_port || !packet->destination_port)
			return true;
	if (packet->protocol == 6 && (!(packet->flags & 63) || ((packet->flags & SYN) &&
								(packet->flags & (FIN | RST)))))
		return true;
	return (packet->protocol == 1 && packet->v6) || (packet->protocol == 58 && !packet->v6);
}

/* Steps 2 to 6 for a packet that comes in by a port; NULL when it may go on */
static const char *who_speaks(const struct oracle *oracle, const struct oracle_packet *packet)
{
	const struct oracle_zone *port = zone_of_port(oracle, packet->port);
	const struct oracle_zone *from = oracle_owner(oracle, &packet->source);
	const struct oracle_zone *to = oracle_owner(oracle, &packet->destination);

	if (!port)
		return "unzoned_port";
	if (port->isolated || isolated_mac(oracle, packet->mac))
		return "isolated_zone";
	if (is_malformed(packet))
		return "malformed";
	if ((from && from->isolated) || (to && to->isolated))
		return "isolated_zone";
	if (is_gateway(oracle, &packet->source))
		return "spoofed_source";
	if (is_link_local(&packet->source))
		return "unzoned_destination";
	if (!from || carrier(oracle, from) != port)
		return "spoofed_source";
	if (binding_broken(oracle, packet))
		return "neighbour";
	return to ? NULL : "unzoned_destination";
}

static const char *gateway_speaks(const struct oracle *oracle, const struct oracle_packet *packet)
{
	const struct oracle_zone *to = oracle_owner(oracle, &packet->destination);

	if (is_malformed(packet))
		return "malformed";
	if (to && to->isolated)
		return "isolated_zone";
	if (is_never(packet))
		return "no_conduit";
	return to ? NULL : "unzoned_destination";
}

/* Step 8 */
static const char *which_way(const struct oracle_packet *packet, const struct candidates *found,
			     const char *other, bool *begins)
{
	if (packet->state == ORACLE_ESTABLISHED)
		return NULL;
	if (packet->state != ORACLE_NEW || packet->reply)
		return "no_flow_state";
	*begins = true;
	if (packet->protocol != 6)
		return NULL;
	if ((packet->flags & (SYN | ACK | RST | FIN)) == SYN)
		return NULL;
	if ((packet->flags & (SYN | ACK | RST | FIN)) == ACK)
		return *other && strcmp(other, found->forward) ? "no_flow_state" : NULL;
	return "no_flow_state";
}

static const struct oracle_conduit *conduit_named(const struct oracle *oracle, const char *name)
{
	size_t i;

	for (i = 0; i < oracle->conduits; i++)
		if (!strcmp(oracle->conduit[i].name, name))
			return &oracle->conduit[i];
	return NULL;
}

struct oracle_limits oracle_limits(const struct oracle *oracle, const char *name)
{
	const struct oracle_conduit *conduit = conduit_named(oracle, name);

	if (conduit)
		return conduit->limit;
	if (!strncmp(name, "intra ", 6))
		return (struct oracle_limits){ 200000, 2000, 20000 };
	return (struct oracle_limits){ 20000, 100, 1000 };
}

static bool in_window(const struct oracle_conduit *conduit, const struct oracle_packet *packet)
{
	if (!conduit || (!conduit->valid_from && !conduit->valid_until))
		return true;
	if (packet->now < packet->lower_bound || packet->now < conduit->valid_from)
		return false;
	return !conduit->valid_until || packet->now < conduit->valid_until;
}

static const char *with_state(const struct oracle *oracle, const struct oracle_packet *packet,
			      struct oracle_answer *answer)
{
	struct candidates found = { "", "" };
	struct oracle_limits limit;
	const char *reason;
	bool begins = false;

	if (packet->layer == ORACLE_FORWARD)
		forward_candidates(oracle, packet, &found);
	else
		local_candidates(oracle, packet, &found);
	if (!*found.forward && !*found.reply)
		return "no_conduit";
	if (packet->translated)
		return "nat";
	snprintf(answer->conduit, sizeof(answer->conduit), "%s",
		 packet->reply ? (*found.reply ? found.reply : found.forward) :
				 (*found.forward ? found.forward : found.reply));
	if (!*(packet->reply ? found.reply : found.forward))
		return "wrong_direction";
	reason = which_way(packet, &found, found.reply, &begins);
	if (reason)
		return reason;
	if (!in_window(conduit_named(oracle, answer->conduit), packet))
		return "not_valid_now";
	limit = oracle_limits(oracle, answer->conduit);
	if (begins && packet->connections >= limit.connections)
		return "connections";
	if (packet->packets >= limit.packets)
		return "rate";
	return begins && packet->new_connections >= limit.new_connections ? "rate" : "permitted";
}

void oracle_ask(const struct oracle *oracle, const struct oracle_packet *packet,
		struct oracle_answer *answer)
{
	answer->conduit[0] = '\0';
	answer->reason = packet->layer == ORACLE_LOCAL_OUT ? gateway_speaks(oracle, packet) :
							     who_speaks(oracle, packet);
	if (!answer->reason && is_never(packet))
		answer->reason = "no_conduit";
	if (!answer->reason)
		answer->reason = with_state(oracle, packet, answer);
}
