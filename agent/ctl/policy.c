// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl policy: everything that needs a policy file and no running gateway. */
#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmod/core/verify.h"

#include "ctl/live.h"
#include "ctl/sealing.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/walk.h"
#include "policy/cases.h"
#include "policy/difference.h"
#include "policy/format.h"
#include "policy/rules.h"
#include "counts.h"
#include "word.h"

static const struct sluice_word words[];

static int usage(const char *word)
{
	return sluice_word_usage("sluicectl policy", words, word);
}

/* Prints what was found and turns it into an exit status. */
static int finish(struct sluice_messages *messages, bool good)
{
	sluice_messages_print(messages, stderr);
	good = good && !messages->errors;
	sluice_messages_release(messages);
	return good ? SLUICE_EXIT_YES : SLUICE_EXIT_NO;
}

static bool write_to(const char *path, const void *bytes, size_t length, bool durable)
{
	FILE *file = fopen(path, "we");
	bool good = file && fwrite(bytes, 1, length, file) == length && !fflush(file) &&
		    (!durable || !fsync(fileno(file)));

	if (file && fclose(file))
		good = false;
	return good;
}

/* Beside its place first, then renamed: a file is written whole or not at all. */
static bool write_whole(const char *path, const void *bytes, size_t length)
{
	char *draft = sluice_format("%s.draft", path);
	bool good = write_to(draft, bytes, length, true) && !rename(draft, path);
	int error = errno;

	if (!good)
		unlink(draft);
	free(draft);
	errno = error;
	return good;
}

/* Standard output ("-" or NULL), devices and pipes are written directly: a rename would put a file in their place. */
static int write_file(const char *path, const void *bytes, size_t length,
		      struct sluice_messages *messages)
{
	struct stat status;
	bool special;

	if (!path || !strcmp(path, "-"))
		return fwrite(bytes, 1, length, stdout) == length && !fflush(stdout) ? 0 :
		       sluice_message_error(messages, NULL, "standard output cannot be written");
	special = !stat(path, &status) && !S_ISREG(status.st_mode);
	if (special ? write_to(path, bytes, length, false) : write_whole(path, bytes, length))
		return 0;
	sluice_message_error(messages, NULL, "%s cannot be written: %s", path, strerror(errno));
	return -EIO;
}

/* check */

/* In text the messages stand on standard error, as those of every word. */
static void show_messages(struct sluice_walk *walk, const struct sluice_messages *messages)
{
	static const char *const severities[] = { "error", "warning", "note" };

	sluice_walk_table(walk, "messages", NULL);
	for (size_t i = 0; i < messages->count; i++) {
		const struct sluice_message *message = &messages->item[i];

		sluice_walk_row(walk);
		sluice_walk_text(walk, "severity", NULL, severities[message->severity]);
		sluice_walk_number(walk, "line", NULL, message->place.line);
		sluice_walk_number(walk, "column", NULL, message->place.column);
		sluice_walk_text(walk, "text", NULL, message->text);
		sluice_walk_text(walk, "hint", NULL, message->hint);
	}
	sluice_walk_close(walk);
	sluice_walk_number(walk, "more_messages", NULL, messages->dropped);
}

static void show_check(struct sluice_walk *walk, const char *file,
		       const struct sluice_policy *policy, const struct sluice_messages *messages)
{
	bool obeys = policy && !messages->errors;

	if (obeys)
		sluice_walk_note(walk, "%s: site %s, version %llu: %zu zones, %zu assets, %zu conduits: obeys all rules",
				 file, policy->site, (unsigned long long)policy->version,
				 policy->zones, policy->assets, policy->conduits);
	sluice_walk_text(walk, "file", NULL, file);
	sluice_walk_flag(walk, "obeys", NULL, obeys);
	sluice_walk_text(walk, "site", NULL, policy ? policy->site : NULL);
	sluice_walk_number(walk, "version", NULL, policy ? policy->version : 0);
	sluice_walk_number(walk, "zones", NULL, policy ? policy->zones : 0);
	sluice_walk_number(walk, "assets", NULL, policy ? policy->assets : 0);
	sluice_walk_number(walk, "conduits", NULL, policy ? policy->conduits : 0);
	show_messages(walk, messages);
}

static int check_file(const char *file, bool strict, bool json)
{
	struct sluice_messages messages;
	struct sluice_policy *policy;
	struct sluice_walk *walk;
	bool good;

	sluice_messages_init(&messages, file);
	policy = sluice_policy_load(file, &messages);
	if (policy) {
		sluice_policy_remarks(policy, &messages);
		if (strict)
			sluice_check_strict(policy, &messages);
	}
	good = policy && !messages.errors;
	walk = sluice_walk_begin(stdout, json ? SLUICE_WALK_JSON : SLUICE_WALK_TEXT);
	show_check(walk, file, policy, &messages);
	if (sluice_walk_end(walk))
		good = false;
	if (!json)
		sluice_messages_print(&messages, stderr);
	sluice_policy_free(policy);
	sluice_messages_release(&messages);
	return good ? SLUICE_EXIT_YES : SLUICE_EXIT_NO;
}

static int check_word(int argc, char **argv)
{
	static const struct option options[] = {
		{ "strict", no_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool strict = false, json = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return usage("check");
		strict |= option == 's';
		json |= option == 'j';
	}
	if (optind + 1 != argc)
		return usage("check");
	return check_file(argv[optind], strict, json);
}

/* compile */

static bool verify(const struct sluice_image_buffer *buffer, struct sluice_messages *messages)
{
	struct sluice_image image = { (const __le64 *)buffer->words, (__u32)buffer->count };
	struct sluice_verify_error error;

	if (!sluice_verify(&image, &error))
		return true;
	sluice_message_error(messages, NULL, "the image would be refused: %s (word %u)", error.text,
			     error.word);
	return false;
}

static int compile_file(const char *path, const char *gateway, const char *output)
{
	struct sluice_image_buffer image = { 0 };
	struct sluice_messages messages;
	struct sluice_policy *policy;
	bool good;

	sluice_messages_init(&messages, path);
	policy = sluice_policy_load(path, &messages);
	good = policy && !sluice_policy_compile(policy, gateway, &image, &messages) &&
	       verify(&image, &messages) &&
	       !write_file(output, image.words, image.count * sizeof(*image.words), &messages);
	if (good && strcmp(output, "-"))
		printf("%s: %zu words\n", output, image.count);
	sluice_image_buffer_release(&image);
	sluice_policy_free(policy);
	return finish(&messages, good);
}

static int compile_word(int argc, char **argv)
{
	static const struct option options[] = {
		{ "gateway", required_argument, NULL, 'g' },
		{ NULL, 0, NULL, 0 },
	};
	const char *gateway = NULL, *output = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (option == 'g')
			gateway = optarg;
		else if (option == 'o')
			output = optarg;
		else
			return usage("compile");
	}
	if (optind + 1 != argc || !output)
		return usage("compile");
	return compile_file(argv[optind], gateway, output);
}

/* fmt */

static int format_file(const char *path, bool in_place, bool only_check)
{
	struct sluice_messages messages;
	char *text = NULL, *formatted;
	bool good, same;
	size_t length;

	sluice_messages_init(&messages, path);
	if (sluice_yaml_read_file(path, SLUICE_POLICY_TEXT_MAX, &text, &length, &messages))
		return finish(&messages, false);
	formatted = sluice_policy_format(text, length, &messages);
	good = formatted;
	same = good && strlen(formatted) == length && !memcmp(formatted, text, length);
	if (good && only_check && !same)
		sluice_message_error(&messages, NULL, "is not formatted");
	else if (good && !only_check && !(in_place && same))
		write_file(in_place ? path : NULL, formatted, strlen(formatted), &messages);
	free(formatted);
	free(text);
	return finish(&messages, good);
}

static int format_word(int argc, char **argv)
{
	static const struct option options[] = {
		{ "write", no_argument, NULL, 'w' },
		{ "check", no_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	bool in_place = false, only_check = false;
	int option;

	while ((option = getopt_long(argc, argv, "w", options, NULL)) != -1) {
		if (option == '?')
			return usage("fmt");
		in_place |= option == 'w';
		only_check |= option == 'c';
	}
	if (optind + 1 != argc || (in_place && only_check))
		return usage("fmt");
	return format_file(argv[optind], in_place, only_check);
}

/* test */

static int test_word(int argc, char **argv)
{
	static const struct option options[] = {
		{ "verbose", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	struct sluice_case_counts counts = { 0 };
	struct sluice_messages messages;
	struct sluice_policy *policy;
	bool verbose = false;
	int option;

	while ((option = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		if (option != 'v')
			return usage("test");
		verbose = true;
	}
	if (optind + 2 != argc)
		return usage("test");
	sluice_messages_init(&messages, NULL);
	policy = sluice_policy_load(argv[optind], &messages);
	if (policy && !sluice_cases_run(policy, argv[optind + 1], stdout, verbose, &counts, &messages))
		printf("%s: %zu cases passed, %zu failed\n", argv[optind + 1], counts.passed,
		       counts.failed);
	sluice_policy_free(policy);
	return finish(&messages, policy && !counts.failed && counts.passed);
}

/* diff */

static int diff_word(int argc, char **argv)
{
	static const struct option options[] = { { NULL, 0, NULL, 0 } };
	struct sluice_policy *before, *after;
	struct sluice_messages messages;
	size_t lines = 0;

	if (getopt_long(argc, argv, "", options, NULL) != -1 || optind + 2 != argc)
		return usage("diff");
	sluice_messages_init(&messages, NULL);
	before = sluice_policy_load(argv[optind], &messages);
	after = sluice_policy_load(argv[optind + 1], &messages);
	if (before && after)
		lines = sluice_policy_difference(before, after, stdout);
	sluice_policy_free(before);
	sluice_policy_free(after);
	if (!before || !after) {
		finish(&messages, false);
		return SLUICE_EXIT_USAGE;	/* trouble, not a difference, as diff has it */
	}
	return finish(&messages, !lines);
}

/* graph */

static const char counted[] =
	"Counted by the gateway: packets of the side that begins, and denials that came nearest to the conduit.";

/* Return: whether it was drawn and written. */
static bool draw(const char *path, const char *counts_path, const char *output,
		 struct sluice_messages *messages)
{
	struct sluice_policy *policy = sluice_policy_load(path, messages);
	struct sluice_conduit_count *counts = NULL;
	char *drawing;
	bool good = policy;

	if (good && counts_path) {
		counts = sluice_counts_read(counts_path, policy, messages);
		good = counts;
	}
	if (good) {
		drawing = sluice_policy_graph(policy, counts, counts ? counted : NULL);
		good = !write_file(output, drawing, strlen(drawing), messages);
		free(drawing);
	}
	free(counts);
	sluice_policy_free(policy);
	return good;
}

static int graph_word(int argc, char **argv)
{
	static const struct option options[] = {
		{ "counts", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	struct sluice_messages messages;
	const char *counts = NULL, *output = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (option == 'o')
			output = optarg;
		else if (option == 'c')
			counts = optarg;
		else
			return usage("graph");
	}
	if (optind + 1 != argc)
		return usage("graph");
	sluice_messages_init(&messages, argv[optind]);
	return finish(&messages, draw(argv[optind], counts, output, &messages));
}

static const struct sluice_word words[] = {
	{ "check", check_word, "FILE [--strict] [--json]", "does it obey the language and the structural rules" },
	{ "compile", compile_word, "FILE -o IMAGE [--gateway NAME]",
	  "write the image that gate and module read" },
	{ "fmt", format_word, "FILE [-w | --check]", "write it in the one form, comments kept" },
	{ "test", test_word, "FILE CASES [-v]", "hold it against a file of expected verdicts" },
	{ "bundle", sluice_policy_bundle_word, SLUICE_POLICY_BUNDLE_ARGUMENTS,
	  "compile, seal and sign it for one gateway, or add a signature" },
	{ "verify", sluice_policy_verify_word, SLUICE_POLICY_VERIFY_ARGUMENTS,
	  "would a gateway with this trust file take it" },
	{ "diff", diff_word, "FILE FILE", "what the second says that the first does not, and the reverse" },
	{ "graph", graph_word, "FILE [-o SVG] [--counts JSON]", "draw zones and conduits" },
	{ "install", sluice_policy_install_word, SLUICE_POLICY_INSTALL_ARGUMENTS,
	  "bring it into force on this gateway, on trial first" },
	{ "confirm", sluice_policy_confirm_word, "[--json]", "keep the policy that is on trial" },
	{ "rollback", sluice_policy_rollback_word, "[--json]",
	  "end the trial; without one, go back to the policy before" },
	{ NULL, NULL, NULL, NULL },
};

int sluice_policy_word(int argc, char **argv)
{
	return sluice_word_run("sluicectl policy", words, argc, argv);
}
