/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of sluicectl: each is a row of a table and, if it is not tiny, a file of its own.
 *
 * A word's function gets its arguments as main() would (argv[0] is the word) and returns the exit
 * status: 0 yes, 1 no, 2 usage.
 */
#ifndef SLUICE_CTL_WORD_H
#define SLUICE_CTL_WORD_H

enum sluice_exit {
	SLUICE_EXIT_YES = 0,
	SLUICE_EXIT_NO = 1,
	SLUICE_EXIT_USAGE = 2,
};

/**
 * struct sluice_word - one word
 * @word: as typed
 * @run: what it does
 * @arguments: for the usage line, may be ""
 * @help: one line
 */
struct sluice_word {
	const char *word;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *help;
};

/**
 * sluice_word_run() - find the word in argv[1] and run it
 * @program: what was typed so far, for messages
 * @table: ended by a row without a word
 * @argc: as of main()
 * @argv: as of main()
 *
 * `--help` and `help` print the table.
 *
 * Return: the word's exit status, or SLUICE_EXIT_USAGE.
 */
int sluice_word_run(const char *program, const struct sluice_word *table, int argc, char **argv);

/**
 * sluice_word_usage() - say on stderr how a word is used
 * @program: what was typed before the word
 * @table: where the word stands
 * @word: as typed
 *
 * Return: SLUICE_EXIT_USAGE.
 */
int sluice_word_usage(const char *program, const struct sluice_word *table, const char *word);

/* Words in files of their own. */
int sluice_policy_word(int argc, char **argv);	/* policy.c */
int sluice_explain_word(int argc, char **argv);	/* explain.c */
int sluice_trust_word(int argc, char **argv);	/* trust.c */

#endif
