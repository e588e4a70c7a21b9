// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plain items: which lines are ones, and that reading them the short way changes neither the document nor a refusal.
 */
#include <stdlib.h>

#include "policy/plain.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"
#include "tests/lib/tree.h"

#define ROUNDS 20000

/* How many plain items, and what the case proves. */
static const struct {
	const char *name;
	const char *text;
	unsigned int items;
} cases[] = {
	{ "a mapping of words", "a:\n  - {name: x, zone: y-1, address: 10.0.0.1}\n", 1 },
	{ "at the margin and at the end of the text", "- {a: b}\n- {a: c}", 2 },
	{ "lists and mappings inside", "a:\n  - {a: [b, c], d: [{e: f, g: [1, 2]}], h: i}\n", 1 },
	{ "a double-quoted text, empty too", "a:\n  - {a: \"b, {c}: [d]\", e: \"\"}\n", 1 },
	{ "words that other schemas read as values", "- {a: no, b: null, c: 1.1, d: 0x10, e: 2026-12-01}\n", 1 },
	{ "plain and other items side by side", "- {a: b}\n- {a: 'b'}\n- c\n- {a: d}\n", 2 },
	{ "an item after a comment of any letters", "# \xc3\xa4: {a: b}\n- {a: b}\n", 1 },
	{ "a comment behind an item is the library's", "- {a: b} # c\n", 0 },
	{ "a tab behind an item", "- {a: b}\t\n", 0 },
	{ "two blanks between dash and brace", "-  {a: b}\n", 0 },
	{ "two blanks behind a colon", "- {a:  b}\n", 0 },
	{ "no blank behind a comma", "- {a: b,c: d}\n", 0 },
	{ "a comma at the end", "- {a: b,}\n", 0 },
	{ "blanks inside the braces", "- { a: b }\n", 0 },
	{ "a colon in a word", "- {a: 00:11:22:33:44:55}\n", 0 },
	{ "words with a blank between them", "- {a: b c}\n", 0 },
	{ "a word that begins with a mark", "- {a: -b, c: .d}\n", 0 },
	{ "a key without a value", "- {a, b: c}\n", 0 },
	{ "an empty value", "- {a: , b: c}\n", 0 },
	{ "empty braces", "- {}\n", 0 },
	{ "a duplicate key is refused where it stands", "- {a: b, c: d, a: e}\n", 0 },
	{ "an escape", "- {a: \"b\\\\c\"}\n", 0 },
	{ "a hash in a quoted text begins no comment", "- {a: \"b # c\"} # d\n", 0 },
	{ "an anchor", "- {a: &b c}\n", 0 },
	{ "an alias", "- {a: *b}\n", 0 },
	{ "a tag", "- {a: !b c}\n", 0 },
	{ "a merge key", "- {<<: b}\n", 0 },
	{ "an anchor before the list", "a: &x\n  - {a: b}\n", 1 },
	{ "an item in a quoted text of several lines", "a: \"b\n  - {c: d}\n  e\"\n", 1 },
	{ "an item in a single-quoted text of several lines", "a: 'b\n  - {c: d}\n  e'\n", 1 },
	{ "an item in a literal text", "a: |\n  - {c: d}\n", 1 },
	{ "an item in a plain text of several lines", "a: b\n  - {c: d}\n", 1 },
	{ "an item between brackets", "a: [\n  - {c: d}\n]\n", 1 },
	{ "an item that continues nothing", "a: [b\n- {c: d}\n", 1 },
	{ "an item as a key", "- {a: b}: c\n", 0 },
	{ "an item followed by a deeper line", "- {a: b}\n   c: d\n", 1 },
	{ "items at different depths", "a:\n  - {a: b}\n - {a: c}\n", 2 },
	{ "an item where a mapping goes on", "a: b\n- {a: c}\n", 1 },
	{ "an item in a second document", "a: b\n---\n- {a: c}\n", 1 },
	{ "nested five deep in itself", "- {a: [[[[b]]]]}\n", 0 },
	{ "fifteen deep around it", "- - - - - - - - - - - - - -\n                            - {a: [b]}\n", 1 },
	{ "a text without an end", "- {a: b}\n- {a: \"c\n", 1 },
	{ "Windows' line ends", "- {a: b}\r\n- {a: c}\r\n", 0 },
};

static unsigned int items_of(const char *text)
{
	struct sluice_arena arena = { 0 };
	struct sluice_plain plain = { 0 };
	char *copy = strdup(text);
	unsigned int items;

	sluice_plain_find(copy, strlen(copy), &arena, &plain);
	items = (unsigned int)plain.items;
	free(plain.item);
	free(copy);
	sluice_arena_release(&arena);
	return items;
}

static void play(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int items = items_of(cases[i].text);

		if (!ktap_ok(items == cases[i].items && tree_both_ways(cases[i].text, strlen(cases[i].text)),
			     "%s", cases[i].name))
			printf("# %u plain items, and both ways are the same: %d\n", items,
			       tree_both_ways(cases[i].text, strlen(cases[i].text)));
	}
}

/*
 * Texts put together from pieces that meet at plain items: whatever comes out, both ways agree. Without '?': libfyaml
 * 0.7.12 crashes on some broken texts with explicit keys.
 */
static size_t compose(struct random_state *random, char *text)
{
	static const char *const pieces[] = {
		"- {a: b}\n", "  - {a: b, c: [d, e]}\n", "  - {a: \"b\", c: {d: e}}\n", "- ", "a: ", "a:\n", "\n",
		"  ", "{", "}", "[", "]", ", ", ": ", "\"", "'", "# c\n", "|\n", ">\n", "b", "- - {a: b}\n", "&x ",
		"*x", "!t ", "---\n", "...\n", "b:\n  - {a: b}\n", "    - {a: b}\n", "{a: b}", ",\n", "\t",
	};
	size_t length = 0;

	for (uint32_t left = 1 + random_below(random, 9); left; left--) {
		const char *piece = pieces[random_below(random, sizeof(pieces) / sizeof(pieces[0]))];

		memcpy(text + length, piece, strlen(piece));
		length += strlen(piece);
	}
	return length;
}

static void play_random(void)
{
	struct random_state random = { 4 };
	unsigned int differ = 0;
	char text[1024];

	for (int i = 0; i < ROUNDS; i++) {
		size_t length = compose(&random, text);

		if (tree_both_ways(text, length))
			continue;
		if (!differ++)
			printf("# differ:\n# %.*s\n", (int)length, text);
	}
	ktap_ok(!differ, "%d random texts read the same both ways", ROUNDS);
}

int main(void)
{
	play();
	play_random();
	return ktap_done();
}
