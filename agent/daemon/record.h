/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record of gate or module as JSON that people can understand: names instead of numbers.
 */
#ifndef SLUICE_DAEMON_RECORD_H
#define SLUICE_DAEMON_RECORD_H

#include <json-c/json.h>

#include "daemon/held.h"

/**
 * sluice_record_json() - one denial or invariant violation
 * @record: as it came
 * @held: policy of its generation, or NULL
 * @now: CLOCK_REALTIME seconds
 *
 * Members: time, kind (deny or invariant), layer, reason, sentence, src, src_name, src_port,
 * src_zone and the same with dst, protocol, port (device), vlan, conduit, line, policy_version,
 * generation, suppressed. What is not known is null.
 *
 * Return: an object for json_object_put().
 */
struct json_object *sluice_record_json(const struct sluice_record *record,
				       const struct sluice_held *held, uint64_t now);

#endif
