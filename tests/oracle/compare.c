// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core over the compiler's image against the oracle, under random policies and packets: verdict,
 * reason and conduit must agree, and must not depend on the order of the lines.
 *
 *	compare [DECISIONS [SEED]]
 *
 * Half of the packets are permitted ones of which one thing was changed. The seed is printed; a
 * disagreement also leaves the policy in build/oracle-disagreement.yaml.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <time.h>

#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/ktap.h"
#include "tests/lib/site.h"
#include "tests/oracle/generate.h"
#include "agent/policy/features.h"
#include "tests/oracle/oracle.h"

#define DECISIONS	200000
#define PACKETS		8000		/* for each policy */
#define CONDUITS	14		/* tried for each policy */
#define POOL		600
#define NANOSECONDS	9000000000ULL
#define SHOWN		3
#define KEEP		64

static const uint64_t times[] = {
	1796112000, 1796112000 - 1, 1796140800, 1803859200, 1803859200 - 1, 1835440200,
	1835440200 - 1, 1800000000,
};

/* Kinds of permitted packets that are kept, each for changes that only such a packet feels */
enum kept { KEPT_ANY, KEPT_BEGINS, KEPT_BUDGET, KEPT_ACK_ONLY, KEPT_TRACKED, KEPT_IDENTITY, KEPT_WINDOW,
	    KEPT_OPEN, KEPT_PORT, KEPT_BOUND, KEPT_PIECE, KEPT_KINDS };

struct kept_packets {
	struct oracle_packet packet[KEEP];
	uint32_t count;
};

/* struct bench - one policy under test */
struct bench {
	struct kept_packets kept[KEPT_KINDS];
	struct oracle *oracle;
	struct site site;
	struct site shuffled;
	char *text;
	size_t length;
	struct oracle_address pool[POOL];
	size_t pooled;
};

static unsigned long reasons[SLUICE_REASON_COUNT], disagreements, disorders;
static FILE *findings;		/* told behind the shares, where the end of a log is read first */

/* ---- Addresses worth asking about ---- */

static void pool_add(struct bench *bench, struct oracle_address address, int step)
{
	int byte = 15;

	if (bench->pooled == POOL)
		return;
	for (; step && byte >= 0; byte--) {
		int sum = address.byte[byte] + step;

		address.byte[byte] = (uint8_t)sum;
		step = sum > 255 ? 1 : sum < 0 ? -1 : 0;
	}
	bench->pool[bench->pooled++] = address;
}

static void pool_add_ranges(struct bench *bench, const struct oracle_ranges *ranges)
{
	size_t i;
	int step;

	for (i = 0; i < ranges->count; i++)
		for (step = -1; step <= 1; step++) {
			pool_add(bench, ranges->range[i].first, step);
			pool_add(bench, ranges->range[i].last, step);
		}
}

static void pool_add_text(struct bench *bench, const char *text)
{
	struct oracle_address address = { { 0 } };

	if (strchr(text, ':')) {
		inet_pton(AF_INET6, text, address.byte);
	} else {
		address.byte[10] = address.byte[11] = 0xff;
		inet_pton(AF_INET, text, address.byte + 12);
	}
	pool_add(bench, address, 0);
}

static void fill_pool(struct bench *bench)
{
	static const char *const special[] = {
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "169.254.3.3", "198.51.100.77", "224.0.0.1",
		"240.0.0.1", "255.255.255.255", "8.8.8.8", "10.77.0.1", "::", "::1", "ff02::1",
		"fe80::1", "2002::1", "2001:db8::77", "fd00:77::1", "febf::1", "fec0::1",
	};
	const struct oracle *oracle = bench->oracle;
	size_t i;

	bench->pooled = 0;
	for (i = 0; i < oracle->zones; i++) {
		pool_add_ranges(bench, &oracle->zone[i].address);
		pool_add_ranges(bench, &oracle->zone[i].except);
	}
	for (i = 0; i < oracle->assets; i++)
		pool_add_ranges(bench, &oracle->asset[i].address);
	for (i = 0; i < oracle->managements; i++)
		pool_add_ranges(bench, &oracle->management[i].address);
	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		pool_add_text(bench, special[i]);
}

/* The two families do not meet: an address inside ::ffff:0:0/96 is IPv4 here. */
static bool is_v6(const struct oracle_address *address)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return memcmp(address->byte, mapped, sizeof(mapped)) != 0;
}

static struct oracle_address any_address(struct random_state *random, const struct bench *bench,
					 bool v6)
{
	struct oracle_address address;

	do {
		address = bench->pool[random_below(random, (uint32_t)bench->pooled)];
	} while (is_v6(&address) != v6);
	return address;
}

/* An address that an item of a conduit's end covers; false when none is in the pool. */
static bool address_of(struct random_state *random, const struct bench *bench,
		       const struct oracle_names *names, bool v6, struct oracle_address *address)
{
	uint32_t item = random_below(random, (uint32_t)names->count);
	size_t start = random_below(random, (uint32_t)bench->pooled);
	size_t i;

	for (i = 0; i < bench->pooled; i++) {
		*address = bench->pool[(start + i) % bench->pooled];
		if (is_v6(address) == v6 && oracle_covers(bench->oracle, names, item, address))
			return true;
	}
	return false;
}

static bool address_of_asset(struct random_state *random, const struct oracle_asset *asset, bool v6,
			     struct oracle_address *address)
{
	size_t start = random_below(random, (uint32_t)asset->address.count);
	size_t i;

	for (i = 0; i < asset->address.count; i++) {
		*address = asset->address.range[(start + i) % asset->address.count].first;
		if (is_v6(address) == v6)
			return true;
	}
	return false;
}

/* ---- Packets ---- */

static bool is_own(const struct oracle *oracle, const struct oracle_address *address)
{
	size_t i;

	for (i = 0; i < oracle->managements; i++)
		if (oracle->management[i].address.count &&
		    !memcmp(&oracle->management[i].address.range[0].first, address, sizeof(*address)))
			return true;
	return false;
}

static void choose_port(struct random_state *random, const struct bench *bench,
			struct oracle_packet *packet)
{
	const struct oracle_zone *zone = oracle_owner(bench->oracle, &packet->source);
	size_t i;

	if (!zone || random_chance(random, 3))
		zone = &bench->oracle->zone[random_below(random, (uint32_t)bench->oracle->zones)];
	if (*zone->via)
		zone = oracle_zone(bench->oracle, zone->via);
	snprintf(packet->port, sizeof(packet->port), "%s", zone->port.count ?
		 zone->port.name[random_below(random, (uint32_t)zone->port.count)] : "e99");
	packet->mac = 0x020000000000ULL | random_below(random, 4);
	for (i = 0; i < bench->oracle->assets; i++) {
		const struct oracle_asset *asset = &bench->oracle->asset[i];

		if (!oracle_is(asset, &packet->source))
			continue;
		if (asset->macs)
			packet->mac = asset->mac[random_below(random, (uint32_t)asset->macs)];
		if (*asset->port)
			snprintf(packet->port, sizeof(packet->port), "%s", asset->port);
	}
}

static uint16_t random_port(struct random_state *random)
{
	static const uint16_t ports[] = {
		22, 53, 123, 443, 502, 999, 1000, 1005, 1010, 1011, 1020, 1021, 4840, 8883, 51820,
		254, 255, 257, 258, 33000, 34000, 65535, 1, 40000, 0,
	};

	return random_chance(random, 80) ?
		ports[random_below(random, sizeof(ports) / sizeof(ports[0]))] :
		(uint16_t)random_next(random);
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
static bool conduit_packet(struct random_state *random, const struct bench *bench,
			   struct oracle_packet *packet)
{
	const struct oracle *oracle = bench->oracle;
	const struct oracle_conduit *conduit;
	const struct oracle_service *service;

	if (!oracle->conduits)
		return false;
	conduit = &oracle->conduit[random_below(random, (uint32_t)oracle->conduits)];
	service = conduit->service.service[random_below(random, (uint32_t)conduit->service.count)];
	if (!address_of(random, bench, &conduit->from, packet->v6, &packet->source) ||
	    !address_of(random, bench, &conduit->to, packet->v6, &packet->destination))
		return false;
	set_transport(random, service, packet);
	return true;
}

static bool management_packet(struct random_state *random, const struct bench *bench,
			      struct oracle_packet *packet)
{
	const struct oracle *oracle = bench->oracle;
	const struct oracle_management *entry;

	if (!oracle->managements)
		return false;
	entry = &oracle->management[random_below(random, (uint32_t)oracle->managements)];
	if (!address_of_asset(random, entry->asset, packet->v6, &packet->source))
		return false;
	if (entry->dials)
		packet->destination = any_address(random, bench, packet->v6);
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
		packet->source = any_address(random, bench, packet->v6);
		packet->type = packet->v6 ? 128 : 8;
		packet->reply = false;
	}
	return true;
}

/* Anything, mostly within one zone or between two */
static void wild_packet(struct random_state *random, const struct bench *bench,
			struct oracle_packet *packet)
{
	static const uint8_t protocols[] = { 6, 6, 17, 17, 1, 58, 47, 4 };

	packet->source = any_address(random, bench, packet->v6);
	packet->destination = any_address(random, bench, packet->v6);
	packet->protocol = protocols[random_below(random, sizeof(protocols))];
	packet->source_port = random_port(random);
	packet->destination_port = random_port(random);
	packet->type = (uint8_t)(packet->v6 ? 128 + random_below(random, 2) :
					      8 * random_below(random, 2));
}

/* ---- A permitted packet, and one thing about it that is changed ---- */

static uint64_t any_time(struct random_state *random)
{
	if (random_chance(random, 50))
		return times[random_below(random, sizeof(times) / sizeof(times[0]))];
	/* within a month, at the edges of minutes */
	return 1796112000 + random_below(random, 30 * 1440) * 60ULL - random_below(random, 2);
}

static void change_transport(struct random_state *random, struct oracle_packet *packet, uint32_t what)
{
	static const uint8_t flags[] = { 2, 18, 16, 24, 4, 20, 17, 0, 3, 6, 48 };
	static const uint8_t types4[] = { 0, 3, 5, 8, 11, 12, 13 };
	static const uint8_t types6[] = { 1, 2, 3, 4, 128, 129, 134, 137, 200 };

	switch (what) {
	case 0:
		packet->source_port = random_port(random);
		break;
	case 1:
		packet->destination_port = random_port(random);
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
		packet->quoted.destination_port = random_port(random);
	}
}

static void change_place(struct random_state *random, const struct bench *bench,
			 struct oracle_packet *packet, uint32_t what)
{
	const struct oracle_zone *zone =
		&bench->oracle->zone[random_below(random, (uint32_t)bench->oracle->zones)];

	switch (what) {
	case 0:
		packet->source = any_address(random, bench, packet->v6);
		break;
	case 1:
		packet->destination = any_address(random, bench, packet->v6);
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
		packet->quoted.destination = any_address(random, bench, packet->v6);
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
static void use_up(struct random_state *random, const struct bench *bench,
		   struct oracle_packet *packet, uint32_t what)
{
	struct oracle_answer answer;
	struct oracle_limits limit;

	oracle_ask(bench->oracle, packet, &answer);
	if (!*answer.conduit)
		return;
	limit = oracle_limits(bench->oracle, answer.conduit);
	if (what == 0)
		packet->packets = limit.packets - random_below(random, 2);
	else if (what == 1)
		packet->new_connections = limit.new_connections - random_below(random, 2);
	else
		packet->connections = limit.connections - random_below(random, 2);
}

/* What can be changed: of which kind of packet, how often, and how */
static const struct change {
	enum kept kept;
	unsigned int weight;
	char what;
	unsigned int detail;
} changes[] = {
	{ KEPT_ANY, 3, 'p', 0 }, { KEPT_ANY, 3, 'p', 1 }, { KEPT_PORT, 2, 'p', 2 },
	{ KEPT_BOUND, 5, 'p', 2 },
	{ KEPT_PORT, 2, 'p', 3 }, { KEPT_PORT, 3, 'p', 4 }, { KEPT_ANY, 1, 'p', 5 },
	{ KEPT_ANY, 1, 't', 0 }, { KEPT_ANY, 1, 't', 1 }, { KEPT_ANY, 1, 't', 2 },
	{ KEPT_ANY, 1, 't', 3 }, { KEPT_ANY, 2, 't', 4 }, { KEPT_ANY, 1, 't', 5 },
	{ KEPT_ANY, 4, 's', 0 }, { KEPT_ANY, 4, 's', 1 }, { KEPT_ANY, 4, 's', 2 },
	{ KEPT_IDENTITY, 4, 'l', ORACLE_NO_LEASE }, { KEPT_IDENTITY, 4, 'l', ORACLE_REVOKED },
	{ KEPT_WINDOW, 4, 'w', 0 }, { KEPT_WINDOW, 2, 'w', 1 }, { KEPT_OPEN, 4, 'o', 0 },
	{ KEPT_ANY, 4, 'i', 0 }, { KEPT_BUDGET, 3, 'b', 0 }, { KEPT_BUDGET, 3, 'b', 1 },
	{ KEPT_ACK_ONLY, 3, 'b', 2 }, { KEPT_TRACKED, 2, 'b', 3 }, { KEPT_ACK_ONLY, 2, 'b', 4 },
	{ KEPT_ACK_ONLY, 2, 'b', 5 }, { KEPT_ACK_ONLY, 2, 'b', 6 }, { KEPT_ACK_ONLY, 1, 't', 4 },
	{ KEPT_ANY, 4, 'u', 0 }, { KEPT_BEGINS, 2, 'u', 1 }, { KEPT_BEGINS, 4, 'u', 2 },
	{ KEPT_ANY, 4, 'f', ORACLE_OPTIONS }, { KEPT_PORT, 4, 'f', ORACLE_TWO_TAGS },
	{ KEPT_ANY, 4, 'f', ORACLE_FRAME_TYPE }, { KEPT_ANY, 2, 'f', ORACLE_CUT },
	{ KEPT_PORT, 3, 'f', ORACLE_PIECE }, { KEPT_ANY, 4, 'f', ORACLE_COLLECTED },
	{ KEPT_ANY, 4, 'n', 0 }, { KEPT_PIECE, 1, 'p', 0 }, { KEPT_PIECE, 1, 'p', 1 },
	{ KEPT_PIECE, 1, 'p', 3 },
};

static void change(struct random_state *random, const struct bench *bench,
		   const struct change *change, struct oracle_packet *packet)
{
	switch (change->what) {
	case 'p':
		return change_place(random, bench, packet, change->detail);
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
			packet->now = any_time(random);
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
		return use_up(random, bench, packet, change->detail);
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

static void keep(struct random_state *random, struct bench *bench, enum kept kind,
		 const struct oracle_packet *packet)
{
	struct kept_packets *kept = &bench->kept[kind];

	kept->packet[kept->count < KEEP ? kept->count++ : random_below(random, KEEP)] = *packet;
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
static void keep_permitted(struct random_state *random, struct bench *bench,
			   const struct oracle_packet *packet, const char *name)
{
	const struct oracle_conduit *conduit = oracle_conduit(bench->oracle, name);
	bool window;

	if (packet->shape == ORACLE_PIECE) {
		keep(random, bench, KEPT_PIECE, packet);
		return;
	}
	keep(random, bench, KEPT_ANY, packet);
	if (packet->state == ORACLE_NEW)
		keep(random, bench, KEPT_BEGINS, packet);
	if (packet->layer != ORACLE_LOCAL_OUT)
		keep(random, bench, KEPT_PORT, packet);
	if (packet->layer != ORACLE_LOCAL_OUT && is_bound(bench->oracle, &packet->source))
		keep(random, bench, KEPT_BOUND, packet);
	if (!conduit)
		return;
	if (conduit->direction == ORACLE_BUDGET && packet->reply)
		keep(random, bench, KEPT_BUDGET, packet);
	if (conduit->direction == ORACLE_ACK_ONLY && packet->reply)
		keep(random, bench, KEPT_ACK_ONLY, packet);
	if (conduit->direction == ORACLE_ACK_ONLY || conduit->direction == ORACLE_BUDGET)
		keep(random, bench, KEPT_TRACKED, packet);
	if (conduit->identity)
		keep(random, bench, KEPT_IDENTITY, packet);
	window = conduit->valid_from || conduit->valid_until || conduit->weekly.set;
	if (window && !packet->opened)
		keep(random, bench, KEPT_WINDOW, packet);
	if (conduit->open && !window)
		keep(random, bench, KEPT_OPEN, packet);
}

static bool is_error(const struct oracle_packet *packet)
{
	if (packet->protocol == 1)
		return packet->type == 3 || packet->type == 11 || packet->type == 12;
	return packet->protocol == 58 && packet->type >= 1 && packet->type <= 4;
}

static bool changed_packet(struct random_state *random, const struct bench *bench,
			   struct oracle_packet *packet)
{
	const struct change *chosen = choose_change(random);
	const struct kept_packets *kept = &bench->kept[chosen->kept];

	if (!kept->count)
		return false;
	*packet = kept->packet[random_below(random, kept->count)];
	change(random, bench, chosen, packet);
	packet->about = packet->about && is_error(packet);
	return true;
}

/* ---- Packets that mostly fit their conduit ---- */

/* The gateway's stated addresses are never forwarded to: the kernel would not. */
static void settle_layer(struct random_state *random, const struct bench *bench,
			 struct oracle_packet *packet)
{
	if (packet->layer == ORACLE_FORWARD && is_own(bench->oracle, &packet->destination))
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
	packet->now = any_time(random);
	packet->lower_bound = random_chance(random, 5) ? 1803859200 - 1 : 0;
	packet->was_open_until = random_chance(random, 50) ? any_time(random) : 0;
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
static void make_error(struct random_state *random, const struct bench *bench,
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
						     any_address(random, bench, packet->v6);
	packet->destination = sender;
	packet->protocol = packet->v6 ? 58 : 1;
	packet->type = packet->v6 ? (uint8_t)(1 + random_below(random, 4)) : 3;
	packet->source_port = packet->destination_port = 0;
	packet->state = ORACLE_RELATED;
	packet->reply = true;
}

static void make_packet(struct random_state *random, const struct bench *bench,
			struct oracle_packet *packet)
{
	uint32_t kind = random_below(random, 100);

	if (random_chance(random, 50) && changed_packet(random, bench, packet)) {
		settle_layer(random, bench, packet);
		return;
	}
	*packet = (struct oracle_packet){ .state = ORACLE_NEW, .flags = 2, .segments = 1,
					  .v6 = random_chance(random, 30) };
	if (kind < 80) {
		if (!conduit_packet(random, bench, packet))
			wild_packet(random, bench, packet);
	} else if (kind >= 90 || !management_packet(random, bench, packet)) {
		packet->layer = ORACLE_FORWARD;
		wild_packet(random, bench, packet);
	}
	if (packet->layer == ORACLE_FORWARD && random_chance(random, 5))
		make_error(random, bench, packet);
	else if (packet->layer == ORACLE_FORWARD && random_chance(random, 45))
		turn_round(packet);
	choose_port(random, bench, packet);
	settle_layer(random, bench, packet);
	settle(random, packet);
}

/* ---- The core's answer ---- */

static void print_address(const struct oracle_address *address, bool v6, char text[64])
{
	inet_ntop(v6 ? AF_INET6 : AF_INET, v6 ? address->byte : address->byte + 12, text, 64);
}

static void set_address(const struct oracle_address *address, bool v6, char text[64])
{
	print_address(address, v6, text);
}

static void set_mac(uint64_t mac, char text[20])
{
	snprintf(text, 20, "%02x:%02x:%02x:%02x:%02x:%02x", (unsigned int)(mac >> 40) & 255,
		 (unsigned int)(mac >> 32) & 255, (unsigned int)(mac >> 24) & 255,
		 (unsigned int)(mac >> 16) & 255, (unsigned int)(mac >> 8) & 255,
		 (unsigned int)mac & 255);
}

/* What is strange about the bytes */
static void set_shape(const struct oracle_packet *packet, struct frame_spec *spec)
{
	uint32_t header = packet->protocol == 6 ? 20 : 8;

	switch (packet->shape) {
	case ORACLE_OPTIONS:
		spec->options = 4;
		spec->extension = packet->v6 ? 60 : 0;
		break;
	case ORACLE_TWO_TAGS:
		/* The outer one is the port's; a priority tag counts as none. */
		spec->outer_vlan = spec->vlan ? spec->vlan : 0xe000;
		spec->vlan = 7;
		break;
	case ORACLE_FRAME_TYPE:
		spec->ethertype = 0x88b8;
		break;
	case ORACLE_PIECE:
		spec->fragment = packet->v6 ? 0x0001 : 0x2000;
		spec->payload = (uint16_t)(32 - header);
		spec->quoted = NULL;
		break;
	default:
		break;
	}
}

static struct sluice_facts facts_of(const struct oracle_packet *packet)
{
	struct sluice_facts facts = { .segments = packet->segments };
	char source[64], destination[64], about[64], mac[20];
	const char *dot = strchr(packet->port, '.');
	const struct frame_spec quoted = {
		.source = destination,
		.destination = about,
		.protocol = packet->quoted.protocol,
		.source_port = packet->quoted.source_port,
		.destination_port = packet->quoted.destination_port,
		.icmp_type = packet->quoted.type,
		.tcp_flags = 2,
	};
	struct frame_spec spec = {
		.source_mac = mac,
		.source = source,
		.destination = destination,
		.vlan = dot ? atoi(dot + 1) : 0,
		.protocol = packet->protocol,
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.tcp_flags = packet->flags,
		.icmp_type = packet->type,
		.sequence = packet->sequence,
		.acknowledgement = packet->acknowledgement,
		.payload = (uint16_t)packet->payload,
		.quoted = packet->about ? &quoted : NULL,
	};
	struct sluice_packet bytes;
	struct frame frame;

	set_mac(packet->mac, mac);
	set_address(&packet->source, packet->v6, source);
	set_address(&packet->destination, packet->v6, destination);
	set_address(&packet->quoted.destination, packet->v6, about);
	set_shape(packet, &spec);
	frame_build(&spec, &frame);
	bytes = (struct sluice_packet){ frame.bytes,
					frame.length - (packet->shape == ORACLE_CUT) };
	sluice_parse_frame(&bytes, &facts);
	if (packet->shape == ORACLE_COLLECTED)
		facts.fragment = SLUICE_FRAGMENT_WHOLE;
	return facts;
}

static struct sluice_counters counters_of(const struct sluice_image *image,
					  const struct oracle_packet *packet, unsigned int conduit)
{
	uint64_t intervals = sluice_conduit_word(image, conduit, SLUICE_CONDUIT_INTERVALS);
	uint64_t due = NANOSECONDS + (uint64_t)packet->packets * (__u32)intervals;
	uint64_t spent = NANOSECONDS + SLUICE_BURST_NANOSECONDS;

	/* The other half has nothing left: that must not matter. */
	return (struct sluice_counters){
		.packets_due = packet->reply ? spent : due,
		.replies_due = packet->reply ? due : spent,
		.connections_due = NANOSECONDS + packet->new_connections * (intervals >> 32),
		.concurrent = packet->connections,
		.spare_due = NANOSECONDS + packet->past.spare * 100000000ULL,
		.hour_since = NANOSECONDS - 1,
		.hour_bytes = packet->past.hour_bytes,
	};
}

static struct sluice_track track_of(const struct oracle_past *past)
{
	return (struct sluice_track){
		.reply_bytes = past->bytes,
		.forward_packets = past->asked,
		.reply_packets = past->answers,
		.sequence = past->next,
		.sent = past->sent,
		.acknowledged = past->acknowledged,
		.seen = (__u8)((past->begun ? SLUICE_TRACK_BEGUN : 0) |
			       (past->answered ? SLUICE_TRACK_ANSWERED : 0) |
			       (past->ended ? SLUICE_TRACK_ENDED : 0)),
	};
}

/* Judge, hold and charge, as the module does. */
static void ask_state(const struct sluice_image *image, const struct oracle_packet *packet,
		      const struct sluice_facts *facts, const struct sluice_answer *answer,
		      struct sluice_verdict *verdict)
{
	static const unsigned int layers[] = { SLUICE_LAYER_FORWARD, SLUICE_LAYER_LOCAL_IN,
					       SLUICE_LAYER_LOCAL_OUT };
	struct sluice_clock clock = { .now = packet->now, .lower_bound = packet->lower_bound,
				      .nanoseconds = NANOSECONDS, .sure = !packet->unsure };
	struct sluice_flow flow = { (__u8)packet->state, packet->reply, packet->translated, 0 };
	struct sluice_standing standing = {
		.open_until = packet->opened ? NANOSECONDS + 1 : NANOSECONDS,
		.window_end = packet->was_open_until,
		.island = packet->island,
		.lease = (__u8)packet->lease,
	};
	struct sluice_track track = track_of(&packet->past);
	struct sluice_track *kept = packet->past.lost ? NULL : &track;
	struct sluice_counters counters;

	sluice_judge(image, facts, layers[packet->layer], answer, &flow, verdict);
	sluice_hold(image, facts, &standing, kept, &clock, verdict);
	counters = counters_of(image, packet, verdict->conduit);
	sluice_charge(image, facts, &clock, &counters, kept, verdict);
}

static unsigned int core_ask(const struct site *site, const struct oracle_packet *packet,
			     struct sluice_facts *facts, const char **conduit)
{
	static const struct sluice_image nothing = { NULL, 0 };
	const struct sluice_image *image = packet->no_policy ? &nothing : &site->image;
	struct sluice_verdict verdict;
	struct sluice_answer answer;

	facts->port = (__u16)(*packet->port ? site_port(site, packet->port) : 0);
	if (packet->layer == ORACLE_LOCAL_OUT)
		sluice_gate_local(image, facts, &answer);
	else
		sluice_gate(image, facts, &answer);
	ask_state(image, packet, facts, &answer, &verdict);
	*conduit = site_conduit_name(site, verdict.conduit);
	if (verdict.permit != (verdict.reason == SLUICE_REASON_PERMITTED))
		return SLUICE_REASON_UNKNOWN;
	/* A piece has only the gate's answer; no hook may ever permit it. */
	if (packet->shape == ORACLE_PIECE && answer.reason == SLUICE_REASON_PERMITTED)
		return verdict.permit || answer.forward || answer.reply ? SLUICE_REASON_UNKNOWN :
									  SLUICE_REASON_PERMITTED;
	return verdict.reason;
}

/* ---- Agreement ---- */

/* Without a conduit, or before one is chosen, the nearest one is only for display. */
static bool names_conduit(unsigned int reason)
{
	return reason == SLUICE_REASON_PERMITTED ||
	       (core_reason_step(reason) >= 8 && reason != SLUICE_REASON_NAT);
}

static bool same_reason(unsigned int reason, const char *name)
{
	const char *upper = core_reason_name(reason);

	for (; *upper && *name; upper++, name++)
		if ((*upper | 0x20) != (*name | 0x20))
			return false;
	return !*upper && !*name;
}

__attribute__((format(printf, 1, 2)))
static void find(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(findings, format, arguments);
	va_end(arguments);
}

static void show_packet(const struct oracle_packet *packet)
{
	static const char *const layers[] = { "forward", "local in", "local out" };
	char source[64], destination[64];

	print_address(&packet->source, packet->v6, source);
	print_address(&packet->destination, packet->v6, destination);
	find("# %s by '%s' mac %012llx %s -> %s protocol %u ports %u %u type %u flags %u\n",
	     layers[packet->layer], packet->port, (unsigned long long)packet->mac, source,
	     destination, packet->protocol, packet->source_port, packet->destination_port,
	     packet->type, packet->flags);
	find("# state %u reply %d translated %d now %llu bound %llu used %u %u %u\n", packet->state,
	     packet->reply, packet->translated, (unsigned long long)packet->now,
	     (unsigned long long)packet->lower_bound, packet->packets, packet->new_connections,
	     packet->connections);
	find("# shape %u about %d segments %u payload %u unsure %d window %llu open %d lease %u\n",
	     packet->shape, packet->about, packet->segments, packet->payload, packet->unsure,
	     (unsigned long long)packet->was_open_until, packet->opened, packet->lease);
	print_address(&packet->quoted.destination, packet->v6, source);
	find("# quotes %s protocol %u ports %u %u type %u\n", source, packet->quoted.protocol,
	     packet->quoted.source_port, packet->quoted.destination_port, packet->quoted.type);
	find("# seq %u ack %u past: %d%d%d next %u sent %u acked %u asked %u answers %u spare %u bytes %llu hour %llu\n",
	     packet->sequence, packet->acknowledgement, packet->past.begun, packet->past.answered,
	     packet->past.ended, packet->past.next, packet->past.sent, packet->past.acknowledged,
	     packet->past.asked, packet->past.answers, packet->past.spare,
	     (unsigned long long)packet->past.bytes, (unsigned long long)packet->past.hour_bytes);
}

/* Of the first finding: those that follow mostly have its cause. */
static void keep_policy(const struct bench *bench)
{
	static bool kept;
	FILE *out = kept ? NULL : fopen("build/oracle-disagreement.yaml", "w");

	if (!out)
		return;
	kept = true;
	fwrite(bench->text, 1, bench->length, out);
	fclose(out);
}

static void compare_one(struct random_state *random, struct bench *bench,
			const struct oracle_packet *packet)
{
	struct sluice_facts facts = facts_of(packet);
	struct oracle_answer expected;
	const char *conduit;
	char first[2 * ORACLE_NAME];
	unsigned int reason, again;

	oracle_ask(bench->oracle, packet, &expected);
	reason = core_ask(&bench->site, packet, &facts, &conduit);
	snprintf(first, sizeof(first), "%s", conduit);
	reasons[reason]++;
	if (!same_reason(reason, expected.reason) ||
	    (names_conduit(reason) && strcmp(first, expected.conduit))) {
		if (disagreements++ < SHOWN) {
			show_packet(packet);
			find("# oracle: %s by '%s'; core: %s by '%s'\n", expected.reason,
			     expected.conduit, core_reason_name(reason), first);
			keep_policy(bench);
		}
	}
	again = core_ask(&bench->shuffled, packet, &facts, &conduit);
	if (again != reason || (names_conduit(reason) && strcmp(first, conduit)))
		if (disorders++ < SHOWN) {
			show_packet(packet);
			find("# %s by '%s'; in another order: %s by '%s'\n",
			     core_reason_name(reason), first, core_reason_name(again), conduit);
			keep_policy(bench);
		}
	if (reason == SLUICE_REASON_PERMITTED)
		keep_permitted(random, bench, packet, expected.conduit);
}

/* ---- Policies ---- */

/* Add conduits as long as the rules accept them. False when already the base is refused. */
static bool make_policy(struct random_state *random, struct generate_policy *policy,
			struct bench *bench)
{
	unsigned int i;

	generate_base(random, policy);
	for (i = 0; i < CONDUITS; i++) {
		generate_conduit(random, policy);
		bench->length = generate_print(policy, NULL, bench->text);
		if (site_load_text(bench->text, bench->length, true, &bench->site))
			site_release(&bench->site);
		else
			policy->count[GENERATE_CONDUITS]--;
	}
	bench->length = generate_print(policy, NULL, bench->text);
	return policy->count[GENERATE_CONDUITS] &&
	       site_load_text(bench->text, bench->length, true, &bench->site);
}

static bool shuffle(struct random_state *random, const struct generate_policy *policy,
		    struct bench *bench)
{
	char *text = malloc(GENERATE_TEXT);
	size_t length;
	bool good;

	if (!text)
		abort();
	length = generate_print(policy, random, text);
	good = site_load_text(text, length, false, &bench->shuffled);
	free(text);
	return good;
}

static bool images_are_canonical(const struct bench *bench)
{
	struct sluice_verify_error error;

	if (!sluice_verify(&bench->site.image, &error) &&
	    !sluice_verify(&bench->shuffled.image, &error))
		return true;
	find("# word %u conduit %u: %s\n", error.word, error.conduit, error.text);
	keep_policy(bench);
	return false;
}

static void compare_policy(struct random_state *random, struct bench *bench, unsigned long packets)
{
	struct oracle_packet packet;

	fill_pool(bench);
	memset(bench->kept, 0, sizeof(bench->kept));
	for (; packets; packets--) {
		make_packet(random, bench, &packet);
		compare_one(random, bench, &packet);
	}
}

static void tell_findings(uint64_t seed)
{
	static char line[512];

	rewind(findings);
	while (fgets(line, sizeof(line), findings))
		fputs(line, stdout);
	printf("# seed %llu\n", (unsigned long long)seed);
}

static void report(unsigned long decisions, uint64_t seed)
{
	unsigned int reason;
	bool all = true;

	for (reason = 0; reason < SLUICE_REASON_COUNT; reason++)
		if (reasons[reason])
			printf("# %9lu %6.2f %% %s\n", reasons[reason],
			       100.0 * (double)reasons[reason] / (double)decisions,
			       core_reason_name(reason));
	if (ftell(findings))
		tell_findings(seed);
	ktap_ok(!disagreements, "core and oracle agree on %lu decisions", decisions);
	ktap_ok(!disorders, "the order of lines means nothing");
	for (reason = 1; reason < SLUICE_REASON_COUNT; reason++)
		if (core_reason_in_build(reason) && 100 * reasons[reason] < decisions) {
			printf("# too few: %s\n", core_reason_name(reason));
			all = false;
		}
	if (decisions >= DECISIONS)
		ktap_ok(all, "every reason of the core and both verdicts are at least 1 %% of the decisions");
}

int main(int argc, char **argv)
{
	unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 0) : DECISIONS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
	struct random_state random = { seed };
	struct generate_policy *policy = calloc(1, sizeof(*policy));
	struct bench bench = { .text = malloc(GENERATE_TEXT) };
	unsigned long done = 0, policies = 0, refused = 0, conduits = 0;
	bool canonical = true, ordered = true;

	/* Also what the language does not promise yet. */
	sluice_enforced = ~0u;
	printf("# seed %llu\n", (unsigned long long)seed);
	findings = tmpfile();
	while (findings && policy && bench.text && done < wanted && refused < 1000 + 20 * policies) {
		if (!make_policy(&random, policy, &bench)) {
			refused++;
			continue;
		}
		bench.oracle = oracle_read(bench.text, bench.length);
		if (bench.oracle && shuffle(&random, policy, &bench)) {
			canonical = images_are_canonical(&bench) && canonical;
			compare_policy(&random, &bench, PACKETS);
			done += PACKETS;
		} else {
			ordered = false;
			refused++;
			keep_policy(&bench);
		}
		policies++;
		conduits += bench.oracle ? bench.oracle->conduits : 0;
		free(bench.oracle);
		site_release(&bench.shuffled);
		site_release(&bench.site);
	}
	free(policy);
	free(bench.text);
	printf("# %lu policies with %lu conduits, %lu drafts refused\n", policies, conduits, refused);
	printf("# %.0f decisions a second of processor time, policies included\n",
	       (double)done * CLOCKS_PER_SEC / (double)(clock() + 1));
	ktap_ok(done >= wanted, "enough policies were accepted");
	ktap_ok(ordered, "a shuffled policy is accepted as well");
	ktap_ok(canonical, "every image passes the verification of the module");
	report(done, seed);
	return ktap_done();
}
