// SPDX-License-Identifier: GPL-2.0-or-later
/* What sluice_verify() refuses, one change to a good image at a time. */
#include <stdlib.h>

#include "tests/lib/core.h"
#include "tests/lib/image.h"
#include "tests/lib/ktap.h"

/* The matrix has a row and a column for each zone, and one for the gateway. */
#define SIDE (PLANT_OFFICE + 1)

static struct sluice_image good;

/* The image that a case spoils; words in host order, as this machine is little-endian. */
static __le64 *words;
static __u32 count;

/* ---- Where things are ---- */

static __u32 section(enum sluice_header field)
{
	return SLUICE_BASE(sluice_word(&good, field));
}

static __le64 *port(unsigned int index)
{
	return words + section(SLUICE_HEADER_PORTS) + index * SLUICE_PORT_WORDS;
}

static __le64 *zone(unsigned int index)
{
	return words + section(SLUICE_HEADER_ZONES) + index * SLUICE_ZONE_WORDS;
}

static __le64 *conduit(unsigned int index)
{
	return words + section(SLUICE_HEADER_CONDUITS) + index * SLUICE_CONDUIT_WORDS;
}

static __le64 *identifier(unsigned int index)
{
	return words + section(SLUICE_HEADER_IDENTIFIERS) + index;
}

static __le64 *binding(unsigned int index)
{
	return words + section(SLUICE_HEADER_BINDINGS) + index * SLUICE_BINDING_WORDS;
}

static __u32 buckets(enum sluice_header field)
{
	return 1u << SLUICE_EXTRA(sluice_word(&good, field));
}

/* The bucket of the n-th entry, or with @used 0 the n-th empty one */
static __le64 *bucket(enum sluice_header field, unsigned int n, int used)
{
	__u32 i;

	for (i = 0; i < buckets(field); i++) {
		__le64 *here = words + section(field) + 2 * i;

		if (!!here[0] == !!used && !n--)
			return here;
	}
	abort();
}

/* The bucket of one conduit */
static __le64 *entry_of(unsigned int number)
{
	unsigned int n;

	for (n = 0;; n++)
		if (bucket(SLUICE_HEADER_TABLE, n, 1)[1] == number)
			return bucket(SLUICE_HEADER_TABLE, n, 1);
}

/* The first leaf of a zone */
static __le64 *leaf_of(unsigned int owner_zone)
{
	__u32 i;

	for (i = SLUICE_BASE(sluice_word(&good, SLUICE_HEADER_ROOT4)); i < count; i++)
		if (words[i] >> SLUICE_ENTRY_SHIFT == SLUICE_ENTRY_LEAF &&
		    SLUICE_OWNER_ZONE(words[i]) == owner_zone)
			return words + i;
	abort();
}

static __le64 *block(unsigned int type)
{
	__u32 i;

	for (i = SLUICE_BASE(sluice_word(&good, SLUICE_HEADER_ROOT4)); i < count; i++)
		if (words[i] >> SLUICE_ENTRY_SHIFT == type)
			return words + i;
	abort();
}

/* Give an entry another key and lay the whole table anew, so that only its ends are wrong. */
static void rewrite_key(__le64 *entry, __u64 key)
{
	__u32 log2 = SLUICE_EXTRA(sluice_word(&good, SLUICE_HEADER_TABLE));
	__u32 size = buckets(SLUICE_HEADER_TABLE);
	__le64 *table = words + section(SLUICE_HEADER_TABLE);
	__le64 *old = malloc(size * 16);
	__u32 i, at;

	if (!old)
		abort();
	entry[0] = key;
	memcpy(old, table, size * 16);
	memset(table, 0, size * 16);
	for (i = 0; i < size; i++) {
		if (!old[2 * i])
			continue;
		at = sluice_bucket(old[2 * i], 0, log2);
		while (table[2 * at])
			at = (at + 1) & (size - 1);
		memcpy(table + 2 * at, old + 2 * i, 16);
	}
	free(old);
}

static void announce_everything(void)
{
	unsigned int from, to;

	for (from = 1; from < SIDE; from++)
		for (to = 1; to < SIDE; to++)
			if (from != PLANT_SAFETY && to != PLANT_SAFETY)
				words[section(SLUICE_HEADER_MATRIX) + (from * SIDE + to) / 8] |=
					0xfULL << 8 * ((from * SIDE + to) % 8);
}

/* A conduit between two identifiers, in place of PLANT_TO_HISTORIAN */
static void join(unsigned int from, unsigned int to)
{
	announce_everything();
	rewrite_key(entry_of(PLANT_TO_HISTORIAN), SLUICE_TABLE_KEY(from, to, PLANT_OPC_UA));
}

/* ---- The changes ---- */

#define WEEKLY SLUICE_WEEKLY
#define CHANGE(name, what) static void name(void) { what; }

CHANGE(magic, words[0] ^= 1)
CHANGE(words_more, words[SLUICE_HEADER_WORDS]++)
CHANGE(words_cut, count--)
CHANGE(only_header, count = 31)
CHANGE(reserved_header, words[SLUICE_HEADER_RESERVED] = 1)
CHANGE(reserved_tail, words[31] = 1)
CHANGE(format, words[SLUICE_HEADER_COMPILER]++)
CHANGE(layers, words[SLUICE_HEADER_LAYERS] |= 8)
CHANGE(counts_tail, words[SLUICE_HEADER_COUNTS] |= 1ULL << 48)
CHANGE(no_zones, words[SLUICE_HEADER_COUNTS] &= ~0xffff0000ULL)
CHANGE(many_ports, words[SLUICE_HEADER_COUNTS] |= 0x100)
CHANGE(many_zones, words[SLUICE_HEADER_COUNTS] |= 0x1ffULL << 16)
CHANGE(many_conduits, words[SLUICE_HEADER_COUNTS] |= 0x4000ULL << 32)
CHANGE(many_identifiers, words[SLUICE_HEADER_IDENTIFIERS] |= 1ULL << 52)
CHANGE(many_bindings, words[SLUICE_HEADER_BINDINGS] |= 1ULL << 52)
CHANGE(many_buckets, words[SLUICE_HEADER_TABLE] |= 31ULL << 32)
CHANGE(ports_low, words[SLUICE_HEADER_PORTS] = 0)
CHANGE(ports_upper, words[SLUICE_HEADER_PORTS] |= 1ULL << 32)
CHANGE(zones_twice, words[SLUICE_HEADER_ZONES] = words[SLUICE_HEADER_PORTS])
CHANGE(zones_far, words[SLUICE_HEADER_ZONES] += 9)
CHANGE(conduits_out, words[SLUICE_HEADER_CONDUITS] = 0xfffffff0)
CHANGE(services_out, words[SLUICE_HEADER_SERVICES] = count)
CHANGE(matrix_out, words[SLUICE_HEADER_MATRIX] = count + 1)
CHANGE(matrix_back, words[SLUICE_HEADER_MATRIX] = 40)
CHANGE(table_out, words[SLUICE_HEADER_TABLE] += 20ULL << 32)
CHANGE(macs_out, words[SLUICE_HEADER_MACS] += 20ULL << 32)
CHANGE(total, words[SLUICE_HEADER_CONNECTIONS]--)

CHANGE(port_zero, port(0)[3] = 1)
CHANGE(port_no_zone, port(1)[0] &= ~0x3ffULL)
CHANGE(port_far_zone, port(1)[0] |= 0x3ff)
CHANGE(port_via, port(1)[0] = PLANT_CLOUD)
CHANGE(port_vlan, port(1)[0] |= 0xfffULL << 16)
CHANGE(port_flags, port(1)[0] |= 1ULL << 34)
CHANGE(port_hole, port(1)[0] |= 1ULL << 12)
CHANGE(port_reserved, port(1)[3] = 1)
CHANGE(port_no_name, port(1)[1] = 0)
CHANGE(port_long_name, port(1)[2] = 0x6161616161616161ULL; port(1)[1] = port(1)[2])
CHANGE(port_gap_in_name, port(1)[2] = 'x')
CHANGE(port_slash, port(1)[1] = 0x2f2e)
CHANGE(port_twice, memcpy(port(3), port(1), 24))

CHANGE(zone_zero, zone(0)[0] = 1)
CHANGE(zone_no_level, zone(PLANT_DMZ)[0] &= ~0xf00ULL)
CHANGE(zone_level_five, zone(PLANT_DMZ)[0] |= 5 << 8)
CHANGE(zone_hole, zone(PLANT_DMZ)[0] |= 1 << 4)
CHANGE(zone_peer, zone(PLANT_DMZ)[0] |= SLUICE_ZONE_FLAG_PEER)
CHANGE(zone_no_carrier, zone(PLANT_DMZ)[0] &= ~(0x3ffULL << 16))
CHANGE(zone_far_carrier, zone(PLANT_CLOUD)[0] |= 0x3ffULL << 16)
CHANGE(zone_chain, zone(PLANT_CLOUD)[0] = (zone(PLANT_CLOUD)[0] & ~(0x3ffULL << 16)) |
	PLANT_ENTERPRISE << 16; zone(PLANT_ENTERPRISE)[0] =
	(zone(PLANT_ENTERPRISE)[0] & ~(0x3ffULL << 16)) | PLANT_INTERNET << 16)
CHANGE(zone_behind_fence, zone(PLANT_CLOUD)[0] = (zone(PLANT_CLOUD)[0] & ~(0x3ffULL << 16)) |
	PLANT_SAFETY << 16)
CHANGE(zone_control_via, zone(PLANT_CLOUD)[0] = (zone(PLANT_CLOUD)[0] & ~0xf00ULL) | 1 << 8)
CHANGE(zone_intra_other, zone(PLANT_DMZ)[0] |= (__u64)PLANT_PING << 32)
CHANGE(zone_intra_far, zone(PLANT_DMZ)[0] |= 0x3fffULL << 32)
CHANGE(zone_identifier_far, zone(PLANT_DMZ)[1] = 1000)
CHANGE(zone_identifier_other, zone(PLANT_DMZ)[1] = PLANT_ID_PLC)
CHANGE(zone_identifier_gateway, zone(PLANT_DMZ)[1] = SLUICE_IDENTIFIER_GATEWAY)
CHANGE(fence_level, zone(PLANT_SAFETY)[0] |= 1 << 8)
CHANGE(fence_intra, zone(PLANT_SAFETY)[0] |= (__u64)PLANT_INTRA_CONTROL << 32)
CHANGE(fence_via, zone(PLANT_SAFETY)[0] = (zone(PLANT_SAFETY)[0] & ~(0x3ffULL << 16)) |
	PLANT_DMZ << 16)

CHANGE(conduit_zero, conduit(0)[1] = 1)
CHANGE(grade_none, conduit(1)[0] &= ~0xfULL)
CHANGE(grade_budget, conduit(1)[0] = SLUICE_GRADE_BUDGET)
CHANGE(conduit_hole, conduit(1)[0] |= 1 << 5)
CHANGE(conduit_both, conduit(PLANT_DIAL)[0] |= SLUICE_CONDUIT_FLAG_TO_GATEWAY)
CHANGE(no_packets, conduit(1)[1] &= ~0xffffffffULL)
CHANGE(no_connections, conduit(1)[1] &= 0xffffffffULL)
CHANGE(fast, conduit(1)[1] = 1000000001ULL | 10ULL << 32; conduit(1)[2] = 100000000ULL << 32)
CHANGE(interval, conduit(1)[2]--)
CHANGE(interval_connections, conduit(1)[2] ^= 1ULL << 40)
CHANGE(no_concurrent, conduit(1)[3] &= ~0xffffffffULL; words[SLUICE_HEADER_CONNECTIONS] -= 100)
CHANGE(window_turned, conduit(PLANT_VENDOR)[5] = conduit(PLANT_VENDOR)[4])
CHANGE(conduit_reserved, conduit(1)[SLUICE_CONDUIT_RESERVED] = 1)
CHANGE(grade_five, conduit(1)[0] += 4)
CHANGE(budget_without, conduit(1)[SLUICE_CONDUIT_BUDGET] = 1 | 1ULL << 32)
CHANGE(budget_no_flow, conduit(1)[0] = SLUICE_GRADE_BUDGET;
	conduit(1)[SLUICE_CONDUIT_BUDGET] = 1ULL << 32)
CHANGE(budget_small_hour, conduit(1)[0] = SLUICE_GRADE_BUDGET;
	conduit(1)[SLUICE_CONDUIT_BUDGET] = 2 | 1ULL << 32)
CHANGE(weekly_no_mark, conduit(1)[SLUICE_CONDUIT_WEEKLY] = WEEKLY(1, 0, 60, 0) & ~SLUICE_WEEKLY_SET)
CHANGE(weekly_no_day, conduit(1)[SLUICE_CONDUIT_WEEKLY] = WEEKLY(0, 0, 60, 0))
CHANGE(weekly_eighth_day, conduit(1)[SLUICE_CONDUIT_WEEKLY] = WEEKLY(0x81, 0, 60, 0))
CHANGE(weekly_late, conduit(1)[SLUICE_CONDUIT_WEEKLY] = WEEKLY(1, 1440, 60, 0))
CHANGE(weekly_no_time, conduit(1)[SLUICE_CONDUIT_WEEKLY] = WEEKLY(1, 0, 0, 0))
CHANGE(weekly_long, conduit(1)[SLUICE_CONDUIT_WEEKLY] = WEEKLY(1, 0, 1441, 0))
CHANGE(weekly_far, conduit(1)[SLUICE_CONDUIT_WEEKLY] = WEEKLY(1, 0, 60, 1441))
CHANGE(weekly_hole, conduit(1)[SLUICE_CONDUIT_WEEKLY] = WEEKLY(1, 0, 60, 0) | 1ULL << 50)
CHANGE(open_without, conduit(1)[SLUICE_CONDUIT_OPEN] = 60 | 1ULL << 32)
CHANGE(open_no_time, conduit(1)[0] |= SLUICE_CONDUIT_FLAG_OPEN;
	conduit(1)[SLUICE_CONDUIT_OPEN] = 1ULL << 32)
CHANGE(open_three, conduit(1)[0] |= SLUICE_CONDUIT_FLAG_OPEN;
	conduit(1)[SLUICE_CONDUIT_OPEN] = 60 | 3ULL << 32)
CHANGE(intra_graded, conduit(PLANT_INTRA_CONTROL)[0] += SLUICE_GRADE_ONE_WAY - SLUICE_GRADE_INITIATE)
CHANGE(intra_identity, conduit(PLANT_INTRA_CONTROL)[0] |= SLUICE_CONDUIT_FLAG_IDENTITY)
CHANGE(intra_observe, conduit(PLANT_INTRA_CONTROL)[0] |= SLUICE_CONDUIT_FLAG_OBSERVE)
CHANGE(identity_twice, conduit(1)[0] |= SLUICE_CONDUIT_FLAG_LEASES)
CHANGE(fine_observe, conduit(1)[0] |= SLUICE_CONDUIT_FLAG_OBSERVE)
CHANGE(flag_unknown, conduit(1)[0] |= 1ULL << 16)
CHANGE(dial_fragments, conduit(PLANT_DIAL)[0] |= SLUICE_CONDUIT_FLAG_FRAGMENTS)
CHANGE(fragments_unsaid, conduit(PLANT_TO_HISTORIAN)[0] |= SLUICE_CONDUIT_FLAG_FRAGMENTS)
CHANGE(reset_dmz, zone(PLANT_DMZ)[0] |= SLUICE_ZONE_FLAG_RESET)
CHANGE(tunnel_tag, words[section(SLUICE_HEADER_PORTS) + PLANT_ETH2_10 * SLUICE_PORT_WORDS] |=
	SLUICE_PORT_FLAG_TUNNEL)
CHANGE(rule_8_zone, zone(PLANT_CONTROL)[0] |= SLUICE_ZONE_FLAG_PEER)

/* What a conduit may say: none of these is refused. */
CHANGE(fine_one_way, conduit(1)[0] += SLUICE_GRADE_ONE_WAY - SLUICE_GRADE_INITIATE)
CHANGE(fine_budget, conduit(1)[0] += SLUICE_GRADE_BUDGET - SLUICE_GRADE_INITIATE;
	conduit(1)[SLUICE_CONDUIT_BUDGET] = 5 | 5ULL << 32)
CHANGE(fine_weekly, conduit(1)[SLUICE_CONDUIT_WEEKLY] = WEEKLY(0x7f, 1439, 1440, -720))
CHANGE(fine_open, conduit(1)[0] |= SLUICE_CONDUIT_FLAG_OPEN | SLUICE_CONDUIT_FLAG_IDENTITY;
	conduit(1)[SLUICE_CONDUIT_OPEN] = 60 | 2ULL << 32)
CHANGE(fine_reset, zone(PLANT_CONTROL)[0] |= SLUICE_ZONE_FLAG_RESET)

CHANGE(identifier_zero, identifier(0)[0] = 1)
CHANGE(identifier_gateway, identifier(1)[0] = PLANT_DMZ)
CHANGE(identifier_none, identifier(PLANT_ID_PLC)[0] = 0)
CHANGE(identifier_far, identifier(PLANT_ID_PLC)[0] = 99)
CHANGE(identifier_upper, identifier(PLANT_ID_PLC)[0] |= 1ULL << 32)

CHANGE(page_low, words[section(SLUICE_HEADER_SERVICES)] = 32)
CHANGE(page_before, words[section(SLUICE_HEADER_SERVICES)] =
	section(SLUICE_HEADER_SERVICES) + SLUICE_TRANSPORTS * SLUICE_SERVICE_PAGES - 64)
CHANGE(page_far, words[section(SLUICE_HEADER_SERVICES)] = section(SLUICE_HEADER_MATRIX))
CHANGE(page_askew, words[section(SLUICE_HEADER_SERVICES)] = section(SLUICE_HEADER_SERVICES) + 1281)
CHANGE(page_wrap, words[section(SLUICE_HEADER_SERVICES)] = ~0ULL - 3)

CHANGE(matrix_isolated, words[section(SLUICE_HEADER_MATRIX) + (PLANT_SAFETY * SIDE + 2) / 8] |=
	1ULL << 8 * ((PLANT_SAFETY * SIDE + 2) % 8))
CHANGE(matrix_itself, words[section(SLUICE_HEADER_MATRIX)] |= 1)
CHANGE(matrix_whole_gateway, words[section(SLUICE_HEADER_MATRIX)] |= SLUICE_MATRIX_ZONE_CLASS << 24)
CHANGE(matrix_high_bits, words[section(SLUICE_HEADER_MATRIX) + 2] |= 0x10ULL << 24)
CHANGE(matrix_tail, words[section(SLUICE_HEADER_MATRIX) + SIDE * SIDE / 8] |= 1ULL << 56)
CHANGE(matrix_silent, memset(words + section(SLUICE_HEADER_MATRIX), 0, 88))

CHANGE(bucket_value, bucket(SLUICE_HEADER_TABLE, 0, 0)[1] = 1)
CHANGE(entry_no_conduit, entry_of(PLANT_PING)[1] = 0)
CHANGE(entry_far_conduit, entry_of(PLANT_PING)[1] = 999)
CHANGE(entry_upper, entry_of(PLANT_PING)[1] |= 1ULL << 40)
CHANGE(entry_intra, entry_of(PLANT_PING)[1] = PLANT_INTRA_CONTROL)
CHANGE(entry_as_dial, entry_of(PLANT_PING)[1] = PLANT_DIAL)
CHANGE(dial_as_entry, entry_of(PLANT_DIAL)[1] = PLANT_PING)
CHANGE(entry_no_service, rewrite_key(entry_of(PLANT_PING), entry_of(PLANT_PING)[0] & ~0xffffULL))
CHANGE(entry_key_upper, rewrite_key(entry_of(PLANT_PING), entry_of(PLANT_PING)[0] | 1ULL << 60))
CHANGE(entry_far_end, entry_of(PLANT_PING)[0] |= 0xfffffULL << 36)
CHANGE(entry_no_end, entry_of(PLANT_PING)[0] &= ~(0xfffffULL << 16))
CHANGE(entry_lost, words[SLUICE_HEADER_SEED] = 1)
CHANGE(entry_twice, rewrite_key(entry_of(PLANT_DMZ_TO_IT), entry_of(PLANT_TO_HISTORIAN)[0]))

CHANGE(rule_1_to, join(PLANT_ID_PLC, PLANT_ID_DMZ); identifier(PLANT_ID_DMZ)[0] = PLANT_SAFETY;
	zone(PLANT_DMZ)[1] = 0)
CHANGE(rule_1_from, join(PLANT_ID_DMZ, PLANT_ID_PLC); identifier(PLANT_ID_DMZ)[0] = PLANT_SAFETY;
	zone(PLANT_DMZ)[1] = 0)
CHANGE(rule_2_dmz, join(PLANT_ID_HISTORIAN, PLANT_ID_PLC))
CHANGE(rule_2_enterprise, join(PLANT_ID_CENTRAL, PLANT_ID_PLC))
CHANGE(rule_2_internet, join(PLANT_ID_INTERNET, PLANT_ID_CONTROL))
CHANGE(rule_2_gateway, rewrite_key(entry_of(PLANT_DIAL),
	SLUICE_TABLE_KEY(SLUICE_IDENTIFIER_GATEWAY, PLANT_ID_PLC, PLANT_MQTT)))
CHANGE(rule_3_enterprise, join(PLANT_ID_CENTRAL, PLANT_ID_BROKER))
CHANGE(rule_3_internet, join(PLANT_ID_INTERNET, PLANT_ID_BROKER))
CHANGE(rule_4_up, join(PLANT_ID_PLC, PLANT_ID_CENTRAL))
CHANGE(rule_4_far, join(PLANT_ID_PLC, PLANT_ID_INTERNET))
CHANGE(rule_4_dmz_internet, join(PLANT_ID_BROKER, PLANT_ID_INTERNET))

CHANGE(binding_zero, binding(0)[2] = 1)
CHANGE(binding_many, binding(1)[0] |= 7)
CHANGE(binding_hole, binding(1)[0] |= 1 << 8)
CHANGE(binding_far_port, binding(1)[0] |= 0xffULL << 16)
CHANGE(binding_other_port, binding(1)[0] = 1 | PLANT_ETH3 << 16)
CHANGE(binding_group_mac, binding(1)[1] |= 1ULL << 40)
CHANGE(binding_no_mac, binding(1)[1] = 0)
CHANGE(binding_long_mac, binding(1)[1] |= 1ULL << 48)
CHANGE(binding_hidden_mac, binding(1)[2] = 5)
CHANGE(binding_reserved, binding(1)[5] = 5)

CHANGE(mac_unused, bucket(SLUICE_HEADER_MACS, 0, 1)[0] &= ~SLUICE_MAC_USED)
CHANGE(mac_group, bucket(SLUICE_HEADER_MACS, 0, 1)[0] |= 1ULL << 40)
CHANGE(mac_open_zone, bucket(SLUICE_HEADER_MACS, 0, 1)[1] = PLANT_DMZ)
CHANGE(mac_no_zone, bucket(SLUICE_HEADER_MACS, 0, 1)[1] = 0)
CHANGE(mac_lost, bucket(SLUICE_HEADER_MACS, 0, 1)[0] ^= 1)
CHANGE(mac_empty, bucket(SLUICE_HEADER_MACS, 0, 0)[1] = PLANT_SAFETY)

CHANGE(leaf_far_zone, *leaf_of(PLANT_DMZ) |= 0x3ffULL << 20)
CHANGE(leaf_no_zone, *leaf_of(PLANT_DMZ) &= ~(0x3ffULL << 20))
CHANGE(leaf_other_zone, *leaf_of(PLANT_DMZ) ^= (PLANT_DMZ ^ PLANT_ENTERPRISE) << 20)
CHANGE(leaf_far_identifier, *leaf_of(PLANT_DMZ) |= 0xfffff)
CHANGE(leaf_far_binding, *leaf_of(PLANT_DMZ) |= 0xfffffULL << 30)
CHANGE(leaf_upper, *leaf_of(PLANT_DMZ) |= 1ULL << 50)
CHANGE(leaf_other_binding, *leaf_of(PLANT_DMZ) |= 1ULL << 30)
CHANGE(entry_no_type, *leaf_of(PLANT_DMZ) &= (1ULL << 62) - 1)
CHANGE(node_low, *block(SLUICE_ENTRY_NODE) -= 1)
CHANGE(node_circle, *block(SLUICE_ENTRY_NODE) =
	words[SLUICE_HEADER_ROOT4])
CHANGE(node_wide, *block(SLUICE_ENTRY_NODE) |= 31ULL << 32)
CHANGE(node_upper, *block(SLUICE_ENTRY_NODE) |= 1ULL << 40)
CHANGE(compare_wide, *block(SLUICE_ENTRY_COMPARE) |= 63ULL << 32)
CHANGE(compare_key, words[SLUICE_BASE(*block(SLUICE_ENTRY_COMPARE))] |= 1ULL << 63)
CHANGE(root_shared, words[SLUICE_HEADER_ROOT6] = words[SLUICE_HEADER_ROOT4])
CHANGE(root_gone, words[SLUICE_HEADER_ROOT6] = 0)
CHANGE(root_nothing, words[SLUICE_HEADER_ROOT4] = words[SLUICE_HEADER_ROOT6] = 0)

/* @word: where the error must point, 0 for anywhere */
struct change {
	const char *name;
	void (*spoil)(void);
	int code;
	unsigned int rule;
	unsigned int word;
};

#define MALFORMED(function) { #function, function, -EBADMSG, 0, 0 }
#define MISPLACED(function, field) { #function, function, -EBADMSG, 0, SLUICE_HEADER_##field }
#define TOO_BIG(function) { #function, function, -E2BIG, 0, 0 }
#define RULE(number, function) { #function, function, -ERANGE, number, 0 }
#define FINE(function) { #function, function, 0, 0, 0 }

static const struct change changes[] = {
	MALFORMED(magic), MALFORMED(words_more), MALFORMED(words_cut), MALFORMED(only_header),
	MALFORMED(reserved_header), MALFORMED(reserved_tail), MALFORMED(format),
	MALFORMED(layers), MALFORMED(counts_tail), MALFORMED(no_zones), TOO_BIG(many_ports),
	TOO_BIG(many_zones), TOO_BIG(many_conduits), TOO_BIG(many_identifiers),
	TOO_BIG(many_bindings), TOO_BIG(many_buckets), MISPLACED(ports_low, PORTS),
	MISPLACED(ports_upper, PORTS), MISPLACED(zones_twice, ZONES),
	MISPLACED(zones_far, ZONES), MISPLACED(conduits_out, CONDUITS),
	MISPLACED(services_out, SERVICES), MISPLACED(matrix_out, MATRIX),
	MISPLACED(matrix_back, MATRIX), MISPLACED(table_out, TABLE), MISPLACED(macs_out, MACS),
	MALFORMED(total), MALFORMED(port_zero), MALFORMED(port_no_zone),
	MALFORMED(port_far_zone), MALFORMED(port_via), MALFORMED(port_vlan),
	MALFORMED(port_flags), MALFORMED(port_hole), MALFORMED(port_reserved),
	MALFORMED(port_no_name), MALFORMED(port_long_name), MALFORMED(port_gap_in_name),
	MALFORMED(port_slash), MALFORMED(port_twice), MALFORMED(zone_zero),
	MALFORMED(zone_no_level), MALFORMED(zone_level_five), MALFORMED(zone_hole),
	MALFORMED(zone_peer), MALFORMED(zone_no_carrier), MALFORMED(zone_far_carrier),
	MALFORMED(zone_chain), MALFORMED(zone_behind_fence), MALFORMED(zone_control_via),
	MALFORMED(zone_intra_other), MALFORMED(zone_intra_far), MALFORMED(zone_identifier_far),
	MALFORMED(zone_identifier_other), MALFORMED(zone_identifier_gateway),
	RULE(1, fence_level), RULE(1, fence_intra), RULE(1, fence_via),
	MALFORMED(conduit_zero), MALFORMED(grade_none), MALFORMED(grade_budget),
	MALFORMED(conduit_hole), MALFORMED(conduit_both), MALFORMED(no_packets),
	MALFORMED(no_connections), MALFORMED(fast), MALFORMED(interval),
	MALFORMED(interval_connections), MALFORMED(no_concurrent), MALFORMED(window_turned),
	MALFORMED(conduit_reserved), MALFORMED(grade_five), MALFORMED(budget_without),
	MALFORMED(budget_no_flow), MALFORMED(budget_small_hour), MALFORMED(weekly_no_mark),
	MALFORMED(weekly_no_day), MALFORMED(weekly_eighth_day), MALFORMED(weekly_late),
	MALFORMED(weekly_no_time), MALFORMED(weekly_long), MALFORMED(weekly_far),
	MALFORMED(weekly_hole), MALFORMED(open_without), MALFORMED(open_no_time),
	MALFORMED(open_three), MALFORMED(intra_graded), MALFORMED(intra_identity),
	MALFORMED(intra_observe), MALFORMED(identity_twice), MALFORMED(flag_unknown),
	MALFORMED(dial_fragments), MALFORMED(fragments_unsaid), MALFORMED(reset_dmz),
	MALFORMED(tunnel_tag), RULE(8, rule_8_zone),
	FINE(fine_one_way), FINE(fine_budget), FINE(fine_weekly), FINE(fine_open),
	FINE(fine_observe),
	FINE(fine_reset),
	MALFORMED(identifier_zero), MALFORMED(identifier_gateway), MALFORMED(identifier_none),
	MALFORMED(identifier_far), MALFORMED(identifier_upper), MALFORMED(page_low), MALFORMED(page_before),
	MALFORMED(page_far), MALFORMED(page_askew), MALFORMED(page_wrap),
	MALFORMED(matrix_isolated), MALFORMED(matrix_itself), MALFORMED(matrix_whole_gateway),
	MALFORMED(matrix_high_bits), MALFORMED(matrix_tail), MALFORMED(matrix_silent),
	MALFORMED(bucket_value), MALFORMED(entry_no_conduit), MALFORMED(entry_far_conduit),
	MALFORMED(entry_upper), MALFORMED(entry_intra), MALFORMED(entry_as_dial),
	MALFORMED(dial_as_entry), MALFORMED(entry_no_service), MALFORMED(entry_key_upper),
	MALFORMED(entry_far_end), MALFORMED(entry_no_end), MALFORMED(entry_lost),
	MALFORMED(entry_twice), RULE(1, rule_1_to), RULE(1, rule_1_from), RULE(2, rule_2_dmz),
	RULE(2, rule_2_enterprise), RULE(2, rule_2_internet), RULE(2, rule_2_gateway),
	RULE(3, rule_3_enterprise), RULE(3, rule_3_internet), RULE(4, rule_4_up),
	RULE(4, rule_4_far), RULE(4, rule_4_dmz_internet), MALFORMED(binding_zero),
	MALFORMED(binding_many), MALFORMED(binding_hole), MALFORMED(binding_far_port),
	MALFORMED(binding_other_port), MALFORMED(binding_group_mac), MALFORMED(binding_no_mac),
	MALFORMED(binding_long_mac), MALFORMED(binding_hidden_mac),
	MALFORMED(binding_reserved), MALFORMED(mac_unused), MALFORMED(mac_group),
	MALFORMED(mac_open_zone), MALFORMED(mac_no_zone), MALFORMED(mac_lost),
	MALFORMED(mac_empty), MALFORMED(leaf_far_zone), MALFORMED(leaf_no_zone),
	MALFORMED(leaf_other_zone), MALFORMED(leaf_far_identifier),
	MALFORMED(leaf_far_binding), MALFORMED(leaf_upper), MALFORMED(leaf_other_binding),
	MALFORMED(entry_no_type), MALFORMED(node_low), MALFORMED(node_circle),
	MALFORMED(node_wide), MALFORMED(node_upper), MALFORMED(compare_wide),
	MALFORMED(compare_key), MALFORMED(root_shared), MALFORMED(root_gone),
	MALFORMED(root_nothing),
};

static void check_change(const struct change *change)
{
	struct sluice_image spoilt = image_copy(&good);
	struct sluice_verify_error error;
	int code;

	words = (__le64 *)(uintptr_t)spoilt.words;
	count = spoilt.count;
	change->spoil();
	spoilt.count = count;
	code = sluice_verify(&spoilt, &error);
	if (!ktap_ok(code == change->code && error.rule == change->rule &&
		     !error.text == !change->code &&
		     (change->rule < 2 || error.conduit) &&
		     (!change->word || error.word == change->word), "verify: %s", change->name))
		printf("# %d rule %u conduit %u word %u: %s\n", code, error.rule, error.conduit,
		       error.word, error.text ? error.text : "accepted");
	image_free(&spoilt);
}

/* What no single field shows: an image of exactly its words, read under the sanitizer. */
static void check_every_cut(void)
{
	struct sluice_verify_error error;
	bool refused = true;
	__u32 length;

	for (length = 0; length < good.count; length += 7) {
		struct sluice_image cut = { good.words, good.count };
		struct sluice_image copy;

		cut.count = length;
		copy = image_copy(&cut);
		if (length > SLUICE_HEADER_WORDS)
			((__le64 *)(uintptr_t)copy.words)[SLUICE_HEADER_WORDS] = length;
		refused = refused && sluice_verify(&copy, &error);
		image_free(&copy);
	}
	ktap_ok(refused, "verify: an image that is cut anywhere and says so itself");
}

/* The last entry of all leads to a block behind the end: refused there, before any word of it is read. */
static void check_block_beyond(void)
{
	struct sluice_image spoilt = image_copy(&good);
	struct sluice_verify_error error;
	__u32 last = spoilt.count - 1;

	((__le64 *)(uintptr_t)spoilt.words)[last] =
		(__u64)SLUICE_ENTRY_NODE << SLUICE_ENTRY_SHIFT | 3ULL << 32 | spoilt.count;
	ktap_ok(sluice_verify(&spoilt, &error) == -EBADMSG && error.word == last,
		"verify: a block behind the end of the image");
	image_free(&spoilt);
}

/* An IPv6 trie of one bit a step, as deep as said, behind an image without owners */
static int verify_chain(__u32 blocks)
{
	struct image_plan plan = image_plant;
	struct sluice_verify_error error;
	struct sluice_image image, chain;
	__le64 *entry;
	__u32 i;
	int code;

	plan.owners = 0;
	image = image_make(&plan);
	entry = calloc(image.count + 2 * blocks, sizeof(*entry));
	if (!entry)
		abort();
	memcpy(entry, image.words, image.count * sizeof(*entry));
	chain = (struct sluice_image){ entry, image.count + 2 * blocks };
	entry[SLUICE_HEADER_WORDS] = chain.count;
	for (i = 0; i < blocks; i++)
		entry[i ? image.count + 2 * i - 2 : SLUICE_HEADER_ROOT6] =
			(__u64)SLUICE_ENTRY_NODE << SLUICE_ENTRY_SHIFT | (image.count + 2 * i);
	code = sluice_verify(&chain, &error);
	image_free(&image);
	image_free(&chain);
	return code;
}

int main(void)
{
	struct sluice_verify_error error;
	size_t i;

	good = image_make(&image_plant);
	words = (__le64 *)(uintptr_t)good.words;
	count = good.count;
	ktap_ok(!sluice_verify(&good, &error) && !error.text, "verify: the plant is good");
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		check_change(&changes[i]);
	check_every_cut();
	check_block_beyond();
	ktap_ok(!verify_chain(SLUICE_TRIE_STEPS - 1), "verify: a trie as deep as a packet may walk");
	ktap_ok(verify_chain(SLUICE_TRIE_STEPS) == -EBADMSG, "verify: a trie that is a step deeper");
	image_free(&good);
	return ktap_done();
}
