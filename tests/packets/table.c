// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/packets/table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PLC_MAC	"00:1d:9c:00:00:07"

#define TCP4(from, from_port, to, to_port, flags) .source = from, .destination = to, \
	.protocol = 6, .source_port = from_port, .destination_port = to_port, .tcp_flags = flags
#define UDP4(from, from_port, to, to_port) .source = from, .destination = to, .protocol = 17, \
	.source_port = from_port, .destination_port = to_port
#define ECHO4(from, to, type) .source = from, .destination = to, .protocol = 1, .icmp_type = type

#define SYN	SLUICE_TCP_SYN
#define ACK	SLUICE_TCP_ACK
#define RST	SLUICE_TCP_RST
#define FIN	SLUICE_TCP_FIN

/* hmi-1 asks the historian: the packet that most others are a twist of */
#define HISTORY TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, SYN)
#define HISTORY_BACK(flags) TCP4("10.2.0.10", 4840, "10.1.0.20", 40000, flags)
#define WITHIN6 TCP4("fd00:1:0:1::8", 40000, "fd00:1:0:2::20", 502, SYN)
#define VENDOR UDP4("198.51.100.9", 40000, "10.3.0.9", 51820)
#define DIAL TCP4("10.3.0.1", 40000, "10.3.0.5", 8883, SYN)
#define DIAL_BACK(flags) TCP4("10.3.0.5", 8883, "10.3.0.1", 40000, flags)

#define FLOW(is, goes_back) .flow = { .state = SLUICE_FLOW_STATE_##is, .reply = goes_back }
#define NEW		FLOW(NEW, 0)
#define LIVE		FLOW(ESTABLISHED, 0)
#define BACK		FLOW(ESTABLISHED, 1)

#define PASSES(name)	.reason = SLUICE_REASON_PERMITTED, .conduit = name
#define DENIED(why, like) .reason = SLUICE_REASON_##why, .twin = like
#define BY(name)	.conduit = name
#define CASE(label, says) .name = label, .proves = says

#define TO_HISTORIAN "control-to-historian"

static const struct frame_spec history = { HISTORY };
static const struct frame_spec within6 = { WITHIN6 };
static const struct frame_spec modbus = { TCP4("10.1.0.20", 40000, "10.2.0.10", 502, SYN) };

const struct packet_case packet_cases[] = {
	/* ---- What the plant lives by ---- */
	{ CASE("history-begins", "control opens OPC UA to the historian"),
	  .port = "eth2.10", .frame = { HISTORY }, NEW, PASSES(TO_HISTORIAN) },
	{ CASE("history-answer", "the historian's SYN+ACK goes back"),
	  .port = "eth3", .frame = { HISTORY_BACK(SYN | ACK) }, BACK, PASSES(TO_HISTORIAN) },
	{ CASE("history-data", "segments of a live flow pass"),
	  .port = "eth2.10",
	  .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, ACK), .payload = 100 }, LIVE,
	  PASSES(TO_HISTORIAN) },
	{ CASE("history-data-back", "and its answers carry payload: direction initiate"),
	  .port = "eth3", .frame = { HISTORY_BACK(ACK), .payload = 1000 }, BACK,
	  PASSES(TO_HISTORIAN) },
	{ CASE("history-reset-back", "a reset of a live flow goes back"),
	  .port = "eth3", .frame = { HISTORY_BACK(RST | ACK) }, BACK, PASSES(TO_HISTORIAN) },
	{ CASE("history-picked-up", "a long flow survives a power cut: picked up in the middle"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, ACK) }, NEW,
	  PASSES(TO_HISTORIAN) },
	{ CASE("history-bound", "the bound controller speaks from its MAC and port"),
	  .port = "eth1",
	  .frame = { TCP4("10.1.0.7", 40000, "10.2.0.10", 4840, SYN), .source_mac = PLC_MAC }, NEW,
	  PASSES(TO_HISTORIAN) },
	{ CASE("edge-modbus", "a group reaches the edge gateway"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.12", 502, SYN) }, NEW,
	  PASSES("control-to-edge") },
	{ CASE("edge-opc-ua", "a conduit of two services carries the second one"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.12", 4840, SYN) }, NEW,
	  PASSES("control-to-edge") },
	{ CASE("time", "a whole zone asks for the time"),
	  .port = "eth1", .frame = { UDP4("10.1.5.5", 123, "10.2.0.2", 123) }, NEW,
	  PASSES("control-basics") },
	{ CASE("time-answer", "and is answered"),
	  .port = "eth3", .frame = { UDP4("10.2.0.2", 123, "10.1.5.5", 123) }, BACK,
	  PASSES("control-basics") },
	{ CASE("dns-tcp", "a service of two transports carries both"),
	  .port = "eth2.10", .frame = { TCP4("10.1.5.5", 40000, "10.2.0.2", 53, SYN) }, NEW,
	  PASSES("control-basics") },
	{ CASE("broker-to-it", "the DMZ initiates to IT"),
	  .port = "eth3", .frame = { TCP4("10.2.0.11", 40000, "10.3.0.30", 8883, SYN) }, NEW,
	  PASSES("dmz-to-it") },
	{ CASE("broker-to-cloud", "a zone behind another one's ports is reached"),
	  .port = "eth3", .frame = { TCP4("10.2.0.11", 40000, "203.0.113.20", 443, SYN) }, NEW,
	  PASSES("dmz-to-cloud") },
	{ CASE("cloud-answer", "and answers by the internet's port"),
	  .port = "eth0.99", .frame = { TCP4("203.0.113.20", 443, "10.2.0.11", 40000, SYN | ACK) },
	  BACK, PASSES("dmz-to-cloud") },
	{ CASE("cloud-first-address", "the longest prefix owns its first address"),
	  .port = "eth3", .frame = { TCP4("10.2.0.12", 40000, "203.0.113.16", 8883, SYN) }, NEW,
	  PASSES("dmz-to-cloud") },
	{ CASE("cloud-last-address", "and its last"),
	  .port = "eth3", .frame = { TCP4("10.2.0.12", 40000, "203.0.113.31", 8883, SYN) }, NEW,
	  PASSES("dmz-to-cloud") },
	{ CASE("vendor", "the internet reaches the jump host in its window"),
	  .port = "eth0.99", .frame = { VENDOR }, NEW, PASSES("vendor-vpn") },
	{ CASE("vendor-first-second", "from the first second"),
	  .port = "eth0.99", .frame = { VENDOR }, NEW, .now = PACKET_WINDOW_OPENS,
	  PASSES("vendor-vpn") },
	{ CASE("vendor-last-second", "to the last"),
	  .port = "eth0.99", .frame = { VENDOR }, LIVE, .now = PACKET_WINDOW_CLOSES - 1,
	  PASSES("vendor-vpn") },
	{ CASE("within-control", "between two ports of a zone anything passes (intra: allow)"),
	  .port = "eth1", .frame = { TCP4("10.1.0.8", 40000, "10.1.0.20", 502, SYN) }, NEW,
	  PASSES(NULL) },
	{ CASE("within-control-back", "both ways"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 502, "10.1.0.8", 40000, ACK) }, BACK,
	  PASSES(NULL) },
	{ CASE("within-control-6", "in IPv6 too"),
	  .port = "eth1", .frame = { WITHIN6 }, NEW, PASSES(NULL) },
	{ CASE("within-control-6-udp", "UDP over IPv6"),
	  .port = "eth1", .frame = { UDP4("fd00:1:0:1::8", 40000, "fd00:1:0:2::20", 123) }, NEW,
	  PASSES(NULL) },
	{ CASE("within-control-echo", "echo request"),
	  .port = "eth1", .frame = { ECHO4("10.1.0.8", "10.1.0.20", 8) }, NEW, PASSES(NULL) },
	{ CASE("within-control-echo-6", "echo request over IPv6"),
	  .port = "eth1", .frame = { .source = "fd00:1:0:1::8", .destination = "fd00:1:0:2::20",
	  .protocol = 58, .icmp_type = 128 }, NEW, PASSES(NULL) },
	{ CASE("priority-tag", "VID 0 is a priority tag and counts as untagged"),
	  .port = "eth3", .frame = { TCP4("10.2.0.11", 40000, "10.3.0.30", 8883, SYN),
	  .vlan = FRAME_PRIORITY_TAG }, NEW, PASSES("dmz-to-it") },
	{ CASE("padded", "padding behind the packet is nobody's payload"),
	  .port = "eth2.10", .frame = { HISTORY, .padding = 6 }, NEW, PASSES(TO_HISTORIAN) },
	{ CASE("dial", "the gateway dials its management"),
	  .layer = SLUICE_LAYER_LOCAL_OUT, .frame = { DIAL }, NEW, PASSES(NULL) },
	{ CASE("dial-answer", "and is answered"),
	  .port = "eth0", .layer = SLUICE_LAYER_LOCAL_IN, .frame = { DIAL_BACK(SYN | ACK) }, BACK,
	  PASSES(NULL) },
	{ CASE("arp-request", "a neighbour asks for the gateway"),
	  .port = "eth3", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "10.2.0.10", .destination = "10.2.0.1", .arp = 1 }, NEW,
	  PASSES(NULL) },
	{ CASE("arp-bound", "the bound controller answers ARP from its MAC"),
	  .port = "eth1", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "10.1.0.7", .destination = "10.1.0.1", .arp = 2,
	  .source_mac = PLC_MAC }, NEW, PASSES(NULL) },
	{ CASE("arp-probe", "an ARP probe names nobody (RFC 5227)"),
	  .port = "eth3", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "0.0.0.0", .destination = "10.2.0.77", .arp = 1 }, NEW,
	  PASSES(NULL) },
	{ CASE("arp-padded", "ARP padded to the smallest frame"),
	  .port = "eth3", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "10.2.0.10", .destination = "10.2.0.1", .arp = 1, .padding = 18 },
	  NEW, PASSES(NULL) },
	{ CASE("solicit", "a neighbour solicitation for the gateway"),
	  .port = "eth1", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "fd00:1:0:1::8", .destination = "ff02::1:ff00:1", .protocol = 58,
	  .neighbour = 135, .target = "fd00:1:0:1::1" }, NEW, PASSES(NULL) },
	{ CASE("advertise", "a neighbour advertisement"),
	  .port = "eth1", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "fe80::8", .destination = "fe80::1", .protocol = 58,
	  .neighbour = 136, .target = "fd00:1:0:1::8" }, NEW, PASSES(NULL) },
	{ CASE("double-search", "duplicate address detection with a nonce (RFC 7527)"),
	  .port = "eth1", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "::", .destination = "ff02::1:ff00:8", .protocol = 58,
	  .neighbour = 135, .target = "fd00:1:0:1::8", .link_address = "a1:b2:c3:d4:e5:f6" },
	  .lie = { 't', 24, 1, { 14 } }, NEW, PASSES(NULL) },
	{ CASE("listener-report", "a multicast listener report ends here"),
	  .port = "eth1", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "fe80::8", .destination = "ff02::16", .protocol = 58,
	  .icmp_type = 143, .hop_limit = 1, .payload = 20, .router_alert = 1 }, NEW,
	  PASSES(NULL) },

	/* ---- Step 1 ---- */
	{ CASE("no-policy", "without an image nothing passes"),
	  .port = "eth2.10", .frame = { HISTORY }, NEW, .no_policy = 1,
	  DENIED(NO_POLICY, "history-begins") },

	/* ---- Step 2 ---- */
	{ CASE("unknown-port", "a port that the policy does not name"),
	  .port = "eth9", .frame = { HISTORY }, NEW, DENIED(UNZONED_PORT, "history-begins") },
	{ CASE("untagged-trunk", "the untagged side of a port that is declared with a tag"),
	  .port = "eth2", .frame = { HISTORY }, NEW, DENIED(UNZONED_PORT, "history-begins") },
	{ CASE("other-tag", "a tag that no port declares"),
	  .port = "eth2.11", .frame = { HISTORY }, NEW, DENIED(UNZONED_PORT, "history-begins") },
	{ CASE("tag-on-untagged", "a tag on a port that is declared without"),
	  .port = "eth3.10", .frame = { TCP4("10.2.0.11", 40000, "10.3.0.30", 8883, SYN) }, NEW,
	  DENIED(UNZONED_PORT, "broker-to-it") },
	{ CASE("tag-4095", "the reserved tag"),
	  .port = "eth3.4095", .frame = { TCP4("10.2.0.11", 40000, "10.3.0.30", 8883, SYN) }, NEW,
	  DENIED(UNZONED_PORT, "broker-to-it") },
	{ CASE("double-tag", "a second tag behind the right one"),
	  .port = "eth2.10", .frame = { HISTORY, .outer_vlan = 10, .vlan = 10 }, NEW,
	  DENIED(VLAN, "history-begins") },
	{ CASE("double-tag-empty", "two tags and nothing behind them"),
	  .port = "eth2.10", .frame = { .vlan = 10, .ethertype = 0x8100, .payload = 2 }, NEW,
	  DENIED(VLAN, "history-begins") },
	{ CASE("priority-then-tag", "a tag behind a priority tag"),
	  .port = "eth3", .frame = { TCP4("10.2.0.11", 40000, "10.3.0.30", 8883, SYN),
	  .outer_vlan = 0x7000, .vlan = FRAME_PRIORITY_TAG }, .lie = { 'l', 14, 2, { 0xe0, 0 } },
	  NEW, DENIED(VLAN, "priority-tag") },
	{ CASE("service-tag", "a provider's service tag"),
	  .port = "eth3", .frame = { .ethertype = 0x88a8, .payload = 46 }, NEW,
	  DENIED(VLAN, "broker-to-it") },

	/* ---- Step 3: lengths that lie ---- */
	{ CASE("short-ip", "half an IPv4 header"),
	  .port = "eth2.10", .frame = { HISTORY }, .cut = 30, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("short-ip-6", "half an IPv6 header"),
	  .port = "eth1", .frame = { WITHIN6 }, .cut = 40, NEW,
	  DENIED(MALFORMED, "within-control-6") },
	{ CASE("short-tcp", "half a TCP header"),
	  .port = "eth2.10", .frame = { HISTORY }, .cut = 10, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("ip-length-long", "an IPv4 length beyond the frame"),
	  .port = "eth2.10", .frame = { HISTORY }, .lie = { 'n', 2, 2, { 0, 41 } }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("ip-length-short", "an IPv4 length that cuts the TCP header"),
	  .port = "eth2.10", .frame = { HISTORY }, .lie = { 'n', 2, 2, { 0, 39 } }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("ip-length-6", "an IPv6 length beyond the frame"),
	  .port = "eth1", .frame = { WITHIN6 }, .lie = { 'n', 4, 2, { 0, 21 } }, NEW,
	  DENIED(MALFORMED, "within-control-6") },
	{ CASE("jumbogram", "an IPv6 length of zero"),
	  .port = "eth1", .frame = { WITHIN6 }, .lie = { 'n', 4, 2, { 0, 0 } }, NEW,
	  DENIED(MALFORMED, "within-control-6") },
	{ CASE("version-lie", "IPv6 under the type of IPv4"),
	  .port = "eth2.10", .frame = { HISTORY }, .lie = { 'n', 0, 1, { 0x65 } }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("no-hops", "no hops left"),
	  .port = "eth2.10", .frame = { HISTORY }, .lie = { 'n', 8, 1, { 0 } }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("tcp-offset", "a TCP header longer than the packet"),
	  .port = "eth2.10", .frame = { HISTORY }, .lie = { 't', 12, 1, { 0xf0 } }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("udp-length", "a UDP length beyond the packet"),
	  .port = "eth1", .frame = { UDP4("10.1.5.5", 123, "10.2.0.2", 123) },
	  .lie = { 't', 4, 2, { 0, 9 } }, NEW, DENIED(MALFORMED, "time") },
	{ CASE("port-zero", "to port 0"),
	  .port = "eth1", .frame = { UDP4("10.1.5.5", 123, "10.2.0.2", 0) }, NEW,
	  DENIED(MALFORMED, "time") },
	{ CASE("port-zero-tcp", "from port 0"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 0, "10.2.0.10", 4840, SYN) }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("syn-fin", "SYN together with FIN"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, SYN | FIN) },
	  NEW, DENIED(MALFORMED, "history-begins") },
	{ CASE("syn-rst", "SYN together with RST"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, SYN | RST) },
	  NEW, DENIED(MALFORMED, "history-begins") },
	{ CASE("no-flags", "no flag at all"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, 0) }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("group-sender", "a group address as the sender's MAC"),
	  .port = "eth2.10", .frame = { HISTORY, .source_mac = "01:00:5e:00:00:01" }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("icmp-in-6", "ICMP under IPv6"),
	  .port = "eth1", .frame = { .source = "fd00:1:0:1::8", .destination = "fd00:1:0:2::20",
	  .protocol = 1, .icmp_type = 8 }, NEW, DENIED(MALFORMED, "within-control-echo-6") },
	{ CASE("reserved-flag", "the reserved bit of IPv4"),
	  .port = "eth2.10", .frame = { HISTORY, .fragment = 0x8000 }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("arp-tunnel", "ARP with a byte more than the smallest frame has"),
	  .port = "eth3", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "10.2.0.10", .destination = "10.2.0.1", .arp = 1, .padding = 19 },
	  NEW, DENIED(MALFORMED, "arp-padded") },
	{ CASE("solicit-from-afar", "neighbour discovery that crossed a router"),
	  .port = "eth1", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "fd00:1:0:1::8", .destination = "ff02::1:ff00:1", .protocol = 58,
	  .neighbour = 135, .target = "fd00:1:0:1::1", .hop_limit = 254 }, NEW,
	  DENIED(MALFORMED, "solicit") },

	/* ---- Step 3: what no service names ---- */
	{ CASE("options", "IPv4 options"),
	  .port = "eth2.10", .frame = { HISTORY, .options = 4 }, NEW,
	  DENIED(IP_OPTIONS, "history-begins") },
	{ CASE("routing-header", "an IPv6 routing header"),
	  .port = "eth1", .frame = { WITHIN6, .extension = 43 }, NEW,
	  DENIED(IP_OPTIONS, "within-control-6") },
	{ CASE("destination-options", "IPv6 destination options"),
	  .port = "eth1", .frame = { WITHIN6, .extension = 60 }, NEW,
	  DENIED(IP_OPTIONS, "within-control-6") },
	{ CASE("router-alert", "a router alert before TCP"),
	  .port = "eth1", .frame = { WITHIN6, .router_alert = 1 }, NEW,
	  DENIED(IP_OPTIONS, "within-control-6") },
	{ CASE("first-fragment", "a first fragment"),
	  .port = "eth2.10", .frame = { HISTORY, .payload = 4, .fragment = 0x2000 }, NEW,
	  DENIED(FRAGMENT, "history-begins") },
	{ CASE("later-fragment", "a later fragment"),
	  .port = "eth2.10", .frame = { HISTORY, .fragment = 0x0010 }, NEW,
	  DENIED(FRAGMENT, "history-begins") },
	{ CASE("fragment-6", "an IPv6 fragment"),
	  .port = "eth1", .frame = { WITHIN6, .payload = 4, .fragment = 0x0001 }, NEW,
	  DENIED(FRAGMENT, "within-control-6") },
	{ CASE("goose", "a frame type that no service names"),
	  .port = "eth1", .frame = { .ethertype = 0x88b8, .payload = 46 }, NEW,
	  DENIED(ETHERTYPE, "within-control") },
	{ CASE("lldp", "LLDP"),
	  .port = "eth3", .frame = { .ethertype = 0x88cc, .payload = 46 }, NEW,
	  DENIED(ETHERTYPE, "arp-request") },
	{ CASE("spanning-tree", "a length instead of a type"),
	  .port = "eth3", .frame = { .destination_mac = "01:80:c2:00:00:00", .ethertype = 38,
	  .payload = 46 }, NEW, DENIED(ETHERTYPE, "arp-request") },

	/* ---- Step 4 ---- */
	{ CASE("to-safety", "control reads from safety"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.0.0.7", 502, SYN) }, NEW,
	  DENIED(ISOLATED_ZONE, "edge-modbus") },
	{ CASE("from-safety", "somebody claims an address of safety"),
	  .port = "eth2.10", .frame = { TCP4("10.0.0.7", 40000, "10.2.0.10", 4840, SYN) }, NEW,
	  DENIED(ISOLATED_ZONE, "history-begins") },
	{ CASE("arp-for-safety", "ARP that claims an address of safety"),
	  .port = "eth3", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "10.0.0.7", .destination = "10.2.0.1", .arp = 1 }, NEW,
	  DENIED(ISOLATED_ZONE, "arp-request") },
	{ CASE("gateway-to-safety", "the gateway itself never speaks to safety"),
	  .layer = SLUICE_LAYER_LOCAL_OUT, .frame = { TCP4("10.3.0.1", 40000, "10.0.0.7", 8883, SYN) },
	  NEW, DENIED(ISOLATED_ZONE, "dial") },

	/* ---- Step 5 ---- */
	{ CASE("spoofed-zone", "an address of the DMZ from control's port"),
	  .port = "eth1", .frame = { TCP4("10.2.0.11", 40000, "10.3.0.30", 8883, SYN) }, NEW,
	  DENIED(SPOOFED_SOURCE, "broker-to-it") },
	{ CASE("spoofed-inside", "an address of control from the internet's port"),
	  .port = "eth0.99", .frame = { HISTORY }, NEW, DENIED(SPOOFED_SOURCE, "history-begins") },
	{ CASE("spoofed-6", "an IPv6 address of the internet from control's port"),
	  .port = "eth1", .frame = { TCP4("2001:db8::8", 40000, "fd00:1:0:2::20", 502, SYN) }, NEW,
	  DENIED(SPOOFED_SOURCE, "within-control-6") },
	{ CASE("spoofed-cloud", "an address of the cloud from IT's port"),
	  .port = "eth0", .frame = { TCP4("203.0.113.20", 443, "10.2.0.11", 40000, SYN | ACK) },
	  BACK, DENIED(SPOOFED_SOURCE, "cloud-answer") },
	{ CASE("source-loopback", "the loopback address as a source"),
	  .port = "eth0.99", .frame = { UDP4("127.0.0.1", 40000, "10.3.0.9", 51820) }, NEW,
	  DENIED(SPOOFED_SOURCE, "vendor") },
	{ CASE("source-multicast", "a group as a source"),
	  .port = "eth0.99", .frame = { UDP4("224.0.0.5", 40000, "10.3.0.9", 51820) }, NEW,
	  DENIED(SPOOFED_SOURCE, "vendor") },
	{ CASE("source-nobody", "nobody as a source"),
	  .port = "eth0.99", .frame = { UDP4("0.0.0.0", 68, "10.3.0.9", 51820) }, NEW,
	  DENIED(SPOOFED_SOURCE, "vendor") },
	{ CASE("source-class-e", "an address of class E as a source"),
	  .port = "eth0.99", .frame = { UDP4("240.0.0.1", 40000, "10.3.0.9", 51820) }, NEW,
	  DENIED(SPOOFED_SOURCE, "vendor") },
	{ CASE("arp-other-zone", "ARP that claims an address of another zone"),
	  .port = "eth3", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "10.1.0.20", .destination = "10.2.0.1", .arp = 1 }, NEW,
	  DENIED(SPOOFED_SOURCE, "arp-request") },
	{ CASE("wrong-mac", "the bound controller's address from another MAC"),
	  .port = "eth1", .frame = { TCP4("10.1.0.7", 40000, "10.2.0.10", 4840, SYN) }, NEW,
	  DENIED(NEIGHBOUR, "history-bound") },
	{ CASE("arp-wrong-mac", "ARP for the bound controller from another MAC"),
	  .port = "eth1", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "10.1.0.7", .destination = "10.1.0.1", .arp = 2 }, NEW,
	  DENIED(NEIGHBOUR, "arp-bound") },
	{ CASE("arp-two-macs", "ARP whose body names another MAC than its frame"),
	  .port = "eth3", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "10.2.0.10", .destination = "10.2.0.1", .arp = 1,
	  .link_address = "02:00:00:00:00:66" }, NEW, DENIED(NEIGHBOUR, "arp-request") },
	{ CASE("advertise-two-macs", "an advertisement that names another MAC than its frame"),
	  .port = "eth1", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { .source = "fe80::8", .destination = "fe80::1", .protocol = 58,
	  .neighbour = 136, .target = "fd00:1:0:1::8", .link_address = "02:00:00:00:00:66" }, NEW,
	  DENIED(NEIGHBOUR, "advertise") },

	/* ---- Step 6 ---- */
	{ CASE("to-broadcast", "to everybody"),
	  .port = "eth1", .frame = { UDP4("10.1.5.5", 123, "255.255.255.255", 123) }, NEW,
	  DENIED(UNZONED_DESTINATION, "time") },
	{ CASE("to-group", "to a group"),
	  .port = "eth1", .frame = { UDP4("10.1.5.5", 123, "224.0.1.1", 123) }, NEW,
	  DENIED(UNZONED_DESTINATION, "time") },
	{ CASE("to-loopback", "to the loopback address"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "127.0.0.1", 4840, SYN) }, NEW,
	  DENIED(UNZONED_DESTINATION, "history-begins") },
	{ CASE("to-link-local", "to a link-local address"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "169.254.0.1", 4840, SYN) }, NEW,
	  DENIED(UNZONED_DESTINATION, "history-begins") },
	{ CASE("to-group-6", "to a group in IPv6"),
	  .port = "eth1", .frame = { UDP4("fd00:1:0:1::8", 40000, "ff0e::101", 123) }, NEW,
	  DENIED(UNZONED_DESTINATION, "within-control-6-udp") },
	{ CASE("from-link-local", "link-local stays on its port"),
	  .port = "eth1", .frame = { UDP4("169.254.3.3", 123, "10.2.0.2", 123) }, NEW,
	  DENIED(UNZONED_DESTINATION, "time") },

	/* ---- Step 7 ---- */
	{ CASE("dmz-into-control", "the DMZ connects into control"),
	  .port = "eth3", .frame = { TCP4("10.2.0.10", 40000, "10.1.0.20", 4840, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "history-begins") },
	{ CASE("dmz-into-control-udp", "or sends it UDP"),
	  .port = "eth3", .frame = { UDP4("10.2.0.2", 40000, "10.1.5.5", 123) }, NEW,
	  DENIED(NO_CONDUIT, "time") },
	{ CASE("dmz-echo-control", "or an echo request"),
	  .port = "eth3", .frame = { ECHO4("10.2.0.10", "10.1.0.20", 8) }, NEW,
	  DENIED(NO_CONDUIT, "within-control-echo") },
	{ CASE("it-into-dmz", "IT connects into the DMZ"),
	  .port = "eth0", .frame = { TCP4("10.3.0.30", 40000, "10.2.0.11", 8883, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "broker-to-it") },
	{ CASE("internet-into-it", "the internet connects to IT"),
	  .port = "eth0.99", .frame = { TCP4("198.51.100.9", 40000, "10.3.0.30", 8883, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "vendor") },
	{ CASE("internet-into-control", "the internet connects to control"),
	  .port = "eth0.99", .frame = { TCP4("198.51.100.9", 40000, "10.1.0.7", 502, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "vendor") },
	{ CASE("internet-into-control-6", "in IPv6 too"),
	  .port = "eth0.99", .frame = { TCP4("2001:db8::9", 40000, "fd00:1:0:1::8", 502, SYN) },
	  NEW, DENIED(NO_CONDUIT, "within-control-6") },
	{ CASE("control-to-it", "control leaps over the DMZ"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.3.0.30", 8883, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "history-begins") },
	{ CASE("other-service", "a service that the conduit does not name"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 502, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "edge-modbus") },
	{ CASE("other-transport", "the same port over UDP"),
	  .port = "eth2.10", .frame = { UDP4("10.1.0.20", 40000, "10.2.0.10", 4840) }, NEW,
	  DENIED(NO_CONDUIT, "history-begins") },
	{ CASE("other-source", "a source that the conduit does not name"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.21", 40000, "10.2.0.10", 4840, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "history-begins") },
	{ CASE("other-destination", "a destination that the conduit does not name"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.11", 4840, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "history-begins") },
	{ CASE("beside-cloud", "an address beside the cloud's prefix"),
	  .port = "eth3", .frame = { TCP4("10.2.0.11", 40000, "203.0.113.32", 443, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "cloud-last-address") },
	{ CASE("ipip", "a tunnel between two ends that may talk"),
	  .port = "eth2.10", .frame = { .source = "10.1.0.20", .destination = "10.2.0.10",
	  .protocol = 4, .payload = 40 }, NEW, DENIED(NO_CONDUIT, "history-begins") },
	{ CASE("esp", "an encrypted one"),
	  .port = "eth2.10", .frame = { .source = "10.1.0.20", .destination = "10.2.0.10",
	  .protocol = 50, .payload = 40 }, NEW, DENIED(NO_CONDUIT, "history-begins") },
	{ CASE("icmp-redirect", "a redirect"),
	  .port = "eth3", .frame = { ECHO4("10.2.0.10", "10.1.0.20", 5), .payload = 28 },
	  FLOW(RELATED, 0), DENIED(NO_CONDUIT, "history-answer") },
	{ CASE("icmp-error-live", "an ICMP error about a live conversation"),
	  .port = "eth3", .frame = { ECHO4("10.2.0.10", "10.1.0.20", 3), .quoted = &history },
	  FLOW(RELATED, 1), PASSES(TO_HISTORIAN) },
	{ CASE("icmp-error-live-6", "over IPv6 the quoted ports stand far into the frame"),
	  .port = "eth2.10", .frame = { .source = "fd00:1:0:2::20", .destination = "fd00:1:0:1::8",
	  .protocol = 58, .icmp_type = 1, .quoted = &within6 }, FLOW(RELATED, 1), PASSES(NULL) },
	{ CASE("icmp-error", "an ICMP error about a conversation that no conduit permits"),
	  .port = "eth3", .frame = { ECHO4("10.2.0.10", "10.1.0.20", 3), .quoted = &modbus },
	  FLOW(RELATED, 1), DENIED(NO_CONDUIT, "history-answer") },
	{ CASE("icmp-error-empty", "an ICMP error that quotes nothing"),
	  .port = "eth3", .frame = { ECHO4("10.2.0.10", "10.1.0.20", 3) },
	  FLOW(RELATED, 1), DENIED(MALFORMED, "history-answer") },
	{ CASE("tiny-fragment", "a first fragment that hides the flags of TCP"),
	  .port = "eth2.10", .frame = { HISTORY, .fragment = 0x2000 }, NEW,
	  DENIED(MALFORMED, "history-begins") },
	{ CASE("echo-reply-alone", "an echo reply that nobody asked for, out of control"),
	  .port = "eth2.10", .frame = { ECHO4("10.1.0.20", "10.2.0.10", 0) }, NEW,
	  DENIED(NO_CONDUIT, "within-control-echo") },
	{ CASE("solicit-across", "neighbour discovery is never forwarded"),
	  .port = "eth1", .frame = { .source = "fd00:1:0:1::8", .destination = "2001:db8::9",
	  .protocol = 58, .neighbour = 135, .target = "2001:db8::9" }, NEW,
	  DENIED(NO_CONDUIT, "solicit") },
	{ CASE("gateway-other-peer", "the gateway dials somebody else"),
	  .layer = SLUICE_LAYER_LOCAL_OUT, .frame = { TCP4("10.3.0.1", 40000, "10.3.0.30", 8883, SYN) },
	  NEW, DENIED(NO_CONDUIT, "dial") },
	{ CASE("gateway-into-control", "the gateway connects into control"),
	  .layer = SLUICE_LAYER_LOCAL_OUT, .frame = { TCP4("10.1.0.1", 40000, "10.1.0.7", 502, SYN) },
	  NEW, DENIED(NO_CONDUIT, "dial") },
	{ CASE("ssh-to-gateway", "a neighbour of the management station tries the gateway"),
	  .port = "eth0", .layer = SLUICE_LAYER_LOCAL_IN,
	  .frame = { TCP4("10.3.0.6", 40000, "10.3.0.1", 22, SYN) }, NEW,
	  DENIED(NO_CONDUIT, "dial-answer") },

	/* ---- Step 8 ---- */
	{ CASE("wrong-way-syn", "the DMZ opens from the port that it answers from"),
	  .port = "eth3", .frame = { HISTORY_BACK(SYN) }, NEW, BY(TO_HISTORIAN),
	  DENIED(WRONG_DIRECTION, "history-answer") },
	{ CASE("wrong-way-syn-ack", "a SYN+ACK without a SYN"),
	  .port = "eth3", .frame = { HISTORY_BACK(SYN | ACK) }, NEW, BY(TO_HISTORIAN),
	  DENIED(WRONG_DIRECTION, "history-answer") },
	{ CASE("wrong-way-ack", "a bare ACK: nothing is picked up in the reply half"),
	  .port = "eth3", .frame = { HISTORY_BACK(ACK) }, NEW, BY(TO_HISTORIAN),
	  DENIED(WRONG_DIRECTION, "history-data-back") },
	{ CASE("wrong-way-udp", "a time server that was not asked"),
	  .port = "eth3", .frame = { UDP4("10.2.0.2", 123, "10.1.5.5", 40000) }, NEW,
	  BY("control-basics"), DENIED(WRONG_DIRECTION, "time-answer") },
	{ CASE("wrong-way-it", "IT opens from the port that it answers from"),
	  .port = "eth0", .frame = { TCP4("10.3.0.30", 8883, "10.2.0.11", 40000, SYN) }, NEW,
	  BY("dmz-to-it"), DENIED(WRONG_DIRECTION, "broker-to-it") },
	{ CASE("wrong-way-peer", "the management station opens from the port that it answers from"),
	  .port = "eth0", .layer = SLUICE_LAYER_LOCAL_IN, .frame = { DIAL_BACK(SYN) }, NEW,
	  DENIED(WRONG_DIRECTION, "dial-answer") },
	{ CASE("turned-flow", "a flow that was begun the other way"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, ACK) }, BACK,
	  BY(TO_HISTORIAN), DENIED(WRONG_DIRECTION, "history-data") },
	{ CASE("untracked", "connection tracking is absent"),
	  .port = "eth2.10", .frame = { HISTORY }, FLOW(NONE, 0), BY(TO_HISTORIAN),
	  DENIED(NO_FLOW_STATE, "history-begins") },
	{ CASE("invalid", "connection tracking calls it invalid"),
	  .port = "eth3", .frame = { HISTORY_BACK(ACK) }, FLOW(INVALID, 1), BY(TO_HISTORIAN),
	  DENIED(NO_FLOW_STATE, "history-data-back") },
	{ CASE("related", "connection tracking calls it related"),
	  .port = "eth2.10", .frame = { HISTORY }, FLOW(RELATED, 0), BY(TO_HISTORIAN),
	  DENIED(NO_FLOW_STATE, "history-begins") },
	{ CASE("syn-ack-begins", "a SYN+ACK begins nothing, even forward"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, SYN | ACK) },
	  NEW, BY(TO_HISTORIAN), DENIED(NO_FLOW_STATE, "history-begins") },
	{ CASE("reset-begins", "nor does a reset"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, RST) }, NEW,
	  BY(TO_HISTORIAN), DENIED(NO_FLOW_STATE, "history-begins") },
	{ CASE("fin-begins", "nor does a FIN"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, FIN | ACK) },
	  NEW, BY(TO_HISTORIAN), DENIED(NO_FLOW_STATE, "history-begins") },
	{ CASE("translated", "a translated flow"),
	  .port = "eth2.10", .frame = { HISTORY },
	  .flow = { .state = SLUICE_FLOW_STATE_NEW, .translated = 1 }, BY(TO_HISTORIAN),
	  DENIED(NAT, "history-begins") },

	/* ---- Step 11 ---- */
	{ CASE("vendor-early", "a second before the window"),
	  .port = "eth0.99", .frame = { VENDOR }, NEW, .now = PACKET_WINDOW_OPENS - 1,
	  BY("vendor-vpn"), DENIED(NOT_VALID_NOW, "vendor-first-second") },
	{ CASE("vendor-late", "the first second after it, though the flow lives"),
	  .port = "eth0.99", .frame = { VENDOR }, LIVE, .now = PACKET_WINDOW_CLOSES,
	  BY("vendor-vpn"), DENIED(NOT_VALID_NOW, "vendor-last-second") },

	/* ---- Step 13 ---- */
	{ CASE("rate-packets", "more packets than the conduit allows"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, ACK) }, LIVE,
	  .spent = PACKET_SPENT_PACKETS, BY(TO_HISTORIAN), DENIED(RATE, "history-data") },
	{ CASE("rate-connections", "more new connections a second than it allows"),
	  .port = "eth2.10", .frame = { HISTORY }, NEW, .spent = PACKET_SPENT_NEW_CONNECTIONS,
	  BY(TO_HISTORIAN), DENIED(RATE, "history-begins") },
	{ CASE("live-when-busy", "live flows go on while no new one may begin"),
	  .port = "eth2.10", .frame = { TCP4("10.1.0.20", 40000, "10.2.0.10", 4840, ACK) }, LIVE,
	  .spent = PACKET_SPENT_NEW_CONNECTIONS, PASSES(TO_HISTORIAN) },
	{ CASE("connections", "more connections than it allows"),
	  .port = "eth2.10", .frame = { HISTORY }, NEW, .spent = PACKET_SPENT_CONNECTIONS,
	  BY(TO_HISTORIAN), DENIED(CONNECTIONS, "history-begins") },
	{ CASE("live-when-full", "live flows go on while it is full"),
	  .port = "eth3", .frame = { HISTORY_BACK(ACK) }, BACK, .spent = PACKET_SPENT_CONNECTIONS,
	  PASSES(TO_HISTORIAN) },
};

const size_t packet_case_count = sizeof(packet_cases) / sizeof(packet_cases[0]);

unsigned int packet_tag(const char *port)
{
	const char *dot = strchr(port, '.');

	return dot ? (unsigned int)strtoul(dot + 1, NULL, 10) : 0;
}

void packet_build(const struct packet_case *test, struct frame *frame)
{
	const struct packet_lie *lie = &test->lie;
	struct frame_spec spec = test->frame;
	uint32_t base;

	/* Whoever writes a tag himself means it. */
	if (test->port && !spec.vlan && !spec.outer_vlan)
		spec.vlan = (int)packet_tag(test->port);
	frame_build(&spec, frame);
	base = lie->where == 't' ? frame->transport : lie->where == 'n' ? frame->network : 0;
	memcpy(frame->bytes + base + lie->offset, lie->byte, lie->bytes);
	frame->length -= test->cut;
}

int packet_gate_drops(const struct packet_case *test)
{
	/* Only pieces are the gate's business. */
	if (test->whole)
		return 0;
	switch (test->reason) {
	case SLUICE_REASON_PERMITTED:
		return 0;
	case SLUICE_REASON_NO_CONDUIT:
		/* Neighbour discovery that is not for the gateway is told apart by the hooks. */
		return !test->frame.neighbour;
	default:
		return test->reason < SLUICE_REASON_NO_CONDUIT;
	}
}

const char *packet_reason_name(enum sluice_reason reason)
{
	static char name[SLUICE_REASON_COUNT][24];
	static const char *const upper[] = {
#define PACKET_REASON(number, name, step, text) [number] = #name,
		SLUICE_REASONS(PACKET_REASON)
#undef PACKET_REASON
	};
	size_t i;

	if ((unsigned int)reason >= SLUICE_REASON_COUNT)
		return "?";
	for (i = 0; upper[reason][i] && i < sizeof(name[0]) - 1; i++)
		name[reason][i] = (char)tolower((unsigned char)upper[reason][i]);
	return name[reason];
}
