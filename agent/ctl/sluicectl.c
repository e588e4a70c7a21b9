// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl: the user's hands. One row a word; see word.h. */
#include <stdio.h>
#include <string.h>

#include "live.h"
#include "word.h"

static int version_word(int argc, char **argv)
{
	puts("sluicectl " SLUICE_VERSION);
	return SLUICE_EXIT_YES;
}

static const struct sluice_word words[] = {
	{ "status", sluice_status_word, "[--json]",
	  "is plant traffic flowing, and what to do (also without any word)" },
	{ "zones", sluice_zones_word, "[--json]", "zones with their ports and counts" },
	{ "conduits", sluice_conduits_word, "[--json]",
	  "what is permitted, with the limits in force and counts" },
	{ "denials", sluice_denials_word, "[-f] [--json]", "what was denied, why, and by which line" },
	{ "invariants", sluice_invariants_word, "[--json]",
	  "what cannot happen in a healthy plant, and how often it did" },
	{ "conduit", sluice_conduit_word_run, "open|close NAME ...",
	  "open for a while what the policy lets an operator open" },
	{ "bindings", sluice_bindings_word, "[--json] | forget ADDRESS --why TEXT [--json]",
	  "which port an asset was first seen on, and so has to speak from" },
	{ "leases", sluice_leases_word, "[--json]", "which device has proved who it is, and where" },
	{ "lease", sluice_lease_word_run, "grant|withdraw ASSET ...",
	  "vouch for a device with a person's word" },
	{ "island", sluice_island_word_run, "on|off ...",
	  "close everything that is not essential, until it is opened again" },
	{ "release", sluice_release_word, "[--json]",
	  "close everything, so that the module may be unloaded" },
	{ "port", sluice_port_word, "adopt DEVICE [--json]", "say that a replaced card is meant" },
	{ "policy", sluice_policy_word, "WORD ... (sluicectl policy help lists them)", "check, format, test, draw and compare policies; sign, verify and install them" },
	{ "trust", sluice_trust_word, "WORD ... (sluicectl trust help lists them)", "make and judge trust files: who may sign what" },
	{ "explain", sluice_explain_word,
	  "--policy FILE [options] SRC DST PROTO[/PORT] | --policy FILE --pcap FILE",
	  "what the kernel would do with a packet, and which line of the policy says so" },
	{ "version", version_word, "", "the version of this program" },
	{ NULL, NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--version"))
		return version_word(argc, argv);
	if (argc < 2)
		return sluice_status_word(1, (char *[]){ "status", NULL });
	return sluice_word_run("sluicectl", words, argc, argv);
}
