// SPDX-License-Identifier: GPL-2.0
/* Sluice: a zone boundary in the kernel. See DESIGN.md beside this file. */

#include <linux/module.h>

#include "device.h"
#include "netlink.h"
#include "netns.h"
#include "trust.h"

static char *anchor;
module_param(anchor, charp, 0444);
MODULE_PARM_DESC(anchor, "SHA-256 of the first trust file's envelope, 64 hexadecimal digits");

/*
 * Devices come and go while this runs. The notifier finds a namespace by its pernet id, so it comes
 * after sluice_net_init(); and it must be there before sluice_net_open() takes the devices that exist,
 * or one that goes in between would stay in our table.
 *
 * Forwarding is closed when sluice_net_open() returns; whoever may open it comes after.
 */
static int __init sluice_init(void)
{
	int error;

	error = sluice_trust_init(anchor);
	if (error)
		return error;
	error = sluice_net_init();
	if (error)
		goto no_net;
	error = sluice_device_init();
	if (error)
		goto no_device;
	error = sluice_net_open(sluice_net_of(&init_net));
	if (!error)
		error = sluice_netlink_init();
	if (error)
		goto no_netlink;
	return 0;

no_netlink:
	sluice_device_exit();
no_device:
	sluice_net_exit();
no_net:
	sluice_trust_exit();
	return error;
}

static void __exit sluice_exit(void)
{
	sluice_netlink_exit();
	sluice_device_exit();
	sluice_net_exit();
	sluice_trust_exit();
}

module_init(sluice_init);
module_exit(sluice_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("IEC 62443 zone boundary");
MODULE_ALIAS_GENL_FAMILY(SLUICE_GENL_NAME);
