// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters: sums over all processors.
 */
#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/gate/inside.h"
#include "agent/lib/memory.h"

/* One key of a per-processor array, as consecutive values of the processors; NULL with errno. */
static void *read_all(int map, __u32 key, size_t size, int processors)
{
	void *values = sluice_allocate((size_t)processors, size);

	if (!bpf_map_lookup_elem(map, &key, values))
		return values;
	free(values);
	return NULL;
}

static int sum(int map, __u32 key, uint64_t *total)
{
	int processors = libbpf_num_possible_cpus();
	uint64_t *values;

	if (processors < 0)
		return processors;
	values = read_all(map, key, sizeof(*values), processors);
	if (!values)
		return -errno;
	*total = 0;
	for (int i = 0; i < processors; i++)
		*total += values[i];
	free(values);
	return 0;
}

int sluice_gate_read_counters(const struct sluice_gate *gate, struct sluice_gate_counters *counters)
{
	int map = gate->maps[GATE_MAP_counters];
	int error = sum(gate->maps[GATE_MAP_lost], 0, &counters->events_lost);

	for (__u32 i = 0; i < SLUICE_REASON_COUNT && !error; i++)
		error = sum(map, i, &counters->denied[i]);
	for (__u32 i = 0; i < SLUICE_INVARIANT_COUNT && !error; i++)
		error = sum(map, SLUICE_COUNTER_INVARIANTS + i, &counters->invariants[i]);
	return error;
}

int sluice_gate_read_answered(const struct sluice_gate *gate, unsigned int slot, unsigned int port,
			      uint64_t *answered)
{
	__u32 key = SLUICE_PORT_COUNTER(slot, port);
	struct sluice_port_refusals value;

	if (slot >= SLUICE_SLOTS || port > SLUICE_MAX_PORTS)
		return -EINVAL;
	if (bpf_map_lookup_elem(gate->maps[GATE_MAP_refusals], &key, &value))
		return -errno;
	*answered = value.answered;
	return 0;
}

int sluice_gate_read_port(const struct sluice_gate *gate, unsigned int slot, unsigned int port,
			  struct sluice_port_counters *counters)
{
	int processors = libbpf_num_possible_cpus();
	struct sluice_port_counters *values;

	if (slot >= SLUICE_SLOTS || port > SLUICE_MAX_PORTS)
		return -EINVAL;
	if (processors < 0)
		return processors;
	values = read_all(gate->maps[GATE_MAP_ports], SLUICE_PORT_COUNTER(slot, port),
			  sizeof(*values), processors);
	if (!values)
		return -errno;
	*counters = (struct sluice_port_counters){};
	for (int i = 0; i < processors; i++) {
		counters->seen += values[i].seen;
		counters->passed += values[i].passed;
		counters->noise += values[i].noise;
	}
	free(values);
	return 0;
}
