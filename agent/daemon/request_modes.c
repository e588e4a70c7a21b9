// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests for island mode, opened conduits, bindings and leases; see request_modes.h. */
#include "daemon/request_modes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "daemon/bindings.h"
#include "daemon/daemon.h"
#include "daemon/lease.h"

static const char *text_of(struct json_object *json, const char *key)
{
	struct json_object *member = json_object_object_get(json, key);

	return json_object_is_type(member, json_type_string) ? json_object_get_string(member) : NULL;
}

/* Goes to the journal and to screens as it is: one line, nothing that moves a cursor. */
static int read_why(struct json_object *json, char why[SLUICE_WHY_MAX + 1],
		    struct sluice_messages *messages)
{
	const char *text = text_of(json, "why");

	*why = '\0';
	if (!text)
		return 0;
	if (strlen(text) > SLUICE_WHY_MAX) {
		sluice_message_error(messages, NULL, "the reason has more than %d bytes",
				     SLUICE_WHY_MAX);
		return -EINVAL;
	}
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 127) {
			sluice_message_error(messages, NULL, "the reason must be one line of text");
			return -EINVAL;
		}
	strcpy(why, text);
	return 0;
}

/* For what asks a person to answer for it. */
static int need_why(struct json_object *json, char why[SLUICE_WHY_MAX + 1],
		    struct sluice_messages *messages)
{
	int error = read_why(json, why, messages);

	if (error || *why)
		return error;
	sluice_message_error(messages, NULL, "say why");
	return -EINVAL;
}

static int read_name(const char *text, struct sluice_island_scope *scope,
		     struct sluice_messages *messages)
{
	if (scope->kind == SLUICE_ISLAND_GATEWAY) {
		strcpy(scope->name, "-");
		return 0;
	}
	if (text && *text && strlen(text) < sizeof(scope->name) && !strpbrk(text, " \t\r\n")) {
		strcpy(scope->name, text);
		return 0;
	}
	sluice_message_error(messages, NULL, "%s is no name of a %s", text ? text : "nothing",
			     sluice_island_word(scope->kind));
	return -EINVAL;
}

static int read_scope(struct json_object *json, struct sluice_island_scope *scope,
		      struct sluice_messages *messages)
{
	const char *word = text_of(json, "scope");
	int error;

	*scope = (struct sluice_island_scope){.kind = SLUICE_ISLAND_KINDS};
	for (int i = 0; word && i < SLUICE_ISLAND_KINDS; i++)
		if (!strcmp(word, sluice_island_word((enum sluice_island_kind)i)))
			scope->kind = (enum sluice_island_kind)i;
	if (scope->kind == SLUICE_ISLAND_KINDS) {
		sluice_message_error(messages, NULL,
				     "island mode is for the gateway, a zone or a conduit");
		return -EINVAL;
	}
	scope->all = json_object_get_boolean(json_object_object_get(json, "all"));
	error = read_name(text_of(json, "name"), scope, messages);
	return error ? error : read_why(json, scope->why, messages);
}

static void log_island(const struct sluice_island_scope *scope, const char *what, uint32_t uid,
		       int error)
{
	bool named = scope->kind != SLUICE_ISLAND_GATEWAY;

	sluice_daemon_log(LOG_WARNING, "island mode %s for %s%s%s%s by user %u%s%s%s%s", what,
			  sluice_island_word(scope->kind), named ? " " : "",
			  named ? scope->name : "", scope->all ? ", essential conduits as well" : "",
			  uid, *scope->why ? ": " : "", scope->why, error ? "; error: " : "",
			  error ? strerror(-error) : "");
}

int sluice_request_island_on(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			     struct json_object *json, struct sluice_messages *messages)
{
	struct sluice_island_scope scope;
	int error = read_scope(json, &scope, messages);

	if (error)
		return error;
	scope.since = sluice_daemon_clock();
	scope.uid = peer->uid;
	error = sluice_island_on(daemon, &scope, messages);
	log_island(&scope, "on", peer->uid, error);
	return error;
}

int sluice_request_island_off(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			      struct json_object *json, struct sluice_messages *messages)
{
	struct sluice_island_scope scope;
	int error = read_scope(json, &scope, messages);

	if (error)
		return error;
	error = sluice_island_off(daemon, scope.kind, scope.name, messages);
	log_island(&scope, "off", peer->uid, error);
	return error;
}

/* ---- Opened conduits ---- */

static int read_conduit(struct json_object *json, struct sluice_opening *wish,
			struct sluice_messages *messages)
{
	const char *name = text_of(json, "name");

	*wish = (struct sluice_opening){};
	if (name && *name && strlen(name) < sizeof(wish->name)) {
		strcpy(wish->name, name);
		return 0;
	}
	sluice_message_error(messages, NULL, "say which conduit");
	return -EINVAL;
}

int sluice_request_conduit_open(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				struct json_object *json, struct sluice_messages *messages)
{
	struct sluice_opening wish;
	int error = read_conduit(json, &wish, messages);

	if (!error)
		error = need_why(json, wish.why, messages);
	if (error)
		return error;
	wish.uid = peer->uid;
	wish.ms = json_object_get_uint64(json_object_object_get(json, "ms"));
	error = sluice_opened_open(daemon, &wish, messages);
	sluice_daemon_log(LOG_WARNING, "conduit %s %s for %" PRIu64 " s by user %u: %s%s%s",
			  wish.name, error ? "asked for" : "opened", wish.ms / 1000, peer->uid,
			  wish.why, error ? "; not open: " : "", error ? strerror(-error) : "");
	return error;
}

int sluice_request_conduit_close(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				 struct json_object *json, struct sluice_messages *messages)
{
	struct sluice_opening wish;
	int error = read_conduit(json, &wish, messages);

	if (error)
		return error;
	error = sluice_opened_close(daemon, wish.name, messages);
	if (!error)
		sluice_daemon_log(LOG_WARNING, "conduit %s closed by user %u", wish.name,
				  peer->uid);
	return error;
}

/* ---- Bindings ---- */

int sluice_request_binding_forget(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				  struct json_object *json, struct sluice_messages *messages)
{
	const char *text = text_of(json, "address");
	char why[SLUICE_WHY_MAX + 1], *was = NULL;
	sluice_ip address;
	int error;

	if (!text || !sluice_ip_parse(text, &address)) {
		sluice_message_error(messages, NULL, "say which address");
		return -EINVAL;
	}
	error = need_why(json, why, messages);
	if (error)
		return error;
	error = sluice_bindings_forget(daemon, address, &was, messages);
	if (!error)
		sluice_daemon_log(LOG_WARNING, "binding of %s forgotten by user %u: %s; it was bound to %s",
				  text, peer->uid, why, was);
	free(was);
	return error;
}

/* ---- Leases ---- */

static const char *read_asset(struct json_object *json, struct sluice_messages *messages)
{
	const char *name = text_of(json, "name");

	if (name && *name && strlen(name) <= SLUICE_WHY_MAX && !strpbrk(name, " \t\r\n"))
		return name;
	sluice_message_error(messages, NULL, "say which asset");
	return NULL;
}

int sluice_request_lease_grant(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			       struct json_object *json, struct sluice_messages *messages)
{
	uint64_t ms = json_object_get_uint64(json_object_object_get(json, "ms"));
	const char *name = read_asset(json, messages), *identity = NULL;
	char why[SLUICE_WHY_MAX + 1];
	int error = name ? need_why(json, why, messages) : -EINVAL;

	if (!error)
		error = sluice_lease_grant(daemon, name, ms, &identity, messages);
	if (!error)
		sluice_daemon_log(LOG_WARNING, "lease of %s (%s) granted for %" PRIu64
				  " s by user %u: %s", name, identity, ms / 1000, peer->uid, why);
	return error;
}

int sluice_request_lease_withdraw(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				  struct json_object *json, struct sluice_messages *messages)
{
	const char *name = read_asset(json, messages);
	char why[SLUICE_WHY_MAX + 1];
	int error = name ? need_why(json, why, messages) : -EINVAL;

	if (!error)
		error = sluice_lease_withdraw(daemon, name, messages);
	if (!error)
		sluice_daemon_log(LOG_WARNING, "lease of %s withdrawn by user %u: %s", name,
				  peer->uid, why);
	return error;
}
