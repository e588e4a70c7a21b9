// SPDX-License-Identifier: GPL-2.0-or-later
/* S6 for zones, addresses, ports and assets: each has one place, and the gateway can see it. */
#include <stdlib.h>
#include <string.h>

#include "../lib/sort.h"
#include "rules.h"

/* A span and the item that claims it. */
struct claim {
	struct sluice_span span;
	size_t index;
};

struct claims {
	struct claim *claim;
	size_t count;
};

static void add_claims(struct claims *claims, const struct sluice_set *set, size_t index)
{
	for (size_t i = 0; i < set->count; i++) {
		claims->claim = sluice_grow(claims->claim, claims->count, sizeof(*claims->claim));
		claims->claim[claims->count++] = (struct claim){ set->span[i], index };
	}
}

static int compare_claims(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;

	if (a->span.first != b->span.first)
		return a->span.first < b->span.first ? -1 : 1;
	if (a->span.last != b->span.last)
		return a->span.last > b->span.last ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

SLUICE_DEFINE_SORT(sort_claims, struct claim, compare_claims)

/* Zones */

static void check_zone_kind(const struct sluice_policy *policy, const struct sluice_zone *zone,
			    struct sluice_messages *messages)
{
	if (zone->isolated && zone->level)
		sluice_message_error(messages, &zone->place,
				     "S6: zone %s is isolated and cannot have a level", zone->name);
	if (!zone->isolated && !zone->level)
		sluice_message_error(messages, &zone->place,
				     "S6: zone %s has neither level: nor isolated: true", zone->name);
	if (zone->peer && zone->level != SLUICE_LEVEL_CONTROL)
		sluice_message_error(messages, &zone->place,
				     "S8: zone %s is a peer and must be level control", zone->name);
	if (zone->reset_given == 1 && zone->level != SLUICE_LEVEL_CONTROL) {
		sluice_message_error(messages, &zone->refuse_place,
				     "refuse: zone %s is not level control: towards it denials are silent",
				     zone->name);
		sluice_message_hint(messages,
				    "an answer would tell strangers that the gateway is there");
	}
	if (zone->limits_place.line && (zone->intra_deny || zone->isolated))
		sluice_message_error(messages, &zone->limits_place,
				     "limits: nothing passes between the ports of zone %s unless a conduit says so",
				     zone->name);
	if (zone->isolated && zone->intra_deny)
		sluice_message_error(messages, &zone->place,
				     "S6: zone %s is isolated: nothing passes between its ports anyway",
				     zone->name);
}

static void check_via(const struct sluice_policy *policy, const struct sluice_zone *zone,
		      struct sluice_messages *messages)
{
	const struct sluice_zone *carrier = &policy->zone[zone->carrier];

	if (zone->isolated || (zone->level == SLUICE_LEVEL_CONTROL && !zone->peer)) {
		sluice_message_error(messages, &zone->via_place,
				     "S6: zone %s is %s and may not stand behind another zone's router",
				     zone->name, zone->isolated ? "isolated" : "level control");
		sluice_message_hint(messages,
				    "give it a port of its own: behind a router its addresses can be forged");
	} else if (carrier == zone) {
		sluice_message_error(messages, &zone->via_place,
				     "S6: zone %s cannot stand behind itself", zone->name);
	} else if (carrier->via) {
		sluice_message_error(messages, &zone->via_place,
				     "S6: zone %s stands behind another zone itself", carrier->name);
		sluice_message_hint(messages, "via: names the zone whose ports lead there: %s",
				    carrier->via);
	} else if (carrier->isolated) {
		sluice_message_error(messages, &zone->via_place,
				     "S1: zone %s is isolated, nothing can stand behind it",
				     carrier->name);
	}
}

static void check_zone_ports(const struct sluice_policy *policy, size_t index,
			     struct sluice_messages *messages)
{
	const struct sluice_zone *zone = &policy->zone[index];
	size_t ports = 0;

	for (size_t i = 0; i < policy->gateways; i++)
		for (size_t j = 0; j < policy->gateway[i].ports; j++)
			ports += policy->gateway[i].port[j].zone == index;
	if (zone->via && ports)
		sluice_message_error(messages, &zone->via_place,
				     "S6: zone %s has ports of its own and via:", zone->name);
	/* An isolated zone without a port is the best of all: no network path. */
	if (ports || zone->via || zone->isolated)
		return;
	sluice_message_error(messages, &zone->place,
			     "S6: no port leads to zone %s", zone->name);
	sluice_message_hint(messages, "give it ports:, or via: the zone whose router leads there");
}

static void check_except(const struct sluice_zone *zone, struct sluice_messages *messages)
{
	struct sluice_set listed = { 0 };
	char text[SLUICE_SPAN_TEXT];

	sluice_set_add_all(&listed, &zone->written);
	sluice_set_normalise(&listed);
	for (size_t i = 0; i < zone->except.count; i++) {
		struct sluice_set one = { 0 }, outside;

		sluice_set_add(&one, &zone->except.span[i]);
		outside = sluice_set_subtract(&one, &listed);
		sluice_set_release(&one);
		if (outside.count)
			sluice_message_error(messages, &zone->except.span[i].place,
					     "S6: except: %s is not among the addresses of zone %s",
					     sluice_span_print(&zone->except.span[i], text),
					     zone->name);
		sluice_set_release(&outside);
	}
	sluice_set_release(&listed);
}

/* Where the zone wrote the span that holds this address. */
static const struct sluice_span *written_span(const struct sluice_zone *zone, sluice_ip address)
{
	for (size_t i = 0; i < zone->written.count; i++) {
		const struct sluice_span *span = &zone->written.span[i];

		if (sluice_ip_is_v4(span->first) == sluice_ip_is_v4(address) &&
		    span->first <= address && span->last >= address)
			return span;
	}
	return &zone->written.span[0];
}

static void report_shared(const struct sluice_policy *policy, size_t a, size_t b,
			  sluice_ip address, struct sluice_messages *messages)
{
	const struct sluice_zone *one = &policy->zone[a], *two = &policy->zone[b];
	const struct sluice_span *first = written_span(one, address);
	const struct sluice_span *second = written_span(two, address);
	char text[SLUICE_ADDRESS_TEXT], inner[SLUICE_SPAN_TEXT];

	/* Told where the narrower one stands; the wider one must say that it gives it up. */
	if (second->last - second->first > first->last - first->first) {
		const struct sluice_zone *zone = one;
		const struct sluice_span *span = first;

		one = two;
		two = zone;
		first = second;
		second = span;
	}
	sluice_message_error(messages, &second->place,
			     "S6: %s belongs to zone %s and to zone %s (line %u)",
			     sluice_ip_print(address, text), two->name, one->name,
			     first->place.line);
	if (second->first >= first->first && second->last <= first->last &&
	    second->last - second->first < first->last - first->first)
		sluice_message_hint(messages, "if %s lies inside %s, write except: [%s] in zone %s",
				    two->name, one->name, sluice_span_print(second, inner),
				    one->name);
	else
		sluice_message_hint(messages, "an address has one owner");
}

/* Spans sorted by their first address: a shared one shows between neighbours. */
static void check_owners(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	struct claims claims = { 0 };
	size_t farthest = 0;

	for (size_t i = 0; i < policy->zones; i++)
		add_claims(&claims, &policy->zone[i].owned, i);
	sort_claims(claims.claim, claims.count);
	for (size_t i = 1; i < claims.count; i++) {
		const struct claim *before = &claims.claim[farthest], *claim = &claims.claim[i];

		if (claim->span.first <= before->span.last)
			report_shared(policy, before->index, claim->index, claim->span.first,
				      messages);
		if (claim->span.last > before->span.last)
			farthest = i;
	}
	free(claims.claim);
}

/* Within one zone the same address written twice is a slip too. */
static void check_written_twice(const struct sluice_zone *zone, struct sluice_messages *messages)
{
	struct sluice_set split = { 0 };
	struct claims claims = { 0 };
	char text[SLUICE_SPAN_TEXT];

	sluice_set_add_all(&split, &zone->written);
	add_claims(&claims, &split, 0);
	sluice_set_release(&split);
	sort_claims(claims.claim, claims.count);
	for (size_t i = 1; i < claims.count; i++) {
		const struct claim *claim = &claims.claim[i];

		if (claim->span.first > claims.claim[i - 1].span.last)
			continue;
		sluice_message_error(messages, &claim->span.place,
				     "S6: zone %s lists %s twice", zone->name,
				     sluice_span_print(&claim->span, text));
		break;
	}
	free(claims.claim);
}

/* Assets */

static void check_asset_zone(const struct sluice_policy *policy, const struct sluice_asset *asset,
			     struct sluice_messages *messages)
{
	const struct sluice_zone *zone = &policy->zone[asset->zone];
	char text[SLUICE_ADDRESS_TEXT];

	for (size_t i = 0; i < asset->address.count; i++) {
		const struct sluice_span *span = &asset->address.span[i];
		const struct sluice_zone *owner;

		for (sluice_ip address = span->first;; address++) {
			if (!sluice_set_contains(&zone->owned, address)) {
				owner = sluice_policy_owner(policy, address);
				sluice_message_error(messages, &span->place,
						     "S6: %s of asset %s is not an address of zone %s",
						     sluice_ip_print(address, text), asset->name,
						     zone->name);
				if (owner)
					sluice_message_hint(messages, "it belongs to zone %s",
							    owner->name);
			}
			if (address == span->last)
				break;
		}
	}
}

/* A tunnel device has no link layer, so nobody there has a MAC. */
static bool is_behind_tunnels(const struct sluice_policy *policy, size_t zone)
{
	size_t tunnels = 0, others = 0;

	for (size_t i = 0; i < policy->gateways; i++)
		for (size_t k = 0; k < policy->gateway[i].ports; k++) {
			const struct sluice_port *port = &policy->gateway[i].port[k];

			tunnels += port->zone == zone && port->tunnel;
			others += port->zone == zone && !port->tunnel;
		}
	return tunnels && !others;
}

static void check_asset_binding(const struct sluice_policy *policy,
				const struct sluice_asset *asset, struct sluice_messages *messages)
{
	const struct sluice_zone *zone = &policy->zone[asset->zone];

	if (zone->via && (asset->macs || asset->port)) {
		sluice_message_error(messages, &asset->place,
				     "S6: asset %s stands behind the router of zone %s: its MAC and port are not seen here",
				     asset->name, policy->zone[zone->carrier].name);
		return;
	}
	if (asset->macs && is_behind_tunnels(policy, asset->zone))
		sluice_message_error(messages, &asset->place,
				     "S6: asset %s stands behind a tunnel: its MAC is not seen here",
				     asset->name);
	if (!asset->port)
		return;
	if (policy->gateways != 1) {
		sluice_message_error(messages, &asset->port_place,
				     "port: in an asset is for sites with one gateway");
		return;
	}
	if (!sluice_asset_port(&policy->gateway[0], asset))
		sluice_message_error(messages, &asset->port_place,
				     "S6: %s is not a port of zone %s", asset->port, zone->name);
}

static void check_asset_addresses(const struct sluice_policy *policy,
				  struct sluice_messages *messages)
{
	struct claims claims = { 0 };
	char text[SLUICE_ADDRESS_TEXT];

	for (size_t i = 0; i < policy->assets; i++)
		add_claims(&claims, &policy->asset[i].address, i);
	sort_claims(claims.claim, claims.count);
	for (size_t i = 1; i < claims.count; i++) {
		const struct claim *before = &claims.claim[i - 1], *claim = &claims.claim[i];

		if (claim->span.first > before->span.last)
			continue;
		sluice_message_error(messages, &claim->span.place,
				     "S6: %s is the address of asset %s and of asset %s",
				     sluice_ip_print(claim->span.first, text),
				     policy->asset[before->index].name,
				     policy->asset[claim->index].name);
	}
	free(claims.claim);
}

/* A MAC address of one zone is never learnt in another. */
struct mac_claim {
	uint8_t mac[SLUICE_MAC_BYTES];
	size_t asset;
};

static int compare_macs(const void *left, const void *right)
{
	const struct mac_claim *a = left, *b = right;
	int order = memcmp(a->mac, b->mac, SLUICE_MAC_BYTES);

	if (order)
		return order;
	return a->asset < b->asset ? -1 : a->asset > b->asset;
}

static void check_macs(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	struct mac_claim *claim = NULL;
	size_t count = 0;

	for (size_t i = 0; i < policy->assets; i++) {
		for (size_t j = 0; j < policy->asset[i].macs; j++) {
			claim = sluice_grow(claim, count, sizeof(*claim));
			memcpy(claim[count].mac, policy->asset[i].mac[j], SLUICE_MAC_BYTES);
			claim[count++].asset = i;
		}
	}
	if (count)
		qsort(claim, count, sizeof(*claim), compare_macs);
	for (size_t i = 1; i < count; i++) {
		const struct sluice_asset *a = &policy->asset[claim[i - 1].asset];
		const struct sluice_asset *b = &policy->asset[claim[i].asset];

		if (memcmp(claim[i - 1].mac, claim[i].mac, SLUICE_MAC_BYTES) || a->zone == b->zone)
			continue;
		sluice_message_error(messages, &b->place,
				     "S6: assets %s (zone %s) and %s (zone %s) have the same MAC address",
				     a->name, policy->zone[a->zone].name, b->name,
				     policy->zone[b->zone].name);
	}
	free(claim);
}

unsigned int sluice_asset_port(const struct sluice_gateway *gateway,
			       const struct sluice_asset *asset)
{
	char device[SLUICE_DEVICE_BYTES];
	unsigned int tag;

	if (!asset->port || !sluice_port_parse(asset->port, device, &tag))
		return 0;
	for (size_t i = 0; i < gateway->ports; i++)
		if (gateway->port[i].zone == asset->zone && gateway->port[i].tag == tag &&
		    !strcmp(gateway->port[i].device, device))
			return (unsigned int)i + 1;
	return 0;
}

void sluice_check_addresses(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	for (size_t i = 0; i < policy->zones; i++) {
		const struct sluice_zone *zone = &policy->zone[i];

		check_zone_kind(policy, zone, messages);
		if (zone->via)
			check_via(policy, zone, messages);
		check_zone_ports(policy, i, messages);
		check_except(zone, messages);
		check_written_twice(zone, messages);
	}
	check_owners(policy, messages);
	for (size_t i = 0; i < policy->assets; i++) {
		check_asset_zone(policy, &policy->asset[i], messages);
		check_asset_binding(policy, &policy->asset[i], messages);
	}
	check_asset_addresses(policy, messages);
	check_macs(policy, messages);
}
