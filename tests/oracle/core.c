// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/oracle/core.h"

#define NANOSECONDS	9000000000ULL

void core_print_address(const struct oracle_address *address, bool v6, char text[64])
{
	inet_ntop(v6 ? AF_INET6 : AF_INET, v6 ? address->byte : address->byte + 12, text, 64);
}

static void set_address(const struct oracle_address *address, bool v6, char text[64])
{
	core_print_address(address, v6, text);
}

static void set_mac(uint64_t mac, char text[20])
{
	snprintf(text, 20, "%02x:%02x:%02x:%02x:%02x:%02x", (unsigned int)(mac >> 40) & 255,
		 (unsigned int)(mac >> 32) & 255, (unsigned int)(mac >> 24) & 255,
		 (unsigned int)(mac >> 16) & 255, (unsigned int)(mac >> 8) & 255,
		 (unsigned int)mac & 255);
}

/* What is strange about the bytes */
static void set_shape(const struct oracle_packet *packet, struct frame_spec *spec)
{
	uint32_t header = packet->protocol == 6 ? 20 : 8;

	switch (packet->shape) {
	case ORACLE_OPTIONS:
		spec->options = 4;
		spec->extension = packet->v6 ? 60 : 0;
		break;
	case ORACLE_TWO_TAGS:
		/* The outer one is the port's; a priority tag counts as none. */
		spec->outer_vlan = spec->vlan ? spec->vlan : 0xe000;
		spec->vlan = 7;
		break;
	case ORACLE_FRAME_TYPE:
		spec->ethertype = 0x88b8;
		break;
	case ORACLE_PIECE:
		spec->fragment = packet->v6 ? 0x0001 : 0x2000;
		spec->payload = (uint16_t)(32 - header);
		spec->quoted = NULL;
		break;
	default:
		break;
	}
}

struct sluice_facts core_facts(const struct oracle_packet *packet)
{
	struct sluice_facts facts = { .segments = packet->segments };
	char source[64], destination[64], about[64], mac[20];
	const char *dot = strchr(packet->port, '.');
	const struct frame_spec quoted = {
		.source = destination,
		.destination = about,
		.protocol = packet->quoted.protocol,
		.source_port = packet->quoted.source_port,
		.destination_port = packet->quoted.destination_port,
		.icmp_type = packet->quoted.type,
		.tcp_flags = 2,
	};
	struct frame_spec spec = {
		.source_mac = mac,
		.source = source,
		.destination = destination,
		.vlan = dot ? atoi(dot + 1) : 0,
		.protocol = packet->protocol,
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.tcp_flags = packet->flags,
		.icmp_type = packet->type,
		.sequence = packet->sequence,
		.acknowledgement = packet->acknowledgement,
		.payload = (uint16_t)packet->payload,
		.quoted = packet->about ? &quoted : NULL,
	};
	struct sluice_packet bytes;
	struct frame frame;

	set_mac(packet->mac, mac);
	set_address(&packet->source, packet->v6, source);
	set_address(&packet->destination, packet->v6, destination);
	set_address(&packet->quoted.destination, packet->v6, about);
	set_shape(packet, &spec);
	frame_build(&spec, &frame);
	bytes = (struct sluice_packet){ frame.bytes,
					frame.length - (packet->shape == ORACLE_CUT) };
	sluice_parse_frame(&bytes, &facts);
	if (packet->shape == ORACLE_COLLECTED)
		facts.fragment = SLUICE_FRAGMENT_WHOLE;
	return facts;
}

static struct sluice_counters counters_of(const struct sluice_image *image,
					  const struct oracle_packet *packet, unsigned int conduit)
{
	uint64_t intervals = sluice_conduit_word(image, conduit, SLUICE_CONDUIT_INTERVALS);
	uint64_t due = NANOSECONDS + (uint64_t)packet->packets * (__u32)intervals;
	uint64_t spent = NANOSECONDS + SLUICE_BURST_NANOSECONDS;

	/* The other half has nothing left: that must not matter. */
	return (struct sluice_counters){
		.packets_due = packet->reply ? spent : due,
		.replies_due = packet->reply ? due : spent,
		.connections_due = NANOSECONDS + packet->new_connections * (intervals >> 32),
		.concurrent = packet->connections,
		.spare_due = NANOSECONDS + packet->past.spare * 100000000ULL,
		.hour_since = NANOSECONDS - 1,
		.hour_bytes = packet->past.hour_bytes,
	};
}

static struct sluice_track track_of(const struct oracle_past *past)
{
	return (struct sluice_track){
		.reply_bytes = past->bytes,
		.forward_packets = past->asked,
		.reply_packets = past->answers,
		.sequence = past->next,
		.sent = past->sent,
		.acknowledged = past->acknowledged,
		.seen = (__u8)((past->begun ? SLUICE_TRACK_BEGUN : 0) |
			       (past->answered ? SLUICE_TRACK_ANSWERED : 0) |
			       (past->ended ? SLUICE_TRACK_ENDED : 0)),
	};
}

/* Judge, hold and charge, as the module does. */
static void ask_state(const struct sluice_image *image, const struct oracle_packet *packet,
		      const struct sluice_facts *facts, const struct sluice_answer *answer,
		      struct sluice_verdict *verdict)
{
	static const unsigned int layers[] = { SLUICE_LAYER_FORWARD, SLUICE_LAYER_LOCAL_IN,
					       SLUICE_LAYER_LOCAL_OUT };
	struct sluice_clock clock = { .now = packet->now, .lower_bound = packet->lower_bound,
				      .nanoseconds = NANOSECONDS, .sure = !packet->unsure };
	struct sluice_flow flow = { (__u8)packet->state, packet->reply, packet->translated, 0 };
	struct sluice_standing standing = {
		.open_until = packet->opened ? NANOSECONDS + 1 : NANOSECONDS,
		.window_end = packet->was_open_until,
		.island = packet->island,
		.lease = (__u8)packet->lease,
	};
	struct sluice_track track = track_of(&packet->past);
	struct sluice_track *kept = packet->past.lost ? NULL : &track;
	struct sluice_counters counters;

	sluice_judge(image, facts, layers[packet->layer], answer, &flow, verdict);
	sluice_hold(image, facts, &standing, kept, &clock, verdict);
	counters = counters_of(image, packet, verdict->conduit);
	sluice_charge(image, facts, &clock, &counters, kept, verdict);
}

unsigned int core_ask(const struct site *site, const struct oracle_packet *packet,
			     struct sluice_facts *facts, const char **conduit, unsigned int *observed)
{
	static const struct sluice_image nothing = { NULL, 0 };
	const struct sluice_image *image = packet->no_policy ? &nothing : &site->image;
	struct sluice_verdict verdict;
	struct sluice_answer answer;

	facts->port = (__u16)(*packet->port ? site_port(site, packet->port) : 0);
	if (packet->layer == ORACLE_LOCAL_OUT)
		sluice_gate_local(image, facts, &answer);
	else
		sluice_gate(image, facts, &answer);
	ask_state(image, packet, facts, &answer, &verdict);
	*conduit = site_conduit_name(site, verdict.conduit);
	*observed = verdict.permit ? sluice_observed(image, verdict.conduit, packet->lease) :
				     SLUICE_REASON_PERMITTED;
	if (verdict.permit != (verdict.reason == SLUICE_REASON_PERMITTED))
		return SLUICE_REASON_UNKNOWN;
	/* A piece has only the gate's answer; no hook may ever permit it. */
	if (packet->shape == ORACLE_PIECE && answer.reason == SLUICE_REASON_PERMITTED)
		return verdict.permit || answer.forward || answer.reply ? SLUICE_REASON_UNKNOWN :
									  SLUICE_REASON_PERMITTED;
	return verdict.reason;
}
