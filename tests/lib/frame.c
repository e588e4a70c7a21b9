// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/frame.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_SOURCE_MAC	"02:00:00:00:00:01"
#define USUAL_DESTINATION_MAC	"02:00:00:00:00:fe"

static void bad_table(const char *what, const char *text)
{
	printf("Bail out! a frame's description is wrong: %s %s\n", what, text);
	exit(1);
}

void frame_mac(const char *text, uint8_t bytes[6])
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &bytes[0], &bytes[1], &bytes[2],
		   &bytes[3], &bytes[4], &bytes[5]) != 6)
		bad_table("MAC", text);
}

static uint8_t *take(struct frame *frame, uint32_t bytes)
{
	uint8_t *here = frame->bytes + frame->length;

	if (frame->length + bytes > FRAME_BYTES)
		bad_table("length", "");
	memset(here, 0, bytes);
	frame->length += bytes;
	return here;
}

static void put16(uint8_t *to, unsigned int value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void put_address(uint8_t *to, int family, const char *text)
{
	if (!text || inet_pton(family, text, to) != 1)
		bad_table("address", text ? text : "(none)");
}

static uint32_t sum(const uint8_t *bytes, uint32_t length, uint32_t start)
{
	uint32_t i;

	for (i = 0; i < length; i++)
		start += i & 1 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return start;
}

static uint16_t fold(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return (uint16_t)~value;
}

static void put_link(const struct frame_spec *spec, uint16_t ethertype, struct frame *frame)
{
	const char *source = spec->source_mac ? spec->source_mac : USUAL_SOURCE_MAC;
	const char *destination =
		spec->destination_mac ? spec->destination_mac : USUAL_DESTINATION_MAC;

	frame_mac(destination, take(frame, 6));
	frame_mac(source, take(frame, 6));
	if (spec->outer_vlan) {
		put16(take(frame, 2), 0x8100);
		put16(take(frame, 2), (unsigned int)spec->outer_vlan);
	}
	if (spec->vlan) {
		put16(take(frame, 2), 0x8100);
		put16(take(frame, 2), spec->vlan == FRAME_PRIORITY_TAG ? 0xe000 :
								       (unsigned int)spec->vlan);
	}
	put16(take(frame, 2), ethertype);
	frame->network = frame->length;
}

/* Checksum over transport and the pseudo header of either family. */
static void put_checksum(struct frame *frame, int family, uint8_t protocol, uint32_t at)
{
	uint8_t *transport = frame->bytes + frame->transport;
	uint32_t length = frame->length - frame->transport;
	uint32_t start = 0;
	uint16_t value;

	if (family == AF_INET6)
		start = sum(frame->bytes + frame->network + 8, 32, protocol + length);
	else if (protocol != IPPROTO_ICMP)
		start = sum(frame->bytes + frame->network + 12, 8, protocol + length);
	put16(transport + at, 0);
	value = fold(sum(transport, length, start));
	put16(transport + at, value);
}

static void put_neighbour(const struct frame_spec *spec, struct frame *frame)
{
	const char *link = spec->link_address ? spec->link_address :
			   spec->source_mac	? spec->source_mac :
						  USUAL_SOURCE_MAC;
	uint8_t *body = take(frame, 24);

	body[0] = spec->neighbour;
	put_address(body + 8, AF_INET6, spec->target);
	if (!spec->no_option) {
		uint8_t *option = take(frame, 8);

		option[0] = spec->neighbour == 135 ? 1 : 2;
		option[1] = 1;
		frame_mac(link, option + 2);
	}
}

static void put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value & 0xffff);
}

static void put_quoted(const struct frame_spec *spec, struct frame *frame)
{
	struct frame quoted;
	uint32_t bytes;

	frame_build(spec->quoted, &quoted);
	bytes = quoted.transport - quoted.network + 8 - spec->unquoted;
	memcpy(take(frame, bytes), quoted.bytes + quoted.network, bytes);
}

static void put_transport(const struct frame_spec *spec, int family, struct frame *frame)
{
	uint8_t *header;

	frame->transport = frame->length;
	switch (spec->protocol) {
	case IPPROTO_TCP:
		header = take(frame, 20);
		put32(header + 4, spec->sequence);
		put32(header + 8, spec->acknowledgement);
		header[12] = 5 << 4;
		header[13] = spec->tcp_flags;
		break;
	case IPPROTO_UDP:
		header = take(frame, 8);
		put16(header + 4, 8u + spec->payload);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (spec->neighbour) {
			put_neighbour(spec, frame);
			put_checksum(frame, family, spec->protocol, 2);
			return;
		}
		header = take(frame, 8);
		header[0] = spec->icmp_type;
		header[1] = spec->icmp_code;
		/* A listener report says how many records it has. */
		header[7] = spec->protocol == IPPROTO_ICMPV6 && spec->icmp_type == 143;
		if (spec->quoted)
			put_quoted(spec, frame);
		take(frame, spec->payload);
		put_checksum(frame, family, spec->protocol, 2);
		return;
	default:
		take(frame, spec->payload);
		return;
	}
	put16(header, spec->source_port);
	put16(header + 2, spec->destination_port);
	take(frame, spec->payload);
	put_checksum(frame, family, spec->protocol, spec->protocol == IPPROTO_TCP ? 16 : 6);
}

static void put_ipv4(const struct frame_spec *spec, struct frame *frame)
{
	uint8_t *header;
	uint32_t bytes = 20u + spec->options;

	put_link(spec, 0x0800, frame);
	header = take(frame, bytes);
	memset(header + 20, 1, spec->options);	/* no operation */
	header[0] = (uint8_t)(4 << 4 | bytes / 4);
	put16(header + 6, spec->fragment);
	header[8] = spec->hop_limit ? spec->hop_limit : 64;
	header[9] = spec->protocol;
	put_address(header + 12, AF_INET, spec->source);
	put_address(header + 16, AF_INET, spec->destination);
	put_transport(spec, AF_INET, frame);
	put16(header + 2, frame->length - frame->network);
	put16(header + 10, fold(sum(header, bytes, 0)));
}

static void put_ipv6(const struct frame_spec *spec, struct frame *frame)
{
	uint8_t *header, *extension;

	put_link(spec, 0x86dd, frame);
	header = take(frame, 40);
	header[0] = 6 << 4;
	header[6] = spec->protocol;
	header[7] = spec->hop_limit ? spec->hop_limit : spec->neighbour ? 255 : 64;
	put_address(header + 8, AF_INET6, spec->source);
	put_address(header + 24, AF_INET6, spec->destination);
	if (spec->fragment || spec->extension || spec->router_alert) {
		header[6] = spec->fragment ? 44 : spec->extension;
		extension = take(frame, 8);
		extension[0] = spec->protocol;
		if (spec->fragment)
			put16(extension + 2, spec->fragment);
		else if (spec->router_alert)
			memcpy(extension + 2, "\x05\x02\x00\x00\x01\x00", 6);
	}
	put_transport(spec, AF_INET6, frame);
	put16(header + 4, frame->length - frame->network - 40);
}

static void put_arp(const struct frame_spec *spec, struct frame *frame)
{
	uint8_t *body;

	put_link(spec, 0x0806, frame);
	body = take(frame, 28);
	memcpy(body, "\x00\x01\x08\x00\x06\x04\x00", 7);
	body[7] = spec->arp;
	frame_mac(spec->link_address ? spec->link_address :
		  spec->source_mac   ? spec->source_mac :
				       USUAL_SOURCE_MAC, body + 8);
	put_address(body + 14, AF_INET, spec->source);
	put_address(body + 24, AF_INET, spec->destination);
}

void frame_build(const struct frame_spec *spec, struct frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	if (spec->arp) {
		put_arp(spec, frame);
	} else if (spec->ethertype) {
		put_link(spec, spec->ethertype, frame);
		take(frame, spec->payload);
	} else if (spec->source && strchr(spec->source, ':')) {
		put_ipv6(spec, frame);
	} else {
		put_ipv4(spec, frame);
	}
	take(frame, spec->padding);
}
