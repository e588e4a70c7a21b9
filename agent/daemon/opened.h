/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conduits that persons have opened for a while, where the policy lets them (`open:`).
 *
 * Time is CLOCK_MONOTONIC, which no wrong clock moves and no reboot carries over; the kernel closes
 * by the same. The list stands in RUN/opened with the name of the boot, so that another sluiced can
 * open them in the next policy as well; lost, they close with this one.
 */
#ifndef SLUICE_DAEMON_OPENED_H
#define SLUICE_DAEMON_OPENED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/island.h"
#include "lib/message.h"

#define SLUICE_OPENED_MAX	64
#define SLUICE_NOBODY		UINT32_MAX
#define SLUICE_SECOND_MS	(10 * 60 * 1000)	/* so long a first person's word is worth something */

/**
 * struct sluice_opening - a conduit that is open, or half of the word that opens it
 * @name: of the conduit
 * @until: CLOCK_MONOTONIC milliseconds; of half a word: when it is worth nothing any more
 * @ms: how long it was asked for
 * @uid: who asked first
 * @second: who asked second, or %SLUICE_NOBODY
 * @why: as given
 */
struct sluice_opening {
	char name[64];
	uint64_t until;
	uint64_t ms;
	uint32_t uid;
	uint32_t second;
	char why[SLUICE_WHY_MAX + 1];
};

/**
 * struct sluice_opened - all of them
 * @item: open until their time
 * @count: how many
 * @half: asked for by one person of two
 * @halves: how many
 */
struct sluice_opened {
	struct sluice_opening item[SLUICE_OPENED_MAX];
	size_t count;
	struct sluice_opening half[SLUICE_OPENED_MAX];
	size_t halves;
};

/** sluice_opened_find() - what is open by that name at @now, or NULL */
const struct sluice_opening *sluice_opened_find(const struct sluice_opened *opened,
						const char *name, uint64_t now);

/**
 * sluice_opened_ask() - somebody asks
 * @opened: changed
 * @wish: name, ms, uid and why
 * @persons: how many it takes
 * @now: CLOCK_MONOTONIC milliseconds
 *
 * Of two persons the shorter time counts.
 *
 * Return: 0 when it is open now; -EINPROGRESS when another person must ask; -E2BIG without room.
 */
int sluice_opened_ask(struct sluice_opened *opened, const struct sluice_opening *wish,
		      unsigned int persons, uint64_t now);

/** sluice_opened_drop() - it is open no more. Return: false when it was not. */
bool sluice_opened_drop(struct sluice_opened *opened, const char *name, uint64_t now);

/** sluice_opened_print() - as it stands in RUN; for free() */
char *sluice_opened_print(const struct sluice_opened *opened, const char *boot, uint64_t now);

/** sluice_opened_parse() - what is still open of it; a text of another boot, or none of ours, is empty */
void sluice_opened_parse(struct sluice_opened *opened, char *text, const char *boot, uint64_t now);

/* ---- In the daemon (opened_live.c) ---- */

/** sluice_opened_now() - CLOCK_MONOTONIC, milliseconds */
uint64_t sluice_opened_now(void);

/** sluice_opened_load() - what another sluiced of this boot has opened */
void sluice_opened_load(struct sluice_daemon *daemon);

/** sluice_opened_tell() - open them in a generation that does not know; return 0 or a negative errno */
int sluice_opened_tell(struct sluice_daemon *daemon, struct sluice_live_policy *live,
		       struct sluice_messages *messages);

/**
 * sluice_opened_open() - open a conduit for a while
 * @daemon: daemon
 * @wish: name, ms, uid and why
 * @messages: receives the refusal
 *
 * Return: 0; -ENOENT no such conduit; -EINVAL it is not for opening; -E2BIG longer than the policy
 * lets it be open; -EINPROGRESS another person must ask as well; an error of the module.
 */
int sluice_opened_open(struct sluice_daemon *daemon, const struct sluice_opening *wish,
		       struct sluice_messages *messages);

/** sluice_opened_close() - close it now and end its flows; -ENOENT when it is not open */
int sluice_opened_close(struct sluice_daemon *daemon, const char *name,
			struct sluice_messages *messages);

#endif
