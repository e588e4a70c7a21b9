// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core over the compiler's image against the oracle, under random policies and packets: verdict,
 * reason and conduit must agree, and must not depend on the order of the lines.
 *
 *	compare [DECISIONS [SEED]]
 *
 * Half of the packets are permitted ones of which one field was changed. The seed is printed; a
 * disagreement also leaves the policy in build/oracle-disagreement.yaml.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <time.h>

#include "tests/lib/core.h"
#include "tests/lib/frame.h"
#include "tests/lib/ktap.h"
#include "tests/lib/site.h"
#include "tests/oracle/generate.h"
#include "tests/oracle/oracle.h"

#define DECISIONS	200000
#define PACKETS		4000		/* for each policy */
#define CONDUITS	14		/* tried for each policy */
#define POOL		600
#define NANOSECONDS	9000000000ULL
#define SHOWN		5
#define LEAST_SEEN	20		/* of each reason, in a full run */

static const uint64_t times[] = {
	1796112000, 1796112000 - 1, 1796140800, 1803859200, 1803859200 - 1, 1835440200,
	1835440200 - 1, 1800000000,
};

/* struct bench - one policy under test */
struct bench {
	struct oracle *oracle;
	struct site site;
	struct site shuffled;
	char *text;
	size_t length;
	struct oracle_address pool[POOL];
	size_t pooled;
};

static unsigned long reasons[SLUICE_REASON_COUNT], disagreements, disorders;

/* ---- Addresses worth asking about ---- */

static void pool_add(struct bench *bench, struct oracle_address address, int step)
{
	int byte = 15;

	if (bench->pooled == POOL)
		return;
	for (; step && byte >= 0; byte--) {
		int sum = address.byte[byte] + step;

		address.byte[byte] = (uint8_t)sum;
		step = sum > 255 ? 1 : sum < 0 ? -1 : 0;
	}
	bench->pool[bench->pooled++] = address;
}

static void pool_add_ranges(struct bench *bench, const struct oracle_ranges *ranges)
{
	size_t i;
	int step;

	for (i = 0; i < ranges->count; i++)
		for (step = -1; step <= 1; step++) {
			pool_add(bench, ranges->range[i].first, step);
			pool_add(bench, ranges->range[i].last, step);
		}
}

static void pool_add_text(struct bench *bench, const char *text)
{
	struct oracle_address address = { { 0 } };

	if (strchr(text, ':')) {
		inet_pton(AF_INET6, text, address.byte);
	} else {
		address.byte[10] = address.byte[11] = 0xff;
		inet_pton(AF_INET, text, address.byte + 12);
	}
	pool_add(bench, address, 0);
}

static void fill_pool(struct bench *bench)
{
	static const char *const special[] = {
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "169.254.3.3", "198.51.100.77", "224.0.0.1",
		"240.0.0.1", "255.255.255.255", "8.8.8.8", "10.77.0.1", "::", "::1", "ff02::1",
		"fe80::1", "2002::1", "2001:db8::77", "fd00:77::1", "febf::1", "fec0::1",
	};
	const struct oracle *oracle = bench->oracle;
	size_t i;

	bench->pooled = 0;
	for (i = 0; i < oracle->zones; i++) {
		pool_add_ranges(bench, &oracle->zone[i].address);
		pool_add_ranges(bench, &oracle->zone[i].except);
	}
	for (i = 0; i < oracle->assets; i++)
		pool_add_ranges(bench, &oracle->asset[i].address);
	for (i = 0; i < oracle->managements; i++)
		pool_add_ranges(bench, &oracle->management[i].address);
	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		pool_add_text(bench, special[i]);
}

/* The two families do not meet: an address inside ::ffff:0:0/96 is IPv4 here. */
static bool is_v6(const struct oracle_address *address)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return memcmp(address->byte, mapped, sizeof(mapped)) != 0;
}

static struct oracle_address any_address(struct random_state *random, const struct bench *bench,
					 bool v6)
{
	struct oracle_address address;

	do {
		address = bench->pool[random_below(random, (uint32_t)bench->pooled)];
	} while (is_v6(&address) != v6);
	return address;
}

/* An address that a name of a conduit's end covers; false when none is in the pool. */
static bool address_of(struct random_state *random, const struct bench *bench, const char *name,
		       bool v6, struct oracle_address *address)
{
	size_t start = random_below(random, (uint32_t)bench->pooled);
	size_t i;

	for (i = 0; i < bench->pooled; i++) {
		*address = bench->pool[(start + i) % bench->pooled];
		if (is_v6(address) == v6 && oracle_end(bench->oracle, name, address))
			return true;
	}
	return false;
}

/* ---- Packets ---- */

static bool is_own(const struct oracle *oracle, const struct oracle_address *address)
{
	size_t i;

	for (i = 0; i < oracle->managements; i++)
		if (oracle->management[i].address.count &&
		    !memcmp(&oracle->management[i].address.range[0].first, address, sizeof(*address)))
			return true;
	return false;
}

static void choose_port(struct random_state *random, const struct bench *bench,
			struct oracle_packet *packet)
{
	const struct oracle_zone *zone = oracle_owner(bench->oracle, &packet->source);
	size_t i;

	if (!zone || random_chance(random, 3))
		zone = &bench->oracle->zone[random_below(random, (uint32_t)bench->oracle->zones)];
	if (*zone->via)
		zone = oracle_zone(bench->oracle, zone->via);
	snprintf(packet->port, sizeof(packet->port), "%s", zone->port.count ?
		 zone->port.name[random_below(random, (uint32_t)zone->port.count)] : "e99");
	packet->mac = 0x020000000000ULL | random_below(random, 4);
	for (i = 0; i < bench->oracle->assets; i++) {
		const struct oracle_asset *asset = &bench->oracle->asset[i];

		if (!oracle_end(bench->oracle, asset->name, &packet->source))
			continue;
		if (asset->macs)
			packet->mac = asset->mac[random_below(random, (uint32_t)asset->macs)];
		if (*asset->port)
			snprintf(packet->port, sizeof(packet->port), "%s", asset->port);
	}
}

static uint16_t random_port(struct random_state *random)
{
	static const uint16_t ports[] = {
		22, 53, 123, 443, 502, 999, 1000, 1005, 1010, 1011, 1020, 1021, 4840, 8883, 51820,
		254, 255, 257, 258, 33000, 34000, 65535, 1, 40000, 0,
	};

	return random_chance(random, 80) ?
		ports[random_below(random, sizeof(ports) / sizeof(ports[0]))] :
		(uint16_t)random_next(random);
}

static void set_transport(struct random_state *random, const struct oracle_service *service,
			  struct oracle_packet *packet)
{
	const struct oracle_match *match = &service->match[random_below(random,
									(uint32_t)service->matches)];

	packet->source_port = 40000;
	if (match->protocol == 1) {
		packet->protocol = packet->v6 ? 58 : 1;
		packet->type = packet->v6 ? 128 : 8;
		return;
	}
	packet->protocol = (uint8_t)match->protocol;
	packet->destination_port = (uint16_t)(random_chance(random, 50) ? match->first : match->last);
}

static void turn_round(struct oracle_packet *packet)
{
	struct oracle_address address = packet->source;
	uint16_t port = packet->source_port;

	packet->source = packet->destination;
	packet->destination = address;
	packet->source_port = packet->destination_port;
	packet->destination_port = port;
	if (packet->protocol == 1 || packet->protocol == 58)
		packet->type = packet->v6 ? 129 : 0;
	packet->reply = !packet->reply;
	packet->state = ORACLE_ESTABLISHED;
	packet->flags = 16;
}

/* A packet of some conduit, as it begins a conversation; false when its ends have no such family. */
static bool conduit_packet(struct random_state *random, const struct bench *bench,
			   struct oracle_packet *packet)
{
	const struct oracle *oracle = bench->oracle;
	const struct oracle_conduit *conduit;
	const struct oracle_service *service;
	const char *from, *to;

	if (!oracle->conduits)
		return false;
	conduit = &oracle->conduit[random_below(random, (uint32_t)oracle->conduits)];
	from = conduit->from.name[random_below(random, (uint32_t)conduit->from.count)];
	to = conduit->to.name[random_below(random, (uint32_t)conduit->to.count)];
	service = oracle_service(oracle, conduit->service.name[
		random_below(random, (uint32_t)conduit->service.count)]);
	if (!address_of(random, bench, from, packet->v6, &packet->source) ||
	    !address_of(random, bench, to, packet->v6, &packet->destination))
		return false;
	set_transport(random, service, packet);
	return true;
}

static bool management_packet(struct random_state *random, const struct bench *bench,
			      struct oracle_packet *packet)
{
	const struct oracle *oracle = bench->oracle;
	const struct oracle_management *entry;

	if (!oracle->managements)
		return false;
	entry = &oracle->management[random_below(random, (uint32_t)oracle->managements)];
	if (!address_of(random, bench, entry->peer, packet->v6, &packet->source))
		return false;
	if (entry->dials)
		packet->destination = any_address(random, bench, packet->v6);
	else if (packet->v6)
		return false;
	else
		packet->destination = entry->address.range[0].first;
	set_transport(random, oracle_service(oracle, entry->service.name[0]), packet);
	packet->layer = ORACLE_LOCAL_IN;
	if (!entry->dials)
		return true;
	turn_round(packet);
	turn_round(packet);
	packet->layer = random_chance(random, 50) ? ORACLE_LOCAL_IN : ORACLE_LOCAL_OUT;
	if (packet->layer == ORACLE_LOCAL_IN) {
		/* the peer's answer: its port is the service's */
		packet->source_port = packet->destination_port;
		packet->destination_port = 40000;
		packet->type = packet->v6 ? 129 : 0;
		packet->reply = true;
	} else {
		packet->destination = packet->source;
		packet->source = any_address(random, bench, packet->v6);
		packet->type = packet->v6 ? 128 : 8;
		packet->reply = false;
	}
	return true;
}

/* Anything, mostly within one zone or between two */
static void wild_packet(struct random_state *random, const struct bench *bench,
			struct oracle_packet *packet)
{
	static const uint8_t protocols[] = { 6, 6, 17, 17, 1, 58, 47, 4 };

	packet->source = any_address(random, bench, packet->v6);
	packet->destination = any_address(random, bench, packet->v6);
	packet->protocol = protocols[random_below(random, sizeof(protocols))];
	packet->source_port = random_port(random);
	packet->destination_port = random_port(random);
	packet->type = (uint8_t)(packet->v6 ? 128 + random_below(random, 2) :
					      8 * random_below(random, 2));
}

static void change_one_field(struct random_state *random, const struct bench *bench,
			     struct oracle_packet *packet)
{
	static const uint8_t flags[] = { 2, 18, 16, 24, 4, 20, 17, 0, 3, 6 };
	static const uint8_t types4[] = { 0, 3, 5, 8, 11, 12, 13 };
	static const uint8_t types6[] = { 1, 2, 3, 4, 128, 129, 200 };

	switch (random_below(random, 13)) {
	case 0:
		packet->source = any_address(random, bench, packet->v6);
		break;
	case 1:
		packet->destination = any_address(random, bench, packet->v6);
		break;
	case 2:
		packet->source_port = random_port(random);
		break;
	case 3:
		packet->destination_port = random_port(random);
		break;
	case 4:
		packet->protocol = packet->protocol == 6 ? 17 : 6;
		break;
	case 5:
		packet->type = packet->v6 ? types6[random_below(random, sizeof(types6))] :
					    types4[random_below(random, sizeof(types4))];
		break;
	case 6:
		packet->flags = flags[random_below(random, sizeof(flags))];
		break;
	case 7:
		packet->state = random_below(random, ORACLE_STATES);
		break;
	case 8:
		packet->reply = !packet->reply;
		break;
	case 9:
		packet->translated = true;
		break;
	case 10:
		packet->mac = 0x02aa00000000ULL | random_below(random, 16);
		break;
	case 11:
		choose_port(random, bench, packet);
		break;
	default: {
		const struct oracle_zone *zone = &bench->oracle->zone[
			random_below(random, (uint32_t)bench->oracle->zones)];

		if (zone->port.count && packet->layer != ORACLE_LOCAL_OUT)
			snprintf(packet->port, sizeof(packet->port), "%s", zone->port.name[0]);
	}
	}
}

/* Limits nearly or wholly used up, as the numbers in the text say */
static void use_up(struct random_state *random, const struct bench *bench,
		   struct oracle_packet *packet)
{
	struct oracle_answer answer;
	struct oracle_limits limit;

	packet->now = times[random_below(random, sizeof(times) / sizeof(times[0]))];
	packet->lower_bound = random_chance(random, 10) ? 1803859200 - 1 : 0;
	if (random_chance(random, 70))
		return;
	oracle_ask(bench->oracle, packet, &answer);
	if (!*answer.conduit)
		return;
	limit = oracle_limits(bench->oracle, answer.conduit);
	switch (random_below(random, 3)) {
	case 0:
		packet->packets = limit.packets - random_below(random, 2);
		break;
	case 1:
		packet->new_connections = limit.new_connections - random_below(random, 2);
		break;
	default:
		packet->connections = limit.connections - random_below(random, 2);
	}
}

/* The gateway's stated addresses are never forwarded to: the kernel would not. */
static void settle_layer(struct random_state *random, const struct bench *bench,
			 struct oracle_packet *packet)
{
	if (packet->layer == ORACLE_FORWARD && is_own(bench->oracle, &packet->destination))
		packet->layer = ORACLE_LOCAL_IN;
	else if (packet->layer == ORACLE_FORWARD && random_chance(random, 3))
		packet->layer = random_chance(random, 50) ? ORACLE_LOCAL_IN : ORACLE_LOCAL_OUT;
	if (packet->layer == ORACLE_LOCAL_OUT)
		packet->port[0] = '\0';
}

static void make_packet(struct random_state *random, const struct bench *bench,
			struct oracle_packet *packet)
{
	uint32_t kind = random_below(random, 100);

	*packet = (struct oracle_packet){ .state = ORACLE_NEW, .flags = 2,
					  .v6 = random_chance(random, 30) };
	if (kind < 70) {
		if (!conduit_packet(random, bench, packet))
			wild_packet(random, bench, packet);
	} else if (kind >= 80 || !management_packet(random, bench, packet)) {
		packet->layer = ORACLE_FORWARD;
		wild_packet(random, bench, packet);
	}
	if (packet->layer == ORACLE_FORWARD && random_chance(random, 40))
		turn_round(packet);
	choose_port(random, bench, packet);
	if (random_chance(random, 50))
		change_one_field(random, bench, packet);
	settle_layer(random, bench, packet);
	use_up(random, bench, packet);
}

/* ---- The core's answer ---- */

static void print_address(const struct oracle_address *address, bool v6, char text[64])
{
	inet_ntop(v6 ? AF_INET6 : AF_INET, v6 ? address->byte : address->byte + 12, text, 64);
}

static struct sluice_facts facts_of(const struct site *site, const struct oracle_packet *packet)
{
	struct sluice_facts facts = { .segments = 1 };
	struct sluice_packet bytes;
	char source[64], destination[64], mac[20];
	const char *dot = strchr(packet->port, '.');
	struct frame_spec spec = {
		.source_mac = mac,
		.source = source,
		.destination = destination,
		.vlan = dot ? atoi(dot + 1) : 0,
		.protocol = packet->protocol,
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.tcp_flags = packet->flags,
		.icmp_type = packet->type,
	};
	struct frame frame;

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x",
		 (unsigned int)(packet->mac >> 40) & 255, (unsigned int)(packet->mac >> 32) & 255,
		 (unsigned int)(packet->mac >> 24) & 255, (unsigned int)(packet->mac >> 16) & 255,
		 (unsigned int)(packet->mac >> 8) & 255, (unsigned int)packet->mac & 255);
	print_address(&packet->source, packet->v6, source);
	print_address(&packet->destination, packet->v6, destination);
	frame_build(&spec, &frame);
	facts.port = (__u16)(*packet->port ? site_port(site, packet->port) : 0);
	bytes = (struct sluice_packet){ frame.bytes, frame.length };
	sluice_parse_frame(&bytes, &facts);
	return facts;
}

static struct sluice_counters counters_of(const struct site *site, const struct oracle_packet *packet,
					  unsigned int conduit)
{
	uint64_t intervals = sluice_conduit_word(&site->image, conduit, SLUICE_CONDUIT_INTERVALS);
	uint64_t due = NANOSECONDS + (uint64_t)packet->packets * (__u32)intervals;
	uint64_t spent = NANOSECONDS + SLUICE_BURST_NANOSECONDS;

	/* The other half has nothing left: that must not matter. */
	return (struct sluice_counters){
		.packets_due = packet->reply ? spent : due,
		.replies_due = packet->reply ? due : spent,
		.connections_due = NANOSECONDS + packet->new_connections * (intervals >> 32),
		.concurrent = packet->connections,
	};
}

static unsigned int core_ask(const struct site *site, const struct oracle_packet *packet,
			     const char **conduit)
{
	static const unsigned int layers[] = { SLUICE_LAYER_FORWARD, SLUICE_LAYER_LOCAL_IN,
					       SLUICE_LAYER_LOCAL_OUT };
	struct sluice_facts facts = facts_of(site, packet);
	struct sluice_clock clock = { .now = packet->now, .lower_bound = packet->lower_bound,
				      .nanoseconds = NANOSECONDS, .sure = 1 };
	struct sluice_standing standing = { 0 };
	struct sluice_track track = { 0 };
	struct sluice_flow flow = { (__u8)packet->state, packet->reply, packet->translated, 0 };
	struct sluice_counters counters;
	struct sluice_verdict verdict;
	struct sluice_answer answer;

	if (packet->layer == ORACLE_LOCAL_OUT)
		sluice_gate_local(&site->image, &facts, &answer);
	else
		sluice_gate(&site->image, &facts, &answer);
	sluice_judge(&site->image, &facts, layers[packet->layer], &answer, &flow, &verdict);
	sluice_hold(&site->image, &facts, &standing, &track, &clock, &verdict);
	counters = counters_of(site, packet, verdict.conduit);
	sluice_charge(&site->image, &facts, &clock, &counters, &track, &verdict);
	*conduit = site_conduit_name(site, verdict.conduit);
	if (verdict.permit != (verdict.reason == SLUICE_REASON_PERMITTED))
		return SLUICE_REASON_UNKNOWN;
	return verdict.reason;
}

/* ---- Agreement ---- */

/* Without a conduit, or before one is chosen, the nearest one is only for display. */
static bool names_conduit(unsigned int reason)
{
	return reason == SLUICE_REASON_PERMITTED ||
	       (core_reason_step(reason) >= 8 && reason != SLUICE_REASON_NAT);
}

static bool same_reason(unsigned int reason, const char *name)
{
	const char *upper = core_reason_name(reason);

	for (; *upper && *name; upper++, name++)
		if ((*upper | 0x20) != (*name | 0x20))
			return false;
	return !*upper && !*name;
}

static void show_packet(const struct oracle_packet *packet)
{
	static const char *const layers[] = { "forward", "local in", "local out" };
	char source[64], destination[64];

	print_address(&packet->source, packet->v6, source);
	print_address(&packet->destination, packet->v6, destination);
	printf("# %s by '%s' mac %012llx %s -> %s protocol %u ports %u %u type %u flags %u\n",
	       layers[packet->layer], packet->port, (unsigned long long)packet->mac, source,
	       destination, packet->protocol, packet->source_port, packet->destination_port,
	       packet->type, packet->flags);
	printf("# state %u reply %d translated %d now %llu bound %llu used %u %u %u\n", packet->state,
	       packet->reply, packet->translated, (unsigned long long)packet->now,
	       (unsigned long long)packet->lower_bound, packet->packets, packet->new_connections,
	       packet->connections);
}

static void keep_policy(const struct bench *bench)
{
	FILE *out = fopen("build/oracle-disagreement.yaml", "w");

	if (!out)
		return;
	fwrite(bench->text, 1, bench->length, out);
	fclose(out);
}

static void compare_one(const struct bench *bench, const struct oracle_packet *packet)
{
	struct oracle_answer expected;
	const char *conduit;
	char first[2 * ORACLE_NAME];
	unsigned int reason, again;

	oracle_ask(bench->oracle, packet, &expected);
	reason = core_ask(&bench->site, packet, &conduit);
	snprintf(first, sizeof(first), "%s", conduit);
	reasons[reason]++;
	if (!same_reason(reason, expected.reason) ||
	    (names_conduit(reason) && strcmp(first, expected.conduit))) {
		if (disagreements++ < SHOWN) {
			show_packet(packet);
			printf("# oracle: %s by '%s'; core: %s by '%s'\n", expected.reason,
			       expected.conduit, core_reason_name(reason), first);
			keep_policy(bench);
		}
	}
	again = core_ask(&bench->shuffled, packet, &conduit);
	if (again != reason || (names_conduit(reason) && strcmp(first, conduit)))
		if (disorders++ < SHOWN) {
			show_packet(packet);
			printf("# %s by '%s'; in another order: %s by '%s'\n",
			       core_reason_name(reason), first, core_reason_name(again), conduit);
			keep_policy(bench);
		}
}

/* ---- Policies ---- */

/* Add conduits as long as the rules accept them. False when already the base is refused. */
static bool make_policy(struct random_state *random, struct generate_policy *policy,
			struct bench *bench)
{
	unsigned int i;

	generate_base(random, policy);
	for (i = 0; i < CONDUITS; i++) {
		generate_conduit(random, policy);
		bench->length = generate_print(policy, NULL, bench->text);
		if (site_load_text(bench->text, bench->length, true, &bench->site))
			site_release(&bench->site);
		else
			policy->count[GENERATE_CONDUITS]--;
	}
	bench->length = generate_print(policy, NULL, bench->text);
	return policy->count[GENERATE_CONDUITS] &&
	       site_load_text(bench->text, bench->length, true, &bench->site);
}

static bool shuffle(struct random_state *random, const struct generate_policy *policy,
		    struct bench *bench)
{
	char *text = malloc(GENERATE_TEXT);
	size_t length;
	bool good;

	if (!text)
		abort();
	length = generate_print(policy, random, text);
	good = site_load_text(text, length, false, &bench->shuffled);
	free(text);
	return good;
}

static bool images_are_canonical(const struct bench *bench)
{
	struct sluice_verify_error error;

	if (!sluice_verify(&bench->site.image, &error) &&
	    !sluice_verify(&bench->shuffled.image, &error))
		return true;
	printf("# word %u conduit %u: %s\n", error.word, error.conduit, error.text);
	keep_policy(bench);
	return false;
}

static void compare_policy(struct random_state *random, struct bench *bench, unsigned long packets)
{
	struct oracle_packet packet;

	fill_pool(bench);
	for (; packets; packets--) {
		make_packet(random, bench, &packet);
		compare_one(bench, &packet);
	}
}

static void report(unsigned long decisions)
{
	unsigned int reason;
	bool all = true;

	for (reason = 0; reason < SLUICE_REASON_COUNT; reason++)
		if (reasons[reason])
			printf("# %8lu %s\n", reasons[reason], core_reason_name(reason));
	ktap_ok(!disagreements, "core and oracle agree on %lu decisions", decisions);
	ktap_ok(!disorders, "the order of lines means nothing");
	for (reason = 1; reason < SLUICE_REASON_COUNT; reason++)
		if (reason != SLUICE_REASON_NO_POLICY && reason != SLUICE_REASON_VLAN &&
		    core_reason_step(reason) != 3 && core_reason_in_build(reason) &&
		    reasons[reason] < LEAST_SEEN) {
			printf("# too few: %s\n", core_reason_name(reason));
			all = false;
		}
	if (decisions >= DECISIONS)
		ktap_ok(all, "every reason came up");
}

int main(int argc, char **argv)
{
	unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 0) : DECISIONS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
	struct random_state random = { seed };
	struct generate_policy *policy = calloc(1, sizeof(*policy));
	struct bench bench = { .text = malloc(GENERATE_TEXT) };
	unsigned long done = 0, policies = 0, refused = 0, conduits = 0;
	bool canonical = true, ordered = true;

	printf("# seed %llu\n", (unsigned long long)seed);
	while (policy && bench.text && done < wanted && refused < 1000 + 20 * policies) {
		if (!make_policy(&random, policy, &bench)) {
			refused++;
			continue;
		}
		bench.oracle = oracle_read(bench.text, bench.length);
		if (bench.oracle && shuffle(&random, policy, &bench)) {
			canonical = images_are_canonical(&bench) && canonical;
			compare_policy(&random, &bench, PACKETS);
			done += PACKETS;
		} else {
			ordered = false;
			refused++;
			keep_policy(&bench);
		}
		policies++;
		conduits += bench.oracle ? bench.oracle->conduits : 0;
		free(bench.oracle);
		site_release(&bench.shuffled);
		site_release(&bench.site);
	}
	free(policy);
	free(bench.text);
	printf("# %lu policies with %lu conduits, %lu drafts refused\n", policies, conduits, refused);
	ktap_ok(done >= wanted, "enough policies were accepted");
	ktap_ok(ordered, "a shuffled policy is accepted as well");
	ktap_ok(canonical, "every image passes the verification of the module");
	report(done);
	return ktap_done();
}
