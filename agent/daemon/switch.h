/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A number of the kernel below /proc/sys.
 */
#ifndef SLUICE_DAEMON_SWITCH_H
#define SLUICE_DAEMON_SWITCH_H

#include <stdint.h>

#include "lib/message.h"

/**
 * sluice_switch_read() - how it stands
 * @path: below /proc/sys
 * @value: receives it
 *
 * Return: 0; -ENOENT when this kernel has no such switch; another negative errno.
 */
int sluice_switch_read(const char *path, uint64_t *value);

/**
 * sluice_switch_write() - turn it
 * @path: below /proc/sys
 * @value: wanted; the kernel may take another, so who cares looks again
 * @messages: receives the error, or NULL
 *
 * Return: 0 or a negative errno.
 */
int sluice_switch_write(const char *path, uint64_t value, struct sluice_messages *messages);

#endif
