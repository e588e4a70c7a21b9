/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First-seen bindings: an asset whose port the policy does not state belongs to the first port that
 * it spoke on. The module holds them; nothing is kept here.
 *
 * What the policy states itself (an asset's mac: and port:) is no first-seen binding: it is shown
 * beside one and forgotten by nobody.
 */
#ifndef SLUICE_DAEMON_BINDINGS_H
#define SLUICE_DAEMON_BINDINGS_H

#include <json-c/json.h>

#include "daemon/daemon.h"
#include "policy/model.h"

/** sluice_report_bindings() - who was first seen where, by address; for json_object_put() */
struct json_object *sluice_report_bindings(struct sluice_daemon *daemon);

/**
 * sluice_bindings_forget() - the asset is bound anew to the port that it speaks on next
 * @daemon: daemon
 * @address: of the asset
 * @was: receives to what it was bound, for free(); untouched on failure
 * @messages: receives the refusal
 *
 * Return: 0; -EPERM when the policy in force fixes its port; -ENOENT when it is bound to none; an
 * error of the module.
 */
int sluice_bindings_forget(struct sluice_daemon *daemon, sluice_ip address, char **was,
			   struct sluice_messages *messages);

#endif
