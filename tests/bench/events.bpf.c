// SPDX-License-Identifier: GPL-2.0
/*
 * Events as fast as they can be made: a record of the gate's kind for each frame, told by the gate's own ring, or
 * by the perf buffer that other tools use. Nothing is limited here; the gate limits by cause before it tells.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/maps.h"
#include "bpf/event.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} perf SEC(".maps");

/* As the gate fills it; a number in place of what it reads of the frame. */
static __always_inline void fill(struct sluice_record *record, __u32 ifindex)
{
	__u64 now = bpf_ktime_get_coarse_ns();

	record->version = SLUICE_RECORD_VERSION;
	record->type = SLUICE_RECORD_DENY;
	record->layer = SLUICE_LAYER_GATE;
	record->reason = SLUICE_REASON_NO_CONDUIT;
	record->ifindex = ifindex;
	record->nanoseconds = now;
	sluice_record_address(record->source, 4, now, 0);
	sluice_record_address(record->destination, 4, now, 0);
	__builtin_memcpy(record->source_mac, &now, 6);
	__builtin_memcpy(record->destination_mac, &now, 6);
}

SEC("xdp.frags")
int sluice_by_ring(struct xdp_md *context)
{
	struct sluice_record *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

	if (!record) {
		sluice_count_lost();
		return XDP_DROP;
	}
	__builtin_memset(record, 0, sizeof(*record));
	fill(record, context->ingress_ifindex);
	bpf_ringbuf_submit(record, 0);
	return XDP_DROP;
}

SEC("xdp.frags")
int sluice_by_perf(struct xdp_md *context)
{
	struct sluice_record record = {};

	fill(&record, context->ingress_ifindex);
	if (bpf_perf_event_output(context, &perf, BPF_F_CURRENT_CPU, &record, sizeof(record)))
		sluice_count_lost();
	return XDP_DROP;
}

SEC("xdp.frags")
int sluice_silent(struct xdp_md *context)
{
	return XDP_DROP;
}

char events_license[] SEC("license") = "GPL";
