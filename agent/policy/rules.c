// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Structural rules for conduits and management.
 *
 * Each pair (part of `from` in one zone, part of `to` in one zone) is judged by itself. A refusal
 * names the rule, shows a flow that the conduit would admit, and names the pattern that gives the
 * plant what the author wanted.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "rules.h"

#define STRICT_PORTS 1024
#define CONNECTIONS_TOTAL_MAX 1000000000u	/* what nf_conntrack_max can still hold */

struct pair {
	const struct sluice_policy *policy;
	const struct sluice_conduit *conduit;
	const struct sluice_end_part *from;
	const struct sluice_end_part *to;
	const struct sluice_zone *source;
	const struct sluice_zone *destination;
	struct sluice_messages *messages;
	char flow[SLUICE_FLOW_TEXT];
};

const char *sluice_flow_print(const struct sluice_flow_example *flow, char text[SLUICE_FLOW_TEXT])
{
	char from[SLUICE_ADDRESS_TEXT], to[SLUICE_ADDRESS_TEXT];
	bool v4 = sluice_ip_is_v4(flow->to);

	sluice_ip_print(flow->from, from);
	sluice_ip_print(flow->to, to);
	if (flow->protocol == IPPROTO_ICMP)
		snprintf(text, SLUICE_FLOW_TEXT, "echo %s -> %s", from, to);
	else
		snprintf(text, SLUICE_FLOW_TEXT, v4 ? "%s %s -> %s:%u" : "%s %s -> [%s]:%u",
			 flow->protocol == IPPROTO_TCP ? "tcp" : "udp", from, to, flow->port);
	return text;
}

/*
 * An address that looks like a host: one that is reserved for examples (RFC 5737, RFC 3849) out of
 * a catch-all, else not the first of a network if there are others.
 */
static bool example(const struct sluice_set *set, bool v4, sluice_ip *address)
{
	if (sluice_ip_parse(v4 ? "198.51.100.9" : "2001:db8:0:9::9", address) &&
	    sluice_set_contains(set, *address))
		return true;
	for (size_t i = 0; i < set->count; i++) {
		const struct sluice_span *span = &set->span[i];

		if (sluice_ip_is_v4(span->first) != v4)
			continue;
		*address = span->last - span->first > 1 ? span->first + 1 : span->first;
		return true;
	}
	return false;
}

bool sluice_flow_between(const struct sluice_set *from, const struct sluice_set *to,
			 const struct sluice_match *match, struct sluice_flow_example *flow)
{
	flow->protocol = match->protocol;
	flow->port = match->first;
	return (example(from, true, &flow->from) && example(to, true, &flow->to)) ||
	       (example(from, false, &flow->from) && example(to, false, &flow->to));
}

/* S1 to S5 */

static void breach(struct pair *pair, const char *rule, const struct sluice_end_part *where)
{
	sluice_message_error(pair->messages, &where->place,
			     "%s: conduit %s from %s zone %s to %s zone %s: %s would be admitted",
			     rule, pair->conduit->name,
			     pair->source->isolated ? "isolated" :
						      sluice_level_name(pair->source->level),
			     pair->source->name,
			     pair->destination->isolated ?
				     "isolated" : sluice_level_name(pair->destination->level),
			     pair->destination->name, pair->flow);
}

static bool check_isolated(struct pair *pair)
{
	if (!pair->source->isolated && !pair->destination->isolated)
		return true;
	breach(pair, "S1", pair->source->isolated ? pair->from : pair->to);
	sluice_message_hint(pair->messages,
			    "an isolated zone has no network path: bring its status out by hard-wired signals, never by the network");
	return false;
}

static bool check_into_control(struct pair *pair)
{
	if (pair->destination->level != SLUICE_LEVEL_CONTROL ||
	    pair->source->level == SLUICE_LEVEL_CONTROL)
		return true;
	breach(pair, "S2", pair->to);
	sluice_message_hint(pair->messages,
			    "let control open the connection: a collector in OT that pushes out, OPC UA reverse connect, or a relay in the dmz that both sides dial; SCADA, HMI and engineering stations are level control, in zones of their own");
	return false;
}

static bool check_into_dmz(struct pair *pair)
{
	if (pair->destination->level != SLUICE_LEVEL_DMZ ||
	    pair->source->level <= SLUICE_LEVEL_DMZ)
		return true;
	breach(pair, "S3", pair->to);
	sluice_message_hint(pair->messages,
			    "let the dmz open the connection: a broker or relay in %s that the dmz dials, a read-only domain controller that fetches its own updates",
			    pair->source->name);
	return false;
}

static bool check_neighbours(struct pair *pair)
{
	unsigned int low = pair->source->level, high = pair->destination->level;

	if (low > high) {
		low = pair->destination->level;
		high = pair->source->level;
	}
	if (high - low <= 1)
		return true;
	breach(pair, "S4", pair->to);
	sluice_message_hint(pair->messages,
			    "go one level at a time: to a historian, broker or relay in the next level, and a conduit of its own from there");
	return false;
}

static bool all_authenticate(const struct pair *pair)
{
	for (size_t i = 0; i < pair->conduit->services.count; i++)
		if (!pair->policy->service[pair->conduit->service[i]].authenticates)
			return false;
	return true;
}

static bool check_from_internet(struct pair *pair)
{
	const char *lack = NULL;

	if (pair->source->level != SLUICE_LEVEL_INTERNET ||
	    pair->destination->level == SLUICE_LEVEL_INTERNET)
		return true;
	if (pair->to->whole || !pair->to->jump_hosts)
		lack = "every target must be an asset with role: jump-host";
	else if (!all_authenticate(pair))
		lack = "every service must authenticate its clients (authenticates: true, a VPN for instance)";
	else if (!pair->conduit->valid_until && !pair->conduit->open_seconds)
		lack = "the conduit must end by itself: valid: {from, until}";
	if (!lack)
		return true;
	breach(pair, "S5", pair->to);
	sluice_message_hint(pair->messages, "%s", lack);
	return false;
}

/*
 * S8: a control centre is level control and stands behind somebody else's network. What it may do is
 * named asset by asset, and never more than one service that proves who asks.
 */
static bool check_peers(struct pair *pair)
{
	const struct sluice_conduit *conduit = pair->conduit;
	const struct sluice_zone *other = pair->source->peer ? pair->destination : pair->source;
	const char *lack = NULL;

	if (!pair->source->peer && !pair->destination->peer)
		return true;
	if (other->peer)
		lack = "two peers do not meet through this gateway";
	else if (pair->from->whole || pair->to->whole)
		lack = "name the assets at both ends";
	else if (conduit->services.count != 1 || !all_authenticate(pair))
		lack = "one service, which authenticates its clients (authenticates: true)";
	else if (!conduit->limit_given[SLUICE_LIMIT_PACKETS] ||
		 !conduit->limit_given[SLUICE_LIMIT_CONNECTIONS])
		lack = "limits of its own: packets_per_second and concurrent_connections";
	if (!lack)
		return true;
	breach(pair, "S8", pair->source->peer ? pair->from : pair->to);
	sluice_message_hint(pair->messages, "%s", lack);
	return false;
}

/* S6: the gateway must be able to see the conduit at all */

static size_t most_ports(const struct sluice_policy *policy, size_t carrier)
{
	size_t most = 0;

	for (size_t i = 0; i < policy->gateways; i++) {
		size_t count = sluice_gateway_reaches(policy, &policy->gateway[i], carrier);

		most = count > most ? count : most;
	}
	return most;
}

static bool share_gateway(const struct pair *pair)
{
	for (size_t i = 0; i < pair->policy->gateways; i++) {
		const struct sluice_gateway *gateway = &pair->policy->gateway[i];

		if (sluice_gateway_reaches(pair->policy, gateway, pair->from->zone) &&
		    sluice_gateway_reaches(pair->policy, gateway, pair->to->zone))
			return true;
	}
	return false;
}

static void check_visible(struct pair *pair)
{
	size_t carrier = pair->source->carrier;

	if (carrier == pair->destination->carrier && most_ports(pair->policy, carrier) < 2) {
		sluice_message_error(pair->messages, &pair->to->place,
				     "S6: conduit %s: %s and %s stand behind one port, so the gateway never sees %s",
				     pair->conduit->name, pair->source->name,
				     pair->destination->name, pair->flow);
		sluice_message_hint(pair->messages,
				    "remove it, or give the two ports of their own");
	} else if (!share_gateway(pair)) {
		sluice_message_error(pair->messages, &pair->to->place,
				     "S6: conduit %s: no gateway has ports of both %s and %s",
				     pair->conduit->name, pair->source->name,
				     pair->destination->name);
	} else if (pair->source == pair->destination && !pair->source->intra_deny) {
		sluice_message_error(pair->messages, &pair->conduit->place,
				     "S6: conduit %s: inside zone %s everything is admitted already, also %s",
				     pair->conduit->name, pair->source->name, pair->flow);
		sluice_message_hint(pair->messages,
				    "remove it, or write intra: deny in zone %s", pair->source->name);
	}
}

/* Returns true if some packet can match. */
static bool check_pair(struct pair *pair)
{
	struct sluice_flow_example flow;

	if (!sluice_flow_between(&pair->from->address, &pair->to->address,
				 &pair->conduit->match[0], &flow))
		return false;
	sluice_flow_print(&flow, pair->flow);
	if (check_isolated(pair) && check_into_control(pair) && check_into_dmz(pair) &&
	    check_neighbours(pair) && check_from_internet(pair) && check_peers(pair))
		check_visible(pair);
	return true;
}

static void check_conduit(const struct sluice_policy *policy, const struct sluice_conduit *conduit,
			  struct sluice_messages *messages)
{
	bool selects = false;

	for (size_t i = 0; i < conduit->from.parts; i++) {
		for (size_t j = 0; j < conduit->to.parts; j++) {
			struct pair pair = {
				.policy = policy,
				.conduit = conduit,
				.from = &conduit->from.part[i],
				.to = &conduit->to.part[j],
				.source = &policy->zone[conduit->from.part[i].zone],
				.destination = &policy->zone[conduit->to.part[j].zone],
				.messages = messages,
			};

			selects |= check_pair(&pair);
		}
	}
	if (selects)
		return;
	sluice_message_error(messages, &conduit->place,
			     "S6: conduit %s selects nothing: its ends share no address family",
			     conduit->name);
}

/* S7 */

static void refuse_total(uint64_t total, const struct sluice_conduit *largest,
			 struct sluice_messages *messages)
{
	sluice_message_error(messages, largest ? &largest->place : NULL,
			     "S7: all concurrent_connections together are %llu, more than connection tracking can hold (%u)",
			     (unsigned long long)total, CONNECTIONS_TOTAL_MAX);
	if (largest)
		sluice_message_hint(messages,
				    "conduit %s has the most (%u): lower concurrent_connections under its limits",
				    largest->name, largest->limit[SLUICE_LIMIT_CONNECTIONS]);
}

static void check_total(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	const struct sluice_conduit *largest = NULL;
	uint64_t total = 0;

	for (size_t i = 0; i < policy->conduits; i++) {
		const struct sluice_conduit *conduit = &policy->conduit[i];

		total += conduit->limit[SLUICE_LIMIT_CONNECTIONS];
		if (!largest || conduit->limit[SLUICE_LIMIT_CONNECTIONS] >
				largest->limit[SLUICE_LIMIT_CONNECTIONS])
			largest = conduit;
	}
	for (size_t i = 0; i < policy->zones; i++)
		total += policy->zone[i].limit[SLUICE_LIMIT_CONNECTIONS];
	for (size_t i = 0; i < policy->gateways; i++)
		for (size_t j = 0; j < policy->gateway[i].managements; j++)
			total += policy->gateway[i].management[j].limit[SLUICE_LIMIT_CONNECTIONS];
	if (total > CONNECTIONS_TOTAL_MAX)
		refuse_total(total, largest, messages);
}

/* Management */

static void check_peer(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
		       const struct sluice_management *management,
		       struct sluice_messages *messages)
{
	const struct sluice_asset *asset = &policy->asset[management->asset];
	const struct sluice_zone *zone = &policy->zone[asset->zone];
	const struct sluice_place *place = &management->peer_place;

	if (zone->isolated) {
		sluice_message_error(messages, place, "S1: %s is in the isolated zone %s",
				     asset->name, zone->name);
	} else if (management->dials && zone->level == SLUICE_LEVEL_CONTROL) {
		sluice_message_error(messages, place,
				     "S2: gateway %s may not initiate into control zone %s",
				     gateway->name, zone->name);
		sluice_message_hint(messages,
				    "a station in control reaches the gateway: {address, from: %s, services}",
				    asset->name);
	} else if (zone->level == SLUICE_LEVEL_INTERNET) {
		sluice_message_error(messages, place,
				     "S5: management of gateway %s may not cross the internet",
				     gateway->name);
		sluice_message_hint(messages, "use a relay or broker in the dmz or enterprise");
	} else if (!sluice_gateway_reaches(policy, gateway, asset->zone)) {
		sluice_message_error(messages, place, "S6: no port of gateway %s leads to %s",
				     gateway->name, asset->name);
	}
}

static void check_own_address(const struct sluice_policy *policy,
			      const struct sluice_gateway *gateway,
			      const struct sluice_span *span, struct sluice_messages *messages)
{
	const struct sluice_zone *owner = sluice_policy_owner(policy, span->first);
	char text[SLUICE_ADDRESS_TEXT];

	sluice_ip_print(span->first, text);
	if (owner && owner->isolated)
		sluice_message_error(messages, &span->place,
				     "S1: %s is an address of the isolated zone %s", text,
				     owner->name);
	for (size_t i = 0; i < policy->assets; i++)
		if (sluice_set_contains(&policy->asset[i].address, span->first))
			sluice_message_error(messages, &span->place,
					     "S6: %s of gateway %s is also the address of asset %s",
					     text, gateway->name, policy->asset[i].name);
}

/* Two entries that admit the same packet, like two conduits that overlap. */
static void check_management_overlap(const struct sluice_policy *policy,
				     const struct sluice_management *a,
				     const struct sluice_management *b,
				     struct sluice_messages *messages)
{
	if (a->dials != b->dials || a->asset != b->asset)
		return;
	for (size_t i = 0; i < a->services.count; i++)
		for (size_t j = 0; j < b->services.count; j++) {
			if (!sluice_services_overlap(&policy->service[a->service[i]],
						     &policy->service[b->service[j]]))
				continue;
			sluice_message_error(messages, &b->place,
					     "S6: management with %s by %s is already in line %u",
					     b->peer, b->services.name[j], a->place.line);
			return;
		}
}

bool sluice_services_overlap(const struct sluice_service *a, const struct sluice_service *b)
{
	for (size_t i = 0; i < a->matches; i++)
		for (size_t j = 0; j < b->matches; j++)
			if (a->match[i].protocol == b->match[j].protocol &&
			    a->match[i].first <= b->match[j].last &&
			    b->match[j].first <= a->match[i].last)
				return true;
	return false;
}

static void check_management(const struct sluice_policy *policy,
			     const struct sluice_gateway *gateway,
			     struct sluice_messages *messages)
{
	for (size_t i = 0; i < gateway->managements; i++) {
		const struct sluice_management *management = &gateway->management[i];

		check_peer(policy, gateway, management, messages);
		for (size_t j = 0; j < management->address.count; j++)
			check_own_address(policy, gateway, &management->address.span[j], messages);
		for (size_t j = 0; j < i; j++)
			check_management_overlap(policy, &gateway->management[j], management,
						 messages);
	}
}

int sluice_check_rules(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	size_t before = messages->errors;

	sluice_check_addresses(policy, messages);
	if (messages->errors != before)
		return -EINVAL;
	for (size_t i = 0; i < policy->conduits; i++) {
		check_conduit(policy, &policy->conduit[i], messages);
		sluice_check_direction(policy, &policy->conduit[i], messages);
		sluice_check_narrows(policy, i, messages);
	}
	for (size_t i = 0; i < policy->gateways; i++)
		check_management(policy, &policy->gateway[i], messages);
	check_total(policy, messages);
	sluice_check_overlaps(policy, messages);
	return messages->errors == before ? 0 : -EINVAL;
}

/* --strict */

static size_t count_ports(const struct sluice_conduit *conduit)
{
	size_t count = 0;

	for (size_t i = 0; i < conduit->matches; i++)
		count += (size_t)(conduit->match[i].last - conduit->match[i].first) + 1;
	return count;
}

static void check_strict_pair(const struct sluice_policy *policy,
			      const struct sluice_conduit *conduit,
			      const struct sluice_end_part *from, const struct sluice_end_part *to,
			      struct sluice_messages *messages)
{
	const struct sluice_zone *source = &policy->zone[from->zone];
	const struct sluice_zone *destination = &policy->zone[to->zone];

	if (from->whole && to->whole && source->level != destination->level) {
		sluice_message_error(messages, &conduit->place,
				     "strict: conduit %s joins zone %s as a whole with zone %s as a whole, across levels",
				     conduit->name, source->name, destination->name);
		sluice_message_hint(messages, "name the assets that need it");
	}
}

static void check_strict_tunnels(const struct sluice_policy *policy,
				 const struct sluice_conduit *conduit,
				 const struct sluice_zone *zone, struct sluice_messages *messages)
{
	if (zone->level != SLUICE_LEVEL_CONTROL && zone->level != SLUICE_LEVEL_DMZ)
		return;
	for (size_t i = 0; i < conduit->services.count; i++) {
		const struct sluice_service *service = &policy->service[conduit->service[i]];

		if (service->authenticates)
			sluice_message_error(messages, &conduit->services.place[i],
					     "strict: %s may carry a tunnel into %s zone %s",
					     service->name, sluice_level_name(zone->level),
					     zone->name);
	}
}

int sluice_check_strict(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	size_t before = messages->errors;

	for (size_t i = 0; i < policy->conduits; i++) {
		const struct sluice_conduit *conduit = &policy->conduit[i];

		if (count_ports(conduit) > STRICT_PORTS)
			sluice_message_error(messages, &conduit->place,
					     "strict: conduit %s opens %zu ports, more than %d",
					     conduit->name, count_ports(conduit), STRICT_PORTS);
		for (size_t j = 0; j < conduit->from.parts; j++)
			for (size_t k = 0; k < conduit->to.parts; k++)
				check_strict_pair(policy, conduit, &conduit->from.part[j],
						  &conduit->to.part[k], messages);
		for (size_t k = 0; k < conduit->to.parts; k++)
			check_strict_tunnels(policy, conduit,
					     &policy->zone[conduit->to.part[k].zone], messages);
	}
	return messages->errors == before ? 0 : -EINVAL;
}

/* Remarks */

/* For as long as the conduit exists. */
static void remark_peer(const struct sluice_policy *policy, const struct sluice_conduit *conduit,
			struct sluice_messages *messages)
{
	for (size_t i = 0; i < conduit->from.parts; i++)
		if (policy->zone[conduit->from.part[i].zone].peer)
			sluice_message_warning(messages, &conduit->place,
					       "conduit %s is control from outside the site, by zone %s",
					       conduit->name,
					       policy->zone[conduit->from.part[i].zone].name);
}

static bool has_tunnel(const struct sluice_policy *policy, size_t zone)
{
	for (size_t i = 0; i < policy->gateways; i++)
		for (size_t j = 0; j < policy->gateway[i].ports; j++)
			if (policy->gateway[i].port[j].zone == zone &&
			    policy->gateway[i].port[j].tunnel)
				return true;
	return false;
}

/* An asset that can hold no lease never begins what asks for one. */
static const char *lacks_for_lease(const struct sluice_policy *policy,
				   const struct sluice_asset *asset)
{
	if (!asset->identity)
		return "has no identity:";
	if (policy->zone[asset->zone].carrier != asset->zone)
		return "stands behind a router, so nobody can tell its device from another";
	if (!asset->macs && !has_tunnel(policy, asset->zone))
		return "has no mac:, so nobody can tell its device from another";
	return NULL;
}

static void remark_identity(const struct sluice_policy *policy,
			    const struct sluice_conduit *conduit, struct sluice_messages *messages)
{
	const char *lack;

	for (size_t i = 0; sluice_lease_seconds(conduit) && i < conduit->from.parts; i++) {
		const struct sluice_end_part *part = &conduit->from.part[i];

		for (size_t j = 0; j < part->assets; j++) {
			const struct sluice_asset *asset = &policy->asset[part->asset[j]];

			lack = lacks_for_lease(policy, asset);
			if (lack)
				sluice_message_warning(messages, &conduit->place,
						       "conduit %s asks for an identity: no lease is granted to %s, which %s",
						       conduit->name, asset->name, lack);
		}
	}
}

/* It opens nothing, and large plants live with the defaults; but who states a number relies on it. */
static void remark_share(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
			 struct sluice_messages *messages)
{
	struct sluice_policy_share share;

	sluice_policy_share_out(policy, gateway, &share);
	if (share.total <= SLUICE_POLICY_FLOWS)
		return;
	sluice_message_warning(messages, &share.place,
			       "S7: all concurrent_connections together are %llu, gateway %s counts %u at once: each conduit is sure of %u, or of its limit if that is less; the rest is for whoever comes first",
			       (unsigned long long)share.total, gateway->name, SLUICE_POLICY_FLOWS,
			       share.sure);
	sluice_message_hint(messages,
			    "write concurrent_connections under the limits of those that need fewer; the most has %s %s (%u)",
			    share.what, share.name, share.most);
}

void sluice_policy_remarks(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	for (size_t i = 0; i < policy->zones; i++) {
		const struct sluice_zone *zone = &policy->zone[i];

		if (zone->via)
			sluice_message_note(messages, &zone->via_place,
					    "zone %s stands behind the router of %s: the check of its source addresses is only as good as that router",
					    zone->name, zone->via);
	}
	for (size_t i = 0; i < policy->conduits; i++) {
		remark_peer(policy, &policy->conduit[i], messages);
		remark_identity(policy, &policy->conduit[i], messages);
	}
	for (size_t i = 0; i < policy->gateways; i++) {
		const struct sluice_gateway *gateway = &policy->gateway[i];
		unsigned int all = SLUICE_LAYER_BIT_XDP | SLUICE_LAYER_BIT_MODULE |
				   SLUICE_LAYER_BIT_NFTABLES;

		remark_share(policy, gateway, messages);
		if (gateway->layers != all)
			sluice_message_warning(messages, &gateway->place,
					       "gateway %s has fewer layers than it could have",
					       gateway->name);
		if (!gateway->managements)
			sluice_message_warning(messages, &gateway->place,
					       "gateway %s has no management: once a policy is confirmed only its own console reaches it",
					       gateway->name);
	}
}
