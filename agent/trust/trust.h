/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trust file: a bundle whose envelope says trust, whose image is the trust record and whose
 * text is what people wrote, structure included.
 *
 * Life cycle: sluice_trust_open(), then one of the questions: sluice_trust_is_anchor() for the
 * first one, sluice_trust_follows() for the next; then sluice_bundle_verify() with it;
 * sluice_trust_close(). Immutable in between.
 */
#ifndef SLUICE_TRUST_TRUST_H
#define SLUICE_TRUST_TRUST_H

#include "trust/bundle.h"
#include "trust/record.h"
#include "trust/structure.h"

/**
 * struct sluice_trust - an opened trust file
 * @bundle: its parts
 * @manifest: what its envelope says
 * @identity: SHA-256 of its envelope; of the first one, this is the module's parameter "anchor"
 * @record: who may sign what
 * @structure: the zones that the text pins; count 0 when it pins none
 *
 * Zero-initialise before use.
 */
struct sluice_trust {
	struct sluice_bundle bundle;
	struct sluice_manifest manifest;
	uint8_t identity[SLUICE_DIGEST_BYTES];
	struct sluice_trust_record record;
	struct sluice_structure structure;
};

/**
 * sluice_trust_open() - read a trust file
 * @path: file
 * @trust: receives it; untouched on failure
 * @messages: receives the refusal
 *
 * Checks form, digests, that text and record say the same, and that the file is signed as its own
 * role `trust` demands. That proves that it is whole, not that it is ours: any stranger can make
 * such a file. Ask one of the two questions below before using it.
 *
 * Return: 0 or an error of refuse.h.
 */
int sluice_trust_open(const char *path, struct sluice_trust *trust,
		      struct sluice_messages *messages);

/**
 * sluice_trust_open_bytes() - the same for a file in memory
 * @bytes: the whole file; borrowed for the life of @trust
 * @trust: receives it; untouched on failure
 * @messages: receives the refusal
 *
 * Return: 0 or an error of refuse.h.
 */
int sluice_trust_open_bytes(struct sluice_bytes bytes, struct sluice_trust *trust,
			    struct sluice_messages *messages);

/**
 * sluice_trust_is_anchor() - is this the trust file that was pinned at installation?
 * @trust: an opened trust file
 * @anchor: the pinned digest
 * @messages: receives the refusal
 *
 * Return: 0, or -ENOKEY.
 */
int sluice_trust_is_anchor(const struct sluice_trust *trust,
			   const uint8_t anchor[SLUICE_DIGEST_BYTES],
			   struct sluice_messages *messages);

/**
 * sluice_trust_follows() - may this trust file replace the one in force?
 * @next: an opened trust file
 * @current: the one in force
 * @now: lower bound of the time, seconds since 1970
 * @messages: receives the refusal
 *
 * Exactly the next version of the same site, of no lower epoch, signed as the role `trust` of
 * both demands.
 *
 * Return: 0 or an error of refuse.h.
 */
int sluice_trust_follows(const struct sluice_trust *next, const struct sluice_trust *current,
			 uint64_t now, struct sluice_messages *messages);

/**
 * sluice_trust_close() - give back what it owns
 * @trust: may be empty
 */
void sluice_trust_close(struct sluice_trust *trust);

#endif
