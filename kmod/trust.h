/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trust: who may sign what.
 *
 *	module parameter "anchor" -> the first trust record, by digest -> its successors, each signed by
 *	the thresholds of both -> policies, signed by the threshold of the role "policy"
 *
 * One keyring for each certificate, made here and closed to everybody: nobody else can write, link,
 * clear or unlink it. A set is immutable once it is in force; the next one is built aside. All of
 * it belongs to the control mutex.
 */
#ifndef SLUICE_TRUST_H
#define SLUICE_TRUST_H

#include <linux/netlink.h>
#include "envelope.h"

/**
 * struct sluice_signatures - detached signatures of one envelope, borrowed from a message
 */
struct sluice_signatures {
	u32 count;
	const void *bytes[SLUICE_MAX_SIGNATURES];
	u32 length[SLUICE_MAX_SIGNATURES];
};

/**
 * struct sluice_trust_view - what may be shown of the trust in force
 */
struct sluice_trust_view {
	const u8 *anchor;	/* NULL without one */
	const u8 *digest;	/* NULL while no trust record is loaded */
	u64 version;
	u64 epoch;
};

int sluice_trust_init(const char *anchor);
void sluice_trust_exit(void);

/**
 * sluice_trust_load - take a trust record into force
 * @envelope: of the record
 * @signatures: of the envelope
 * @record: the bytes
 * @length: how many
 * @extack: receives the sentence of a refusal
 *
 * The same record again changes nothing and is no error.
 * Context: control, may sleep. Return: 0; -ENOKEY without an anchor or when the first record is
 * another one; -EKEYREJECTED; -EBADMSG; -ESTALE when it is not the next version; -E2BIG; -ENOMEM.
 */
int sluice_trust_load(const struct sluice_envelope *envelope,
		      const struct sluice_signatures *signatures, const void *record, u32 length,
		      struct netlink_ext_ack *extack);

/**
 * sluice_trust_policy - may this policy be staged?
 * @envelope: of anybody
 * @signatures: of the envelope
 * @floor: of the namespace
 * @extack: receives the sentence of a refusal
 *
 * Context: control, may sleep. Return: 0; -ENOKEY; -EKEYREJECTED; -EBADMSG; -ESTALE; -E2BIG;
 * -EPROTO.
 */
int sluice_trust_policy(const struct sluice_envelope *envelope,
			const struct sluice_signatures *signatures,
			const struct sluice_floor *floor, struct netlink_ext_ack *extack);

void sluice_trust_look(struct sluice_trust_view *view);

/**
 * sluice_trust_identity - which trust file is in force
 * @digest: receives its identity; all zero while there is none
 *
 * Context: control.
 */
void sluice_trust_identity(u8 digest[SLUICE_DIGEST_BYTES]);

#endif /* SLUICE_TRUST_H */
