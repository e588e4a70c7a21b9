/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A new policy on its way into force, and back.
 *
 *	verify -> keep on disk -> stage in module -> stage in gate -> bind ports, gate on devices
 *	  -> note as candidate -> publish -> (confirm ->) note as confirmed
 *
 * The module may ask to wait until an older image is no longer held; the loop goes on meanwhile.
 * One installation at a time. A crash at any arrow leaves the old policy or the new one in both
 * layers (settle.h).
 */
#ifndef SLUICE_DAEMON_INSTALL_H
#define SLUICE_DAEMON_INSTALL_H

#include "daemon/daemon.h"

/**
 * typedef sluice_install_done - an installation has ended
 * @context: of whoever began it
 * @error: 0 or a negative errno
 * @messages: refusals, or what is worth knowing
 */
typedef void (*sluice_install_done)(void *context, int error,
				    const struct sluice_messages *messages);

/**
 * sluice_install_may_begin() - is the gateway ready for a new policy or trust file?
 * @daemon: daemon
 * @messages: receives what hinders, and how to mend it
 *
 * Return: 0; -EBUSY while a policy is being installed; -ENOTCONN without module or trust file.
 */
int sluice_install_may_begin(const struct sluice_daemon *daemon,
			     struct sluice_messages *messages);

/**
 * sluice_install_begin() - install a bundle
 * @daemon: daemon
 * @bytes: the whole bundle; borrowed for this call
 * @trial_ms: length of the trial; 0: confirmed at once
 * @done: called exactly once, perhaps before this returns
 * @context: for @done
 *
 * A policy that is in force already is a success that changes nothing.
 */
void sluice_install_begin(struct sluice_daemon *daemon, struct sluice_bytes bytes,
			  uint32_t trial_ms, sluice_install_done done, void *context);

/**
 * sluice_install_confirm() - the trial becomes the confirmed policy
 * @daemon: daemon
 * @messages: receives the refusal
 *
 * Return: 0; -ENOENT when nothing is on trial; -ETIME when it was too late.
 */
int sluice_install_confirm(struct sluice_daemon *daemon, struct sluice_messages *messages);

/**
 * sluice_install_rollback() - end the trial; without one, go back to the previous policy
 * @daemon: daemon
 * @done: as for sluice_install_begin()
 * @context: for @done
 */
void sluice_install_rollback(struct sluice_daemon *daemon, sluice_install_done done,
			     void *context);

/**
 * sluice_install_release() - close everything, then let the module go
 * @daemon: daemon
 * @messages: receives the refusal
 */
int sluice_install_release(struct sluice_daemon *daemon, struct sluice_messages *messages);

/**
 * sluice_install_forget_staged() - let the ladder stage anew whatever the module does not hold in a slot
 * @daemon: daemon, with the module's state
 *
 * After an installation that failed, and after a new trust file: the module publishes nothing that it judged by the
 * one before.
 */
void sluice_install_forget_staged(struct sluice_daemon *daemon);

/** sluice_install_drop() - forget an unfinished installation, at the daemon's end */
void sluice_install_drop(struct sluice_daemon *daemon);

#endif
