// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	decide FOLDER ROUNDS REPEATS
 *
 * What a decision of the gate costs over XDP_PASS, for plants of every size, with one flow and with
 * many. Each plant has a gate of its own, and all courses run in turn, so that whatever disturbs the
 * machine disturbs all alike. FOLDER has the plants' images (tests/bench/run makes them).
 *
 * The kernel times its own test run: nanoseconds on a real processor; in an emulator that counts
 * instructions instead of time, one nanosecond is one instruction (SLUICE_UNIT says which).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "spread.skel.h"
#include "tests/bench/plant.h"
#include "tests/bench/sample.h"
#include "tests/bench/spread.h"
#include "tests/bpf/world.h"
#include "tests/lib/frame.h"

#include "kmod/core/selector.h"

#define NONCE 0x5eed0001u

struct course {
	const char *name;
	struct bench_plant plant;
	struct sluice_gate *gate;
	struct sluice_spread_bpf *spread;
	struct frame frame;
	struct sample hot;
	struct sample spread_gate;
	struct sample spread_pass;
};

static struct course courses[] = {
	{ .name = "assets", .plant = { BENCH_ASSETS, 10 } },
	{ .name = "assets", .plant = { BENCH_ASSETS, 1000 } },
	{ .name = "assets", .plant = { BENCH_ASSETS, 100000 } },
	{ .name = "prefixes", .plant = { BENCH_PREFIXES, 10 } },
	{ .name = "prefixes", .plant = { BENCH_PREFIXES, 1000 } },
	{ .name = "prefixes", .plant = { BENCH_PREFIXES, 100000 } },
	{ .name = "conduits", .plant = { BENCH_CONDUITS, 10 } },
	{ .name = "conduits", .plant = { BENCH_CONDUITS, 10000 } },
	{ .name = "zones", .plant = { BENCH_ZONES, 10 } },
	{ .name = "zones", .plant = { BENCH_ZONES, BENCH_ZONES_MAX } },
};
#define COURSES (sizeof(courses) / sizeof(courses[0]))

static struct world world;
static unsigned int repeats;

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "decide: %s: %s\n", what, why);
	exit(1);
}

static uint64_t *read_image(const char *folder, const struct course *course, size_t *count)
{
	uint64_t *words = malloc((size_t)SLUICE_MAX_IMAGE_WORDS * sizeof(*words));
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s-%u.image", folder, course->name, course->plant.rules);
	file = fopen(path, "r");
	if (!file || !words)
		give_up(path, strerror(errno));
	*count = fread(words, sizeof(*words), SLUICE_MAX_IMAGE_WORDS, file);
	fclose(file);
	return words;
}

static void open_gate(struct course *course, const char *folder, unsigned int port)
{
	const __u32 generations[SLUICE_SLOTS] = { 1, 0 };
	uint8_t digest[SLUICE_DIGEST_BYTES];
	uint64_t *words;
	size_t count;
	char pin[128];

	snprintf(pin, sizeof(pin), "%s-%s-%u", world.pin, course->name, course->plant.rules);
	words = read_image(folder, course, &count);
	if (sluice_gate_open(pin, &world.messages, &course->gate) ||
	    sluice_gate_stage(course->gate, 0, words, count, digest, &world.messages)) {
		sluice_messages_print(&world.messages, stderr);
		give_up(course->name, "the gate does not take it");
	}
	sluice_gate_bind(course->gate, 0, port, world.ifindex[0], 0);
	sluice_gate_set_nonce(course->gate, NONCE);
	sluice_gate_write_selector(course->gate, sluice_selector_make(generations, 1, 0, 0));
	free(words);
}

static struct spread_flow wire_flow(const struct course *course, unsigned int index)
{
	struct bench_flow flow = bench_plant_flow(&course->plant, index);

	return (struct spread_flow){ htonl(flow.source), htonl(flow.destination),
				     htons((uint16_t)(1024 + index % 60000)), htons(BENCH_PORT) };
}

static void make_frame(struct course *course, const struct spread_flow *flow)
{
	char source[INET_ADDRSTRLEN], destination[INET_ADDRSTRLEN];
	const struct frame_spec spec = { .source = source, .destination = destination,
		.protocol = 6, .source_port = ntohs(flow->source_port),
		.destination_port = BENCH_PORT, .tcp_flags = 16 };

	inet_ntop(AF_INET, &flow->source, source, sizeof(source));
	inet_ntop(AF_INET, &flow->destination, destination, sizeof(destination));
	frame_build(&spec, &course->frame);
}

static void open_spread(struct course *course)
{
	course->spread = sluice_spread_bpf__open_and_load();
	if (!course->spread)
		give_up("spread", strerror(errno));
	for (__u32 i = 0; i < SPREAD_FLOWS; i++) {
		struct spread_flow flow = wire_flow(course, i);

		if (bpf_map_update_elem(bpf_map__fd(course->spread->maps.flows), &i, &flow, 0))
			give_up("flows", strerror(errno));
	}
	course->spread->bss->mask = SPREAD_FLOWS - 1;
}

static void begin(struct course *course, const char *folder)
{
	struct spread_flow flow = wire_flow(course, 0);

	open_gate(course, folder, bench_plant_flow(&course->plant, 0).port);
	make_frame(course, &flow);
	open_spread(course);
}

/* Nanoseconds (or instructions) of one run. */
static double run(const struct course *course, int program)
{
	struct xdp_md in = { .data_end = course->frame.length,
			     .ingress_ifindex = world.ifindex[0] };

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = course->frame.bytes,
		    .data_size_in = course->frame.length, .ctx_in = &in, .ctx_size_in = sizeof(in),
		    .repeat = (int)repeats);

	if (bpf_prog_test_run_opts(program, &options))
		give_up("test run", strerror(errno));
	if (options.retval != XDP_PASS)
		give_up(course->name, "the gate denies a permitted flow");
	return options.duration;
}

/* Many flows through a program: the generator calls it. */
static double run_spread(const struct course *course, int program)
{
	__u32 key = 0;

	if (bpf_map_update_elem(bpf_map__fd(course->spread->maps.next), &key, &program, 0))
		give_up("generator", strerror(errno));
	return run(course, bpf_program__fd(course->spread->progs.sluice_spread));
}

static void play(struct course *course, struct sample *pass)
{
	int gate = sluice_gate_program_fd(course->gate);
	int passes = bpf_program__fd(course->spread->progs.sluice_pass);

	sample_add(pass, run(course, passes));
	sample_add(&course->hot, run(course, gate));
	sample_add(&course->spread_pass, run_spread(course, passes));
	sample_add(&course->spread_gate, run_spread(course, gate));
}

static void print(struct course *course, const char *unit)
{
	unsigned int rules = course->plant.rules;
	char name[64];

	snprintf(name, sizeof(name), "gate %s", course->name);
	sample_print(&course->hot, "decision", name, rules, "hot", unit);
	sample_print(&course->spread_gate, "decision", name, rules, "spread", unit);
	sample_print(&course->spread_pass, "decision", "generator", rules, "spread", unit);
}

int main(int argc, char **argv)
{
	const char *unit = getenv("SLUICE_UNIT") ? getenv("SLUICE_UNIT") : "ns";
	struct sample pass = { 0 };

	if (argc != 4)
		give_up("usage", "decide FOLDER ROUNDS REPEATS");
	repeats = (unsigned int)strtoul(argv[3], NULL, 10);
	world_begin(&world, 1);
	for (size_t i = 0; i < COURSES; i++)
		begin(&courses[i], argv[1]);
	for (unsigned long round = strtoul(argv[2], NULL, 10); round; round--)
		for (size_t i = 0; i < COURSES; i++)
			play(&courses[i], &pass);
	sample_print(&pass, "decision", "XDP_PASS", 0, "hot", unit);
	for (size_t i = 0; i < COURSES; i++)
		print(&courses[i], unit);
	return 0;
}
