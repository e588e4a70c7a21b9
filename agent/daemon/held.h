/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy in the daemon's hands: verified, its image aligned for the kernel, its text read for
 * the names that people want to see.
 *
 * Life cycle: sluice_held_take() over an accepted bundle, sluice_held_free(). Immutable between.
 */
#ifndef SLUICE_DAEMON_HELD_H
#define SLUICE_DAEMON_HELD_H

#include "kernel/kernel.h"
#include "kmod/core/image.h"
#include "policy/policy.h"
#include "trust/verify.h"

/**
 * struct sluice_held - a verified policy
 * @bundle: its parts, owned
 * @envelope: 256 bytes
 * @manifest: what they say
 * @identity: SHA-256 of the envelope
 * @words: the image, owned
 * @image: the same for the core's accessors
 * @policy: the text as a model, for names; NULL when this build cannot read it any more
 */
struct sluice_held {
	struct sluice_bundle bundle;
	struct sluice_envelope envelope;
	struct sluice_manifest manifest;
	uint8_t identity[SLUICE_DIGEST_BYTES];
	uint64_t *words;
	struct sluice_image image;
	struct sluice_policy *policy;
};

/**
 * sluice_held_take() - keep an accepted bundle
 * @bundle: moved into the result; empty afterwards
 * @verdict: of sluice_bundle_verify()
 *
 * Return: a policy for sluice_held_free().
 */
struct sluice_held *sluice_held_take(struct sluice_bundle *bundle,
				     const struct sluice_bundle_verdict *verdict);

/** sluice_held_free() - give it back; NULL is allowed */
void sluice_held_free(struct sluice_held *held);

/** sluice_held_signed() - what the module wants to see of it; borrows from @held */
struct sluice_kernel_signed sluice_held_signed(const struct sluice_held *held);

/** sluice_held_layers() - SLUICE_LAYER_BIT_* that it asks for */
uint32_t sluice_held_layers(const struct sluice_held *held);

/** sluice_held_connections() - sum of all limits on concurrent connections */
uint64_t sluice_held_connections(const struct sluice_held *held);

/** sluice_held_rate() - sum of all limits on new connections a second */
uint64_t sluice_held_rate(const struct sluice_held *held);

/** sluice_held_conduits() - how many conduits its image has; they count from 1 */
uint32_t sluice_held_conduits(const struct sluice_held *held);

/** sluice_held_ports() - how many ports its image has; they count from 1 */
uint32_t sluice_held_ports(const struct sluice_held *held);

/** struct sluice_held_port - a port as the image has it */
struct sluice_held_port {
	char device[17];
	uint32_t vlan;
	uint32_t zone;
	bool tunnel;
};

/** sluice_held_port() - port @index, 1 to sluice_held_ports() */
struct sluice_held_port sluice_held_port(const struct sluice_held *held, uint32_t index);

#endif
