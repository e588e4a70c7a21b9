// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	hooks NAME IN OUT ROUNDS
 *
 * What a packet forwarded from device IN to OUT costs with whatever is hooked in at the moment, as a line of
 * results under NAME. The kernel's own generator makes the packets (live frames of a test run) and times them. In an
 * emulator that counts instructions as nanoseconds these are instructions (tests/bench/modules).
 *
 * The packet is one that control-basics of the reference plant permits.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "tests/bench/sample.h"
#include "tests/lib/frame.h"

#define REPEATS	640	/* all rounds together stay below the conduit's packets of one second */
#define WARM_UP	3

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "hooks: %s: %s\n", what, why);
	exit(1);
}

static int load_pass(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "passes", "GPL", pass, 2, NULL);

	if (program < 0)
		give_up("program", strerror(errno));
	return program;
}

static unsigned long sent(const char *device)
{
	char path[128];
	unsigned long packets;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/tx_packets", device);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%lu", &packets) != 1)
		give_up(path, "cannot be read");
	fclose(file);
	return packets;
}

static double forward(int program, const char *in, const char *out, const struct frame *frame)
{
	struct xdp_md context = { .ingress_ifindex = if_nametoindex(in), .data_end = frame->length };
	unsigned long before = sent(out);

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes, .data_size_in = frame->length,
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = REPEATS,
		    .batch_size = 64, .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	if (bpf_prog_test_run_opts(program, &options))
		give_up("frames", strerror(errno));
	for (int i = 0; i < 200 && sent(out) - before < REPEATS; i++)
		usleep(1000);
	if (sent(out) - before != REPEATS)
		give_up(out, "not every packet was forwarded");
	return options.duration;
}

int main(int argc, char **argv)
{
	const struct frame_spec spec = { .source_mac = "00:1d:9c:00:00:07",
		.destination_mac = "02:00:00:00:00:01", .source = "10.1.0.7", .destination = "10.2.0.2",
		.protocol = 17, .source_port = 19000, .destination_port = 123, .payload = 48 };
	struct sample sample = { 0 };
	struct frame frame;
	int program;

	if (argc != 5)
		give_up("usage", "hooks NAME IN OUT ROUNDS");
	frame_build(&spec, &frame);
	program = load_pass();
	for (int i = 0; i < WARM_UP; i++)
		forward(program, argv[2], argv[3], &frame);
	for (unsigned long round = strtoul(argv[4], NULL, 10); round; round--)
		sample_add(&sample, forward(program, argv[2], argv[3], &frame));
	sample_print(&sample, "module", argv[1], 0, "hot", getenv("SLUICE_UNIT") ? : "ns");
	return 0;
}
