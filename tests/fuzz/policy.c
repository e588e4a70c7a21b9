// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz driver of everything that reads a policy: YAML, model, rules, compiler, formatter.
 *
 * Whatever the bytes: no finding, a refusal has a message, what is accepted compiles to an image
 * that the module would take, and formatting keeps it what it is.
 *
 * With clang: -fsanitize=fuzzer,address,undefined -DFUZZER. Otherwise main() replays files, or, with
 * a number before them, changes each of them so many times (with a fixed seed).
 */
#include <stdlib.h>
#include <string.h>

#include "kmod/core/verify.h"
#include "policy/format.h"
#include "policy/graph.h"
#include "policy/model.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "tests/lib/random.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void compile_all(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	for (size_t i = 0; i < policy->gateways; i++) {
		struct sluice_image_buffer buffer = { 0 };
		struct sluice_verify_error error;
		struct sluice_image image;

		if (sluice_policy_compile(policy, policy->gateway[i].name, &buffer, messages))
			continue;
		image.words = (const __le64 *)buffer.words;
		image.count = (__u32)buffer.count;
		must(!sluice_verify(&image, &error), "the module would refuse an image");
		sluice_image_buffer_release(&buffer);
	}
}

static void read_policy(const uint8_t *bytes, size_t length)
{
	struct sluice_messages messages;
	struct sluice_policy *policy;

	sluice_messages_init(&messages, NULL);
	policy = sluice_policy_load_buffer("fuzz", bytes, length, &messages);
	must(!policy == !!messages.errors, "a refusal without a message, or a message without one");
	if (policy) {
		compile_all(policy, &messages);
		sluice_policy_remarks(policy, &messages);
		sluice_check_strict(policy, &messages);
		free(sluice_policy_graph(policy, NULL, NULL));
	}
	sluice_policy_free(policy);
	sluice_messages_release(&messages);
}

static void format_text(const uint8_t *bytes, size_t length)
{
	struct sluice_messages messages;
	char *once, *twice;

	sluice_messages_init(&messages, NULL);
	once = sluice_policy_format((const char *)bytes, length, &messages);
	must(!once == !!messages.errors, "the formatter fails without a message");
	if (once) {
		twice = sluice_policy_format(once, strlen(once), &messages);
		must(twice && !strcmp(once, twice), "formatting twice changes something");
		free(twice);
	}
	free(once);
	sluice_messages_release(&messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	read_policy(bytes, length);
	format_text(bytes, length);
	return 0;
}

#ifndef FUZZER
#define LARGEST (1 << 20)

/* Bytes changed to what YAML cares about, pieces moved or repeated, sometimes the end cut off. */
static size_t mutate(struct random_state *random, uint8_t *bytes, size_t length)
{
	static const char letters[] = "{}[],:-#\"'\\\n \t0129/.&*!|>%@`?";
	size_t span = random_below(random, 80);

	for (uint32_t i = 1 + random_below(random, 4); i; i--)
		bytes[random_below(random, (uint32_t)length)] = random_chance(random, 70) ?
			(uint8_t)letters[random_below(random, sizeof(letters) - 1)] :
			(uint8_t)random_next(random);
	if (span < length && random_chance(random, 30))
		memmove(bytes + random_below(random, (uint32_t)(length - span)),
			bytes + random_below(random, (uint32_t)(length - span)), span);
	return random_chance(random, 90) ? length : 1 + random_below(random, (uint32_t)length);
}

static void replay(struct random_state *random, const uint8_t *seed, size_t length,
		   unsigned long times)
{
	LLVMFuzzerTestOneInput(seed, length);
	while (length && times--) {
		uint8_t *copy = malloc(length), *exact;
		size_t cut;

		memcpy(copy, seed, length);
		cut = mutate(random, copy, length);
		/* At its exact length: the sanitizer sees a read beyond it. */
		exact = malloc(cut);
		memcpy(exact, copy, cut);
		LLVMFuzzerTestOneInput(exact, cut);
		free(exact);
		free(copy);
	}
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct random_state random = { 20 };
	uint8_t *bytes = malloc(LARGEST);
	int seeds = 0;

	for (int i = argc > 2 ? 2 : 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "re");

		if (!file)
			continue;
		replay(&random, bytes, fread(bytes, 1, LARGEST, file), times);
		fclose(file);
		seeds++;
	}
	free(bytes);
	printf("%sok 1 - policy readers over %d seeds, %lu changes each\n1..1\n", seeds ? "" : "not ",
	       seeds, times);
	return !seeds;
}
#endif
