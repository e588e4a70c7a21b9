// SPDX-License-Identifier: GPL-2.0
/* What a hook cannot see. */

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/rtnetlink.h>
#include <net/netdev_rx_queue.h>

#include "device.h"
#include "flow.h"
#include "lease.h"
#include "report.h"
#include "standing.h"
#include "watch.h"

/* detail0 of FOREIGN_PATH */
#define PATH_TC		1	/* clsact, ingress qdisc or tcx: may redirect round egress */
#define PATH_OVS	2	/* Open vSwitch owns the device */
#define PATH_XSK	3	/* an AF_XDP socket is bound to it */

static void alarm(struct sluice_net *sn, int ifindex, enum sluice_invariant invariant, u64 detail0,
		  u64 detail1)
{
	struct sluice_case c = { .sn = sn, .ifindex = ifindex };

	sluice_violated(&c, invariant, detail0, detail1);
}

/* ---- The agent ---- */

void sluice_heartbeat(struct sluice_net *sn, u32 layers)
{
	sn->heartbeat = get_jiffies_64();
	sn->silent = sn->heartbeat;
	sn->seen_layers = layers;
}

bool sluice_heartbeat_age(const struct sluice_net *sn, u64 *age)
{
	if (!sn->heartbeat)
		return false;
	*age = jiffies64_to_msecs(get_jiffies_64() - sn->heartbeat);
	return true;
}

/* One alarm for each span of silence; nothing else follows from it. */
static void watch_agent(struct sluice_net *sn)
{
	u64 now = get_jiffies_64();

	if (now - sn->silent < msecs_to_jiffies(SLUICE_HEARTBEAT_MS))
		return;
	sn->silent = now;
	alarm(sn, 0, SLUICE_INVARIANT_AGENT_SILENT,
	      sn->heartbeat ? jiffies64_to_msecs(now - sn->heartbeat) : 0, sn->seen_layers);
}

/* ---- Devices ---- */

/* By any of its ends: a queue may have nothing but a sending one, and it is sending that goes round the hooks. */
static bool has_xsk(const struct net_device *dev)
{
#ifdef CONFIG_XDP_SOCKETS
	u32 queue;

	for (queue = 0; queue < dev->real_num_rx_queues; queue++)
		if (READ_ONCE(dev->_rx[queue].pool))
			return true;
	for (queue = 0; queue < dev->real_num_tx_queues; queue++)
		if (READ_ONCE(dev->_tx[queue].pool))
			return true;
#endif
	return false;
}

/*
 * What a filter at the egress of any device sends on by a port passes that one's egress hook (nf_skip_egress), so
 * filters are looked for on all devices.
 */
static u32 foreign_path(const struct net_device *dev, bool watched)
{
	if (sluice_device_has_tc(dev))
		return PATH_TC;
	if (!watched)
		return 0;
	if (netif_is_ovs_port(dev))
		return PATH_OVS;
	return has_xsk(dev) ? PATH_XSK : 0;
}

static bool needs_gate(const struct sluice_generation *force, int ifindex)
{
	u32 port;

	if (!(sluice_word(&force->image, SLUICE_HEADER_LAYERS) & SLUICE_LAYER_BIT_XDP))
		return false;
	for (port = 1; port <= force->ports; port++)
		if (READ_ONCE(force->ifindex[port]) == ifindex &&
		    !(sluice_port_record(&force->image, port) & SLUICE_PORT_FLAG_TUNNEL))
			return true;
	return false;
}

/* Told when it begins, not as long as it lasts. */
static void watch_device(struct sluice_net *sn, struct sluice_device *device, bool needed)
{
	bool watched = device->role == SLUICE_DEVICE_ZONED || device->carries;
	u32 path = foreign_path(device->dev, watched);
	bool gateless = needed && !dev_xdp_prog_count(device->dev);

	if (path && !device->foreign)
		alarm(sn, device->ifindex, SLUICE_INVARIANT_FOREIGN_PATH, path, 0);
	if (gateless && !device->gateless)
		alarm(sn, device->ifindex, SLUICE_INVARIANT_GATE_MISSING, 0, 0);
	device->foreign = path;
	device->gateless = gateless;
}

static void watch_devices(struct sluice_net *sn)
{
	struct sluice_generation *force;
	struct sluice_device *device;
	u32 bucket;
	bool needed;

	ASSERT_RTNL();
	for (bucket = 0; bucket < SLUICE_DEVICE_BUCKETS; bucket++)
		hlist_for_each_entry(device, &sn->devices[bucket], node) {
			rcu_read_lock();
			force = sluice_in_force(sn);
			needed = force && needs_gate(force, device->ifindex);
			rcu_read_unlock();
			watch_device(sn, device, needed);
		}
}

/*
 * br_netfilter takes bridged packets through the inet hooks and skips bridge hooks. It is known by its
 * hook: at its priority, and none of nftables.
 */
static bool has_bridge_netfilter(const struct net *net)
{
	bool found = false;
#ifdef CONFIG_NETFILTER_FAMILY_BRIDGE
	const struct nf_hook_entries *entries;
	struct nf_hook_ops **hooks;
	u32 index;

	rcu_read_lock();
	entries = rcu_dereference(net->nf.hooks_bridge[NF_BR_PRE_ROUTING]);
	hooks = entries ? nf_hook_entries_get_hook_ops(entries) : NULL;
	for (index = 0; entries && index < entries->num_hook_entries; index++)
		found |= hooks[index]->priority == NF_BR_PRI_BRNF &&
			 hooks[index]->hook_ops_type == NF_HOOK_OP_UNDEFINED;
	rcu_read_unlock();
#endif
	return found;
}

static void watch_bridges(struct sluice_net *sn)
{
	bool active = has_bridge_netfilter(sn->net);

	if (active && !sn->bridge_netfilter)
		alarm(sn, 0, SLUICE_INVARIANT_BRIDGE_NETFILTER, 0, 0);
	sn->bridge_netfilter = active;
}

/* What has ended by itself ends its flows. */
static void watch_standing(struct sluice_net *sn)
{
	bool closed = sluice_leases_expire(sn->leases, ktime_get_boottime_ns());
	u32 slot;

	for (slot = 0; slot < SLUICE_SLOTS; slot++) {
		struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);

		if (generation)
			closed |= sluice_standing_watch(sn, generation);
	}
	if (closed)
		sluice_flows_end(sn->flows);
}

void sluice_watch(struct work_struct *work)
{
	struct sluice_net *sn = container_of(to_delayed_work(work), struct sluice_net, watch);
	u32 state;

	mutex_lock(&sluice_control);
	sluice_clock_watch(sn);
	watch_standing(sn);
	state = sluice_state_of(sn);
	if (state == SLUICE_STATE_ACTIVE || state == SLUICE_STATE_TRIAL) {
		watch_agent(sn);
		watch_bridges(sn);
		rtnl_lock();
		watch_devices(sn);
		rtnl_unlock();
	}
	mutex_unlock(&sluice_control);
	schedule_delayed_work(&sn->watch, msecs_to_jiffies(SLUICE_WATCH_MS));
}
