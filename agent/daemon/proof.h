/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the gate's stamp reach the module on this kernel? XDP metadata is no stable ABI, so it is not
 * believed but tried, port by port.
 *
 * The probe is a frame that the gate is made to decide and hand to the stack as if it had come in by
 * the port (BPF_PROG_TEST_RUN with live frames): an ARP probe from nobody about nobody, to a MAC that
 * is not ours, which the stack drops behind the hooks. Nothing leaves the gateway. What the probe
 * does not meet is the driver's own way of making skbs; for that the frames of the port are watched.
 */
#ifndef SLUICE_DAEMON_PROOF_H
#define SLUICE_DAEMON_PROOF_H

#include "daemon/daemon.h"

/**
 * sluice_proof_check() - probe each port once, then compare what gate and module counted
 * @daemon: daemon with a policy in force
 * @messages: receives the refusal, or a note about what was proved
 *
 * A port on which the gate passed frames and the module saw none of them enter has lost its stamps.
 * The module denies such frames by itself; this finds the reason and keeps forwarding closed.
 *
 * Return: 0; -EPROTO when a port loses its stamps; -ENOENT without policy or gate.
 */
int sluice_proof_check(struct sluice_daemon *daemon, struct sluice_messages *messages);

#endif
