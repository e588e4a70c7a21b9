// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packet table at the gate's program on the running kernel: what steps 1 to 7 deny is dropped,
 * counted and told with the table's reason; all else passes with a stamp that names the table's
 * conduit. What the module must deny later is still a pass here.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "agent/policy/features.h"
#include "kmod/core/selector.h"
#include "tests/bpf/world.h"
#include "tests/lib/core.h"
#include "tests/lib/ktap.h"
#include "tests/lib/site.h"
#include "tests/packets/table.h"

#define NONCE		0x5eed0002u
#define GENERATION	9
#define UNBOUND		(WORLD_DEVICES - 1)

/* Every port that one of the two policies names; its digit is the device in which it is plugged. */
static const char *const ports[] = { "eth0", "eth0.99", "eth1", "eth2", "eth2.10", "eth3", "eth4" };

/* The last denial that the gate told */
struct heard {
	unsigned int records;
	unsigned int reason;
};

static void hear(void *context, const struct sluice_record *record)
{
	struct heard *heard = context;

	if (record->type == SLUICE_RECORD_INVARIANT)
		return;
	heard->records++;
	heard->reason = record->reason;
}

static unsigned int device_of(const char *port)
{
	unsigned int digit = (unsigned int)port[3] - '0';

	return digit < UNBOUND ? digit : UNBOUND;
}

static void put_in_force(struct world *world, bool there)
{
	const __u32 generations[SLUICE_SLOTS] = { there ? GENERATION : 0, 0 };

	sluice_gate_write_selector(world->gate, sluice_selector_make(generations, there, 0, 0));
}

static bool stage(struct world *world, const struct site *site)
{
	uint8_t digest[SLUICE_DIGEST_BYTES];

	if (sluice_gate_stage(world->gate, 0, (const uint64_t *)site->image.words, site->image.count,
			      digest, &world->messages)) {
		sluice_messages_print(&world->messages, stdout);
		return false;
	}
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (site_port(site, ports[i]))
			sluice_gate_bind(world->gate, 0, site_port(site, ports[i]),
					 world->ifindex[device_of(ports[i])], packet_tag(ports[i]));
	sluice_gate_set_nonce(world->gate, NONCE);
	return true;
}

/* The conduit of a permitted case is the stamp's candidate for the half that the case plays. */
static bool stamped(const struct site *site, const struct packet_case *test,
		    const struct sluice_stamp *stamp)
{
	unsigned int candidate = test->flow.reply ? stamp->reply : stamp->forward;

	if (stamp->nonce != NONCE || stamp->generation != GENERATION ||
	    stamp->port != site_port(site, test->port))
		return false;
	/* At its own hook the module looks again for what the gateway dialled. */
	if (!test->conduit || test->reason != SLUICE_REASON_PERMITTED ||
	    test->layer == SLUICE_LAYER_LOCAL_IN)
		return true;
	return !strcmp(site_conduit_name(site, candidate), test->conduit);
}

static bool passed(const struct site *site, const struct packet_case *test, const struct frame *frame,
		   const struct world_run *run)
{
	return run->verdict == XDP_PASS && run->meta == sizeof(run->stamp) &&
	       stamped(site, test, &run->stamp) && run->length == frame->length &&
	       !memcmp(run->bytes + run->meta, frame->bytes, frame->length);
}

static void play(struct world *world, const struct site *site, const struct packet_case *test,
		 struct heard *heard)
{
	struct sluice_gate_counters before, after;
	struct world_run run;
	struct frame frame;
	bool good;

	packet_build(test, &frame);
	put_in_force(world, !test->no_policy);
	*heard = (struct heard){ 0 };
	sluice_gate_read_counters(world->gate, &before);
	if (world_run(world, world->ifindex[device_of(test->port)], frame.bytes, frame.length, 0, &run)) {
		printf("Bail out! test run of %s: %s\n", test->name, strerror(errno));
		exit(1);
	}
	sluice_gate_read_counters(world->gate, &after);
	sluice_gate_dispatch(world->gate);
	if (packet_gate_drops(test))
		good = run.verdict == XDP_DROP && !run.meta &&
		       after.denied[test->reason] == before.denied[test->reason] + 1 &&
		       (!heard->records || heard->reason == test->reason);
	else
		good = passed(site, test, &frame, &run) &&
		       !memcmp(before.denied, after.denied, sizeof(before.denied)) && !heard->records;
	if (!ktap_ok(good, "%s: %s", test->name, test->proves))
		printf("# verdict %u, stamp of port %u for '%s', told %u: %s\n", run.verdict, run.stamp.port,
		       site_conduit_name(site, test->flow.reply ? run.stamp.reply : run.stamp.forward),
		       heard->records, packet_reason_name((enum sluice_reason)heard->reason));
}

static void play_all(const char *path, const struct packet_case *cases, size_t count)
{
	unsigned int played = 0;
	struct heard heard;
	struct world world;
	struct site site;

	if (!ktap_ok(site_load(path, &site), "%s compiles", path))
		return;
	world_begin(&world, WORLD_DEVICES);
	sluice_gate_listen(world.gate, &(struct sluice_gate_events){ .record = hear,
								      .context = &heard });
	if (ktap_ok(stage(&world, &site), "the gate takes its image"))
		for (size_t i = 0; i < count; i++) {
			/* What the gateway itself sends comes in by no port. */
			if (!cases[i].port)
				continue;
			play(&world, &site, &cases[i], &heard);
			played++;
		}
	printf("# %u of %zu cases come in by a port\n", played, count);
	world_end(&world);
	site_release(&site);
}

int main(void)
{
	/* Also what the language does not promise yet. */
	sluice_enforced = ~0u;
	play_all("policies/reference-plant.yaml", packet_cases, packet_case_count);
	play_all("tests/packets/routed.yaml", packet_routed, packet_routed_count);
	return ktap_done();
}
