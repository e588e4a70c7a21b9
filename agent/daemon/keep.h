/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small texts that must survive a power cut: each has a digest over itself and stands in two copies,
 * STATE/NAME and STATE/copy/NAME, each written beside and renamed.
 *
 * The first copy is durable before the second is touched, and it is the newer one whenever it is
 * whole. The state record (state.h) reads both and has sequence numbers on top, since it may never go
 * back by one.
 */
#ifndef SLUICE_DAEMON_KEEP_H
#define SLUICE_DAEMON_KEEP_H

#include "lib/message.h"

/**
 * sluice_keep_store() - write both copies
 * @folder: state folder
 * @name: of the file
 * @text: whole lines
 * @messages: receives the error
 *
 * Return: 0 when the first copy is durable (a failing second one is a warning); a negative errno
 * when the old text still stands.
 */
int sluice_keep_store(const char *folder, const char *name, const char *text,
		      struct sluice_messages *messages);

/**
 * sluice_keep_load() - read the first copy that is whole, mend one before it
 * @folder: state folder
 * @name: of the file
 * @text: receives the text without its digest, for free(); NULL when there is neither copy
 * @messages: receives a warning about a copy that is damaged
 *
 * Return: 0; -EBADMSG when a copy exists and none is whole; an error of the operating system.
 */
int sluice_keep_load(const char *folder, const char *name, char **text,
		     struct sluice_messages *messages);

/**
 * sluice_keep_store_copy() - write one of the copies, with its digest
 * @folder: state folder
 * @name: of the file
 * @copy: 0 or 1
 * @text: whole lines
 * @messages: receives the error
 *
 * Return: 0 or a negative errno.
 */
int sluice_keep_store_copy(const char *folder, const char *name, int copy, const char *text,
			   struct sluice_messages *messages);

/**
 * sluice_keep_load_copy() - read one of the copies
 * @folder: state folder
 * @name: of the file
 * @copy: 0 or 1
 * @text: receives the text without its digest, for free(); untouched unless 1 is returned
 *
 * Return: 1 when it is whole; 0 when it is not there; -EBADMSG when its digest is another one; an
 * error of the operating system.
 */
int sluice_keep_load_copy(const char *folder, const char *name, int copy, char **text);

#endif
