// SPDX-License-Identifier: GPL-2.0
/* Does a packet still say what connection tracking read of it? */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "tuple.h"

#define PORTS	4	/* bytes of both, first in either transport header */

static bool is_same(const union nf_inet_addr *known, u32 family, const struct sluice_address *said)
{
	struct sluice_address address;

	sluice_tuple_address(known, family, &address);
	return address.high == said->high && address.low == said->low;
}

static bool same_family(const struct nf_conntrack_tuple *tuple, const struct sluice_facts *facts)
{
	switch (facts->family) {
	case 4:
		return tuple->src.l3num == AF_INET;
	case 6:
		return tuple->src.l3num == AF_INET6;
	default:
		return false;	/* it could not be read */
	}
}

static bool same_service(const struct nf_conntrack_tuple *tuple, const struct sluice_facts *facts)
{
	if (facts->protocol != tuple->dst.protonum)
		return false;
	if (facts->kind == SLUICE_KIND_FRAGMENT)
		return true;
	switch (facts->protocol) {
	case SLUICE_PROTOCOL_TCP:
	case SLUICE_PROTOCOL_UDP:
		return facts->source_port == ntohs(tuple->src.u.all) &&
		       facts->destination_port == ntohs(tuple->dst.u.all);
	case SLUICE_PROTOCOL_ICMP:
	case SLUICE_PROTOCOL_ICMPV6:
		return facts->icmp_type == tuple->dst.u.icmp.type;
	}
	return true;
}

bool sluice_tuple_agrees(const struct nf_conntrack_tuple *tuple, const struct sluice_facts *facts)
{
	if (facts->defect || !same_family(tuple, facts) ||
	    !is_same(&tuple->dst.u3, facts->family, &facts->destination))
		return false;
	if (facts->kind == SLUICE_KIND_ICMP_ERROR)
		return true;
	return is_same(&tuple->src.u3, facts->family, &facts->source) && same_service(tuple, facts);
}

static bool same_ports(const struct nf_conntrack_tuple *tuple, u32 protocol, const void *ports)
{
	const __be16 *port = ports;

	return protocol == tuple->dst.protonum &&
	       (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) &&
	       get_unaligned(port) == tuple->src.u.all &&
	       get_unaligned(port + 1) == tuple->dst.u.all;
}

static bool reads4(const struct nf_conntrack_tuple *tuple, const struct iphdr *header)
{
	return header->version == 4 && header->ihl == 5 && tuple->src.l3num == AF_INET &&
	       !(header->frag_off & htons(IP_MF | IP_OFFSET)) &&
	       header->saddr == tuple->src.u3.ip && header->daddr == tuple->dst.u3.ip &&
	       same_ports(tuple, header->protocol, header + 1);
}

static bool reads6(const struct nf_conntrack_tuple *tuple, const struct ipv6hdr *header)
{
	return header->version == 6 && tuple->src.l3num == AF_INET6 &&
	       ipv6_addr_equal(&header->saddr, &tuple->src.u3.in6) &&
	       ipv6_addr_equal(&header->daddr, &tuple->dst.u3.in6) &&
	       same_ports(tuple, header->nexthdr, header + 1);
}

bool sluice_tuple_reads(const struct nf_conntrack_tuple *tuple, const struct sk_buff *skb)
{
	int base = skb_network_offset(skb);

	if (base < 0)
		return false;
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return base + sizeof(struct iphdr) + PORTS <= skb_headlen(skb) &&
		       reads4(tuple, ip_hdr(skb));
	case htons(ETH_P_IPV6):
		return base + sizeof(struct ipv6hdr) + PORTS <= skb_headlen(skb) &&
		       reads6(tuple, ipv6_hdr(skb));
	}
	return false;
}
