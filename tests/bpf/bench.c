// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a decision costs: the gate against a program that only passes, over the same test run.
 *
 * Nanoseconds a frame, the least of many short rounds taken in turn, so that a busy machine and its
 * clock disturb both alike. The ratio is the figure to keep; only one far off is a failure, because
 * this machine may have no counters of cycles.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "tests/bpf/plant.h"
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/ktap.h"

#define ROUNDS	60
#define REPEATS	20000
/* The aim is 8 with 100 000 prefixes; twice that is a mistake and no noise. */
#define LARGEST_RATIO	16

struct course {
	const char *name;
	struct frame_spec frame;
	unsigned int device;
};

static const struct course courses[] = {
	{ "permitted, IPv4 TCP, forward", { .source = "10.1.0.8", .destination = "10.2.0.10",
	  .protocol = 6, .source_port = 40000, .destination_port = 4840, .tcp_flags = 16 }, 0 },
	{ "permitted, IPv4 TCP, reply", { .source = "10.2.0.10", .destination = "10.1.0.8",
	  .protocol = 6, .source_port = 4840, .destination_port = 40000, .tcp_flags = 16 }, 2 },
	{ "permitted, IPv4 UDP, whole zone", { .source = "10.1.9.9", .destination = "10.2.0.2",
	  .protocol = 17, .source_port = 40000, .destination_port = 123 }, 0 },
	{ "permitted, IPv6 TCP", { .source = "fd00:1::8", .destination = "fd00:2::10",
	  .protocol = 6, .source_port = 40000, .destination_port = 4840, .tcp_flags = 16 }, 0 },
	{ "denied, no conduit (flood)", { .source = "10.1.0.8", .destination = "10.2.0.10",
	  .protocol = 6, .source_port = 40000, .destination_port = 22, .tcp_flags = 2 }, 0 },
	{ "denied, spoofed (flood)", { .source = "10.9.0.8", .destination = "10.2.0.10",
	  .protocol = 6, .source_port = 40000, .destination_port = 22, .tcp_flags = 2 }, 0 },
};

static int passing_program(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "passes", "GPL", pass, 2, NULL);
}

static unsigned int round_of(int program, unsigned int ifindex, const struct frame *frame)
{
	struct xdp_md in = { .data_end = frame->length, .ingress_ifindex = ifindex };

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes,
		    .data_size_in = frame->length, .ctx_in = &in, .ctx_size_in = sizeof(in),
		    .repeat = REPEATS);

	if (bpf_prog_test_run_opts(program, &options)) {
		printf("Bail out! test run: %s\n", strerror(errno));
		exit(1);
	}
	return options.duration;
}

static void measure(struct world *world, const struct course *course, int passing)
{
	int gate = sluice_gate_program_fd(world->gate);
	unsigned int least = ~0u, base = ~0u;
	struct frame frame;

	frame_build(&course->frame, &frame);
	for (int i = 0; i < ROUNDS; i++) {
		unsigned int ifindex = world->ifindex[course->device];
		unsigned int bare = round_of(passing, ifindex, &frame);
		unsigned int ours = round_of(gate, ifindex, &frame);

		base = bare < base ? bare : base;
		least = ours < least ? ours : least;
	}
	ktap_ok(least <= base * LARGEST_RATIO, "%s: %u ns, XDP_PASS %u ns, ratio %.1f",
		course->name, least, base, (double)least / (base ? base : 1));
}

int main(void)
{
	struct sluice_image image = image_make(&image_plant);
	int passing = passing_program();
	struct world world;

	world_begin(&world, 3);
	plant_stage(&world, 0, &image);
	plant_select(&world, 0, 1);
	for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++)
		measure(&world, &courses[i], passing);
	world_end(&world);
	image_free(&image);
	return ktap_done();
}
