/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own switches that the daemon turns: forwarding, last of all, and the size of the
 * connection table.
 */
#ifndef SLUICE_DAEMON_FORWARDING_H
#define SLUICE_DAEMON_FORWARDING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/message.h"

/**
 * sluice_forwarding_set() - open or close forwarding of both families
 * @open: true only when every layer has answered
 * @messages: receives the error
 *
 * A switch that stands right already is not written. A kernel without IPv6 has no second one.
 * Return: 0 or a negative errno.
 */
int sluice_forwarding_set(bool open, struct sluice_messages *messages);

/** sluice_forwarding_is_open() - does the kernel forward either family? */
bool sluice_forwarding_is_open(void);

/**
 * sluice_conntrack_reserve() - make room for connections
 * @connections: sum of all limits of the policy; the table is made at least a quarter larger
 * @messages: receives the error, or a note with both numbers
 *
 * Only ever raises nf_conntrack_max. Return: 0; -ENOSPC when the kernel takes less than is needed; a
 * negative errno.
 */
int sluice_conntrack_reserve(uint64_t connections, struct sluice_messages *messages);

#endif
