/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A way that packets are forwarded on this kernel, in a network namespace of its own: bare, behind one
 * empty nft chain, behind our gate, or behind nft holding the same permissions.
 *
 * Frames are made by the kernel's own generator (live frames of a test run) and leave by a bridge
 * without ports.
 */
#ifndef SLUICE_TESTS_BENCH_COURSE_H
#define SLUICE_TESTS_BENCH_COURSE_H

#include <stdbool.h>

#include "tests/bench/plant.h"
#include "tests/bpf/world.h"

struct sluice_spread_bpf;

/**
 * struct course - one way
 * @name: in the results
 * @shape: of the plant, as make-plant spells it
 * @plant: the same
 * @ruleset: what make-plant makes, "gate", or "bare"
 * @namespace: its network namespace
 * @ifindex: the device where packets come in
 * @gate: or NULL
 * @slot: of the gate, in force
 * @generation: in force
 * @spread: the generator
 */
struct course {
	const char *name;
	const char *shape;
	struct bench_plant plant;
	const char *ruleset;
	int namespace;
	unsigned int ifindex;
	struct sluice_gate *gate;
	unsigned int slot;
	unsigned int generation;
	struct sluice_spread_bpf *spread;
};

/**
 * course_begin() - lay it; ends the program when that fails
 * @course: name, shape, plant and ruleset are given
 * @world: of world_begin()
 * @folder: where the images are
 */
void course_begin(struct course *course, struct world *world, const char *folder);

/**
 * course_enter() - let the calling thread be in its namespace
 * @course: begun
 */
void course_enter(const struct course *course);

/**
 * course_send() - packets of permitted flows, one after the other
 * @course: begun, and entered by this thread
 * @many: of many flows in turn, not of one
 * @packets: how many
 *
 * Return: nanoseconds a packet.
 */
double course_send(struct course *course, int many, unsigned int packets);

/**
 * course_watch() - from now on keep the longest pause between two packets of one course_send()
 * @course: begun
 */
void course_watch(struct course *course);

/**
 * course_pause() - that pause, so far
 * @course: watched
 *
 * Return: nanoseconds.
 */
double course_pause(const struct course *course);

/**
 * course_moves() - does the generator make packets at this moment
 * @course: begun; any thread may send
 *
 * Return: true when the next one came while this was asked.
 */
bool course_moves(const struct course *course);

/**
 * course_sunk() - packets that left so far
 *
 * Return: of the namespace that this thread is in.
 */
unsigned long course_sunk(void);

/**
 * course_warm_up() - wait until a link that has just come up carries; later a loss is a mistake
 * @course: begun
 */
void course_warm_up(struct course *course);

/**
 * course_stage() - an image into the gate's slot that is not in force, and then in force
 * @course: with a gate
 * @messages: of the gate
 * @words: image
 * @count: of them
 *
 * Return: 0, or -1 when the gate does not take it.
 */
int course_stage(struct course *course, struct sluice_messages *messages, const uint64_t *words,
		 size_t count);

/**
 * course_read_image() - what the compiler made of the course's plant
 * @course: any
 * @folder: where the images are
 * @words: room for SLUICE_MAX_IMAGE_WORDS
 *
 * Return: words read; ends the program when there are none.
 */
size_t course_read_image(const struct course *course, const char *folder, uint64_t *words);

#endif
