// SPDX-License-Identifier: GPL-2.0-or-later
#include "trust/verify.h"

#include <inttypes.h>
#include <string.h>

#include "trust/refuse.h"

static int check_place(const struct sluice_manifest *manifest, const struct sluice_trust *trust,
		       const struct sluice_bundle_state *state, struct sluice_messages *messages)
{
	const char *site = state->site ?: trust->manifest.site;

	if (manifest->kind != SLUICE_ENVELOPE_POLICY)
		return sluice_refuse(messages, EBADMSG, "a trust file, not a policy bundle");
	if (strcmp(site, trust->manifest.site) != 0)
		return sluice_refuse(messages, EXDEV, "the trust file is of site %s, this is %s",
				     trust->manifest.site, site);
	if (strcmp(manifest->site, site) != 0)
		return sluice_refuse(messages, EXDEV, "made for site %s, this is %s",
				     manifest->site, site);
	if (state->gateway && strcmp(manifest->gateway, state->gateway) != 0)
		return sluice_refuse(messages, EXDEV, "made for gateway %s, this is %s",
				     manifest->gateway, state->gateway);
	return 0;
}

static int check_epoch(const struct sluice_manifest *manifest, const struct sluice_trust *trust,
		       struct sluice_messages *messages)
{
	if (manifest->trust_version > trust->manifest.version)
		return sluice_refuse(messages, ESTALE,
				     "only trust version %" PRIu64 " or newer may judge it, and "
				     "version %" PRIu64 " is in force: install the newer trust file "
				     "first", manifest->trust_version, trust->manifest.version);
	if (manifest->epoch > trust->manifest.epoch)
		return sluice_refuse(messages, ESTALE,
				     "epoch %" PRIu64 " was never granted: the trust file says %"
				     PRIu64, manifest->epoch, trust->manifest.epoch);
	if (manifest->epoch < trust->manifest.epoch)
		return sluice_refuse(messages, ESTALE,
				     "epoch %" PRIu64 " was revoked: the trust file says %" PRIu64,
				     manifest->epoch, trust->manifest.epoch);
	return 0;
}

static bool is_same(const uint8_t *a, const uint8_t b[SLUICE_DIGEST_BYTES])
{
	return a && !memcmp(a, b, SLUICE_DIGEST_BYTES);
}

static int check_version(const struct sluice_bundle_state *state,
			 struct sluice_bundle_verdict *verdict, struct sluice_messages *messages)
{
	uint64_t version = verdict->manifest.version;

	/* Versions of an older epoch say nothing: a stolen key may have signed a huge one. */
	if (verdict->manifest.epoch > state->floor_epoch || version > state->version_floor)
		return 0;
	if (version == state->version_floor &&
	    (!state->active || is_same(state->active, verdict->identity)))
		return 0;
	if (is_same(state->previous, verdict->identity)) {
		verdict->is_previous = true;
		return 0;
	}
	if (version == state->version_floor)
		return sluice_refuse(messages, ESTALE,
				     "version %" PRIu64 " is another policy here already: raise the "
				     "version", version);
	return sluice_refuse(messages, ESTALE,
			     "version %" PRIu64 " is not newer than %" PRIu64
			     ", which was active here", version, state->version_floor);
}

static int check_end(const struct sluice_manifest *manifest,
		     const struct sluice_bundle_state *state, struct sluice_messages *messages)
{
	char text[32];

	if (!manifest->not_after || (state->flags & SLUICE_TRUST_NO_DATES) ||
	    state->now <= manifest->not_after)
		return 0;
	sluice_time_text(manifest->not_after, text);
	return sluice_refuse(messages, EKEYEXPIRED, "it was to be installed by %s", text);
}

static int check_envelope(const struct sluice_bundle *bundle, const struct sluice_trust *trust,
			  const struct sluice_bundle_state *state,
			  struct sluice_bundle_verdict *verdict, struct sluice_messages *messages)
{
	int error = sluice_envelope_read(bundle->envelope, &verdict->manifest, messages);

	if (error)
		return error;
	verdict->envelope = sluice_bundle_envelope(bundle);
	sluice_digest(bundle->envelope, verdict->identity);
	return check_place(&verdict->manifest, trust, state, messages) ?:
	       check_epoch(&verdict->manifest, trust, messages) ?:
	       check_version(state, verdict, messages) ?:
	       check_end(&verdict->manifest, state, messages);
}

static int check_signatures(const struct sluice_bundle *bundle, const struct sluice_trust *trust,
			    const struct sluice_bundle_state *state,
			    struct sluice_bundle_verdict *verdict, struct sluice_messages *messages)
{
	uint64_t now = state->now > verdict->manifest.created ? state->now :
								verdict->manifest.created;

	return sluice_trust_record_check(&trust->record, SLUICE_ROLE_POLICY, bundle->envelope,
					 bundle->signatures, bundle->signature_count, now,
					 state->flags & ~SLUICE_TRUST_STRANGERS, &verdict->signers,
					 messages);
}

int sluice_bundle_verify(const struct sluice_bundle *bundle, const struct sluice_trust *trust,
			 const struct sluice_bundle_state *state, sluice_recompile recompile,
			 struct sluice_bundle_verdict *verdict, struct sluice_messages *messages)
{
	struct sluice_bundle_verdict found = { .is_previous = false };
	int error;

	error = check_envelope(bundle, trust, state, &found, messages) ?:
		check_signatures(bundle, trust, state, &found, messages) ?:
		sluice_envelope_holds(&found.manifest, bundle->text, bundle->image, messages);
	if (!error && recompile)
		error = recompile(&found.manifest, bundle->text, bundle->image, &trust->structure,
				  messages);
	if (!error && verdict)
		*verdict = found;
	return error;
}
