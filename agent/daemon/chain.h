/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The chain of trust files: the first one, which the administrator installed and whose digest the
 * module was loaded with, and what followed it.
 *
 *	config.trust		the first
 *	STATE/trust/N.slu	the one with version N, each signed as the one before and itself demand
 *
 * A file is on disk before the module is told, so a power cut leaves the old trust file in force or
 * the new one; the next run of the ladder tells the module what it was not told yet.
 */
#ifndef SLUICE_DAEMON_CHAIN_H
#define SLUICE_DAEMON_CHAIN_H

#include "daemon/daemon.h"

/**
 * sluice_chain_open() - have the trust file that the module holds, or the first one
 * @daemon: its @trust is opened, once
 * @messages: receives the refusal
 *
 * Return: 0; -ENOKEY when the module has no anchor or another one; an error of refuse.h.
 */
int sluice_chain_open(struct sluice_daemon *daemon, struct sluice_messages *messages);

/**
 * sluice_chain_follow() - tell the module what it was not told yet, one by one
 * @daemon: with an open trust file
 * @messages: receives the refusal
 */
int sluice_chain_follow(struct sluice_daemon *daemon, struct sluice_messages *messages);

/**
 * sluice_chain_newest() - the last trust file on disk, asking nobody
 * @daemon: whose disk
 * @trust: receives it, for sluice_trust_close(); untouched on failure
 * @messages: receives the refusal
 *
 * That the first one is ours is not asked: no module says so.
 */
int sluice_chain_newest(const struct sluice_daemon *daemon, struct sluice_trust *trust,
			struct sluice_messages *messages);

/**
 * sluice_chain_install() - take the next trust file
 * @daemon: with a module that answers and a trust file in force
 * @bytes: the whole file; borrowed for this call
 * @messages: receives one refusal, or a warning when the policy in force will not boot under it
 *
 * The file in force is a success that changes nothing. Return: 0; -EBUSY while a policy is being
 * installed; an error of refuse.h; what the module said. On failure the old one stays in force, here
 * and on disk.
 */
int sluice_chain_install(struct sluice_daemon *daemon, struct sluice_bytes bytes,
			 struct sluice_messages *messages);

/**
 * sluice_chain_admits() - would a policy boot under the trust file in force?
 * @daemon: with an open trust file
 * @held: the policy
 */
bool sluice_chain_admits(const struct sluice_daemon *daemon, const struct sluice_held *held);

#endif
