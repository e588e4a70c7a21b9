/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trust record: who may sign what (struct sluice_trust_head of the uapi header).
 *
 * Life cycle: sluice_trust_record_read() on bytes that outlive the record, any number of checks,
 * sluice_trust_record_release(). Immutable in between.
 */
#ifndef SLUICE_TRUST_RECORD_H
#define SLUICE_TRUST_RECORD_H

#include "trust/signature.h"

#define SLUICE_TRUST_ENTRIES (SLUICE_MAX_CERTIFICATES * (SLUICE_ROLE_COUNT - 1))
#define SLUICE_TRUST_RECORD_BYTES \
	(sizeof(struct sluice_trust_head) + \
	 SLUICE_TRUST_ENTRIES * (sizeof(struct sluice_trust_entry) + SLUICE_MAX_CERTIFICATE))

/**
 * struct sluice_trust_record - a parsed trust record
 * @thresholds: by role, how many distinct signers are needed; 0: nobody can use the role
 * @anchors: certificates in the order of the record, sorted by role
 * @count: how many
 *
 * Zero-initialise before use.
 */
struct sluice_trust_record {
	uint8_t thresholds[SLUICE_ROLE_COUNT];
	struct sluice_anchor *anchors;
	size_t count;
};

/**
 * sluice_trust_record_read() - parse, strictly
 * @bytes: the record; borrowed for the life of @record
 * @record: receives the record; untouched on failure
 * @messages: receives the refusal
 *
 * Entries are sorted by role; no role holds one key, one issuer and serial number, or one key
 * identifier twice, and no threshold exceeds what its role holds. A role with certificates has a
 * threshold.
 *
 * Return: 0; -EBADMSG when malformed; -E2BIG over a limit; -EKEYREJECTED when a certificate may
 * not sign.
 */
int sluice_trust_record_read(struct sluice_bytes bytes, struct sluice_trust_record *record,
			     struct sluice_messages *messages);

/**
 * sluice_trust_record_write() - serialise
 * @thresholds: by role
 * @certificates: DER of each certificate
 * @roles: role of each, ascending
 * @count: how many certificates
 * @bytes: receives the record, for free(); untouched on failure
 * @length: receives how many bytes
 * @messages: receives what hinders
 *
 * The result is read back: what this makes, sluice_trust_record_read() accepts.
 *
 * Return: 0 or the error of sluice_trust_record_read().
 */
int sluice_trust_record_write(const uint8_t thresholds[SLUICE_ROLE_COUNT],
			      const struct sluice_bytes *certificates,
			      const enum sluice_role *roles, size_t count, uint8_t **bytes,
			      size_t *length, struct sluice_messages *messages);

/**
 * sluice_trust_record_release() - give back what the record owns
 * @record: may be empty
 */
void sluice_trust_record_release(struct sluice_trust_record *record);

/**
 * struct sluice_signers - who signed
 * @anchors: distinct signers in the order of the signatures, borrowed from the record
 * @count: how many
 * @accepted: bit N is set when signature N (from 0) counts
 */
struct sluice_signers {
	const struct sluice_anchor *anchors[SLUICE_MAX_SIGNATURES];
	size_t count;
	unsigned int accepted;
};

/* Flags of sluice_trust_record_check() and its callers. */
#define SLUICE_TRUST_NO_DATES	(1u << 0)	/* at boot: dates stop new policies only */
#define SLUICE_TRUST_EXPLAIN	(1u << 1)	/* command line: parse a bad signature for its story */
#define SLUICE_TRUST_STRANGERS	(1u << 2)	/* pass over signatures that another record may know */

/**
 * sluice_trust_record_check() - is this content signed as the role demands?
 * @record: who may sign
 * @role: in which role
 * @content: what was signed
 * @signatures: detached signatures
 * @count: how many, at most %SLUICE_MAX_SIGNATURES
 * @now: seconds since 1970 at which the signers' certificates must be valid
 * @flags: SLUICE_TRUST_*
 * @signers: receives who signed; may be NULL; meaningful on success only
 * @messages: receives the refusal
 *
 * Every signature must be good: one bad file among enough good ones is refused as well, so that a
 * bundle has no part that nobody has checked. %SLUICE_TRUST_STRANGERS is for a trust file, which
 * the signers of two records sign; the caller then looks at @signers->accepted.
 *
 * Return: 0; -ENOKEY when the role has no certificate, or none of them made a signature;
 * -EKEYREJECTED when a value is wrong, a signer repeats or there are too few; -EKEYEXPIRED;
 * -E2BIG.
 */
int sluice_trust_record_check(const struct sluice_trust_record *record, enum sluice_role role,
			      struct sluice_bytes content, const struct sluice_bytes *signatures,
			      size_t count, uint64_t now, unsigned int flags,
			      struct sluice_signers *signers, struct sluice_messages *messages);

/**
 * sluice_role_name() - a role as trust files write it
 * @role: role
 *
 * Return: a constant lower-case word, "unknown" for none.
 */
const char *sluice_role_name(enum sluice_role role);

#endif
