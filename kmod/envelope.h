/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The envelope: its form, and whether this kernel may accept it. No version, site or length is ever
 * taken from anywhere else.
 */
#ifndef SLUICE_ENVELOPE_H
#define SLUICE_ENVELOPE_H

#include <linux/netlink.h>
#include "netns.h"

/**
 * sluice_envelope_is - is it an envelope of this kind at all? The cheap question before signatures.
 * @envelope: 256 bytes of anybody
 * @kind: what it must speak for
 * @extack: receives the sentence of a refusal
 *
 * Return: 0 or -EBADMSG.
 */
int sluice_envelope_is(const struct sluice_envelope *envelope, enum sluice_envelope_kind kind,
		       struct netlink_ext_ack *extack);

/**
 * sluice_envelope_check - is it well-formed?
 * @envelope: signed
 * @kind: what it speaks for
 * @extack: receives the sentence of a refusal
 *
 * Return: 0; -EBADMSG when malformed; -E2BIG when a length is over the limits; -EPROTO when it was
 * made by another format of envelope or compiler.
 */
int sluice_envelope_check(const struct sluice_envelope *envelope, enum sluice_envelope_kind kind,
			  struct netlink_ext_ack *extack);

/**
 * sluice_envelope_identity - SHA-256 of its bytes
 * @envelope: any
 * @digest: filled
 */
void sluice_envelope_identity(const struct sluice_envelope *envelope, u8 digest[SLUICE_DIGEST_BYTES]);

/**
 * sluice_floor_admits - is its version acceptable anew?
 * @floor: of the namespace
 * @envelope: verified
 *
 * Above the floor yes; equal to it only the policy that set it, when that is known; below it only
 * the one previous policy.
 */
bool sluice_floor_admits(const struct sluice_floor *floor, const struct sluice_envelope *envelope);

/**
 * sluice_floor_set - what the state file remembers
 * @floor: of the namespace
 * @epoch: of the trust in force, under which the version counts
 * @version: newest that was ever active; only rises
 * @digest: of that policy, or NULL when not known
 * @previous: the one older policy that is accepted as well, or NULL
 * @extack: receives the sentence of a refusal
 *
 * Once a policy was published the floor and the previous policy are the kernel's own to keep, and
 * only what it knows already is accepted.
 * Return: 0; -ESTALE.
 */
int sluice_floor_set(struct sluice_floor *floor, u64 epoch, u64 version, const u8 *digest,
		     const u8 *previous, struct netlink_ext_ack *extack);

#endif /* SLUICE_ENVELOPE_H */
