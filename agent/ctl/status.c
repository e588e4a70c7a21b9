// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl status, also what sluicectl alone prints: the screen for three in the morning. */
#include <inttypes.h>
#include <stdlib.h>

#include "live.h"
#include "word.h"

static void show_todo(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *item;

	sluice_walk_list(walk, "todo", sluice_live_item(answer, "todo", 0) ? "To do:" : NULL);
	for (size_t i = 0; (item = sluice_live_item(answer, "todo", i)); i++)
		sluice_walk_line(walk, NULL, "%s", json_object_get_string(item));
	sluice_walk_close(walk);
}

static void show_policy(struct sluice_walk *walk, struct json_object *answer, const char *key,
			const char *label)
{
	struct json_object *policy = json_object_object_get(answer, key);

	if (!policy) {
		sluice_walk_text(walk, key, NULL, NULL);
		return;
	}
	sluice_walk_note(walk, "%s: %s, gateway %s, version %" PRIu64, label,
			 sluice_live_text(policy, "site"), sluice_live_text(policy, "gateway"),
			 sluice_live_number(policy, "version"));
	sluice_walk_object(walk, key, NULL);
	sluice_walk_text(walk, "site", NULL, sluice_live_text(policy, "site"));
	sluice_walk_text(walk, "gateway", NULL, sluice_live_text(policy, "gateway"));
	sluice_walk_number(walk, "version", NULL, sluice_live_number(policy, "version"));
	sluice_walk_text(walk, "identity", NULL, sluice_live_text(policy, "identity"));
	sluice_walk_close(walk);
}

static void show_trial(struct sluice_walk *walk, struct json_object *answer)
{
	uint64_t seconds = sluice_live_number(answer, "trial_seconds_left");

	show_policy(walk, answer, "trial", "On trial");
	sluice_walk_number(walk, "trial_seconds_left", NULL, seconds);
	if (json_object_object_get(answer, "trial"))
		sluice_walk_note(walk, "Reverts by itself in: %" PRIu64 " min %" PRIu64 " s",
				 seconds / 60, seconds % 60);
}

static void show_layers(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *item;

	sluice_walk_table(walk, "layers", "Layers:");
	for (size_t i = 0; (item = sluice_live_item(answer, "layers", i)); i++) {
		sluice_walk_row(walk);
		sluice_walk_text(walk, "step", NULL, sluice_live_text(item, "step"));
		sluice_walk_text(walk, "title", "LAYER", sluice_live_text(item, "title"));
		sluice_walk_text(walk, "state", "STATE", sluice_live_text(item, "state"));
		sluice_walk_text(walk, "since", "SINCE", sluice_live_text(item, "since"));
		sluice_walk_text(walk, "why", "NOTE", sluice_live_text(item, "why"));
		sluice_walk_text(walk, "mend", NULL, sluice_live_text(item, "mend"));
	}
	sluice_walk_close(walk);
}

static void show_absent_layers(struct sluice_walk *walk, struct json_object *answer)
{
	char *text = sluice_live_join(answer, "layers_not_asked_for");
	struct json_object *item;

	if (*text)
		sluice_walk_note(walk, "By policy this gateway does without: %s", text);
	free(text);
	sluice_walk_list(walk, "layers_not_asked_for", NULL);
	for (size_t i = 0; sluice_live_item(answer, "layers_not_asked_for", 0) &&
			   (item = sluice_live_item(answer, "layers_not_asked_for", i)); i++)
		sluice_walk_text(walk, NULL, NULL, json_object_get_string(item));
	sluice_walk_close(walk);
}

static void show_clock(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *clock = json_object_object_get(answer, "clock");
	bool sure = sluice_live_flag(clock, "sure");

	sluice_walk_note(walk, "Clock: %s, because %s, since %s", sure ? "sure" : "unsure",
			 sluice_live_text(clock, "because"), sluice_live_text(clock, "since"));
	if (!sure)
		sluice_walk_note(walk, "It cannot be before: %s",
				 sluice_live_text(clock, "lower_bound"));
	sluice_walk_object(walk, "clock", NULL);
	sluice_walk_flag(walk, "sure", NULL, sure);
	sluice_walk_text(walk, "because", NULL, sluice_live_text(clock, "because"));
	sluice_walk_text(walk, "since", NULL, sluice_live_text(clock, "since"));
	sluice_walk_text(walk, "time", NULL, sluice_live_text(clock, "time"));
	sluice_walk_text(walk, "lower_bound", NULL, sluice_live_text(clock, "lower_bound"));
	sluice_walk_close(walk);
}

static void show_connections(struct sluice_walk *walk, struct json_object *answer)
{
	static const char *const members[] = {
		"at_once", "new_per_second", "kept_seconds", "nf_conntrack_max",
		"nf_conntrack_buckets", "nf_conntrack_tcp_timeout_time_wait",
	};
	struct json_object *table = json_object_object_get(answer, "connections");

	if (!table) {
		sluice_walk_text(walk, "connections", NULL, NULL);
		return;
	}
	sluice_walk_note(walk, "Connection table: %" PRIu64 " places, %s for %" PRIu64
			 " at once and %" PRIu64 " new a second, kept up to %" PRIu64
			 " s after their end", sluice_live_number(table, "nf_conntrack_max"),
			 sluice_live_flag(table, "enough") ? "enough" : "not enough",
			 sluice_live_number(table, "at_once"),
			 sluice_live_number(table, "new_per_second"),
			 sluice_live_number(table, "kept_seconds"));
	sluice_walk_object(walk, "connections", NULL);
	sluice_walk_flag(walk, "enough", NULL, sluice_live_flag(table, "enough"));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		sluice_walk_number(walk, members[i], NULL, sluice_live_number(table, members[i]));
	sluice_walk_close(walk);
}

static void show_scope(struct sluice_walk *walk, struct json_object *scope)
{
	const char *name = sluice_live_text(scope, "name"), *why = sluice_live_text(scope, "why");
	bool all = sluice_live_flag(scope, "all");

	sluice_walk_row(walk);
	sluice_walk_text(walk, "scope", "ISLAND", sluice_live_text(scope, "scope"));
	sluice_walk_text(walk, "name", "NAME", name);
	sluice_walk_flag(walk, "all", NULL, all);
	sluice_walk_text(walk, NULL, "CLOSED", all ? "all" : "all but essential");
	sluice_walk_text(walk, "since", "SINCE", sluice_live_text(scope, "since"));
	sluice_walk_number(walk, "user", "USER", sluice_live_number(scope, "user"));
	sluice_walk_text(walk, "why", "WHY", why);
}

static void show_island(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *island = json_object_object_get(answer, "island"), *item;

	sluice_walk_object(walk, "island", NULL);
	sluice_walk_flag(walk, "on", NULL, sluice_live_flag(island, "on"));
	sluice_walk_flag(walk, "latched", NULL, sluice_live_flag(island, "latched"));
	sluice_walk_number(walk, "closed", NULL, sluice_live_number(island, "closed"));
	sluice_walk_table(walk, "scopes", NULL);
	for (size_t i = 0; (item = sluice_live_item(island, "scopes", i)); i++)
		show_scope(walk, item);
	sluice_walk_close(walk);
	sluice_walk_close(walk);
}

static void show_opened(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *item;

	sluice_walk_table(walk, "opened", NULL);
	for (size_t i = 0; (item = sluice_live_item(answer, "opened", i)); i++) {
		sluice_walk_row(walk);
		sluice_walk_text(walk, "conduit", "OPENED", sluice_live_text(item, "conduit"));
		sluice_walk_number(walk, "seconds_left", "SECONDS LEFT",
				   sluice_live_number(item, "seconds_left"));
		sluice_walk_number(walk, "user", "USER", sluice_live_number(item, "user"));
		if (json_object_object_get(item, "second_user"))
			sluice_walk_number(walk, "second_user", NULL,
					   sluice_live_number(item, "second_user"));
		sluice_walk_text(walk, "why", "WHY", sluice_live_text(item, "why"));
	}
	sluice_walk_close(walk);
}

static void show_health(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *boot = json_object_object_get(answer, "next_boot");
	const char *why = sluice_live_text(boot, "why");

	sluice_walk_text(walk, "proof", "Custody", sluice_live_text(answer, "proof"));
	sluice_walk_number(walk, "heartbeat_ms", "Heartbeat, ms ago",
			   sluice_live_number(answer, "heartbeat_ms"));
	sluice_walk_number(walk, "version_floor", "Version floor",
			   sluice_live_number(answer, "version_floor"));
	sluice_walk_number(walk, "trust_version", "Trust file version",
			   sluice_live_number(answer, "trust_version"));
	sluice_walk_number(walk, "violations", "Invariant violations",
			   sluice_live_number(answer, "violations"));
	sluice_walk_number(walk, "events_lost", "Events lost",
			   sluice_live_number(answer, "events_lost"));
	sluice_walk_note(walk, "Next boot: %s%s%s",
			 sluice_live_flag(boot, "ready") ? "ready" : "not ready",
			 why ? ", because " : "", why ? why : "");
	sluice_walk_object(walk, "next_boot", NULL);
	sluice_walk_flag(walk, "ready", NULL, sluice_live_flag(boot, "ready"));
	sluice_walk_text(walk, "why", NULL, why);
	sluice_walk_close(walk);
}

static void show(struct sluice_walk *walk, struct json_object *answer)
{
	sluice_walk_line(walk, "plant", "%s", sluice_live_text(answer, "plant"));
	show_todo(walk, answer);
	sluice_walk_flag(walk, "ready", NULL, sluice_live_flag(answer, "ready"));
	sluice_walk_flag(walk, "forwarding", NULL, sluice_live_flag(answer, "forwarding"));
	sluice_walk_text(walk, "mode", "Mode", sluice_live_text(answer, "mode"));
	show_policy(walk, answer, "confirmed", "Policy");
	show_trial(walk, answer);
	show_absent_layers(walk, answer);
	show_island(walk, answer);
	show_opened(walk, answer);
	show_layers(walk, answer);
	show_connections(walk, answer);
	show_clock(walk, answer);
	show_health(walk, answer);
}

int sluice_status_word(int argc, char **argv)
{
	bool json = false;

	if (!sluice_live_options(argc, argv, &json, NULL))
		return SLUICE_EXIT_USAGE;
	return sluice_live_show("status", json, show);
}
