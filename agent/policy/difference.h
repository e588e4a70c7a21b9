/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one policy says and another does not. */
#ifndef SLUICE_POLICY_DIFFERENCE_H
#define SLUICE_POLICY_DIFFERENCE_H

#include <stdio.h>

#include "model.h"

/**
 * sluice_policy_difference() - write what differs, item by item
 * @before: a loaded policy
 * @after: another
 * @out: receives one line for each item that is new (+) or gone (-), and for each key of an item
 *	that changed (~); nothing if the two say the same
 *
 * Items are the same if their names are; the order of lines, comments and form mean nothing.
 *
 * Return: how many lines were written.
 */
size_t sluice_policy_difference(const struct sluice_policy *before,
				const struct sluice_policy *after, FILE *out);

#endif
