// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names to indexes, ports to gateways, addresses to owners.
 *
 * Everything here is the part of S6 that is needed to know what the policy says at all; rules.c
 * judges what it says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/sort.h"
#include "keys.h"

/* Hosts that all ends together may name, groups written out: some hundred megabytes. */
#define EXPANDED_MAX (1u << 20)

/** enum item - what a name stands for */
enum item {
	ITEM_ZONE,
	ITEM_ASSET,
	ITEM_GROUP,
	ITEM_SERVICE,
	ITEM_GATEWAY,
	ITEM_CONDUIT,
};

static const char * const item_names[] = {
	"zone", "asset", "group", "service", "gateway", "conduit",
};

static const char *article(enum item item)
{
	return item == ITEM_ASSET ? "an" : "a";
}

struct entry {
	const char *name;
	uint64_t head;		/* its first letters as a number: most comparisons end there */
	enum item item;
	size_t index;
	struct sluice_place place;
};

/* A sorted table: no text, however made, makes its look-ups slow. */
struct names {
	struct entry *entry;
	size_t count;
};

struct resolver {
	struct sluice_policy *policy;
	struct sluice_messages *messages;
	struct names ends;		/* zones, assets, groups: what a conduit may join */
	struct names services;
	struct names others;		/* gateways and conduits: must only differ among themselves */
	size_t expanded;		/* hosts in the ends of conduits so far */
	size_t matches;			/* matches of their services so far */
};

static uint64_t head_of(const char *name)
{
	uint64_t head = 0;

	for (int shift = 56; shift >= 0 && *name; shift -= 8)
		head |= (uint64_t)(unsigned char)*name++ << shift;
	return head;
}

static void add_entry(struct names *names, enum item item, const char *name, size_t index,
		      struct sluice_place place)
{
	names->entry = sluice_grow(names->entry, names->count, sizeof(*names->entry));
	names->entry[names->count++] = (struct entry){ name, head_of(name), item, index, place };
}

/* As strcmp() orders the names. */
static int compare_names(const struct entry *a, const struct entry *b)
{
	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	/* The head holds the end of a shorter name too. */
	return a->head & 0xff ? strcmp(a->name, b->name) : 0;
}

static int compare_entries(const struct entry *a, const struct entry *b)
{
	int order = compare_names(a, b);

	if (order)
		return order;
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line ? -1 : 1;
	return a->place.column < b->place.column ? -1 : 1;
}

SLUICE_DEFINE_SORT(sort_entries, struct entry, compare_entries)

static void sort_names(struct resolver *resolver, struct names *names, bool by_item)
{
	sort_entries(names->entry, names->count);
	for (size_t i = 1; i < names->count; i++) {
		const struct entry *first = &names->entry[i - 1], *second = &names->entry[i];

		if (compare_names(first, second) || (by_item && first->item != second->item))
			continue;
		sluice_message_error(resolver->messages, &second->place,
				     "the name %s is already that of the %s in line %u",
				     second->name, item_names[first->item], first->place.line);
	}
}

static void collect_names(struct resolver *resolver)
{
	const struct sluice_policy *policy = resolver->policy;
	struct names *ends = &resolver->ends;

	for (size_t i = 0; i < policy->zones; i++)
		add_entry(ends, ITEM_ZONE, policy->zone[i].name, i, policy->zone[i].place);
	for (size_t i = 0; i < policy->assets; i++)
		add_entry(ends, ITEM_ASSET, policy->asset[i].name, i, policy->asset[i].place);
	for (size_t i = 0; i < policy->groups; i++)
		add_entry(ends, ITEM_GROUP, policy->group[i].name, i, policy->group[i].place);
	for (size_t i = 0; i < policy->services; i++)
		add_entry(&resolver->services, ITEM_SERVICE, policy->service[i].name, i,
			  policy->service[i].place);
	for (size_t i = 0; i < policy->gateways; i++)
		add_entry(&resolver->others, ITEM_GATEWAY, policy->gateway[i].name, i,
			  policy->gateway[i].place);
	for (size_t i = 0; i < policy->conduits; i++)
		add_entry(&resolver->others, ITEM_CONDUIT, policy->conduit[i].name, i,
			  policy->conduit[i].place);
	sort_names(resolver, ends, false);
	sort_names(resolver, &resolver->services, false);
	sort_names(resolver, &resolver->others, true);
}

static const struct entry *look_up(const struct names *names, const char *name)
{
	const struct entry wanted = { .name = name, .head = head_of(name) };
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_names(&wanted, &names->entry[middle]);

		if (!order)
			return &names->entry[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static const struct entry *find(struct resolver *resolver, const struct names *names,
				const char *name, const struct sluice_place *place,
				const char *what)
{
	const struct entry *entry = look_up(names, name);
	const char *nearest;

	if (entry)
		return entry;
	sluice_message_error(resolver->messages, place, "there is no %s %s", what, name);
	/* Beyond a full list of messages a suggestion is not shown, so it is not searched for. */
	if (!names->count || resolver->messages->dropped)
		return NULL;
	nearest = sluice_nearest(name, &names->entry[0].name, names->count,
				 sizeof(names->entry[0]));
	if (nearest)
		sluice_message_hint(resolver->messages, "did you mean %s?", nearest);
	return NULL;
}

static const struct entry *find_item(struct resolver *resolver, enum item item, const char *name,
				     const struct sluice_place *place)
{
	const struct entry *entry = find(resolver, &resolver->ends, name, place, item_names[item]);

	if (!entry || entry->item == item)
		return entry;
	sluice_message_error(resolver->messages, place, "%s is %s %s, not %s %s", name,
			     article(entry->item), item_names[entry->item], article(item),
			     item_names[item]);
	return NULL;
}

/* Ports */

static void add_port(struct resolver *resolver, struct sluice_gateway *gateway, size_t zone,
		     const struct sluice_yaml_node *value)
{
	const struct sluice_yaml_node *name = value;
	struct sluice_port port = { .place = value->place, .zone = zone };

	if (value->kind == SLUICE_YAML_MAPPING) {
		const struct sluice_yaml_node *tunnel = sluice_yaml_get(value, "tunnel");

		name = sluice_yaml_get(value, "name");
		port.tunnel = tunnel && tunnel->text && !strcmp(tunnel->text, "true");
	}
	if (!name || !name->text || !sluice_port_parse(name->text, port.device, &port.tag))
		return;
	if (port.tunnel && port.tag) {
		sluice_message_error(resolver->messages, &port.place,
				     "a tunnel device carries no VLAN tags");
		return;
	}
	for (size_t i = 0; i < gateway->ports; i++) {
		const struct sluice_port *other = &gateway->port[i];

		if (strcmp(other->device, port.device) || other->tag != port.tag)
			continue;
		sluice_message_error(resolver->messages, &port.place,
				     "port %s is already that of zone %s in line %u", name->text,
				     resolver->policy->zone[other->zone].name, other->place.line);
		return;
	}
	if (gateway->ports == SLUICE_MAX_PORTS) {
		sluice_message_error(resolver->messages, &port.place,
				     "more than %d ports on one gateway", SLUICE_MAX_PORTS);
		return;
	}
	gateway->port = sluice_grow(gateway->port, gateway->ports, sizeof(*gateway->port));
	gateway->port[gateway->ports++] = port;
}

static void add_ports(struct resolver *resolver, struct sluice_gateway *gateway, size_t zone,
		      const struct sluice_yaml_node *list)
{
	for (const struct sluice_yaml_node *child = list ? list->child : NULL; child;
	     child = child->next)
		add_port(resolver, gateway, zone, child);
}

static void check_port_zones(struct resolver *resolver, const struct sluice_gateway *gateway)
{
	const struct sluice_yaml_node *list = gateway->ports_written;

	for (list = list ? list->child : NULL; list; list = list->next)
		find_item(resolver, ITEM_ZONE, list->key, &list->key_place);
}

/* Ports are ordered by zone and then as written, whichever form was used. */
static void resolve_ports(struct resolver *resolver)
{
	struct sluice_policy *policy = resolver->policy;

	for (size_t i = 0; i < policy->zones; i++) {
		const struct sluice_yaml_node *ports = policy->zone[i].ports_written;

		if (ports && policy->gateways == 1) {
			add_ports(resolver, &policy->gateway[0], i, ports);
		} else if (ports) {
			sluice_message_error(resolver->messages, &ports->key_place,
					     "ports in a zone are for sites with one gateway");
			sluice_message_hint(resolver->messages,
					    "write ports: {%s: [...]} in the gateway",
					    policy->zone[i].name);
		}
		for (size_t j = 0; j < policy->gateways; j++)
			add_ports(resolver, &policy->gateway[j], i,
				  sluice_yaml_get(policy->gateway[j].ports_written,
						  policy->zone[i].name));
	}
	for (size_t j = 0; j < policy->gateways; j++)
		check_port_zones(resolver, &policy->gateway[j]);
}

/* Limits that are not written: the defaults, which every listing shows as such. */
static void default_limits(const uint32_t defaults[SLUICE_LIMITS], uint32_t limit[SLUICE_LIMITS],
			   const bool given[SLUICE_LIMITS])
{
	for (int i = 0; i < SLUICE_LIMITS; i++)
		if (!given[i])
			limit[i] = defaults[i];
}

static void resolve_limits(struct sluice_policy *policy)
{
	static const uint32_t management[SLUICE_LIMITS] = {
		SLUICE_DEFAULT_PACKETS_PER_SECOND,
		SLUICE_DEFAULT_NEW_CONNECTIONS_PER_SECOND,
		SLUICE_DEFAULT_CONCURRENT_CONNECTIONS,
	};
	static const uint32_t intra[SLUICE_LIMITS] = {
		SLUICE_INTRA_PACKETS_PER_SECOND,
		SLUICE_INTRA_NEW_CONNECTIONS_PER_SECOND,
		SLUICE_INTRA_CONCURRENT_CONNECTIONS,
	};

	for (size_t i = 0; i < policy->zones; i++)
		default_limits(intra, policy->zone[i].limit, policy->zone[i].limit_given);
	for (size_t i = 0; i < policy->gateways; i++)
		for (size_t j = 0; j < policy->gateway[i].managements; j++)
			default_limits(management, policy->gateway[i].management[j].limit,
				       policy->gateway[i].management[j].limit_given);
}

/* Zones */

static void resolve_zones(struct resolver *resolver)
{
	struct sluice_policy *policy = resolver->policy;

	for (size_t i = 0; i < policy->zones; i++) {
		struct sluice_zone *zone = &policy->zone[i];
		const struct entry *via;

		zone->carrier = i;
		/* Control is told at once what it may not do; towards higher levels denials are silent. */
		zone->reset = (sluice_enforced & SLUICE_ENFORCES_REFUSE) &&
			      zone->level == SLUICE_LEVEL_CONTROL && zone->reset_given != 2;
		if (!zone->via)
			continue;
		via = find_item(resolver, ITEM_ZONE, zone->via, &zone->via_place);
		if (via)
			zone->carrier = via->index;
	}
}

/*
 * Who owns what. Zones other than level internet own what they list minus their `except:`; the
 * rules see to it that no two of them list the same. A catch-all of level internet owns what it
 * lists and nobody else does: the longest prefix wins because the inner zone is always the longer
 * one. What a zone excepts and nobody claims stays without an owner.
 */
static void own_addresses(struct sluice_policy *policy)
{
	struct sluice_set taken = { 0 };

	sluice_set_add_all(&taken, sluice_never_owned());
	sluice_set_normalise(&taken);
	for (size_t i = 0; i < policy->zones; i++) {
		struct sluice_zone *zone = &policy->zone[i];
		struct sluice_set listed = { 0 }, rest, except = { 0 };

		sluice_set_add_all(&listed, &zone->written);
		sluice_set_normalise(&listed);
		sluice_set_add_all(&except, &zone->except);
		sluice_set_normalise(&except);
		rest = sluice_set_subtract(&listed, &except);
		zone->owned = sluice_set_subtract(&rest, sluice_never_owned());
		if (zone->level != SLUICE_LEVEL_INTERNET) {
			sluice_set_add_all(&taken, &listed);
			sluice_set_normalise(&taken);
		}
		sluice_set_release(&listed);
		sluice_set_release(&rest);
		sluice_set_release(&except);
	}
	for (size_t i = 0; i < policy->zones; i++) {
		struct sluice_zone *zone = &policy->zone[i];
		struct sluice_set rest;

		if (zone->level != SLUICE_LEVEL_INTERNET)
			continue;
		rest = sluice_set_subtract(&zone->owned, &taken);
		sluice_set_release(&zone->owned);
		zone->owned = rest;
	}
	sluice_set_release(&taken);
}

/* Assets and groups */

static void resolve_asset(struct resolver *resolver, struct sluice_asset *asset)
{
	const struct entry *zone = find_item(resolver, ITEM_ZONE, asset->zone_name,
					     &asset->zone_place);

	if (zone)
		asset->zone = zone->index;
}

static void resolve_group(struct resolver *resolver, struct sluice_group *group)
{
	struct sluice_names *members = &group->members;

	group->asset = sluice_allocate(members->count, sizeof(*group->asset));
	for (size_t i = 0; i < members->count; i++) {
		const struct entry *member = find_item(resolver, ITEM_ASSET, members->name[i],
						       &members->place[i]);

		if (member)
			group->asset[i] = member->index;
	}
}

/* Services of conduits and management */

static size_t *resolve_services(struct resolver *resolver, const struct sluice_names *names)
{
	size_t *index = sluice_allocate(names->count, sizeof(*index));

	for (size_t i = 0; i < names->count; i++) {
		const struct entry *entry = find(resolver, &resolver->services, names->name[i],
						 &names->place[i], "service");

		if (entry)
			index[i] = entry->index;
	}
	return index;
}

static void join_services(struct resolver *resolver, struct sluice_conduit *conduit)
{
	for (size_t i = 0; i < conduit->services.count; i++) {
		const struct sluice_service *service =
			&resolver->policy->service[conduit->service[i]];

		resolver->matches += service->matches;
		if (resolver->matches > EXPANDED_MAX) {
			sluice_message_error(resolver->messages, &conduit->services.place[i],
					     "all conduits together use more than %u ranges of ports",
					     EXPANDED_MAX);
			return;
		}
		for (size_t j = 0; j < service->matches; j++) {
			conduit->match = sluice_grow(conduit->match, conduit->matches,
						     sizeof(*conduit->match));
			conduit->match[conduit->matches++] = service->match[j];
		}
	}
	conduit->matches = sluice_join_matches(conduit->match, conduit->matches);
}

/* Ends of conduits */

static struct sluice_end_part *part_of(struct sluice_conduit_end *end, size_t zone,
				       struct sluice_place place)
{
	struct sluice_end_part *part;

	for (size_t i = 0; i < end->parts; i++)
		if (end->part[i].zone == zone)
			return &end->part[i];
	end->part = sluice_grow(end->part, end->parts, sizeof(*end->part));
	part = &end->part[end->parts++];
	*part = (struct sluice_end_part){ .zone = zone, .jump_hosts = true, .place = place };
	return part;
}

static void add_asset(const struct sluice_policy *policy, struct sluice_conduit_end *end,
		      size_t index, struct sluice_place place)
{
	const struct sluice_asset *asset = &policy->asset[index];
	struct sluice_end_part *part = part_of(end, asset->zone, place);

	part->asset = sluice_grow(part->asset, part->assets, sizeof(*part->asset));
	part->asset[part->assets++] = index;
	part->jump_hosts = part->jump_hosts && asset->jump_host;
	sluice_set_add_all(&part->address, &asset->address);
}

static void add_end(const struct sluice_policy *policy, struct sluice_conduit_end *end,
		    const struct entry *entry, struct sluice_place place)
{
	struct sluice_end_part *part;
	const struct sluice_group *group;

	switch (entry->item) {
	case ITEM_ZONE:
		part = part_of(end, entry->index, place);
		part->whole = true;
		part->jump_hosts = false;
		break;
	case ITEM_ASSET:
		add_asset(policy, end, entry->index, place);
		break;
	default:
		group = &policy->group[entry->index];
		for (size_t i = 0; i < group->members.count; i++)
			add_asset(policy, end, group->asset[i], place);
	}
}

static int compare_parts(const void *left, const void *right)
{
	const struct sluice_end_part *a = left, *b = right;

	return a->zone < b->zone ? -1 : a->zone > b->zone;
}

static void finish_end(const struct sluice_policy *policy, struct sluice_conduit_end *end)
{
	if (end->parts)
		qsort(end->part, end->parts, sizeof(*end->part), compare_parts);
	for (size_t i = 0; i < end->parts; i++) {
		struct sluice_end_part *part = &end->part[i];

		if (part->whole) {
			sluice_set_release(&part->address);
			sluice_set_add_all(&part->address, &policy->zone[part->zone].owned);
		}
		sluice_set_normalise(&part->address);
		sluice_set_add_all(&end->address, &part->address);
	}
	sluice_set_normalise(&end->address);
}

/* A short text can mean many hosts: large groups in many conduits. */
static bool expand(struct resolver *resolver, const struct entry *entry,
		   const struct sluice_place *place)
{
	bool before = resolver->expanded <= EXPANDED_MAX;

	if (entry->item == ITEM_GROUP)
		resolver->expanded += resolver->policy->group[entry->index].members.count;
	else
		resolver->expanded++;
	if (resolver->expanded <= EXPANDED_MAX)
		return true;
	if (before) {
		sluice_message_error(resolver->messages, place,
				     "all conduits together name more than %u hosts", EXPANDED_MAX);
		sluice_message_hint(resolver->messages, "name whole zones instead of large groups");
	}
	return false;
}

static void resolve_end(struct resolver *resolver, struct sluice_conduit_end *end)
{
	const struct sluice_names *names = &end->names;

	for (size_t i = 0; i < names->count; i++) {
		const struct entry *entry = find(resolver, &resolver->ends, names->name[i],
						 &names->place[i], "zone, asset or group");

		if (entry && expand(resolver, entry, &names->place[i]))
			add_end(resolver->policy, end, entry, names->place[i]);
	}
	finish_end(resolver->policy, end);
}

static void resolve_management(struct resolver *resolver, struct sluice_management *management)
{
	const struct entry *peer = find_item(resolver, ITEM_ASSET, management->peer,
					     &management->peer_place);

	if (peer)
		management->asset = peer->index;
	management->service = resolve_services(resolver, &management->services);
}

static void resolve_narrows(struct resolver *resolver, size_t index)
{
	struct sluice_conduit *conduit = &resolver->policy->conduit[index];
	const char *nearest;

	conduit->wider = index;
	if (!conduit->narrows)
		return;
	for (size_t i = 0; i < resolver->others.count; i++) {
		const struct entry *entry = &resolver->others.entry[i];

		if (entry->item == ITEM_CONDUIT && entry->index != index &&
		    !strcmp(entry->name, conduit->narrows)) {
			conduit->wider = entry->index;
			return;
		}
	}
	sluice_message_error(resolver->messages, &conduit->narrows_place,
			     strcmp(conduit->narrows, conduit->name) ?
				     "narrows: there is no conduit %s" :
				     "narrows: conduit %s cannot stand inside itself",
			     conduit->narrows);
	nearest = sluice_nearest(conduit->narrows, &resolver->others.entry[0].name,
				 resolver->others.count, sizeof(resolver->others.entry[0]));
	if (nearest && strcmp(conduit->narrows, conduit->name))
		sluice_message_hint(resolver->messages, "did you mean %s?", nearest);
}

static void resolve_names(struct resolver *resolver)
{
	struct sluice_policy *policy = resolver->policy;

	resolve_ports(resolver);
	resolve_zones(resolver);
	for (size_t i = 0; i < policy->assets; i++)
		resolve_asset(resolver, &policy->asset[i]);
	for (size_t i = 0; i < policy->groups; i++)
		resolve_group(resolver, &policy->group[i]);
	for (size_t i = 0; i < policy->gateways; i++)
		for (size_t j = 0; j < policy->gateway[i].managements; j++)
			resolve_management(resolver, &policy->gateway[i].management[j]);
	for (size_t i = 0; i < policy->conduits; i++)
		policy->conduit[i].service = resolve_services(resolver,
							      &policy->conduit[i].services);
	for (size_t i = 0; i < policy->conduits; i++)
		resolve_narrows(resolver, i);
	resolve_limits(policy);
}

static int check_counts(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	if (policy->zones > SLUICE_MAX_ZONES)
		return sluice_message_error(messages, &policy->zone[SLUICE_MAX_ZONES].place,
					    "more than %d zones", SLUICE_MAX_ZONES);
	if (policy->conduits > SLUICE_MAX_CONDUITS)
		return sluice_message_error(messages, &policy->conduit[SLUICE_MAX_CONDUITS].place,
					    "more than %d conduits", SLUICE_MAX_CONDUITS);
	return 0;
}

int sluice_resolve_policy(struct sluice_policy *policy, struct sluice_messages *messages)
{
	struct resolver resolver = { .policy = policy, .messages = messages };
	size_t before = messages->errors;

	if (check_counts(policy, messages))
		return -EINVAL;
	collect_names(&resolver);
	resolve_names(&resolver);
	/* Ends are put together only from names that all exist. */
	if (messages->errors == before) {
		own_addresses(policy);
		for (size_t i = 0; i < policy->conduits && messages->errors == before; i++) {
			resolve_end(&resolver, &policy->conduit[i].from);
			resolve_end(&resolver, &policy->conduit[i].to);
			join_services(&resolver, &policy->conduit[i]);
		}
	}
	free(resolver.ends.entry);
	free(resolver.services.entry);
	free(resolver.others.entry);
	return messages->errors == before ? 0 : -EINVAL;
}
