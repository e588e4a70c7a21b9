// SPDX-License-Identifier: GPL-2.0-or-later
/* The trust record and the thresholds: who counts, how often, and who does not. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/trust/fixture.h"

static struct sluice_messages messages;
static uint8_t content_bytes[256] = "SLU1";
static const struct sluice_bytes content = { content_bytes, sizeof(content_bytes) };

/* ---- Form ---- */

static struct blob record_of(const struct trust_order *order, struct blob *file)
{
	struct sluice_bundle bundle;

	*file = make_trust(order);
	if (sluice_bundle_read(span(file), &bundle, &messages))
		abort();
	return copy(bundle.image);
}

static int read_exact(struct sluice_bytes bytes)
{
	uint8_t *exact = malloc(bytes.length ?: 1);
	struct sluice_trust_record record = { .count = 0 };
	int error;

	memcpy(exact, bytes.bytes, bytes.length);
	error = sluice_trust_record_read((struct sluice_bytes){ exact, bytes.length }, &record,
					 &messages);
	sluice_trust_record_release(&record);
	free(exact);
	return error;
}

static struct sluice_trust_head *head(struct blob *record)
{
	return (struct sluice_trust_head *)record->bytes;
}

static struct sluice_trust_entry *entry(struct blob *record)
{
	return (struct sluice_trust_entry *)(record->bytes + sizeof(struct sluice_trust_head));
}

static void magic(struct blob *record)
{
	head(record)->magic[3] = '2';
}

static void reserved(struct blob *record)
{
	head(record)->zero[1] = 1;
}

static void role_none_threshold(struct blob *record)
{
	head(record)->thresholds[SLUICE_ROLE_NONE] = 1;
}

static void entries_huge(struct blob *record)
{
	head(record)->entries = htole32(0xffffffff);
}

static void entries_more(struct blob *record)
{
	head(record)->entries = htole32(4);
}

static void entries_less(struct blob *record)
{
	head(record)->entries = htole32(2);
}

static void threshold_unreachable(struct blob *record)
{
	head(record)->thresholds[SLUICE_ROLE_POLICY] = 3;
}

static void threshold_none(struct blob *record)
{
	head(record)->thresholds[SLUICE_ROLE_POLICY] = 0;
}

static void threshold_without(struct blob *record)
{
	head(record)->thresholds[SLUICE_ROLE_CRL] = 1;
}

static void role_unknown(struct blob *record)
{
	entry(record)->role = htole16(SLUICE_ROLE_COUNT);
}

static void role_none(struct blob *record)
{
	entry(record)->role = 0;
}

static void role_unsorted(struct blob *record)
{
	entry(record)->role = htole16(SLUICE_ROLE_CRL);
}

static void entry_reserved(struct blob *record)
{
	entry(record)->zero = 1;
}

static void length_huge(struct blob *record)
{
	entry(record)->length = htole32(0xffffffff);
}

static void length_long(struct blob *record)
{
	entry(record)->length = htole32(SLUICE_MAX_CERTIFICATE);
}

static void length_zero(struct blob *record)
{
	entry(record)->length = 0;
}

static const struct {
	const char *proves;
	void (*spoil)(struct blob *record);
	int error;
} cases[] = {
	{ "another magic", magic, EBADMSG },
	{ "a reserved byte that is not zero", reserved, EBADMSG },
	{ "a threshold for no role", role_none_threshold, EBADMSG },
	{ "2^32 - 1 entries", entries_huge, E2BIG },
	{ "one entry more than there is", entries_more, EBADMSG },
	{ "one entry less than there is", entries_less, EBADMSG },
	{ "a threshold that nobody can reach", threshold_unreachable, EBADMSG },
	{ "certificates without a threshold", threshold_none, EBADMSG },
	{ "a threshold without certificates", threshold_without, EBADMSG },
	{ "an unknown role", role_unknown, EBADMSG },
	{ "role none", role_none, EBADMSG },
	{ "entries that are not sorted by role", role_unsorted, EBADMSG },
	{ "a reserved field of an entry", entry_reserved, EBADMSG },
	{ "a certificate of 2^32 - 1 bytes", length_huge, E2BIG },
	{ "a certificate longer than the record", length_long, EBADMSG },
	{ "a certificate of 0 bytes", length_zero, EBADMSG },
};

static void refuse_forms(void)
{
	struct trust_order order = trust_order();
	struct blob file, record = record_of(&order, &file);
	size_t good = 0;

	ok(accepted(read_exact(span(&record)), &messages), "reads what was written");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct blob spoilt = copy(span(&record));

		cases[i].spoil(&spoilt);
		ok(refused(read_exact(span(&spoilt)), cases[i].error, &messages), "refuses %s",
		   cases[i].proves);
		free(spoilt.bytes);
	}
	for (size_t length = 0; length < record.length; length++)
		good += refused(read_exact((struct sluice_bytes){ record.bytes, length }), EBADMSG,
				&messages);
	ok(good == record.length, "refuses a record cut at each of %zu places", record.length);
	free(record.bytes);
	free(file.bytes);
}

static void refuse_padding(void)
{
	struct trust_order order = trust_order();
	struct blob file, record = record_of(&order, &file), longer;
	size_t at = sizeof(struct sluice_trust_head), padding = 0;

	longer = (struct blob){ calloc(1, record.length + 1), record.length + 1 };
	memcpy(longer.bytes, record.bytes, record.length);
	ok(refused(read_exact(span(&longer)), EBADMSG, &messages), "refuses a byte behind the record");
	free(longer.bytes);
	while (at < record.length) {
		struct sluice_trust_entry *here = (struct sluice_trust_entry *)(record.bytes + at);
		size_t length = le32toh(here->length), whole = (length + 3) & ~3ul;

		at += sizeof(*here);
		if (whole > length) {
			record.bytes[at + length] = 1;
			padding = 1;
			break;
		}
		at += whole;
	}
	ok(!padding || refused(read_exact(span(&record)), EBADMSG, &messages),
	   "refuses padding that is not zero");
	free(record.bytes);
	free(file.bytes);
}

/* ---- Twins ---- */

static void refuse_twins(const char *other, const char *proves)
{
	struct blob one = certificate_der("policy-1"), two = certificate_der(other), record;
	const struct sluice_bytes certificates[] = { span(&one), span(&two) };
	const enum sluice_role roles[] = { SLUICE_ROLE_POLICY, SLUICE_ROLE_POLICY };
	const uint8_t thresholds[SLUICE_ROLE_COUNT] = { [SLUICE_ROLE_POLICY] = 2 };
	int error = sluice_trust_record_write(thresholds, certificates, roles, 2, &record.bytes,
					      &record.length, &messages);

	ok(refused(error, EBADMSG, &messages), "refuses %s in one role", proves);
	free(one.bytes);
	free(two.bytes);
}

/* ---- Thresholds ---- */

static const struct {
	const char *proves;
	unsigned int threshold;
	const char *signers[4];
	int error;
} thresholds[] = {
	{ "one of one", 1, { "policy-1" }, 0 },
	{ "the other one of one", 1, { "policy-2" }, 0 },
	{ "two where one suffices", 1, { "policy-1", "policy-2" }, 0 },
	{ "two of two", 2, { "policy-1", "policy-2" }, 0 },
	{ "two of two the other way round", 2, { "policy-2", "policy-1" }, 0 },
	{ "one of two", 2, { "policy-2" }, EKEYREJECTED },
	{ "one signer twice for two", 2, { "policy-1", "policy-1" }, EKEYREJECTED },
	{ "one signer twice where one suffices", 1, { "policy-1", "policy-1" }, EKEYREJECTED },
	{ "nobody", 1, { NULL }, EKEYREJECTED },
	{ "a signer of another role", 1, { "trust-1" }, ENOKEY },
	{ "a good one and a stranger", 1, { "policy-1", "trust-1" }, ENOKEY },
	{ "a foreign CA's signer of the same name", 1, { "foreign-1" }, EKEYREJECTED },
	{ "the same beside a good one", 1, { "policy-2", "foreign-1" }, EKEYREJECTED },
	{ "the pinned key under another certificate", 1, { "twin-1" }, ENOKEY },
};

static void judge_threshold(size_t i)
{
	struct trust_order order = trust_order();
	struct sluice_bytes signatures[4];
	struct sluice_trust_record record;
	struct sluice_signers signers;
	struct blob file, bytes, made[4];
	size_t count = 0;
	int error;

	order.policy_threshold = thresholds[i].threshold;
	bytes = record_of(&order, &file);
	if (sluice_trust_record_read(span(&bytes), &record, &messages))
		abort();
	for (; count < 4 && thresholds[i].signers[count]; count++) {
		made[count] = signed_by(thresholds[i].signers[count], SLUICE_ROLE_POLICY, content);
		signatures[count] = span(&made[count]);
	}
	error = sluice_trust_record_check(&record, SLUICE_ROLE_POLICY, content, signatures, count,
					  CREATED, 0, &signers, &messages);
	if (thresholds[i].error)
		ok(refused(error, thresholds[i].error, &messages), "refuses %s: %s",
		   thresholds[i].proves, said());
	else
		ok(accepted(error, &messages) && signers.count == count, "accepts %s",
		   thresholds[i].proves);
	while (count)
		free(made[--count].bytes);
	sluice_trust_record_release(&record);
	free(bytes.bytes);
	free(file.bytes);
}

static void refuse_roles(void)
{
	struct trust_order order = trust_order();
	struct blob file, bytes = record_of(&order, &file);
	struct blob made = signed_by("policy-1", SLUICE_ROLE_POLICY, content);
	struct sluice_bytes signatures[SLUICE_MAX_SIGNATURES + 1];
	struct sluice_trust_record record;
	int error;

	if (sluice_trust_record_read(span(&bytes), &record, &messages))
		abort();
	signatures[0] = span(&made);
	error = sluice_trust_record_check(&record, SLUICE_ROLE_EMERGENCY, content, signatures, 1,
					  CREATED, 0, NULL, &messages);
	ok(refused(error, ENOKEY, &messages), "a role without certificates is unusable");
	error = sluice_trust_record_check(&record, SLUICE_ROLE_NONE, content, signatures, 1, CREATED,
					  0, NULL, &messages);
	ok(refused(error, ENOKEY, &messages), "so is role none");
	error = sluice_trust_record_check(&record, 77, content, signatures, 1, CREATED, 0, NULL,
					  &messages);
	ok(refused(error, ENOKEY, &messages), "and a role that does not exist");
	error = sluice_trust_record_check(&record, SLUICE_ROLE_TRUST, content, signatures, 1, CREATED,
					  0, NULL, &messages);
	ok(refused(error, ENOKEY, &messages), "a policy signer cannot sign trust");
	error = sluice_trust_record_check(&record, SLUICE_ROLE_POLICY, content, signatures, 1, 0, 0,
					  NULL, &messages);
	ok(refused(error, EKEYEXPIRED, &messages), "dates are asked");
	error = sluice_trust_record_check(&record, SLUICE_ROLE_POLICY, content, signatures, 1, 0,
					  SLUICE_TRUST_NO_DATES, NULL, &messages);
	ok(accepted(error, &messages), "dates are not asked at boot");
	for (size_t i = 0; i < COUNT(signatures); i++)
		signatures[i] = signatures[0];
	error = sluice_trust_record_check(&record, SLUICE_ROLE_POLICY, content, signatures,
					  COUNT(signatures), CREATED, 0, NULL, &messages);
	ok(refused(error, E2BIG, &messages), "nine signatures are too many");
	sluice_trust_record_release(&record);
	free(made.bytes);
	free(bytes.bytes);
	free(file.bytes);
}

int main(void)
{
	sluice_messages_init(&messages, NULL);
	refuse_forms();
	refuse_padding();
	refuse_twins("policy-1", "one certificate twice");
	refuse_twins("twin-1", "one key under two certificates");
	refuse_twins("foreign-1", "one issuer and serial number twice");
	refuse_twins("shadow-1", "one key identifier twice");
	for (size_t i = 0; i < COUNT(thresholds); i++)
		judge_threshold(i);
	refuse_roles();
	sluice_messages_release(&messages);
	return done_testing();
}
