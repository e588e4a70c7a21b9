// SPDX-License-Identifier: GPL-2.0-or-later
#include "trust/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/memory.h"
#include "sluice.h"
#include "trust/refuse.h"

/* A PEM file may say in words what the certificate holds, several times its size. */
#define FILE_BYTES (16 * SLUICE_MAX_CERTIFICATE)

static bool is_pem(const uint8_t *bytes, size_t length)
{
	return memmem(bytes, length, "-----BEGIN ", strlen("-----BEGIN ")) != NULL;
}

/* Reads what PEM holds and says how many certificates that is; keeps the first one. */
static int decode_pem(const uint8_t *bytes, size_t length, uint8_t **der, size_t *der_length)
{
	BIO *bio = BIO_new_mem_buf(bytes, (int)length);
	char *name, *header;
	uint8_t *data;
	long data_length;
	int count = 0;

	while (bio && PEM_read_bio(bio, &name, &header, &data, &data_length)) {
		if (!strcmp(name, PEM_STRING_X509) && !count++) {
			*der = sluice_allocate((size_t)data_length + 1, 1);
			*der_length = (size_t)data_length;
			memcpy(*der, data, (size_t)data_length);
		}
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	BIO_free(bio);
	ERR_clear_error();
	return count;
}

int sluice_certificate_load(const char *path, uint8_t **der, size_t *length,
			    struct sluice_messages *messages)
{
	uint8_t *bytes, *found = NULL;
	size_t bytes_length, found_length = 0;
	int error, count;

	error = sluice_file_load(path, FILE_BYTES, &bytes, &bytes_length, messages);
	if (error)
		return error;
	if (!is_pem(bytes, bytes_length)) {
		*der = bytes;	/* whether it is a certificate, sluice_anchor_open() says */
		*length = bytes_length;
		return 0;
	}
	count = decode_pem(bytes, bytes_length, &found, &found_length);
	free(bytes);
	if (count != 1) {
		free(found);
		return sluice_refuse(messages, EBADMSG, "%s: holds %d certificates, not one", path,
				     count);
	}
	*der = found;
	*length = found_length;
	return 0;
}
