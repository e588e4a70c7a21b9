// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signatures: one form is accepted, and everything that OpenSSL or the kernel would take beside it
 * is refused. For each variant a control shows that it is a good signature in itself.
 */
#include <errno.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/trust/fixture.h"

#define FORM (CMS_BINARY | CMS_DETACHED | CMS_NOATTR | CMS_NOCERTS | CMS_NOSMIMECAP)

static struct sluice_messages messages;
static uint8_t content_bytes[256] = "SLU1 as good as an envelope here";
static const struct sluice_bytes content = { content_bytes, sizeof(content_bytes) };

/* ---- Certificates ---- */

static const struct {
	const char *name;
	const char *clause;	/* NULL: may sign */
} certificates[] = {
	{ "policy-1", NULL },
	{ "policy-2", NULL },
	{ "trust-1", NULL },
	{ "foreign-1", NULL },		/* pinned it would count: pinning alone says who signs */
	{ "policy-expired", NULL },	/* dates are asked when a signature is judged */
	{ "policy-future", NULL },
	{ "policy-ca", "is a CA" },
	{ "policy-server", "codeSigning" },
	{ "policy-both", "codeSigning" },
	{ "device-1", "codeSigning" },
	{ "policy-usage", "digitalSignature" },
	{ "policy-bare", "subject key identifier" },
	{ "policy-short", "3072 nor 4096" },
	{ "policy-pss", "no RSA key" },
	{ "policy-ec", "no RSA key" },
	{ "policy-sha1", "SHA-256 or better" },
};

static void judge_certificate(const char *name, const char *clause)
{
	struct blob der = certificate_der(name);
	struct sluice_anchor anchor;
	int error = sluice_anchor_open(SLUICE_ROLE_POLICY, span(&der), &anchor, &messages);

	if (!clause) {
		ok(accepted(error, &messages), "%s may be pinned", name);
		sluice_anchor_close(&anchor);
	} else {
		ok(refused(error, EKEYREJECTED, &messages) && strstr(said(), clause),
		   "%s may not be pinned: %s", name, said());
	}
	free(der.bytes);
}

static void refuse_broken_certificates(void)
{
	struct blob der = certificate_der("policy-1");
	struct blob longer = { malloc(der.length + 1), der.length + 1 };
	struct sluice_anchor anchor;
	size_t good = 0;
	int error;

	memcpy(longer.bytes, der.bytes, der.length);
	longer.bytes[der.length] = 0;
	error = sluice_anchor_open(SLUICE_ROLE_POLICY, span(&longer), &anchor, &messages);
	ok(refused(error, EBADMSG, &messages), "refuses a byte behind a certificate");
	free(longer.bytes);
	for (size_t length = 0; length < der.length; length++) {
		struct blob cut = { malloc(length ?: 1), length };

		memcpy(cut.bytes, der.bytes, length);
		error = sluice_anchor_open(SLUICE_ROLE_POLICY, span(&cut), &anchor, &messages);
		good += refused(error, EBADMSG, &messages);
		free(cut.bytes);
	}
	ok(good == der.length, "refuses a certificate cut at each of %zu places", der.length);
	free(der.bytes);
}

/* ---- Variants of a signature ---- */

static struct sluice_anchor open_anchor(const char *name, struct blob *der)
{
	struct sluice_anchor anchor = { .name = NULL };

	*der = certificate_der(name);
	if (sluice_anchor_open(SLUICE_ROLE_POLICY, span(der), &anchor, &messages))
		abort();
	return anchor;
}

static struct blob encode(CMS_ContentInfo *cms)
{
	struct blob blob = { NULL, 0 };
	int length = i2d_CMS_ContentInfo(cms, &blob.bytes);

	if (length <= 0)
		abort();
	blob.length = (size_t)length;
	return blob;
}

static void add_signer(CMS_ContentInfo *cms, const char *name, const EVP_MD *digest,
		       unsigned int flags)
{
	X509 *certificate = load_certificate(name);
	EVP_PKEY *key = load_key(name);
	CMS_SignerInfo *signer = CMS_add1_signer(cms, certificate, key, digest,
						 flags | CMS_KEY_PARAM);

	if (!signer)
		abort();
	if (flags & (1u << 30))
		EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(signer),
					     RSA_PKCS1_PSS_PADDING);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

#define PSS (1u << 30)

static struct blob make(const char *first, const char *second, const EVP_MD *digest,
			unsigned int flags)
{
	BIO *data = BIO_new_mem_buf(content.bytes, (int)content.length);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, (flags & ~PSS) | CMS_PARTIAL);
	struct blob blob;

	add_signer(cms, first, digest, flags);
	if (second)
		add_signer(cms, second, digest, flags);
	if (!CMS_final(cms, data, NULL, flags & ~PSS))
		abort();
	blob = encode(cms);
	CMS_ContentInfo_free(cms);
	BIO_free(data);
	return blob;
}

static struct blob plain(void)
{
	return make("policy-1", NULL, EVP_sha256(), FORM);
}

static struct blob with_attributes(void)
{
	return make("policy-1", NULL, EVP_sha256(), FORM & ~CMS_NOATTR);
}

static struct blob with_certificate(void)
{
	return make("policy-1", NULL, EVP_sha256(), FORM & ~CMS_NOCERTS);
}

static struct blob with_content(void)
{
	return make("policy-1", NULL, EVP_sha256(), FORM & ~CMS_DETACHED);
}

static struct blob with_key_identifier(void)
{
	return make("policy-1", NULL, EVP_sha256(), FORM | CMS_USE_KEYID);
}

static struct blob with_sha512(void)
{
	return make("policy-1", NULL, EVP_sha512(), FORM);
}

static struct blob with_sha1(void)
{
	return make("policy-1", NULL, EVP_sha1(), FORM);
}

static struct blob with_pss(void)
{
	return make("policy-1", NULL, EVP_sha256(), FORM | PSS);
}

static struct blob with_two_signers(void)
{
	return make("policy-1", "policy-2", EVP_sha256(), FORM);
}

static struct blob with_unsigned_attribute(void)
{
	struct blob before = plain(), after;
	const uint8_t *at = before.bytes;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)before.length);
	CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);

	if (!CMS_unsigned_add1_attr_by_txt(signer, "1.2.3.4", V_ASN1_UTF8STRING, "x", 1))
		abort();
	after = encode(cms);
	CMS_ContentInfo_free(cms);
	OPENSSL_free(before.bytes);
	return after;
}

static struct blob with_trailing_byte(void)
{
	struct blob before = plain();

	before.bytes = OPENSSL_realloc(before.bytes, before.length + 1);
	before.bytes[before.length++] = 0;
	return before;
}

/* The outer length in three bytes instead of two: BER, which OpenSSL reads as well. */
static struct blob with_long_length(void)
{
	struct blob before = plain(), after = { OPENSSL_malloc(before.length + 1),
						before.length + 1 };

	memcpy(after.bytes, "\x30\x83\x00", 3);
	memcpy(after.bytes + 3, before.bytes + 2, before.length - 2);
	OPENSSL_free(before.bytes);
	return after;
}

/* digestAlgorithms with a NULL parameter: the same meaning in other bytes. */
static struct blob with_null_parameter(void)
{
	static const uint8_t null[] = { 0x05, 0x00 };
	struct blob before = plain(), after = { OPENSSL_malloc(before.length + 2),
						before.length + 2 };

	/* Offsets of `openssl asn1parse`: SET at 26, its SEQUENCE at 28, OID until 41. */
	memcpy(after.bytes, before.bytes, 41);
	memcpy(after.bytes + 41, null, 2);
	memcpy(after.bytes + 43, before.bytes + 41, before.length - 41);
	for (size_t at = 2; at <= 21; at = at == 2 ? 17 : at + 4) {
		size_t length = ((size_t)after.bytes[at] << 8 | after.bytes[at + 1]) + 2;

		after.bytes[at] = (uint8_t)(length >> 8);
		after.bytes[at + 1] = (uint8_t)length;
	}
	after.bytes[27] += 2;
	after.bytes[29] += 2;
	OPENSSL_free(before.bytes);
	return after;
}

/* The control: a verification as applications usually do it. */
static bool openssl_accepts(const struct blob *signature, const char *signer)
{
	STACK_OF(X509) *certificates = sk_X509_new_null();
	BIO *data = BIO_new_mem_buf(content.bytes, (int)content.length);
	const uint8_t *at = signature->bytes;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)signature->length);
	bool good;

	sk_X509_push(certificates, load_certificate(signer));
	if (!strcmp(signer, "policy-1"))
		sk_X509_push(certificates, load_certificate("policy-2"));
	good = cms && CMS_verify(cms, certificates, NULL, CMS_is_detached(cms) ? data : NULL, NULL,
				 CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1;
	CMS_ContentInfo_free(cms);
	BIO_free(data);
	sk_X509_pop_free(certificates, X509_free);
	ERR_clear_error();
	return good;
}

static const struct {
	const char *what;
	struct blob (*make)(void);
	const char *clause;
} variants[] = {
	{ "signed attributes", with_attributes, "signed attributes" },
	{ "an embedded certificate", with_certificate, "carries certificates" },
	{ "embedded content", with_content, "carries its content" },
	{ "a signer by key identifier", with_key_identifier, "key identifier" },
	{ "SHA-512", with_sha512, "SHA-256" },
	{ "SHA-1", with_sha1, "SHA-256" },
	{ "PSS", with_pss, "PKCS#1 v1.5" },
	{ "two signers in one file", with_two_signers, "exactly one signer" },
	{ "an unsigned attribute", with_unsigned_attribute, "unsigned attributes" },
	{ "a trailing byte", with_trailing_byte, "behind its end" },
	{ "a length that is not DER", with_long_length, "another encoding" },
	{ "a NULL behind the digest's name", with_null_parameter, "another encoding" },
};

static void judge_variant(const struct sluice_anchor *anchor, size_t i)
{
	struct blob signature = variants[i].make();
	bool control = openssl_accepts(&signature, "policy-1");
	int error = sluice_signature_check(anchor, span(&signature), content);
	const char *clause = sluice_signature_explain(span(&signature));

	ok(control && error == -ENOKEY && strstr(clause, variants[i].clause),
	   "refuses %s, which OpenSSL accepts: it %s", variants[i].what, clause);
	OPENSSL_free(signature.bytes);
}

/* ---- The one form ---- */

static void accept_own(const struct sluice_anchor *anchor)
{
	struct blob ours = signed_by("policy-1", SLUICE_ROLE_POLICY, content), theirs = plain();

	ok(!sluice_signature_check(anchor, span(&ours), content), "accepts what sign.c makes");
	ok(openssl_accepts(&ours, "policy-1"), "OpenSSL accepts what sign.c makes");
	ok(ours.length == theirs.length && !memcmp(ours.bytes, theirs.bytes, ours.length),
	   "sign.c and CMS_sign() agree on every byte");
	ok(sluice_signature_check(anchor, span(&ours),
				  (struct sluice_bytes){ content.bytes, content.length - 1 }) ==
	   -EKEYREJECTED, "refuses another content");
	free(ours.bytes);
	OPENSSL_free(theirs.bytes);
}

static void accept_command_line(const struct sluice_anchor *anchor)
{
	char *command;
	struct blob signature = { calloc(1, SLUICE_MAX_SIGNATURE), 0 };
	FILE *file = fopen("build/trust-signature-test.content", "w"), *result;

	fwrite(content.bytes, 1, content.length, file);
	fclose(file);
	if (asprintf(&command, "openssl cms -sign -binary -noattr -nocerts -nosmimecap -md sha256 "
		     "-in build/trust-signature-test.content -signer %s -inkey %s -outform DER",
		     ca_file("policy-1", "pem"), ca_file("policy-1", "key")) < 0)
		abort();
	result = popen(command, "r");
	signature.length = fread(signature.bytes, 1, SLUICE_MAX_SIGNATURE, result);
	pclose(result);
	remove("build/trust-signature-test.content");
	ok(!sluice_signature_check(anchor, span(&signature), content),
	   "accepts what `openssl cms -sign` makes with the flags of the manual");
	free(signature.bytes);
	free(command);
}

static void refuse_strangers(const struct sluice_anchor *anchor)
{
	struct blob foreign = signed_by("foreign-1", SLUICE_ROLE_POLICY, content);
	struct blob other = signed_by("policy-2", SLUICE_ROLE_POLICY, content);
	struct blob twin = signed_by("twin-1", SLUICE_ROLE_POLICY, content);

	ok(sluice_signature_check(anchor, span(&foreign), content) == -EKEYREJECTED,
	   "refuses a foreign CA's signer with the same names and serial number");
	ok(sluice_signature_check(anchor, span(&other), content) == -ENOKEY,
	   "refuses another signer of the same CA");
	ok(sluice_signature_check(anchor, span(&twin), content) == -ENOKEY,
	   "refuses the right key under a certificate that is not pinned");
	free(foreign.bytes);
	free(other.bytes);
	free(twin.bytes);
}

static void flip_bits(const struct sluice_anchor *anchor)
{
	struct blob signature = signed_by("policy-1", SLUICE_ROLE_POLICY, content);
	size_t bits = signature.length * 8, good = 0;

	for (size_t bit = 0; bit < bits; bit++) {
		int expected = bit / 8 < anchor->frame_length ? -ENOKEY : -EKEYREJECTED;

		signature.bytes[bit / 8] ^= 1 << bit % 8;
		good += sluice_signature_check(anchor, span(&signature), content) == expected;
		signature.bytes[bit / 8] ^= 1 << bit % 8;
	}
	ok(good == bits, "refuses the signature with each of its %zu bits flipped", bits);
	good = 0;
	for (size_t bit = 0; bit < content.length * 8; bit++) {
		content_bytes[bit / 8] ^= 1 << bit % 8;
		good += sluice_signature_check(anchor, span(&signature), content) == -EKEYREJECTED;
		content_bytes[bit / 8] ^= 1 << bit % 8;
	}
	ok(good == content.length * 8, "refuses the content with each of its %zu bits flipped",
	   content.length * 8);
	ok(!sluice_signature_check(anchor, span(&signature), content),
	   "and accepts it again when all bits are back");
	free(signature.bytes);
}

static void cut_and_grow(const struct sluice_anchor *anchor)
{
	struct blob signature = signed_by("policy-1", SLUICE_ROLE_POLICY, content);
	size_t good = 0;

	for (size_t length = 0; length < signature.length; length++) {
		struct blob cut = { malloc(length ?: 1), length };

		memcpy(cut.bytes, signature.bytes, length);
		good += sluice_signature_check(anchor, span(&cut), content) == -ENOKEY;
		sluice_signature_explain(span(&cut));
		free(cut.bytes);
	}
	ok(good == signature.length, "refuses a signature cut at each of %zu places",
	   signature.length);
	memset(signature.bytes + anchor->frame_length, 0xff, anchor->value_length);
	ok(sluice_signature_check(anchor, span(&signature), content) == -EKEYREJECTED,
	   "refuses a value above the modulus");
	memset(signature.bytes + anchor->frame_length, 0, anchor->value_length);
	ok(sluice_signature_check(anchor, span(&signature), content) == -EKEYREJECTED,
	   "refuses the value 0");
	signature.bytes[signature.length - 1] = 1;
	ok(sluice_signature_check(anchor, span(&signature), content) == -EKEYREJECTED,
	   "refuses the value 1");
	free(signature.bytes);
}

/* ---- Dates, and signing with the wrong things ---- */

static const struct {
	const char *certificate;
	uint64_t now;
	int error;
	const char *proves;
} dates[] = {
	{ "policy-1", CREATED, 0, "a certificate inside its dates counts" },
	{ "policy-1", 0, EKEYEXPIRED, "one that has not begun in 1970 does not" },
	{ "policy-1", 253402300799ull, EKEYEXPIRED, "one that has ended in 9999 does not" },
	{ "policy-expired", CREATED, EKEYEXPIRED, "one that ended in 2021 does not count in 2026" },
	{ "policy-expired", 1640995198, 0, "but one second before its end it does" },
	{ "policy-expired", 1640995199, EKEYEXPIRED, "and at its end no longer" },
	{ "policy-future", CREATED, EKEYEXPIRED, "one that begins in 2090 does not yet" },
};

static void judge_date(size_t i)
{
	struct blob der;
	struct sluice_anchor anchor = open_anchor(dates[i].certificate, &der);
	int error = sluice_anchor_in_time(&anchor, dates[i].now, &messages);

	ok(dates[i].error ? refused(error, dates[i].error, &messages) : accepted(error, &messages),
	   "%s", dates[i].proves);
	sluice_anchor_close(&anchor);
	free(der.bytes);
}

static void refuse_signing(void)
{
	uint8_t *made = NULL;
	size_t length;
	int error;

	error = sluice_signature_make(ca_file("policy-2", "key"), ca_file("policy-1", "pem"),
				      SLUICE_ROLE_POLICY, content, &made, &length, &messages);
	ok(refused(error, EKEYREJECTED, &messages) && !made, "does not sign with another's key");
	error = sluice_signature_make(ca_file("policy-server", "key"), ca_file("policy-server", "pem"),
				      SLUICE_ROLE_POLICY, content, &made, &length, &messages);
	ok(refused(error, EKEYREJECTED, &messages) && !made,
	   "does not sign with a certificate that would be refused");
	error = sluice_signature_make("build/absent.key", ca_file("policy-1", "pem"),
				      SLUICE_ROLE_POLICY, content, &made, &length, &messages);
	ok(refused(error, EINVAL, &messages) && !made, "says which key file it cannot read");
	error = sluice_signature_make(ca_file("policy-1", "key"), "build/absent.pem",
				      SLUICE_ROLE_POLICY, content, &made, &length, &messages);
	ok(refused(error, ENOENT, &messages) && !made, "says which certificate it cannot read");
}

int main(void)
{
	struct sluice_anchor anchor;
	struct blob der;

	sluice_messages_init(&messages, NULL);
	for (size_t i = 0; i < COUNT(certificates); i++)
		judge_certificate(certificates[i].name, certificates[i].clause);
	refuse_broken_certificates();
	anchor = open_anchor("policy-1", &der);
	accept_own(&anchor);
	accept_command_line(&anchor);
	for (size_t i = 0; i < COUNT(variants); i++)
		judge_variant(&anchor, i);
	refuse_strangers(&anchor);
	flip_bits(&anchor);
	cut_and_grow(&anchor);
	sluice_anchor_close(&anchor);
	free(der.bytes);
	for (size_t i = 0; i < COUNT(dates); i++)
		judge_date(i);
	refuse_signing();
	sluice_messages_release(&messages);
	return done_testing();
}
