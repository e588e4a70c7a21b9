/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own switches of forwarding, which the daemon turns last of all.
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

#endif
