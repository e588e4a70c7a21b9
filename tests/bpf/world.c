// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bpf/world.h"

#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

static void give_up(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

void world_shell(const char *format, ...)
{
	char command[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	fflush(stdout);
	if (system(command)) {
		printf("Bail out! failed: %s\n", command);
		exit(1);
	}
}

static void enter(struct world *world)
{
	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		exit(4);
	}
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		give_up("namespaces");
	/* Hides the machine's own pins from us, and ours from the machine. */
	if (mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
		give_up("BPF file system");
	snprintf(world->pin, sizeof(world->pin), "/sys/fs/bpf/sluice");
}

static void open_gate(struct world *world)
{
	int error = sluice_gate_open(world->pin, &world->messages, &world->gate);

	if (!error)
		return;
	sluice_messages_print(&world->messages, stdout);
	errno = -error;
	give_up("gate");
}

void world_begin(struct world *world, unsigned int devices)
{
	memset(world, 0, sizeof(*world));
	sluice_messages_init(&world->messages, NULL);
	enter(world);
	world_shell("ip link set lo up");
	for (unsigned int i = 0; i < devices; i++) {
		char name[32];

		world_shell("ip link add device%u type veth peer name peer%u", i, i);
		snprintf(name, sizeof(name), "device%u", i);
		world->ifindex[i] = if_nametoindex(name);
	}
	open_gate(world);
}

void world_reopen(struct world *world)
{
	sluice_gate_close(world->gate);
	world->gate = NULL;
	open_gate(world);
}

void world_end(struct world *world)
{
	sluice_gate_close(world->gate);
	sluice_gate_remove(world->pin);
	sluice_messages_release(&world->messages);
}

int world_run(const struct world *world, unsigned int ifindex, const uint8_t *bytes,
	      uint32_t length, uint32_t linear, struct world_run *run)
{
	struct xdp_md in = { .data = world->meta, .data_end = linear ? linear : length,
			     .ingress_ifindex = ifindex };
	struct xdp_md out = {};

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = bytes, .data_size_in = length,
		    .data_out = run->bytes, .data_size_out = sizeof(run->bytes), .ctx_in = &in,
		    .ctx_size_in = sizeof(in), .ctx_out = &out, .ctx_size_out = sizeof(out),
		    .repeat = 1);

	if (bpf_prog_test_run_opts(sluice_gate_program_fd(world->gate), &options))
		return -errno;
	run->verdict = options.retval;
	run->meta = out.data;
	run->length = options.data_size_out - run->meta;
	memset(&run->stamp, 0, sizeof(run->stamp));
	if (run->meta == sizeof(run->stamp))
		memcpy(&run->stamp, run->bytes, sizeof(run->stamp));
	return 0;
}
