/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is right after a crash: the module, about what is in force; the disk, about what boots.
 *
 * A policy is noted on disk as candidate before it is published, and as confirmed after the module
 * confirmed it. Whatever instant the daemon died at, one of these rules brings both together:
 *
 *	module's confirmed policy is the disk's		nothing to do
 *	module's confirmed policy is the candidate	the confirmation is written down
 *	module holds nothing confirmed			the disk's policy is published
 *	the candidate is neither on trial nor confirmed	it is forgotten
 */
#ifndef SLUICE_DAEMON_SETTLE_H
#define SLUICE_DAEMON_SETTLE_H

#include "daemon/daemon.h"

/**
 * sluice_settle() - bring disk and module together
 * @daemon: daemon, refreshed
 * @messages: receives the refusal
 *
 * Return: 0; -ESTALE when the module runs a policy that the disk does not know.
 */
int sluice_settle(struct sluice_daemon *daemon, struct sluice_messages *messages);

/**
 * sluice_settle_confirmed() - write down that a policy is the confirmed one now
 * @daemon: daemon
 * @held: that policy
 * @messages: receives the error; the old record then still stands
 *
 * A newer version raises the floor: the policy that was confirmed before becomes the previous one.
 */
int sluice_settle_confirmed(struct sluice_daemon *daemon, const struct sluice_held *held,
			    struct sluice_messages *messages);

/** sluice_settle_candidate() - write down what is about to be published; NULL: nothing */
int sluice_settle_candidate(struct sluice_daemon *daemon, const uint8_t *identity,
			    struct sluice_messages *messages);

/**
 * sluice_settle_load() - verify a kept bundle and hold it
 * @daemon: with trust
 * @identity: of the policy
 * @held: receives it
 * @messages: receives the refusal
 */
int sluice_settle_load(struct sluice_daemon *daemon, const uint8_t *identity,
		       struct sluice_held **held, struct sluice_messages *messages);

/**
 * sluice_settle_floor() - tell the module which versions it may accept
 * @daemon: with an open kernel
 * @messages: receives the refusal
 */
int sluice_settle_floor(struct sluice_daemon *daemon, struct sluice_messages *messages);

/** sluice_settle_memory() - what this gateway remembers, for sluice_bundle_verify() */
struct sluice_bundle_state sluice_settle_memory(const struct sluice_daemon *daemon,
						unsigned int flags);

/** sluice_settle_slot() - what the module holds in slot + 1, or NULL for 0 and empty slots */
const struct sluice_kernel_slot *sluice_settle_slot(const struct sluice_daemon *daemon,
						    uint32_t slot_and_one);

/** sluice_settle_trial() - what the module has on trial right now, or NULL */
const struct sluice_kernel_slot *sluice_settle_trial(const struct sluice_daemon *daemon);

#endif
