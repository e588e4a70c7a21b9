// SPDX-License-Identifier: GPL-2.0
/*
 * The module's tracepoints into the gate's ring buffer.
 *
 * The module limits its records per cause before it raises them, so nothing is limited here. A
 * program that interrupts itself misses the event: counters are the truth. Denials of the gate are
 * raised by the module too, for whoever listens to tracefs; the agent had them from the gate.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "event.h"

#define SLUICE_TRACE_VERSION	1

static __always_inline __u16 lane(__u64 value, __u32 shift)
{
	return (__u16)(value >> shift);
}

static __always_inline struct sluice_record *begin(const __u64 *arguments, __u8 type)
{
	struct sluice_record *record;

	if ((__u32)arguments[0] != SLUICE_TRACE_VERSION ||
	    (__u32)arguments[1] == SLUICE_LAYER_GATE)
		return NULL;
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record) {
		sluice_count_lost();
		return NULL;
	}
	__builtin_memset(record, 0, sizeof(*record));
	record->version = SLUICE_RECORD_VERSION;
	record->type = type;
	record->layer = (__u8)arguments[1];
	record->reason = (__u8)arguments[2];
	record->generation = (__u16)arguments[3];
	record->nanoseconds = bpf_ktime_get_ns();
	return record;
}

static __always_inline void put_place(struct sluice_record *record, __u64 place)
{
	record->ifindex = (__u32)place;
	record->port = lane(place, 32);
	record->vlan = lane(place, 48);
}

static __always_inline void put_service(struct sluice_record *record, __u64 service)
{
	record->family = (__u8)service;
	record->protocol = (__u8)(service >> 8);
	record->ethertype = lane(service, 16);
	record->source_port = lane(service, 32);
	record->destination_port = lane(service, 48);
}

/* Both tracepoints of the class sluice_packet. */
static __always_inline int take_packet(const __u64 *arguments, __u8 type)
{
	struct sluice_record *record = begin(arguments, type);

	if (!record)
		return 0;
	put_place(record, arguments[4]);
	record->conduit = lane(arguments[5], 0);
	record->source_zone = lane(arguments[5], 16);
	record->destination_zone = lane(arguments[5], 32);
	put_service(record, arguments[6]);
	sluice_record_address(record->source, record->family, arguments[7], arguments[8]);
	sluice_record_address(record->destination, record->family, arguments[9], arguments[10]);
	record->suppressed = (__u32)arguments[11];
	record->tcp_flags = (__u8)(arguments[11] >> 32);
	record->kind = (__u8)(arguments[11] >> 40);
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("raw_tp/deny")
int sluice_trace_deny(struct bpf_raw_tracepoint_args *context)
{
	return take_packet(context->args, SLUICE_RECORD_DENY);
}

SEC("raw_tp/observe")
int sluice_trace_observe(struct bpf_raw_tracepoint_args *context)
{
	return take_packet(context->args, SLUICE_RECORD_OBSERVED);
}

SEC("raw_tp/invariant")
int sluice_trace_invariant(struct bpf_raw_tracepoint_args *context)
{
	const __u64 *arguments = context->args;
	struct sluice_record *record = begin(arguments, SLUICE_RECORD_INVARIANT);

	if (!record)
		return 0;
	put_place(record, arguments[4]);
	put_service(record, arguments[5]);
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("raw_tp/policy")
int sluice_trace_policy(struct bpf_raw_tracepoint_args *context)
{
	const __u64 *arguments = context->args;
	struct sluice_policy_record *record;

	if ((__u32)arguments[0] != SLUICE_TRACE_VERSION)
		return 0;
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record) {
		sluice_count_lost();
		return 0;
	}
	*record = (struct sluice_policy_record){
		.version = SLUICE_RECORD_VERSION,
		.type = SLUICE_RECORD_POLICY,
		.event = (__u32)arguments[1],
		.generation = (__u32)arguments[2],
		.error = (__u32)arguments[5],
		.policy_version = arguments[3],
		.digest_head = arguments[4],
		.nanoseconds = bpf_ktime_get_ns(),
	};
	bpf_ringbuf_submit(record, 0);
	return 0;
}

char trace_license[] SEC("license") = "GPL";
