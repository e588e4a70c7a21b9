/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the gateway remembers over a power cut: which policy is confirmed, which is on trial, and
 * below which version nothing is accepted any more.
 *
 * The record stands in two copies in two folders (STATE/state and STATE/copy/state), each written
 * beside and renamed, each with a sequence number and a digest over itself. The first copy is
 * durable before the second is touched, so at any instant at least one copy is whole; the one with
 * the higher sequence is the truth. A copy that is damaged is told and rewritten; when both are
 * damaged nothing is assumed and the gateway stays closed.
 */
#ifndef SLUICE_DAEMON_STATE_H
#define SLUICE_DAEMON_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/message.h"
#include "sluice.h"

/**
 * struct sluice_state_file - the record
 * @sequence: rises with each write; 0: nothing was ever written
 * @confirmed: identity of the policy that boots; all zero for none
 * @candidate: identity of the policy that is being published or on trial; all zero for none
 * @active: identity of the policy that set @floor_version
 * @previous: identity of the one older policy that is still accepted; all zero for none
 * @floor_version: newest version that was ever confirmed
 * @floor_epoch: its epoch
 * @time: newest creation time of any verified object, seconds since 1970: never before this
 */
struct sluice_state_file {
	uint64_t sequence;
	uint8_t confirmed[SLUICE_DIGEST_BYTES];
	uint8_t candidate[SLUICE_DIGEST_BYTES];
	uint8_t active[SLUICE_DIGEST_BYTES];
	uint8_t previous[SLUICE_DIGEST_BYTES];
	uint64_t floor_version;
	uint64_t floor_epoch;
	uint64_t time;
};

/** sluice_identity_is_none() - is this the "none" of the record? */
bool sluice_identity_is_none(const uint8_t identity[SLUICE_DIGEST_BYTES]);

/** sluice_identity_equal() - the same policy, and not none */
bool sluice_identity_equal(const uint8_t a[SLUICE_DIGEST_BYTES],
			   const uint8_t b[SLUICE_DIGEST_BYTES]);

/**
 * sluice_state_prepare() - make the folders
 * @folder: state folder
 * @messages: receives the error
 *
 * Return: 0 or a negative errno.
 */
int sluice_state_prepare(const char *folder, struct sluice_messages *messages);

/**
 * sluice_state_load() - read the truth, mend the other copy
 * @folder: state folder
 * @state: receives the record; all zero with sequence 0 on a new gateway; untouched on failure
 * @messages: receives the error, and a warning about a copy that had to be mended
 *
 * Return: 0; -EBADMSG when a copy exists and none is whole; an error of the operating system.
 */
int sluice_state_load(const char *folder, struct sluice_state_file *state,
		      struct sluice_messages *messages);

/**
 * sluice_state_store() - write both copies
 * @folder: state folder
 * @state: the record; its sequence is raised by one, on failure as well
 * @messages: receives the error
 *
 * Return: 0 when the first copy is durable (a failing second one is a warning); a negative errno
 * when the old record still stands.
 */
int sluice_state_store(const char *folder, struct sluice_state_file *state,
		       struct sluice_messages *messages);

#endif
