// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bench/course.h"

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

#include "kmod/core/selector.h"
#include "spread.skel.h"
#include "tests/bench/spread.h"
#include "tests/lib/frame.h"

#define NONCE		0x5eed0001u
#define BATCH		64
#define WARM_UP		6400
#define GATEWAY_MAC	"02:00:00:00:00:fe"

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "course: %s: %s\n", what, why);
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

size_t course_read_image(const struct course *course, const char *folder, uint64_t *words)
{
	char path[512];
	size_t count;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s-%u.image", folder, course->shape, course->plant.rules);
	file = fopen(path, "r");
	if (!file)
		give_up(path, strerror(errno));
	count = fread(words, sizeof(*words), SLUICE_MAX_IMAGE_WORDS, file);
	fclose(file);
	if (!count)
		give_up(path, "nothing in it");
	return count;
}

int course_stage(struct course *course, struct sluice_messages *messages, const uint64_t *words,
		 size_t count)
{
	__u32 generations[SLUICE_SLOTS] = { 0 };
	uint8_t digest[SLUICE_DIGEST_BYTES];
	unsigned int slot = !course->slot;

	if (sluice_gate_stage(course->gate, slot, words, count, digest, messages))
		return -1;
	sluice_gate_bind(course->gate, slot, 1, course->ifindex, 0);
	generations[course->slot] = course->generation;
	generations[slot] = course->generation % 63 + 1;
	sluice_gate_write_selector(course->gate, sluice_selector_make(generations, slot + 1, 0, 0));
	course->slot = slot;
	course->generation = generations[slot];
	return 0;
}

static void open_gate(struct course *course, struct world *world, const char *folder)
{
	uint64_t *words = malloc((size_t)SLUICE_MAX_IMAGE_WORDS * sizeof(*words));
	char pin[128];

	snprintf(pin, sizeof(pin), "%s-%s-%u", world->pin, course->shape, course->plant.rules);
	if (!words || sluice_gate_open(pin, &world->messages, &course->gate))
		give_up(course->name, "no gate");
	sluice_gate_set_nonce(course->gate, NONCE);
	if (course_stage(course, &world->messages, words, course_read_image(course, folder, words)))
		give_up(course->name, "the gate does not take its image");
	free(words);
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

void course_begin(struct course *course, struct world *world, const char *folder)
{
	lay_namespace(course);
	if (!strcmp(course->ruleset, "gate"))
		open_gate(course, world, folder);
	else if (strcmp(course->ruleset, "bare"))
		world_shell("build/tests/bench/make-plant %s %u %s | nft -f -", course->shape,
			    course->plant.rules, course->ruleset);
	open_generator(course);
}

void course_enter(const struct course *course)
{
	if (setns(course->namespace, CLONE_NEWNET))
		give_up("namespace", strerror(errno));
}

unsigned long course_sunk(void)
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

void course_watch(struct course *course)
{
	course->spread->bss->longest = 0;
	course->spread->bss->watched = 1;
}

double course_pause(const struct course *course)
{
	return (double)*(volatile __u64 *)&course->spread->bss->longest;
}

bool course_moves(const struct course *course)
{
	volatile __u32 *position = &course->spread->bss->position;
	__u32 before = *position;

	sched_yield();
	return *position != before;
}

double course_send(struct course *course, int many, unsigned int packets)
{
	const struct frame_spec spec = { .source = "10.0.0.1", .destination = "10.128.0.1",
		.destination_mac = GATEWAY_MAC, .protocol = 6, .source_port = 1024,
		.destination_port = BENCH_PORT, .tcp_flags = 16 };
	struct xdp_md in = { .ingress_ifindex = course->ifindex };
	struct frame frame;

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes, .ctx_in = &in,
		    .ctx_size_in = sizeof(in), .repeat = (int)packets, .batch_size = BATCH,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	frame_build(&spec, &frame);
	options.data_size_in = in.data_end = frame.length;
	course->spread->bss->last = 0;
	course->spread->bss->mask = many ? SPREAD_FLOWS - 1 : 0;
	if (bpf_prog_test_run_opts(bpf_program__fd(course->spread->progs.sluice_spread), &options))
		give_up(course->name, strerror(errno));
	return options.duration;
}

void course_warm_up(struct course *course)
{
	course_enter(course);
	for (int i = 0; i < 1000; i++) {
		unsigned long before = course_sunk();

		course_send(course, 0, WARM_UP);
		if (course_sunk() - before == WARM_UP)
			return;
	}
	give_up(course->name, "nothing is forwarded");
}
