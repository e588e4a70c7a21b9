// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bpf/plant.h"

#include <endian.h>
#include <stdlib.h>

#include "kmod/core/selector.h"

const struct plant_wire plant_wires[PLANT_WIRES] = {
	{ PLANT_ETH1, 0, 0 }, { PLANT_ETH2_10, 1, 10 }, { PLANT_ETH3, 2, 0 },
	{ PLANT_ETH0, 3, 0 }, { PLANT_ETH0_99, 3, 99 }, { PLANT_FENCE, 4, 0 },
	{ PLANT_MIRROR, 5, 0 }, { PLANT_CELL_A, 6, 0 }, { PLANT_CELL_B, 7, 0 },
};

void plant_stage(struct world *world, unsigned int slot, const struct sluice_image *image)
{
	uint8_t digest[SLUICE_DIGEST_BYTES];

	if (sluice_gate_stage(world->gate, slot, (const uint64_t *)image->words, image->count,
			      digest, &world->messages)) {
		sluice_messages_print(&world->messages, stdout);
		printf("Bail out! the plant's image is not taken\n");
		exit(1);
	}
	for (unsigned int i = 0; i < PLANT_WIRES; i++)
		if (world->ifindex[plant_wires[i].device])
			sluice_gate_bind(world->gate, slot, plant_wires[i].port,
					 world->ifindex[plant_wires[i].device],
					 plant_wires[i].vlan);
	sluice_gate_set_nonce(world->gate, PLANT_NONCE);
}

void plant_tell_control(struct sluice_image *image)
{
	uint64_t *words = (uint64_t *)(uintptr_t)image->words;
	uint64_t *zones = words + SLUICE_BASE(le64toh(words[SLUICE_HEADER_ZONES]));

	zones[PLANT_CONTROL * SLUICE_ZONE_WORDS] |= htole64(SLUICE_ZONE_FLAG_RESET);
}

void plant_select(struct world *world, unsigned int slot, unsigned int generation)
{
	const __u32 generations[SLUICE_SLOTS] = { slot ? 0 : generation, slot ? generation : 0 };

	sluice_gate_write_selector(world->gate, sluice_selector_make(generations, slot + 1, 0, 0));
}
