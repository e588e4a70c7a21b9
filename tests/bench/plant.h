/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plants of any size, made by rule and the same every time: as a policy of ours, as rulesets for nft,
 * and as flows that all of them permit.
 */
#ifndef SLUICE_TESTS_BENCH_PLANT_H
#define SLUICE_TESTS_BENCH_PLANT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** enum bench_shape - what there are many of */
enum bench_shape {
	BENCH_ASSETS,	/* named hosts; nine clients and one server share a conduit */
	BENCH_PREFIXES,	/* scattered networks of two zones; one conduit joins the zones */
	BENCH_CONDUITS,	/* conduits, each between a client and a server of its own */
	BENCH_ZONES,	/* zones, each with a port, a network and a conduit of its own */
};

/** enum bench_nft - how the same permissions are written for nft */
enum bench_nft {
	BENCH_NFT_EMPTY,	/* a forward chain and nothing in it */
	BENCH_NFT_CONCAT,	/* one set: source . destination . port */
	BENCH_NFT_ZONES,	/* source -> zone or class, then a verdict map: class . destination . port */
};

#define BENCH_PORT	4840	/* of every server */
#define BENCH_ZONES_MAX	254

/**
 * struct bench_flow - a permitted packet, numbers in host order
 * @source: IPv4
 * @destination: IPv4
 * @port: of the plant it comes in by: 1 for eth1, 2 .. for the next
 */
struct bench_flow {
	uint32_t source;
	uint32_t destination;
	uint32_t port;
};

/**
 * struct bench_plant - one plant
 * @shape: what it has many of
 * @rules: how many
 */
struct bench_plant {
	enum bench_shape shape;
	unsigned int rules;
};

/**
 * bench_plant_policy() - its policy
 * @plant: any; BENCH_ZONES has at most %BENCH_ZONES_MAX
 * @file: receives the text
 */
void bench_plant_policy(const struct bench_plant *plant, FILE *file);

/**
 * bench_plant_nft() - its permissions as `nft -f` reads them
 * @plant: not of zones
 * @style: how
 * @file: receives the text
 */
void bench_plant_nft(const struct bench_plant *plant, enum bench_nft style, FILE *file);

/**
 * bench_plant_flow() - one of its permitted packets
 * @plant: any
 * @index: any number; neighbours lie far apart
 */
struct bench_flow bench_plant_flow(const struct bench_plant *plant, unsigned int index);

/**
 * bench_plant_ports() - how many ports the gateway has
 * @plant: any
 */
unsigned int bench_plant_ports(const struct bench_plant *plant);

#endif
