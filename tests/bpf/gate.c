// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gate's loader on the running kernel: slots, selector, sealing, devices, take-over, growth.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <openssl/evp.h>

#include "agent/gate/inside.h"
#include "tests/bpf/plant.h"
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/ktap.h"

#define DEVICES 3

static const struct frame_spec permitted = {
	.source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6, .source_port = 40000,
	.destination_port = 4840, .tcp_flags = SLUICE_TCP_SYN,
};

static const struct frame_spec denied = {
	.source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6, .source_port = 40000,
	.destination_port = 22, .tcp_flags = SLUICE_TCP_SYN,
};

static void run_on(const struct world *world, unsigned int device, const struct frame_spec *spec,
		   struct world_run *out)
{
	struct frame frame;

	frame_build(spec, &frame);
	if (!world_run(world, device, frame.bytes, frame.length, 0, out))
		return;
	printf("Bail out! test run: %s\n", strerror(errno));
	exit(1);
}

static void run(const struct world *world, const struct frame_spec *spec, struct world_run *out)
{
	run_on(world, world->ifindex[0], spec, out);
}

static uint64_t count_denied(const struct world *world, unsigned int reason)
{
	struct sluice_gate_counters counters;

	return sluice_gate_read_counters(world->gate, &counters) ? 0 : counters.denied[reason];
}

static void forget_messages(struct world *world)
{
	sluice_messages_release(&world->messages);
	sluice_messages_init(&world->messages, NULL);
}

/* ---- Before a policy ---- */

static void test_closed(struct world *world, const struct sluice_image *image)
{
	struct world_run out;

	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_DROP && count_denied(world, SLUICE_REASON_NO_POLICY) == 1,
		"without a selector nothing passes");
	plant_select(world, 0, 3);
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_DROP && count_denied(world, SLUICE_REASON_NO_POLICY) == 2,
		"a selector that names an empty slot passes nothing");
	sluice_gate_write_selector(world->gate, 0);
	plant_stage(world, 0, image);
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_DROP && count_denied(world, SLUICE_REASON_NO_POLICY) == 3,
		"an image that no selector names passes nothing");
	plant_select(world, 0, 3);
	sluice_gate_set_nonce(world->gate, 0);
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_DROP && count_denied(world, SLUICE_REASON_CUSTODY) == 1,
		"without a nonce nothing passes, for it could not be stamped");
	sluice_gate_set_nonce(world->gate, PLANT_NONCE);
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_PASS && out.stamp.nonce == PLANT_NONCE &&
		out.stamp.generation == 3 && out.stamp.forward == PLANT_TO_HISTORIAN,
		"with all of it the permitted passes, stamped");
	run(world, &denied, &out);
	ktap_ok(out.verdict == XDP_DROP, "and the denied does not");
}

/* ---- Slots ---- */

static void sha256(const struct sluice_image *image, uint8_t digest[SLUICE_DIGEST_BYTES])
{
	EVP_Digest(image->words, (size_t)image->count * 8, digest, NULL, EVP_sha256(), NULL);
}

static int stage(struct world *world, unsigned int slot, const struct sluice_image *image,
		 size_t count, uint8_t digest[SLUICE_DIGEST_BYTES])
{
	return sluice_gate_stage(world->gate, slot, (const uint64_t *)image->words, count, digest,
				 &world->messages);
}

static void test_slots(struct world *world, const struct sluice_image *image)
{
	uint8_t digest[SLUICE_DIGEST_BYTES], wanted[SLUICE_DIGEST_BYTES];
	struct sluice_image other = image_copy(image);
	struct sluice_port_counters port;

	((uint64_t *)(uintptr_t)other.words)[SLUICE_HEADER_VERSION] = 2;
	sha256(image, wanted);
	ktap_ok(!stage(world, 0, image, image->count, digest) && !memcmp(digest, wanted, 32),
		"staging the image that is in force again is no error, and its digest is SHA-256");
	sluice_gate_read_port(world->gate, 0, PLANT_ETH1, &port);
	ktap_ok(port.seen == 3 && port.passed == 1, "and keeps its counters");
	ktap_ok(stage(world, 0, &other, other.count, digest) == -EBUSY,
		"another image is refused where one is in force");
	ktap_ok(sluice_gate_clear(world->gate, 0) == -EBUSY, "and the slot is not cleared");
	ktap_ok(stage(world, 1, image, 31, digest) == -E2BIG &&
		stage(world, 1, image, SLUICE_MAX_IMAGE_WORDS + 1, digest) == -E2BIG &&
		stage(world, 2, image, image->count, digest) == -EINVAL,
		"too small, too large, no such slot");
	ktap_ok(world->messages.errors == 4, "each refusal says one sentence");
	forget_messages(world);
	sha256(&other, wanted);
	ktap_ok(!stage(world, 1, &other, other.count, digest) && !memcmp(digest, wanted, 32) &&
		!sluice_gate_digest(world->gate, 1, digest) && !memcmp(digest, wanted, 32),
		"the other slot takes it and the kernel holds just that");
	ktap_ok(!sluice_gate_clear(world->gate, 1) &&
		sluice_gate_digest(world->gate, 1, digest) == -ENOENT, "a cleared slot is empty");
	image_free(&other);
}

static void test_frozen(struct world *world)
{
	int image = gate_image_fd(world->gate->program.images, 0);
	uint64_t word = 0;
	__u32 key = 0;
	void *place;

	ktap_ok(bpf_map_update_elem(image, &key, &word, BPF_ANY) && errno == EPERM,
		"the image in force cannot be written by system call");
	place = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, image, 0);
	ktap_ok(place == MAP_FAILED, "nor through a mapping");
	close(image);
}

/* An image that somebody put there without freezing it is not called in order. */
static void test_unfrozen(struct world *world)
{
	uint8_t digest[SLUICE_DIGEST_BYTES];
	int image = gate_image_create(world->gate->program.class);
	__u32 slot = 1;

	bpf_map_update_elem(world->gate->program.images, &slot, &image, BPF_ANY);
	ktap_ok(sluice_gate_digest(world->gate, 1, digest) == -EBADMSG,
		"an image that is not frozen is found out");
	close(image);
	sluice_gate_clear(world->gate, 1);
}

static void test_bindings(struct world *world)
{
	uint64_t before = count_denied(world, SLUICE_REASON_UNZONED_PORT);
	struct world_run out;

	ktap_ok(sluice_gate_bind(world->gate, 0, 256, 1, 0) == -EINVAL &&
		sluice_gate_bind(world->gate, 0, 1, 0, 0) == -EINVAL &&
		sluice_gate_bind(world->gate, 0, 1, 1, 4095) == -EINVAL &&
		sluice_gate_bind(world->gate, 2, 1, 1, 0) == -EINVAL,
		"port, device, tag and slot have their ranges");
	sluice_gate_unbind_port(world->gate, 0, PLANT_ETH1);
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_DROP &&
		count_denied(world, SLUICE_REASON_UNZONED_PORT) == before + 1,
		"an unbound device is nobody's port");
	sluice_gate_bind(world->gate, 0, PLANT_ETH1, world->ifindex[0], 0);
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_PASS, "bound again, it is");
	sluice_gate_bind(world->gate, 1, PLANT_ETH3, world->ifindex[0], 0);
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_PASS, "the other slot's bindings do not matter");
	sluice_gate_unbind_port(world->gate, 1, 0);
}

/* A generation begins with counts of its own, also when its image is one that the slot had before. */
static void test_again(struct world *world, const struct sluice_image *image)
{
	uint8_t digest[SLUICE_DIGEST_BYTES];
	struct sluice_port_counters before = {}, after = {};
	struct world_run out;

	plant_stage(world, 1, image);
	plant_select(world, 1, 9);
	run(world, &permitted, &out);
	sluice_gate_read_port(world->gate, 1, PLANT_ETH1, &before);
	plant_select(world, 0, 3);
	ktap_ok(before.passed == 1 && !stage(world, 1, image, image->count, digest) &&
		!sluice_gate_read_port(world->gate, 1, PLANT_ETH1, &after) && !after.passed &&
		!after.seen, "the same image staged again counts from nothing");
	plant_select(world, 1, 10);
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_DROP, "and knows no wire");
	plant_select(world, 0, 3);
	sluice_gate_clear(world->gate, 1);
}

/* The next device above @ifindex whose wire belongs to the same place of the table. */
static unsigned int next_in_place(unsigned int ifindex)
{
	unsigned int place = SLUICE_WIRE_PLACE(ifindex, 0);

	while (SLUICE_WIRE_PLACE(++ifindex, 0) != place)
		;
	return ifindex;
}

static void test_full_place(struct world *world)
{
	unsigned int device = world->ifindex[0], last = 0, other = device, bound = 0;
	struct world_run out;

	sluice_gate_bind(world->gate, 0, 0, device, 0);
	for (; bound <= SLUICE_WIRE_PROBES; bound++) {
		other = next_in_place(other);
		if (sluice_gate_bind(world->gate, 0, 200, other, 0))
			break;
		last = other;
	}
	ktap_ok(bound > SLUICE_WIRE_PROBES / 2 && bound <= SLUICE_WIRE_PROBES &&
		sluice_gate_bind(world->gate, 0, PLANT_ETH1, other, 0) == -ENOSPC,
		"wires of one place: %u, then there is no room and it says so", bound);
	sluice_gate_bind(world->gate, 0, 0, last, 0);
	ktap_ok(!sluice_gate_bind(world->gate, 0, PLANT_ETH1, device, 0),
		"an unplugged wire makes room");
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_PASS, "the wire at the end of a full place is found");
	sluice_gate_unbind_port(world->gate, 0, 200);
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_PASS, "also when all before it are unplugged");
}

/* ---- Selector ---- */

static void test_trial(struct world *world, const struct sluice_image *image)
{
	const __u32 generations[SLUICE_SLOTS] = { 3, 4 };
	const uint64_t for_ever = SLUICE_SELECTOR_UNTIL_MASK;
	uint8_t digest[SLUICE_DIGEST_BYTES];
	struct world_run out;

	plant_stage(world, 1, image);
	sluice_gate_write_selector(world->gate, sluice_selector_make(generations, 1, 2, for_ever));
	run(world, &permitted, &out);
	ktap_ok(out.stamp.generation == 4, "a trial decides while its time lasts");
	ktap_ok(sluice_gate_clear(world->gate, 1) == -EBUSY, "and is not cleared meanwhile");
	sluice_gate_write_selector(world->gate, sluice_selector_make(generations, 1, 2, 1));
	run(world, &permitted, &out);
	ktap_ok(out.stamp.generation == 3, "afterwards the confirmed image does, and nobody wrote");
	ktap_ok(!stage(world, 1, image, image->count, digest), "the same image may be staged again");
	plant_select(world, 0, 3);
}

static void test_seal(struct world *world)
{
	uint64_t before = 0, after = 1;
	struct world_run out;

	sluice_gate_read_selector(world->gate, &before);
	ktap_ok(!sluice_gate_seal_selector(world->gate) && !sluice_gate_seal_selector(world->gate),
		"the selector is sealed, twice");
	ktap_ok(sluice_gate_write_selector(world->gate, 0) == -EPERM &&
		!sluice_gate_read_selector(world->gate, &after) && before == after,
		"userspace can no longer write it");
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_PASS, "the program still reads it");
}

/* ---- Devices ---- */

static int other_program(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "stranger", "GPL", pass, 2, NULL);
}

static void test_devices(struct world *world)
{
	enum sluice_gate_mode mode = SLUICE_GATE_NONE;
	unsigned int first = world->ifindex[0], second = world->ifindex[1];
	int stranger = other_program();

	ktap_ok(sluice_gate_attached(world->gate, first, &mode) == 0, "a bare device runs nothing");
	ktap_ok(!sluice_gate_attach(world->gate, first, SLUICE_GATE_NATIVE, &mode,
				    &world->messages) && mode == SLUICE_GATE_NATIVE,
		"attached in the driver");
	ktap_ok(sluice_gate_attached(world->gate, first, &mode) == 1 && mode == SLUICE_GATE_NATIVE,
		"the device says so");
	ktap_ok(!sluice_gate_attach(world->gate, first, SLUICE_GATE_GENERIC, &mode,
				    &world->messages) && mode == SLUICE_GATE_NATIVE,
		"attaching again changes nothing");
	ktap_ok(!sluice_gate_attach(world->gate, second, SLUICE_GATE_GENERIC, &mode,
				    &world->messages) &&
		sluice_gate_attached(world->gate, second, &mode) == 1 &&
		mode == SLUICE_GATE_GENERIC, "attached generically");
	ktap_ok(!sluice_gate_detach(world->gate, second) &&
		sluice_gate_attached(world->gate, second, NULL) == 0 &&
		sluice_gate_detach(world->gate, second) == -ENOENT, "detached, once");
	bpf_xdp_attach((int)second, stranger, 0, NULL);
	ktap_ok(sluice_gate_attached(world->gate, second, NULL) == -EEXIST &&
		sluice_gate_attach(world->gate, second, SLUICE_GATE_NATIVE, NULL,
				   &world->messages) == -EBUSY &&
		sluice_gate_check_port(second, false, &world->messages) == -EBUSY &&
		world->messages.errors == 2, "a stranger's program is told, not replaced");
	bpf_xdp_detach((int)second, 0, NULL);
	close(stranger);
	ktap_ok(sluice_gate_attach(world->gate, 99999, SLUICE_GATE_NATIVE, NULL,
				   &world->messages) == -ENODEV &&
		sluice_gate_attached(world->gate, 99999, NULL) == -ENODEV &&
		sluice_gate_check_port(99999, false, &world->messages) == -ENODEV,
		"no such device");
	ktap_ok(sluice_gate_check_port(first, false, &world->messages) == SLUICE_GATE_NATIVE,
		"our own program is no stranger");
	forget_messages(world);
}

static void test_tags(struct world *world)
{
	world_shell("ethtool -K device1 rxvlan on > /dev/null 2>&1; true");
	ktap_ok(sluice_gate_check_port(world->ifindex[1], true, &world->messages) == -EINVAL &&
		world->messages.errors == 1, "a device that hides tags is refused for tagged ports");
	world_shell("ethtool -K device1 rxvlan off");
	ktap_ok(sluice_gate_check_port(world->ifindex[1], true, &world->messages) ==
			SLUICE_GATE_NATIVE, "and taken when it does not");
	forget_messages(world);
}

/* ---- Take-over and growth ---- */

static void test_takeover(struct world *world)
{
	uint8_t before[SLUICE_DIGEST_BYTES], after[SLUICE_DIGEST_BYTES];
	uint64_t denials = count_denied(world, SLUICE_REASON_NO_CONDUIT);
	__u32 id = world->gate->program.id;
	struct world_run out;

	run(world, &denied, &out);
	sluice_gate_digest(world->gate, 0, before);
	world_reopen(world);
	ktap_ok(world->gate->program.id == id &&
		sluice_gate_attached(world->gate, world->ifindex[0], NULL) == 1,
		"a restarted agent finds the same program on the device");
	ktap_ok(!sluice_gate_digest(world->gate, 0, after) && !memcmp(before, after, 32) &&
		count_denied(world, SLUICE_REASON_NO_CONDUIT) == denials + 1,
		"image and counters are kept");
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_PASS && out.stamp.generation == 3, "and it goes on deciding");
}

/* An agent that died after it had pinned a larger program, before any device ran it. */
static void test_interrupted(struct world *world)
{
	unsigned int device = world->ifindex[1];
	struct gate_program larger;
	__u32 slot = 0, id;
	int image, error;

	sluice_gate_attach(world->gate, device, SLUICE_GATE_NATIVE, NULL, &world->messages);
	error = gate_program_load(world->gate->maps, -1, world->gate->program.class + 2, &larger);
	ktap_ok(!error, "a larger program is loaded");
	image = gate_image_create(larger.class);
	bpf_map_freeze(image);
	bpf_map_update_elem(larger.images, &slot, &image, BPF_ANY);
	gate_program_pin(world->pin, &larger);
	id = larger.id;
	gate_program_release(&larger);
	close(image);
	world_reopen(world);
	ktap_ok(world->gate->program.id == id && sluice_gate_attached(world->gate, device, NULL) == 1,
		"the next one ends what it had begun on every device");
}

static void test_growth(struct world *world, const struct sluice_image *image)
{
	size_t count = 20000;
	uint64_t *words = calloc(count, sizeof(*words));
	uint8_t digest[SLUICE_DIGEST_BYTES], before[SLUICE_DIGEST_BYTES];
	__u32 id = world->gate->program.id;
	struct world_run out;

	memcpy(words, image->words, image->count * sizeof(*words));
	words[SLUICE_HEADER_WORDS] = htole64(count);
	words[count - 1] = 1;
	sluice_gate_digest(world->gate, 0, before);
	ktap_ok(!sluice_gate_stage(world->gate, 1, words, count, digest, &world->messages),
		"an image larger than the program's class is taken");
	ktap_ok(world->gate->program.id != id &&
		sluice_gate_attached(world->gate, world->ifindex[0], NULL) == 1,
		"the device runs the larger program");
	ktap_ok(!sluice_gate_digest(world->gate, 0, digest) && !memcmp(digest, before, 32),
		"the image in force came along");
	run(world, &permitted, &out);
	ktap_ok(out.verdict == XDP_PASS && out.stamp.generation == 3, "and still decides");
	world_reopen(world);
	ktap_ok(world->gate->program.class == 16 && gate_pin_get(world->pin, "program-14") < 0,
		"a restarted agent knows the larger one, and no other is left");
	free(words);
}

/* ---- Records ---- */

struct heard {
	uint64_t told, suppressed;
};

static void hear(void *context, const struct sluice_record *record)
{
	struct heard *heard = context;

	if (record->reason != SLUICE_REASON_NO_CONDUIT)
		return;
	heard->told++;
	heard->suppressed += record->suppressed;
}

/* Another port of the same device. Return: how many frames it sent. */
static unsigned int test_trunk(struct world *world, const struct heard *heard)
{
	unsigned int device = world->ifindex[0];
	struct frame_spec other = denied;
	uint64_t told = heard->told;
	struct world_run out;

	other.vlan = 10;
	sluice_gate_bind(world->gate, 0, PLANT_ETH2_10, device, 10);
	run(world, &other, &out);
	sluice_gate_dispatch(world->gate);
	sluice_gate_bind(world->gate, 0, 0, device, 10);
	ktap_ok(heard->told == told + 1, "who speaks behind another tag of the same trunk is told of");
	return 1;
}

/* Until a record comes that carries the count of what was suppressed before it. */
static void test_flood(struct world *world)
{
	struct heard heard = {};
	struct sluice_gate_events events = { .record = hear, .context = &heard };
	uint64_t before, sent = 0, told;
	struct world_run out;

	sluice_gate_dispatch(world->gate);
	sluice_gate_listen(world->gate, &events);
	before = count_denied(world, SLUICE_REASON_NO_CONDUIT);
	for (; sent < 2000; sent++)
		run(world, &denied, &out);
	sluice_gate_dispatch(world->gate);
	told = heard.told;
	ktap_ok(told >= SLUICE_RECORDS_BURST / 2 && told < 200,
		"of a flood only some are told (%llu of 2000)", (unsigned long long)told);
	sent += test_trunk(world, &heard);
	told = heard.told;
	while (heard.told == told) {
		run(world, &denied, &out);
		sent++;
		sluice_gate_dispatch(world->gate);
	}
	ktap_ok(heard.told + heard.suppressed >= sent &&
		heard.told + heard.suppressed <= sent + before,
		"told and suppressed are all that was denied (%llu + %llu, %llu sent)",
		(unsigned long long)heard.told, (unsigned long long)heard.suppressed,
		(unsigned long long)sent);
	ktap_ok(count_denied(world, SLUICE_REASON_NO_CONDUIT) == before + sent,
		"the counter is exact");
	sluice_gate_listen(world->gate, &(struct sluice_gate_events){});
}

struct fence {
	unsigned int denials, violations;
};

static void hear_fence(void *context, const struct sluice_record *record)
{
	struct fence *fence = context;

	fence->denials += record->type == SLUICE_RECORD_DENY;
	fence->violations += record->type == SLUICE_RECORD_INVARIANT;
}

/* What equipment behind a fence says to its own cable is counted; what it says to others is told. */
static void test_fence(struct world *world)
{
	static const struct frame_spec noise = { .ethertype = 0x88cc, .payload = 8 };
	unsigned int device = world->ifindex[1];
	struct fence fence = {};
	struct sluice_port_counters port = {};
	struct world_run out;

	sluice_gate_bind(world->gate, 0, PLANT_FENCE, device, 0);
	sluice_gate_dispatch(world->gate);
	sluice_gate_listen(world->gate, &(struct sluice_gate_events){ .record = hear_fence,
								      .context = &fence });
	run_on(world, device, &noise, &out);
	sluice_gate_dispatch(world->gate);
	sluice_gate_read_port(world->gate, 0, PLANT_FENCE, &port);
	ktap_ok(out.verdict == XDP_DROP && port.seen == 1 && port.noise == 1 && !fence.denials &&
		!fence.violations, "noise behind a fence is dropped, counted by itself, and not told");
	run_on(world, device, &permitted, &out);
	sluice_gate_dispatch(world->gate);
	sluice_gate_read_port(world->gate, 0, PLANT_FENCE, &port);
	ktap_ok(out.verdict == XDP_DROP && port.seen == 2 && port.noise == 1 && fence.denials == 1 &&
		fence.violations == 1, "what would leave is told, and a violation");
	sluice_gate_listen(world->gate, &(struct sluice_gate_events){});
	sluice_gate_unbind_port(world->gate, 0, PLANT_FENCE);
}

/* ---- Bytes that are not linear ---- */

static void test_buffers(struct world *world)
{
	static uint8_t jumbo[9000];
	static struct world_run out;
	struct frame frame;
	int error;

	frame_build(&permitted, &frame);
	error = world_run(world, world->ifindex[0], frame.bytes, frame.length, 20, &out);
	if (error)
		ktap_skip("headers beyond the linear part", "this kernel cannot choose the linear part");
	else
		ktap_ok(out.verdict == XDP_PASS && out.stamp.forward == PLANT_TO_HISTORIAN,
			"headers beyond the linear part are read");
	memcpy(jumbo, frame.bytes, frame.length);
	jumbo[frame.network + 2] = (sizeof(jumbo) - frame.network) >> 8;
	jumbo[frame.network + 3] = (sizeof(jumbo) - frame.network) & 255;
	error = world_run(world, world->ifindex[0], jumbo, sizeof(jumbo), 0, &out);
	ktap_ok(!error && out.verdict == XDP_PASS && out.length == sizeof(jumbo),
		"a frame of many buffers is as long as all of them");
}

static void test_metadata(struct world *world)
{
	static struct world_run out;
	uint8_t bytes[8 + FRAME_BYTES] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct frame frame;
	int error;

	frame_build(&permitted, &frame);
	memcpy(bytes + 8, frame.bytes, frame.length);
	world->meta = 8;
	error = world_run(world, world->ifindex[0], bytes, 8 + frame.length, 0, &out);
	world->meta = 0;
	ktap_ok(!error && out.verdict == XDP_PASS && out.meta == sizeof(out.stamp) &&
		out.stamp.nonce == PLANT_NONCE, "a driver's own metadata gives way to the stamp");
}

static void test_gone(struct world *world)
{
	world_shell("ip link del device0");
	ktap_ok(sluice_gate_attached(world->gate, world->ifindex[0], NULL) == -ENODEV,
		"a device that is gone has no gate");
	world_reopen(world);
	ktap_ok(sluice_gate_detach(world->gate, world->ifindex[0]) == -ENOENT,
		"and its link is forgotten");
}

static void test_remove(struct world *world)
{
	unsigned int device = world->ifindex[2];

	sluice_gate_attach(world->gate, device, SLUICE_GATE_NATIVE, NULL, &world->messages);
	sluice_gate_close(world->gate);
	world->gate = NULL;
	ktap_ok(!sluice_gate_remove(world->pin) && access(world->pin, F_OK),
		"removed, nothing is left pinned");
	world_reopen(world);
	ktap_ok(sluice_gate_attached(world->gate, device, NULL) == 0, "nor attached");
}

int main(void)
{
	struct sluice_image image = image_make(&image_plant);
	struct world world;

	world_begin(&world, DEVICES);
	test_closed(&world, &image);
	test_fence(&world);
	test_slots(&world, &image);
	test_again(&world, &image);
	test_frozen(&world);
	test_unfrozen(&world);
	test_bindings(&world);
	test_full_place(&world);
	test_trial(&world, &image);
	test_devices(&world);
	test_tags(&world);
	test_takeover(&world);
	test_flood(&world);
	test_buffers(&world);
	test_metadata(&world);
	test_seal(&world);
	test_growth(&world, &image);
	test_gone(&world);
	test_remove(&world);
	test_interrupted(&world);
	world_end(&world);
	image_free(&image);
	return ktap_done();
}
