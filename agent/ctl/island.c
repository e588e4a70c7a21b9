// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl island: close what is not essential, until it is opened again. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "live.h"
#include "word.h"

struct wish {
	const char *scope;
	const char *name;
	const char *why;
	bool all;
	bool json;
};

static const struct option options[] = {
	{ "conduit", required_argument, NULL, 'c' },
	{ "zone", required_argument, NULL, 'z' },
	{ "all", no_argument, NULL, 'a' },
	{ "why", required_argument, NULL, 'w' },
	{ "json", no_argument, NULL, 'j' },
	{},
};

static bool take(struct wish *wish, int option)
{
	switch (option) {
	case 'c':
	case 'z':
		if (wish->name) {
			fputs("sluicectl island: name one zone or one conduit\n", stderr);
			return false;
		}
		wish->scope = option == 'c' ? "conduit" : "zone";
		wish->name = optarg;
		return true;
	case 'a':
		wish->all = true;
		return true;
	case 'w':
		wish->why = optarg;
		return true;
	case 'j':
		wish->json = true;
		return true;
	default:
		return false;
	}
}

static bool read_options(int argc, char **argv, struct wish *wish)
{
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take(wish, option))
			return false;
	if (optind == argc)
		return true;
	fprintf(stderr, "%s: what is \"%s\"?\n", argv[0], argv[optind]);
	return false;
}

static int ask(const char *name, const struct wish *wish, const char *done)
{
	struct json_object *request = sluice_client_request(name);

	json_object_object_add(request, "scope", json_object_new_string(wish->scope));
	json_object_object_add(request, "all", json_object_new_boolean(wish->all));
	if (wish->name)
		json_object_object_add(request, "name", json_object_new_string(wish->name));
	if (wish->why)
		json_object_object_add(request, "why", json_object_new_string(wish->why));
	return sluice_live_do(request, -1, wish->json, done);
}

static int on_word(int argc, char **argv)
{
	struct wish wish = { .scope = "gateway" };

	if (!read_options(argc, argv, &wish))
		return SLUICE_EXIT_USAGE;
	return ask("island-on", &wish, "closed, over reboots as well, until sluicectl island off");
}

static int off_word(int argc, char **argv)
{
	struct wish wish = { .scope = "gateway" };

	if (!read_options(argc, argv, &wish))
		return SLUICE_EXIT_USAGE;
	if (wish.all) {
		fputs("sluicectl island off: --all is for island on; without a name everything is "
		      "opened\n", stderr);
		return SLUICE_EXIT_USAGE;
	}
	return ask("island-off", &wish, "open again");
}

static const struct sluice_word words[] = {
	{ "on", on_word, "[--conduit NAME | --zone NAME] [--all] [--why TEXT] [--json]",
	  "close this gateway, a zone or a conduit; essential conduits and management stay unless --all" },
	{ "off", off_word, "[--conduit NAME | --zone NAME] [--why TEXT] [--json]",
	  "open again what was closed by that name; without a name everything" },
	{ NULL, NULL, NULL, NULL },
};

int sluice_island_word_run(int argc, char **argv)
{
	return sluice_word_run("sluicectl island", words, argc, argv);
}
