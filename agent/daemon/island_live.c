// SPDX-License-Identifier: GPL-2.0-or-later
/* Island mode on disk and in the module; see island.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "daemon/daemon.h"
#include "daemon/keep.h"
#include "lib/memory.h"
#include "policy/model.h"

#define NAME "island"

static void close_everything(struct sluice_island *island)
{
	struct sluice_island_scope scope = {
		.kind = SLUICE_ISLAND_GATEWAY,
		.name = "-",
		.all = true,
		.since = sluice_daemon_clock(),
		.why = "what was closed could not be read from disk",
	};

	*island = (struct sluice_island){};
	sluice_island_add(island, &scope);
}

void sluice_island_load(struct sluice_daemon *daemon)
{
	struct sluice_messages messages;
	char *text = NULL;
	int error;

	sluice_messages_init(&messages, NULL);
	error = sluice_keep_load(daemon->config.state, NAME, &text, &messages);
	daemon->standing = 1;
	daemon->island.is_latched = true;
	if (error || (text && !sluice_island_parse(&daemon->island, text))) {
		close_everything(&daemon->island);
		sluice_message_error(&messages, NULL, "%s/" NAME " cannot be read: island mode is "
				     "on for everything", daemon->config.state);
		sluice_message_hint(&messages, "sluicectl island off, when it may be opened");
	}
	sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
	free(text);
}

/* ---- The module ---- */

static int refuse_old_module(struct sluice_messages *messages)
{
	sluice_message_error(messages, NULL, "island mode is on and the module cannot close "
			     "conduits");
	sluice_message_hint(messages, "upgrade the module, or sluicectl island off");
	return -EOPNOTSUPP;
}

static size_t fill(const struct sluice_island *island, const struct sluice_held *held,
		   uint8_t *bitmap)
{
	uint32_t conduits = sluice_held_conduits(held);

	for (uint32_t conduit = 1; conduit <= conduits; conduit++)
		if (sluice_island_closes(island, held, conduit))
			bitmap[conduit / 8] |= (uint8_t)(1u << conduit % 8);
	return island->count ? conduits / 8 + 1 : 0;
}

int sluice_island_tell(struct sluice_daemon *daemon, struct sluice_live_policy *live,
		       struct sluice_messages *messages)
{
	uint8_t *bitmap;
	size_t length;
	int error;

	if (!live->held || !live->generation || live->standing == daemon->standing)
		return 0;
	if (!(daemon->now.features & SLUICE_FEATURE_STANDING))
		return daemon->island.count ? refuse_old_module(messages) : 0;
	bitmap = sluice_allocate(SLUICE_MAX_CONDUITS / 8 + 1, 1);
	length = fill(&daemon->island, live->held, bitmap);
	error = sluice_kernel_island_set(daemon->kernel, live->generation, bitmap, length,
					 messages);
	free(bitmap);
	if (!error)
		live->standing = daemon->standing;
	return error;
}

static int tell_all(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = 0, result;

	if (!daemon->kernel) {
		sluice_message_note(messages, NULL, "the module is not there; it is told before "
				    "forwarding opens");
		return 0;
	}
	for (int i = 0; i < SLUICE_LIVES; i++) {
		result = sluice_island_tell(daemon, &daemon->live[i], messages);
		error = error ? error : result;
	}
	return error;
}

/* ---- On ---- */

static bool has_zone(const struct sluice_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->zones; i++)
		if (!strcmp(policy->zone[i].name, name))
			return true;
	return false;
}

static bool knows(const struct sluice_held *held, const struct sluice_island_scope *scope)
{
	if (!held || !held->policy)
		return false;
	if (scope->kind == SLUICE_ISLAND_ZONE)
		return has_zone(held->policy, scope->name);
	return sluice_policy_conduit(held->policy, scope->name) != NULL;
}

static bool is_essential(const struct sluice_held *held, const char *name)
{
	const struct sluice_conduit *conduit = NULL;

	if (held && held->policy)
		conduit = sluice_policy_conduit(held->policy, name);
	return conduit && conduit->essential;
}

void sluice_island_warn(const struct sluice_daemon *daemon, const struct sluice_held *held,
			struct sluice_messages *messages)
{
	for (size_t i = 0; i < daemon->island.count; i++) {
		const struct sluice_island_scope *scope = &daemon->island.scope[i];

		if (scope->kind == SLUICE_ISLAND_GATEWAY || knows(held, scope))
			continue;
		sluice_message_warning(messages, NULL, "island mode closes %s %s, which this "
				       "policy does not have",
				       sluice_island_word(scope->kind), scope->name);
		sluice_message_hint(messages, "if it has another name now, close that one");
	}
}

static int check_scope(const struct sluice_daemon *daemon, const struct sluice_island_scope *scope,
		       struct sluice_messages *messages)
{
	bool known = scope->kind == SLUICE_ISLAND_GATEWAY, essential = false;

	for (int i = 0; i < SLUICE_LIVES; i++) {
		known |= knows(daemon->live[i].held, scope);
		if (scope->kind == SLUICE_ISLAND_CONDUIT)
			essential |= is_essential(daemon->live[i].held, scope->name);
	}
	if (!known) {
		sluice_message_error(messages, NULL, "the policy in force has no %s %s",
				     sluice_island_word(scope->kind), scope->name);
		sluice_message_hint(messages, "sluicectl %ss lists them",
				    sluice_island_word(scope->kind));
		return -ENOENT;
	}
	if (essential && !scope->all) {
		sluice_message_error(messages, NULL, "%s is essential and stays in island mode",
				     scope->name);
		sluice_message_hint(messages, "--all closes it as well");
		return -EINVAL;
	}
	return 0;
}

static int latch(struct sluice_daemon *daemon, struct sluice_island *island,
		 struct sluice_messages *messages)
{
	char *text = sluice_island_print(island);
	int error = sluice_keep_store(daemon->config.state, NAME, text, messages);

	free(text);
	island->is_latched = !error;
	return error;
}

int sluice_island_on(struct sluice_daemon *daemon, const struct sluice_island_scope *scope,
		     struct sluice_messages *messages)
{
	struct sluice_island *next = sluice_allocate(1, sizeof(*next));
	int error = check_scope(daemon, scope, messages), told;

	*next = daemon->island;
	if (!error && sluice_island_add(next, scope)) {
		sluice_message_error(messages, NULL, "%d zones and conduits are closed already: "
				     "close the gateway instead", SLUICE_ISLAND_SCOPES);
		error = -E2BIG;
	}
	if (error) {
		free(next);
		return error;
	}
	/* Closing does not wait for a disk that is full or broken. */
	error = latch(daemon, next, messages);
	if (error)
		sluice_message_error(messages, NULL, "it is closed now, but not over a reboot");
	daemon->island = *next;
	daemon->standing++;
	free(next);
	told = tell_all(daemon, messages);
	sluice_daemon_check_soon(daemon);
	return error ? error : told;
}

/* ---- Off ---- */

static void drop(struct sluice_island *island, struct sluice_island_scope *scope)
{
	size_t at = (size_t)(scope - island->scope);

	island->count--;
	memmove(scope, scope + 1, (island->count - at) * sizeof(*scope));
}

static int refuse_off(const struct sluice_island *island, enum sluice_island_kind kind,
		      const char *name, struct sluice_messages *messages)
{
	if (kind == SLUICE_ISLAND_GATEWAY) {
		sluice_message_error(messages, NULL, "island mode is off already");
		return -ENOENT;
	}
	sluice_message_error(messages, NULL, "%s %s was not closed by that name",
			     sluice_island_word(kind), name);
	if (island->count)
		sluice_message_hint(messages, "sluicectl status says what was");
	return -ENOENT;
}

int sluice_island_off(struct sluice_daemon *daemon, enum sluice_island_kind kind,
		      const char *name, struct sluice_messages *messages)
{
	struct sluice_island *next = sluice_allocate(1, sizeof(*next));
	struct sluice_island_scope *scope;
	int error = 0;

	*next = daemon->island;
	scope = sluice_island_find(next, kind, name);
	if (kind == SLUICE_ISLAND_GATEWAY && next->count)
		next->count = 0;
	else if (kind != SLUICE_ISLAND_GATEWAY && scope)
		drop(next, scope);
	else
		error = refuse_off(next, kind, name, messages);
	if (!error)
		error = latch(daemon, next, messages);
	if (!error) {
		daemon->island = *next;
		daemon->standing++;
		error = tell_all(daemon, messages);
		sluice_daemon_check_soon(daemon);
	}
	free(next);
	return error;
}
