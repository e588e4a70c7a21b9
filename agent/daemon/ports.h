/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ports of a policy and the devices of this gateway: a port is bound to the card that was
 * commissioned under its name, and to no other.
 */
#ifndef SLUICE_DAEMON_PORTS_H
#define SLUICE_DAEMON_PORTS_H

#include "daemon/daemon.h"

/**
 * struct sluice_ports_found - ports that stay unbound
 * @missing: their device is absent
 * @other: another card has their name, or nobody can tell
 */
struct sluice_ports_found {
	size_t missing;
	size_t other;
};

/**
 * sluice_ports_bind() - ports of a policy to devices, in gate and module
 * @daemon: daemon
 * @policy: staged in both
 * @found: raised by what stays unbound
 * @messages: receives the refusal, and a warning for each port with another card
 *
 * A name that no policy had before is commissioned: the card that has it now is durable on disk
 * before the port is bound.
 *
 * Return: 0, also when ports stay unbound; a negative errno when gate or module refuse, or the disk.
 */
int sluice_ports_bind(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
		      struct sluice_ports_found *found, struct sluice_messages *messages);

/**
 * sluice_ports_device() - the card that a port's name means
 * @daemon: daemon
 * @device: name
 *
 * Return: its ifindex, or 0 when it is absent or another card has the name.
 */
unsigned int sluice_ports_device(const struct sluice_daemon *daemon, const char *device);

/**
 * sluice_ports_told() - what the module answered last about a port
 * @daemon: daemon
 * @generation: as the module numbers it
 * @index: of the port in the image
 *
 * Return: valid until the module is asked again; NULL when it was never told.
 */
const struct sluice_kernel_port *sluice_ports_told(const struct sluice_daemon *daemon,
						   uint32_t generation, uint32_t index);

/**
 * sluice_ports_adopt() - from now on the name means the card that has it
 * @daemon: daemon
 * @device: name of a port of a policy that is in force or on trial
 * @messages: receives the refusal, or a note when it is that card already
 *
 * Return: 0 when it is durable; a negative errno, and nothing changed.
 */
int sluice_ports_adopt(struct sluice_daemon *daemon, const char *device,
		       struct sluice_messages *messages);

#endif
