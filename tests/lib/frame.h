/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet frames for tests, from a description in a table.
 */
#ifndef SLUICE_TESTS_FRAME_H
#define SLUICE_TESTS_FRAME_H

#include <stdint.h>

#define FRAME_BYTES 2048

/* A priority tag: VID 0 */
#define FRAME_PRIORITY_TAG (-1)

/**
 * struct frame - bytes from the destination MAC on, tag included
 * @length: how many bytes
 * @network: offset of the network header
 * @transport: offset of the transport header, 0 without one
 * @bytes: the frame
 */
struct frame {
	uint32_t length;
	uint32_t network;
	uint32_t transport;
	uint8_t bytes[FRAME_BYTES];
};

/**
 * struct frame_spec - what to build; zero means the usual
 * @source_mac: text, usual 02:00:00:00:00:01
 * @destination_mac: text, usual 02:00:00:00:00:fe
 * @vlan: tag, 0 for none, FRAME_PRIORITY_TAG
 * @outer_vlan: a second tag before it, 0 for none
 * @source: IPv4 or IPv6 text
 * @destination: of the same family
 * @protocol: transport protocol; 0 with @ethertype: no IP
 * @source_port: TCP, UDP
 * @destination_port: TCP, UDP
 * @tcp_flags: second byte of the flags
 * @icmp_type: ICMP, ICMPv6
 * @icmp_code: likewise
 * @sequence: of TCP
 * @acknowledgement: of TCP
 * @quoted: ICMP errors: the packet whose header and first 8 bytes are quoted before the payload
 * @unquoted: so many bytes less of it
 * @payload: bytes behind the transport header
 * @padding: bytes behind the IP packet
 * @ethertype: instead of IP: @payload bytes behind this type
 * @hop_limit: usual 64
 * @options: bytes of IPv4 options (multiple of 4)
 * @fragment: IPv4 flags and offset word; IPv6: fragment header when not zero
 * @extension: IPv6: number of one 8 byte extension header, 0 for none
 * @router_alert: IPv6: hop-by-hop header with a router alert
 * @arp: 1 request, 2 reply; @source and @destination are sender and target
 * @neighbour: 135 or 136; @target is asked or told
 * @target: IPv6 text
 * @link_address: text of the MAC in the ARP body or the ND option; usual @source_mac
 * @no_option: neighbour discovery without the link-layer address option
 */
struct frame_spec {
	const char *source_mac;
	const char *destination_mac;
	int vlan;
	int outer_vlan;
	const char *source;
	const char *destination;
	uint8_t protocol;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t tcp_flags;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint32_t sequence;
	uint32_t acknowledgement;
	const struct frame_spec *quoted;
	uint8_t unquoted;
	uint16_t payload;
	uint16_t padding;
	uint16_t ethertype;
	uint8_t hop_limit;
	uint8_t options;
	uint16_t fragment;
	uint8_t extension;
	uint8_t router_alert;
	uint8_t arp;
	uint8_t neighbour;
	const char *target;
	const char *link_address;
	uint8_t no_option;
};

/**
 * frame_build() - make the bytes, checksums included
 * @spec: what
 * @frame: receives it
 *
 * Ends the program when the description itself is wrong: a table is part of a test.
 */
void frame_build(const struct frame_spec *spec, struct frame *frame);

/**
 * frame_mac() - six bytes from text
 * @text: 02:00:00:00:00:01
 * @bytes: receives them
 */
void frame_mac(const char *text, uint8_t bytes[6]);

#endif
