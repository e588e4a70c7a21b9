/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an installation would change, without changing anything: what the new policy says that the
 * one in force does not, and which live flows would end.
 */
#ifndef SLUICE_DAEMON_DRYRUN_H
#define SLUICE_DAEMON_DRYRUN_H

#include <json-c/json.h>

#include "daemon/daemon.h"

/* More flows than that are counted and not named. */
#define SLUICE_DRYRUN_NAMED 10000

/**
 * sluice_dryrun() - judge a bundle as an installation would, and look ahead
 * @daemon: daemon
 * @bytes: the whole bundle; borrowed for this call
 * @report: receives what would change; untouched on failure
 * @messages: receives why the bundle would be refused
 *
 * A live flow ends when the new image, asked by the core about the packet that began it, permits it
 * no more.
 *
 * Return: 0 or a negative errno, as sluice_install_begin() would tell.
 */
int sluice_dryrun(struct sluice_daemon *daemon, struct sluice_bytes bytes,
		  struct json_object **report, struct sluice_messages *messages);

#endif
