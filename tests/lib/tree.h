/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two documents compared to the last place: for the two ways of reading YAML.
 */
#ifndef SLUICE_TESTS_TREE_H
#define SLUICE_TESTS_TREE_H

#include <string.h>

#include "policy/yaml.h"

static bool tree_same_place(struct sluice_place a, struct sluice_place b)
{
	return a.line == b.line && a.column == b.column;
}

static bool tree_same_text(const char *a, const char *b)
{
	return !a == !b && (!a || !strcmp(a, b));
}

static bool tree_same_node(const struct sluice_yaml_node *a, const struct sluice_yaml_node *b)
{
	const struct sluice_yaml_node *x = a->child, *y = b->child;

	if (a->kind != b->kind || a->quote != b->quote || a->empty != b->empty ||
	    a->flow != b->flow || a->count != b->count || a->key_quote != b->key_quote ||
	    !tree_same_place(a->place, b->place) || !tree_same_place(a->end, b->end) ||
	    !tree_same_place(a->key_place, b->key_place) || !tree_same_text(a->text, b->text) ||
	    !tree_same_text(a->key, b->key))
		return false;
	for (; x && y; x = x->next, y = y->next)
		if (x->parent != a || y->parent != b || !tree_same_node(x, y))
			return false;
	return !x && !y;
}

/**
 * tree_same() - whether two documents are the same: values, quotes, places, comments
 * @a: a document
 * @b: another one
 */
static bool tree_same(const struct sluice_yaml *a, const struct sluice_yaml *b)
{
	if (a->comments != b->comments || !tree_same_node(a->root, b->root))
		return false;
	for (size_t i = 0; i < a->comments; i++)
		if (strcmp(a->comment[i].text, b->comment[i].text) ||
		    a->comment[i].alone != b->comment[i].alone ||
		    !tree_same_place(a->comment[i].place, b->comment[i].place))
			return false;
	return true;
}

/**
 * tree_same_refusal() - whether two readings were refused in the same words at the same place
 * @a: messages of the one
 * @b: messages of the other
 */
static bool tree_same_refusal(const struct sluice_messages *a, const struct sluice_messages *b)
{
	return a->count == 1 && b->count == 1 && tree_same_place(a->item[0].place, b->item[0].place) &&
	       tree_same_text(a->item[0].text, b->item[0].text) &&
	       tree_same_text(a->item[0].hint, b->item[0].hint);
}

/**
 * tree_both_ways() - read a text with and without the short way of plain items
 * @text: anything
 * @length: in bytes
 *
 * Return: whether both gave the same document or the same refusal.
 */
static bool tree_both_ways(const char *text, size_t length)
{
	struct sluice_messages quick_said, slow_said;
	struct sluice_yaml *quick, *slow;
	bool same;

	sluice_messages_init(&quick_said, NULL);
	sluice_messages_init(&slow_said, NULL);
	quick = sluice_yaml_parse(text, length, &quick_said);
	slow = sluice_yaml_parse_by_library(text, length, &slow_said);
	same = !quick == !slow;
	if (same)
		same = quick ? tree_same(quick, slow) : tree_same_refusal(&quick_said, &slow_said);
	sluice_yaml_free(quick);
	sluice_yaml_free(slow);
	sluice_messages_release(&quick_said);
	sluice_messages_release(&slow_said);
	return same;
}

#endif
