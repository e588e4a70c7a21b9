/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink: the only way in. One table of commands; every refusal is an errno with one
 * meaning and a sentence.
 */
#ifndef SLUICE_NETLINK_H
#define SLUICE_NETLINK_H

#include <net/genetlink.h>
#include "netns.h"

extern struct genl_family sluice_family;

int sluice_netlink_init(void);
void sluice_netlink_exit(void);

/**
 * sluice_netlink_net - the namespace that a request speaks about
 * @attrs: its attributes
 * @extack: receives the sentence of a refusal
 *
 * Return: a namespace that is kept until put_net(), or an error.
 */
struct net *sluice_netlink_net(struct nlattr **attrs, struct netlink_ext_ack *extack);

/* Does the other side speak our ABI? Return: 0, -EPROTO or -EINVAL. */
int sluice_netlink_agree(struct nlattr **attrs, struct netlink_ext_ack *extack);

/* The generation that a request names, or NULL and a sentence. Control. */
struct sluice_generation *sluice_netlink_generation(struct sluice_net *sn, struct genl_info *info);

/* Commands about what stands beside the policy (netlink_standing.c); control mutex held. */
extern const struct nla_policy sluice_lease_policy[SLUICE_LEASE_MAX + 1];
int sluice_do_lease_set(struct sluice_net *sn, struct genl_info *info);
int sluice_do_island_set(struct sluice_net *sn, struct genl_info *info);
int sluice_do_conduit_open(struct sluice_net *sn, struct genl_info *info);
int sluice_do_clock_set(struct sluice_net *sn, struct genl_info *info);

/* Dumps (dump.c) */
int sluice_dump_start(struct netlink_callback *cb);
int sluice_dump_done(struct netlink_callback *cb);
int sluice_dump_counters(struct sk_buff *skb, struct netlink_callback *cb);
int sluice_dump_flows(struct sk_buff *skb, struct netlink_callback *cb);
int sluice_dump_bindings(struct sk_buff *skb, struct netlink_callback *cb);
int sluice_dump_leases(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* SLUICE_NETLINK_H */
