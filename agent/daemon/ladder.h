/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ladder: what must stand before the gateway forwards, in order.
 *
 * Every step looks first and acts only on what is not right yet. So the same run brings up a
 * freshly booted gateway, takes over a running one without touching a packet, and mends what
 * somebody broke. A step that fails stops the run: forwarding comes last.
 */
#ifndef SLUICE_DAEMON_LADDER_H
#define SLUICE_DAEMON_LADDER_H

#include "daemon/daemon.h"

/**
 * sluice_ladder_run() - look at every step, do what is missing
 * @daemon: daemon
 *
 * Return: true when every step that the policy asks for stands, or there is no policy yet.
 */
bool sluice_ladder_run(struct sluice_daemon *daemon);

/**
 * sluice_ladder_let_go() - hold nothing of the module any more, so that it can be unloaded
 * @daemon: daemon
 *
 * The gate leaves the devices: without the module nothing is forwarded, and whoever replaces it
 * needs the gateway's own network.
 */
void sluice_ladder_let_go(struct sluice_daemon *daemon);

/** sluice_ladder_release() - forget what was held; the kernel keeps its own */
void sluice_ladder_release(struct sluice_daemon *daemon);

/** sluice_step_word() - the word of a step, for JSON */
const char *sluice_step_word(enum sluice_step step);

/** sluice_step_title() - what a step means, for people */
const char *sluice_step_title(enum sluice_step step);

#endif
