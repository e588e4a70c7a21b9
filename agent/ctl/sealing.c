// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/sealing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "policy/keys.h"
#include "trust/refuse.h"

int sluice_sealing_add(struct sluice_sealing *sealing, const char *argument,
		       struct sluice_messages *messages)
{
	const char *colon = strrchr(argument, ':');

	if (!colon || colon == argument || !colon[1])
		return sluice_message_error(messages, NULL, "--sign %s: write KEY:CERTIFICATE, two "
					    "file names", argument);
	if (sealing->count == SLUICE_MAX_SIGNATURES)
		return sluice_message_error(messages, NULL, "--sign: at most %d signers",
					    SLUICE_MAX_SIGNATURES);
	sealing->key[sealing->count] = sluice_format("%.*s", (int)(colon - argument), argument);
	sealing->certificate[sealing->count++] = sluice_copy_text(colon + 1);
	return 0;
}

int sluice_sealing_load(const char *path, enum sluice_envelope_kind kind,
			struct sluice_bundle *bundle, size_t *loaded,
			struct sluice_messages *messages)
{
	struct sluice_manifest manifest;
	int error;

	error = sluice_bundle_load(path, bundle, messages);
	if (error)
		return error;
	*loaded = bundle->signature_count;
	error = sluice_envelope_read(bundle->envelope, &manifest, messages) ?:
		sluice_envelope_holds(&manifest, bundle->text, bundle->image, messages);
	if (!error && manifest.kind != kind)
		error = sluice_refuse(messages, EBADMSG, "%s: not a %s", path,
				      kind == SLUICE_ENVELOPE_TRUST ? "trust file" : "policy bundle");
	return error;
}

static int sign_one(const struct sluice_sealing *sealing, size_t index, enum sluice_role role,
		    struct sluice_bundle *bundle, struct sluice_messages *messages)
{
	uint8_t *signature;
	size_t length;
	int error;

	if (bundle->signature_count == SLUICE_MAX_SIGNATURES)
		return sluice_refuse(messages, E2BIG, "more than %d signatures",
				     SLUICE_MAX_SIGNATURES);
	error = sluice_signature_make(sealing->key[index], sealing->certificate[index], role,
				      bundle->envelope, &signature, &length, messages);
	if (!error)
		bundle->signatures[bundle->signature_count++] =
			(struct sluice_bytes){ signature, length };
	return error;
}

int sluice_sealing_sign(const struct sluice_sealing *sealing, enum sluice_role role,
			struct sluice_bundle *bundle, struct sluice_messages *messages)
{
	size_t before = bundle->signature_count;

	for (size_t i = 0; i < sealing->count; i++) {
		int error = sign_one(sealing, i, role, bundle, messages);

		if (!error)
			continue;
		while (bundle->signature_count > before)
			free((void *)bundle->signatures[--bundle->signature_count].bytes);
		return error;
	}
	return 0;
}

void sluice_sealing_release(struct sluice_sealing *sealing)
{
	while (sealing->count) {
		free(sealing->key[--sealing->count]);
		free(sealing->certificate[sealing->count]);
	}
}

int sluice_argument_number(const char *option, const char *argument, uint64_t *number,
			   struct sluice_messages *messages)
{
	size_t digits = strspn(argument, "0123456789");

	errno = 0;
	if (digits && !argument[digits])
		*number = strtoull(argument, NULL, 10);
	if (!digits || argument[digits] || errno || *number > INT64_MAX)
		return sluice_message_error(messages, NULL, "%s %s: not a number", option, argument);
	return 0;
}

int sluice_argument_time(const char *option, const char *argument, uint64_t *seconds,
			 struct sluice_messages *messages)
{
	if (argument[0] == '@')
		return sluice_argument_number(option, argument + 1, seconds, messages);
	if (!sluice_parse_time(argument, seconds))
		return sluice_message_error(messages, NULL, "%s %s: not a time; write universal time, "
					    "as in 2026-12-01T08:00Z, or @SECONDS since 1970",
					    option, argument);
	return 0;
}

static int hexadecimal(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

int sluice_argument_digest(const char *option, const char *argument,
			   uint8_t digest[SLUICE_DIGEST_BYTES], struct sluice_messages *messages)
{
	bool good = strlen(argument) == 2 * SLUICE_DIGEST_BYTES;

	for (size_t i = 0; good && i < SLUICE_DIGEST_BYTES; i++) {
		int high = hexadecimal(argument[2 * i]), low = hexadecimal(argument[2 * i + 1]);

		good = high >= 0 && low >= 0;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	if (!good)
		return sluice_message_error(messages, NULL, "%s %s: not a SHA-256 of 64 hexadecimal "
					    "digits", option, argument);
	return 0;
}

int sluice_word_finish(struct sluice_messages *messages, int error)
{
	sluice_messages_print(messages, stderr);
	sluice_messages_release(messages);
	return error ? SLUICE_EXIT_NO : SLUICE_EXIT_YES;
}

int sluice_word_misused(const char *word, const char *arguments, struct sluice_messages *messages)
{
	sluice_messages_print(messages, stderr);
	sluice_messages_release(messages);
	fprintf(stderr, "usage: sluicectl %s %s\n", word, arguments);
	return SLUICE_EXIT_USAGE;
}
