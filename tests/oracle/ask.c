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

bool oracle_is(const struct oracle_asset *asset, const struct oracle_address *address)
{
	return in_ranges(&asset->address, address);
}

bool oracle_covers(const struct oracle *oracle, const struct oracle_names *names, size_t item,
		   const struct oracle_address *address)
{
	size_t i;

	if (names->zone[item])
		return oracle_owner(oracle, address) == names->zone[item];
	if (names->asset[item])
		return in_ranges(&names->asset[item]->address, address);
	for (i = 0; names->group[item] && i < names->group[item]->member.count; i++)
		if (oracle_covers(oracle, &names->group[item]->member, i, address))
			return true;
	return false;
}

static bool in_ends(const struct oracle *oracle, const struct oracle_names *names,
		    const struct oracle_address *address)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (oracle_covers(oracle, names, i, address))
			return true;
	return false;
}

/* Does the packet, or the packet that it answers, ask for one of these services? */
static bool asks_for(const struct oracle_names *names, const struct oracle_packet *packet,
		     bool answer)
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
		const struct oracle_service *service = names->service[i];

		for (j = 0; service && j < service->matches; j++)
			if (service->match[j].protocol == protocol &&
			    service->match[j].first <= number && number <= service->match[j].last)
				return true;
	}
	return false;
}

const struct oracle_conduit *oracle_conduit(const struct oracle *oracle, const char *name)
{
	size_t i;

	for (i = 0; i < oracle->conduits; i++)
		if (!strcmp(oracle->conduit[i].name, name))
			return &oracle->conduit[i];
	return NULL;
}

/* Does the one say that it narrows the other, or one that narrows it? */
static bool stands_inside(const struct oracle *oracle, const struct oracle_conduit *inner,
			  const struct oracle_conduit *outer)
{
	while (inner && *inner->narrows) {
		inner = oracle_conduit(oracle, inner->narrows);
		if (inner == outer)
			return true;
	}
	return false;
}

/* Of several that take the packet it is the one that stands inside the others. */
static const struct oracle_conduit *find_conduit(const struct oracle *oracle,
						 const struct oracle_packet *packet, bool answer)
{
	const struct oracle_address *from = answer ? &packet->destination : &packet->source;
	const struct oracle_address *to = answer ? &packet->source : &packet->destination;
	const struct oracle_conduit *found = NULL;
	size_t i;

	for (i = 0; i < oracle->conduits; i++)
		if (asks_for(&oracle->conduit[i].service, packet, answer) &&
		    in_ends(oracle, &oracle->conduit[i].from, from) &&
		    in_ends(oracle, &oracle->conduit[i].to, to) &&
		    (!found || stands_inside(oracle, &oracle->conduit[i], found)))
			found = &oracle->conduit[i];
	return found;
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
		    in_ranges(&oracle->management[i].asset->address, peer) &&
		    asks_for(&oracle->management[i].service, packet, answer))
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
	if (packet->shape == ORACLE_CUT || (is_icmp_error(packet) && !packet->about))
		return true;
	if (packet->shape == ORACLE_PIECE)
		return false;
	if (packet->protocol == 6 || packet->protocol == 17)
		if (!packet->source_port || !packet->destination_port)
			return true;
	if (packet->protocol == 6 && (!(packet->flags & 63) || ((packet->flags & SYN) &&
								(packet->flags & (FIN | RST)))))
		return true;
	return (packet->protocol == 1 && packet->v6) || (packet->protocol == 58 && !packet->v6);
}

/* Step 3; NULL when nothing is strange about it */
static const char *is_strange(const struct oracle_packet *packet)
{
	switch (packet->shape) {
	case ORACLE_TWO_TAGS:
		return "vlan";
	case ORACLE_FRAME_TYPE:
		return "ethertype";
	case ORACLE_OPTIONS:
		return "ip_options";
	default:
		return is_malformed(packet) ? "malformed" : NULL;
	}
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
	if (is_strange(packet))
		return is_strange(packet);
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

	if (is_strange(packet))
		return is_strange(packet);
	if (to && to->isolated)
		return "isolated_zone";
	if (packet->shape == ORACLE_PIECE || is_never(packet) || is_icmp_error(packet))
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

struct oracle_limits oracle_limits(const struct oracle *oracle, const char *name)
{
	const struct oracle_conduit *conduit = oracle_conduit(oracle, name);
	char text[2 * ORACLE_NAME];
	size_t i;

	if (conduit)
		return conduit->limit;
	if (!strncmp(name, "intra ", 6))
		return oracle_zone(oracle, name + 6)->limit;
	/* Entries of one name have the same limits in these texts. */
	for (i = 0; i < oracle->managements; i++) {
		name_management(text, &oracle->management[i]);
		if (!strcmp(text, name))
			return oracle->management[i].limit;
	}
	return (struct oracle_limits){ 0, 0, 0 };
}

/* ---- Steps 9 to 11 and 15 ---- */

/* The moment at which the window that is open at this time ends; 0 when none is. */
static uint64_t weekly_end(const struct oracle_weekly *weekly, uint64_t now)
{
	uint64_t best = 0;
	int64_t midnight;
	int back;

	/* It may have begun today or yesterday, local days. */
	for (back = 0; back < 2; back++) {
		int64_t local = (int64_t)now + weekly->offset * 60;
		int64_t days = local / 86400 - back;
		int length = weekly->end - weekly->begin + (weekly->end <= weekly->begin) * 1440;
		int64_t begin;

		midnight = days * 86400;
		begin = midnight + weekly->begin * 60 - weekly->offset * 60;
		/* The first of January 1970 was a Thursday. */
		if (weekly->day[(days + 3) % 7] && (int64_t)now >= begin &&
		    (int64_t)now < begin + length * 60 && (uint64_t)(begin + length * 60) > best)
			best = (uint64_t)(begin + length * 60);
	}
	return best;
}

static bool window_open(const struct oracle_conduit *conduit, uint64_t now)
{
	if (now < conduit->valid_from || (conduit->valid_until && now >= conduit->valid_until))
		return false;
	return !conduit->weekly.set || weekly_end(&conduit->weekly, now);
}

static const char *when(const struct oracle_conduit *conduit, const struct oracle_packet *packet)
{
	bool window = conduit->valid_from || conduit->valid_until || conduit->weekly.set;

	if (!window && !conduit->open)
		return NULL;
	if (conduit->open && packet->opened)
		return NULL;
	if (!window)
		return "not_open";
	if (!packet->unsure && packet->now >= packet->lower_bound)
		return window_open(conduit, packet->now) ? NULL : "not_valid_now";
	return packet->was_open_until && packet->lower_bound < packet->was_open_until ?
		       NULL : "not_valid_now";
}

/* Sequence numbers go round. */
static bool between(uint32_t low, uint32_t value, uint32_t high)
{
	return value - low <= 0x7fffffff && high - value <= 0x7fffffff;
}

static bool is_bare_answer(const struct oracle_packet *packet)
{
	const struct oracle_past *past = &packet->past;
	uint32_t next = past->next;

	if (packet->protocol != 6 || packet->payload || packet->about || !past->begun)
		return false;
	if ((packet->flags & ACK) &&
	    !between(past->acknowledged, packet->acknowledgement, past->sent))
		return false;
	switch (packet->flags) {
	case SYN | ACK:
		return !past->answered || packet->sequence + 1 == next;
	case RST | ACK:
		return past->answered ? packet->sequence == next : packet->sequence == 0;
	case RST:
	case ACK:
		return past->answered && packet->sequence == next;
	case FIN | ACK:
		return past->answered && packet->sequence + past->ended == next;
	}
	return false;
}

static const char *what_comes_back(const struct oracle_conduit *conduit,
				   const struct oracle_packet *packet, bool begins)
{
	if (conduit->direction == ORACLE_INITIATE)
		return NULL;
	if (conduit->direction == ORACLE_ONE_WAY)
		return packet->reply ? "return_payload" : NULL;
	if (begins && packet->protocol == 6 && (packet->flags & (SYN | ACK)) == ACK)
		return "no_flow_state";
	if (packet->past.lost)
		return begins ? "connections" : "no_flow_state";
	if (conduit->direction == ORACLE_ACK_ONLY && packet->reply && !is_bare_answer(packet))
		return "return_payload";
	return NULL;
}

static const char *held_shut(const struct oracle_conduit *conduit,
			     const struct oracle_packet *packet, bool begins)
{
	const char *reason;

	if (packet->island)
		return "island";
	if (!conduit)
		return NULL;
	reason = what_comes_back(conduit, packet, begins);
	if (reason)
		return reason;
	if (conduit->identity && packet->lease == ORACLE_REVOKED)
		return "revoked";
	if (conduit->identity && packet->lease != ORACLE_HELD)
		return "no_lease";
	return when(conduit, packet);
}

/* ---- Step 13, and the budgets of step 9 ---- */

/* Each segment has its headers. */
static uint64_t wire_bytes(const struct oracle_packet *packet)
{
	uint64_t headers = packet->v6 ? 40 : 20;

	if (packet->about)
		return headers + 8 + (packet->v6 ? 48 : 28) + packet->payload;
	headers += packet->protocol == 6 ? 20 : 8;
	return headers * packet->segments + packet->payload;
}

static const char *spent(const struct oracle_conduit *conduit, const struct oracle_packet *packet)
{
	const struct oracle_past *past = &packet->past;
	uint64_t bytes = wire_bytes(packet);

	if (conduit->direction == ORACLE_BUDGET &&
	    (past->bytes + bytes > conduit->bytes_per_flow ||
	     past->hour_bytes + bytes > conduit->bytes_per_hour))
		return "return_budget";
	if (conduit->direction == ORACLE_ACK_ONLY &&
	    past->answers + packet->segments > past->asked && past->spare + packet->segments > 10)
		return "return_budget";
	return NULL;
}

static const char *over_limits(const struct oracle *oracle, const struct oracle_packet *packet,
			       const char *name, bool begins)
{
	const struct oracle_conduit *conduit = oracle_conduit(oracle, name);
	struct oracle_limits limit = oracle_limits(oracle, name);
	const char *reason = NULL;

	if (begins && packet->connections >= limit.connections)
		return "connections";
	if (packet->packets + packet->segments > limit.packets)
		return "rate";
	if (conduit && packet->reply)
		reason = spent(conduit, packet);
	if (reason)
		return reason;
	return begins && packet->new_connections >= limit.new_connections ? "rate" : NULL;
}

/* ---- Steps 7 and on ---- */

/* An error is looked at as the answer to what it quotes. */
static struct oracle_packet as_answer(const struct oracle_packet *packet)
{
	struct oracle_packet answer = *packet;
	const struct oracle_quoted *quoted = &packet->quoted;

	answer.source = quoted->destination;
	answer.protocol = quoted->protocol;
	answer.source_port = quoted->destination_port;
	answer.destination_port = 0;
	/* ICMP of the other family is no echo here. */
	if (quoted->protocol == (packet->v6 ? 1 : 58))
		answer.protocol = 255;
	/* 255 is the answer to nothing. */
	answer.type = quoted->type == (packet->v6 ? 128 : 8) ? (packet->v6 ? 129 : 0) : 255;
	return answer;
}

static struct candidates candidates_of(const struct oracle *oracle,
				       const struct oracle_packet *packet)
{
	struct oracle_packet asked = packet->about ? as_answer(packet) : *packet;
	struct candidates found = { "", "" };

	if (packet->layer == ORACLE_FORWARD)
		forward_candidates(oracle, &asked, &found);
	else
		local_candidates(oracle, &asked, &found);
	if (packet->about)
		found.forward[0] = '\0';
	return found;
}

static const char *begun_rightly(const struct oracle_packet *packet,
				 const struct candidates *found, bool *begins)
{
	if (packet->translated)
		return "nat";
	if (packet->about) {
		if (packet->state != ORACLE_RELATED)
			return "no_flow_state";
		return packet->reply ? NULL : "wrong_direction";
	}
	if (!*(packet->reply ? found->reply : found->forward))
		return "wrong_direction";
	return which_way(packet, found, found->reply, begins);
}

static const char *with_state(const struct oracle *oracle, const struct oracle_packet *packet,
			      struct oracle_answer *answer)
{
	struct candidates found = candidates_of(oracle, packet);
	const struct oracle_conduit *conduit;
	const char *reason;
	bool begins = false;

	if (!*found.forward && !*found.reply)
		return "no_conduit";
	snprintf(answer->conduit, sizeof(answer->conduit), "%s",
		 packet->reply || packet->about ? (*found.reply ? found.reply : found.forward) :
						  (*found.forward ? found.forward : found.reply));
	reason = begun_rightly(packet, &found, &begins);
	if (reason)
		return reason;
	conduit = oracle_conduit(oracle, answer->conduit);
	if (packet->shape == ORACLE_COLLECTED && (packet->about || !conduit || !conduit->fragments))
		return "fragment";
	reason = held_shut(conduit, packet, begins);
	if (!reason)
		reason = over_limits(oracle, packet, answer->conduit, begins);
	return reason ? reason : "permitted";
}

/* ---- Pieces of datagrams ---- */

static unsigned int families(const struct oracle_ranges *ranges)
{
	unsigned int mask = 0;
	size_t i;

	for (i = 0; i < ranges->count; i++)
		mask |= is_v4(&ranges->range[i].first) ? 1 : 2;
	return mask;
}

/* In which families names of an end cover something of a zone. */
static unsigned int covers(const struct oracle_names *names, const struct oracle_zone *zone)
{
	unsigned int mask = 0;
	size_t i;

	for (i = 0; i < names->count; i++) {
		if (names->zone[i] == zone)
			mask |= families(&zone->address);
		if (names->asset[i] && !strcmp(names->asset[i]->zone, zone->name))
			mask |= families(&names->asset[i]->address);
		if (names->group[i])
			mask |= covers(&names->group[i]->member, zone);
	}
	return mask;
}

static bool pieces_from(const struct oracle *oracle, const struct oracle_zone *from,
			const struct oracle_zone *to)
{
	size_t i;

	for (i = 0; i < oracle->conduits; i++)
		if (oracle->conduit[i].fragments &&
		    (covers(&oracle->conduit[i].from, from) &
		     covers(&oracle->conduit[i].to, to)))
			return true;
	return false;
}

/* A piece passes to be collected where some conduit between the two zones says so. */
static const char *piece(const struct oracle *oracle, const struct oracle_packet *packet)
{
	const struct oracle_zone *from = oracle_owner(oracle, &packet->source);
	const struct oracle_zone *to = oracle_owner(oracle, &packet->destination);

	if (is_gateway(oracle, &packet->destination))
		return "fragment";
	return pieces_from(oracle, from, to) || pieces_from(oracle, to, from) ? "permitted" :
										 "fragment";
}

/* Of what passes: would it, if who begins had to be known? */
static const char *what_is_observed(const struct oracle *oracle,
				    const struct oracle_packet *packet,
				    const struct oracle_answer *answer)
{
	const struct oracle_conduit *conduit = oracle_conduit(oracle, answer->conduit);

	if (strcmp(answer->reason, "permitted") || !conduit || !conduit->observe)
		return "";
	if (packet->lease == ORACLE_HELD)
		return "";
	return packet->lease == ORACLE_REVOKED ? "revoked" : "no_lease";
}

void oracle_ask(const struct oracle *oracle, const struct oracle_packet *packet,
		struct oracle_answer *answer)
{
	const struct oracle_zone *about;

	answer->conduit[0] = '\0';
	answer->reason = packet->no_policy ? "no_policy" :
			 packet->layer == ORACLE_LOCAL_OUT ? gateway_speaks(oracle, packet) :
							     who_speaks(oracle, packet);
	if (!answer->reason && packet->shape == ORACLE_PIECE)
		answer->reason = piece(oracle, packet);
	if (!answer->reason && is_never(packet))
		answer->reason = "no_conduit";
	if (!answer->reason && packet->about) {
		/* What is for the gateway goes no further, so nobody has news of it. */
		about = oracle_owner(oracle, &packet->quoted.destination);
		if (is_gateway(oracle, &packet->quoted.destination) || !about ||
		    carrier(oracle, about) != zone_of_port(oracle, packet->port))
			answer->reason = "no_conduit";
	}
	if (!answer->reason)
		answer->reason = with_state(oracle, packet, answer);
	answer->observed = what_is_observed(oracle, packet, answer);
}
