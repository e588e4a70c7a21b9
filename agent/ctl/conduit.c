// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl conduit: open for a while what the policy lets an operator open. */
#include <getopt.h>
#include <stdio.h>

#include "client.h"
#include "duration.h"
#include "live.h"
#include "word.h"

/* Whatever the policy says, nobody works longer than that. */
#define OPEN_MAX_MS (7ULL * 24 * 60 * 60 * 1000)

struct wish {
	const char *name;
	const char *why;
	uint64_t ms;
	bool json;
};

static bool read_options(int argc, char **argv, struct wish *wish)
{
	static const struct option options[] = {
		{ "for", required_argument, NULL, 'f' },
		{ "why", required_argument, NULL, 'w' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'f')
			wish->ms = sluice_duration_parse(optarg, OPEN_MAX_MS);
		else if (option == 'w')
			wish->why = optarg;
		else if (option == 'j')
			wish->json = true;
		else
			return false;
	}
	if (optind + 1 == argc) {
		wish->name = argv[optind];
		return true;
	}
	fprintf(stderr, "sluicectl conduit %s: name one conduit\n", argv[0]);
	return false;
}

static struct json_object *request(const char *word, const struct wish *wish)
{
	struct json_object *json = sluice_client_request(word);

	json_object_object_add(json, "name", json_object_new_string(wish->name));
	return json;
}

static int open_word(int argc, char **argv)
{
	struct wish wish = {};
	struct json_object *json;

	if (!read_options(argc, argv, &wish))
		return SLUICE_EXIT_USAGE;
	if (!wish.ms || !wish.why || !*wish.why) {
		fputs("sluicectl conduit open: say --for how long (90s, 10m, 2h) and --why\n",
		      stderr);
		return SLUICE_EXIT_USAGE;
	}
	json = request("conduit-open", &wish);
	json_object_object_add(json, "ms", json_object_new_uint64(wish.ms));
	json_object_object_add(json, "why", json_object_new_string(wish.why));
	return sluice_live_do(json, -1, wish.json, "open; it closes by itself, and with a reboot");
}

static int close_word(int argc, char **argv)
{
	struct wish wish = {};

	if (!read_options(argc, argv, &wish))
		return SLUICE_EXIT_USAGE;
	if (wish.ms || wish.why) {
		fputs("sluicectl conduit close: --for and --why are for conduit open\n", stderr);
		return SLUICE_EXIT_USAGE;
	}
	return sluice_live_do(request("conduit-close", &wish), -1, wish.json,
			      "closed, and its flows have ended");
}

static const struct sluice_word words[] = {
	{ "open", open_word, "NAME --for TIME --why TEXT [--json]",
	  "open it for a while; where the policy asks for two persons, both say this within 10 minutes" },
	{ "close", close_word, "NAME [--json]", "close it now" },
	{ NULL, NULL, NULL, NULL },
};

int sluice_conduit_word_run(int argc, char **argv)
{
	return sluice_word_run("sluicectl conduit", words, argc, argv);
}
