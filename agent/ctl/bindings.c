// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl bindings: which port an asset was first seen on, and to have that forgotten. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "policy/address.h"
#include "wish.h"
#include "word.h"

/* ---- Listing ---- */

static void show(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *bound;
	char *macs;

	sluice_walk_table(walk, "bindings", NULL);
	for (size_t i = 0; (bound = sluice_live_item(answer, "bindings", i)); i++) {
		macs = sluice_live_join(bound, "policy_macs");
		sluice_walk_row(walk);
		sluice_walk_text(walk, "address", "ADDRESS", sluice_live_text(bound, "address"));
		sluice_walk_text(walk, "asset", "ASSET", sluice_live_text(bound, "asset"));
		sluice_walk_text(walk, "zone", "ZONE", sluice_live_text(bound, "zone"));
		sluice_walk_text(walk, "port", "PORT", sluice_live_text(bound, "port"));
		sluice_walk_text(walk, "first_mac", "FIRST MAC",
				 sluice_live_text(bound, "first_mac"));
		sluice_walk_text(walk, "policy_macs", "MAC BY POLICY", *macs ? macs : NULL);
		free(macs);
	}
	sluice_walk_close(walk);
	sluice_live_note_none(walk, answer, "bindings",
			      "No asset has been bound to the port it was first seen on.");
}

/* ---- Forgetting ---- */

static int forget(int argc, char **argv)
{
	struct sluice_wish wish;
	sluice_ip address;

	if (!sluice_wish_read(argc, argv, "address", 0, &wish))
		return SLUICE_EXIT_USAGE;
	if (!sluice_ip_parse(wish.name, &address)) {
		fprintf(stderr, "sluicectl bindings forget: %s is no address\n", wish.name);
		return SLUICE_EXIT_USAGE;
	}
	if (wish.has_time || !wish.why || !*wish.why) {
		fputs("sluicectl bindings forget: say --why, and no --for: it is done at once\n", stderr);
		return SLUICE_EXIT_USAGE;
	}
	return sluice_live_do(sluice_wish_request("binding-forget", "address", &wish), -1, wish.json,
			      "forgotten; it is bound to the port it speaks on next");
}

int sluice_bindings_word(int argc, char **argv)
{
	char name[] = "sluicectl bindings forget";
	bool json = false;

	if (argc > 1 && !strcmp(argv[1], "forget")) {
		argv[1] = name;
		return forget(argc - 1, argv + 1);
	}
	if (!sluice_live_options(argc, argv, &json, NULL))
		return SLUICE_EXIT_USAGE;
	return sluice_live_show("bindings", json, show);
}
