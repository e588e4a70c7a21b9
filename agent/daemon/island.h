/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Island mode: conduits that an operator has closed, by name, until an administrator opens them again.
 *
 * A scope is the gateway, a zone or a conduit. Essential conduits and management stay unless the
 * scope says `all`; traffic between the ports of one zone crosses no boundary and always stays. The
 * list is on disk (STATE/island) before anybody is told that it is in force, and the module is told
 * of each generation before that one is published: indices change, names do not.
 *
 * A list that cannot be read closes everything, and so does a zone or conduit that cannot be found
 * because this build cannot read the policy's text.
 */
#ifndef SLUICE_DAEMON_ISLAND_H
#define SLUICE_DAEMON_ISLAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/held.h"

struct sluice_daemon;
struct sluice_live_policy;

#define SLUICE_ISLAND_SCOPES	64
#define SLUICE_WHY_MAX		200	/* bytes of what a person gives as the reason */

/** enum sluice_island_kind - what a scope names */
enum sluice_island_kind {
	SLUICE_ISLAND_GATEWAY,
	SLUICE_ISLAND_ZONE,
	SLUICE_ISLAND_CONDUIT,
	SLUICE_ISLAND_KINDS,
};

/**
 * struct sluice_island_scope - one thing that was closed
 * @kind: see there
 * @name: of the zone or conduit; "-" for the gateway
 * @all: essential conduits and management as well
 * @since: CLOCK_REALTIME seconds when it was closed first
 * @uid: who did
 * @why: as given, may be empty
 */
struct sluice_island_scope {
	enum sluice_island_kind kind;
	char name[64];
	bool all;
	uint64_t since;
	uint32_t uid;
	char why[SLUICE_WHY_MAX + 1];
};

/**
 * struct sluice_island - all of them
 * @scope: in the order in which they were closed
 * @count: how many
 * @is_latched: they are on disk
 */
struct sluice_island {
	struct sluice_island_scope scope[SLUICE_ISLAND_SCOPES];
	size_t count;
	bool is_latched;
};

/** sluice_island_word() - "gateway", "zone" or "conduit" */
const char *sluice_island_word(enum sluice_island_kind kind);

/**
 * sluice_island_find() - the scope of that name
 * @island: where to look
 * @kind: what it closes
 * @name: of the zone or conduit, "-" for the gateway
 *
 * Return: the scope, or NULL.
 */
struct sluice_island_scope *sluice_island_find(struct sluice_island *island,
					       enum sluice_island_kind kind, const char *name);

/**
 * sluice_island_add() - close something
 * @island: changed
 * @scope: what; a scope that stands already only ever grows
 *
 * Return: 0, or -E2BIG when there is no room.
 */
int sluice_island_add(struct sluice_island *island, const struct sluice_island_scope *scope);

/** sluice_island_print() - as it stands on disk; for free() */
char *sluice_island_print(const struct sluice_island *island);

/**
 * sluice_island_parse() - read it back
 * @island: receives it; untouched on failure
 * @text: changed
 *
 * Return: false when the text is none of ours.
 */
bool sluice_island_parse(struct sluice_island *island, char *text);

/**
 * sluice_island_closes() - is a conduit closed by island mode
 * @island: scopes
 * @held: policy that the conduit belongs to
 * @conduit: index in its image, from 1
 *
 * Return: the scope that closes it, or NULL.
 */
const struct sluice_island_scope *sluice_island_closes(const struct sluice_island *island,
						       const struct sluice_held *held,
						       uint32_t conduit);

/** sluice_island_count() - how many conduits of a policy it closes */
uint32_t sluice_island_count(const struct sluice_island *island, const struct sluice_held *held);

/* ---- In the daemon (island_live.c) ---- */

/** sluice_island_load() - what was latched; a list that cannot be read closes everything */
void sluice_island_load(struct sluice_daemon *daemon);

/**
 * sluice_island_tell() - make the module close them in one generation
 * @daemon: daemon
 * @live: a policy that the module holds; nothing happens when it knows already
 * @messages: receives the refusal
 *
 * Return: 0 or a negative errno.
 */
int sluice_island_tell(struct sluice_daemon *daemon, struct sluice_live_policy *live,
		       struct sluice_messages *messages);

/** sluice_island_warn() - say which scopes mean nothing in a policy that is to be installed */
void sluice_island_warn(const struct sluice_daemon *daemon, const struct sluice_held *held,
			struct sluice_messages *messages);

/**
 * sluice_island_on() - close something, and latch it
 * @daemon: daemon
 * @scope: what, by whom and why
 * @messages: receives the refusal, or what is worth knowing
 *
 * What cannot be written down is closed nevertheless, and told as an error.
 *
 * Return: 0; -ENOENT the policy knows no such name; -EPERM it is essential and @scope is not all;
 * -E2BIG no room; an error of the disk or the module.
 */
int sluice_island_on(struct sluice_daemon *daemon, const struct sluice_island_scope *scope,
		     struct sluice_messages *messages);

/**
 * sluice_island_off() - open something again
 * @daemon: daemon
 * @kind: what; the gateway: everything that was closed
 * @name: of the zone or conduit
 * @messages: receives the refusal
 *
 * Return: 0; -ENOENT when it is not closed; an error of the disk, and then nothing has changed.
 */
int sluice_island_off(struct sluice_daemon *daemon, enum sluice_island_kind kind,
		      const char *name, struct sluice_messages *messages);

#endif
