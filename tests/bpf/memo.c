// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the gate remembers: it answers a flow from memory just as it would afresh, and never from the
 * memory of another image or of another program.
 *
 * Memory is by processor, so all of it happens on one.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/gate/inside.h"
#include "tests/bpf/plant.h"
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/ktap.h"

/* Enough that of any two questions that differ in one word some share a place: there are 256. */
#define PAIRS 2048

static const struct frame_spec permitted = {
	.source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6, .source_port = 40000,
	.destination_port = 4840, .tcp_flags = SLUICE_TCP_ACK,
};

static void run_on(const struct world *world, unsigned int device, const struct frame_spec *spec,
		   struct world_run *out)
{
	struct frame frame;

	frame_build(spec, &frame);
	if (!world_run(world, world->ifindex[device], frame.bytes, frame.length, 0, out))
		return;
	printf("Bail out! test run: %s\n", strerror(errno));
	exit(1);
}

static bool passes(const struct world *world, const struct frame_spec *spec)
{
	struct world_run out;

	run_on(world, 0, spec, &out);
	return out.verdict == XDP_PASS;
}

/* Twice, so that the second time it is from memory. */
static bool is_hot(const struct world *world)
{
	return passes(world, &permitted) && passes(world, &permitted);
}

/* ---- What is remembered ---- */

struct memory {
	unsigned char *bytes;
	size_t length;
};

static struct memory read_memory(const struct world *world)
{
	int map = world->gate->maps[GATE_MAP_memos];
	struct bpf_map_info info = {};
	__u32 length = sizeof(info), key = 0;
	struct memory memory = {};

	if (!bpf_obj_get_info_by_fd(map, &info, &length)) {
		memory.length = (info.value_size + 7) / 8 * 8 * (size_t)libbpf_num_possible_cpus();
		memory.bytes = calloc(1, memory.length);
	}
	if (memory.bytes && !bpf_map_lookup_elem(map, &key, memory.bytes))
		return memory;
	printf("Bail out! memory: %s\n", strerror(errno));
	exit(1);
}

/* Is it still what it was? Frees what it was. */
static bool is_same(const struct world *world, struct memory *before)
{
	struct memory now = read_memory(world);
	bool same = !memcmp(now.bytes, before->bytes, now.length);

	free(now.bytes);
	free(before->bytes);
	return same;
}

static void test_kept(const struct world *world)
{
	struct memory before = read_memory(world);
	struct world_run first, second;

	run_on(world, 0, &permitted, &first);
	ktap_ok(first.verdict == XDP_PASS && !is_same(world, &before), "a permission is remembered");
	before = read_memory(world);
	run_on(world, 0, &permitted, &second);
	ktap_ok(second.verdict == XDP_PASS && is_same(world, &before) &&
		!memcmp(&first.stamp, &second.stamp, sizeof(first.stamp)),
		"the next frame is answered from memory, with the same stamp");
}

static void test_not_kept(const struct world *world)
{
	static const struct frame_spec quoted = { .source = "10.1.0.8", .destination = "10.2.0.10",
		.protocol = 6, .source_port = 40000, .destination_port = 4840, .tcp_flags = 2 };
	static const struct frame_spec error = { .source = "10.2.0.10", .destination = "10.1.0.8",
		.protocol = 1, .icmp_type = 3, .quoted = &quoted };
	static const struct frame_spec who = { .source = "10.1.0.8", .destination = "10.1.0.1", .arp = 1 };
	struct memory before = read_memory(world);
	struct frame_spec denied = permitted;
	unsigned int passed = 0;
	struct world_run out;

	denied.destination_port = 22;
	for (unsigned int i = 0; i < PAIRS; i++) {
		denied.source_port = (uint16_t)(20000 + i);
		passed += passes(world, &denied);
	}
	ktap_ok(!passed && is_same(world, &before), "a flood of denied frames pushes nothing out");
	before = read_memory(world);
	run_on(world, 2, &error, &out);
	ktap_ok(out.verdict == XDP_PASS && out.stamp.reply && passes(world, &who) &&
		is_same(world, &before), "errors and neighbours are asked afresh: more of them is read");
}

/* ---- Every word of the question ---- */

/**
 * struct pair - two flows of which the facts differ in one word
 * @proves: which
 * @flow: permitted
 * @device: where it comes in
 * @other: denied
 * @other_device: where that one comes in
 * @answers: the port that does not matter is the destination's
 */
struct pair {
	const char *proves;
	struct frame_spec flow;
	unsigned int device;
	struct frame_spec other;
	unsigned int other_device;
	bool answers;
};

#define TCP4	.protocol = 6, .destination_port = 4840, .tcp_flags = SLUICE_TCP_ACK
#define FLOW4	{ .source = "10.1.0.8", .destination = "10.2.0.10", TCP4 }
#define FLOW6	{ .source = "fd00:1::8", .destination = "fd00:2::10", TCP4 }
#define ANSWER(port) { .source = "10.2.0.10", .destination = "10.1.0.8", .protocol = 6, \
		       .source_port = port, .tcp_flags = SLUICE_TCP_ACK }

static const struct pair pairs[] = {
	{ "source", FLOW4, 0, { .source = "10.1.0.9", .destination = "10.2.0.10", TCP4 } },
	{ "source, second half", FLOW6, 0, { .source = "fd00:1::9", .destination = "fd00:2::10", TCP4 } },
	{ "destination", FLOW4, 0, { .source = "10.1.0.8", .destination = "10.2.0.12", TCP4 } },
	{ "destination, second half", FLOW6, 0,
	  { .source = "fd00:1::8", .destination = "fd00:2::11", TCP4 } },
	{ "MAC of the source", { .source = "10.1.0.7", .destination = "10.2.0.10",
				 .source_mac = "00:1d:9c:00:00:07", TCP4 }, 0,
	  { .source = "10.1.0.7", .destination = "10.2.0.10", TCP4 } },
	{ "port of the image", FLOW4, 0, FLOW4, 2 },
	{ "tag", FLOW4, 0, { .source = "10.1.0.8", .destination = "10.2.0.10", .vlan = 20, TCP4 } },
	{ "source port", ANSWER(4840), 2, ANSWER(4841), 2, true },
	{ "destination port", FLOW4, 0, { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6,
					  .destination_port = 4841, .tcp_flags = SLUICE_TCP_ACK } },
	{ "protocol", FLOW4, 0, { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 17,
				  .destination_port = 4840 } },
	/* the same bits as an IPv6 address */
	{ "family", FLOW4, 0, { .source = "a01:8::", .destination = "a02:a::", TCP4 } },
};

static void test_pair(const struct world *world, const struct pair *pair)
{
	struct frame_spec flow = pair->flow, other = pair->other;
	unsigned int wrong = 0;
	struct world_run out;

	for (unsigned int i = 0; i < PAIRS && !wrong; i++) {
		uint16_t number = (uint16_t)(20000 + i);

		*(pair->answers ? &flow.destination_port : &flow.source_port) = number;
		*(pair->answers ? &other.destination_port : &other.source_port) = number;
		run_on(world, pair->device, &flow, &out);
		wrong += out.verdict != XDP_PASS;
		run_on(world, pair->other_device, &other, &out);
		wrong += out.verdict != XDP_DROP;
	}
	ktap_ok(!wrong, "another flow is asked afresh: %s", pair->proves);
}

static void test_words(const struct world *world)
{
	/* a second wire of the port, whose tag the image does not know */
	sluice_gate_bind(world->gate, 0, PLANT_ETH1, world->ifindex[0], 20);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		test_pair(world, &pairs[i]);
	sluice_gate_bind(world->gate, 0, 0, world->ifindex[0], 20);
}

/* ---- Which image ---- */

static uint64_t stage_of(const struct world *world, __u32 slot)
{
	uint64_t stage = 0;

	bpf_map_lookup_elem(world->gate->maps[GATE_MAP_stages], &slot, &stage);
	return stage;
}

static void test_swap(struct world *world, const struct sluice_image *without)
{
	const __u32 generations[SLUICE_SLOTS] = { 3, 4 };

	ktap_ok(is_hot(world), "a flow is hot");
	plant_stage(world, 1, without);
	ktap_ok(passes(world, &permitted), "it goes on while a policy without it is staged");
	plant_select(world, 1, 4);
	ktap_ok(!passes(world, &permitted), "once that is in force the very next frame is denied");
	plant_select(world, 0, 3);
	ktap_ok(is_hot(world), "rolled back, it passes");
	sluice_gate_write_selector(world->gate, sluice_selector_make(generations, 1, 2,
								     SLUICE_SELECTOR_UNTIL_MASK));
	ktap_ok(!passes(world, &permitted), "a trial of the policy without it denies it");
	sluice_gate_write_selector(world->gate, sluice_selector_make(generations, 1, 2, 1));
	ktap_ok(passes(world, &permitted), "and its end permits it");
}

/* Number and stage are the same: only the slot tells the images apart. */
static void test_slot(struct world *world, const struct sluice_image *image,
		      const struct sluice_image *without)
{
	while (stage_of(world, 1) < stage_of(world, 0))
		plant_stage(world, 1, without);
	plant_select(world, 1, 4);
	while (stage_of(world, 0) < stage_of(world, 1))
		plant_stage(world, 0, image);
	plant_select(world, 0, 3);
	ktap_ok(stage_of(world, 0) == stage_of(world, 1) && is_hot(world), "a flow is hot");
	plant_select(world, 1, 3);
	ktap_ok(!passes(world, &permitted), "the image of the other slot is asked itself");
	plant_select(world, 0, 3);
}

/* Numbers come round: the slot has had another image under the same one. */
static void test_stage(struct world *world, const struct sluice_image *image,
		       const struct sluice_image *without)
{
	ktap_ok(is_hot(world), "a flow is hot");
	plant_select(world, 1, 4);
	plant_stage(world, 0, without);
	plant_select(world, 0, 3);
	ktap_ok(!passes(world, &permitted), "an image that has the number of a former one is asked itself");
	plant_select(world, 1, 4);
	plant_stage(world, 0, image);
	plant_select(world, 0, 3);
}

static void test_clear(struct world *world, const struct sluice_image *image)
{
	bool hot = is_hot(world);

	plant_select(world, 1, 4);
	sluice_gate_clear(world->gate, 0);
	sluice_gate_bind(world->gate, 0, PLANT_ETH1, world->ifindex[0], 0);
	plant_select(world, 0, 3);
	ktap_ok(hot && !passes(world, &permitted), "a slot that is empty permits nothing of what it did");
	plant_select(world, 1, 4);
	plant_stage(world, 0, image);
	plant_select(world, 0, 3);
}

/* Whoever puts an image past the loader must at least number it anew. */
static void test_generation(struct world *world, const struct sluice_image *image)
{
	int other = gate_image_fd(world->gate->program.images, 1);
	bool hot = is_hot(world);
	__u32 slot = 0;

	bpf_map_update_elem(world->gate->program.images, &slot, &other, BPF_ANY);
	close(other);
	plant_select(world, 0, 5);
	ktap_ok(hot && !passes(world, &permitted), "a new generation is asked itself");
	plant_select(world, 1, 4);
	plant_stage(world, 0, image);
	plant_select(world, 0, 3);
}

/* ---- Which program ---- */

static __u32 memory_id(const struct world *world)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);

	return bpf_obj_get_info_by_fd(world->gate->maps[GATE_MAP_memos], &info, &length) ? 0 : info.id;
}

static void test_program(struct world *world)
{
	__u32 before = memory_id(world), again;
	bool hot = is_hot(world);
	char name[32];

	world_reopen(world);
	again = memory_id(world);
	ktap_ok(hot && before && again == before && passes(world, &permitted),
		"a restarted agent leaves the memory to the program that runs");
	snprintf(name, sizeof(name), "program-%u", world->gate->program.class);
	gate_pin_drop(world->pin, name);
	world_reopen(world);
	ktap_ok(memory_id(world) && memory_id(world) != before && passes(world, &permitted),
		"a program that is not the one that ran begins with none");
}

int main(void)
{
	struct image_plan shorter = image_plant;
	struct sluice_image image = image_make(&image_plant), without;
	struct world world;
	cpu_set_t first;

	/* all but the conduit of the flow */
	shorter.entry++;
	shorter.entries--;
	without = image_make(&shorter);
	CPU_ZERO(&first);
	CPU_SET(sched_getcpu(), &first);
	sched_setaffinity(0, sizeof(first), &first);
	world_begin(&world, 3);
	plant_stage(&world, 0, &image);
	plant_select(&world, 0, 3);
	test_kept(&world);
	test_not_kept(&world);
	test_words(&world);
	test_swap(&world, &without);
	test_slot(&world, &image, &without);
	test_stage(&world, &image, &without);
	test_clear(&world, &image);
	test_generation(&world, &image);
	test_program(&world);
	world_end(&world);
	image_free(&without);
	image_free(&image);
	return ktap_done();
}
