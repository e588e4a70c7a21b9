// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packet in, verdict out: the gate's program on the running kernel against the same core in userspace,
 * frame by frame: verdict, stamp, the reason that was counted, the record that was told.
 *
 * Frames are drawn from the words of the small plant (tests/lib/image.c), then a part of them is
 * spoilt. The seed is printed; `packet SEED [FRAMES]` runs it again.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <time.h>

#include "tests/bpf/plant.h"
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"

#define GENERATION	7
#define FRAMES		8000
#define SHOWN		5
#define OUTER_PRIORITY_TAG 0x10000
#define CHOOSE(state, list) ((list)[random_below(state, sizeof(list) / sizeof((list)[0]))])

static const char *const addresses4[] = {
	"10.0.0.7", "10.1.0.7", "10.1.0.8", "10.1.9.9", "10.2.0.1", "10.2.0.2", "10.2.0.10",
	"10.2.0.11", "10.2.7.7", "10.3.0.30", "10.3.0.5", "10.3.0.9", "10.3.1.1", "203.0.113.20",
	"203.0.113.32", "198.51.100.4", "10.4.0.1", "10.4.0.7", "192.0.2.1", "169.254.1.1",
	"0.0.0.0", "255.255.255.255", "224.0.0.1", "127.0.0.1",
};

static const char *const addresses6[] = {
	"fd00:1::8", "fd00:1::9", "fd00:2::10", "fd00:2::11", "fe80::1", "::", "2001:db8::5",
	"ff02::1", "::1", "fd00:3::1",
};

static const char *const macs[] = {
	NULL, NULL, NULL, NULL, "00:1d:9c:00:00:07", "00:1d:9c:00:51:51", "01:00:5e:00:00:01",
};

static const uint16_t ports[] = { 4840, 53, 123, 8883, 22, 51820, 502, 40000, 40001, 67, 0, 80 };
static const uint8_t flags[] = { 2, 16, 18, 24, 17, 4, 20, 0, 3, 6, 0xff };
static const uint8_t protocols[] = { 6, 6, 6, 17, 17, 1, 58, 47, 0, 44, 50 };
static const int vlans[] = { 0, 0, 0, 0, FRAME_PRIORITY_TAG, 10, 99, 7, 4095 };
static const uint16_t ethertypes[] = { 0x88cc, 0x8892, 0x88b8, 0x0026, 0x8100, 0x88a8, 0x0806 };
static const uint8_t icmp_types[] = { 0, 3, 8, 11, 13, 128, 129, 1, 2, 133, 134, 137, 143, 130 };

/**
 * struct expected - what the core in userspace says
 * @facts: of the frame
 * @answer: to them
 */
struct expected {
	struct sluice_facts facts;
	struct sluice_answer answer;
};

/**
 * struct tally - what has been seen
 * @frames: how many went through
 * @different: how many of them the gate treated differently
 * @reasons: by expected reason
 * @forward: permitted with a forward candidate
 * @reply: permitted with a reply candidate
 * @neighbour: permitted neighbour discovery
 * @told: records heard, by reason
 * @suppressed: records not told, by reason, as the told ones say
 * @wrong_records: records that do not say what was decided
 * @last: expectation that the next record is about
 */
struct tally {
	unsigned int frames, different;
	unsigned int reasons[SLUICE_REASON_COUNT];
	unsigned int forward, reply, neighbour;
	unsigned int told[SLUICE_REASON_COUNT];
	unsigned int suppressed[SLUICE_REASON_COUNT];
	unsigned int tripwires, wrong_records;
	const struct expected *last;
};

static void pick_service(struct random_state *random, struct frame_spec *spec)
{
	spec->protocol = CHOOSE(random, protocols);
	spec->source_port = CHOOSE(random, ports);
	spec->destination_port = CHOOSE(random, ports);
	spec->tcp_flags = CHOOSE(random, flags);
	spec->icmp_type = CHOOSE(random, icmp_types);
	spec->payload = (uint16_t)random_below(random, 40);
	spec->padding = random_chance(random, 20) ? (uint16_t)random_below(random, 30) : 0;
	if (random_chance(random, 4))
		spec->hop_limit = random_chance(random, 50) ? 1 : 255;
	if (random_chance(random, 3))
		spec->fragment = CHOOSE(random, ports);
}

/* Half of them are an exchange that some conduit of the plant permits, in either half. */
static void pick_conversation(struct random_state *random, struct frame_spec *spec)
{
	static const struct frame_spec rows[] = {
		{ .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6,
		  .destination_port = 4840 },
		{ .source = "fd00:1::8", .destination = "fd00:2::10", .protocol = 6,
		  .destination_port = 4840 },
		{ .source = "10.1.9.9", .destination = "10.2.0.2", .protocol = 17,
		  .destination_port = 53 },
		{ .source = "10.2.0.11", .destination = "10.3.0.30", .protocol = 6,
		  .destination_port = 8883 },
		{ .source = "10.2.0.11", .destination = "203.0.113.20", .protocol = 6,
		  .destination_port = 8883 },
		{ .source = "198.51.100.4", .destination = "10.3.0.9", .protocol = 17,
		  .destination_port = 51820 },
		{ .source = "10.3.0.5", .destination = "10.2.0.1", .protocol = 6,
		  .destination_port = 22 },
		{ .source = "10.4.0.1", .destination = "10.4.0.7", .protocol = 6,
		  .destination_port = 502 },
		{ .source = "10.1.9.9", .destination = "10.2.7.7", .protocol = 1, .icmp_type = 8 },
		{ .source = "10.1.0.8", .destination = "10.1.9.9", .protocol = 17,
		  .destination_port = 9 },
	};
	struct frame_spec row = CHOOSE(random, rows);

	spec->source = row.source;
	spec->destination = row.destination;
	spec->protocol = row.protocol;
	spec->source_port = 40000;
	spec->destination_port = row.destination_port;
	spec->icmp_type = row.icmp_type;
	spec->tcp_flags = random_chance(random, 50) ? 2 : 16;
	if (random_chance(random, 50))
		return;
	spec->source = row.destination;
	spec->destination = row.source;
	spec->source_port = row.destination_port;
	spec->destination_port = 40000;
	spec->icmp_type = 0;
}

/* What the other end says about it; over IPv6 the quoted ports stand farthest into the frame. */
static void pick_error(struct frame_spec *spec)
{
	static struct frame_spec quoted;
	bool six = strchr(spec->source, ':');

	quoted = *spec;
	*spec = (struct frame_spec){ .source = quoted.destination, .destination = quoted.source,
				     .source_mac = quoted.source_mac, .protocol = six ? 58 : 1,
				     .icmp_type = six ? 1 : 3, .quoted = &quoted };
}

static void pick_strangers(struct random_state *random, struct frame_spec *spec)
{
	bool six = random_chance(random, 30);

	spec->source = six ? CHOOSE(random, addresses6) : CHOOSE(random, addresses4);
	spec->destination = six ? CHOOSE(random, addresses6) : CHOOSE(random, addresses4);
	pick_service(random, spec);
	if (six && random_chance(random, 25)) {
		spec->protocol = 58;
		spec->neighbour = random_chance(random, 50) ? 135 : 136;
		spec->target = CHOOSE(random, addresses6);
		spec->no_option = (uint8_t)random_chance(random, 20);
		spec->link_address = CHOOSE(random, macs);
	} else if (six && random_chance(random, 10)) {
		spec->extension = (uint8_t)random_below(random, 140);
		spec->router_alert = !spec->extension;
	} else if (!six && random_chance(random, 5)) {
		spec->options = 4;
	} else if (!six && random_chance(random, 15)) {
		spec->arp = (uint8_t)(1 + random_below(random, 2));
		spec->link_address = CHOOSE(random, macs);
	}
}

static void pick(struct random_state *random, struct frame_spec *spec)
{
	*spec = (struct frame_spec){ .source_mac = CHOOSE(random, macs) };
	if (random_chance(random, 50)) {
		pick_conversation(random, spec);
		if (random_chance(random, 10))
			pick_error(spec);
	} else {
		pick_strangers(random, spec);
	}
	spec->vlan = CHOOSE(random, vlans);
	if (random_chance(random, 4))
		spec->outer_vlan = 5;
	if (random_chance(random, 4)) {
		*spec = (struct frame_spec){ .ethertype = CHOOSE(random, ethertypes),
					     .source_mac = spec->source_mac,
					     .destination_mac = random_chance(random, 30) ?
						"01:80:c2:00:00:00" : NULL,
					     .vlan = spec->vlan, .payload = 46 };
	}
}

/* The wire that an address is plugged into: most frames come by the right one. */
static const struct {
	const char *begins;
	unsigned int wire;
} homes[] = {
	{ "10.1.0", 0 }, { "10.1", 1 }, { "fd00:1", 0 }, { "10.2", 2 }, { "fd00:2", 2 },
	{ "10.3", 3 }, { "203.", 4 }, { "198.", 4 }, { "2001:", 4 }, { "10.0", 5 }, { "10.4.0.1", 7 },
	{ "10.4", 8 },
};

static unsigned int plug_in(struct random_state *random, struct frame_spec *spec)
{
	for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]) && random_chance(random, 97); i++) {
		const struct plant_wire *wire = &plant_wires[homes[i].wire];

		if (!spec->source || strncmp(spec->source, homes[i].begins, strlen(homes[i].begins)))
			continue;
		spec->vlan = wire->vlan;
		/* A second tag behind the port's own, or behind a priority tag. */
		if (spec->outer_vlan) {
			spec->outer_vlan = wire->vlan ? wire->vlan : OUTER_PRIORITY_TAG;
			spec->vlan = 5;
		}
		return wire->device;
	}
	return random_below(random, WORLD_DEVICES);
}

static void spoil(struct random_state *random, struct frame *frame)
{
	unsigned int times = 1 + random_below(random, 3);

	for (unsigned int i = 0; i < times; i++) {
		uint32_t at = random_below(random, frame->length < 64 ? frame->length : 64);

		switch (random_below(random, 3)) {
		case 0:
			frame->bytes[at] ^= (uint8_t)(1u << random_below(random, 8));
			break;
		case 1:
			frame->bytes[at] = (uint8_t)random_next(random);
			break;
		default:
			if (frame->length > 15)
				frame->length = 14 + random_below(random, frame->length - 14);
		}
	}
}

static unsigned int port_of(unsigned int device, unsigned int vlan)
{
	for (size_t i = 0; i < PLANT_WIRES; i++)
		if (plant_wires[i].device == device && plant_wires[i].vlan == vlan)
			return plant_wires[i].port;
	return 0;
}

static void expect(const struct sluice_image *image, const uint8_t *bytes, uint32_t length,
		   unsigned int device, struct expected *expected)
{
	struct sluice_packet packet = { bytes, length };
	uint32_t offset;

	*expected = (struct expected){ .facts = { .segments = 1 } };
	offset = sluice_parse_tag(&packet, &expected->facts);
	expected->facts.port = (uint16_t)port_of(device, expected->facts.vlan);
	if (offset)
		sluice_parse_link(&expected->facts);
	if (offset && !expected->facts.defect)
		sluice_parse_network(&packet, offset, &expected->facts);
	sluice_gate(image, &expected->facts, &expected->answer);
}

static bool same_stamp(const struct sluice_stamp *stamp, const struct expected *expected)
{
	return stamp->nonce == PLANT_NONCE && stamp->generation == GENERATION &&
	       stamp->port == expected->facts.port && stamp->kind == expected->answer.kind &&
	       stamp->forward == expected->answer.forward &&
	       stamp->reply == expected->answer.reply && !stamp->zero;
}

static bool same(const struct world_run *run, const struct expected *expected,
		 const struct sluice_gate_counters *before, const struct sluice_gate_counters *after,
		 const uint8_t *bytes, uint32_t length)
{
	unsigned int reason = expected->answer.reason;

	if (reason == SLUICE_REASON_PERMITTED)
		return run->verdict == XDP_PASS && run->meta == sizeof(run->stamp) &&
		       same_stamp(&run->stamp, expected) && run->length == length &&
		       !memcmp(run->bytes + run->meta, bytes, length) &&
		       !memcmp(before->denied, after->denied, sizeof(before->denied));
	return run->verdict == XDP_DROP && !run->meta &&
	       after->denied[reason] == before->denied[reason] + 1;
}

static void count(struct tally *tally, const struct expected *expected)
{
	const struct sluice_answer *answer = &expected->answer;

	tally->frames++;
	tally->reasons[answer->reason]++;
	if (answer->reason != SLUICE_REASON_PERMITTED)
		return;
	tally->forward += !!answer->forward;
	tally->reply += !!answer->reply;
	tally->neighbour += answer->kind == SLUICE_KIND_NEIGHBOUR;
}

static uint64_t mac_number(const uint8_t bytes[6])
{
	return sluice_load48(bytes);
}

static bool same_address(const uint8_t bytes[16], unsigned int family,
			 const struct sluice_address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (family == 6)
		return sluice_load64(bytes) == address->high &&
		       sluice_load64(bytes + 8) == address->low;
	if (family == 4)
		return !memcmp(bytes, mapped, 12) && sluice_load32(bytes + 12) == address->high >> 32;
	return true;
}

static bool says(const struct sluice_record *record, const struct expected *expected)
{
	const struct sluice_facts *facts = &expected->facts;

	return record->layer == SLUICE_LAYER_GATE && record->generation == GENERATION &&
	       record->port == facts->port && record->family == facts->family &&
	       record->protocol == facts->protocol && record->ethertype == facts->ethertype &&
	       record->source_port == facts->source_port &&
	       record->destination_port == facts->destination_port && record->vlan == facts->vlan &&
	       record->tcp_flags == facts->tcp_flags && record->kind == facts->kind &&
	       mac_number(record->source_mac) == facts->source_mac &&
	       mac_number(record->destination_mac) == facts->destination_mac &&
	       same_address(record->source, facts->family, &facts->source) &&
	       same_address(record->destination, facts->family, &facts->destination) &&
	       record->source_zone == expected->answer.source_zone &&
	       record->destination_zone == expected->answer.destination_zone;
}

static void hear(void *context, const struct sluice_record *record)
{
	struct tally *tally = context;

	if (record->type == SLUICE_RECORD_INVARIANT) {
		tally->tripwires += record->reason == SLUICE_INVARIANT_ISOLATED_FRAME;
	} else {
		tally->told[record->reason]++;
		tally->suppressed[record->reason] += record->suppressed;
		tally->wrong_records += record->reason != tally->last->answer.reason;
	}
	tally->wrong_records += !says(record, tally->last);
}

static void complain(const struct expected *expected, const struct world_run *run,
		     const struct frame *frame, unsigned int device)
{
	printf("# device%u, expected %s %u/%u kind %u, verdict %u, stamp %u/%u kind %u port %u:",
	       device, core_reason_name(expected->answer.reason), expected->answer.forward,
	       expected->answer.reply, expected->answer.kind, run->verdict, run->stamp.forward,
	       run->stamp.reply, run->stamp.kind, run->stamp.port);
	for (uint32_t i = 0; i < frame->length && i < 80; i++)
		printf(" %02x", frame->bytes[i]);
	printf("\n");
}

static void try_frame(struct world *world, const struct sluice_image *image,
		      const struct frame *frame, unsigned int device, struct tally *tally)
{
	struct sluice_gate_counters before, after;
	struct expected expected;
	struct world_run run;

	expect(image, frame->bytes, frame->length, device, &expected);
	tally->last = &expected;
	sluice_gate_read_counters(world->gate, &before);
	if (world_run(world, world->ifindex[device], frame->bytes, frame->length, 0, &run)) {
		printf("Bail out! test run: %s\n", strerror(errno));
		exit(1);
	}
	sluice_gate_read_counters(world->gate, &after);
	sluice_gate_dispatch(world->gate);
	count(tally, &expected);
	if (same(&run, &expected, &before, &after, frame->bytes, frame->length))
		return;
	if (tally->different++ < SHOWN)
		complain(&expected, &run, frame, device);
}

static void report_coverage(const struct tally *tally)
{
	static const uint8_t wanted[] = {
		SLUICE_REASON_PERMITTED, SLUICE_REASON_UNZONED_PORT, SLUICE_REASON_VLAN,
		SLUICE_REASON_MALFORMED, SLUICE_REASON_IP_OPTIONS, SLUICE_REASON_FRAGMENT,
		SLUICE_REASON_ETHERTYPE, SLUICE_REASON_ISOLATED_ZONE, SLUICE_REASON_SPOOFED_SOURCE,
		SLUICE_REASON_NEIGHBOUR, SLUICE_REASON_UNZONED_DESTINATION, SLUICE_REASON_NO_CONDUIT,
	};

	for (size_t i = 0; i < sizeof(wanted); i++)
		ktap_ok(tally->reasons[wanted[i]] >= 10, "the frames meet %s (%u)",
			core_reason_name(wanted[i]), tally->reasons[wanted[i]]);
	ktap_ok(tally->forward > 50 && tally->reply > 50 && tally->neighbour > 10,
		"the frames meet forward and reply candidates and neighbours (%u, %u, %u)",
		tally->forward, tally->reply, tally->neighbour);
}

/* Told and suppressed together are all denials, but those since the last one told. */
static void report_records(const struct tally *tally, const struct sluice_gate_counters *counters)
{
	unsigned int told = 0;
	bool exact = true;

	for (unsigned int i = 2; i < SLUICE_REASON_COUNT; i++) {
		told += tally->told[i];
		exact &= tally->told[i] + tally->suppressed[i] <= counters->denied[i];
	}
	ktap_ok(told > 100 && !tally->wrong_records,
		"%u denials were told, and each as it was decided (%u wrong)", told,
		tally->wrong_records);
	ktap_ok(exact, "no more is told or called suppressed than was denied");
	ktap_ok(tally->tripwires > 0 &&
		counters->invariants[SLUICE_INVARIANT_ISOLATED_FRAME] >= tally->tripwires,
		"the fence is an invariant (%u told)", tally->tripwires);
	ktap_ok(!counters->events_lost, "no record is lost");
}

int main(int argc, char **argv)
{
	struct random_state random = { argc > 1 ? strtoull(argv[1], NULL, 0) : (uint64_t)time(NULL) };
	unsigned int frames = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 0) : FRAMES;
	struct sluice_image image = image_make(&image_plant);
	struct sluice_gate_counters counters;
	struct tally tally = {};
	struct world world;

	printf("# seed %llu\n", (unsigned long long)random.value);
	world_begin(&world, WORLD_DEVICES);
	sluice_gate_listen(world.gate, &(struct sluice_gate_events){ .record = hear,
								      .context = &tally });
	plant_stage(&world, 1, &image);
	plant_select(&world, 1, GENERATION);
	for (unsigned int i = 0; i < frames; i++) {
		struct frame_spec spec;
		unsigned int device;
		struct frame frame;

		pick(&random, &spec);
		device = plug_in(&random, &spec);
		frame_build(&spec, &frame);
		if (random_chance(&random, 20))
			spoil(&random, &frame);
		try_frame(&world, &image, &frame, device, &tally);
	}
	sluice_gate_read_counters(world.gate, &counters);
	ktap_ok(!tally.different, "gate and core agree on %u frames (%u differ)", tally.frames,
		tally.different);
	report_coverage(&tally);
	report_records(&tally, &counters);
	world_end(&world);
	image_free(&image);
	return ktap_done();
}
