// SPDX-License-Identifier: GPL-2.0
/* Devices: hooks on each of them, what each is to the policy, which port it is. */

#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "device.h"
#include "hooks.h"
#include "seen.h"

static struct hlist_head *bucket_of(const struct sluice_net *sn, int ifindex)
{
	return (struct hlist_head *)&sn->devices[ifindex & (SLUICE_DEVICE_BUCKETS - 1)];
}

struct sluice_device *sluice_device_find(const struct sluice_net *sn, int ifindex)
{
	struct sluice_device *device;

	hlist_for_each_entry_rcu(device, bucket_of(sn, ifindex), node, lockdep_rtnl_is_held())
		if (device->ifindex == ifindex)
			return device;
	return NULL;
}

/* ---- Ports ---- */

u32 sluice_device_port(const struct sluice_device *device,
		       const struct sluice_generation *generation, u32 tag)
{
	const u8 *tags = READ_ONCE(device->tags[generation->slot]);
	u32 port;

	if (!tags || tag >= SLUICE_TAGS)
		return 0;
	/* The table may still speak of the slot's former image, so the image is asked as well. */
	port = READ_ONCE(tags[tag]);
	if (!port || port > generation->ports ||
	    READ_ONCE(generation->ifindex[port]) != device->ifindex ||
	    sluice_port_tag(generation, port) != tag)
		return 0;
	return port;
}

u32 sluice_device_exit_port(const struct sluice_net *sn, const struct sluice_generation *generation,
			    const struct net_device *dev, bool *later)
{
	struct sluice_device *device;
	u32 tag = 0;

	if (is_vlan_dev(dev)) {
		tag = vlan_dev_vlan_id(dev);
		if (vlan_dev_vlan_proto(dev) != htons(ETH_P_8021Q))
			return 0;
		dev = vlan_dev_real_dev(dev);
	}
	device = sluice_device_find(sn, dev->ifindex);
	if (!device)
		return 0;
	*later = READ_ONCE(device->role) == SLUICE_DEVICE_UPPER && netif_is_bridge_master(dev);
	return sluice_device_port(device, generation, tag);
}

/* ---- Roles ---- */

static bool generation_binds(const struct sluice_generation *generation, int ifindex)
{
	u32 port;

	if (!generation)
		return false;
	for (port = 1; port <= generation->ports; port++)
		if (generation->ifindex[port] == ifindex)
			return true;
	return false;
}

static bool is_zoned(const struct sluice_net *sn, const struct net_device *dev)
{
	u32 slot;

	for (slot = 0; slot < SLUICE_SLOTS; slot++)
		if (generation_binds(rtnl_dereference(sn->slots[slot]), dev->ifindex))
			return true;
	return false;
}

static bool has_zoned_lower(const struct sluice_net *sn, struct net_device *dev)
{
	struct net_device *lower;
	struct list_head *iterator;

	netdev_for_each_lower_dev(dev, lower, iterator)
		if (net_eq(dev_net(lower), sn->net) && is_zoned(sn, lower))
			return true;
	return false;
}

/* What leads to the wire of a port that is made of others: a leg of a bond, the device below a macvlan. */
static bool has_zoned_upper(const struct sluice_net *sn, struct net_device *dev)
{
	struct net_device *upper;
	struct list_head *iterator;

	netdev_for_each_upper_dev_rcu(dev, upper, iterator)
		if (net_eq(dev_net(upper), sn->net) && is_zoned(sn, upper))
			return true;
	return false;
}

static enum sluice_device_role role_of(const struct sluice_net *sn, struct net_device *dev)
{
	if (dev->flags & IFF_LOOPBACK)
		return SLUICE_DEVICE_LOOPBACK;
	if (is_zoned(sn, dev))
		return SLUICE_DEVICE_ZONED;
	if ((is_vlan_dev(dev) || netif_is_bridge_master(dev)) && has_zoned_lower(sn, dev))
		return SLUICE_DEVICE_UPPER;
	return SLUICE_DEVICE_UNZONED;
}

void sluice_devices_update(struct sluice_net *sn)
{
	struct sluice_device *device;
	u32 bucket;

	ASSERT_RTNL();
	for (bucket = 0; bucket < SLUICE_DEVICE_BUCKETS; bucket++)
		hlist_for_each_entry(device, &sn->devices[bucket], node) {
			WRITE_ONCE(device->role, role_of(sn, device->dev));
			WRITE_ONCE(device->carries, has_zoned_upper(sn, device->dev));
		}
}

static int want_tags(struct sluice_device *device, u32 slot)
{
	u8 *tags;

	if (device->tags[slot])
		return 0;
	tags = kzalloc(SLUICE_TAGS, GFP_KERNEL_ACCOUNT);
	if (!tags)
		return -ENOMEM;
	/* Its bytes are zero before anybody can see it. */
	smp_store_release(&device->tags[slot], tags);
	return 0;
}

int sluice_device_prepare(struct sluice_net *sn, const struct sluice_generation *generation,
			  int ifindex)
{
	struct sluice_device *device = sluice_device_find(sn, ifindex);

	ASSERT_RTNL();
	return device ? want_tags(device, generation->slot) : 0;
}

int sluice_devices_tag(struct sluice_net *sn, const struct sluice_generation *generation)
{
	struct sluice_device *device;
	u32 port;

	ASSERT_RTNL();
	for (port = 1; port <= generation->ports; port++) {
		device = sluice_device_find(sn, generation->ifindex[port]);
		if (!device)
			continue;
		if (want_tags(device, generation->slot))
			return -ENOMEM;
		WRITE_ONCE(device->tags[generation->slot][sluice_port_tag(generation, port)], port);
	}
	return 0;
}

static void unbind(struct sluice_generation *generation, int ifindex)
{
	u32 port;

	if (!generation)
		return;
	for (port = 1; port <= generation->ports; port++)
		if (generation->ifindex[port] == ifindex)
			WRITE_ONCE(generation->ifindex[port], 0);
}

/* A device that was renamed or unplugged is nobody until the agent has matched it again. */
static void unbind_everywhere(struct sluice_net *sn, int ifindex)
{
	u32 slot;

	for (slot = 0; slot < SLUICE_SLOTS; slot++)
		unbind(rtnl_dereference(sn->slots[slot]), ifindex);
	unbind(sn->staged, ifindex);
	sluice_seen_forget(sn->seen, ifindex);
}

/* ---- Life ---- */

static void fill_hooks(struct sluice_device *device)
{
	device->hooks[0] = (struct nf_hook_ops){
		.hook = sluice_ingress_hook,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INT_MIN,
	};
	device->hooks[1] = (struct nf_hook_ops){
		.hook = sluice_egress_hook,
		.hooknum = NF_NETDEV_EGRESS,
		.priority = INT_MAX,
	};
	device->hooks[0].pf = NFPROTO_NETDEV;
	device->hooks[1].pf = NFPROTO_NETDEV;
	device->hooks[0].dev = device->dev;
	device->hooks[1].dev = device->dev;
	device->hooks[0].priv = device;
	device->hooks[1].priv = device;
}

static void free_device(struct rcu_head *head)
{
	struct sluice_device *device = container_of(head, struct sluice_device, rcu);

	kfree(device->tags[0]);
	kfree(device->tags[1]);
	kfree(device);
}

static int add_device(struct sluice_net *sn, struct net_device *dev)
{
	struct sluice_device *device;
	int error;

	if (sluice_device_find(sn, dev->ifindex))
		return 0;
	device = kzalloc(sizeof(*device), GFP_KERNEL_ACCOUNT);
	if (!device)
		return -ENOMEM;
	device->dev = dev;
	device->sn = sn;
	device->ifindex = dev->ifindex;
	device->role = role_of(sn, dev);
	fill_hooks(device);
	error = nf_register_net_hooks(sn->net, device->hooks, ARRAY_SIZE(device->hooks));
	if (error) {
		kfree(device);
		return error;
	}
	hlist_add_head_rcu(&device->node, bucket_of(sn, device->ifindex));
	return 0;
}

static void remove_device(struct sluice_device *device)
{
	nf_unregister_net_hooks(device->sn->net, device->hooks, ARRAY_SIZE(device->hooks));
	hlist_del_rcu(&device->node);
	call_rcu(&device->rcu, free_device);
}

int sluice_devices_open(struct sluice_net *sn)
{
	struct net_device *dev;
	int error;

	ASSERT_RTNL();
	for_each_netdev(sn->net, dev) {
		error = add_device(sn, dev);
		if (error)
			return error;
	}
	return 0;
}

void sluice_devices_close(struct sluice_net *sn)
{
	struct sluice_device *device;
	struct hlist_node *next;
	u32 bucket;

	ASSERT_RTNL();
	for (bucket = 0; bucket < SLUICE_DEVICE_BUCKETS; bucket++)
		hlist_for_each_entry_safe(device, next, &sn->devices[bucket], node)
			remove_device(device);
}

static void gone(struct sluice_net *sn, struct net_device *dev)
{
	struct sluice_device *device = sluice_device_find(sn, dev->ifindex);

	unbind_everywhere(sn, dev->ifindex);
	if (device)
		remove_device(device);
}

static int on_event(struct notifier_block *block, unsigned long event, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);
	struct sluice_net *sn = sluice_net_of(dev_net(dev));
	int error = 0;

	if (!sn->open)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_REGISTER:
		/* A device that cannot have its hooks does not come to be. */
		error = add_device(sn, dev);
		break;
	case NETDEV_UNREGISTER:
		gone(sn, dev);
		break;
	case NETDEV_CHANGENAME:
		unbind_everywhere(sn, dev->ifindex);
		break;
	case NETDEV_CHANGEUPPER:
		break;
	default:
		return NOTIFY_DONE;
	}
	sluice_devices_update(sn);
	return notifier_from_errno(error);
}

static struct notifier_block notifier = { .notifier_call = on_event };

int sluice_device_init(void)
{
	return register_netdevice_notifier(&notifier);
}

/* The notifier is told that every device goes; the devices' memory is ours until the grace period. */
void sluice_device_exit(void)
{
	unregister_netdevice_notifier(&notifier);
	rcu_barrier();
}
