// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz driver of everything that reads a policy or its cases: YAML, model, rules, compiler, formatter.
 *
 * Whatever the bytes: no finding, a refusal has a message, what is accepted compiles to an image
 * that the module would take, and formatting keeps it what it is.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/core/verify.h"
#include "policy/cases.h"
#include "policy/format.h"
#include "policy/graph.h"
#include "policy/model.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "tests/fuzz/input.h"

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
		/* else the module would refuse what the compiler made */
		FUZZ_DEMAND(!sluice_verify(&image, &error));
		sluice_image_buffer_release(&buffer);
	}
}

static void read_policy(const uint8_t *bytes, size_t length)
{
	struct sluice_messages messages;
	struct sluice_policy *policy;

	sluice_messages_init(&messages, NULL);
	policy = sluice_policy_load_buffer("fuzz", bytes, length, &messages);
	/* no refusal without a message, and no message without one */
	FUZZ_DEMAND(!policy == !!messages.errors);
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
	FUZZ_DEMAND(!once == !!messages.errors);
	if (once) {
		twice = sluice_policy_format(once, strlen(once), &messages);
		FUZZ_DEMAND(twice && !strcmp(once, twice));
		free(twice);
	}
	free(once);
	sluice_messages_release(&messages);
}

/* The bytes as a file: cases are read from a path. */
static const char *file_of(const uint8_t *bytes, size_t length)
{
	static char path[32];
	static int file = -1;

	if (file < 0) {
		file = memfd_create("cases", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	FUZZ_DEMAND(!ftruncate(file, 0));
	FUZZ_DEMAND(pwrite(file, bytes, length, 0) == (ssize_t)length);
	return path;
}

/* As cases of the reference plant, whatever they expect */
static void run_cases(const uint8_t *bytes, size_t length)
{
	static struct sluice_policy *plant;
	static FILE *nowhere;
	struct sluice_case_counts counts = { 0 };
	struct sluice_messages messages;

	sluice_messages_init(&messages, NULL);
	if (!plant) {
		plant = sluice_policy_load("policies/reference-plant.yaml", &messages);
		nowhere = fopen("/dev/null", "we");
		FUZZ_DEMAND(plant && nowhere);
	}
	sluice_cases_run(plant, file_of(bytes, length), nowhere, true, &counts, &messages);
	sluice_messages_release(&messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	read_policy(bytes, length);
	run_cases(bytes, length);
	format_text(bytes, length);
	return 0;
}
