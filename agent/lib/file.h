/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are read whole and within a limit, and written all or nothing.
 */
#ifndef SLUICE_LIB_FILE_H
#define SLUICE_LIB_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/message.h"

/**
 * sluice_file_load() - the bytes of a regular file
 * @path: file
 * @maximum: largest size in bytes; asked before a byte is read
 * @bytes: receives memory for free(), never NULL on success; untouched on failure
 * @length: receives how many bytes
 * @messages: receives the error
 *
 * Return: 0; -E2BIG over @maximum; -EINVAL when it is not a regular file; another negative errno
 * of the operating system.
 */
int sluice_file_load(const char *path, size_t maximum, uint8_t **bytes, size_t *length,
		     struct sluice_messages *messages);

/**
 * sluice_file_replace() - write a file so that any instant shows the old or the new one
 * @path: file; an existing one must be regular
 * @bytes: content
 * @length: how many bytes
 * @mode: permissions of the new file
 * @messages: receives the error
 *
 * Writes beside it, fsync, rename, fsync of the folder: after a power cut at any instant the
 * old or the new content stands there, and after a return of 0 it is the new one.
 *
 * Return: 0 or a negative errno; on failure nothing has changed and nothing is left behind.
 */
int sluice_file_replace(const char *path, const void *bytes, size_t length, mode_t mode,
			struct sluice_messages *messages);

/**
 * sluice_file_remove() - remove a file for good
 * @path: file
 *
 * Return: 0 when no power cut brings it back, also when it was not there; a negative errno.
 */
int sluice_file_remove(const char *path);

#endif
