// SPDX-License-Identifier: GPL-2.0
/*
 * Netdev egress: the last look. Only what a decision hook has judged leaves a zoned port, and only by
 * a port of the destination's zone; then our bits are wiped.
 */

#include <linux/if_packet.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/sock.h>

#include "device.h"
#include "hooks.h"
#include "mark.h"
#include "packet.h"
#include "report.h"
#include "tuple.h"

static bool from_packet_socket(const struct sk_buff *skb)
{
	return skb->sk && skb->sk->sk_family == AF_PACKET;
}

/* ARP has no local out hook: what the kernel makes has no socket and never entered by a port. */
static bool is_own_arp(const struct sluice_case *c, const struct sk_buff *skb)
{
	return !skb->sk && c->facts.ethertype == ETH_P_ARP && !(skb->mark & SLUICE_MARK_MASK) &&
	       c->facts.kind == SLUICE_KIND_NEIGHBOUR && !c->facts.defect;
}

/* Translation after the decision: it was made for other addresses. */
static bool is_translated(const struct sk_buff *skb)
{
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);

	return ct && (READ_ONCE(ct->status) & IPS_NAT_MASK);
}

/* What the stack itself says that connection tracking does not follow: discovery, errors, resets of what never began. */
static bool is_own_word(const struct sk_buff *skb, const struct sluice_facts *facts)
{
	if (facts->defect || sluice_mark_port(skb->mark))
		return false;
	if (facts->kind == SLUICE_KIND_NEIGHBOUR || facts->kind == SLUICE_KIND_ICMP_ERROR)
		return true;
	return facts->kind == SLUICE_KIND_PLAIN && facts->protocol == SLUICE_PROTOCOL_TCP &&
	       (facts->tcp_flags & SLUICE_TCP_RST) && !facts->payload;
}

/*
 * Is it what was judged? Behind the decision others have the packet in hand: rules that rewrite it, programs that get it
 * from a queue, tunnels. And a mark can be given by who never asked.
 */
static bool is_as_judged(const struct sluice_case *c, const struct sk_buff *skb)
{
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);

#ifdef SLUICE_TEST_PERMIT
	/* What the test build lets through is mostly of no flow. */
	return true;
#endif
	if (!ct)
		return is_own_word(skb, &c->facts);
	return sluice_tuple_agrees(&ct->tuplehash[CTINFO2DIR(info)].tuple, &c->facts);
}

/* The same by the bytes alone, for TCP and UDP in one piece. Return: the tuple that it agrees with, or NULL. */
static const struct nf_conntrack_tuple *plainly_judged(const struct sk_buff *skb)
{
	const struct nf_conntrack_tuple *tuple;
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);

	if (!ct)
		return NULL;
	tuple = &ct->tuplehash[CTINFO2DIR(info)].tuple;
	return sluice_tuple_reads(tuple, skb) ? tuple : NULL;
}

/* Of the port that it leaves by; a mirror sends nothing. */
static u32 exit_zone(const struct sluice_generation *generation, u32 port)
{
	u64 record = sluice_port_record(&generation->image, port);

	return record & SLUICE_PORT_FLAG_MIRROR ? 0 : SLUICE_PORT_RECORD_ZONE(record);
}

static bool is_fence(const struct sluice_generation *generation, u32 zone)
{
	return sluice_zone_record(&generation->image, zone) & SLUICE_ZONE_FLAG_ISOLATED;
}

/* ARP, ND and MLD have no owner and stay on the link; a fence and a mirror get none. */
static unsigned int check_neighbour(const struct sluice_case *c, u32 zone)
{
	if (!zone)
		return sluice_deny(c, SLUICE_REASON_UNZONED_PORT);
	return is_fence(c->generation, zone) ? sluice_deny(c, SLUICE_REASON_ISOLATED_ZONE) :
					       NF_ACCEPT;
}

/* By a port of the zone that owns the destination; by a fence nothing, whoever judged it. */
static unsigned int check_zone(struct sluice_case *c, u32 port)
{
	u32 zone = exit_zone(c->generation, port);
	u32 wanted;

	if (c->facts.kind == SLUICE_KIND_NEIGHBOUR)
		return check_neighbour(c, zone);
	wanted = sluice_memo_egress_zone(c->generation, c->facts.family, &c->facts.destination);
	if (is_fence(c->generation, zone))
		return sluice_deny_violation(c, SLUICE_REASON_ISOLATED_ZONE,
					     SLUICE_INVARIANT_WRONG_EGRESS, zone, wanted);
	if (zone && zone == wanted)
		return NF_ACCEPT;
	return sluice_deny_violation(c, SLUICE_REASON_WRONG_EGRESS, SLUICE_INVARIANT_WRONG_EGRESS,
				     zone, wanted);
}

/* Which image judges what leaves: that of the mark; for our own ARP the one in force. */
static unsigned int find_image(struct sluice_case *c, const struct sk_buff *skb)
{
	if (is_own_arp(c, skb)) {
		c->generation = sluice_in_force(c->sn);
		return c->generation ? NF_ACCEPT : sluice_deny(c, SLUICE_REASON_NO_POLICY);
	}
	if (!sluice_mark_has(skb->mark, sluice_mark_nonce, SLUICE_MARK_JUDGED))
		return sluice_deny_violation(c, SLUICE_REASON_CUSTODY, SLUICE_INVARIANT_NOT_JUDGED,
					     skb->mark, 0);
	c->generation = sluice_held(c->sn, sluice_mark_generation(skb->mark));
	return c->generation ? NF_ACCEPT : sluice_deny(c, SLUICE_REASON_STALE);
}

static unsigned int leave(struct sluice_case *c, const struct sluice_device *device,
			  const struct sk_buff *skb)
{
	unsigned int verdict;
	u32 port;

	if (from_packet_socket(skb))
		return sluice_deny_violation(c, SLUICE_REASON_CUSTODY, SLUICE_INVARIANT_RAW_SOCKET,
					     skb->mark, 0);
	verdict = find_image(c, skb);
	if (verdict != NF_ACCEPT)
		return verdict;
	if (is_translated(skb))
		return sluice_deny(c, SLUICE_REASON_NAT);
	if (!is_as_judged(c, skb))
		return sluice_deny_violation(c, SLUICE_REASON_CUSTODY, SLUICE_INVARIANT_NOT_JUDGED,
					     skb->mark, 1);
	port = sluice_device_port(device, c->generation, c->facts.vlan);
	verdict = check_zone(c, port);
	if (verdict == NF_ACCEPT)
		this_cpu_inc(c->generation->port_counts[port].left);
	return verdict;
}

/* A tag that no port declares: the parser says so. */
static bool has_service_tag(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) && skb->vlan_proto != htons(ETH_P_8021Q);
}

/*
 * The common case, for which nothing but mark, device and conntrack's tuple is looked at: what a decision hook has judged
 * leaves by the zone of its destination. Whatever is not so is read whole and told by leave().
 */
static bool leaves_plainly(const struct sluice_device *device, const struct sk_buff *skb)
{
	const struct nf_conntrack_tuple *tuple = plainly_judged(skb);
	struct sluice_generation *generation;
	struct sluice_address destination;
	u32 family, port, zone;

	if (!tuple || from_packet_socket(skb) || is_translated(skb) || has_service_tag(skb) ||
	    !sluice_mark_has(skb->mark, sluice_mark_nonce, SLUICE_MARK_JUDGED))
		return false;
	generation = sluice_held(device->sn, sluice_mark_generation(skb->mark));
	if (!generation)
		return false;
	family = tuple->src.l3num == AF_INET ? 4 : 6;
	sluice_tuple_address(&tuple->dst.u3, family, &destination);
	port = sluice_device_port(device, generation,
				  skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0);
	zone = exit_zone(generation, port);
	if (!zone || is_fence(generation, zone) ||
	    sluice_memo_egress_zone(generation, family, &destination) != zone)
		return false;
	this_cpu_inc(generation->port_counts[port].left);
	return true;
}

static noinline unsigned int judge_exit(struct sluice_device *device, struct sk_buff *skb)
{
	struct sluice_case c = { .sn = device->sn, .ifindex = device->ifindex,
				 .layer = SLUICE_LAYER_EGRESS };
	unsigned int verdict;

	if (leaves_plainly(device, skb)) {
		skb->mark = sluice_mark_with(skb->mark, 0);
		return NF_ACCEPT;
	}
	sluice_packet_facts(skb, skb->protocol, &c.facts);
	verdict = leave(&c, device, skb);
	if (verdict == NF_ACCEPT)
		skb->mark = sluice_mark_with(skb->mark, 0);
	return verdict;
}

/*
 * What is in our custody has no business on a device of no zone: a bridge would flood it there, and
 * nobody would look at it again.
 */
static noinline unsigned int refuse_exit(struct sluice_device *device, struct sk_buff *skb)
{
	struct sluice_case c = { .sn = device->sn, .ifindex = device->ifindex,
				 .layer = SLUICE_LAYER_EGRESS };

	sluice_packet_facts(skb, skb->protocol, &c.facts);
	return sluice_deny_violation(&c, SLUICE_REASON_WRONG_EGRESS, SLUICE_INVARIANT_WRONG_EGRESS,
				     0, 0);
}

/*
 * What a port is made of sends the port's frames, which were judged above and bear our mark no more. A packet socket
 * of its own would send beside them.
 */
static noinline unsigned int refuse_beside(struct sluice_device *device, struct sk_buff *skb)
{
	struct sluice_case c = { .sn = device->sn, .ifindex = device->ifindex,
				 .layer = SLUICE_LAYER_EGRESS };

	sluice_packet_facts(skb, skb->protocol, &c.facts);
	return sluice_deny_violation(&c, SLUICE_REASON_CUSTODY, SLUICE_INVARIANT_RAW_SOCKET,
				     skb->mark, 0);
}

unsigned int sluice_egress_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct sluice_device *device = priv;

	switch (READ_ONCE(device->role)) {
	case SLUICE_DEVICE_ZONED:
		return judge_exit(device, skb);
	case SLUICE_DEVICE_UPPER:
	case SLUICE_DEVICE_LOOPBACK:
		return NF_ACCEPT;
	case SLUICE_DEVICE_UNZONED:
		break;
	}
	if (sluice_mark_has(skb->mark, sluice_mark_nonce, SLUICE_MARK_ENTERED) ||
	    sluice_mark_has(skb->mark, sluice_mark_nonce, SLUICE_MARK_JUDGED))
		return refuse_exit(device, skb);
	if (READ_ONCE(device->carries) && from_packet_socket(skb))
		return refuse_beside(device, skb);
	return NF_ACCEPT;
}
