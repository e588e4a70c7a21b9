// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands beside the policy: leases, island mode, opened conduits, the clock; and attacks on it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw.h"

#define TOO_MANY	257	/* leases in one request */

/* A lease as its attributes; what is NULL or 0 is left out. */
struct lease {
	uint32_t zone;
	const void *address;
	size_t address_bytes;
	const void *mac;
	size_t mac_bytes;
	uint64_t until_ms;
	uint32_t state;
	const char *identity;
	bool timeless;
};

static void put_lease(struct raw_link *link, const struct lease *lease)
{
	struct nlattr *nest = mnl_attr_nest_start(link->message, SLUICE_ATTR_LEASE);

	if (lease->zone)
		mnl_attr_put_u32(link->message, SLUICE_LEASE_ZONE, lease->zone);
	if (lease->address)
		mnl_attr_put(link->message, SLUICE_LEASE_ADDRESS, lease->address_bytes,
			     lease->address);
	if (lease->mac)
		mnl_attr_put(link->message, SLUICE_LEASE_MAC, lease->mac_bytes, lease->mac);
	if (!lease->timeless)
		mnl_attr_put_u64(link->message, SLUICE_LEASE_UNTIL_MS, lease->until_ms);
	if (lease->state)
		mnl_attr_put_u32(link->message, SLUICE_LEASE_STATE, lease->state);
	if (lease->identity)
		mnl_attr_put_strz(link->message, SLUICE_LEASE_IDENTITY, lease->identity);
	mnl_attr_nest_end(link->message, nest);
}

static int set_lease(struct raw_link *link, const struct lease *lease)
{
	raw_begin(link, SLUICE_CMD_LEASE_SET, 0);
	put_lease(link, lease);
	return raw_call(link, NULL, NULL);
}

static bool read_address(const char *text, uint8_t bytes[16])
{
	struct in_addr v4;

	if (inet_pton(AF_INET6, text, bytes) == 1)
		return true;
	memset(bytes, 0, 16);
	memset(bytes + 10, 0xff, 2);
	if (inet_pton(AF_INET, text, &v4) != 1)
		return false;
	memcpy(bytes + 12, &v4, sizeof(v4));
	return true;
}

int raw_lease(struct raw_link *link, char **words)
{
	char *mac = strchr(words[1], ',');
	struct ether_addr ether;
	uint8_t address[16];
	struct lease lease = { .zone = (uint32_t)strtoul(words[0], NULL, 0),
			       .address = address, .address_bytes = sizeof(address),
			       .until_ms = strtoull(words[2], NULL, 0),
			       .state = !strcmp(words[3], "revoked") ? SLUICE_LEASE_REVOKED :
								       SLUICE_LEASE_HELD,
			       .identity = "urn:test:device" };

	if (mac) {
		*mac++ = '\0';
		if (!ether_aton_r(mac, &ether))
			return -EINVAL;
		lease.mac = &ether;
		lease.mac_bytes = sizeof(ether);
	}
	return read_address(words[1], address) ? set_lease(link, &lease) : -EINVAL;
}

static int set_island(struct raw_link *link, uint32_t generation, const void *bitmap, size_t bytes)
{
	raw_begin(link, SLUICE_CMD_ISLAND_SET, 0);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_GENERATION, generation);
	mnl_attr_put(link->message, SLUICE_ATTR_ISLAND, bytes, bitmap);
	return raw_call(link, NULL, NULL);
}

int raw_island(struct raw_link *link, char **words)
{
	uint8_t bitmap[SLUICE_MAX_CONDUITS / 8 + 1] = { 0 };
	size_t bytes = 0;
	char *word;

	for (word = strtok(words[1], ","); word && strcmp(words[1], "off"); word = strtok(NULL, ",")) {
		unsigned long conduit = strtoul(word, NULL, 0) & SLUICE_MAX_CONDUITS;

		bitmap[conduit / 8] |= 1u << conduit % 8;
		if (bytes < conduit / 8 + 1)
			bytes = conduit / 8 + 1;
	}
	return set_island(link, (uint32_t)strtoul(words[0], NULL, 0), bitmap, bytes);
}

int raw_clock(struct raw_link *link, char **words)
{
	raw_begin(link, SLUICE_CMD_CLOCK_SET, 0);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_SURE, (uint32_t)strtoul(words[0], NULL, 0));
	mnl_attr_put_u64(link->message, SLUICE_ATTR_LOWER_BOUND, strtoull(words[1], NULL, 0));
	return raw_call(link, NULL, NULL);
}

int raw_open_conduit(struct raw_link *link, char **words)
{
	raw_begin(link, SLUICE_CMD_CONDUIT_OPEN, 0);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_GENERATION,
			 (uint32_t)strtoul(words[0], NULL, 0));
	mnl_attr_put_u32(link->message, SLUICE_ATTR_CONDUIT, (uint32_t)strtoul(words[1], NULL, 0));
	mnl_attr_put_u64(link->message, SLUICE_ATTR_DURATION_MS, strtoull(words[2], NULL, 0));
	return raw_call(link, NULL, NULL);
}

/* ---- attacks ---- */

static const uint8_t somebody[16] = { [10] = 0xff, [11] = 0xff, 10, 2, 0, 10 };
static const uint8_t nobody[16];
static const uint8_t everybody[16] = { 0xff, 2, [15] = 1 };

/* The lease that every attack spoils in one place. */
static struct lease good(void)
{
	return (struct lease){ .zone = 3, .address = somebody, .address_bytes = 16,
			       .until_ms = 60000, .state = SLUICE_LEASE_HELD };
}

#define SPOILED(name, ...)						\
	static int name(struct attacker *attacker)			\
	{								\
		struct lease lease = good();				\
									\
		__VA_ARGS__;						\
		return set_lease(attacker->link, &lease);		\
	}

SPOILED(lease_without_zone, lease.zone = 0)
SPOILED(lease_zone_beyond, lease.zone = SLUICE_MAX_ZONES + 1)
SPOILED(lease_without_address, lease.address = NULL)
SPOILED(lease_short_address, lease.address_bytes = 4)
SPOILED(lease_long_address, lease.address_bytes = 16; static const uint8_t long_one[20] = { 1 };
	lease.address = long_one; lease.address_bytes = 20)
SPOILED(lease_of_nobody, lease.address = nobody)
SPOILED(lease_of_everybody, lease.address = everybody)
SPOILED(lease_short_mac, lease.mac = "abcde"; lease.mac_bytes = 5)
SPOILED(lease_without_time, lease.timeless = true)
SPOILED(lease_for_ever, lease.until_ms = UINT64_MAX)
SPOILED(lease_a_year_and_more, lease.until_ms = SLUICE_MAX_LEASE_MS + 1)
SPOILED(lease_without_state, lease.state = 0)
SPOILED(lease_unknown_state, lease.state = 3)
SPOILED(lease_long_identity, lease.identity = "0123456789012345678901234567890123456789"
					      "0123456789012345678901234567890123456789")

static int lease_empty(struct attacker *attacker)
{
	raw_begin(attacker->link, SLUICE_CMD_LEASE_SET, 0);
	return raw_call(attacker->link, NULL, NULL);
}

/* One bad lease behind good ones: none of them may be kept. */
static int lease_last_bad(struct attacker *attacker)
{
	struct lease lease = good();

	raw_begin(attacker->link, SLUICE_CMD_LEASE_SET, 0);
	put_lease(attacker->link, &lease);
	lease.zone = 0;
	put_lease(attacker->link, &lease);
	return raw_call(attacker->link, NULL, NULL);
}

static int lease_too_many(struct attacker *attacker)
{
	struct lease lease = good();
	int count;

	raw_begin(attacker->link, SLUICE_CMD_LEASE_SET, 0);
	for (count = 0; count < TOO_MANY; count++)
		put_lease(attacker->link, &lease);
	return raw_call(attacker->link, NULL, NULL);
}

static int island_of_nothing(struct attacker *attacker)
{
	return set_island(attacker->link, 61, "\2", 1);
}

static int island_without_bitmap(struct attacker *attacker)
{
	return raw_generation(attacker->link, SLUICE_CMD_ISLAND_SET, 1);
}

static int clock_unknown(struct attacker *attacker)
{
	char **words = (char *[]){ "2", "0" };

	return raw_clock(attacker->link, words);
}

static int clock_far(struct attacker *attacker)
{
	char **words = (char *[]){ "0", "0xffffffffffffffff" };

	return raw_clock(attacker->link, words);
}

static int clock_in_the_past(struct attacker *attacker)
{
	char **words = (char *[]){ "1", "0x1fffffff0" };

	return raw_clock(attacker->link, words);
}

static int open_unknown(struct attacker *attacker)
{
	char **words = (char *[]){ "61", "1", "1000" };

	return raw_open_conduit(attacker->link, words);
}

static int open_nothing(struct attacker *attacker)
{
	char **words = (char *[]){ "1", "0", "1000" };

	return raw_open_conduit(attacker->link, words);
}

static const struct attack attacks[] = {
	{ "a lease without zone", { EINVAL }, lease_without_zone },
	{ "a lease of zone 257", { ERANGE }, lease_zone_beyond },
	{ "a lease without address", { EINVAL }, lease_without_address },
	{ "a lease with 4 bytes of address", { ERANGE, EINVAL }, lease_short_address },
	{ "a lease with 20 bytes of address", { ERANGE, EINVAL }, lease_long_address },
	{ "a lease of the unspecified address", { EINVAL }, lease_of_nobody },
	{ "a lease of a multicast address", { EINVAL }, lease_of_everybody },
	{ "a lease with 5 bytes of MAC", { ERANGE, EINVAL }, lease_short_mac },
	{ "a lease without time", { EINVAL }, lease_without_time },
	{ "a lease for 2^64 - 1 ms", { E2BIG }, lease_for_ever },
	{ "a lease for more than 366 days", { E2BIG }, lease_a_year_and_more },
	{ "a lease neither held nor revoked", { EINVAL }, lease_without_state },
	{ "a lease of an unknown state", { ERANGE }, lease_unknown_state },
	{ "a lease with an identity of 80 bytes", { ERANGE, EINVAL }, lease_long_identity },
	{ "a request without a lease", { EINVAL }, lease_empty },
	{ "a bad lease behind a good one", { EINVAL }, lease_last_bad },
	{ "257 leases in one request", { E2BIG }, lease_too_many },
	{ "island mode for no generation", { ENOENT }, island_of_nothing },
	{ "island mode without a bitmap", { EINVAL }, island_without_bitmap },
	{ "a clock that is neither sure nor unsure", { ERANGE }, clock_unknown },
	{ "a lower bound at the end of time", { EINVAL }, clock_far },
	{ "a sure clock before its lower bound", { EINVAL }, clock_in_the_past },
	{ "opening a conduit of no generation", { ENOENT }, open_unknown },
	{ "opening conduit 0", { ERANGE }, open_nothing },
};

int raw_attack_standing(struct raw_link *link)
{
	struct attacker attacker = { .link = link };
	size_t index;

	attacker.before = raw_fingerprint(link);
	if (!attacker.before)
		return 2;
	for (index = 0; index < sizeof(attacks) / sizeof(*attacks); index++)
		raw_run_attack(&attacker, &attacks[index]);
	return raw_close_attack(&attacker);
}
