// SPDX-License-Identifier: GPL-2.0-or-later
/* One display walk, two writers; see walk.h. */
#include "lib/walk.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

#define DEPTH 8
#define INDENT 2
#define GAP 2

/* A table in the making: cells row by row. */
struct table {
	char **headings;
	size_t columns;
	char **cells;
	size_t count;
	size_t rows;
};

/* What is open. @indent is where its values begin in text. */
struct level {
	enum { OBJECT, TABLE, LIST } kind;
	struct json_object *json;
	struct json_object *row;
	struct table table;
	unsigned int indent;
};

struct sluice_walk {
	FILE *out;
	enum sluice_walk_form form;
	struct level levels[DEPTH];
	unsigned int depth;
};

static struct level *top(struct sluice_walk *walk)
{
	return &walk->levels[walk->depth];
}

struct sluice_walk *sluice_walk_begin(FILE *out, enum sluice_walk_form form)
{
	struct sluice_walk *walk = sluice_allocate(1, sizeof(*walk));

	walk->out = out;
	walk->form = form;
	walk->levels[0].json = json_object_new_object();
	return walk;
}

int sluice_walk_end(struct sluice_walk *walk)
{
	int failed;

	if (walk->form == SLUICE_WALK_JSON)
		fprintf(walk->out, "%s\n",
			json_object_to_json_string_ext(walk->levels[0].json,
						       JSON_C_TO_STRING_PLAIN |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(walk->levels[0].json);
	fflush(walk->out);
	failed = ferror(walk->out);
	free(walk);
	return failed ? -EIO : 0;
}

/* ---- Text ---- */

/* Names and purposes come from files that others wrote: no escape sequence reaches the terminal. */
static char *printable(const char *text)
{
	char *copy = sluice_copy_text(text);

	for (char *byte = copy; *byte; byte++)
		if ((unsigned char)*byte < 0x20 || *byte == 0x7f)
			*byte = '?';
	return copy;
}

static void indent(struct sluice_walk *walk)
{
	fprintf(walk->out, "%*s", (int)top(walk)->indent, "");
}

/* Columns of a terminal that a text takes: UTF-8 continuation bytes take none. */
static size_t width(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += ((unsigned char)*text & 0xc0) != 0x80;
	return columns;
}

static void table_cell(struct table *table, const char *label, const char *value)
{
	if (table->rows == 1) {
		table->headings = sluice_grow(table->headings, table->columns,
					      sizeof(*table->headings));
		table->headings[table->columns++] = sluice_copy_text(label);
	}
	table->cells = sluice_grow(table->cells, table->count, sizeof(*table->cells));
	table->cells[table->count++] = printable(value);
}

static void print_cells(struct sluice_walk *walk, char **cells, const size_t *widths, size_t count)
{
	size_t pad = 0;

	indent(walk);
	for (size_t i = 0; i < count; i++) {
		fprintf(walk->out, "%*s%s", (int)pad, "", cells[i]);
		pad = widths[i] - width(cells[i]) + GAP;
	}
	fputc('\n', walk->out);
}

static void print_table(struct sluice_walk *walk, struct table *table)
{
	size_t *widths;

	/* Nothing labelled, or no row: rows may still have been told as notes. */
	if (!table->columns)
		return;
	widths = sluice_allocate(table->columns, sizeof(*widths));
	for (size_t i = 0; i < table->columns; i++)
		widths[i] = width(table->headings[i]);
	for (size_t i = 0; i < table->count; i++)
		if (width(table->cells[i]) > widths[i % table->columns])
			widths[i % table->columns] = width(table->cells[i]);
	print_cells(walk, table->headings, widths, table->columns);
	for (size_t i = 0; i + table->columns <= table->count; i += table->columns)
		print_cells(walk, table->cells + i, widths, table->columns);
	free(widths);
}

static void free_table(struct table *table)
{
	for (size_t i = 0; i < table->columns; i++)
		free(table->headings[i]);
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->headings);
	free(table->cells);
}

static void print_value(struct sluice_walk *walk, const char *label, const char *value)
{
	char *clean;

	if (!label)
		return;
	if (top(walk)->kind == TABLE) {
		table_cell(&top(walk)->table, label, value);
		return;
	}
	clean = printable(value);
	indent(walk);
	fprintf(walk->out, "%s: %s\n", label, clean);
	free(clean);
}

static void print_line(struct sluice_walk *walk, const char *text)
{
	char *clean = printable(text);

	indent(walk);
	fprintf(walk->out, "%s\n", clean);
	free(clean);
}

/* ---- JSON ---- */

static void add(struct sluice_walk *walk, const char *key, struct json_object *value)
{
	struct level *level = top(walk);

	if (level->kind != LIST && !key)
		json_object_put(value);
	else if (level->kind == LIST)
		json_object_array_add(level->json, value);
	else
		json_object_object_add(level->kind == TABLE ? level->row : level->json, key,
				       value);
}

/* ---- Both ---- */

static void open_level(struct sluice_walk *walk, const char *key, const char *heading, int kind)
{
	struct json_object *json;
	struct level *level;

	if (walk->depth + 1 == DEPTH)
		abort();
	if (heading && walk->form == SLUICE_WALK_TEXT)
		print_line(walk, heading);
	json = kind == OBJECT ? json_object_new_object() : json_object_new_array();
	add(walk, key, json);
	level = &walk->levels[++walk->depth];
	memset(level, 0, sizeof(*level));
	level->kind = kind;
	level->json = json;
	level->indent = walk->levels[walk->depth - 1].indent + (heading ? INDENT : 0);
}

void sluice_walk_object(struct sluice_walk *walk, const char *key, const char *heading)
{
	open_level(walk, key, heading, OBJECT);
}

void sluice_walk_table(struct sluice_walk *walk, const char *key, const char *heading)
{
	open_level(walk, key, heading, TABLE);
}

void sluice_walk_list(struct sluice_walk *walk, const char *key, const char *heading)
{
	open_level(walk, key, heading, LIST);
}

void sluice_walk_row(struct sluice_walk *walk)
{
	struct level *level = top(walk);

	level->table.rows++;
	level->row = json_object_new_object();
	json_object_array_add(level->json, level->row);
}

void sluice_walk_close(struct sluice_walk *walk)
{
	struct level *level = top(walk);

	if (level->kind == TABLE) {
		if (walk->form == SLUICE_WALK_TEXT)
			print_table(walk, &level->table);
		free_table(&level->table);
	}
	walk->depth--;
}

void sluice_walk_text(struct sluice_walk *walk, const char *key, const char *label,
		      const char *value)
{
	if (walk->form == SLUICE_WALK_TEXT)
		print_value(walk, label, value ? value : "-");
	else
		add(walk, key, value ? json_object_new_string(value) : NULL);
}

void sluice_walk_number(struct sluice_walk *walk, const char *key, const char *label,
			uint64_t value)
{
	char text[24];

	if (walk->form == SLUICE_WALK_JSON) {
		add(walk, key, json_object_new_uint64(value));
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64, value);
	print_value(walk, label, text);
}

void sluice_walk_flag(struct sluice_walk *walk, const char *key, const char *label, bool value)
{
	if (walk->form == SLUICE_WALK_TEXT)
		print_value(walk, label, value ? "yes" : "no");
	else
		add(walk, key, json_object_new_boolean(value));
}

void sluice_walk_line(struct sluice_walk *walk, const char *key, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = sluice_vformat(format, arguments);
	va_end(arguments);
	if (walk->form == SLUICE_WALK_TEXT)
		print_line(walk, text);
	else
		add(walk, key, json_object_new_string(text));
	free(text);
}

void sluice_walk_note(struct sluice_walk *walk, const char *format, ...)
{
	va_list arguments;
	char *text;

	if (walk->form == SLUICE_WALK_JSON)
		return;
	va_start(arguments, format);
	text = sluice_vformat(format, arguments);
	va_end(arguments);
	print_line(walk, text);
	free(text);
}
