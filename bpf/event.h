/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records to the agent: limited per cause, with an exact count of what was not told.
 */
#ifndef SLUICE_BPF_EVENT_H
#define SLUICE_BPF_EVENT_H

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "../kmod/core/gate.h"

#define SLUICE_RECORD_INTERVAL	(1000000000ULL / SLUICE_RECORDS_PER_SECOND)

static __always_inline struct sluice_cause *sluice_cause_of(const struct sluice_cause_key *key)
{
	struct sluice_cause *cause = bpf_map_lookup_elem(&causes, key);
	struct sluice_cause fresh = {};

	if (cause)
		return cause;
	/* Another processor may be first: both then use what is there. */
	bpf_map_update_elem(&causes, key, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&causes, key);
}

/*
 * A token of the cause's bucket, which is a theoretical arrival time (GCRA, ITU-T I.371). Who loses a
 * race for it counts as suppressed.
 */
static __always_inline int sluice_cause_take(struct sluice_cause *cause, __u64 now)
{
	__u64 due = *(volatile __u64 *)&cause->due;
	__u64 next = (due > now ? due : now) + SLUICE_RECORD_INTERVAL;

	if (next - now > SLUICE_RECORDS_BURST * SLUICE_RECORD_INTERVAL)
		return 0;
	return __sync_val_compare_and_swap(&cause->due, due, next) == due;
}

/**
 * sluice_record_begin() - room for a record, if its cause may be told now
 * @ifindex: device
 * @port: image port, 0 for unknown
 * @type: enum sluice_record_type
 * @reason: enum sluice_reason or enum sluice_invariant
 *
 * Return: a record to fill completely (but version, type, reason, ifindex, port, suppressed and
 * nanoseconds, which are) and to submit; or NULL, which is counted.
 */
static __always_inline struct sluice_record *sluice_record_begin(__u32 ifindex, __u16 port,
								 __u8 type, __u8 reason)
{
	struct sluice_cause_key key = {
		.ifindex = ifindex,
		.type = type,
		.port = (__u8)port,
		.reason = reason,
	};
	struct sluice_cause *cause = sluice_cause_of(&key);
	__u64 now = bpf_ktime_get_coarse_ns();
	struct sluice_record *record;

	if (!cause) {
		sluice_count_lost();
		return NULL;
	}
	if (!sluice_cause_take(cause, now)) {
		__sync_fetch_and_add(&cause->suppressed, 1);
		return NULL;
	}
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record) {
		__sync_fetch_and_add(&cause->suppressed, 1);
		sluice_count_lost();
		return NULL;
	}
	__builtin_memset(record, 0, sizeof(*record));
	record->version = SLUICE_RECORD_VERSION;
	record->type = type;
	record->reason = reason;
	record->ifindex = ifindex;
	record->port = port;
	record->suppressed = (__u32)__sync_lock_test_and_set(&cause->suppressed, 0);
	record->nanoseconds = now;
	return record;
}

/**
 * sluice_record_address() - as the record carries it
 * @to: 16 bytes, all zero
 * @family: 4 or 6; with any other they stay zero
 * @high: struct sluice_address
 * @low: likewise
 */
static __always_inline void sluice_record_address(__u8 *to, __u32 family, __u64 high, __u64 low)
{
	__u32 *words = (__u32 *)to;

	if (family == 6) {
		words[0] = bpf_htonl((__u32)(high >> 32));
		words[1] = bpf_htonl((__u32)high);
		words[2] = bpf_htonl((__u32)(low >> 32));
		words[3] = bpf_htonl((__u32)low);
	} else if (family == 4) {
		words[2] = bpf_htonl(0xffff);
		words[3] = bpf_htonl((__u32)(high >> 32));
	}
}

#endif /* SLUICE_BPF_EVENT_H */
