// SPDX-License-Identifier: GPL-2.0-or-later
/* The packet table against the core in userspace, over the image of the reference plant. */
#include <stdlib.h>

#include "agent/policy/features.h"
#include "tests/lib/core.h"
#include "tests/lib/ktap.h"
#include "tests/lib/site.h"
#include "tests/packets/table.h"

#define POLICY "policies/reference-plant.yaml"
#define ROUTED "tests/packets/routed.yaml"
#define NANOSECONDS PACKET_NANOSECONDS

static struct sluice_counters counters_of(const struct packet_case *test)
{
	struct sluice_counters counters = { 0 };

	switch (test->spent) {
	case PACKET_SPENT_PACKETS:
		counters.packets_due = NANOSECONDS + SLUICE_BURST_NANOSECONDS;
		counters.replies_due = NANOSECONDS + SLUICE_BURST_NANOSECONDS;
		break;
	case PACKET_SPENT_NEW_CONNECTIONS:
		counters.connections_due = NANOSECONDS + SLUICE_BURST_NANOSECONDS;
		break;
	case PACKET_SPENT_CONNECTIONS:
		counters.concurrent = 0xffffffff;
		break;
	case PACKET_SPENT_HOUR:
		counters.hour_since = NANOSECONDS - SLUICE_HOUR_NANOSECONDS + 1;
		counters.hour_bytes = 2901;
		break;
	case PACKET_SPENT_LAST_HOUR:
		counters.hour_since = NANOSECONDS - SLUICE_HOUR_NANOSECONDS;
		counters.hour_bytes = 3000;
		break;
	case PACKET_SPENT_SPARE:
		counters.spare_due = NANOSECONDS + SLUICE_BURST_NANOSECONDS;
		break;
	case PACKET_SPENT_NOTHING:
		break;
	}
	return counters;
}

static struct sluice_facts facts_of(const struct site *site, const struct packet_case *test)
{
	struct sluice_facts facts = { .segments = 1 };
	struct sluice_packet packet;
	struct frame frame;

	packet_build(test, &frame);
	facts.port = (__u16)(test->port ? site_port(site, test->port) : 0);
	packet = (struct sluice_packet){ frame.bytes, frame.length };
	sluice_parse_frame(&packet, &facts);
	if (test->whole)
		facts.fragment = SLUICE_FRAGMENT_WHOLE;
	return facts;
}

static struct sluice_verdict decide(const struct site *site, const struct packet_case *test,
				    struct sluice_answer *answer)
{
	static const struct sluice_image nothing = { NULL, 0 };
	const struct sluice_image *image = test->no_policy ? &nothing : &site->image;
	struct sluice_facts facts = facts_of(site, test);
	struct sluice_clock clock = { .now = test->now ? test->now : PACKET_USUAL_TIME,
				      .lower_bound = test->lower_bound,
				      .nanoseconds = NANOSECONDS, .sure = !test->unsure };
	struct sluice_track state = test->track;
	struct sluice_track *track = test->untracked ? NULL : &state;
	struct sluice_counters counters = counters_of(test);
	struct sluice_verdict verdict;

	if (test->port)
		sluice_gate(image, &facts, answer);
	else
		sluice_gate_local(image, &facts, answer);
	sluice_judge(image, &facts, test->layer ? test->layer : SLUICE_LAYER_FORWARD, answer,
		     &test->flow, &verdict);
	sluice_hold(image, &facts, &test->standing, track, &clock, &verdict);
	sluice_charge(image, &facts, &clock, &counters, track, &verdict);
	return verdict;
}

static void check_case(const struct site *site, const struct packet_case *test)
{
	struct sluice_answer answer;
	struct sluice_verdict verdict = decide(site, test, &answer);
	const char *conduit = site_conduit_name(site, verdict.conduit);
	bool permit = test->reason == SLUICE_REASON_PERMITTED;
	bool dropped = answer.reason != SLUICE_REASON_PERMITTED;

	if (!ktap_ok(verdict.permit == permit && verdict.reason == test->reason &&
		     (!test->conduit || !strcmp(conduit, test->conduit)), "%s: %s", test->name,
		     test->proves))
		printf("# %s by '%s'\n", packet_reason_name(verdict.reason), conduit);
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
