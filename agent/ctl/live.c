// SPDX-License-Identifier: GPL-2.0-or-later
/* Words that ask a running sluiced; see live.h. */
#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "lib/memory.h"
#include "word.h"

static int ask(struct json_object *request, int file, struct json_object **answer,
	       struct sluice_messages *messages)
{
	struct sluice_client *client = NULL;
	int error = sluice_client_open(NULL, &client, messages);

	if (error) {
		json_object_put(request);
		return error;
	}
	error = sluice_client_ask(client, request, file, answer, messages);
	sluice_client_close(client);
	return error;
}

int sluice_live_show(const char *request, bool json,
		     void (*show)(struct sluice_walk *walk, struct json_object *answer))
{
	return sluice_live_show_of(sluice_client_request(request), -1, json, show);
}

int sluice_live_show_of(struct json_object *request, int file, bool json,
			void (*show)(struct sluice_walk *walk, struct json_object *answer))
{
	struct sluice_messages messages;
	struct json_object *answer = NULL;
	struct sluice_walk *walk;
	int error;

	sluice_messages_init(&messages, NULL);
	error = ask(request, file, &answer, &messages);
	sluice_messages_print(&messages, stderr);
	sluice_messages_release(&messages);
	if (error)
		return SLUICE_EXIT_NO;
	walk = sluice_walk_begin(stdout, json ? SLUICE_WALK_JSON : SLUICE_WALK_TEXT);
	show(walk, answer);
	error = sluice_walk_end(walk);
	json_object_put(answer);
	return error ? SLUICE_EXIT_NO : SLUICE_EXIT_YES;
}

static void walk_messages(struct sluice_walk *walk, const struct sluice_messages *messages)
{
	sluice_walk_table(walk, "messages", NULL);
	for (size_t i = 0; i < messages->count; i++) {
		sluice_walk_row(walk);
		sluice_walk_flag(walk, "error", NULL, messages->item[i].severity == SLUICE_ERROR);
		sluice_walk_text(walk, "text", NULL, messages->item[i].text);
		sluice_walk_text(walk, "hint", NULL, messages->item[i].hint);
	}
	sluice_walk_close(walk);
}

/* In text the messages speak for themselves, and errors belong on stderr. */
static void show_outcome(bool json, bool ok, const struct sluice_messages *messages,
			 const char *done)
{
	struct sluice_walk *walk;

	if (!json) {
		sluice_messages_print(messages, ok ? stdout : stderr);
		if (ok && !messages->count)
			puts(done);
		return;
	}
	walk = sluice_walk_begin(stdout, SLUICE_WALK_JSON);
	sluice_walk_flag(walk, "ok", NULL, ok);
	walk_messages(walk, messages);
	sluice_walk_end(walk);
}

int sluice_live_do(struct json_object *request, int file, bool json, const char *done)
{
	struct sluice_messages messages;
	struct json_object *answer = NULL;
	int error;

	sluice_messages_init(&messages, NULL);
	error = ask(request, file, &answer, &messages);
	show_outcome(json, !error, &messages, done);
	sluice_messages_release(&messages);
	json_object_put(answer);
	return error ? SLUICE_EXIT_NO : SLUICE_EXIT_YES;
}

bool sluice_live_options(int argc, char **argv, bool *json, bool *follow)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			*json = true;
		} else if (follow && (!strcmp(argv[i], "-f") || !strcmp(argv[i], "--follow"))) {
			*follow = true;
		} else {
			fprintf(stderr, "%s: what is \"%s\"?\n", argv[0], argv[i]);
			return false;
		}
	}
	return true;
}

/* ---- Members ---- */

const char *sluice_live_text(struct json_object *json, const char *key)
{
	struct json_object *member = json_object_object_get(json, key);

	return json_object_is_type(member, json_type_string) ? json_object_get_string(member)
							     : NULL;
}

uint64_t sluice_live_number(struct json_object *json, const char *key)
{
	return json_object_get_uint64(json_object_object_get(json, key));
}

bool sluice_live_flag(struct json_object *json, const char *key)
{
	return json_object_get_boolean(json_object_object_get(json, key));
}

struct json_object *sluice_live_item(struct json_object *json, const char *key, size_t index)
{
	struct json_object *list = json_object_object_get(json, key);

	if (!json_object_is_type(list, json_type_array) || index >= json_object_array_length(list))
		return NULL;
	return json_object_array_get_idx(list, index);
}

void sluice_live_note_none(struct sluice_walk *walk, struct json_object *answer, const char *key,
			   const char *none)
{
	bool known = sluice_live_flag(answer, "known");

	sluice_walk_flag(walk, "known", NULL, known);
	if (!known)
		sluice_walk_note(walk, "The kernel module does not answer, so this cannot be told: "
				       "sluicectl status says why.");
	else if (!sluice_live_item(answer, key, 0))
		sluice_walk_note(walk, "%s", none);
}

char *sluice_live_join(struct json_object *json, const char *key)
{
	char *text = sluice_copy_text(""), *longer;
	struct json_object *item;

	for (size_t i = 0; (item = sluice_live_item(json, key, i)); i++) {
		longer = sluice_format("%s%s%s", text, i ? ", " : "", json_object_get_string(item));
		free(text);
		text = longer;
	}
	return text;
}
