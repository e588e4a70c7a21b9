/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate(): the stateless half of the decision, steps 1 to 7, in both orientations.
 *
 * It knows no flow. It answers which conduit the packet would use were it the forward half of a
 * conversation, and which were it the reply half. Neither is a refusal; judge() chooses.
 */
#ifndef SLUICE_CORE_GATE_H
#define SLUICE_CORE_GATE_H

#include "image.h"

#define SLUICE_ANSWER_TRIPWIRE	0x01	/* invariant: an isolated port or MAC spoke */
#define SLUICE_ANSWER_NOISE	0x02	/* link-local noise of a fenced port: counted, no alarm */

/**
 * struct sluice_answer - what gate() says
 * @reason: %SLUICE_REASON_PERMITTED or why not
 * @kind: enum sluice_kind of the packet
 * @flags: SLUICE_ANSWER_*
 * @zero: 0
 * @forward: conduit of the forward half, or 0
 * @reply: conduit of the reply half, or 0
 * @source_zone: owner of the source, for reports; 0 unknown
 * @destination_zone: likewise
 * @binding: of the source, index into the image, or 0
 */
struct sluice_answer {
	__u8 reason;
	__u8 kind;
	__u8 flags;
	__u8 zero;
	__u16 forward;
	__u16 reply;
	__u16 source_zone;
	__u16 destination_zone;
	__u32 binding;
};

/**
 * sluice_owner - longest prefix match
 * @image: any
 * @family: 4 or 6
 * @address: of that family
 *
 * Return: payload of a leaf (SLUICE_OWNER_*), or 0 for nobody.
 */
SLUICE_CORE_CALL __u64 sluice_owner(const struct sluice_image *image, __u32 family,
				    const struct sluice_address *address)
{
	__u64 high = address->high, low = address->low;
	__u64 entry = sluice_word(image, family == 6 ? SLUICE_HEADER_ROOT6 : SLUICE_HEADER_ROOT4);
	int step;

	for (step = 0; step < SLUICE_TRIE_STEPS; step++) {
		__u32 type = (__u32)(entry >> SLUICE_ENTRY_SHIFT);
		__u32 base = SLUICE_ENTRY_BASE(entry);
		__u32 bits = SLUICE_ENTRY_BITS(entry);

		if (type == SLUICE_ENTRY_LEAF)
			return entry & ((1ULL << SLUICE_ENTRY_SHIFT) - 1);
		if (type == SLUICE_ENTRY_NODE) {
			entry = sluice_word(image, base + (__u32)(high >> (64 - bits)));
		} else if (type == SLUICE_ENTRY_COMPARE) {
			if (high >> (64 - bits) != sluice_word(image, base)) {
				entry = sluice_word(image, base + 2);
				continue;
			}
			entry = sluice_word(image, base + 1);
		} else {
			return 0;
		}
		/* bits is 1..64: two shifts, so that neither is by 64 */
		high = ((high << (bits - 1)) << 1) | (low >> (64 - bits));
		low = (low << (bits - 1)) << 1;
	}
	return 0;
}

SLUICE_CORE_FAST __u32 sluice_probe(const struct sluice_image *image, __u32 source,
				    __u32 destination, __u32 service)
{
	__u64 table = sluice_word(image, SLUICE_HEADER_TABLE);
	__u64 key = SLUICE_TABLE_KEY(source, destination, service);
	__u32 log2 = SLUICE_EXTRA(table) & 31;
	__u32 bucket = sluice_bucket(key, sluice_word(image, SLUICE_HEADER_SEED), log2);
	int probe;

	if (!source || !destination || !service)
		return 0;
	for (probe = 0; probe < SLUICE_TABLE_PROBES; probe++) {
		__u32 index = SLUICE_BASE(table) + 2 * bucket;
		__u64 found = sluice_word(image, index);

		if (found == key)
			return (__u32)sluice_word(image, index + 1) & SLUICE_MAX_CONDUITS;
		if (!found)
			return 0;
		bucket = (bucket + 1) & ((1u << log2) - 1);
	}
	return 0;
}

/**
 * sluice_service_class - equivalence class of a transport and a port
 * @image: any
 * @transport: enum sluice_transport
 * @number: port, ICMP type of the request, or protocol
 *
 * Return: class, or 0 when no service names it.
 */
static __always_inline __u32 sluice_service_class(const struct sluice_image *image,
						  __u32 transport, __u32 number)
{
	__u32 base = SLUICE_BASE(sluice_word(image, SLUICE_HEADER_SERVICES));
	__u32 page;

	if (!base || transport >= SLUICE_TRANSPORTS || number > 0xffff)
		return 0;
	page = SLUICE_BASE(sluice_word(image, base + transport * SLUICE_SERVICE_PAGES +
						      (number >> 8)));
	if (!page)
		return 0;
	return (__u32)(sluice_word(image, page + ((number & 255) >> 2)) >> (16 * (number & 3))) &
	       0xffff;
}

/**
 * struct sluice_end - one end of a conversation as the conduit table knows it
 * @identifier: its address class
 * @zone: its zone; 0 is this gateway
 */
struct sluice_end {
	__u32 identifier;
	__u32 zone;
};

/* Which kinds of conduits there are from one zone to another; zone 0 is this gateway. */
static __always_inline __u32 sluice_kinds(const struct sluice_image *image, __u32 from, __u32 to)
{
	__u32 stride = SLUICE_COUNT_ZONES(sluice_word(image, SLUICE_HEADER_COUNTS)) + 1;
	__u32 cell = from * stride + to;

	if (from >= stride || to >= stride)
		return 0;
	return (__u32)(sluice_word(image, SLUICE_BASE(sluice_word(image, SLUICE_HEADER_MATRIX)) +
						  (cell >> 3)) >> (8 * (cell & 7))) & 0xff;
}

/**
 * sluice_find - the conduit from one end to the other
 * @image: any
 * @from: who begins
 * @to: who is reached
 * @service: class
 *
 * The matrix says which of the four kinds of ends (class or whole zone on either side) can match at
 * all for this pair of zones, so most strangers cost one load. The compiler guarantees that at most
 * one matches, unless a conduit narrows another: then the narrower kind comes first. A source that no
 * conduit names has the identifier of its zone: asking with it for the whole of the other zone would
 * find what is from zone to zone before what is from zone to class.
 * Return: conduit or 0.
 */
SLUICE_CORE_FAST __u32 sluice_find(const struct sluice_image *image, const struct sluice_end *from,
				   const struct sluice_end *to, __u32 service)
{
	__u32 source_zone = 0, destination_zone = 0, conduit = 0;
	__u32 kinds;

	if (!service)
		return 0;
	kinds = sluice_kinds(image, from->zone, to->zone);
	if (!kinds)
		return 0;
	if (kinds & (SLUICE_MATRIX_ZONE_CLASS | SLUICE_MATRIX_ZONE_ZONE))
		source_zone = sluice_zone_identifier(image, from->zone);
	if (kinds & (SLUICE_MATRIX_CLASS_ZONE | SLUICE_MATRIX_ZONE_ZONE))
		destination_zone = sluice_zone_identifier(image, to->zone);
	if (kinds & SLUICE_MATRIX_CLASS_CLASS)
		conduit = sluice_probe(image, from->identifier, to->identifier, service);
	if (!conduit && (kinds & SLUICE_MATRIX_CLASS_ZONE) && from->identifier != source_zone)
		conduit = sluice_probe(image, from->identifier, destination_zone, service);
	if (!conduit && (kinds & SLUICE_MATRIX_ZONE_CLASS))
		conduit = sluice_probe(image, source_zone, to->identifier, service);
	if (!conduit && (kinds & SLUICE_MATRIX_ZONE_ZONE))
		conduit = sluice_probe(image, source_zone, destination_zone, service);
	return conduit;
}

/**
 * struct sluice_services - the service classes of a packet in both orientations
 * @forward: were it sent by who began; 0 none
 * @reply: were it an answer; 0 none
 */
struct sluice_services {
	__u32 forward;
	__u32 reply;
};

/* @type: of the packet itself, or of the one that an ICMP error quotes */
static __always_inline void sluice_echo(const struct sluice_image *image, __u32 transport,
					__u32 type, __u32 request, __u32 reply,
					struct sluice_services *services)
{
	if (type == reply)
		services->reply = sluice_service_class(image, transport, request);
	else
		services->forward = sluice_service_class(image, transport, type);
}

static __always_inline void sluice_services_plain(const struct sluice_image *image,
						  const struct sluice_facts *facts,
						  struct sluice_services *services)
{
	services->forward = 0;
	services->reply = 0;
	switch (facts->protocol) {
	case SLUICE_PROTOCOL_TCP:
	case SLUICE_PROTOCOL_UDP: {
		__u32 transport = facts->protocol == SLUICE_PROTOCOL_TCP ? SLUICE_TRANSPORT_TCP :
									   SLUICE_TRANSPORT_UDP;

		services->forward = sluice_service_class(image, transport, facts->destination_port);
		services->reply = sluice_service_class(image, transport, facts->source_port);
		return;
	}
	case SLUICE_PROTOCOL_ICMP:
		return sluice_echo(image, SLUICE_TRANSPORT_ICMP, facts->destination_port, 8, 0,
				   services);
	case SLUICE_PROTOCOL_ICMPV6:
		return sluice_echo(image, SLUICE_TRANSPORT_ICMPV6, facts->destination_port, 128, 129,
				   services);
	}
	services->forward = sluice_service_class(image, SLUICE_TRANSPORT_OTHER, facts->protocol);
	services->reply = services->forward;
}

static __always_inline void sluice_services_of(const struct sluice_image *image,
					       const struct sluice_facts *facts,
					       struct sluice_services *services)
{
	sluice_services_plain(image, facts, services);
	if (facts->kind != SLUICE_KIND_ICMP_ERROR)
		return;
	/* An error is about what its receiver sent: the quoted packet's forward is its reply. */
	services->reply = services->forward;
	services->forward = 0;
}

static __always_inline void sluice_refuse(struct sluice_answer *answer, __u8 reason)
{
	answer->reason = reason;
	answer->forward = 0;
	answer->reply = 0;
}

static __always_inline int sluice_link_local(const struct sluice_facts *facts,
					     const struct sluice_address *address)
{
	if (facts->family == 6)
		return address->high >> 54 == 0xfe80 >> 6;
	return address->high >> 48 == 0xa9fe;
}

static __always_inline int sluice_isolated_mac(const struct sluice_image *image, __u64 mac)
{
	__u64 table = sluice_word(image, SLUICE_HEADER_MACS);
	__u64 key = mac | SLUICE_MAC_USED;
	__u32 log2 = SLUICE_EXTRA(table) & 31;
	__u32 bucket;
	int probe;

	if (!table || !mac)
		return 0;
	bucket = sluice_bucket(key, sluice_word(image, SLUICE_HEADER_SEED), log2);
	for (probe = 0; probe < SLUICE_TABLE_PROBES; probe++) {
		__u64 found = sluice_word(image, SLUICE_BASE(table) + 2 * bucket);

		if (found == key)
			return 1;
		if (!found)
			return 0;
		bucket = (bucket + 1) & ((1u << log2) - 1);
	}
	return 0;
}

/* An asset speaks only from its MACs and its port (step 5). */
static __always_inline int sluice_binding_broken(const struct sluice_image *image, __u32 binding,
						 const struct sluice_facts *facts)
{
	__u64 bindings = sluice_word(image, SLUICE_HEADER_BINDINGS);
	__u32 base = SLUICE_BASE(bindings) + binding * SLUICE_BINDING_WORDS;
	__u64 record = sluice_word(image, base);
	__u32 count = SLUICE_BINDING_COUNT(record);
	__u32 mac;

	if (!binding)
		return 0;
	if (binding > SLUICE_EXTRA(bindings) || count > SLUICE_BINDING_MACS)
		return 1;
	if (SLUICE_BINDING_PORT(record) && SLUICE_BINDING_PORT(record) != facts->port)
		return 1;
	if (!count)
		return 0;
	for (mac = 0; mac < SLUICE_BINDING_MACS; mac++)
		if (mac < count && sluice_word(image, base + 1 + mac) == facts->source_mac)
			return 0;
	return 1;
}

/* Steps 1 to 3, and the tripwire of an isolated port, which a malformed frame trips as well. */
static __always_inline __u32 sluice_gate_port(const struct sluice_image *image,
					      const struct sluice_facts *facts,
					      struct sluice_answer *answer)
{
	__u64 port = sluice_port_record(image, facts->port);
	__u32 zone = SLUICE_PORT_RECORD_ZONE(port);
	int fence;

	if (sluice_word(image, SLUICE_HEADER_MAGIC) != SLUICE_IMAGE_MAGIC) {
		sluice_refuse(answer, SLUICE_REASON_NO_POLICY);
		return 0;
	}
	if (!zone || (port & SLUICE_PORT_FLAG_MIRROR) ||
	    SLUICE_PORT_RECORD_VLAN(port) != facts->vlan) {
		sluice_refuse(answer, SLUICE_REASON_UNZONED_PORT);
		return 0;
	}
	fence = !!(sluice_zone_record(image, zone) & SLUICE_ZONE_FLAG_ISOLATED);
	if (fence || sluice_isolated_mac(image, facts->source_mac)) {
		answer->source_zone = (__u16)zone;
		/* What is noise behind the fence is an escape on any other port. */
		answer->flags = fence && facts->noise ? SLUICE_ANSWER_NOISE :
							SLUICE_ANSWER_TRIPWIRE;
		sluice_refuse(answer, SLUICE_REASON_ISOLATED_ZONE);
		return 0;
	}
	if (facts->defect) {
		sluice_refuse(answer, facts->defect);
		return 0;
	}
	return zone;
}

/* Steps 4 to 6: who speaks, may he speak here, and who is spoken to. PERMITTED: it may go on. */
static __always_inline __u8 sluice_gate_ends(const struct sluice_image *image,
					    const struct sluice_facts *facts, __u32 port_zone,
					    __u64 source, __u64 destination,
					    struct sluice_answer *answer)
{
	__u64 source_zone = sluice_zone_record(image, SLUICE_OWNER_ZONE(source));
	__u64 destination_zone = sluice_zone_record(image, SLUICE_OWNER_ZONE(destination));
	int neighbour = facts->kind == SLUICE_KIND_NEIGHBOUR;
	int nobody = !(facts->source.high | facts->source.low);

	answer->source_zone = (__u16)SLUICE_OWNER_ZONE(source);
	answer->destination_zone = (__u16)SLUICE_OWNER_ZONE(destination);
	answer->binding = SLUICE_OWNER_BINDING(source);
	if ((source_zone | destination_zone) & SLUICE_ZONE_FLAG_ISOLATED)
		return SLUICE_REASON_ISOLATED_ZONE;
	/* Probes (0.0.0.0, ::) and link-local speakers stay on their port. */
	if (neighbour && (nobody || sluice_link_local(facts, &facts->source)))
		return SLUICE_REASON_PERMITTED;
	/* The gateway's own address never comes in from outside, whatever zone it stands in. */
	if (SLUICE_OWNER_IDENTIFIER(source) == SLUICE_IDENTIFIER_GATEWAY)
		return neighbour ? SLUICE_REASON_NEIGHBOUR : SLUICE_REASON_SPOOFED_SOURCE;
	if (sluice_link_local(facts, &facts->source))
		return SLUICE_REASON_UNZONED_DESTINATION;
	/* What belongs to nobody stands behind no port. */
	if (SLUICE_ZONE_ATTACH(source_zone) != port_zone)
		return SLUICE_REASON_SPOOFED_SOURCE;
	if (sluice_binding_broken(image, answer->binding, facts))
		return SLUICE_REASON_NEIGHBOUR;
	if (!neighbour && !SLUICE_OWNER_ZONE(destination))
		return SLUICE_REASON_UNZONED_DESTINATION;
	return SLUICE_REASON_PERMITTED;
}

/* Who answers to the packet's destination: its source, or the one whom an ICMP error is about. */
static __always_inline const struct sluice_address *
sluice_answering(const struct sluice_facts *facts)
{
	return facts->kind == SLUICE_KIND_ICMP_ERROR ? &facts->quoted : &facts->source;
}

/*
 * Step 7. The gateway's own address in the port's zone is not in the policy, so an answer to what the
 * gateway dialled may go to any address behind the port it comes from; judge() asks for the flow.
 */
static __always_inline void sluice_gate_candidates(const struct sluice_image *image,
						   const struct sluice_facts *facts,
						   __u32 port_zone, __u64 source,
						   __u64 destination, struct sluice_answer *answer)
{
	struct sluice_end from = { SLUICE_OWNER_IDENTIFIER(source), SLUICE_OWNER_ZONE(source) };
	struct sluice_end to = { SLUICE_OWNER_IDENTIFIER(destination),
				 SLUICE_OWNER_ZONE(destination) };
	struct sluice_end gateway = { SLUICE_IDENTIFIER_GATEWAY, 0 };
	struct sluice_services services;
	__u64 to_zone = sluice_zone_record(image, to.zone);
	int local = to.identifier == SLUICE_IDENTIFIER_GATEWAY;
	int same_port_zone = SLUICE_ZONE_ATTACH(to_zone) == port_zone;

	sluice_services_of(image, facts, &services);
	if (local)
		to.zone = 0;
	answer->forward = (__u16)sluice_find(image, &from, &to, services.forward);
	answer->reply = (__u16)sluice_find(image, &to, &from, services.reply);
	if (!local && same_port_zone) {
		if (!answer->reply)
			answer->reply = (__u16)sluice_find(image, &gateway, &from, services.reply);
		if (from.zone == to.zone && SLUICE_ZONE_INTRA(to_zone)) {
			answer->forward = (__u16)SLUICE_ZONE_INTRA(to_zone);
			if (!answer->reply)
				answer->reply = answer->forward;
		}
	}
	if (facts->kind == SLUICE_KIND_ICMP_ERROR)
		answer->forward = 0;
	answer->reason = answer->forward || answer->reply ? SLUICE_REASON_PERMITTED :
							    SLUICE_REASON_NO_CONDUIT;
}

/*
 * Step 7 for an ICMP error: whom it is about stands behind the port by which it came. Nothing to this
 * gateway is ever forwarded, nor sent by it, so nobody has news of such a packet.
 */
static __always_inline void sluice_gate_error(const struct sluice_image *image,
					      const struct sluice_facts *facts, __u32 port_zone,
					      __u64 *source, struct sluice_answer *answer)
{
	*source = sluice_owner(image, facts->family, &facts->quoted);
	if (SLUICE_OWNER_IDENTIFIER(*source) == SLUICE_IDENTIFIER_GATEWAY ||
	    SLUICE_ZONE_ATTACH(sluice_zone_record(image, SLUICE_OWNER_ZONE(*source))) != port_zone)
		answer->reason = SLUICE_REASON_NO_CONDUIT;
}

/*
 * Step 7 for a piece of a datagram, which has no ports to ask for: it passes where some conduit between
 * the two zones allows fragments, in either direction.
 */
static __always_inline void sluice_gate_fragment(const struct sluice_image *image, __u64 source,
						 __u64 destination, struct sluice_answer *answer)
{
	__u32 from = SLUICE_OWNER_ZONE(source), to = SLUICE_OWNER_ZONE(destination);

	/* No management conduit allows them. */
	if (SLUICE_OWNER_IDENTIFIER(destination) == SLUICE_IDENTIFIER_GATEWAY)
		to = 0;
	answer->reason = (sluice_kinds(image, from, to) | sluice_kinds(image, to, from)) &
					 SLUICE_MATRIX_FRAGMENTS ?
				 SLUICE_REASON_PERMITTED : SLUICE_REASON_FRAGMENT;
}

/**
 * sluice_gate - steps 1 to 7 for a packet that came in by a port
 * @image: of the generation in force (or the one that the packet's mark names)
 * @facts: from sluice_parse_network(), with port and vlan
 * @answer: filled completely
 *
 * Context: any. Pure: the same image and facts give the same answer.
 */
static __always_inline void sluice_gate(const struct sluice_image *image,
					const struct sluice_facts *facts,
					struct sluice_answer *answer)
{
	__u64 source, destination;
	__u32 port_zone;
	__u8 reason;

	*answer = (struct sluice_answer){ .kind = facts->kind };
	port_zone = sluice_gate_port(image, facts, answer);
	if (!port_zone)
		return;
	source = sluice_owner(image, facts->family, &facts->source);
	destination = sluice_owner(image, facts->family, &facts->destination);
	reason = sluice_gate_ends(image, facts, port_zone, source, destination, answer);
	if (reason != SLUICE_REASON_PERMITTED)
		return sluice_refuse(answer, reason);
	if (facts->kind == SLUICE_KIND_NEIGHBOUR) {
		answer->reason = SLUICE_REASON_PERMITTED;
		return;
	}
	if (facts->kind == SLUICE_KIND_FRAGMENT)
		return sluice_gate_fragment(image, source, destination, answer);
	if (facts->kind == SLUICE_KIND_ICMP_ERROR)
		sluice_gate_error(image, facts, port_zone, &source, answer);
	else if (facts->kind != SLUICE_KIND_PLAIN)
		answer->reason = SLUICE_REASON_NO_CONDUIT;
	if (!answer->reason)
		sluice_gate_candidates(image, facts, port_zone, source, destination, answer);
}

/**
 * sluice_gate_local - steps 1 to 7 for a packet that this gateway itself sends
 * @image: of the generation in force
 * @facts: port is 0
 * @answer: filled completely
 *
 * Neighbour discovery and ARP are the gateway's own right; all else goes through a management
 * conduit, begun by the gateway or answering one that reaches it.
 */
static __always_inline void sluice_gate_local(const struct sluice_image *image,
					      const struct sluice_facts *facts,
					      struct sluice_answer *answer)
{
	struct sluice_end gateway = { SLUICE_IDENTIFIER_GATEWAY, 0 };
	struct sluice_services services;
	struct sluice_end to;
	__u64 destination;

	*answer = (struct sluice_answer){ .kind = facts->kind };
	if (sluice_word(image, SLUICE_HEADER_MAGIC) != SLUICE_IMAGE_MAGIC)
		return sluice_refuse(answer, SLUICE_REASON_NO_POLICY);
	if (facts->defect)
		return sluice_refuse(answer, facts->defect);
	destination = sluice_owner(image, facts->family, &facts->destination);
	to = (struct sluice_end){ SLUICE_OWNER_IDENTIFIER(destination),
				  SLUICE_OWNER_ZONE(destination) };
	answer->destination_zone = (__u16)to.zone;
	if (sluice_zone_record(image, to.zone) & SLUICE_ZONE_FLAG_ISOLATED)
		return sluice_refuse(answer, SLUICE_REASON_ISOLATED_ZONE);
	if (facts->kind == SLUICE_KIND_NEIGHBOUR) {
		answer->reason = SLUICE_REASON_PERMITTED;
		return;
	}
	if (facts->kind != SLUICE_KIND_PLAIN)
		return sluice_refuse(answer, SLUICE_REASON_NO_CONDUIT);
	if (!to.zone)
		return sluice_refuse(answer, SLUICE_REASON_UNZONED_DESTINATION);
	sluice_services_of(image, facts, &services);
	answer->forward = (__u16)sluice_find(image, &gateway, &to, services.forward);
	answer->reply = (__u16)sluice_find(image, &to, &gateway, services.reply);
	answer->reason = answer->forward || answer->reply ? SLUICE_REASON_PERMITTED :
							    SLUICE_REASON_NO_CONDUIT;
}

/**
 * sluice_egress_zone - by the ports of which zone a packet for this address may leave
 * @image: any
 * @family: 4 or 6
 * @destination: address
 *
 * Return: zone index, or 0 for none.
 */
static __always_inline __u32 sluice_egress_zone(const struct sluice_image *image, __u32 family,
						const struct sluice_address *destination)
{
	__u64 owner = sluice_owner(image, family, destination);

	return SLUICE_ZONE_ATTACH(sluice_zone_record(image, SLUICE_OWNER_ZONE(owner)));
}

#endif /* SLUICE_CORE_GATE_H */
