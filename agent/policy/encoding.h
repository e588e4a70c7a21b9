/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that every reader sees alike: UTF-8 without control and invisible characters.
 */
#ifndef SLUICE_POLICY_ENCODING_H
#define SLUICE_POLICY_ENCODING_H

#include <stddef.h>

#include "../lib/message.h"

/**
 * sluice_check_encoding() - refuse what a reviewer could not see
 * @text: bytes; may hold anything
 * @length: how many
 * @messages: receives the error, with the place of the first such character
 *
 * Return: 0 or -EINVAL.
 */
int sluice_check_encoding(const unsigned char *text, size_t length,
			  struct sluice_messages *messages);

#endif
