/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a network device is, whatever it is called today: a name follows the order in which the kernel
 * finds cards, and a card that changes its name has changed its zone.
 */
#ifndef SLUICE_DAEMON_PLUG_H
#define SLUICE_DAEMON_PLUG_H

/* A word, a blank and a path of /sys. */
#define SLUICE_PLUG_TEXT 128

/**
 * sluice_plug_identity() - what stays when a device is renamed
 * @device: its name now
 * @text: receives "mac 00:1d:9c:00:00:07" (the permanent address), for a card without one "path
 *	pci0000:00/0000:00:03.0 socket 0" (where it is plugged), or "none" for a device made of software
 *
 * Return: 0; -ENODEV when there is no such device; another negative errno when it cannot be told.
 */
int sluice_plug_identity(const char *device, char text[SLUICE_PLUG_TEXT]);

/**
 * sluice_plug_is_linkless() - is there nothing below IP, as with WireGuard (ARPHRD_NONE)?
 * @device: its name now
 *
 * Return: 1 or 0; a negative errno when it cannot be told.
 */
int sluice_plug_is_linkless(const char *device);

#endif
