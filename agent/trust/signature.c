// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Anchors and the verification of signatures against them.
 *
 * The frame of a signature, everything before the RSA value (RFC 5652, 5.1 and 5.3):
 *
 *	ContentInfo { signedData, SignedData { version 1, { sha256 }, { data },
 *		{ SignerInfo { version 1, { issuer, serialNumber }, { sha256 },
 *			{ rsaEncryption, NULL }, OCTET STRING value } } } }
 */
#include "trust/signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/memory.h"
#include "trust/refuse.h"

#define TAG_INTEGER	0x02
#define TAG_OCTETS	0x04
#define TAG_SEQUENCE	0x30
#define TAG_SET		0x31
#define TAG_EXPLICIT_0	0xa0

/* The kernel puts the key identifier into a key's description, which is bounded. */
#define KEY_IDENTIFIER_BYTES	64
#define NAME_CHARACTERS		200

static const uint8_t algorithm_sha256[] = { 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
					    0x01, 0x65, 0x03, 0x04, 0x02, 0x01 };
static const uint8_t algorithm_rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
					 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
static const uint8_t content_data[] = { 0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48,
					0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 };
static const uint8_t type_signed_data[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
					    0xf7, 0x0d, 0x01, 0x07, 0x02 };
static const uint8_t version_1[] = { TAG_INTEGER, 0x01, 0x01 };

/**
 * struct frame - DER that grows towards its front, so that each length is known when written
 * @bytes: storage
 * @start: first byte in use; the end of the storage is the end of the frame
 * @full: something did not fit
 * @value: bytes that will follow the frame and count in every length
 */
struct frame {
	uint8_t bytes[SLUICE_MAX_SIGNATURE];
	size_t start;
	bool full;
	size_t value;
};

static void frame_put(struct frame *frame, const void *bytes, size_t length)
{
	frame->full |= length > frame->start;
	if (frame->full)
		return;
	frame->start -= length;
	memcpy(frame->bytes + frame->start, bytes, length);
}

/* Puts tag and length before everything written since the frame began at @end. */
static void frame_wrap(struct frame *frame, uint8_t tag, size_t end)
{
	size_t length = end - frame->start;
	const uint8_t small[] = { tag, (uint8_t)length };
	const uint8_t medium[] = { tag, 0x81, (uint8_t)length };
	const uint8_t large[] = { tag, 0x82, (uint8_t)(length >> 8), (uint8_t)length };

	if (length < 0x80)
		frame_put(frame, small, sizeof(small));
	else if (length < 0x100)
		frame_put(frame, medium, sizeof(medium));
	else
		frame_put(frame, large, sizeof(large));
}

static void frame_signer(struct frame *frame, struct sluice_bytes issuer, struct sluice_bytes serial)
{
	/* The value itself is not in the storage, but its bytes count. */
	size_t end = sizeof(frame->bytes) + frame->value, here;

	frame_wrap(frame, TAG_OCTETS, end);
	frame_put(frame, algorithm_rsa, sizeof(algorithm_rsa));
	frame_put(frame, algorithm_sha256, sizeof(algorithm_sha256));
	here = frame->start;
	frame_put(frame, serial.bytes, serial.length);
	frame_put(frame, issuer.bytes, issuer.length);
	frame_wrap(frame, TAG_SEQUENCE, here);
	frame_put(frame, version_1, sizeof(version_1));
	frame_wrap(frame, TAG_SEQUENCE, end);
	frame_wrap(frame, TAG_SET, end);
}

static void frame_message(struct frame *frame)
{
	size_t end = sizeof(frame->bytes) + frame->value, here;

	frame_put(frame, content_data, sizeof(content_data));
	here = frame->start;
	frame_put(frame, algorithm_sha256, sizeof(algorithm_sha256));
	frame_wrap(frame, TAG_SET, here);
	frame_put(frame, version_1, sizeof(version_1));
	frame_wrap(frame, TAG_SEQUENCE, end);
	frame_wrap(frame, TAG_EXPLICIT_0, end);
	frame_put(frame, type_signed_data, sizeof(type_signed_data));
	frame_wrap(frame, TAG_SEQUENCE, end);
}

static int frame_build(struct sluice_anchor *anchor, struct sluice_messages *messages)
{
	struct frame frame = { .start = sizeof(frame.bytes), .value = anchor->value_length };
	uint8_t *issuer = NULL, *serial = NULL;
	int issuer_length, serial_length;

	issuer_length = i2d_X509_NAME(X509_get_issuer_name(anchor->certificate), &issuer);
	serial_length = i2d_ASN1_INTEGER(X509_get0_serialNumber(anchor->certificate), &serial);
	if (issuer_length <= 0 || serial_length <= 0) {
		frame.full = true;
	} else {
		frame_signer(&frame, (struct sluice_bytes){ issuer, (size_t)issuer_length },
			     (struct sluice_bytes){ serial, (size_t)serial_length });
		frame_message(&frame);
	}
	OPENSSL_free(issuer);
	OPENSSL_free(serial);
	if (frame.full || sizeof(frame.bytes) - frame.start + frame.value > SLUICE_MAX_SIGNATURE)
		return sluice_refuse(messages, E2BIG, "certificate \"%s\": its issuer's name is too "
				     "long", anchor->name);
	anchor->frame_length = sizeof(frame.bytes) - frame.start;
	anchor->frame = sluice_allocate(anchor->frame_length, 1);
	memcpy(anchor->frame, frame.bytes + frame.start, anchor->frame_length);
	return 0;
}

/* ---- The rules for a signer's certificate ---- */

static bool has_version_3(X509 *certificate)
{
	return X509_get_version(certificate) == X509_VERSION_3;
}

static bool has_sound_extensions(X509 *certificate)
{
	return !(X509_get_extension_flags(certificate) & (EXFLAG_INVALID | EXFLAG_CRITICAL));
}

static bool is_leaf(X509 *certificate)
{
	return !X509_check_ca(certificate);
}

static bool signs_contents_only(X509 *certificate)
{
	uint32_t usage = X509_get_key_usage(certificate);

	return (X509_get_extension_flags(certificate) & EXFLAG_KUSAGE) &&
	       (usage & KU_DIGITAL_SIGNATURE) && !(usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
}

/*
 * The purpose is codeSigning (RFC 5280, 4.2.1.12) and nothing beside it: every CA product can
 * issue it, while an object identifier of our own would need a registered arc and a special
 * template at each site. A policy is code for the gateway. It is a guard against pinning the
 * wrong file, and against a key that also speaks TLS; who may sign is said by pinning alone.
 */
static bool has_purpose(X509 *certificate)
{
	EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
	bool fits = sk_ASN1_OBJECT_num(usage) == 1 &&
		    OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, 0)) == NID_code_sign;

	EXTENDED_KEY_USAGE_free(usage);
	return fits;
}

static bool has_key_identifier(X509 *certificate)
{
	const ASN1_OCTET_STRING *identifier = X509_get0_subject_key_id(certificate);

	return identifier && ASN1_STRING_length(identifier) > 0 &&
	       ASN1_STRING_length(identifier) <= KEY_IDENTIFIER_BYTES;
}

static bool is_rsa(X509 *certificate)
{
	const EVP_PKEY *key = X509_get0_pubkey(certificate);

	/* Not EVP_PKEY_is_a(): a key that may only do PSS has a type of its own. */
	return key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
}

static bool has_key_size(X509 *certificate)
{
	int bits = EVP_PKEY_get_bits(X509_get0_pubkey(certificate));

	/* 6.1 and 6.12 take no size between or beyond. */
	return bits == 3072 || bits == 4096;
}

static bool has_common_exponent(X509 *certificate)
{
	BIGNUM *exponent = NULL;
	bool fits;

	if (!EVP_PKEY_get_bn_param(X509_get0_pubkey(certificate), "e", &exponent))
		return false;
	fits = BN_is_word(exponent, RSA_F4);
	BN_free(exponent);
	return fits;
}

static bool is_soundly_issued(X509 *certificate)
{
	int digest, algorithm;

	if (!X509_get_signature_info(certificate, &digest, &algorithm, NULL, NULL))
		return false;
	return (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512) &&
	       (algorithm == NID_rsaEncryption || algorithm == NID_X9_62_id_ecPublicKey);
}

static const struct {
	bool (*holds)(X509 *certificate);
	const char *otherwise;
} rules[] = {
	{ has_version_3, "is not X.509 version 3" },
	{ has_sound_extensions, "has a broken or an unknown critical extension" },
	{ is_leaf, "is a CA: pin the signers, not who issued them" },
	{ signs_contents_only, "lacks the key usage digitalSignature, or may sign certificates" },
	{ has_purpose, "has not codeSigning as its one extended key usage" },
	{ has_key_identifier, "has no subject key identifier of 1 to 64 bytes" },
	{ is_rsa, "has no RSA key" },
	{ has_key_size, "has an RSA key of neither 3072 nor 4096 bits" },
	{ has_common_exponent, "has an RSA exponent other than 65537" },
	{ is_soundly_issued, "was not issued with SHA-256 or better by RSA (PKCS#1 v1.5) or ECDSA" },
};

static int check_rules(const struct sluice_anchor *anchor, struct sluice_messages *messages)
{
	/* Fills in what the extension queries return; its answer is about no purpose at all. */
	X509_check_purpose(anchor->certificate, -1, 0);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i].holds(anchor->certificate))
			return sluice_refuse(messages, EKEYREJECTED, "certificate \"%s\" %s",
					     anchor->name, rules[i].otherwise);
	return 0;
}

static char *subject_text(X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL, *text;
	long length = 0;

	if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0,
				      XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
		length = BIO_get_mem_data(bio, &bytes);
	text = sluice_format("%.*s", (int)(length < NAME_CHARACTERS ? length : NAME_CHARACTERS),
			     length > 0 ? bytes : "");
	BIO_free(bio);
	return text;
}

static int digest_key(struct sluice_anchor *anchor)
{
	uint8_t *key = NULL;
	int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(anchor->certificate), &key);

	if (length <= 0)
		return -EBADMSG;
	sluice_digest((struct sluice_bytes){ key, (size_t)length }, anchor->key_digest);
	OPENSSL_free(key);
	return 0;
}

static int fill_anchor(struct sluice_anchor *anchor, struct sluice_messages *messages)
{
	int error = check_rules(anchor, messages);

	if (error)
		return error;
	anchor->value_length = (size_t)EVP_PKEY_get_size(X509_get0_pubkey(anchor->certificate));
	if (digest_key(anchor))
		return sluice_refuse(messages, EBADMSG, "certificate \"%s\" has no readable key",
				     anchor->name);
	return frame_build(anchor, messages);
}

int sluice_anchor_open(enum sluice_role role, struct sluice_bytes der, struct sluice_anchor *anchor,
		       struct sluice_messages *messages)
{
	struct sluice_anchor opened = { .role = role, .der = der };
	const uint8_t *end = der.bytes;
	int error;

	if (der.length > SLUICE_MAX_CERTIFICATE)
		return sluice_refuse(messages, E2BIG, "a certificate of %zu bytes is over %d",
				     der.length, SLUICE_MAX_CERTIFICATE);
	opened.certificate = d2i_X509(NULL, &end, (long)der.length);
	if (!opened.certificate || end != der.bytes + der.length) {
		X509_free(opened.certificate);
		ERR_clear_error();
		return sluice_refuse(messages, EBADMSG, "not a certificate, or bytes behind one");
	}
	opened.name = subject_text(opened.certificate);
	error = fill_anchor(&opened, messages);
	ERR_clear_error();
	if (error)
		sluice_anchor_close(&opened);
	else
		*anchor = opened;
	return error;
}

void sluice_anchor_close(struct sluice_anchor *anchor)
{
	X509_free(anchor->certificate);
	free(anchor->frame);
	free(anchor->name);
	*anchor = (struct sluice_anchor){ 0 };
}

/* Return: -1 when @time is not after @now, 1 when it is, 0 when it is not a time at all. */
static int compare_time(const ASN1_TIME *time, uint64_t now)
{
	time_t seconds = (time_t)now;

	return X509_cmp_time(time, &seconds);
}

int sluice_anchor_in_time(const struct sluice_anchor *anchor, uint64_t now,
			  struct sluice_messages *messages)
{
	char text[32];

	sluice_time_text(now, text);
	if (compare_time(X509_get0_notAfter(anchor->certificate), now) <= 0)
		return sluice_refuse(messages, EKEYEXPIRED, "certificate \"%s\" had expired by %s",
				     anchor->name, text);
	if (compare_time(X509_get0_notBefore(anchor->certificate), now) >= 0)
		return sluice_refuse(messages, EKEYEXPIRED, "certificate \"%s\" was not valid yet at %s",
				     anchor->name, text);
	return 0;
}

int sluice_signature_check(const struct sluice_anchor *anchor, struct sluice_bytes signature,
			   struct sluice_bytes content)
{
	EVP_MD_CTX *context;
	bool good;

	if (signature.length != anchor->frame_length + anchor->value_length ||
	    memcmp(signature.bytes, anchor->frame, anchor->frame_length))
		return -ENOKEY;
	context = EVP_MD_CTX_new();
	good = context &&
	       EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
				    X509_get0_pubkey(anchor->certificate)) == 1 &&
	       EVP_DigestVerify(context, signature.bytes + anchor->frame_length,
				anchor->value_length, content.bytes, content.length) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return good ? 0 : -EKEYREJECTED;
}
