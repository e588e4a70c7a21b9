// SPDX-License-Identifier: GPL-2.0
/* skb -> struct sluice_facts, by the parser that the gate uses as well. */

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "core/types.h"

/*
 * @length: bytes from the network header on
 * @skb: where they are
 * @base: offset of the network header from skb->data
 */
struct sluice_packet {
	u32 length;
	u32 base;
	const struct sk_buff *skb;
};

static __always_inline int sluice_load(const struct sluice_packet *packet, u32 offset, void *to,
				       u32 length)
{
	u32 start = packet->base + offset;

	if (length > packet->length || offset > packet->length - length)
		return -EINVAL;
	if (likely(start + length <= skb_headlen(packet->skb))) {
		memcpy(to, packet->skb->data + start, length);
		return 0;
	}
	return skb_copy_bits(packet->skb, start, to, length);
}

#include "core/parse.h"
#include "packet.h"
#include "reading.h"

/* A tunnel's packet has no MACs: whatever lies before its network header is not Ethernet. */
static void fill_macs(const struct sk_buff *skb, struct sluice_facts *facts)
{
	const struct ethhdr *header;

	if (!skb_mac_header_was_set(skb) || skb_mac_header_len(skb) != ETH_HLEN)
		return;
	header = eth_hdr(skb);
	/* Eight bytes at once: what is behind either address is still of this header. */
	facts->destination_mac = get_unaligned_be64(header->h_dest) >> 16;
	facts->source_mac = get_unaligned_be64(header->h_source) >> 16;
}

static void fill_tag(const struct sk_buff *skb, __be16 protocol, struct sluice_facts *facts)
{
	facts->ethertype = ntohs(protocol);
	if (!skb_vlan_tag_present(skb))
		return;
	facts->vlan = skb_vlan_tag_get_id(skb);
	/* A service tag is a tag that no port declares; the parser then says so. */
	if (skb->vlan_proto != htons(ETH_P_8021Q))
		facts->ethertype = SLUICE_ETHERTYPE_SVLAN;
}

/* A guest's own merged packets come uncounted (SKB_GSO_DODGY): then rather one too many. */
static u32 segments(const struct sk_buff *skb)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);

	if (!skb_is_gso(skb))
		return 1;
	return shared->gso_segs ? shared->gso_segs : DIV_ROUND_UP(skb->len, shared->gso_size);
}

void sluice_packet_facts(const struct sk_buff *skb, __be16 protocol, struct sluice_facts *facts)
{
	int base = skb_network_offset(skb);
	struct sluice_packet packet = { .skb = skb };

	*facts = (struct sluice_facts){ .segments = segments(skb) };
	fill_macs(skb, facts);
	fill_tag(skb, protocol, facts);
	if (base < 0 || base > skb->len)
		return sluice_defect(facts, SLUICE_REASON_MALFORMED);
	packet.base = base;
	packet.length = skb->len - base;
	sluice_parse_link(facts);
	if (facts->defect || sluice_reading_find(skb, base, facts))
		return;
	sluice_parse_network(&packet, 0, facts);
	sluice_reading_keep(skb, base, facts);
}

static int read_piece4(const struct sk_buff *skb, struct sluice_piece_at *at)
{
	const struct iphdr *header;
	struct iphdr copy;

	header = skb_header_pointer(skb, skb_network_offset(skb), sizeof(copy), &copy);
	if (!header)
		return -EINVAL;
	at->id = ntohs(header->id);
	at->protocol = header->protocol;
	at->extent.begin = (ntohs(header->frag_off) & IP_OFFSET) * 8;
	at->extent.last = !(header->frag_off & htons(IP_MF));
	return 0;
}

/* The parser lets nothing stand between the header and that of the piece. */
static int read_piece6(const struct sk_buff *skb, struct sluice_piece_at *at)
{
	const struct frag_hdr *header;
	struct frag_hdr copy;

	header = skb_header_pointer(skb, skb_network_offset(skb) + sizeof(struct ipv6hdr),
				    sizeof(copy), &copy);
	if (!header)
		return -EINVAL;
	at->id = ntohl(header->identification);
	at->extent.begin = ntohs(header->frag_off) & IP6_OFFSET;
	at->extent.last = !(header->frag_off & htons(IP6_MF));
	return 0;
}

int sluice_packet_piece(const struct sk_buff *skb, const struct sluice_facts *facts,
			struct sluice_piece_at *at)
{
	int error;

	*at = (struct sluice_piece_at){
		.source = facts->source,
		.destination = facts->destination,
		.family = facts->family,
		.bytes = skb->truesize,
	};
	error = facts->family == 4 ? read_piece4(skb, at) : read_piece6(skb, at);
	at->extent.end = at->extent.begin + facts->payload;
	return error;
}
