// SPDX-License-Identifier: GPL-2.0
/*
 * Netdev egress: the last look. Only what a decision hook has judged leaves a zoned port, and only by
 * a port of the destination's zone; then our bits are wiped.
 */

#include <linux/if_packet.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/sock.h>

#include "device.h"
#include "hooks.h"
#include "mark.h"
#include "packet.h"
#include "report.h"

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

static u32 exit_zone(const struct sluice_case *c, const struct sluice_device *device)
{
	u32 port = sluice_device_port(device, c->generation, c->facts.vlan);

	if (sluice_port_record(&c->generation->image, port) & SLUICE_PORT_FLAG_MIRROR)
		return 0;
	return sluice_port_zone(c->generation, port);
}

static bool is_fence(const struct sluice_case *c, u32 zone)
{
	return sluice_zone_record(&c->generation->image, zone) & SLUICE_ZONE_FLAG_ISOLATED;
}

/* ARP, ND and MLD have no owner and stay on the link; a fence and a mirror get none. */
static unsigned int check_neighbour(const struct sluice_case *c, u32 zone)
{
	if (!zone)
		return sluice_deny(c, SLUICE_REASON_UNZONED_PORT);
	return is_fence(c, zone) ? sluice_deny(c, SLUICE_REASON_ISOLATED_ZONE) : NF_ACCEPT;
}

/* By a port of the zone that owns the destination; by a fence nothing, whoever judged it. */
static unsigned int check_zone(struct sluice_case *c, const struct sluice_device *device)
{
	u32 zone = exit_zone(c, device);
	u32 wanted;

	if (c->facts.kind == SLUICE_KIND_NEIGHBOUR)
		return check_neighbour(c, zone);
	wanted = sluice_memo_egress_zone(c->generation, c->facts.family, &c->facts.destination);
	if (is_fence(c, zone))
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

	if (from_packet_socket(skb))
		return sluice_deny_violation(c, SLUICE_REASON_CUSTODY, SLUICE_INVARIANT_RAW_SOCKET,
					     skb->mark, 0);
	verdict = find_image(c, skb);
	if (verdict != NF_ACCEPT)
		return verdict;
	if (is_translated(skb))
		return sluice_deny(c, SLUICE_REASON_NAT);
	return check_zone(c, device);
}

static void count_exit(const struct sluice_case *c, const struct sluice_device *device)
{
	u32 port = sluice_device_port(device, c->generation, c->facts.vlan);

	this_cpu_inc(c->generation->port_counts[port].left);
}

static noinline unsigned int judge_exit(struct sluice_device *device, struct sk_buff *skb)
{
	struct sluice_case c = { .sn = device->sn, .ifindex = device->ifindex,
				 .layer = SLUICE_LAYER_EGRESS };
	unsigned int verdict;

	sluice_packet_facts(skb, skb->protocol, &c.facts);
	verdict = leave(&c, device, skb);
	if (verdict != NF_ACCEPT)
		return verdict;
	count_exit(&c, device);
	skb->mark = sluice_mark_with(skb->mark, 0);
	return NF_ACCEPT;
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
