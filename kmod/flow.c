// SPDX-License-Identifier: GPL-2.0
/* The table of live flows. */

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_tuple.h>

#include "core/share.h"
#include "device.h"
#include "flow.h"
#include "lease.h"
#include "report.h"
#include "standing.h"
#include "tuple.h"

/* Whose place in the table a flow takes: none while it has no conduit */
enum place { PLACE_NONE, PLACE_SURE, PLACE_SPARE };

/*
 * @node: bucket lock
 * @origin: bucket lock; what identifies it never changes
 * @conduit: bucket lock; by slot, 0 for none
 * @generation: bucket lock; by slot, which image @conduit is of
 * @place: bucket lock; by slot, enum place
 * @observed: bucket lock; by slot, told already: in an image a flow is observed once
 * @track: bucket lock
 * @born: jiffies; bucket lock
 */
struct flow {
	struct hlist_node node;
	struct sluice_origin origin;
	u16 conduit[SLUICE_SLOTS];
	u8 generation[SLUICE_SLOTS];
	u8 place[SLUICE_SLOTS];
	bool observed[SLUICE_SLOTS];
	struct sluice_track track;
	unsigned long born;
};

/* @lock: BH; outside conduit locks; protects @flows */
struct bucket {
	spinlock_t lock;
	struct hlist_head flows;
};

/*
 * @bound: flows at once; immutable (a test sets it before the first flow)
 * @share: by slot, how many of them every conduit is sure of; control writes, hooks READ_ONCE
 * @spare: by slot, flows in spare places; atomic, changes under the flow's bucket lock
 * @sure: by slot and conduit, flows in places that the conduit is sure of; likewise
 * @hurry: the next run looks at all buckets
 * @cursor: only the work touches it
 */
struct sluice_flows {
	struct sluice_net *sn;
	u32 bound;
	u32 share[SLUICE_SLOTS];
	atomic_t count;
	atomic_t spare[SLUICE_SLOTS];
	atomic_t sure[SLUICE_SLOTS][SLUICE_MAX_CONDUITS + 1];
	bool hurry;
	u32 cursor;
	struct delayed_work sweep;
	struct bucket buckets[SLUICE_FLOW_BUCKETS];
};

static struct bucket *bucket_of(struct sluice_flows *flows, const struct sluice_origin *origin)
{
	/* Conntrack's identifier is a keyed hash already. */
	return &flows->buckets[origin->id & (SLUICE_FLOW_BUCKETS - 1)];
}

static struct flow *find(const struct bucket *bucket, const struct sluice_origin *origin)
{
	struct flow *flow;

	hlist_for_each_entry(flow, &bucket->flows, node)
		if (flow->origin.id == origin->id &&
		    nf_ct_tuple_equal(&flow->origin.tuple, &origin->tuple) &&
		    flow->origin.zone.id == origin->zone.id)
			return flow;
	return NULL;
}

void sluice_origin_of(const struct nf_conn *ct, struct sluice_origin *origin)
{
	memset(origin, 0, sizeof(*origin));
	origin->tuple = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	origin->zone = *nf_ct_zone(ct);
	origin->id = nf_ct_get_id(ct);
}

bool sluice_flow_is_closed(const struct nf_conn *ct)
{
	u8 state;

	if (nf_ct_protonum(ct) != IPPROTO_TCP)
		return false;
	state = READ_ONCE(ct->proto.tcp.state);
	return state == TCP_CONNTRACK_TIME_WAIT || state == TCP_CONNTRACK_CLOSE;
}

/* ---- A flow in an image that did not judge its first packet ---- */

static void facts_of(const struct sluice_origin *origin, struct sluice_facts *facts)
{
	const struct nf_conntrack_tuple *tuple = &origin->tuple;

	memset(facts, 0, sizeof(*facts));
	facts->family = tuple->src.l3num == AF_INET ? 4 : 6;
	facts->protocol = tuple->dst.protonum;
	facts->kind = SLUICE_KIND_PLAIN;
	facts->segments = 1;
	facts->source_mac = origin->source_mac;
	facts->vlan = origin->vlan;
	sluice_tuple_address(&tuple->src.u3, facts->family, &facts->source);
	sluice_tuple_address(&tuple->dst.u3, facts->family, &facts->destination);
	if (facts->protocol == IPPROTO_ICMP || facts->protocol == IPPROTO_ICMPV6) {
		facts->icmp_type = tuple->dst.u.icmp.type;
		facts->icmp_code = tuple->dst.u.icmp.code;
		facts->source_port = facts->icmp_type;
		facts->destination_port = facts->icmp_type;
		return;
	}
	facts->source_port = ntohs(tuple->src.u.all);
	facts->destination_port = ntohs(tuple->dst.u.all);
}

/* RCU or RTNL */
static u32 conduit_in(const struct sluice_net *sn, const struct sluice_generation *generation,
		      const struct sluice_origin *origin)
{
	struct sluice_answer answer;
	struct sluice_device *device;
	struct sluice_facts facts;

	facts_of(origin, &facts);
	if (origin->layer == SLUICE_LAYER_LOCAL_OUT) {
		sluice_gate_local(&generation->image, &facts, &answer);
	} else {
		device = sluice_device_find(sn, origin->ifindex);
		facts.port = device ? sluice_device_port(device, generation, origin->vlan) : 0;
		sluice_gate(&generation->image, &facts, &answer);
	}
	return sluice_candidate(&generation->image, origin->layer, &answer, answer.source_zone,
				answer.forward);
}

/* ---- Places ---- */

/* Return: false when there is none left; it is taken all the same. Bucket lock. */
static bool take_place(struct sluice_flows *flows, struct flow *flow, u32 slot)
{
	atomic_t *sure = &flows->sure[slot][flow->conduit[slot]];

	if (!flow->conduit[slot])
		return true;
	if ((u32)atomic_inc_return(sure) <= READ_ONCE(flows->share[slot])) {
		flow->place[slot] = PLACE_SURE;
		return true;
	}
	atomic_dec(sure);
	flow->place[slot] = PLACE_SPARE;
	return (u32)atomic_inc_return(&flows->spare[slot]) <= flows->bound / 2;
}

/* Bucket lock */
static void leave_place(struct sluice_flows *flows, struct flow *flow, u32 slot)
{
	if (flow->place[slot] == PLACE_SURE)
		atomic_dec(&flows->sure[slot][flow->conduit[slot]]);
	else if (flow->place[slot] == PLACE_SPARE)
		atomic_dec(&flows->spare[slot]);
	flow->place[slot] = PLACE_NONE;
}

/* Bucket lock. Return: false when the table has no place for it. */
static bool assign(struct sluice_flows *flows, struct flow *flow,
		   const struct sluice_generation *generation, u32 conduit)
{
	u32 slot = generation->slot;

	leave_place(flows, flow, slot);
	flow->generation[slot] = generation->number;
	flow->conduit[slot] = conduit;
	flow->observed[slot] = false;
	return take_place(flows, flow, slot);
}

/* Count @flow in @generation as well. Bucket lock, RCU. */
static void adopt(struct sluice_flows *flows, struct flow *flow,
		  const struct sluice_generation *generation)
{
	u32 conduit;

	if (flow->generation[generation->slot] == generation->number)
		return;
	conduit = conduit_in(flows->sn, generation, &flow->origin);
	assign(flows, flow, generation, conduit);
	if (conduit)
		sluice_conduit_adopt(&generation->conduits[conduit]);
}

/* It stands in no bucket. */
static void destroy(struct sluice_flows *flows, struct flow *flow)
{
	u32 slot;

	for (slot = 0; slot < SLUICE_SLOTS; slot++)
		leave_place(flows, flow, slot);
	kfree(flow);
	atomic_dec(&flows->count);
}

/* Bucket lock, RCU. */
static void forget(struct sluice_flows *flows, struct flow *flow)
{
	struct sluice_generation *generation;
	u32 slot;

	for (slot = 0; slot < SLUICE_SLOTS; slot++) {
		generation = rcu_dereference(flows->sn->slots[slot]);
		if (generation && flow->conduit[slot] &&
		    flow->generation[slot] == generation->number)
			sluice_conduit_end(&generation->conduits[flow->conduit[slot]]);
	}
	hlist_del(&flow->node);
	destroy(flows, flow);
}

/* ---- Who would be denied ---- */

/* Who began it, as the image sees it now. */
static void began_by(const struct sluice_generation *force, const struct sluice_facts *facts,
		     struct sluice_lease_at *at)
{
	u64 owner = sluice_owner(&force->image, facts->family, &facts->source);

	*at = (struct sluice_lease_at){ .address = facts->source, .family = facts->family,
					.zone = SLUICE_OWNER_ZONE(owner) };
}

/* RCU */
static void case_of(struct sluice_net *sn, const struct flow *flow,
		    struct sluice_generation *force, struct sluice_case *c)
{
	const struct sluice_device *device = sluice_device_find(sn, flow->origin.ifindex);
	u64 owner;

	*c = (struct sluice_case){ .sn = sn, .generation = force,
				   .ifindex = flow->origin.ifindex, .layer = flow->origin.layer,
				   .conduit = flow->conduit[force->slot] };
	facts_of(&flow->origin, &c->facts);
	if (device)
		c->facts.port = sluice_device_port(device, force, flow->origin.vlan);
	owner = sluice_owner(&force->image, c->facts.family, &c->facts.source);
	c->answer.source_zone = SLUICE_OWNER_ZONE(owner);
	owner = sluice_owner(&force->image, c->facts.family, &c->facts.destination);
	c->answer.destination_zone = SLUICE_OWNER_ZONE(owner);
}

/*
 * A flow that passes, and whose conduit observes who begins. Asked when it begins and by every sweep, as
 * `identity: required` would: a flow that is older than the policy, or than the end of its lease, is
 * found as well, and no packet costs more. Bucket lock, RCU.
 */
static void observe(const struct sluice_flows *flows, struct flow *flow,
		    struct sluice_generation *force)
{
	u32 slot = force->slot, lease;
	struct sluice_lease_at began;
	struct sluice_case c;
	u8 reason;

	if (flow->observed[slot] || flow->generation[slot] != force->number ||
	    sluice_observed(&force->image, flow->conduit[slot], SLUICE_LEASE_NONE) ==
		    SLUICE_REASON_PERMITTED)
		return;
	case_of(flows->sn, flow, force, &c);
	began_by(force, &c.facts, &began);
	lease = sluice_lease_find(flows->sn->leases, &began, flow->origin.source_mac,
				  ktime_get_coarse_boottime_ns());
	reason = sluice_observed(&force->image, flow->conduit[slot], lease);
	flow->observed[slot] = reason != SLUICE_REASON_PERMITTED;
	if (flow->observed[slot])
		sluice_observe(&c, reason);
}

/* ---- From the hooks ---- */

static struct flow *make_flow(struct sluice_flows *flows, const struct sluice_origin *origin)
{
	struct flow *flow;

	/* Those that a former image let in may be as many once more. */
	if ((u32)atomic_inc_return(&flows->count) > 2 * flows->bound)
		goto full;
	flow = kmalloc(sizeof(*flow), GFP_ATOMIC);
	if (!flow)
		goto full;
	*flow = (struct flow){ .origin = *origin, .born = jiffies };
	return flow;
full:
	atomic_dec(&flows->count);
	return NULL;
}

/*
 * Conntrack's identifier is made of tuple and place in memory: a new flow that takes the place of one just
 * forgotten, of the same tuple, has its identifier too. It counts in its stead, but nothing of what
 * came back to the other did come back to it. Bucket lock.
 */
static void begin_anew(struct flow *flow, const struct sluice_origin *origin,
		       const struct sluice_track *track)
{
	flow->origin = *origin;
	flow->track = *track;
	flow->born = jiffies;
}

/* Bucket lock, RCU. */
static int begin(struct sluice_flows *flows, struct bucket *bucket,
		 const struct sluice_origin *origin, const struct sluice_track *track,
		 const struct sluice_generation *generation, u32 conduit)
{
	struct sluice_generation *other, *force;
	struct flow *flow;

	flow = find(bucket, origin);
	if (flow) {
		begin_anew(flow, origin, track);
		return -EEXIST;
	}
	flow = make_flow(flows, origin);
	if (!flow)
		return -ENOSPC;
	flow->track = *track;
	if (!assign(flows, flow, generation, conduit)) {
		destroy(flows, flow);
		return -ENOSPC;
	}
	hlist_add_head(&flow->node, &bucket->flows);
	other = rcu_dereference(flows->sn->slots[!generation->slot]);
	if (other)
		adopt(flows, flow, other);
	force = sluice_in_force(flows->sn);
	if (force)
		observe(flows, flow, force);
	return 0;
}

int sluice_flow_begin(struct sluice_flows *flows, const struct sluice_origin *origin,
		      const struct sluice_track *track, const struct sluice_generation *generation,
		      u32 conduit)
{
	struct bucket *bucket = bucket_of(flows, origin);
	int error;

	spin_lock_bh(&bucket->lock);
	error = begin(flows, bucket, origin, track, generation, conduit);
	spin_unlock_bh(&bucket->lock);
	return error;
}

struct sluice_track *sluice_flow_lock(struct sluice_flows *flows,
				      const struct sluice_origin *origin)
	__acquires(&bucket->lock)
{
	struct bucket *bucket = bucket_of(flows, origin);
	struct flow *flow;

	spin_lock_bh(&bucket->lock);
	flow = find(bucket, origin);
	return flow ? &flow->track : NULL;
}

void sluice_flow_unlock(struct sluice_flows *flows, const struct sluice_origin *origin)
	__releases(&bucket->lock)
{
	spin_unlock_bh(&bucket_of(flows, origin)->lock);
}

bool sluice_flow_look(struct sluice_flows *flows, const struct sluice_origin *origin,
		      struct sluice_track *track)
{
	const struct sluice_track *found = sluice_flow_lock(flows, origin);

	if (found)
		*track = *found;
	sluice_flow_unlock(flows, origin);
	return found;
}

void sluice_flow_end(struct sluice_flows *flows, const struct sluice_origin *origin)
{
	struct bucket *bucket = bucket_of(flows, origin);
	struct flow *flow;

	spin_lock_bh(&bucket->lock);
	flow = find(bucket, origin);
	if (flow)
		forget(flows, flow);
	spin_unlock_bh(&bucket->lock);
}

/* ---- Sweep ---- */

static struct nf_conn *conntrack_of(const struct sluice_flows *flows, const struct flow *flow)
{
	struct nf_conntrack_tuple_hash *hash;
	struct nf_conn *ct;

	hash = nf_conntrack_find_get(flows->sn->net, &flow->origin.zone, &flow->origin.tuple);
	if (!hash)
		return NULL;
	ct = nf_ct_tuplehash_to_ctrack(hash);
	if (nf_ct_get_id(ct) == flow->origin.id)
		return ct;
	nf_ct_put(ct);
	return NULL;
}

static bool is_live(const struct sluice_flows *flows, const struct flow *flow)
{
	struct nf_conn *ct;
	bool live;

	/* Its first packet may still be on its way to where conntrack confirms it. */
	if (time_before(jiffies, flow->born + msecs_to_jiffies(SLUICE_FLOW_YOUNG_MS)))
		return true;
	ct = conntrack_of(flows, flow);
	if (!ct)
		return false;
	live = !nf_ct_is_dying(ct) && !sluice_flow_is_closed(ct);
	nf_ct_put(ct);
	return live;
}

/* Would its next packet pass? Rates and budgets are not asked: they end no flow. Bucket lock, RCU. */
static bool is_permitted(const struct sluice_flows *flows, const struct flow *flow,
			 const struct sluice_generation *force)
{
	struct sluice_verdict verdict = { .permit = 1, .reason = SLUICE_REASON_PERMITTED };
	struct sluice_standing standing;
	struct sluice_clock clock = {};
	struct sluice_lease_at began;
	struct sluice_facts facts;

	/* Without a policy, or before it was adopted: whoever publishes looks again. */
	if (!force || flow->generation[force->slot] != force->number)
		return true;
	verdict.conduit = flow->conduit[force->slot];
	if (!verdict.conduit)
		return false;
	facts_of(&flow->origin, &facts);
	began_by(force, &facts, &began);
	sluice_standing_read(flows->sn, force, verdict.conduit, &began, flow->origin.source_mac,
			     &standing);
	sluice_clock_read(flows->sn, le64_to_cpu(force->envelope.created), &clock);
	sluice_hold(&force->image, &facts, &standing, &flow->track, &clock, &verdict);
	return verdict.permit;
}

/* Return: false when conntrack does not hold it yet; a later sweep finds it then. */
static bool kill(struct sluice_flows *flows, const struct flow *flow)
{
	struct nf_conn *ct = conntrack_of(flows, flow);

	if (!ct)
		return false;
	nf_ct_kill(ct);
	nf_ct_put(ct);
	return true;
}

static bool is_over(struct sluice_flows *flows, struct flow *flow,
		    struct sluice_generation *force)
{
	if (!is_permitted(flows, flow, force))
		return kill(flows, flow) || !is_live(flows, flow);
	if (!is_live(flows, flow))
		return true;
	if (force)
		observe(flows, flow, force);
	return false;
}

static void sweep_bucket(struct sluice_flows *flows, struct bucket *bucket)
{
	struct sluice_generation *force;
	struct hlist_node *next;
	struct flow *flow;

	if (hlist_empty(&bucket->flows))
		return;
	rcu_read_lock();
	force = sluice_in_force(flows->sn);
	spin_lock_bh(&bucket->lock);
	hlist_for_each_entry_safe(flow, next, &bucket->flows, node)
		if (is_over(flows, flow, force))
			forget(flows, flow);
	spin_unlock_bh(&bucket->lock);
	rcu_read_unlock();
}

static void sweep(struct work_struct *work)
{
	struct sluice_flows *flows = container_of(to_delayed_work(work), struct sluice_flows, sweep);
	u32 left = xchg(&flows->hurry, false) ? SLUICE_FLOW_BUCKETS : SLUICE_FLOW_SWEEP;

	while (left--) {
		sweep_bucket(flows, &flows->buckets[flows->cursor]);
		flows->cursor = (flows->cursor + 1) & (SLUICE_FLOW_BUCKETS - 1);
		cond_resched();
	}
	schedule_delayed_work(&flows->sweep, msecs_to_jiffies(SLUICE_FLOW_SWEEP_MS));
}

void sluice_flows_hurry(struct sluice_flows *flows)
{
	WRITE_ONCE(flows->hurry, true);
}

/* ---- Control ---- */

void sluice_flows_adopt(struct sluice_flows *flows, struct sluice_generation *generation)
{
	struct flow *flow;
	u32 index;

	WRITE_ONCE(flows->share[generation->slot], sluice_share(&generation->image, flows->bound));
	for (index = 0; index < SLUICE_FLOW_BUCKETS; index++) {
		struct bucket *bucket = &flows->buckets[index];

		rcu_read_lock();
		spin_lock_bh(&bucket->lock);
		hlist_for_each_entry(flow, &bucket->flows, node)
			adopt(flows, flow, generation);
		spin_unlock_bh(&bucket->lock);
		rcu_read_unlock();
		cond_resched();
	}
}

void sluice_flows_end(struct sluice_flows *flows)
{
	u32 index;

	for (index = 0; index < SLUICE_FLOW_BUCKETS; index++) {
		sweep_bucket(flows, &flows->buckets[index]);
		cond_resched();
	}
}

static bool read_in(struct bucket *bucket, u32 slot, u32 skip, struct sluice_flow_view *view)
{
	struct flow *flow;
	bool found = false;

	spin_lock_bh(&bucket->lock);
	hlist_for_each_entry(flow, &bucket->flows, node) {
		if (skip--)
			continue;
		*view = (struct sluice_flow_view){ .tuple = flow->origin.tuple,
						   .conduit = flow->conduit[slot],
						   .generation = flow->generation[slot] };
		found = true;
		break;
	}
	spin_unlock_bh(&bucket->lock);
	return found;
}

bool sluice_flow_read(struct sluice_flows *flows, u32 slot, u32 *bucket, u32 *skip,
		      struct sluice_flow_view *view)
{
	for (; *bucket < SLUICE_FLOW_BUCKETS; (*bucket)++, *skip = 0) {
		if (read_in(&flows->buckets[*bucket], slot, *skip, view)) {
			(*skip)++;
			return true;
		}
	}
	return false;
}

/* ---- Life ---- */

struct sluice_flows *sluice_flows_create(struct sluice_net *sn)
{
	struct sluice_flows *flows = kvzalloc(sizeof(*flows), GFP_KERNEL_ACCOUNT);
	u32 index;

	if (!flows)
		return NULL;
	flows->sn = sn;
	flows->bound = SLUICE_FLOWS;
	for (index = 0; index < SLUICE_FLOW_BUCKETS; index++)
		spin_lock_init(&flows->buckets[index].lock);
	INIT_DELAYED_WORK(&flows->sweep, sweep);
	schedule_delayed_work(&flows->sweep, msecs_to_jiffies(SLUICE_FLOW_SWEEP_MS));
	return flows;
}

void sluice_flows_bound(struct sluice_flows *flows, u32 bound)
{
	flows->bound = bound;
}

void sluice_flows_destroy(struct sluice_flows *flows)
{
	struct hlist_node *next;
	struct flow *flow;
	u32 index;

	if (!flows)
		return;
	cancel_delayed_work_sync(&flows->sweep);
	rcu_read_lock();
	for (index = 0; index < SLUICE_FLOW_BUCKETS; index++)
		hlist_for_each_entry_safe(flow, next, &flows->buckets[index].flows, node)
			forget(flows, flow);
	rcu_read_unlock();
	kvfree(flows);
}
