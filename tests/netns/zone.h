/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones of the plant are network namespaces with names (tests/netns/topology.sh). */
#ifndef SLUICE_TESTS_NETNS_ZONE_H
#define SLUICE_TESTS_NETNS_ZONE_H

/**
 * zone_enter() - from now on this thread's sockets are the zone's
 * @name: of the namespace, below /run/netns
 *
 * Return: 0 or a negative errno; then nothing has changed.
 */
int zone_enter(const char *name);

#endif
