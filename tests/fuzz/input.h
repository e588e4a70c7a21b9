/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a fuzzer's bytes as choices, and the main() that replaces the fuzzer where there is none.
 *
 *	DRIVER SECONDS [SEED]	random inputs for so long; the seed is printed
 *	DRIVER FILE...		replays inputs
 *
 * With clang: -fsanitize=fuzzer,address,undefined -DSLUICE_FUZZER.
 */
#ifndef SLUICE_TESTS_FUZZ_INPUT_H
#define SLUICE_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/lib/ktap.h"
#include "tests/lib/random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* struct input - bytes not used yet; zeros follow the last one */
struct input {
	const uint8_t *data;
	size_t size;
};

static inline uint64_t input_take(struct input *input, unsigned int bytes)
{
	uint64_t value = 0;

	for (; bytes; bytes--) {
		value = value << 8 | (input->size ? *input->data : 0);
		input->data += !!input->size;
		input->size -= !!input->size;
	}
	return value;
}

/* The finding stays visible under a fuzzer and under the replay alike. */
#define FUZZ_DEMAND(condition) do { \
	if (!(condition)) { \
		printf("Bail out! %s:%d: not %s\n", __FILE__, __LINE__, #condition); \
		fflush(stdout); \
		abort(); \
	} \
} while (0)

#ifndef SLUICE_FUZZER
#define INPUT_BYTES 8192
#define INPUT_USUAL 600

static int input_replay(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "r");
	size_t size;

	if (!file)
		return 1;
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	return 0;
}

/* What broke is in build/fuzz-input, to be replayed. */
static void input_keep(const uint8_t *data, size_t size)
{
	FILE *file = fopen("build/fuzz-input", "w");

	if (!file)
		return;
	fwrite(data, 1, size, file);
	fclose(file);
}

__attribute__((unused)) static int input_main(int argc, char **argv, const char *name, int keep)
{
	char *end = NULL;
	long seconds = argc > 1 ? strtol(argv[1], &end, 10) : 10;
	struct random_state random = { argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL) };
	time_t until = time(NULL) + seconds;
	uint8_t data[INPUT_BYTES];
	unsigned long runs = 0;
	size_t size, i;
	int failed = 0;

	if (argc > 1 && *end) {
		for (i = 1; i < (size_t)argc; i++)
			failed |= input_replay(argv[i]);
		return failed;
	}
	printf("# seed %llu\n", (unsigned long long)random.value);
	while (runs % 256 || time(NULL) < until) {
		size = random_below(&random, random_chance(&random, 10) ? INPUT_BYTES : INPUT_USUAL);
		for (i = 0; i < size; i++)
			data[i] = (uint8_t)random_next(&random);
		if (keep)
			input_keep(data, size);
		LLVMFuzzerTestOneInput(data, size);
		runs++;
	}
	ktap_ok(runs > 0, "%s: %lu inputs, nothing found", name, runs);
	return ktap_done();
}

/* FUZZ_KEEP=1 writes each input before it runs: for a finding that ends the process. */
#define FUZZ_MAIN(name) \
	int main(int argc, char **argv) \
	{ \
		return input_main(argc, argv, name, getenv("FUZZ_KEEP") != NULL); \
	}
#else
#define FUZZ_MAIN(name)
#endif

#endif
