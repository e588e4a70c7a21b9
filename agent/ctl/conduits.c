// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl conduits: what is permitted, with limits in force and counts. */
#include <inttypes.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "live.h"
#include "word.h"

static void show_list(struct sluice_walk *walk, struct json_object *conduit, const char *key,
		      const char *label)
{
	char *text = sluice_live_join(conduit, key);

	sluice_walk_text(walk, key, label, *text ? text : NULL);
	free(text);
}

/* The default is never hidden: every number says where it comes from. */
static void show_limit(struct sluice_walk *walk, struct json_object *conduit, const char *key,
		       const char *origin_key, const char *label)
{
	struct json_object *limits = json_object_object_get(conduit, "limits");
	struct json_object *limit = json_object_object_get(limits, key);
	const char *origin = sluice_live_text(limit, "origin");
	char *text = sluice_format("%" PRIu64 " (%s)", sluice_live_number(limit, "limit"),
				   origin ? origin : "-");

	sluice_walk_number(walk, key, NULL, sluice_live_number(limit, "limit"));
	sluice_walk_text(walk, origin_key, NULL, origin);
	sluice_walk_text(walk, NULL, label, text);
	free(text);
}

static void show_identity(struct sluice_walk *walk, struct json_object *conduit)
{
	uint64_t seconds = sluice_live_number(conduit, "lease_seconds");
	const char *origin = sluice_live_text(conduit, "lease_origin");
	char *text = seconds ? sluice_format("%" PRIu64 " s (%s)", seconds, origin ? origin : "-")
			     : NULL;

	sluice_walk_text(walk, "identity", NULL, sluice_live_text(conduit, "identity"));
	sluice_walk_number(walk, "lease_seconds", NULL, seconds);
	sluice_walk_text(walk, "lease_origin", NULL, origin);
	sluice_walk_text(walk, NULL, "LEASE", text);
	free(text);
}

static void show_validity(struct sluice_walk *walk, struct json_object *conduit)
{
	const char *from = sluice_live_text(conduit, "valid_from");
	const char *until = sluice_live_text(conduit, "valid_until");
	bool open = sluice_live_flag(conduit, "open");
	char *text = sluice_format("%s%s%s%s%s", open ? "open" : "closed", from ? " from " : "",
				   from ? from : "", until ? " until " : "", until ? until : "");

	sluice_walk_flag(walk, "open", NULL, open);
	sluice_walk_text(walk, "closed", NULL, sluice_live_text(conduit, "closed"));
	sluice_walk_text(walk, "valid_from", NULL, from);
	sluice_walk_text(walk, "valid_until", NULL, until);
	sluice_walk_text(walk, NULL, "STATE", text);
	free(text);
}

static void show_counts(struct sluice_walk *walk, struct json_object *conduit)
{
	static const struct {
		const char *key;
		const char *label;
	} counts[] = {
		{"packets", "PACKETS"}, {"bytes", NULL},   {"reply_packets", "REPLIES"},
		{"reply_bytes", NULL},  {"flows", "FLOWS"}, {"concurrent", "LIVE"},
		{"denied", "DENIED"},	{"observed", "OBSERVED"}, {"midstream", NULL},
		{"line", "LINE"},
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		sluice_walk_number(walk, counts[i].key, counts[i].label,
				   sluice_live_number(conduit, counts[i].key));
}

static void show_conduit(struct sluice_walk *walk, struct json_object *conduit)
{
	sluice_walk_row(walk);
	sluice_walk_text(walk, "name", "CONDUIT", sluice_live_text(conduit, "name"));
	show_list(walk, conduit, "from", "FROM");
	show_list(walk, conduit, "to", "TO");
	show_list(walk, conduit, "services", "SERVICES");
	sluice_walk_text(walk, "direction", NULL, sluice_live_text(conduit, "direction"));
	show_identity(walk, conduit);
	show_validity(walk, conduit);
	show_counts(walk, conduit);
	show_limit(walk, conduit, "packets_per_second", "packets_per_second_origin", "PACKETS/S");
	show_limit(walk, conduit, "new_connections_per_second",
		   "new_connections_per_second_origin", "NEW/S");
	show_limit(walk, conduit, "concurrent_connections", "concurrent_connections_origin",
		   "AT ONCE");
	sluice_walk_text(walk, "purpose", "PURPOSE", sluice_live_text(conduit, "purpose"));
}

static void show(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *conduit;

	sluice_walk_number(walk, "policy_version", "Policy version",
			   sluice_live_number(answer, "policy_version"));
	sluice_walk_table(walk, "conduits", NULL);
	for (size_t i = 0; (conduit = sluice_live_item(answer, "conduits", i)); i++)
		show_conduit(walk, conduit);
	sluice_walk_close(walk);
}

int sluice_conduits_word(int argc, char **argv)
{
	bool json = false;

	if (!sluice_live_options(argc, argv, &json, NULL))
		return SLUICE_EXIT_USAGE;
	return sluice_live_show("conduits", json, show);
}
