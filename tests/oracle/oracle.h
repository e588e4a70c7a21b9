/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The oracle: a second, slow, obvious reading of a policy and answer to a packet.
 *
 * It shares nothing with the compiler and the core but the YAML library and the language. It reads
 * the text itself, expands prefixes, ranges, groups and services itself, and searches every list from
 * end to end. Where it and the core differ, one of them is wrong.
 *
 * It speaks of whole packets that parse; what does not parse is the business of tests/packets.
 */
#ifndef SLUICE_TESTS_ORACLE_H
#define SLUICE_TESTS_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORACLE_NAME	64
#define ORACLE_LIST	40	/* items of a list within an item */
#define ORACLE_ITEMS	64	/* zones, assets, conduits, ... */

/* IPv4 stands at ::ffff:a.b.c.d, network byte order */
struct oracle_address {
	uint8_t byte[16];
};

struct oracle_range {
	struct oracle_address first;
	struct oracle_address last;
};

struct oracle_names {
	char name[ORACLE_LIST][ORACLE_NAME];
	size_t count;
};

struct oracle_ranges {
	struct oracle_range range[ORACLE_LIST];
	size_t count;
};

struct oracle_zone {
	char name[ORACLE_NAME];
	int level;		/* 1 control .. 4 internet, 0 isolated */
	bool isolated;
	bool intra;
	char via[ORACLE_NAME];
	struct oracle_ranges address;
	struct oracle_ranges except;
	struct oracle_names port;
};

struct oracle_asset {
	char name[ORACLE_NAME];
	char zone[ORACLE_NAME];
	char port[ORACLE_NAME];
	struct oracle_ranges address;
	uint64_t mac[8];
	size_t macs;
};

struct oracle_group {
	char name[ORACLE_NAME];
	struct oracle_names member;
};

/* @protocol: 6, 17, or 1 for echo in either family */
struct oracle_match {
	int protocol;
	int first;
	int last;
};

struct oracle_service {
	char name[ORACLE_NAME];
	struct oracle_match match[ORACLE_LIST];
	size_t matches;
};

struct oracle_limits {
	uint32_t packets;
	uint32_t new_connections;
	uint32_t connections;
};

struct oracle_conduit {
	char name[ORACLE_NAME];
	struct oracle_names from;
	struct oracle_names to;
	struct oracle_names service;
	struct oracle_limits limit;
	uint64_t valid_from;
	uint64_t valid_until;
};

struct oracle_management {
	bool dials;
	char peer[ORACLE_NAME];
	struct oracle_ranges address;
	struct oracle_names service;
};

struct oracle {
	struct oracle_zone zone[ORACLE_ITEMS];
	struct oracle_asset asset[ORACLE_ITEMS];
	struct oracle_group group[ORACLE_ITEMS];
	struct oracle_service service[ORACLE_ITEMS];
	struct oracle_conduit conduit[ORACLE_ITEMS];
	struct oracle_management management[ORACLE_ITEMS];
	size_t zones, assets, groups, services, conduits, managements;
};

enum oracle_layer { ORACLE_FORWARD, ORACLE_LOCAL_IN, ORACLE_LOCAL_OUT };
enum oracle_state { ORACLE_NONE, ORACLE_INVALID, ORACLE_NEW, ORACLE_ESTABLISHED, ORACLE_RELATED,
		    ORACLE_STATES };

/**
 * struct oracle_packet - what the oracle is asked
 * @layer: where it is judged
 * @port: by which it came in, "eth1" or "eth2.10"; "" when the gateway sends it
 * @mac: of the sender
 * @v6: family
 * @source: address
 * @destination: address
 * @protocol: 6, 17, 1, 58 or another one
 * @source_port: TCP, UDP
 * @destination_port: TCP, UDP
 * @type: ICMP type
 * @flags: of TCP
 * @state: of its flow
 * @reply: it goes against the direction in which the flow was begun
 * @translated: the flow is translated
 * @now: seconds since 1970
 * @lower_bound: the clock cannot be before
 * @packets: that this half of the conduit carried at this very instant
 * @new_connections: that began at this very instant
 * @connections: that are live
 */
struct oracle_packet {
	enum oracle_layer layer;
	char port[ORACLE_NAME];
	uint64_t mac;
	bool v6;
	struct oracle_address source;
	struct oracle_address destination;
	uint8_t protocol;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t type;
	uint8_t flags;
	enum oracle_state state;
	bool reply;
	bool translated;
	uint64_t now;
	uint64_t lower_bound;
	uint32_t packets;
	uint32_t new_connections;
	uint32_t connections;
};

/**
 * struct oracle_answer - what it says
 * @reason: lower-case name as in every output; "permitted"
 * @conduit: name, "management to X", "management from X", "intra Z", or ""
 */
struct oracle_answer {
	const char *reason;
	char conduit[2 * ORACLE_NAME];
};

/**
 * oracle_read() - read a policy
 * @text: YAML
 * @length: bytes
 *
 * Return: memory for free(), or NULL when it cannot be read.
 */
struct oracle *oracle_read(const char *text, size_t length);

/**
 * oracle_ask() - answer a packet
 * @oracle: what was read
 * @packet: the question
 * @answer: receives it
 */
void oracle_ask(const struct oracle *oracle, const struct oracle_packet *packet,
		struct oracle_answer *answer);

/**
 * oracle_owner() - whose address this is
 * @oracle: what was read
 * @address: any
 *
 * Return: the zone or NULL.
 */
const struct oracle_zone *oracle_owner(const struct oracle *oracle,
				       const struct oracle_address *address);

/**
 * oracle_limits() - limits of a conduit by the name in an answer
 * @oracle: what was read
 * @name: as in struct oracle_answer
 */
struct oracle_limits oracle_limits(const struct oracle *oracle, const char *name);

/**
 * oracle_end() - addresses of one name in from: or to:
 * @oracle: what was read
 * @name: zone, asset or group
 * @address: does it cover this one
 */
bool oracle_end(const struct oracle *oracle, const char *name, const struct oracle_address *address);

const struct oracle_zone *oracle_zone(const struct oracle *oracle, const char *name);
const struct oracle_asset *oracle_asset(const struct oracle *oracle, const char *name);
const struct oracle_service *oracle_service(const struct oracle *oracle, const char *name);

#endif
