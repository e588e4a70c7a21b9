// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core over the compiler's image against the oracle, under random policies and packets: verdict,
 * reason and conduit must agree, and must not depend on the order of the lines.
 *
 *	compare [DECISIONS [SEED]]
 *
 * Half of the packets are permitted ones of which one thing was changed. The seed is printed; a
 * disagreement also leaves the policy in build/oracle-disagreement.yaml.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/policy/features.h"
#include "kmod/core/verify.h"
#include "tests/lib/core.h"
#include "tests/lib/ktap.h"
#include "tests/oracle/core.h"
#include "tests/oracle/draw.h"
#include "tests/oracle/generate.h"

#define DECISIONS	200000
#define PACKETS		8000		/* for each policy */
#define CONDUITS	14		/* tried for each policy */
#define SHOWN		3

/* struct bench - one policy under test */
struct bench {
	struct draw draw;
	struct oracle *oracle;
	struct site site;
	struct site shuffled;
	char *text;
	size_t length;
};

static unsigned long reasons[SLUICE_REASON_COUNT], disagreements, disorders;
static FILE *findings;		/* told behind the shares, where the end of a log is read first */

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

/* Nobody would be denied: no word. */
static bool same_observed(unsigned int reason, const char *name)
{
	return reason == SLUICE_REASON_PERMITTED ? !*name : same_reason(reason, name);
}

__attribute__((format(printf, 1, 2)))
static void find(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(findings, format, arguments);
	va_end(arguments);
}

static void show_packet(const struct oracle_packet *packet)
{
	static const char *const layers[] = { "forward", "local in", "local out" };
	char source[64], destination[64];

	core_print_address(&packet->source, packet->v6, source);
	core_print_address(&packet->destination, packet->v6, destination);
	find("# %s by '%s' mac %012llx %s -> %s protocol %u ports %u %u type %u flags %u\n",
	     layers[packet->layer], packet->port, (unsigned long long)packet->mac, source,
	     destination, packet->protocol, packet->source_port, packet->destination_port,
	     packet->type, packet->flags);
	find("# state %u reply %d translated %d now %llu bound %llu used %u %u %u\n", packet->state,
	     packet->reply, packet->translated, (unsigned long long)packet->now,
	     (unsigned long long)packet->lower_bound, packet->packets, packet->new_connections,
	     packet->connections);
	find("# shape %u about %d segments %u payload %u unsure %d window %llu open %d lease %u\n",
	     packet->shape, packet->about, packet->segments, packet->payload, packet->unsure,
	     (unsigned long long)packet->was_open_until, packet->opened, packet->lease);
	core_print_address(&packet->quoted.destination, packet->v6, source);
	find("# quotes %s protocol %u ports %u %u type %u\n", source, packet->quoted.protocol,
	     packet->quoted.source_port, packet->quoted.destination_port, packet->quoted.type);
	find("# seq %u ack %u past: %d%d%d next %u sent %u acked %u asked %u answers %u spare %u bytes %llu hour %llu\n",
	     packet->sequence, packet->acknowledgement, packet->past.begun, packet->past.answered,
	     packet->past.ended, packet->past.next, packet->past.sent, packet->past.acknowledged,
	     packet->past.asked, packet->past.answers, packet->past.spare,
	     (unsigned long long)packet->past.bytes, (unsigned long long)packet->past.hour_bytes);
}

/* Of the first finding: those that follow mostly have its cause. */
static void keep_policy(const struct bench *bench)
{
	static bool kept;
	FILE *out = kept ? NULL : fopen("build/oracle-disagreement.yaml", "w");

	if (!out)
		return;
	kept = true;
	fwrite(bench->text, 1, bench->length, out);
	fclose(out);
}

static void compare_one(struct random_state *random, struct bench *bench,
			const struct oracle_packet *packet)
{
	struct sluice_facts facts = core_facts(packet);
	struct oracle_answer expected;
	const char *conduit;
	char first[2 * ORACLE_NAME];
	unsigned int reason, again, observed;

	oracle_ask(bench->oracle, packet, &expected);
	reason = core_ask(&bench->site, packet, &facts, &conduit, &observed);
	snprintf(first, sizeof(first), "%s", conduit);
	reasons[reason]++;
	if (!same_reason(reason, expected.reason) ||
	    (names_conduit(reason) && strcmp(first, expected.conduit)) ||
	    !same_observed(observed, expected.observed)) {
		if (disagreements++ < SHOWN) {
			show_packet(packet);
			find("# oracle: %s by '%s' observed '%s'; core: %s by '%s' observed %s\n",
			     expected.reason, expected.conduit, expected.observed,
			     core_reason_name(reason), first, core_reason_name(observed));
			keep_policy(bench);
		}
	}
	again = core_ask(&bench->shuffled, packet, &facts, &conduit, &observed);
	if (again != reason || (names_conduit(reason) && strcmp(first, conduit)))
		if (disorders++ < SHOWN) {
			show_packet(packet);
			find("# %s by '%s'; in another order: %s by '%s'\n",
			     core_reason_name(reason), first, core_reason_name(again), conduit);
			keep_policy(bench);
		}
	if (reason == SLUICE_REASON_PERMITTED)
		draw_keep(random, &bench->draw, packet, expected.conduit);
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
	find("# word %u conduit %u: %s\n", error.word, error.conduit, error.text);
	keep_policy(bench);
	return false;
}

static void compare_policy(struct random_state *random, struct bench *bench, unsigned long packets)
{
	struct oracle_packet packet;

	draw_begin(&bench->draw, bench->oracle);
	for (; packets; packets--) {
		draw_packet(random, &bench->draw, &packet);
		compare_one(random, bench, &packet);
	}
}

static void tell_findings(uint64_t seed)
{
	static char line[512];

	rewind(findings);
	while (fgets(line, sizeof(line), findings))
		fputs(line, stdout);
	printf("# seed %llu\n", (unsigned long long)seed);
}

static void report(unsigned long decisions, uint64_t seed)
{
	unsigned int reason;
	bool all = true;

	for (reason = 0; reason < SLUICE_REASON_COUNT; reason++)
		if (reasons[reason])
			printf("# %9lu %6.2f %% %s\n", reasons[reason],
			       100.0 * (double)reasons[reason] / (double)decisions,
			       core_reason_name(reason));
	if (ftell(findings))
		tell_findings(seed);
	ktap_ok(!disagreements, "core and oracle agree on %lu decisions", decisions);
	ktap_ok(!disorders, "the order of lines means nothing");
	for (reason = 1; reason < SLUICE_REASON_COUNT; reason++)
		if (core_reason_in_build(reason) && 100 * reasons[reason] < decisions) {
			printf("# too few: %s\n", core_reason_name(reason));
			all = false;
		}
	if (decisions >= DECISIONS)
		ktap_ok(all, "every reason of the core and both verdicts are at least 1 %% of the decisions");
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

	/* Also what the language does not promise yet. */
	sluice_enforced = ~0u;
	printf("# seed %llu\n", (unsigned long long)seed);
	findings = tmpfile();
	while (findings && policy && bench.text && done < wanted && refused < 1000 + 20 * policies) {
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
	printf("# %.0f decisions a second of processor time, policies included\n",
	       (double)done * CLOCKS_PER_SEC / (double)(clock() + 1));
	ktap_ok(done >= wanted, "enough policies were accepted");
	ktap_ok(ordered, "a shuffled policy is accepted as well");
	ktap_ok(canonical, "every image passes the verification of the module");
	report(done, seed);
	return ktap_done();
}
