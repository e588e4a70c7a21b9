/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is freed together: many small things with one life.
 */
#ifndef SLUICE_LIB_ARENA_H
#define SLUICE_LIB_ARENA_H

#include <stddef.h>

struct sluice_arena_block;

/**
 * struct sluice_arena - memory that is freed together; all zero is an empty one
 * @block: the newest, linked to the older ones
 * @next: free memory in it
 * @left: how much of it, in bytes
 */
struct sluice_arena {
	struct sluice_arena_block *block;
	char *next;
	size_t left;
};

/**
 * sluice_arena_take() - zeroed memory, aligned for pointers
 * @arena: which
 * @size: in bytes
 *
 * Return: memory that lives until sluice_arena_release(); never NULL, the process aborts instead.
 */
void *sluice_arena_take(struct sluice_arena *arena, size_t size);

/**
 * sluice_arena_text() - room for a text
 * @arena: which
 * @length: bytes before the terminating zero
 *
 * Return: zeroed memory of @length + 1 bytes, not aligned; else as sluice_arena_take().
 */
char *sluice_arena_text(struct sluice_arena *arena, size_t length);

/**
 * sluice_arena_release() - free all of it
 * @arena: is empty afterwards
 */
void sluice_arena_release(struct sluice_arena *arena);

#endif
