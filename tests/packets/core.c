// SPDX-License-Identifier: GPL-2.0-or-later
/* The packet table against the core in userspace, over the image of the reference plant. */
#include <stdlib.h>

#include "agent/policy/features.h"
#include "tests/lib/core.h"
#include "tests/lib/ktap.h"
#include "tests/lib/site.h"
#include "tests/packets/known.h"

#define POLICY "policies/reference-plant.yaml"
#define ROUTED "tests/packets/routed.yaml"

static void check_case(const struct site *site, const struct packet_case *test)
{
	struct frame frame;
	struct sluice_packet_case packet = packet_known(site, test, &frame);
	const struct sluice_packet bytes = { packet.bytes, packet.length };
	struct sluice_facts facts = { 0 };
	struct sluice_verdict verdict;
	struct sluice_answer answer;
	bool dropped;

	sluice_parse_frame(&bytes, &facts);
	sluice_packet_play(&site->image, &packet, &facts, &answer, &verdict);
	dropped = answer.reason != SLUICE_REASON_PERMITTED;
	if (!ktap_ok(sluice_packet_as_said(&packet, &verdict), "%s: %s", test->name, test->proves))
		printf("# %s by '%s'\n", packet_reason_name(verdict.reason),
		       site_conduit_name(site, verdict.conduit));
	if (test->port && dropped != packet_gate_drops(test))
		ktap_ok(false, "%s: what the gate alone does (%s)", test->name,
			packet_reason_name(answer.reason));
}

static const struct packet_case *find_case(const struct packet_case *cases, size_t count,
					   const char *name)
{
	size_t i;

	for (i = 0; name && i < count; i++)
		if (!strcmp(cases[i].name, name))
			return &cases[i];
	return NULL;
}

static bool reason_seen[SLUICE_REASON_COUNT];

/* A table itself: names are unique, each denial has a permitted twin. */
static void check_table(const struct packet_case *cases, size_t count, const char *name)
{
	const struct packet_case *twin;
	bool unique = true, twins = true;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct packet_case *test = &cases[i];

		twin = find_case(cases, count, test->twin);
		unique = unique && find_case(cases, count, test->name) == test;
		if (test->reason == SLUICE_REASON_PERMITTED)
			twins = twins && !test->twin;
		else
			twins = twins && twin && twin->reason == SLUICE_REASON_PERMITTED;
		reason_seen[test->reason] = true;
	}
	ktap_ok(unique, "%s table: names are unique", name);
	ktap_ok(twins, "%s table: each denial has a permitted twin", name);
}

static void check_reasons(void)
{
	unsigned int reason;

	for (reason = 1; reason < SLUICE_REASON_COUNT; reason++)
		ktap_ok(reason_seen[reason] == core_reason_in_build(reason), "tables: %s is %s",
			packet_reason_name(reason),
			core_reason_in_build(reason) ? "there" : "not the core's");
}

static void check_image(const struct site *site)
{
	struct sluice_verify_error error;

	if (!ktap_ok(!sluice_verify(&site->image, &error), "the image is canonical"))
		printf("# word %u conduit %u: %s\n", error.word, error.conduit, error.text);
}

static void check_policy(const char *path, const struct packet_case *cases, size_t count)
{
	struct site site;
	size_t i;

	check_table(cases, count, path);
	if (!ktap_ok(site_load(path, &site), "%s compiles", path))
		return;
	check_image(&site);
	for (i = 0; i < count; i++)
		check_case(&site, &cases[i]);
	site_release(&site);
}

int main(void)
{
	/* Also what the language does not promise yet. */
	sluice_enforced = ~0u;
	check_policy(POLICY, packet_cases, packet_case_count);
	check_policy(ROUTED, packet_routed, packet_routed_count);
	check_reasons();
	return ktap_done();
}
