// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sweep for overlaps against asking each packet: in random policies exactly those pairs of
 * conduits are named that some packet of a small universe matches both of.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/memory.h"
#include "policy/keys.h"
#include "policy/rules.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"

#define ROUNDS 1500
#define ASSETS 12		/* of each zone */
#define SERVICES 6
#define CONDUITS 6
#define PORTS 40		/* the universe of ports begins at 1 */

static const char head[] =
	"sluice: 1\nsite: s\nversion: 1\n"
	"gateways:\n  - {name: gw, layers: [module]}\n"
	"zones:\n"
	"  - {name: a, level: control, addresses: [10.1.0.0/24, \"fd01::/64\"], ports: [eth1]}\n"
	"  - {name: b, level: dmz, addresses: [10.2.0.0/24, \"fd02::/64\"], ports: [eth2]}\n"
	"assets:\n";

static void write_ends(FILE *out, struct random_state *random, char zone)
{
	unsigned int count = 1 + random_below(random, 4);

	fputc('[', out);
	for (unsigned int i = 0; i < count; i++) {
		fputs(i ? ", " : "", out);
		if (random_chance(random, 12))
			fputc(zone, out);
		else
			fprintf(out, "%c%u", zone, random_below(random, ASSETS));
	}
	fputc(']', out);
}

static void write_service(FILE *out, struct random_state *random, unsigned int number)
{
	fprintf(out, "  - {name: s%u, match: [", number);
	if (random_chance(random, 20)) {
		fputs("{transport: icmp, types: [echo]}", out);
	} else {
		unsigned int first = 1 + random_below(random, PORTS);
		unsigned int last = first + random_below(random, 5);

		fprintf(out, "{transport: %s, ports: [\"%u-%u\", %u]}",
			random_chance(random, 50) ? "tcp" : "udp", first, last,
			1 + random_below(random, PORTS));
	}
	fputs("]}\n", out);
}

static char *make_text(uint64_t seed)
{
	struct random_state random = { seed };
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	fputs(head, out);
	for (unsigned int i = 0; i < 2 * ASSETS; i++) {
		char zone = i % 2 ? 'a' : 'b';
		unsigned int number = i / 2;

		/* A third is IPv4, a third IPv6, a third both. */
		fprintf(out, "  - {name: %c%u, zone: %c, address: [", zone, number, zone);
		if (number % 3 != 1)
			fprintf(out, "10.%u.0.%u%s", i % 2 ? 1 : 2, number + 1,
				number % 3 ? "" : ", ");
		if (number % 3 != 2)
			fprintf(out, "\"fd0%u::%u\"", i % 2 ? 1 : 2, number + 1);
		fputs("]}\n", out);
	}
	fputs("services:\n", out);
	for (unsigned int i = 0; i < SERVICES; i++)
		write_service(out, &random, i);
	fputs("conduits:\n", out);
	for (unsigned int i = 0; i < CONDUITS; i++) {
		fprintf(out, "  - {name: c%u, from: ", i);
		write_ends(out, &random, 'a');
		fputs(", to: ", out);
		write_ends(out, &random, 'b');
		fprintf(out, ", services: [s%u, s%u], direction: initiate, purpose: p}\n",
			random_below(&random, SERVICES), random_below(&random, SERVICES));
	}
	fclose(out);
	return text;
}

/* Address number @index of a zone: its assets' and one that nobody has, in each family. */
static sluice_ip address_of(bool first_zone, unsigned int index, bool v4)
{
	uint8_t four[4] = { 10, first_zone ? 1 : 2, 0, (uint8_t)(index + 1) };
	uint8_t six[16] = { 0xfd, first_zone ? 1 : 2, [15] = 0 };

	/* The text writes decimal digits, IPv6 reads them as hexadecimal ones. */
	six[15] = (uint8_t)((index + 1) / 10 * 16 + (index + 1) % 10);
	return sluice_ip_from_bytes(v4 ? four : six, v4);
}

static bool serves(const struct sluice_conduit *conduit, uint8_t protocol, unsigned int port)
{
	for (size_t i = 0; i < conduit->matches; i++)
		if (conduit->match[i].protocol == protocol && conduit->match[i].first <= port &&
		    port <= conduit->match[i].last)
			return true;
	return false;
}

static bool share_service(const struct sluice_conduit *a, const struct sluice_conduit *b)
{
	if (serves(a, 1, 0) && serves(b, 1, 0))
		return true;
	for (unsigned int port = 1; port <= PORTS + 5; port++)
		if ((serves(a, 6, port) && serves(b, 6, port)) ||
		    (serves(a, 17, port) && serves(b, 17, port)))
			return true;
	return false;
}

static bool share_address(const struct sluice_set *a, const struct sluice_set *b, bool first_zone,
			  bool v4)
{
	for (unsigned int i = 0; i <= ASSETS; i++) {
		sluice_ip address = address_of(first_zone, i, v4);

		if (sluice_set_contains(a, address) && sluice_set_contains(b, address))
			return true;
	}
	return false;
}

static bool share_packet(const struct sluice_conduit *a, const struct sluice_conduit *b)
{
	for (int v4 = 0; v4 < 2; v4++)
		if (share_address(&a->from.address, &b->from.address, true, v4) &&
		    share_address(&a->to.address, &b->to.address, false, v4))
			return share_service(a, b);
	return false;
}

static bool is_named(const struct sluice_messages *messages, const char *a, const char *b)
{
	for (size_t i = 0; i < messages->count; i++) {
		char first[16], second[16];

		if (sscanf(messages->item[i].text,
			   "S6: conduits %15s (line %*u) and %15s (line %*u) overlap", first,
			   second) == 2 && !strcmp(first, a) && !strcmp(second, b))
			return true;
	}
	return false;
}

static struct sluice_policy *read(const char *text, struct sluice_messages *messages)
{
	struct sluice_policy *policy = sluice_allocate(1, sizeof(*policy));

	policy->yaml = sluice_yaml_parse(text, strlen(text), messages);
	if (policy->yaml && !sluice_read_policy(policy, messages) &&
	    !sluice_resolve_policy(policy, messages))
		return policy;
	sluice_messages_print(messages, stdout);
	sluice_policy_free(policy);
	return NULL;
}

/* Return: pairs that were told wrongly, or -1 if the text could not be read. */
static int try_text(const char *text, unsigned int *overlaps)
{
	struct sluice_messages messages;
	struct sluice_policy *policy;
	int wrong = 0;

	sluice_messages_init(&messages, NULL);
	policy = read(text, &messages);
	if (!policy)
		wrong = -1;
	else
		sluice_check_overlaps(policy, &messages);
	for (size_t i = 0; policy && i < policy->conduits; i++) {
		for (size_t j = i + 1; j < policy->conduits; j++) {
			const struct sluice_conduit *a = &policy->conduit[i];
			const struct sluice_conduit *b = &policy->conduit[j];
			bool shares = share_packet(a, b);

			*overlaps += shares;
			wrong += shares != is_named(&messages, a->name, b->name);
		}
	}
	sluice_policy_free(policy);
	sluice_messages_release(&messages);
	return wrong;
}

static void test_random(void)
{
	unsigned int overlaps = 0;
	int wrong = 0;

	for (uint64_t seed = 1; seed <= ROUNDS && !wrong; seed++) {
		char *text = make_text(seed);

		wrong = try_text(text, &overlaps);
		if (wrong)
			printf("# seed %llu\n%s", (unsigned long long)seed, text);
		free(text);
	}
	ktap_ok(!wrong, "%d random policies: exactly the pairs that share a packet are named", ROUNDS);
	ktap_ok(overlaps > ROUNDS && overlaps < ROUNDS * CONDUITS * (CONDUITS - 1) / 4,
		"and there were both kinds (%u overlaps)", overlaps);
}

/* 10 000 conduits between single hosts and whole zones must not cost pairs of conduits. */
static void test_cost(void)
{
	struct sluice_messages messages;
	struct sluice_policy *policy;
	clock_t begun;
	char *text = NULL;
	size_t length;
	double seconds;
	FILE *out = open_memstream(&text, &length);

	fputs(head, out);
	for (unsigned int i = 0; i < 10000; i++)
		fprintf(out, "  - {name: x%u, zone: a, address: \"fd01::%x\"}\n"
			"  - {name: y%u, zone: b, address: \"fd02::%x\"}\n", i, i + 1, i, i + 1);
	fputs("services:\n  - {name: s, match: [{transport: tcp, ports: [1]}]}\n"
	      "  - {name: t, match: [{transport: tcp, ports: [2]}]}\nconduits:\n", out);
	for (unsigned int i = 0; i < 10000; i++)
		fprintf(out, "  - {name: c%u, from: %s%u, to: y%u, services: [%s], direction: initiate, purpose: p}\n",
			i, "x", i, i, i % 2 ? "s" : "t");
	fclose(out);
	sluice_messages_init(&messages, NULL);
	policy = read(text, &messages);
	begun = clock();
	if (policy)
		sluice_check_overlaps(policy, &messages);
	seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
	ktap_ok(policy && !messages.errors && seconds < 2,
		"10000 conduits are compared in %.2f seconds of processor time", seconds);
	sluice_policy_free(policy);
	sluice_messages_release(&messages);
	free(text);
}

int main(void)
{
	test_random();
	test_cost();
	return ktap_done();
}
