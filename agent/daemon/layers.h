/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bringing one policy into module and gate, piece by piece. Used by the ladder, which takes over
 * or boots, and by the installation of a new policy.
 */
#ifndef SLUICE_DAEMON_LAYERS_H
#define SLUICE_DAEMON_LAYERS_H

#include "daemon/daemon.h"

/**
 * sluice_layers_open_gate() - open the gate and give it nonce and selector of this module
 * @daemon: with an open kernel
 * @messages: receives the refusal
 */
int sluice_layers_open_gate(struct sluice_daemon *daemon, struct sluice_messages *messages);

/**
 * sluice_layers_refresh() - ask the module for its state again
 * @daemon: daemon
 * @messages: receives the refusal; the connection is then closed
 */
int sluice_layers_refresh(struct sluice_daemon *daemon, struct sluice_messages *messages);

/**
 * sluice_layers_stage_gate() - the image into the gate's slot, digest compared
 * @daemon: daemon
 * @policy: held by the module already
 * @messages: receives the refusal
 *
 * Changes nothing where the gate holds that image. A difference raises digest_differs.
 */
int sluice_layers_stage_gate(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
			     struct sluice_messages *messages);

/**
 * sluice_layers_attach() - the gate onto every device of a policy that asks for it
 * @daemon: daemon
 * @policy: bound
 * @messages: receives the refusal of the first device that has none; the others are done anyway
 */
int sluice_layers_attach(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
			 struct sluice_messages *messages);

/**
 * sluice_layers_select() - the gate's selector as the module's, where the module cannot write it
 * @daemon: daemon, refreshed
 * @messages: receives the refusal
 */
int sluice_layers_select(struct sluice_daemon *daemon, struct sluice_messages *messages);

#endif
