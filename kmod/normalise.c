// SPDX-License-Identifier: GPL-2.0
/* Grade ack-only: SYNs and answers made as bare as TCP allows. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "normalise.h"

#define HOP_LIMIT	64	/* of every answer, wherever it comes from */

/*
 * The TCP segment of an skb, writable up to the end of its header.
 * @start: of the TCP header, from skb->data
 * @length: of header and data, by the IP length
 */
struct segment {
	struct tcphdr *tcp;
	u32 start;
	u32 length;
};

static u32 ip_header(const struct sk_buff *skb, u32 family)
{
	return family == 4 ? ip_hdrlen(skb) : sizeof(struct ipv6hdr);
}

static u32 ip_payload(const struct sk_buff *skb, u32 family)
{
	return family == 4 ? ntohs(ip_hdr(skb)->tot_len) - ip_header(skb, 4) :
			     ntohs(ipv6_hdr(skb)->payload_len);
}

static int open_segment(struct sk_buff *skb, u32 family, struct segment *segment)
{
	struct tcphdr *tcp, copy;

	segment->start = skb_network_offset(skb) + ip_header(skb, family);
	segment->length = ip_payload(skb, family);
	/* Merged segments share one header; a SYN and an empty answer are never merged. */
	if (skb_is_gso(skb) || segment->start + segment->length > skb->len)
		return -EBADMSG;
	tcp = skb_header_pointer(skb, segment->start, sizeof(copy), &copy);
	if (!tcp || tcp->doff * 4U < sizeof(copy) || tcp->doff * 4U > segment->length)
		return -EBADMSG;
	if (skb_ensure_writable(skb, segment->start + tcp->doff * 4))
		return -ENOMEM;
	segment->tcp = (struct tcphdr *)(skb->data + segment->start);
	return 0;
}

/*
 * MSS and window scale of a SYN: once each, and of the one length that they have (RFC 9293, 3.7.1;
 * RFC 7323, 2.2). What is longer or comes again, receivers pass over: it is for somebody else.
 */
static bool may_stay(const u8 *option, u32 *seen)
{
	u32 before = *seen;

	if (option[0] == TCPOPT_MSS && option[1] == TCPOLEN_MSS)
		*seen |= BIT(TCPOPT_MSS);
	else if (option[0] == TCPOPT_WINDOW && option[1] == TCPOLEN_WINDOW)
		*seen |= BIT(TCPOPT_WINDOW);
	return *seen != before;
}

/* Options become no-operations in place, so that no length changes. */
static int strip_options(struct tcphdr *tcp, bool syn)
{
	u8 *option = (u8 *)(tcp + 1), *end = (u8 *)tcp + tcp->doff * 4;
	u32 seen = 0;

	/* Where their list ends says something too. */
	if (!syn) {
		memset(option, TCPOPT_NOP, end - option);
		return 0;
	}
	while (option < end && *option != TCPOPT_EOL) {
		u8 length = 1;

		if (*option != TCPOPT_NOP) {
			if (end - option < 2 || option[1] < 2 || option[1] > end - option)
				return -EBADMSG;
			length = option[1];
			if (!may_stay(option, &seen))
				memset(option, TCPOPT_NOP, length);
		}
		option += length;
	}
	/* What stands behind the end of the list is nobody's. */
	memset(option, TCPOPT_EOL, end - option);
	return 0;
}

static int strip_tcp(struct tcphdr *tcp)
{
	bool syn = tcp->syn;

	if (!tcp->ack)
		tcp->ack_seq = 0;
	tcp->res1 = 0;
	tcp->ece = 0;
	tcp->cwr = 0;
	if (!tcp->urg)
		tcp->urg_ptr = 0;
	return strip_options(tcp, syn);
}

static void seal(struct sk_buff *skb, u32 family, const struct segment *segment)
{
	__wsum sum;

	segment->tcp->check = 0;
	sum = skb_checksum(skb, segment->start, segment->length, 0);
	if (family == 4)
		segment->tcp->check = tcp_v4_check(segment->length, ip_hdr(skb)->saddr,
						   ip_hdr(skb)->daddr, sum);
	else
		segment->tcp->check = csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr,
						      segment->length, IPPROTO_TCP, sum);
	skb->ip_summed = CHECKSUM_NONE;
}

void sluice_normalise_ip(struct sk_buff *skb, u32 family)
{
	struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct iphdr *ip = ip_hdr(skb);

	if (family == 6) {
		*(__be32 *)ip6 = htonl(6U << 28);	/* no traffic class, no flow label */
		ip6->hop_limit = HOP_LIMIT;
		return;
	}
	ip->tos = 0;
	/* Without data it is never cut, so it needs no number (RFC 6864). */
	ip->id = 0;
	ip->frag_off = htons(IP_DF);
	ip->ttl = HOP_LIMIT;
	ip_send_check(ip);
}

static int normalise(struct sk_buff *skb, u32 family, bool answer)
{
	struct segment segment;
	int error;

	error = open_segment(skb, family, &segment);
	if (!error)
		error = strip_tcp(segment.tcp);
	if (error)
		return error;
	if (answer)
		sluice_normalise_ip(skb, family);
	seal(skb, family, &segment);
	return 0;
}

int sluice_normalise_begin(struct sk_buff *skb, u32 family)
{
	return normalise(skb, family, false);
}

int sluice_normalise_answer(struct sk_buff *skb, u32 family)
{
	return normalise(skb, family, true);
}
