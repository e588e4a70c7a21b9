// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	stage IMAGE
 *
 * Opens a gate in a world of its own and stages the image, as the agent does; for its processor time.
 */
#include <stdlib.h>

#include "tests/bpf/world.h"

int main(int argc, char **argv)
{
	uint64_t *words = malloc((size_t)SLUICE_MAX_IMAGE_WORDS * sizeof(*words));
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	uint8_t digest[SLUICE_DIGEST_BYTES];
	struct world world;
	size_t count;

	if (!file || !words) {
		perror("stage IMAGE");
		return 2;
	}
	count = fread(words, sizeof(*words), SLUICE_MAX_IMAGE_WORDS, file);
	fclose(file);
	world_begin(&world, 0);
	if (sluice_gate_stage(world.gate, 0, words, count, digest, &world.messages)) {
		sluice_messages_print(&world.messages, stderr);
		return 1;
	}
	world_end(&world);
	free(words);
	return 0;
}
