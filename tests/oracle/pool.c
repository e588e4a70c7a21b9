// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses worth asking about: the edges of everything that a policy names, and what is special. */
#include <arpa/inet.h>
#include <string.h>

#include "tests/oracle/draw.h"

static void pool_add(struct draw *draw, struct oracle_address address, int step)
{
	int byte = 15;

	if (draw->pooled == DRAW_POOL)
		return;
	for (; step && byte >= 0; byte--) {
		int sum = address.byte[byte] + step;

		address.byte[byte] = (uint8_t)sum;
		step = sum > 255 ? 1 : sum < 0 ? -1 : 0;
	}
	draw->pool[draw->pooled++] = address;
}

static void pool_add_ranges(struct draw *draw, const struct oracle_ranges *ranges)
{
	size_t i;
	int step;

	for (i = 0; i < ranges->count; i++)
		for (step = -1; step <= 1; step++) {
			pool_add(draw, ranges->range[i].first, step);
			pool_add(draw, ranges->range[i].last, step);
		}
}

static void pool_add_text(struct draw *draw, const char *text)
{
	struct oracle_address address = { { 0 } };

	if (strchr(text, ':')) {
		inet_pton(AF_INET6, text, address.byte);
	} else {
		address.byte[10] = address.byte[11] = 0xff;
		inet_pton(AF_INET, text, address.byte + 12);
	}
	pool_add(draw, address, 0);
}

void draw_fill_pool(struct draw *draw)
{
	static const char *const special[] = {
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "169.254.3.3", "198.51.100.77", "224.0.0.1",
		"240.0.0.1", "255.255.255.255", "8.8.8.8", "10.77.0.1", "::", "::1", "ff02::1",
		"fe80::1", "2002::1", "2001:db8::77", "fd00:77::1", "febf::1", "fec0::1",
	};
	const struct oracle *oracle = draw->oracle;
	size_t i;

	draw->pooled = 0;
	for (i = 0; i < oracle->zones; i++) {
		pool_add_ranges(draw, &oracle->zone[i].address);
		pool_add_ranges(draw, &oracle->zone[i].except);
	}
	for (i = 0; i < oracle->assets; i++)
		pool_add_ranges(draw, &oracle->asset[i].address);
	for (i = 0; i < oracle->managements; i++)
		pool_add_ranges(draw, &oracle->management[i].address);
	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		pool_add_text(draw, special[i]);
}

/* The two families do not meet: an address inside ::ffff:0:0/96 is IPv4 here. */
static bool is_v6(const struct oracle_address *address)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return memcmp(address->byte, mapped, sizeof(mapped)) != 0;
}

struct oracle_address draw_address(struct random_state *random, const struct draw *draw,
					 bool v6)
{
	struct oracle_address address;

	do {
		address = draw->pool[random_below(random, (uint32_t)draw->pooled)];
	} while (is_v6(&address) != v6);
	return address;
}

/* An address that an item of a conduit's end covers; false when none is in the pool. */
bool draw_address_of(struct random_state *random, const struct draw *draw,
		       const struct oracle_names *names, bool v6, struct oracle_address *address)
{
	uint32_t item = random_below(random, (uint32_t)names->count);
	size_t start = random_below(random, (uint32_t)draw->pooled);
	size_t i;

	for (i = 0; i < draw->pooled; i++) {
		*address = draw->pool[(start + i) % draw->pooled];
		if (is_v6(address) == v6 && oracle_covers(draw->oracle, names, item, address))
			return true;
	}
	return false;
}

bool draw_address_of_asset(struct random_state *random, const struct oracle_asset *asset, bool v6,
			     struct oracle_address *address)
{
	size_t start = random_below(random, (uint32_t)asset->address.count);
	size_t i;

	for (i = 0; i < asset->address.count; i++) {
		*address = asset->address.range[(start + i) % asset->address.count].first;
		if (is_v6(address) == v6)
			return true;
	}
	return false;
}
