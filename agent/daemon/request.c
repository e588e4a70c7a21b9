// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests; see request.h. */
#include "daemon/request.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "daemon/bindings.h"
#include "daemon/chain.h"
#include "daemon/daemon.h"
#include "daemon/denials.h"
#include "daemon/dryrun.h"
#include "daemon/install.h"
#include "daemon/json.h"
#include "daemon/ports.h"
#include "daemon/report.h"
#include "daemon/request_modes.h"
#include "lib/memory.h"
#include "trust/bundle.h"

/* Nesting of a request; the longest has one level. */
#define REQUEST_DEPTH 4

/**
 * struct request - one row of the table
 * @name: as it stands under "request"
 * @access: what the peer must have at least
 * @is_change: worth a line in the journal, with who asked
 * @answer: does it, and answers by sluice_control_answer()
 */
struct request {
	const char *name;
	enum sluice_access access;
	bool is_change;
	void (*answer)(struct sluice_daemon *daemon, const struct sluice_peer *peer,
		       struct json_object *json);
};

/* ---- Answers ---- */

static void add_message(struct json_object *list, const struct sluice_message *message)
{
	static const char *const severities[] = {
		[SLUICE_ERROR] = "error",
		[SLUICE_WARNING] = "warning",
		[SLUICE_NOTE] = "note",
	};
	struct json_object *item = json_object_new_object();

	sluice_json_text(item, "severity", severities[message->severity]);
	sluice_json_text(item, "file", message->file);
	sluice_json_if(item, "line", message->place.line);
	sluice_json_if(item, "column", message->place.column);
	sluice_json_text(item, "text", message->text);
	sluice_json_text(item, "hint", message->hint);
	json_object_array_add(list, item);
}

static struct json_object *outcome(int error, const struct sluice_messages *messages)
{
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; messages && i < messages->count; i++)
		add_message(list, &messages->item[i]);
	sluice_json_flag(json, "ok", !error);
	if (error)
		sluice_json_text(json, "error", strerrorname_np(-error));
	json_object_object_add(json, "messages", list);
	return json;
}

static void answer_outcome(struct sluice_daemon *daemon, uint64_t id, int error,
			   const struct sluice_messages *messages)
{
	sluice_control_answer(daemon->control, id, outcome(error, messages));
}

/* What is done at once, and told at once. */
static void answer_change(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			  struct json_object *json, sluice_request_change change)
{
	struct sluice_messages messages;
	int error;

	sluice_messages_init(&messages, NULL);
	error = change(daemon, peer, json, &messages);
	answer_outcome(daemon, peer->id, error, &messages);
	sluice_messages_release(&messages);
}

static void refuse(struct sluice_daemon *daemon, const struct sluice_peer *peer, int error,
		   const char *text, const char *hint)
{
	struct sluice_messages messages;

	sluice_messages_init(&messages, NULL);
	sluice_message_error(&messages, NULL, "%s", text);
	if (hint)
		sluice_message_hint(&messages, "%s", hint);
	answer_outcome(daemon, peer->id, -error, &messages);
	sluice_messages_release(&messages);
}

/* ---- Looking ---- */

static void answer_report(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			  struct json_object *(*report)(struct sluice_daemon *daemon))
{
	struct json_object *json;
	struct sluice_messages messages;

	sluice_messages_init(&messages, NULL);
	if (daemon->kernel && sluice_kernel_get(daemon->kernel, &daemon->now, &messages))
		sluice_daemon_check_soon(daemon);
	sluice_messages_release(&messages);
	json = report(daemon);
	sluice_json_flag(json, "ok", true);
	sluice_control_answer(daemon->control, peer->id, json);
}

static void answer_status(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			  struct json_object *json)
{
	answer_report(daemon, peer, sluice_report_status);
}

static void answer_zones(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			 struct json_object *json)
{
	answer_report(daemon, peer, sluice_report_zones);
}

static void answer_conduits(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			    struct json_object *json)
{
	answer_report(daemon, peer, sluice_report_conduits);
}

static void answer_invariants(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			      struct json_object *json)
{
	answer_report(daemon, peer, sluice_report_invariants);
}

static void answer_leases(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			  struct json_object *json)
{
	answer_report(daemon, peer, sluice_report_leases);
}

static void answer_bindings(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			    struct json_object *json)
{
	answer_report(daemon, peer, sluice_report_bindings);
}

static void answer_denials(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			   struct json_object *json)
{
	uint64_t next = sluice_denials_next(daemon->denials);

	answer_report(daemon, peer, sluice_report_denials);
	if (json_object_get_boolean(json_object_object_get(json, "follow")))
		sluice_control_follow(daemon->control, peer->id, next);
}

/* ---- Changing ---- */

/* Whom to tell when an installation has ended. */
struct asker {
	struct sluice_daemon *daemon;
	uint64_t id;
};

static void *remember(struct sluice_daemon *daemon, const struct sluice_peer *peer)
{
	struct asker *asker = sluice_allocate(1, sizeof(*asker));

	asker->daemon = daemon;
	asker->id = peer->id;
	return asker;
}

static void on_done(void *context, int error, const struct sluice_messages *messages)
{
	struct asker *asker = context;

	answer_outcome(asker->daemon, asker->id, error, messages);
	free(asker);
}

/*
 * Only a memfd that can no more change and never blocks is looked at: what is verified is then
 * what is installed, and a pipe or a slow file system cannot hold up the heartbeat.
 */
static int map_bundle(int file, struct sluice_bytes *bytes)
{
	int wanted = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
	struct stat status;
	int seals = fcntl(file, F_GET_SEALS);
	void *mapped;

	if (seals < 0 || (seals & wanted) != wanted || fstat(file, &status) < 0)
		return -EINVAL;
	if (status.st_size <= 0 || (uint64_t)status.st_size > SLUICE_BUNDLE_BYTES)
		return -E2BIG;
	mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	bytes->bytes = mapped;
	bytes->length = (size_t)status.st_size;
	return 0;
}

static bool take_file(struct sluice_daemon *daemon, const struct sluice_peer *peer,
		      struct sluice_bytes *bytes, const char *hint)
{
	int error = peer->memfd < 0 ? -EINVAL : map_bundle(peer->memfd, bytes);

	if (error)
		refuse(daemon, peer, -error, error == -E2BIG ? "the file is empty or too large"
							     : "the file must come as a sealed memfd",
		       hint);
	return !error;
}

static void answer_trust(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			 struct json_object *json)
{
	struct sluice_bytes bytes = {};
	struct sluice_messages messages;
	int error;

	if (!take_file(daemon, peer, &bytes, "use sluicectl trust install"))
		return;
	sluice_messages_init(&messages, NULL);
	error = sluice_chain_install(daemon, bytes, &messages);
	answer_outcome(daemon, peer->id, error, &messages);
	sluice_messages_release(&messages);
	munmap((void *)bytes.bytes, bytes.length);
}

static void answer_install(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			   struct json_object *json)
{
	struct json_object *trial = json_object_object_get(json, "trial_ms");
	uint64_t trial_ms = json_object_get_uint64(trial);
	struct sluice_bytes bytes = {};

	if (!json_object_is_type(trial, json_type_int) || trial_ms > SLUICE_MAX_TRIAL_MS) {
		refuse(daemon, peer, EINVAL, "the length of the trial must be between 0 and 24 hours",
		       NULL);
		return;
	}
	if (!take_file(daemon, peer, &bytes, "use sluicectl policy install"))
		return;
	sluice_install_begin(daemon, bytes, (uint32_t)trial_ms, on_done, remember(daemon, peer));
	munmap((void *)bytes.bytes, bytes.length);
}

static void answer_confirm(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			   struct json_object *json)
{
	struct sluice_messages messages;
	int error;

	sluice_messages_init(&messages, NULL);
	error = sluice_install_confirm(daemon, &messages);
	answer_outcome(daemon, peer->id, error, &messages);
	sluice_messages_release(&messages);
}

static void answer_rollback(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			    struct json_object *json)
{
	sluice_install_rollback(daemon, on_done, remember(daemon, peer));
}

static void answer_release(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			   struct json_object *json)
{
	struct sluice_messages messages;
	int error;

	sluice_messages_init(&messages, NULL);
	error = sluice_install_release(daemon, &messages);
	answer_outcome(daemon, peer->id, error, &messages);
	sluice_messages_release(&messages);
}

static void answer_adopt(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			 struct json_object *json)
{
	struct json_object *device = json_object_object_get(json, "device");
	struct sluice_messages messages;
	int error;

	if (!json_object_is_type(device, json_type_string)) {
		refuse(daemon, peer, EINVAL, "the request names no device", NULL);
		return;
	}
	sluice_messages_init(&messages, NULL);
	error = sluice_ports_adopt(daemon, json_object_get_string(device), &messages);
	answer_outcome(daemon, peer->id, error, &messages);
	sluice_messages_release(&messages);
}

static void answer_dryrun(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			  struct json_object *json)
{
	struct json_object *report = NULL;
	struct sluice_bytes bytes = {};
	struct sluice_messages messages;
	int error;

	if (!take_file(daemon, peer, &bytes, "use sluicectl policy install --dry-run"))
		return;
	sluice_messages_init(&messages, NULL);
	error = sluice_dryrun(daemon, bytes, &report, &messages);
	if (error) {
		answer_outcome(daemon, peer->id, error, &messages);
	} else {
		sluice_json_flag(report, "ok", true);
		sluice_control_answer(daemon->control, peer->id, report);
	}
	sluice_messages_release(&messages);
	munmap((void *)bytes.bytes, bytes.length);
}

static void answer_island_on(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			     struct json_object *json)
{
	answer_change(daemon, peer, json, sluice_request_island_on);
}

static void answer_island_off(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			      struct json_object *json)
{
	answer_change(daemon, peer, json, sluice_request_island_off);
}

static void answer_conduit_open(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				struct json_object *json)
{
	answer_change(daemon, peer, json, sluice_request_conduit_open);
}

static void answer_conduit_close(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				 struct json_object *json)
{
	answer_change(daemon, peer, json, sluice_request_conduit_close);
}

static void answer_binding_forget(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				  struct json_object *json)
{
	answer_change(daemon, peer, json, sluice_request_binding_forget);
}

static void answer_lease_grant(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			       struct json_object *json)
{
	answer_change(daemon, peer, json, sluice_request_lease_grant);
}

static void answer_lease_withdraw(struct sluice_daemon *daemon, const struct sluice_peer *peer,
				  struct json_object *json)
{
	answer_change(daemon, peer, json, sluice_request_lease_withdraw);
}

static const struct request requests[] = {
	{"status", SLUICE_ACCESS_VIEW, false, answer_status},
	{"zones", SLUICE_ACCESS_VIEW, false, answer_zones},
	{"conduits", SLUICE_ACCESS_VIEW, false, answer_conduits},
	{"denials", SLUICE_ACCESS_VIEW, false, answer_denials},
	{"invariants", SLUICE_ACCESS_VIEW, false, answer_invariants},
	{"leases", SLUICE_ACCESS_VIEW, false, answer_leases},
	{"bindings", SLUICE_ACCESS_VIEW, false, answer_bindings},
	{"binding-forget", SLUICE_ACCESS_OPERATE, true, answer_binding_forget},
	{"confirm", SLUICE_ACCESS_OPERATE, true, answer_confirm},
	{"conduit-open", SLUICE_ACCESS_OPERATE, true, answer_conduit_open},
	{"conduit-close", SLUICE_ACCESS_OPERATE, true, answer_conduit_close},
	{"island-on", SLUICE_ACCESS_OPERATE, true, answer_island_on},
	{"lease-withdraw", SLUICE_ACCESS_OPERATE, true, answer_lease_withdraw},
	{"lease-grant", SLUICE_ACCESS_ADMIN, true, answer_lease_grant},
	{"island-off", SLUICE_ACCESS_ADMIN, true, answer_island_off},
	{"install", SLUICE_ACCESS_ADMIN, true, answer_install},
	{"dry-run", SLUICE_ACCESS_ADMIN, false, answer_dryrun},
	{"trust", SLUICE_ACCESS_ADMIN, true, answer_trust},
	{"rollback", SLUICE_ACCESS_ADMIN, true, answer_rollback},
	{"release", SLUICE_ACCESS_ADMIN, true, answer_release},
	{"adopt-port", SLUICE_ACCESS_ADMIN, true, answer_adopt},
};

/* ---- Dispatch ---- */

static const struct request *find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(requests) / sizeof(requests[0]); i++)
		if (!strcmp(requests[i].name, name))
			return &requests[i];
	return NULL;
}

static const char *const access_hints[] = {
	[SLUICE_ACCESS_NONE] = "",
	[SLUICE_ACCESS_VIEW] = "your user must be in group sluice-view, sluice-operate or sluice-admin",
	[SLUICE_ACCESS_OPERATE] = "your user must be in group sluice-operate or sluice-admin",
	[SLUICE_ACCESS_ADMIN] = "your user must be in group sluice-admin",
};

static void dispatch(struct sluice_daemon *daemon, const struct sluice_peer *peer,
		     struct json_object *json)
{
	struct json_object *name = json_object_object_get(json, "request");
	const struct request *request = NULL;

	if (json_object_is_type(name, json_type_string))
		request = find(json_object_get_string(name));
	if (!request) {
		refuse(daemon, peer, ENOTSUP, "this sluiced knows no such request",
		       "sluicectl and sluiced must be of one version");
		return;
	}
	if (peer->access < request->access) {
		sluice_daemon_log(LOG_WARNING, "user %u may not ask for %s", peer->uid,
				  request->name);
		refuse(daemon, peer, EACCES, "you may not do that", access_hints[request->access]);
		return;
	}
	if (request->is_change)
		sluice_daemon_log(LOG_NOTICE, "user %u (process %d) asks for %s", peer->uid,
				  peer->pid, request->name);
	request->answer(daemon, peer, json);
}

void sluice_request_handle(struct sluice_daemon *daemon, const struct sluice_peer *peer,
			   const char *text, size_t length)
{
	struct json_tokener *tokener = json_tokener_new_ex(REQUEST_DEPTH);
	struct json_object *json = NULL;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	if (length)
		json = json_tokener_parse_ex(tokener, text, (int)length);
	if (json_tokener_get_error(tokener) == json_tokener_success &&
	    json_tokener_get_parse_end(tokener) == length &&
	    json_object_is_type(json, json_type_object))
		dispatch(daemon, peer, json);
	else
		refuse(daemon, peer, EBADMSG, "the request is not one JSON object",
		       "sluicectl and sluiced must be of one version");
	json_object_put(json);
	json_tokener_free(tokener);
}
