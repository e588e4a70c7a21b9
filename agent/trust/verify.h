/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verifying a policy bundle: the whole answer to "may this policy be installed here?".
 *
 *	envelope (form, site, gateway, version) -> signatures -> digests -> recompiled text
 *
 * in this order: nothing behind an arrow looks at a byte before everything in front has agreed.
 */
#ifndef SLUICE_TRUST_VERIFY_H
#define SLUICE_TRUST_VERIFY_H

#include "trust/trust.h"

/**
 * typedef sluice_recompile - is this image what this text says?
 * @manifest: of the envelope, already verified
 * @text: policy text, already verified
 * @image: image, already verified
 * @pinned: structure that the trust file pins, count 0 for none
 * @messages: receives the refusal
 *
 * Return: 0; -EBADMSG when the compiler makes another image, or site, version or gateway of the
 * text are not the envelope's; -EPROTO when it was made by another compiler format; -ERANGE when
 * the structure is not the pinned one; -EINVAL when the text is refused by the language.
 */
typedef int (*sluice_recompile)(const struct sluice_manifest *manifest, struct sluice_bytes text,
				struct sluice_bytes image, const struct sluice_structure *pinned,
				struct sluice_messages *messages);

/**
 * sluice_recompile_policy() - the real one, by agent/policy
 * @manifest: see &sluice_recompile, as all that follow
 * @text: policy text
 * @image: image
 * @pinned: structure that the trust file pins
 * @messages: receives the refusal
 *
 * Return: see &sluice_recompile.
 */
int sluice_recompile_policy(const struct sluice_manifest *manifest, struct sluice_bytes text,
			    struct sluice_bytes image, const struct sluice_structure *pinned,
			    struct sluice_messages *messages);

struct sluice_policy;

/**
 * sluice_structure_of_policy() - what a trust file would have to pin for this policy
 * @policy: a loaded policy
 * @structure: empty; receives the zones, sorted, for sluice_structure_release()
 */
void sluice_structure_of_policy(const struct sluice_policy *policy,
				struct sluice_structure *structure);

/**
 * struct sluice_bundle_state - what this gateway remembers, from its state file
 * @site: own site name; NULL: that of the trust file
 * @gateway: own gateway name; NULL: any (an engineer's desk, never the daemon)
 * @floor_epoch: epoch of the policy that set @version_floor
 * @version_floor: newest version that was ever active, 0 when there was none
 * @active: identity of the policy with version @version_floor, or NULL
 * @previous: identity of the one older policy that is still accepted, or NULL
 * @now: lower bound of the time, seconds since 1970
 * @flags: SLUICE_TRUST_*; with %SLUICE_TRUST_NO_DATES (boot) no date refuses
 */
struct sluice_bundle_state {
	const char *site;
	const char *gateway;
	uint64_t floor_epoch;
	uint64_t version_floor;
	const uint8_t *active;
	const uint8_t *previous;
	uint64_t now;
	unsigned int flags;
};

/**
 * struct sluice_bundle_verdict - what is known about an accepted bundle
 * @envelope: the bytes for the kernel
 * @manifest: what it says
 * @identity: SHA-256 of the envelope
 * @signers: who signed; borrowed from the trust file
 * @is_previous: accepted only because the state names it as previous: say so wherever it is used
 */
struct sluice_bundle_verdict {
	struct sluice_envelope envelope;
	struct sluice_manifest manifest;
	uint8_t identity[SLUICE_DIGEST_BYTES];
	struct sluice_signers signers;
	bool is_previous;
};

/**
 * sluice_bundle_verify() - may this policy be installed?
 * @bundle: a read bundle
 * @trust: the trust file in force
 * @state: what this gateway remembers
 * @recompile: &sluice_recompile_policy; NULL at boot, where signature and digests suffice
 * @verdict: receives what is known; untouched on failure; may be NULL
 * @messages: receives exactly one refusal (several from a compiler)
 *
 * Versions: above the floor yes; equal to it only the policy that set it; below it only
 * @state->previous. The epoch must be that of the trust file: a lower one was revoked, and a
 * higher one only a newer trust file can grant.
 *
 * Signers' certificates are judged at the later one of @state->now and the envelope's `created`:
 * a gateway that lost its clock neither refuses a certificate that began after its last certain
 * moment, nor takes one that had ended before the signature claims to have been made.
 *
 * Return: 0 or an error of refuse.h.
 */
int sluice_bundle_verify(const struct sluice_bundle *bundle, const struct sluice_trust *trust,
			 const struct sluice_bundle_state *state, sluice_recompile recompile,
			 struct sluice_bundle_verdict *verdict, struct sluice_messages *messages);

#endif
