/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon knows, as JSON for the control socket. sluicectl only prints it.
 *
 * Each function returns an object for json_object_put().
 */
#ifndef SLUICE_DAEMON_REPORT_H
#define SLUICE_DAEMON_REPORT_H

#include <json-c/json.h>

#include "daemon/daemon.h"

/** sluice_report_status() - the status screen; its first line and what to do come ready made */
struct json_object *sluice_report_status(struct sluice_daemon *daemon);

/** sluice_report_zones() - zones with level, ports, devices and their counters */
struct json_object *sluice_report_zones(struct sluice_daemon *daemon);

/** sluice_report_conduits() - conduits with limits in force, their origin, and counters */
struct json_object *sluice_report_conduits(struct sluice_daemon *daemon);

/** sluice_report_invariants() - every invariant with its count and how to mend it */
struct json_object *sluice_report_invariants(struct sluice_daemon *daemon);

/** sluice_report_denials() - exact counts by layer and reason, and the ring */
struct json_object *sluice_report_denials(struct sluice_daemon *daemon);

/** sluice_report_leases() - who stands where, as the module holds it */
struct json_object *sluice_report_leases(struct sluice_daemon *daemon);

/**
 * sluice_report_closed() - why a conduit passes nothing now
 * @daemon: daemon
 * @held: policy
 * @conduit: index in its image, from 1
 *
 * Return: "NAME ..." for free(), or NULL when it is open.
 */
char *sluice_report_closed(const struct sluice_daemon *daemon, const struct sluice_held *held,
			   uint32_t conduit);

/** sluice_report_modes() - clock, connection table, island mode and what is opened, into the status */
void sluice_report_modes(struct json_object *json, const struct sluice_daemon *daemon);

/** sluice_report_violations() - how many invariant violations there were in all layers */
uint64_t sluice_report_violations(struct sluice_daemon *daemon);

#endif
