// SPDX-License-Identifier: GPL-2.0
/*
 * Netdev ingress: the one place that reads the stamp. Steps 1 to 7 stand here, before
 * defragmentation, bridge learning and conntrack.
 *
 * A stamp is believed only here, on the device that carries the gate: after ip_forward()'s copy it
 * is gone, and after decapsulation its bytes are the sender's.
 */

#include <linux/skbuff.h>

#include "answer.h"
#include "device.h"
#include "fragment.h"
#include "hooks.h"
#include "mark.h"
#include "neighbour.h"
#include "packet.h"
#include "report.h"
#include "seen.h"
#include "stamp.h"

/* What the gate left before the frame; length is 0 when there is nothing. */
struct metadata {
	struct sluice_stamp stamp;
	u32 length;
};

static void read_metadata(const struct sk_buff *skb, struct metadata *metadata)
{
	metadata->length = skb_metadata_len(skb);
	if (metadata->length == sizeof(metadata->stamp))
		memcpy(&metadata->stamp, skb_metadata_end(skb) - sizeof(metadata->stamp),
		       sizeof(metadata->stamp));
}

static bool needs_stamp(const struct sluice_generation *force, u32 port)
{
	if (!(sluice_word(&force->image, SLUICE_HEADER_LAYERS) & SLUICE_LAYER_BIT_XDP))
		return false;
	return !(sluice_port_record(&force->image, port) & SLUICE_PORT_FLAG_TUNNEL);
}

/* A frame of a port without a gate is judged by the image in force alone. */
static unsigned int decide_unstamped(struct sluice_case *c, u32 port)
{
	c->facts.port = port;
	sluice_memo_gate(c->generation, &c->facts, &c->answer);
	return NF_ACCEPT;
}

/* Number and port of the stamp, over the image that it names. */
static unsigned int decide_stamped(struct sluice_case *c, const struct sluice_device *device,
				   const struct metadata *metadata)
{
	const struct sluice_stamp *stamp = &metadata->stamp;
	enum sluice_invariant broken;

	broken = sluice_stamp_check(stamp, metadata->length, sluice_stamp_nonce);
	if (broken)
		return sluice_deny_violation(c, SLUICE_REASON_CUSTODY, broken, metadata->length, 0);
	c->generation = sluice_held(c->sn, stamp->generation);
	if (!c->generation) {
		if (sluice_is_stale(c->sn, stamp->generation))
			sluice_violated(c, SLUICE_INVARIANT_STAMP_STALE, stamp->generation, 0);
		return sluice_deny(c, SLUICE_REASON_STALE);
	}
	c->facts.port = stamp->port;
	if (sluice_device_port(device, c->generation, c->facts.vlan) != stamp->port)
		return sluice_deny_violation(c, SLUICE_REASON_CUSTODY,
					     SLUICE_INVARIANT_STAMP_FOREIGN, stamp->port, 1);
	sluice_memo_gate(c->generation, &c->facts, &c->answer);
	if (sluice_stamp_agrees(stamp, &c->answer))
		return NF_ACCEPT;
	sluice_violated(c, SLUICE_INVARIANT_DISAGREEMENT,
			stamp->forward | (u64)stamp->reply << 16 | (u64)stamp->kind << 32,
			c->answer.forward | (u64)c->answer.reply << 16 |
				(u64)c->answer.kind << 32 | (u64)c->answer.reason << 48);
	/* What we would have refused ourselves keeps its own reason. */
	return c->answer.reason == SLUICE_REASON_PERMITTED ? sluice_deny(c, SLUICE_REASON_CUSTODY) :
							     NF_ACCEPT;
}

static void count_noise(const struct sluice_case *c)
{
	if (c->facts.port <= c->generation->ports)
		this_cpu_inc(c->generation->port_counts[c->facts.port].noise);
}

static unsigned int refuse(const struct sluice_case *c, struct sk_buff *skb)
{
	if (c->answer.flags & SLUICE_ANSWER_NOISE) {
		count_noise(c);
		return NF_DROP;
	}
	if (c->answer.flags & SLUICE_ANSWER_TRIPWIRE)
		sluice_violated(c, SLUICE_INVARIANT_ISOLATED_FRAME, c->facts.source_mac, 0);
	sluice_deny(c, c->answer.reason);
	sluice_answer(c, skb, c->answer.reason);
	return NF_DROP;
}

/*
 * Has the policy in force no port of the asset's zone any more where the asset lives? Only then may it
 * live elsewhere: a zone whose port was moved must not be denied for ever.
 */
static bool is_home_gone(const struct sluice_case *c, const struct sluice_seen_at *home)
{
	const struct sluice_generation *force = sluice_in_force(c->sn);
	const struct sluice_device *device;
	u32 zone, port;

	if (!force || !home->ifindex)
		return false;
	zone = sluice_egress_zone(&force->image, home->family, &home->address);
	device = sluice_device_find(c->sn, home->ifindex);
	port = device ? sluice_device_port(device, force, home->vlan) : 0;
	return zone && sluice_port_zone(force, port) != zone;
}

/* An asset without a stated port belongs to the first one it speaks on. */
static bool lives_here(const struct sluice_case *c)
{
	u64 bindings = sluice_word(&c->generation->image, SLUICE_HEADER_BINDINGS);
	struct sluice_seen *seen = c->sn->seen;
	struct sluice_seen_at home;
	struct sluice_seen_at at = {
		.address = c->facts.source,
		.mac = c->facts.source_mac,
		.ifindex = c->ifindex,
		.vlan = c->facts.vlan,
		.family = c->facts.family ? c->facts.family : 4,
	};
	u64 record;

	if (!c->answer.binding)
		return true;
	record = sluice_word(&c->generation->image,
			     SLUICE_BASE(bindings) + c->answer.binding * SLUICE_BINDING_WORDS);
	if (SLUICE_BINDING_PORT(record) || sluice_seen_agrees(seen, &at, &home))
		return true;
	return is_home_gone(c, &home) && sluice_seen_move(seen, &home, &at);
}

/* Pieces go on to be put together only by one port for each datagram, none twice, and not too many. */
static enum sluice_reason take_piece(const struct sluice_case *c, const struct sk_buff *skb)
{
	struct sluice_piece_at at;

	if (c->facts.kind != SLUICE_KIND_FRAGMENT)
		return SLUICE_REASON_PERMITTED;
	if (sluice_packet_piece(skb, &c->facts, &at))
		return SLUICE_REASON_MALFORMED;
	at.ifindex = c->ifindex;
	at.vlan = c->facts.vlan;
	/* Zones behind another one come by its ports: together they have its share. */
	at.zone = sluice_port_zone(c->generation, c->facts.port);
	return sluice_fragments_take(c->sn->fragments, &at, jiffies);
}

/* Each port has its own: a flood by one must not cost the others their places in the neighbour tables. */
static bool take_question(const struct sluice_case *c, const struct sk_buff *skb)
{
	return !sluice_neighbour_asks(skb, &c->facts) ||
	       sluice_neighbour_take(&c->generation->neighbours_due[c->facts.port],
				     ktime_get_coarse_ns());
}

static unsigned int enter(const struct sluice_case *c, struct sk_buff *skb)
{
	enum sluice_reason reason;

	if (c->answer.reason != SLUICE_REASON_PERMITTED)
		return refuse(c, skb);
	if (!lives_here(c))
		return sluice_deny(c, SLUICE_REASON_NEIGHBOUR);
	if (!take_question(c, skb))
		return sluice_deny(c, SLUICE_REASON_RATE);
	reason = take_piece(c, skb);
	if (reason != SLUICE_REASON_PERMITTED)
		return sluice_deny(c, reason);
	this_cpu_inc(c->generation->port_counts[c->facts.port].entered);
	skb->mark = sluice_mark_with(skb->mark,
				     sluice_mark_make(sluice_mark_nonce, c->facts.port,
						      c->generation->number, SLUICE_MARK_ENTERED));
	return NF_ACCEPT;
}

static noinline unsigned int judge_entry(struct sluice_device *device, struct sk_buff *skb)
{
	struct sluice_case c = { .sn = device->sn, .ifindex = device->ifindex,
				 .layer = SLUICE_LAYER_INGRESS };
	struct metadata metadata;
	unsigned int verdict;
	u32 port;

	read_metadata(skb, &metadata);
	skb_metadata_clear(skb);
	sluice_packet_facts(skb, skb->protocol, &c.facts);
	c.generation = sluice_in_force(c.sn);
	if (!c.generation)
		return sluice_deny(&c, SLUICE_REASON_NO_POLICY);
	/* Our own multicast, looped back below IP: it never came in by the port. */
	if (skb->pkt_type == PACKET_LOOPBACK)
		return sluice_deny(&c, SLUICE_REASON_CUSTODY);
	port = sluice_device_port(device, c.generation, c.facts.vlan);
	verdict = needs_stamp(c.generation, port) ? decide_stamped(&c, device, &metadata) :
						    decide_unstamped(&c, port);
	return verdict == NF_ACCEPT ? enter(&c, skb) : verdict;
}

unsigned int sluice_ingress_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct sluice_device *device = priv;

	switch (READ_ONCE(device->role)) {
	case SLUICE_DEVICE_ZONED:
		return judge_entry(device, skb);
	case SLUICE_DEVICE_UPPER:
		/* The same frame again: its mark is the one that was set below. */
		return NF_ACCEPT;
	case SLUICE_DEVICE_UNZONED:
	case SLUICE_DEVICE_LOOPBACK:
		break;
	}
	skb->mark = sluice_mark_with(skb->mark, 0);
	return NF_ACCEPT;
}
