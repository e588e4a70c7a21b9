// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of words; see word.h. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
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

static bool asks_help(const char *argument)
{
	return !strcmp(argument, "--help") || !strcmp(argument, "-h");
}

/* A word that leads to further words has a table of its own, and prints that. */
static bool leads_on(const struct sluice_word *row)
{
	return !strncmp(row->arguments, "WORD", 4);
}

static int print_row(const char *program, const struct sluice_word *row)
{
	printf("usage: %s %s%s%s\n  %s\n", program, row->word, *row->arguments ? " " : "",
	       row->arguments, row->help);
	return SLUICE_EXIT_YES;
}

/* getopt and the words themselves begin their messages with argv[0]: all of it, as it was typed. */
static int run_row(const char *program, const struct sluice_word *row, int argc, char **argv)
{
	char *name = sluice_format("%s %s", program, row->word);
	int status;

	argv[0] = name;
	status = row->run(argc, argv);
	free(name);
	return status;
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
	if (asks_help(argv[1]) || !strcmp(argv[1], "help")) {
		print_table(stdout, program, table);
		return SLUICE_EXIT_YES;
	}
	row = find(table, argv[1]);
	if (row && argc > 2 && asks_help(argv[2]) && !leads_on(row))
		return print_row(program, row);
	if (row)
		return run_row(program, row, argc - 1, argv + 1);
	fprintf(stderr, "%s: there is no word %s\n", program, argv[1]);
	print_table(stderr, program, table);
	return SLUICE_EXIT_USAGE;
}
