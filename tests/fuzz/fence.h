/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that ends where nothing can be read. All that a 32-bit index reaches behind it is reserved and
 * never mapped, so each read beyond the end, however far, ends the process at once: without a sanitizer,
 * at no cost, and where a sanitizer would find other memory of the program and be content.
 */
#ifndef SLUICE_TESTS_FUZZ_FENCE_H
#define SLUICE_TESTS_FUZZ_FENCE_H

#include <sys/mman.h>

#include "tests/fuzz/input.h"

#define FENCE_PAGE 4096ULL

/* What an index of 32 bits can name, of words and of bytes */
#define FENCE_WORDS (8ULL << 32)
#define FENCE_BYTES (1ULL << 32)

/* The end of @size bytes that may be written; @reach bytes behind it are the fence. */
static inline uint8_t *fence_make(size_t size, uint64_t reach)
{
	uint64_t room = (size + FENCE_PAGE - 1) & ~(FENCE_PAGE - 1);
	uint8_t *memory = mmap(NULL, room + reach, PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	FUZZ_DEMAND(memory != MAP_FAILED);
	FUZZ_DEMAND(!mprotect(memory, room, PROT_READ | PROT_WRITE));
	return memory + room;
}

#endif
