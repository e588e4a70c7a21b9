/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain items: lines of a list that can be read at a glance.
 *
 *	  - {name: plc-7, zone: cell-a, address: 10.1.0.7, purpose: "press 7"}
 *
 * A large policy is made of such lines. One that has only words of letters, digits and . _ / - and simple
 * double-quoted texts, with one blank where YAML wants one, means the same to every reader, so it need not go
 * through the library word by word. The library still reads everything around it and the two braces themselves,
 * with blanks between them: where an item may stand is its decision alone.
 */
#ifndef SLUICE_POLICY_PLAIN_H
#define SLUICE_POLICY_PLAIN_H

#include "yaml.h"

/* Collections inside each other in a plain item, its own braces included. */
#define SLUICE_PLAIN_DEPTH_MAX 4

/**
 * struct sluice_plain - all plain items of a text
 * @item: a mapping each, in the order of the text
 * @items: how many
 */
struct sluice_plain {
	struct sluice_yaml_node **item;
	size_t items;
};

/**
 * sluice_plain_find() - read the plain items and blank what stands between their braces
 * @text: passed the check of its encoding; is changed in place
 * @length: in bytes
 * @arena: keeps the nodes
 * @plain: receives the items; free @plain->item
 *
 * What looks like an item may stand where none can, in a text of several lines for instance: only what the
 * library then sees as an empty mapping at the same place is one.
 */
void sluice_plain_find(char *text, size_t length, struct sluice_arena *arena,
		       struct sluice_plain *plain);

#endif
