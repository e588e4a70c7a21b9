/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policy bundles on disk: STATE/policies/IDENTITY.slu.
 *
 * A file's name is the identity of the policy in it, so writing one never touches another, and the
 * state record (state.h) alone says which of them mean anything. At most three are kept: the
 * confirmed one, the one before it, and one on trial.
 */
#ifndef SLUICE_DAEMON_STORE_H
#define SLUICE_DAEMON_STORE_H

#include "daemon/state.h"
#include "trust/bundle.h"

/**
 * sluice_store_put() - keep a bundle
 * @folder: state folder
 * @identity: of its policy
 * @bytes: the whole bundle
 * @messages: receives the error
 *
 * Return: 0 when it is durable; a negative errno when nothing has changed.
 */
int sluice_store_put(const char *folder, const uint8_t identity[SLUICE_DIGEST_BYTES],
		     struct sluice_bytes bytes, struct sluice_messages *messages);

/**
 * sluice_store_load() - read a kept bundle
 * @folder: state folder
 * @identity: of its policy
 * @bundle: receives it; untouched on failure
 * @messages: receives the error
 *
 * Return: 0 or an error of sluice_bundle_load(). What it is worth is for sluice_bundle_verify().
 */
int sluice_store_load(const char *folder, const uint8_t identity[SLUICE_DIGEST_BYTES],
		      struct sluice_bundle *bundle, struct sluice_messages *messages);

/** sluice_store_has() - is a bundle of this name there? */
bool sluice_store_has(const char *folder, const uint8_t identity[SLUICE_DIGEST_BYTES]);

/**
 * sluice_store_collect() - remove every bundle that the state does not name
 * @folder: state folder
 * @state: confirmed, candidate, active and previous are kept
 */
void sluice_store_collect(const char *folder, const struct sluice_state_file *state);

#endif
