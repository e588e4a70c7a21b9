/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the gate's stamp reach the module on this kernel and these drivers? XDP metadata is no
 * stable ABI, so it is not believed but watched, port by port.
 */
#ifndef SLUICE_DAEMON_PROOF_H
#define SLUICE_DAEMON_PROOF_H

#include "daemon/daemon.h"

/**
 * sluice_proof_check() - compare what the gate passed with what the module saw enter
 * @daemon: daemon with a policy in force
 * @messages: receives the refusal, or a note about what was observed so far
 *
 * By observation: a port on which the gate passed frames and the module saw none of them enter has
 * lost its stamps. The module denies such frames by itself; this only finds the reason.
 *
 * Return: 0, also when nothing was observed yet; -EPROTO when a port loses its stamps.
 */
int sluice_proof_check(struct sluice_daemon *daemon, struct sluice_messages *messages);

#endif
