// SPDX-License-Identifier: GPL-2.0
/*
 * A gate that says what it is told: the stamp in its map, before every frame that comes in. Nothing is
 * asked and nothing dropped, so what is denied then is denied by the module's own checks.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "sluice.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sluice_stamp);
} told SEC(".maps");

SEC("xdp")
int liar(struct xdp_md *context)
{
	struct sluice_stamp *meta;
	__u32 key = 0;
	struct sluice_stamp *stamp = bpf_map_lookup_elem(&told, &key);

	if (!stamp || bpf_xdp_adjust_meta(context, -(int)sizeof(*stamp)))
		return XDP_DROP;
	meta = (void *)(long)context->data_meta;
	if ((void *)(meta + 1) > (void *)(long)context->data)
		return XDP_DROP;
	*meta = *stamp;
	return XDP_PASS;
}

char liar_license[] SEC("license") = "GPL";
