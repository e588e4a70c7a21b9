// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets that mostly fit some conduit of a policy. */
#include <stdio.h>
#include <string.h>

#include "tests/oracle/draw.h"

static const uint64_t times[] = {
	1796112000, 1796112000 - 1, 1796140800, 1803859200, 1803859200 - 1, 1835440200,
	1835440200 - 1, 1800000000,
};

uint64_t draw_time(struct random_state *random)
{
	if (random_chance(random, 50))
		return times[random_below(random, sizeof(times) / sizeof(times[0]))];
	/* within a month, at the edges of minutes */
	return 1796112000 + random_below(random, 30 * 1440) * 60ULL - random_below(random, 2);
}

uint16_t draw_port(struct random_state *random)
{
	static const uint16_t ports[] = {
		22, 53, 123, 443, 502, 999, 1000, 1005, 1010, 1011, 1020, 1021, 4840, 8883, 51820,
		254, 255, 257, 258, 33000, 34000, 65535, 1, 40000, 0,
	};

	return random_chance(random, 80) ?
		ports[random_below(random, sizeof(ports) / sizeof(ports[0]))] :
		(uint16_t)random_next(random);
}

static bool is_own(const struct oracle *oracle, const struct oracle_address *address)
{
	size_t i;

	for (i = 0; i < oracle->managements; i++)
		if (oracle->management[i].address.count &&
		    !memcmp(&oracle->management[i].address.range[0].first, address, sizeof(*address)))
			return true;
	return false;
}

static void choose_port(struct random_state *random, const struct draw *draw,
			struct oracle_packet *packet)
{
	const struct oracle_zone *zone = oracle_owner(draw->oracle, &packet->source);
	size_t i;

	if (!zone || random_chance(random, 3))
		zone = &draw->oracle->zone[random_below(random, (uint32_t)draw->oracle->zones)];
	if (*zone->via)
		zone = oracle_zone(draw->oracle, zone->via);
	snprintf(packet->port, sizeof(packet->port), "%s", zone->port.count ?
		 zone->port.name[random_below(random, (uint32_t)zone->port.count)] : "e99");
	packet->mac = 0x020000000000ULL | random_below(random, 4);
	for (i = 0; i < draw->oracle->assets; i++) {
		const struct oracle_asset *asset = &draw->oracle->asset[i];

		if (!oracle_is(asset, &packet->source))
			continue;
		if (asset->macs)
			packet->mac = asset->mac[random_below(random, (uint32_t)asset->macs)];
		if (*asset->port)
			snprintf(packet->port, sizeof(packet->port), "%s", asset->port);
	}
}

static void set_transport(struct random_state *random, const struct oracle_service *service,
			  struct oracle_packet *packet)
{
	const struct oracle_match *match = &service->match[random_below(random,
									(uint32_t)service->matches)];

	packet->source_port = 40000;
	if (match->protocol == 1) {
		packet->protocol = packet->v6 ? 58 : 1;
		packet->type = packet->v6 ? 128 : 8;
		return;
	}
	packet->protocol = (uint8_t)match->protocol;
	packet->destination_port = (uint16_t)(random_chance(random, 50) ? match->first : match->last);
}

static void turn_round(struct oracle_packet *packet)
{
	struct oracle_address address = packet->source;
	uint16_t port = packet->source_port;

	packet->source = packet->destination;
	packet->destination = address;
	packet->source_port = packet->destination_port;
	packet->destination_port = port;
	if (packet->protocol == 1 || packet->protocol == 58)
		packet->type = packet->v6 ? 129 : 0;
	packet->reply = !packet->reply;
	packet->state = ORACLE_ESTABLISHED;
	packet->flags = 16;
}

/* A packet of some conduit, as it begins a conversation; false when its ends have no such family. */
static bool conduit_packet(struct random_state *random, const struct draw *draw,
			   struct oracle_packet *packet)
{
	const struct oracle *oracle = draw->oracle;
	const struct oracle_conduit *conduit;
	const struct oracle_service *service;

	if (!oracle->conduits)
		return false;
	conduit = &oracle->conduit[random_below(random, (uint32_t)oracle->conduits)];
	service = conduit->service.service[random_below(random, (uint32_t)conduit->service.count)];
	if (!draw_address_of(random, draw, &conduit->from, packet->v6, &packet->source) ||
	    !draw_address_of(random, draw, &conduit->to, packet->v6, &packet->destination))
		return false;
	set_transport(random, service, packet);
	return true;
}

static bool management_packet(struct random_state *random, const struct draw *draw,
			      struct oracle_packet *packet)
{
	const struct oracle *oracle = draw->oracle;
	const struct oracle_management *entry;

	if (!oracle->managements)
		return false;
	entry = &oracle->management[random_below(random, (uint32_t)oracle->managements)];
	if (!draw_address_of_asset(random, entry->asset, packet->v6, &packet->source))
		return false;
	if (entry->dials)
		packet->destination = draw_address(random, draw, packet->v6);
	else if (packet->v6)
		return false;
	else
		packet->destination = entry->address.range[0].first;
	set_transport(random, entry->service.service[0], packet);
	packet->layer = ORACLE_LOCAL_IN;
	if (!entry->dials)
		return true;
	turn_round(packet);
	turn_round(packet);
	packet->layer = random_chance(random, 50) ? ORACLE_LOCAL_IN : ORACLE_LOCAL_OUT;
	if (packet->layer == ORACLE_LOCAL_IN) {
		/* the peer's answer: its port is the service's */
		packet->source_port = packet->destination_port;
		packet->destination_port = 40000;
		packet->type = packet->v6 ? 129 : 0;
		packet->reply = true;
	} else {
		packet->destination = packet->source;
		packet->source = draw_address(random, draw, packet->v6);
		packet->type = packet->v6 ? 128 : 8;
		packet->reply = false;
	}
	return true;
}

/* Anything, mostly within one zone or between two */
static void wild_packet(struct random_state *random, const struct draw *draw,
			struct oracle_packet *packet)
{
	static const uint8_t protocols[] = { 6, 6, 17, 17, 1, 58, 47, 4 };

	packet->source = draw_address(random, draw, packet->v6);
	packet->destination = draw_address(random, draw, packet->v6);
	packet->protocol = protocols[random_below(random, sizeof(protocols))];
	packet->source_port = draw_port(random);
	packet->destination_port = draw_port(random);
	packet->type = (uint8_t)(packet->v6 ? 128 + random_below(random, 2) :
					      8 * random_below(random, 2));
}

/* ---- Packets that mostly fit their conduit ---- */

/* The gateway's stated addresses are never forwarded to: the kernel would not. */
static void settle_layer(struct random_state *random, const struct draw *draw,
			 struct oracle_packet *packet)
{
	if (packet->layer == ORACLE_FORWARD && is_own(draw->oracle, &packet->destination))
		packet->layer = ORACLE_LOCAL_IN;
	else if (packet->layer == ORACLE_FORWARD && random_chance(random, 1))
		packet->layer = random_chance(random, 50) ? ORACLE_LOCAL_IN : ORACLE_LOCAL_OUT;
	if (packet->layer == ORACLE_LOCAL_OUT)
		packet->port[0] = '\0';
}

/* A past in which a packet like this one would come next */
static void settle_past(struct random_state *random, struct oracle_packet *packet)
{
	struct oracle_past *past = &packet->past;

	packet->sequence = (uint32_t)random_next(random);
	packet->acknowledgement = (uint32_t)random_next(random);
	past->asked = random_below(random, 4);
	past->answers = random_below(random, 4);
	past->spare = random_below(random, 9);
	past->bytes = random_below(random, 300);
	past->hour_bytes = random_below(random, 2500);
	if (packet->state == ORACLE_NEW && !packet->reply) {
		*past = (struct oracle_past){ .hour_bytes = past->hour_bytes };
		return;
	}
	past->begun = true;
	past->answered = random_chance(random, 80);
	past->ended = past->answered && random_chance(random, 10);
	past->next = packet->sequence;
	past->acknowledged = packet->acknowledgement - random_below(random, 3);
	past->sent = packet->acknowledgement + random_below(random, 3);
	if (!packet->reply || packet->protocol != 6)
		return;
	packet->flags = past->answered ? 16 : 18;
	if (past->answered && random_chance(random, 20)) {
		packet->flags = 17;
		past->next += past->ended;
	}
}

static void settle(struct random_state *random, struct oracle_packet *packet)
{
	packet->now = draw_time(random);
	packet->lower_bound = random_chance(random, 5) ? 1803859200 - 1 : 0;
	packet->was_open_until = random_chance(random, 50) ? draw_time(random) : 0;
	packet->unsure = random_chance(random, 5);
	packet->lease = ORACLE_HELD;
	packet->opened = random_chance(random, 60);
	packet->segments = random_chance(random, 90) || packet->about ? 1 : 2;
	if (packet->segments == 2)
		packet->payload = 50;
	settle_past(random, packet);
	if (random_chance(random, 3))
		packet->shape = ORACLE_PIECE;
}

/* The other end's router says that this packet did not arrive. */
static void make_error(struct random_state *random, const struct draw *draw,
		       struct oracle_packet *packet)
{
	struct oracle_address sender = packet->source;

	packet->about = true;
	packet->quoted = (struct oracle_quoted){
		.destination = packet->destination,
		.protocol = packet->protocol,
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.type = packet->type,
	};
	packet->source = random_chance(random, 50) ? packet->destination :
						     draw_address(random, draw, packet->v6);
	packet->destination = sender;
	packet->protocol = packet->v6 ? 58 : 1;
	packet->type = packet->v6 ? (uint8_t)(1 + random_below(random, 4)) : 3;
	packet->source_port = packet->destination_port = 0;
	packet->state = ORACLE_RELATED;
	packet->reply = true;
}

void draw_packet(struct random_state *random, const struct draw *draw,
			struct oracle_packet *packet)
{
	uint32_t kind = random_below(random, 100);

	if (random_chance(random, 50) && draw_changed(random, draw, packet)) {
		settle_layer(random, draw, packet);
		return;
	}
	*packet = (struct oracle_packet){ .state = ORACLE_NEW, .flags = 2, .segments = 1,
					  .v6 = random_chance(random, 30) };
	if (kind < 80) {
		if (!conduit_packet(random, draw, packet))
			wild_packet(random, draw, packet);
	} else if (kind >= 90 || !management_packet(random, draw, packet)) {
		packet->layer = ORACLE_FORWARD;
		wild_packet(random, draw, packet);
	}
	if (packet->layer == ORACLE_FORWARD && random_chance(random, 5))
		make_error(random, draw, packet);
	else if (packet->layer == ORACLE_FORWARD && random_chance(random, 45))
		turn_round(packet);
	choose_port(random, draw, packet);
	settle_layer(random, draw, packet);
	settle(random, packet);
}

void draw_begin(struct draw *draw, const struct oracle *oracle)
{
	memset(draw->kept, 0, sizeof(draw->kept));
	draw->oracle = oracle;
	draw_fill_pool(draw);
}
