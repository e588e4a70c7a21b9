/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whoever sends requests at random, and what they are made of.
 */
#ifndef SLUICE_RAW_RANDOM_H
#define SLUICE_RAW_RANDOM_H

#include "raw.h"
#include "tests/lib/random.h"

#define BUNDLES_MAX	64

/* For functions that call who they play for "player". */
#define DICE(limit)	random_below(&player->dice, (limit))
#define CHANCE(percent)	random_chance(&player->dice, (percent))

/* What a policy's life wants next; each is one request. */
enum step { STEP_BEGIN, STEP_DATA, STEP_END, STEP_BIND, STEP_PUBLISH, STEP_OPEN, STEP_CONFIRM };

/**
 * struct player - who sends
 * @link: to the module
 * @dice: begun with the seed
 * @bundles: the first is a trust file, policies of rising version follow
 * @count: of @bundles
 * @policy: the one whose life is lived
 * @step: what that wants next
 * @sent: bytes of its image
 * @generation: the one whose life it is, once the module has named it
 * @live: the generations of the slots, as the module last said
 * @version: of the first policy
 * @selector: BPF array as the gate's selector
 * @elsewhere: another network namespace
 * @wanted: commands that have to be taken and refused, by bit; 0: whatever comes
 * @taken: by command
 * @refused: by command
 */
struct player {
	struct raw_link *link;
	struct random_state dice;
	struct raw_bundle bundles[BUNDLES_MAX];
	uint32_t count;
	uint32_t policy;
	enum step step;
	size_t sent;
	uint32_t generation;
	uint32_t live[SLUICE_SLOTS];
	uint64_t version;
	int selector;
	int elsewhere;
	uint32_t wanted;
	uint32_t taken[__SLUICE_CMD_MAX];
	uint32_t refused[__SLUICE_CMD_MAX];
};

/* A request of this command in the player's link: what the command takes, with values at the edges of their ranges. */
void random_compose(struct player *player, uint8_t command);

/* Break that request in one place. */
void random_spoil(struct player *player);

#endif
