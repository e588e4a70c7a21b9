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

struct oracle_zone;
struct oracle_asset;
struct oracle_group;
struct oracle_service;

/* Names, and what each of them stands for: looked up once, when all is read */
struct oracle_names {
	char name[ORACLE_LIST][ORACLE_NAME];
	const struct oracle_zone *zone[ORACLE_LIST];
	const struct oracle_asset *asset[ORACLE_LIST];
	const struct oracle_group *group[ORACLE_LIST];
	const struct oracle_service *service[ORACLE_LIST];
	size_t count;
};

struct oracle_ranges {
	struct oracle_range range[ORACLE_LIST];
	size_t count;
};

struct oracle_limits {
	uint32_t packets;
	uint32_t new_connections;
	uint32_t connections;
};

struct oracle_zone {
	char name[ORACLE_NAME];
	struct oracle_limits limit;	/* between its ports */
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

enum oracle_direction { ORACLE_INITIATE, ORACLE_BUDGET, ORACLE_ACK_ONLY, ORACLE_ONE_WAY };

/* A weekly window: on day d (0 Monday) from @begin to @end, the next day when end comes first */
struct oracle_weekly {
	bool set;
	bool day[7];
	int begin;
	int end;
	int offset;
};

struct oracle_conduit {
	char name[ORACLE_NAME];
	struct oracle_names from;
	struct oracle_names to;
	struct oracle_names service;
	struct oracle_limits limit;
	uint64_t valid_from;
	uint64_t valid_until;
	struct oracle_weekly weekly;
	enum oracle_direction direction;
	uint64_t bytes_per_flow;
	uint64_t bytes_per_hour;
	bool fragments;
	bool identity;
	bool observe;
	bool open;
	char narrows[ORACLE_NAME];
};

struct oracle_management {
	bool dials;
	char peer[ORACLE_NAME];
	const struct oracle_asset *asset;
	struct oracle_ranges address;
	struct oracle_names service;
	struct oracle_limits limit;
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
enum oracle_shape { ORACLE_WHOLE, ORACLE_OPTIONS, ORACLE_TWO_TAGS, ORACLE_FRAME_TYPE, ORACLE_CUT,
		    ORACLE_PIECE, ORACLE_COLLECTED };
enum oracle_lease { ORACLE_NO_LEASE, ORACLE_HELD, ORACLE_REVOKED };

/**
 * struct oracle_quoted - what an ICMP error says it is about; its source is the error's destination
 * @destination: address
 * @protocol: 6, 17, 1, 58
 * @source_port: TCP, UDP
 * @destination_port: TCP, UDP
 * @type: ICMP
 */
struct oracle_quoted {
	struct oracle_address destination;
	uint8_t protocol;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t type;
};

/**
 * struct oracle_past - what went before in the packet's flow and conduit
 * @lost: there was no room to remember the flow
 * @bytes: that came back in this flow
 * @hour_bytes: that came back through the conduit in the hour that runs
 * @begun: the beginning of the flow was seen
 * @answered: its answer was seen
 * @ended: the answering end has said that it is done
 * @next: number that its next byte would have
 * @sent: number behind the last byte of who began
 * @acknowledged: number up to which that was acknowledged
 * @asked: packets of who began
 * @answers: packets that came back for them
 * @spare: answers of this second that nobody paid for
 */
struct oracle_past {
	bool lost;
	uint64_t bytes;
	uint64_t hour_bytes;
	bool begun;
	bool answered;
	bool ended;
	uint32_t next;
	uint32_t sent;
	uint32_t acknowledged;
	uint32_t asked;
	uint32_t answers;
	uint32_t spare;
};

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
 * @shape: of its bytes
 * @about: it is an ICMP error that quotes @quoted
 * @quoted: what it quotes
 * @payload: bytes behind the transport header
 * @segments: it stands for so many on the wire
 * @sequence: of TCP
 * @acknowledgement: of TCP
 * @unsure: the clock cannot be relied on
 * @was_open_until: end of the window that was open when it last could, 0 none
 * @opened: an operator opened the conduit
 * @island: island mode holds it shut
 * @lease: of who began
 * @past: what went before
 * @no_policy: no policy is in force
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
	enum oracle_shape shape;
	bool about;
	struct oracle_quoted quoted;
	uint32_t payload;
	uint32_t segments;
	uint32_t sequence;
	uint32_t acknowledgement;
	bool unsure;
	uint64_t was_open_until;
	bool opened;
	bool island;
	enum oracle_lease lease;
	struct oracle_past past;
	bool no_policy;
};

/**
 * struct oracle_answer - what it says
 * @reason: lower-case name as in every output; "permitted"
 * @observed: of a permitted packet: what would deny it if an identity were required and not only observed, or ""
 * @conduit: name, "management to X", "management from X", "intra Z", or ""
 */
struct oracle_answer {
	const char *reason;
	const char *observed;
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
 * oracle_covers() - does an item of from:, to: or members: cover an address
 * @oracle: what was read
 * @names: the list
 * @item: which of it
 * @address: any
 */
bool oracle_covers(const struct oracle *oracle, const struct oracle_names *names, size_t item,
		   const struct oracle_address *address);

/**
 * oracle_is() - is this an address of an asset
 * @asset: any
 * @address: any
 */
bool oracle_is(const struct oracle_asset *asset, const struct oracle_address *address);

/**
 * oracle_conduit() - a conduit of the text
 * @oracle: what was read
 * @name: as in struct oracle_answer
 *
 * Return: it, or NULL for management and intra.
 */
const struct oracle_conduit *oracle_conduit(const struct oracle *oracle, const char *name);

const struct oracle_zone *oracle_zone(const struct oracle *oracle, const char *name);
const struct oracle_asset *oracle_asset(const struct oracle *oracle, const char *name);
const struct oracle_service *oracle_service(const struct oracle *oracle, const char *name);

#endif
