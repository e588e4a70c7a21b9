// SPDX-License-Identifier: GPL-2.0
/* Form and version of envelopes. */

#include <crypto/sha2.h>
#include <linux/ctype.h>
#include <linux/string.h>

#include "core/image.h"
#include "envelope.h"

/* Letters, digits, and behind the first one also - _ and . ; then NUL to the end. */
static bool name_is_valid(const u8 *name)
{
	u32 length = strnlen(name, SLUICE_NAME_BYTES), index;

	if (!length || length == SLUICE_NAME_BYTES || !isascii(name[0]) || !isalnum(name[0]))
		return false;
	for (index = 1; index < length; index++)
		if (!isascii(name[index]) || (!isalnum(name[index]) && !strchr("-_.", name[index])))
			return false;
	return !memchr_inv(name + length, 0, SLUICE_NAME_BYTES - length);
}

static bool gateway_is_valid(const u8 *name, enum sluice_envelope_kind kind)
{
	if (kind == SLUICE_ENVELOPE_POLICY)
		return name_is_valid(name);
	return name[0] == '*' && !memchr_inv(name + 1, 0, SLUICE_NAME_BYTES - 1);
}

static int check_lengths(const struct sluice_envelope *envelope, enum sluice_envelope_kind kind,
			 struct netlink_ext_ack *extack)
{
	u64 image = le64_to_cpu(envelope->image_length);

	if (le64_to_cpu(envelope->text_length) > SLUICE_MAX_TEXT ||
	    image > (u64)SLUICE_MAX_IMAGE_WORDS * sizeof(u64)) {
		NL_SET_ERR_MSG(extack, "the envelope announces a text or image over the limits");
		return -E2BIG;
	}
	if (kind == SLUICE_ENVELOPE_TRUST)
		return 0;
	if (image % sizeof(u64) || image < SLUICE_IMAGE_HEADER_WORDS * sizeof(u64)) {
		NL_SET_ERR_MSG(extack, "the envelope announces an image that cannot be one");
		return -EBADMSG;
	}
	if (le32_to_cpu(envelope->compiler) != SLUICE_COMPILER_FORMAT) {
		NL_SET_ERR_MSG(extack, "the image was made by another compiler format than this module reads");
		return -EPROTO;
	}
	return 0;
}

int sluice_envelope_is(const struct sluice_envelope *envelope, enum sluice_envelope_kind kind,
		       struct netlink_ext_ack *extack)
{
	if (!memcmp(envelope->magic, SLUICE_ENVELOPE_MAGIC, sizeof(envelope->magic)) &&
	    le16_to_cpu(envelope->kind) == kind)
		return 0;
	NL_SET_ERR_MSG(extack, "not an envelope, or one that speaks for something else");
	return -EBADMSG;
}

int sluice_envelope_check(const struct sluice_envelope *envelope, enum sluice_envelope_kind kind,
			  struct netlink_ext_ack *extack)
{
	if (le16_to_cpu(envelope->format) != SLUICE_ENVELOPE_FORMAT) {
		NL_SET_ERR_MSG(extack, "the envelope has another format than this module reads");
		return -EPROTO;
	}
	if (!name_is_valid(envelope->site) || !gateway_is_valid(envelope->gateway, kind) ||
	    memchr_inv(envelope->zero, 0, sizeof(envelope->zero)) || !envelope->version) {
		NL_SET_ERR_MSG(extack, "site, gateway, version or padding of the envelope is malformed");
		return -EBADMSG;
	}
	return check_lengths(envelope, kind, extack);
}

void sluice_envelope_identity(const struct sluice_envelope *envelope, u8 digest[SLUICE_DIGEST_BYTES])
{
	BUILD_BUG_ON(sizeof(*envelope) != 256);
	sha256((const u8 *)envelope, sizeof(*envelope), digest);
}

bool sluice_floor_admits(const struct sluice_floor *floor, const struct sluice_envelope *envelope)
{
	u64 version = le64_to_cpu(envelope->version);
	u8 digest[SLUICE_DIGEST_BYTES];

	/* Versions of an older epoch say nothing: a stolen key may have signed a huge one. */
	if (le64_to_cpu(envelope->epoch) > floor->epoch || version > floor->version)
		return true;
	sluice_envelope_identity(envelope, digest);
	if (version == floor->version)
		return !memchr_inv(floor->digest, 0, sizeof(floor->digest)) ||
		       !memcmp(floor->digest, digest, sizeof(digest));
	return !memcmp(floor->previous, digest, sizeof(digest));
}

int sluice_floor_set(struct sluice_floor *floor, u64 epoch, u64 version, const u8 *digest,
		     const u8 *previous, struct netlink_ext_ack *extack)
{
	if (version < floor->version && epoch <= floor->epoch) {
		NL_SET_ERR_MSG(extack, "the floor only rises");
		return -ESTALE;
	}
	if (floor->published && previous &&
	    memcmp(previous, floor->previous, sizeof(floor->previous))) {
		NL_SET_ERR_MSG(extack, "since a policy was published the kernel itself knows the previous one");
		return -ESTALE;
	}
	if (version > floor->version || epoch > floor->epoch)
		memset(floor->digest, 0, sizeof(floor->digest));
	floor->epoch = epoch;
	floor->version = version;
	if (digest)
		memcpy(floor->digest, digest, sizeof(floor->digest));
	if (previous)
		memcpy(floor->previous, previous, sizeof(floor->previous));
	return 0;
}
