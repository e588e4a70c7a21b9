/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image: an immutable array of 64-bit little-endian words that the compiler builds.
 *
 * Every load goes through sluice_word(), whose answer outside the image is 0, and 0 means "nobody",
 * "nothing", "deny" in every structure below. So no image, however corrupt, reads outside itself.
 *
 *	header (32 words)
 *	ports	   4 words each, index 1.. (index 0 is all zero)
 *	zones	   2 words each, index 1..
 *	conduits  10 words each, index 1..
 *	identifiers  1 word each: zone of an address class; index 0 unused, 1 the gateway, 2..
 *	services   transport x high byte -> page of 256 service classes (16 bits each)
 *	matrix	   source zone x destination zone -> which kinds of conduit ends can match (8 bits)
 *	conduit table  {source identifier, destination identifier, service} -> conduit
 *	bindings   6 words each, index 1..: MACs and port of an asset
 *	MAC table  isolated MAC -> zone
 *	tries	   address -> owner
 */
#ifndef SLUICE_CORE_IMAGE_H
#define SLUICE_CORE_IMAGE_H

#include "types.h"

#define SLUICE_IMAGE_MAGIC	0x31304d4943554c53ULL	/* "SLUCIM01" read as bytes */
#define SLUICE_COMPILER_FORMAT	1
#define SLUICE_IMAGE_HEADER_WORDS 32

/** enum sluice_header - word index of each header field */
enum sluice_header {
	SLUICE_HEADER_MAGIC,
	SLUICE_HEADER_WORDS,		/* total words of the image */
	SLUICE_HEADER_VERSION,		/* policy version, for display: the envelope decides */
	SLUICE_HEADER_RESERVED,		/* 0 */
	SLUICE_HEADER_COUNTS,		/* ports | zones << 16 | conduits << 32 */
	SLUICE_HEADER_LAYERS,		/* SLUICE_LAYER_BIT_* that the policy requires */
	SLUICE_HEADER_PORTS,		/* word index of section */
	SLUICE_HEADER_ZONES,
	SLUICE_HEADER_CONDUITS,
	SLUICE_HEADER_IDENTIFIERS,	/* base | count << 32 */
	SLUICE_HEADER_SERVICES,
	SLUICE_HEADER_MATRIX,
	SLUICE_HEADER_TABLE,		/* base | log2(buckets) << 32 */
	SLUICE_HEADER_SEED,		/* of the hashes in conduit and MAC table */
	SLUICE_HEADER_BINDINGS,		/* base | count << 32 */
	SLUICE_HEADER_MACS,		/* base | log2(buckets) << 32; 0: no isolated MACs */
	SLUICE_HEADER_ROOT4,		/* trie entry */
	SLUICE_HEADER_ROOT6,		/* trie entry */
	SLUICE_HEADER_CONNECTIONS,	/* sum of all concurrent_connections (S7) */
	SLUICE_HEADER_COMPILER,		/* SLUICE_COMPILER_FORMAT */
};

/* Counts */
#define SLUICE_COUNT_PORTS(w)		((__u32)((w) & 0xffff))
#define SLUICE_COUNT_ZONES(w)		((__u32)(((w) >> 16) & 0xffff))
#define SLUICE_COUNT_CONDUITS(w)	((__u32)(((w) >> 32) & 0xffff))
#define SLUICE_BASE(w)			((__u32)(w))
#define SLUICE_EXTRA(w)			((__u32)((w) >> 32))

/* Port: word 0; words 1 and 2 hold the device name, 16 bytes, NUL padded; word 3 is 0 */
#define SLUICE_PORT_WORDS		4
#define SLUICE_PORT_RECORD_ZONE(w)	((__u32)((w) & 0x3ff))
#define SLUICE_PORT_RECORD_VLAN(w)	((__u32)(((w) >> 16) & 0xfff))
#define SLUICE_PORT_FLAG_MIRROR		(1ULL << 32)	/* receives and never sends */
#define SLUICE_PORT_FLAG_TUNNEL		(1ULL << 33)	/* a port without XDP, judged by the module alone */

/* Zone: word 0; word 1 is the identifier of "any address of this zone" */
#define SLUICE_ZONE_WORDS		2
#define SLUICE_ZONE_FLAG_ISOLATED	(1ULL << 0)
#define SLUICE_ZONE_FLAG_PEER		(1ULL << 1)
#define SLUICE_ZONE_FLAG_RESET		(1ULL << 2)	/* denied beginnings of this zone are answered */
#define SLUICE_ZONE_LEVEL(w)		((__u32)(((w) >> 8) & 0xf))	/* 1 control .. 4 internet, 0 isolated */
#define SLUICE_ZONE_ATTACH(w)		((__u32)(((w) >> 16) & 0x3ff))	/* zone whose ports lead to it */
#define SLUICE_ZONE_INTRA(w)		((__u32)(((w) >> 32) & 0x3fff))	/* conduit of intra: allow, or 0 */

#define SLUICE_LEVEL_CONTROL		1
#define SLUICE_LEVEL_DMZ		2
#define SLUICE_LEVEL_ENTERPRISE		3
#define SLUICE_LEVEL_INTERNET		4

/* Conduit */
#define SLUICE_CONDUIT_WORDS		10
enum sluice_conduit_word {
	SLUICE_CONDUIT_FLAGS,		/* see below */
	SLUICE_CONDUIT_RATES,		/* packets_per_second | new_connections_per_second << 32 */
	SLUICE_CONDUIT_INTERVALS,	/* 10^9 / rate, nanoseconds: packets | new connections << 32 */
	SLUICE_CONDUIT_CONCURRENT,	/* concurrent_connections | policy line << 32 */
	SLUICE_CONDUIT_VALID_FROM,	/* seconds since 1970, 0: always */
	SLUICE_CONDUIT_VALID_UNTIL,	/* first second after, 0: for ever */
	SLUICE_CONDUIT_WEEKLY,		/* see below, 0: any time of the week */
	SLUICE_CONDUIT_BUDGET,		/* grade budget: bytes a flow | bytes an hour << 32, of answers */
	SLUICE_CONDUIT_OPEN,		/* flag OPEN: at most so many seconds | persons << 32 */
	SLUICE_CONDUIT_RESERVED,	/* 0 */
};
#define SLUICE_CONDUIT_GRADE(w)		((__u32)((w) & 0xf))		/* enum sluice_grade */
#define SLUICE_CONDUIT_FLAG_FROM_GATEWAY (1ULL << 8)	/* management: this gateway begins it */
#define SLUICE_CONDUIT_FLAG_TO_GATEWAY	(1ULL << 9)	/* management: this gateway is reached by it */
#define SLUICE_CONDUIT_FLAG_INTRA	(1ULL << 10)	/* traffic between ports of one zone */
#define SLUICE_CONDUIT_FLAG_ESSENTIAL	(1ULL << 11)
#define SLUICE_CONDUIT_FLAG_FRAGMENTS	(1ULL << 12)	/* datagrams in pieces pass */
#define SLUICE_CONDUIT_FLAG_IDENTITY	(1ULL << 13)	/* who begins must hold a lease */
#define SLUICE_CONDUIT_FLAG_OPEN	(1ULL << 14)	/* closed until an operator opens it */
#define SLUICE_CONDUIT_FLAG_OBSERVE	(1ULL << 15)	/* who begins should hold a lease: told, not denied */
/* One of them: an identity is required or observed, never both. */
#define SLUICE_CONDUIT_FLAG_LEASES	(SLUICE_CONDUIT_FLAG_IDENTITY | SLUICE_CONDUIT_FLAG_OBSERVE)
#define SLUICE_CONDUIT_FLAG_LOCAL	(SLUICE_CONDUIT_FLAG_FROM_GATEWAY | SLUICE_CONDUIT_FLAG_TO_GATEWAY)
#define SLUICE_CONDUIT_LINE(w)		((__u32)((w) >> 32))

/*
 * Weekly window: it begins on each of @days (bit 0 Monday) at minute @first of the local day and lasts
 * @minutes, over midnight if need be. Local is universal time plus @offset minutes.
 */
#define SLUICE_WEEKLY_SET		(1ULL << 63)
#define SLUICE_WEEKLY_DAYS(w)		((__u32)((w) & 0x7f))
#define SLUICE_WEEKLY_FIRST(w)		((__u32)(((w) >> 8) & 0x7ff))	/* 0..1439 */
#define SLUICE_WEEKLY_MINUTES(w)	((__u32)(((w) >> 20) & 0xfff))	/* 1..1440 */
#define SLUICE_WEEKLY_OFFSET(w)		((int)(((w) >> 32) & 0xfff) - 1440)	/* -1440..1440 */
#define SLUICE_WEEKLY(days, first, minutes, offset) \
	(SLUICE_WEEKLY_SET | (__u64)(days) | (__u64)(first) << 8 | (__u64)(minutes) << 20 | \
	 (__u64)((offset) + 1440) << 32)

/* Identifiers */
#define SLUICE_IDENTIFIER_NONE		0
#define SLUICE_IDENTIFIER_GATEWAY	1	/* its zone in matrix and identifiers is 0 */

/* Services: first level has 256 words a transport; a page has 64 words of four classes */
enum sluice_transport {
	SLUICE_TRANSPORT_TCP,
	SLUICE_TRANSPORT_UDP,
	SLUICE_TRANSPORT_ICMP,		/* number: type of the request */
	SLUICE_TRANSPORT_ICMPV6,
	SLUICE_TRANSPORT_OTHER,		/* number: IP protocol */
	SLUICE_TRANSPORTS,
};
#define SLUICE_SERVICE_PAGES		256
#define SLUICE_SERVICE_PAGE_WORDS	64

/* Matrix: byte (source zone * (zones + 1) + destination zone), zone 0 being this gateway */
#define SLUICE_MATRIX_CLASS_CLASS	0x1
#define SLUICE_MATRIX_CLASS_ZONE	0x2
#define SLUICE_MATRIX_ZONE_CLASS	0x4
#define SLUICE_MATRIX_ZONE_ZONE		0x8
#define SLUICE_MATRIX_FRAGMENTS		0x10	/* some conduit from the one to the other allows them */

/* Conduit table: bucket = {key, conduit}; key 0 is an empty bucket */
#define SLUICE_TABLE_PROBES		8
#define SLUICE_TABLE_KEY(source, destination, service) \
	(((__u64)(source) << 36) | ((__u64)(destination) << 16) | (__u64)(service))
#define SLUICE_TABLE_KEY_SOURCE(k)	((__u32)(((k) >> 36) & 0xfffff))
#define SLUICE_TABLE_KEY_DESTINATION(k)	((__u32)(((k) >> 16) & 0xfffff))

/* Binding: word 0; words 1 to 4 are MACs; word 5 is 0 */
#define SLUICE_BINDING_WORDS		6
#define SLUICE_BINDING_MACS		4
#define SLUICE_BINDING_COUNT(w)		((__u32)((w) & 0xf))
#define SLUICE_BINDING_PORT(w)		((__u32)(((w) >> 16) & 0xff))	/* 0: first port seen, kept by the module */

/* MAC table: bucket = {MAC | SLUICE_MAC_USED, zone} */
#define SLUICE_MAC_USED			(1ULL << 63)

/*
 * Trie entry: the upper two bits say what it is. An all-zero entry means "nobody".
 *
 *	LEAF	 owner (below)
 *	NODE	 stride - 1 in bits 32-37 (stride 1..16), base in bits 0-31: next entry is
 *		 base + next `stride` bits of the address
 *	COMPARE	 bits - 1 in bits 32-37 (1..64), base: if the next bits equal word base then go on
 *		 with entry base + 1, else with entry base + 2 (nothing consumed)
 */
#define SLUICE_TRIE_STEPS		20
#define SLUICE_TRIE_MAX_STRIDE		16
#define SLUICE_ENTRY_SHIFT		62
#define SLUICE_ENTRY_LEAF		1
#define SLUICE_ENTRY_NODE		2
#define SLUICE_ENTRY_COMPARE		3
#define SLUICE_ENTRY_BITS(e)		((__u32)(((e) >> 32) & 63) + 1)
#define SLUICE_ENTRY_BASE(e)		((__u32)(e))

/* Owner: payload of a leaf */
#define SLUICE_OWNER_IDENTIFIER(o)	((__u32)((o) & 0xfffff))
#define SLUICE_OWNER_ZONE(o)		((__u32)(((o) >> 20) & 0x3ff))
#define SLUICE_OWNER_BINDING(o)		((__u32)(((o) >> 30) & 0xfffff))
#define SLUICE_OWNER(identifier, zone, binding) \
	(((__u64)(identifier)) | ((__u64)(zone) << 20) | ((__u64)(binding) << 30))

/*
 * The BPF gate has an accessor of its own over its inner array map and defines
 * SLUICE_OWN_ACCESSOR, struct sluice_image and sluice_word() before including this.
 */
#ifndef SLUICE_OWN_ACCESSOR
/**
 * struct sluice_image - an image in memory
 * @words: little-endian
 * @count: number of words
 */
struct sluice_image {
	const __le64 *words;
	__u32 count;
};

/**
 * sluice_word - the only way to read an image
 * @image: may be empty
 * @index: any number
 *
 * Return: the word, or 0 outside the image.
 */
static __always_inline __u64 sluice_word(const struct sluice_image *image, __u32 index)
{
	if (index >= image->count)
		return 0;
	return sluice_from_little(image->words[index]);
}
#endif

/**
 * sluice_mix - hash of the conduit table and the MAC table
 * @key: any
 * @seed: of the image
 *
 * Compiler and core must agree on it for ever (SLUICE_COMPILER_FORMAT).
 * Return: 64 well mixed bits; the lower ones choose the bucket.
 */
static __always_inline __u64 sluice_mix(__u64 key, __u64 seed)
{
	key ^= seed;
	key *= 0x9e3779b97f4a7c15ULL;
	key ^= key >> 32;
	key *= 0xd6e8feb86659fd93ULL;
	return key ^ (key >> 32);
}

/**
 * sluice_bucket - first bucket of a key
 * @key: any
 * @seed: of the image
 * @log2: of the number of buckets; the caller masks the probes that follow
 */
static __always_inline __u32 sluice_bucket(__u64 key, __u64 seed, __u32 log2)
{
	return (__u32)sluice_mix(key, seed) & ((1u << (log2 & 31)) - 1);
}

static __always_inline __u64 sluice_port_record(const struct sluice_image *image, __u32 port)
{
	__u64 counts = sluice_word(image, SLUICE_HEADER_COUNTS);

	if (!port || port > SLUICE_COUNT_PORTS(counts))
		return 0;
	return sluice_word(image, SLUICE_BASE(sluice_word(image, SLUICE_HEADER_PORTS)) +
				  port * SLUICE_PORT_WORDS);
}

static __always_inline __u32 sluice_zone_index(const struct sluice_image *image, __u32 zone)
{
	__u64 counts = sluice_word(image, SLUICE_HEADER_COUNTS);

	if (!zone || zone > SLUICE_COUNT_ZONES(counts))
		return 0xffffffff;
	return SLUICE_BASE(sluice_word(image, SLUICE_HEADER_ZONES)) + zone * SLUICE_ZONE_WORDS;
}

static __always_inline __u64 sluice_zone_record(const struct sluice_image *image, __u32 zone)
{
	return sluice_word(image, sluice_zone_index(image, zone));
}

/**
 * sluice_zone_identifier - the identifier of "any address of this zone"
 * @image: any
 * @zone: index 1..; 0, the gateway, has none
 *
 * Return: identifier, or 0 for none.
 */
static __always_inline __u32 sluice_zone_identifier(const struct sluice_image *image, __u32 zone)
{
	__u32 index = sluice_zone_index(image, zone);

	/* index + 1 of no zone would be word 0, which is not 0 */
	if (index == 0xffffffff)
		return 0;
	return (__u32)sluice_word(image, index + 1) & SLUICE_MAX_IDENTIFIERS;
}

/**
 * sluice_conduit_word - one word of a conduit's record
 * @image: any
 * @conduit: index 1..
 * @word: enum sluice_conduit_word
 *
 * Return: the word, or 0 for a conduit that does not exist.
 */
static __always_inline __u64 sluice_conduit_word(const struct sluice_image *image, __u32 conduit,
						 __u32 word)
{
	__u64 counts = sluice_word(image, SLUICE_HEADER_COUNTS);

	if (!conduit || conduit > SLUICE_COUNT_CONDUITS(counts))
		return 0;
	return sluice_word(image, SLUICE_BASE(sluice_word(image, SLUICE_HEADER_CONDUITS)) +
				  conduit * SLUICE_CONDUIT_WORDS + word);
}

#endif /* SLUICE_CORE_IMAGE_H */
