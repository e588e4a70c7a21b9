/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificate files.
 */
#ifndef SLUICE_TRUST_CERTIFICATE_H
#define SLUICE_TRUST_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/message.h"

/**
 * sluice_certificate_load() - the one certificate of a file
 * @path: PEM or DER file
 * @der: receives its DER, for free(); untouched on failure
 * @length: receives how many bytes
 * @messages: receives the refusal
 *
 * A file with two certificates is refused: taking the first one would pin what the reader of the
 * file did not mean.
 *
 * Return: 0; -EBADMSG when there is not exactly one certificate; -E2BIG; an error of the
 * operating system.
 */
int sluice_certificate_load(const char *path, uint8_t **der, size_t *length,
			    struct sluice_messages *messages);

#endif
