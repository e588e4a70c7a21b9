/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The structure of a plant: zone names, levels, isolated, peer and ports.
 *
 * The trust file pins it, so that nobody who may sign policies can put `level: control` at the
 * wrong zone and with it undo the rule that nothing initiates into control.
 */
#ifndef SLUICE_TRUST_STRUCTURE_H
#define SLUICE_TRUST_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/message.h"

/**
 * struct sluice_structure_zone - what is pinned of one zone
 * @name: zone name
 * @level: 1 control, 2 dmz, 3 enterprise, 4 internet; 0 for an isolated zone
 * @isolated: no network path at all
 * @peer: a control zone of the same system at another place
 * @ports: "GATEWAY/PORT", sorted
 * @port_count: how many
 */
struct sluice_structure_zone {
	char *name;
	unsigned int level;
	bool isolated;
	bool peer;
	char **ports;
	size_t port_count;
};

/**
 * struct sluice_structure - all zones, sorted by name
 * @zones: the zones, owned
 * @count: how many
 *
 * Zero-initialise before use.
 */
struct sluice_structure {
	struct sluice_structure_zone *zones;
	size_t count;
};

/**
 * sluice_structure_add_zone() - append a zone
 * @structure: being built
 * @name: copied
 * @level: 0 to 4
 * @isolated: see struct sluice_structure_zone
 * @peer: likewise
 *
 * Return: the zone, valid until the next call, for sluice_structure_add_port().
 */
struct sluice_structure_zone *sluice_structure_add_zone(struct sluice_structure *structure,
							const char *name, unsigned int level,
							bool isolated, bool peer);

/**
 * sluice_structure_add_port() - append a port to a zone
 * @zone: being built
 * @gateway: gateway that has the port
 * @port: port name
 */
void sluice_structure_add_port(struct sluice_structure_zone *zone, const char *gateway,
			       const char *port);

/**
 * sluice_structure_sort() - bring zones and ports into the order that comparing needs
 * @structure: complete
 */
void sluice_structure_sort(struct sluice_structure *structure);

/**
 * sluice_structure_compare() - is this the pinned structure?
 * @pinned: sorted, of the trust file
 * @actual: sorted, of a policy
 * @messages: receives the first difference
 *
 * Return: 0, or -ERANGE.
 */
int sluice_structure_compare(const struct sluice_structure *pinned,
			     const struct sluice_structure *actual,
			     struct sluice_messages *messages);

/**
 * sluice_structure_level_name() - a level as texts write it
 * @level: 0 to 4
 *
 * Return: "isolated" for 0, "control" to "internet", else "unknown".
 */
const char *sluice_structure_level_name(unsigned int level);

/**
 * sluice_structure_release() - give back what it owns
 * @structure: may be empty
 */
void sluice_structure_release(struct sluice_structure *structure);

#endif
