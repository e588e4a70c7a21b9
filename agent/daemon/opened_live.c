// SPDX-License-Identifier: GPL-2.0-or-later
/* Opened conduits in the module and in RUN; see opened.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "daemon/daemon.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "policy/model.h"

#define BYTES_MAX 65536

uint64_t sluice_opened_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- RUN ---- */

static char *path_of(const struct sluice_daemon *daemon)
{
	return sluice_format("%s/opened", daemon->config.run);
}

void sluice_opened_load(struct sluice_daemon *daemon)
{
	char *path = path_of(daemon), *text;
	struct sluice_messages quiet;
	uint8_t *bytes = NULL;
	size_t length = 0;

	sluice_messages_init(&quiet, NULL);
	if (!sluice_file_load(path, BYTES_MAX, &bytes, &length, &quiet)) {
		text = sluice_format("%.*s", (int)length, (const char *)bytes);
		sluice_opened_parse(&daemon->opened, text, sluice_daemon_boot(),
				    sluice_opened_now());
		free(text);
	}
	sluice_messages_release(&quiet);
	free(bytes);
	free(path);
}

static void store(struct sluice_daemon *daemon)
{
	char *path = path_of(daemon);
	char *text = sluice_opened_print(&daemon->opened, sluice_daemon_boot(),
					 sluice_opened_now());
	struct sluice_messages messages;

	sluice_messages_init(&messages, NULL);
	sluice_file_replace(path, text, strlen(text), 0600, &messages);
	sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
	free(text);
	free(path);
}

/* ---- The module ---- */

/* Index of a conduit that is for opening, or 0. */
static uint32_t index_of(const struct sluice_held *held, const char *name)
{
	const struct sluice_conduit *conduit = NULL;
	uint32_t index;

	if (held && held->policy)
		conduit = sluice_policy_conduit(held->policy, name);
	if (!conduit)
		return 0;
	index = (uint32_t)(conduit - held->policy->conduit) + 1;
	return sluice_conduit_word(&held->image, index, SLUICE_CONDUIT_FLAGS) &
			       SLUICE_CONDUIT_FLAG_OPEN ? index : 0;
}

static uint64_t at_most_ms(const struct sluice_held *held, uint32_t index)
{
	return (sluice_conduit_word(&held->image, index, SLUICE_CONDUIT_OPEN) & UINT32_MAX) * 1000;
}

static int tell_one(struct sluice_daemon *daemon, const struct sluice_live_policy *live,
		    const char *name, uint64_t ms, struct sluice_messages *messages)
{
	uint32_t index = index_of(live->held, name);
	uint64_t most;

	if (!index || !live->generation)
		return 0;
	most = at_most_ms(live->held, index);
	return sluice_kernel_conduit_open(daemon->kernel, live->generation, index,
					  ms < most ? ms : most, messages);
}

int sluice_opened_tell(struct sluice_daemon *daemon, struct sluice_live_policy *live,
		       struct sluice_messages *messages)
{
	uint64_t now = sluice_opened_now();
	int error = 0;

	if (!live->held || !live->generation || live->opened)
		return 0;
	for (size_t i = 0; !error && i < daemon->opened.count; i++) {
		const struct sluice_opening *one = &daemon->opened.item[i];

		if (one->until > now)
			error = tell_one(daemon, live, one->name, one->until - now, messages);
	}
	live->opened = !error;
	return error;
}

static int tell_all(struct sluice_daemon *daemon, const char *name, uint64_t ms,
		    struct sluice_messages *messages)
{
	int error = 0, result;

	for (int i = 0; i < SLUICE_LIVES; i++) {
		result = tell_one(daemon, &daemon->live[i], name, ms, messages);
		error = error ? error : result;
	}
	return error;
}

/* ---- Opening ---- */

static int check(const struct sluice_daemon *daemon, const struct sluice_live_policy *live,
		 const struct sluice_opening *wish, uint32_t *index,
		 struct sluice_messages *messages)
{
	if (!daemon->kernel || !live || !live->held->policy) {
		sluice_message_error(messages, NULL, "no policy is in force");
		return -ENOENT;
	}
	if (!sluice_policy_conduit(live->held->policy, wish->name)) {
		sluice_message_error(messages, NULL, "the policy in force has no conduit %s",
				     wish->name);
		sluice_message_hint(messages, "sluicectl conduits lists them");
		return -ENOENT;
	}
	*index = index_of(live->held, wish->name);
	if (!*index) {
		sluice_message_error(messages, NULL, "the policy lets nobody open %s", wish->name);
		sluice_message_hint(messages, "its conduit needs open: {by: operator, at_most: ...}");
		return -EINVAL;
	}
	if (wish->ms && wish->ms <= at_most_ms(live->held, *index))
		return 0;
	sluice_message_error(messages, NULL, "the policy lets %s be open for at most %" PRIu64
			     " minutes", wish->name, at_most_ms(live->held, *index) / 60000);
	return -E2BIG;
}

static int say_missing(const struct sluice_opening *wish, int error,
		       struct sluice_messages *messages)
{
	if (error == -EINPROGRESS) {
		sluice_message_error(messages, NULL, "user %u has asked to open %s: it takes "
				     "another person within 10 minutes", wish->uid, wish->name);
		sluice_message_hint(messages, "another user of group sluice-operate: sluicectl "
				    "conduit open %s --for ... --why ...", wish->name);
	} else {
		sluice_message_error(messages, NULL, "%d conduits are open already",
				     SLUICE_OPENED_MAX);
	}
	return error;
}

int sluice_opened_open(struct sluice_daemon *daemon, const struct sluice_opening *wish,
		       struct sluice_messages *messages)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	const struct sluice_opening *now_open;
	uint32_t index = 0;
	uint64_t now = sluice_opened_now();
	int error = check(daemon, live, wish, &index, messages);

	if (error)
		return error;
	error = sluice_opened_ask(&daemon->opened, wish,
				  (unsigned int)(sluice_conduit_word(&live->held->image, index,
								     SLUICE_CONDUIT_OPEN) >> 32),
				  now);
	if (error)
		return say_missing(wish, error, messages);
	now_open = sluice_opened_find(&daemon->opened, wish->name, now);
	error = tell_all(daemon, wish->name, now_open->ms, messages);
	if (error)
		sluice_opened_drop(&daemon->opened, wish->name, now);
	store(daemon);
	return error;
}

int sluice_opened_close(struct sluice_daemon *daemon, const char *name,
			struct sluice_messages *messages)
{
	bool was = sluice_opened_drop(&daemon->opened, name, sluice_opened_now());
	int error = 0;

	store(daemon);
	/* Also what is not on the list: it may have been lost, and closing is never wrong. */
	if (daemon->kernel)
		error = tell_all(daemon, name, 0, messages);
	if (was || error)
		return error;
	sluice_message_error(messages, NULL, "%s is not open", name);
	return -ENOENT;
}
