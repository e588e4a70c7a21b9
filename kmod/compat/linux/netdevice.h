/* SPDX-License-Identifier: GPL-2.0 */
/* What tc hangs on a device is called tcx since 6.6. */
#ifndef SLUICE_COMPAT_NETDEVICE_H
#define SLUICE_COMPAT_NETDEVICE_H

#include <linux/version.h>
#include_next <linux/netdevice.h>

/* Is there a clsact or ingress qdisc, or a tcx program? RTNL. */
static inline bool sluice_device_has_tc(const struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#ifdef CONFIG_NET_XGRESS
	return rcu_access_pointer(dev->tcx_ingress) || rcu_access_pointer(dev->tcx_egress);
#else
	return false;
#endif
#elif defined(CONFIG_NET_CLS_ACT)
	return rcu_access_pointer(dev->miniq_ingress) || rcu_access_pointer(dev->miniq_egress);
#else
	return false;
#endif
}

#endif /* SLUICE_COMPAT_NETDEVICE_H */
