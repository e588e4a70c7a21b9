// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	forward FOLDER ROUNDS
 *
 * What a forwarded packet costs on this kernel with one flow and with many: bare, behind one empty nft
 * chain, behind our gate, and behind nft holding the same permissions as a concat set and as a zone
 * map. All run in turn (tests/bench/course.h).
 *
 * The module is not here: the running kernel takes none. Nor are prefixes in a concat set: nft needs more
 * than a minute to load 100 000 of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/course.h"
#include "tests/bench/sample.h"

#define REPEATS		6400
#define REPEATED_MAX	100

/* @sample: of one flow and of many; @repeated: runs that were made again */
struct run {
	struct course course;
	struct sample sample[2];
	unsigned int repeated;
};

static struct run runs[] = {
	{ { "bare forwarding", "assets", { BENCH_ASSETS, 10 }, "bare" } },
	{ { "one empty nft chain", "assets", { BENCH_ASSETS, 10 }, "empty" } },
	{ { "gate, assets", "assets", { BENCH_ASSETS, 10 }, "gate" } },
	{ { "gate, assets", "assets", { BENCH_ASSETS, 100000 }, "gate" } },
	{ { "nft concat set, assets", "assets", { BENCH_ASSETS, 10 }, "concat" } },
	{ { "nft concat set, assets", "assets", { BENCH_ASSETS, 100000 }, "concat" } },
	{ { "nft zone map, assets", "assets", { BENCH_ASSETS, 10 }, "zonemap" } },
	{ { "nft zone map, assets", "assets", { BENCH_ASSETS, 100000 }, "zonemap" } },
	{ { "gate, prefixes", "prefixes", { BENCH_PREFIXES, 100000 }, "gate" } },
	{ { "nft zone map, prefixes", "prefixes", { BENCH_PREFIXES, 100000 }, "zonemap" } },
};
#define RUNS (sizeof(runs) / sizeof(runs[0]))

/* Nanoseconds a packet, or 0 when not every one was forwarded. */
static double forward(struct course *course, int many)
{
	unsigned long before;
	double cost;

	course_enter(course);
	before = course_sunk();
	cost = course_send(course, many, REPEATS);
	return course_sunk() - before == REPEATS ? cost : 0;
}

/* A run that lost packets says nothing about their cost: it is made again, and counted. */
static void measure(struct run *run, int many)
{
	double cost = forward(&run->course, many);

	for (; !cost; cost = forward(&run->course, many))
		if (++run->repeated > REPEATED_MAX) {
			fprintf(stderr, "forward: %s: not every packet was forwarded\n", run->course.name);
			exit(1);
		}
	sample_add(&run->sample[many], cost);
}

static void print(struct run *run)
{
	const struct course *course = &run->course;

	if (run->repeated)
		printf("# %s, %u: %u runs made again, because they lost packets\n", course->name,
		       course->plant.rules, run->repeated);
	for (int many = 0; many < 2; many++)
		sample_print(&run->sample[many], "forward", course->name, course->plant.rules,
			     many ? "spread" : "hot", "ns");
}

int main(int argc, char **argv)
{
	static struct world world;

	if (argc != 3) {
		fprintf(stderr, "forward FOLDER ROUNDS\n");
		return 2;
	}
	world_begin(&world, 0);
	for (size_t i = 0; i < RUNS; i++)
		course_begin(&runs[i].course, &world, argv[1]);
	for (size_t i = 0; i < RUNS; i++)
		course_warm_up(&runs[i].course);
	for (unsigned long round = strtoul(argv[2], NULL, 10); round; round--)
		for (size_t i = 0; i < RUNS; i++)
			for (int many = 0; many < 2; many++)
				measure(&runs[i], many);
	for (size_t i = 0; i < RUNS; i++)
		print(&runs[i]);
	return 0;
}
