/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of agent/trust share: KTAP lines, developer keys, trust files and bundles made
 * to order.
 */
#ifndef TESTS_TRUST_FIXTURE_H
#define TESTS_TRUST_FIXTURE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "trust/verify.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2026-11-01T00:00:00Z: when the bundles of these tests were made. */
#define CREATED 1793491200ull

/**
 * ok() - one KTAP line
 * @holds: what was to be shown
 * @name: printf format of what it proves
 *
 * Return: @holds.
 */
bool ok(bool holds, const char *name, ...) __attribute__((format(printf, 2, 3)));

/**
 * done_testing() - the plan
 *
 * Return: exit status of the program.
 */
int done_testing(void);

/** is_nightly() - NIGHTLY=1 in the environment: take the time for everything */
bool is_nightly(void);

/**
 * refused() - did it end with this errno and one sentence?
 * @error: what the function under test returned
 * @expected: positive errno
 * @messages: what it said; emptied for the next question
 *
 * Return: whether. A diagnostic line tells what came instead.
 */
bool refused(int error, int expected, struct sluice_messages *messages);

/** accepted() - did it return 0 without a word? Empties @messages. */
bool accepted(int error, struct sluice_messages *messages);

/** said() - the last refusal that refused() saw, or "" */
const char *said(void);

/** ca_file() - path of a file of the developer PKI, which is made on first use; static storage */
const char *ca_file(const char *name, const char *suffix);

/** load_certificate() - a certificate of the developer PKI, for X509_free() */
X509 *load_certificate(const char *name);

/** load_key() - a private key of the developer PKI, for EVP_PKEY_free() */
EVP_PKEY *load_key(const char *name);

/** struct blob - bytes for free() */
struct blob {
	uint8_t *bytes;
	size_t length;
};

/** span() - borrow a blob */
struct sluice_bytes span(const struct blob *blob);

/** text_span() - borrow a string, without its NUL */
struct sluice_bytes text_span(const char *text);

/** copy() - duplicate bytes */
struct blob copy(struct sluice_bytes bytes);

/** certificate_der() - DER of a certificate of the developer PKI */
struct blob certificate_der(const char *name);

/** signed_by() - a detached signature by a signer of the developer PKI */
struct blob signed_by(const char *name, enum sluice_role role, struct sluice_bytes content);

/**
 * struct order - a bundle to be made
 * @manifest: its envelope
 * @text: its text
 * @image: its image
 * @signers: names of developer signers, ended by NULL
 */
struct order {
	struct sluice_manifest manifest;
	struct sluice_bytes text;
	struct sluice_bytes image;
	const char *signers[SLUICE_MAX_SIGNATURES + 1];
};

/** policy_order() - a small policy bundle for plant-7, gw-1, version 5, signed by policy-1 */
struct order policy_order(void);

/** make_bundle() - serialise an order; ends the program when that fails */
struct blob make_bundle(const struct order *order);

/** struct trust_order - a trust file to be made */
struct trust_order {
	uint64_t version;
	uint64_t epoch;
	unsigned int policy_threshold;
	unsigned int trust_threshold;
	const char *policy[4];
	const char *trust[4];
	const char *signers[SLUICE_MAX_SIGNATURES + 1];
};

/** trust_order() - version 1 of plant-7: policy-1, policy-2 (one suffices), trust-1 */
struct trust_order trust_order(void);

/** trust_text() - the text of a trust file to be made, for free() */
char *trust_text(const struct trust_order *order);

/** make_trust() - serialise a trust file; ends the program when that fails */
struct blob make_trust(const struct trust_order *order);

/** make_trust_as() - the same with the text of another one: a text that lies about its record */
struct blob make_trust_as(const struct trust_order *order, const struct trust_order *text);

#endif
