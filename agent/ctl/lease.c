// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl lease: vouch for a device with a person's word, and take it back. */
#include <stdio.h>

#include "live.h"
#include "wish.h"
#include "word.h"

/* The longest `lease:` of the language. */
#define LEASE_MAX_MS (90ULL * 24 * 60 * 60 * 1000)

static int grant_word(int argc, char **argv)
{
	struct sluice_wish wish;

	if (!sluice_wish_read(argc, argv, "asset", LEASE_MAX_MS, &wish))
		return SLUICE_EXIT_USAGE;
	if (!wish.ms || !wish.why || !*wish.why) {
		fputs("sluicectl lease grant: say --for how long (90s, 10m, 2h) and --why\n", stderr);
		return SLUICE_EXIT_USAGE;
	}
	return sluice_live_do(sluice_wish_request("lease-grant", "name", &wish), -1, wish.json,
			      "granted; it lapses by itself, and with a reboot");
}

static int withdraw_word(int argc, char **argv)
{
	struct sluice_wish wish;

	if (!sluice_wish_read(argc, argv, "asset", LEASE_MAX_MS, &wish))
		return SLUICE_EXIT_USAGE;
	if (wish.has_time || !wish.why || !*wish.why) {
		fputs("sluicectl lease withdraw: say --why, and no --for: it holds no more\n", stderr);
		return SLUICE_EXIT_USAGE;
	}
	return sluice_live_do(sluice_wish_request("lease-withdraw", "name", &wish), -1, wish.json,
			      "withdrawn, and its flows have ended");
}

static const struct sluice_word words[] = {
	{ "grant", grant_word, "ASSET --for TIME --why TEXT [--json]",
	  "say that the device of an asset is the one that the policy names" },
	{ "withdraw", withdraw_word, "ASSET --why TEXT [--json]", "take that back; its flows end" },
	{ NULL, NULL, NULL, NULL },
};

int sluice_lease_word_run(int argc, char **argv)
{
	return sluice_word_run("sluicectl lease", words, argc, argv);
}
