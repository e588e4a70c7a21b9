// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bench/plant.h"

#include <stdbool.h>

#define CONTROL		0x0a000000u	/* 10.0.0.0/9 */
#define DMZ		0x0a800000u	/* 10.128.0.0/9 */
#define HALF_BITS	23
#define PREFIX_BITS	4		/* networks are /28 */
#define CLIENTS		9		/* of a server */

/* A number below 2^bits for each one below it: scattered, and no two alike. */
static uint32_t scatter(uint32_t number, unsigned int bits)
{
	uint32_t mask = (1u << bits) - 1;

	for (int i = 0; i < 3; i++) {
		number = number * 0x9e3779b1u & mask;
		number ^= number >> (bits / 2);
	}
	return number;
}

static uint32_t host(uint32_t half, unsigned int number)
{
	return half | scatter(number, HALF_BITS);
}

static uint32_t network(uint32_t half, unsigned int number)
{
	return half | scatter(number, HALF_BITS - PREFIX_BITS) << PREFIX_BITS;
}

static void put_address(FILE *file, uint32_t address)
{
	fprintf(file, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
		address & 255);
}

static unsigned int clients_of(const struct bench_plant *plant)
{
	return plant->shape == BENCH_CONDUITS ? 1 : CLIENTS;
}

static unsigned int servers(const struct bench_plant *plant)
{
	if (plant->shape == BENCH_CONDUITS)
		return plant->rules;
	return plant->rules / (CLIENTS + 1) ? plant->rules / (CLIENTS + 1) : 1;
}

/* Half the zones are of control, each with a partner in the dmz. */
static unsigned int pairs(const struct bench_plant *plant)
{
	return plant->rules / 2 ? plant->rules / 2 : 1;
}

unsigned int bench_plant_ports(const struct bench_plant *plant)
{
	return plant->shape == BENCH_ZONES ? 2 * pairs(plant) : 2;
}

static void write_networks(FILE *file, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		fputs(i ? ", " : "", file);
		put_address(file, network(DMZ, i));
		fprintf(file, "/%d", 32 - PREFIX_BITS);
	}
}

static void write_zone_pairs(const struct bench_plant *plant, FILE *file)
{
	for (unsigned int i = 0; i < pairs(plant); i++) {
		fprintf(file, "  - {name: cell-%u, level: control, addresses: [10.0.%u.0/24], "
			"ports: [eth%u]}\n", i, i, 2 * i + 1);
		fprintf(file, "  - {name: dmz-%u, level: dmz, addresses: [10.128.%u.0/24], "
			"ports: [eth%u]}\n", i, i, 2 * i + 2);
	}
}

static void write_zones(const struct bench_plant *plant, FILE *file)
{
	fputs("zones:\n", file);
	if (plant->shape == BENCH_ZONES)
		return write_zone_pairs(plant, file);
	fputs("  - {name: control, level: control, ports: [eth1], addresses: [", file);
	fputs("10.0.0.0/9]}\n  - {name: dmz, level: dmz, ports: [eth2], addresses: [", file);
	if (plant->shape == BENCH_PREFIXES)
		write_networks(file, plant->rules);
	else
		fputs("10.128.0.0/9", file);
	fputs("]}\n", file);
}

static void write_asset(FILE *file, char letter, unsigned int number, const char *zone,
			uint32_t address)
{
	fprintf(file, "  - {name: %c%u, zone: %s, address: ", letter, number, zone);
	put_address(file, address);
	fputs("}\n", file);
}

static void write_assets(const struct bench_plant *plant, FILE *file)
{
	fputs("assets:\n", file);
	for (unsigned int i = 0; i < servers(plant) * clients_of(plant); i++)
		write_asset(file, 'c', i, "control", host(CONTROL, i));
	for (unsigned int i = 0; i < servers(plant); i++)
		write_asset(file, 's', i, "dmz", host(DMZ, i));
}

static void write_conduit_end(FILE *file, unsigned int number)
{
	fprintf(file, ", services: [poll], direction: initiate, purpose: \"line %u\"}\n", number);
}

static void write_asset_conduits(const struct bench_plant *plant, FILE *file)
{
	for (unsigned int i = 0; i < servers(plant); i++) {
		fprintf(file, "  - {name: k%u, from: [", i);
		for (unsigned int j = 0; j < clients_of(plant); j++)
			fprintf(file, "%sc%u", j ? ", " : "", i * clients_of(plant) + j);
		fprintf(file, "], to: s%u", i);
		write_conduit_end(file, i);
	}
}

static void write_conduits(const struct bench_plant *plant, FILE *file)
{
	fputs("conduits:\n", file);
	if (plant->shape == BENCH_PREFIXES) {
		fputs("  - {name: k0, from: control, to: dmz", file);
		return write_conduit_end(file, 0);
	}
	if (plant->shape != BENCH_ZONES)
		return write_asset_conduits(plant, file);
	for (unsigned int i = 0; i < pairs(plant); i++) {
		fprintf(file, "  - {name: k%u, from: cell-%u, to: dmz-%u", i, i, i);
		write_conduit_end(file, i);
	}
}

void bench_plant_policy(const struct bench_plant *plant, FILE *file)
{
	fputs("sluice: 1\nsite: bench\nversion: 1\n"
	      "gateways:\n  - {name: gw-1, layers: [xdp, module, nftables]}\n", file);
	write_zones(plant, file);
	if (plant->shape == BENCH_ASSETS || plant->shape == BENCH_CONDUITS)
		write_assets(plant, file);
	fprintf(file, "services:\n  - {name: poll, match: [{transport: tcp, ports: [%d]}]}\n",
		BENCH_PORT);
	write_conduits(plant, file);
}

/* ---- nft ---- */

/* Intervals in a concatenation: nft keeps them in the kind of set that it has for that. */
static void nft_prefix_set(const struct bench_plant *plant, FILE *file)
{
	fputs("set permitted {\ntype ipv4_addr . ipv4_addr . inet_service\nflags interval\n"
	      "elements = { ", file);
	for (unsigned int i = 0; i < plant->rules; i++) {
		fputs(i ? ", 10.0.0.0/9 . " : "10.0.0.0/9 . ", file);
		put_address(file, network(DMZ, i));
		fprintf(file, "/%d . %d", 32 - PREFIX_BITS, BENCH_PORT);
	}
	fputs(" }\n}\n", file);
}

static void nft_prefix_map(const struct bench_plant *plant, FILE *file)
{
	fputs("map zones {\ntype ipv4_addr : mark\nflags interval\n"
	      "elements = { 10.0.0.0/9 : 1", file);
	for (unsigned int i = 0; i < plant->rules; i++) {
		fputs(", ", file);
		put_address(file, network(DMZ, i));
		fprintf(file, "/%d : 2", 32 - PREFIX_BITS);
	}
	fputs(" }\n}\n", file);
}

/* source . destination . port, or class . destination . port : accept */
static void nft_pairs(const struct bench_plant *plant, bool classes, FILE *file)
{
	unsigned int clients = clients_of(plant), count = servers(plant) * (classes ? 1 : clients);

	for (unsigned int i = 0; i < count; i++) {
		fputs(i ? ", " : "", file);
		if (classes)
			fprintf(file, "%u", i + 1);
		else
			put_address(file, host(CONTROL, i));
		fputs(" . ", file);
		put_address(file, host(DMZ, classes ? i : i / clients));
		fprintf(file, " . %d%s", BENCH_PORT, classes ? " : accept" : "");
	}
	fputs(" }\n}\n", file);
}

static void nft_class_map(const struct bench_plant *plant, FILE *file)
{
	unsigned int clients = clients_of(plant);

	fputs("map classes {\ntype ipv4_addr : mark\nelements = { ", file);
	for (unsigned int i = 0; i < servers(plant) * clients; i++) {
		fputs(i ? ", " : "", file);
		put_address(file, host(CONTROL, i));
		fprintf(file, " : %u", i / clients + 1);
	}
	fputs(" }\n}\n", file);
}

static void nft_concat(const struct bench_plant *plant, FILE *file)
{
	if (plant->shape == BENCH_PREFIXES) {
		nft_prefix_set(plant, file);
	} else {
		fputs("set permitted {\ntype ipv4_addr . ipv4_addr . inet_service\nelements = { ",
		      file);
		nft_pairs(plant, false, file);
	}
	fputs("chain forward {\ntype filter hook forward priority 0; policy drop;\n"
	      "ip saddr . ip daddr . tcp dport @permitted accept\n}\n", file);
}

static void nft_zones(const struct bench_plant *plant, FILE *file)
{
	if (plant->shape == BENCH_PREFIXES) {
		nft_prefix_map(plant, file);
		fprintf(file, "chain forward {\ntype filter hook forward priority 0; policy drop;\n"
			"meta mark set ip saddr map @zones meta mark vmap { 1 : jump from_control }\n}\n"
			"chain from_control {\n"
			"meta mark set ip daddr map @zones meta mark vmap { 2 : jump to_dmz }\n}\n"
			"chain to_dmz {\ntcp dport %d accept\n}\n", BENCH_PORT);
		return;
	}
	nft_class_map(plant, file);
	fputs("map conduits {\ntype mark . ipv4_addr . inet_service : verdict\nelements = { ", file);
	nft_pairs(plant, true, file);
	fputs("chain forward {\ntype filter hook forward priority 0; policy drop;\n"
	      "meta mark set ip saddr map @classes\n"
	      "meta mark . ip daddr . tcp dport vmap @conduits\n}\n", file);
}

void bench_plant_nft(const struct bench_plant *plant, enum bench_nft style, FILE *file)
{
	fputs("table inet bench {\n", file);
	switch (style) {
	case BENCH_NFT_EMPTY:
		fputs("chain forward {\ntype filter hook forward priority 0; policy accept;\n}\n",
		      file);
		break;
	case BENCH_NFT_CONCAT:
		nft_concat(plant, file);
		break;
	case BENCH_NFT_ZONES:
		nft_zones(plant, file);
	}
	fputs("}\n", file);
}

/* ---- flows ---- */

struct bench_flow bench_plant_flow(const struct bench_plant *plant, unsigned int index)
{
	unsigned int number = index * 0x9e3779b1u >> 4;
	struct bench_flow flow = { .port = 1 };

	switch (plant->shape) {
	case BENCH_PREFIXES:
		flow.source = host(CONTROL, index);
		flow.destination = network(DMZ, number % plant->rules) | (index & 15);
		break;
	case BENCH_ZONES:	/* all by one port: that of a cell in the middle */
		number = pairs(plant) / 2;
		flow.source = CONTROL | number << 8 | (index & 255);
		flow.destination = DMZ | number << 8 | (index >> 8 & 255);
		flow.port = 2 * number + 1;
		break;
	default:
		number %= servers(plant) * clients_of(plant);
		flow.source = host(CONTROL, number);
		flow.destination = host(DMZ, number / clients_of(plant));
	}
	return flow;
}
