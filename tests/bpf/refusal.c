// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers to denied beginnings, byte for byte: what the gate sends back is compared with a frame that
 * the tests build with a code of their own (tests/lib/frame.c), link header, tag and checksums included.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kmod/core/refusal.h"
#include "tests/bpf/plant.h"
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/ktap.h"

#define GENERATION	5
#define DEVICES		7
#define GATEWAY		"02:00:00:00:00:fe"
#define DEVICE		"02:00:00:00:00:01"
#define DF		0x4000
#define RST_ACK		(SLUICE_TCP_RST | SLUICE_TCP_ACK)
#define FLOOD		2000

/* What a short frame is padded to: 46 bytes behind the link header, of which 40 are the reset. */
#define PADDED		6

/**
 * struct row - a denied frame and its answer
 * @proves: why it is here
 * @device: where it comes in
 * @frame: the frame
 * @answer: what must come back; without a source nothing may
 */
struct row {
	const char *proves;
	unsigned int device;
	struct frame_spec frame;
	struct frame_spec answer;
};

static const struct frame_spec datagram = {
	.source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 17, .source_port = 40000,
	.destination_port = 9999,
};

static const struct frame_spec large = {
	.source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 17, .source_port = 40000,
	.destination_port = 9999, .payload = 1400,
};

static const struct frame_spec datagram6 = {
	.source = "fd00:1::8", .destination = "fd00:2::10", .protocol = 17, .source_port = 40000,
	.destination_port = 9999, .payload = 4,
};

static const struct frame_spec tagged = {
	.vlan = 10, .source = "10.1.9.9", .destination = "10.2.0.2", .protocol = 17,
	.source_port = 40000, .destination_port = 9999, .payload = 20,
};

static const struct frame_spec ping = {
	.source = "10.1.0.8", .destination = "10.3.0.30", .protocol = 1, .icmp_type = 8,
	.payload = 56,
};

static const struct frame_spec ping6 = {
	.source = "fd00:1::8", .destination = "fd00:3::1", .protocol = 58, .icmp_type = 128,
	.payload = 56,
};

static const struct frame_spec quoted = {
	.source = "10.2.0.10", .destination = "10.1.0.8", .protocol = 6, .source_port = 22,
	.destination_port = 40000,
};

#define SYN(from, to) \
	.source = (from), .destination = (to), .protocol = 6, .source_port = 40000, \
	.destination_port = 22, .tcp_flags = SLUICE_TCP_SYN, .sequence = 0xfffffffe
#define RESET(from, to, number) \
	.source_mac = GATEWAY, .destination_mac = DEVICE, .source = (from), .destination = (to), \
	.protocol = 6, .source_port = 22, .destination_port = 40000, .tcp_flags = RST_ACK, \
	.acknowledgement = (number)
#define PROHIBITED(from, to, denied) \
	.source_mac = GATEWAY, .destination_mac = DEVICE, .source = (from), .destination = (to), \
	.protocol = 1, .icmp_type = 3, .icmp_code = 13, .fragment = DF, .quoted = &(denied)
#define PROHIBITED6(from, to, denied) \
	.source_mac = GATEWAY, .destination_mac = DEVICE, .source = (from), .destination = (to), \
	.protocol = 58, .icmp_type = 1, .icmp_code = 1, .quoted = &(denied)

static const struct row answered[] = {
	{ "a SYN, whose number wraps", 0, { SYN("10.1.0.8", "10.2.0.10") },
	  { RESET("10.2.0.10", "10.1.0.8", 0xffffffff), .fragment = DF, .padding = PADDED } },
	{ "a SYN with data acknowledges it too", 0, { SYN("10.1.0.8", "10.2.0.10"), .payload = 5 },
	  { RESET("10.2.0.10", "10.1.0.8", 4), .fragment = DF, .padding = PADDED } },
	{ "a padded SYN", 0, { SYN("10.1.0.8", "10.2.0.10"), .padding = 30 },
	  { RESET("10.2.0.10", "10.1.0.8", 0xffffffff), .fragment = DF, .padding = PADDED } },
	{ "a SYN to the gateway itself", 0, { SYN("10.1.0.8", "10.2.0.1") },
	  { RESET("10.2.0.1", "10.1.0.8", 0xffffffff), .fragment = DF, .padding = PADDED } },
	{ "a SYN to nobody's address", 0, { SYN("10.1.0.8", "172.16.0.1") },
	  { RESET("172.16.0.1", "10.1.0.8", 0xffffffff), .fragment = DF, .padding = PADDED } },
	{ "a SYN over IPv6", 0, { SYN("fd00:1::8", "fd00:2::10") },
	  { RESET("fd00:2::10", "fd00:1::8", 0xffffffff) } },
	{ "a tagged SYN: the tag stays", 1, { .vlan = 10, SYN("10.1.9.9", "10.2.0.2") },
	  { .vlan = 10, RESET("10.2.0.2", "10.1.9.9", 0xffffffff), .fragment = DF,
	    .padding = PADDED } },
	{ "a SYN with a priority tag", 0,
	  { .vlan = FRAME_PRIORITY_TAG, SYN("10.1.0.8", "10.2.0.10") },
	  { .vlan = FRAME_PRIORITY_TAG, RESET("10.2.0.10", "10.1.0.8", 0xffffffff),
	    .fragment = DF, .padding = PADDED } },
	{ "a datagram without a byte", 0, datagram,
	  { PROHIBITED("10.2.0.10", "10.1.0.8", datagram) } },
	{ "a large datagram: no more than 8 bytes of it come back", 0, large,
	  { PROHIBITED("10.2.0.10", "10.1.0.8", large) } },
	{ "a tagged datagram", 1, tagged, { .vlan = 10, PROHIBITED("10.2.0.2", "10.1.9.9", tagged) } },
	{ "a datagram over IPv6", 0, datagram6,
	  { PROHIBITED6("fd00:2::10", "fd00:1::8", datagram6) } },
	{ "a ping", 0, ping, { PROHIBITED("10.3.0.30", "10.1.0.8", ping) } },
	{ "a ping over IPv6", 0, ping6, { PROHIBITED6("fd00:3::1", "fd00:1::8", ping6) } },
};

#define SEGMENT(flags) { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6, \
	.source_port = 40000, .destination_port = 22, .tcp_flags = (flags) }

static const struct row silent[] = {
	{ "a reset", 0, SEGMENT(SLUICE_TCP_RST) },
	{ "a reset that acknowledges", 0, SEGMENT(RST_ACK) },
	{ "an answer to a SYN", 0, SEGMENT(SLUICE_TCP_SYN | SLUICE_TCP_ACK) },
	{ "a segment in the middle", 0, SEGMENT(SLUICE_TCP_ACK | SLUICE_TCP_PSH) },
	{ "the end of a connection", 0, SEGMENT(SLUICE_TCP_FIN | SLUICE_TCP_ACK) },
	{ "SYN and FIN at once", 0, SEGMENT(SLUICE_TCP_SYN | SLUICE_TCP_FIN) },
	{ "an ICMP error", 0,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 1, .icmp_type = 3,
	    .icmp_code = 3, .quoted = &quoted } },
	{ "the answer to a ping", 0,
	  { .source = "10.1.0.8", .destination = "10.3.0.30", .protocol = 1 } },
	{ "another ICMP request", 0,
	  { .source = "10.1.0.8", .destination = "10.3.0.30", .protocol = 1, .icmp_type = 13,
	    .payload = 12 } },
	{ "the answer to a ping over IPv6", 0,
	  { .source = "fd00:1::8", .destination = "fd00:3::1", .protocol = 58, .icmp_type = 129 } },
	{ "another protocol", 0,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 47, .payload = 40 } },
	{ "the first piece of a datagram", 0,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 17, .source_port = 40000,
	    .destination_port = 9999, .payload = 64, .fragment = 0x2000 } },
	{ "a later piece", 0,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 17, .payload = 64,
	    .fragment = 8 } },
	{ "port 0", 0, { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 17 } },
	{ "options", 0, { SYN("10.1.0.8", "10.2.0.10"), .options = 4 } },
	{ "an extension header", 0, { SYN("fd00:1::8", "fd00:2::10"), .extension = 60 } },
	{ "the source of another zone", 0, { SYN("10.2.0.11", "10.2.0.10") } },
	{ "a source of nobody", 0, { SYN("172.16.0.1", "10.2.0.10") } },
	{ "the gateway's own address as source", 0, { SYN("10.2.0.1", "10.2.0.10") } },
	{ "a source with another MAC than its own", 0, { SYN("10.1.0.7", "10.2.0.10") } },
	{ "a link-local source", 0, { SYN("169.254.1.1", "10.2.0.10") } },
	{ "no source", 0, { SYN("0.0.0.0", "10.2.0.10") } },
	{ "a group", 0, { .source = "10.1.0.8", .destination = "224.0.0.1", .protocol = 17,
	  .source_port = 40000, .destination_port = 9999 } },
	{ "everybody", 0, { .source = "10.1.0.8", .destination = "255.255.255.255",
	  .protocol = 17, .source_port = 40000, .destination_port = 9999 } },
	{ "loopback", 0, { SYN("10.1.0.8", "127.0.0.1") } },
	{ "a group of IPv6", 0, { .source = "fd00:1::8", .destination = "ff02::1",
	  .protocol = 17, .source_port = 40000, .destination_port = 9999 } },
	{ "loopback of IPv6", 0, { SYN("fd00:1::8", "::1") } },
	{ "a frame to a group", 0, { SYN("10.1.0.8", "10.2.0.10"),
	  .destination_mac = "01:00:5e:00:00:01" } },
	{ "a frame to everybody", 0, { SYN("10.1.0.8", "10.2.0.10"),
	  .destination_mac = "ff:ff:ff:ff:ff:ff" } },
	{ "a frame to another host, that a switch flooded", 0, { SYN("10.1.0.8", "10.2.0.10"),
	  .destination_mac = "02:00:00:00:00:aa" } },
	{ "a frame to no address", 0, { SYN("10.1.0.8", "10.2.0.10"),
	  .destination_mac = "00:00:00:00:00:00" } },
	{ "the isolated zone as destination", 0, { SYN("10.1.0.8", "10.0.0.7") } },
	{ "a tag that no port declares", 1, { .vlan = 11, SYN("10.1.9.9", "10.2.0.2") } },
	{ "the DMZ", 2, { SYN("10.2.0.10", "10.1.0.8") } },
	{ "the DMZ towards IT", 2, { SYN("10.2.0.10", "10.3.0.30") } },
	{ "IT", 3, { SYN("10.3.1.1", "10.2.0.10") } },
	{ "the fence", 4, { SYN("10.0.0.7", "10.1.0.8") } },
	{ "a zone of level control that wants silence", 6, { SYN("10.4.0.1", "10.2.0.10") } },
};

static void run(const struct world *world, unsigned int device, const uint8_t *bytes,
		uint32_t length, struct world_run *out)
{
	if (!world_run(world, world->ifindex[device], bytes, length, 0, out))
		return;
	printf("Bail out! test run: %s\n", strerror(errno));
	exit(1);
}

static void run_spec(const struct world *world, unsigned int device, const struct frame_spec *spec,
		     struct world_run *out)
{
	struct frame frame;

	frame_build(spec, &frame);
	run(world, device, frame.bytes, frame.length, out);
}

static bool is_frame(const struct world_run *run, const struct frame_spec *spec)
{
	struct frame frame;

	frame_build(spec, &frame);
	return run->verdict == XDP_TX && run->length == frame.length &&
	       !memcmp(run->bytes + run->meta, frame.bytes, frame.length);
}

static uint64_t denials(const struct world *world)
{
	struct sluice_gate_counters counters = {};
	uint64_t total = 0;

	sluice_gate_read_counters(world->gate, &counters);
	for (unsigned int i = 0; i < SLUICE_REASON_COUNT; i++)
		total += counters.denied[i];
	return total;
}

static uint64_t answers(const struct world *world, unsigned int port)
{
	uint64_t count = UINT64_MAX;

	sluice_gate_read_answered(world->gate, 0, port, &count);
	return count;
}

static void show(const struct world_run *run)
{
	printf("# verdict %u, %u bytes:", run->verdict, run->length);
	for (uint32_t i = 0; i < run->length && i < 120; i++)
		printf(" %02x", run->bytes[run->meta + i]);
	printf("\n");
}

/* On whatever port it came in. */
static uint64_t answers_of_all(const struct world *world)
{
	uint64_t total = 0;

	for (unsigned int port = 0; port <= SLUICE_MAX_PORTS; port++)
		total += answers(world, port);
	return total;
}

static void test_answered(const struct world *world)
{
	static struct world_run out;

	for (size_t i = 0; i < sizeof(answered) / sizeof(answered[0]); i++) {
		const struct row *row = &answered[i];
		uint64_t before = denials(world), told = answers_of_all(world);

		run_spec(world, row->device, &row->frame, &out);
		if (!ktap_ok(is_frame(&out, &row->answer) && denials(world) == before + 1 &&
			     answers_of_all(world) == told + 1,
			     "answered, and both counted: %s", row->proves))
			show(&out);
	}
}

static void test_silent(const struct world *world)
{
	static struct world_run out;

	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		uint64_t before = denials(world);

		run_spec(world, silent[i].device, &silent[i].frame, &out);
		if (!ktap_ok(out.verdict == XDP_DROP && denials(world) == before + 1,
			     "denied in silence: %s", silent[i].proves))
			show(&out);
	}
}

/* What a driver wrote before the frame is nobody's business, and stays behind. */
static void test_metadata(struct world *world)
{
	static struct world_run out;
	uint8_t bytes[8 + FRAME_BYTES] = {};
	struct frame frame;

	frame_build(&datagram, &frame);
	memcpy(bytes + 8, frame.bytes, frame.length);
	world->meta = 8;
	run(world, 0, bytes, 8 + frame.length, &out);
	world->meta = 0;
	ktap_ok(is_frame(&out, &answered[8].answer), "a driver's metadata does not matter");
}

static void test_buffers(const struct world *world)
{
	static struct world_run out;
	static uint8_t jumbo[9000];
	struct frame frame;
	uint32_t bytes;

	frame_build(&datagram, &frame);
	memcpy(jumbo, frame.bytes, frame.length);
	bytes = (uint32_t)sizeof(jumbo) - frame.network;
	jumbo[frame.network + 2] = (uint8_t)(bytes >> 8);
	jumbo[frame.network + 3] = (uint8_t)bytes;
	bytes -= 20;
	jumbo[frame.transport + 4] = (uint8_t)(bytes >> 8);
	jumbo[frame.transport + 5] = (uint8_t)bytes;
	run(world, 0, jumbo, sizeof(jumbo), &out);
	ktap_ok(out.verdict == XDP_DROP, "a frame of many buffers is denied in silence");
}

static unsigned int count_answers(const struct world *world, unsigned int device,
				  const struct frame_spec *spec, unsigned int times)
{
	static struct world_run out;
	unsigned int count = 0;

	for (unsigned int i = 0; i < times; i++) {
		run_spec(world, device, spec, &out);
		count += out.verdict == XDP_TX;
	}
	return count;
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* A second's worth at once, then the rate; each port has its own. */
static void test_flood(const struct world *world)
{
	uint64_t before = answers(world, PLANT_ETH1), denied = denials(world);
	double began = now(), most;
	unsigned int count = count_answers(world, 0, &answered[0].frame, FLOOD);

	/* one more for the clock's step, one for the token that was there */
	most = SLUICE_REFUSALS_PER_SECOND * (1 + now() - began) + 2;
	ktap_ok(count >= 10 && count <= most, "of %u SYNs %u were answered, at most %.0f may be",
		FLOOD, count, most);
	ktap_ok(answers(world, PLANT_ETH1) == before + count, "each is counted");
	ktap_ok(denials(world) == denied + FLOOD, "and all were counted as denied");
	ktap_ok(count_answers(world, 1, &answered[6].frame, 1) == 1,
		"another port has its own answers");
}

/* The gate knows the device's address from the agent, which binds again when the device has another. */
static void test_address(const struct world *world)
{
	struct frame_spec frame = tagged;

	world_shell("ip link set device1 address 02:00:00:00:00:bb");
	ktap_ok(count_answers(world, 1, &tagged, 1) == 1, "until it is bound again the old address counts");
	sluice_gate_bind(world->gate, 0, PLANT_ETH2_10, world->ifindex[1], 10);
	ktap_ok(!count_answers(world, 1, &tagged, 1), "then it is another's");
	frame.destination_mac = "02:00:00:00:00:bb";
	ktap_ok(count_answers(world, 1, &frame, 1) == 1, "and the new one is its own");
}

static void test_staged(struct world *world, const struct sluice_image *image)
{
	plant_stage(world, 1, image);
	plant_select(world, 1, GENERATION + 1);
	ktap_ok(!sluice_gate_clear(world->gate, 0) && !answers(world, PLANT_ETH1),
		"an empty slot has counted no answers");
	plant_stage(world, 0, image);
	plant_select(world, 0, GENERATION);
	ktap_ok(!answers(world, PLANT_ETH1) && count_answers(world, 0, &answered[0].frame, 1) == 1 &&
		answers(world, PLANT_ETH1) == 1, "and a new image begins with all of its tokens");
}

int main(void)
{
	struct sluice_image image = image_make(&image_plant);
	struct world world;

	plant_tell_control(&image);
	world_begin(&world, DEVICES);
	for (unsigned int i = 0; i < DEVICES; i++)
		world_shell("ip link set device%u address " GATEWAY, i);
	plant_stage(&world, 0, &image);
	plant_select(&world, 0, GENERATION);
	test_answered(&world);
	test_silent(&world);
	test_metadata(&world);
	test_buffers(&world);
	test_flood(&world);
	test_address(&world);
	test_staged(&world, &image);
	world_end(&world);
	image_free(&image);
	return ktap_done();
}
