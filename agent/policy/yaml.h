/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strict YAML: the subset in which two readers can never disagree.
 *
 * One document of mappings, sequences and one-line scalars; each scalar is text until our own
 * schema gives it a meaning (YAML 1.1 reads `no`, `12:30:45` and 0x88b8 its own way). Anchors,
 * aliases, tags, merge keys, duplicate keys, block scalars, directives and further documents are
 * errors. libfyaml does the scanning; this file keeps its events as a tree with positions.
 */
#ifndef SLUICE_POLICY_YAML_H
#define SLUICE_POLICY_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/arena.h"
#include "../lib/message.h"

/* Nesting of collections; the language itself needs seven. */
#define SLUICE_YAML_DEPTH_MAX 16
/* Keys of one mapping; the language itself needs twenty, a zone list under `ports:` some more. */
#define SLUICE_YAML_KEYS_MAX 256

enum sluice_yaml_kind {
	SLUICE_YAML_SCALAR,
	SLUICE_YAML_SEQUENCE,
	SLUICE_YAML_MAPPING,
};

enum sluice_yaml_quote {
	SLUICE_YAML_PLAIN,
	SLUICE_YAML_SINGLE,
	SLUICE_YAML_DOUBLE,
};

/**
 * struct sluice_yaml_node - a value, and within a mapping also its key
 * @kind: scalar, sequence or mapping
 * @place: where the value begins
 * @end: where it ends (the closing bracket, the last character)
 * @text: a scalar as text, never NULL for one; NULL for collections
 * @empty: nothing was written (`key:` alone); @text is "" then
 * @quote: how the scalar was quoted
 * @flow: a collection written with brackets
 * @key: the key's text if the parent is a mapping, else NULL
 * @key_quote: how the key was quoted
 * @key_place: where the key begins
 * @parent: the collection around it; NULL for the root
 * @child: first element of a collection
 * @last: last element of a collection
 * @next: next element of the parent
 * @count: number of elements
 */
struct sluice_yaml_node {
	/* There are many of them: one machine word holds what is small. */
	enum sluice_yaml_kind kind : 8;
	enum sluice_yaml_quote quote : 8;
	enum sluice_yaml_quote key_quote : 8;
	bool empty : 1;
	bool flow : 1;
	struct sluice_place place;
	struct sluice_place end;
	struct sluice_place key_place;
	char *text;
	char *key;
	struct sluice_yaml_node *parent;
	struct sluice_yaml_node *child;
	struct sluice_yaml_node *last;
	struct sluice_yaml_node *next;
	size_t count;
};

/**
 * struct sluice_yaml_comment - a comment, for fmt
 * @place: where the hash stands
 * @text: from the hash to the end of the line, without trailing blanks
 * @alone: nothing but blanks stands before it on its line
 */
struct sluice_yaml_comment {
	struct sluice_place place;
	char *text;
	bool alone;
};

/**
 * struct sluice_yaml - a document
 * @root: never NULL once parsed
 * @comment: all comments in the order of the text
 * @comments: how many
 * @arena: nodes and texts
 */
struct sluice_yaml {
	struct sluice_yaml_node *root;
	struct sluice_yaml_comment *comment;
	size_t comments;
	struct sluice_arena arena;
};

/**
 * sluice_yaml_parse() - read a text
 * @text: bytes; may hold anything
 * @length: how many
 * @messages: receives exactly one error on failure
 *
 * Return: a document for sluice_yaml_free(), or NULL.
 */
struct sluice_yaml *sluice_yaml_parse(const char *text, size_t length,
				      struct sluice_messages *messages);

/**
 * sluice_yaml_free() - free a document
 * @yaml: may be NULL
 */
void sluice_yaml_free(struct sluice_yaml *yaml);

/**
 * sluice_yaml_get() - look up a key
 * @mapping: a node; anything but a mapping has no keys
 * @key: text of the key
 *
 * Return: the value or NULL.
 */
const struct sluice_yaml_node *sluice_yaml_get(const struct sluice_yaml_node *mapping,
					       const char *key);

/**
 * sluice_yaml_read_file() - the bytes of a file
 * @path: file; "-" is standard input
 * @maximum: largest size in bytes
 * @text: receives memory for free()
 * @length: receives the number of bytes
 * @messages: receives the error
 *
 * Return: 0 or a negative errno: that of the open or read, -EISDIR, -EFBIG over @maximum.
 */
int sluice_yaml_read_file(const char *path, size_t maximum, char **text, size_t *length,
			  struct sluice_messages *messages);

#endif
