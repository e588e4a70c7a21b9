// SPDX-License-Identifier: GPL-2.0-or-later
/* Plain items; see plain.h. */
#include <string.h>

#include "../lib/memory.h"
#include "plain.h"

/* Longer keys are no keys to YAML 1.2 beyond 1024 characters; none of ours comes near. */
#define KEY_MAX 64

/* One line being read; whatever is not plain ends it. */
struct line {
	const char *start;
	const char *at;
	const char *end;	/* the newline, or the end of the text */
	unsigned int number;
	unsigned int depth;
	struct sluice_arena *arena;
};

static const bool word_start[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

static const bool word[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
	['.'] = true, ['_'] = true, ['/'] = true, ['-'] = true,
};

/* Between double quotes: ASCII that is seen, without escapes and without what a comment begins with. */
static const bool quoted[256] = {
	[' ' ... '!'] = true, ['$' ... '['] = true, [']' ... '~'] = true,
};

static struct sluice_place place_of(const struct line *line)
{
	return (struct sluice_place){ line->number, (unsigned int)(line->at - line->start) + 1 };
}

static bool skip(struct line *line, char wanted)
{
	if (line->at == line->end || *line->at != wanted)
		return false;
	line->at++;
	return true;
}

static bool skip_separator(struct line *line, char wanted)
{
	if (line->end - line->at < 2 || line->at[0] != wanted || line->at[1] != ' ')
		return false;
	line->at += 2;
	return true;
}

static char *take_run(struct line *line, const bool alphabet[256])
{
	const char *start = line->at;
	char *text;

	while (line->at < line->end && alphabet[(unsigned char)*line->at])
		line->at++;
	text = sluice_arena_text(line->arena, (size_t)(line->at - start));
	memcpy(text, start, (size_t)(line->at - start));
	return text;
}

static char *take_word(struct line *line)
{
	if (line->at == line->end || !word_start[(unsigned char)*line->at])
		return NULL;
	return take_run(line, word);
}

static struct sluice_yaml_node *take_value(struct line *line);

static struct sluice_yaml_node *start_node(struct line *line, enum sluice_yaml_kind kind)
{
	struct sluice_yaml_node *node = sluice_arena_take(line->arena, sizeof(*node));

	node->kind = kind;
	node->place = place_of(line);
	return node;
}

static struct sluice_yaml_node *take_scalar(struct line *line)
{
	bool has_quotes = skip(line, '"');
	struct sluice_yaml_node *node = start_node(line, SLUICE_YAML_SCALAR);

	node->quote = has_quotes ? SLUICE_YAML_DOUBLE : SLUICE_YAML_PLAIN;
	node->text = has_quotes ? take_run(line, quoted) : take_word(line);
	node->end = place_of(line);	/* a text stands between its quotes */
	return node->text && (!has_quotes || skip(line, '"')) ? node : NULL;
}

static bool take_element(struct line *line, struct sluice_yaml_node *parent)
{
	struct sluice_yaml_node *node = take_value(line);

	if (!node)
		return false;
	sluice_yaml_append(parent, node);
	return true;
}

/* Whatever the tree would refuse is not plain: the library's way words the refusal. */
static bool take_pair(struct line *line, struct sluice_yaml_node *parent)
{
	struct sluice_place place = place_of(line);
	const char *start = line->at;
	char *key = take_word(line);

	if (!key || line->at - start > KEY_MAX || parent->count == SLUICE_YAML_KEYS_MAX ||
	    sluice_yaml_get(parent, key) || !skip_separator(line, ':') || !take_element(line, parent))
		return false;
	parent->last->key = key;
	parent->last->key_place = place;
	return true;
}

static struct sluice_yaml_node *take_collection(struct line *line, enum sluice_yaml_kind kind)
{
	bool mapping = kind == SLUICE_YAML_MAPPING;
	struct sluice_yaml_node *node = start_node(line, kind);

	if (++line->depth > SLUICE_PLAIN_DEPTH_MAX)
		return NULL;
	node->flow = true;
	line->at++;
	do {
		if (mapping ? !take_pair(line, node) : !take_element(line, node))
			return NULL;
	} while (skip_separator(line, ','));
	if (!skip(line, mapping ? '}' : ']'))
		return NULL;
	node->end = place_of(line);
	line->depth--;
	return node;
}

static struct sluice_yaml_node *take_value(struct line *line)
{
	if (line->at == line->end)
		return NULL;
	if (*line->at == '{')
		return take_collection(line, SLUICE_YAML_MAPPING);
	if (*line->at == '[')
		return take_collection(line, SLUICE_YAML_SEQUENCE);
	return take_scalar(line);
}

/* Blanks, a dash, a blank, one mapping, and nothing behind it. */
static struct sluice_yaml_node *take_item(struct line *line)
{
	struct sluice_yaml_node *node;

	while (line->at < line->end && *line->at == ' ')
		line->at++;
	if (!skip_separator(line, '-') || line->at == line->end || *line->at != '{')
		return NULL;
	node = take_value(line);
	return line->at == line->end ? node : NULL;
}

static void add_item(struct sluice_plain *plain, char *line, struct sluice_yaml_node *item)
{
	unsigned int first = item->place.column, last = item->end.column - 2;	/* inside the braces */

	memset(line + first, ' ', last - first);
	plain->item = sluice_grow(plain->item, plain->items, sizeof(*plain->item));
	plain->item[plain->items++] = item;
}

void sluice_plain_find(char *text, size_t length, struct sluice_arena *arena,
		       struct sluice_plain *plain)
{
	char *start = text, *stop = text + length;

	for (unsigned int number = 1; start < stop; number++) {
		char *newline = memchr(start, '\n', (size_t)(stop - start));
		char *end = newline ? newline : stop;
		struct line line = { .start = start, .at = start, .end = end, .number = number,
				     .arena = arena };
		struct sluice_yaml_node *item = take_item(&line);

		if (item)
			add_item(plain, start, item);
		start = end + 1;
	}
}
