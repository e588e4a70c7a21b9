/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is this image whole, canonical, and does it obey the structural rules S1 to S4 and S8?
 *
 * Asked by the module before it holds an image, by the agent before it offers one, and by the tests;
 * never per packet. gate() is safe on any words (sluice_word()), so this is not for memory safety: it
 * refuses what the compiler would never write and what no signature may allow.
 *
 * The canonical order, which makes the check linear and leaves no word unexplained:
 *
 *	sections stand in the order of enum sluice_header (ports, zones, conduits, identifiers,
 *	services, matrix, table, bindings, MACs, tries) with fewer than SLUICE_VERIFY_PADDING words
 *	of zero between them, and index 0 of each array is all zero;
 *	services are 5 x 256 directory words and then the pages, back to back;
 *	tries come last, IPv4 then IPv6, in pre-order: a block begins where the one before it in a
 *	depth-first walk ends, so every word belongs to exactly one parent.
 *
 * A table or MAC bucket stands within SLUICE_TABLE_PROBES of its home with no gap before it.
 */
#ifndef SLUICE_CORE_VERIFY_H
#define SLUICE_CORE_VERIFY_H

#include <linux/errno.h>
#include "image.h"

/* The module gives the processor away here; an image may have 16 million words. */
#ifndef SLUICE_VERIFY_PAUSE
#define SLUICE_VERIFY_PAUSE() do { } while (0)
#endif

#define SLUICE_VERIFY_PADDING	8	/* words; sections may start on a cache line */
#define SLUICE_VERIFY_SECOND	1000000000u

/**
 * struct sluice_verify_error - why an image is refused
 * @text: one sentence, static
 * @rule: 1 to 4 for S1 to S4, 8 for S8, else 0
 * @conduit: the conduit that breaks the rule or is itself wrong, else 0
 * @word: index of the word that is wrong
 */
struct sluice_verify_error {
	const char *text;
	__u32 rule;
	__u32 conduit;
	__u32 word;
};

/*
 * struct sluice_verify - the image with its header read once
 */
struct sluice_verify {
	const struct sluice_image *image;
	struct sluice_verify_error *error;
	__u32 ports;
	__u32 zones;
	__u32 conduits;
	__u32 identifiers;
	__u32 bindings;
	__u32 table_log2;
	__u32 mac_log2;
	__u32 port_base;
	__u32 identifier_base;
	__u32 service_base;
	__u32 matrix_base;
	__u32 table_base;
	__u32 binding_base;
	__u32 mac_base;
	__u32 end;		/* of the sections placed so far */
};

static inline int sluice_verify_fail(struct sluice_verify *verify, int code, __u32 word,
				     const char *text)
{
	verify->error->text = text;
	verify->error->word = word;
	return code;
}

static inline int sluice_verify_rule(struct sluice_verify *verify, __u32 rule, __u32 conduit,
				     __u32 word, const char *text)
{
	verify->error->rule = rule;
	verify->error->conduit = conduit;
	return sluice_verify_fail(verify, -ERANGE, word, text);
}

static inline __u64 sluice_verify_word(const struct sluice_verify *verify, __u32 index)
{
	return sluice_word(verify->image, index);
}

static inline int sluice_verify_zero(struct sluice_verify *verify, __u32 from, __u32 to,
				     const char *text)
{
	for (; from < to; from++)
		if (sluice_verify_word(verify, from))
			return sluice_verify_fail(verify, -EBADMSG, from, text);
	return 0;
}

/*
 * The next section begins at @base and has @words words. @words is 64 bits wide, so a count cannot
 * wrap round the end.
 */
static inline int sluice_verify_section(struct sluice_verify *verify, __u32 field, __u32 base,
					__u64 words)
{
	if (base < verify->end || base - verify->end >= SLUICE_VERIFY_PADDING)
		return sluice_verify_fail(verify, -EBADMSG, field,
					  "a section is not where the one before it ends");
	if (words > verify->image->count || base > verify->image->count - words)
		return sluice_verify_fail(verify, -EBADMSG, field,
					  "a section reaches beyond the end of the image");
	if (sluice_verify_zero(verify, verify->end, base, "padding between sections is not zero"))
		return -EBADMSG;
	verify->end = base + (__u32)words;
	return 0;
}

static inline int sluice_verify_header(struct sluice_verify *verify)
{
	__u64 counts = sluice_verify_word(verify, SLUICE_HEADER_COUNTS);
	__u64 layers = SLUICE_LAYER_BIT_XDP | SLUICE_LAYER_BIT_MODULE | SLUICE_LAYER_BIT_NFTABLES;

	if (verify->image->count > SLUICE_MAX_IMAGE_WORDS)
		return sluice_verify_fail(verify, -E2BIG, SLUICE_HEADER_WORDS,
					  "the image has too many words");
	if (verify->image->count < SLUICE_IMAGE_HEADER_WORDS ||
	    sluice_verify_word(verify, SLUICE_HEADER_MAGIC) != SLUICE_IMAGE_MAGIC)
		return sluice_verify_fail(verify, -EBADMSG, SLUICE_HEADER_MAGIC, "not an image");
	if (sluice_verify_word(verify, SLUICE_HEADER_WORDS) != verify->image->count)
		return sluice_verify_fail(verify, -EBADMSG, SLUICE_HEADER_WORDS,
					  "the image is cut or has a tail");
	if (sluice_verify_word(verify, SLUICE_HEADER_COMPILER) != SLUICE_COMPILER_FORMAT)
		return sluice_verify_fail(verify, -EBADMSG, SLUICE_HEADER_COMPILER,
					  "the image has another format than this build reads");
	if (sluice_verify_word(verify, SLUICE_HEADER_LAYERS) & ~layers)
		return sluice_verify_fail(verify, -EBADMSG, SLUICE_HEADER_LAYERS,
					  "a layer is required that this build does not know");
	verify->ports = SLUICE_COUNT_PORTS(counts);
	verify->zones = SLUICE_COUNT_ZONES(counts);
	verify->conduits = SLUICE_COUNT_CONDUITS(counts);
	if (verify->ports > SLUICE_MAX_PORTS || verify->zones > SLUICE_MAX_ZONES ||
	    verify->conduits > SLUICE_MAX_CONDUITS)
		return sluice_verify_fail(verify, -E2BIG, SLUICE_HEADER_COUNTS,
					  "too many ports, zones or conduits");
	if (counts >> 48 || !verify->zones)
		return sluice_verify_fail(verify, -EBADMSG, SLUICE_HEADER_COUNTS,
					  "the counts in the header are wrong");
	if (sluice_verify_word(verify, SLUICE_HEADER_RESERVED))
		return sluice_verify_fail(verify, -EBADMSG, SLUICE_HEADER_RESERVED,
					  "a reserved word of the header is not zero");
	return sluice_verify_zero(verify, SLUICE_HEADER_COMPILER + 1, SLUICE_IMAGE_HEADER_WORDS,
				  "a reserved word of the header is not zero");
}

/* A section whose header word holds nothing but its base. */
static inline int sluice_verify_plain(struct sluice_verify *verify, __u32 field, __u64 words)
{
	__u64 header = sluice_verify_word(verify, field);

	if (SLUICE_EXTRA(header))
		return sluice_verify_fail(verify, -EBADMSG, field,
					  "the upper half of a section's base is not zero");
	return sluice_verify_section(verify, field, SLUICE_BASE(header), words);
}

/* A hash table of 2^log2 buckets of two words. */
static inline int sluice_verify_hash(struct sluice_verify *verify, __u32 field, __u32 *base,
				     __u32 *log2)
{
	__u64 header = sluice_verify_word(verify, field);

	*base = SLUICE_BASE(header);
	*log2 = SLUICE_EXTRA(header);
	if (*log2 > 24)
		return sluice_verify_fail(verify, -E2BIG, field, "a table has too many buckets");
	return sluice_verify_section(verify, field, *base, 2ULL << *log2);
}

static inline int sluice_verify_services_section(struct sluice_verify *verify)
{
	__u32 directory = SLUICE_TRANSPORTS * SLUICE_SERVICE_PAGES;
	__u32 matrix = SLUICE_BASE(sluice_verify_word(verify, SLUICE_HEADER_MATRIX));
	__u32 pages;
	int code = sluice_verify_plain(verify, SLUICE_HEADER_SERVICES, directory);

	if (code)
		return code;
	verify->service_base = SLUICE_BASE(sluice_verify_word(verify, SLUICE_HEADER_SERVICES));
	if (matrix < verify->end || matrix > verify->image->count)
		return sluice_verify_fail(verify, -EBADMSG, SLUICE_HEADER_MATRIX,
					  "a section is not where the one before it ends");
	pages = (matrix - verify->end) / SLUICE_SERVICE_PAGE_WORDS;
	if (pages > SLUICE_TRANSPORTS * SLUICE_SERVICE_PAGES)
		return sluice_verify_fail(verify, -E2BIG, SLUICE_HEADER_MATRIX,
					  "more service pages than there can be");
	verify->end += pages * SLUICE_SERVICE_PAGE_WORDS;
	return 0;
}

/* Where each section stands; from here on every index computed from a count is in bounds. */
static inline int sluice_verify_sections(struct sluice_verify *verify)
{
	__u64 identifiers = sluice_verify_word(verify, SLUICE_HEADER_IDENTIFIERS);
	__u64 bindings = sluice_verify_word(verify, SLUICE_HEADER_BINDINGS);
	__u32 cells = (verify->zones + 1) * (verify->zones + 1);
	int code;

	verify->end = SLUICE_IMAGE_HEADER_WORDS;
	verify->port_base = SLUICE_BASE(sluice_verify_word(verify, SLUICE_HEADER_PORTS));
	verify->identifiers = SLUICE_EXTRA(identifiers);
	verify->identifier_base = SLUICE_BASE(identifiers);
	verify->bindings = SLUICE_EXTRA(bindings);
	verify->binding_base = SLUICE_BASE(bindings);
	verify->matrix_base = SLUICE_BASE(sluice_verify_word(verify, SLUICE_HEADER_MATRIX));
	if (verify->identifiers > SLUICE_MAX_IDENTIFIERS)
		return sluice_verify_fail(verify, -E2BIG, SLUICE_HEADER_IDENTIFIERS,
					  "too many address classes");
	if (verify->bindings > SLUICE_MAX_IDENTIFIERS)
		return sluice_verify_fail(verify, -E2BIG, SLUICE_HEADER_BINDINGS,
					  "too many bindings");
	code = sluice_verify_plain(verify, SLUICE_HEADER_PORTS,
				   (verify->ports + 1) * SLUICE_PORT_WORDS);
	if (!code)
		code = sluice_verify_plain(verify, SLUICE_HEADER_ZONES,
					   (verify->zones + 1) * SLUICE_ZONE_WORDS);
	if (!code)
		code = sluice_verify_plain(verify, SLUICE_HEADER_CONDUITS,
					   (verify->conduits + 1) * SLUICE_CONDUIT_WORDS);
	if (!code)
		code = sluice_verify_section(verify, SLUICE_HEADER_IDENTIFIERS,
					     verify->identifier_base, verify->identifiers + 1);
	if (!code)
		code = sluice_verify_services_section(verify);
	if (!code)
		code = sluice_verify_plain(verify, SLUICE_HEADER_MATRIX, (cells + 7) / 8);
	if (!code)
		code = sluice_verify_hash(verify, SLUICE_HEADER_TABLE, &verify->table_base,
					  &verify->table_log2);
	if (!code)
		code = sluice_verify_section(verify, SLUICE_HEADER_BINDINGS, verify->binding_base,
					     (__u64)(verify->bindings + 1) * SLUICE_BINDING_WORDS);
	if (!code && sluice_verify_word(verify, SLUICE_HEADER_MACS))
		code = sluice_verify_hash(verify, SLUICE_HEADER_MACS, &verify->mac_base,
					  &verify->mac_log2);
	return code;
}

static inline int sluice_verify_device_name(const struct sluice_verify *verify, __u32 word)
{
	int ended = 0;
	int byte;

	for (byte = 0; byte < 16; byte++) {
		__u8 letter = (__u8)(sluice_verify_word(verify, word + byte / 8) >> (8 * (byte % 8)));

		if ((ended && letter) || (byte == 0 && !letter) || letter == '/')
			return -EBADMSG;
		ended = ended || !letter;
	}
	return ended ? 0 : -EBADMSG;
}

static inline int sluice_verify_port_twice(const struct sluice_verify *verify, __u32 port)
{
	__u32 base = verify->port_base + port * SLUICE_PORT_WORDS;
	__u32 vlan = SLUICE_PORT_RECORD_VLAN(sluice_verify_word(verify, base));
	__u32 other;

	for (other = 1; other < port; other++) {
		__u32 word = verify->port_base + other * SLUICE_PORT_WORDS;

		if (sluice_verify_word(verify, word + 1) == sluice_verify_word(verify, base + 1) &&
		    sluice_verify_word(verify, word + 2) == sluice_verify_word(verify, base + 2) &&
		    SLUICE_PORT_RECORD_VLAN(sluice_verify_word(verify, word)) == vlan)
			return -EBADMSG;
	}
	return 0;
}

static inline int sluice_verify_ports(struct sluice_verify *verify)
{
	__u64 known = 0x0fff03ffULL | SLUICE_PORT_FLAG_MIRROR | SLUICE_PORT_FLAG_TUNNEL;
	__u32 port;

	if (sluice_verify_zero(verify, verify->port_base, verify->port_base + SLUICE_PORT_WORDS,
			       "port 0 is not empty"))
		return -EBADMSG;
	for (port = 1; port <= verify->ports; port++) {
		__u32 base = verify->port_base + port * SLUICE_PORT_WORDS;
		__u64 record = sluice_verify_word(verify, base);
		__u32 zone = SLUICE_PORT_RECORD_ZONE(record);

		if (record & ~known || !zone || zone > verify->zones ||
		    SLUICE_PORT_RECORD_VLAN(record) > 4094 ||
		    (record & SLUICE_PORT_FLAG_TUNNEL && SLUICE_PORT_RECORD_VLAN(record)) ||
		    sluice_verify_word(verify, base + 3))
			return sluice_verify_fail(verify, -EBADMSG, base, "a port's record is wrong");
		/* A zone with ports of its own is not behind those of another. */
		if (SLUICE_ZONE_ATTACH(sluice_zone_record(verify->image, zone)) != zone)
			return sluice_verify_fail(verify, -EBADMSG, base,
						  "a port belongs to a zone behind another one");
		if (sluice_verify_device_name(verify, base + 1))
			return sluice_verify_fail(verify, -EBADMSG, base + 1,
						  "a port's device name is wrong");
		if (sluice_verify_port_twice(verify, port))
			return sluice_verify_fail(verify, -EBADMSG, base, "a port is there twice");
	}
	return 0;
}

/* Level, and what stands for what, of a zone that conduits may name. */
static inline int sluice_verify_open_zone(const struct sluice_verify *verify, __u32 zone,
					  __u64 record)
{
	__u32 level = SLUICE_ZONE_LEVEL(record);
	__u32 attach = SLUICE_ZONE_ATTACH(record);
	__u32 intra = SLUICE_ZONE_INTRA(record);
	__u64 carrier = sluice_zone_record(verify->image, attach);

	if (level < SLUICE_LEVEL_CONTROL || level > SLUICE_LEVEL_INTERNET)
		return -EBADMSG;
	if ((record & (SLUICE_ZONE_FLAG_PEER | SLUICE_ZONE_FLAG_RESET)) &&
	    level != SLUICE_LEVEL_CONTROL)
		return -EBADMSG;
	if (SLUICE_ZONE_ATTACH(carrier) != attach || (carrier & SLUICE_ZONE_FLAG_ISOLATED))
		return -EBADMSG;
	/* A control zone hangs on ports of its own; only a peer may come from afar. */
	if (attach != zone && level == SLUICE_LEVEL_CONTROL && !(record & SLUICE_ZONE_FLAG_PEER))
		return -EBADMSG;
	if (intra && !(sluice_conduit_word(verify->image, intra, SLUICE_CONDUIT_FLAGS) &
		       SLUICE_CONDUIT_FLAG_INTRA))
		return -EBADMSG;
	return 0;
}

static inline int sluice_verify_zones(struct sluice_verify *verify)
{
	__u64 known = 0x00003fff03ff0f00ULL | SLUICE_ZONE_FLAG_ISOLATED | SLUICE_ZONE_FLAG_PEER |
		      SLUICE_ZONE_FLAG_RESET;
	__u32 base = SLUICE_BASE(sluice_verify_word(verify, SLUICE_HEADER_ZONES));
	__u32 zone;

	if (sluice_verify_zero(verify, base, base + SLUICE_ZONE_WORDS, "zone 0 is not empty"))
		return -EBADMSG;
	for (zone = 1; zone <= verify->zones; zone++) {
		__u32 index = base + zone * SLUICE_ZONE_WORDS;
		__u64 record = sluice_verify_word(verify, index);
		__u64 identifier = sluice_verify_word(verify, index + 1);

		if (record & ~known)
			return sluice_verify_fail(verify, -EBADMSG, index,
						  "a zone's record is wrong");
		if (record & SLUICE_ZONE_FLAG_ISOLATED) {
			/* No level, no conduit within, no ports but its own. */
			if ((record & ~0x03ff0000ULL) != SLUICE_ZONE_FLAG_ISOLATED ||
			    SLUICE_ZONE_ATTACH(record) != zone)
				return sluice_verify_rule(verify, 1, 0, index,
							  "S1: an isolated zone has a level or a way in");
		} else if (sluice_verify_open_zone(verify, zone, record)) {
			return sluice_verify_fail(verify, -EBADMSG, index,
						  "a zone's record is wrong");
		}
		if (identifier > verify->identifiers || identifier == SLUICE_IDENTIFIER_GATEWAY ||
		    (identifier && sluice_verify_word(verify, verify->identifier_base +
							      (__u32)identifier) != zone))
			return sluice_verify_fail(verify, -EBADMSG, index + 1,
						  "a zone's own identifier is wrong");
	}
	return 0;
}

/* A limit is a rate that is not zero and the interval that it means. */
static inline int sluice_verify_rate(__u32 rate, __u32 interval)
{
	if (!rate || rate > SLUICE_VERIFY_SECOND || interval != SLUICE_VERIFY_SECOND / rate)
		return -EBADMSG;
	return 0;
}

static inline int sluice_verify_weekly(__u64 weekly)
{
	__u32 minutes = SLUICE_WEEKLY_MINUTES(weekly);

	if (!weekly)
		return 0;
	if (!(weekly & SLUICE_WEEKLY_SET) || weekly & 0x7ffff00000080080ULL)
		return -EBADMSG;
	if (!SLUICE_WEEKLY_DAYS(weekly) || SLUICE_WEEKLY_FIRST(weekly) >= 1440 || !minutes ||
	    minutes > 1440 || SLUICE_WEEKLY_OFFSET(weekly) > 1440)
		return -EBADMSG;
	return 0;
}

/* A direction that is enforced; a budget there and nowhere else, for a flow no more than for an hour. */
static inline int sluice_verify_grade(const struct sluice_verify *verify, __u32 base, __u64 flags)
{
	__u64 budget = sluice_verify_word(verify, base + SLUICE_CONDUIT_BUDGET);

	if (SLUICE_CONDUIT_GRADE(flags) != SLUICE_GRADE_BUDGET)
		return budget ? -EBADMSG : 0;
	return (__u32)budget && (__u32)budget <= budget >> 32 ? 0 : -EBADMSG;
}

static inline int sluice_verify_open(__u64 open, __u64 flags)
{
	__u64 persons = open >> 32;

	if (!(flags & SLUICE_CONDUIT_FLAG_OPEN))
		return open ? -EBADMSG : 0;
	return (__u32)open && (persons == 1 || persons == 2) ? 0 : -EBADMSG;
}

/* What only a conduit of the text can have: the gateway's own and those of intra: are plain. */
static inline int sluice_verify_plain_conduit(__u64 flags)
{
	__u64 special = SLUICE_CONDUIT_FLAG_FRAGMENTS | SLUICE_CONDUIT_FLAG_LEASES |
			SLUICE_CONDUIT_FLAG_OPEN | SLUICE_CONDUIT_FLAG_ESSENTIAL;

	if (!(flags & (SLUICE_CONDUIT_FLAG_LOCAL | SLUICE_CONDUIT_FLAG_INTRA)))
		return 0;
	return flags & special || SLUICE_CONDUIT_GRADE(flags) != SLUICE_GRADE_INITIATE ? -EBADMSG : 0;
}

static inline int sluice_verify_conduit(struct sluice_verify *verify, __u32 base)
{
	__u64 known = 0xfULL | SLUICE_CONDUIT_FLAG_LOCAL | SLUICE_CONDUIT_FLAG_INTRA |
		      SLUICE_CONDUIT_FLAG_ESSENTIAL | SLUICE_CONDUIT_FLAG_FRAGMENTS |
		      SLUICE_CONDUIT_FLAG_LEASES | SLUICE_CONDUIT_FLAG_OPEN;
	__u64 flags = sluice_verify_word(verify, base + SLUICE_CONDUIT_FLAGS);
	__u64 rates = sluice_verify_word(verify, base + SLUICE_CONDUIT_RATES);
	__u64 intervals = sluice_verify_word(verify, base + SLUICE_CONDUIT_INTERVALS);
	__u64 from = sluice_verify_word(verify, base + SLUICE_CONDUIT_VALID_FROM);
	__u64 until = sluice_verify_word(verify, base + SLUICE_CONDUIT_VALID_UNTIL);
	__u64 ends = flags & (SLUICE_CONDUIT_FLAG_LOCAL | SLUICE_CONDUIT_FLAG_INTRA);

	if (SLUICE_CONDUIT_GRADE(flags) < SLUICE_GRADE_INITIATE ||
	    SLUICE_CONDUIT_GRADE(flags) > SLUICE_GRADE_ONE_WAY)
		return sluice_verify_fail(verify, -EBADMSG, base,
					  "a conduit's direction is one that this build does not enforce");
	if (flags & ~known || ends & (ends - 1) || sluice_verify_plain_conduit(flags) ||
	    (flags & SLUICE_CONDUIT_FLAG_LEASES) == SLUICE_CONDUIT_FLAG_LEASES)
		return sluice_verify_fail(verify, -EBADMSG, base, "a conduit's flags are wrong");
	if (sluice_verify_rate((__u32)rates, (__u32)intervals) ||
	    sluice_verify_rate((__u32)(rates >> 32), (__u32)(intervals >> 32)) ||
	    !(__u32)sluice_verify_word(verify, base + SLUICE_CONDUIT_CONCURRENT))
		return sluice_verify_fail(verify, -EBADMSG, base + SLUICE_CONDUIT_RATES,
					  "a conduit's limits are zero or wrong");
	if (until && until <= from)
		return sluice_verify_fail(verify, -EBADMSG, base + SLUICE_CONDUIT_VALID_FROM,
					  "a conduit's validity ends before it begins");
	if (sluice_verify_weekly(sluice_verify_word(verify, base + SLUICE_CONDUIT_WEEKLY)))
		return sluice_verify_fail(verify, -EBADMSG, base + SLUICE_CONDUIT_WEEKLY,
					  "a conduit's weekly window is wrong");
	if (sluice_verify_grade(verify, base, flags))
		return sluice_verify_fail(verify, -EBADMSG, base + SLUICE_CONDUIT_BUDGET,
					  "a conduit's budget does not fit its direction");
	if (sluice_verify_open(sluice_verify_word(verify, base + SLUICE_CONDUIT_OPEN), flags))
		return sluice_verify_fail(verify, -EBADMSG, base + SLUICE_CONDUIT_OPEN,
					  "how a conduit is opened is wrong");
	return sluice_verify_zero(verify, base + SLUICE_CONDUIT_RESERVED,
				  base + SLUICE_CONDUIT_WORDS,
				  "a reserved word of a conduit is not zero");
}

static inline int sluice_verify_conduits(struct sluice_verify *verify)
{
	__u32 base = SLUICE_BASE(sluice_verify_word(verify, SLUICE_HEADER_CONDUITS));
	__u64 connections = 0;
	__u32 conduit;
	int code;

	if (sluice_verify_zero(verify, base, base + SLUICE_CONDUIT_WORDS, "conduit 0 is not empty"))
		return -EBADMSG;
	for (conduit = 1; conduit <= verify->conduits; conduit++) {
		base += SLUICE_CONDUIT_WORDS;
		code = sluice_verify_conduit(verify, base);
		if (code) {
			verify->error->conduit = conduit;
			return code;
		}
		connections += (__u32)sluice_verify_word(verify, base + SLUICE_CONDUIT_CONCURRENT);
	}
	if (connections != sluice_verify_word(verify, SLUICE_HEADER_CONNECTIONS))
		return sluice_verify_fail(verify, -EBADMSG, SLUICE_HEADER_CONNECTIONS,
					  "the stated total of connections is not their sum");
	return 0;
}

static inline int sluice_verify_identifiers(struct sluice_verify *verify)
{
	__u32 base = verify->identifier_base;
	__u32 identifier;

	if (verify->identifiers < SLUICE_IDENTIFIER_GATEWAY ||
	    sluice_verify_word(verify, base) ||
	    sluice_verify_word(verify, base + SLUICE_IDENTIFIER_GATEWAY))
		return sluice_verify_fail(verify, -EBADMSG, base,
					  "the first two address classes are not none and gateway");
	for (identifier = SLUICE_IDENTIFIER_GATEWAY + 1; identifier <= verify->identifiers;
	     identifier++) {
		__u64 zone = sluice_verify_word(verify, base + identifier);

		if (!zone || zone > verify->zones)
			return sluice_verify_fail(verify, -EBADMSG, base + identifier,
						  "an address class belongs to no zone");
	}
	return 0;
}

static inline int sluice_verify_services(struct sluice_verify *verify)
{
	__u32 first = verify->service_base + SLUICE_TRANSPORTS * SLUICE_SERVICE_PAGES;
	__u32 index;

	for (index = verify->service_base; index < first; index++) {
		__u64 page = sluice_verify_word(verify, index);

		if (!page)
			continue;
		if (page < first || page >= verify->matrix_base ||
		    verify->matrix_base - page < SLUICE_SERVICE_PAGE_WORDS ||
		    ((__u32)page - first) % SLUICE_SERVICE_PAGE_WORDS)
			return sluice_verify_fail(verify, -EBADMSG, index,
						  "a service page is not where pages are");
	}
	return 0;
}

static inline __u32 sluice_verify_cell(const struct sluice_verify *verify, __u32 source,
				       __u32 destination)
{
	__u32 cell = source * (verify->zones + 1) + destination;

	return (__u32)(sluice_verify_word(verify, verify->matrix_base + cell / 8) >>
		       (8 * (cell % 8))) & 0xff;
}

/* Which kinds of ends a pair of zones may announce. The gateway is no zone: never "whole zone". */
static inline __u32 sluice_verify_kinds(const struct sluice_verify *verify, __u32 source,
					__u32 destination)
{
	__u32 kinds = SLUICE_MATRIX_CLASS_CLASS | SLUICE_MATRIX_CLASS_ZONE |
		      SLUICE_MATRIX_ZONE_CLASS | SLUICE_MATRIX_ZONE_ZONE |
		      SLUICE_MATRIX_FRAGMENTS;

	if (!source && !destination)
		return 0;
	if ((sluice_zone_record(verify->image, source) |
	     sluice_zone_record(verify->image, destination)) & SLUICE_ZONE_FLAG_ISOLATED)
		return 0;
	if (!source)
		kinds &= ~(SLUICE_MATRIX_ZONE_CLASS | SLUICE_MATRIX_ZONE_ZONE |
			   SLUICE_MATRIX_FRAGMENTS);
	if (!destination)
		kinds &= ~(SLUICE_MATRIX_CLASS_ZONE | SLUICE_MATRIX_ZONE_ZONE |
			   SLUICE_MATRIX_FRAGMENTS);
	return kinds;
}

static inline int sluice_verify_matrix(struct sluice_verify *verify)
{
	__u32 cells = (verify->zones + 1) * (verify->zones + 1);
	__u32 last = verify->matrix_base + (cells - 1) / 8;
	__u32 source, destination;

	for (source = 0; source <= verify->zones; source++)
		for (destination = 0; destination <= verify->zones; destination++)
			if (sluice_verify_cell(verify, source, destination) &
			    ~sluice_verify_kinds(verify, source, destination))
				return sluice_verify_fail(verify, -EBADMSG,
					verify->matrix_base +
						(source * (verify->zones + 1) + destination) / 8,
					"the matrix announces what cannot be");
	if (cells % 8 && sluice_verify_word(verify, last) >> (8 * (cells % 8)))
		return sluice_verify_fail(verify, -EBADMSG, last,
					  "the matrix is followed by something");
	return 0;
}

/* S1 to S4 for a conversation that the source begins; zone 0 is this gateway. */
static inline int sluice_verify_ends(struct sluice_verify *verify, __u32 source, __u32 destination,
				     __u32 conduit, __u32 word)
{
	__u64 from = sluice_zone_record(verify->image, source);
	__u64 to = sluice_zone_record(verify->image, destination);
	__u32 below = SLUICE_ZONE_LEVEL(from);
	__u32 above = SLUICE_ZONE_LEVEL(to);

	if ((from | to) & SLUICE_ZONE_FLAG_ISOLATED)
		return sluice_verify_rule(verify, 1, conduit, word,
					  "S1: a conduit names an isolated zone");
	if (above == SLUICE_LEVEL_CONTROL && (!source || below > SLUICE_LEVEL_CONTROL))
		return sluice_verify_rule(verify, 2, conduit, word,
					  "S2: a conduit initiates into control from outside");
	if (!source || !destination)
		return 0;
	if (above == SLUICE_LEVEL_DMZ && below >= SLUICE_LEVEL_ENTERPRISE)
		return sluice_verify_rule(verify, 3, conduit, word,
					  "S3: a conduit initiates into the dmz from enterprise or internet");
	if (below > above + 1 || above > below + 1)
		return sluice_verify_rule(verify, 4, conduit, word,
					  "S4: a conduit joins levels that are not neighbours");
	return 0;
}

/* A bucket is found by the probe: near its home, nothing empty and no twin before it. */
static inline int sluice_verify_placed(const struct sluice_verify *verify, __u32 base, __u32 log2,
				       __u32 bucket)
{
	__u64 key = sluice_verify_word(verify, base + 2 * bucket);
	__u32 mask = (1u << log2) - 1;
	__u32 home = sluice_bucket(key, sluice_verify_word(verify, SLUICE_HEADER_SEED), log2);
	__u32 probe;

	for (probe = 0; probe < SLUICE_TABLE_PROBES; probe++) {
		__u32 here = (home + probe) & mask;
		__u64 found = sluice_verify_word(verify, base + 2 * here);

		if (here == bucket)
			return 0;
		if (!found || found == key)
			return -EBADMSG;
	}
	return -EBADMSG;
}

/* How the matrix must announce an entry of the table, as sluice_find() asks. */
static inline __u32 sluice_verify_kind(const struct sluice_verify *verify, __u32 source,
				       __u32 source_zone, __u32 destination, __u32 destination_zone)
{
	int whole_source = sluice_zone_identifier(verify->image, source_zone) == source;
	int whole_destination =
		sluice_zone_identifier(verify->image, destination_zone) == destination;

	if (whole_source)
		return whole_destination ? SLUICE_MATRIX_ZONE_ZONE : SLUICE_MATRIX_ZONE_CLASS;
	return whole_destination ? SLUICE_MATRIX_CLASS_ZONE : SLUICE_MATRIX_CLASS_CLASS;
}

/* The flags of a conduit say whether the gateway is an end; a conduit of intra: is in no table. */
static inline int sluice_verify_local(__u64 flags, __u32 source, __u32 destination)
{
	int from = source == SLUICE_IDENTIFIER_GATEWAY;
	int to = destination == SLUICE_IDENTIFIER_GATEWAY;

	if ((flags & SLUICE_CONDUIT_FLAG_INTRA) || (from && to))
		return -EBADMSG;
	if (from != !!(flags & SLUICE_CONDUIT_FLAG_FROM_GATEWAY) ||
	    to != !!(flags & SLUICE_CONDUIT_FLAG_TO_GATEWAY))
		return -EBADMSG;
	return 0;
}

/* S8: a peer meets control and dmz of this site, asset by asset; what the gateway dials is no such. */
static inline int sluice_verify_peer(const struct sluice_verify *verify, __u32 source,
				     __u32 destination, __u32 kind)
{
	__u64 from = sluice_zone_record(verify->image, source);
	__u64 to = sluice_zone_record(verify->image, destination);

	if (!((from | to) & SLUICE_ZONE_FLAG_PEER) || !source || !destination)
		return 0;
	if ((from & to & SLUICE_ZONE_FLAG_PEER) || kind != SLUICE_MATRIX_CLASS_CLASS)
		return -ERANGE;
	return SLUICE_ZONE_LEVEL(from) > SLUICE_LEVEL_DMZ || SLUICE_ZONE_LEVEL(to) > SLUICE_LEVEL_DMZ ?
		       -ERANGE : 0;
}

static inline int sluice_verify_entry(struct sluice_verify *verify, __u32 word)
{
	__u64 key = sluice_verify_word(verify, word);
	__u64 conduit = sluice_verify_word(verify, word + 1);
	__u64 flags;
	__u32 source = SLUICE_TABLE_KEY_SOURCE(key);
	__u32 destination = SLUICE_TABLE_KEY_DESTINATION(key);
	__u32 source_zone, destination_zone, cell, kind;

	if (key >> 56 || !(key & 0xffff) || !source || source > verify->identifiers ||
	    !destination || destination > verify->identifiers)
		return sluice_verify_fail(verify, -EBADMSG, word,
					  "an entry of the conduit table names no such end or service");
	if (!conduit || conduit > verify->conduits)
		return sluice_verify_fail(verify, -EBADMSG, word + 1,
					  "an entry of the conduit table names no such conduit");
	verify->error->conduit = (__u32)conduit;
	flags = sluice_conduit_word(verify->image, (__u32)conduit, SLUICE_CONDUIT_FLAGS);
	if (sluice_verify_local(flags, source, destination))
		return sluice_verify_fail(verify, -EBADMSG, word,
					  "a conduit's flags do not fit its ends");
	source_zone = (__u32)sluice_verify_word(verify, verify->identifier_base + source);
	destination_zone = (__u32)sluice_verify_word(verify, verify->identifier_base + destination);
	if (sluice_verify_ends(verify, source_zone, destination_zone, (__u32)conduit, word))
		return -ERANGE;
	cell = sluice_verify_cell(verify, source_zone, destination_zone);
	kind = sluice_verify_kind(verify, source, source_zone, destination, destination_zone);
	if (sluice_verify_peer(verify, source_zone, destination_zone, kind))
		return sluice_verify_rule(verify, 8, (__u32)conduit, word,
					  "S8: a conduit of a peer goes too far");
	if (!(cell & kind) ||
	    ((flags & SLUICE_CONDUIT_FLAG_FRAGMENTS) && !(cell & SLUICE_MATRIX_FRAGMENTS)))
		return sluice_verify_fail(verify, -EBADMSG, word,
					  "the matrix does not announce an entry of the conduit table");
	verify->error->conduit = 0;
	return 0;
}

static inline int sluice_verify_table(struct sluice_verify *verify)
{
	__u32 buckets = 1u << verify->table_log2;
	__u32 bucket;
	int code;

	for (bucket = 0; bucket < buckets; bucket++) {
		__u32 word = verify->table_base + 2 * bucket;

		if (!(bucket & 4095))
			SLUICE_VERIFY_PAUSE();
		if (!sluice_verify_word(verify, word)) {
			if (sluice_verify_word(verify, word + 1))
				return sluice_verify_fail(verify, -EBADMSG, word + 1,
							  "an empty bucket is not empty");
			continue;
		}
		code = sluice_verify_entry(verify, word);
		if (code)
			return code;
		if (sluice_verify_placed(verify, verify->table_base, verify->table_log2, bucket))
			return sluice_verify_fail(verify, -EBADMSG, word,
						  "an entry of the conduit table cannot be found");
	}
	return 0;
}

static inline int sluice_verify_mac(__u64 mac)
{
	return !mac || mac >> 48 || (mac >> 40 & 1) ? -EBADMSG : 0;
}

static inline int sluice_verify_bindings(struct sluice_verify *verify)
{
	__u32 base = verify->binding_base;
	__u32 binding, mac;

	if (sluice_verify_zero(verify, base, base + SLUICE_BINDING_WORDS, "binding 0 is not empty"))
		return -EBADMSG;
	for (binding = 1; binding <= verify->bindings; binding++) {
		__u64 record;
		__u32 count;

		base += SLUICE_BINDING_WORDS;
		record = sluice_verify_word(verify, base);
		count = SLUICE_BINDING_COUNT(record);
		if (!(binding & 4095))
			SLUICE_VERIFY_PAUSE();
		if (record & ~0xff000fULL || count > SLUICE_BINDING_MACS ||
		    SLUICE_BINDING_PORT(record) > verify->ports)
			return sluice_verify_fail(verify, -EBADMSG, base, "a binding is wrong");
		for (mac = 1; mac <= count; mac++)
			if (sluice_verify_mac(sluice_verify_word(verify, base + mac)))
				return sluice_verify_fail(verify, -EBADMSG, base + mac,
							  "a binding's MAC is wrong");
		if (sluice_verify_zero(verify, base + 1 + count, base + SLUICE_BINDING_WORDS,
				       "a binding has more than it says"))
			return -EBADMSG;
	}
	return 0;
}

static inline int sluice_verify_macs(struct sluice_verify *verify)
{
	__u32 buckets = 1u << verify->mac_log2;
	__u32 bucket;

	if (!verify->mac_base)
		return 0;
	for (bucket = 0; bucket < buckets; bucket++) {
		__u32 word = verify->mac_base + 2 * bucket;
		__u64 key = sluice_verify_word(verify, word);
		__u64 zone = sluice_verify_word(verify, word + 1);

		if (!(bucket & 4095))
			SLUICE_VERIFY_PAUSE();
		if (!key && !zone)
			continue;
		if (!(key & SLUICE_MAC_USED) || sluice_verify_mac(key & ~SLUICE_MAC_USED) ||
		    zone > verify->zones ||
		    !(sluice_zone_record(verify->image, (__u32)zone) & SLUICE_ZONE_FLAG_ISOLATED) ||
		    sluice_verify_placed(verify, verify->mac_base, verify->mac_log2, bucket))
			return sluice_verify_fail(verify, -EBADMSG, word,
						  "an isolated MAC is wrong or cannot be found");
	}
	return 0;
}

static inline int sluice_verify_leaf(const struct sluice_verify *verify, __u64 entry)
{
	__u64 owner = entry & ((1ULL << SLUICE_ENTRY_SHIFT) - 1);
	__u32 identifier = SLUICE_OWNER_IDENTIFIER(owner);
	__u32 zone = SLUICE_OWNER_ZONE(owner);
	__u32 binding = SLUICE_OWNER_BINDING(owner);
	__u32 attach = SLUICE_ZONE_ATTACH(sluice_zone_record(verify->image, zone));
	__u64 record;
	__u32 port;

	if (owner >> 50 || !zone || zone > verify->zones || identifier > verify->identifiers ||
	    binding > verify->bindings)
		return -EBADMSG;
	if (identifier > SLUICE_IDENTIFIER_GATEWAY &&
	    sluice_verify_word(verify, verify->identifier_base + identifier) != zone)
		return -EBADMSG;
	if (!binding)
		return 0;
	/* An asset speaks from a port that leads to its zone. */
	record = sluice_verify_word(verify, verify->binding_base + binding * SLUICE_BINDING_WORDS);
	port = SLUICE_BINDING_PORT(record);
	if (port && SLUICE_PORT_RECORD_ZONE(sluice_port_record(verify->image, port)) != attach)
		return -EBADMSG;
	return 0;
}

/*
 * struct sluice_verify_frame - a block of the trie that is being walked
 * @entry: next entry
 * @end: behind the last one
 * @bits: of the address used up when an entry of the block is looked at
 * @bits_last: the same for the last one: nothing is used up where a comparison fails
 */
struct sluice_verify_frame {
	__u32 entry;
	__u32 end;
	__u32 bits;
	__u32 bits_last;
};

/*
 * An entry that leads to a block: the block stands at the end of those seen so far, inside the
 * image, and does not ask for more bits than an address has. Fills @frame.
 */
static inline int sluice_verify_block(struct sluice_verify *verify, __u64 entry, __u32 bits,
				      __u32 bits_of_address, struct sluice_verify_frame *frame)
{
	__u32 base = SLUICE_ENTRY_BASE(entry);
	__u32 stride = SLUICE_ENTRY_BITS(entry);
	int compare = entry >> SLUICE_ENTRY_SHIFT == SLUICE_ENTRY_COMPARE;
	__u32 words;

	if ((entry >> 38) & 0xffffff || stride > bits_of_address - bits)
		return -EBADMSG;
	if (!compare && stride > SLUICE_TRIE_MAX_STRIDE)
		return -EBADMSG;
	words = compare ? 3 : 1u << stride;
	if (base != verify->end || words > verify->image->count - base)
		return -EBADMSG;
	if (compare && stride < 64 && sluice_verify_word(verify, base) >> stride)
		return -EBADMSG;
	verify->end = base + words;
	frame->entry = base + !!compare;
	frame->end = verify->end;
	frame->bits = bits + stride;
	frame->bits_last = compare ? bits : bits + stride;
	return 0;
}

/*
 * A walk with its own stack. Each block is entered once, so the cost is the number of words; the
 * stack is as deep as the walk of a packet may be long.
 */
static inline int sluice_verify_trie(struct sluice_verify *verify, __u32 root,
				     __u32 bits_of_address)
{
	struct sluice_verify_frame stack[SLUICE_TRIE_STEPS];
	__u32 depth = 0;

	stack[0] = (struct sluice_verify_frame){ .entry = root, .end = root + 1 };
	for (;;) {
		struct sluice_verify_frame *frame = &stack[depth];
		__u32 here = frame->entry;
		__u64 entry;
		__u32 bits;

		if (here == frame->end) {
			if (!depth)
				return 0;
			depth--;
			continue;
		}
		frame->entry++;
		if (!(here & 4095))
			SLUICE_VERIFY_PAUSE();
		entry = sluice_verify_word(verify, here);
		bits = frame->entry == frame->end ? frame->bits_last : frame->bits;
		if (!entry)
			continue;
		if (entry >> SLUICE_ENTRY_SHIFT == SLUICE_ENTRY_LEAF) {
			if (sluice_verify_leaf(verify, entry))
				return sluice_verify_fail(verify, -EBADMSG, here,
							  "an address belongs to what does not exist");
			continue;
		}
		if (!(entry >> SLUICE_ENTRY_SHIFT) || depth + 1 == SLUICE_TRIE_STEPS ||
		    sluice_verify_block(verify, entry, bits, bits_of_address, &stack[depth + 1]))
			return sluice_verify_fail(verify, -EBADMSG, here,
						  "the table of addresses is not in order");
		depth++;
	}
}

static inline int sluice_verify_tries(struct sluice_verify *verify)
{
	__u64 root4 = sluice_verify_word(verify, SLUICE_HEADER_ROOT4);
	__u64 root6 = sluice_verify_word(verify, SLUICE_HEADER_ROOT6);
	__u64 first = root4 >> SLUICE_ENTRY_SHIFT > SLUICE_ENTRY_LEAF ? root4 : root6;
	int code;

	if (first >> SLUICE_ENTRY_SHIFT > SLUICE_ENTRY_LEAF &&
	    sluice_verify_section(verify, SLUICE_HEADER_ROOT4, SLUICE_ENTRY_BASE(first), 0))
		return -EBADMSG;
	code = sluice_verify_trie(verify, SLUICE_HEADER_ROOT4, 32);
	if (!code)
		code = sluice_verify_trie(verify, SLUICE_HEADER_ROOT6, 128);
	if (!code && verify->end != verify->image->count)
		return sluice_verify_fail(verify, -EBADMSG, verify->end,
					  "the image goes on behind its last section");
	return code;
}

/**
 * sluice_verify - may this image ever be in force?
 * @image: any words
 * @error: receives what is wrong; all zero when nothing is
 *
 * Linear in the number of words; about 500 bytes of stack; reads nothing outside the image. The
 * module defines SLUICE_VERIFY_PAUSE() to cond_resched() and may then sleep here.
 *
 * Return: 0; -EBADMSG when the image is malformed; -ERANGE when it breaks S1 to S4 or S8 (the error names
 * rule and conduit); -E2BIG when it is over a limit of kmod/uapi/sluice.h.
 */
static inline int sluice_verify(const struct sluice_image *image, struct sluice_verify_error *error)
{
	struct sluice_verify verify = { .image = image, .error = error };
	int code;

	*error = (struct sluice_verify_error){ 0 };
	code = sluice_verify_header(&verify);
	if (!code)
		code = sluice_verify_sections(&verify);
	if (!code)
		code = sluice_verify_identifiers(&verify);
	if (!code)
		code = sluice_verify_zones(&verify);
	if (!code)
		code = sluice_verify_ports(&verify);
	if (!code)
		code = sluice_verify_conduits(&verify);
	if (!code)
		code = sluice_verify_services(&verify);
	if (!code)
		code = sluice_verify_matrix(&verify);
	if (!code)
		code = sluice_verify_table(&verify);
	if (!code)
		code = sluice_verify_bindings(&verify);
	if (!code)
		code = sluice_verify_macs(&verify);
	if (!code)
		code = sluice_verify_tries(&verify);
	return code;
}

#endif /* SLUICE_CORE_VERIFY_H */
