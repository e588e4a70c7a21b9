// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl zones: a row a port, and one for each zone without a port here. */
#include <inttypes.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "live.h"
#include "word.h"

static const char *state_of(struct json_object *port, const char *via)
{
	if (!port)
		return via ? "behind another zone" : "no port on this gateway";
	if (!sluice_live_flag(port, "present"))
		return "device missing";
	if (!sluice_live_flag(port, "commissioned"))
		return "another card";
	return sluice_live_flag(port, "bound") ? "bound" : "not bound";
}

static void show_row(struct sluice_walk *walk, struct json_object *zone, struct json_object *port)
{
	uint64_t vlan = port ? sluice_live_number(port, "vlan") : 0;
	const char *via = sluice_live_text(zone, "via");
	char *addresses = sluice_live_join(zone, "addresses");
	char *name = NULL;

	if (port)
		name = vlan ? sluice_format("%s.%" PRIu64, sluice_live_text(port, "device"), vlan)
			    : sluice_copy_text(sluice_live_text(port, "device"));
	sluice_walk_row(walk);
	sluice_walk_text(walk, "zone", "ZONE", sluice_live_text(zone, "name"));
	sluice_walk_text(walk, "level", "LEVEL", sluice_live_text(zone, "level"));
	sluice_walk_text(walk, "port", "PORT", name);
	sluice_walk_text(walk, "via", "VIA", via);
	sluice_walk_text(walk, "state", "STATE", state_of(port, via));
	sluice_walk_text(walk, "gate", "GATE", port ? sluice_live_text(port, "gate") : NULL);
	sluice_walk_number(walk, "entered", "ENTERED", sluice_live_number(port, "rx_packets"));
	sluice_walk_number(walk, "left", "LEFT", sluice_live_number(port, "tx_packets"));
	sluice_walk_number(walk, "noise", "NOISE", sluice_live_number(port, "noise"));
	sluice_walk_number(walk, "answered", "ANSWERED", sluice_live_number(port, "answered"));
	sluice_walk_number(walk, "line", "LINE", sluice_live_number(zone, "line"));
	sluice_walk_text(walk, "addresses", "ADDRESSES", addresses);
	free(addresses);
	free(name);
}

static void show(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *zone, *port;
	size_t i, j;

	sluice_walk_number(walk, "policy_version", "Policy version",
			   sluice_live_number(answer, "policy_version"));
	sluice_walk_table(walk, "zones", NULL);
	for (i = 0; (zone = sluice_live_item(answer, "zones", i)); i++) {
		for (j = 0; (port = sluice_live_item(zone, "ports", j)); j++)
			show_row(walk, zone, port);
		if (!j)
			show_row(walk, zone, NULL);
	}
	sluice_walk_close(walk);
}

int sluice_zones_word(int argc, char **argv)
{
	bool json = false;

	if (!sluice_live_options(argc, argv, &json, NULL))
		return SLUICE_EXIT_USAGE;
	return sluice_live_show("zones", json, show);
}
