// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl port adopt. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "lib/memory.h"
#include "live.h"
#include "word.h"

#define ADOPT_ARGUMENTS "DEVICE [--json]"

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

static int usage(void)
{
	fprintf(stderr, "usage: sluicectl port adopt " ADOPT_ARGUMENTS "\n");
	return SLUICE_EXIT_USAGE;
}

static int adopt_word(int argc, char **argv)
{
	struct json_object *request;
	bool json = false;
	char *done;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return usage();
		json = true;
	}
	if (optind + 1 != argc)
		return usage();
	request = sluice_client_request("adopt-port");
	json_object_object_add(request, "device", json_object_new_string(argv[optind]));
	done = sluice_format("%s means the card that has this name now", argv[optind]);
	status = sluice_live_do(request, -1, json, done);
	free(done);
	return status;
}

static const struct sluice_word words[] = {
	{ "adopt", adopt_word, ADOPT_ARGUMENTS,
	  "a card was replaced: from now on the port's name means the one that has it" },
	{ NULL, NULL, NULL, NULL },
};

int sluice_port_word(int argc, char **argv)
{
	return sluice_word_run("sluicectl port", words, argc, argv);
}
