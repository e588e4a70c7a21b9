/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which card is which port: what was plugged when the policy's port was first bound, and so must be
 * there for the port to be bound again.
 *
 * STATE/ports has a line for each name (keep.h). Whoever renames, swaps or replaces a card finds the
 * port unbound, and everything that comes by the card denied, until the card is back under its name
 * or an administrator says that the new one is meant (sluicectl port adopt).
 */
#ifndef SLUICE_DAEMON_COMMISSION_H
#define SLUICE_DAEMON_COMMISSION_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/plug.h"
#include "lib/message.h"

/* Ports of a confirmed policy and of one on trial. */
#define SLUICE_COMMISSION_MAX 128

/** enum sluice_fit - is the device under a name the one that was commissioned? */
enum sluice_fit {
	SLUICE_FIT_UNKNOWN,	/* nobody can tell: it is not bound */
	SLUICE_FIT_ABSENT,	/* there is no device of that name */
	SLUICE_FIT_OTHER,	/* it is another card */
	SLUICE_FIT_NEW,		/* the name was never commissioned */
	SLUICE_FIT_SAME,
};

/**
 * struct sluice_commission - the cards that were commissioned
 * @is_loaded: the file was read, or there was none
 * @is_changed: what is here is not on disk yet
 * @count: how many
 * @port: their names, and their identities as sluice_plug_identity() has them
 */
struct sluice_commission {
	bool is_loaded;
	bool is_changed;
	size_t count;
	struct {
		char device[16];
		char identity[SLUICE_PLUG_TEXT];
	} port[SLUICE_COMMISSION_MAX];
};

/**
 * sluice_commission_load() - read the file, once
 * @commission: all zero, or loaded already: then nothing is done
 * @folder: state folder
 * @messages: receives the error, which names the file
 *
 * Return: 0, also without a file; -EBADMSG for a file that is not whole; another negative errno.
 */
int sluice_commission_load(struct sluice_commission *commission, const char *folder,
			   struct sluice_messages *messages);

/**
 * sluice_commission_store() - make it durable, if it changed
 * @commission: loaded
 * @folder: state folder
 * @messages: receives the error
 *
 * Return: 0; a negative errno, and the old file stands.
 */
int sluice_commission_store(struct sluice_commission *commission, const char *folder,
			    struct sluice_messages *messages);

/**
 * sluice_commission_fit() - compare a device with what was commissioned
 * @commission: loaded; when it is not, the answer is SLUICE_FIT_UNKNOWN
 * @device: name
 * @identity: receives what it is now, "" when that cannot be told
 */
enum sluice_fit sluice_commission_fit(const struct sluice_commission *commission,
				      const char *device, char identity[SLUICE_PLUG_TEXT]);

/** sluice_commission_known() - what was commissioned under this name, or NULL */
const char *sluice_commission_known(const struct sluice_commission *commission,
				    const char *device);

/**
 * sluice_commission_take() - from now on this name means this card
 * @commission: loaded
 * @device: name
 * @identity: of sluice_plug_identity()
 *
 * Return: 0, or -ENOSPC.
 */
int sluice_commission_take(struct sluice_commission *commission, const char *device,
			   const char *identity);

/**
 * sluice_commission_prune() - forget the names that nobody needs
 * @commission: loaded
 * @is_needed: asked for each name
 * @context: for @is_needed
 */
void sluice_commission_prune(struct sluice_commission *commission,
			     bool (*is_needed)(const char *device, const void *context),
			     const void *context);

#endif
