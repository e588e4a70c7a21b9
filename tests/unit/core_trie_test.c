// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who owns an address, which class a port has, which conduit a key has: the tables of the image
 * against a search from end to end.
 *
 *	core_trie_test [SEED]
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <time.h>

#include "tests/lib/core.h"
#include "tests/lib/image.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"

#define PREFIXES	48
#define PLANS		40
#define LOOKUPS		3000

static uint64_t seed;

/* struct prefix - a prefix as bits and as text */
struct prefix {
	uint64_t high;
	uint64_t low;
	unsigned int length;
	bool v6;
	char text[64];
};

static uint64_t mask(unsigned int bits)
{
	return bits == 0 ? 0 : bits >= 64 ? ~0ULL : ~0ULL << (64 - bits);
}

static bool covers(const struct prefix *prefix, bool v6, uint64_t high, uint64_t low)
{
	unsigned int more = prefix->length > 64 ? prefix->length - 64 : 0;

	return prefix->v6 == v6 && !((prefix->high ^ high) & mask(prefix->length)) &&
	       !((prefix->low ^ low) & mask(more));
}

static void print_prefix(struct prefix *prefix)
{
	uint8_t bytes[16];
	char text[48];
	int i;

	for (i = 0; i < 16; i++)
		bytes[i] = (uint8_t)((i < 8 ? prefix->high : prefix->low) >> (56 - 8 * (i % 8)));
	inet_ntop(prefix->v6 ? AF_INET6 : AF_INET, bytes, text, sizeof(text));
	snprintf(prefix->text, sizeof(prefix->text), "%s/%u", text, prefix->length);
}

/* Mostly near each other, so that they nest and share long beginnings. */
static void draw(struct random_state *random, bool v6, const struct prefix *near,
		 struct prefix *prefix)
{
	unsigned int longest = v6 ? 128 : 32;

	prefix->v6 = v6;
	prefix->length = random_below(random, longest + 1);
	if (near && random_chance(random, 70)) {
		unsigned int bit = random_below(random, longest);

		prefix->high = near->high;
		prefix->low = near->low;
		if (bit < 64)
			prefix->high ^= 1ULL << (63 - bit);
		else
			prefix->low ^= 1ULL << (127 - bit);
	} else {
		prefix->high = random_next(random);
		prefix->low = random_next(random);
	}
	prefix->high &= mask(prefix->length) & (v6 ? ~0ULL : 0xffffffffULL << 32);
	prefix->low &= v6 ? mask(prefix->length > 64 ? prefix->length - 64 : 0) : 0;
	print_prefix(prefix);
}

static bool is_there(const struct prefix *prefix, size_t count, const struct prefix *other)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(prefix[i].text, other->text))
			return true;
	return false;
}

static size_t draw_all(struct random_state *random, struct prefix prefix[PREFIXES])
{
	size_t wanted = 1 + random_below(random, PREFIXES);
	size_t count = 0, tries;

	for (tries = 0; count < wanted && tries < 500; tries++) {
		const struct prefix *near = count ? &prefix[random_below(random, (uint32_t)count)] :
						    NULL;
		bool v6 = near ? near->v6 : random_chance(random, 50);

		if (random_chance(random, 20)) {
			v6 = !v6;
			near = NULL;
		}
		draw(random, v6, near, &prefix[count]);
		if (!is_there(prefix, count, &prefix[count]))
			count++;
	}
	return count;
}

static unsigned int search(const struct prefix *prefix, size_t count, bool v6, uint64_t high,
			   uint64_t low)
{
	unsigned int best = 0, longest = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (covers(&prefix[i], v6, high, low) && (!best || prefix[i].length > longest)) {
			best = (unsigned int)i + 1;
			longest = prefix[i].length;
		}
	return best;
}

static void draw_address(struct random_state *random, const struct prefix *prefix, size_t count,
			 bool *v6, struct sluice_address *address)
{
	const struct prefix *near = &prefix[random_below(random, (uint32_t)count)];
	unsigned int bit;

	*v6 = near->v6;
	address->high = near->high;
	address->low = near->low;
	if (random_chance(random, 30)) {
		/* the last address of it, or any within it */
		uint64_t fill = random_chance(random, 50) ? ~0ULL : random_next(random);

		address->high |= fill & ~mask(near->length);
		address->low |= fill & ~mask(near->length > 64 ? near->length - 64 : 0);
	}
	if (random_chance(random, 60)) {
		bit = random_below(random, *v6 ? 128 : 32);
		if (bit < 64)
			address->high ^= 1ULL << (63 - bit);
		else
			address->low ^= 1ULL << (127 - bit);
	}
	if (!*v6) {
		address->high &= 0xffffffffULL << 32;
		address->low = 0;
	}
}

/* Zone and identifier of each prefix are its number, so that a wrong owner shows. */
static struct sluice_image make(const struct prefix *prefix, size_t count)
{
	struct image_zone zone[PREFIXES];
	unsigned int identifier[PREFIXES + 1] = { 0 };
	struct image_owner owner[PREFIXES];
	struct image_plan plan = { .zone = zone, .zones = count, .identifier = identifier,
				   .identifiers = count + 1, .owner = owner, .owners = count };
	size_t i;

	for (i = 0; i < count; i++) {
		zone[i] = (struct image_zone){ .level = 2 };
		identifier[i + 1] = (unsigned int)i + 1;
		owner[i] = (struct image_owner){ prefix[i].text, (unsigned int)i + 1,
						 (unsigned int)i + 2, 0 };
	}
	return image_make(&plan);
}

static bool check_plan(struct random_state *random)
{
	struct prefix prefix[PREFIXES + 1];
	size_t count = draw_all(random, prefix);
	struct sluice_image image = make(prefix, count);
	struct sluice_verify_error error;
	bool holds = !sluice_verify(&image, &error);
	unsigned int i;

	if (!holds)
		printf("# %zu prefixes, word %u: %s\n", count, error.word, error.text);
	for (i = 0; i < LOOKUPS && holds; i++) {
		struct sluice_address address;
		unsigned int expected;
		__u64 owner;
		bool v6;

		draw_address(random, prefix, count, &v6, &address);
		owner = sluice_owner(&image, v6 ? 6 : 4, &address);
		expected = search(prefix, count, v6, address.high, address.low);
		holds = SLUICE_OWNER_ZONE(owner) == expected &&
			SLUICE_OWNER_IDENTIFIER(owner) == (expected ? expected + 1 : 0);
		if (!holds)
			printf("# %016llx %016llx: zone %u instead of %u\n",
			       (unsigned long long)address.high, (unsigned long long)address.low,
			       SLUICE_OWNER_ZONE(owner), expected);
	}
	image_free(&image);
	return holds;
}

static void check_random(void)
{
	struct random_state random = { seed };
	bool holds = true;
	unsigned int i;

	for (i = 0; i < PLANS; i++)
		holds = check_plan(&random) && holds;
	ktap_ok(holds, "owner: the longest prefix, as by looking at all of them");
}

/* ---- Entries that the simple builder does not write ---- */

#define ENTRY(type, bits, base) ((__u64)SLUICE_ENTRY_##type << SLUICE_ENTRY_SHIFT | \
				 (__u64)((bits) - 1) << 32 | (base))
#define LEAF(owner) ((__u64)SLUICE_ENTRY_LEAF << SLUICE_ENTRY_SHIFT | (owner))

static __u64 walk(__le64 *words, __u32 count, __u64 root, __u32 family, __u64 high, __u64 low)
{
	struct sluice_image image = { words, count };
	struct sluice_address address = { high, low };

	words[family == 6 ? SLUICE_HEADER_ROOT6 : SLUICE_HEADER_ROOT4] = root;
	return sluice_owner(&image, family, &address);
}

static void check_shapes(void)
{
	static __le64 words[32 + (1 << 16)];
	__u32 count = sizeof(words) / sizeof(words[0]);

	words[32 + 0xabcd] = LEAF(77);
	ktap_ok(walk(words, count, ENTRY(NODE, 16, 32), 4, 0xabcd0000ULL << 32, 0) == 77 &&
		walk(words, count, ENTRY(NODE, 16, 32), 4, 0xabce0000ULL << 32, 0) == 0,
		"owner: a node of sixteen bits");
	memset(words, 0, sizeof(words));
	words[32] = 0x0123456789abcdefULL;
	words[33] = ENTRY(COMPARE, 64, 35);
	words[34] = LEAF(5);
	words[35] = 0xfedcba9876543210ULL;
	words[36] = LEAF(6);
	words[37] = LEAF(7);
	ktap_ok(walk(words, count, ENTRY(COMPARE, 64, 32), 6, 0x0123456789abcdefULL,
		     0xfedcba9876543210ULL) == 6 &&
		walk(words, count, ENTRY(COMPARE, 64, 32), 6, 0x0123456789abcdefULL, 0) == 7 &&
		walk(words, count, ENTRY(COMPARE, 64, 32), 6, 0, 0xfedcba9876543210ULL) == 5,
		"owner: two comparisons of 64 bits are a whole IPv6 address");
	ktap_ok(!walk(words, count, 0, 4, 0, 0), "owner: an empty root is nobody");
	ktap_ok(!walk(words, count, 5, 4, 0, 0), "owner: an entry of no type is nobody");
	ktap_ok(!walk(words, count, ENTRY(NODE, 16, 0xffffff00u), 4, ~0ULL, 0),
		"owner: a base outside the image is nobody");
	ktap_ok(!walk(words, count, ENTRY(NODE, 1, SLUICE_HEADER_ROOT4), 4, 0, 0),
		"owner: a circle ends, as nobody");
}

/* Twenty entries may be looked at, and not one more. */
static void check_steps(void)
{
	__le64 words[128] = { 0 };
	__u64 root = ENTRY(NODE, 1, 40);
	__u32 step;

	for (step = 0; step < SLUICE_TRIE_STEPS; step++)
		words[40 + 2 * step] = ENTRY(NODE, 1, 42 + 2 * step);
	words[40 + 2 * (SLUICE_TRIE_STEPS - 2)] = LEAF(9);
	ktap_ok(walk(words, 128, root, 6, 0, 0) == 9, "owner: the last step finds a leaf");
	words[40 + 2 * (SLUICE_TRIE_STEPS - 2)] =
		ENTRY(NODE, 1, 42 + 2 * (SLUICE_TRIE_STEPS - 2));
	words[40 + 2 * (SLUICE_TRIE_STEPS - 1)] = LEAF(9);
	ktap_ok(!walk(words, 128, root, 6, 0, 0), "owner: a step more finds nobody");
}

/* ---- The other tables ---- */

static void check_services(const struct sluice_image *image)
{
	static const struct { unsigned int transport, number, class; } cases[] = {
		{ SLUICE_TRANSPORT_TCP, 4840, PLANT_OPC_UA }, { SLUICE_TRANSPORT_TCP, 4841, 0 },
		{ SLUICE_TRANSPORT_TCP, 4839, 0 }, { SLUICE_TRANSPORT_UDP, 4840, 0 },
		{ SLUICE_TRANSPORT_UDP, 53, PLANT_TIME_DNS }, { SLUICE_TRANSPORT_UDP, 123, PLANT_TIME_DNS },
		{ SLUICE_TRANSPORT_ICMP, 8, PLANT_ECHO }, { SLUICE_TRANSPORT_ICMP, 128, 0 },
		{ SLUICE_TRANSPORT_ICMPV6, 128, PLANT_ECHO }, { SLUICE_TRANSPORT_OTHER, 47, 0 },
		{ SLUICE_TRANSPORTS, 8, 0 }, { SLUICE_TRANSPORT_TCP, 0x10000 + 4840, 0 },
		{ SLUICE_TRANSPORT_UDP, 65535, 0 },
	};
	bool holds = true;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		holds = holds && sluice_service_class(image, cases[i].transport,
						      cases[i].number) == cases[i].class;
	ktap_ok(holds, "services: a class for what is named, none for its neighbours");
}

/* Every key of the plan is found, and no other: 16 x 16 x 8 keys against the list. */
static void check_table(const struct sluice_image *image)
{
	unsigned int source, destination, service, found, expected;
	bool holds = true;
	size_t i;

	for (source = 0; source <= image_plant.identifiers; source++)
		for (destination = 0; destination <= image_plant.identifiers; destination++)
			for (service = 0; service <= 8; service++) {
				expected = 0;
				for (i = 0; i < image_plant.entries; i++)
					if (image_plant.entry[i].source == source &&
					    image_plant.entry[i].destination == destination &&
					    image_plant.entry[i].service == service)
						expected = image_plant.entry[i].conduit;
				found = sluice_probe(image, source, destination, service);
				holds = holds && found == expected;
			}
	ktap_ok(holds, "conduit table: each key of the plan and no other");
}

static void check_macs(const struct sluice_image *image)
{
	ktap_ok(sluice_isolated_mac(image, PLANT_SIS_MAC) &&
		!sluice_isolated_mac(image, PLANT_SIS_MAC + 1) &&
		!sluice_isolated_mac(image, PLANT_PLC_MAC) && !sluice_isolated_mac(image, 0),
		"MAC table: the isolated one and no other");
}

int main(int argc, char **argv)
{
	struct sluice_image image = image_make(&image_plant);

	seed = argc > 1 ? strtoull(argv[1], NULL, 0) : (uint64_t)time(NULL);
	printf("# seed %llu\n", (unsigned long long)seed);
	check_random();
	check_shapes();
	check_steps();
	check_services(&image);
	check_table(&image);
	check_macs(&image);
	image_free(&image);
	return ktap_done();
}
