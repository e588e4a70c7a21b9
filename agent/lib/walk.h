/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One display walk, two writers: what people read and what programs read never differ, because
 * the same calls make both.
 *
 *	walk = sluice_walk_begin(stdout, SLUICE_WALK_TEXT);
 *	sluice_walk_line(walk, "plant", "Plant traffic: %s", state);
 *	sluice_walk_number(walk, "floor", "Version floor", floor);
 *	sluice_walk_table(walk, "zones", "Zones");
 *	for each zone {
 *		sluice_walk_row(walk);
 *		sluice_walk_text(walk, "name", "ZONE", name);
 *	}
 *	sluice_walk_close(walk);
 *	sluice_walk_end(walk);
 *
 * A key is the member's name in JSON; a label is what stands before the value in text, or a
 * column's heading inside a table. A NULL label leaves the value to JSON alone, a NULL key to text
 * alone; in a list there are no keys. Control characters never reach a terminal.
 */
#ifndef SLUICE_LIB_WALK_H
#define SLUICE_LIB_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct sluice_walk;

/** enum sluice_walk_form - who reads it */
enum sluice_walk_form {
	SLUICE_WALK_TEXT,
	SLUICE_WALK_JSON,	/* one object on one line */
};

/**
 * sluice_walk_begin() - start
 * @out: open stream
 * @form: text or JSON
 *
 * Return: a walk for sluice_walk_end().
 */
struct sluice_walk *sluice_walk_begin(FILE *out, enum sluice_walk_form form);

/**
 * sluice_walk_end() - write what is left and free the walk
 * @walk: with everything closed
 *
 * Return: 0, or -EIO when the stream has an error.
 */
int sluice_walk_end(struct sluice_walk *walk);

/**
 * sluice_walk_object() - open a group of values
 * @walk: walk
 * @key: JSON key
 * @heading: line above it in text, its values are then indented; NULL: nothing
 */
void sluice_walk_object(struct sluice_walk *walk, const char *key, const char *heading);

/**
 * sluice_walk_table() - open a table: an array of objects in JSON, aligned columns in text
 * @walk: walk
 * @key: JSON key
 * @heading: line above it in text, or NULL
 *
 * Each sluice_walk_row() begins a row, whose cells are the values that follow. The first row's
 * labels are the headings; every row has the same values in the same order.
 */
void sluice_walk_table(struct sluice_walk *walk, const char *key, const char *heading);

/** sluice_walk_row() - begin the next row of a table */
void sluice_walk_row(struct sluice_walk *walk);

/** sluice_walk_list() - open a list of lines: an array of strings in JSON */
void sluice_walk_list(struct sluice_walk *walk, const char *key, const char *heading);

/** sluice_walk_close() - close what was opened last */
void sluice_walk_close(struct sluice_walk *walk);

/** sluice_walk_text() - a string; NULL is null in JSON and "-" in text */
void sluice_walk_text(struct sluice_walk *walk, const char *key, const char *label,
		      const char *value);

/** sluice_walk_number() - a number */
void sluice_walk_number(struct sluice_walk *walk, const char *key, const char *label,
			uint64_t value);

/** sluice_walk_flag() - true and false in JSON, yes and no in text */
void sluice_walk_flag(struct sluice_walk *walk, const char *key, const char *label, bool value);

/** sluice_walk_line() - a whole line in text; a string under @key (NULL in lists) in JSON */
void sluice_walk_line(struct sluice_walk *walk, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** sluice_walk_note() - a line that only people need */
void sluice_walk_note(struct sluice_walk *walk, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
