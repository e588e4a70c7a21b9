// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses as text, and sets of addresses held against plain bitmaps. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "policy/address.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"

#define UNIVERSE 64		/* addresses of each family that the bitmaps know */
#define ROUNDS 20000

static const struct {
	const char *text;
	const char *printed;		/* NULL: must be refused */
} spans[] = {
	{ "10.1.2.3", "10.1.2.3" },
	{ "10.0.0.0/8", "10.0.0.0/8" },
	{ "0.0.0.0/0", "0.0.0.0/0" },
	{ "10.1.2.3/32", "10.1.2.3" },
	{ "10.0.0.0-10.0.0.255", "10.0.0.0/24" },
	{ "10.0.0.1-10.0.0.255", "10.0.0.1-10.0.0.255" },
	{ "::/0", "::/0" },
	{ "FD00:0:0::1", "fd00::1" },
	{ "fd00::-fd00::ffff", "fd00::/112" },
	{ "2001:db8::/32", "2001:db8::/32" },
	{ "", NULL }, { "-", NULL }, { "/", NULL }, { "10.0.0.0/", NULL }, { "/8", NULL },
	{ "10.0.0.0/08", NULL }, { "10.0.0.0/-1", NULL }, { "10.0.0.0/+8", NULL },
	{ "10.0.0.0/8 ", NULL }, { " 10.0.0.0/8", NULL }, { "10.0.0.0/8/8", NULL },
	{ "10.0.0.1/8", NULL }, { "10.0.0.0/33", NULL }, { "fd00::/129", NULL },
	{ "10.0.0", NULL }, { "10.0.0.0.0", NULL }, { "010.0.0.1", NULL }, { "10.0.0.256", NULL },
	{ "0x0a.0.0.1", NULL }, { "167772161", NULL }, { "::ffff:10.0.0.1", NULL },
	{ "10.0.0.2-10.0.0.1", NULL }, { "10.0.0.1-fd00::1", NULL }, { "10.0.0.1-", NULL },
	{ "10.0.0.1-10.0.0.2-10.0.0.3", NULL }, { "fd00::1%eth0", NULL }, { "localhost", NULL },
	{ "fd00::/64-fd01::/64", NULL }, { "4294967296.0.0.1", NULL },
};

static const struct {
	const char *text;
	const char *device;		/* NULL: must be refused */
	unsigned int tag;
} ports[] = {
	{ "eth1", "eth1", 0 }, { "eth1.1", "eth1", 1 }, { "eth1.4094", "eth1", 4094 },
	{ "enp0s31f6np0d15", "enp0s31f6np0d15", 0 },
	{ "eth1.0", NULL, 0 }, { "eth1.4095", NULL, 0 }, { "eth1.", NULL, 0 }, { ".5", NULL, 0 },
	{ "eth1.05", NULL, 0 }, { "eth1.5.6", NULL, 0 }, { "eth 1", NULL, 0 }, { "", NULL, 0 },
	{ "eth1/", NULL, 0 }, { "enp0s31f6np0d156", NULL, 0 }, { "eth1.99999999999", NULL, 0 },
};

static void test_text(void)
{
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		char text[SLUICE_SPAN_TEXT], *problem;
		struct sluice_span span;
		bool good = sluice_span_parse(spans[i].text, &span, &problem);

		if (spans[i].printed)
			ktap_ok(good && !problem &&
				!strcmp(sluice_span_print(&span, text), spans[i].printed),
				"'%s' reads as %s", spans[i].text, spans[i].printed);
		else
			ktap_ok(!good && problem && *problem, "'%s' is refused", spans[i].text);
		free(problem);
	}
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		char device[SLUICE_DEVICE_BYTES];
		unsigned int tag;
		bool good = sluice_port_parse(ports[i].text, device, &tag);

		ktap_ok(good == !!ports[i].device &&
			(!good || (!strcmp(device, ports[i].device) && tag == ports[i].tag)),
			"port '%s' is %s", ports[i].text, ports[i].device ? "read" : "refused");
	}
}

/* Address number @index of the universe: one half IPv4, the other around it in IPv6. */
static sluice_ip address_of(unsigned int index)
{
	uint8_t v4[4] = { 10, 0, 0, (uint8_t)index };
	uint8_t v6[16] = { 0xfd, [15] = (uint8_t)(index - UNIVERSE) };

	if (index < UNIVERSE)
		return sluice_ip_from_bytes(v4, true);
	return sluice_ip_from_bytes(v6, false);
}

struct both {
	struct sluice_set set;
	uint8_t bit[2 * UNIVERSE];
};

static void fill(struct both *both, struct random_state *random)
{
	unsigned int count = random_below(random, 8);

	memset(both, 0, sizeof(*both));
	for (unsigned int i = 0; i < count; i++) {
		unsigned int family = random_below(random, 2) * UNIVERSE;
		unsigned int first = random_below(random, UNIVERSE);
		unsigned int last = first + random_below(random, UNIVERSE - first);
		struct sluice_span span = { address_of(family + first), address_of(family + last),
					    { 0 } };

		sluice_set_add(&both->set, &span);
		memset(both->bit + family + first, 1, last - first + 1);
	}
	sluice_set_normalise(&both->set);
}

static bool is_normal(const struct sluice_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->span[i].first > set->span[i].last)
			return false;
		if (i && set->span[i].first <= set->span[i - 1].last)
			return false;
	}
	return true;
}

static bool same(const struct sluice_set *set, const uint8_t *bit)
{
	if (!is_normal(set))
		return false;
	for (unsigned int i = 0; i < 2 * UNIVERSE; i++)
		if (sluice_set_contains(set, address_of(i)) != bit[i])
			return false;
	return true;
}

static bool try_round(struct random_state *random)
{
	uint8_t minus[2 * UNIVERSE], and[2 * UNIVERSE];
	struct sluice_set subtracted, intersected;
	struct both a, b;
	bool good;

	fill(&a, random);
	fill(&b, random);
	for (unsigned int i = 0; i < 2 * UNIVERSE; i++) {
		minus[i] = a.bit[i] && !b.bit[i];
		and[i] = a.bit[i] && b.bit[i];
	}
	subtracted = sluice_set_subtract(&a.set, &b.set);
	intersected = sluice_set_intersect(&a.set, &b.set);
	good = same(&a.set, a.bit) && same(&subtracted, minus) && same(&intersected, and);
	sluice_set_release(&a.set);
	sluice_set_release(&b.set);
	sluice_set_release(&subtracted);
	sluice_set_release(&intersected);
	return good;
}

static void test_sets(void)
{
	struct random_state random = { 4711 };
	unsigned int bad = 0;

	for (int i = 0; i < ROUNDS; i++)
		bad += !try_round(&random);
	ktap_ok(!bad, "%d random unions, differences and intersections agree with bitmaps", ROUNDS);
}

static void test_families(void)
{
	struct sluice_set set = { 0 };
	struct sluice_span span;
	char *problem;
	sluice_ip v4;

	sluice_span_parse("::/0", &span, &problem);
	sluice_set_add(&set, &span);
	sluice_set_normalise(&set);
	sluice_ip_parse("10.0.0.1", &v4);
	ktap_ok(!sluice_set_contains(&set, v4), "::/0 holds no IPv4 address");
	ktap_ok(!sluice_set_has_family(&set, true), "::/0 has no IPv4 at all");
	sluice_set_release(&set);
}

int main(void)
{
	test_text();
	test_sets();
	test_families();
	return ktap_done();
}
