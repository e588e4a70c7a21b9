// SPDX-License-Identifier: GPL-2.0-or-later
#include "trust/record.h"

#include <endian.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "trust/refuse.h"

_Static_assert(sizeof(struct sluice_trust_head) == 16, "part of the signed record");
_Static_assert(sizeof(struct sluice_trust_entry) == 8, "part of the signed record");

const char *sluice_role_name(enum sluice_role role)
{
	static const char *const names[SLUICE_ROLE_COUNT] = {
		[SLUICE_ROLE_POLICY] = "policy",	[SLUICE_ROLE_TRUST] = "trust",
		[SLUICE_ROLE_EMERGENCY] = "emergency",	[SLUICE_ROLE_COMMAND] = "command",
		[SLUICE_ROLE_CRL] = "crl",
	};

	if (role <= SLUICE_ROLE_NONE || role >= SLUICE_ROLE_COUNT)
		return "unknown";
	return names[role];
}

/* ---- Reading ---- */

/* Takes @length bytes from the front; the one place that moves through the record. */
static const uint8_t *take(struct sluice_bytes *rest, size_t length)
{
	const uint8_t *front = rest->bytes;

	if (length > rest->length)
		return NULL;
	rest->bytes += length;
	rest->length -= length;
	return front;
}

static bool is_zero(const uint8_t *bytes, size_t length)
{
	uint8_t any = 0;

	while (length--)
		any |= *bytes++;
	return !any;
}

static int read_head(struct sluice_bytes *rest, struct sluice_trust_record *record,
		     uint32_t *entries, struct sluice_messages *messages)
{
	const uint8_t *bytes = take(rest, sizeof(struct sluice_trust_head));
	struct sluice_trust_head head;

	if (!bytes)
		return sluice_refuse(messages, EBADMSG, "the trust record is cut off in its head");
	memcpy(&head, bytes, sizeof(head));
	if (memcmp(head.magic, SLUICE_TRUST_MAGIC, sizeof(head.magic)))
		return sluice_refuse(messages, EBADMSG, "not a trust record: it does not begin with "
				     SLUICE_TRUST_MAGIC);
	if (!is_zero(head.zero, sizeof(head.zero)) || head.thresholds[SLUICE_ROLE_NONE])
		return sluice_refuse(messages, EBADMSG,
				     "reserved bytes of the trust record's head are not zero");
	*entries = le32toh(head.entries);
	if (*entries > SLUICE_TRUST_ENTRIES)
		return sluice_refuse(messages, E2BIG, "a trust record of %u entries is over %d",
				     *entries, SLUICE_TRUST_ENTRIES);
	memcpy(record->thresholds, head.thresholds, sizeof(record->thresholds));
	return 0;
}

static int read_entry(struct sluice_bytes *rest, struct sluice_anchor *anchor,
		      struct sluice_messages *messages)
{
	const uint8_t *bytes = take(rest, sizeof(struct sluice_trust_entry)), *der, *padding;
	struct sluice_trust_entry entry;
	uint32_t length;
	unsigned int role;

	if (!bytes)
		return sluice_refuse(messages, EBADMSG, "the trust record is cut off in an entry");
	memcpy(&entry, bytes, sizeof(entry));
	length = le32toh(entry.length);
	role = le16toh(entry.role);
	if (role == SLUICE_ROLE_NONE || role >= SLUICE_ROLE_COUNT || entry.zero)
		return sluice_refuse(messages, EBADMSG,
				     "an entry of the trust record has an unknown role or reserved "
				     "bytes that are not zero");
	if (length > SLUICE_MAX_CERTIFICATE)
		return sluice_refuse(messages, E2BIG, "a certificate of %u bytes is over %d", length,
				     SLUICE_MAX_CERTIFICATE);
	der = take(rest, length);
	padding = der ? take(rest, -length & 3) : NULL;
	if (!padding)
		return sluice_refuse(messages, EBADMSG,
				     "the trust record is cut off in a certificate");
	if (!is_zero(padding, -length & 3))
		return sluice_refuse(messages, EBADMSG,
				     "padding of the trust record is not zero");
	return sluice_anchor_open(role, (struct sluice_bytes){ der, length }, anchor, messages);
}

/*
 * The kernel looks a key up by issuer and serial number (they are the frame's), and describes it
 * by subject and key identifier: twins would hide each other. One key under two certificates
 * would count twice towards a threshold.
 */
static bool are_twins(const struct sluice_anchor *a, const struct sluice_anchor *b)
{
	return !memcmp(a->key_digest, b->key_digest, sizeof(a->key_digest)) ||
	       (a->frame_length == b->frame_length &&
		!memcmp(a->frame, b->frame, a->frame_length)) ||
	       !ASN1_OCTET_STRING_cmp(X509_get0_subject_key_id(a->certificate),
				      X509_get0_subject_key_id(b->certificate));
}

static int check_place(const struct sluice_trust_record *record, const struct sluice_anchor *anchor,
		       struct sluice_messages *messages)
{
	size_t same = 0;

	if (record->count && record->anchors[record->count - 1].role > anchor->role)
		return sluice_refuse(messages, EBADMSG,
				     "the entries of the trust record are not sorted by role");
	for (size_t i = 0; i < record->count; i++) {
		if (record->anchors[i].role != anchor->role)
			continue;
		if (are_twins(&record->anchors[i], anchor))
			return sluice_refuse(messages, EBADMSG,
					     "role %s holds one key, issuer and serial number, or "
					     "key identifier twice: \"%s\" and \"%s\"",
					     sluice_role_name(anchor->role),
					     record->anchors[i].name, anchor->name);
		same++;
	}
	if (same >= SLUICE_MAX_CERTIFICATES)
		return sluice_refuse(messages, E2BIG, "role %s has more than %d certificates",
				     sluice_role_name(anchor->role), SLUICE_MAX_CERTIFICATES);
	return 0;
}

static size_t count_role(const struct sluice_trust_record *record, enum sluice_role role)
{
	size_t count = 0;

	for (size_t i = 0; i < record->count; i++)
		count += record->anchors[i].role == role;
	return count;
}

static int check_thresholds(const struct sluice_trust_record *record,
			    struct sluice_messages *messages)
{
	for (enum sluice_role role = SLUICE_ROLE_POLICY; role < SLUICE_ROLE_COUNT; role++) {
		size_t have = count_role(record, role);
		unsigned int need = record->thresholds[role];

		if (need > have || (have && !need) || need > SLUICE_MAX_SIGNATURES)
			return sluice_refuse(messages, EBADMSG,
					     "role %s: %u signatures cannot be demanded of %zu "
					     "certificates", sluice_role_name(role), need, have);
	}
	return 0;
}

static int read_entries(struct sluice_bytes *rest, uint32_t entries,
			struct sluice_trust_record *record, struct sluice_messages *messages)
{
	struct sluice_anchor anchor;
	int error;

	while (entries--) {
		error = read_entry(rest, &anchor, messages);
		if (error)
			return error;
		error = check_place(record, &anchor, messages);
		if (error) {
			sluice_anchor_close(&anchor);
			return error;
		}
		record->anchors = sluice_grow(record->anchors, record->count, sizeof(anchor));
		record->anchors[record->count++] = anchor;
	}
	if (rest->length)
		return sluice_refuse(messages, EBADMSG, "%zu bytes behind the trust record",
				     rest->length);
	return check_thresholds(record, messages);
}

int sluice_trust_record_read(struct sluice_bytes bytes, struct sluice_trust_record *record,
			     struct sluice_messages *messages)
{
	struct sluice_trust_record read = { .count = 0 };
	uint32_t entries;
	int error;

	error = read_head(&bytes, &read, &entries, messages) ?:
		read_entries(&bytes, entries, &read, messages);
	if (error)
		sluice_trust_record_release(&read);
	else
		*record = read;
	return error;
}

void sluice_trust_record_release(struct sluice_trust_record *record)
{
	for (size_t i = 0; i < record->count; i++)
		sluice_anchor_close(&record->anchors[i]);
	free(record->anchors);
	*record = (struct sluice_trust_record){ .count = 0 };
}

/* ---- Writing ---- */

static uint8_t *write_entry(uint8_t *to, enum sluice_role role, struct sluice_bytes certificate)
{
	struct sluice_trust_entry entry = {
		.role = htole16((uint16_t)role),
		.length = htole32((uint32_t)certificate.length),
	};

	memcpy(to, &entry, sizeof(entry));
	memcpy(to + sizeof(entry), certificate.bytes, certificate.length);
	return to + sizeof(entry) + certificate.length + (-certificate.length & 3);
}

int sluice_trust_record_write(const uint8_t thresholds[SLUICE_ROLE_COUNT],
			      const struct sluice_bytes *certificates,
			      const enum sluice_role *roles, size_t count, uint8_t **bytes,
			      size_t *length, struct sluice_messages *messages)
{
	struct sluice_trust_head head = { .entries = htole32((uint32_t)count) };
	struct sluice_trust_record check = { .count = 0 };
	size_t total = sizeof(head);
	uint8_t *written, *to;
	int error;

	for (size_t i = 0; i < count; i++)
		total += sizeof(struct sluice_trust_entry) + ((certificates[i].length + 3) & ~3ul);
	written = to = sluice_allocate(total, 1);
	memcpy(head.magic, SLUICE_TRUST_MAGIC, sizeof(head.magic));
	memcpy(head.thresholds, thresholds, sizeof(head.thresholds));
	memcpy(to, &head, sizeof(head));
	to += sizeof(head);
	for (size_t i = 0; i < count; i++)
		to = write_entry(to, roles[i], certificates[i]);
	error = sluice_trust_record_read((struct sluice_bytes){ written, total }, &check, messages);
	sluice_trust_record_release(&check);
	if (error) {
		free(written);
		return error;
	}
	*bytes = written;
	*length = total;
	return 0;
}

/* ---- Asking ---- */

/* Finds who made a signature. Only one anchor can have its frame: twins are refused above. */
static int find_signer(const struct sluice_trust_record *record, enum sluice_role role,
		       struct sluice_bytes content, struct sluice_bytes signature,
		       const struct sluice_anchor **signer)
{
	for (size_t i = 0; i < record->count; i++) {
		int error;

		if (record->anchors[i].role != role)
			continue;
		error = sluice_signature_check(&record->anchors[i], signature, content);
		if (error == -ENOKEY)
			continue;
		*signer = &record->anchors[i];
		return error;
	}
	return -ENOKEY;
}

static int refuse_stranger(enum sluice_role role, struct sluice_bytes signature, size_t number,
			   unsigned int flags, struct sluice_messages *messages)
{
	if (flags & SLUICE_TRUST_EXPLAIN)
		sluice_message_error(messages, NULL, "signature %zu %s", number,
				     sluice_signature_explain(signature));
	else
		sluice_message_error(messages, NULL,
				     "signature %zu was made by no %s certificate of the trust file",
				     number, sluice_role_name(role));
	sluice_message_hint(messages,
			    "\"sluicectl trust verify TRUSTFILE\" lists who may sign as %s: sign with one "
			    "of their keys, or have a new trust file signed", sluice_role_name(role));
	return -ENOKEY;
}

static int add_signer(struct sluice_signers *signers, const struct sluice_anchor *signer,
		      size_t number, struct sluice_messages *messages)
{
	for (size_t i = 0; i < signers->count; i++)
		if (signers->anchors[i] == signer)
			return sluice_refuse(messages, EKEYREJECTED,
					     "signature %zu is by \"%s\", who has signed already: signers "
					     "must be distinct", number, signer->name);
	signers->anchors[signers->count++] = signer;
	signers->accepted |= 1u << (number - 1);
	return 0;
}

static int check_one(const struct sluice_trust_record *record, enum sluice_role role,
		     struct sluice_bytes content, struct sluice_bytes signature, size_t number,
		     uint64_t now, unsigned int flags, struct sluice_signers *signers,
		     struct sluice_messages *messages)
{
	const struct sluice_anchor *signer = NULL;
	int error = find_signer(record, role, content, signature, &signer);

	if (error == -ENOKEY && (flags & SLUICE_TRUST_STRANGERS))
		return 0;
	if (error == -ENOKEY)
		return refuse_stranger(role, signature, number, flags, messages);
	if (error) {
		sluice_message_error(messages, NULL,
				     "signature %zu is not that of \"%s\" for this envelope", number,
				     signer->name);
		sluice_message_hint(messages,
				    "the file was changed after it was signed, or signed with another "
				    "key than its certificate's: make and sign it again");
		return -EKEYREJECTED;
	}
	if (!(flags & SLUICE_TRUST_NO_DATES)) {
		error = sluice_anchor_in_time(signer, now, messages);
		if (error)
			return error;
	}
	return add_signer(signers, signer, number, messages);
}

int sluice_trust_record_check(const struct sluice_trust_record *record, enum sluice_role role,
			      struct sluice_bytes content, const struct sluice_bytes *signatures,
			      size_t count, uint64_t now, unsigned int flags,
			      struct sluice_signers *signers, struct sluice_messages *messages)
{
	struct sluice_signers found = { .count = 0 };
	unsigned int need;
	int error;

	if (role <= SLUICE_ROLE_NONE || role >= SLUICE_ROLE_COUNT || !record->thresholds[role])
		return sluice_refuse(messages, ENOKEY, "the trust file has no certificate for role %s",
				     sluice_role_name(role));
	if (count > SLUICE_MAX_SIGNATURES)
		return sluice_refuse(messages, E2BIG, "%zu signatures are over %d", count,
				     SLUICE_MAX_SIGNATURES);
	for (size_t i = 0; i < count; i++) {
		error = check_one(record, role, content, signatures[i], i + 1, now, flags, &found,
				  messages);
		if (error)
			return error;
	}
	need = record->thresholds[role];
	if (found.count < need)
		return sluice_refuse(messages, EKEYREJECTED,
				     "signed by %zu of the %u different signers that role %s demands",
				     found.count, need, sluice_role_name(role));
	if (signers)
		*signers = found;
	return 0;
}
