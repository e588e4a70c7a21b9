// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ring buffer: records of the gate, and of the module's tracepoints.
 */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/gate/inside.h"
#include "trace.skel.h"

/* A record of another version or length comes from another build and is not understood. */
static int hear(void *context, void *data, size_t length)
{
	const struct sluice_gate *gate = context;
	const struct sluice_record *record = data;

	if (length < 2 || record->version != SLUICE_RECORD_VERSION)
		return 0;
	if (record->type == SLUICE_RECORD_POLICY) {
		if (length == sizeof(struct sluice_policy_record) && gate->events.policy)
			gate->events.policy(gate->events.context, data);
	} else if (length == sizeof(*record) && gate->events.record) {
		gate->events.record(gate->events.context, record);
	}
	return 0;
}

int gate_events_open(struct sluice_gate *gate)
{
	gate->ring = ring_buffer__new(gate->maps[GATE_MAP_events], hear, gate, NULL);
	return gate->ring ? 0 : -errno;
}

void gate_events_close(struct sluice_gate *gate)
{
	sluice_gate_trace_end(gate);
	ring_buffer__free(gate->ring);
	gate->ring = NULL;
}

void sluice_gate_listen(struct sluice_gate *gate, const struct sluice_gate_events *events)
{
	gate->events = *events;
}

int sluice_gate_event_fd(const struct sluice_gate *gate)
{
	return ring_buffer__epoll_fd(gate->ring);
}

int sluice_gate_dispatch(struct sluice_gate *gate)
{
	return ring_buffer__consume(gate->ring);
}

static int load_trace(const struct sluice_gate *gate, struct sluice_trace_bpf *trace)
{
	int error = bpf_map__reuse_fd(trace->maps.events, gate->maps[GATE_MAP_events]);

	if (!error)
		error = bpf_map__reuse_fd(trace->maps.lost, gate->maps[GATE_MAP_lost]);
	if (!error)
		error = sluice_trace_bpf__load(trace);
	return error ? error : sluice_trace_bpf__attach(trace);
}

int sluice_gate_trace(struct sluice_gate *gate, struct sluice_messages *messages)
{
	struct sluice_trace_bpf *trace;
	int error;

	if (gate->trace)
		return 0;
	trace = sluice_trace_bpf__open();
	error = trace ? load_trace(gate, trace) : -errno;
	if (!error) {
		gate->trace = trace;
		return 0;
	}
	sluice_trace_bpf__destroy(trace);
	if (error == -ENOENT)
		sluice_message_error(messages, NULL,
				     "the module's tracepoints are not there: is it loaded?");
	else
		sluice_message_error(messages, NULL, "the module's events cannot be heard: %s",
				     strerror(-error));
	return error;
}

void sluice_gate_trace_end(struct sluice_gate *gate)
{
	sluice_trace_bpf__destroy(gate->trace);
	gate->trace = NULL;
}
