// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/oracle/generate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICES 10

static const char *const level_names[] = { "", "control", "dmz", "enterprise", "internet" };

/* Start a line; the rest is appended by add(). */
static char *new_line(struct generate_policy *policy, enum generate_section section)
{
	if (policy->count[section] == GENERATE_LINES) {
		printf("Bail out! the generator has too many lines\n");
		exit(1);
	}
	policy->line[section][policy->count[section]][0] = '\0';
	return policy->line[section][policy->count[section]++];
}

__attribute__((format(printf, 2, 3))) static void add(char *line, const char *format, ...)
{
	size_t length = strlen(line);
	va_list arguments;

	va_start(arguments, format);
	if ((size_t)vsnprintf(line + length, GENERATE_LINE - length, format, arguments) >=
	    GENERATE_LINE - length) {
		printf("Bail out! a generated line is too long\n");
		exit(1);
	}
	va_end(arguments);
}

/* ---- Zones ---- */

static void add_ports(struct random_state *random, struct generate_zone *zone, char *line,
		      unsigned int most)
{
	static const char *const form[] = { "e%u%c", "e%u%c.10", "e%u%c.4094" };
	unsigned int i;

	zone->port_count = 1 + random_below(random, most);
	add(line, ", ports: [");
	for (i = 0; i < zone->port_count; i++) {
		snprintf(zone->ports[i], sizeof(zone->ports[i]), form[random_below(random, 3)],
			 zone->number, (char)('a' + i));
		add(line, "%s%s", i ? ", " : "", zone->ports[i]);
	}
	add(line, "]");
}

/* Addresses in one of several shapes; hosts stand under 10.N.H.1 to 10.N.H.200. */
static void add_addresses(struct random_state *random, struct generate_zone *zone, char *line)
{
	unsigned int n = zone->number;

	zone->host = 0;
	zone->v6 = (unsigned int)random_chance(random, 60);
	add(line, ", addresses: [");
	switch (random_below(random, 4)) {
	case 0:
		add(line, "10.%u.0.0/16", n);
		break;
	case 1:
		add(line, "10.%u.192.0/18, 10.%u.0.0/17", n, n);
		break;
	case 2:
		zone->host = 4;
		add(line, "\"10.%u.3.7-10.%u.9.200\", 10.%u.64.1", n, n, n);
		break;
	default:
		add(line, "\"10.%u.0.0-10.%u.0.255\"", n, n);
	}
	if (zone->v6 && random_chance(random, 50))
		add(line, ", \"fd00:%x::/48\"", n);
	else if (zone->v6)
		add(line, ", \"fd00:%x::3-fd00:%x::fff5\"", n, n);
	add(line, "]");
}

static struct generate_zone *new_zone(struct generate_policy *policy, unsigned int level, char **line)
{
	struct generate_zone *zone = &policy->zone[policy->zones++];

	memset(zone, 0, sizeof(*zone));
	zone->number = policy->zones;
	zone->level = level;
	snprintf(zone->name, sizeof(zone->name), "%s-%u", level ? level_names[level] : "safety",
		 zone->number);
	*line = new_line(policy, GENERATE_ZONES);
	add(*line, "{name: %s", zone->name);
	if (level)
		add(*line, ", level: %s", level_names[level]);
	else
		add(*line, ", isolated: true");
	return zone;
}

static void plain_zone(struct random_state *random, struct generate_policy *policy,
		       unsigned int level)
{
	char *line;
	struct generate_zone *zone = new_zone(policy, level, &line);

	add_addresses(random, zone, line);
	if (level || random_chance(random, 50))
		add_ports(random, zone, line, level ? 3 : 1);
	if (level && random_chance(random, 50))
		add(line, ", intra: deny");
	else if (level && random_chance(random, 20))
		add(line, ", limits: {packets_per_second: 40, concurrent_connections: 3}");
	if (level == 1 && random_chance(random, 30))
		add(line, ", refuse: silent");
	add(line, "}");
}

/* One zone within another: the outer one excepts more than the inner one takes. */
static void nested_zones(struct random_state *random, struct generate_policy *policy,
			 unsigned int level)
{
	char *line;
	struct generate_zone *zone = new_zone(policy, level, &line);
	unsigned int outer = zone->number;

	add(line, ", addresses: [10.%u.0.0/16], except: [10.%u.128.0/17, 10.%u.5.5]", outer, outer,
	    outer);
	add_ports(random, zone, line, 2);
	add(line, "}");
	zone = new_zone(policy, level, &line);
	add(line, ", addresses: [10.%u.128.0/20]", outer);
	add_ports(random, zone, line, 3);
	add(line, "}");
	zone->number = outer;
	zone->host = 128;
}

static void internet_zones(struct random_state *random, struct generate_policy *policy)
{
	char *line;
	struct generate_zone *zone = new_zone(policy, 4, &line);
	const char *name = zone->name;

	zone->v6 = 1;
	add(line, ", addresses: [0.0.0.0/0, \"::/0\"]");
	add_ports(random, zone, line, 2);
	add(line, "}");
	if (!random_chance(random, 60))
		return;
	zone = new_zone(policy, 3, &line);
	add_addresses(random, zone, line);
	add(line, ", via: %s}", name);
	zone->via = 1;
}

static void make_zones(struct random_state *random, struct generate_policy *policy)
{
	unsigned int level, i;

	if (random_chance(random, 70))
		plain_zone(random, policy, 0);
	for (level = 1; level <= 3; level++)
		for (i = 0; i <= random_below(random, 2); i++) {
			if (random_chance(random, 20))
				nested_zones(random, policy, level);
			else
				plain_zone(random, policy, level);
		}
	if (random_chance(random, 70))
		internet_zones(random, policy);
}

/* ---- Assets, groups, services, management ---- */

static void make_asset(struct random_state *random, struct generate_policy *policy,
		       unsigned int zone_index, unsigned int host)
{
	const struct generate_zone *zone = &policy->zone[zone_index];
	unsigned int number = policy->count[GENERATE_ASSETS];
	char *line = new_line(policy, GENERATE_ASSETS);

	policy->asset_zone[number] = zone_index;
	add(line, "{name: asset-%u, zone: %s, address: ", number, zone->name);
	if (zone->level == 4)
		add(line, "198.51.100.%u", host);
	else if (zone->v6 && random_chance(random, 30))
		add(line, "[10.%u.%u.%u, \"fd00:%x::%x\"]", zone->number, zone->host, host,
		    zone->number, host + 16);
	else
		add(line, "10.%u.%u.%u", zone->number, zone->host, host);
	if (!zone->via && zone->level != 4 && random_chance(random, 40))
		add(line, random_chance(random, 50) ?
		    ", mac: [\"02:aa:00:00:00:%02x\"]" :
		    ", mac: [\"02:aa:00:00:00:%02x\", \"02:bb:00:00:00:01\"]", number);
	if (zone->port_count && zone->level && random_chance(random, 20))
		add(line, ", port: %s", zone->ports[random_below(random, zone->port_count)]);
	if (zone->level == 3 && policy->jump < 0) {
		add(line, ", role: jump-host");
		policy->jump = (int)number;
	}
	add(line, "}");
}

static void make_assets(struct random_state *random, struct generate_policy *policy)
{
	unsigned int zone, i, host;

	for (zone = 0; zone < policy->zones; zone++) {
		host = 1;
		for (i = random_below(random, 5); i; i--) {
			host += 1 + random_below(random, 3);
			make_asset(random, policy, zone, host);
		}
	}
}

static void make_groups(struct random_state *random, struct generate_policy *policy)
{
	unsigned int i, asset, level;
	unsigned int assets = policy->count[GENERATE_ASSETS];

	for (i = 0; i < 4 && assets; i++) {
		unsigned int first = random_below(random, assets);
		char *line = new_line(policy, GENERATE_GROUPS);

		level = policy->zone[policy->asset_zone[first]].level;
		add(line, "{name: group-%u-%u, members: [asset-%u", i, level, first);
		for (asset = 0; asset < assets; asset++)
			if (asset != first && random_chance(random, 50) &&
			    policy->zone[policy->asset_zone[asset]].level == level)
				add(line, ", asset-%u", asset);
		add(line, "]}");
	}
}

static void make_services(struct random_state *random, struct generate_policy *policy)
{
	static const char *const matches[SERVICES] = {
		"{transport: tcp, ports: [4840]}",
		"{transport: tcp, ports: [502, \"1000-1010\"]}",
		"{transport: udp, ports: [53]}, {transport: tcp, ports: [53]}",
		"{transport: udp, ports: [123, \"33000-34000\"]}",
		"{transport: icmp, types: [echo]}",
		"{transport: tcp, ports: [\"1005-1020\", 22]}",
		"{transport: tcp, ports: [\"1-65535\"]}",
		"{transport: udp, ports: [\"255-257\", \"65535\"]}",
		"{transport: tcp, ports: [443, 8883]}, {transport: icmp, types: [echo]}",
		"{transport: udp, ports: [51820]}",
	};
	unsigned int i;

	add(new_line(policy, GENERATE_SERVICES),
	    "{name: service-10, match: [{transport: tcp, ports: [9100, \"40100-40110\"]}]}");
	for (i = 0; i < SERVICES; i++)
		add(new_line(policy, GENERATE_SERVICES), "{name: service-%u, match: [%s]%s}", i,
		    matches[i], i == SERVICES - 1 ? ", authenticates: true" : "");
}

static void make_management(struct random_state *random, struct generate_policy *policy)
{
	unsigned int assets = policy->count[GENERATE_ASSETS];
	unsigned int i, asset;

	for (i = 0; i < 3 && assets; i++) {
		const struct generate_zone *zone;
		char *line;

		asset = random_below(random, assets);
		zone = &policy->zone[policy->asset_zone[asset]];
		if (zone->level < 1 || zone->level > 3)
			continue;
		if (zone->level > 1 && random_chance(random, 60)) {
			line = new_line(policy, GENERATE_MANAGEMENT);
			add(line, "{to: asset-%u, services: [service-%u]%s}", asset,
			    random_below(random, SERVICES - 1),
			    asset % 2 ? ", limits: {new_connections_per_second: 2}" : "");
		} else {
			const struct generate_zone *own =
				&policy->zone[random_below(random, policy->zones)];

			if (!own->level || own->level == 4)
				continue;
			line = new_line(policy, GENERATE_MANAGEMENT);
			add(line, "{address: 10.%u.%u.%u, from: asset-%u, services: [service-%u]%s}",
			    own->number, own->host, 190 + i, asset, random_below(random, SERVICES),
			    asset % 2 ? ", limits: {packets_per_second: 7}" : "");
		}
	}
}

void generate_base(struct random_state *random, struct generate_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->jump = -1;
	make_zones(random, policy);
	make_assets(random, policy);
	make_groups(random, policy);
	make_services(random, policy);
	make_management(random, policy);
}

/* ---- Conduits ---- */

/* A name of the wanted level: zone, asset or group */
static void add_end(struct random_state *random, const struct generate_policy *policy,
		    unsigned int level, char *line)
{
	unsigned int tries, pick;

	for (tries = 0; tries < 60; tries++) {
		switch (random_below(random, 3)) {
		case 0:
			pick = random_below(random, policy->zones);
			if (policy->zone[pick].level == level) {
				add(line, "%s", policy->zone[pick].name);
				return;
			}
			break;
		case 1:
			if (!policy->count[GENERATE_ASSETS])
				break;
			pick = random_below(random, policy->count[GENERATE_ASSETS]);
			if (policy->zone[policy->asset_zone[pick]].level == level) {
				add(line, "asset-%u", pick);
				return;
			}
			break;
		default:
			if (!policy->count[GENERATE_GROUPS])
				break;
			pick = random_below(random, policy->count[GENERATE_GROUPS]);
			if (atoi(policy->line[GENERATE_GROUPS][pick] + 15) == (int)level) {
				add(line, "group-%u-%u", pick, level);
				return;
			}
		}
	}
	add(line, "%s", policy->zone[policy->zones - 1].name);
}

static void add_ends(struct random_state *random, const struct generate_policy *policy,
		     const char *key, unsigned int level, char *line)
{
	unsigned int more = random_chance(random, 25) ? 1 + random_below(random, 2) : 0;
	unsigned int i;

	add(line, ", %s: %s", key, more ? "[" : "");
	add_end(random, policy, level, line);
	for (i = 0; i < more; i++) {
		add(line, ", ");
		add_end(random, policy, level, line);
	}
	add(line, "%s", more ? "]" : "");
}

static void add_limits(struct random_state *random, char *line)
{
	static const unsigned int packets[] = { 1, 3, 10, 200, 1000, 31000 };
	static const unsigned int connections[] = { 1, 2, 5, 100 };

	if (random_chance(random, 60))
		return;
	add(line, ", limits: {packets_per_second: %u", packets[random_below(random, 6)]);
	if (random_chance(random, 50))
		add(line, ", new_connections_per_second: %u", connections[random_below(random, 4)]);
	if (random_chance(random, 50))
		add(line, ", concurrent_connections: %u", connections[random_below(random, 4)]);
	add(line, "}");
}

static void add_valid(struct random_state *random, char *line)
{
	static const char *const weekly[] = {
		"Mon-Fri 06:00-14:00", "Tue 00:00-24:00", "Fri-Mon 22:00-06:30", "Mon,Thu 08:01-07:59",
		"Sun,Wed-Thu 12:00-13:00", "Mon-Sun 01:00-00:30",
	};
	static const char *const offset[] = { "+00:00", "+01:00", "-05:30", "+14:00", "-12:00" };
	uint32_t kind = random_below(random, 4);

	add(line, ", valid: {");
	if (kind < 2)
		add(line, "from: \"2026-12-01T08:00Z\", until: \"2027-03-01T00:00Z\"");
	else if (kind == 2)
		add(line, "until: \"2028-02-29T12:30Z\"");
	if (kind == 1 || kind == 3)
		add(line, "%sweekly: \"%s\", utc_offset: \"%s\"", kind == 1 ? ", " : "",
		    weekly[random_below(random, 6)], offset[random_below(random, 5)]);
	add(line, "}");
}

/* What may come back, and a service for it */
static void add_direction(struct random_state *random, char *line)
{
	switch (random_below(random, 6)) {
	case 0:
		add(line, ", direction: one-way, services: [service-%u]",
		    random_chance(random, 50) ? 3 : 7);
		return;
	case 1:
		add(line, ", direction: ack-only, services: [service-10]");
		return;
	case 2:
		add(line, ", direction: budget, budget: {bytes_per_flow: %u, bytes_per_hour: %u}",
		    random_chance(random, 50) ? 400 : 3000, random_chance(random, 50) ? 3000 : 90000);
		break;
	default:
		add(line, ", direction: initiate");
	}
	add(line, ", services: [service-%u", random_below(random, SERVICES));
	if (random_chance(random, 30))
		add(line, ", service-%u", random_below(random, SERVICES));
	add(line, "]");
}

static void add_conditions(struct random_state *random, char *line)
{
	add_limits(random, line);
	if (random_chance(random, 20))
		add_valid(random, line);
	if (random_chance(random, 20))
		add(line, ", open: {by: operator, at_most: 4h}");
	if (random_chance(random, 25))
		add(line, ", identity: required, lease: 8h");
	else if (random_chance(random, 20))
		add(line, ", identity: observe");
	if (random_chance(random, 25))
		add(line, ", fragments: yes");
	if (random_chance(random, 20))
		add(line, ", essential: true");
}

/* What stands between two words of a line */
static void add_same(const char *line, const char *after, const char *before, char *to)
{
	const char *begin = strstr(line, after) + strlen(after);

	add(to, "%s%.*s", after, (int)(strstr(begin, before) - begin), begin);
}

/* A conduit inside an earlier one: an end is another name of its level, its services are the same. */
static void add_inner(struct random_state *random, const struct generate_policy *policy,
		      unsigned int outer, char *line)
{
	const char *other = policy->line[GENERATE_CONDUITS][outer];
	const unsigned int *level = policy->conduit_level[outer];
	uint32_t which = random_below(random, 3);
	const char *direction = "initiate";

	if (which == 0)
		add_same(other, ", from: ", ", to: ", line);
	else
		add_ends(random, policy, "from", level[0], line);
	if (which == 1)
		add_same(other, ", to: ", ", direction: ", line);
	else
		add_ends(random, policy, "to", level[1], line);
	if (strstr(other, "[service-10]") && random_chance(random, 50))
		direction = "ack-only";
	if ((strstr(other, "[service-3]") || strstr(other, "[service-7]")) && random_chance(random, 50))
		direction = "one-way";
	add(line, ", direction: %s", direction);
	add_same(other, ", services: ", "]", line);
	add(line, "]");
	add_conditions(random, line);
	add(line, ", narrows: conduit-%u}", outer);
}

void generate_conduit(struct random_state *random, struct generate_policy *policy)
{
	static const unsigned int pairs[][2] = {
		{ 1, 1 }, { 1, 2 }, { 1, 2 }, { 2, 3 }, { 2, 3 }, { 2, 2 }, { 3, 3 }, { 3, 4 },
	};
	static const unsigned int vendors[] = { 4, 3 };
	const unsigned int *pair = pairs[random_below(random, 8)];
	unsigned int number = policy->count[GENERATE_CONDUITS];
	char *line = new_line(policy, GENERATE_CONDUITS);
	int vendor = policy->jump >= 0 && random_chance(random, 10);

	add(line, "{name: conduit-%u, purpose: \"chance\"", number);
	if (vendor) {
		memcpy(policy->conduit_level[number], vendors, sizeof(vendors));
		add(line, ", from: %s, to: asset-%d, direction: initiate, services: [service-%d]",
		    policy->zone[policy->zones - 1].name, policy->jump, SERVICES - 1);
		add(line, ", valid: {from: \"2026-12-01T08:00Z\", until: \"2027-03-01T00:00Z\"}}");
		return;
	}
	if (number && random_chance(random, 25)) {
		unsigned int outer = random_below(random, number);

		memcpy(policy->conduit_level[number], policy->conduit_level[outer],
		       sizeof(policy->conduit_level[number]));
		add_inner(random, policy, outer, line);
		return;
	}
	memcpy(policy->conduit_level[number], pair, sizeof(policy->conduit_level[number]));
	add_ends(random, policy, "from", pair[0], line);
	add_ends(random, policy, "to", pair[1], line);
	add_direction(random, line);
	add_conditions(random, line);
	add(line, "}");
}

/* ---- Text ---- */

static void print_section(const struct generate_policy *policy, enum generate_section section,
			  const char *head, const char *indent, struct random_state *shuffle,
			  FILE *out)
{
	unsigned int order[GENERATE_LINES];
	unsigned int count = policy->count[section];
	unsigned int i, other, kept;

	if (!count)
		return;
	fprintf(out, "%s\n", head);
	for (i = 0; i < count; i++)
		order[i] = i;
	for (i = count; shuffle && i > 1; i--) {
		other = random_below(shuffle, i);
		kept = order[i - 1];
		order[i - 1] = order[other];
		order[other] = kept;
	}
	for (i = 0; i < count; i++)
		fprintf(out, "%s- %s\n", indent, policy->line[section][order[i]]);
}

size_t generate_print(const struct generate_policy *policy, struct random_state *shuffle, char *text)
{
	FILE *out = fmemopen(text, GENERATE_TEXT, "w");
	size_t length;

	if (!out)
		abort();
	fprintf(out, "sluice: 1\nsite: chance\nversion: 1\ngateways:\n"
		     "  - name: gw\n    layers: [xdp, module, nftables]\n");
	print_section(policy, GENERATE_MANAGEMENT, "    management:", "      ", shuffle, out);
	print_section(policy, GENERATE_ZONES, "zones:", "  ", shuffle, out);
	print_section(policy, GENERATE_ASSETS, "assets:", "  ", shuffle, out);
	print_section(policy, GENERATE_GROUPS, "groups:", "  ", shuffle, out);
	print_section(policy, GENERATE_SERVICES, "services:", "  ", shuffle, out);
	print_section(policy, GENERATE_CONDUITS, "conduits:", "  ", shuffle, out);
	length = (size_t)ftell(out);
	fclose(out);
	return length;
}
