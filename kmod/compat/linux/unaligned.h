/* SPDX-License-Identifier: GPL-2.0 */
/* linux/unaligned.h came with 6.12. */
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
