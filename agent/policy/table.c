// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of the conduit table, and hashing them so that every probe is short. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "compile.h"

#define SEEDS_A_SIZE 8		/* seeds tried before the table doubles */
#define LOG2_MAX 22		/* 4 million buckets, half of the largest image */
#define ENTRIES_MAX (1u << 21)

static size_t ports_of(const struct sluice_compiler *compiler, size_t zone)
{
	return sluice_gateway_reaches(compiler->policy, compiler->gateway, zone);
}

bool sluice_pair_passes(const struct sluice_compiler *compiler, size_t from, size_t to)
{
	const struct sluice_policy *policy = compiler->policy;
	size_t ports = ports_of(compiler, from);

	if (policy->zone[from].carrier == policy->zone[to].carrier)
		return ports >= 2;
	return ports && ports_of(compiler, to);
}

/* The address classes of one part of an end: of the whole zone, or of each class of its assets. */
struct ends {
	uint32_t *identifier;
	size_t count;
};

static int compare_identifiers(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

static struct ends list_ends(const struct sluice_compiler *compiler,
			     const struct sluice_end_part *part)
{
	struct ends ends = { 0 };
	size_t kept = 0;

	ends.identifier = sluice_allocate(part->whole ? 1 : part->assets, sizeof(*ends.identifier));
	if (part->whole) {
		ends.identifier[0] = sluice_whole_zone(compiler, part->zone);
		ends.count = 1;
		return ends;
	}
	for (size_t i = 0; i < part->assets; i++)
		ends.identifier[i] = compiler->identifier[part->asset[i]];
	qsort(ends.identifier, part->assets, sizeof(*ends.identifier), compare_identifiers);
	for (size_t i = 0; i < part->assets; i++)
		if (!i || ends.identifier[i] != ends.identifier[kept - 1])
			ends.identifier[kept++] = ends.identifier[i];
	ends.count = kept;
	return ends;
}

static unsigned int families_of(const struct sluice_compiler *compiler, uint32_t identifier)
{
	if (identifier == SLUICE_IDENTIFIER_GATEWAY)
		return 3;
	if (identifier >= compiler->first_class)
		return compiler->class[identifier - compiler->first_class].families;
	return compiler->zone_families[identifier - SLUICE_IDENTIFIER_GATEWAY - 1];
}

static int add_entry(struct sluice_compiler *compiler, uint32_t source, uint32_t destination,
		     uint16_t service, size_t conduit)
{
	if (compiler->entries == ENTRIES_MAX) {
		sluice_message_error(compiler->messages, NULL,
				     "the conduits need more than %u entries in the image", ENTRIES_MAX);
		sluice_message_hint(compiler->messages,
				    "name whole zones, or use the same groups in more conduits");
		return -E2BIG;
	}
	compiler->entry = sluice_grow(compiler->entry, compiler->entries,
				      sizeof(*compiler->entry));
	compiler->entry[compiler->entries++] = (struct sluice_table_entry){
		.key = SLUICE_TABLE_KEY(source, destination, service),
		.value = conduit,
	};
	return 0;
}

/* Service classes of one list, all services together: a class may be in several of them. */
static uint16_t *list_services(const struct sluice_compiler *compiler, const size_t *service,
			       size_t services, size_t *count)
{
	uint8_t *seen = sluice_allocate(compiler->services.classes + 1, 1);
	uint16_t *class = sluice_allocate(compiler->services.classes + 1, sizeof(*class));

	for (size_t i = 0; i < services; i++)
		for (size_t j = 0; j < compiler->services.count[service[i]]; j++)
			seen[compiler->services.class[service[i]][j]] = 1;
	*count = 0;
	for (size_t i = 1; i <= compiler->services.classes; i++)
		if (seen[i])
			class[(*count)++] = (uint16_t)i;
	free(seen);
	return class;
}

static void announce(struct sluice_compiler *compiler, size_t from, size_t to, uint8_t kind)
{
	compiler->matrix[from * (compiler->policy->zones + 1) + to] |= kind;
}

static int add_product(struct sluice_compiler *compiler, const struct ends *from,
		       const struct ends *to, const uint16_t *class, size_t classes,
		       size_t conduit)
{
	for (size_t i = 0; i < from->count; i++) {
		for (size_t j = 0; j < to->count; j++) {
			/* Ends of different families have no packet in common, so no entry either. */
			if (!(families_of(compiler, from->identifier[i]) &
			      families_of(compiler, to->identifier[j])))
				continue;
			for (size_t k = 0; k < classes; k++)
				if (add_entry(compiler, from->identifier[i], to->identifier[j],
					      class[k], conduit))
					return -E2BIG;
		}
	}
	return 0;
}

static int add_pair(struct sluice_compiler *compiler, const struct sluice_end_part *from,
		    const struct sluice_end_part *to, const uint16_t *class, size_t classes,
		    size_t conduit)
{
	static const uint8_t kinds[2][2] = {
		{ SLUICE_MATRIX_CLASS_CLASS, SLUICE_MATRIX_CLASS_ZONE },
		{ SLUICE_MATRIX_ZONE_CLASS, SLUICE_MATRIX_ZONE_ZONE },
	};
	struct ends sources, destinations;
	size_t before = compiler->entries;
	int error;

	if (!sluice_pair_passes(compiler, from->zone, to->zone))
		return 0;
	sources = list_ends(compiler, from);
	destinations = list_ends(compiler, to);
	error = add_product(compiler, &sources, &destinations, class, classes, conduit);
	if (compiler->entries != before)
		announce(compiler, from->zone + 1, to->zone + 1,
			 kinds[from->whole][to->whole] |
				 (compiler->policy->conduit[conduit - 1].fragments ?
					  SLUICE_MATRIX_FRAGMENTS : 0));
	free(sources.identifier);
	free(destinations.identifier);
	return error;
}

static int add_conduit(struct sluice_compiler *compiler, size_t index)
{
	const struct sluice_conduit *conduit = &compiler->policy->conduit[index];
	size_t classes;
	uint16_t *class = list_services(compiler, conduit->service, conduit->services.count,
					&classes);
	int error = 0;

	for (size_t i = 0; !error && i < conduit->from.parts; i++)
		for (size_t j = 0; !error && j < conduit->to.parts; j++)
			error = add_pair(compiler, &conduit->from.part[i], &conduit->to.part[j],
					 class, classes, index + 1);
	free(class);
	return error;
}

static int add_management(struct sluice_compiler *compiler, size_t index)
{
	const struct sluice_management *management = &compiler->gateway->management[index];
	size_t zone = compiler->policy->asset[management->asset].zone + 1;
	uint32_t peer = compiler->identifier[management->asset];
	size_t conduit = compiler->policy->conduits + index + 1;
	size_t classes;
	uint16_t *class = list_services(compiler, management->service, management->services.count,
					&classes);
	int error = 0;

	for (size_t i = 0; !error && i < classes; i++)
		error = management->dials ?
			add_entry(compiler, SLUICE_IDENTIFIER_GATEWAY, peer, class[i], conduit) :
			add_entry(compiler, peer, SLUICE_IDENTIFIER_GATEWAY, class[i], conduit);
	announce(compiler, management->dials ? 0 : zone, management->dials ? zone : 0,
		 SLUICE_MATRIX_CLASS_CLASS);
	free(class);
	return error;
}

static int compare_entries(const void *left, const void *right)
{
	const struct sluice_table_entry *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->value < b->value ? -1 : a->value > b->value;
}

/* Of two conduits with the same key the narrower one has it. 0: neither narrows the other. */
static uint64_t narrower(const struct sluice_policy *policy, uint64_t a, uint64_t b)
{
	if (a > policy->conduits || b > policy->conduits)
		return 0;
	if (sluice_narrows(policy, a - 1, b - 1))
		return a;
	return sluice_narrows(policy, b - 1, a - 1) ? b : 0;
}

/* One row a key. Else two conduits with one key are an overlap; never choose silently. */
static int unite_entries(struct sluice_compiler *compiler)
{
	size_t kept = 0;

	if (!compiler->entries)
		return 0;
	qsort(compiler->entry, compiler->entries, sizeof(*compiler->entry), compare_entries);
	for (size_t i = 1; i < compiler->entries; i++) {
		const struct sluice_table_entry *entry = &compiler->entry[i];

		uint64_t inner;

		if (entry->key != compiler->entry[kept].key) {
			compiler->entry[++kept] = *entry;
			continue;
		}
		if (entry->value == compiler->entry[kept].value)
			continue;
		inner = narrower(compiler->policy, compiler->entry[kept].value, entry->value);
		if (inner) {
			compiler->entry[kept].value = inner;
		} else {
			sluice_message_error(compiler->messages, NULL,
					     "conduits %llu and %llu of the image would take the same packets",
					     (unsigned long long)compiler->entry[kept].value,
					     (unsigned long long)entry->value);
			return -EINVAL;
		}
	}
	compiler->entries = kept + 1;
	return 0;
}

int sluice_collect_entries(struct sluice_compiler *compiler)
{
	size_t side = compiler->policy->zones + 1;
	int error = 0;

	compiler->matrix = sluice_allocate(side * side, 1);
	for (size_t i = 0; !error && i < compiler->policy->conduits; i++)
		error = add_conduit(compiler, i);
	for (size_t i = 0; !error && i < compiler->gateway->managements; i++)
		error = add_management(compiler, i);
	return error ? error : unite_entries(compiler);
}

/* Hashing */

static bool place(uint64_t *bucket, const struct sluice_table_entry *entry, unsigned int log2,
		  uint64_t seed)
{
	uint32_t mask = (1u << log2) - 1;
	uint32_t index = sluice_bucket(entry->key, seed, log2);

	for (int probe = 0; probe < SLUICE_TABLE_PROBES; probe++, index = (index + 1) & mask) {
		if (bucket[2 * index])
			continue;
		bucket[2 * index] = entry->key;
		bucket[2 * index + 1] = entry->value;
		return true;
	}
	return false;
}

bool sluice_write_table(struct sluice_words *words, const struct sluice_table_entry *entry,
			size_t count, unsigned int log2, uint64_t seed)
{
	size_t base = sluice_words_reserve(words, (size_t)2 << log2);

	for (size_t i = 0; i < count; i++) {
		if (place(words->word + base, &entry[i], log2, seed))
			continue;
		words->count = base;
		return false;
	}
	return true;
}

static unsigned int smallest_log2(size_t count)
{
	unsigned int log2 = 3;

	while ((size_t)1 << log2 < 2 * count)
		log2++;
	return log2;
}

static bool try_seed(struct sluice_compiler *compiler, const struct sluice_table_entry *macs,
		     size_t mac_count, unsigned int log2, unsigned int mac_log2, uint64_t seed)
{
	struct sluice_words *words = &compiler->words;
	size_t base = words->count;

	/* The MAC table is written for good later; here it only has to be possible. */
	if (!sluice_write_table(words, macs, mac_count, mac_log2, seed))
		return false;
	words->count = base;
	if (!sluice_write_table(words, compiler->entry, compiler->entries, log2, seed))
		return false;
	words->word[SLUICE_HEADER_TABLE] = base | (uint64_t)log2 << 32;
	words->word[SLUICE_HEADER_SEED] = seed;
	return true;
}

int sluice_write_conduit_table(struct sluice_compiler *compiler,
			       const struct sluice_table_entry *macs, size_t mac_count,
			       unsigned int *mac_log2)
{
	unsigned int log2 = smallest_log2(compiler->entries);
	uint64_t seed = 0;

	*mac_log2 = smallest_log2(mac_count);
	for (; log2 <= LOG2_MAX && *mac_log2 <= LOG2_MAX; log2++, ++*mac_log2)
		for (int i = 0; i < SEEDS_A_SIZE; i++)
			if (try_seed(compiler, macs, mac_count, log2, *mac_log2, ++seed))
				return 0;
	sluice_message_error(compiler->messages, NULL,
			     "the conduit table finds no place for %zu entries", compiler->entries);
	return -E2BIG;
}
