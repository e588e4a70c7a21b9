// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl bindings: which port an asset was first seen on, and to have that forgotten. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "lib/memory.h"
#include "live.h"
#include "policy/address.h"
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
	if (!sluice_live_item(answer, "bindings", 0))
		sluice_walk_note(walk, "No asset has been bound to the port it was first seen on.");
}

/* ---- Forgetting ---- */

struct wish {
	const char *address;
	const char *why;
	bool json;
};

static int usage(const char *wrong)
{
	fprintf(stderr, "sluicectl bindings forget: %s\n"
			"usage: sluicectl bindings forget ADDRESS --why TEXT [--json]\n", wrong);
	return SLUICE_EXIT_USAGE;
}

static bool read_options(int argc, char **argv, struct wish *wish)
{
	static const struct option options[] = {
		{ "why", required_argument, NULL, 'w' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'w')
			wish->why = optarg;
		else if (option == 'j')
			wish->json = true;
		else
			return false;
	}
	if (optind + 1 == argc)
		wish->address = argv[optind];
	return true;
}

static int forget(int argc, char **argv)
{
	struct json_object *request;
	struct wish wish = {};
	sluice_ip address;

	if (!read_options(argc, argv, &wish))
		return SLUICE_EXIT_USAGE;
	if (!wish.address)
		return usage("name one address");
	if (!sluice_ip_parse(wish.address, &address))
		return usage("that is no address");
	if (!wish.why || !*wish.why)
		return usage("say --why");
	request = sluice_client_request("binding-forget");
	json_object_object_add(request, "address", json_object_new_string(wish.address));
	json_object_object_add(request, "why", json_object_new_string(wish.why));
	return sluice_live_do(request, -1, wish.json, "forgotten; it is bound to the port it speaks on next");
}

int sluice_bindings_word(int argc, char **argv)
{
	bool json = false;

	if (argc > 1 && !strcmp(argv[1], "forget"))
		return forget(argc - 1, argv + 1);
	if (!sluice_live_options(argc, argv, &json, NULL))
		return SLUICE_EXIT_USAGE;
	return sluice_live_show("bindings", json, show);
}
