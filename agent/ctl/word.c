// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of words; see word.h. */
#include <stdio.h>
#include <string.h>

#include "word.h"

static void print_table(FILE *out, const char *program, const struct sluice_word *table)
{
	fprintf(out, "usage:\n");
	for (; table->word; table++)
		fprintf(out, "  %s %s%s%s\n      %s\n", program, table->word,
			*table->arguments ? " " : "", table->arguments, table->help);
}

static const struct sluice_word *find(const struct sluice_word *table, const char *word)
{
	for (; table->word; table++)
		if (!strcmp(table->word, word))
			return table;
	return NULL;
}

int sluice_word_usage(const char *program, const struct sluice_word *table, const char *word)
{
	const struct sluice_word *row = find(table, word);

	if (row)
		fprintf(stderr, "usage: %s %s%s%s\n", program, row->word,
			*row->arguments ? " " : "", row->arguments);
	return SLUICE_EXIT_USAGE;
}

int sluice_word_run(const char *program, const struct sluice_word *table, int argc, char **argv)
{
	const struct sluice_word *row;

	if (argc < 2) {
		print_table(stderr, program, table);
		return SLUICE_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_table(stdout, program, table);
		return SLUICE_EXIT_YES;
	}
	row = find(table, argv[1]);
	if (row)
		return row->run(argc - 1, argv + 1);
	fprintf(stderr, "%s: there is no word %s\n", program, argv[1]);
	print_table(stderr, program, table);
	return SLUICE_EXIT_USAGE;
}
