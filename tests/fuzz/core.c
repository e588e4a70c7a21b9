// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz driver of the decision core: any words for an image, any bytes for a packet. Nothing is read
 * outside either (each stands in memory of exactly its length), everything ends, and no answer
 * contradicts itself.
 */
#include "tests/fuzz/decide.h"
#include "tests/lib/image.h"

/* Wholly random words under a good magic: sections lie anywhere, tries go in circles. */
static struct sluice_image random_image(struct input *input)
{
	__u32 count = (__u32)input_take(input, 2) % 700;
	__le64 *words = calloc(count ? count : 1, sizeof(*words));
	__u32 i;

	FUZZ_DEMAND(words);
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

/* The small plant with a few words changed, which keeps most paths alive. */
static struct sluice_image spoilt_plant(struct input *input)
{
	static struct sluice_image plant;
	struct sluice_image image;
	__le64 *words;
	unsigned int changes = (unsigned int)input_take(input, 1) % 9;

	if (!plant.count)
		plant = image_make(&image_plant);
	image = image_copy(&plant);
	words = (__le64 *)(uintptr_t)image.words;
	for (; changes; changes--) {
		__u32 at = (__u32)input_take(input, 3);

		/* mostly the records, sometimes the tables behind them */
		at = at & 1 ? at % 200 : at % image.count;
		if (input_take(input, 1) & 1)
			words[at] ^= 1ULL << (input_take(input, 1) & 63);
		else
			words[at] = input_take(input, 8);
	}
	return image;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct sluice_image image = input_take(&input, 1) & 3 ? spoilt_plant(&input) :
								 random_image(&input);
	struct sluice_verify_error error;
	struct decided decided;
	int i;

	sluice_verify(&image, &error);
	for (i = 0; i < 8; i++) {
		decide_once(&input, &image, &decided);
		decide_demand(&image, &decided);
	}
	image_free(&image);
	return 0;
}

FUZZ_MAIN("core")
