// SPDX-License-Identifier: GPL-2.0
/* Passes everything. A veth hands what its peer sends back (XDP_TX) only to a device that runs a program. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int pass(struct xdp_md *context)
{
	return XDP_PASS;
}

char pass_license[] SEC("license") = "GPL";
