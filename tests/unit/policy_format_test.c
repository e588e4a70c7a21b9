// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fmt: what comes out reads as the same tree with the same comments, and formatting it again
 * changes nothing. Tried on random trees, written in random styles.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "policy/format.h"
#include "policy/yaml.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"

#define ROUNDS 3000

struct maker {
	FILE *out;
	struct random_state random;
	unsigned int keys;
};

static void write_value(struct maker *maker, unsigned int depth, size_t indent, bool flow);

static const char *pick(struct maker *maker, const char *const *words, unsigned int count)
{
	return words[random_below(&maker->random, count)];
}

static void write_scalar(struct maker *maker)
{
	static const char * const words[] = {
		"plain", "10.1.0.0/16", "\"quoted # no comment\"", "'single'", "\"a \\\"b\\\" \\\\ c\"",
		"0x88b8", "\"fd00::1\"", "true", "\"\"", "\"\xc3\xbc\xe2\x86\x92\"", "4711",
		"a-rather-long-word-that-makes-lines-grow-beyond-the-width-of-one-line-quickly",
	};

	fputs(pick(maker, words, sizeof(words) / sizeof(words[0])), maker->out);
}

static void maybe_comment(struct maker *maker)
{
	if (random_chance(&maker->random, 12))
		fprintf(maker->out, "   # behind %u ", random_below(&maker->random, 100));
}

static void end_line(struct maker *maker, size_t indent)
{
	maybe_comment(maker);
	fputc('\n', maker->out);
	while (random_chance(&maker->random, 12))
		fputc('\n', maker->out);
	if (random_chance(&maker->random, 12))
		fprintf(maker->out, "%*s# alone %u\n",
			(int)(random_chance(&maker->random, 50) ? indent : 0), "",
			random_below(&maker->random, 100));
}

/* Between the elements of a bracketed list a line may end, and a comment may stand. */
static void flow_gap(struct maker *maker, size_t indent)
{
	if (!random_chance(&maker->random, 10)) {
		fputs(random_chance(&maker->random, 50) ? " " : "   ", maker->out);
		return;
	}
	if (random_chance(&maker->random, 40))
		fputs("  # inside", maker->out);
	fprintf(maker->out, "\n%*s", (int)indent + 4, "");
}

static void write_flow(struct maker *maker, unsigned int depth, size_t indent)
{
	unsigned int count = random_below(&maker->random, 5);
	bool mapping = random_chance(&maker->random, 60);

	fputc(mapping ? '{' : '[', maker->out);
	for (unsigned int i = 0; i < count; i++) {
		if (mapping)
			fprintf(maker->out, "k%u: ", i);
		write_value(maker, depth + 1, indent, true);
		if (i + 1 < count) {
			fputc(',', maker->out);
			flow_gap(maker, indent);
		}
	}
	fputc(mapping ? '}' : ']', maker->out);
}

static void write_block(struct maker *maker, unsigned int depth, size_t indent)
{
	unsigned int count = 1 + random_below(&maker->random, 5);
	bool mapping = random_chance(&maker->random, 50);

	for (unsigned int i = 0; i < count; i++) {
		fprintf(maker->out, "%*s", (int)indent, "");
		if (mapping)
			fprintf(maker->out, "key-%u:", i);
		else
			fputc('-', maker->out);
		write_value(maker, depth + 1, indent + 1 + random_below(&maker->random, 3), false);
	}
}

/* In a block the value follows a colon or dash, and ends its line. */
static void write_value(struct maker *maker, unsigned int depth, size_t indent, bool flow)
{
	bool leaf = depth > 6 || random_chance(&maker->random, 45);

	if (flow && leaf) {
		write_scalar(maker);
	} else if (flow) {
		write_flow(maker, depth, indent);
	} else if (!leaf && random_chance(&maker->random, 60)) {
		end_line(maker, indent);
		write_block(maker, depth, indent);
	} else {
		if (!random_chance(&maker->random, 4)) {
			fputc(' ', maker->out);
			if (leaf)
				write_scalar(maker);
			else
				write_flow(maker, depth, indent);
		}
		end_line(maker, indent);
	}
}

static char *make_text(uint64_t seed, size_t *length)
{
	struct maker maker = { .random = { seed } };
	char *text = NULL;

	maker.out = open_memstream(&text, length);
	if (random_chance(&maker.random, 50))
		fputs("# head\n\n", maker.out);
	write_block(&maker, 0, 0);
	fclose(maker.out);
	return text;
}

static bool same_node(const struct sluice_yaml_node *a, const struct sluice_yaml_node *b)
{
	const struct sluice_yaml_node *x, *y;

	if (a->kind != b->kind || a->count != b->count || a->empty != b->empty)
		return false;
	if (a->key ? !b->key || strcmp(a->key, b->key) : b->key != NULL)
		return false;
	if (a->kind == SLUICE_YAML_SCALAR)
		return !strcmp(a->text, b->text) &&
		       (a->quote == SLUICE_YAML_PLAIN) == (b->quote == SLUICE_YAML_PLAIN);
	for (x = a->child, y = b->child; x && y; x = x->next, y = y->next)
		if (!same_node(x, y))
			return false;
	return !x && !y;
}

static bool same_document(const struct sluice_yaml *a, const struct sluice_yaml *b)
{
	if (!a || !b || a->comments != b->comments)
		return false;
	for (size_t i = 0; i < a->comments; i++)
		if (strcmp(a->comment[i].text, b->comment[i].text))
			return false;
	return same_node(a->root, b->root);
}

/* Return: 0 good, 1 bad, 2 the maker wrote no YAML (then nothing is learnt). */
static int try_text(const char *text, size_t length)
{
	struct sluice_messages messages;
	struct sluice_yaml *before, *after = NULL;
	char *once = NULL, *twice = NULL;
	int result = 2;

	sluice_messages_init(&messages, NULL);
	before = sluice_yaml_parse(text, length, &messages);
	if (before) {
		once = sluice_policy_format(text, length, &messages);
		after = once ? sluice_yaml_parse(once, strlen(once), &messages) : NULL;
		twice = after ? sluice_policy_format(once, strlen(once), &messages) : NULL;
		result = !(twice && same_document(before, after) && !strcmp(once, twice));
		if (result)
			printf("# before:\n%s# once:\n%s# twice:\n%s\n", text, once ? once : "-\n",
			       twice ? twice : "-\n");
	}
	if (result == 1)
		sluice_messages_print(&messages, stdout);
	sluice_messages_release(&messages);
	sluice_yaml_free(before);
	sluice_yaml_free(after);
	free(once);
	free(twice);
	return result;
}

static void try_random(void)
{
	unsigned int counts[3] = { 0 };

	for (uint64_t seed = 1; seed <= ROUNDS && !counts[1]; seed++) {
		size_t length;
		char *text = make_text(seed, &length);
		int result = try_text(text, length);

		counts[result]++;
		if (result == 1)
			printf("# seed %llu\n", (unsigned long long)seed);
		free(text);
	}
	ktap_ok(!counts[1], "random trees keep values, comments and form (%u of %u were YAML)",
		counts[0], ROUNDS);
	ktap_ok(counts[0] > ROUNDS / 2, "most of the random trees were YAML at all");
}

static const struct {
	const char *text;
	const char *formatted;
} exact[] = {
	{ "a:   1   # behind\n# alone\n\n\nb: 2", "a: 1  # behind\n# alone\n\nb: 2\n" },
	{ "a:   # behind\n     - {k: 1}\n", "a:  # behind\n  - {k: 1}\n" },
	{ "a: [1,2 , 3] # behind\n", "a: [1, 2, 3]  # behind\n" },
	{ "a: [1, # one\n  2]\n", "a:\n  - 1  # one\n  - 2\n" },
	{ "- {n: x, l: 1}\n- {n: longer, l: 2}\n", "- {n: x,      l: 1}\n- {n: longer, l: 2}\n" },
	{ "- {n: x, l: 1}\n- {n: longer}\n", "- {n: x, l: 1}\n- {n: longer}\n" },
	{ "a: 'it''s'\n", "a: \"it's\"\n" },
	{ "-\n  a: 1\n  b: 2\n", "- a: 1\n  b: 2\n" },
	{ "\n -\n - #o", "-\n-  #o\n" },
	{ "  '---'", "\"---\"\n" },
	{ " ---a", "---a\n" },
	{ "- a\n\n# x\n-   # y\n# z\n-\n\n- - b\n  - # in\n-\n", "- a\n\n# x\n-  # y\n# z\n-\n\n- - b\n  -  # in\n-\n" },
};

static void test_exact(void)
{
	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
		struct sluice_messages messages;
		char *formatted;

		sluice_messages_init(&messages, NULL);
		formatted = sluice_policy_format(exact[i].text, strlen(exact[i].text), &messages);
		if (!ktap_ok(formatted && !strcmp(formatted, exact[i].formatted),
			     "exactly this form, example %zu", i + 1))
			printf("# %s\n", formatted ? formatted : "-");
		free(formatted);
		sluice_messages_release(&messages);
	}
}

int main(void)
{
	static const char windows[] = "a: 1\r\nb:  [x,\r\n  y] # c\r\n";
	static const char dash[] = "a:\n  - # first\n    b: 1\n  - c: 2 # last\n# end";

	ktap_ok(!try_text(windows, sizeof(windows) - 1), "lines that end as on Windows");
	ktap_ok(!try_text(dash, sizeof(dash) - 1), "a comment between a dash and its mapping");
	ktap_ok(!try_text("{}", 2), "an empty mapping");
	ktap_ok(!try_text("word", 4), "a word");
	test_exact();
	try_random();
	return ktap_done();
}
