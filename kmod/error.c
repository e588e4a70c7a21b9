// SPDX-License-Identifier: GPL-2.0
/* Cutting ICMP errors. */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "error.h"

#define QUOTED_BYTES	8	/* of the quoted packet's transport header (RFC 792) */

/* What stands behind the IP header: ICMP's own 8 bytes, and what of them its type defines. */
struct icmp_error {
	u8 type;
	u8 code;
	__sum16 checksum;
	u8 rest[4];
};

/* Trims to @bytes from the network header on; the bytes are in one piece and writable then. */
static int trim(struct sk_buff *skb, u32 bytes)
{
	u32 length = skb_network_offset(skb) + bytes;

	if (skb->len < length)
		return -EBADMSG;
	if (skb_ensure_writable(skb, length))
		return -ENOMEM;
	if (pskb_trim(skb, length))
		return -ENOMEM;
	/* Its own checksum comes next, over every byte. */
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

static void clean4(struct icmp_error *error)
{
	bool too_big = error->type == ICMP_DEST_UNREACH && error->code == ICMP_FRAG_NEEDED;
	bool pointer = error->type == ICMP_PARAMETERPROB;

	if (!pointer)
		error->rest[0] = 0;
	error->rest[1] = 0;
	if (!too_big)
		memset(error->rest + 2, 0, 2);
}

static int cut4(struct sk_buff *skb)
{
	u32 quotation = sizeof(struct iphdr) + sizeof(struct icmp_error);
	u32 bytes = quotation + sizeof(struct iphdr) + QUOTED_BYTES;
	struct icmp_error *error;
	struct iphdr *ip;
	int failed;

	failed = trim(skb, bytes);
	if (failed)
		return failed;
	ip = ip_hdr(skb);
	error = (struct icmp_error *)(ip + 1);
	/* A header with options is longer, and its options are the sender's text. */
	if (ip->ihl != 5 || ((struct iphdr *)(error + 1))->ihl != 5)
		return -EBADMSG;
	ip->tot_len = htons(bytes);
	ip_send_check(ip);
	clean4(error);
	error->checksum = 0;
	error->checksum = ip_compute_csum(error, bytes - sizeof(*ip));
	return 0;
}

static void clean6(struct icmp_error *error)
{
	if (error->type != ICMPV6_PKT_TOOBIG && error->type != ICMPV6_PARAMPROB)
		memset(error->rest, 0, sizeof(error->rest));
}

/* What is left: of a quoted piece its header, too, or its sender would not find who sent it. */
static u32 bytes6(const struct sk_buff *skb)
{
	u32 before = sizeof(struct ipv6hdr) + sizeof(struct icmp_error);
	u32 bytes = before + sizeof(struct ipv6hdr) + QUOTED_BYTES;
	u8 next;

	if (skb_copy_bits(skb, skb_network_offset(skb) + before + offsetof(struct ipv6hdr, nexthdr),
			  &next, sizeof(next)))
		return bytes;	/* too short, as trim() will find */
	return next == NEXTHDR_FRAGMENT ? bytes + sizeof(struct frag_hdr) : bytes;
}

static int cut6(struct sk_buff *skb)
{
	u32 bytes = bytes6(skb);
	u32 length = bytes - sizeof(struct ipv6hdr);
	struct icmp_error *error;
	struct ipv6hdr *ip;
	int failed;

	failed = trim(skb, bytes);
	if (failed)
		return failed;
	ip = ipv6_hdr(skb);
	if (ip->nexthdr != IPPROTO_ICMPV6)
		return -EBADMSG;
	error = (struct icmp_error *)(ip + 1);
	ip->payload_len = htons(length);
	clean6(error);
	error->checksum = 0;
	error->checksum = csum_ipv6_magic(&ip->saddr, &ip->daddr, length, IPPROTO_ICMPV6,
					  csum_partial(error, length, 0));
	return 0;
}

int sluice_error_cut(struct sk_buff *skb, u32 family)
{
	BUILD_BUG_ON(sizeof(struct icmp_error) != 8);
	return family == 4 ? cut4(skb) : cut6(skb);
}
