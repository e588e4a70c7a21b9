/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One network namespace: its generations, devices, flows and counters.
 *
 *	pernet init (all zero, no hook) -> sluice_net_open() (forwarding closed) -> policies
 *		-> pernet exit: hooks away, a grace period, everything freed
 *
 * The initial namespace is opened when the module is loaded, others only on request. Hooks reach
 * their namespace through nf_hook_ops.priv.
 *
 * Locks, outermost first: sluice_control, RTNL, flow bucket, conduit. Causes, seen buckets,
 * fragments and errors_lock are innermost as well. All spinlocks are taken with BH disabled.
 */
#ifndef SLUICE_NETNS_H
#define SLUICE_NETNS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include "clock.h"
#include "generation.h"
#include "limits.h"

struct bpf_map;
struct sluice_causes;
struct sluice_flows;
struct sluice_fragments;
struct sluice_leases;
struct sluice_seen;
struct sluice_stats;

/**
 * struct sluice_floor - which policy versions are accepted anew
 * @epoch: of the trust under which @version counts; a policy of a newer epoch starts afresh
 * @version: newest version that was ever active
 * @digest: of that policy, all zero when not known
 * @previous: the one older policy that is accepted as well, all zero for none
 * @published: a policy was published since the module was loaded: @previous is ours to keep now
 */
struct sluice_floor {
	u64 epoch;
	u64 version;
	u8 digest[SLUICE_DIGEST_BYTES];
	u8 previous[SLUICE_DIGEST_BYTES];
	bool published;
};

/**
 * struct sluice_net - state of one namespace; "control" below means the mutex sluice_control
 */
struct sluice_net {
	struct net *net;
	bool open;		/* control and RTNL; hooks exist */
	bool released;		/* control */
	bool tracking;		/* control; we hold conntrack */
	bool holding;		/* control; we hold the module */
	u64 selector;		/* control; READ_ONCE anywhere */
	struct sluice_generation __rcu *slots[SLUICE_SLOTS];	/* control */
	u64 left[SLUICE_GENERATIONS + 1];	/* control; READ_ONCE in hooks; jiffies64 */
	u32 last_number;	/* control; of the newest generation */
	u32 worn[SLUICE_SLOTS];	/* control; number that each slot had last: flows still speak of it */
	struct sluice_generation *staged;	/* control */
	struct sluice_staging *staging;		/* control */
	struct sluice_floor floor;		/* control */
	struct bpf_map *gate;	/* control; the gate's selector */
	u64 *gate_word;		/* control; in @gate */
	struct delayed_work retire;	/* ends trials, frees what is held no more */
	struct delayed_work watch;	/* looks at what goes round the hooks */
	u64 heartbeat;		/* control; jiffies64, 0 before the first */
	u64 silent;		/* control; jiffies64 of the last alarm or beat */
	struct sluice_time time;	/* control; READ_ONCE in hooks */
	u32 seen_layers;	/* control; what the agent saw at its last beat */
	bool bridge_netfilter;	/* control; br_netfilter was active at the last look */
	spinlock_t errors_lock;	/* buckets of our own ICMP errors and answers, in generations */
	struct hlist_head devices[SLUICE_DEVICE_BUCKETS];	/* RTNL; RCU in hooks */
	struct nf_hook_ops *hooks;		/* set once by open */
	struct sluice_stats __percpu *stats;	/* set once by open */
	struct sluice_causes *causes;		/* set once by open */
	struct sluice_flows *flows;		/* set once by open */
	struct sluice_fragments *fragments;	/* set once by open */
	struct sluice_leases *leases;		/* set once by open */
	struct sluice_seen *seen;		/* set once by open */
};

/* What nobody outside this load of the module can know beforehand; set before any hook exists. */
extern u32 sluice_stamp_nonce;
extern u32 sluice_mark_nonce;	/* in place */

extern struct mutex sluice_control;

/* The namespaces' state, without any hook yet. */
int sluice_net_init(void);
void sluice_net_exit(void);

struct sluice_net *sluice_net_of(const struct net *net);

/**
 * sluice_net_open - put the hooks into a namespace; forwarding is closed from here on
 * @sn: not open yet, or open already
 *
 * Context: control mutex held or no other user yet; takes RTNL.
 */
int sluice_net_open(struct sluice_net *sn);

#endif /* SLUICE_NETNS_H */
