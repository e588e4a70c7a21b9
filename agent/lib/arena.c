// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that is freed together; see arena.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "memory.h"

/* The address sanitizer sees an overrun only between allocations: there each thing is one. */
#ifdef __SANITIZE_ADDRESS__
#define BLOCK 0
#else
#define BLOCK ((size_t)256 << 10)
#endif

struct sluice_arena_block {
	struct sluice_arena_block *older;
	char memory[];
};

static void add_block(struct sluice_arena *arena, size_t size)
{
	struct sluice_arena_block *block;

	size = size > BLOCK ? size : BLOCK;
	block = sluice_allocate(1, sizeof(*block) + size);
	block->older = arena->block;
	arena->block = block;
	arena->next = block->memory;
	arena->left = size;
}

char *sluice_arena_text(struct sluice_arena *arena, size_t length)
{
	char *memory;

	if (length >= arena->left)
		add_block(arena, length + 1);
	memory = arena->next;
	arena->next += length + 1;
	arena->left -= length + 1;
	return memory;
}

void *sluice_arena_take(struct sluice_arena *arena, size_t size)
{
	size_t skip = -(uintptr_t)arena->next % sizeof(void *);

	if (arena->left < skip + size) {
		add_block(arena, size);
		skip = 0;
	}
	arena->next += skip;
	arena->left -= skip;
	return size ? sluice_arena_text(arena, size - 1) : arena->next;
}

void sluice_arena_release(struct sluice_arena *arena)
{
	while (arena->block) {
		struct sluice_arena_block *older = arena->block->older;

		free(arena->block);
		arena->block = older;
	}
	memset(arena, 0, sizeof(*arena));
}
