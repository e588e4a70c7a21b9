// SPDX-License-Identifier: GPL-2.0-or-later
/* Permitted packets, kept for what they have, and one thing about one of them that is changed. */
#include <stdio.h>

#include "tests/oracle/draw.h"

static void change_transport(struct random_state *random, struct oracle_packet *packet, uint32_t what)
{
	static const uint8_t flags[] = { 2, 18, 16, 24, 4, 20, 17, 0, 3, 6, 48 };
	static const uint8_t types4[] = { 0, 3, 5, 8, 11, 12, 13 };
	static const uint8_t types6[] = { 1, 2, 3, 4, 128, 129, 134, 137, 200 };

	switch (what) {
	case 0:
		packet->source_port = draw_port(random);
		break;
	case 1:
		packet->destination_port = draw_port(random);
		break;
	case 2:
		packet->protocol = packet->protocol == 6 ? 17 : 6;
		break;
	case 3:
		packet->type = packet->v6 ? types6[random_below(random, sizeof(types6))] :
					    types4[random_below(random, sizeof(types4))];
		break;
	case 4:
		packet->flags = flags[random_below(random, sizeof(flags))];
		break;
	default:
		packet->quoted.destination_port = draw_port(random);
	}
}

static void change_place(struct random_state *random, const struct draw *draw,
			 struct oracle_packet *packet, uint32_t what)
{
	const struct oracle_zone *zone =
		&draw->oracle->zone[random_below(random, (uint32_t)draw->oracle->zones)];

	switch (what) {
	case 0:
		packet->source = draw_address(random, draw, packet->v6);
		break;
	case 1:
		packet->destination = draw_address(random, draw, packet->v6);
		break;
	case 2:
		packet->mac = 0x02aa00000000ULL | random_below(random, 16);
		break;
	case 3:
		if (zone->port.count && packet->layer != ORACLE_LOCAL_OUT)
			snprintf(packet->port, sizeof(packet->port), "%s", zone->port.name[0]);
		break;
	case 4:
		if (packet->layer != ORACLE_LOCAL_OUT)
			snprintf(packet->port, sizeof(packet->port), "e99");
		break;
	default:
		packet->quoted.destination = draw_address(random, draw, packet->v6);
	}
}

static void change_past(struct random_state *random, struct oracle_packet *packet, uint32_t what)
{
	switch (what) {
	case 0:
		packet->past.bytes = random_below(random, 3200);
		break;
	case 1:
		packet->past.hour_bytes = random_below(random, 2) ? 2950 : 89990;
		break;
	case 2:
		packet->past.asked = 0;
		packet->past.answers = 0;
		packet->past.spare = 10 - random_below(random, 2);
		break;
	case 3:
		packet->past.lost = true;
		break;
	case 4:
		packet->sequence += 1 + random_below(random, 3);
		break;
	case 5:
		packet->acknowledgement += random_chance(random, 50) ? 0x80000000 : 5;
		break;
	default:
		packet->payload = 1 + random_below(random, 40);
	}
}

/* Limits nearly or wholly used up, as the numbers in the text say */
static void use_up(struct random_state *random, const struct draw *draw,
		   struct oracle_packet *packet, uint32_t what)
{
	struct oracle_answer answer;
	struct oracle_limits limit;

	oracle_ask(draw->oracle, packet, &answer);
	if (!*answer.conduit)
		return;
	limit = oracle_limits(draw->oracle, answer.conduit);
	if (what == 0)
		packet->packets = limit.packets - random_below(random, 2);
	else if (what == 1)
		packet->new_connections = limit.new_connections - random_below(random, 2);
	else
		packet->connections = limit.connections - random_below(random, 2);
}

/* What can be changed: of which kind of packet, how often, and how */
static const struct change {
	enum draw_kind kept;
	unsigned int weight;
	char what;
	unsigned int detail;
} changes[] = {
	{ DRAW_ANY, 3, 'p', 0 }, { DRAW_ANY, 3, 'p', 1 }, { DRAW_PORT, 2, 'p', 2 },
	{ DRAW_BOUND, 5, 'p', 2 },
	{ DRAW_PORT, 2, 'p', 3 }, { DRAW_PORT, 3, 'p', 4 }, { DRAW_ANY, 1, 'p', 5 },
	{ DRAW_ANY, 1, 't', 0 }, { DRAW_ANY, 1, 't', 1 }, { DRAW_ANY, 1, 't', 2 },
	{ DRAW_ANY, 1, 't', 3 }, { DRAW_ANY, 2, 't', 4 }, { DRAW_ANY, 1, 't', 5 },
	{ DRAW_ANY, 4, 's', 0 }, { DRAW_ANY, 4, 's', 1 }, { DRAW_ANY, 4, 's', 2 },
	{ DRAW_IDENTITY, 8, 'l', ORACLE_NO_LEASE }, { DRAW_IDENTITY, 8, 'l', ORACLE_REVOKED },
	{ DRAW_WINDOW, 4, 'w', 0 }, { DRAW_WINDOW, 2, 'w', 1 }, { DRAW_OPEN, 4, 'o', 0 },
	{ DRAW_ANY, 4, 'i', 0 }, { DRAW_BUDGET, 3, 'b', 0 }, { DRAW_BUDGET, 3, 'b', 1 },
	{ DRAW_ACK_ONLY, 3, 'b', 2 }, { DRAW_TRACKED, 2, 'b', 3 }, { DRAW_ACK_ONLY, 2, 'b', 4 },
	{ DRAW_ACK_ONLY, 2, 'b', 5 }, { DRAW_ACK_ONLY, 2, 'b', 6 }, { DRAW_ACK_ONLY, 1, 't', 4 },
	{ DRAW_ANY, 4, 'u', 0 }, { DRAW_BEGINS, 2, 'u', 1 }, { DRAW_BEGINS, 4, 'u', 2 },
	{ DRAW_ANY, 4, 'f', ORACLE_OPTIONS }, { DRAW_PORT, 4, 'f', ORACLE_TWO_TAGS },
	{ DRAW_ANY, 4, 'f', ORACLE_FRAME_TYPE }, { DRAW_ANY, 2, 'f', ORACLE_CUT },
	{ DRAW_PORT, 3, 'f', ORACLE_PIECE }, { DRAW_ANY, 4, 'f', ORACLE_COLLECTED },
	{ DRAW_ANY, 4, 'n', 0 }, { DRAW_PIECE, 1, 'p', 0 }, { DRAW_PIECE, 1, 'p', 1 },
	{ DRAW_PIECE, 1, 'p', 3 },
};

static void change(struct random_state *random, const struct draw *draw,
		   const struct change *change, struct oracle_packet *packet)
{
	switch (change->what) {
	case 'p':
		return change_place(random, draw, packet, change->detail);
	case 't':
		return change_transport(random, packet, change->detail);
	case 's':
		if (change->detail == 0)
			packet->state = random_below(random, ORACLE_STATES);
		else if (change->detail == 1)
			packet->reply = !packet->reply;
		else
			packet->translated = true;
		return;
	case 'l':
		packet->lease = (enum oracle_lease)change->detail;
		return;
	case 'w':
		if (change->detail)
			packet->unsure = true;
		else
			packet->now = draw_time(random);
		return;
	case 'o':
		packet->opened = false;
		return;
	case 'i':
		packet->island = true;
		return;
	case 'b':
		return change_past(random, packet, change->detail);
	case 'u':
		return use_up(random, draw, packet, change->detail);
	case 'f':
		packet->shape = (enum oracle_shape)change->detail;
		return;
	default:
		packet->no_policy = true;
	}
}

static const struct change *choose_change(struct random_state *random)
{
	unsigned int total = 0, pick;
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		total += changes[i].weight;
	pick = random_below(random, total);
	for (i = 0; pick >= changes[i].weight; i++)
		pick -= changes[i].weight;
	return &changes[i];
}

static void keep(struct random_state *random, struct draw *draw, enum draw_kind kind,
		 const struct oracle_packet *packet)
{
	struct draw_kept *kept = &draw->kept[kind];

	kept->packet[kept->count < DRAW_KEPT ? kept->count++ : random_below(random, DRAW_KEPT)] = *packet;
}

static bool is_bound(const struct oracle *oracle, const struct oracle_address *address)
{
	size_t i;

	for (i = 0; i < oracle->assets; i++)
		if (oracle->asset[i].macs && oracle_is(&oracle->asset[i], address))
			return true;
	return false;
}

/* A permitted packet is kept for what it has. */
void draw_keep(struct random_state *random, struct draw *draw,
			   const struct oracle_packet *packet, const char *name)
{
	const struct oracle_conduit *conduit = oracle_conduit(draw->oracle, name);
	bool window;

	if (packet->shape == ORACLE_PIECE) {
		keep(random, draw, DRAW_PIECE, packet);
		return;
	}
	keep(random, draw, DRAW_ANY, packet);
	if (packet->state == ORACLE_NEW)
		keep(random, draw, DRAW_BEGINS, packet);
	if (packet->layer != ORACLE_LOCAL_OUT)
		keep(random, draw, DRAW_PORT, packet);
	if (packet->layer != ORACLE_LOCAL_OUT && is_bound(draw->oracle, &packet->source))
		keep(random, draw, DRAW_BOUND, packet);
	if (!conduit)
		return;
	if (conduit->direction == ORACLE_BUDGET && packet->reply)
		keep(random, draw, DRAW_BUDGET, packet);
	if (conduit->direction == ORACLE_ACK_ONLY && packet->reply)
		keep(random, draw, DRAW_ACK_ONLY, packet);
	if (conduit->direction == ORACLE_ACK_ONLY || conduit->direction == ORACLE_BUDGET)
		keep(random, draw, DRAW_TRACKED, packet);
	if (conduit->identity || conduit->observe)
		keep(random, draw, DRAW_IDENTITY, packet);
	window = conduit->valid_from || conduit->valid_until || conduit->weekly.set;
	if (window && !packet->opened)
		keep(random, draw, DRAW_WINDOW, packet);
	if (conduit->open && !window)
		keep(random, draw, DRAW_OPEN, packet);
}

static bool is_error(const struct oracle_packet *packet)
{
	if (packet->protocol == 1)
		return packet->type == 3 || packet->type == 11 || packet->type == 12;
	return packet->protocol == 58 && packet->type >= 1 && packet->type <= 4;
}

bool draw_changed(struct random_state *random, const struct draw *draw,
			   struct oracle_packet *packet)
{
	const struct change *chosen = choose_change(random);
	const struct draw_kept *kept = &draw->kept[chosen->kept];

	if (!kept->count)
		return false;
	*packet = kept->packet[random_below(random, kept->count)];
	change(random, draw, chosen, packet);
	packet->about = packet->about && is_error(packet);
	return true;
}
