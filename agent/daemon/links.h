/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network devices: when one appears, vanishes, is renamed or gets traffic control, and what on a
 * zoned port leads round the hooks.
 *
 * Life cycle: sluice_links_open(), fd into the event loop, sluice_links_drain() when readable,
 * sluice_links_close().
 */
#ifndef SLUICE_DAEMON_LINKS_H
#define SLUICE_DAEMON_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/message.h"

struct sluice_links;

/**
 * sluice_links_open() - begin to hear changes of devices and of traffic control
 * @links: receives it; untouched on failure
 * @messages: receives the error
 *
 * Return: 0 or a negative errno.
 */
int sluice_links_open(struct sluice_links **links, struct sluice_messages *messages);

/** sluice_links_close() - stop; NULL is allowed */
void sluice_links_close(struct sluice_links *links);

/** sluice_links_fd() - becomes readable when something changed */
int sluice_links_fd(const struct sluice_links *links);

/**
 * sluice_links_drain() - read what changed
 * @links: open
 *
 * Only that something changed is of interest: the caller looks at everything again. So a lost
 * notification costs nothing either.
 */
void sluice_links_drain(struct sluice_links *links);

#define SLUICE_FOREIGN_TEXT 160
#define SLUICE_FOREIGN_MAX 32

/**
 * struct sluice_foreign - something that leads round the hooks
 * @device: network device
 * @what: what it is, in words
 * @mend: command that removes it
 */
struct sluice_foreign {
	char device[16];
	char what[SLUICE_FOREIGN_TEXT];
	char mend[SLUICE_FOREIGN_TEXT];
};

/**
 * sluice_links_foreign() - look for foreign paths on a zoned port
 * @links: open
 * @ifindex: device
 * @device: its name
 * @found: receives up to @room findings
 * @room: how many fit
 *
 * A filter of traffic control can redirect frames past the hooks (nf_skip_egress), so every filter
 * counts: what it does is not ours to guess. So do BPF programs of tcx, and a device that is
 * enslaved to Open vSwitch. When the kernel does not answer, that is a finding as well.
 *
 * Return: how many were found, at most @room.
 */
size_t sluice_links_foreign(struct sluice_links *links, unsigned int ifindex, const char *device,
			    struct sluice_foreign *found, size_t room);

/**
 * sluice_links_elsewhere() - look for filters on a device that is no port
 * @links: open
 * @ifindex: device
 * @device: its name
 * @found: receives up to @room findings
 * @room: how many fit
 *
 * What a filter at the egress of any device sends on by a port passes that port's egress hook; one at an ingress can
 * make a frame come in by a port. Filters of queueing disciplines cannot: what they send on meets the hook.
 *
 * Return: how many were found, at most @room.
 */
size_t sluice_links_elsewhere(struct sluice_links *links, unsigned int ifindex, const char *device,
			      struct sluice_foreign *found, size_t room);

/** sluice_bridge_netfilter_is_active() - is br_netfilter loaded and switched on here? */
bool sluice_bridge_netfilter_is_active(void);

#endif
