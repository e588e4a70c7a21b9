/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one form of a policy text. */
#ifndef SLUICE_POLICY_FORMAT_H
#define SLUICE_POLICY_FORMAT_H

#include "yaml.h"

/**
 * sluice_policy_format() - write a text in the one form
 * @text: any strict YAML, a policy or a case file
 * @length: bytes
 * @messages: receives the error if the text cannot be read
 *
 * Every comment, every value and the order of keys stay; only blanks, quotes and line breaks
 * change. What comes out reads as the same tree, and formatting it again changes nothing.
 *
 * Return: text for free(), or NULL.
 */
char *sluice_policy_format(const char *text, size_t length, struct sluice_messages *messages);

/**
 * sluice_yaml_print() - write a value on one line
 * @node: any value; its key is not written
 *
 * Return: text for free().
 */
char *sluice_yaml_print(const struct sluice_yaml_node *node);

#endif
