/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bundle: one file that carries an envelope, its signatures, its text and its image.
 *
 * The container is trusted for nothing: it only says where the parts lie (sluice-bundle(5)). What
 * they are worth is for verify.h (policies) and trust.h (trust files).
 *
 * Life cycle: sluice_bundle_load() or sluice_bundle_read(), use, sluice_bundle_release().
 */
#ifndef SLUICE_TRUST_BUNDLE_H
#define SLUICE_TRUST_BUNDLE_H

#include "trust/envelope.h"

#define SLUICE_BUNDLE_MAGIC	"SLUB"
#define SLUICE_BUNDLE_FORMAT	1

/** enum sluice_section - what a part of a bundle is; in this order, signatures may repeat */
enum sluice_section {
	SLUICE_SECTION_NONE		= 0,
	SLUICE_SECTION_ENVELOPE		= 1,
	SLUICE_SECTION_SIGNATURE	= 2,
	SLUICE_SECTION_TEXT		= 3,
	SLUICE_SECTION_IMAGE		= 4,
	SLUICE_SECTION_COUNT		= 5,
};

/**
 * struct sluice_bundle_head - begins the file
 * @magic: %SLUICE_BUNDLE_MAGIC
 * @format: %SLUICE_BUNDLE_FORMAT
 * @sections: number of struct sluice_bundle_section that follow
 * @length: bytes of the whole file
 */
struct sluice_bundle_head {
	uint8_t magic[4];
	__le16 format;
	__le16 sections;
	__le64 length;
};

/**
 * struct sluice_bundle_section - one part; the parts follow the table in its order, unpadded
 * @type: enum sluice_section
 * @zero: 0
 * @length: bytes
 */
struct sluice_bundle_section {
	__le16 type;
	__le16 zero;
	__le32 length;
};

#define SLUICE_BUNDLE_SECTIONS (3 + SLUICE_MAX_SIGNATURES)
#define SLUICE_BUNDLE_BYTES \
	(sizeof(struct sluice_bundle_head) + \
	 SLUICE_BUNDLE_SECTIONS * sizeof(struct sluice_bundle_section) + \
	 sizeof(struct sluice_envelope) + \
	 (size_t)SLUICE_MAX_SIGNATURES * SLUICE_MAX_SIGNATURE + SLUICE_MAX_TEXT + \
	 (size_t)SLUICE_MAX_IMAGE_WORDS * 8)

/**
 * struct sluice_bundle - where the parts lie
 * @envelope: 256 bytes
 * @signatures: detached signatures
 * @signature_count: how many, at least 1
 * @text: policy or trust text
 * @image: compiled image or trust record; not aligned
 * @storage: what sluice_bundle_load() read, or NULL when the bytes are the caller's
 *
 * Zero-initialise before use. To write one, fill in the spans and call sluice_bundle_write().
 */
struct sluice_bundle {
	struct sluice_bytes envelope;
	struct sluice_bytes signatures[SLUICE_MAX_SIGNATURES];
	size_t signature_count;
	struct sluice_bytes text;
	struct sluice_bytes image;
	uint8_t *storage;
};

/**
 * sluice_bundle_read() - find the parts of a bundle in memory
 * @bytes: the whole file; borrowed for the life of @bundle
 * @bundle: receives the parts; untouched on failure
 * @messages: receives the refusal
 *
 * Return: 0; -EBADMSG when malformed, truncated or followed by anything; -E2BIG over a limit;
 * -EPROTO when it has another format.
 */
int sluice_bundle_read(struct sluice_bytes bytes, struct sluice_bundle *bundle,
		       struct sluice_messages *messages);

/**
 * sluice_bundle_load() - read a bundle file
 * @path: file
 * @bundle: receives the parts and the storage; untouched on failure
 * @messages: receives the refusal
 *
 * Return: 0, the errors of sluice_bundle_read(), or one of the operating system.
 */
int sluice_bundle_load(const char *path, struct sluice_bundle *bundle,
		       struct sluice_messages *messages);

/**
 * sluice_bundle_pack() - serialise a bundle
 * @bundle: the parts
 * @bytes: receives the file, for free()
 * @length: receives how many bytes
 * @messages: receives what hinders
 *
 * Return: 0 or the error of sluice_bundle_read(), which reads the result back.
 */
int sluice_bundle_pack(const struct sluice_bundle *bundle, uint8_t **bytes, size_t *length,
		       struct sluice_messages *messages);

/**
 * sluice_bundle_write() - write a bundle file, all or nothing
 * @path: file, replaced by rename
 * @bundle: the parts
 * @messages: receives what hinders
 *
 * Return: 0, the errors of sluice_bundle_pack(), or one of the operating system.
 */
int sluice_bundle_write(const char *path, const struct sluice_bundle *bundle,
			struct sluice_messages *messages);

/**
 * sluice_bundle_envelope() - the envelope of a bundle as the structure that it is
 * @bundle: a read bundle
 *
 * Return: the 256 bytes; unaligned data is no concern, the structure is copied.
 */
struct sluice_envelope sluice_bundle_envelope(const struct sluice_bundle *bundle);

/**
 * sluice_bundle_release() - give back what the bundle owns
 * @bundle: may be empty
 */
void sluice_bundle_release(struct sluice_bundle *bundle);

#endif
