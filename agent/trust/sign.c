// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making signatures, and telling why a file is not one of ours: both need OpenSSL's CMS, which
 * verifying does without.
 */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/memory.h"
#include "trust/certificate.h"
#include "trust/refuse.h"
#include "trust/signature.h"

/* What 6.1 and 6.12 accept: see the head of signature.h. */
#define CMS_FORM (CMS_BINARY | CMS_DETACHED | CMS_NOATTR | CMS_NOCERTS | CMS_NOSMIMECAP)

static EVP_PKEY *load_key(const char *path, struct sluice_messages *messages)
{
	BIO *bio = BIO_new_file(path, "r");
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (!key)
		sluice_message_error(messages, NULL, "%s: cannot read a private key (PEM): %s", path,
				     ERR_reason_error_string(ERR_peek_error()) ?: "no reason given");
	ERR_clear_error();
	return key;
}

static int encode(const struct sluice_anchor *anchor, EVP_PKEY *key, struct sluice_bytes content,
		  uint8_t **signature)
{
	BIO *data = BIO_new_mem_buf(content.bytes, (int)content.length);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_FORM | CMS_PARTIAL);
	uint8_t *bytes = NULL;
	int length = -1;

	if (data && cms &&
	    CMS_add1_signer(cms, anchor->certificate, key, EVP_sha256(), CMS_FORM) &&
	    CMS_final(cms, data, NULL, CMS_FORM))
		length = i2d_CMS_ContentInfo(cms, &bytes);
	CMS_ContentInfo_free(cms);
	BIO_free(data);
	ERR_clear_error();
	if (length > 0) {
		*signature = sluice_allocate((size_t)length, 1);
		memcpy(*signature, bytes, (size_t)length);
	}
	OPENSSL_free(bytes);
	return length;
}

static int sign(const struct sluice_anchor *anchor, const char *key_file,
		struct sluice_bytes content, uint8_t **signature, size_t *length,
		struct sluice_messages *messages)
{
	EVP_PKEY *key = load_key(key_file, messages);
	uint8_t *made = NULL;
	int bytes;

	if (!key)
		return -EINVAL;
	if (X509_check_private_key(anchor->certificate, key) != 1) {
		EVP_PKEY_free(key);
		ERR_clear_error();
		return sluice_refuse(messages, EKEYREJECTED, "%s is not the key of certificate \"%s\"",
				     key_file, anchor->name);
	}
	bytes = encode(anchor, key, content, &made);
	EVP_PKEY_free(key);
	if (bytes <= 0 ||
	    sluice_signature_check(anchor, (struct sluice_bytes){ made, (size_t)bytes }, content)) {
		free(made);
		return sluice_refuse(messages, EKEYREJECTED,
				     "%s: this OpenSSL does not make the signature that the kernel "
				     "accepts", key_file);
	}
	*signature = made;
	*length = (size_t)bytes;
	return 0;
}

int sluice_signature_make(const char *key_file, const char *certificate_file,
			  enum sluice_role role, struct sluice_bytes content, uint8_t **signature,
			  size_t *length, struct sluice_messages *messages)
{
	struct sluice_anchor anchor;
	size_t der_length;
	uint8_t *der;
	int error;

	error = sluice_certificate_load(certificate_file, &der, &der_length, messages);
	if (error)
		return error;
	error = sluice_anchor_open(role, (struct sluice_bytes){ der, der_length }, &anchor, messages);
	if (!error) {
		error = sign(&anchor, key_file, content, signature, length, messages);
		sluice_anchor_close(&anchor);
	}
	free(der);
	return error;
}

static bool has_certificates(CMS_ContentInfo *cms)
{
	STACK_OF(X509) *certificates = CMS_get1_certs(cms);
	bool any = sk_X509_num(certificates) > 0;

	sk_X509_pop_free(certificates, X509_free);
	return any;
}

static const char *explain_signer(CMS_SignerInfo *signer)
{
	X509_ALGOR *digest, *padding;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;

	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, &padding);
	if (CMS_signed_get_attr_count(signer) >= 0)
		return "has signed attributes: sign with -noattr";
	if (CMS_unsigned_get_attr_count(signer) >= 0)
		return "has unsigned attributes, which nobody has checked";
	if (OBJ_obj2nid(digest->algorithm) != NID_sha256)
		return "does not use SHA-256: sign with -md sha256";
	if (OBJ_obj2nid(padding->algorithm) != NID_rsaEncryption)
		return "is not RSA with PKCS#1 v1.5 padding";
	if (!CMS_SignerInfo_get0_signer_id(signer, NULL, &issuer, &serial) || !issuer)
		return "names its signer by key identifier: sign without -keyid";
	return "was made by no certificate of the trust file for this role, or in another encoding";
}

static const char *explain_message(CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);

	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		return "is CMS, but not signed data";
	if (sk_CMS_SignerInfo_num(signers) != 1)
		return "does not have exactly one signer: give each signer a file of its own";
	if (has_certificates(cms))
		return "carries certificates: sign with -nocerts";
	if (!CMS_is_detached(cms))
		return "carries its content: sign detached";
	return explain_signer(sk_CMS_SignerInfo_value(signers, 0));
}

const char *sluice_signature_explain(struct sluice_bytes signature)
{
	const uint8_t *end = signature.bytes;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &end, (long)signature.length);
	const char *clause;

	if (!cms)
		clause = "is not CMS in DER";
	else if (end != signature.bytes + signature.length)
		clause = "has bytes behind its end";
	else
		clause = explain_message(cms);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return clause;
}
