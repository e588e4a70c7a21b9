/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks. Each is thin: skb -> facts -> decide -> verdict. priv is struct sluice_device for the
 * netdev hooks and struct sluice_net for the others.
 */
#ifndef SLUICE_HOOKS_H
#define SLUICE_HOOKS_H

#include <linux/netfilter.h>

nf_hookfn sluice_ingress_hook;		/* netdev ingress, INT_MIN, every device */
nf_hookfn sluice_egress_hook;		/* netdev egress, INT_MAX, every device */
nf_hookfn sluice_local_wipe_hook;	/* inet local out, INT_MIN */
nf_hookfn sluice_forward_hook;		/* inet forward, -50 */
nf_hookfn sluice_local_in_hook;		/* inet local in, -50 */
nf_hookfn sluice_local_out_hook;	/* inet local out, -50 */
nf_hookfn sluice_bridge_hook;		/* bridge forward, -200 */

#endif /* SLUICE_HOOKS_H */
