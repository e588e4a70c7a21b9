// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions to the core in the words of the policy; see decide.h. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "decide.h"

#define EPHEMERAL 49152		/* RFC 6335, 6 */
#define ETHERTYPE_V4 0x0800
#define ETHERTYPE_V6 0x86dd
#define ECHO_V4 8
#define ECHO_REPLY_V4 0
#define ECHO_V6 128
#define ECHO_REPLY_V6 129
/* Locally administered, of nobody: what an unbound host may use. */
#define SOME_MAC 0x020000000001ULL

const char *sluice_ask_state_name(enum sluice_ask_state state)
{
	static const char * const names[SLUICE_ASK_STATES] = {
		"new", "established", "reply", "midstream", "invalid", "untracked",
		"error",
	};

	return state < SLUICE_ASK_STATES ? names[state] : "unknown";
}

/* Conduits of an image */

unsigned int sluice_conduit_views(const struct sluice_policy *policy,
				  const struct sluice_gateway *gateway)
{
	size_t count = policy->conduits + gateway->managements;

	for (size_t i = 0; i < policy->zones; i++)
		count += sluice_policy_intra(policy, gateway, i);
	return (unsigned int)count;
}

static void view_policy_conduit(const struct sluice_conduit *conduit,
				struct sluice_conduit_view *view)
{
	snprintf(view->name, sizeof(view->name), "%s", conduit->name);
	view->purpose = conduit->purpose;
	view->line = conduit->place.line;
	view->conduit = conduit;
	memcpy(view->limit, conduit->limit, sizeof(view->limit));
	memcpy(view->limit_given, conduit->limit_given, sizeof(view->limit_given));
}

static void view_management(const struct sluice_management *management,
			    struct sluice_conduit_view *view)
{
	snprintf(view->name, sizeof(view->name), "management %s %s",
		 management->dials ? "to" : "from", management->peer);
	view->purpose = management->dials ? "what the gateway dials" : "who may reach the gateway";
	view->line = management->place.line;
	memcpy(view->limit, management->limit, sizeof(view->limit));
	memcpy(view->limit_given, management->limit_given, sizeof(view->limit_given));
}

static void view_intra(const struct sluice_zone *zone, struct sluice_conduit_view *view)
{
	snprintf(view->name, sizeof(view->name), "intra %s", zone->name);
	view->purpose = "traffic between the ports of one zone";
	view->line = zone->place.line;
	memcpy(view->limit, zone->limit, sizeof(view->limit));
	memcpy(view->limit_given, zone->limit_given, sizeof(view->limit_given));
}

bool sluice_conduit_view(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
			 unsigned int index, struct sluice_conduit_view *view)
{
	size_t left = index - 1;

	memset(view, 0, sizeof(*view));
	if (!index)
		return false;
	if (left < policy->conduits) {
		view_policy_conduit(&policy->conduit[left], view);
		return true;
	}
	left -= policy->conduits;
	if (left < gateway->managements) {
		view_management(&gateway->management[left], view);
		return true;
	}
	left -= gateway->managements;
	for (size_t i = 0; i < policy->zones; i++) {
		if (!sluice_policy_intra(policy, gateway, i))
			continue;
		if (!left--) {
			view_intra(&policy->zone[i], view);
			return true;
		}
	}
	return false;
}

/* Names */

bool sluice_find_address(const struct sluice_policy *policy, const char *text, bool v4,
			 sluice_ip *address)
{
	const struct sluice_asset *asset = NULL;

	if (sluice_ip_parse(text, address))
		return true;
	for (size_t i = 0; !asset && i < policy->assets; i++)
		if (!strcmp(policy->asset[i].name, text))
			asset = &policy->asset[i];
	if (!asset)
		return false;
	*address = asset->address.span[0].first;
	for (size_t i = 0; i < asset->address.count; i++)
		if (sluice_ip_is_v4(asset->address.span[i].first) == v4) {
			*address = asset->address.span[i].first;
			break;
		}
	return true;
}

static bool find_gateway_address(const struct sluice_gateway *gateway, bool v4,
				 sluice_ip *address)
{
	for (size_t i = 0; i < gateway->managements; i++) {
		const struct sluice_set *own = &gateway->management[i].address;

		for (size_t j = 0; j < own->count; j++) {
			if (sluice_ip_is_v4(own->span[j].first) != v4)
				continue;
			*address = own->span[j].first;
			return true;
		}
	}
	return false;
}

static bool find_end(const struct sluice_judge_site *site, const char *text, bool v4,
		     sluice_ip *address)
{
	if (!strcmp(text, "gateway"))
		return find_gateway_address(site->gateway, v4, address);
	return sluice_find_address(site->policy, text, v4, address);
}

static bool fail(char **problem, char *text)
{
	*problem = text;
	return false;
}

static bool find_both(const struct sluice_judge_site *site, const char *from, const char *to,
		      bool v4, struct sluice_question *question)
{
	if (!find_end(site, to, v4, &question->to))
		return false;
	v4 = sluice_ip_is_v4(question->to);
	if (question->from_gateway) {
		/* What the gateway dials has no address in the policy; the kernel chooses one. */
		if (!find_gateway_address(site->gateway, v4, &question->from))
			question->from = v4 ? (sluice_ip)0xffff << 32 : 0;
		return true;
	}
	return find_end(site, from, v4, &question->from) &&
	       sluice_ip_is_v4(question->from) == v4;
}

bool sluice_find_pair(const struct sluice_judge_site *site, const char *from, const char *to,
		      struct sluice_question *question, char **problem)
{
	sluice_ip ignored;

	*problem = NULL;
	question->from_gateway = !strcmp(from, "gateway");
	if (!question->from_gateway && !sluice_find_address(site->policy, from, true, &ignored))
		return fail(problem, sluice_format("%s is no address and no asset", from));
	if (strcmp(to, "gateway") && !sluice_find_address(site->policy, to, true, &ignored))
		return fail(problem, sluice_format("%s is no address and no asset", to));
	if (find_both(site, from, to, true, question) || find_both(site, from, to, false, question))
		return true;
	if (!strcmp(to, "gateway"))
		return fail(problem, sluice_copy_text("the gateway has no address in this family"));
	return fail(problem, sluice_format("%s and %s share no address family", from, to));
}

unsigned int sluice_find_port(const struct sluice_gateway *gateway, const char *text)
{
	char device[SLUICE_DEVICE_BYTES];
	unsigned int tag;

	if (!sluice_port_parse(text, device, &tag))
		return 0;
	for (size_t i = 0; i < gateway->ports; i++)
		if (gateway->port[i].tag == tag && !strcmp(gateway->port[i].device, device))
			return (unsigned int)i + 1;
	return 0;
}

/* Facts */

static struct sluice_address core_address(sluice_ip address)
{
	struct sluice_address result;

	if (sluice_ip_is_v4(address))
		address <<= 96;
	result.high = (uint64_t)(address >> 64);
	result.low = (uint64_t)address;
	return result;
}

static sluice_ip policy_address(const struct sluice_facts *facts,
				const struct sluice_address *address)
{
	sluice_ip result = (sluice_ip)address->high << 64 | address->low;

	return facts->family == 6 ? result : result >> 96 | (sluice_ip)0xffff << 32;
}

static struct sluice_image image_of(const struct sluice_judge_site *site)
{
	struct sluice_image image = {
		(const __le64 *)site->image.words, (__u32)site->image.count,
	};

	return image;
}

/* A port that no service names, so that an unstated one never decides. */
static uint16_t some_port(const struct sluice_judge_site *site, uint8_t protocol)
{
	struct sluice_image image = image_of(site);
	__u32 transport = protocol == IPPROTO_TCP ? SLUICE_TRANSPORT_TCP : SLUICE_TRANSPORT_UDP;

	for (__u32 port = EPHEMERAL; port <= UINT16_MAX; port++)
		if (!sluice_service_class(&image, transport, port))
			return (uint16_t)port;
	for (__u32 port = 1; port < EPHEMERAL; port++)
		if (!sluice_service_class(&image, transport, port))
			return (uint16_t)port;
	return EPHEMERAL;
}

static const struct sluice_asset *asset_at(const struct sluice_policy *policy, sluice_ip address)
{
	for (size_t i = 0; i < policy->assets; i++)
		if (sluice_set_contains(&policy->asset[i].address, address))
			return &policy->asset[i];
	return NULL;
}

/* Where such a packet would come in if its sender does not lie; the first port if nobody could send it. */
static unsigned int likely_port(const struct sluice_judge_site *site, sluice_ip from, int tag)
{
	const struct sluice_zone *zone = sluice_policy_owner(site->policy, from);
	const struct sluice_asset *asset = asset_at(site->policy, from);
	unsigned int first = 0;

	if (asset && sluice_asset_port(site->gateway, asset))
		return sluice_asset_port(site->gateway, asset);
	for (size_t i = 0; zone && i < site->gateway->ports; i++) {
		const struct sluice_port *port = &site->gateway->port[i];

		if (port->zone != zone->carrier)
			continue;
		if (tag < 0 || port->tag == (unsigned int)tag)
			return (unsigned int)i + 1;
		first = first ? first : (unsigned int)i + 1;
	}
	if (first)
		return first;
	return site->gateway->ports ? 1 : 0;
}

static uint64_t number_of(const uint8_t mac[SLUICE_MAC_BYTES])
{
	uint64_t number = 0;

	for (int i = 0; i < SLUICE_MAC_BYTES; i++)
		number = number << 8 | mac[i];
	return number;
}

static uint64_t likely_mac(const struct sluice_judge_site *site, sluice_ip from)
{
	const struct sluice_asset *asset = asset_at(site->policy, from);

	return asset && asset->macs ? number_of(asset->mac[0]) : SOME_MAC;
}

/* The error names its receiver's own packet: what would have gone the other way. */
static void make_error(struct sluice_facts *facts)
{
	__u16 port = facts->source_port;

	facts->kind = SLUICE_KIND_ICMP_ERROR;
	facts->quoted = facts->source;
	facts->source_port = facts->destination_port;
	facts->destination_port = port;
	facts->icmp_type = facts->family == 6 ? 1 : 3;
	if (facts->protocol == SLUICE_PROTOCOL_ICMP || facts->protocol == SLUICE_PROTOCOL_ICMPV6)
		facts->source_port = facts->destination_port = facts->family == 6 ? ECHO_V6 : ECHO_V4;
}

static void fill_transport(const struct sluice_judge_site *site,
			   const struct sluice_question *question, struct sluice_facts *facts)
{
	bool reply = question->state == SLUICE_ASK_REPLY;
	bool v6 = facts->family == 6;

	if (question->protocol != IPPROTO_ICMP) {
		facts->protocol = question->protocol;
		facts->source_port = question->from_port ? question->from_port :
							   some_port(site, question->protocol);
		facts->destination_port = question->to_port ? question->to_port :
							      some_port(site, question->protocol);
		if (question->protocol == IPPROTO_TCP)
			facts->tcp_flags = question->state == SLUICE_ASK_NEW ? SLUICE_TCP_SYN :
									       SLUICE_TCP_ACK;
		return;
	}
	facts->protocol = v6 ? SLUICE_PROTOCOL_ICMPV6 : SLUICE_PROTOCOL_ICMP;
	facts->icmp_type = v6 ? (reply ? ECHO_REPLY_V6 : ECHO_V6) :
				(reply ? ECHO_REPLY_V4 : ECHO_V4);
	facts->source_port = facts->icmp_type;
	facts->destination_port = facts->icmp_type;
}

static struct sluice_flow flow_of(enum sluice_ask_state state)
{
	struct sluice_flow flow = { .state = SLUICE_FLOW_STATE_NONE };

	switch (state) {
	case SLUICE_ASK_NEW:
	case SLUICE_ASK_MIDSTREAM:
		flow.state = SLUICE_FLOW_STATE_NEW;
		break;
	case SLUICE_ASK_ESTABLISHED:
		flow.state = SLUICE_FLOW_STATE_ESTABLISHED;
		break;
	case SLUICE_ASK_REPLY:
		flow.state = SLUICE_FLOW_STATE_ESTABLISHED;
		flow.reply = 1;
		break;
	case SLUICE_ASK_ERROR:
		flow.state = SLUICE_FLOW_STATE_RELATED;
		flow.reply = 1;
		break;
	case SLUICE_ASK_INVALID:
		flow.state = SLUICE_FLOW_STATE_INVALID;
		break;
	default:
		break;
	}
	return flow;
}

/* Answers */

static const struct sluice_zone *zone_at(const struct sluice_policy *policy, unsigned int index)
{
	return index && index <= policy->zones ? &policy->zone[index - 1] : NULL;
}

static unsigned int line_of(const struct sluice_judge_site *site,
			    const struct sluice_decision *decision)
{
	struct sluice_conduit_view view;

	if (sluice_conduit_view(site->policy, site->gateway, decision->conduit, &view))
		return view.line;
	if (decision->reason != SLUICE_REASON_ISOLATED_ZONE)
		return 0;
	if (decision->source_zone && decision->source_zone->isolated)
		return decision->source_zone->place.line;
	if (decision->destination_zone && decision->destination_zone->isolated)
		return decision->destination_zone->place.line;
	return 0;
}

static void ask_core(const struct sluice_judge_site *site, const struct sluice_facts *facts,
		     __u32 layer, const struct sluice_flow *flow, struct sluice_track *track,
		     const struct sluice_circumstances *when, struct sluice_decision *decision)
{
	struct sluice_clock clock = { .now = when->now, .sure = !when->unsure };
	struct sluice_standing standing = {
		.open_until = when->open ? UINT64_MAX : 0,
		.island = when->island,
		.lease = (__u8)when->lease,
	};
	bool local_out = layer == SLUICE_LAYER_LOCAL_OUT;
	struct sluice_image image = image_of(site);
	struct sluice_counters counters = { 0 };
	struct sluice_verdict verdict;
	struct sluice_answer answer;

	if (local_out)
		sluice_gate_local(&image, facts, &answer);
	else
		sluice_gate(&image, facts, &answer);
	sluice_judge(&image, facts, layer, &answer, flow, &verdict);
	sluice_hold(&image, facts, &standing, track, &clock, &verdict);
	sluice_charge(&image, facts, &clock, &counters, track, &verdict);
	decision->permit = verdict.permit == 1;
	decision->reason = verdict.reason;
	decision->conduit = verdict.conduit;
	decision->layer = answer.reason == SLUICE_REASON_PERMITTED || local_out ?
			  layer : SLUICE_LAYER_GATE;
	decision->observed = decision->permit ?
			     sluice_observed(&image, verdict.conduit, standing.lease) :
			     SLUICE_REASON_PERMITTED;
	decision->refusal = decision->permit ? SLUICE_REFUSAL_SILENT :
			    sluice_refusal(&image, facts, answer.source_zone, verdict.reason);
}

static bool is_gateway(const struct sluice_judge_site *site, sluice_ip address)
{
	for (size_t i = 0; i < site->gateway->managements; i++)
		if (sluice_set_contains(&site->gateway->management[i].address, address))
			return true;
	return false;
}

/*
 * The zones shown are those of the addresses, also when the gate refused before it looked them up.
 */
static void show_zones(const struct sluice_judge_site *site, const struct sluice_facts *facts,
		       bool local_out, struct sluice_decision *decision)
{
	struct sluice_image image = image_of(site);
	__u64 source = sluice_owner(&image, facts->family, &facts->source);
	__u64 destination = sluice_owner(&image, facts->family, &facts->destination);

	decision->source_zone = local_out || !facts->family ? NULL :
		zone_at(site->policy, SLUICE_OWNER_ZONE(source));
	decision->destination_zone = !facts->family ? NULL :
		zone_at(site->policy, SLUICE_OWNER_ZONE(destination));
}

void sluice_decide_facts(const struct sluice_judge_site *site, struct sluice_facts *facts,
			 const struct sluice_flow *flow, struct sluice_track *track,
			 const struct sluice_circumstances *when,
			 struct sluice_decision *decision)
{
	bool local_in;

	memset(decision, 0, sizeof(*decision));
	if (!facts->port) {
		facts->port = (__u16)likely_port(site, policy_address(facts, &facts->source),
						 facts->vlan);
		/* A capture taken beside the port may have lost its tag. */
		if (facts->port && !facts->vlan)
			facts->vlan = (__u16)site->gateway->port[facts->port - 1].tag;
	}
	if (!facts->source_mac)
		facts->source_mac = likely_mac(site, policy_address(facts, &facts->source));
	decision->port = facts->port;
	/* Neighbour discovery ends at the gateway, whomever it asks for. */
	local_in = facts->kind == SLUICE_KIND_NEIGHBOUR ||
		   is_gateway(site, policy_address(facts, &facts->destination));
	ask_core(site, facts, local_in ? SLUICE_LAYER_LOCAL_IN : SLUICE_LAYER_FORWARD, flow, track,
		 when, decision);
	show_zones(site, facts, false, decision);
	decision->line = line_of(site, decision);
}

/* A reply to what the gateway dialled ends here too, though its address is not in the policy. */
static bool ends_here(const struct sluice_judge_site *site, const struct sluice_question *question)
{
	return is_gateway(site, question->to);
}

/* Of a flow that is asked about in the middle: begun, answered, and each answer paid for. */
static struct sluice_track track_of(enum sluice_ask_state state)
{
	if (state == SLUICE_ASK_NEW || state == SLUICE_ASK_MIDSTREAM)
		return (struct sluice_track){ 0 };
	return (struct sluice_track){
		.forward_packets = 1,
		.seen = SLUICE_TRACK_BEGUN | SLUICE_TRACK_ANSWERED,
	};
}

void sluice_decide(const struct sluice_judge_site *site, const struct sluice_question *question,
		   struct sluice_decision *decision)
{
	struct sluice_flow flow = flow_of(question->state);
	struct sluice_track track = track_of(question->state);
	__u32 layer;
	struct sluice_facts facts = {
		.family = sluice_ip_is_v4(question->to) ? 4 : 6,
		.kind = SLUICE_KIND_PLAIN,
		.segments = 1,
		.length = 64 + question->when.payload,
		.payload = question->when.payload,
		.fragment = (__u8)question->when.fragment,
		.source = core_address(question->from),
		.destination = core_address(question->to),
	};

	memset(decision, 0, sizeof(*decision));
	facts.ethertype = facts.family == 4 ? ETHERTYPE_V4 : ETHERTYPE_V6;
	fill_transport(site, question, &facts);
	if (question->state == SLUICE_ASK_ERROR)
		make_error(&facts);
	if (!question->from_gateway) {
		facts.port = (__u16)(question->port ? question->port :
						      likely_port(site, question->from, -1));
		facts.vlan = (__u16)(facts.port && facts.port <= site->gateway->ports ?
				     site->gateway->port[facts.port - 1].tag : 0);
		facts.source_mac = number_of(question->mac);
		if (!facts.source_mac)
			facts.source_mac = likely_mac(site, question->from);
	}
	decision->port = facts.port;
	if (facts.fragment == SLUICE_FRAGMENT_PART)
		facts.kind = SLUICE_KIND_FRAGMENT;
	layer = question->from_gateway ? SLUICE_LAYER_LOCAL_OUT :
		ends_here(site, question) ? SLUICE_LAYER_LOCAL_IN : SLUICE_LAYER_FORWARD;
	ask_core(site, &facts, layer, &flow, &track, &question->when, decision);
	show_zones(site, &facts, question->from_gateway, decision);
	decision->line = line_of(site, decision);
}
