/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random policies, as text; and the same text with its lines in another order.
 */
#ifndef SLUICE_TESTS_GENERATE_H
#define SLUICE_TESTS_GENERATE_H

#include <stddef.h>

#include "tests/lib/random.h"

#define GENERATE_LINES	64
#define GENERATE_LINE	512
#define GENERATE_TEXT	(6 * GENERATE_LINES * GENERATE_LINE)

/** enum generate_section - a list of the policy */
enum generate_section {
	GENERATE_ZONES,
	GENERATE_ASSETS,
	GENERATE_GROUPS,
	GENERATE_SERVICES,
	GENERATE_CONDUITS,
	GENERATE_MANAGEMENT,
	GENERATE_SECTIONS,
};

/**
 * struct generate_zone - what the generator must know to name something in it
 * @name: of the zone
 * @number: second byte of its IPv4 addresses
 * @host: third byte under which its hosts stand
 * @level: 0 isolated .. 4
 * @v6: it has IPv6 addresses
 * @via: it has no ports
 * @ports: their names
 * @port_count: how many
 */
struct generate_zone {
	char name[32];
	unsigned int number;
	unsigned int host;
	unsigned int level;
	unsigned int v6;
	unsigned int via;
	char ports[3][16];
	unsigned int port_count;
};

/**
 * struct generate_policy - a policy as lines of its lists
 * @line: by section
 * @count: how many lines
 * @zone: zones
 * @zones: how many
 * @asset_zone: by asset, its zone
 * @conduit_level: by conduit, the levels that its ends are of
 * @jump: number of the asset that is the jump host, or -1
 */
struct generate_policy {
	char line[GENERATE_SECTIONS][GENERATE_LINES][GENERATE_LINE];
	unsigned int count[GENERATE_SECTIONS];
	struct generate_zone zone[16];
	unsigned int zones;
	unsigned int asset_zone[GENERATE_LINES];
	unsigned int conduit_level[GENERATE_LINES][2];
	int jump;
};

/**
 * generate_base() - everything but conduits
 * @random: source of chance
 * @policy: filled
 */
void generate_base(struct random_state *random, struct generate_policy *policy);

/**
 * generate_conduit() - add one conduit, which the rules may well refuse
 * @random: source of chance
 * @policy: gets one line more
 */
void generate_conduit(struct random_state *random, struct generate_policy *policy);

/**
 * generate_print() - write the text
 * @policy: what
 * @shuffle: NULL for the order of making, else a source of chance
 * @text: receives GENERATE_TEXT bytes at most
 *
 * Return: length of the text.
 */
size_t generate_print(const struct generate_policy *policy, struct random_state *shuffle,
		      char *text);

#endif
