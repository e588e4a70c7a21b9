// SPDX-License-Identifier: GPL-2.0-or-later
/* What one policy says and another does not; see difference.h. */
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "difference.h"
#include "format.h"

struct difference {
	FILE *out;
	size_t lines;
};

/* Lists of named items, and what one item is called. */
static const struct {
	const char *section;
	const char *item;
} sections[] = {
	{ "gateways", "gateway" }, { "zones", "zone" }, { "assets", "asset" },
	{ "groups", "group" }, { "services", "service" }, { "conduits", "conduit" },
};

#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

/* An item and where it stands in its list, sorted by name so that a merge finds partners. */
struct named {
	const char *name;
	const struct sluice_yaml_node *node;
};

struct list {
	struct named *named;
	size_t count;
};

static int compare_named(const void *left, const void *right)
{
	return strcmp(((const struct named *)left)->name, ((const struct named *)right)->name);
}

static struct list list_items(const struct sluice_policy *policy, const char *section)
{
	const struct sluice_yaml_node *node = sluice_yaml_get(policy->yaml->root, section);
	struct list list = { 0 };

	for (node = node ? node->child : NULL; node; node = node->next) {
		list.named = sluice_grow(list.named, list.count, sizeof(*list.named));
		list.named[list.count].name = sluice_yaml_get(node, "name")->text;
		list.named[list.count++].node = node;
	}
	if (list.count)
		qsort(list.named, list.count, sizeof(*list.named), compare_named);
	return list;
}

static bool same_value(const struct sluice_yaml_node *a, const struct sluice_yaml_node *b)
{
	const struct sluice_yaml_node *x, *y = NULL;

	if (a->kind != b->kind || a->count != b->count)
		return false;
	if (a->kind == SLUICE_YAML_SCALAR)
		return !strcmp(a->text, b->text);
	for (x = a->child; x; x = x->next) {
		/* Keys have no order, elements of a list do. */
		if (a->kind == SLUICE_YAML_MAPPING)
			y = sluice_yaml_get(b, x->key);
		else
			y = y ? y->next : b->child;
		if (!y || !same_value(x, y))
			return false;
	}
	return true;
}

static void tell_whole(struct difference *difference, char sign, const char *item,
		       const struct named *named)
{
	char *text = sluice_yaml_print(named->node);

	fprintf(difference->out, "%c %s %s: %s\n", sign, item, named->name, text);
	difference->lines++;
	free(text);
}

static void tell_key(struct difference *difference, const char *item, const char *name,
		     const struct sluice_yaml_node *before, const struct sluice_yaml_node *after)
{
	char *old = before ? sluice_yaml_print(before) : sluice_copy_text("(nothing)");
	char *new = after ? sluice_yaml_print(after) : sluice_copy_text("(nothing)");

	fprintf(difference->out, "~ %s %s: %s: %s -> %s\n", item, name,
		before ? before->key : after->key, old, new);
	difference->lines++;
	free(old);
	free(new);
}

static void compare_items(struct difference *difference, const char *item, const char *name,
			  const struct sluice_yaml_node *before,
			  const struct sluice_yaml_node *after)
{
	const struct sluice_yaml_node *key, *other;

	for (key = before->child; key; key = key->next) {
		other = sluice_yaml_get(after, key->key);
		if (!other || !same_value(key, other))
			tell_key(difference, item, name, key, other);
	}
	for (key = after->child; key; key = key->next)
		if (!sluice_yaml_get(before, key->key))
			tell_key(difference, item, name, NULL, key);
}

static void compare_lists(struct difference *difference, const char *item, const struct list *a,
			  const struct list *b)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		int order = i == a->count ? 1 : j == b->count ? -1 :
			    strcmp(a->named[i].name, b->named[j].name);

		if (order < 0) {
			tell_whole(difference, '-', item, &a->named[i++]);
		} else if (order > 0) {
			tell_whole(difference, '+', item, &b->named[j++]);
		} else {
			compare_items(difference, item, a->named[i].name, a->named[i].node,
				      b->named[j].node);
			i++;
			j++;
		}
	}
}

static void compare_site(struct difference *difference, const struct sluice_policy *before,
			 const struct sluice_policy *after)
{
	if (strcmp(before->site, after->site)) {
		fprintf(difference->out, "~ site: %s -> %s\n", before->site, after->site);
		difference->lines++;
	}
	if (before->version != after->version) {
		fprintf(difference->out, "~ version: %llu -> %llu\n",
			(unsigned long long)before->version, (unsigned long long)after->version);
		difference->lines++;
	}
}

size_t sluice_policy_difference(const struct sluice_policy *before,
				const struct sluice_policy *after, FILE *out)
{
	struct difference difference = { .out = out };

	compare_site(&difference, before, after);
	for (size_t i = 0; i < SECTIONS; i++) {
		struct list a = list_items(before, sections[i].section);
		struct list b = list_items(after, sections[i].section);

		compare_lists(&difference, sections[i].item, &a, &b);
		free(a.named);
		free(b.named);
	}
	return difference.lines;
}
