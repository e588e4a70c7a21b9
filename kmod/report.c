// SPDX-License-Identifier: GPL-2.0
/* Counters and records of everything that is denied or cannot be. */

#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/timekeeping.h>
#include <linux/unaligned.h>

#include "cause.h"
#include "report.h"
#include "trace.h"

#define CAUSE_INVARIANT	(1ULL << 63)
#define CAUSE_OBSERVED	(1ULL << 61)

/*
 * By image port, not by device alone: on a trunk one zone must not hide by a flood what another one does. Never by what
 * the sender chooses: tags of no port are all port 0.
 */
static u64 cause_of(u64 type, u32 layer, u32 number, u32 port, int ifindex)
{
	return type | 1ULL << 62 | (u64)(port & 0xff) << 52 | (u64)layer << 48 |
	       (u64)number << 32 | (u32)ifindex;
}

static u64 place_of(const struct sluice_case *c)
{
	return (u32)c->ifindex | (u64)c->facts.port << 32 | (u64)c->facts.vlan << 48;
}

static u64 service_of(const struct sluice_facts *facts)
{
	return facts->family | (u64)facts->protocol << 8 | (u64)facts->ethertype << 16 |
	       (u64)facts->source_port << 32 | (u64)facts->destination_port << 48;
}

static u32 number_of(const struct sluice_generation *generation)
{
	return generation ? generation->number : 0;
}

static u64 zones_of(const struct sluice_case *c)
{
	return c->conduit | (u64)c->answer.source_zone << 16 | (u64)c->answer.destination_zone << 32;
}

static u64 extra_of(const struct sluice_facts *facts, u64 suppressed)
{
	return min_t(u64, suppressed, U32_MAX) | (u64)facts->tcp_flags << 32 |
	       (u64)facts->kind << 40;
}

static bool may_tell(const struct sluice_case *c, u64 type, u32 number, u64 *suppressed)
{
	return sluice_cause_pass(c->sn->causes,
				 cause_of(type, c->layer, number, c->facts.port, c->ifindex),
				 ktime_get_coarse_ns(), 1, suppressed);
}

static void trace_denial(const struct sluice_case *c, u32 reason)
{
	const struct sluice_facts *facts = &c->facts;
	u64 suppressed;

	if (!may_tell(c, 0, reason, &suppressed))
		return;
	trace_deny(SLUICE_RECORD_VERSION, c->layer, reason, number_of(c->generation), place_of(c),
		   zones_of(c), service_of(facts), facts->source.high, facts->source.low,
		   facts->destination.high, facts->destination.low, extra_of(facts, suppressed));
}

void sluice_observe(const struct sluice_case *c, enum sluice_reason reason)
{
	const struct sluice_facts *facts = &c->facts;
	u64 suppressed;

	atomic64_inc(&c->generation->conduits[c->conduit].observed);
	if (!may_tell(c, CAUSE_OBSERVED, reason, &suppressed))
		return;
	trace_observe(SLUICE_RECORD_VERSION, c->layer, reason, number_of(c->generation),
		      place_of(c), zones_of(c), service_of(facts), facts->source.high,
		      facts->source.low, facts->destination.high, facts->destination.low,
		      extra_of(facts, suppressed));
}

unsigned int sluice_deny(const struct sluice_case *c, enum sluice_reason reason)
{
	this_cpu_inc(c->sn->stats->denied[c->layer][reason]);
	if (c->generation && c->conduit && c->conduit <= c->generation->conduit_count)
		atomic64_inc(&c->generation->conduits[c->conduit].denied);
	trace_denial(c, reason);
	return NF_DROP;
}

void sluice_violated(const struct sluice_case *c, enum sluice_invariant invariant, u64 detail0,
		     u64 detail1)
{
	u64 suppressed;

	this_cpu_inc(c->sn->stats->violated[c->layer][invariant]);
	if (!may_tell(c, CAUSE_INVARIANT, invariant, &suppressed))
		return;
	trace_invariant(SLUICE_RECORD_VERSION, c->layer, invariant, number_of(c->generation),
			place_of(c), service_of(&c->facts), detail0, detail1);
}

void sluice_policy_event(enum sluice_policy_event event, u32 generation,
			 const struct sluice_envelope *envelope, const u8 *digest, int error)
{
	trace_policy(SLUICE_RECORD_VERSION, event, generation,
		     envelope ? le64_to_cpu(envelope->version) : 0,
		     digest ? get_unaligned_be64(digest) : 0, abs(error));
}

/* Bytes of a record's address -> the bit string of struct sluice_address. */
static struct sluice_address address_of(const u8 *bytes, u32 family)
{
	if (family == 4)
		return (struct sluice_address){ .high = (u64)get_unaligned_be32(bytes + 12) << 32 };
	return (struct sluice_address){ .high = get_unaligned_be64(bytes),
					.low = get_unaligned_be64(bytes + 8) };
}

static bool record_is_valid(const struct sluice_record *record)
{
	bool deny = record->type == SLUICE_RECORD_DENY;
	bool invariant = record->type == SLUICE_RECORD_INVARIANT;

	return record->version == SLUICE_RECORD_VERSION && (deny || invariant) &&
	       (deny ? record->layer == SLUICE_LAYER_GATE && record->reason < SLUICE_REASON_COUNT :
		       (record->layer == SLUICE_LAYER_GATE || record->layer == SLUICE_LAYER_FLOOR ||
			!record->layer) && record->reason < SLUICE_INVARIANT_COUNT) &&
	       record->generation <= SLUICE_GENERATIONS && record->port <= SLUICE_MAX_PORTS &&
	       record->conduit <= SLUICE_MAX_CONDUITS && record->vlan < SLUICE_TAGS &&
	       (record->family == 0 || record->family == 4 || record->family == 6) &&
	       record->source_zone <= SLUICE_MAX_ZONES &&
	       record->destination_zone <= SLUICE_MAX_ZONES &&
	       record->kind <= SLUICE_KIND_NEIGHBOUR && !record->zero[0] && !record->zero[1];
}

static void raise_record(struct sluice_net *sn, const struct sluice_record *record)
{
	struct sluice_address source = address_of(record->source, record->family);
	struct sluice_address destination = address_of(record->destination, record->family);
	u64 place = record->ifindex | (u64)record->port << 32 | (u64)record->vlan << 48;
	u64 service = record->family | (u64)record->protocol << 8 | (u64)record->ethertype << 16 |
		      (u64)record->source_port << 32 | (u64)record->destination_port << 48;
	bool deny = record->type == SLUICE_RECORD_DENY;
	u64 suppressed;

	if (!sluice_cause_pass(sn->causes,
			       cause_of(deny ? 0 : CAUSE_INVARIANT, record->layer, record->reason,
					record->port, record->ifindex),
			       ktime_get_coarse_ns(), min(record->suppressed, U32_MAX - 1) + 1,
			       &suppressed))
		return;
	if (!deny) {
		trace_invariant(SLUICE_RECORD_VERSION, record->layer, record->reason,
				record->generation, place, service, source.high, destination.high);
		return;
	}
	trace_deny(SLUICE_RECORD_VERSION, record->layer, record->reason, record->generation, place,
		   record->conduit | (u64)record->source_zone << 16 |
			   (u64)record->destination_zone << 32,
		   service, source.high, source.low, destination.high, destination.low,
		   min_t(u64, suppressed, U32_MAX) | (u64)record->tcp_flags << 32 |
			   (u64)record->kind << 40);
}

/*
 * The gate counts for itself, so its records are only told, not counted. All of a message is
 * checked before any of it is raised.
 */
int sluice_report_records(struct sluice_net *sn, const void *records, u32 bytes)
{
	struct sluice_record record;
	u32 offset;

	if (!bytes || bytes % sizeof(record))
		return -EBADMSG;
	if (bytes / sizeof(record) > SLUICE_RECORDS)
		return -E2BIG;
	for (offset = 0; offset < bytes; offset += sizeof(record)) {
		memcpy(&record, records + offset, sizeof(record));
		if (!record_is_valid(&record))
			return -EBADMSG;
	}
	for (offset = 0; offset < bytes; offset += sizeof(record)) {
		memcpy(&record, records + offset, sizeof(record));
		raise_record(sn, &record);
	}
	return 0;
}

int sluice_report_open(struct sluice_net *sn)
{
	sn->stats = alloc_percpu_gfp(struct sluice_stats, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	sn->causes = sluice_causes_create();
	return sn->stats && sn->causes ? 0 : -ENOMEM;
}

void sluice_report_close(struct sluice_net *sn)
{
	sluice_causes_destroy(sn->causes);
	free_percpu(sn->stats);
	sn->causes = NULL;
	sn->stats = NULL;
}

u64 sluice_denied_total(const struct sluice_net *sn, u32 layer, u32 reason)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += per_cpu_ptr(sn->stats, cpu)->denied[layer][reason];
	return total;
}

u64 sluice_violated_total(const struct sluice_net *sn, u32 layer, u32 invariant)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += per_cpu_ptr(sn->stats, cpu)->violated[layer][invariant];
	return total;
}
