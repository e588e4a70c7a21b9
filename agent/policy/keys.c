// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading by tables; see keys.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "keys.h"

#define WORD_MAX 64		/* longer words are not compared for a suggestion */
#define NAME_MAX_BYTES 47	/* SLUICE_NAME_BYTES with its NUL */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap neighbours) that lead from one word to the other. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	size_t m = strlen(a), n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		last[j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= n; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[n];
}

const char *sluice_nearest(const char *word, const char *const *candidate, size_t count,
			   size_t stride)
{
	const char *nearest = NULL;
	size_t best = 4;

	if (strlen(word) > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const char *other = *(const char *const *)((const char *)candidate + i * stride);
		size_t edits;

		if (!other || strlen(other) > WORD_MAX)
			continue;
		edits = distance(word, other);
		if (edits >= best || edits * 2 > strlen(other))
			continue;
		best = edits;
		nearest = other;
	}
	return nearest;
}

/* The first key of another kind of text: somebody gave the wrong file. */
static const char *other_text(const char *key)
{
	static const char *const texts[][2] = {
		{ "sluice", "that is a policy: sluicectl policy check" },
		{ "sluice-trust", "that is a trust text: sluicectl trust bundle" },
		{ "cases", "that is a case file: sluicectl policy test POLICY CASES" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(key, texts[i][0]))
			return texts[i][1];
	return NULL;
}

static void unknown_key(struct sluice_reader *reader, const struct sluice_yaml_node *node,
			const struct sluice_key_table *table)
{
	const char *nearest = sluice_nearest(node->key, &table->key[0].name, table->count,
					     sizeof(table->key[0]));

	sluice_message_error(reader->messages, &node->key_place, "unknown key %.60s in a %s",
			     node->key, table->name);
	if (other_text(node->key))
		sluice_message_hint(reader->messages, "%s", other_text(node->key));
	else if (nearest)
		sluice_message_hint(reader->messages, "did you mean %s?", nearest);
}

static const struct sluice_key *find_key(const struct sluice_key_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (!strcmp(table->key[i].name, name))
			return &table->key[i];
	return NULL;
}

unsigned int sluice_enforced = SLUICE_ENFORCED;

const char *sluice_key_refused(const struct sluice_key *key)
{
	return key->feature & sluice_enforced ? NULL : key->refused;
}

static void read_key(struct sluice_reader *reader, const struct sluice_yaml_node *node,
		     const struct sluice_key_table *table, void *target)
{
	const struct sluice_key *key = find_key(table, node->key);

	if (!key)
		unknown_key(reader, node, table);
	else if (key->read && (!sluice_key_refused(key) || !key->feature))
		key->read(reader, node, target);
	else
		sluice_message_error(reader->messages, &node->key_place, "%s: %s", key->name,
				     key->refused);
}

/* "in conduit history" says more than "in this conduit". */
static void refuse_missing(struct sluice_reader *reader, const struct sluice_yaml_node *node,
			   const struct sluice_key_table *table, const char *key)
{
	const struct sluice_yaml_node *name = sluice_yaml_get(node, "name");

	if (name && name->kind == SLUICE_YAML_SCALAR && *name->text)
		sluice_message_error(reader->messages, &node->place,
				     "the key %s is missing in %s %.60s", key, table->name,
				     name->text);
	else
		sluice_message_error(reader->messages, &node->place,
				     "the key %s is missing in this %s", key, table->name);
}

void sluice_read_mapping(struct sluice_reader *reader, const struct sluice_yaml_node *node,
			 const struct sluice_key_table *table, void *target)
{
	if (node->kind != SLUICE_YAML_MAPPING) {
		sluice_message_error(reader->messages, &node->place,
				     "a %s must be a mapping of keys and values", table->name);
		return;
	}
	for (const struct sluice_yaml_node *child = node->child; child; child = child->next)
		read_key(reader, child, table, target);
	for (size_t i = 0; i < table->count; i++)
		if (table->key[i].required && !sluice_yaml_get(node, table->key[i].name))
			refuse_missing(reader, node, table, table->key[i].name);
}

/* Values */

static const char *label(const struct sluice_yaml_node *value)
{
	if (value->key)
		return value->key;
	return value->parent && value->parent->key ? value->parent->key : "this";
}

const char *sluice_read_text(struct sluice_reader *reader, const struct sluice_yaml_node *value)
{
	if (value->kind != SLUICE_YAML_SCALAR)
		sluice_message_error(reader->messages, &value->place, "%.60s must be a single text",
				     label(value));
	else if (!*value->text)
		sluice_message_error(reader->messages, &value->place, "%.60s is empty", label(value));
	else
		return value->text;
	return NULL;
}

static bool is_name(const char *text)
{
	static const bool allowed[256] = {
		['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true,
		['.'] = true, ['_'] = true, ['-'] = true,
	};
	size_t length = 0;

	while (allowed[(unsigned char)text[length]])
		length++;
	return !text[length] && length <= NAME_MAX_BYTES && !strchr("-._", text[0]);
}

const char *sluice_read_name(struct sluice_reader *reader, const struct sluice_yaml_node *value)
{
	const char *text = sluice_read_text(reader, value);

	if (!text)
		return NULL;
	if (is_name(text))
		return text;
	sluice_message_error(reader->messages, &value->place, "%.60s is not a name", text);
	sluice_message_hint(reader->messages,
			    "a name begins with a letter or digit and has 1 to %d of them, dots, dashes and underscores",
			    NAME_MAX_BYTES);
	return NULL;
}

static void add_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		     struct sluice_names *names)
{
	const char *name = sluice_read_name(reader, value);

	if (!name)
		return;
	names->name = sluice_grow(names->name, names->count, sizeof(*names->name));
	names->place = sluice_grow(names->place, names->count, sizeof(*names->place));
	names->name[names->count] = name;
	names->place[names->count++] = value->place;
}

void sluice_read_names(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       struct sluice_names *names)
{
	if (value->kind == SLUICE_YAML_SCALAR) {
		add_name(reader, value, names);
		return;
	}
	if (value->kind == SLUICE_YAML_MAPPING || !value->child) {
		sluice_message_error(reader->messages, &value->place,
				     "%s must be a name or a list of names", label(value));
		return;
	}
	for (const struct sluice_yaml_node *child = value->child; child; child = child->next)
		add_name(reader, child, names);
}

static char *join_words(const char *const *words)
{
	char *text = sluice_copy_text(words[0]);

	for (size_t i = 1; words[i]; i++) {
		char *longer = sluice_format("%s, %s", text, words[i]);

		free(text);
		text = longer;
	}
	return text;
}

int sluice_read_word(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		     const char *const *words)
{
	const char *text = sluice_read_text(reader, value);
	char *list;

	if (!text)
		return -1;
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	list = join_words(words);
	sluice_message_error(reader->messages, &value->place, "%s: %.60s is not one of %s",
			     label(value), text, list);
	free(list);
	return -1;
}

bool sluice_read_bool(struct sluice_reader *reader, const struct sluice_yaml_node *value)
{
	static const char * const words[] = { "true", "false", NULL };

	return sluice_read_word(reader, value, words) == 0;
}

uint64_t sluice_read_number(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			    uint64_t minimum, uint64_t maximum)
{
	const char *text = sluice_read_text(reader, value);
	unsigned long long number;
	size_t length;

	if (!text)
		return 0;
	length = strlen(text);
	errno = 0;
	number = strtoull(text, NULL, 10);
	if (strspn(text, "0123456789") == length && !(length > 1 && text[0] == '0') && !errno &&
	    number >= minimum && number <= maximum)
		return number;
	sluice_message_error(reader->messages, &value->place,
			     "%s: %.60s is not a number from %llu to %llu", label(value), text,
			     (unsigned long long)minimum, (unsigned long long)maximum);
	return 0;
}

static bool check_ownable(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  const struct sluice_span *span)
{
	const char *name = sluice_never_owned_name(span->first);

	/* A catch-all may cover such addresses; they are carved out. One that holds nothing else is a slip. */
	if (!name || name != sluice_never_owned_name(span->last))
		return true;
	sluice_message_error(reader->messages, &value->place,
			     "%s: a %s never belongs to a zone", value->text, name);
	return false;
}

static void add_span(struct sluice_reader *reader, const struct sluice_yaml_node *value, bool hosts,
		     struct sluice_set *set)
{
	const char *text = sluice_read_text(reader, value);
	struct sluice_span span = { .place = value->place };
	char *problem;

	if (!text)
		return;
	if (!sluice_span_parse(text, &span, &problem)) {
		sluice_message_error(reader->messages, &value->place, "%s", problem);
		free(problem);
		return;
	}
	if (hosts && span.first != span.last) {
		sluice_message_error(reader->messages, &value->place,
				     "%s: %s must be a single address", label(value), text);
		return;
	}
	if (check_ownable(reader, value, &span))
		sluice_set_append(set, &span);
}

void sluice_read_spans(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       bool hosts, struct sluice_set *set)
{
	if (value->kind == SLUICE_YAML_SCALAR) {
		add_span(reader, value, hosts, set);
		return;
	}
	if (value->kind == SLUICE_YAML_MAPPING || !value->child) {
		sluice_message_error(reader->messages, &value->place,
				     "%s must be an address or a list of addresses", label(value));
		return;
	}
	for (const struct sluice_yaml_node *child = value->child; child; child = child->next)
		add_span(reader, child, hosts, set);
}
