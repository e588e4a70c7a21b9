/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: the source of all evidence. Scalars only, at most twelve; the first is the version of
 * the record. A changed layout is a changed name.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sluice

#if !defined(SLUICE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SLUICE_TRACE_H

#include <linux/tracepoint.h>
#include "uapi/sluice.h"

#define SLUICE_TRACE_WORD(number, name, ...) { number, #name },

/*
 * place = ifindex | port << 32 | vlan << 48
 * zones = conduit | source_zone << 16 | destination_zone << 32
 * service = family | protocol << 8 | ethertype << 16 | source_port << 32 | destination_port << 48
 * extra = suppressed | tcp_flags << 32 | kind << 40
 */
DECLARE_EVENT_CLASS(sluice_packet,
	TP_PROTO(u32 version, u32 layer, u32 reason, u32 generation, u64 place, u64 zones,
		 u64 service, u64 source_high, u64 source_low, u64 destination_high,
		 u64 destination_low, u64 extra),
	TP_ARGS(version, layer, reason, generation, place, zones, service, source_high, source_low,
		destination_high, destination_low, extra),
	TP_STRUCT__entry(
		__field(u32, layer)
		__field(u32, reason)
		__field(u32, generation)
		__field(u64, place)
		__field(u64, zones)
		__field(u64, service)
		__field(u64, source_high)
		__field(u64, source_low)
		__field(u64, destination_high)
		__field(u64, destination_low)
		__field(u64, extra)
	),
	TP_fast_assign(
		__entry->layer = layer;
		__entry->reason = reason;
		__entry->generation = generation;
		__entry->place = place;
		__entry->zones = zones;
		__entry->service = service;
		__entry->source_high = source_high;
		__entry->source_low = source_low;
		__entry->destination_high = destination_high;
		__entry->destination_low = destination_low;
		__entry->extra = extra;
	),
	TP_printk("%s %s generation=%u ifindex=%u port=%u vlan=%u conduit=%u family=%u protocol=%u ethertype=%04x source=%016llx%016llx:%u destination=%016llx%016llx:%u suppressed=%u",
		__print_symbolic(__entry->layer, SLUICE_LAYERS(SLUICE_TRACE_WORD) { -1, "?" }),
		__print_symbolic(__entry->reason, SLUICE_REASONS(SLUICE_TRACE_WORD) { -1, "?" }),
		__entry->generation, (u32)__entry->place, (u16)(__entry->place >> 32),
		(u16)(__entry->place >> 48), (u16)__entry->zones, (u8)__entry->service,
		(u8)(__entry->service >> 8), (u16)(__entry->service >> 16),
		__entry->source_high, __entry->source_low, (u16)(__entry->service >> 32),
		__entry->destination_high, __entry->destination_low,
		(u16)(__entry->service >> 48), (u32)__entry->extra)
);

/* A packet or datagram that was dropped. */
DEFINE_EVENT(sluice_packet, deny,
	TP_PROTO(u32 version, u32 layer, u32 reason, u32 generation, u64 place, u64 zones,
		 u64 service, u64 source_high, u64 source_low, u64 destination_high,
		 u64 destination_low, u64 extra),
	TP_ARGS(version, layer, reason, generation, place, zones, service, source_high, source_low,
		destination_high, destination_low, extra)
);

/* A flow that passes, and would not if its conduit said `identity: required`: nothing was dropped. */
DEFINE_EVENT(sluice_packet, observe,
	TP_PROTO(u32 version, u32 layer, u32 reason, u32 generation, u64 place, u64 zones,
		 u64 service, u64 source_high, u64 source_low, u64 destination_high,
		 u64 destination_low, u64 extra),
	TP_ARGS(version, layer, reason, generation, place, zones, service, source_high, source_low,
		destination_high, destination_low, extra)
);

TRACE_EVENT(invariant,
	TP_PROTO(u32 version, u32 layer, u32 invariant, u32 generation, u64 place, u64 service,
		 u64 detail0, u64 detail1),
	TP_ARGS(version, layer, invariant, generation, place, service, detail0, detail1),
	TP_STRUCT__entry(
		__field(u32, layer)
		__field(u32, invariant)
		__field(u32, generation)
		__field(u64, place)
		__field(u64, service)
		__field(u64, detail0)
		__field(u64, detail1)
	),
	TP_fast_assign(
		__entry->layer = layer;
		__entry->invariant = invariant;
		__entry->generation = generation;
		__entry->place = place;
		__entry->service = service;
		__entry->detail0 = detail0;
		__entry->detail1 = detail1;
	),
	TP_printk("%s %s generation=%u ifindex=%u port=%u vlan=%u detail=%llx,%llx",
		__print_symbolic(__entry->layer, SLUICE_LAYERS(SLUICE_TRACE_WORD) { -1, "?" }),
		__print_symbolic(__entry->invariant,
				 SLUICE_INVARIANTS(SLUICE_TRACE_WORD) { -1, "?" }),
		__entry->generation, (u32)__entry->place, (u16)(__entry->place >> 32),
		(u16)(__entry->place >> 48), __entry->detail0, __entry->detail1)
);

TRACE_EVENT(policy,
	TP_PROTO(u32 version, u32 event, u32 generation, u64 policy_version, u64 digest_head,
		 u32 error),
	TP_ARGS(version, event, generation, policy_version, digest_head, error),
	TP_STRUCT__entry(
		__field(u32, event)
		__field(u32, generation)
		__field(u64, policy_version)
		__field(u64, digest_head)
		__field(u32, error)
	),
	TP_fast_assign(
		__entry->event = event;
		__entry->generation = generation;
		__entry->policy_version = policy_version;
		__entry->digest_head = digest_head;
		__entry->error = error;
	),
	TP_printk("%s generation=%u version=%llu digest=%016llx error=%u",
		__print_symbolic(__entry->event,
				 SLUICE_POLICY_EVENTS(SLUICE_TRACE_WORD) { -1, "?" }),
		__entry->generation, __entry->policy_version, __entry->digest_head,
		__entry->error)
);

TRACE_EVENT(lease,
	TP_PROTO(u32 version, u32 event, u32 zone, u32 family, u64 address_high, u64 address_low,
		 u64 mac, u64 until),
	TP_ARGS(version, event, zone, family, address_high, address_low, mac, until),
	TP_STRUCT__entry(
		__field(u32, event)
		__field(u32, zone)
		__field(u32, family)
		__field(u64, address_high)
		__field(u64, address_low)
		__field(u64, mac)
		__field(u64, until)
	),
	TP_fast_assign(
		__entry->event = event;
		__entry->zone = zone;
		__entry->family = family;
		__entry->address_high = address_high;
		__entry->address_low = address_low;
		__entry->mac = mac;
		__entry->until = until;
	),
	TP_printk("%s zone=%u family=%u address=%016llx%016llx mac=%012llx until=%llu",
		__print_symbolic(__entry->event,
				 SLUICE_LEASE_EVENTS(SLUICE_TRACE_WORD) { -1, "?" }),
		__entry->zone, __entry->family, __entry->address_high, __entry->address_low,
		__entry->mac, __entry->until)
);

/* value: ISLAND: conduits closed; CONDUIT_OPENED: milliseconds; clock: seconds since 1970 */
TRACE_EVENT(mode,
	TP_PROTO(u32 version, u32 event, u32 generation, u32 conduit, u64 value),
	TP_ARGS(version, event, generation, conduit, value),
	TP_STRUCT__entry(
		__field(u32, event)
		__field(u32, generation)
		__field(u32, conduit)
		__field(u64, value)
	),
	TP_fast_assign(
		__entry->event = event;
		__entry->generation = generation;
		__entry->conduit = conduit;
		__entry->value = value;
	),
	TP_printk("%s generation=%u conduit=%u value=%llu",
		__print_symbolic(__entry->event, SLUICE_MODE_EVENTS(SLUICE_TRACE_WORD) { -1, "?" }),
		__entry->generation, __entry->conduit, __entry->value)
);

#endif /* SLUICE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
