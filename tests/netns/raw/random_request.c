// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One request at random: of the structure that its command takes, then broken in one place.
 */
#include <linux/genetlink.h>
#include <net/if.h>
#include <string.h>
#include <time.h>

#include "random.h"

/* ---- Values ---- */

static uint64_t any_number(struct player *player)
{
	static const uint64_t edges[] = {
		50, 62, 63, 64, 99, 254, 255, 256, 257, 4094, 4095, 4096, SLUICE_MAX_CONDUITS,
		SLUICE_MAX_CONDUITS + 1, SLUICE_MAX_TRIAL_MS, SLUICE_MAX_LEASE_MS, SLUICE_MAX_LEASE_MS + 1,
		INT32_MAX, UINT32_MAX, 1ull << 32, SLUICE_CLOCK_LATEST, UINT64_MAX,
	};

	return CHANCE(60) ? DICE(12) : edges[DICE(sizeof(edges) / sizeof(*edges))];
}

static uint32_t any_generation(struct player *player)
{
	uint32_t slot = DICE(SLUICE_SLOTS);

	if (!player->live[slot])
		slot = !slot;
	return CHANCE(85) ? player->live[slot] : (uint32_t)any_number(player);
}

static uint32_t any_device(struct player *player)
{
	static const char *const devices[] = { "eth0", "eth1", "eth2", "eth3", "eth4", "eth2.10", "lo" };

	return CHANCE(80) ? if_nametoindex(devices[DICE(sizeof(devices) / sizeof(*devices))]) :
			    (uint32_t)any_number(player);
}

static void any_bytes(struct player *player, uint8_t *bytes, size_t length)
{
	while (length--)
		*bytes++ = (uint8_t)DICE(256);
}

/* One of few, so that what one request or packet makes another one finds. */
static void any_address(struct player *player, uint8_t bytes[16])
{
	static const uint8_t plant[][16] = {
		{ [10] = 0xff, [11] = 0xff, 10, 1, 0, 7 }, { [10] = 0xff, [11] = 0xff, 10, 2, 0, 2 },
		{ [10] = 0xff, [11] = 0xff, 10, 2, 0, 10 }, { [10] = 0xff, [11] = 0xff, 10, 1, 0, 20 },
	};

	memcpy(bytes, plant[DICE(sizeof(plant) / sizeof(*plant))], 16);
	if (CHANCE(10))
		any_bytes(player, bytes, 16);
}

static struct raw_bundle *any_bundle(struct player *player, uint8_t command)
{
	if (command == SLUICE_CMD_TRUST_LOAD)
		return &player->bundles[0];
	return &player->bundles[CHANCE(70) ? player->policy : DICE(player->count)];
}

/* ---- Attributes ---- */

static void put_number(struct player *player, uint16_t type, uint64_t value, bool wide)
{
	if (wide)
		mnl_attr_put_u64(player->link->message, type, value);
	else
		mnl_attr_put_u32(player->link->message, type, (uint32_t)value);
}

static void put_bytes(struct player *player, uint16_t type, size_t length)
{
	uint8_t bytes[4096];

	any_bytes(player, bytes, length);
	mnl_attr_put(player->link->message, type, length, bytes);
}

static void put_part(struct player *player, uint16_t type, const struct raw_bytes *part)
{
	mnl_attr_put(player->link->message, type, part->length, part->bytes);
}

static void put_port(struct player *player)
{
	struct nlattr *nest = mnl_attr_nest_start(player->link->message, SLUICE_ATTR_PORT);

	put_number(player, SLUICE_PORT_INDEX, CHANCE(80) ? 1 + DICE(7) : any_number(player), false);
	put_number(player, SLUICE_PORT_IFINDEX, any_device(player), false);
	if (CHANCE(80))
		put_number(player, SLUICE_PORT_VLAN, CHANCE(80) ? 0 : any_number(player), false);
	mnl_attr_nest_end(player->link->message, nest);
}

static void put_binding(struct player *player)
{
	struct nlattr *nest = mnl_attr_nest_start(player->link->message, SLUICE_ATTR_BINDING);
	/* the one of the plant's that no policy binds (tests/netns/bindings) */
	uint8_t address[16] = { [10] = 0xff, [11] = 0xff, 10, 1, 0, 20 };

	if (CHANCE(30))
		any_address(player, address);
	mnl_attr_put(player->link->message, SLUICE_BINDING_ADDRESS, CHANCE(90) ? 16 : DICE(16), address);
	mnl_attr_nest_end(player->link->message, nest);
}

static void put_lease(struct player *player)
{
	struct nlattr *nest = mnl_attr_nest_start(player->link->message, SLUICE_ATTR_LEASE);
	uint8_t address[16];

	any_address(player, address);
	put_number(player, SLUICE_LEASE_ZONE, CHANCE(80) ? 1 + DICE(6) : any_number(player), false);
	mnl_attr_put(player->link->message, SLUICE_LEASE_ADDRESS, sizeof(address), address);
	if (CHANCE(30))
		put_bytes(player, SLUICE_LEASE_MAC, CHANCE(90) ? 6 : DICE(9));
	put_number(player, SLUICE_LEASE_UNTIL_MS, any_number(player), true);
	if (CHANCE(90))
		put_number(player, SLUICE_LEASE_STATE, CHANCE(80) ? 1 + DICE(2) : any_number(player), false);
	if (CHANCE(30))
		put_bytes(player, SLUICE_LEASE_IDENTITY, DICE(SLUICE_MAX_IDENTITY + 3));
	mnl_attr_nest_end(player->link->message, nest);
}

static void put_nest(struct player *player, uint16_t type)
{
	uint32_t times = CHANCE(70) ? 1 : DICE(9);

	while (times--) {
		if (type == SLUICE_ATTR_PORT)
			put_port(player);
		else if (type == SLUICE_ATTR_BINDING)
			put_binding(player);
		else
			put_lease(player);
	}
}

/* Records of a gate as it might report them: most fields are in their ranges. */
static void put_records(struct player *player)
{
	struct sluice_record records[32];
	uint32_t index, count = 1 + DICE(4);

	for (index = 0; index < count; index++) {
		any_bytes(player, (uint8_t *)&records[index], sizeof(*records));
		records[index].version = SLUICE_RECORD_VERSION;
		records[index].type = SLUICE_RECORD_DENY;
		records[index].layer = SLUICE_LAYER_GATE;
		records[index].reason = (uint8_t)(2 + DICE(SLUICE_REASON_COUNT - 2));
		records[index].generation = (uint16_t)any_generation(player);
		records[index].port = (uint16_t)(1 + DICE(6));
		records[index].conduit = (uint16_t)DICE(12);
		records[index].family = CHANCE(50) ? 4 : 6;
		records[index].source_zone = (uint16_t)DICE(7);
		records[index].destination_zone = (uint16_t)DICE(7);
		records[index].vlan = 0;
		records[index].kind = (uint8_t)DICE(5);
		memset(records[index].zero, 0, sizeof(records[index].zero));
	}
	mnl_attr_put(player->link->message, SLUICE_ATTR_DATA, count * sizeof(*records), records);
}

static void put_data(struct player *player, uint8_t command)
{
	if (command == SLUICE_CMD_GATE_RECORDS && CHANCE(90))
		put_records(player);
	else if (command == SLUICE_CMD_TRUST_LOAD)
		put_part(player, SLUICE_ATTR_DATA, &player->bundles[0].image);
	else
		put_bytes(player, SLUICE_ATTR_DATA, DICE(4097));
}

/* A floor above every version would end all life, and so would one at the newest with another digest. */
static uint64_t any_floor(struct player *player)
{
	uint32_t older = player->count - 2;

	return player->version + DICE(player->policy < older ? player->policy : older);
}

/* Nor can a bound behind the clock be taken back: no clock would be believed any more. */
static uint64_t any_bound(struct player *player)
{
	static const uint64_t refused[] = { SLUICE_CLOCK_LATEST, UINT64_MAX };

	return CHANCE(80) ? (uint64_t)time(NULL) - DICE(100) : refused[DICE(2)];
}

static void put_attribute(struct player *player, uint8_t command, uint16_t type)
{
	switch (type) {
	case SLUICE_ATTR_ABI: put_number(player, type, SLUICE_ABI_VERSION, false); break;
	case SLUICE_ATTR_NETNS_FD:
		put_number(player, type, CHANCE(80) ? (uint32_t)player->elsewhere : any_number(player), false);
		break;
	case SLUICE_ATTR_SELECTOR_FD:
		put_number(player, type, CHANCE(80) ? (uint32_t)player->selector : any_number(player), false);
		break;
	case SLUICE_ATTR_GENERATION: put_number(player, type, any_generation(player), false); break;
	case SLUICE_ATTR_CONDUIT:
		put_number(player, type, CHANCE(80) ? 2 + DICE(2) : any_number(player), false);
		break;
	case SLUICE_ATTR_TRIAL_MS: put_number(player, type, any_number(player), false); break;
	case SLUICE_ATTR_ENVELOPE: put_part(player, type, &any_bundle(player, command)->envelope); break;
	case SLUICE_ATTR_SIGNATURE: put_part(player, type, &any_bundle(player, command)->signatures[0]); break;
	case SLUICE_ATTR_DATA: put_data(player, command); break;
	case SLUICE_ATTR_DIGEST:
	case SLUICE_ATTR_PREVIOUS: put_bytes(player, type, CHANCE(90) ? SLUICE_DIGEST_BYTES : DICE(40)); break;
	case SLUICE_ATTR_VERSION_FLOOR: put_number(player, type, any_floor(player), true); break;
	case SLUICE_ATTR_PORT:
	case SLUICE_ATTR_BINDING:
	case SLUICE_ATTR_LEASE: put_nest(player, type); break;
	case SLUICE_ATTR_ISLAND:
		/* bit 0 is no conduit, and the plant has few */
		mnl_attr_put(player->link->message, type, 1, &(uint8_t){ (uint8_t)(DICE(CHANCE(80) ? 16 : 128) << 1) });
		break;
	case SLUICE_ATTR_SURE: put_number(player, type, DICE(3), false); break;
	case SLUICE_ATTR_LOWER_BOUND: put_number(player, type, any_bound(player), true); break;
	case SLUICE_ATTR_OFFSET:
	case SLUICE_ATTR_DURATION_MS: put_number(player, type, any_number(player), true); break;
	default: put_number(player, type, any_number(player), CHANCE(50)); break;
	}
}

/* ---- Requests ---- */

#define MAX_TAKES	5

/* What each command takes; those without a row take nothing. */
static const uint16_t takes[__SLUICE_CMD_MAX][MAX_TAKES] = {
	[SLUICE_CMD_TRUST_LOAD] = { SLUICE_ATTR_ENVELOPE, SLUICE_ATTR_SIGNATURE, SLUICE_ATTR_DATA },
	[SLUICE_CMD_STAGE_BEGIN] = { SLUICE_ATTR_ENVELOPE, SLUICE_ATTR_SIGNATURE },
	[SLUICE_CMD_STAGE_DATA] = { SLUICE_ATTR_OFFSET, SLUICE_ATTR_DATA },
	[SLUICE_CMD_PORTS_BIND] = { SLUICE_ATTR_GENERATION, SLUICE_ATTR_PORT },
	[SLUICE_CMD_PUBLISH] = { SLUICE_ATTR_GENERATION, SLUICE_ATTR_TRIAL_MS },
	[SLUICE_CMD_CONFIRM] = { SLUICE_ATTR_GENERATION },
	[SLUICE_CMD_GATE_SET] = { SLUICE_ATTR_SELECTOR_FD },
	[SLUICE_CMD_FLOOR_SET] = { SLUICE_ATTR_VERSION_FLOOR, SLUICE_ATTR_DIGEST, SLUICE_ATTR_PREVIOUS },
	[SLUICE_CMD_HEARTBEAT] = { SLUICE_ATTR_LAYERS },
	[SLUICE_CMD_GATE_RECORDS] = { SLUICE_ATTR_DATA },
	[SLUICE_CMD_BINDING_FORGET] = { SLUICE_ATTR_BINDING },
	[SLUICE_CMD_LEASE_SET] = { SLUICE_ATTR_LEASE },
	[SLUICE_CMD_ISLAND_SET] = { SLUICE_ATTR_GENERATION, SLUICE_ATTR_ISLAND },
	[SLUICE_CMD_CLOCK_SET] = { SLUICE_ATTR_SURE, SLUICE_ATTR_LOWER_BOUND },
	[SLUICE_CMD_CONDUIT_OPEN] = { SLUICE_ATTR_GENERATION, SLUICE_ATTR_CONDUIT, SLUICE_ATTR_DURATION_MS },
};

static bool is_dump(uint8_t command)
{
	return command == SLUICE_CMD_COUNTERS || command == SLUICE_CMD_FLOWS ||
	       command == SLUICE_CMD_BINDINGS || command == SLUICE_CMD_LEASES;
}

static bool is_optional(uint16_t type)
{
	return type == SLUICE_ATTR_DIGEST || type == SLUICE_ATTR_PREVIOUS;
}

void random_compose(struct player *player, uint8_t command)
{
	const uint16_t *type = takes[command];

	raw_begin_bare(player->link, command, is_dump(command) ? NLM_F_DUMP : 0);
	if (CHANCE(98))
		put_attribute(player, command, SLUICE_ATTR_ABI);
	if (CHANCE(6))
		put_attribute(player, command, SLUICE_ATTR_NETNS_FD);
	for (; type < takes[command] + MAX_TAKES && *type; type++)
		if (CHANCE(is_optional(*type) ? 20 : 97))
			put_attribute(player, command, *type);
}

/* The Nth attribute of the request, of as many as there are; NULL when there is none. */
static struct nlattr *pick(struct player *player)
{
	struct nlattr *attribute, *picked = NULL;
	uint32_t seen = 0;

	mnl_attr_for_each(attribute, player->link->message, sizeof(struct genlmsghdr))
		if (!DICE(++seen))
			picked = attribute;
	return picked;
}

static void spoil_attribute(struct player *player, struct nlattr *attribute)
{
	uint8_t *payload = mnl_attr_get_payload(attribute);
	uint16_t length = mnl_attr_get_payload_len(attribute);

	switch (DICE(5)) {
	case 0: attribute->nla_len = (uint16_t)(attribute->nla_len + DICE(17) - 8); break;
	case 1: attribute->nla_type = (uint16_t)DICE(SLUICE_ATTR_MAX + 4); break;
	case 2: attribute->nla_type ^= CHANCE(50) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER; break;
	case 3: attribute->nla_len = (uint16_t)any_number(player); break;
	default:
		if (length)
			payload[DICE(length)] ^= (uint8_t)(1u << DICE(8));
	}
}

static void spoil_request(struct player *player)
{
	struct genlmsghdr *header = mnl_nlmsg_get_payload(player->link->message);
	struct nlattr *twin = pick(player);

	switch (DICE(5)) {
	case 0: header->cmd = (uint8_t)DICE(__SLUICE_CMD_MAX + 2); break;
	case 1: player->link->message->nlmsg_len -= DICE(player->link->message->nlmsg_len - 20); break;
	case 2: put_attribute(player, header->cmd, (uint16_t)(1 + DICE(SLUICE_ATTR_MAX))); break;
	case 3: header->version = (uint8_t)DICE(256); break;
	default:
		if (twin)
			mnl_attr_put(player->link->message, mnl_attr_get_type(twin),
				     mnl_attr_get_payload_len(twin), mnl_attr_get_payload(twin));
	}
}

void random_spoil(struct player *player)
{
	struct nlattr *attribute = pick(player);

	if (attribute && CHANCE(60))
		spoil_attribute(player, attribute);
	else
		spoil_request(player);
}
