// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl invariants: what cannot happen in a healthy plant, and how often it did. */
#include "live.h"
#include "word.h"

static uint64_t show_table(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *item;
	uint64_t broken = 0;

	sluice_walk_table(walk, "invariants", NULL);
	for (size_t i = 0; (item = sluice_live_item(answer, "invariants", i)); i++) {
		broken += sluice_live_number(item, "count") != 0;
		sluice_walk_row(walk);
		sluice_walk_text(walk, "invariant", "INVARIANT",
				 sluice_live_text(item, "invariant"));
		sluice_walk_number(walk, "count", "COUNT", sluice_live_number(item, "count"));
		sluice_walk_text(walk, "sentence", "MEANS", sluice_live_text(item, "sentence"));
		sluice_walk_text(walk, "last", NULL, sluice_live_text(item, "last"));
		sluice_walk_text(walk, "seen", NULL, sluice_live_text(item, "seen"));
		sluice_walk_text(walk, "mend", NULL, sluice_live_text(item, "mend"));
	}
	sluice_walk_close(walk);
	return broken;
}

/* For people, what to do stands below the table, and only for what did break. */
static void show_mends(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *item;

	for (size_t i = 0; (item = sluice_live_item(answer, "invariants", i)); i++) {
		const char *seen = sluice_live_text(item, "seen");

		if (!sluice_live_number(item, "count"))
			continue;
		sluice_walk_note(walk, "%s%s%s", sluice_live_text(item, "invariant"),
				 seen ? ": " : "", seen ? seen : "");
		sluice_walk_note(walk, "    %s", sluice_live_text(item, "mend"));
	}
}

static void show(struct sluice_walk *walk, struct json_object *answer)
{
	uint64_t broken = show_table(walk, answer);

	sluice_walk_number(walk, "broken", "Invariants broken", broken);
	show_mends(walk, answer);
}

int sluice_invariants_word(int argc, char **argv)
{
	bool json = false;

	if (!sluice_live_options(argc, argv, &json, NULL))
		return SLUICE_EXIT_USAGE;
	return sluice_live_show("invariants", json, show);
}
