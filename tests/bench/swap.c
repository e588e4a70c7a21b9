// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	swap FOLDER ROUNDS
 *
 * A policy of 100 000 rules is replaced while one processor forwards as fast as it can and another one
 * replaces: staging and the selector of our gate, in turn with an `nft -f` that deletes and makes its table
 * in one transaction. How long until it is in force, how long the longest pause was in which nothing was
 * forwarded, and how many packets were lost; the pause also while nothing is replaced.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/course.h"
#include "tests/bench/sample.h"

#define BURST		400000		/* setting a generator up takes longer than most pauses */

/* @in_force: seconds; @pause and @quiet: microseconds; @lost: packets; @rate: packets a second */
struct swap {
	struct course course;
	struct sample in_force, pause, quiet, lost, rate;
};

/* @course: where packets go; @stop: enough; the rest is what came of it */
struct traffic {
	struct course *course;
	atomic_bool stop;
	unsigned long sent, sunk;
	double cost;
};

static struct swap swaps[] = {
	{ { "gate, assets", "assets", { BENCH_ASSETS, 100000 }, "gate" } },
	{ { "nft concat set, assets", "assets", { BENCH_ASSETS, 100000 }, "concat" } },
	{ { "nft zone map, assets", "assets", { BENCH_ASSETS, 100000 }, "zonemap" } },
	{ { "gate, prefixes", "prefixes", { BENCH_PREFIXES, 100000 }, "gate" } },
	{ { "nft zone map, prefixes", "prefixes", { BENCH_PREFIXES, 100000 }, "zonemap" } },
};
#define SWAPS (sizeof(swaps) / sizeof(swaps[0]))

static struct world world;
static uint64_t *words;

static void give_up(const char *what)
{
	fprintf(stderr, "swap: %s\n", what);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Each side has a processor of its own where there are two. */
static void stay_on(unsigned int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1 && sched_setaffinity(0, sizeof(set), &set))
		give_up("no processor of its own");
}

static void *forward(void *context)
{
	struct traffic *traffic = context;
	sigset_t every;

	/* The end of nft is a signal, and one ends a test run. */
	sigfillset(&every);
	pthread_sigmask(SIG_BLOCK, &every, NULL);
	stay_on(0);
	course_enter(traffic->course);
	traffic->sunk = course_sunk();
	do {
		traffic->cost = course_send(traffic->course, 0, BURST);
		traffic->sent += BURST;
	} while (!atomic_load(&traffic->stop));
	traffic->sunk = course_sunk() - traffic->sunk;
	return NULL;
}

static void file_of(const struct course *course, const char *folder, char path[512])
{
	snprintf(path, 512, "%s/swap-%s-%s.nft", folder, course->shape, course->ruleset);
}

static void replace(struct course *course, const char *folder)
{
	char path[512];

	if (!course->gate) {
		file_of(course, folder, path);
		return world_shell("nft -f %s", path);
	}
	if (course_stage(course, &world.messages, words, course_read_image(course, folder, words)))
		give_up("the gate does not take the image again");
}

/* @seconds: of replacing; NULL: one burst in which nothing is replaced */
static struct traffic under_traffic(struct course *course, const char *folder, double *seconds)
{
	struct traffic traffic = { .course = course };
	pthread_t thread;

	course_watch(course);
	atomic_store(&traffic.stop, !seconds);
	if (pthread_create(&thread, NULL, forward, &traffic))
		give_up("no thread");
	if (seconds) {
		while (!course_moves(course))
			;
		*seconds = now();
		replace(course, folder);
		*seconds = now() - *seconds;
		atomic_store(&traffic.stop, true);
	}
	pthread_join(thread, NULL);
	return traffic;
}

static void measure(struct swap *swap, const char *folder)
{
	struct traffic traffic;
	double seconds;

	course_enter(&swap->course);
	under_traffic(&swap->course, folder, NULL);
	sample_add(&swap->quiet, course_pause(&swap->course) / 1e3);
	traffic = under_traffic(&swap->course, folder, &seconds);
	sample_add(&swap->in_force, seconds);
	sample_add(&swap->pause, course_pause(&swap->course) / 1e3);
	sample_add(&swap->lost, (double)(traffic.sent - traffic.sunk));
	sample_add(&swap->rate, 1e3 / traffic.cost);
}

static void begin(struct swap *swap, const char *folder)
{
	struct course *course = &swap->course;
	char path[512];

	course_begin(course, &world, folder);
	course_warm_up(course);
	if (course->gate)
		return;
	file_of(course, folder, path);
	world_shell("{ echo 'add table inet bench'; echo 'delete table inet bench'; "
		    "build/tests/bench/make-plant %s %u %s; } > %s", course->shape, course->plant.rules,
		    course->ruleset, path);
}

static void print(struct swap *swap)
{
	const char *name = swap->course.name;
	unsigned int rules = swap->course.plant.rules;

	sample_print(&swap->in_force, "swap", name, rules, "hot", "s until in force");
	sample_print(&swap->pause, "swap", name, rules, "hot", "us longest pause");
	sample_print(&swap->quiet, "swap", name, rules, "hot", "us the same, no swap");
	sample_print(&swap->rate, "swap", name, rules, "hot", "million packets a second");
	sample_print(&swap->lost, "swap", name, rules, "hot", "packets lost");
}

int main(int argc, char **argv)
{
	words = malloc((size_t)SLUICE_MAX_IMAGE_WORDS * sizeof(*words));
	if (argc != 3 || !words)
		give_up("swap FOLDER ROUNDS");
	world_begin(&world, 0);
	stay_on(1);
	for (size_t i = 0; i < SWAPS; i++)
		begin(&swaps[i], argv[1]);
	for (unsigned long round = strtoul(argv[2], NULL, 10); round; round--)
		for (size_t i = 0; i < SWAPS; i++)
			measure(&swaps[i], argv[1]);
	for (size_t i = 0; i < SWAPS; i++)
		print(&swaps[i]);
	return 0;
}
