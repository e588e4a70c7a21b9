/* SPDX-License-Identifier: GPL-2.0 */
/* Where a dump finds the attributes of its request moved with 6.6. */
#ifndef SLUICE_COMPAT_GENETLINK_H
#define SLUICE_COMPAT_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

static inline struct nlattr **sluice_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif /* SLUICE_COMPAT_GENETLINK_H */
