// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz driver of everything in agent/trust that reads a stranger's bytes: container, envelope,
 * trust record, trust text, signatures.
 *
 * With clang: -fsanitize=fuzzer,address,undefined. With gcc this file has a main() of its own that
 * replays files, or, with a number, mutates each of them so many times (a fixed seed).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "trust/text.h"
#include "trust/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_signatures(const struct sluice_trust_record *record,
			     const struct sluice_bundle *bundle, struct sluice_messages *messages)
{
	sluice_trust_record_check(record, SLUICE_ROLE_POLICY, bundle->envelope, bundle->signatures,
				  bundle->signature_count, 0, SLUICE_TRUST_EXPLAIN, NULL, messages);
}

/* Each reader by itself as well: a container that holds nothing good must not shield them. */
static void read_parts(struct sluice_bytes bytes, const struct sluice_bundle *bundle,
		       struct sluice_messages *messages)
{
	struct sluice_trust_record record = { .count = 0 };
	struct sluice_trust_text text = { .site = NULL };
	struct sluice_manifest manifest;

	sluice_envelope_read(bundle ? bundle->envelope : bytes, &manifest, messages);
	sluice_trust_record_read(bundle ? bundle->image : bytes, &record, messages);
	sluice_trust_text_read(bundle ? bundle->text : bytes, &text, messages);
	if (bundle)
		check_signatures(&record, bundle, messages);
	sluice_trust_text_release(&text);
	sluice_trust_record_release(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct sluice_bytes bytes = { data, length };
	struct sluice_trust trust = { .record = { .count = 0 } };
	struct sluice_bundle_state state = { .flags = SLUICE_TRUST_EXPLAIN };
	struct sluice_messages messages;
	struct sluice_bundle bundle;

	sluice_messages_init(&messages, NULL);
	read_parts(bytes, NULL, &messages);
	sluice_signature_explain(bytes);
	if (!sluice_bundle_read(bytes, &bundle, &messages)) {
		read_parts(bytes, &bundle, &messages);
		if (!sluice_trust_open_bytes(bytes, &trust, &messages))
			sluice_bundle_verify(&bundle, &trust, &state, NULL, NULL, &messages);
		sluice_trust_close(&trust);
	}
	sluice_messages_release(&messages);
	return 0;
}

#ifndef FUZZER
static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint32_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 16);
}

/* A few bytes changed, sometimes a piece cut off, doubled or moved. */
static size_t mutate(uint8_t *bytes, size_t length)
{
	size_t at = next_random() % length, span = next_random() % 64;

	for (unsigned int i = next_random() % 4 + 1; i; i--)
		bytes[next_random() % length] = (uint8_t)next_random();
	if (at + span < length && next_random() % 4 == 0)
		memmove(bytes + next_random() % (length - span), bytes + at, span);
	return next_random() % 8 ? length : next_random() % length + 1;
}

static void replay(const struct sluice_bytes seed, unsigned long times)
{
	LLVMFuzzerTestOneInput(seed.bytes, seed.length);
	while (times-- && seed.length) {
		uint8_t *copy = malloc(seed.length), *exact;
		size_t length;

		memcpy(copy, seed.bytes, seed.length);
		length = mutate(copy, seed.length);
		/* At exact length: the sanitizer sees a read beyond it. */
		exact = malloc(length);
		memcpy(exact, copy, length);
		LLVMFuzzerTestOneInput(exact, length);
		free(exact);
		free(copy);
	}
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct sluice_messages messages;
	int seeds = 0;

	sluice_messages_init(&messages, NULL);
	for (int i = argc > 2 ? 2 : 1; i < argc; i++) {
		uint8_t *bytes;
		size_t length;

		if (sluice_file_load(argv[i], SLUICE_BUNDLE_BYTES, &bytes, &length, &messages))
			continue;
		replay((struct sluice_bytes){ bytes, length }, times);
		free(bytes);
		seeds++;
	}
	sluice_messages_print(&messages, stderr);
	sluice_messages_release(&messages);
	printf("%sok 1 - bundle readers over %d seeds, %lu mutations each\n1..1\n",
	       seeds ? "" : "not ", seeds, times);
	return !seeds;
}
#endif
