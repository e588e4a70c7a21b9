// SPDX-License-Identifier: GPL-2.0
/* Trust records, keyrings, signatures. */

#include <crypto/public_key.h>
#include <crypto/sha2.h>
#include <keys/asymmetric-subtype.h>
#include <keys/asymmetric-type.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/key.h>
#include <linux/slab.h>
#include <linux/verification.h>

#include "trust.h"

/* Who possesses the ring may use it; nobody but this module ever does. Others may look. */
#define RING_PERMISSIONS	((KEY_POS_ALL & ~KEY_POS_SETATTR) | KEY_USR_VIEW)
#define SIGNERS			(SLUICE_MAX_CERTIFICATES * (SLUICE_ROLE_COUNT - 1))

/*
 * @role: what it may sign
 * @ring: with its certificate and nothing else, closed
 * @certificate: in @ring
 */
struct signer {
	enum sluice_role role;
	struct key *ring;
	struct key *certificate;
};

struct trust {
	struct sluice_envelope envelope;
	u8 digest[SLUICE_DIGEST_BYTES];
	u8 thresholds[SLUICE_ROLE_COUNT];
	u32 count;
	struct signer signers[SIGNERS];
};

static struct trust *in_force;		/* control */
static u8 anchor_digest[SLUICE_DIGEST_BYTES];
static bool has_anchor;

/* ---- Signers ---- */

static void drop_signer(struct signer *signer)
{
	key_put(signer->certificate);
	key_put(signer->ring);
}

static int fill_ring(struct signer *signer, const void *der, u32 length)
{
	key_ref_t ring = make_key_ref(signer->ring, 1);
	key_ref_t certificate;

	certificate = key_create_or_update(ring, "asymmetric", NULL, der, length,
					   (KEY_POS_ALL & ~KEY_POS_SETATTR) | KEY_USR_VIEW,
					   KEY_ALLOC_NOT_IN_QUOTA);
	if (IS_ERR(certificate))
		return PTR_ERR(certificate);
	signer->certificate = key_ref_to_ptr(certificate);
	return keyring_restrict(ring, NULL, NULL);
}

/* Return: 0; -EBADMSG when it is no certificate that this kernel can use; -ENOMEM. */
static int make_signer(struct signer *signer, enum sluice_role role, const void *der, u32 length)
{
	int error;

	*signer = (struct signer){ .role = role };
	signer->ring = keyring_alloc(".sluice", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, current_cred(),
				     RING_PERMISSIONS, KEY_ALLOC_NOT_IN_QUOTA | KEY_ALLOC_SET_KEEP,
				     NULL, NULL);
	if (IS_ERR(signer->ring))
		return PTR_ERR(signer->ring);
	error = fill_ring(signer, der, length);
	if (error) {
		drop_signer(signer);
		*signer = (struct signer){};
	}
	return error && error != -ENOMEM ? -EBADMSG : error;
}

static bool same_key(const struct signer *a, const struct signer *b)
{
	const struct public_key *first = a->certificate->payload.data[asym_crypto];
	const struct public_key *second = b->certificate->payload.data[asym_crypto];

	return first->keylen == second->keylen && !memcmp(first->key, second->key, first->keylen);
}

/* Two certificates of one key would be one person who counts as two. */
static bool is_repeated(const struct trust *trust, const struct signer *signer)
{
	u32 index;

	for (index = 0; index < trust->count; index++)
		if (trust->signers[index].role == signer->role &&
		    same_key(&trust->signers[index], signer))
			return true;
	return false;
}

/* ---- Records ---- */

static void free_trust(struct trust *trust)
{
	u32 index;

	if (!trust)
		return;
	for (index = 0; index < trust->count; index++)
		drop_signer(&trust->signers[index]);
	kvfree(trust);
}

static u32 signers_of(const struct trust *trust, enum sluice_role role)
{
	u32 index, count = 0;

	for (index = 0; index < trust->count; index++)
		count += trust->signers[index].role == role;
	return count;
}

/* One entry with its certificate and padding. Return: bytes, or an error. */
static int read_entry(struct trust *trust, const u8 *bytes, u32 left)
{
	struct sluice_trust_entry entry;
	struct signer *signer = &trust->signers[trust->count];
	u32 role, length, padded;
	int error;

	if (left < sizeof(entry))
		return -EBADMSG;
	memcpy(&entry, bytes, sizeof(entry));
	role = le16_to_cpu(entry.role);
	length = le32_to_cpu(entry.length);
	padded = ALIGN(length, 4);
	if (!role || role >= SLUICE_ROLE_COUNT || entry.zero || !length ||
	    length > SLUICE_MAX_CERTIFICATE || left - sizeof(entry) < padded ||
	    memchr_inv(bytes + sizeof(entry) + length, 0, padded - length))
		return -EBADMSG;
	if (trust->count == SIGNERS || signers_of(trust, role) == SLUICE_MAX_CERTIFICATES)
		return -E2BIG;
	error = make_signer(signer, role, bytes + sizeof(entry), length);
	if (error)
		return error;
	if (is_repeated(trust, signer)) {
		drop_signer(signer);
		return -EBADMSG;
	}
	trust->count++;
	return sizeof(entry) + padded;
}

static int read_entries(struct trust *trust, const u8 *bytes, u32 left, u32 entries)
{
	int used;

	while (entries--) {
		used = read_entry(trust, bytes, left);
		if (used < 0)
			return used;
		bytes += used;
		left -= used;
	}
	return left ? -EBADMSG : 0;
}

static int read_record(struct trust *trust, const void *record, u32 length)
{
	struct sluice_trust_head head;
	u32 role;
	int error;

	if (length < sizeof(head))
		return -EBADMSG;
	memcpy(&head, record, sizeof(head));
	if (memcmp(head.magic, SLUICE_TRUST_MAGIC, sizeof(head.magic)) || head.zero[0] ||
	    head.zero[1] || head.thresholds[SLUICE_ROLE_NONE])
		return -EBADMSG;
	error = read_entries(trust, record + sizeof(head), length - sizeof(head),
			     le32_to_cpu(head.entries));
	if (error)
		return error;
	memcpy(trust->thresholds, head.thresholds, sizeof(trust->thresholds));
	/* A threshold that cannot be reached, or signers that nobody asks, is a mistake. */
	for (role = 1; role < SLUICE_ROLE_COUNT; role++)
		if (trust->thresholds[role] > signers_of(trust, role) ||
		    !trust->thresholds[role] != !signers_of(trust, role))
			return -EBADMSG;
	return 0;
}

static struct trust *make_trust(const struct sluice_envelope *envelope, const void *record,
				u32 length)
{
	struct trust *trust = kvzalloc(sizeof(*trust), GFP_KERNEL_ACCOUNT);
	int error;

	if (!trust)
		return ERR_PTR(-ENOMEM);
	trust->envelope = *envelope;
	sluice_envelope_identity(envelope, trust->digest);
	error = read_record(trust, record, length);
	if (!error)
		return trust;
	free_trust(trust);
	return ERR_PTR(error);
}

/* ---- Signatures ---- */

/*
 * The use of a module signature is asked for because it is the one that forbids signed attributes:
 * one signature's attribute bytes could else pass as another's content.
 */
static bool is_signed_by(const struct signer *signer, const struct sluice_envelope *envelope,
			 const void *signature, u32 length)
{
	return !verify_pkcs7_signature(envelope, sizeof(*envelope), signature, length, signer->ring,
				       VERIFYING_MODULE_SIGNATURE, NULL, NULL);
}

static bool has_signed(const struct signer *signer, const struct sluice_envelope *envelope,
		       const struct sluice_signatures *signatures)
{
	u32 index;

	for (index = 0; index < signatures->count; index++)
		if (is_signed_by(signer, envelope, signatures->bytes[index],
				 signatures->length[index]))
			return true;
	return false;
}

/* Signers are counted, not signatures: one who signs twice counts once. */
static int check_signatures(const struct trust *trust, enum sluice_role role,
			    const struct sluice_envelope *envelope,
			    const struct sluice_signatures *signatures,
			    struct netlink_ext_ack *extack)
{
	u32 index, good = 0;

	/* Before any parser sees the bytes of a signature. */
	if (!trust || !trust->thresholds[role] || !signers_of(trust, role)) {
		NL_SET_ERR_MSG(extack, "no trust anchor for this: load the trust file first");
		return -ENOKEY;
	}
	for (index = 0; index < trust->count; index++)
		if (trust->signers[index].role == role)
			good += has_signed(&trust->signers[index], envelope, signatures);
	if (good >= trust->thresholds[role])
		return 0;
	NL_SET_ERR_MSG(extack, "a signature is wrong, or too few distinct signers have signed");
	return -EKEYREJECTED;
}

/* ---- Loading ---- */

static int check_first(const u8 *digest, struct netlink_ext_ack *extack)
{
	if (!has_anchor) {
		NL_SET_ERR_MSG(extack, "the module was loaded without an anchor: see /etc/modprobe.d/sluice.conf and sluiced(8)");
		return -ENOKEY;
	}
	if (!memcmp(digest, anchor_digest, sizeof(anchor_digest)))
		return 0;
	NL_SET_ERR_MSG(extack, "not the trust file that was pinned at installation");
	return -EKEYREJECTED;
}

static int check_next(const struct trust *now, const struct sluice_envelope *envelope,
		      const struct sluice_signatures *signatures, struct netlink_ext_ack *extack)
{
	int error = check_signatures(now, SLUICE_ROLE_TRUST, envelope, signatures, extack);

	if (error)
		return error;
	if (le64_to_cpu(envelope->version) != le64_to_cpu(now->envelope.version) + 1 ||
	    le64_to_cpu(envelope->epoch) < le64_to_cpu(now->envelope.epoch)) {
		NL_SET_ERR_MSG(extack, "not the next version of the trust file in force");
		return -ESTALE;
	}
	if (memcmp(envelope->site, now->envelope.site, sizeof(envelope->site))) {
		NL_SET_ERR_MSG(extack, "the trust file of another site");
		return -EBADMSG;
	}
	return 0;
}

static int check_record(const struct sluice_envelope *envelope, const void *record, u32 length,
			struct netlink_ext_ack *extack)
{
	u8 digest[SLUICE_DIGEST_BYTES];

	sha256(record, length, digest);
	if (length == le64_to_cpu(envelope->image_length) &&
	    !memcmp(digest, envelope->image_digest, sizeof(digest)))
		return 0;
	NL_SET_ERR_MSG(extack, "the trust record is not the one that was signed");
	return -EBADMSG;
}

static int replace(const struct sluice_envelope *envelope,
		   const struct sluice_signatures *signatures, const void *record, u32 length,
		   struct netlink_ext_ack *extack)
{
	struct trust *next = make_trust(envelope, record, length);
	int error;

	if (IS_ERR(next)) {
		NL_SET_ERR_MSG(extack, "the trust record is malformed, repeats a key or asks for more signers than it names");
		return PTR_ERR(next);
	}
	error = check_signatures(next, SLUICE_ROLE_TRUST, envelope, signatures, extack);
	if (error) {
		free_trust(next);
		return error;
	}
	free_trust(in_force);
	in_force = next;
	return 0;
}

int sluice_trust_load(const struct sluice_envelope *envelope,
		      const struct sluice_signatures *signatures, const void *record, u32 length,
		      struct netlink_ext_ack *extack)
{
	u8 digest[SLUICE_DIGEST_BYTES];
	int error;

	sluice_envelope_identity(envelope, digest);
	if (in_force && !memcmp(digest, in_force->digest, sizeof(digest)))
		return 0;
	error = sluice_envelope_is(envelope, SLUICE_ENVELOPE_TRUST, extack);
	if (!error)
		error = in_force ? check_next(in_force, envelope, signatures, extack) :
				   check_first(digest, extack);
	if (!error)
		error = sluice_envelope_check(envelope, SLUICE_ENVELOPE_TRUST, extack);
	if (!error)
		error = check_record(envelope, record, length, extack);
	return error ? error : replace(envelope, signatures, record, length, extack);
}

/* ---- Policies ---- */

static int check_age(const struct sluice_envelope *envelope, struct netlink_ext_ack *extack)
{
	if (le64_to_cpu(envelope->epoch) != le64_to_cpu(in_force->envelope.epoch)) {
		NL_SET_ERR_MSG(extack, "the epoch of the policy is not that of the trust file");
		return -ESTALE;
	}
	if (le64_to_cpu(envelope->trust_version) > le64_to_cpu(in_force->envelope.version)) {
		NL_SET_ERR_MSG(extack, "the policy asks for a newer trust file: load that first");
		return -ESTALE;
	}
	if (memcmp(envelope->site, in_force->envelope.site, sizeof(envelope->site))) {
		NL_SET_ERR_MSG(extack, "the policy of another site");
		return -EBADMSG;
	}
	return 0;
}

int sluice_trust_policy(const struct sluice_envelope *envelope,
			const struct sluice_signatures *signatures,
			const struct sluice_floor *floor, struct netlink_ext_ack *extack)
{
	int error;

	if (!in_force) {
		NL_SET_ERR_MSG(extack, "no trust anchor: load the trust file first");
		return -ENOKEY;
	}
	error = sluice_envelope_is(envelope, SLUICE_ENVELOPE_POLICY, extack);
	if (!error)
		error = check_signatures(in_force, SLUICE_ROLE_POLICY, envelope, signatures, extack);
	if (!error)
		error = sluice_envelope_check(envelope, SLUICE_ENVELOPE_POLICY, extack);
	if (!error)
		error = check_age(envelope, extack);
	if (error || sluice_floor_admits(floor, envelope))
		return error;
	NL_SET_ERR_MSG(extack, "the version is not newer than the floor, and it is not the previous policy");
	return -ESTALE;
}

void sluice_trust_look(struct sluice_trust_view *view)
{
	*view = (struct sluice_trust_view){
		.anchor = has_anchor ? anchor_digest : NULL,
		.digest = in_force ? in_force->digest : NULL,
		.version = in_force ? le64_to_cpu(in_force->envelope.version) : 0,
		.epoch = in_force ? le64_to_cpu(in_force->envelope.epoch) : 0,
	};
}

void sluice_trust_identity(u8 digest[SLUICE_DIGEST_BYTES])
{
	if (in_force)
		memcpy(digest, in_force->digest, SLUICE_DIGEST_BYTES);
	else
		memset(digest, 0, SLUICE_DIGEST_BYTES);
}

/* ---- Life ---- */

int sluice_trust_init(const char *anchor)
{
	if (!anchor || !*anchor)
		return 0;
	if (strlen(anchor) != 2 * SLUICE_DIGEST_BYTES ||
	    hex2bin(anchor_digest, anchor, SLUICE_DIGEST_BYTES)) {
		pr_err("anchor= must be the 64 hexadecimal digits of a SHA-256\n");
		return -EINVAL;
	}
	has_anchor = true;
	return 0;
}

void sluice_trust_exit(void)
{
	free_trust(in_force);
	in_force = NULL;
}
