/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The maps of the gate, but for its memory (memo.h). The loader pins each under its name; a restarted
 * agent and a newer program take them over, so a changed layout is a changed name.
 */
#ifndef SLUICE_BPF_MAPS_H
#define SLUICE_BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "record.h"

/* The smallest size class; the loader sets another before it loads (agent/gate/program.c). */
#define SLUICE_SMALLEST_IMAGE_WORDS	4096

/*
 * One image. All of one size (no BPF_F_INNER_MAP, which would turn the inlining of look-ups off),
 * written by mmap, then frozen. (BPF_F_RDONLY_PROG would forbid that mapping.)
 */
struct image_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLUICE_SMALLEST_IMAGE_WORDS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLUICE_SLOTS);
	__type(key, __u32);
	__array(values, struct image_map);
} images SEC(".maps");

/*
 * The selector word. Mapped, so that whoever writes it does so in one store; never BPF_F_RDONLY_PROG,
 * for the verifier takes a frozen value of such a map for a constant.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} selector SEC(".maps");

/*
 * How often each slot has been given or relieved of an image, which tells apart what the gate remembers of
 * them (memo.h). Mapped, for the same reason.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLUICE_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} stages SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sluice_settings);
} settings SEC(".maps");

/* Wire -> image port index. Mapped, so that the agent changes a word in one store. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLUICE_SLOTS * SLUICE_WIRES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} wires SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLUICE_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLUICE_PORT_COUNTERS);
	__type(key, __u32);
	__type(value, struct sluice_port_counters);
} ports SEC(".maps");

/* What a port needs for answers. Mapped, so that the agent changes an address in one store. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLUICE_PORT_COUNTERS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct sluice_port_refusals);
} refusals SEC(".maps");

/* Records wait here for the agent. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

/* Records for which `events` had no room. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

/*
 * Token buckets of the records. Keys come from devices that carry the gate, from ports of the image and from our own
 * reasons, never from a packet, so a flood cannot fill it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct sluice_cause_key);
	__type(value, struct sluice_cause);
} causes SEC(".maps");

static __always_inline void sluice_add(__u64 *counter)
{
	if (counter)
		*counter += 1;
}

/* A record that could not be written is a record lost, and counted as such. */
static __always_inline void sluice_count_lost(void)
{
	__u32 key = 0;

	sluice_add(bpf_map_lookup_elem(&lost, &key));
}

#endif /* SLUICE_BPF_MAPS_H */
