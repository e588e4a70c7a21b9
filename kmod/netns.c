// SPDX-License-Identifier: GPL-2.0
/* Namespaces: opened, closed, found. */

#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "device.h"
#include "flow.h"
#include "fragment.h"
#include "hooks.h"
#include "lease.h"
#include "report.h"
#include "seen.h"
#include "watch.h"

DEFINE_MUTEX(sluice_control);

u32 sluice_stamp_nonce __ro_after_init;
u32 sluice_mark_nonce __ro_after_init;

static unsigned int net_id __ro_after_init;

/*
 * Behind conntrack (-200) and mangle (-150), before the filters (0), so that the mark stands when the
 * nftables floor looks. Bridge hooks at -200: those at -1 or 0 are skipped by br_netfilter.
 */
#define DECISION_PRIORITY	(-50)

static const struct nf_hook_ops templates[] = {
	{ .hook = sluice_forward_hook, .pf = NFPROTO_INET, .hooknum = NF_INET_FORWARD,
	  .priority = DECISION_PRIORITY },
	{ .hook = sluice_bridge_hook, .pf = NFPROTO_BRIDGE, .hooknum = NF_BR_FORWARD,
	  .priority = NF_BR_PRI_FILTER_BRIDGED },
	{ .hook = sluice_local_in_hook, .pf = NFPROTO_INET, .hooknum = NF_INET_LOCAL_IN,
	  .priority = DECISION_PRIORITY },
	{ .hook = sluice_local_wipe_hook, .pf = NFPROTO_INET, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = INT_MIN },
	{ .hook = sluice_local_out_hook, .pf = NFPROTO_INET, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = DECISION_PRIORITY },
};

struct sluice_net *sluice_net_of(const struct net *net)
{
	return net_generic(net, net_id);
}

static int open_tables(struct sluice_net *sn)
{
	int error = sluice_report_open(sn);

	if (error)
		return error;
	sn->flows = sluice_flows_create(sn);
	sn->fragments = sluice_fragments_create();
	sn->leases = sluice_leases_create();
	sn->seen = sluice_seen_create();
	sn->hooks = kmemdup(templates, sizeof(templates), GFP_KERNEL_ACCOUNT);
	return sn->flows && sn->fragments && sn->leases && sn->seen && sn->hooks ? 0 : -ENOMEM;
}

static void close_tables(struct sluice_net *sn)
{
	kfree(sn->hooks);
	sluice_seen_destroy(sn->seen);
	sluice_leases_destroy(sn->leases);
	sluice_fragments_destroy(sn->fragments);
	sluice_flows_destroy(sn->flows);
	sluice_report_close(sn);
	sn->hooks = NULL;
	sn->seen = NULL;
	sn->leases = NULL;
	sn->fragments = NULL;
	sn->flows = NULL;
}

static int open_hooks(struct sluice_net *sn)
{
	u32 index;
	int error;

	for (index = 0; index < ARRAY_SIZE(templates); index++)
		sn->hooks[index].priv = sn;
	error = nf_register_net_hooks(sn->net, sn->hooks, ARRAY_SIZE(templates));
	if (error)
		return error;
	rtnl_lock();
	sn->open = true;
	error = sluice_devices_open(sn);
	rtnl_unlock();
	return error;
}

/* Nobody can reach what is freed here: every hook is gone and a grace period is over. */
static void close_net(struct sluice_net *sn)
{
	if (!sn->open)
		return;
	cancel_delayed_work_sync(&sn->watch);
	cancel_delayed_work_sync(&sn->retire);
	nf_unregister_net_hooks(sn->net, sn->hooks, ARRAY_SIZE(templates));
	rtnl_lock();
	sn->open = false;
	sluice_devices_close(sn);
	rtnl_unlock();
	synchronize_net();
	sluice_generations_destroy(sn);
	cancel_delayed_work_sync(&sn->retire);
	close_tables(sn);
}

int sluice_net_open(struct sluice_net *sn)
{
	int error;

	if (sn->open)
		return 0;
	error = open_tables(sn);
	if (!error)
		error = open_hooks(sn);
	if (error) {
		close_net(sn);
		close_tables(sn);
		return error;
	}
	schedule_delayed_work(&sn->watch, msecs_to_jiffies(SLUICE_WATCH_MS));
	return 0;
}

static int __net_init init_net_state(struct net *net)
{
	struct sluice_net *sn = sluice_net_of(net);

	sn->net = net;
	sluice_clock_init(sn);
	spin_lock_init(&sn->errors_lock);
	INIT_DELAYED_WORK(&sn->retire, sluice_retire);
	INIT_DELAYED_WORK(&sn->watch, sluice_watch);
	return 0;
}

static void __net_exit exit_net_state(struct net *net)
{
	close_net(sluice_net_of(net));
}

static struct pernet_operations operations = {
	.init = init_net_state,
	.exit = exit_net_state,
	.id = &net_id,
	.size = sizeof(struct sluice_net),
};

static void choose_nonces(void)
{
	do {
		sluice_stamp_nonce = get_random_u32();
	} while (!sluice_stamp_nonce);
	do {
		sluice_mark_nonce = get_random_u32() & SLUICE_MARK_NONCE_MASK;
	} while (!sluice_mark_nonce);
}

void sluice_net_exit(void)
{
	unregister_pernet_subsys(&operations);
	/* Devices are freed by call_rcu(). */
	rcu_barrier();
}

int sluice_net_init(void)
{
	choose_nonces();
	return register_pernet_subsys(&operations);
}
