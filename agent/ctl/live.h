/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words that ask a running sluiced: what they share.
 */
#ifndef SLUICE_CTL_LIVE_H
#define SLUICE_CTL_LIVE_H

#include <json-c/json.h>
#include <stdbool.h>

#include "lib/walk.h"

/**
 * sluice_live_show() - ask for a report and print it
 * @request: its name
 * @json: print JSON instead of text
 * @show: walks over the answer
 *
 * Return: exit status.
 */
int sluice_live_show(const char *request, bool json,
		     void (*show)(struct sluice_walk *walk, struct json_object *answer));

/**
 * sluice_live_show_of() - the same for a request that says more than its name
 * @request: taken over
 * @file: descriptor to send along, or -1
 * @json: print JSON instead of text
 * @show: walks over the answer
 *
 * Return: exit status.
 */
int sluice_live_show_of(struct json_object *request, int file, bool json,
			void (*show)(struct sluice_walk *walk, struct json_object *answer));

/**
 * sluice_live_do() - ask for a change and say what came of it
 * @request: taken over
 * @file: descriptor to send along, or -1
 * @json: print JSON instead of text
 * @done: what to say when sluiced said yes and nothing else
 *
 * Return: exit status.
 */
int sluice_live_do(struct json_object *request, int file, bool json, const char *done);

/**
 * sluice_live_options() - the options of a word that takes no arguments
 * @argc: as of the word
 * @argv: likewise
 * @json: set by --json
 * @follow: set by -f; NULL where there is no such option
 *
 * Return: true, or false after a message about what is wrong.
 */
bool sluice_live_options(int argc, char **argv, bool *json, bool *follow);

/** sluice_live_text() - a string member, or NULL */
const char *sluice_live_text(struct json_object *json, const char *key);

/** sluice_live_number() - a number member, or 0 */
uint64_t sluice_live_number(struct json_object *json, const char *key);

/** sluice_live_flag() - a boolean member, or false */
bool sluice_live_flag(struct json_object *json, const char *key);

/** sluice_live_item() - item of a list member, or NULL behind its end */
struct json_object *sluice_live_item(struct json_object *json, const char *key, size_t index);

/**
 * sluice_live_note_none() - say that a list is empty, or that the agent could not tell
 * @walk: the list is closed
 * @answer: of the agent; its member "known" says whether the module was asked
 * @key: of the list
 * @none: what an empty one means
 */
void sluice_live_note_none(struct sluice_walk *walk, struct json_object *answer, const char *key,
			   const char *none);

/** sluice_live_join() - strings of a list member with ", " between; memory for free() */
char *sluice_live_join(struct json_object *json, const char *key);

/* Words. */
int sluice_status_word(int argc, char **argv);		/* status.c */
int sluice_zones_word(int argc, char **argv);		/* zones.c */
int sluice_conduits_word(int argc, char **argv);	/* conduits.c */
int sluice_denials_word(int argc, char **argv);		/* denials.c */
int sluice_invariants_word(int argc, char **argv);	/* invariants.c */
int sluice_leases_word(int argc, char **argv);		/* leases.c */
int sluice_bindings_word(int argc, char **argv);	/* bindings.c */
int sluice_lease_word_run(int argc, char **argv);	/* lease.c */
int sluice_conduit_word_run(int argc, char **argv);	/* conduit.c */
int sluice_island_word_run(int argc, char **argv);	/* island.c */
int sluice_release_word(int argc, char **argv);		/* install.c */
int sluice_port_word(int argc, char **argv);		/* port.c */
int sluice_policy_install_word(int argc, char **argv);	/* install.c */
int sluice_policy_confirm_word(int argc, char **argv);	/* install.c */
int sluice_trust_install_word(int argc, char **argv);	/* install.c */
int sluice_policy_rollback_word(int argc, char **argv);	/* install.c */

#endif
