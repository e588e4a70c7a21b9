// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes -> facts: every length is a lie until it is checked. */
#include <stdlib.h>

#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/ktap.h"

#define V4 .source = "10.1.0.8", .destination = "10.2.0.10"
#define V6 .source = "fd00:1::8", .destination = "fd00:2::10"
#define TCP4 V4, .protocol = 6, .source_port = 40000, .destination_port = 4840, .tcp_flags = 2
#define TCP6 V6, .protocol = 6, .source_port = 40000, .destination_port = 4840, .tcp_flags = 2
#define UDP4 V4, .protocol = 17, .source_port = 40000, .destination_port = 53
#define UDP6 V6, .protocol = 17, .source_port = 40000, .destination_port = 53
#define FLAGS4(flags) { V4, .protocol = 6, .source_port = 40000, .destination_port = 4840, \
	.tcp_flags = flags }
/* The receiver's own packet comes back in the error. */
#define ERROR4(type) .source = "10.1.0.1", .destination = "10.2.0.10", .protocol = 1, \
	.icmp_type = type, .quoted = &sent4
#define ABOUT6(type, packet) .source = "fd00:1::1", .destination = "fd00:2::10", .protocol = 58, \
	.icmp_type = type, .quoted = &(packet)
#define ERROR6(type) ABOUT6(type, sent6)
#define SOLICIT_BY(from) .source = from, .destination = "ff02::1:ff00:9", .protocol = 58, \
	.neighbour = 135, .target = "fd00:1::9"
#define ADVERTISE_BY(from) .source = from, .destination = "fd00:1::9", .protocol = 58, \
	.neighbour = 136, .target = "fd00:1::8"
#define SOLICIT SOLICIT_BY("fd00:1::8")
#define ADVERTISE ADVERTISE_BY("fd00:1::8")
#define LISTENER .source = "fe80::8", .destination = "ff02::16", .protocol = 58, \
	.icmp_type = 143, .payload = 20
#define LISTENER_TO(to, type, bytes) .source = "fe80::8", .destination = to, .protocol = 58, \
	.icmp_type = type, .payload = bytes, .hop_limit = 1
#define ASK .source = "10.1.0.8", .destination = "10.1.0.9", .arp = 1

static const struct frame_spec sent4 = {
	.source = "10.2.0.10", .destination = "10.1.0.8", .protocol = 6, .source_port = 4840,
	.destination_port = 40000, .tcp_flags = 18,
};
static const struct frame_spec sent6 = {
	.source = "fd00:2::10", .destination = "fd00:1::8", .protocol = 17, .source_port = 53,
	.destination_port = 40000,
};

/* A router found the first piece of it too big, and one that is not the first. */
static const struct frame_spec split6 = {
	.source = "fd00:2::10", .destination = "fd00:1::8", .protocol = 17, .source_port = 53,
	.destination_port = 40000, .payload = 8, .fragment = 0x0001,
};
static const struct frame_spec later6 = {
	.source = "fd00:2::10", .destination = "fd00:1::8", .protocol = 17, .source_port = 53,
	.destination_port = 40000, .payload = 8, .fragment = 0x0011,
};

/*
 * struct lie - a byte that is changed after the frame was built
 * @where: 'l', 'n' or 't': link, network or transport header; 0: none
 */
struct lie {
	char where;
	int offset;
	uint8_t byte;
};

struct parse_case {
	const char *proves;
	struct frame_spec frame;
	unsigned int defect;		/* 0: none */
	unsigned int kind;
	unsigned int cut;		/* bytes taken off the end */
	struct lie lie;
	unsigned int noise;
};

#define PLAIN 0, SLUICE_KIND_PLAIN
#define ERROR 0, SLUICE_KIND_ICMP_ERROR
#define NEIGHBOUR 0, SLUICE_KIND_NEIGHBOUR
#define NEVER 0, SLUICE_KIND_UNKNOWN
#define PIECE 0, SLUICE_KIND_FRAGMENT
#define DEFECT(reason) SLUICE_REASON_##reason, SLUICE_KIND_UNKNOWN

static const struct parse_case cases[] = {
	{ "TCP", { TCP4 }, PLAIN },
	{ "TCP over IPv6", { TCP6 }, PLAIN },
	{ "UDP", { UDP4 }, PLAIN },
	{ "UDP over IPv6", { UDP6 }, PLAIN },
	{ "padding is not payload", { TCP4, .padding = 6 }, PLAIN },
	{ "padding behind IPv6", { UDP6, .padding = 20 }, PLAIN },
	{ "another transport", { V4, .protocol = 47, .payload = 8 }, PLAIN },
	{ "another transport without a byte", { V6, .protocol = 59 }, PLAIN },
	{ "echo", { V4, .protocol = 1, .icmp_type = 8 }, PLAIN },
	{ "echo over IPv6", { V6, .protocol = 58, .icmp_type = 128 }, PLAIN },
	{ "destination unreachable", { ERROR4(3) }, ERROR },
	{ "time exceeded", { ERROR4(11) }, ERROR },
	{ "parameter problem", { ERROR4(12), .payload = 400 }, ERROR },
	{ "unreachable over IPv6", { ERROR6(1) }, ERROR },
	{ "packet too big", { ERROR6(2) }, ERROR },
	{ "time exceeded over IPv6", { ERROR6(3) }, ERROR },
	{ "parameter problem over IPv6", { ERROR6(4), .payload = 400 }, ERROR },
	{ "an error that quotes nothing", { V4, .protocol = 1, .icmp_type = 3 },
	  DEFECT(MALFORMED) },
	{ "an error that quotes 7 bytes of transport", { ERROR4(3), .unquoted = 1 },
	  DEFECT(MALFORMED) },
	{ "the same over IPv6", { ERROR6(1), .unquoted = 1 }, DEFECT(MALFORMED) },
	{ "an error about a packet of somebody else", { ERROR4(3) }, DEFECT(MALFORMED),
	  .lie = { 't', 23, 99 } },
	{ "the same over IPv6", { ERROR6(1) }, DEFECT(MALFORMED), .lie = { 't', 31, 99 } },
	{ "the same in the upper half", { ERROR6(1) }, DEFECT(MALFORMED), .lie = { 't', 23, 99 } },
	{ "an error about a packet with options", { ERROR4(3), .payload = 8 }, DEFECT(MALFORMED),
	  .lie = { 't', 8, 0x46 } },
	{ "an error about IPv6 over IPv4", { ERROR4(3) }, DEFECT(MALFORMED),
	  .lie = { 't', 8, 0x65 } },
	{ "an error about IPv4 over IPv6", { ERROR6(1) }, DEFECT(MALFORMED),
	  .lie = { 't', 8, 0x45 } },
	{ "an error about a later piece", { ERROR4(3) }, DEFECT(MALFORMED), .lie = { 't', 15, 1 } },
	{ "an error about a first piece", { ERROR4(3) }, ERROR, .lie = { 't', 14, 0x20 } },
	{ "an error about a first piece over IPv6", { ABOUT6(2, split6) }, ERROR },
	{ "the same without its ports", { ABOUT6(2, split6), .unquoted = 1 }, DEFECT(MALFORMED) },
	{ "an error about a later piece over IPv6", { ABOUT6(2, later6) }, DEFECT(MALFORMED) },
	{ "source quench", { ERROR4(4) }, NEVER },
	{ "a redirect", { ERROR4(5) }, NEVER },
	{ "a router advertisement over IPv4", { V4, .protocol = 1, .icmp_type = 9 }, NEVER },
	{ "a router solicitation over IPv4", { V4, .protocol = 1, .icmp_type = 10 }, NEVER },
	{ "a router solicitation", { V6, .protocol = 58, .icmp_type = 133 }, NEVER, .noise = 1 },
	{ "a router advertisement", { V6, .protocol = 58, .icmp_type = 134 }, NEVER },
	{ "a redirect over IPv6", { V6, .protocol = 58, .icmp_type = 137 }, NEVER },

	{ "no byte", { TCP4 }, DEFECT(MALFORMED), .cut = 54 },
	{ "half an Ethernet header", { TCP4 }, DEFECT(MALFORMED), .cut = 47 },
	{ "half a tag", { TCP4, .vlan = 10 }, DEFECT(MALFORMED), .cut = 42 },
	{ "half an IPv4 header", { TCP4 }, DEFECT(MALFORMED), .cut = 25 },
	{ "half an IPv6 header", { UDP6 }, DEFECT(MALFORMED), .cut = 30 },
	{ "half a TCP header", { TCP4 }, DEFECT(MALFORMED), .cut = 10 },
	{ "one byte less than the IPv4 length says", { UDP4, .payload = 9 }, DEFECT(MALFORMED),
	  .cut = 1 },
	{ "one byte less than the IPv6 length says", { UDP6, .payload = 9 }, DEFECT(MALFORMED),
	  .cut = 1 },
	{ "IPv4 length below its header", { UDP4 }, DEFECT(MALFORMED), .lie = { 'n', 3, 19 } },
	{ "IPv4 length cuts the UDP header", { UDP4 }, DEFECT(MALFORMED), .lie = { 'n', 3, 27 } },
	{ "IPv4 length cuts the TCP header", { TCP4 }, DEFECT(MALFORMED), .lie = { 'n', 3, 39 } },
	{ "IPv4 length cuts the ICMP header", { V4, .protocol = 1, .icmp_type = 8 },
	  DEFECT(MALFORMED), .lie = { 'n', 3, 27 } },
	{ "IPv4 length beyond the frame", { UDP4 }, DEFECT(MALFORMED), .lie = { 'n', 2, 0xff } },
	{ "IPv6 length cuts the UDP header", { UDP6 }, DEFECT(MALFORMED), .lie = { 'n', 5, 7 } },
	{ "IPv6 length cuts the ICMPv6 header", { V6, .protocol = 58, .icmp_type = 128 },
	  DEFECT(MALFORMED), .lie = { 'n', 5, 7 } },
	{ "IPv6 length beyond the frame", { UDP6 }, DEFECT(MALFORMED), .lie = { 'n', 4, 0xff } },
	{ "IPv6 length zero (jumbogram)", { TCP6 }, DEFECT(MALFORMED), .lie = { 'n', 5, 0 } },
	{ "version 5 under the type of IPv4", { UDP4 }, DEFECT(MALFORMED), .lie = { 'n', 0, 0x55 } },
	{ "version 4 under the type of IPv6", { UDP6 }, DEFECT(MALFORMED), .lie = { 'n', 0, 0x45 } },
	{ "an IPv4 header of four words", { UDP4 }, DEFECT(MALFORMED), .lie = { 'n', 0, 0x44 } },
	{ "an IPv4 header longer than the packet", { UDP4 }, DEFECT(MALFORMED),
	  .lie = { 'n', 0, 0x4f } },
	{ "time to live zero", { UDP4 }, DEFECT(MALFORMED), .lie = { 'n', 8, 0 } },
	{ "hop limit zero", { UDP6 }, DEFECT(MALFORMED), .lie = { 'n', 7, 0 } },
	{ "UDP length below its header", { UDP4 }, DEFECT(MALFORMED), .lie = { 't', 5, 7 } },
	{ "UDP length beyond the packet", { UDP4 }, DEFECT(MALFORMED), .lie = { 't', 5, 9 } },
	{ "TCP header of four words", { TCP4 }, DEFECT(MALFORMED), .lie = { 't', 12, 4 << 4 } },
	{ "TCP header longer than the packet", { TCP4 }, DEFECT(MALFORMED),
	  .lie = { 't', 12, 6 << 4 } },
	{ "TCP options that are there", { TCP4, .payload = 4 }, PLAIN, .lie = { 't', 12, 6 << 4 } },
	{ "a group address as the sender", { TCP4, .source_mac = "01:00:5e:00:00:01" },
	  DEFECT(MALFORMED) },

	{ "no flag at all", FLAGS4(0), DEFECT(MALFORMED) },
	{ "SYN and FIN", FLAGS4(3), DEFECT(MALFORMED) },
	{ "SYN and RST", FLAGS4(6), DEFECT(MALFORMED) },
	{ "SYN and ACK", FLAGS4(18), PLAIN },
	{ "everything lit", FLAGS4(63), DEFECT(MALFORMED) },
	{ "only the congestion bits", FLAGS4(0xc0), DEFECT(MALFORMED) },
	{ "congestion bits beside SYN", FLAGS4(0xc2), PLAIN },
	{ "TCP from port 0", { V4, .protocol = 6, .destination_port = 4840, .tcp_flags = 2 },
	  DEFECT(MALFORMED) },
	{ "TCP to port 0", { V4, .protocol = 6, .source_port = 40000, .tcp_flags = 2 },
	  DEFECT(MALFORMED) },
	{ "UDP from port 0", { V4, .protocol = 17, .destination_port = 53 }, DEFECT(MALFORMED) },
	{ "UDP to port 0", { V4, .protocol = 17, .source_port = 53 }, DEFECT(MALFORMED) },
	{ "ICMP under IPv6", { V6, .protocol = 1, .icmp_type = 8 }, DEFECT(MALFORMED) },
	{ "ICMPv6 under IPv4", { V4, .protocol = 58, .icmp_type = 128 }, DEFECT(MALFORMED) },

	{ "IPv4 options", { TCP4, .options = 4 }, DEFECT(IP_OPTIONS) },
	{ "all of them", { TCP4, .options = 40 }, DEFECT(IP_OPTIONS) },
	{ "a routing header", { TCP6, .extension = 43 }, DEFECT(IP_OPTIONS) },
	{ "destination options", { TCP6, .extension = 60 }, DEFECT(IP_OPTIONS) },
	{ "an authentication header", { TCP6, .extension = 51 }, DEFECT(IP_OPTIONS) },
	{ "mobility", { TCP6, .extension = 135 }, DEFECT(IP_OPTIONS) },
	{ "host identity", { TCP6, .extension = 139 }, DEFECT(IP_OPTIONS) },
	{ "shim6", { TCP6, .extension = 140 }, DEFECT(IP_OPTIONS) },
	{ "a hop-by-hop header", { TCP6, .router_alert = 1 }, DEFECT(IP_OPTIONS) },
	{ "a router alert before an echo", { V6, .protocol = 58, .icmp_type = 128, .hop_limit = 1,
	  .router_alert = 1 }, DEFECT(IP_OPTIONS) },
	{ "don't fragment is no fragment", { TCP4, .fragment = 0x4000 }, PLAIN },
	{ "a first fragment", { TCP4, .payload = 4, .fragment = 0x2000 }, PIECE },
	{ "a first fragment of 20 bytes", { TCP4, .fragment = 0x2000 }, DEFECT(MALFORMED) },
	{ "a first fragment without its options", { TCP4, .payload = 4, .fragment = 0x2000 },
	  DEFECT(MALFORMED), .lie = { 't', 12, 7 << 4 } },
	{ "a first fragment of UDP", { UDP4, .fragment = 0x2000 }, PIECE },
	{ "a first fragment of 4 bytes", { V4, .protocol = 47, .payload = 4, .fragment = 0x2000 },
	  DEFECT(MALFORMED) },
	{ "a middle fragment", { TCP4, .payload = 4, .fragment = 0x2003 }, PIECE },
	{ "a last fragment", { UDP4, .fragment = 0x0001 }, PIECE },
	{ "a last fragment of odd length", { UDP4, .payload = 3, .fragment = 0x0001 }, PIECE },
	{ "a middle fragment of odd length", { UDP4, .payload = 3, .fragment = 0x2001 },
	  DEFECT(MALFORMED) },
	{ "a fragment that lies over the flags of TCP", { TCP4, .fragment = 0x0001 },
	  DEFECT(MALFORMED) },
	{ "a fragment within the header of TCP", { TCP4, .fragment = 0x0002 },
	  DEFECT(MALFORMED) },
	{ "a fragment behind the header of TCP", { TCP4, .fragment = 0x0003 }, PIECE },
	{ "a fragment of nothing", { V4, .protocol = 17, .fragment = 0x2001 }, DEFECT(MALFORMED),
	  .lie = { 'n', 3, 20 } },
	{ "the last byte that a datagram can have", { UDP4, .payload = 3, .fragment = 0x1ffc },
	  PIECE },
	{ "a fragment beyond it", { UDP4, .payload = 4, .fragment = 0x1ffc },
	  DEFECT(MALFORMED) },
	{ "a fragment far beyond it", { UDP4, .payload = 64, .fragment = 0x1fff },
	  DEFECT(MALFORMED) },
	{ "the reserved bit", { TCP4, .fragment = 0x8000 }, DEFECT(MALFORMED) },
	{ "an IPv6 fragment", { TCP6, .payload = 4, .fragment = 0x0001 }, PIECE },
	{ "the last IPv6 fragment", { UDP6, .payload = 3, .fragment = 0x0008 }, PIECE },
	{ "a tiny IPv6 fragment", { TCP6, .fragment = 0x0001 }, DEFECT(MALFORMED) },
	{ "an IPv6 fragment over the flags of TCP", { TCP6, .payload = 4, .fragment = 0x0009 },
	  DEFECT(MALFORMED) },
	{ "the last byte that an IPv6 datagram can have", { UDP6, .payload = 7, .fragment = 0xfff0 },
	  PIECE },
	{ "an IPv6 fragment beyond it", { UDP6, .payload = 8, .fragment = 0xfff0 },
	  DEFECT(MALFORMED) },
	{ "half an IPv6 fragment header", { TCP6, .fragment = 0x0001 }, DEFECT(MALFORMED),
	  .lie = { 'n', 5, 7 } },
	{ "options behind an IPv6 fragment header", { V6, .protocol = 60, .payload = 16,
	  .fragment = 0x0001 }, DEFECT(IP_OPTIONS) },
	{ "a fragment header behind another", { V6, .protocol = 44, .payload = 16,
	  .fragment = 0x0001 }, DEFECT(IP_OPTIONS) },
	{ "hop-by-hop options behind it", { V6, .protocol = 0, .payload = 16, .fragment = 0x0001 },
	  DEFECT(IP_OPTIONS) },
	{ "an atomic IPv6 fragment", { TCP6, .fragment = 0x0004 }, DEFECT(FRAGMENT) },

	{ "an unknown type", { .ethertype = 0x88b8, .payload = 46 }, DEFECT(ETHERTYPE) },
	{ "an unknown type, however short", { .ethertype = 0x88b8, .payload = 2 },
	  DEFECT(ETHERTYPE) },
	{ "a length instead of a type", { .ethertype = 38, .payload = 46 }, DEFECT(ETHERTYPE) },
	{ "spanning tree is noise", { .destination_mac = "01:80:c2:00:00:00", .ethertype = 38,
	  .payload = 46 }, DEFECT(ETHERTYPE), .noise = 1 },
	{ "LLDP is noise", { .ethertype = 0x88cc, .payload = 46 }, DEFECT(ETHERTYPE), .noise = 1 },
	{ "LLDP is noise, however short", { .ethertype = 0x88cc, .payload = 4 }, DEFECT(ETHERTYPE),
	  .noise = 1 },
	{ "DCP is noise", { .ethertype = 0x8892, .payload = 46 }, DEFECT(ETHERTYPE), .noise = 1 },
	{ "two tags", { TCP4, .vlan = 10, .outer_vlan = 20 }, DEFECT(VLAN) },
	{ "a tag behind a priority tag", { .vlan = FRAME_PRIORITY_TAG, .ethertype = 0x8100,
	  .payload = 46 }, DEFECT(VLAN) },
	{ "a service tag", { .ethertype = 0x88a8, .payload = 46 }, DEFECT(VLAN) },
	{ "two tags and nothing behind them", { .vlan = 10, .ethertype = 0x8100, .payload = 2 },
	  DEFECT(VLAN) },

	{ "ARP", { ASK }, NEIGHBOUR, .noise = 1 },
	{ "ARP padded to the smallest frame", { ASK, .padding = 18 }, NEIGHBOUR, .noise = 1 },
	{ "ARP with a byte more is a tunnel", { ASK, .padding = 19 }, DEFECT(MALFORMED), .noise = 1 },
	{ "ARP for another MAC than the sender's", { ASK, .link_address = "02:00:00:00:00:09" },
	  DEFECT(NEIGHBOUR), .noise = 1 },
	{ "ARP with another hardware", { ASK }, DEFECT(MALFORMED), .lie = { 'n', 1, 6 }, .noise = 1 },
	{ "ARP with another operation", { ASK }, DEFECT(MALFORMED), .lie = { 'n', 7, 3 },
	  .noise = 1 },
	{ "ARP with other address lengths", { ASK }, DEFECT(MALFORMED), .lie = { 'n', 5, 16 },
	  .noise = 1 },
	{ "half an ARP", { ASK }, DEFECT(MALFORMED), .cut = 1, .noise = 1 },

	{ "a neighbour solicitation", { SOLICIT }, NEIGHBOUR, .noise = 1 },
	{ "without the option", { SOLICIT, .no_option = 1 }, NEIGHBOUR, .noise = 1 },
	{ "a neighbour advertisement", { ADVERTISE }, NEIGHBOUR, .noise = 1 },
	{ "from afar", { SOLICIT, .hop_limit = 64 }, DEFECT(MALFORMED) },
	{ "for another MAC than the sender's", { ADVERTISE, .link_address = "02:00:00:00:00:09" },
	  DEFECT(NEIGHBOUR) },
	{ "for the MAC of zeros", { ADVERTISE, .link_address = "00:00:00:00:00:00" },
	  DEFECT(NEIGHBOUR) },
	{ "with an option of two units", { SOLICIT }, DEFECT(MALFORMED), .lie = { 't', 25, 2 } },
	{ "with an option that does not belong there", { SOLICIT }, DEFECT(MALFORMED),
	  .lie = { 't', 24, 3 } },
	{ "duplicate address detection with a nonce (RFC 7527)", { SOLICIT_BY("::"),
	  .link_address = "aa:bb:cc:dd:ee:ff" }, NEIGHBOUR, .lie = { 't', 24, 14 }, .noise = 1 },
	{ "a nonce of somebody who has an address", { SOLICIT,
	  .link_address = "aa:bb:cc:dd:ee:ff" }, DEFECT(MALFORMED), .lie = { 't', 24, 14 } },
	{ "half a solicitation", { SOLICIT, .no_option = 1 }, DEFECT(MALFORMED),
	  .lie = { 'n', 5, 23 } },
	{ "a listener report", { LISTENER, .hop_limit = 1, .router_alert = 1 }, NEIGHBOUR,
	  .noise = 1 },
	{ "a listener report from afar", { LISTENER, .hop_limit = 64 }, DEFECT(MALFORMED) },
	{ "a listener report to one host", { LISTENER_TO("fd00:1::1", 143, 20) }, DEFECT(MALFORMED) },
	{ "a listener report with sources", { LISTENER_TO("ff02::16", 143, 52) }, NEIGHBOUR, .noise = 1 },
	{ "a listener report of another length", { LISTENER_TO("ff02::16", 143, 1200) },
	  DEFECT(MALFORMED) },
	{ "a listener report without records", { LISTENER_TO("ff02::16", 143, 0) }, DEFECT(MALFORMED),
	  .lie = { 't', 7, 0 } },
	{ "an older listener report", { LISTENER_TO("ff02::1:3", 131, 16) }, NEIGHBOUR, .noise = 1 },
	{ "an older listener report and more", { LISTENER_TO("ff02::1:3", 131, 32) },
	  DEFECT(MALFORMED) },
	{ "a listener's end and more", { LISTENER_TO("ff02::2", 132, 20) }, DEFECT(MALFORMED) },
	{ "a listener query", { LISTENER_TO("ff02::1", 130, 16) }, NEIGHBOUR, .noise = 1 },
	{ "a listener query with a source", { LISTENER_TO("ff02::1:3", 130, 36) }, NEIGHBOUR,
	  .noise = 1 },
	{ "a listener query of another length", { LISTENER_TO("ff02::1", 130, 24) },
	  DEFECT(MALFORMED) },
	{ "DHCP to everybody is noise", { .source = "0.0.0.0", .destination = "255.255.255.255",
	  .protocol = 17, .source_port = 68, .destination_port = 67 }, PLAIN, .noise = 1 },
	{ "DHCP to somebody is not", { V4, .protocol = 17, .source_port = 68,
	  .destination_port = 67 }, PLAIN },
	{ "DHCPv6 to the link is noise", { .source = "fe80::8", .destination = "ff02::1:2",
	  .protocol = 17, .source_port = 546, .destination_port = 547 }, PLAIN, .noise = 1 },
	{ "DHCPv6 to somebody is not", { V6, .protocol = 17, .source_port = 546,
	  .destination_port = 547 }, PLAIN },
};

static void tell(struct frame *frame, const struct lie *lie)
{
	uint32_t base = lie->where == 't' ? frame->transport :
			lie->where == 'n' ? frame->network : 0;

	if (lie->where)
		frame->bytes[base + (uint32_t)lie->offset] = lie->byte;
}

/* In memory of exactly its length, so that a byte read beyond it is found. */
static struct sluice_facts parse(const struct frame *frame, uint32_t length)
{
	struct sluice_facts facts = { .port = 1, .segments = 1 };
	struct sluice_packet packet = { malloc(length ? length : 1), length };

	if (!packet.bytes)
		abort();
	memcpy((void *)(uintptr_t)packet.bytes, frame->bytes, length);
	sluice_parse_frame(&packet, &facts);
	free((void *)(uintptr_t)packet.bytes);
	return facts;
}

static void check_case(const struct parse_case *test)
{
	struct sluice_facts facts;
	struct frame frame;

	frame_build(&test->frame, &frame);
	tell(&frame, &test->lie);
	facts = parse(&frame, frame.length - test->cut);
	if (!ktap_ok(facts.defect == test->defect && facts.kind == test->kind &&
		     facts.noise == test->noise, "parse: %s", test->proves))
		printf("# defect %s kind %u noise %u\n", core_reason_name(facts.defect), facts.kind,
		       facts.noise);
}

/* Whatever is cut off, either it is as before or it has a defect; never another reading. */
static void check_every_cut(const struct frame_spec *spec, const char *name)
{
	struct sluice_facts whole, cut;
	struct frame frame;
	uint32_t length;
	bool holds = true;

	frame_build(spec, &frame);
	whole = parse(&frame, frame.length);
	for (length = 0; length < frame.length; length++) {
		cut = parse(&frame, length);
		holds = holds && cut.defect && !cut.kind && !!whole.kind;
	}
	ktap_ok(holds, "parse: %s, cut at each byte, is a defect", name);
}

static void check_fields(void)
{
	static const struct frame_spec spec = { TCP4, .vlan = 10, .payload = 7, .padding = 3,
						.source_mac = "02:11:22:33:44:55" };
	struct sluice_facts facts;
	struct frame frame;

	frame_build(&spec, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.source.high == 0x0a010008ULL << 32 && !facts.source.low &&
		facts.destination.high == 0x0a02000aULL << 32, "fields: IPv4 addresses");
	ktap_ok(facts.vlan == 10 && facts.ethertype == 0x0800 &&
		facts.source_mac == 0x021122334455ULL && facts.destination_mac == 0x0200000000feULL,
		"fields: tag, type and MACs");
	ktap_ok(facts.source_port == 40000 && facts.destination_port == 4840 &&
		facts.tcp_flags == 2 && facts.protocol == 6 && facts.family == 4,
		"fields: transport");
	ktap_ok(facts.length == 47 && facts.payload == 7, "fields: lengths without the padding");
}

static void check_sequence(void)
{
	static const struct frame_spec spec = { TCP4, .sequence = 0x81020304,
						.acknowledgement = 0x91121314 };
	struct sluice_facts facts;
	struct frame frame;

	frame_build(&spec, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.tcp_sequence == 0x81020304 && facts.tcp_acknowledgement == 0x91121314,
		"fields: sequence and acknowledgement");
}

/* An error is known by what it quotes. */
static void check_quoted(void)
{
	static const struct frame_spec error4 = { ERROR4(3), .icmp_code = 4 };
	static const struct frame_spec error6 = { ERROR6(2) };
	static const struct frame_spec piece = { ABOUT6(2, split6) };
	struct sluice_facts facts;
	struct frame frame;

	frame_build(&error4, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.quoted.high == 0x0a010008ULL << 32 && !facts.quoted.low &&
		facts.source.high == 0x0a010001ULL << 32 && facts.protocol == 6 &&
		facts.source_port == 4840 && facts.destination_port == 40000 &&
		facts.icmp_type == 3 && facts.icmp_code == 4, "fields: a quoted TCP segment");
	frame_build(&error6, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.quoted.high == 0xfd00000100000000ULL && facts.quoted.low == 8 &&
		facts.source.low == 1 && facts.protocol == 17 && facts.source_port == 53 &&
		facts.destination_port == 40000 && facts.icmp_type == 2,
		"fields: a quoted datagram over IPv6");
	frame_build(&piece, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.quoted.low == 8 && facts.protocol == 17 && facts.source_port == 53 &&
		facts.destination_port == 40000, "fields: a quoted piece of one");
}

static void check_pieces(void)
{
	static const struct frame_spec piece = { UDP4, .payload = 8, .fragment = 0x2002 };
	static const struct frame_spec piece6 = { UDP6, .payload = 8, .fragment = 0x0011 };
	struct sluice_facts facts;
	struct frame frame;

	frame_build(&piece, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.fragment == SLUICE_FRAGMENT_PART && facts.protocol == 17 &&
		!facts.source_port && !facts.destination_port && facts.payload == 16,
		"fields: a piece has no ports");
	frame_build(&piece6, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.fragment == SLUICE_FRAGMENT_PART && facts.protocol == 17 &&
		!facts.source_port && facts.payload == 16, "fields: so too over IPv6");
}

static void check_claims(void)
{
	static const struct frame_spec solicit = { SOLICIT };
	static const struct frame_spec advertise = { ADVERTISE_BY("fe80::8") };
	static const struct frame_spec ask = { ASK };
	struct sluice_facts facts;
	struct frame frame;

	frame_build(&solicit, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.source.high == 0xfd00000100000000ULL && facts.source.low == 8 &&
		facts.destination.low == 9, "claims: a solicitation asks for its target");
	frame_build(&advertise, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.source.high == 0xfd00000100000000ULL && facts.source.low == 8,
		"claims: an advertisement speaks for its target");
	frame_build(&ask, &frame);
	facts = parse(&frame, frame.length);
	ktap_ok(facts.source.high == 0x0a010008ULL << 32 &&
		facts.destination.high == 0x0a010009ULL << 32,
		"claims: ARP speaks for its sender and asks for its target");
}

int main(void)
{
	static const struct frame_spec whole[] = {
		{ TCP4 }, { TCP6 }, { UDP4, .vlan = 10 }, { UDP6 }, { ASK }, { SOLICIT },
		{ LISTENER, .hop_limit = 1, .router_alert = 1 }, { ERROR4(3) }, { ERROR6(2) },
		{ TCP4, .payload = 4, .fragment = 0x2000 }, { UDP6, .fragment = 0x0001 },
	};
	static const char *const name[] = {
		"TCP", "TCP over IPv6", "UDP with a tag", "UDP over IPv6", "ARP", "a solicitation",
		"a listener report", "an ICMP error", "an ICMP error over IPv6", "a piece",
		"a piece over IPv6",
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&cases[i]);
	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		check_every_cut(&whole[i], name[i]);
	check_fields();
	check_sequence();
	check_quoted();
	check_pieces();
	check_claims();
	return ktap_done();
}
