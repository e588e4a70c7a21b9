// SPDX-License-Identifier: GPL-2.0-or-later
/* Exact counts; see counters.h. */
#include "daemon/counters.h"

#include <stdlib.h>

#include "lib/memory.h"

static size_t read_module(struct sluice_daemon *daemon, struct sluice_kernel_counter **counters)
{
	struct sluice_messages messages;
	size_t count = 0;

	*counters = NULL;
	if (!daemon->kernel)
		return 0;
	sluice_messages_init(&messages, NULL);
	sluice_kernel_counters(daemon->kernel, counters, &count, &messages);
	sluice_messages_release(&messages);
	return count;
}

static void add_module(struct sluice_totals *totals, const struct sluice_kernel_counter *counter)
{
	if (counter->type == SLUICE_COUNTER_TYPE_REASON && counter->layer < SLUICE_LAYER_COUNT &&
	    counter->key < SLUICE_REASON_COUNT)
		totals->denied[counter->layer][counter->key] += counter->packets;
	if (counter->type == SLUICE_COUNTER_TYPE_INVARIANT &&
	    counter->key < SLUICE_INVARIANT_COUNT)
		totals->violated[counter->key] += counter->packets;
}

static void add_gate(struct sluice_totals *totals, const struct sluice_daemon *daemon)
{
	struct sluice_gate_counters counters;

	if (!daemon->gate || sluice_gate_read_counters(daemon->gate, &counters))
		return;
	for (unsigned int i = 0; i < SLUICE_REASON_COUNT; i++)
		totals->denied[SLUICE_LAYER_GATE][i] += counters.denied[i];
	for (unsigned int i = 0; i < SLUICE_INVARIANT_COUNT; i++)
		totals->violated[i] += counters.invariants[i];
}

/* What module and daemon both look for is one event, told twice. */
static void add_own(struct sluice_totals *totals, const struct sluice_daemon *daemon)
{
	for (unsigned int i = 0; i < SLUICE_INVARIANT_COUNT; i++) {
		uint64_t own = daemon->invariants[i].count;

		if (i != SLUICE_INVARIANT_FOREIGN_PATH && i != SLUICE_INVARIANT_GATE_MISSING)
			totals->violated[i] += own;
		else if (totals->violated[i] < own)
			totals->violated[i] = own;
	}
}

struct sluice_totals *sluice_totals_read(struct sluice_daemon *daemon)
{
	struct sluice_totals *totals = sluice_allocate(1, sizeof(*totals));
	struct sluice_kernel_counter *counters;
	size_t count = read_module(daemon, &counters);

	for (size_t i = 0; i < count; i++)
		add_module(totals, &counters[i]);
	free(counters);
	add_gate(totals, daemon);
	add_own(totals, daemon);
	return totals;
}

struct sluice_kernel_counter *sluice_conduit_counters(struct sluice_daemon *daemon,
						      uint32_t generation, uint32_t conduits)
{
	struct sluice_kernel_counter *found = sluice_allocate(conduits + 1, sizeof(*found));
	struct sluice_kernel_counter *counters;
	size_t count = read_module(daemon, &counters);

	for (size_t i = 0; i < count; i++)
		if (counters[i].type == SLUICE_COUNTER_TYPE_CONDUIT &&
		    counters[i].generation == generation && counters[i].key <= conduits)
			found[counters[i].key] = counters[i];
	free(counters);
	return found;
}
