// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl conduit: open for a while what the policy lets an operator open. */
#include <stdio.h>

#include "live.h"
#include "wish.h"
#include "word.h"

/* Whatever the policy says, nobody works longer than that. */
#define OPEN_MAX_MS (7ULL * 24 * 60 * 60 * 1000)

static int open_word(int argc, char **argv)
{
	struct sluice_wish wish;

	if (!sluice_wish_read(argc, argv, "conduit", OPEN_MAX_MS, &wish))
		return SLUICE_EXIT_USAGE;
	if (!wish.ms || !wish.why || !*wish.why) {
		fputs("sluicectl conduit open: say --for how long (90s, 10m, 2h) and --why\n",
		      stderr);
		return SLUICE_EXIT_USAGE;
	}
	return sluice_live_do(sluice_wish_request("conduit-open", "name", &wish), -1, wish.json,
			      "open; it closes by itself, and with a reboot");
}

static int close_word(int argc, char **argv)
{
	struct sluice_wish wish;

	if (!sluice_wish_read(argc, argv, "conduit", OPEN_MAX_MS, &wish))
		return SLUICE_EXIT_USAGE;
	if (wish.has_time || wish.why) {
		fputs("sluicectl conduit close: --for and --why are for conduit open\n", stderr);
		return SLUICE_EXIT_USAGE;
	}
	return sluice_live_do(sluice_wish_request("conduit-close", "name", &wish), -1, wish.json,
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
