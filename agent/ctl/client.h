/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking sluiced (agent/daemon/control.h describes what goes over the socket).
 *
 * Life cycle: sluice_client_open(), sluice_client_ask(), perhaps sluice_client_next(),
 * sluice_client_close().
 */
#ifndef SLUICE_CTL_CLIENT_H
#define SLUICE_CTL_CLIENT_H

#include <json-c/json.h>

#include "lib/message.h"

struct sluice_client;

#define SLUICE_CLIENT_SOCKET "/run/sluice/control"

/**
 * sluice_client_open() - connect to sluiced
 * @path: socket; NULL: $SLUICE_CONTROL, else %SLUICE_CLIENT_SOCKET
 * @client: receives the connection; untouched on failure
 * @messages: receives the reason
 *
 * Return: 0 or a negative errno.
 */
int sluice_client_open(const char *path, struct sluice_client **client,
		       struct sluice_messages *messages);

/** sluice_client_close() - NULL is allowed */
void sluice_client_close(struct sluice_client *client);

/**
 * sluice_client_ask() - one request, one answer
 * @client: connection
 * @request: taken over
 * @file: descriptor to send along, or -1
 * @answer: receives an object for json_object_put(); untouched on failure
 * @messages: receives what sluiced said (errors, warnings and notes)
 *
 * Return: 0 when sluiced said yes; -EPROTO when it refused; another errno when it cannot be asked.
 */
int sluice_client_ask(struct sluice_client *client, struct json_object *request, int file,
		      struct json_object **answer, struct sluice_messages *messages);

/**
 * sluice_client_next() - wait for a further frame
 * @client: connection
 * @answer: receives an object for json_object_put(); untouched on failure
 * @messages: receives the reason
 */
int sluice_client_next(struct sluice_client *client, struct json_object **answer,
		       struct sluice_messages *messages);

/** sluice_client_request() - a request object with this name */
struct json_object *sluice_client_request(const char *name);

#endif
