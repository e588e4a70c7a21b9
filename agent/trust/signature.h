/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures: detached CMS as verify_pkcs7_signature() of Linux 6.1 and 6.12 takes them.
 *
 * One file is one signer: RSA of 3072 or 4096 bits, PKCS#1 v1.5, SHA-256, no signed attributes,
 * no certificates, DER. For a given certificate every byte of such a file is known beforehand but
 * the last 384 or 512, the RSA value. So nothing that a stranger sends is parsed here: an anchor
 * carries its own frame (all bytes before the value), a signature must begin with the frame of an
 * anchor and have exactly its length, and what is left is one RSA verification. Re-encoding and
 * comparing comes to the same result, after a parser has run.
 *
 * Only pinned leaf certificates count. No chain is ever built: a CA's signature on a certificate
 * is worth nothing here.
 */
#ifndef SLUICE_TRUST_SIGNATURE_H
#define SLUICE_TRUST_SIGNATURE_H

#include <openssl/x509.h>

#include "trust/envelope.h"

/**
 * struct sluice_anchor - a pinned leaf certificate
 * @role: what it may sign
 * @der: its bytes, borrowed from the trust record
 * @certificate: the parsed certificate, owned
 * @frame: first bytes of each signature that it makes, owned
 * @frame_length: bytes of @frame
 * @value_length: bytes of the RSA value behind the frame: 384 or 512
 * @key_digest: SHA-256 of the public key (SubjectPublicKeyInfo): distinct signers have distinct ones
 * @name: subject as people read it, owned
 */
struct sluice_anchor {
	enum sluice_role role;
	struct sluice_bytes der;
	X509 *certificate;
	uint8_t *frame;
	size_t frame_length;
	size_t value_length;
	uint8_t key_digest[SLUICE_DIGEST_BYTES];
	char *name;
};

/**
 * sluice_anchor_open() - parse a certificate and hold it against the rules for signers
 * @role: what it is to sign
 * @der: bytes of one certificate, borrowed for the life of the anchor
 * @anchor: receives the anchor; untouched on failure
 * @messages: receives the refusal
 *
 * A signer's certificate is X.509 version 3, no CA, with the key usage digitalSignature (and not
 * keyCertSign), the extended key usage codeSigning and no other, a subject key identifier, an RSA
 * key of 3072 or 4096 bits with exponent 65537, and is itself signed with SHA-256 or better by RSA
 * PKCS#1 v1.5 or ECDSA. Dates are not looked at: see sluice_anchor_in_time().
 *
 * Return: 0; -EBADMSG when it does not parse to the last byte; -E2BIG; -EKEYREJECTED when it may
 * not sign.
 */
int sluice_anchor_open(enum sluice_role role, struct sluice_bytes der, struct sluice_anchor *anchor,
		       struct sluice_messages *messages);

/**
 * sluice_anchor_close() - give back what the anchor owns
 * @anchor: an opened anchor
 */
void sluice_anchor_close(struct sluice_anchor *anchor);

/**
 * sluice_anchor_in_time() - is the certificate valid at this time?
 * @anchor: an opened anchor
 * @now: seconds since 1970
 * @messages: receives the refusal
 *
 * Return: 0, or -EKEYEXPIRED.
 */
int sluice_anchor_in_time(const struct sluice_anchor *anchor, uint64_t now,
			  struct sluice_messages *messages);

/**
 * sluice_signature_check() - did this anchor sign these bytes?
 * @anchor: an opened anchor
 * @signature: one detached CMS signature
 * @content: what was signed
 *
 * Return: 0; -ENOKEY when the file is not of the form of this anchor; -EKEYREJECTED when it is,
 * but the value is wrong.
 */
int sluice_signature_check(const struct sluice_anchor *anchor, struct sluice_bytes signature,
			   struct sluice_bytes content);

/**
 * sluice_signature_make() - sign
 * @key_file: PEM file of the private key
 * @certificate_file: PEM or DER file of its certificate
 * @role: what the certificate is to sign, for the rules of sluice_anchor_open()
 * @content: what to sign
 * @signature: receives the bytes, for free(); untouched on failure
 * @length: receives how many
 * @messages: receives what hinders
 *
 * The signature is made by OpenSSL's CMS and then checked by sluice_signature_check(): what this
 * makes, that accepts.
 *
 * Return: 0; -EKEYREJECTED when key and certificate do not belong together or may not sign; an
 * error of the operating system for files.
 */
int sluice_signature_make(const char *key_file, const char *certificate_file,
			  enum sluice_role role, struct sluice_bytes content, uint8_t **signature,
			  size_t *length, struct sluice_messages *messages);

/**
 * sluice_signature_explain() - in words, why no anchor accepts this file
 * @signature: bytes offered as a signature
 *
 * Runs OpenSSL's CMS parser on bytes that nobody vouches for, for the sake of a better sentence:
 * for command lines, never for the daemon. Nothing is ever accepted because of it.
 *
 * Return: a constant clause that goes behind "signature N ".
 */
const char *sluice_signature_explain(struct sluice_bytes signature);

#endif
