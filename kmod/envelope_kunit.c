// SPDX-License-Identifier: GPL-2.0
/* Envelopes: form and floor. */

#include <kunit/test.h>

#include "core/image.h"
#include "envelope.h"

static struct sluice_envelope good(void)
{
	struct sluice_envelope envelope = {
		.magic = SLUICE_ENVELOPE_MAGIC,
		.format = cpu_to_le16(SLUICE_ENVELOPE_FORMAT),
		.kind = cpu_to_le16(SLUICE_ENVELOPE_POLICY),
		.site = "plant-7",
		.gateway = "gw_1.a",
		.epoch = cpu_to_le64(1),
		.version = cpu_to_le64(10),
		.image_length = cpu_to_le64(4096),
		.compiler = cpu_to_le32(SLUICE_COMPILER_FORMAT),
	};

	return envelope;
}

static int check(const struct sluice_envelope *envelope)
{
	int error = sluice_envelope_is(envelope, SLUICE_ENVELOPE_POLICY, NULL);

	return error ? error : sluice_envelope_check(envelope, SLUICE_ENVELOPE_POLICY, NULL);
}

static void test_good(struct kunit *test)
{
	struct sluice_envelope envelope = good();

	KUNIT_EXPECT_EQ(test, check(&envelope), 0);
}

/* One field changed at a time. */
#define EXPECT_REFUSED(change, error) do { \
	struct sluice_envelope envelope = good(); \
	change; \
	KUNIT_EXPECT_EQ_MSG(test, check(&envelope), error, "%s", #change); \
} while (0)

static void test_malformed(struct kunit *test)
{
	EXPECT_REFUSED(envelope.magic[0] = 0x31, -EBADMSG);
	EXPECT_REFUSED(envelope.kind = cpu_to_le16(SLUICE_ENVELOPE_TRUST), -EBADMSG);
	EXPECT_REFUSED(envelope.kind = 0, -EBADMSG);
	EXPECT_REFUSED(envelope.format = cpu_to_le16(2), -EPROTO);
	EXPECT_REFUSED(envelope.compiler = cpu_to_le32(99), -EPROTO);
	EXPECT_REFUSED(envelope.site[0] = 0, -EBADMSG);
	EXPECT_REFUSED(envelope.site[0] = '-', -EBADMSG);
	EXPECT_REFUSED(envelope.site[3] = '/', -EBADMSG);
	EXPECT_REFUSED(envelope.site[SLUICE_NAME_BYTES - 1] = 'x', -EBADMSG);
	EXPECT_REFUSED(memset(envelope.site, 'a', SLUICE_NAME_BYTES), -EBADMSG);
	EXPECT_REFUSED(envelope.gateway[1] = 0x80, -EBADMSG);
	EXPECT_REFUSED(strcpy(envelope.gateway, "*"), -EBADMSG);
	EXPECT_REFUSED(envelope.version = 0, -EBADMSG);
	EXPECT_REFUSED(envelope.zero[27] = 1, -EBADMSG);
	EXPECT_REFUSED(envelope.image_length = cpu_to_le64(0), -EBADMSG);
	EXPECT_REFUSED(envelope.image_length = cpu_to_le64(4097), -EBADMSG);
	EXPECT_REFUSED(envelope.image_length = cpu_to_le64(8ULL * SLUICE_MAX_IMAGE_WORDS + 8),
		       -E2BIG);
	EXPECT_REFUSED(envelope.image_length = cpu_to_le64(U64_MAX), -E2BIG);
	EXPECT_REFUSED(envelope.text_length = cpu_to_le64(SLUICE_MAX_TEXT + 1), -E2BIG);
}

static bool admits(const struct sluice_floor *floor, u64 epoch, u64 version)
{
	struct sluice_envelope envelope = good();

	envelope.epoch = cpu_to_le64(epoch);
	envelope.version = cpu_to_le64(version);
	return sluice_floor_admits(floor, &envelope);
}

static void test_floor(struct kunit *test)
{
	struct sluice_floor floor = { .epoch = 1, .version = 10 };
	struct sluice_envelope envelope = good();

	KUNIT_EXPECT_TRUE(test, admits(&floor, 1, 11));
	KUNIT_EXPECT_TRUE_MSG(test, admits(&floor, 1, 10), "whose digest is not known after boot");
	KUNIT_EXPECT_FALSE(test, admits(&floor, 1, 9));
	KUNIT_EXPECT_TRUE_MSG(test, admits(&floor, 2, 1), "a new epoch starts afresh");
	memset(floor.digest, 1, sizeof(floor.digest));
	KUNIT_EXPECT_FALSE_MSG(test, admits(&floor, 1, 10), "another policy of the same version");
	sluice_envelope_identity(&envelope, floor.digest);
	KUNIT_EXPECT_TRUE_MSG(test, admits(&floor, 1, 10), "the one that set the floor");
	envelope.version = cpu_to_le64(7);
	sluice_envelope_identity(&envelope, floor.previous);
	KUNIT_EXPECT_TRUE_MSG(test, admits(&floor, 1, 7), "the one previous policy");
	KUNIT_EXPECT_FALSE_MSG(test, admits(&floor, 1, 8), "newer than that, but another");
}

static void test_floor_set(struct kunit *test)
{
	struct sluice_floor floor = { .epoch = 1, .version = 10 };
	u8 digest[SLUICE_DIGEST_BYTES] = { 1 }, other[SLUICE_DIGEST_BYTES] = { 2 };

	KUNIT_EXPECT_EQ(test, sluice_floor_set(&floor, 1, 9, NULL, NULL, NULL), -ESTALE);
	KUNIT_EXPECT_EQ(test, sluice_floor_set(&floor, 1, 12, digest, digest, NULL), 0);
	KUNIT_EXPECT_EQ(test, floor.version, 12ULL);
	floor.published = true;
	KUNIT_EXPECT_EQ_MSG(test, sluice_floor_set(&floor, 1, 12, NULL, digest, NULL), 0,
			    "what is known may be said again");
	KUNIT_EXPECT_EQ_MSG(test, sluice_floor_set(&floor, 1, 12, NULL, other, NULL), -ESTALE,
			    "nobody brings an old policy back under a running one");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_good),
	KUNIT_CASE(test_malformed),
	KUNIT_CASE(test_floor),
	KUNIT_CASE(test_floor_set),
	{}
};

static struct kunit_suite suite = { .name = "sluice-envelope", .test_cases = cases };
kunit_test_suite(suite);
