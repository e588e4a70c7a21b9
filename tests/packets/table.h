/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of packets: what each data path must answer under policies/reference-plant.yaml, and a
 * second one for what may come back, when and for whom, under tests/packets/routed.yaml.
 *
 * Both are played by the core in userspace (tests/packets/core), by the core and the parser of the module in
 * the kernel (kmod/packet_kunit.c) and by the gate's program (tests/bpf/table.c); the first also by a live gateway
 * (tests/netns/table, for which tests/packets/list prints it). Each denied packet names its twin, a permitted one
 * that differs only in what the denial is about.
 */
#ifndef SLUICE_TESTS_PACKETS_TABLE_H
#define SLUICE_TESTS_PACKETS_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "kmod/core/judge.h"
#include "tests/lib/frame.h"

/* A minute in the window of vendor-vpn (2026-12-01 08:00 to 16:00 UTC), and the edges of it */
#define PACKET_WINDOW_OPENS	1796112000ULL
#define PACKET_WINDOW_CLOSES	1796140800ULL
#define PACKET_USUAL_TIME	(PACKET_WINDOW_OPENS + 3600)

/* The monotonic clock when the packet comes */
#define PACKET_NANOSECONDS	5000000000ULL

/** enum packet_spent - which limit of the conduit is used up when the packet comes */
enum packet_spent {
	PACKET_SPENT_NOTHING,
	PACKET_SPENT_PACKETS,
	PACKET_SPENT_NEW_CONNECTIONS,
	PACKET_SPENT_CONNECTIONS,
	PACKET_SPENT_HOUR,		/* the bytes of the hour that runs */
	PACKET_SPENT_LAST_HOUR,		/* those of an hour that is over */
	PACKET_SPENT_SPARE,		/* answers that nobody paid for */
};

/**
 * struct packet_lie - bytes that are changed after the frame was built
 * @where: 'l', 'n' or 't': from the link, network or transport header; 0: none
 * @offset: from there
 * @bytes: how many
 * @byte: what to write
 */
struct packet_lie {
	char where;
	uint16_t offset;
	uint8_t bytes;
	uint8_t byte[4];
};

/**
 * struct packet_case - one packet and what becomes of it
 * @name: short, unique
 * @proves: a sentence
 * @port: "eth1", "eth2.10": it comes in there and its tag is put in; NULL: the gateway sends it
 * @layer: the hook that judges it; 0: forward
 * @frame: what to build
 * @lie: bytes to change
 * @cut: bytes to take off the end
 * @flow: from connection tracking
 * @spent: the limit that is used up
 * @now: wall clock; 0: PACKET_USUAL_TIME
 * @lower_bound: of the wall clock
 * @unsure: the wall clock cannot be relied on
 * @no_policy: no image is there
 * @whole: the datagram was put together from pieces
 * @standing: of the conduit
 * @track: of the flow
 * @untracked: there was no room for a track
 * @reason: the answer
 * @conduit: by which it passes, or the nearest one; NULL: none, or none that has a name
 * @twin: the permitted case; NULL for permitted ones
 */
struct packet_case {
	const char *name;
	const char *proves;
	const char *port;
	enum sluice_layer layer;
	struct frame_spec frame;
	struct packet_lie lie;
	uint16_t cut;
	struct sluice_flow flow;
	enum packet_spent spent;
	uint64_t now;
	uint64_t lower_bound;
	int unsure;
	int no_policy;
	int whole;
	struct sluice_standing standing;
	struct sluice_track track;
	int untracked;
	enum sluice_reason reason;
	const char *conduit;
	const char *twin;
};

extern const struct packet_case packet_cases[];
extern const size_t packet_case_count;
extern const struct packet_case packet_routed[];
extern const size_t packet_routed_count;

/**
 * packet_build() - the bytes of a case
 * @test: which
 * @frame: receives them, tag included
 */
void packet_build(const struct packet_case *test, struct frame *frame);

/**
 * packet_tag() - the VLAN tag of a port's name
 * @port: "eth1", "eth2.10"
 *
 * Return: 0 to 4094.
 */
unsigned int packet_tag(const char *port);

/**
 * packet_gate_drops() - does the gate alone drop it (steps 1 to 7)
 * @test: which
 *
 * The rest passes the gate, stamped, and the module judges it. Not for packets of the gateway.
 * Return: 1 when it does.
 */
int packet_gate_drops(const struct packet_case *test);

/**
 * packet_reason_name() - a reason as every output spells it
 * @reason: any
 *
 * Return: lower case, static.
 */
const char *packet_reason_name(enum sluice_reason reason);

#endif
