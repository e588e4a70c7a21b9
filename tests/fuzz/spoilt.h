/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An image, in memory that ends with it, with a few words changed. They are put back afterwards: a copy
 * of the whole for each input would cost more than the input.
 */
#ifndef SLUICE_TESTS_FUZZ_SPOILT_H
#define SLUICE_TESTS_FUZZ_SPOILT_H

#include "kmod/core/image.h"
#include "tests/fuzz/fence.h"

#define SPOILT_CHANGES 64

/* struct spoilt - the image as it now is, and what its changed words were */
struct spoilt {
	struct sluice_image image;
	unsigned int changes;
	struct {
		__le64 *word;
		__le64 was;
	} change[SPOILT_CHANGES];
};

static inline struct spoilt spoilt_make(const struct sluice_image *sound)
{
	size_t bytes = sound->count * sizeof(*sound->words);
	uint8_t *words = fence_make(bytes, FENCE_WORDS) - bytes;

	memcpy(words, sound->words, bytes);
	return (struct spoilt){ .image = { (const __le64 *)(uintptr_t)words, sound->count } };
}

/* A word that may now be written */
static inline __le64 *spoilt_word(struct spoilt *spoilt, __u32 at)
{
	__le64 *word = (__le64 *)(uintptr_t)&spoilt->image.words[at];

	FUZZ_DEMAND(at < spoilt->image.count && spoilt->changes < SPOILT_CHANGES);
	spoilt->change[spoilt->changes].word = word;
	spoilt->change[spoilt->changes++].was = *word;
	return word;
}

/* The last change first: a word may have been changed twice. */
static inline void spoilt_mend(struct spoilt *spoilt)
{
	while (spoilt->changes) {
		spoilt->changes--;
		*spoilt->change[spoilt->changes].word = spoilt->change[spoilt->changes].was;
	}
}

#endif
