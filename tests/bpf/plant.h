/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The small plant (tests/lib/image.c) plugged into the devices of a world.
 */
#ifndef SLUICE_TESTS_BPF_PLANT_H
#define SLUICE_TESTS_BPF_PLANT_H

#include "tests/bpf/world.h"
#include "tests/lib/image.h"

#define PLANT_NONCE	0x5eed0001u
#define PLANT_WIRES	9

/* Image port, device and tag; a device may carry an untagged and a tagged port. */
struct plant_wire {
	unsigned int port;
	unsigned int device;
	unsigned int vlan;
};

extern const struct plant_wire plant_wires[PLANT_WIRES];

/**
 * plant_stage() - image and bindings into a slot; ends the program when that fails
 * @world: with an open gate
 * @slot: 0 or 1
 * @image: of the plant
 */
void plant_stage(struct world *world, unsigned int slot, const struct sluice_image *image);

/**
 * plant_tell_control() - let the plant's zone control be told of denials (refuse: reset)
 * @image: of the plant
 */
void plant_tell_control(struct sluice_image *image);

/**
 * plant_select() - put a slot in force
 * @world: with an open gate
 * @slot: 0 or 1
 * @generation: of its image
 */
void plant_select(struct world *world, unsigned int slot, unsigned int generation);

#endif
