/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that change what stands beside the policy: island mode, opened conduits,
 * bindings, leases.
 */
#ifndef SLUICE_DAEMON_REQUEST_MODES_H
#define SLUICE_DAEMON_REQUEST_MODES_H

#include <json-c/json.h>

#include "daemon/control.h"
#include "lib/message.h"

struct sluice_daemon;

/**
 * typedef sluice_request_change - do what a request asks for
 * @daemon: daemon
 * @peer: who asks; has the role already
 * @json: the request
 * @messages: receives the refusal, or what is worth knowing
 *
 * Return: 0 or a negative errno.
 */
typedef int (*sluice_request_change)(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				     struct json_object *json, struct sluice_messages *messages);

/** sluice_request_island_on() - {"scope": "gateway|zone|conduit", "name", "all", "why"} */
int sluice_request_island_on(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			     struct json_object *json, struct sluice_messages *messages);

/** sluice_request_island_off() - {"scope", "name", "why"} */
int sluice_request_island_off(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			      struct json_object *json, struct sluice_messages *messages);

/** sluice_request_conduit_open() - {"name", "ms", "why"}: all three are needed */
int sluice_request_conduit_open(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				struct json_object *json, struct sluice_messages *messages);

/** sluice_request_binding_forget() - {"address", "why"}: both are needed */
int sluice_request_binding_forget(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				  struct json_object *json, struct sluice_messages *messages);

/** sluice_request_conduit_close() - {"name"} */
int sluice_request_conduit_close(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				 struct json_object *json, struct sluice_messages *messages);

/** sluice_request_lease_grant() - {"name", "ms", "why"}: all three are needed */
int sluice_request_lease_grant(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			       struct json_object *json, struct sluice_messages *messages);

/** sluice_request_lease_withdraw() - {"name", "why"}: both are needed */
int sluice_request_lease_withdraw(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				  struct json_object *json, struct sluice_messages *messages);

#endif
