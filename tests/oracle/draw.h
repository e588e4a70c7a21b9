/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random packets for a policy: half of them mostly fit some conduit, half are a permitted one that was
 * kept and of which one thing was changed.
 */
#ifndef SLUICE_TESTS_DRAW_H
#define SLUICE_TESTS_DRAW_H

#include "tests/lib/random.h"
#include "tests/oracle/oracle.h"

#define DRAW_POOL	600
#define DRAW_KEPT	64

/** enum draw_kind - kinds of permitted packets that are kept, each for changes that only such a packet feels */
enum draw_kind {
	DRAW_ANY,
	DRAW_BEGINS,
	DRAW_BUDGET,
	DRAW_ACK_ONLY,
	DRAW_TRACKED,
	DRAW_IDENTITY,
	DRAW_WINDOW,
	DRAW_OPEN,
	DRAW_PORT,
	DRAW_BOUND,
	DRAW_PIECE,
	DRAW_KINDS,
};

/**
 * struct draw_kept - permitted packets of one kind
 * @packet: they
 * @count: how many
 */
struct draw_kept {
	struct oracle_packet packet[DRAW_KEPT];
	uint32_t count;
};

/**
 * struct draw - what packets are drawn from
 * @oracle: the policy
 * @kept: by kind
 * @pool: addresses worth asking about
 * @pooled: how many
 */
struct draw {
	const struct oracle *oracle;
	struct draw_kept kept[DRAW_KINDS];
	struct oracle_address pool[DRAW_POOL];
	size_t pooled;
};

/**
 * draw_begin() - forget the last policy
 * @draw: any
 * @oracle: the next one; stays where it is
 */
void draw_begin(struct draw *draw, const struct oracle *oracle);

/**
 * draw_packet() - the next packet
 * @random: source of chance
 * @draw: begun
 * @packet: filled
 */
void draw_packet(struct random_state *random, const struct draw *draw, struct oracle_packet *packet);

/**
 * draw_keep() - a packet was permitted
 * @random: source of chance
 * @draw: begun
 * @packet: it
 * @conduit: by which
 */
void draw_keep(struct random_state *random, struct draw *draw, const struct oracle_packet *packet,
	       const char *conduit);

/* ---- Between pool.c, change.c and draw.c ---- */

/* draw_fill_pool() - the edges of everything that the policy names, and what is special */
void draw_fill_pool(struct draw *draw);

/* draw_address() - any one of a family */
struct oracle_address draw_address(struct random_state *random, const struct draw *draw, bool v6);

/* draw_address_of() - one that an item of a conduit's end covers; false when none is in the pool */
bool draw_address_of(struct random_state *random, const struct draw *draw,
		     const struct oracle_names *names, bool v6, struct oracle_address *address);

/* draw_address_of_asset() - one of its own; false when it has none of that family */
bool draw_address_of_asset(struct random_state *random, const struct oracle_asset *asset, bool v6,
			   struct oracle_address *address);

/* draw_port() - a TCP or UDP port, mostly one that means something */
uint16_t draw_port(struct random_state *random);

/* draw_time() - a wall clock, mostly at the edge of something */
uint64_t draw_time(struct random_state *random);

/* draw_changed() - a kept packet of which one thing is changed; false when none of the kind is kept */
bool draw_changed(struct random_state *random, const struct draw *draw, struct oracle_packet *packet);

#endif
