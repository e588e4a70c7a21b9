/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sluice.conf: where things lie. Nothing in it changes what is permitted.
 *
 *	# comment
 *	key = value
 *
 * Keys: state, run, pin, trust (paths), gateway (name in the policy).
 */
#ifndef SLUICE_DAEMON_CONFIG_H
#define SLUICE_DAEMON_CONFIG_H

#include "lib/message.h"

#define SLUICE_CONFIG_PATH "/etc/sluice/sluice.conf"

/**
 * struct sluice_config - paths and the gateway's own name
 * @state: folder of what must survive a reboot
 * @run: folder of the control socket
 * @pin: folder on a BPF file system
 * @trust: the trust file that the administrator installed
 * @gateway: own name in the policy; NULL: whichever the bundle names
 *
 * All strings are owned; sluice_config_release() frees them.
 */
struct sluice_config {
	char *state;
	char *run;
	char *pin;
	char *trust;
	char *gateway;
};

/**
 * sluice_config_load() - defaults, and what a file says instead
 * @path: file; NULL: %SLUICE_CONFIG_PATH, which may be absent
 * @config: receives it; untouched on failure
 * @messages: receives file:line:col: what is wrong
 *
 * Return: 0; -EINVAL for a text that does not parse; an error of the operating system.
 */
int sluice_config_load(const char *path, struct sluice_config *config,
		       struct sluice_messages *messages);

/**
 * sluice_config_release() - free the strings
 * @config: may be empty
 */
void sluice_config_release(struct sluice_config *config);

#endif
