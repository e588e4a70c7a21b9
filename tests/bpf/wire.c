// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gate on a wire: frames go into one end of a veth pair, the gate stands on the other.
 *
 *	peerN (packet socket sends) --- deviceN: gate -> witness (tc: reads the stamp) -> packet socket
 *
 * Both receivers are there before the first frame. A frame that must not come is followed by one that
 * must, on the same wire, so silence is never waited for. A denied beginning of control comes back to
 * peerN as its own answer (XDP_TX, which a veth only delivers to a peer that runs a program, too). Then the gate is taken off and the same
 * frames are seen, which shows that the receivers see.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "tests/bpf/plant.h"
#include "tests/bpf/witness.h"
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/ktap.h"
#include "witness.skel.h"

#define DEVICES		5
#define GATEWAY		"02:00:00:00:00:fe"
#define PATIENCE_MS	5000
#define GENERATION	9

struct row {
	const char *proves;
	unsigned int device;
	struct frame_spec frame;
	unsigned int forward;
	unsigned int reply;
	unsigned int port;		/* 0: must not pass */
};

static const struct row rows[] = {
	{ "control begins a conversation with the historian", 0,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6, .source_port = 40000,
	    .destination_port = 4840, .tcp_flags = 2 }, PLANT_TO_HISTORIAN, 0, PLANT_ETH1 },
	{ "the same over IPv6", 0,
	  { .source = "fd00:1::8", .destination = "fd00:2::10", .protocol = 6,
	    .source_port = 40000, .destination_port = 4840, .tcp_flags = 2 },
	  PLANT_TO_HISTORIAN, 0, PLANT_ETH1 },
	{ "the historian answers", 2,
	  { .source = "10.2.0.10", .destination = "10.1.0.8", .protocol = 6, .source_port = 4840,
	    .destination_port = 40000, .tcp_flags = 18 }, 0, PLANT_TO_HISTORIAN, PLANT_ETH3 },
	{ "the tagged port of control asks for the time", 1,
	  { .vlan = 10, .source = "10.1.9.9", .destination = "10.2.0.2", .protocol = 17,
	    .source_port = 40000, .destination_port = 123, .payload = 48 },
	  PLANT_BASICS, 0, PLANT_ETH2_10 },
	{ "ARP is stamped too", 0,
	  { .source = "10.1.0.8", .destination = "10.1.0.1", .arp = 1 }, 0, 0, PLANT_ETH1 },
	{ "a service that no conduit names", 0,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6, .source_port = 40000,
	    .destination_port = 22, .tcp_flags = 2 }, 0, 0, 0 },
	{ "the DMZ begins towards control", 2,
	  { .source = "10.2.0.10", .destination = "10.1.0.8", .protocol = 6, .source_port = 40000,
	    .destination_port = 4840, .tcp_flags = 2 }, 0, 0, 0 },
	{ "a source of another zone", 2,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6, .source_port = 40000,
	    .destination_port = 4840, .tcp_flags = 2 }, 0, 0, 0 },
	{ "a tag that no port declares", 1,
	  { .vlan = 11, .source = "10.1.9.9", .destination = "10.2.0.2", .protocol = 17,
	    .source_port = 40000, .destination_port = 123 }, 0, 0, 0 },
	{ "no tag where the port has one", 1,
	  { .source = "10.1.9.9", .destination = "10.2.0.2", .protocol = 17,
	    .source_port = 40000, .destination_port = 123 }, 0, 0, 0 },
	{ "the safety zone", 4,
	  { .source = "10.0.0.7", .destination = "10.1.0.8", .protocol = 17, .source_port = 40000,
	    .destination_port = 123 }, 0, 0, 0 },
	{ "a fragment", 0,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6, .source_port = 40000,
	    .destination_port = 4840, .tcp_flags = 2, .fragment = 0x2000 }, 0, 0, 0 },
};

/* What follows each frame that must not pass, by device. */
static const struct frame_spec followers[DEVICES] = {
	{ .source = "10.1.0.8", .destination = "10.1.0.9", .arp = 1 },
	{ .vlan = 10, .source = "10.1.9.9", .destination = "10.1.9.1", .arp = 1 },
	{ .source = "10.2.0.10", .destination = "10.2.0.1", .arp = 1 },
	{ .source = "10.3.1.1", .destination = "10.3.0.1", .arp = 1 },
};

/**
 * struct scene - sockets and witnesses
 * @sender: packet socket on each peer
 * @receiver: packet socket on each device
 * @witness: what stands in front of frames
 * @sightings: its records
 * @last: the latest of them
 * @seen: how many
 */
struct scene {
	struct world world;
	int sender[DEVICES];
	int receiver[DEVICES];
	struct sluice_witness_bpf *witness;
	struct ring_buffer *sightings;
	struct sighting last;
	unsigned int seen;
};

static void give_up(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static int packet_socket(const char *kind, unsigned int number)
{
	struct sockaddr_ll place = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	char name[32];
	int fd, on = 1;

	snprintf(name, sizeof(name), "%s%u", kind, number);
	place.sll_ifindex = (int)if_nametoindex(name);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&place, sizeof(place)))
		give_up("packet socket");
	return fd;
}

static int note(void *context, void *data, size_t length)
{
	struct scene *scene = context;

	if (length < sizeof(scene->last))
		return 0;
	memcpy(&scene->last, data, sizeof(scene->last));
	scene->seen++;
	return 0;
}

static void hang_witness(struct scene *scene, unsigned int device)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)scene->world.ifindex[device],
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options,
		    .prog_fd = bpf_program__fd(scene->witness->progs.witness));

	if (bpf_tc_hook_create(&hook) || bpf_tc_attach(&hook, &options))
		give_up("witness");
}

static void hear_answers(unsigned int number)
{
	static const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "passes", "GPL", pass, 2, NULL);
	char name[32];

	snprintf(name, sizeof(name), "peer%u", number);
	if (program < 0 || bpf_xdp_attach((int)if_nametoindex(name), program, XDP_FLAGS_DRV_MODE, NULL))
		give_up("program of the peer");
	close(program);
}

static void set_scene(struct scene *scene)
{
	scene->witness = sluice_witness_bpf__open_and_load();
	if (!scene->witness)
		give_up("witness");
	scene->sightings = ring_buffer__new(bpf_map__fd(scene->witness->maps.sightings), note,
					    scene, NULL);
	for (unsigned int i = 0; i < DEVICES; i++) {
		world_shell("sysctl -qw net.ipv6.conf.device%u.disable_ipv6=1 "
			    "net.ipv6.conf.peer%u.disable_ipv6=1", i, i);
		world_shell("ip link set peer%u up; ip link set device%u up", i, i);
		world_shell("ethtool -K device%u rxvlan off", i);
		hear_answers(i);
		hang_witness(scene, i);
		scene->receiver[i] = packet_socket("device", i);
		scene->sender[i] = packet_socket("peer", i);
	}
}

static void emit(struct scene *scene, unsigned int device, const struct frame *frame)
{
	if (send(scene->sender[device], frame->bytes, frame->length, 0) != (ssize_t)frame->length)
		give_up("send");
}

/* Whether the socket's next frame is this one; the kernel took its tag off. */
static bool next_is(int receiver, const struct frame *frame, int patience)
{
	struct pollfd waiting = { .fd = receiver, .events = POLLIN };
	uint8_t bytes[FRAME_BYTES];
	uint32_t length = frame->length - frame->network;
	ssize_t came;

	if (poll(&waiting, 1, patience) != 1)
		return false;
	came = recv(receiver, bytes, sizeof(bytes), MSG_DONTWAIT);
	return came >= (ssize_t)length &&
	       !memcmp(bytes + came - length, frame->bytes + frame->network, length);
}

static bool sighted(struct scene *scene, unsigned int before)
{
	for (int i = 0; i < PATIENCE_MS / 10 && scene->seen == before; i++)
		ring_buffer__poll(scene->sightings, 10);
	return scene->seen == before + 1;
}

static bool right_stamp(const struct sighting *sighting, const struct row *row)
{
	const struct sluice_stamp *stamp = &sighting->stamp;

	if (sighting->meta != sizeof(*stamp))
		return false;
	return sighting->shifted ||
	       (stamp->nonce == PLANT_NONCE && stamp->generation == GENERATION &&
		stamp->port == row->port && stamp->forward == row->forward &&
		stamp->reply == row->reply && stamp->kind);
}

static void test_passes(struct scene *scene, const struct row *row, const char *mode)
{
	unsigned int before = scene->seen;
	struct frame frame;
	bool right;

	frame_build(&row->frame, &frame);
	emit(scene, row->device, &frame);
	right = next_is(scene->receiver[row->device], &frame, PATIENCE_MS) &&
		sighted(scene, before) && right_stamp(&scene->last, row);
	ktap_ok(right, "%s: passes with its stamp%s: %s", mode,
		scene->last.shifted ? " (of which only the length is shown)" : "", row->proves);
}

static void test_stops(struct scene *scene, const struct row *row, const char *mode)
{
	const struct frame_spec *follower = &followers[row->device];
	struct sluice_gate_counters before, after;
	unsigned int seen = scene->seen;
	struct frame frame, next;
	bool alone;

	frame_build(&row->frame, &frame);
	sluice_gate_read_counters(scene->world.gate, &before);
	emit(scene, row->device, &frame);
	if (follower->source) {
		frame_build(follower, &next);
		emit(scene, row->device, &next);
		alone = next_is(scene->receiver[row->device], &next, PATIENCE_MS) &&
			sighted(scene, seen);
	} else {
		/* Nothing passes here: the counter says when the frame has been there. */
		do
			sluice_gate_read_counters(scene->world.gate, &after);
		while (!memcmp(before.denied, after.denied, sizeof(before.denied)));
		alone = !next_is(scene->receiver[row->device], &frame, 0);
	}
	sluice_gate_read_counters(scene->world.gate, &after);
	ktap_ok(alone && memcmp(before.denied, after.denied, sizeof(before.denied)),
		"%s: does not pass: %s", mode, row->proves);
}

/* What came back before is of no interest. */
static void drain(int socket)
{
	uint8_t bytes[FRAME_BYTES];

	while (recv(socket, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

static void test_answers(struct scene *scene, const char *mode)
{
	static const struct frame_spec syn = {
		.source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6,
		.source_port = 40000, .destination_port = 22, .tcp_flags = SLUICE_TCP_SYN,
	}, reset = {
		.source_mac = GATEWAY, .destination_mac = "02:00:00:00:00:01",
		.source = "10.2.0.10", .destination = "10.1.0.8", .protocol = 6, .source_port = 22,
		.destination_port = 40000, .tcp_flags = SLUICE_TCP_RST | SLUICE_TCP_ACK,
		.acknowledgement = 1, .fragment = 0x4000, .padding = 6,
	}, datagram = {
		.vlan = 10, .source = "10.1.9.9", .destination = "10.2.0.2", .protocol = 17,
		.source_port = 40000, .destination_port = 9999,
	}, prohibition = {
		.vlan = 10, .source_mac = GATEWAY, .destination_mac = "02:00:00:00:00:01",
		.source = "10.2.0.2", .destination = "10.1.9.9", .protocol = 1, .icmp_type = 3,
		.icmp_code = 13, .fragment = 0x4000, .quoted = &datagram,
	};
	struct frame frame, answer;

	frame_build(&syn, &frame);
	frame_build(&reset, &answer);
	drain(scene->sender[0]);
	emit(scene, 0, &frame);
	ktap_ok(next_is(scene->sender[0], &answer, PATIENCE_MS), "%s: a denied SYN comes back as a reset",
		mode);
	frame_build(&datagram, &frame);
	frame_build(&prohibition, &answer);
	drain(scene->sender[1]);
	emit(scene, 1, &frame);
	ktap_ok(next_is(scene->sender[1], &answer, PATIENCE_MS),
		"%s: a denied datagram, larger than it went, behind its tag", mode);
}

static void test_mode(struct scene *scene, enum sluice_gate_mode mode, const char *name)
{
	for (unsigned int i = 0; i < DEVICES; i++) {
		enum sluice_gate_mode used = SLUICE_GATE_NONE;

		if (sluice_gate_attach(scene->world.gate, scene->world.ifindex[i], mode, &used,
				       &scene->world.messages) || used != mode)
			give_up(name);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].port)
			test_passes(scene, &rows[i], name);
		else
			test_stops(scene, &rows[i], name);
	}
	test_answers(scene, name);
	for (unsigned int i = 0; i < DEVICES; i++)
		sluice_gate_detach(scene->world.gate, scene->world.ifindex[i]);
}

static void test_bare(struct scene *scene)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int before = scene->seen;
		struct frame frame;

		frame_build(&rows[i].frame, &frame);
		emit(scene, rows[i].device, &frame);
		ktap_ok(next_is(scene->receiver[rows[i].device], &frame, PATIENCE_MS) &&
			sighted(scene, before) && !scene->last.meta,
			"without the gate it is seen, and bare: %s", rows[i].proves);
	}
}

int main(void)
{
	struct sluice_image image = image_make(&image_plant);
	struct scene scene = {};

	plant_tell_control(&image);
	world_begin(&scene.world, DEVICES);
	for (unsigned int i = 0; i < DEVICES; i++)
		world_shell("ip link set device%u address " GATEWAY, i);
	plant_stage(&scene.world, 0, &image);
	plant_select(&scene.world, 0, GENERATION);
	set_scene(&scene);
	test_mode(&scene, SLUICE_GATE_NATIVE, "native");
	test_mode(&scene, SLUICE_GATE_GENERIC, "generic");
	test_bare(&scene);
	ring_buffer__free(scene.sightings);
	sluice_witness_bpf__destroy(scene.witness);
	world_end(&scene.world);
	image_free(&image);
	return ktap_done();
}
