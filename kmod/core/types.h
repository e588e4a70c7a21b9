/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the decision core needs from its surroundings, and nothing else.
 *
 * The core is compiled four times: into the module, the XDP gate, the command line and the tests.
 * It includes no skb, takes no lock, calls no library and allocates nothing.
 */
#ifndef SLUICE_CORE_TYPES_H
#define SLUICE_CORE_TYPES_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/byteorder.h>
#else
#include <linux/types.h>
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#endif

#include "../uapi/sluice.h"

/*
 * SLUICE_CORE_CALL marks the few functions that are worth a call of their own: in BPF they become
 * subprograms, so that the verifier meets less repeated text; elsewhere the compiler decides.
 */
#ifndef SLUICE_CORE_CALL
#define SLUICE_CORE_CALL static inline
#endif

/* SLUICE_CORE_FAST marks those whose call costs more than it saves in the gate, where each is one. */
#ifndef SLUICE_CORE_FAST
#define SLUICE_CORE_FAST static inline
#endif

static __always_inline __u64 sluice_from_little(__le64 value)
{
#ifdef __KERNEL__
	return le64_to_cpu(value);
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_bswap64(value);
#else
	return value;
#endif
}

/**
 * struct sluice_address - an IPv4 or IPv6 address as a bit string, most significant bit first
 * @high: IPv6: first 8 bytes as a number; IPv4: the address in the upper 32 bits
 * @low: IPv6: last 8 bytes as a number; IPv4: 0
 */
struct sluice_address {
	__u64 high;
	__u64 low;
};

/**
 * struct sluice_facts - all that the decision may know about a packet
 * @source: for ARP and neighbour advertisements the claimed address; zero where there is none
 * @destination: for ARP the target address
 * @quoted: ICMP errors: the destination of the packet that they quote
 * @source_mac: 48 bits as a number, first byte most significant; 0 when there is no Ethernet
 * @destination_mac: likewise
 * @segments: wire packets this one stands for (gso_segs), at least 1
 * @length: IP total length in bytes, padding excluded
 * @payload: bytes behind the transport header, from the IP length
 * @tcp_sequence: of TCP; the gate does not fill it
 * @tcp_acknowledgement: of TCP, whatever its flags; the gate does not fill it
 * @port: image port index it came in by; 0 unknown (or this gateway, at local out)
 * @vlan: tag it came with, 0 for untagged and for priority tags
 * @ethertype: host order, behind the tag
 * @source_port: TCP, UDP; ICMP: type; ICMP errors: of the quoted packet
 * @destination_port: TCP, UDP; ICMP: type; other protocols: protocol number; ICMP errors: of the
 *	quoted packet
 * @family: 4, 6 or 0
 * @protocol: transport protocol number; ICMP errors: of the quoted packet
 * @kind: enum sluice_kind
 * @defect: enum sluice_reason that the parser found, 0 when none
 * @tcp_flags: second byte of the TCP flags (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32)
 * @icmp_type: ICMP and ICMPv6
 * @icmp_code: ICMP and ICMPv6
 * @noise: 1 when a fenced device may send this without alarm (ARP, ND, LLDP, DHCP, DCP, STP)
 * @fragment: enum sluice_fragment
 * @zero: 0
 */
struct sluice_facts {
	struct sluice_address source;
	struct sluice_address destination;
	struct sluice_address quoted;
	__u64 source_mac;
	__u64 destination_mac;
	__u32 segments;
	__u32 length;
	__u32 payload;
	__u32 tcp_sequence;
	__u32 tcp_acknowledgement;
	__u16 port;
	__u16 vlan;
	__u16 ethertype;
	__u16 source_port;
	__u16 destination_port;
	__u8 family;
	__u8 protocol;
	__u8 kind;
	__u8 defect;
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 noise;
	__u8 fragment;
	__u8 zero;
};

/** enum sluice_fragment - how a datagram came */
enum sluice_fragment {
	SLUICE_FRAGMENT_NONE	= 0,	/* in one piece */
	SLUICE_FRAGMENT_PART	= 1,	/* this is a piece of one */
	SLUICE_FRAGMENT_WHOLE	= 2,	/* put together from pieces; only the module can know */
};

#define SLUICE_TCP_FIN	0x01
#define SLUICE_TCP_SYN	0x02
#define SLUICE_TCP_RST	0x04
#define SLUICE_TCP_PSH	0x08
#define SLUICE_TCP_ACK	0x10
#define SLUICE_TCP_URG	0x20

#define SLUICE_PROTOCOL_ICMP	1
#define SLUICE_PROTOCOL_TCP	6
#define SLUICE_PROTOCOL_UDP	17
#define SLUICE_PROTOCOL_FRAGMENT 44
#define SLUICE_PROTOCOL_ICMPV6	58

#endif /* SLUICE_CORE_TYPES_H */
