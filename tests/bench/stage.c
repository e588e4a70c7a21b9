// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	stage IMAGE
 *
 * Opens a gate in a world of its own and stages the image into both slots, as the agent does. Prints processor
 * and wall seconds, a line each: open (when the agent starts), grow (the first image of its size, for which the
 * kernel verifies the program again) and stage (what each policy of that size costs from then on).
 */
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/bpf/world.h"

struct watch {
	double cpu;
	double wall;
};

static struct watch now(void)
{
	struct rusage usage;
	struct timespec wall;

	getrusage(RUSAGE_SELF, &usage);
	clock_gettime(CLOCK_MONOTONIC, &wall);
	return (struct watch){
		(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
		(double)wall.tv_sec + (double)wall.tv_nsec / 1e9,
	};
}

/* Prints what passed since @start; returns the time of now. */
static struct watch passed(const char *name, const struct watch *start)
{
	struct watch end = now();

	printf("%s %.6f %.6f\n", name, end.cpu - start->cpu, end.wall - start->wall);
	return end;
}

int main(int argc, char **argv)
{
	uint64_t *words = malloc((size_t)SLUICE_MAX_IMAGE_WORDS * sizeof(*words));
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	uint8_t digest[SLUICE_DIGEST_BYTES];
	struct world world;
	struct watch watch;
	size_t count;

	if (!file || !words) {
		perror("stage IMAGE");
		return 2;
	}
	count = fread(words, sizeof(*words), SLUICE_MAX_IMAGE_WORDS, file);
	fclose(file);
	watch = now();
	world_begin(&world, 0);
	watch = passed("open", &watch);
	for (unsigned int slot = 0; slot < 2; slot++) {
		if (sluice_gate_stage(world.gate, slot, words, count, digest, &world.messages)) {
			sluice_messages_print(&world.messages, stderr);
			return 1;
		}
		watch = passed(slot ? "stage" : "grow", &watch);
	}
	world_end(&world);
	free(words);
	return 0;
}
