// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl: the user's hands. One row a word; see word.h. */
#include <stdio.h>
#include <string.h>

#include "word.h"

static int version_word(int argc, char **argv)
{
	puts("sluicectl " SLUICE_VERSION);
	return SLUICE_EXIT_YES;
}

static const struct sluice_word words[] = {
	{ "policy", sluice_policy_word, "WORD ...", "check, compile, format, test and draw policies" },
	{ "trust", sluice_trust_word, "WORD ...", "make and judge trust files: who may sign what" },
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
	return sluice_word_run("sluicectl", words, argc, argv);
}
