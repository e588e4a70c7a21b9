/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exact counts from everybody who counts: the module, the gate, and the daemon itself.
 */
#ifndef SLUICE_DAEMON_COUNTERS_H
#define SLUICE_DAEMON_COUNTERS_H

#include "daemon/daemon.h"

/**
 * struct sluice_totals - sums
 * @denied: packets by layer and reason
 * @violated: by invariant, over all layers
 */
struct sluice_totals {
	uint64_t denied[SLUICE_LAYER_COUNT][SLUICE_REASON_COUNT];
	uint64_t violated[SLUICE_INVARIANT_COUNT];
};

/**
 * sluice_totals_read() - ask everybody
 * @daemon: daemon; whoever is not there counts nothing
 *
 * Return: sums for free().
 */
struct sluice_totals *sluice_totals_read(struct sluice_daemon *daemon);

/**
 * sluice_conduit_counters() - counters of all conduits of a generation
 * @daemon: daemon
 * @generation: which
 * @conduits: how many conduits its image has
 *
 * Return: an array for free(), index 1 to @conduits; zeroes without a module.
 */
struct sluice_kernel_counter *sluice_conduit_counters(struct sluice_daemon *daemon,
						      uint32_t generation, uint32_t conduits);

#endif
