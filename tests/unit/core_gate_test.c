// SPDX-License-Identifier: GPL-2.0-or-later
/* gate(): steps 1 to 7 in both orientations, over the small plant of tests/lib/image.c. */
#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/image.h"
#include "tests/lib/ktap.h"

#define TCP(from, from_port, to, to_port) \
	{ .source = from, .destination = to, .protocol = 6, .source_port = from_port, \
	  .destination_port = to_port, .tcp_flags = SLUICE_TCP_SYN }
#define UDP(from, from_port, to, to_port) \
	{ .source = from, .destination = to, .protocol = 17, .source_port = from_port, \
	  .destination_port = to_port }
#define PING(from, to, type) \
	{ .source = from, .destination = to, .protocol = 1, .icmp_type = type }
#define ARP(mac, from, to) { .source_mac = mac, .source = from, .destination = to, .arp = 1 }

#define PLC_MAC_TEXT "00:1d:9c:00:00:07"
#define SIS_MAC_TEXT "00:1d:9c:00:51:51"

#define ERROR(from, to, about) \
	{ .source = from, .destination = to, .protocol = 1, .icmp_type = 3, .quoted = about }

static const struct frame_spec asked = TCP("10.1.0.8", 40000, "10.2.0.10", 4840);
static const struct frame_spec answered = TCP("10.2.0.10", 4840, "10.1.0.8", 40000);
static const struct frame_spec pinged = PING("10.1.9.9", "10.2.9.9", 8);
static const struct frame_spec dialled = TCP("10.3.0.1", 40000, "10.3.0.5", 8883);
static const struct frame_spec within = TCP("10.1.0.8", 40000, "10.1.0.9", 9999);

struct gate_case {
	const char *proves;
	unsigned int port;
	struct frame_spec frame;
	unsigned int reason;
	unsigned int forward;
	unsigned int reply;
	unsigned int flags;
};

static const struct gate_case cases[] = {
	{ "class to class is a forward candidate", PLANT_ETH1,
	  TCP("10.1.0.8", 40000, "10.2.0.10", 4840), SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN },
	{ "the same in IPv6", PLANT_ETH1,
	  TCP("fd00:1::8", 40000, "fd00:2::10", 4840), SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN },
	{ "a class that the conduit does not name has none", PLANT_ETH1,
	  TCP("10.1.0.9", 40000, "10.2.0.10", 4840), SLUICE_REASON_NO_CONDUIT },
	{ "a service that the conduit does not name has none", PLANT_ETH1,
	  TCP("10.1.0.8", 40000, "10.2.0.10", 4841), SLUICE_REASON_NO_CONDUIT },
	{ "another transport is another service", PLANT_ETH1,
	  UDP("10.1.0.8", 40000, "10.2.0.10", 4840), SLUICE_REASON_NO_CONDUIT },
	{ "an answer is a reply candidate", PLANT_ETH3,
	  TCP("10.2.0.10", 4840, "10.1.0.8", 40000), SLUICE_REASON_PERMITTED, 0, PLANT_TO_HISTORIAN },
	{ "nothing begins towards control", PLANT_ETH3,
	  TCP("10.2.0.10", 40000, "10.1.0.8", 4840), SLUICE_REASON_NO_CONDUIT },
	{ "whole zone to class", PLANT_ETH1,
	  UDP("10.1.9.9", 40000, "10.2.0.2", 53), SLUICE_REASON_PERMITTED, PLANT_BASICS },
	{ "whole zone to class, from the tagged port", PLANT_ETH2_10,
	  { .vlan = 10, .source = "10.1.9.9", .destination = "10.2.0.2", .protocol = 17,
	    .source_port = 40000, .destination_port = 123 },
	  SLUICE_REASON_PERMITTED, PLANT_BASICS },
	{ "class to whole zone, behind another zone's ports", PLANT_ETH3,
	  TCP("10.2.0.11", 40000, "203.0.113.20", 8883), SLUICE_REASON_PERMITTED,
	  PLANT_DMZ_TO_CLOUD },
	{ "its answer comes by the port that leads there", PLANT_ETH0_99,
	  { .vlan = 99, .source = "203.0.113.20", .destination = "10.2.0.11", .protocol = 6,
	    .source_port = 8883, .destination_port = 40000, .tcp_flags = SLUICE_TCP_ACK },
	  SLUICE_REASON_PERMITTED, 0, PLANT_DMZ_TO_CLOUD },
	{ "whole zone to whole zone: echo request", PLANT_ETH1,
	  PING("10.1.9.9", "10.2.9.9", 8), SLUICE_REASON_PERMITTED, PLANT_PING },
	{ "an echo reply is only ever a reply", PLANT_ETH3,
	  PING("10.2.9.9", "10.1.9.9", 0), SLUICE_REASON_PERMITTED, 0, PLANT_PING },
	{ "an echo reply that nobody may have asked for", PLANT_ETH1,
	  PING("10.1.9.9", "10.2.9.9", 0), SLUICE_REASON_NO_CONDUIT },
	{ "a timestamp request is no echo", PLANT_ETH1,
	  PING("10.1.9.9", "10.2.9.9", 13), SLUICE_REASON_NO_CONDUIT },
	{ "an ICMP error is a reply of what it quotes", PLANT_ETH3,
	  ERROR("10.2.0.99", "10.1.0.8", &asked), SLUICE_REASON_PERMITTED, 0,
	  PLANT_TO_HISTORIAN },
	{ "one from a zone that is not asked", PLANT_ETH1,
	  ERROR("10.1.0.99", "10.1.0.8", &asked), SLUICE_REASON_NO_CONDUIT },
	{ "one by another zone's router", PLANT_ETH3,
	  ERROR("10.3.0.99", "10.1.0.8", &asked), SLUICE_REASON_SPOOFED_SOURCE },
	{ "one about the answering half", PLANT_ETH1,
	  ERROR("10.1.0.99", "10.2.0.10", &answered), SLUICE_REASON_NO_CONDUIT },
	{ "one about an echo", PLANT_ETH3, ERROR("10.2.0.99", "10.1.9.9", &pinged),
	  SLUICE_REASON_PERMITTED, 0, PLANT_PING },
	{ "one about what the gateway dialled", PLANT_ETH0,
	  ERROR("10.3.0.99", "10.3.0.1", &dialled), SLUICE_REASON_PERMITTED, 0, PLANT_DIAL },
	{ "one between hosts of a zone", PLANT_ETH1,
	  ERROR("10.1.0.99", "10.1.0.8", &within), SLUICE_REASON_PERMITTED, 0,
	  PLANT_INTRA_CONTROL },
	{ "a redirect, even there", PLANT_ETH1, PING("10.1.0.9", "10.1.0.8", 5),
	  SLUICE_REASON_NO_CONDUIT },
	{ "a piece where no conduit allows them", PLANT_ETH1,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 17, .source_port = 40000,
	    .destination_port = 53, .fragment = 0x2000 }, SLUICE_REASON_FRAGMENT },
	{ "intra: allow covers both halves", PLANT_ETH1,
	  TCP("10.1.0.8", 40000, "10.1.0.9", 9999), SLUICE_REASON_PERMITTED, PLANT_INTRA_CONTROL,
	  PLANT_INTRA_CONTROL },
	{ "without intra: an undeclared service stays denied in the zone", PLANT_CELL_A,
	  TCP("10.4.0.1", 40000, "10.4.0.7", 22), SLUICE_REASON_NO_CONDUIT },
	{ "without intra: a conduit within the zone", PLANT_CELL_A,
	  TCP("10.4.0.1", 40000, "10.4.0.7", 502), SLUICE_REASON_PERMITTED, PLANT_CELL_POLL },
	{ "without intra: and its answer", PLANT_CELL_B,
	  TCP("10.4.0.7", 502, "10.4.0.1", 40000), SLUICE_REASON_PERMITTED, 0, PLANT_CELL_POLL },
	{ "the dialled peer answers any address behind its port", PLANT_ETH0,
	  TCP("10.3.0.5", 8883, "10.3.0.1", 40000), SLUICE_REASON_PERMITTED,
	  PLANT_INTRA_ENTERPRISE, PLANT_DIAL },
	{ "who may reach the gateway", PLANT_ETH0,
	  TCP("10.3.0.5", 40000, "10.2.0.1", 22), SLUICE_REASON_PERMITTED, PLANT_SSH },
	{ "who may not", PLANT_ETH1, TCP("10.1.0.8", 40000, "10.2.0.1", 22),
	  SLUICE_REASON_NO_CONDUIT },

	{ "a port index that the image does not have", 77,
	  TCP("10.1.0.8", 40000, "10.2.0.10", 4840), SLUICE_REASON_UNZONED_PORT },
	{ "no port", 0, TCP("10.1.0.8", 40000, "10.2.0.10", 4840), SLUICE_REASON_UNZONED_PORT },
	{ "a tag on an untagged port", PLANT_ETH1,
	  { .vlan = 10, .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6,
	    .source_port = 40000, .destination_port = 4840, .tcp_flags = SLUICE_TCP_SYN },
	  SLUICE_REASON_UNZONED_PORT },
	{ "no tag on a tagged port", PLANT_ETH2_10,
	  TCP("10.1.0.8", 40000, "10.2.0.10", 4840), SLUICE_REASON_UNZONED_PORT },
	{ "a priority tag counts as untagged", PLANT_ETH1,
	  { .vlan = FRAME_PRIORITY_TAG, .source = "10.1.0.8", .destination = "10.2.0.10",
	    .protocol = 6, .source_port = 40000, .destination_port = 4840,
	    .tcp_flags = SLUICE_TCP_SYN },
	  SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN },
	{ "a mirror port hears and never speaks", PLANT_MIRROR,
	  TCP("10.1.0.8", 40000, "10.2.0.10", 4840), SLUICE_REASON_UNZONED_PORT },
	{ "two tags", PLANT_ETH2_10,
	  { .outer_vlan = 10, .vlan = 10, .source = "10.1.0.8", .destination = "10.2.0.10",
	    .protocol = 6, .source_port = 40000, .destination_port = 4840,
	    .tcp_flags = SLUICE_TCP_SYN },
	  SLUICE_REASON_VLAN },
	{ "options", PLANT_ETH1,
	  { .source = "10.1.0.8", .destination = "10.2.0.10", .protocol = 6, .options = 4,
	    .source_port = 40000, .destination_port = 4840, .tcp_flags = SLUICE_TCP_SYN },
	  SLUICE_REASON_IP_OPTIONS },

	{ "a frame from the fence trips the wire", PLANT_FENCE,
	  TCP("10.0.0.5", 40000, "10.1.0.8", 502), SLUICE_REASON_ISOLATED_ZONE, 0, 0,
	  SLUICE_ANSWER_TRIPWIRE },
	{ "a frame from the fence trips it whatever it pretends to be", PLANT_FENCE,
	  TCP("10.1.0.8", 40000, "10.2.0.10", 4840), SLUICE_REASON_ISOLATED_ZONE, 0, 0,
	  SLUICE_ANSWER_TRIPWIRE },
	{ "a frame from the fence trips it though it does not parse", PLANT_FENCE,
	  { .ethertype = 0x0800, .payload = 30 }, SLUICE_REASON_ISOLATED_ZONE, 0, 0,
	  SLUICE_ANSWER_TRIPWIRE },
	{ "ARP behind the fence is noise", PLANT_FENCE, ARP(NULL, "10.0.0.5", "10.0.0.6"),
	  SLUICE_REASON_ISOLATED_ZONE, 0, 0, SLUICE_ANSWER_NOISE },
	{ "LLDP behind the fence is noise, short as it may be", PLANT_FENCE,
	  { .ethertype = 0x88cc, .payload = 8 }, SLUICE_REASON_ISOLATED_ZONE, 0, 0,
	  SLUICE_ANSWER_NOISE },
	{ "DHCP to everybody behind the fence is noise", PLANT_FENCE,
	  UDP("0.0.0.0", 68, "255.255.255.255", 67), SLUICE_REASON_ISOLATED_ZONE, 0, 0,
	  SLUICE_ANSWER_NOISE },
	{ "port 67 of a controller is no noise", PLANT_FENCE,
	  UDP("10.0.0.5", 68, "10.1.0.8", 67), SLUICE_REASON_ISOLATED_ZONE, 0, 0,
	  SLUICE_ANSWER_TRIPWIRE },
	{ "DHCPv6 to the link behind the fence is noise", PLANT_FENCE,
	  UDP("fe80::5", 546, "ff02::1:2", 547), SLUICE_REASON_ISOLATED_ZONE, 0, 0,
	  SLUICE_ANSWER_NOISE },
	{ "an isolated MAC on another port trips the wire", PLANT_ETH1,
	  { .source_mac = SIS_MAC_TEXT, .source = "10.1.0.8", .destination = "10.2.0.10",
	    .protocol = 6, .source_port = 40000, .destination_port = 4840,
	    .tcp_flags = SLUICE_TCP_SYN },
	  SLUICE_REASON_ISOLATED_ZONE, 0, 0, SLUICE_ANSWER_TRIPWIRE },
	{ "and is no noise there, not even its ARP", PLANT_ETH1,
	  ARP(SIS_MAC_TEXT, "10.1.0.8", "10.1.0.9"), SLUICE_REASON_ISOLATED_ZONE, 0, 0,
	  SLUICE_ANSWER_TRIPWIRE },
	{ "naming an isolated address is counted without alarm", PLANT_ETH1,
	  TCP("10.1.0.8", 40000, "10.0.0.5", 502), SLUICE_REASON_ISOLATED_ZONE },
	{ "claiming one too", PLANT_ETH1, TCP("10.0.0.5", 40000, "10.2.0.10", 4840),
	  SLUICE_REASON_ISOLATED_ZONE },

	{ "an address of another zone", PLANT_ETH1, TCP("10.2.0.11", 40000, "10.3.0.30", 8883),
	  SLUICE_REASON_SPOOFED_SOURCE },
	{ "its twin from its own port", PLANT_ETH3, TCP("10.2.0.11", 40000, "10.3.0.30", 8883),
	  SLUICE_REASON_PERMITTED, PLANT_DMZ_TO_IT },
	{ "an address of nobody", PLANT_ETH1, TCP("192.0.2.1", 40000, "10.2.0.10", 4840),
	  SLUICE_REASON_SPOOFED_SOURCE },
	{ "a zone behind another one's ports cannot speak elsewhere", PLANT_ETH0,
	  TCP("203.0.113.20", 40000, "10.2.0.11", 8883), SLUICE_REASON_SPOOFED_SOURCE },
	{ "the gateway's own address comes in by no port", PLANT_ETH3,
	  TCP("10.2.0.1", 40000, "10.3.0.5", 8883), SLUICE_REASON_SPOOFED_SOURCE },
	{ "nor does anybody claim it by ARP", PLANT_ETH3, ARP(NULL, "10.2.0.1", "10.2.0.10"),
	  SLUICE_REASON_NEIGHBOUR },
	{ "a bound address from its MAC and port", PLANT_ETH1,
	  { .source_mac = PLC_MAC_TEXT, .source = "10.1.0.7", .destination = "10.2.0.10",
	    .protocol = 6, .source_port = 40000, .destination_port = 4840,
	    .tcp_flags = SLUICE_TCP_SYN },
	  SLUICE_REASON_PERMITTED, PLANT_TO_HISTORIAN },
	{ "a bound address from another MAC", PLANT_ETH1,
	  TCP("10.1.0.7", 40000, "10.2.0.10", 4840), SLUICE_REASON_NEIGHBOUR },
	{ "a bound address from another port of its zone", PLANT_ETH2_10,
	  { .vlan = 10, .source_mac = PLC_MAC_TEXT, .source = "10.1.0.7",
	    .destination = "10.2.0.10", .protocol = 6, .source_port = 40000,
	    .destination_port = 4840, .tcp_flags = SLUICE_TCP_SYN },
	  SLUICE_REASON_NEIGHBOUR },
	{ "ARP for a bound address from another MAC", PLANT_ETH1,
	  ARP(NULL, "10.1.0.7", "10.1.0.9"), SLUICE_REASON_NEIGHBOUR },
	{ "ARP for a bound address from its MAC", PLANT_ETH1,
	  ARP(PLC_MAC_TEXT, "10.1.0.7", "10.1.0.9"), SLUICE_REASON_PERMITTED },
	{ "ARP for another zone's address", PLANT_ETH1, ARP(NULL, "10.2.0.10", "10.1.0.9"),
	  SLUICE_REASON_SPOOFED_SOURCE },
	{ "an ARP probe names nobody", PLANT_ETH1, ARP(NULL, "0.0.0.0", "10.1.0.9"),
	  SLUICE_REASON_PERMITTED },
	{ "a link-local speaker reaches nobody through the gateway", PLANT_ETH1,
	  TCP("169.254.1.1", 40000, "10.2.0.10", 4840), SLUICE_REASON_UNZONED_DESTINATION },
	{ "an address that nobody owns", PLANT_ETH1, TCP("10.1.0.8", 40000, "192.0.2.1", 4840),
	  SLUICE_REASON_UNZONED_DESTINATION },
	{ "broadcast belongs to nobody", PLANT_ETH1,
	  UDP("10.1.0.8", 40000, "255.255.255.255", 53), SLUICE_REASON_UNZONED_DESTINATION },
};

static struct sluice_answer ask(const struct sluice_image *image, unsigned int port,
				const struct frame_spec *spec)
{
	struct sluice_facts facts = { .port = (__u16)port, .segments = 1 };
	struct sluice_answer answer;
	struct sluice_packet packet;
	struct frame frame;

	frame_build(spec, &frame);
	packet = (struct sluice_packet){ frame.bytes, frame.length };
	sluice_parse_frame(&packet, &facts);
	sluice_gate(image, &facts, &answer);
	return answer;
}

static struct sluice_answer ask_local(const struct sluice_image *image,
				      const struct frame_spec *spec)
{
	struct sluice_facts facts = { .segments = 1 };
	struct sluice_answer answer;
	struct sluice_packet packet;
	struct frame frame;

	frame_build(spec, &frame);
	packet = (struct sluice_packet){ frame.bytes, frame.length };
	sluice_parse_frame(&packet, &facts);
	sluice_gate_local(image, &facts, &answer);
	return answer;
}

static void check_case(const struct sluice_image *image, const struct gate_case *test)
{
	struct sluice_answer answer = ask(image, test->port, &test->frame);

	if (!ktap_ok(answer.reason == test->reason && answer.forward == test->forward &&
		     answer.reply == test->reply && answer.flags == test->flags, "gate: %s",
		     test->proves))
		printf("# %s forward %u reply %u flags %u\n", core_reason_name(answer.reason),
		       answer.forward, answer.reply, answer.flags);
}

/* ---- Reported: one test for each fixed bug ---- */

/* The gateway is no zone. Its cell must not make the reader take a word of the header for an end. */
static void check_gateway_zone(const struct sluice_image *image)
{
	struct sluice_image spoilt = image_copy(image);
	__le64 *words = (__le64 *)(uintptr_t)spoilt.words;
	__u32 matrix = SLUICE_BASE(sluice_word(image, SLUICE_HEADER_MATRIX));
	struct sluice_end gateway = { SLUICE_IDENTIFIER_GATEWAY, 0 };
	struct sluice_end end = { PLANT_ID_CONTROL, PLANT_CONTROL };
	__u32 destination = (__u32)SLUICE_IMAGE_MAGIC;
	__u64 table = sluice_word(image, SLUICE_HEADER_TABLE);
	__u64 key = SLUICE_TABLE_KEY(PLANT_ID_CONTROL, destination, PLANT_SHELL);
	__u32 bucket = sluice_bucket(key, 0, SLUICE_EXTRA(table));

	/* control -> gateway announced as "whole zone", and the entry that the wrong key would meet */
	words[matrix + (PLANT_CONTROL * 8) / 8] |= SLUICE_MATRIX_CLASS_ZONE;
	words[SLUICE_BASE(table) + 2 * bucket] = key;
	words[SLUICE_BASE(table) + 2 * bucket + 1] = PLANT_SSH;
	ktap_ok(!sluice_find(&spoilt, &end, &gateway, PLANT_SHELL),
		"reported: the gateway has no identifier of its whole zone");
	image_free(&spoilt);
}

/* The word behind the image is there, and is not read. */
static void check_bounds(void)
{
	static const __le64 words[] = { 11, 22, 33 };
	struct sluice_image image = { words, 2 };

	ktap_ok(sluice_word(&image, 1) && !sluice_word(&image, 2) && !sluice_word(&image, ~0u),
		"a word outside the image is 0");
}

static void check_no_policy(void)
{
	static const struct frame_spec packet = TCP("10.1.0.8", 40000, "10.2.0.10", 4840);
	static const struct frame_spec arp = ARP(NULL, "10.1.0.1", "10.1.0.7");
	static const __le64 zeros[SLUICE_IMAGE_HEADER_WORDS];
	struct sluice_image nothing = { NULL, 0 };
	struct sluice_image empty = { zeros, SLUICE_IMAGE_HEADER_WORDS };

	ktap_ok(ask(&nothing, 1, &packet).reason == SLUICE_REASON_NO_POLICY,
		"no image is no policy");
	ktap_ok(ask(&empty, 1, &packet).reason == SLUICE_REASON_NO_POLICY,
		"an image of zeros is no policy");
	ktap_ok(ask_local(&nothing, &packet).reason == SLUICE_REASON_NO_POLICY &&
		ask_local(&empty, &arp).reason == SLUICE_REASON_NO_POLICY,
		"nor for what the gateway sends, ARP included");
}

/* ---- The gateway's own packets ---- */

struct local_case {
	const char *proves;
	struct frame_spec frame;
	unsigned int reason;
	unsigned int forward;
	unsigned int reply;
};

static const struct local_case local_cases[] = {
	{ "it dials its peer", TCP("10.3.0.1", 40000, "10.3.0.5", 8883), SLUICE_REASON_PERMITTED,
	  PLANT_DIAL },
	{ "it dials nobody else", TCP("10.3.0.1", 40000, "10.3.0.30", 8883),
	  SLUICE_REASON_NO_CONDUIT },
	{ "it answers who may reach it", TCP("10.2.0.1", 22, "10.3.0.5", 40000),
	  SLUICE_REASON_PERMITTED, 0, PLANT_SSH },
	{ "it never speaks to an isolated zone", TCP("10.2.0.1", 40000, "10.0.0.5", 22),
	  SLUICE_REASON_ISOLATED_ZONE },
	{ "it resolves neighbours", ARP(NULL, "10.1.0.1", "10.1.0.7"), SLUICE_REASON_PERMITTED },
	{ "but not isolated ones", ARP(NULL, "10.1.0.1", "10.0.0.5"), SLUICE_REASON_ISOLATED_ZONE },
	{ "it speaks to nobody's address never", UDP("10.3.0.1", 40000, "192.0.2.1", 53),
	  SLUICE_REASON_UNZONED_DESTINATION },
	{ "a malformed packet of its own is one", { .source = "10.3.0.1", .destination = "10.3.0.5",
	  .protocol = 6, .source_port = 1, .destination_port = 8883 }, SLUICE_REASON_MALFORMED },
};

static void check_local(const struct sluice_image *image, const struct local_case *test)
{
	struct sluice_answer answer = ask_local(image, &test->frame);

	if (!ktap_ok(answer.reason == test->reason && answer.forward == test->forward &&
		     answer.reply == test->reply, "gateway: %s", test->proves))
		printf("# %s forward %u reply %u\n", core_reason_name(answer.reason),
		       answer.forward, answer.reply);
}

static void check_egress(const struct sluice_image *image)
{
	struct sluice_address cloud = { 0xcb007114ULL << 32, 0 };
	struct sluice_address plc = { 0x0a010007ULL << 32, 0 };
	struct sluice_address nobody = { 0xc0000201ULL << 32, 0 };

	ktap_ok(sluice_egress_zone(image, 4, &cloud) == PLANT_INTERNET,
		"egress: a zone behind another one's ports leaves by those");
	ktap_ok(sluice_egress_zone(image, 4, &plc) == PLANT_CONTROL,
		"egress: a zone with ports leaves by its own");
	ktap_ok(!sluice_egress_zone(image, 4, &nobody), "egress: nobody's address leaves by none");
}

int main(void)
{
	struct sluice_image image = image_make(&image_plant);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&image, &cases[i]);
	for (i = 0; i < sizeof(local_cases) / sizeof(local_cases[0]); i++)
		check_local(&image, &local_cases[i]);
	check_egress(&image);
	check_bounds();
	check_no_policy();
	check_gateway_zone(&image);
	image_free(&image);
	return ktap_done();
}
