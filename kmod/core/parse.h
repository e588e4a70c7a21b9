/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet bytes -> struct sluice_facts, the same in gate, module and command line.
 *
 * The includer defines, before including this file,
 *
 *	struct sluice_packet	with at least: __u32 length (bytes from offset 0)
 *	static int sluice_load(const struct sluice_packet *, __u32 offset, void *to, __u32 length)
 *				0 when all bytes were there, else negative; to is then not used
 *
 * and SLUICE_STATELESS when it never asks judge(): facts that only flows need are then left out.
 *
 * Every length is checked against the bytes that are there before it is used; what does not parse
 * becomes a defect, and a defect is never permitted.
 */
#ifndef SLUICE_CORE_PARSE_H
#define SLUICE_CORE_PARSE_H

#include "types.h"

#define SLUICE_ETHERNET_BYTES	14
#define SLUICE_ETHERTYPE_IPV4	0x0800
#define SLUICE_ETHERTYPE_ARP	0x0806
#define SLUICE_ETHERTYPE_VLAN	0x8100
#define SLUICE_ETHERTYPE_IPV6	0x86dd
#define SLUICE_ETHERTYPE_SVLAN	0x88a8
#define SLUICE_ETHERTYPE_DCP	0x8892
#define SLUICE_ETHERTYPE_LLDP	0x88cc
#define SLUICE_ETHERTYPE_SMALLEST 0x0600

/* The smallest Ethernet payload: what ARP may be padded to. More would be a tunnel. */
#define SLUICE_ETHERNET_PADDED	46

/* Headers are copied in words where the machine can (the gate does): so they must stand on one. */
#define SLUICE_WORD_ALIGNED	__attribute__((__aligned__(8)))

/*
 * Big-endian numbers. The place of a 4 or 8 byte number is aligned to that in its buffer, of a 2 or
 * 6 byte number to 2. The gate has its own, for its compiler would load byte by byte.
 */
#ifndef SLUICE_OWN_BYTES
static __always_inline __u16 sluice_load16(const __u8 *bytes)
{
	return (__u16)(bytes[0] << 8 | bytes[1]);
}

static __always_inline __u32 sluice_load32(const __u8 *bytes)
{
	return (__u32)bytes[0] << 24 | (__u32)bytes[1] << 16 | (__u32)bytes[2] << 8 | bytes[3];
}

static __always_inline __u64 sluice_load64(const __u8 *bytes)
{
	return (__u64)sluice_load32(bytes) << 32 | sluice_load32(bytes + 4);
}
#endif

static __always_inline __u64 sluice_load48(const __u8 *bytes)
{
	return (__u64)sluice_load16(bytes) << 32 | (__u64)sluice_load16(bytes + 2) << 16 |
	       sluice_load16(bytes + 4);
}

static __always_inline void sluice_defect(struct sluice_facts *facts, __u8 reason)
{
	facts->kind = SLUICE_KIND_UNKNOWN;
	facts->defect = reason;
}

static __always_inline void sluice_parse_tcp(const struct sluice_packet *packet, __u32 offset,
					     __u32 length, struct sluice_facts *facts)
{
	__u8 header[20] SLUICE_WORD_ALIGNED;
	__u32 bytes;
	__u8 flags;

	if (length < sizeof(header) || sluice_load(packet, offset, header, sizeof(header)))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	bytes = (__u32)(header[12] >> 4) * 4;
	if (bytes < sizeof(header) || bytes > length)
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	flags = header[13] & 0x3f;
	facts->source_port = sluice_load16(header);
	facts->destination_port = sluice_load16(header + 2);
	facts->tcp_flags = flags;
	facts->payload = length - bytes;
#ifndef SLUICE_STATELESS
	facts->tcp_sequence = sluice_load32(header + 4);
	facts->tcp_acknowledgement = sluice_load32(header + 8);
#endif
	/* No TCP sends these: port 0, no flag at all, SYN together with FIN or RST (RFC 9293). */
	if (!facts->source_port || !facts->destination_port || !flags ||
	    ((flags & SLUICE_TCP_SYN) && (flags & (SLUICE_TCP_FIN | SLUICE_TCP_RST))))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	facts->kind = SLUICE_KIND_PLAIN;
}

/* DHCP as far as it stays on the link: to everybody there (RFC 2131, RFC 8415), never to a host. */
static __always_inline __u8 sluice_parse_dhcp(const struct sluice_facts *facts)
{
	if (facts->family == 4)
		return (facts->destination_port == 67 || facts->destination_port == 68) &&
		       facts->destination.high == 0xffffffffULL << 32;
	return (facts->destination_port == 546 || facts->destination_port == 547) &&
	       facts->destination.high >> 48 == 0xff02;
}

static __always_inline void sluice_parse_udp(const struct sluice_packet *packet, __u32 offset,
					     __u32 length, struct sluice_facts *facts)
{
	__u8 header[8] SLUICE_WORD_ALIGNED;
	__u32 bytes;

	if (length < sizeof(header) || sluice_load(packet, offset, header, sizeof(header)))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	bytes = sluice_load16(header + 4);
	facts->source_port = sluice_load16(header);
	facts->destination_port = sluice_load16(header + 2);
	facts->payload = length - (__u32)sizeof(header);
	if (bytes < sizeof(header) || bytes > length || !facts->source_port ||
	    !facts->destination_port)
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	facts->kind = SLUICE_KIND_PLAIN;
	facts->noise = sluice_parse_dhcp(facts);
}

/* The first 8 bytes behind a quoted header: all that an ICMP error must bring, and all that counts. */
static __always_inline void sluice_parse_quoted_transport(const __u8 *bytes, __u8 protocol,
							  struct sluice_facts *facts)
{
	facts->protocol = protocol;
	switch (protocol) {
	case SLUICE_PROTOCOL_TCP:
	case SLUICE_PROTOCOL_UDP:
		facts->source_port = sluice_load16(bytes);
		facts->destination_port = sluice_load16(bytes + 2);
		return;
	case SLUICE_PROTOCOL_ICMP:
	case SLUICE_PROTOCOL_ICMPV6:
		facts->source_port = bytes[0];
		facts->destination_port = bytes[0];
		return;
	}
	facts->source_port = protocol;
	facts->destination_port = protocol;
}

/*
 * An ICMP error (RFC 792): it quotes a packet that its receiver sent, at least the header, which has
 * no options since none passes here, and 8 bytes. A piece that is not the first names no ports.
 */
static __always_inline void sluice_parse_quoted_ipv4(const struct sluice_packet *packet,
						     __u32 offset, __u32 length,
						     struct sluice_facts *facts)
{
	__u8 quoted[28] SLUICE_WORD_ALIGNED;

	if (length < sizeof(quoted) || sluice_load(packet, offset, quoted, sizeof(quoted)) ||
	    quoted[0] != 0x45 || (sluice_load16(quoted + 6) & 0x1fff) ||
	    (__u64)sluice_load32(quoted + 12) << 32 != facts->destination.high)
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	facts->quoted.high = (__u64)sluice_load32(quoted + 16) << 32;
	sluice_parse_quoted_transport(quoted + 20, quoted[9], facts);
	facts->kind = SLUICE_KIND_ICMP_ERROR;
}

/*
 * A router that finds a piece too big quotes the piece: its sender learns nothing without the transport
 * header, which stands behind that of the piece (RFC 8200, section 4.5).
 */
static __always_inline int sluice_parse_quoted_piece(const struct sluice_packet *packet,
						     __u32 offset, __u32 length, __u8 quoted[48])
{
	if (length < 56 || (sluice_load16(quoted + 42) & 0xfff8))
		return -1;
	quoted[6] = quoted[40];
	return sluice_load(packet, offset + 48, quoted + 40, 8);
}

static __always_inline void sluice_parse_quoted_ipv6(const struct sluice_packet *packet,
						     __u32 offset, __u32 length,
						     struct sluice_facts *facts)
{
	__u8 quoted[48] SLUICE_WORD_ALIGNED;

	if (length < sizeof(quoted) || sluice_load(packet, offset, quoted, sizeof(quoted)) ||
	    quoted[0] >> 4 != 6 || sluice_load64(quoted + 8) != facts->destination.high ||
	    sluice_load64(quoted + 16) != facts->destination.low)
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	if (quoted[6] == SLUICE_PROTOCOL_FRAGMENT &&
	    sluice_parse_quoted_piece(packet, offset, length, quoted))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	facts->quoted.high = sluice_load64(quoted + 24);
	facts->quoted.low = sluice_load64(quoted + 32);
	sluice_parse_quoted_transport(quoted + 40, quoted[6], facts);
	facts->kind = SLUICE_KIND_ICMP_ERROR;
}

static __always_inline void sluice_parse_icmp(const struct sluice_packet *packet, __u32 offset,
					      __u32 length, struct sluice_facts *facts)
{
	__u8 header[8] SLUICE_WORD_ALIGNED;

	if (length < sizeof(header) || sluice_load(packet, offset, header, sizeof(header)))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	facts->icmp_type = header[0];
	facts->icmp_code = header[1];
	facts->source_port = header[0];
	facts->destination_port = header[0];
	facts->payload = length - (__u32)sizeof(header);
	switch (header[0]) {
	case 3:		/* destination unreachable */
	case 11:	/* time exceeded */
	case 12:	/* parameter problem */
		return sluice_parse_quoted_ipv4(packet, offset + (__u32)sizeof(header),
						facts->payload, facts);
	case 4:		/* source quench */
	case 5:		/* redirect */
	case 9:		/* router advertisement */
	case 10:	/* router solicitation */
		/* They would move the plant's routes: a kind that nothing permits. */
		facts->kind = SLUICE_KIND_UNKNOWN;
		break;
	default:
		facts->kind = SLUICE_KIND_PLAIN;
	}
}

/*
 * The one option of neighbour discovery: the link-layer address, which must be the frame's own, or
 * the nonce with which a nameless host looks for its double (RFC 7527).
 */
static __always_inline __u8 sluice_parse_neighbour_option(const __u8 option[8],
							  const struct sluice_facts *facts)
{
	int nobody = !(facts->source.high | facts->source.low);

	if (option[1] != 1)
		return SLUICE_REASON_MALFORMED;
	if (option[0] == 14 && nobody)
		return SLUICE_REASON_PERMITTED;
	if (option[0] != 1 && option[0] != 2)
		return SLUICE_REASON_MALFORMED;
	/* What this gateway itself says has no Ethernet header yet where it is judged. */
	if (!facts->source_mac && !facts->port)
		return SLUICE_REASON_PERMITTED;
	return sluice_load48(option + 2) == facts->source_mac ? SLUICE_REASON_PERMITTED :
								SLUICE_REASON_NEIGHBOUR;
}

/*
 * Neighbour discovery (RFC 4861): hop limit 255, one option and nothing behind it, else it would be
 * a tunnel. The advertised target is the claim, so it takes the place of the source.
 */
static __always_inline void sluice_parse_neighbour(const struct sluice_packet *packet, __u32 offset,
						   __u32 length, __u8 hop_limit,
						   struct sluice_facts *facts)
{
	__u8 body[32] SLUICE_WORD_ALIGNED;
	__u8 reason;

	if (hop_limit != 255 || length < 24 || sluice_load(packet, offset, body, 24))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	if (length > 24) {
		if (length != 32 || sluice_load(packet, offset, body, 32))
			return sluice_defect(facts, SLUICE_REASON_MALFORMED);
		reason = sluice_parse_neighbour_option(body + 24, facts);
		if (reason != SLUICE_REASON_PERMITTED)
			return sluice_defect(facts, reason);
	}
	if (body[0] == 136) {
		facts->source.high = sluice_load64(body + 8);
		facts->source.low = sluice_load64(body + 16);
	} else {
		facts->destination.high = sluice_load64(body + 8);
		facts->destination.low = sluice_load64(body + 16);
	}
	facts->kind = SLUICE_KIND_NEIGHBOUR;
	facts->noise = 1;
}

/*
 * A length that listener discovery has (RFC 2710, 3; RFC 3810, 5.1 and 5.2): any other would be a tunnel.
 * Addresses of sources are 16 bytes each, and nobody has ever defined auxiliary data.
 */
static __always_inline int sluice_listener_length(__u32 type, __u32 length, __u32 records)
{
	__u32 fixed = type == 143 ? 8 + 20 * records : 28;

	if (length == 24 && type != 143)
		return 1;
	return type != 131 && type != 132 && length >= fixed && !((length - fixed) & 15) &&
	       (type != 143 || records);
}

static __always_inline void sluice_parse_icmpv6(const struct sluice_packet *packet, __u32 offset,
						__u32 length, __u8 hop_limit,
						struct sluice_facts *facts)
{
	__u8 header[8] SLUICE_WORD_ALIGNED;
	__u8 type;

	if (length < sizeof(header) || sluice_load(packet, offset, header, sizeof(header)))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	type = header[0];
	facts->icmp_type = type;
	facts->icmp_code = header[1];
	facts->source_port = type;
	facts->destination_port = type;
	facts->payload = length - (__u32)sizeof(header);
	if (type == 135 || type == 136)
		return sluice_parse_neighbour(packet, offset, length, hop_limit, facts);
	if (type >= 1 && type <= 4)
		return sluice_parse_quoted_ipv6(packet, offset + (__u32)sizeof(header),
						facts->payload, facts);
	/* Multicast listener discovery (RFC 3810) never travels: hop limit 1, link-local source, to a group. */
	if ((type >= 130 && type <= 132) || type == 143) {
		if (hop_limit != 1 || facts->destination.high >> 56 != 0xff ||
		    !sluice_listener_length(type, length, sluice_load16(header + 6)))
			return sluice_defect(facts, SLUICE_REASON_MALFORMED);
		facts->kind = SLUICE_KIND_NEIGHBOUR;
		facts->noise = 1;
		return;
	}
	/* Router discovery and redirects (RFC 4861) would move the plant's routes: never permitted. */
	facts->kind = type == 133 || type == 134 || type == 137 ? SLUICE_KIND_UNKNOWN :
								  SLUICE_KIND_PLAIN;
	facts->noise = type == 133;
}

/**
 * struct sluice_upper - what an IP header says about what stands behind it
 * @offset: of the transport header
 * @length: bytes from there on
 * @hop_limit: IPv6; 0 for IPv4
 * @alert: a router alert stood between
 */
struct sluice_upper {
	__u32 offset;
	__u32 length;
	__u8 hop_limit;
	__u8 alert;
};

static __always_inline void sluice_parse_transport(const struct sluice_packet *packet,
						   const struct sluice_upper *upper,
						   struct sluice_facts *facts)
{
	switch (facts->protocol) {
	case SLUICE_PROTOCOL_TCP:
		return sluice_parse_tcp(packet, upper->offset, upper->length, facts);
	case SLUICE_PROTOCOL_UDP:
		return sluice_parse_udp(packet, upper->offset, upper->length, facts);
	case SLUICE_PROTOCOL_ICMP:
		if (facts->family != 4)
			return sluice_defect(facts, SLUICE_REASON_MALFORMED);
		return sluice_parse_icmp(packet, upper->offset, upper->length, facts);
	case SLUICE_PROTOCOL_ICMPV6:
		if (facts->family != 6)
			return sluice_defect(facts, SLUICE_REASON_MALFORMED);
		return sluice_parse_icmpv6(packet, upper->offset, upper->length, upper->hop_limit,
					   facts);
	default:
		facts->source_port = facts->protocol;
		facts->destination_port = facts->protocol;
		facts->payload = upper->length;
		facts->kind = SLUICE_KIND_PLAIN;
	}
}

/**
 * struct sluice_piece - one piece of a datagram
 * @offset: of the IP payload's byte that comes first in it
 * @longest: bytes that the payload of a datagram may have
 * @more: it is not the last
 */
struct sluice_piece {
	__u32 offset;
	__u32 longest;
	__u32 more;
};

/*
 * A piece: what the stack would refuse, and what would hide the transport header (RFC 1858, RFC 3128,
 * RFC 8200), is refused here already. Pieces that overlap only the one who collects them can see.
 */
static __always_inline void sluice_parse_piece(const struct sluice_packet *packet,
					       const struct sluice_upper *upper,
					       const struct sluice_piece *piece,
					       struct sluice_facts *facts)
{
	__u32 least = facts->protocol == SLUICE_PROTOCOL_TCP ? 20 : 8;
	__u8 header[20] SLUICE_WORD_ALIGNED;

	if (!upper->length || (piece->more && (upper->length & 7)) ||
	    upper->length > piece->longest || piece->offset > piece->longest - upper->length)
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	if (piece->offset ? piece->offset < least : upper->length < least)
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	if (!piece->offset && facts->protocol == SLUICE_PROTOCOL_TCP &&
	    (sluice_load(packet, upper->offset, header, sizeof(header)) ||
	     (__u32)(header[12] >> 4) * 4 > upper->length))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	facts->fragment = SLUICE_FRAGMENT_PART;
	facts->payload = upper->length;
	facts->kind = SLUICE_KIND_FRAGMENT;
}

/* The transport header is left to be read when no defect and no piece was found; so too for IPv6. */
static __always_inline void sluice_parse_ipv4(const struct sluice_packet *packet, __u32 offset,
					      struct sluice_upper *upper,
					      struct sluice_facts *facts)
{
	__u8 header[20] SLUICE_WORD_ALIGNED;
	__u32 length;
	__u16 fragment;

	facts->family = 4;
	if (sluice_load(packet, offset, header, sizeof(header)))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	length = sluice_load16(header + 2);
	facts->source.high = (__u64)sluice_load32(header + 12) << 32;
	facts->destination.high = (__u64)sluice_load32(header + 16) << 32;
	facts->protocol = header[9];
	facts->length = length;
	if (header[0] >> 4 != 4 || (header[0] & 15) < 5 || length < (__u32)(header[0] & 15) * 4 ||
	    packet->length < offset + length || !header[8])
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	if ((header[0] & 15) != 5)
		return sluice_defect(facts, SLUICE_REASON_IP_OPTIONS);
	fragment = sluice_load16(header + 6);
	if (fragment & 0x8000)	/* reserved, must be zero (RFC 791) */
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	upper->offset = offset + (__u32)sizeof(header);
	upper->length = length - (__u32)sizeof(header);
	if (fragment & 0x3fff) {
		struct sluice_piece piece = {
			.offset = (__u32)(fragment & 0x1fff) * 8,
			.longest = 0xffff - (__u32)sizeof(header),
			.more = fragment & 0x2000,
		};

		sluice_parse_piece(packet, upper, &piece, facts);
	}
}

/*
 * The one extension header that may stand before ICMPv6 here is the router alert of multicast
 * listener discovery (RFC 2711, 8 bytes).
 */
static __always_inline int sluice_parse_router_alert(const struct sluice_packet *packet,
						     __u32 offset, __u32 length)
{
	__u8 option[8] SLUICE_WORD_ALIGNED;

	if (length < sizeof(option) || sluice_load(packet, offset, option, sizeof(option)))
		return -1;
	return option[0] == SLUICE_PROTOCOL_ICMPV6 && option[1] == 0 && option[2] == 5 &&
			       option[3] == 2 ? 0 : -1;
}

/* Headers that are no transport: none but the two that are asked for by name may stand there. */
static __always_inline int sluice_is_extension(__u8 next)
{
	switch (next) {
	case 0:		/* hop-by-hop */
	case 43:	/* routing */
	case 44:	/* fragment */
	case 51:	/* authentication */
	case 60:	/* destination options */
	case 135:	/* mobility */
	case 139:	/* host identity */
	case 140:	/* shim6 */
		return 1;
	}
	return 0;
}

/* A fragment header must make a piece: one that is whole already (RFC 6946) has no purpose here. */
static __always_inline void sluice_parse_fragment(const struct sluice_packet *packet,
						  struct sluice_upper *upper,
						  struct sluice_facts *facts)
{
	__u8 header[8] SLUICE_WORD_ALIGNED;
	struct sluice_piece piece;
	__u16 fragment;

	if (upper->length < sizeof(header) ||
	    sluice_load(packet, upper->offset, header, sizeof(header)))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	fragment = sluice_load16(header + 2);
	facts->protocol = header[0];
	if (!(fragment & 0xfff9))
		return sluice_defect(facts, SLUICE_REASON_FRAGMENT);
	if (sluice_is_extension(header[0]))
		return sluice_defect(facts, SLUICE_REASON_IP_OPTIONS);
	upper->offset += sizeof(header);
	upper->length -= sizeof(header);
	piece = (struct sluice_piece){ fragment & 0xfff8, 0xffff, fragment & 1 };
	sluice_parse_piece(packet, upper, &piece, facts);
}

static __always_inline void sluice_parse_ipv6(const struct sluice_packet *packet, __u32 offset,
					      struct sluice_upper *upper,
					      struct sluice_facts *facts)
{
	__u8 header[40] SLUICE_WORD_ALIGNED;
	__u32 length;

	facts->family = 6;
	if (sluice_load(packet, offset, header, sizeof(header)))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	length = sluice_load16(header + 4);
	facts->source.high = sluice_load64(header + 8);
	facts->source.low = sluice_load64(header + 16);
	facts->destination.high = sluice_load64(header + 24);
	facts->destination.low = sluice_load64(header + 32);
	facts->protocol = header[6];
	facts->length = length + (__u32)sizeof(header);
	offset += sizeof(header);
	if (header[0] >> 4 != 6 || packet->length < offset + length || !header[7])
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	if (!facts->protocol) {
		if (sluice_parse_router_alert(packet, offset, length) || header[7] != 1)
			return sluice_defect(facts, SLUICE_REASON_IP_OPTIONS);
		facts->protocol = SLUICE_PROTOCOL_ICMPV6;
		upper->alert = 1;
		offset += 8;
		length -= 8;
	}
	upper->offset = offset;
	upper->length = length;
	upper->hop_limit = header[7];
	if (facts->protocol == SLUICE_PROTOCOL_FRAGMENT)
		sluice_parse_fragment(packet, upper, facts);
	else if (sluice_is_extension(facts->protocol))
		sluice_defect(facts, SLUICE_REASON_IP_OPTIONS);
}

static __always_inline void sluice_parse_arp(const struct sluice_packet *packet, __u32 offset,
					     struct sluice_facts *facts)
{
	__u8 body[28] SLUICE_WORD_ALIGNED;

	facts->noise = 1;
	if (sluice_load(packet, offset, body, sizeof(body)) ||
	    packet->length > offset + SLUICE_ETHERNET_PADDED)
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	/* Ethernet, IPv4, 6 and 4 byte addresses, request or reply (RFC 826) */
	if (sluice_load32(body) != 0x00010800 || body[4] != 6 || body[5] != 4 || body[6] ||
	    (body[7] != 1 && body[7] != 2))
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	facts->source.high = (__u64)sluice_load16(body + 14) << 48 |
			     (__u64)sluice_load16(body + 16) << 32;
	facts->destination.high = (__u64)sluice_load32(body + 24) << 32;
	if (sluice_load48(body + 8) != facts->source_mac)
		return sluice_defect(facts, SLUICE_REASON_NEIGHBOUR);
	facts->kind = SLUICE_KIND_NEIGHBOUR;
}

/**
 * sluice_parse_network - what stands behind the Ethernet header and its tag
 * @packet: bytes
 * @offset: of the network header
 * @facts: ethertype, MACs, port, vlan and segments are filled by the caller, all else is zero
 *
 * Afterwards either kind or defect is set, or neither for what no policy can permit.
 */
static __always_inline void sluice_parse_network(const struct sluice_packet *packet, __u32 offset,
						 struct sluice_facts *facts)
{
	struct sluice_upper upper = { 0 };

	switch (facts->ethertype) {
	case SLUICE_ETHERTYPE_IPV4:
		sluice_parse_ipv4(packet, offset, &upper, facts);
		break;
	case SLUICE_ETHERTYPE_IPV6:
		sluice_parse_ipv6(packet, offset, &upper, facts);
		break;
	case SLUICE_ETHERTYPE_ARP:
		return sluice_parse_arp(packet, offset, facts);
	case SLUICE_ETHERTYPE_VLAN:
	case SLUICE_ETHERTYPE_SVLAN:
		return sluice_defect(facts, SLUICE_REASON_VLAN);
	case SLUICE_ETHERTYPE_LLDP:
	case SLUICE_ETHERTYPE_DCP:
		facts->noise = 1;
		return sluice_defect(facts, SLUICE_REASON_ETHERTYPE);
	default:
		return sluice_defect(facts, SLUICE_REASON_ETHERTYPE);
	}
	if (facts->defect || facts->fragment)
		return;
	sluice_parse_transport(packet, &upper, facts);
	/* A router alert is for listener discovery and nothing else. */
	if (upper.alert && facts->kind != SLUICE_KIND_NEIGHBOUR)
		sluice_defect(facts, SLUICE_REASON_IP_OPTIONS);
}

/**
 * sluice_parse_tag - ethertype and VLAN tag of a frame whose tag is still in its bytes
 * @packet: bytes from the destination MAC on
 * @facts: all zero; MACs, vlan and ethertype are filled
 *
 * VID 0 is a priority tag and counts as untagged. A second tag is left as the ethertype, so that
 * sluice_parse_network() finds it.
 * Return: offset of the network header; 0 when the frame is too short (defect is then set).
 */
static __always_inline __u32 sluice_parse_tag(const struct sluice_packet *packet,
					      struct sluice_facts *facts)
{
	__u8 header[SLUICE_ETHERNET_BYTES] SLUICE_WORD_ALIGNED;
	__u8 tag[4] SLUICE_WORD_ALIGNED;

	if (sluice_load(packet, 0, header, sizeof(header))) {
		sluice_defect(facts, SLUICE_REASON_MALFORMED);
		return 0;
	}
	facts->destination_mac = sluice_load48(header);
	facts->source_mac = sluice_load48(header + 6);
	facts->ethertype = sluice_load16(header + 12);
	if (facts->ethertype != SLUICE_ETHERTYPE_VLAN)
		return SLUICE_ETHERNET_BYTES;
	if (sluice_load(packet, SLUICE_ETHERNET_BYTES, tag, sizeof(tag))) {
		sluice_defect(facts, SLUICE_REASON_MALFORMED);
		return 0;
	}
	facts->vlan = sluice_load16(tag) & 0xfff;
	facts->ethertype = sluice_load16(tag + 2);
	return SLUICE_ETHERNET_BYTES + sizeof(tag);
}

/**
 * sluice_parse_link - the two checks on MACs that need no policy
 * @facts: after sluice_parse_tag() or filled from an skb
 *
 * A group address as a source is no Ethernet (IEEE 802.3); a length instead of a type is LLC, whose
 * one harmless speaker is spanning tree.
 */
static __always_inline void sluice_parse_link(struct sluice_facts *facts)
{
	if (facts->source_mac >> 40 & 1)
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	if (facts->ethertype < SLUICE_ETHERTYPE_SMALLEST) {
		facts->noise = facts->destination_mac == 0x0180c2000000ULL;
		sluice_defect(facts, SLUICE_REASON_ETHERTYPE);
	}
}

/**
 * sluice_parse_frame - a whole Ethernet frame with its tag in the bytes
 * @packet: bytes from the destination MAC on
 * @facts: all zero, but for port and segments
 *
 * The port depends on the tag: who needs it calls sluice_parse_tag(), looks the port up and goes on.
 */
static __always_inline void sluice_parse_frame(const struct sluice_packet *packet,
					       struct sluice_facts *facts)
{
	__u32 offset = sluice_parse_tag(packet, facts);

	if (!offset)
		return;
	sluice_parse_link(facts);
	if (!facts->defect)
		sluice_parse_network(packet, offset, facts);
}

#endif /* SLUICE_CORE_PARSE_H */
