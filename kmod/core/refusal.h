/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which denials are answered, and how (`refuse: reset`). Gate, module and explain ask the same question.
 *
 * Silence is the rule. Told is only who may know: a control zone with the flag, about a conversation
 * that one of its own devices began, for what the policy says and not for what the packet is.
 */
#ifndef SLUICE_CORE_REFUSAL_H
#define SLUICE_CORE_REFUSAL_H

#include "gate.h"

/* Answers by one port and one layer, and as many at once. */
#define SLUICE_REFUSALS_PER_SECOND	50

/** enum sluice_refusal - how a denied beginning is answered */
enum sluice_refusal {
	SLUICE_REFUSAL_SILENT		= 0,
	SLUICE_REFUSAL_RESET		= 1,	/* RST+ACK (RFC 9293, 3.10.7.1) */
	SLUICE_REFUSAL_PROHIBITED	= 2,	/* administratively prohibited (RFC 1812, RFC 4443) */
};

/*
 * All of these are found after the source was, so a spoofed one is never answered. Not among them is
 * `rate`: it passes by itself, and the sender's own repetition may yet get through.
 */
static __always_inline int sluice_refusal_tells(__u32 reason)
{
	switch (reason) {
	case SLUICE_REASON_UNZONED_DESTINATION:
	case SLUICE_REASON_NO_CONDUIT:
	case SLUICE_REASON_WRONG_DIRECTION:
	case SLUICE_REASON_NO_LEASE:
	case SLUICE_REASON_REVOKED:
	case SLUICE_REASON_NOT_VALID_NOW:
	case SLUICE_REASON_NOT_OPEN:
	case SLUICE_REASON_CONNECTIONS:
	case SLUICE_REASON_ISLAND:
		return 1;
	}
	return 0;
}

/* One host was meant, by frame and by packet (RFC 1122, 3.2.2). */
static __always_inline int sluice_refusal_is_for_one(const struct sluice_facts *facts)
{
	const struct sluice_address *to = &facts->destination;
	__u32 first = (__u32)(to->high >> 56);

	if (facts->destination_mac >> 40 & 1)
		return 0;
	if (facts->family == 4)
		return first && first != 127 && first < 224;
	return first != 0xff && (to->high || to->low > 1);
}

static __always_inline __u32 sluice_refusal_of(const struct sluice_facts *facts)
{
	__u8 flags = facts->tcp_flags &
		     (SLUICE_TCP_SYN | SLUICE_TCP_ACK | SLUICE_TCP_RST | SLUICE_TCP_FIN);

	switch (facts->protocol) {
	case SLUICE_PROTOCOL_TCP:
		return flags == SLUICE_TCP_SYN ? SLUICE_REFUSAL_RESET : SLUICE_REFUSAL_SILENT;
	case SLUICE_PROTOCOL_UDP:
		return SLUICE_REFUSAL_PROHIBITED;
	case SLUICE_PROTOCOL_ICMP:
		return facts->icmp_type == 8 ? SLUICE_REFUSAL_PROHIBITED : SLUICE_REFUSAL_SILENT;
	case SLUICE_PROTOCOL_ICMPV6:
		return facts->icmp_type == 128 ? SLUICE_REFUSAL_PROHIBITED : SLUICE_REFUSAL_SILENT;
	}
	return SLUICE_REFUSAL_SILENT;
}

/**
 * sluice_refusal - how a denied packet is answered
 * @image: that denied it
 * @facts: complete; it came in by a port
 * @zone: owner of the source, as the decision found it
 * @reason: of the denial
 *
 * Whoever answers asks besides whether the frame was sent to this gateway and whether there is a
 * token. Context: any. Return: enum sluice_refusal.
 */
static __always_inline __u32 sluice_refusal(const struct sluice_image *image,
					    const struct sluice_facts *facts, __u32 zone,
					    __u32 reason)
{
	__u64 record;

	if (facts->kind != SLUICE_KIND_PLAIN || facts->defect || facts->fragment || !facts->port ||
	    !sluice_refusal_tells(reason) || !sluice_refusal_is_for_one(facts))
		return SLUICE_REFUSAL_SILENT;
	record = sluice_zone_record(image, zone);
	if (!(record & SLUICE_ZONE_FLAG_RESET) || SLUICE_ZONE_LEVEL(record) != SLUICE_LEVEL_CONTROL)
		return SLUICE_REFUSAL_SILENT;
	return sluice_refusal_of(facts);
}

#endif /* SLUICE_CORE_REFUSAL_H */
