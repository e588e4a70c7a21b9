/* SPDX-License-Identifier: GPL-2.0 */
/* struct netdev_rx_queue has a header of its own since 6.6. */
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#include_next <net/netdev_rx_queue.h>
#else
#include <linux/netdevice.h>
#endif
