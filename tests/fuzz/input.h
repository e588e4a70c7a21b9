/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a fuzzer's bytes as choices. Zeros follow the last byte, and zero is always the usual choice:
 * a short input is a plain case.
 */
#ifndef SLUICE_TESTS_FUZZ_INPUT_H
#define SLUICE_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* struct input - bytes not used yet */
struct input {
	const uint8_t *data;
	size_t size;
};

static inline uint64_t input_take(struct input *input, unsigned int bytes)
{
	uint64_t value = 0;

	for (; bytes; bytes--) {
		value <<= 8;
		if (!input->size)
			continue;
		value |= *input->data++;
		input->size--;
	}
	return value;
}

/* With or without a sanitizer: the finding is told, and ends the process. */
#define FUZZ_DEMAND(condition) do { \
	if (!(condition)) { \
		printf("Bail out! %s:%d: not %s\n", __FILE__, __LINE__, #condition); \
		fflush(stdout); \
		abort(); \
	} \
} while (0)

#endif
