// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl denials: what was denied lately and why, named by the policy. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "lib/memory.h"
#include "live.h"
#include "word.h"

/* "historian (10.2.0.10):49152 in dmz" */
static char *end_text(struct json_object *denial, const char *address_key, const char *name_key,
		      const char *port_key, const char *zone_key)
{
	const char *address = sluice_live_text(denial, address_key);
	const char *name = sluice_live_text(denial, name_key);
	const char *zone = sluice_live_text(denial, zone_key);
	uint64_t port = sluice_live_number(denial, port_key);
	char number[24] = "";

	if (port)
		snprintf(number, sizeof(number), " %" PRIu64, port);
	return sluice_format("%s%s%s%s%s%s%s", name ? name : "", name ? " (" : "",
			     address ? address : "?", number, name ? ")" : "", zone ? " in " : "",
			     zone ? zone : "");
}

/* Which line to look at: the one to blame, or those of the zones that nothing joins. */
static void show_lines(struct sluice_walk *walk, struct json_object *denial)
{
	uint64_t line = sluice_live_number(denial, "line");
	uint64_t from = sluice_live_number(denial, "src_zone_line");
	uint64_t to = sluice_live_number(denial, "dst_zone_line");

	if (!sluice_live_number(denial, "policy_version"))
		return;
	if (line)
		sluice_walk_note(walk, "    policy version %" PRIu64 ", line %" PRIu64,
				 sluice_live_number(denial, "policy_version"), line);
	else if (from && to)
		sluice_walk_note(walk, "    policy version %" PRIu64 ", zones in lines %" PRIu64
				 " and %" PRIu64, sluice_live_number(denial, "policy_version"),
				 from, to);
}

static void show_members(struct sluice_walk *walk, struct json_object *denial)
{
	static const char *const texts[] = {"time", "kind", "layer", "reason", "sentence", "src",
					    "src_name", "src_zone", "dst", "dst_name", "dst_zone",
					    "protocol", "port", "conduit"};
	static const char *const numbers[] = {"src_port", "dst_port", "line", "src_zone_line",
					      "dst_zone_line", "policy_version", "generation",
					      "suppressed", "sequence"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		sluice_walk_text(walk, texts[i], NULL, sluice_live_text(denial, texts[i]));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sluice_walk_number(walk, numbers[i], NULL, sluice_live_number(denial, numbers[i]));
}

static void show_denial(struct sluice_walk *walk, struct json_object *denial)
{
	char *from = end_text(denial, "src", "src_name", "src_port", "src_zone");
	char *to = end_text(denial, "dst", "dst_name", "dst_port", "dst_zone");
	const char *conduit = sluice_live_text(denial, "conduit");
	uint64_t suppressed = sluice_live_number(denial, "suppressed");
	const char *protocol = sluice_live_text(denial, "protocol");
	const char *port = sluice_live_text(denial, "port");

	sluice_walk_note(walk, "%s %s [%s] %s -> %s, %s, by %s", sluice_live_text(denial, "time"),
			 sluice_live_text(denial, "reason"), sluice_live_text(denial, "layer"),
			 from, to, protocol ? protocol : "?", port ? port : "this gateway");
	sluice_walk_note(walk, "    %s%s%s", sluice_live_text(denial, "sentence"),
			 conduit ? "; conduit " : "", conduit ? conduit : "");
	show_lines(walk, denial);
	if (suppressed)
		sluice_walk_note(walk, "    and %" PRIu64 " more like it since the last one told",
				 suppressed);
	show_members(walk, denial);
	free(from);
	free(to);
}

static void show_counts(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *count;

	sluice_walk_table(walk, "counts", "Denied packets, exact:");
	for (size_t i = 0; (count = sluice_live_item(answer, "counts", i)); i++) {
		sluice_walk_row(walk);
		sluice_walk_text(walk, "layer", "LAYER", sluice_live_text(count, "layer"));
		sluice_walk_text(walk, "reason", "REASON", sluice_live_text(count, "reason"));
		sluice_walk_number(walk, "packets", "PACKETS",
				   sluice_live_number(count, "packets"));
	}
	sluice_walk_close(walk);
}

static void show(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *denial;

	show_counts(walk, answer);
	sluice_walk_number(walk, "events_lost", "Events lost",
			   sluice_live_number(answer, "events_lost"));
	sluice_walk_number(walk, "forgotten", NULL, sluice_live_number(answer, "forgotten"));
	sluice_walk_table(walk, "denials", NULL);
	for (size_t i = 0; (denial = sluice_live_item(answer, "denials", i)); i++) {
		sluice_walk_row(walk);
		show_denial(walk, denial);
	}
	sluice_walk_close(walk);
}

static int print_one(struct json_object *frame, bool json)
{
	struct json_object *denial = json_object_object_get(frame, "denial");
	struct sluice_walk *walk =
		sluice_walk_begin(stdout, json ? SLUICE_WALK_JSON : SLUICE_WALK_TEXT);

	if (denial)
		show_denial(walk, denial);
	return sluice_walk_end(walk);
}

/* Until interrupted: one line of JSON, or a few lines of text, each. */
static int follow(struct sluice_client *client, bool json, struct sluice_messages *messages)
{
	struct json_object *request = sluice_client_request("denials"), *answer = NULL;
	int error;

	json_object_object_add(request, "follow", json_object_new_boolean(true));
	error = sluice_client_ask(client, request, -1, &answer, messages);
	while (!error) {
		json_object_put(answer);
		answer = NULL;
		error = sluice_client_next(client, &answer, messages);
		if (!error)
			error = print_one(answer, json);
	}
	json_object_put(answer);
	return error;
}

static int follow_word(bool json)
{
	struct sluice_client *client = NULL;
	struct sluice_messages messages;
	int error;

	sluice_messages_init(&messages, NULL);
	error = sluice_client_open(NULL, &client, &messages);
	if (!error)
		error = follow(client, json, &messages);
	sluice_client_close(client);
	sluice_messages_print(&messages, stderr);
	sluice_messages_release(&messages);
	return error ? SLUICE_EXIT_NO : SLUICE_EXIT_YES;
}

int sluice_denials_word(int argc, char **argv)
{
	bool json = false, following = false;

	if (!sluice_live_options(argc, argv, &json, &following))
		return SLUICE_EXIT_USAGE;
	return following ? follow_word(json) : sluice_live_show("denials", json, show);
}
