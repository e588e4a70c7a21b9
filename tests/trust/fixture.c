// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/trust/fixture.h"

#include <errno.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "trust/certificate.h"

#define CA_FOLDER "build/dev-ca"

static unsigned int tests, failures;
static char last_refusal[512];

static void fail_setup(const char *what, struct sluice_messages *messages)
{
	printf("Bail out! %s\n", what);
	if (messages)
		sluice_messages_print(messages, stdout);
	exit(1);
}

bool ok(bool holds, const char *name, ...)
{
	va_list arguments;

	printf("%sok %u - ", holds ? "" : "not ", ++tests);
	va_start(arguments, name);
	vprintf(name, arguments);
	va_end(arguments);
	putchar('\n');
	failures += !holds;
	return holds;
}

int done_testing(void)
{
	printf("1..%u\n", tests);
	return failures != 0;
}

bool is_nightly(void)
{
	const char *nightly = getenv("NIGHTLY");

	return nightly && !strcmp(nightly, "1");
}

static void forget(struct sluice_messages *messages)
{
	sluice_messages_release(messages);
	sluice_messages_init(messages, NULL);
}

bool refused(int error, int expected, struct sluice_messages *messages)
{
	bool as_expected = error == -expected && messages->errors == 1;

	snprintf(last_refusal, sizeof(last_refusal), "%s",
		 messages->count ? messages->item[0].text : "");
	if (!as_expected)
		printf("# got %s (%d) with %zu messages instead of %s: %s\n",
		       error ? strerrorname_np(-error) : "0", error, messages->errors,
		       strerrorname_np(expected), last_refusal);
	forget(messages);
	return as_expected;
}

bool accepted(int error, struct sluice_messages *messages)
{
	bool as_expected = !error && !messages->errors;

	if (!as_expected)
		printf("# refused with %d: %s\n", error,
		       messages->count ? messages->item[0].text : "");
	forget(messages);
	return as_expected;
}

const char *said(void)
{
	return last_refusal;
}

const char *ca_file(const char *name, const char *suffix)
{
	static char path[2][128];
	static unsigned int turn;
	static bool made;

	/* The script does nothing when the keys are there, and waits while another one makes them. */
	if (!made && system("scripts/dev-ca " CA_FOLDER " >&2"))
		fail_setup("scripts/dev-ca failed", NULL);
	made = true;
	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), CA_FOLDER "/%s.%s", name, suffix);
	return path[turn];
}

X509 *load_certificate(const char *name)
{
	BIO *bio = BIO_new_file(ca_file(name, "pem"), "r");
	X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (!certificate)
		fail_setup("cannot read a certificate", NULL);
	return certificate;
}

EVP_PKEY *load_key(const char *name)
{
	BIO *bio = BIO_new_file(ca_file(name, "key"), "r");
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (!key)
		fail_setup("cannot read a key", NULL);
	return key;
}

struct sluice_bytes span(const struct blob *blob)
{
	return (struct sluice_bytes){ blob->bytes, blob->length };
}

struct sluice_bytes text_span(const char *text)
{
	return (struct sluice_bytes){ (const uint8_t *)text, strlen(text) };
}

struct blob copy(struct sluice_bytes bytes)
{
	struct blob blob = { sluice_allocate(bytes.length + 1, 1), bytes.length };

	memcpy(blob.bytes, bytes.bytes, bytes.length);
	return blob;
}

struct blob certificate_der(const char *name)
{
	struct sluice_messages messages;
	struct blob blob;

	sluice_messages_init(&messages, NULL);
	if (sluice_certificate_load(ca_file(name, "pem"), &blob.bytes, &blob.length, &messages))
		fail_setup(name, &messages);
	sluice_messages_release(&messages);
	return blob;
}

struct blob signed_by(const char *name, enum sluice_role role, struct sluice_bytes content)
{
	struct sluice_messages messages;
	struct blob blob;

	sluice_messages_init(&messages, NULL);
	if (sluice_signature_make(ca_file(name, "key"), ca_file(name, "pem"), role, content,
				  &blob.bytes, &blob.length, &messages))
		fail_setup(name, &messages);
	sluice_messages_release(&messages);
	return blob;
}

struct order policy_order(void)
{
	static const uint64_t image[] = { 0x31636c73, 0, 42, 0, 7, 0, 0, 1 };

	return (struct order){
		.manifest = {
			.kind = SLUICE_ENVELOPE_POLICY,
			.site = "plant-7",
			.gateway = "gw-1",
			.epoch = 1,
			.version = 5,
			.trust_version = 1,
			.created = CREATED,
			.compiler = 1,
		},
		.text = text_span("sluice: 1\nsite: plant-7\nversion: 5\n"),
		.image = { (const uint8_t *)image, sizeof(image) },
		.signers = { "policy-1" },
	};
}

struct blob make_bundle(const struct order *order)
{
	enum sluice_role role = order->manifest.kind == SLUICE_ENVELOPE_TRUST ? SLUICE_ROLE_TRUST :
										SLUICE_ROLE_POLICY;
	struct blob made[SLUICE_MAX_SIGNATURES], file;
	struct sluice_bundle bundle = { .text = order->text, .image = order->image };
	struct sluice_envelope envelope;
	struct sluice_messages messages;

	sluice_messages_init(&messages, NULL);
	if (sluice_envelope_seal(&order->manifest, order->text, order->image, &envelope, &messages))
		fail_setup("an envelope", &messages);
	bundle.envelope = (struct sluice_bytes){ (uint8_t *)&envelope, sizeof(envelope) };
	for (size_t i = 0; order->signers[i]; i++) {
		made[i] = signed_by(order->signers[i], role, bundle.envelope);
		bundle.signatures[bundle.signature_count++] = span(&made[i]);
	}
	if (sluice_bundle_pack(&bundle, &file.bytes, &file.length, &messages))
		fail_setup("a bundle", &messages);
	for (size_t i = 0; i < bundle.signature_count; i++)
		free(made[i].bytes);
	sluice_messages_release(&messages);
	return file;
}

struct trust_order trust_order(void)
{
	return (struct trust_order){
		.version = 1,
		.epoch = 1,
		.policy_threshold = 1,
		.trust_threshold = 1,
		.policy = { "policy-1", "policy-2" },
		.trust = { "trust-1" },
		.signers = { "trust-1" },
	};
}

static char *list_files(const char *const names[4])
{
	char *list = sluice_copy_text("");

	for (size_t i = 0; i < 4 && names[i]; i++) {
		char *longer = sluice_format("%s%s%s.pem", list, i ? ", " : "", names[i]);

		free(list);
		list = longer;
	}
	return list;
}

char *trust_text(const struct trust_order *order)
{
	char *policy = list_files(order->policy), *trust = list_files(order->trust);
	char *text = sluice_format(
		"sluice-trust: 1\nsite: plant-7\nversion: %llu\nepoch: %llu\nroles:\n"
		"  - {name: policy, threshold: %u, certificates: [%s]}\n"
		"  - {name: trust, threshold: %u, certificates: [%s]}\n"
		"structure:\n  zones:\n"
		"    - {name: safety, isolated: true}\n"
		"    - {name: control, level: control, ports: [gw-1/eth1, gw-1/eth2.10]}\n"
		"    - {name: dmz, level: dmz, ports: [gw-1/eth3]}\n"
		"    - {name: enterprise, level: enterprise, ports: [gw-1/eth0]}\n"
		"    - {name: cloud, level: enterprise}\n"
		"    - {name: internet, level: internet, ports: [gw-1/eth0.99]}\n",
		(unsigned long long)order->version, (unsigned long long)order->epoch,
		order->policy_threshold, policy, order->trust_threshold, trust);

	free(policy);
	free(trust);
	return text;
}

static struct blob make_record(const struct trust_order *order)
{
	const uint8_t thresholds[SLUICE_ROLE_COUNT] = {
		[SLUICE_ROLE_POLICY] = (uint8_t)order->policy_threshold,
		[SLUICE_ROLE_TRUST] = (uint8_t)order->trust_threshold,
	};
	struct sluice_bytes certificates[8];
	enum sluice_role roles[8];
	struct sluice_messages messages;
	struct blob ders[8], record;
	size_t count = 0;

	sluice_messages_init(&messages, NULL);
	for (size_t i = 0; i < 8; i++) {
		const char *name = i < 4 ? order->policy[i] : order->trust[i - 4];

		if (!name)
			continue;
		ders[count] = certificate_der(name);
		certificates[count] = span(&ders[count]);
		roles[count++] = i < 4 ? SLUICE_ROLE_POLICY : SLUICE_ROLE_TRUST;
	}
	if (sluice_trust_record_write(thresholds, certificates, roles, count, &record.bytes,
				      &record.length, &messages))
		fail_setup("a trust record", &messages);
	while (count--)
		free(ders[count].bytes);
	sluice_messages_release(&messages);
	return record;
}

struct blob make_trust(const struct trust_order *order)
{
	return make_trust_as(order, order);
}

struct blob make_trust_as(const struct trust_order *order, const struct trust_order *written)
{
	struct order bundle = {
		.manifest = {
			.kind = SLUICE_ENVELOPE_TRUST,
			.site = "plant-7",
			.gateway = "*",
			.epoch = order->epoch,
			.version = order->version,
			.trust_version = order->version > 1 ? order->version - 1 : 1,
			.created = CREATED,
		},
	};
	char *text = trust_text(written);
	struct blob record = make_record(order), made;

	memcpy(bundle.signers, order->signers, sizeof(bundle.signers));
	bundle.text = text_span(text);
	bundle.image = span(&record);
	made = make_bundle(&bundle);
	free(record.bytes);
	free(text);
	return made;
}
