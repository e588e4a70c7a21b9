/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of requests: name, who may ask, what answers.
 */
#ifndef SLUICE_DAEMON_REQUEST_H
#define SLUICE_DAEMON_REQUEST_H

#include <json-c/json.h>

#include "daemon/control.h"

/**
 * sluice_request_handle() - answer one request
 * @daemon: daemon
 * @peer: who asks
 * @text: JSON as it came
 * @length: bytes
 *
 * The answer goes through sluice_control_answer(), at once or when the work is done.
 */
void sluice_request_handle(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			   const char *text, size_t length);

#endif
