/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gate in a world of its own: network namespace, BPF file system and devices that end with the
 * process.
 */
#ifndef SLUICE_TESTS_BPF_WORLD_H
#define SLUICE_TESTS_BPF_WORLD_H

#include <stdint.h>

#include "agent/gate/gate.h"

#define WORLD_DEVICES	8
#define WORLD_FRAME	16384

/**
 * struct world - what a test of the gate needs
 * @gate: open
 * @messages: of the gate
 * @pin: folder of the pins
 * @ifindex: of device0 .. device7 (veth pairs peer0 .. peer7)
 * @meta: how many of the bytes given to world_run() are a driver's metadata
 */
struct world {
	struct sluice_gate *gate;
	struct sluice_messages messages;
	char pin[64];
	unsigned int ifindex[WORLD_DEVICES];
	uint32_t meta;
};

/**
 * struct world_run - what the gate did with a frame
 * @verdict: XDP_PASS, XDP_DROP, ...
 * @meta: bytes of metadata
 * @stamp: the metadata, when it is a stamp
 * @length: of the frame that came out
 * @bytes: metadata, then the frame
 */
struct world_run {
	uint32_t verdict;
	uint32_t meta;
	struct sluice_stamp stamp;
	uint32_t length;
	uint8_t bytes[WORLD_FRAME];
};

/**
 * world_begin() - make it; ends the program when that fails, with a skip when it is not allowed to
 * @world: filled
 * @devices: how many veth pairs
 */
void world_begin(struct world *world, unsigned int devices);

/* world_reopen() - what a restarted agent does */
void world_reopen(struct world *world);

/* world_end() - remove gate and mounts */
void world_end(struct world *world);

/**
 * world_run() - one frame through the program
 * @world: with an open gate
 * @ifindex: where it comes in
 * @bytes: from the destination MAC on
 * @length: at least 14
 * @linear: how much of it is linear; 0 for as much as fits
 * @run: filled
 *
 * Return: 0 or a negative errno (an old kernel cannot choose the linear part: -EINVAL).
 */
int world_run(const struct world *world, unsigned int ifindex, const uint8_t *bytes,
	      uint32_t length, uint32_t linear, struct world_run *run);

/* world_shell() - run a command; ends the program when it fails */
void world_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
