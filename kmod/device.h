/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device and its two hooks. Every device of an open namespace has them, lo included, because a
 * mark survives decapsulation, lo and veth.
 *
 * Created on NETDEV_REGISTER, taken out of the hash and freed after a grace period on
 * NETDEV_UNREGISTER, both under RTNL.
 */
#ifndef SLUICE_DEVICE_H
#define SLUICE_DEVICE_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include "netns.h"

/** enum sluice_device_role - what a device is to the policies that are held */
enum sluice_device_role {
	SLUICE_DEVICE_UNZONED,	/* wipes our bits at ingress; nothing judged leaves by it */
	SLUICE_DEVICE_LOOPBACK,	/* the same, and local traffic is free */
	SLUICE_DEVICE_ZONED,	/* some held generation binds a port to it */
	SLUICE_DEVICE_UPPER,	/* VLAN upper or bridge of a zoned one: sees the same frame again */
};

/**
 * struct sluice_device - a device
 * @node: in sluice_net.devices; RTNL, RCU for readers
 * @dev: alive as long as we are in the hash
 * @sn: namespace
 * @ifindex: of @dev
 * @role: RTNL; READ_ONCE in hooks
 * @tags: by slot, image port index of each VLAN ID (0 untagged); allocated once under RTNL, each
 *	byte written under RTNL and only believed when the generation agrees (sluice_device_port())
 * @carries: RTNL, READ_ONCE in hooks; it is no port, but one is made of it (a leg of a bond)
 * @foreign: RTNL; a path round the hooks was seen at the last look
 * @gateless: RTNL; it should have a gate and had none at the last look
 * @hooks: ingress, egress
 */
struct sluice_device {
	struct hlist_node node;
	struct net_device *dev;
	struct sluice_net *sn;
	int ifindex;
	enum sluice_device_role role;
	u8 *tags[SLUICE_SLOTS];
	bool carries;
	bool foreign;
	bool gateless;
	struct nf_hook_ops hooks[2];
	struct rcu_head rcu;
};

/* Hear of every device from now on; needs sluice_net_init(), comes before sluice_net_open(). */
int sluice_device_init(void);
void sluice_device_exit(void);

/* All devices of a namespace that was just opened get their hooks. RTNL. */
int sluice_devices_open(struct sluice_net *sn);
void sluice_devices_close(struct sluice_net *sn);

/* Work out roles again: a slot, a binding or an upper device changed. RTNL. */
void sluice_devices_update(struct sluice_net *sn);

/**
 * sluice_device_prepare - make sure that sluice_devices_tag() needs no memory for a device
 * @sn: namespace
 * @generation: staged or held
 * @ifindex: device, 0 for none
 *
 * Context: RTNL. Return: 0 or -ENOMEM; nothing that can be seen has changed then.
 */
int sluice_device_prepare(struct sluice_net *sn, const struct sluice_generation *generation,
			  int ifindex);

/**
 * sluice_devices_tag - let devices find the ports of an image
 * @sn: namespace
 * @generation: staged or held; its bindings are believed from now on
 *
 * Context: RTNL. Return: 0 or -ENOMEM; what was done does no harm then.
 */
int sluice_devices_tag(struct sluice_net *sn, const struct sluice_generation *generation);

/* RCU or RTNL. */
struct sluice_device *sluice_device_find(const struct sluice_net *sn, int ifindex);

/**
 * sluice_device_port - which port of an image is this device and tag?
 * @device: zoned or not
 * @generation: held
 * @tag: VLAN ID, 0 for untagged
 *
 * Return: image port index, or 0 for none.
 */
u32 sluice_device_port(const struct sluice_device *device,
		       const struct sluice_generation *generation, u32 tag);

/**
 * sluice_device_exit_port - by which port would a packet leave that is routed to this device?
 * @sn: namespace
 * @generation: held
 * @dev: as routing says; a VLAN upper is its lower device and its tag
 * @later: set when only the egress hook can tell, because it is a bridge
 *
 * Return: image port index, or 0 for none. RCU.
 */
u32 sluice_device_exit_port(const struct sluice_net *sn, const struct sluice_generation *generation,
			    const struct net_device *dev, bool *later);

#endif /* SLUICE_DEVICE_H */
