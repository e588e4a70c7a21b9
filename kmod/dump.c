// SPDX-License-Identifier: GPL-2.0
/* Dumps: counters, flows, bindings, leases. One message for each item. */

#include <net/genetlink.h>

#include "conduit.h"
#include "flow.h"
#include "lease.h"
#include "netlink.h"
#include "report.h"
#include "seen.h"

/*
 * State of a dump between its messages, in netlink_callback.ctx.
 * @net: kept
 * @first: counters: layer, then conduits: slot; tables: bucket
 * @second: counters: key or conduit; tables: how many of the bucket were told
 * @part: counters: reasons, invariants, conduits
 */
struct cursor {
	struct net *net;
	u32 first;
	u32 second;
	u32 part;
};

static struct cursor *cursor_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct cursor) > sizeof(cb->ctx));
	return (struct cursor *)cb->ctx;
}

int sluice_dump_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = sluice_dump_attrs(cb);
	struct net *net;
	int error;

	error = sluice_netlink_agree(attrs, cb->extack);
	if (error)
		return error;
	net = sluice_netlink_net(attrs, cb->extack);
	if (IS_ERR(net))
		return PTR_ERR(net);
	if (!sluice_net_of(net)->open) {
		NL_SET_ERR_MSG(cb->extack, "this namespace has no hooks");
		put_net(net);
		return -ENOENT;
	}
	cursor_of(cb)->net = net;
	return 0;
}

int sluice_dump_done(struct netlink_callback *cb)
{
	if (cursor_of(cb)->net)
		put_net(cursor_of(cb)->net);
	return 0;
}

static void *begin(struct sk_buff *skb, struct netlink_callback *cb, u8 command)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &sluice_family,
			   NLM_F_MULTI, command);
}

static int finish(struct sk_buff *skb, void *header, int error)
{
	if (error)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return error;
}

/* ---- Counters ---- */

struct counter {
	u32 type;
	u32 key;
	u32 layer;
	u32 generation;
	struct sluice_totals totals;
};

static int put64(struct sk_buff *skb, u32 type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SLUICE_COUNTER_PAD);
}

static int put_conduit(struct sk_buff *skb, const struct counter *counter)
{
	const struct sluice_totals *totals = &counter->totals;

	return nla_put_u32(skb, SLUICE_COUNTER_GENERATION, counter->generation) ||
	       put64(skb, SLUICE_COUNTER_BYTES, totals->bytes) ||
	       put64(skb, SLUICE_COUNTER_REPLY_PACKETS, totals->reply_packets) ||
	       put64(skb, SLUICE_COUNTER_REPLY_BYTES, totals->reply_bytes) ||
	       put64(skb, SLUICE_COUNTER_FLOWS, totals->flows) ||
	       put64(skb, SLUICE_COUNTER_CONCURRENT, totals->concurrent) ||
	       put64(skb, SLUICE_COUNTER_DENIED, totals->denied) ||
	       put64(skb, SLUICE_COUNTER_MIDSTREAM, totals->midstream) ||
	       put64(skb, SLUICE_COUNTER_OBSERVED, totals->observed);
}

static int put_counter(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct counter *counter)
{
	void *header = begin(skb, cb, SLUICE_CMD_COUNTERS);
	struct nlattr *nest;

	if (!header)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, SLUICE_ATTR_COUNTER);
	if (!nest || nla_put_u32(skb, SLUICE_COUNTER_TYPE, counter->type) ||
	    nla_put_u32(skb, SLUICE_COUNTER_KEY, counter->key) ||
	    nla_put_u32(skb, SLUICE_COUNTER_LAYER, counter->layer) ||
	    put64(skb, SLUICE_COUNTER_PACKETS, counter->totals.packets) ||
	    (counter->type == SLUICE_COUNTER_TYPE_CONDUIT && put_conduit(skb, counter)))
		return finish(skb, header, -EMSGSIZE);
	nla_nest_end(skb, nest);
	return finish(skb, header, 0);
}

/* Reasons or invariants by layer; what is zero is not told. */
static int dump_stats(struct sk_buff *skb, struct netlink_callback *cb, struct sluice_net *sn,
		      u32 type, u32 keys, u64 (*total)(const struct sluice_net *, u32, u32))
{
	struct cursor *cursor = cursor_of(cb);

	for (; cursor->first < SLUICE_LAYER_COUNT; cursor->first++, cursor->second = 0) {
		for (; cursor->second < keys; cursor->second++) {
			struct counter counter = {
				.type = type,
				.key = cursor->second,
				.layer = cursor->first,
				.totals.packets = total(sn, cursor->first, cursor->second),
			};

			if (counter.totals.packets && put_counter(skb, cb, &counter))
				return -EMSGSIZE;
		}
	}
	cursor->first = 0;
	cursor->second = 0;
	cursor->part++;
	return 0;
}

static int dump_conduits(struct sk_buff *skb, struct netlink_callback *cb, struct sluice_net *sn)
{
	struct cursor *cursor = cursor_of(cb);

	for (; cursor->first < SLUICE_SLOTS; cursor->first++, cursor->second = 0) {
		struct sluice_generation *generation = sluice_generation_in_slot(sn, cursor->first);
		u32 count = generation ? generation->conduit_count : 0;

		for (; cursor->second < count; cursor->second++) {
			struct counter counter = {
				.type = SLUICE_COUNTER_TYPE_CONDUIT,
				.key = cursor->second + 1,
				.generation = generation->number,
			};

			sluice_conduit_read(&generation->conduits[counter.key], &counter.totals);
			if (put_counter(skb, cb, &counter))
				return -EMSGSIZE;
		}
	}
	cursor->part++;
	return 0;
}

static int dump_part(struct sk_buff *skb, struct netlink_callback *cb, struct sluice_net *sn)
{
	switch (cursor_of(cb)->part) {
	case 0:
		return dump_stats(skb, cb, sn, SLUICE_COUNTER_TYPE_REASON, SLUICE_REASON_COUNT,
				  sluice_denied_total);
	case 1:
		return dump_stats(skb, cb, sn, SLUICE_COUNTER_TYPE_INVARIANT, SLUICE_INVARIANT_COUNT,
				  sluice_violated_total);
	}
	return dump_conduits(skb, cb, sn);
}

int sluice_dump_counters(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sluice_net *sn = sluice_net_of(cursor_of(cb)->net);

	mutex_lock(&sluice_control);
	while (cursor_of(cb)->part < 3 && !dump_part(skb, cb, sn))
		;
	mutex_unlock(&sluice_control);
	return skb->len;
}

/* ---- Flows ---- */

static void put_address(u8 bytes[16], const union nf_inet_addr *address, u32 family)
{
	struct in6_addr *mapped = (struct in6_addr *)bytes;

	if (family == 6)
		memcpy(bytes, address->ip6, 16);
	else
		ipv6_addr_set_v4mapped(address->ip, mapped);
}

static int put_ends(struct sk_buff *skb, const struct nf_conntrack_tuple *tuple, u32 family)
{
	u8 source[16], destination[16];

	put_address(source, &tuple->src.u3, family);
	put_address(destination, &tuple->dst.u3, family);
	return nla_put(skb, SLUICE_FLOW_SOURCE, sizeof(source), source) ||
	       nla_put(skb, SLUICE_FLOW_DESTINATION, sizeof(destination), destination) ||
	       nla_put_u32(skb, SLUICE_FLOW_SOURCE_PORT, ntohs(tuple->src.u.all)) ||
	       nla_put_u32(skb, SLUICE_FLOW_DESTINATION_PORT, ntohs(tuple->dst.u.all));
}

static int put_flow(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct sluice_flow_view *view)
{
	u32 family = view->tuple.src.l3num == AF_INET ? 4 : 6;
	void *header = begin(skb, cb, SLUICE_CMD_FLOWS);
	struct nlattr *nest;

	if (!header)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, SLUICE_ATTR_FLOW);
	if (!nest || nla_put_u32(skb, SLUICE_FLOW_CONDUIT, view->conduit) ||
	    nla_put_u32(skb, SLUICE_FLOW_GENERATION, view->generation) ||
	    nla_put_u32(skb, SLUICE_FLOW_FAMILY, family) ||
	    nla_put_u32(skb, SLUICE_FLOW_PROTOCOL, view->tuple.dst.protonum) ||
	    put_ends(skb, &view->tuple, family))
		return finish(skb, header, -EMSGSIZE);
	nla_nest_end(skb, nest);
	return finish(skb, header, 0);
}

static u32 slot_in_force(const struct sluice_net *sn)
{
	u32 slot = sluice_selector_in_force(READ_ONCE(sn->selector), get_jiffies_64());

	return slot ? slot - 1 : 0;
}

int sluice_dump_flows(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = cursor_of(cb);
	struct sluice_net *sn = sluice_net_of(cursor->net);
	struct sluice_flow_view view;
	struct cursor before = *cursor;

	while (sluice_flow_read(sn->flows, slot_in_force(sn), &cursor->first, &cursor->second,
				&view)) {
		if (put_flow(skb, cb, &view)) {
			*cursor = before;
			break;
		}
		before = *cursor;
	}
	return skb->len;
}

/* ---- Bindings ---- */

static void put_bytes(struct in6_addr *to, const struct sluice_address *address, u32 family)
{
	__be64 words[2] = { cpu_to_be64(address->high), cpu_to_be64(address->low) };

	if (family == 6)
		memcpy(to, words, sizeof(*to));
	else
		ipv6_addr_set_v4mapped(cpu_to_be32(address->high >> 32), to);
}

static int put_seen(struct sk_buff *skb, const struct sluice_seen_at *at)
{
	__be64 mac = cpu_to_be64(at->mac << 16);
	struct in6_addr address;

	put_bytes(&address, &at->address, at->family);
	return nla_put(skb, SLUICE_BINDING_ADDRESS, sizeof(address), &address) ||
	       nla_put_u32(skb, SLUICE_BINDING_IFINDEX, at->ifindex) ||
	       nla_put_u32(skb, SLUICE_BINDING_VLAN, at->vlan) ||
	       nla_put(skb, SLUICE_BINDING_MAC, ETH_ALEN, &mac);
}

static int put_binding(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct sluice_seen_at *at)
{
	void *header = begin(skb, cb, SLUICE_CMD_BINDINGS);
	struct nlattr *nest;

	if (!header)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, SLUICE_ATTR_BINDING);
	if (!nest || put_seen(skb, at))
		return finish(skb, header, -EMSGSIZE);
	nla_nest_end(skb, nest);
	return finish(skb, header, 0);
}

int sluice_dump_bindings(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = cursor_of(cb);
	struct sluice_net *sn = sluice_net_of(cursor->net);
	struct cursor before = *cursor;
	struct sluice_seen_at at;

	while (sluice_seen_read(sn->seen, &cursor->first, &cursor->second, &at)) {
		if (put_binding(skb, cb, &at)) {
			*cursor = before;
			break;
		}
		before = *cursor;
	}
	return skb->len;
}

/* ---- Leases ---- */

static int put_terms(struct sk_buff *skb, const struct sluice_lease_record *record, u64 now)
{
	__be64 mac = cpu_to_be64(record->mac << 16);
	struct in6_addr address;

	put_bytes(&address, &record->at.address, record->at.family);
	return nla_put_u32(skb, SLUICE_LEASE_ZONE, record->at.zone) ||
	       nla_put(skb, SLUICE_LEASE_ADDRESS, sizeof(address), &address) ||
	       (record->mac && nla_put(skb, SLUICE_LEASE_MAC, ETH_ALEN, &mac)) ||
	       nla_put_u64_64bit(skb, SLUICE_LEASE_UNTIL_MS,
				 div_u64(record->until - now, NSEC_PER_MSEC), SLUICE_LEASE_PAD) ||
	       nla_put_u32(skb, SLUICE_LEASE_STATE, record->state) ||
	       nla_put_string(skb, SLUICE_LEASE_IDENTITY, record->identity);
}

static int put_lease(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct sluice_lease_record *record, u64 now)
{
	void *header = begin(skb, cb, SLUICE_CMD_LEASES);
	struct nlattr *nest;

	if (!header)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, SLUICE_ATTR_LEASE);
	if (!nest || put_terms(skb, record, now))
		return finish(skb, header, -EMSGSIZE);
	nla_nest_end(skb, nest);
	return finish(skb, header, 0);
}

int sluice_dump_leases(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cursor *cursor = cursor_of(cb);
	struct sluice_net *sn = sluice_net_of(cursor->net);
	u64 now = ktime_get_boottime_ns();
	struct cursor before = *cursor;
	struct sluice_lease_record record;

	mutex_lock(&sluice_control);
	while (sluice_lease_read(sn->leases, &cursor->first, &cursor->second, &record)) {
		if (record.until > now && put_lease(skb, cb, &record, now)) {
			*cursor = before;
			break;
		}
		before = *cursor;
	}
	mutex_unlock(&sluice_control);
	return skb->len;
}
