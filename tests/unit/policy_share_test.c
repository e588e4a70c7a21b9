// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `policy check` says of connections that a gateway cannot count: the number against the module's own rule over
 * the compiled image, and the words.
 */
#include <stdlib.h>
#include <string.h>

#include "kmod/core/share.h"
#include "lib/memory.h"
#include "policy/rules.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"
#include "tests/lib/site.h"

#define CONDUITS 40

/* Conduits with these limits, the inside of a zone with 20000, and management with 1000. */
static char *plant(const uint32_t *limit)
{
	char *text = sluice_copy_text(
		"sluice: 1\nsite: s\nversion: 1\n"
		"gateways:\n  - {name: g, layers: [xdp, module, nftables],\n"
		"     management: {to: a, services: [m]}}\n"
		"zones:\n"
		"  - {name: control, level: control, addresses: [10.1.0.0/16], ports: [eth1, eth2]}\n"
		"  - {name: dmz, level: dmz, addresses: [10.2.0.0/16], ports: [eth3]}\n"
		"assets:\n  - {name: a, zone: dmz, address: 10.2.0.1}\n"
		"services:\n  - {name: m, match: [{transport: tcp, ports: [502]}]}\n");
	char *longer;

	for (unsigned int i = 0; i < CONDUITS; i++) {
		longer = sluice_format("%s  - {name: s%u, match: [{transport: tcp, ports: [%u]}]}\n",
				       text, i, 1000 + i);
		free(text);
		text = longer;
	}
	for (unsigned int i = 0; i < CONDUITS; i++) {
		longer = sluice_format("%s%s  - {name: c%u, from: control, to: a, services: [s%u],\n"
				       "     direction: initiate, purpose: p,\n"
				       "     limits: {concurrent_connections: %u}}\n",
				       text, i ? "" : "conduits:\n", i, i, limit[i]);
		free(text);
		text = longer;
	}
	return text;
}

static bool load(const uint32_t *limit, struct site *site)
{
	char *text = plant(limit);
	bool good = site_load_text(text, strlen(text), false, site);

	free(text);
	return good;
}

static bool is_the_modules(const struct site *site)
{
	struct sluice_policy_share share;

	sluice_policy_share_out(site->policy, site->gateway, &share);
	return share.total == sluice_word(&site->image, SLUICE_HEADER_CONNECTIONS) &&
	       share.sure == sluice_share(&site->image, SLUICE_POLICY_FLOWS);
}

static void test_random(void)
{
	struct random_state random = { 7 };
	uint32_t limit[CONDUITS];
	struct site site;
	unsigned int bad = 0;

	for (unsigned int round = 0; round < 200; round++) {
		for (unsigned int i = 0; i < CONDUITS; i++)
			limit[i] = 1 + random_below(&random, random_chance(&random, 20) ? 300000 : 3000);
		if (!load(limit, &site)) {
			bad++;
			continue;
		}
		bad += !is_the_modules(&site);
		site_release(&site);
	}
	ktap_ok(!bad, "total and share as the module has them, %u of 200 policies wrong", bad);
}

/* Return: the number of messages with "S7" and a hint; the last is in @text. */
static unsigned int warned(const uint32_t *limit, char *text, size_t length)
{
	struct sluice_messages messages;
	unsigned int count = 0;
	struct site site;

	text[0] = 0;
	if (!load(limit, &site))
		return 99;
	sluice_messages_init(&messages, NULL);
	sluice_policy_remarks(site.policy, &messages);
	for (size_t i = 0; i < messages.count; i++) {
		if (strncmp(messages.item[i].text, "S7", 2) || messages.item[i].severity != SLUICE_WARNING)
			continue;
		count++;
		snprintf(text, length, "%u: %s; %s", messages.item[i].place.line,
			 messages.item[i].text, messages.item[i].hint);
	}
	sluice_messages_release(&messages);
	site_release(&site);
	return count;
}

static void test_words(void)
{
	uint32_t limit[CONDUITS];
	char text[512];

	for (unsigned int i = 0; i < CONDUITS; i++)
		limit[i] = 1000;
	limit[3] = SLUICE_POLICY_FLOWS - 21000 - 39 * 1000;
	ktap_ok(!warned(limit, text, sizeof(text)), "exactly as many as a gateway counts: no word");
	limit[3]++;
	ktap_ok(warned(limit, text, sizeof(text)) == 1 &&
		!strcmp(text, "64: S7: all concurrent_connections together are 262145, gateway g counts "
			"262144 at once: each conduit is sure of 71072, or of its limit if that is "
			"less; the rest is for whoever comes first; write concurrent_connections "
			"under the limits of those that need fewer; the most has conduit c3 (202145)"),
		"one more is a warning: %s", text);
}

int main(void)
{
	test_random();
	test_words();
	return ktap_done();
}
