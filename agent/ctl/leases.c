// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl leases: which device has proved its identity where, and for how long yet. */
#include "live.h"
#include "word.h"

/* Records are rationed: the exact number of conversations is the conduit's ("OBSERVED" in conduits). */
static void show_observed(struct sluice_walk *walk, struct json_object *answer)
{
	static const struct {
		const char *key;
		const char *label;
	} texts[] = {
		{"time", "TIME"}, {"reason", "REASON"}, {"src", "FROM"}, {"src_name", "ASSET"},
		{"src_zone", "ZONE"}, {"dst", "TO"}, {"dst_name", NULL}, {"dst_zone", NULL},
		{"protocol", NULL}, {"port", "PORT"}, {"conduit", "CONDUIT"},
	};
	struct json_object *record;

	if (sluice_live_item(answer, "observed", 0))
		sluice_walk_note(walk, "Not denied; identity: required would deny:");
	sluice_walk_table(walk, "observed", NULL);
	for (size_t i = 0; (record = sluice_live_item(answer, "observed", i)); i++) {
		sluice_walk_row(walk);
		for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
			sluice_walk_text(walk, texts[j].key, texts[j].label,
					 sluice_live_text(record, texts[j].key));
		sluice_walk_number(walk, "dst_port", NULL, sluice_live_number(record, "dst_port"));
		sluice_walk_number(walk, "suppressed", NULL,
				   sluice_live_number(record, "suppressed"));
	}
	sluice_walk_close(walk);
}

static void show(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *lease;

	sluice_walk_table(walk, "leases", NULL);
	for (size_t i = 0; (lease = sluice_live_item(answer, "leases", i)); i++) {
		sluice_walk_row(walk);
		sluice_walk_text(walk, "zone", "ZONE", sluice_live_text(lease, "zone"));
		sluice_walk_number(walk, "zone_number", NULL,
				   sluice_live_number(lease, "zone_number"));
		sluice_walk_text(walk, "address", "ADDRESS", sluice_live_text(lease, "address"));
		sluice_walk_text(walk, "asset", "ASSET", sluice_live_text(lease, "asset"));
		sluice_walk_text(walk, "mac", "MAC", sluice_live_text(lease, "mac"));
		sluice_walk_text(walk, "state", "STATE", sluice_live_text(lease, "state"));
		sluice_walk_number(walk, "seconds_left", "SECONDS LEFT",
				   sluice_live_number(lease, "seconds_left"));
		sluice_walk_text(walk, "identity", "IDENTITY", sluice_live_text(lease, "identity"));
	}
	sluice_walk_close(walk);
	sluice_live_note_none(walk, answer, "leases", "No device holds a lease.");
	show_observed(walk, answer);
}

int sluice_leases_word(int argc, char **argv)
{
	bool json = false;

	if (!sluice_live_options(argc, argv, &json, NULL))
		return SLUICE_EXIT_USAGE;
	return sluice_live_show("leases", json, show);
}
