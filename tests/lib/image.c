// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/image.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIE_STRIDE 8

/* Words in host order until image_make() ends. */
struct writer {
	const struct image_plan *plan;
	uint64_t *words;
	uint32_t count;
};

static void bad_plan(const char *what)
{
	printf("Bail out! an image's plan is wrong: %s\n", what);
	exit(1);
}

static uint32_t take(struct writer *writer, uint32_t words)
{
	uint32_t base = writer->count;

	writer->count += words;
	writer->words = realloc(writer->words, writer->count * sizeof(*writer->words));
	if (!writer->words)
		bad_plan("no memory");
	memset(writer->words + base, 0, words * sizeof(*writer->words));
	return base;
}

static void write_ports(struct writer *writer)
{
	uint32_t base = take(writer, (uint32_t)(writer->plan->ports + 1) * SLUICE_PORT_WORDS);
	size_t i;

	writer->words[SLUICE_HEADER_PORTS] = base;
	for (i = 0; i < writer->plan->ports; i++) {
		const struct image_port *port = &writer->plan->port[i];
		uint64_t *record = writer->words + base + (i + 1) * SLUICE_PORT_WORDS;
		uint64_t name[2] = { 0, 0 };

		memcpy(name, port->device, strnlen(port->device, 15));
		record[0] = port->zone | (uint64_t)port->vlan << 16 | port->flags;
		record[1] = le64toh(name[0]);
		record[2] = le64toh(name[1]);
	}
}

static void write_zones(struct writer *writer)
{
	uint32_t base = take(writer, (uint32_t)(writer->plan->zones + 1) * SLUICE_ZONE_WORDS);
	size_t i;

	writer->words[SLUICE_HEADER_ZONES] = base;
	for (i = 0; i < writer->plan->zones; i++) {
		const struct image_zone *zone = &writer->plan->zone[i];
		uint64_t *record = writer->words + base + (i + 1) * SLUICE_ZONE_WORDS;
		uint64_t attach = zone->attach ? zone->attach : i + 1;

		record[0] = zone->flags | (uint64_t)zone->level << 8 | attach << 16 |
			    (uint64_t)zone->intra << 32;
		record[1] = zone->identifier;
	}
}

static void write_conduits(struct writer *writer)
{
	uint32_t base = take(writer, (uint32_t)(writer->plan->conduits + 1) * SLUICE_CONDUIT_WORDS);
	size_t i;

	writer->words[SLUICE_HEADER_CONDUITS] = base;
	for (i = 0; i < writer->plan->conduits; i++) {
		const struct image_conduit *conduit = &writer->plan->conduit[i];
		uint64_t *record = writer->words + base + (i + 1) * SLUICE_CONDUIT_WORDS;

		record[SLUICE_CONDUIT_FLAGS] = conduit->flags | SLUICE_GRADE_INITIATE;
		record[SLUICE_CONDUIT_RATES] =
			conduit->packets | (uint64_t)conduit->connections << 32;
		record[SLUICE_CONDUIT_INTERVALS] = 1000000000u / conduit->packets |
			(uint64_t)(1000000000u / conduit->connections) << 32;
		record[SLUICE_CONDUIT_CONCURRENT] = conduit->concurrent | (uint64_t)(i + 10) << 32;
		record[SLUICE_CONDUIT_VALID_FROM] = conduit->from;
		record[SLUICE_CONDUIT_VALID_UNTIL] = conduit->until;
		writer->words[SLUICE_HEADER_CONNECTIONS] += conduit->concurrent;
	}
}

static void write_identifiers(struct writer *writer)
{
	uint32_t base = take(writer, (uint32_t)writer->plan->identifiers + 1);
	size_t i;

	writer->words[SLUICE_HEADER_IDENTIFIERS] =
		base | (uint64_t)writer->plan->identifiers << 32;
	for (i = 0; i < writer->plan->identifiers; i++)
		writer->words[base + 1 + i] = writer->plan->identifier[i];
}

static void write_service(struct writer *writer, uint32_t base, unsigned int transport,
			  unsigned int number, unsigned int class)
{
	uint32_t directory = base + transport * SLUICE_SERVICE_PAGES + (number >> 8);
	uint64_t *word;

	if (!writer->words[directory]) {
		uint32_t page = take(writer, SLUICE_SERVICE_PAGE_WORDS);

		writer->words[directory] = page;
	}
	word = writer->words + writer->words[directory] + ((number & 255) >> 2);
	*word &= ~(0xffffULL << 16 * (number & 3));
	*word |= (uint64_t)class << 16 * (number & 3);
}

static void write_services(struct writer *writer)
{
	uint32_t base = take(writer, SLUICE_TRANSPORTS * SLUICE_SERVICE_PAGES);
	size_t i;

	writer->words[SLUICE_HEADER_SERVICES] = base;
	for (i = 0; i < writer->plan->services; i++) {
		const struct image_service *service = &writer->plan->service[i];
		unsigned int number;

		for (number = service->first; number <= service->last; number++)
			write_service(writer, base, service->transport, number, service->class);
	}
}

static unsigned int zone_of(const struct writer *writer, unsigned int identifier)
{
	if (!identifier || identifier > writer->plan->identifiers)
		bad_plan("an entry's identifier");
	return writer->plan->identifier[identifier - 1];
}

static bool whole(const struct writer *writer, unsigned int identifier)
{
	unsigned int zone = zone_of(writer, identifier);

	return zone && writer->plan->zone[zone - 1].identifier == identifier;
}

static void write_matrix(struct writer *writer)
{
	uint32_t side = (uint32_t)writer->plan->zones + 1;
	uint32_t base = take(writer, (side * side + 7) / 8);
	size_t i;

	writer->words[SLUICE_HEADER_MATRIX] = base;
	for (i = 0; i < writer->plan->entries; i++) {
		const struct image_entry *entry = &writer->plan->entry[i];
		uint32_t cell = zone_of(writer, entry->source) * side +
				zone_of(writer, entry->destination);
		uint64_t kind = whole(writer, entry->source) ?
			(whole(writer, entry->destination) ? SLUICE_MATRIX_ZONE_ZONE :
							     SLUICE_MATRIX_ZONE_CLASS) :
			(whole(writer, entry->destination) ? SLUICE_MATRIX_CLASS_ZONE :
							     SLUICE_MATRIX_CLASS_CLASS);

		writer->words[base + cell / 8] |= kind << 8 * (cell % 8);
	}
}

/* Place one key; false when the table must grow. */
static bool place(uint64_t *table, uint32_t log2, uint64_t key, uint64_t value)
{
	uint32_t bucket = sluice_bucket(key, 0, log2);
	int probe;

	for (probe = 0; probe < SLUICE_TABLE_PROBES; probe++) {
		if (!table[2 * bucket]) {
			table[2 * bucket] = key;
			table[2 * bucket + 1] = value;
			return true;
		}
		bucket = (bucket + 1) & ((1u << log2) - 1);
	}
	return false;
}

static void write_table(struct writer *writer, uint32_t field, const uint64_t (*pair)[2],
			size_t pairs)
{
	uint32_t log2 = 2;
	uint64_t *table;
	uint32_t base;
	size_t i;

again:
	table = calloc(2u << log2, sizeof(*table));
	for (i = 0; table && i < pairs; i++)
		if (!place(table, log2, pair[i][0], pair[i][1])) {
			free(table);
			log2++;
			goto again;
		}
	base = take(writer, 2u << log2);
	if (!table)
		bad_plan("no memory");
	memcpy(writer->words + base, table, (2u << log2) * sizeof(*table));
	writer->words[field] = base | (uint64_t)log2 << 32;
	free(table);
}

static void write_entries(struct writer *writer)
{
	size_t entries = writer->plan->entries;
	uint64_t (*pair)[2] = calloc(entries + 1, sizeof(*pair));
	size_t i;

	if (!pair)
		bad_plan("no memory");
	for (i = 0; i < entries; i++) {
		const struct image_entry *entry = &writer->plan->entry[i];

		pair[i][0] = SLUICE_TABLE_KEY(entry->source, entry->destination, entry->service);
		pair[i][1] = entry->conduit;
	}
	write_table(writer, SLUICE_HEADER_TABLE, (const uint64_t (*)[2])pair, entries);
	free(pair);
}

static void write_bindings(struct writer *writer)
{
	uint32_t base = take(writer, (uint32_t)(writer->plan->bindings + 1) * SLUICE_BINDING_WORDS);
	size_t i;

	writer->words[SLUICE_HEADER_BINDINGS] = base | (uint64_t)writer->plan->bindings << 32;
	for (i = 0; i < writer->plan->bindings; i++) {
		const struct image_binding *binding = &writer->plan->binding[i];
		uint64_t *record = writer->words + base + (i + 1) * SLUICE_BINDING_WORDS;

		record[0] = binding->macs | (uint64_t)binding->port << 16;
		memcpy(record + 1, binding->mac, sizeof(binding->mac));
	}
}

static void write_macs(struct writer *writer)
{
	size_t macs = writer->plan->macs;
	uint64_t (*pair)[2] = calloc(macs + 1, sizeof(*pair));
	size_t i;

	if (!pair)
		bad_plan("no memory");
	for (i = 0; i < macs; i++) {
		pair[i][0] = writer->plan->mac[i].mac | SLUICE_MAC_USED;
		pair[i][1] = writer->plan->mac[i].zone;
	}
	if (macs)
		write_table(writer, SLUICE_HEADER_MACS, (const uint64_t (*)[2])pair, macs);
	free(pair);
}

/* ---- Tries: the plain way, by looking at every prefix again and again ---- */

struct prefix {
	uint64_t bits[2];
	unsigned int length;
	bool v6;
};

static struct prefix read_prefix(const char *text)
{
	struct prefix prefix = { .v6 = strchr(text, ':') };
	uint8_t bytes[16] = { 0 };
	char address[64];
	size_t i;

	if (sscanf(text, "%63[^/]/%u", address, &prefix.length) != 2 ||
	    inet_pton(prefix.v6 ? AF_INET6 : AF_INET, address, bytes) != 1)
		bad_plan(text);
	for (i = 0; i < 16; i++)
		prefix.bits[i / 8] |= (uint64_t)bytes[i] << (56 - 8 * (i % 8));
	return prefix;
}

/* Bits [from, from + count) of an address, count up to 64 */
static uint64_t cut(const uint64_t bits[2], unsigned int from, unsigned int count)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = from; i < from + count; i++)
		value = value << 1 | (bits[i / 64] >> (63 - i % 64) & 1);
	return value;
}

static void paste(uint64_t bits[2], unsigned int from, unsigned int count, uint64_t value)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		uint64_t mask = 1ULL << (63 - (from + i) % 64);

		if (value >> (count - 1 - i) & 1)
			bits[(from + i) / 64] |= mask;
		else
			bits[(from + i) / 64] &= ~mask;
	}
}

static bool within(const uint64_t path[2], const uint64_t other[2], unsigned int length)
{
	unsigned int first = length < 64 ? length : 64;

	return (!first || cut(path, 0, first) == cut(other, 0, first)) &&
	       (length <= 64 || cut(path, 64, length - 64) == cut(other, 64, length - 64));
}

static uint64_t leaf(const struct writer *writer, bool v6, const uint64_t path[2], unsigned int used)
{
	const struct image_owner *best = NULL;
	unsigned int longest = 0;
	size_t i;

	for (i = 0; i < writer->plan->owners; i++) {
		struct prefix prefix = read_prefix(writer->plan->owner[i].prefix);

		if (prefix.v6 != v6 || prefix.length > used ||
		    !within(path, prefix.bits, prefix.length) || (best && prefix.length < longest))
			continue;
		best = &writer->plan->owner[i];
		longest = prefix.length;
	}
	if (!best)
		return 0;
	return (uint64_t)SLUICE_ENTRY_LEAF << SLUICE_ENTRY_SHIFT |
	       SLUICE_OWNER(best->identifier, best->zone, best->binding);
}

/* How many prefixes go on below this path, and one of them. */
static size_t below(const struct writer *writer, bool v6, const uint64_t path[2], unsigned int used,
		    struct prefix *one)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < writer->plan->owners; i++) {
		struct prefix prefix = read_prefix(writer->plan->owner[i].prefix);

		if (prefix.v6 != v6 || prefix.length <= used || !within(path, prefix.bits, used))
			continue;
		*one = prefix;
		count++;
	}
	return count;
}

static void write_trie(struct writer *writer, uint32_t slot, bool v6, const uint64_t path[2],
		       unsigned int used)
{
	struct prefix one = { .length = 0 };
	size_t deeper = below(writer, v6, path, used, &one);
	unsigned int stride = one.length - used;
	uint64_t next[2] = { path[0], path[1] };
	uint32_t base, i;

	if (!deeper) {
		writer->words[slot] = leaf(writer, v6, path, used);
		return;
	}
	if (deeper == 1) {
		stride = stride > 64 ? 64 : stride;
		base = take(writer, 3);
		writer->words[base] = cut(one.bits, used, stride);
		writer->words[slot] = (uint64_t)SLUICE_ENTRY_COMPARE << SLUICE_ENTRY_SHIFT |
				      (uint64_t)(stride - 1) << 32 | base;
		paste(next, used, stride, writer->words[base]);
		write_trie(writer, base + 1, v6, next, used + stride);
		writer->words[base + 2] = leaf(writer, v6, path, used);
		return;
	}
	base = take(writer, 1u << TRIE_STRIDE);
	writer->words[slot] = (uint64_t)SLUICE_ENTRY_NODE << SLUICE_ENTRY_SHIFT |
			      (uint64_t)(TRIE_STRIDE - 1) << 32 | base;
	for (i = 0; i < 1u << TRIE_STRIDE; i++) {
		paste(next, used, TRIE_STRIDE, i);
		write_trie(writer, base + i, v6, next, used + TRIE_STRIDE);
	}
}

struct sluice_image image_make(const struct image_plan *plan)
{
	static const uint64_t nowhere[2];
	struct writer writer = { .plan = plan };
	uint32_t i;

	take(&writer, SLUICE_IMAGE_HEADER_WORDS);
	writer.words[SLUICE_HEADER_MAGIC] = SLUICE_IMAGE_MAGIC;
	writer.words[SLUICE_HEADER_VERSION] = 1;
	writer.words[SLUICE_HEADER_COUNTS] =
		plan->ports | plan->zones << 16 | (uint64_t)plan->conduits << 32;
	writer.words[SLUICE_HEADER_LAYERS] = plan->layers;
	writer.words[SLUICE_HEADER_COMPILER] = SLUICE_COMPILER_FORMAT;
	write_ports(&writer);
	write_zones(&writer);
	write_conduits(&writer);
	write_identifiers(&writer);
	write_services(&writer);
	write_matrix(&writer);
	write_entries(&writer);
	write_bindings(&writer);
	write_macs(&writer);
	write_trie(&writer, SLUICE_HEADER_ROOT4, false, nowhere, 0);
	write_trie(&writer, SLUICE_HEADER_ROOT6, true, nowhere, 0);
	writer.words[SLUICE_HEADER_WORDS] = writer.count;
	for (i = 0; i < writer.count; i++)
		writer.words[i] = htole64(writer.words[i]);
	return (struct sluice_image){ (const __le64 *)writer.words, writer.count };
}

struct sluice_image image_copy(const struct sluice_image *image)
{
	size_t bytes = image->count * sizeof(*image->words);
	void *words = malloc(bytes);

	if (!words)
		bad_plan("no memory");
	memcpy(words, image->words, bytes);
	return (struct sluice_image){ words, image->count };
}

void image_free(struct sluice_image *image)
{
	free((void *)(uintptr_t)image->words);
	image->words = NULL;
	image->count = 0;
}

/* ---- The small plant ---- */

#define LIMITS .packets = 1000, .connections = 10, .concurrent = 100
#define ROWS(array) (array), sizeof(array) / sizeof((array)[0])

static const struct image_port plant_ports[] = {
	{ "eth1", .zone = PLANT_CONTROL },
	{ "eth2", PLANT_CONTROL, .vlan = 10 },
	{ "eth3", .zone = PLANT_DMZ },
	{ "eth0", .zone = PLANT_ENTERPRISE },
	{ "eth0", PLANT_INTERNET, .vlan = 99 },
	{ "eth4", .zone = PLANT_SAFETY },
	{ "eth5", PLANT_CONTROL, 0, SLUICE_PORT_FLAG_MIRROR },
	{ "eth6", .zone = PLANT_CELL },
	{ "eth7", .zone = PLANT_CELL },
	{ "eth8", .zone = PLANT_OFFICE },
	{ "eth9", .zone = PLANT_OFFICE },
};

static const struct image_zone plant_zones[] = {
	{ .flags = SLUICE_ZONE_FLAG_ISOLATED },
	{ SLUICE_LEVEL_CONTROL, .intra = PLANT_INTRA_CONTROL, .identifier = PLANT_ID_CONTROL },
	{ SLUICE_LEVEL_DMZ, .identifier = PLANT_ID_DMZ },
	{ SLUICE_LEVEL_ENTERPRISE, .intra = PLANT_INTRA_ENTERPRISE, .identifier = PLANT_ID_ENTERPRISE },
	{ SLUICE_LEVEL_ENTERPRISE, .attach = PLANT_INTERNET, .identifier = PLANT_ID_CLOUD },
	{ SLUICE_LEVEL_INTERNET, .identifier = PLANT_ID_INTERNET },
	{ SLUICE_LEVEL_CONTROL, .identifier = PLANT_ID_CELL },	/* intra: deny */
	{ SLUICE_LEVEL_ENTERPRISE, .identifier = PLANT_ID_OFFICE },	/* intra: deny */
};

static const struct image_conduit plant_conduits[] = {
	{ LIMITS },
	{ LIMITS, .flags = SLUICE_CONDUIT_FLAG_ESSENTIAL },
	{ LIMITS },
	{ LIMITS },
	{ LIMITS, .flags = SLUICE_CONDUIT_FLAG_FROM_GATEWAY },
	{ LIMITS, .flags = SLUICE_CONDUIT_FLAG_INTRA },
	{ LIMITS, .flags = SLUICE_CONDUIT_FLAG_TO_GATEWAY },
	{ LIMITS, .from = PLANT_VALID_FROM, .until = PLANT_VALID_UNTIL },
	{ LIMITS },
	{ LIMITS },
	{ LIMITS, .flags = SLUICE_CONDUIT_FLAG_INTRA },
	{ LIMITS, .flags = SLUICE_CONDUIT_FLAG_FROM_GATEWAY },
	{ LIMITS },
};

static const unsigned int plant_identifiers[] = {
	0, PLANT_CONTROL, PLANT_CONTROL, PLANT_DMZ, PLANT_DMZ, PLANT_ENTERPRISE, PLANT_ENTERPRISE,
	PLANT_CLOUD, PLANT_INTERNET, PLANT_DMZ, PLANT_DMZ, PLANT_ENTERPRISE, PLANT_ENTERPRISE,
	PLANT_CELL, PLANT_CELL, PLANT_OFFICE, PLANT_OFFICE,
};

static const struct image_service plant_services[] = {
	{ SLUICE_TRANSPORT_TCP, 4840, 4840, PLANT_OPC_UA },
	{ SLUICE_TRANSPORT_UDP, 53, 53, PLANT_TIME_DNS },
	{ SLUICE_TRANSPORT_UDP, 123, 123, PLANT_TIME_DNS },
	{ SLUICE_TRANSPORT_TCP, 8883, 8883, PLANT_MQTT },
	{ SLUICE_TRANSPORT_ICMP, 8, 8, PLANT_ECHO },
	{ SLUICE_TRANSPORT_ICMPV6, 128, 128, PLANT_ECHO },
	{ SLUICE_TRANSPORT_TCP, 22, 22, PLANT_SHELL },
	{ SLUICE_TRANSPORT_UDP, 51820, 51820, PLANT_VPN },
	{ SLUICE_TRANSPORT_TCP, 502, 502, PLANT_MODBUS },
};

static const struct image_entry plant_entries[] = {
	{ PLANT_ID_PLC, PLANT_ID_HISTORIAN, PLANT_OPC_UA, PLANT_TO_HISTORIAN },
	{ PLANT_ID_CONTROL, PLANT_ID_TIME, PLANT_TIME_DNS, PLANT_BASICS },
	{ PLANT_ID_BROKER, PLANT_ID_IT_BROKER, PLANT_MQTT, PLANT_DMZ_TO_IT },
	{ PLANT_ID_BROKER, PLANT_ID_CLOUD, PLANT_MQTT, PLANT_DMZ_TO_CLOUD },
	{ SLUICE_IDENTIFIER_GATEWAY, PLANT_ID_CENTRAL, PLANT_MQTT, PLANT_DIAL },
	{ PLANT_ID_CENTRAL, SLUICE_IDENTIFIER_GATEWAY, PLANT_SHELL, PLANT_SSH },
	{ PLANT_ID_INTERNET, PLANT_ID_JUMP, PLANT_VPN, PLANT_VENDOR },
	{ PLANT_ID_CONTROL, PLANT_ID_DMZ, PLANT_ECHO, PLANT_PING },
	{ PLANT_ID_CELL, PLANT_ID_CELL_PLC, PLANT_MODBUS, PLANT_CELL_POLL },
	{ SLUICE_IDENTIFIER_GATEWAY, PLANT_ID_LOGS, PLANT_SHELL, PLANT_DIAL_LOGS },
	{ PLANT_ID_OFFICE, PLANT_ID_LOGS, PLANT_SHELL, PLANT_OFFICE_LOGS },
};

static const struct image_binding plant_bindings[] = {
	{ PLANT_ETH1, 1, { PLANT_PLC_MAC } },
};

static const struct image_mac plant_macs[] = {
	{ PLANT_SIS_MAC, PLANT_SAFETY },
};

static const struct image_owner plant_owners[] = {
	{ "10.0.0.0/24", PLANT_SAFETY, 0, 0 },
	{ "10.1.0.0/16", PLANT_CONTROL, PLANT_ID_CONTROL, 0 },
	{ "10.1.0.7/32", PLANT_CONTROL, PLANT_ID_PLC, 1 },
	{ "10.1.0.8/32", PLANT_CONTROL, PLANT_ID_PLC, 0 },
	{ "fd00:1::/48", PLANT_CONTROL, PLANT_ID_CONTROL, 0 },
	{ "fd00:1::8/128", PLANT_CONTROL, PLANT_ID_PLC, 0 },
	{ "10.2.0.0/16", PLANT_DMZ, PLANT_ID_DMZ, 0 },
	{ "10.2.0.1/32", PLANT_DMZ, SLUICE_IDENTIFIER_GATEWAY, 0 },
	{ "10.2.0.2/32", PLANT_DMZ, PLANT_ID_TIME, 0 },
	{ "10.2.0.10/32", PLANT_DMZ, PLANT_ID_HISTORIAN, 0 },
	{ "10.2.0.11/32", PLANT_DMZ, PLANT_ID_BROKER, 0 },
	{ "fd00:2::/48", PLANT_DMZ, PLANT_ID_DMZ, 0 },
	{ "fd00:2::10/128", PLANT_DMZ, PLANT_ID_HISTORIAN, 0 },
	{ "10.3.0.0/16", PLANT_ENTERPRISE, PLANT_ID_ENTERPRISE, 0 },
	{ "10.3.0.30/32", PLANT_ENTERPRISE, PLANT_ID_IT_BROKER, 0 },
	{ "10.3.0.5/32", PLANT_ENTERPRISE, PLANT_ID_CENTRAL, 0 },
	{ "10.3.0.9/32", PLANT_ENTERPRISE, PLANT_ID_JUMP, 0 },
	{ "203.0.113.16/28", PLANT_CLOUD, PLANT_ID_CLOUD, 0 },
	{ "198.51.100.0/24", PLANT_INTERNET, PLANT_ID_INTERNET, 0 },
	{ "2001:db8::/32", PLANT_INTERNET, PLANT_ID_INTERNET, 0 },
	{ "10.4.0.0/16", PLANT_CELL, PLANT_ID_CELL, 0 },
	{ "10.4.0.7/32", PLANT_CELL, PLANT_ID_CELL_PLC, 0 },
	{ "10.5.0.0/16", PLANT_OFFICE, PLANT_ID_OFFICE, 0 },
	{ "10.5.0.7/32", PLANT_OFFICE, PLANT_ID_LOGS, 0 },
};

const struct image_plan image_plant = {
	ROWS(plant_ports), ROWS(plant_zones), ROWS(plant_conduits), ROWS(plant_identifiers),
	ROWS(plant_services), ROWS(plant_entries), ROWS(plant_bindings), ROWS(plant_macs),
	ROWS(plant_owners), SLUICE_LAYER_BIT_XDP | SLUICE_LAYER_BIT_MODULE,
};
