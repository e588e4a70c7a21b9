// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one form of a policy text; see format.h.
 *
 * What was written with brackets stays on one line if it fits and holds no comment, and becomes
 * a block otherwise; a block stays a block. In a run of one-line mappings the values of the keys
 * that all of them begin with stand in columns. A comment behind something stays behind it; a
 * comment on a line of its own stays before what follows it. Single blank lines are kept.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "format.h"

#define WIDTH 160
#define STEP 2

struct writer {
	FILE *out;
	const struct sluice_yaml *yaml;
	size_t comment;			/* next one to write */
	bool *blank;			/* by source line: is it empty */
	unsigned int lines;
	bool begun;			/* something was written */
};

static bool before(struct sluice_place a, struct sluice_place b)
{
	return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* Scalars */

static void write_scalar(FILE *out, const char *text, enum sluice_yaml_quote quote)
{
	if (quote == SLUICE_YAML_PLAIN) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static size_t scalar_width(const char *text, enum sluice_yaml_quote quote)
{
	size_t width = quote == SLUICE_YAML_PLAIN ? 0 : 2;

	for (; *text; text++) {
		width += (*text & 0xc0) != 0x80;
		if (quote != SLUICE_YAML_PLAIN && (*text == '"' || *text == '\\'))
			width++;
	}
	return width;
}

/* One line */

static size_t flow_width(const struct sluice_yaml_node *node);

static size_t element_width(const struct sluice_yaml_node *node)
{
	size_t width = flow_width(node);

	if (node->key)
		width += scalar_width(node->key, node->key_quote) + 2;
	return width;
}

static size_t flow_width(const struct sluice_yaml_node *node)
{
	size_t width = 2;

	if (node->kind == SLUICE_YAML_SCALAR)
		return scalar_width(node->text, node->quote);
	for (const struct sluice_yaml_node *child = node->child; child; child = child->next)
		width += element_width(child) + (child->next ? 2 : 0);
	return width;
}

static bool holds_comment(const struct writer *writer, const struct sluice_yaml_node *node)
{
	size_t low = 0, high = writer->yaml->comments;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (before(writer->yaml->comment[middle].place, node->place))
			low = middle + 1;
		else
			high = middle;
	}
	return low < writer->yaml->comments &&
	       before(writer->yaml->comment[low].place, node->end);
}

/* @prefix is what stands before the value on its line. */
static bool is_one_line(const struct writer *writer, const struct sluice_yaml_node *node,
			size_t prefix)
{
	if (node->kind == SLUICE_YAML_SCALAR || !node->child)
		return true;
	return node->flow && !holds_comment(writer, node) && prefix + flow_width(node) <= WIDTH;
}

/* Columns of a run: how wide each leading value is at most, and how many have another behind it. */
struct columns {
	size_t width[SLUICE_YAML_KEYS_MAX];
	size_t followed[SLUICE_YAML_KEYS_MAX];
	size_t count;
};

static void write_flow(FILE *out, const struct sluice_yaml_node *node,
		       const struct columns *columns)
{
	bool mapping = node->kind == SLUICE_YAML_MAPPING;
	size_t index = 0;

	if (node->kind == SLUICE_YAML_SCALAR) {
		write_scalar(out, node->text, node->quote);
		return;
	}
	fputc(mapping ? '{' : '[', out);
	for (const struct sluice_yaml_node *child = node->child; child; child = child->next) {
		if (mapping) {
			write_scalar(out, child->key, child->key_quote);
			fputs(child->empty ? ":" : ": ", out);
		}
		write_flow(out, child, NULL);
		if (child->next) {
			fputs(", ", out);
			if (columns && index < columns->count && columns->followed[index] > 1)
				fprintf(out, "%*s",
					(int)(columns->width[index] - flow_width(child)), "");
		}
		index++;
	}
	fputc(mapping ? '}' : ']', out);
}

char *sluice_yaml_print(const struct sluice_yaml_node *node)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	write_flow(out, node, NULL);
	fclose(out);
	return text;
}

/* Lines */

static void indent_by(struct writer *writer, size_t indent)
{
	fprintf(writer->out, "%*s", (int)indent, "");
}

static void keep_blank(struct writer *writer, unsigned int line)
{
	if (writer->begun && line >= 2 && line - 2 < writer->lines && writer->blank[line - 2])
		fputc('\n', writer->out);
	writer->begun = true;
}

/* The next comment that is not written yet; NULL behind the last one */
static const struct sluice_yaml_comment *next_comment(const struct writer *writer)
{
	return writer->comment < writer->yaml->comments ?
		       &writer->yaml->comment[writer->comment] : NULL;
}

/* Everything that stands before @place and was not written behind something. */
static void flush_comments(struct writer *writer, struct sluice_place place, size_t indent)
{
	const struct sluice_yaml_comment *comment;

	while ((comment = next_comment(writer)) && before(comment->place, place)) {
		keep_blank(writer, comment->alone ? comment->place.line : 0);
		indent_by(writer, indent);
		fprintf(writer->out, "%s\n", comment->text);
		writer->comment++;
	}
}

/* The comment behind what was just written, if there is one on its source line. */
static void end_line(struct writer *writer, unsigned int line)
{
	const struct sluice_yaml_comment *comment = next_comment(writer);

	if (comment && !comment->alone && comment->place.line == line) {
		fprintf(writer->out, "  %s", comment->text);
		writer->comment++;
	}
	fputc('\n', writer->out);
}

static void begin_line(struct writer *writer, struct sluice_place place, size_t indent)
{
	flush_comments(writer, place, indent);
	keep_blank(writer, place.line);
	indent_by(writer, indent);
}

static void write_block(struct writer *writer, const struct sluice_yaml_node *node, size_t indent,
			bool begun);

/* `key: value` or `key:` with a block below; the indentation stands already. */
static void write_pair(struct writer *writer, const struct sluice_yaml_node *node, size_t indent)
{
	size_t prefix = indent + scalar_width(node->key, node->key_quote) + 2;

	write_scalar(writer->out, node->key, node->key_quote);
	if (is_one_line(writer, node, prefix)) {
		fputs(node->empty ? ":" : ": ", writer->out);
		write_flow(writer->out, node, NULL);
		end_line(writer, node->end.line);
		return;
	}
	fputc(':', writer->out);
	/* A comment behind the bracket belongs here, one behind the first element to that. */
	if (writer->comment < writer->yaml->comments &&
	    before(writer->yaml->comment[writer->comment].place, node->child->key ?
		   node->child->key_place : node->child->place))
		end_line(writer, node->key_place.line);
	else
		fputc('\n', writer->out);
	write_block(writer, node, indent + STEP, false);
}

/* What will stand behind the dash of an item: the item itself, or the first thing inside. */
static struct sluice_place item_place(const struct writer *writer,
				      const struct sluice_yaml_node *node, size_t indent)
{
	for (; !is_one_line(writer, node, indent + 2); node = node->child, indent += 2)
		if (node->kind == SLUICE_YAML_MAPPING)
			return node->child->key_place;
	return node->place;
}

/* The indentation stands already; a block begins behind its dash, also one in another. */
static void write_item(struct writer *writer, const struct sluice_yaml_node *node, size_t indent,
		       const struct columns *columns)
{
	if (!is_one_line(writer, node, indent + 2)) {
		fputs("- ", writer->out);
		write_block(writer, node, indent + 2, true);
		return;
	}
	fputs(node->empty ? "-" : "- ", writer->out);
	write_flow(writer->out, node, columns);
	end_line(writer, node->end.line);
}

static bool joins_run(const struct writer *writer, const struct sluice_yaml_node *node,
		      size_t indent)
{
	return node && node->kind == SLUICE_YAML_MAPPING && node->child &&
	       is_one_line(writer, node, indent + 2);
}

/* Widths of the leading values whose keys all mappings of the run share. */
static const struct sluice_yaml_node *measure_run(const struct writer *writer,
						  const struct sluice_yaml_node *first,
						  size_t indent, struct columns *columns)
{
	const struct sluice_yaml_node *node = first;

	columns->count = first->count;
	memset(columns->width, 0, sizeof(columns->width));
	memset(columns->followed, 0, sizeof(columns->followed));
	for (; joins_run(writer, node, indent); node = node->next) {
		const struct sluice_yaml_node *one = first->child, *two = node->child;
		size_t index = 0;

		for (; one && two && index < columns->count && !strcmp(one->key, two->key);
		     one = one->next, two = two->next, index++) {
			size_t width = flow_width(two);

			if (width > columns->width[index])
				columns->width[index] = width;
			columns->followed[index] += two->next != NULL;
		}
		columns->count = index;
	}
	return node;
}

static void write_sequence(struct writer *writer, const struct sluice_yaml_node *node,
			   size_t indent, bool begun)
{
	const struct sluice_yaml_node *child = node->child, *end;
	struct columns columns;

	while (child) {
		bool run = joins_run(writer, child, indent);

		end = run ? measure_run(writer, child, indent, &columns) : child->next;
		for (; child != end; child = child->next) {
			if (!begun)
				begin_line(writer, item_place(writer, child, indent), indent);
			begun = false;
			write_item(writer, child, indent, run ? &columns : NULL);
		}
	}
}

/* With @begun the first element stands behind a dash, on a line that has begun. */
static void write_block(struct writer *writer, const struct sluice_yaml_node *node, size_t indent,
			bool begun)
{
	if (node->kind == SLUICE_YAML_SEQUENCE) {
		write_sequence(writer, node, indent, begun);
		return;
	}
	for (const struct sluice_yaml_node *child = node->child; child; child = child->next) {
		if (!begun)
			begin_line(writer, child->key_place, indent);
		begun = false;
		write_pair(writer, child, indent);
	}
}

static void mark_blank_lines(struct writer *writer, const char *text, size_t length)
{
	size_t start = 0;

	for (size_t i = 0; i <= length; i++) {
		bool blank = true;

		if (i < length && text[i] != '\n')
			continue;
		for (size_t j = start; j < i; j++)
			blank = blank && strchr(" \t\r", text[j]);
		writer->blank = sluice_grow(writer->blank, writer->lines, sizeof(*writer->blank));
		writer->blank[writer->lines++] = blank;
		start = i + 1;
	}
}

static void write_document(struct writer *writer)
{
	const struct sluice_yaml_node *root = writer->yaml->root;
	struct sluice_place end = { UINT_MAX, 0 };

	if (is_one_line(writer, root, 0)) {
		begin_line(writer, root->place, 0);
		write_flow(writer->out, root, NULL);
		end_line(writer, root->end.line);
	} else {
		write_block(writer, root, 0, false);
	}
	flush_comments(writer, end, 0);
}

char *sluice_policy_format(const char *text, size_t length, struct sluice_messages *messages)
{
	struct sluice_yaml *yaml = sluice_yaml_parse(text, length, messages);
	struct writer writer = { .yaml = yaml };
	char *result = NULL;
	size_t size;

	if (!yaml)
		return NULL;
	writer.out = open_memstream(&result, &size);
	if (!writer.out) {
		sluice_yaml_free(yaml);
		sluice_message_error(messages, NULL, "out of memory");
		return NULL;
	}
	mark_blank_lines(&writer, text, length);
	write_document(&writer);
	fclose(writer.out);
	free(writer.blank);
	sluice_yaml_free(yaml);
	return result;
}
