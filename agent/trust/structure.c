// SPDX-License-Identifier: GPL-2.0-or-later
#include "trust/structure.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "trust/refuse.h"

static const char *const level_names[] = { "isolated", "control", "dmz", "enterprise", "internet" };

struct sluice_structure_zone *sluice_structure_add_zone(struct sluice_structure *structure,
							const char *name, unsigned int level,
							bool isolated, bool peer)
{
	struct sluice_structure_zone *zone;

	structure->zones = sluice_grow(structure->zones, structure->count, sizeof(*zone));
	zone = &structure->zones[structure->count++];
	*zone = (struct sluice_structure_zone){
		.name = sluice_copy_text(name),
		.level = level,
		.isolated = isolated,
		.peer = peer,
	};
	return zone;
}

void sluice_structure_add_port(struct sluice_structure_zone *zone, const char *gateway,
			       const char *port)
{
	zone->ports = sluice_grow(zone->ports, zone->port_count, sizeof(*zone->ports));
	zone->ports[zone->port_count++] = sluice_format("%s/%s", gateway, port);
}

static int compare_ports(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_zones(const void *a, const void *b)
{
	const struct sluice_structure_zone *one = a, *other = b;

	return strcmp(one->name, other->name);
}

void sluice_structure_sort(struct sluice_structure *structure)
{
	for (size_t i = 0; i < structure->count; i++)
		if (structure->zones[i].port_count)
			qsort(structure->zones[i].ports, structure->zones[i].port_count,
			      sizeof(char *), compare_ports);
	if (structure->count)
		qsort(structure->zones, structure->count, sizeof(*structure->zones), compare_zones);
}

const char *sluice_structure_level_name(unsigned int level)
{
	return level < sizeof(level_names) / sizeof(level_names[0]) ? level_names[level] : "unknown";
}

static const char *peer_words(const struct sluice_structure_zone *zone)
{
	return zone->peer ? "a peer" : "no peer";
}

/* The first port that only one side has, and which side; sorted lists make that a merge. */
static const char *odd_port(const struct sluice_structure_zone *pinned,
			    const struct sluice_structure_zone *actual, bool *is_pinned)
{
	size_t i = 0, j = 0;

	while (i < pinned->port_count && j < actual->port_count) {
		int order = strcmp(pinned->ports[i], actual->ports[j]);

		if (order) {
			*is_pinned = order < 0;
			return order < 0 ? pinned->ports[i] : actual->ports[j];
		}
		i++, j++;
	}
	*is_pinned = i < pinned->port_count;
	if (*is_pinned)
		return pinned->ports[i];
	return j < actual->port_count ? actual->ports[j] : NULL;
}

static int compare_zone(const struct sluice_structure_zone *pinned,
			const struct sluice_structure_zone *actual,
			struct sluice_messages *messages)
{
	const char *port;
	bool is_pinned;

	if (pinned->level != actual->level || pinned->isolated != actual->isolated)
		return sluice_refuse(messages, ERANGE,
				     "zone %s is %s in the trust file and %s in the policy",
				     pinned->name, sluice_structure_level_name(pinned->level),
				     sluice_structure_level_name(actual->level));
	if (pinned->peer != actual->peer)
		return sluice_refuse(messages, ERANGE,
				     "zone %s is %s in the trust file and %s in the policy",
				     pinned->name, peer_words(pinned), peer_words(actual));
	port = odd_port(pinned, actual, &is_pinned);
	if (port)
		return sluice_refuse(messages, ERANGE,
				     "zone %s has port %s in the %s and not in the %s", pinned->name,
				     port, is_pinned ? "trust file" : "policy",
				     is_pinned ? "policy" : "trust file");
	return 0;
}

static int refuse_zone(const char *name, const char *where, const char *where_not,
		       struct sluice_messages *messages)
{
	return sluice_refuse(messages, ERANGE, "zone %s is in the %s and not in the %s", name,
			     where, where_not);
}

static int compare_all(const struct sluice_structure *pinned,
		       const struct sluice_structure *actual, struct sluice_messages *messages)
{
	for (size_t i = 0; i < pinned->count || i < actual->count; i++) {
		int order = i >= pinned->count ? 1 : i >= actual->count ? -1 :
			    strcmp(pinned->zones[i].name, actual->zones[i].name), error;

		if (order < 0)
			return refuse_zone(pinned->zones[i].name, "trust file", "policy", messages);
		if (order > 0)
			return refuse_zone(actual->zones[i].name, "policy", "trust file", messages);
		error = compare_zone(&pinned->zones[i], &actual->zones[i], messages);
		if (error)
			return error;
	}
	return 0;
}

void sluice_structure_release(struct sluice_structure *structure)
{
	for (size_t i = 0; i < structure->count; i++) {
		for (size_t j = 0; j < structure->zones[i].port_count; j++)
			free(structure->zones[i].ports[j]);
		free(structure->zones[i].ports);
		free(structure->zones[i].name);
	}
	free(structure->zones);
	*structure = (struct sluice_structure){ NULL, 0 };
}

int sluice_structure_compare(const struct sluice_structure *pinned,
			     const struct sluice_structure *actual,
			     struct sluice_messages *messages)
{
	int error = compare_all(pinned, actual, messages);

	if (error)
		sluice_message_hint(messages,
				    "the trust file pins zones, levels and ports: correct the policy, or "
				    "put what \"sluicectl trust structure POLICY\" prints into a new "
				    "trust file, signed, and \"sluicectl trust install\" that first");
	return error;
}
