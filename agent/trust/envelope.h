/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The envelope: the one thing that is signed (struct sluice_envelope of the uapi header).
 *
 * It is 256 bytes and is kept, signed, hashed and handed to the kernel as those bytes. A manifest
 * is what it says in host order: people read its print, programs its members. A manifest is only
 * ever made by sluice_envelope_read(), so whoever holds one holds a well-formed envelope.
 */
#ifndef SLUICE_TRUST_ENVELOPE_H
#define SLUICE_TRUST_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/message.h"
#include "lib/walk.h"
#include "sluice.h"

/**
 * struct sluice_manifest - an envelope in host order
 * @kind: %SLUICE_ENVELOPE_POLICY or %SLUICE_ENVELOPE_TRUST
 * @site: site name, terminated
 * @gateway: gateway name, terminated; "*" for trust
 * @epoch: of the trust under which it was made
 * @version: of the policy or the trust, from 1
 * @trust_version: lowest version of the trust file that may judge it
 * @created: seconds since 1970
 * @not_after: seconds since 1970, 0 for never
 * @text_length: bytes
 * @image_length: bytes
 * @text_digest: SHA-256
 * @image_digest: SHA-256
 * @compiler: format of the compiler that made the image; 0 for trust
 */
struct sluice_manifest {
	enum sluice_envelope_kind kind;
	char site[SLUICE_NAME_BYTES];
	char gateway[SLUICE_NAME_BYTES];
	uint64_t epoch;
	uint64_t version;
	uint64_t trust_version;
	uint64_t created;
	uint64_t not_after;
	uint64_t text_length;
	uint64_t image_length;
	uint8_t text_digest[SLUICE_DIGEST_BYTES];
	uint8_t image_digest[SLUICE_DIGEST_BYTES];
	uint32_t compiler;
};

/**
 * struct sluice_bytes - borrowed bytes
 * @bytes: first byte; may be NULL when @length is 0
 * @length: how many
 */
struct sluice_bytes {
	const uint8_t *bytes;
	size_t length;
};

/**
 * sluice_digest() - SHA-256
 * @bytes: what to hash
 * @digest: receives 32 bytes
 */
void sluice_digest(struct sluice_bytes bytes, uint8_t digest[SLUICE_DIGEST_BYTES]);

/**
 * sluice_digest_text() - a digest as 64 hexadecimal digits
 * @digest: 32 bytes
 * @text: receives the digits and a NUL
 */
void sluice_digest_text(const uint8_t digest[SLUICE_DIGEST_BYTES],
			char text[2 * SLUICE_DIGEST_BYTES + 1]);

/**
 * sluice_envelope_identity() - the identity of a policy: SHA-256 of its envelope
 * @envelope: 256 bytes
 * @digest: receives 32 bytes
 */
void sluice_envelope_identity(const struct sluice_envelope *envelope,
			      uint8_t digest[SLUICE_DIGEST_BYTES]);

/**
 * sluice_envelope_seal() - make an envelope
 * @manifest: everything but lengths and digests, which are computed
 * @text: policy or trust text
 * @image: compiled image or trust record
 * @envelope: receives 256 bytes; untouched on failure
 * @messages: receives what hinders
 *
 * The result is read back by sluice_envelope_read(): what this makes, that accepts.
 *
 * Return: 0 or the error of sluice_envelope_read().
 */
int sluice_envelope_seal(const struct sluice_manifest *manifest, struct sluice_bytes text,
			 struct sluice_bytes image, struct sluice_envelope *envelope,
			 struct sluice_messages *messages);

/**
 * sluice_envelope_read() - check the form of an envelope, strictly
 * @bytes: exactly 256 bytes
 * @manifest: receives what it says; untouched on failure
 * @messages: receives the refusal
 *
 * Says nothing about who made it: that is for signatures.
 *
 * Return: 0; -EBADMSG when malformed; -E2BIG when a length is over the limits; -EPROTO when it
 * has another format.
 */
int sluice_envelope_read(struct sluice_bytes bytes, struct sluice_manifest *manifest,
			 struct sluice_messages *messages);

/**
 * sluice_envelope_holds() - do text and image belong to this envelope?
 * @manifest: what the envelope says
 * @text: bytes offered as its text
 * @image: bytes offered as its image
 * @messages: receives the refusal
 *
 * Return: 0, or -EBADMSG when a length or digest differs.
 */
int sluice_envelope_holds(const struct sluice_manifest *manifest, struct sluice_bytes text,
			  struct sluice_bytes image, struct sluice_messages *messages);

/**
 * sluice_name_is_valid() - may this be a site or gateway name?
 * @name: terminated string
 *
 * Return: true for 1 to 47 letters and digits, behind the first one also - _ and dots.
 */
bool sluice_name_is_valid(const char *name);

/**
 * sluice_time_text() - seconds since 1970 as people and policies write them
 * @seconds: seconds since 1970
 * @text: receives "2026-12-01T08:00:00Z", or the number for a year beyond 9999
 */
void sluice_time_text(uint64_t seconds, char text[32]);

/**
 * sluice_manifest_show() - what people read of an envelope
 * @walk: text or JSON
 * @envelope: the bytes, for the identity
 * @manifest: what they say
 */
void sluice_manifest_show(struct sluice_walk *walk, const struct sluice_envelope *envelope,
			  const struct sluice_manifest *manifest);

#endif
