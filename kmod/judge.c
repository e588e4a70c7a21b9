// SPDX-License-Identifier: GPL-2.0
/*
 * The decision hooks: forward, local in, local out, and the bridge, which is closed.
 *
 * The port comes from the mark, never from the device that the hook is told: behind br_netfilter or
 * a VLAN that is another one. gate() runs again over the port and the generation of the mark.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/skbuff.h>
#include <linux/timekeeping.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/sock.h>

#include "answer.h"
#include "device.h"
#include "error.h"
#include "flow.h"
#include "hooks.h"
#include "lease.h"
#include "mark.h"
#include "normalise.h"
#include "packet.h"
#include "report.h"
#include "standing.h"
#include "whole.h"

/* A packet at a decision hook, with what only these hooks ask for. */
struct judgement {
	struct sluice_case c;
	struct sluice_flow flow;
	struct sluice_clock clock;
	struct sluice_standing standing;
	struct sluice_track track;	/* a copy, all zero for a flow that begins; see find_track() */
	struct sluice_verdict verdict;
	struct sluice_origin origin;	/* only when the verdict begins a flow or needs its track */
	struct nf_conn *ct;
};

static struct sluice_conduit *conduit_of(const struct judgement *j)
{
	return &j->c.generation->conduits[j->verdict.conduit];
}

static u32 grade_of(const struct judgement *j)
{
	return SLUICE_CONDUIT_GRADE(conduit_of(j)->flags);
}

/* ---- What surrounds the packet ---- */

static __be16 protocol_of(const struct nf_hook_state *state, const struct sk_buff *skb)
{
	switch (state->pf) {
	case NFPROTO_IPV4:
		return htons(ETH_P_IP);
	case NFPROTO_IPV6:
		return htons(ETH_P_IPV6);
	}
	return skb->protocol;
}

static void read_flow(const struct sk_buff *skb, struct judgement *j)
{
	enum ip_conntrack_info info;

	j->ct = nf_ct_get(skb, &info);
	if (!j->ct)
		return;		/* state 0: absent, untracked or invalid */
	j->flow.reply = CTINFO2DIR(info) == IP_CT_DIR_REPLY;
	j->flow.translated = !!(READ_ONCE(j->ct->status) & IPS_NAT_MASK);
	switch (info) {
	case IP_CT_NEW:
		/* NEW lasts until the answer; only the first packet begins the flow. */
		j->flow.state = nf_ct_is_confirmed(j->ct) ? SLUICE_FLOW_STATE_ESTABLISHED :
							     SLUICE_FLOW_STATE_NEW;
		break;
	case IP_CT_ESTABLISHED:
	case IP_CT_ESTABLISHED_REPLY:
		j->flow.state = SLUICE_FLOW_STATE_ESTABLISHED;
		break;
	case IP_CT_RELATED:
	case IP_CT_RELATED_REPLY:
		j->flow.state = SLUICE_FLOW_STATE_RELATED;
		break;
	default:
		break;
	}
}

/* Only a window asks what time of day it is; without one, and by mistake asked, it would be closed. */
static void read_clock(struct judgement *j)
{
	if (conduit_of(j)->windowed)
		sluice_clock_read(j->c.sn, le64_to_cpu(j->c.generation->envelope.created),
				  &j->clock);
	else
		j->clock = (struct sluice_clock){ .lower_bound = U64_MAX,
						  .nanoseconds = ktime_get_coarse_ns() };
}

/* Who began the flow: the source of its own half, the destination of an answer, whose frame is far. */
static void read_standing(struct judgement *j)
{
	const struct sluice_facts *facts = &j->c.facts;
	struct sluice_lease_at at = { .family = facts->family };

	if (j->verdict.reply) {
		at.address = facts->destination;
		at.zone = j->c.answer.destination_zone;
	} else {
		at.address = facts->source;
		at.zone = j->c.answer.source_zone;
	}
	sluice_standing_read(j->c.sn, j->c.generation, j->verdict.conduit, &at,
			     j->verdict.reply ? 0 : facts->source_mac, &j->standing);
}

/* Budget and ack-only remember of each flow; other grades are not asked to find it. */
static bool needs_track(const struct judgement *j)
{
	u32 grade = grade_of(j);

	return grade == SLUICE_GRADE_BUDGET || grade == SLUICE_GRADE_ACK_ONLY;
}

/*
 * A copy, for the first look: what this look refuses changes nothing. charge() looks again at the flow
 * itself, under its lock. NULL when nobody remembers the flow.
 */
static const struct sluice_track *find_track(struct judgement *j)
{
	if (!j->ct || !j->verdict.permit || !needs_track(j))
		return NULL;
	memset(&j->track, 0, sizeof(j->track));
	if (j->verdict.begins)
		return &j->track;
	sluice_origin_of(j->ct, &j->origin);
	return sluice_flow_look(j->c.sn->flows, &j->origin, &j->track) ? &j->track : NULL;
}

/* ---- The decision ---- */

static void ask_gate(struct judgement *j)
{
	const struct sluice_generation *generation = j->c.generation;

	if (j->c.layer == SLUICE_LAYER_LOCAL_OUT)
		sluice_gate_local(&generation->image, &j->c.facts, &j->c.answer);
	else
		sluice_memo_gate(generation, &j->c.facts, &j->c.answer);
}

static void ask_judge(struct judgement *j)
{
	const struct sluice_image *image = &j->c.generation->image;

	ask_gate(j);
	sluice_judge(image, &j->c.facts, j->c.layer, &j->c.answer, &j->flow, &j->verdict);
	if (j->verdict.permit && j->verdict.conduit) {
		read_clock(j);
		read_standing(j);
	}
	sluice_hold(image, &j->c.facts, &j->standing, find_track(j), &j->clock, &j->verdict);
	j->c.conduit = j->verdict.conduit;
#ifdef SLUICE_TEST_PERMIT
	/* Test build: shows that the other layers stop what this one lets through. */
	j->verdict = (struct sluice_verdict){ .permit = 1, .reason = SLUICE_REASON_PERMITTED,
					      .held = 1 };
#endif
}

/* A new flow needs permission by the image in force as well, not only by an older one it entered under. */
static bool may_begin(struct judgement *j)
{
	struct sluice_generation *force = sluice_in_force(j->c.sn);
	struct judgement mine = *j;
	struct sluice_device *device;

	if (force == mine.c.generation)
		return true;
	if (!force)
		return false;
	if (j->c.facts.port) {
		device = sluice_device_find(j->c.sn,
					    READ_ONCE(mine.c.generation->ifindex[j->c.facts.port]));
		j->c.facts.port = device ?
			sluice_device_port(device, force, j->c.facts.vlan) : 0;
	}
	j->c.generation = force;
	ask_judge(j);
	/* The denial, if it is one, is told as the image in force sees it. */
	if (!j->verdict.permit)
		return false;
	*j = mine;
	return true;
}

/* The device that routing chose must be a port of the zone that owns the destination. */
static bool leaves_rightly(const struct judgement *j, const struct net_device *out)
{
	bool later = false;
	u32 port;

	if (j->c.facts.kind == SLUICE_KIND_NEIGHBOUR)
		return true;
	port = sluice_device_exit_port(j->c.sn, j->c.generation, out, &later);
	if (later)
		return true;	/* a bridge: the egress hook of its port tells */
	return port && sluice_port_zone(j->c.generation, port) ==
			       sluice_memo_egress_zone(j->c.generation, j->c.facts.family,
						       &j->c.facts.destination);
}

static void fill_origin(struct judgement *j)
{
	const struct sluice_generation *generation = j->c.generation;

	sluice_origin_of(j->ct, &j->origin);
	j->origin.source_mac = j->c.facts.source_mac;
	j->origin.vlan = j->c.facts.vlan;
	j->origin.layer = j->c.layer;
	if (j->c.facts.port)
		j->origin.ifindex = READ_ONCE(generation->ifindex[j->c.facts.port]);
}

/*
 * Under the lock of the flow, so that two processors cannot spend the same budget: between the first look
 * and this one the flow may have gone or its track have changed, so hold() is asked again.
 */
static void charge_tracked(struct judgement *j, struct sluice_conduit *conduit)
{
	const struct sluice_image *image = &j->c.generation->image;
	struct sluice_track *track = sluice_flow_lock(j->c.sn->flows, &j->origin);

	sluice_hold(image, &j->c.facts, &j->standing, track, &j->clock, &j->verdict);
	sluice_conduit_charge(conduit, image, &j->c.facts, &j->clock, track, &j->verdict);
	sluice_flow_unlock(j->c.sn->flows, &j->origin);
}

/* The last step: limits are charged when nothing else refuses any more. */
static void charge(struct judgement *j)
{
	struct sluice_conduit *conduit = conduit_of(j);

	if (!j->verdict.begins && needs_track(j))
		charge_tracked(j, conduit);
	else
		sluice_conduit_charge(conduit, &j->c.generation->image, &j->c.facts, &j->clock,
				      &j->track, &j->verdict);
	if (j->verdict.reason == SLUICE_REASON_CONNECTIONS)
		sluice_flows_hurry(j->c.sn->flows);
	if (!j->verdict.permit || !j->verdict.begins)
		return;
	fill_origin(j);
	switch (sluice_flow_begin(j->c.sn->flows, &j->origin, &j->track, j->c.generation,
				  j->verdict.conduit)) {
	case 0:
		return;
	case -EEXIST:
		sluice_conduit_refund(conduit);
		return;
	default:
		sluice_conduit_refund(conduit);
		j->verdict.permit = 0;
		j->verdict.reason = SLUICE_REASON_CONNECTIONS;
	}
}

static void note_end(const struct judgement *j)
{
	struct sluice_origin origin;

	if (!j->ct || !sluice_flow_is_closed(j->ct))
		return;
	sluice_origin_of(j->ct, &origin);
	sluice_flow_end(j->c.sn->flows, &origin);
}

/* Our own neighbour discovery on a device of no zone never comes into custody: it is not the plant's. */
static bool stays_outside(const struct judgement *j, const struct net_device *out)
{
	struct sluice_device *device;

	if (!out || j->c.facts.kind != SLUICE_KIND_NEIGHBOUR)
		return false;
	device = sluice_device_find(j->c.sn, out->ifindex);
	return device && READ_ONCE(device->role) == SLUICE_DEVICE_UNZONED;
}

/* About a flow through this gateway; what comes to the gateway itself goes no further. */
static bool is_crossing_error(const struct judgement *j)
{
	return j->c.facts.kind == SLUICE_KIND_ICMP_ERROR && j->c.layer == SLUICE_LAYER_FORWARD;
}

/* What crosses is made as bare as its grade or its kind asks for. Return: 0, or an error to drop it. */
static int strip(const struct judgement *j, struct sk_buff *skb)
{
	u32 family = j->c.facts.family;

	if (is_crossing_error(j))
		return sluice_error_cut(skb, family);
	if (j->c.facts.protocol != SLUICE_PROTOCOL_TCP || grade_of(j) != SLUICE_GRADE_ACK_ONLY)
		return 0;
	if (j->verdict.reply)
		return sluice_normalise_answer(skb, family);
	return j->c.facts.tcp_flags & SLUICE_TCP_SYN ? sluice_normalise_begin(skb, family) : 0;
}

static void mark_judged(const struct judgement *j, struct sk_buff *skb)
{
	skb->mark = sluice_mark_with(skb->mark,
				     sluice_mark_make(sluice_mark_nonce, j->c.facts.port,
						      j->c.generation->number,
						      SLUICE_MARK_JUDGED));
}

/* A spent budget ends the flow at both ends: the answer becomes the reset of the one side. */
static unsigned int end_flow(struct judgement *j, struct sk_buff *skb)
{
	sluice_deny(&j->c, j->verdict.reason);
	if (!sluice_answer_reset(&j->c, skb))
		return NF_DROP;
	sluice_flow_end(j->c.sn->flows, &j->origin);
	nf_ct_kill(j->ct);
	mark_judged(j, skb);
	return NF_ACCEPT;
}

static unsigned int refuse(struct judgement *j, struct sk_buff *skb)
{
	if (j->verdict.reset && j->ct)
		return end_flow(j, skb);
	sluice_deny(&j->c, j->verdict.reason);
	sluice_answer(&j->c, skb, j->verdict.reason);
	return NF_DROP;
}

/* Everything, for a packet whose port and generation are known. @out is NULL for local in. */
static unsigned int decide(struct judgement *j, struct sk_buff *skb, const struct net_device *out)
{
	read_flow(skb, j);
	ask_judge(j);
	if (!j->verdict.permit)
		return refuse(j, skb);
	if (j->verdict.begins && !may_begin(j))
		return j->verdict.permit ? sluice_deny(&j->c, SLUICE_REASON_NO_POLICY) :
					   refuse(j, skb);
	if (out && !leaves_rightly(j, out))
		return sluice_deny_violation(&j->c, SLUICE_REASON_WRONG_EGRESS,
					     SLUICE_INVARIANT_WRONG_EGRESS, out->ifindex, 0);
	if (is_crossing_error(j) && !sluice_conduit_error(conduit_of(j), j->clock.nanoseconds))
		return sluice_deny(&j->c, SLUICE_REASON_RATE);
	if (j->verdict.conduit)
		charge(j);
	if (!j->verdict.permit)
		return refuse(j, skb);
	if (strip(j, skb))
		return sluice_deny(&j->c, SLUICE_REASON_MALFORMED);
	if (stays_outside(j, out))
		return NF_ACCEPT;
	note_end(j);
	mark_judged(j, skb);
	return NF_ACCEPT;
}

/* ---- What came in by a port ---- */

/* A packet that is not in our custody: it came by a device of no zone, or round the ingress hook. */
static unsigned int refuse_stranger(struct sluice_case *c, const struct sk_buff *skb)
{
	struct sluice_device *device = sluice_device_find(c->sn, c->ifindex);

	if (device && READ_ONCE(device->role) == SLUICE_DEVICE_UNZONED)
		return sluice_deny(c, SLUICE_REASON_UNZONED_PORT);
	return sluice_deny_violation(c, SLUICE_REASON_CUSTODY, SLUICE_INVARIANT_MARK_MISSING,
				     skb->mark, 0);
}

/* Return: false when not all of its pieces came in by this port. */
static bool read_whole(struct judgement *j, const struct sk_buff *skb,
		       const struct nf_hook_state *state)
{
	u32 pieces = sluice_whole_pieces(skb, state->pf);

	if (!pieces)
		return true;
	j->c.facts.fragment = SLUICE_FRAGMENT_WHOLE;
	j->c.facts.segments = pieces;
	return sluice_whole_agrees(j->c.sn, skb);
}

static noinline unsigned int judge_entered(struct sluice_net *sn, struct sk_buff *skb,
					   const struct nf_hook_state *state, u8 layer)
{
	struct judgement j = { .c = { .sn = sn, .layer = layer,
				      .ifindex = state->in ? state->in->ifindex : 0 } };

	sluice_packet_facts(skb, protocol_of(state, skb), &j.c.facts);
	if (!sluice_mark_has(skb->mark, sluice_mark_nonce, SLUICE_MARK_ENTERED))
		return refuse_stranger(&j.c, skb);
	j.c.facts.port = sluice_mark_port(skb->mark);
	j.c.generation = sluice_held(sn, sluice_mark_generation(skb->mark));
	if (!j.c.generation) {
		if (sluice_is_stale(sn, sluice_mark_generation(skb->mark)))
			sluice_violated(&j.c, SLUICE_INVARIANT_STAMP_STALE,
					sluice_mark_generation(skb->mark), 1);
		return sluice_deny(&j.c, SLUICE_REASON_STALE);
	}
	/* The tag was checked at ingress; a VLAN device has taken it off since. */
	j.c.facts.vlan = sluice_port_tag(j.c.generation, j.c.facts.port);
	if (!read_whole(&j, skb, state))
		return sluice_deny(&j.c, SLUICE_REASON_FRAGMENT_PORT);
	return decide(&j, skb, layer == SLUICE_LAYER_FORWARD ? state->out : NULL);
}

static unsigned int refuse_all(struct sluice_net *sn, const struct sk_buff *skb,
			       const struct nf_hook_state *state, u8 layer,
			       enum sluice_reason reason)
{
	struct sluice_case c = { .sn = sn, .layer = layer,
				 .ifindex = state->in ? state->in->ifindex : 0 };

	sluice_packet_facts(skb, protocol_of(state, skb), &c.facts);
	return sluice_deny(&c, reason);
}

unsigned int sluice_forward_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct sluice_net *sn = priv;

	if (!sluice_in_force(sn))
		return refuse_all(sn, skb, state, SLUICE_LAYER_FORWARD, SLUICE_REASON_NO_POLICY);
	return judge_entered(sn, skb, state, SLUICE_LAYER_FORWARD);
}

/* No policy can open a bridge in this version, so nothing crosses one. */
unsigned int sluice_bridge_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return refuse_all(priv, skb, state, SLUICE_LAYER_BRIDGE,
			  sluice_in_force(priv) ? SLUICE_REASON_NO_CONDUIT :
						  SLUICE_REASON_NO_POLICY);
}

unsigned int sluice_local_in_hook(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct sluice_net *sn = priv;

	if ((state->in && state->in->flags & IFF_LOOPBACK) || !sluice_in_force(sn))
		return NF_ACCEPT;
	return judge_entered(sn, skb, state, SLUICE_LAYER_LOCAL_IN);
}

/* ---- What this gateway sends ---- */

/* The mark of a socket is anybody's who may set it: first of all our bits go. */
unsigned int sluice_local_wipe_hook(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	skb->mark = sluice_mark_with(skb->mark, 0);
	return NF_ACCEPT;
}

static bool made_by_kernel(const struct sock *sk)
{
	return !sk || (sk_fullsock(sk) && sk->sk_kern_sock);
}

/*
 * Errors that this gateway's own stack makes about packets it cannot deliver. They quote at most what
 * their receiver sent, and ten a second are enough to keep path MTU discovery alive.
 */
static bool is_own_error(const struct judgement *j, const struct sk_buff *skb)
{
	return j->c.facts.kind == SLUICE_KIND_ICMP_ERROR && !j->c.facts.defect &&
	       made_by_kernel(skb->sk);
}

/* Each port has its own ten: a zone that provokes many must not cost the others theirs. */
static bool take_error(struct judgement *j, const struct net_device *out)
{
	struct sluice_generation *generation = j->c.generation;
	bool later, pass;
	u32 port = sluice_device_exit_port(j->c.sn, generation, out, &later);

	spin_lock_bh(&j->c.sn->errors_lock);
	pass = sluice_bucket_take(&generation->errors_due[port], ktime_get_coarse_ns(),
				  SLUICE_ERROR_INTERVAL, 1);
	spin_unlock_bh(&j->c.sn->errors_lock);
	return pass;
}

/* Errors have a bucket here; answers were counted by who made them. */
static unsigned int send_own(struct judgement *j, struct sk_buff *skb,
			     const struct net_device *out)
{
	if (!leaves_rightly(j, out))
		return sluice_deny(&j->c, SLUICE_REASON_UNZONED_DESTINATION);
	if (!sluice_answer_is_made() && !take_error(j, out))
		return sluice_deny(&j->c, SLUICE_REASON_RATE);
	skb->mark = sluice_mark_with(skb->mark,
				     sluice_mark_make(sluice_mark_nonce, 0,
						      j->c.generation->number,
						      SLUICE_MARK_JUDGED));
	return NF_ACCEPT;
}

static noinline unsigned int judge_sent(struct sluice_net *sn, struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	struct judgement j = { .c = { .sn = sn, .layer = SLUICE_LAYER_LOCAL_OUT,
				      .ifindex = state->out->ifindex } };

	sluice_packet_facts(skb, protocol_of(state, skb), &j.c.facts);
	/* No Ethernet header yet. */
	j.c.facts.source_mac = 0;
	j.c.facts.destination_mac = 0;
	/* Only the stack speaks neighbour discovery: of whom a raw socket may belong to, it would be a tunnel. */
	if (j.c.facts.kind == SLUICE_KIND_NEIGHBOUR && !made_by_kernel(skb->sk))
		j.c.facts.kind = SLUICE_KIND_UNKNOWN;
	j.c.generation = sluice_in_force(sn);
	if (!j.c.generation)
		return NF_ACCEPT;
	if (sluice_answer_is_made() || is_own_error(&j, skb))
		return send_own(&j, skb, state->out);
	return decide(&j, skb, state->out);
}

unsigned int sluice_local_out_hook(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct sluice_net *sn = priv;

	if (state->out->flags & IFF_LOOPBACK || !sluice_in_force(sn))
		return NF_ACCEPT;
	return judge_sent(sn, skb, state);
}
