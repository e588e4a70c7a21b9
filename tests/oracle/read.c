// SPDX-License-Identifier: GPL-2.0-or-later
/* The oracle's own reading of the text: no schema, no rules, no messages; wrong texts are not its trade. */
#include "tests/oracle/oracle.h"

#include <arpa/inet.h>
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fy_node *get(struct fy_node *map, const char *key)
{
	return fy_node_is_mapping(map) ? fy_node_mapping_lookup_by_string(map, key, FY_NT) : NULL;
}

static void copy_scalar(struct fy_node *node, char *to, size_t size)
{
	size_t length = 0;
	const char *text = node ? fy_node_get_scalar(node, &length) : NULL;

	if (!text || length >= size)
		length = 0;
	if (length)
		memcpy(to, text, length);
	to[length] = '\0';
}

static void get_text(struct fy_node *map, const char *key, char to[ORACLE_NAME])
{
	copy_scalar(get(map, key), to, ORACLE_NAME);
}

/* A scalar is a list of one. */
static size_t list_length(struct fy_node *node)
{
	if (!node)
		return 0;
	return fy_node_is_sequence(node) ? (size_t)fy_node_sequence_item_count(node) : 1;
}

static struct fy_node *list_item(struct fy_node *node, size_t index)
{
	return fy_node_is_sequence(node) ? fy_node_sequence_get_by_index(node, (int)index) : node;
}

static void get_names(struct fy_node *map, const char *key, struct oracle_names *names)
{
	struct fy_node *list = get(map, key);

	for (names->count = 0; names->count < list_length(list) && names->count < ORACLE_LIST;
	     names->count++)
		copy_scalar(list_item(list, names->count), names->name[names->count], ORACLE_NAME);
}

static struct oracle_address address_of(const char *text, bool *v6)
{
	struct oracle_address address = { { 0 } };

	*v6 = strchr(text, ':');
	if (*v6) {
		inet_pton(AF_INET6, text, address.byte);
		return address;
	}
	address.byte[10] = address.byte[11] = 0xff;
	inet_pton(AF_INET, text, address.byte + 12);
	return address;
}

static struct oracle_range range_of(const char *text)
{
	char copy[2 * ORACLE_NAME];
	struct oracle_range range;
	char *cut;
	bool v6;
	int bit;

	snprintf(copy, sizeof(copy), "%s", text);
	cut = strpbrk(copy, "-/");
	if (cut && *cut == '-') {
		*cut = '\0';
		range.first = address_of(copy, &v6);
		range.last = address_of(cut + 1, &v6);
		return range;
	}
	if (cut)
		*cut = '\0';
	range.first = address_of(copy, &v6);
	range.last = range.first;
	for (bit = cut ? atoi(cut + 1) + (v6 ? 0 : 96) : 128; bit < 128; bit++)
		range.last.byte[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return range;
}

static void get_ranges(struct fy_node *map, const char *key, struct oracle_ranges *ranges)
{
	struct fy_node *list = get(map, key);
	char text[2 * ORACLE_NAME];

	for (ranges->count = 0; ranges->count < list_length(list) && ranges->count < ORACLE_LIST;
	     ranges->count++) {
		copy_scalar(list_item(list, ranges->count), text, sizeof(text));
		ranges->range[ranges->count] = range_of(text);
	}
}

static uint32_t get_number(struct fy_node *map, const char *key, uint32_t otherwise)
{
	char text[ORACLE_NAME];

	get_text(map, key, text);
	return *text ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

static struct oracle_limits get_limits(struct fy_node *map, uint32_t packets,
				       uint32_t new_connections, uint32_t connections)
{
	struct fy_node *limits = get(map, "limits");

	return (struct oracle_limits){
		get_number(limits, "packets_per_second", packets),
		get_number(limits, "new_connections_per_second", new_connections),
		get_number(limits, "concurrent_connections", connections),
	};
}

static void read_zone(struct fy_node *map, struct oracle_zone *zone)
{
	static const char *const levels[] = { "", "control", "dmz", "enterprise", "internet" };
	char text[ORACLE_NAME];
	int level;

	get_text(map, "name", zone->name);
	get_text(map, "via", zone->via);
	get_text(map, "isolated", text);
	zone->isolated = !strcmp(text, "true");
	get_text(map, "level", text);
	for (level = 1; level <= 4; level++)
		if (!strcmp(text, levels[level]) || atoi(text) == level)
			zone->level = level;
	get_text(map, "intra", text);
	zone->intra = strcmp(text, "deny");
	get_ranges(map, "addresses", &zone->address);
	get_ranges(map, "except", &zone->except);
	get_names(map, "ports", &zone->port);
	zone->limit = get_limits(map, 200000, 2000, 20000);
}

static uint64_t mac_of(const char *text)
{
	unsigned int byte[6] = { 0 };
	uint64_t mac = 0;
	int i;

	sscanf(text, "%x:%x:%x:%x:%x:%x", &byte[0], &byte[1], &byte[2], &byte[3], &byte[4], &byte[5]);
	for (i = 0; i < 6; i++)
		mac = mac * 256 + byte[i];
	return mac;
}

static void read_asset(struct fy_node *map, struct oracle_asset *asset)
{
	struct oracle_names macs;
	size_t i;

	get_text(map, "name", asset->name);
	get_text(map, "zone", asset->zone);
	get_text(map, "port", asset->port);
	get_ranges(map, "address", &asset->address);
	get_names(map, "mac", &macs);
	for (i = 0; i < macs.count && i < 8; i++)
		asset->mac[asset->macs++] = mac_of(macs.name[i]);
}

static void read_group(struct fy_node *map, struct oracle_group *group)
{
	get_text(map, "name", group->name);
	get_names(map, "members", &group->member);
}

static void add_match(struct oracle_service *service, int protocol, int first, int last)
{
	if (service->matches < ORACLE_LIST)
		service->match[service->matches++] = (struct oracle_match){ protocol, first, last };
}

static void read_match(struct fy_node *map, struct oracle_service *service)
{
	char transport[ORACLE_NAME];
	struct oracle_names ports;
	int first, last;
	size_t i;

	get_text(map, "transport", transport);
	if (!strcmp(transport, "icmp")) {
		add_match(service, 1, 0, 0);
		return;
	}
	get_names(map, "ports", &ports);
	for (i = 0; i < ports.count; i++) {
		if (sscanf(ports.name[i], "%d-%d", &first, &last) < 2)
			last = first = atoi(ports.name[i]);
		add_match(service, !strcmp(transport, "tcp") ? 6 : 17, first, last);
	}
}

static void read_service(struct fy_node *map, struct oracle_service *service)
{
	struct fy_node *list = get(map, "match");
	size_t i;

	get_text(map, "name", service->name);
	for (i = 0; i < list_length(list); i++)
		read_match(list_item(list, i), service);
}

/* Days since 1970-01-01, by counting them. */
static uint64_t days_to(int year, int month, int day)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t days = (uint64_t)day - 1;
	int y, m;

	for (y = 1970; y < year; y++)
		days += y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 366 : 365;
	for (m = 1; m < month; m++)
		days += (uint64_t)length[m - 1] +
			(m == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
	return days;
}

static uint64_t get_time(struct fy_node *map, const char *key)
{
	int year, month, day, hour, minute;
	char text[ORACLE_NAME];

	get_text(map, key, text);
	if (sscanf(text, "%d-%d-%dT%d:%d", &year, &month, &day, &hour, &minute) != 5)
		return 0;
	return days_to(year, month, day) * 86400 + (uint64_t)hour * 3600 + (uint64_t)minute * 60;
}

/* "Mon-Wed,Sat 22:00-06:00" with "+01:00" */
static void get_weekly(struct fy_node *map, struct oracle_weekly *weekly)
{
	static const char names[] = "MonTueWedThuFriSatSun";
	int hour, minute, hour_after, minute_after, day = 0, last = -1;
	char text[ORACLE_NAME], offset[ORACLE_NAME];
	char *at = text;

	get_text(map, "weekly", text);
	get_text(map, "utc_offset", offset);
	weekly->set = *text;
	while (*at && *at != ' ') {
		char name[4] = { at[0], at[1], at[2], 0 };

		day = (int)(strstr(names, name) - names) / 3;
		while (last >= 0 && last != day) {
			weekly->day[last] = true;
			last = (last + 1) % 7;
		}
		weekly->day[day] = true;
		at += 3;
		last = *at == '-' ? day : -1;
		at += *at == '-' || *at == ',';
	}
	if (sscanf(at, "%d:%d-%d:%d", &hour, &minute, &hour_after, &minute_after) != 4)
		return;
	weekly->begin = hour * 60 + minute;
	weekly->end = hour_after * 60 + minute_after;
	if (sscanf(offset + 1, "%d:%d", &hour, &minute) == 2)
		weekly->offset = (hour * 60 + minute) * (*offset == '-' ? -1 : 1);
}

static enum oracle_direction direction_of(const char *text)
{
	if (!strcmp(text, "budget"))
		return ORACLE_BUDGET;
	if (!strcmp(text, "ack-only"))
		return ORACLE_ACK_ONLY;
	return strcmp(text, "one-way") ? ORACLE_INITIATE : ORACLE_ONE_WAY;
}

static void read_conduit(struct fy_node *map, struct oracle_conduit *conduit)
{
	struct fy_node *valid = get(map, "valid");
	struct fy_node *budget = get(map, "budget");
	char text[ORACLE_NAME];

	get_text(map, "name", conduit->name);
	get_names(map, "from", &conduit->from);
	get_names(map, "to", &conduit->to);
	get_names(map, "services", &conduit->service);
	get_text(map, "narrows", conduit->narrows);
	conduit->limit = get_limits(map, 20000, 100, 1000);
	conduit->bytes_per_flow = get_number(budget, "bytes_per_flow", 0);
	conduit->bytes_per_hour = get_number(budget, "bytes_per_hour", 0);
	conduit->open = get(map, "open");
	get_text(map, "direction", text);
	conduit->direction = direction_of(text);
	get_text(map, "fragments", text);
	conduit->fragments = !strcmp(text, "yes");
	get_text(map, "identity", text);
	conduit->identity = !strcmp(text, "required");
	conduit->observe = !strcmp(text, "observe");
	get_weekly(valid, &conduit->weekly);
	conduit->valid_from = get_time(valid, "from");
	conduit->valid_until = get_time(valid, "until");
}

static void read_management(struct fy_node *map, struct oracle_management *management)
{
	management->dials = get(map, "to");
	get_text(map, management->dials ? "to" : "from", management->peer);
	get_ranges(map, "address", &management->address);
	get_names(map, "services", &management->service);
	management->limit = get_limits(map, 20000, 100, 1000);
}

#define READ_LIST(map, key, array, count, reader) do { \
	struct fy_node *list_ = get(map, key); \
	for (count = 0; count < list_length(list_) && count < ORACLE_ITEMS; count++) \
		reader(list_item(list_, count), &array[count]); \
} while (0)

static void look_up(const struct oracle *oracle, struct oracle_names *names)
{
	size_t i, j;

	for (i = 0; i < names->count; i++) {
		names->zone[i] = oracle_zone(oracle, names->name[i]);
		names->asset[i] = oracle_asset(oracle, names->name[i]);
		names->service[i] = oracle_service(oracle, names->name[i]);
		for (j = 0; j < oracle->groups; j++)
			if (!strcmp(oracle->group[j].name, names->name[i]))
				names->group[i] = &oracle->group[j];
	}
}

static void look_up_all(struct oracle *oracle)
{
	size_t i;

	for (i = 0; i < oracle->groups; i++)
		look_up(oracle, &oracle->group[i].member);
	for (i = 0; i < oracle->conduits; i++) {
		look_up(oracle, &oracle->conduit[i].from);
		look_up(oracle, &oracle->conduit[i].to);
		look_up(oracle, &oracle->conduit[i].service);
	}
	for (i = 0; i < oracle->managements; i++) {
		look_up(oracle, &oracle->management[i].service);
		oracle->management[i].asset = oracle_asset(oracle, oracle->management[i].peer);
	}
}

struct oracle *oracle_read(const char *text, size_t length)
{
	struct fy_document *document = fy_document_build_from_string(NULL, text, length);
	struct oracle *oracle = calloc(1, sizeof(*oracle));
	struct fy_node *root = document ? fy_document_root(document) : NULL;
	struct fy_node *gateway;

	if (!root || !oracle) {
		free(oracle);
		fy_document_destroy(document);
		return NULL;
	}
	READ_LIST(root, "zones", oracle->zone, oracle->zones, read_zone);
	READ_LIST(root, "assets", oracle->asset, oracle->assets, read_asset);
	READ_LIST(root, "groups", oracle->group, oracle->groups, read_group);
	READ_LIST(root, "services", oracle->service, oracle->services, read_service);
	READ_LIST(root, "conduits", oracle->conduit, oracle->conduits, read_conduit);
	gateway = list_item(get(root, "gateways"), 0);
	READ_LIST(gateway, "management", oracle->management, oracle->managements, read_management);
	fy_document_destroy(document);
	look_up_all(oracle);
	return oracle;
}
