// SPDX-License-Identifier: GPL-2.0-or-later
#include "trust/envelope.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trust/record.h"
#include "trust/refuse.h"

_Static_assert(sizeof(struct sluice_envelope) == 256, "the envelope is signed byte for byte");

/* 9999-12-31T23:59:59Z: later times have no common notation, and no certificate reaches them. */
#define LAST_TIME	253402300799ull
#define LAST_VERSION	((uint64_t)INT64_MAX)

void sluice_digest(struct sluice_bytes bytes, uint8_t digest[SLUICE_DIGEST_BYTES])
{
	/* Fails only when memory is exhausted; a digest that was not computed must not be used. */
	if (!EVP_Digest(bytes.length ? bytes.bytes : (const void *)"", bytes.length, digest, NULL,
			EVP_sha256(), NULL))
		abort();
}

void sluice_digest_text(const uint8_t digest[SLUICE_DIGEST_BYTES],
			char text[2 * SLUICE_DIGEST_BYTES + 1])
{
	for (size_t i = 0; i < SLUICE_DIGEST_BYTES; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
}

void sluice_envelope_identity(const struct sluice_envelope *envelope,
			      uint8_t digest[SLUICE_DIGEST_BYTES])
{
	sluice_digest((struct sluice_bytes){ (const uint8_t *)envelope, sizeof(*envelope) }, digest);
}

/* The same names that the kernel takes. */
bool sluice_name_is_valid(const char *name)
{
	static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789._-";
	size_t length = strlen(name);

	return length && length < SLUICE_NAME_BYTES && !strchr("-_.", name[0]) &&
	       strspn(name, characters) == length;
}

static bool all_zero(const void *bytes, size_t length)
{
	const uint8_t *byte = bytes;
	uint8_t any = 0;

	for (size_t i = 0; i < length; i++)
		any |= byte[i];
	return !any;
}

/* A name field: valid characters, then zero bytes to the end, at least one. */
static bool read_name(const uint8_t field[SLUICE_NAME_BYTES], char name[SLUICE_NAME_BYTES])
{
	size_t length = strnlen((const char *)field, SLUICE_NAME_BYTES);

	if (length == SLUICE_NAME_BYTES || !all_zero(field + length, SLUICE_NAME_BYTES - length))
		return false;
	memcpy(name, field, SLUICE_NAME_BYTES);
	return true;
}

static int read_form(const struct sluice_envelope *envelope, struct sluice_manifest *manifest,
		     struct sluice_messages *messages)
{
	unsigned int format = le16toh(envelope->format), kind = le16toh(envelope->kind);

	if (memcmp(envelope->magic, SLUICE_ENVELOPE_MAGIC, sizeof(envelope->magic)))
		return sluice_refuse(messages, EBADMSG, "not an envelope: it does not begin with "
				     SLUICE_ENVELOPE_MAGIC);
	if (format != SLUICE_ENVELOPE_FORMAT)
		return sluice_refuse(messages, EPROTO,
				     "the envelope has format %u, this program reads format %u: "
				     "upgrade the older side", format, SLUICE_ENVELOPE_FORMAT);
	if (kind != SLUICE_ENVELOPE_POLICY && kind != SLUICE_ENVELOPE_TRUST)
		return sluice_refuse(messages, EBADMSG, "the envelope is of the unknown kind %u",
				     kind);
	if (!all_zero(envelope->zero, sizeof(envelope->zero)))
		return sluice_refuse(messages, EBADMSG,
				     "the envelope's reserved bytes are not zero");
	manifest->kind = kind;
	return 0;
}

static int read_names(const struct sluice_envelope *envelope, struct sluice_manifest *manifest,
		      struct sluice_messages *messages)
{
	bool for_all = manifest->kind == SLUICE_ENVELOPE_TRUST;

	if (!read_name(envelope->site, manifest->site) || !sluice_name_is_valid(manifest->site))
		return sluice_refuse(messages, EBADMSG, "the envelope's site is not a name");
	if (!read_name(envelope->gateway, manifest->gateway) ||
	    (for_all ? strcmp(manifest->gateway, "*") != 0 :
		       !sluice_name_is_valid(manifest->gateway)))
		return sluice_refuse(messages, EBADMSG, "the envelope's gateway is not %s",
				     for_all ? "\"*\", as that of trust must be" : "a name");
	return 0;
}

static int read_numbers(const struct sluice_envelope *envelope, struct sluice_manifest *manifest,
			struct sluice_messages *messages)
{
	const struct {
		const char *name;
		__le64 value;
		uint64_t *to;
		uint64_t least, most;
	} numbers[] = {
		{ "epoch", envelope->epoch, &manifest->epoch, 1, LAST_VERSION },
		{ "version", envelope->version, &manifest->version, 1, LAST_VERSION },
		{ "trust version", envelope->trust_version, &manifest->trust_version, 1,
		  LAST_VERSION },
		{ "created", envelope->created, &manifest->created, 1, LAST_TIME },
		{ "not_after", envelope->not_after, &manifest->not_after, 0, LAST_TIME },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		*numbers[i].to = le64toh(numbers[i].value);
		if (*numbers[i].to < numbers[i].least || *numbers[i].to > numbers[i].most)
			return sluice_refuse(messages, EBADMSG,
					     "the envelope's %s is %" PRIu64
					     ", outside %" PRIu64 " to %" PRIu64,
					     numbers[i].name, *numbers[i].to, numbers[i].least,
					     numbers[i].most);
	}
	if (manifest->not_after && manifest->not_after < manifest->created)
		return sluice_refuse(messages, EBADMSG, "the envelope ends before it was created");
	return 0;
}

static int read_contents(const struct sluice_envelope *envelope, struct sluice_manifest *manifest,
			 struct sluice_messages *messages)
{
	bool policy = manifest->kind == SLUICE_ENVELOPE_POLICY;
	uint64_t most = policy ? (uint64_t)SLUICE_MAX_IMAGE_WORDS * 8 : SLUICE_TRUST_RECORD_BYTES;
	uint64_t least = policy ? 8 : sizeof(struct sluice_trust_head);

	manifest->text_length = le64toh(envelope->text_length);
	manifest->image_length = le64toh(envelope->image_length);
	manifest->compiler = le32toh(envelope->compiler);
	memcpy(manifest->text_digest, envelope->text_digest, SLUICE_DIGEST_BYTES);
	memcpy(manifest->image_digest, envelope->image_digest, SLUICE_DIGEST_BYTES);
	if (manifest->text_length > SLUICE_MAX_TEXT)
		return sluice_refuse(messages, E2BIG, "a text of %" PRIu64 " bytes is over %u",
				     manifest->text_length, SLUICE_MAX_TEXT);
	if (manifest->image_length > most)
		return sluice_refuse(messages, E2BIG,
				     "an image of %" PRIu64 " bytes is over %" PRIu64,
				     manifest->image_length, most);
	if (policy && !manifest->text_length)
		return sluice_refuse(messages, EBADMSG, "the envelope of a policy without text");
	if (manifest->image_length < least || manifest->image_length % (policy ? 8 : 4))
		return sluice_refuse(messages, EBADMSG,
				     "an image cannot have %" PRIu64 " bytes",
				     manifest->image_length);
	if (policy != !!manifest->compiler)
		return sluice_refuse(messages, EBADMSG, "the envelope names compiler format %u, "
				     "which its kind cannot have", manifest->compiler);
	return 0;
}

int sluice_envelope_read(struct sluice_bytes bytes, struct sluice_manifest *manifest,
			 struct sluice_messages *messages)
{
	struct sluice_envelope envelope;
	struct sluice_manifest read = { 0 };
	int error;

	if (bytes.length != sizeof(envelope))
		return sluice_refuse(messages, EBADMSG, "an envelope has %zu bytes, not %zu",
				     sizeof(envelope), bytes.length);
	memcpy(&envelope, bytes.bytes, sizeof(envelope));
	error = read_form(&envelope, &read, messages) ?:
		read_names(&envelope, &read, messages) ?:
		read_numbers(&envelope, &read, messages) ?:
		read_contents(&envelope, &read, messages);
	if (!error)
		*manifest = read;
	return error;
}

int sluice_envelope_seal(const struct sluice_manifest *manifest, struct sluice_bytes text,
			 struct sluice_bytes image, struct sluice_envelope *envelope,
			 struct sluice_messages *messages)
{
	struct sluice_envelope sealed = {
		.format = htole16(SLUICE_ENVELOPE_FORMAT),
		.kind = htole16(manifest->kind),
		.epoch = htole64(manifest->epoch),
		.version = htole64(manifest->version),
		.trust_version = htole64(manifest->trust_version),
		.created = htole64(manifest->created),
		.not_after = htole64(manifest->not_after),
		.text_length = htole64(text.length),
		.image_length = htole64(image.length),
		.compiler = htole32(manifest->compiler),
	};
	struct sluice_manifest check;
	int error;

	memcpy(sealed.magic, SLUICE_ENVELOPE_MAGIC, sizeof(sealed.magic));
	/* The rest of a name field stays zero, whatever stood behind the NUL in the manifest. */
	strncpy((char *)sealed.site, manifest->site, SLUICE_NAME_BYTES);
	strncpy((char *)sealed.gateway, manifest->gateway, SLUICE_NAME_BYTES);
	sluice_digest(text, sealed.text_digest);
	sluice_digest(image, sealed.image_digest);
	error = sluice_envelope_read((struct sluice_bytes){ (uint8_t *)&sealed, sizeof(sealed) },
				     &check, messages);
	if (!error)
		*envelope = sealed;
	return error;
}

static int holds(const char *what, uint64_t length, const uint8_t digest[SLUICE_DIGEST_BYTES],
		 struct sluice_bytes bytes, struct sluice_messages *messages)
{
	uint8_t actual[SLUICE_DIGEST_BYTES];

	if (bytes.length != length)
		return sluice_refuse(messages, EBADMSG,
				     "the %s has %zu bytes, its envelope says %" PRIu64, what,
				     bytes.length, length);
	sluice_digest(bytes, actual);
	if (memcmp(actual, digest, sizeof(actual)))
		return sluice_refuse(messages, EBADMSG,
				     "the %s was changed: its SHA-256 is not its envelope's", what);
	return 0;
}

int sluice_envelope_holds(const struct sluice_manifest *manifest, struct sluice_bytes text,
			  struct sluice_bytes image, struct sluice_messages *messages)
{
	return holds("text", manifest->text_length, manifest->text_digest, text, messages) ?:
	       holds("image", manifest->image_length, manifest->image_digest, image, messages);
}

void sluice_time_text(uint64_t seconds, char text[32])
{
	time_t time = (time_t)seconds;
	struct tm parts;

	if (seconds <= LAST_TIME && gmtime_r(&time, &parts) &&
	    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts))
		return;
	snprintf(text, 32, "%" PRIu64, seconds);
}

static void show_time(struct sluice_walk *walk, const char *key, const char *label,
		      uint64_t seconds)
{
	char text[32];

	sluice_time_text(seconds, text);
	sluice_walk_text(walk, key, label, seconds ? text : "never");
}

static void show_digest(struct sluice_walk *walk, const char *key, const char *label,
			const uint8_t digest[SLUICE_DIGEST_BYTES])
{
	char text[2 * SLUICE_DIGEST_BYTES + 1];

	sluice_digest_text(digest, text);
	sluice_walk_text(walk, key, label, text);
}

void sluice_manifest_show(struct sluice_walk *walk, const struct sluice_envelope *envelope,
			  const struct sluice_manifest *manifest)
{
	bool is_policy = manifest->kind == SLUICE_ENVELOPE_POLICY;
	uint8_t identity[SLUICE_DIGEST_BYTES];

	sluice_envelope_identity(envelope, identity);
	sluice_walk_text(walk, "kind", "Kind", is_policy ? "policy" : "trust");
	sluice_walk_text(walk, "site", "Site", manifest->site);
	sluice_walk_text(walk, "gateway", "Gateway", manifest->gateway);
	sluice_walk_number(walk, "version", "Version", manifest->version);
	sluice_walk_number(walk, "epoch", "Epoch", manifest->epoch);
	sluice_walk_number(walk, "trust_version", "Needs trust version", manifest->trust_version);
	show_time(walk, "created", "Created", manifest->created);
	show_time(walk, "not_after", "Installation expires", manifest->not_after);
	sluice_walk_number(walk, "compiler", "Compiler format", manifest->compiler);
	sluice_walk_number(walk, "text_bytes", "Text, bytes", manifest->text_length);
	show_digest(walk, "text_digest", "Text, SHA-256", manifest->text_digest);
	sluice_walk_number(walk, "image_bytes", "Image, bytes", manifest->image_length);
	show_digest(walk, "image_digest", "Image, SHA-256", manifest->image_digest);
	show_digest(walk, "identity", "Identity", identity);
}
