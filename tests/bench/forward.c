// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	forward FOLDER ROUNDS
 *
 * What a forwarded packet costs on this kernel with one flow and with many: bare, behind one empty nft
 * chain, behind our gate, and behind nft holding the same permissions as a concat set and as a zone
 * map. Each lives in a network namespace of its own; all run in turn. Frames are made by the kernel's
 * own generator (live frames of a test run) and leave by a bridge without ports.
 *
 * The module is not here: the running kernel takes none. Nor are prefixes in a concat set: nft needs more
 * than a minute to load 100 000 of them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "spread.skel.h"
#include "tests/bench/plant.h"
#include "tests/bench/sample.h"
#include "tests/bench/spread.h"
#include "tests/bpf/world.h"
#include "tests/lib/frame.h"

#include "kmod/core/selector.h"

#define NONCE		0x5eed0001u
#define REPEATS		6400
#define REPEATED_MAX	100
#define GATEWAY_MAC	"02:00:00:00:00:fe"

/* @ruleset: what make-plant makes, "gate", or "bare" */
struct course {
	const char *name;
	const char *shape;
	struct bench_plant plant;
	const char *ruleset;
	int namespace;
	unsigned int ifindex;
	struct sluice_gate *gate;
	struct sluice_spread_bpf *spread;
	struct sample sample[2];
	unsigned int repeated;
};

static struct course courses[] = {
	{ "bare forwarding", "assets", { BENCH_ASSETS, 10 }, "bare" },
	{ "one empty nft chain", "assets", { BENCH_ASSETS, 10 }, "empty" },
	{ "gate, assets", "assets", { BENCH_ASSETS, 10 }, "gate" },
	{ "gate, assets", "assets", { BENCH_ASSETS, 100000 }, "gate" },
	{ "nft concat set, assets", "assets", { BENCH_ASSETS, 10 }, "concat" },
	{ "nft concat set, assets", "assets", { BENCH_ASSETS, 100000 }, "concat" },
	{ "nft zone map, assets", "assets", { BENCH_ASSETS, 10 }, "zonemap" },
	{ "nft zone map, assets", "assets", { BENCH_ASSETS, 100000 }, "zonemap" },
	{ "gate, prefixes", "prefixes", { BENCH_PREFIXES, 100000 }, "gate" },
	{ "nft zone map, prefixes", "prefixes", { BENCH_PREFIXES, 100000 }, "zonemap" },
};
#define COURSES (sizeof(courses) / sizeof(courses[0]))

static struct world world;

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "forward: %s: %s\n", what, why);
	exit(1);
}

static void lay_namespace(struct course *course)
{
	if (unshare(CLONE_NEWNET))
		give_up("namespace", strerror(errno));
	course->namespace = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	world_shell("ip link add in0 address " GATEWAY_MAC " type veth peer name out0 && "
		    "ip link add sink0 type bridge && ip link set sink0 arp off && ip link set in0 up && ip link set out0 up && "
		    "ip link set sink0 up && ip address add 10.127.255.254/9 dev in0 && "
		    "ip address add 192.0.2.1/24 dev sink0 && "
		    "ip route add 10.128.0.0/9 via 192.0.2.2 && "
		    "echo 0 | tee /proc/sys/net/ipv4/conf/all/rp_filter "
		    "/proc/sys/net/ipv4/conf/in0/rp_filter > /dev/null && "
		    "echo 1 > /proc/sys/net/ipv4/ip_forward");
	course->ifindex = if_nametoindex("in0");
}

static void open_gate(struct course *course, const char *folder)
{
	uint64_t *words = malloc((size_t)SLUICE_MAX_IMAGE_WORDS * sizeof(*words));
	const __u32 generations[SLUICE_SLOTS] = { 1, 0 };
	uint8_t digest[SLUICE_DIGEST_BYTES];
	char path[512], pin[128];
	size_t count;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s-%u.image", folder, course->shape, course->plant.rules);
	snprintf(pin, sizeof(pin), "%s-%s-%u", world.pin, course->shape, course->plant.rules);
	file = fopen(path, "r");
	if (!file || !words)
		give_up(path, strerror(errno));
	count = fread(words, sizeof(*words), SLUICE_MAX_IMAGE_WORDS, file);
	fclose(file);
	if (sluice_gate_open(pin, &world.messages, &course->gate) ||
	    sluice_gate_stage(course->gate, 0, words, count, digest, &world.messages))
		give_up(path, "the gate does not take it");
	free(words);
	sluice_gate_bind(course->gate, 0, 1, course->ifindex, 0);
	sluice_gate_set_nonce(course->gate, NONCE);
	sluice_gate_write_selector(course->gate, sluice_selector_make(generations, 1, 0, 0));
}

static void open_generator(struct course *course)
{
	__u32 first = 0;
	int program;

	course->spread = sluice_spread_bpf__open_and_load();
	if (!course->spread)
		give_up("generator", strerror(errno));
	for (__u32 i = 0; i < SPREAD_FLOWS; i++) {
		struct bench_flow flow = bench_plant_flow(&course->plant, i);
		struct spread_flow wire = { htonl(flow.source), htonl(flow.destination),
			htons((uint16_t)(1024 + i % 60000)), htons(BENCH_PORT) };

		bpf_map_update_elem(bpf_map__fd(course->spread->maps.flows), &i, &wire, 0);
	}
	program = course->gate ? sluice_gate_program_fd(course->gate) :
				 bpf_program__fd(course->spread->progs.sluice_pass);
	if (bpf_map_update_elem(bpf_map__fd(course->spread->maps.next), &first, &program, 0))
		give_up("generator", strerror(errno));
}

static void begin(struct course *course, const char *folder)
{
	lay_namespace(course);
	if (!strcmp(course->ruleset, "gate"))
		open_gate(course, folder);
	else if (strcmp(course->ruleset, "bare"))
		world_shell("build/tests/bench/make-plant %s %u %s | nft -f -", course->shape,
			    course->plant.rules, course->ruleset);
	open_generator(course);
}

/* Packets that left by the sink. */
static unsigned long sunk(void)
{
	FILE *file = fopen("/proc/thread-self/net/dev", "r");
	unsigned long packets = 0;
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		if (strstr(line, "sink0:"))
			sscanf(strchr(line, ':') + 1, "%*u %*u %*u %*u %*u %*u %*u %*u %*u %lu",
			       &packets);
	if (file)
		fclose(file);
	return packets;
}

/* Nanoseconds a packet, or 0 when not every one was forwarded. */
static double forward(struct course *course, int many)
{
	const struct frame_spec spec = { .source = "10.0.0.1", .destination = "10.128.0.1",
		.destination_mac = GATEWAY_MAC, .protocol = 6, .source_port = 1024,
		.destination_port = BENCH_PORT, .tcp_flags = 16 };
	struct xdp_md in = { .ingress_ifindex = course->ifindex };
	unsigned long before;
	struct frame frame;

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes, .ctx_in = &in,
		    .ctx_size_in = sizeof(in), .repeat = REPEATS, .batch_size = 64,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	frame_build(&spec, &frame);
	options.data_size_in = in.data_end = frame.length;
	course->spread->bss->mask = many ? SPREAD_FLOWS - 1 : 0;
	if (setns(course->namespace, CLONE_NEWNET))
		give_up("namespace", strerror(errno));
	before = sunk();
	if (bpf_prog_test_run_opts(bpf_program__fd(course->spread->progs.sluice_spread), &options))
		give_up(course->name, strerror(errno));
	return sunk() - before == REPEATS ? options.duration : 0;
}

/* A link that has just come up carries nothing yet; later a loss is a mistake. */
static void warm_up(struct course *course)
{
	for (int i = 0; i < 1000; i++)
		if (forward(course, 0))
			return;
	give_up(course->name, "nothing is forwarded");
}

/* A run that lost packets says nothing about their cost: it is made again, and counted. */
static void run(struct course *course, int many)
{
	double cost = forward(course, many);

	for (; !cost; cost = forward(course, many))
		if (++course->repeated > REPEATED_MAX)
			give_up(course->name, "not every packet was forwarded");
	sample_add(&course->sample[many], cost);
}

static void print(struct course *course)
{
	if (course->repeated)
		printf("# %s, %u: %u runs made again, because they lost packets\n", course->name,
		       course->plant.rules, course->repeated);
	for (int many = 0; many < 2; many++)
		sample_print(&course->sample[many], "forward", course->name, course->plant.rules,
			     many ? "spread" : "hot", "ns");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		give_up("usage", "forward FOLDER ROUNDS");
	world_begin(&world, 0);
	for (size_t i = 0; i < COURSES; i++)
		begin(&courses[i], argv[1]);
	for (size_t i = 0; i < COURSES; i++)
		warm_up(&courses[i]);
	for (unsigned long round = strtoul(argv[2], NULL, 10); round; round--)
		for (size_t i = 0; i < COURSES; i++)
			for (int many = 0; many < 2; many++)
				run(&courses[i], many);
	for (size_t i = 0; i < COURSES; i++)
		print(&courses[i]);
	return 0;
}
