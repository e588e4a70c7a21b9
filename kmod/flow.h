/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Live flows and the conduits they count against.
 *
 *	first packet permitted -> sluice_flow_begin() -> closed, or conntrack knows it no more -> gone
 *
 * Connection tracking owns the flows; this table only counts them, because its extensions are a
 * closed set and its mark belongs to root. A sweep asks conntrack about each entry. TCP in TIME_WAIT
 * or CLOSE does not count. A flow counts in both images while two are held, so that a switch finds
 * true numbers. What a grade must remember of a flow stands here as well.
 */
#ifndef SLUICE_FLOW_H
#define SLUICE_FLOW_H

#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "generation.h"

struct sluice_flows;

/**
 * struct sluice_origin - what is remembered of the packet that began a flow
 * @tuple: in the direction in which it was begun
 * @zone: of conntrack
 * @id: of conntrack, so that a reused tuple is another flow
 * @source_mac: for bindings, when another image judges the flow
 * @ifindex: where it came in, 0 for this gateway
 * @vlan: with which tag
 * @layer: hook that judged it
 */
struct sluice_origin {
	struct nf_conntrack_tuple tuple;
	struct nf_conntrack_zone zone;
	u32 id;
	u64 source_mac;
	int ifindex;
	u16 vlan;
	u8 layer;
};

/**
 * struct sluice_flow_view - a live flow, for a dump
 */
struct sluice_flow_view {
	struct nf_conntrack_tuple tuple;
	u32 conduit;
	u32 generation;
};

struct sluice_flows *sluice_flows_create(struct sluice_net *sn);
void sluice_flows_destroy(struct sluice_flows *flows);

/* For tests, before the first flow: a table of @bound flows instead of SLUICE_FLOWS. */
void sluice_flows_bound(struct sluice_flows *flows, u32 bound);

/* What identifies @ct; the rest of @origin is the caller's. */
void sluice_origin_of(const struct nf_conn *ct, struct sluice_origin *origin);

/**
 * sluice_flow_begin - remember a flow that was charged as begun
 * @flows: table
 * @origin: of its first packet
 * @track: what its first packet has left to remember
 * @generation: that permitted it
 * @conduit: through which
 *
 * Context: any but hard interrupts, under rcu_read_lock().
 * Return: 0; -EEXIST when another processor was faster or conntrack has forgotten a flow and given its
 * identifier to this one, which then begins with @track; -ENOSPC when the conduit has all places that it is
 * sure of (core/share.h) and no other is free. The caller refunds the charge in both cases.
 */
int sluice_flow_begin(struct sluice_flows *flows, const struct sluice_origin *origin,
		      const struct sluice_track *track, const struct sluice_generation *generation,
		      u32 conduit);

/* A copy of the track of a live flow. Return: false when nobody remembers the flow. */
bool sluice_flow_look(struct sluice_flows *flows, const struct sluice_origin *origin,
		      struct sluice_track *track);

/**
 * sluice_flow_lock - hold a flow to charge it
 * @flows: table
 * @origin: of the flow
 *
 * Context: any but hard interrupts. sluice_flow_unlock() must follow, also after NULL.
 * Return: its track, or NULL when nobody remembers the flow.
 */
struct sluice_track *sluice_flow_lock(struct sluice_flows *flows,
				      const struct sluice_origin *origin);
void sluice_flow_unlock(struct sluice_flows *flows, const struct sluice_origin *origin);

/* The flow was closed: it counts no more. RCU. */
void sluice_flow_end(struct sluice_flows *flows, const struct sluice_origin *origin);

/* Does conntrack say that TCP is done with it? */
bool sluice_flow_is_closed(const struct nf_conn *ct);

/*
 * Share the table out among the conduits of an image that is about to be in force, and count all live
 * flows in it. Control; hooks see its slot.
 */
void sluice_flows_adopt(struct sluice_flows *flows, struct sluice_generation *generation);

/*
 * End the flows that the image in force no longer permits, and those whose conduit is held shut; their
 * accounts are settled when this returns. Control.
 */
void sluice_flows_end(struct sluice_flows *flows);

/* A limit was reached: look at all flows soon. */
void sluice_flows_hurry(struct sluice_flows *flows);

/**
 * sluice_flow_read - one after the other
 * @flows: table
 * @slot: whose conduits to tell
 * @bucket: cursor, 0 at first; moved on
 * @skip: cursor within the bucket, 0 at first; moved on
 * @view: receives a flow
 *
 * Return: false at the end.
 */
bool sluice_flow_read(struct sluice_flows *flows, u32 slot, u32 *bucket, u32 *skip,
		      struct sluice_flow_view *view);

#endif /* SLUICE_FLOW_H */
