/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The gate's copy of the selector word: a BPF array of one u64 that the module writes, so that both
 * layers switch by the same hand and userspace has no say in which image is in force.
 */
#ifndef SLUICE_GATE_H
#define SLUICE_GATE_H

#include <linux/netlink.h>
#include "netns.h"

/**
 * sluice_gate_set - take over a map
 * @sn: namespace
 * @fd: of an array map with one 8-byte value
 * @extack: receives the sentence of a refusal
 *
 * The present word is written at once. A map that was held before is let go.
 * Context: control. Return: 0; -EINVAL when it is another kind of map; -EBADF.
 */
int sluice_gate_set(struct sluice_net *sn, u32 fd, struct netlink_ext_ack *extack);

/* Write the word into the map, if there is one. Control. */
void sluice_gate_write(struct sluice_net *sn, u64 selector);

/* Write 0 and let the map go. Control. */
void sluice_gate_drop(struct sluice_net *sn);

#endif /* SLUICE_GATE_H */
