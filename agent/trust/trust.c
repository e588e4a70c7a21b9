// SPDX-License-Identifier: GPL-2.0-or-later
#include "trust/trust.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trust/refuse.h"
#include "trust/text.h"

/* Takes the structure out of the text; the rest of the text has served when it agrees. */
static int read_text(struct sluice_trust *trust, struct sluice_messages *messages)
{
	struct sluice_trust_text text;
	int error;

	error = sluice_trust_text_read(trust->bundle.text, &text, messages);
	if (error)
		return error;
	error = sluice_trust_text_agrees(&text, &trust->manifest, &trust->record, messages);
	if (!error) {
		trust->structure = text.structure;
		text.structure = (struct sluice_structure){ NULL, 0 };
	}
	sluice_trust_text_release(&text);
	return error;
}

static int check_own_signatures(const struct sluice_trust *trust, struct sluice_messages *messages)
{
	/* Its own signers; who else signed is asked by sluice_trust_follows(). */
	return sluice_trust_record_check(&trust->record, SLUICE_ROLE_TRUST, trust->bundle.envelope,
					 trust->bundle.signatures, trust->bundle.signature_count, 0,
					 SLUICE_TRUST_NO_DATES | SLUICE_TRUST_STRANGERS, NULL,
					 messages);
}

static int read_parts(struct sluice_trust *trust, struct sluice_messages *messages)
{
	int error = sluice_envelope_read(trust->bundle.envelope, &trust->manifest, messages);

	if (error)
		return error;
	if (trust->manifest.kind != SLUICE_ENVELOPE_TRUST)
		return sluice_refuse(messages, EBADMSG, "a policy bundle, not a trust file");
	return sluice_envelope_holds(&trust->manifest, trust->bundle.text, trust->bundle.image,
				     messages) ?:
	       sluice_trust_record_read(trust->bundle.image, &trust->record, messages) ?:
	       check_own_signatures(trust, messages) ?:
	       read_text(trust, messages);
}

static int open_bundle(struct sluice_bundle *bundle, struct sluice_trust *trust,
		       struct sluice_messages *messages)
{
	struct sluice_trust opened = { .bundle = *bundle };
	int error = read_parts(&opened, messages);

	if (error) {
		sluice_trust_close(&opened);
		return error;
	}
	sluice_digest(opened.bundle.envelope, opened.identity);
	*trust = opened;
	return 0;
}

int sluice_trust_open(const char *path, struct sluice_trust *trust,
		      struct sluice_messages *messages)
{
	struct sluice_bundle bundle;
	int error = sluice_bundle_load(path, &bundle, messages);

	return error ?: open_bundle(&bundle, trust, messages);
}

int sluice_trust_open_bytes(struct sluice_bytes bytes, struct sluice_trust *trust,
			    struct sluice_messages *messages)
{
	struct sluice_bundle bundle;
	int error = sluice_bundle_read(bytes, &bundle, messages);

	return error ?: open_bundle(&bundle, trust, messages);
}

int sluice_trust_is_anchor(const struct sluice_trust *trust,
			   const uint8_t anchor[SLUICE_DIGEST_BYTES],
			   struct sluice_messages *messages)
{
	char text[2 * SLUICE_DIGEST_BYTES + 1];

	if (!memcmp(trust->identity, anchor, SLUICE_DIGEST_BYTES))
		return 0;
	sluice_digest_text(anchor, text);
	return sluice_refuse(messages, ENOKEY,
			     "not the trust file that was pinned when this gateway was set up "
			     "(anchor %s)", text);
}

static int check_step(const struct sluice_trust *next, const struct sluice_trust *current,
		      struct sluice_messages *messages)
{
	if (strcmp(next->manifest.site, current->manifest.site) != 0)
		return sluice_refuse(messages, EXDEV, "a trust file of site %s, this is %s",
				     next->manifest.site, current->manifest.site);
	if (next->manifest.version != current->manifest.version + 1)
		return sluice_refuse(messages, ESTALE,
				     "trust version %" PRIu64 " cannot follow version %" PRIu64
				     ": exactly the next one can", next->manifest.version,
				     current->manifest.version);
	if (next->manifest.epoch < current->manifest.epoch)
		return sluice_refuse(messages, ESTALE,
				     "epoch %" PRIu64 " is below %" PRIu64 ", an epoch only rises",
				     next->manifest.epoch, current->manifest.epoch);
	return 0;
}

static int check_as(const struct sluice_trust *judge, const struct sluice_trust *next, uint64_t now,
		    unsigned int *accepted, struct sluice_messages *messages)
{
	struct sluice_signers signers;
	int error;

	error = sluice_trust_record_check(&judge->record, SLUICE_ROLE_TRUST, next->bundle.envelope,
					  next->bundle.signatures, next->bundle.signature_count,
					  now, SLUICE_TRUST_STRANGERS, &signers, messages);
	if (!error)
		*accepted |= signers.accepted;
	return error;
}

int sluice_trust_follows(const struct sluice_trust *next, const struct sluice_trust *current,
			 uint64_t now, struct sluice_messages *messages)
{
	unsigned int accepted = 0;
	int error;

	/* The later of two lower bounds: see sluice_bundle_verify(). */
	if (now < next->manifest.created)
		now = next->manifest.created;
	error = check_step(next, current, messages) ?:
		check_as(current, next, now, &accepted, messages) ?:
		check_as(next, next, now, &accepted, messages);
	if (error)
		return error;
	if (accepted != (1u << next->bundle.signature_count) - 1)
		return sluice_refuse(messages, ENOKEY,
				     "a signature was made by a trust certificate of neither this "
				     "nor the next trust file");
	return 0;
}

void sluice_trust_close(struct sluice_trust *trust)
{
	sluice_trust_record_release(&trust->record);
	sluice_structure_release(&trust->structure);
	sluice_bundle_release(&trust->bundle);
	*trust = (struct sluice_trust){ .record = { .count = 0 } };
}
