/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers to denied beginnings; kmod/core/refusal.h says to which. The frame in hand becomes the
 * answer and leaves by the port it came in by, to the MAC that sent it: whoever claims another's
 * address is told himself.
 *
 *	TCP:		link | IP | RST+ACK
 *	UDP, echo:	link | IP | ICMP | the denied packet's header and 8 bytes
 */
#ifndef SLUICE_BPF_REFUSAL_H
#define SLUICE_BPF_REFUSAL_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "../kmod/core/refusal.h"

#define SLUICE_REFUSAL_INTERVAL	(1000000000ULL / SLUICE_REFUSALS_PER_SECOND)
#define SLUICE_REFUSAL_TTL	64
#define SLUICE_QUOTED_TRANSPORT	8	/* RFC 792; as much as the module leaves of an error that crosses */

/** struct sluice_link - Ethernet header, with room for a tag */
struct sluice_link {
	__u8	destination[ETH_ALEN];
	__u8	source[ETH_ALEN];
	__be16	rest[3];
};

/** struct sluice_pseudo - what TCP's and ICMPv6's checksums cover besides (RFC 9293, RFC 8200) */
struct sluice_pseudo {
	__be32	source[4];
	__be32	destination[4];
	__be32	length;
	__be32	protocol;
};

/**
 * union sluice_refusal_body - what stands behind the IP header
 * @tcp: of a reset; zero behind it, which pads the frame
 * @icmp: of a prohibition
 */
union sluice_refusal_body {
	struct tcphdr tcp;
	struct {
		__u8	type;
		__u8	code;
		__sum16	checksum;
		__be32	unused;
		__u8	quoted[sizeof(struct ipv6hdr) + SLUICE_QUOTED_TRANSPORT];
	} icmp;
};

/**
 * struct sluice_refusal_frame - an answer in the making
 * @pseudo: of the answer
 * @body: likewise
 * @link: bytes of the link header
 * @network: bytes of the IP header
 */
struct sluice_refusal_frame {
	struct sluice_pseudo pseudo;
	union sluice_refusal_body body;
	__u32 link;
	__u32 network;
};

/* What the bodies measure. An older verifier follows a length only while it is no member of a struct. */
#define SLUICE_RESET_BYTES		sizeof(struct tcphdr)
#define SLUICE_PROHIBITION4_BYTES	(8 + sizeof(struct iphdr) + SLUICE_QUOTED_TRANSPORT)
#define SLUICE_PROHIBITION6_BYTES	sizeof(union sluice_refusal_body)

static __always_inline __u32 sluice_sum(const void *bytes, __u32 length, __u32 sum)
{
	return (__u32)bpf_csum_diff(NULL, 0, (__be32 *)bytes, length, sum);
}

static __always_inline __sum16 sluice_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~((sum & 0xffff) + (sum >> 16));
}

static __always_inline void sluice_put_address(__be32 to[4], const struct sluice_address *address)
{
	to[0] = bpf_htonl((__u32)(address->high >> 32));
	to[1] = bpf_htonl((__u32)address->high);
	to[2] = bpf_htonl((__u32)(address->low >> 32));
	to[3] = bpf_htonl((__u32)address->low);
}

/* A SYN has no acknowledgement, so the reset's own number is 0 and it acknowledges all that came. */
static __always_inline int sluice_make_reset(struct xdp_md *context,
					     const struct sluice_facts *facts,
					     struct sluice_refusal_frame *made)
{
	__be32 sequence;

	if (bpf_xdp_load_bytes(context, made->link + made->network + 4, &sequence,
			       sizeof(sequence)))
		return -1;
	made->pseudo.protocol = bpf_htonl(SLUICE_PROTOCOL_TCP);
	made->pseudo.length = bpf_htonl(SLUICE_RESET_BYTES);
	made->body.tcp.source = bpf_htons(facts->destination_port);
	made->body.tcp.dest = bpf_htons(facts->source_port);
	made->body.tcp.ack_seq = bpf_htonl(bpf_ntohl(sequence) + 1 + facts->payload);
	made->body.tcp.doff = sizeof(made->body.tcp) / 4;
	made->body.tcp.rst = 1;
	made->body.tcp.ack = 1;
	made->body.tcp.check = sluice_fold(sluice_sum(&made->body, SLUICE_RESET_BYTES,
						      sluice_sum(&made->pseudo,
								 sizeof(made->pseudo), 0)));
	return SLUICE_RESET_BYTES;
}

static __always_inline int sluice_make_prohibition4(struct xdp_md *context,
						    struct sluice_refusal_frame *made)
{
	if (bpf_xdp_load_bytes(context, made->link, made->body.icmp.quoted,
			       SLUICE_PROHIBITION4_BYTES - 8))
		return -1;
	made->pseudo.protocol = bpf_htonl(SLUICE_PROTOCOL_ICMP);
	made->body.icmp.type = 3;
	made->body.icmp.code = 13;
	made->body.icmp.checksum = sluice_fold(sluice_sum(&made->body, SLUICE_PROHIBITION4_BYTES,
							  0));
	return SLUICE_PROHIBITION4_BYTES;
}

static __always_inline int sluice_make_prohibition6(struct xdp_md *context,
						    struct sluice_refusal_frame *made)
{
	if (bpf_xdp_load_bytes(context, made->link, made->body.icmp.quoted,
			       sizeof(made->body.icmp.quoted)))
		return -1;
	made->pseudo.protocol = bpf_htonl(SLUICE_PROTOCOL_ICMPV6);
	made->pseudo.length = bpf_htonl(SLUICE_PROHIBITION6_BYTES);
	made->body.icmp.type = 1;
	made->body.icmp.code = 1;
	made->body.icmp.checksum = sluice_fold(sluice_sum(&made->body, SLUICE_PROHIBITION6_BYTES,
							  sluice_sum(&made->pseudo,
								     sizeof(made->pseudo), 0)));
	return SLUICE_PROHIBITION6_BYTES;
}

static __always_inline int sluice_put_ipv4(struct xdp_md *context,
					   const struct sluice_refusal_frame *made, int length)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = bpf_htons((__u16)(sizeof(ip) + length)),
		.frag_off = bpf_htons(0x4000),		/* whole, and to stay so: its number says nothing */
		.ttl = SLUICE_REFUSAL_TTL,
		.protocol = (__u8)bpf_ntohl(made->pseudo.protocol),
		.saddr = made->pseudo.source[0],
		.daddr = made->pseudo.destination[0],
	};

	ip.check = sluice_fold(sluice_sum(&ip, sizeof(ip), 0));
	return (int)bpf_xdp_store_bytes(context, made->link, &ip, sizeof(ip));
}

static __always_inline int sluice_put_ipv6(struct xdp_md *context,
					   const struct sluice_refusal_frame *made, int length)
{
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = bpf_htons((__u16)length),
		.nexthdr = (__u8)bpf_ntohl(made->pseudo.protocol),
		.hop_limit = SLUICE_REFUSAL_TTL,
	};

	__builtin_memcpy(&ip.saddr, made->pseudo.source, sizeof(ip.saddr));
	__builtin_memcpy(&ip.daddr, made->pseudo.destination, sizeof(ip.daddr));
	return (int)bpf_xdp_store_bytes(context, made->link, &ip, sizeof(ip));
}

static __always_inline __u32 sluice_linear(const struct xdp_md *context)
{
	return (__u32)((void *)(long)context->data_end - (void *)(long)context->data);
}

/* Grows at its head, where every driver has room, and shrinks at its tail. */
static __always_inline int sluice_resize(struct xdp_md *context, __u32 wanted)
{
	__u32 have = sluice_linear(context);

	if (wanted > have)
		return (int)bpf_xdp_adjust_head(context, (int)have - (int)wanted);
	return (int)bpf_xdp_adjust_tail(context, (int)wanted - (int)have);
}

/* The link header turned round, with the tag that it came with. */
static __always_inline int sluice_put_link(struct xdp_md *context, const struct sluice_link *came,
					   __u32 bytes)
{
	struct sluice_link link = *came;

	__builtin_memcpy(link.destination, came->source, sizeof(link.destination));
	__builtin_memcpy(link.source, came->destination, sizeof(link.source));
	return (int)bpf_xdp_store_bytes(context, 0, &link,
					bytes == SLUICE_ETHERNET_BYTES ? SLUICE_ETHERNET_BYTES :
									 sizeof(link));
}

/* The body and what stands before it. Return: bytes of the body, or negative. */
static __always_inline int sluice_make_refusal(struct xdp_md *context,
					       const struct sluice_facts *facts, __u32 refusal,
					       struct sluice_refusal_frame *made)
{
	made->network = facts->family == 6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	sluice_put_address(made->pseudo.source, &facts->destination);
	sluice_put_address(made->pseudo.destination, &facts->source);
	if (refusal == SLUICE_REFUSAL_RESET)
		return sluice_make_reset(context, facts, made);
	return facts->family == 6 ? sluice_make_prohibition6(context, made) :
				    sluice_make_prohibition4(context, made);
}

/* The answer in the place of the frame. A driver does not pad what is short, so that is done here. */
static __always_inline int sluice_put_refusal(struct xdp_md *context, const struct sluice_link *came,
					      const struct sluice_refusal_frame *made, int length)
{
	int six = made->network == sizeof(struct ipv6hdr);
	int bytes = !six && length == SLUICE_RESET_BYTES ?
			    SLUICE_ETHERNET_PADDED - (int)sizeof(struct iphdr) : length;

	if (sluice_resize(context, made->link + made->network + (__u32)bytes) ||
	    sluice_put_link(context, came, made->link) ||
	    (six ? sluice_put_ipv6(context, made, length) : sluice_put_ipv4(context, made, length)))
		return -1;
	return (int)bpf_xdp_store_bytes(context, made->link + made->network, (void *)&made->body,
					(__u32)bytes);
}

/**
 * sluice_answer_frame - let a denied frame become its answer
 * @context: of the program
 * @facts: of the frame
 * @refusal: how it is answered, not silent
 *
 * Return: 0; negative when nothing of it may be sent.
 */
static __always_inline int sluice_answer_frame(struct xdp_md *context,
					       const struct sluice_facts *facts, __u32 refusal)
{
	struct sluice_refusal_frame made = {};
	struct sluice_link came;
	int length;

	/* In several buffers is only what is larger than any beginning that is worth an answer. */
	if (sluice_linear(context) != (__u32)bpf_xdp_get_buff_len(context) ||
	    bpf_xdp_load_bytes(context, 0, &came, sizeof(came)))
		return -1;
	made.link = came.rest[0] == bpf_htons(ETH_P_8021Q) ? sizeof(came) : SLUICE_ETHERNET_BYTES;
	length = sluice_make_refusal(context, facts, refusal, &made);
	return length < 0 ? -1 : sluice_put_refusal(context, &came, &made, length);
}

/**
 * sluice_refusal_take - may a port answer now
 * @own: of that port
 *
 * The bucket is a theoretical arrival time, as that of the records (event.h). Who loses a race for a token stays silent.
 */
static __always_inline int sluice_refusal_take(struct sluice_port_refusals *own)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	__u64 due = *(volatile __u64 *)&own->due;
	__u64 next = (due > now ? due : now) + SLUICE_REFUSAL_INTERVAL;

	if (next - now > SLUICE_REFUSALS_PER_SECOND * SLUICE_REFUSAL_INTERVAL)
		return 0;
	return __sync_val_compare_and_swap(&own->due, due, next) == due;
}

#endif /* SLUICE_BPF_REFUSAL_H */
