/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon looks at again and again beside the ladder: foreign paths, digests, the floor,
 * and what gate and module report.
 */
#ifndef SLUICE_DAEMON_WATCH_H
#define SLUICE_DAEMON_WATCH_H

#include "daemon/daemon.h"

/**
 * sluice_watch_paths() - look for ways round the hooks
 * @daemon: daemon
 *
 * A path that was not there at the last look raises foreign_path or bridge_netfilter once.
 */
void sluice_watch_paths(struct sluice_daemon *daemon);

/** sluice_watch_digests() - ask the gate for its images again; raises digest_differs */
void sluice_watch_digests(struct sluice_daemon *daemon);

/** sluice_watch_floor() - compare the whole floor; restores it and raises floor_missing */
void sluice_watch_floor(struct sluice_daemon *daemon);

/** sluice_watch_events() - hear gate and module, once they are there */
void sluice_watch_events(struct sluice_daemon *daemon);

/** sluice_watch_sources() - put floor and devices into the event loop, once they are there */
void sluice_watch_sources(struct sluice_daemon *daemon);

#endif
