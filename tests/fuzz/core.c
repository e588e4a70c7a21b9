// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz driver of the decision core: any words for an image, any bytes for a packet. Nothing is read
 * outside either (each ends where a fence begins), everything ends, and no answer
 * contradicts itself.
 */
#include "tests/fuzz/decide.h"
#include "tests/fuzz/spoilt.h"
#include "tests/lib/image.h"

#define RANDOM_WORDS 700

/* Wholly random words under a good magic: sections lie anywhere, tries go in circles. */
static struct sluice_image random_image(struct input *input)
{
	static uint8_t *end;
	__u32 count = (__u32)input_take(input, 2) % RANDOM_WORDS, i;
	__le64 *words;

	if (!end)
		end = fence_make(RANDOM_WORDS * sizeof(*words), FENCE_WORDS);
	words = (__le64 *)(uintptr_t)(end - count * sizeof(*words));
	for (i = 0; i < count; i++) {
		words[i] = input_take(input, 8);
		/* small numbers are what indexes look like */
		if (input_take(input, 1) & 1)
			words[i] &= 0xc000003f000003ffULL;
	}
	if (count > SLUICE_HEADER_COUNTS) {
		words[SLUICE_HEADER_MAGIC] = SLUICE_IMAGE_MAGIC;
		words[SLUICE_HEADER_COUNTS] |= 0x000000ff00ff00ffULL;
	}
	return (struct sluice_image){ words, count };
}

/* The small plant, for which nothing is built twice */
static struct spoilt *plant(void)
{
	static struct spoilt plant;
	struct sluice_image made;

	if (!plant.image.count) {
		made = image_make(&image_plant);
		plant = spoilt_make(&made);
		image_free(&made);
	}
	return &plant;
}

/* A few words changed, which keeps most paths alive */
static void spoil(struct input *input, struct spoilt *spoilt)
{
	unsigned int changes = (unsigned int)input_take(input, 1) % 9;

	for (; changes; changes--) {
		__u32 at = (__u32)input_take(input, 3);
		__le64 *word;

		/* mostly the records, sometimes the tables behind them */
		word = spoilt_word(spoilt, at & 1 ? at % 200 : at % spoilt->image.count);
		if (input_take(input, 1) & 1)
			*word ^= 1ULL << (input_take(input, 1) & 63);
		else
			*word = input_take(input, 8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct spoilt *spoilt = plant();
	struct sluice_image image = spoilt->image;
	struct sluice_verify_error error;

	if (input_take(&input, 1) & 3)
		spoil(&input, spoilt);
	else
		image = random_image(&input);
	sluice_verify(&image, &error);
	decide_some(&input, &image);
	spoilt_mend(spoilt);
	return 0;
}
