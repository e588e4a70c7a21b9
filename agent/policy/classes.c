// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Equivalence classes: hosts that no conduit tells apart, ports that no service tells apart.
 *
 * Each asset has a signature, the sorted list of conduit ends that name it. Assets of one zone with
 * the same signature are one class, so the conduit table grows with the number of distinct roles
 * and not with the number of hosts. Assets that no conduit names share the identifier of their
 * zone with all its nameless addresses. Services likewise: each elementary range of ports has the
 * list of services that contain it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/sort.h"
#include "compile.h"

/* A growing list of numbers; ascending because its items are added in that order. */
struct signature {
	uint32_t *item;
	size_t count;
};

static void add_item(struct signature *signature, uint32_t item)
{
	if (signature->count && signature->item[signature->count - 1] == item)
		return;
	signature->item = sluice_grow(signature->item, signature->count, sizeof(*signature->item));
	signature->item[signature->count++] = item;
}

static int compare_signatures(const struct signature *a, const struct signature *b)
{
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	if (!a->count)
		return 0;
	return memcmp(a->item, b->item, a->count * sizeof(*a->item));
}

/* Assets */

struct member {
	struct signature signature;
	size_t asset;
	size_t zone;
	unsigned int families;
};

static unsigned int families_of(const struct sluice_set *set)
{
	return (sluice_set_has_family(set, true) ? 1u : 0u) |
	       (sluice_set_has_family(set, false) ? 2u : 0u);
}

static void sign_end(struct member *member, const struct sluice_conduit_end *end, uint32_t item)
{
	for (size_t i = 0; i < end->parts; i++) {
		const struct sluice_end_part *part = &end->part[i];

		/* A zone named as a whole covers its assets without telling them apart. */
		for (size_t j = 0; !part->whole && j < part->assets; j++)
			add_item(&member[part->asset[j]].signature, item);
	}
}

static void sign_assets(const struct sluice_compiler *compiler, struct member *member)
{
	const struct sluice_policy *policy = compiler->policy;
	const struct sluice_gateway *gateway = compiler->gateway;

	for (size_t i = 0; i < policy->conduits; i++) {
		sign_end(member, &policy->conduit[i].from, (uint32_t)(2 * i));
		sign_end(member, &policy->conduit[i].to, (uint32_t)(2 * i + 1));
	}
	for (size_t i = 0; i < gateway->managements; i++)
		add_item(&member[gateway->management[i].asset].signature,
			 (uint32_t)(2 * (policy->conduits + i)));
}

static bool same_class(const struct member *a, const struct member *b)
{
	return a->zone == b->zone && a->families == b->families &&
	       !compare_signatures(&a->signature, &b->signature);
}

static int compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order = compare_signatures(&a->signature, &b->signature);

	if (order)
		return order;
	if (a->zone != b->zone)
		return a->zone < b->zone ? -1 : 1;
	if (a->families != b->families)
		return a->families < b->families ? -1 : 1;
	return a->asset < b->asset ? -1 : a->asset > b->asset;
}

SLUICE_DEFINE_SORT(sort_members, struct member, compare_members)

static void number_classes(struct sluice_compiler *compiler, const struct member *member)
{
	for (size_t i = 0; i < compiler->policy->assets; i++) {
		if (!member[i].signature.count) {
			compiler->identifier[member[i].asset] =
				sluice_whole_zone(compiler, member[i].zone);
			continue;
		}
		if (!i || !same_class(&member[i - 1], &member[i])) {
			compiler->class = sluice_grow(compiler->class, compiler->classes,
						      sizeof(*compiler->class));
			compiler->class[compiler->classes++] =
				(struct sluice_asset_class){ member[i].zone, member[i].families };
		}
		compiler->identifier[member[i].asset] =
			compiler->first_class + (uint32_t)compiler->classes - 1;
	}
}

uint32_t sluice_whole_zone(const struct sluice_compiler *compiler, size_t zone)
{
	if (compiler->policy->zone[zone].isolated)
		return 0;
	return SLUICE_IDENTIFIER_GATEWAY + 1 + (uint32_t)zone;
}

void sluice_class_assets(struct sluice_compiler *compiler)
{
	const struct sluice_policy *policy = compiler->policy;
	struct member *member = sluice_allocate(policy->assets, sizeof(*member));

	compiler->first_class = SLUICE_IDENTIFIER_GATEWAY + 1 + (uint32_t)policy->zones;
	compiler->identifier = sluice_allocate(policy->assets, sizeof(*compiler->identifier));
	compiler->zone_families = sluice_allocate(policy->zones, sizeof(*compiler->zone_families));
	for (size_t i = 0; i < policy->zones; i++)
		compiler->zone_families[i] = families_of(&policy->zone[i].owned);
	for (size_t i = 0; i < policy->assets; i++) {
		member[i].asset = i;
		member[i].zone = policy->asset[i].zone;
		member[i].families = families_of(&policy->asset[i].address);
	}
	sign_assets(compiler, member);
	sort_members(member, policy->assets);
	number_classes(compiler, member);
	for (size_t i = 0; i < policy->assets; i++)
		free(member[i].signature.item);
	free(member);
}

/* Services */

/* An elementary range: no match begins or ends inside it. */
struct range {
	struct signature signature;
	uint8_t protocol;
	uint16_t first;
	uint16_t last;
};

struct ranges {
	struct range *range;
	size_t count;
};

static int compare_bounds(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

/* Every number at which some match of the protocol begins, or the one after it ended. */
static uint32_t *list_bounds(const struct sluice_policy *policy, uint8_t protocol, size_t *count)
{
	uint32_t *bound = NULL;
	size_t kept = 0;

	*count = 0;
	for (size_t i = 0; i < policy->services; i++) {
		for (size_t j = 0; j < policy->service[i].matches; j++) {
			const struct sluice_match *match = &policy->service[i].match[j];

			if (match->protocol != protocol)
				continue;
			bound = sluice_grow(bound, *count, sizeof(*bound));
			bound[(*count)++] = match->first;
			bound = sluice_grow(bound, *count, sizeof(*bound));
			bound[(*count)++] = match->last + 1u;
		}
	}
	if (*count)
		qsort(bound, *count, sizeof(*bound), compare_bounds);
	for (size_t i = 0; i < *count; i++)
		if (!i || bound[i] != bound[kept - 1])
			bound[kept++] = bound[i];
	*count = kept;
	return bound;
}

static size_t find_bound(const uint32_t *bound, size_t count, uint32_t value)
{
	const uint32_t *found = bsearch(&value, bound, count, sizeof(*bound), compare_bounds);

	return (size_t)(found - bound);
}

static void cut_ranges(const struct sluice_policy *policy, uint8_t protocol, struct ranges *ranges)
{
	size_t count, start = ranges->count;
	uint32_t *bound = list_bounds(policy, protocol, &count);

	for (size_t i = 0; i + 1 < count; i++) {
		ranges->range = sluice_grow(ranges->range, ranges->count, sizeof(*ranges->range));
		ranges->range[ranges->count++] = (struct range){
			.protocol = protocol,
			.first = (uint16_t)bound[i],
			.last = (uint16_t)(bound[i + 1] - 1),
		};
	}
	for (size_t i = 0; i < policy->services; i++) {
		for (size_t j = 0; j < policy->service[i].matches; j++) {
			const struct sluice_match *match = &policy->service[i].match[j];
			size_t k, end;

			if (match->protocol != protocol)
				continue;
			end = find_bound(bound, count, match->last + 1u);
			for (k = find_bound(bound, count, match->first); k < end; k++)
				add_item(&ranges->range[start + k].signature, (uint32_t)i);
		}
	}
	free(bound);
}

static int compare_ranges(const void *left, const void *right)
{
	const struct range *a = left, *b = right;
	int order = compare_signatures(&a->signature, &b->signature);

	if (order)
		return order;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

static void set_numbers(struct sluice_service_classes *services, const struct range *range,
			uint16_t class)
{
	enum sluice_transport transport = SLUICE_TRANSPORT_UDP;

	/* Echo is one thing in both families: the type of the request in each. */
	if (range->protocol == IPPROTO_ICMP) {
		services->number[SLUICE_TRANSPORT_ICMP][8] = class;
		services->number[SLUICE_TRANSPORT_ICMPV6][128] = class;
		return;
	}
	if (range->protocol == IPPROTO_TCP)
		transport = SLUICE_TRANSPORT_TCP;
	for (uint32_t number = range->first; number <= range->last; number++)
		services->number[transport][number] = class;
}

static void add_class(struct sluice_service_classes *services, const struct signature *signature,
		      uint16_t class)
{
	for (size_t i = 0; i < signature->count; i++) {
		uint32_t service = signature->item[i];
		size_t count = services->count[service];

		services->class[service] = sluice_grow(services->class[service], count,
						       sizeof(**services->class));
		services->class[service][count] = class;
		services->count[service]++;
	}
}

static int number_ranges(struct sluice_compiler *compiler, const struct ranges *ranges)
{
	struct sluice_service_classes *services = &compiler->services;

	for (size_t i = 0; i < ranges->count; i++) {
		const struct range *range = &ranges->range[i];

		/* A gap between two matches is in no service. */
		if (!range->signature.count)
			continue;
		if (!i || compare_signatures(&ranges->range[i - 1].signature, &range->signature)) {
			if (services->classes == SLUICE_MAX_SERVICES) {
				sluice_message_error(compiler->messages, NULL,
						     "more than %d classes of services",
						     SLUICE_MAX_SERVICES);
				return -E2BIG;
			}
			services->classes++;
			add_class(services, &range->signature, (uint16_t)services->classes);
		}
		set_numbers(services, range, (uint16_t)services->classes);
	}
	return 0;
}

int sluice_class_services(struct sluice_compiler *compiler)
{
	const struct sluice_policy *policy = compiler->policy;
	struct sluice_service_classes *services = &compiler->services;
	struct ranges ranges = { 0 };
	int error;

	services->class = sluice_allocate(policy->services, sizeof(*services->class));
	services->count = sluice_allocate(policy->services, sizeof(*services->count));
	for (int i = 0; i < SLUICE_TRANSPORTS; i++)
		services->number[i] = sluice_allocate(UINT16_MAX + 1, sizeof(uint16_t));
	cut_ranges(policy, IPPROTO_ICMP, &ranges);
	cut_ranges(policy, IPPROTO_TCP, &ranges);
	cut_ranges(policy, IPPROTO_UDP, &ranges);
	if (ranges.count)
		qsort(ranges.range, ranges.count, sizeof(*ranges.range), compare_ranges);
	error = number_ranges(compiler, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		free(ranges.range[i].signature.item);
	free(ranges.range);
	return error;
}
