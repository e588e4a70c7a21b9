// SPDX-License-Identifier: GPL-2.0-or-later
/* The compiler's ladder, and the sections of the image that are plain records. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/sort.h"
#include "compile.h"

#define NANOSECONDS 1000000000u

size_t sluice_words_reserve(struct sluice_words *words, size_t count)
{
	size_t base = words->count;
	size_t capacity = words->capacity ? words->capacity : 1024;

	words->count += count;
	while (capacity < words->count)
		capacity *= 2;
	if (capacity > words->capacity) {
		words->word = sluice_resize(words->word, capacity, sizeof(*words->word));
		words->capacity = capacity;
	}
	memset(words->word + base, 0, count * sizeof(*words->word));
	return base;
}

/* Conduits */

static int number_conduits(struct sluice_compiler *compiler)
{
	const struct sluice_policy *policy = compiler->policy;

	compiler->conduits = policy->conduits + compiler->gateway->managements;
	compiler->intra = sluice_allocate(policy->zones, sizeof(*compiler->intra));
	for (size_t i = 0; i < policy->zones; i++) {
		if (!sluice_policy_intra(policy, compiler->gateway, i))
			continue;
		compiler->conduits++;
		compiler->intra[i] = (uint16_t)compiler->conduits;
	}
	if (compiler->conduits <= SLUICE_MAX_CONDUITS)
		return 0;
	sluice_message_error(compiler->messages, NULL,
			     "more than %d conduits, those of management and intra: included",
			     SLUICE_MAX_CONDUITS);
	return -E2BIG;
}

static void write_conduit(struct sluice_compiler *compiler, size_t conduit, uint64_t flags,
			  const uint32_t limit[SLUICE_LIMITS], unsigned int line)
{
	uint64_t *header = compiler->words.word;
	uint64_t *word = header + header[SLUICE_HEADER_CONDUITS] + conduit * SLUICE_CONDUIT_WORDS;
	uint64_t packets = limit[SLUICE_LIMIT_PACKETS];
	uint64_t connections = limit[SLUICE_LIMIT_NEW_CONNECTIONS];

	word[SLUICE_CONDUIT_FLAGS] = flags;
	word[SLUICE_CONDUIT_RATES] = packets | connections << 32;
	word[SLUICE_CONDUIT_INTERVALS] = NANOSECONDS / packets |
					 (uint64_t)(NANOSECONDS / connections) << 32;
	word[SLUICE_CONDUIT_CONCURRENT] = limit[SLUICE_LIMIT_CONNECTIONS] | (uint64_t)line << 32;
	header[SLUICE_HEADER_CONNECTIONS] += limit[SLUICE_LIMIT_CONNECTIONS];
}

static uint64_t flags_of(const struct sluice_conduit *conduit)
{
	return conduit->grade | (conduit->essential ? SLUICE_CONDUIT_FLAG_ESSENTIAL : 0) |
	       (conduit->fragments ? SLUICE_CONDUIT_FLAG_FRAGMENTS : 0) |
	       (conduit->identity_required ? SLUICE_CONDUIT_FLAG_IDENTITY : 0) |
	       (conduit->identity_observed ? SLUICE_CONDUIT_FLAG_OBSERVE : 0) |
	       (conduit->open_seconds ? SLUICE_CONDUIT_FLAG_OPEN : 0);
}

static void write_policy_conduit(struct sluice_compiler *compiler, size_t index)
{
	const struct sluice_conduit *conduit = &compiler->policy->conduit[index];
	uint64_t *word;

	write_conduit(compiler, index + 1, flags_of(conduit), conduit->limit, conduit->place.line);
	word = compiler->words.word + compiler->words.word[SLUICE_HEADER_CONDUITS] +
	       (index + 1) * SLUICE_CONDUIT_WORDS;
	word[SLUICE_CONDUIT_VALID_FROM] = conduit->valid_from;
	word[SLUICE_CONDUIT_VALID_UNTIL] = conduit->valid_until;
	if (conduit->weekly_set)
		word[SLUICE_CONDUIT_WEEKLY] =
			SLUICE_WEEKLY(conduit->weekly_days, conduit->weekly_first,
				      conduit->weekly_minutes, conduit->utc_offset);
	word[SLUICE_CONDUIT_BUDGET] = conduit->bytes_per_flow |
				      (uint64_t)conduit->bytes_per_hour << 32;
	if (conduit->open_seconds)
		word[SLUICE_CONDUIT_OPEN] = conduit->open_seconds |
					    (uint64_t)conduit->open_persons << 32;
}

static void write_conduits(struct sluice_compiler *compiler)
{
	const struct sluice_policy *policy = compiler->policy;

	sluice_words_reserve(&compiler->words, (compiler->conduits + 1) * SLUICE_CONDUIT_WORDS);
	for (size_t i = 0; i < policy->conduits; i++)
		write_policy_conduit(compiler, i);
	for (size_t i = 0; i < compiler->gateway->managements; i++) {
		const struct sluice_management *entry = &compiler->gateway->management[i];

		write_conduit(compiler, policy->conduits + i + 1,
			      SLUICE_GRADE_INITIATE |
				      (entry->dials ? SLUICE_CONDUIT_FLAG_FROM_GATEWAY :
						      SLUICE_CONDUIT_FLAG_TO_GATEWAY),
			      entry->limit, entry->place.line);
	}
	for (size_t i = 0; i < policy->zones; i++)
		if (compiler->intra[i])
			write_conduit(compiler, compiler->intra[i],
				      SLUICE_GRADE_INITIATE | SLUICE_CONDUIT_FLAG_INTRA,
				      policy->zone[i].limit, policy->zone[i].place.line);
}

/* Ports and zones */

static void write_ports(struct sluice_compiler *compiler)
{
	const struct sluice_gateway *gateway = compiler->gateway;
	size_t base = sluice_words_reserve(&compiler->words,
					   (gateway->ports + 1) * SLUICE_PORT_WORDS);

	for (size_t i = 0; i < gateway->ports; i++) {
		const struct sluice_port *port = &gateway->port[i];
		uint64_t *word = compiler->words.word + base + (i + 1) * SLUICE_PORT_WORDS;

		word[0] = (port->zone + 1) | (uint64_t)port->tag << 16 |
			  (port->tunnel ? SLUICE_PORT_FLAG_TUNNEL : 0);
		for (size_t byte = 0; byte < SLUICE_DEVICE_BYTES; byte++)
			word[1 + byte / 8] |= (uint64_t)(uint8_t)port->device[byte]
					      << (8 * (byte % 8));
	}
}

static void write_zones(struct sluice_compiler *compiler)
{
	const struct sluice_policy *policy = compiler->policy;
	size_t base = sluice_words_reserve(&compiler->words,
					   (policy->zones + 1) * SLUICE_ZONE_WORDS);

	for (size_t i = 0; i < policy->zones; i++) {
		const struct sluice_zone *zone = &policy->zone[i];
		uint64_t *word = compiler->words.word + base + (i + 1) * SLUICE_ZONE_WORDS;

		word[0] = (zone->isolated ? SLUICE_ZONE_FLAG_ISOLATED : 0) |
			  (zone->peer ? SLUICE_ZONE_FLAG_PEER : 0) |
			  (zone->reset ? SLUICE_ZONE_FLAG_RESET : 0) |
			  (uint64_t)zone->level << 8 | (uint64_t)(zone->carrier + 1) << 16 |
			  (uint64_t)compiler->intra[i] << 32;
		word[1] = sluice_whole_zone(compiler, i);
	}
}

static int write_identifiers(struct sluice_compiler *compiler)
{
	size_t count = compiler->first_class - 1 + compiler->classes;
	uint64_t *word;
	size_t base;

	if (count > SLUICE_MAX_IDENTIFIERS) {
		sluice_message_error(compiler->messages, NULL, "more than %d classes of addresses",
				     SLUICE_MAX_IDENTIFIERS);
		return -E2BIG;
	}
	base = sluice_words_reserve(&compiler->words, count + 1);
	word = compiler->words.word + base;
	for (size_t i = 0; i < compiler->policy->zones; i++)
		word[SLUICE_IDENTIFIER_GATEWAY + 1 + i] = i + 1;
	for (size_t i = 0; i < compiler->classes; i++)
		word[compiler->first_class + i] = compiler->class[i].zone + 1;
	compiler->words.word[SLUICE_HEADER_IDENTIFIERS] = base | (uint64_t)count << 32;
	return 0;
}

/* Services: pages that say the same are written once. */

static size_t find_page(const struct sluice_words *words, size_t first,
			const uint64_t page[SLUICE_SERVICE_PAGE_WORDS])
{
	size_t bytes = SLUICE_SERVICE_PAGE_WORDS * sizeof(*page);

	for (; first < words->count; first += SLUICE_SERVICE_PAGE_WORDS)
		if (!memcmp(words->word + first, page, bytes))
			return first;
	return 0;
}

static void write_page(struct sluice_compiler *compiler, size_t slot, size_t first_page,
		       const uint16_t *class)
{
	uint64_t page[SLUICE_SERVICE_PAGE_WORDS] = { 0 };
	uint64_t any = 0;
	size_t where;

	for (unsigned int i = 0; i < 256; i++) {
		page[i / 4] |= (uint64_t)class[i] << (16 * (i % 4));
		any |= class[i];
	}
	if (!any)
		return;
	where = find_page(&compiler->words, first_page, page);
	if (!where) {
		where = sluice_words_reserve(&compiler->words, SLUICE_SERVICE_PAGE_WORDS);
		memcpy(compiler->words.word + where, page, sizeof(page));
	}
	compiler->words.word[slot] = where;
}

static void write_services(struct sluice_compiler *compiler)
{
	size_t directory = SLUICE_TRANSPORTS * SLUICE_SERVICE_PAGES;
	size_t base = sluice_words_reserve(&compiler->words, directory);

	for (size_t i = 0; i < directory; i++)
		write_page(compiler, base + i, base + directory,
			   compiler->services.number[i / SLUICE_SERVICE_PAGES] +
				   256 * (i % SLUICE_SERVICE_PAGES));
}

static void write_matrix(struct sluice_compiler *compiler)
{
	size_t side = compiler->policy->zones + 1;
	size_t base = sluice_words_reserve(&compiler->words, (side * side + 7) / 8);

	for (size_t i = 0; i < side * side; i++)
		compiler->words.word[base + i / 8] |= (uint64_t)compiler->matrix[i] << (8 * (i % 8));
}

/* Bindings */

static uint64_t mac_number(const uint8_t mac[SLUICE_MAC_BYTES])
{
	uint64_t number = 0;

	for (int i = 0; i < SLUICE_MAC_BYTES; i++)
		number = number << 8 | mac[i];
	return number;
}

static uint32_t write_binding(struct sluice_compiler *compiler, const struct sluice_asset *asset)
{
	size_t base = sluice_words_reserve(&compiler->words, SLUICE_BINDING_WORDS);
	uint64_t *word = compiler->words.word + base;

	word[0] = asset->macs | (uint64_t)sluice_asset_port(compiler->gateway, asset) << 16;
	for (size_t i = 0; i < asset->macs; i++)
		word[1 + i] = mac_number(asset->mac[i]);
	compiler->bindings++;
	return (uint32_t)compiler->bindings;
}

/*
 * Assets that state neither MAC nor port state the same: they share one record, which then stays in the processor's
 * cache however many they are.
 */
static uint32_t find_binding(struct sluice_compiler *compiler, const struct sluice_asset *asset)
{
	if (asset->macs || sluice_asset_port(compiler->gateway, asset))
		return write_binding(compiler, asset);
	if (!compiler->unstated)
		compiler->unstated = write_binding(compiler, asset);
	return compiler->unstated;
}

/* Only where a device stands on the gateway's own wire is its MAC to be seen. */
static void write_bindings(struct sluice_compiler *compiler)
{
	const struct sluice_policy *policy = compiler->policy;
	size_t base = sluice_words_reserve(&compiler->words, SLUICE_BINDING_WORDS);

	compiler->binding = sluice_allocate(policy->assets, sizeof(*compiler->binding));
	for (size_t i = 0; i < policy->assets; i++) {
		size_t zone = policy->asset[i].zone;

		if (!policy->zone[zone].isolated && policy->zone[zone].carrier == zone &&
		    sluice_gateway_reaches(policy, compiler->gateway, zone))
			compiler->binding[i] = find_binding(compiler, &policy->asset[i]);
	}
	compiler->words.word[SLUICE_HEADER_BINDINGS] = base | (uint64_t)compiler->bindings << 32;
}

static int compare_entries(const void *left, const void *right)
{
	const struct sluice_table_entry *a = left, *b = right;

	return a->key < b->key ? -1 : a->key > b->key;
}

static struct sluice_table_entry *list_macs(const struct sluice_policy *policy, size_t *count)
{
	struct sluice_table_entry *macs = NULL;
	size_t kept = 0;

	*count = 0;
	for (size_t i = 0; i < policy->assets; i++) {
		const struct sluice_asset *asset = &policy->asset[i];

		for (size_t j = 0; policy->zone[asset->zone].isolated && j < asset->macs; j++) {
			macs = sluice_grow(macs, *count, sizeof(*macs));
			macs[*count].key = mac_number(asset->mac[j]) | SLUICE_MAC_USED;
			macs[(*count)++].value = asset->zone + 1;
		}
	}
	if (*count)
		qsort(macs, *count, sizeof(*macs), compare_entries);
	for (size_t i = 0; i < *count; i++)
		if (!i || macs[i].key != macs[kept - 1].key)
			macs[kept++] = macs[i];
	*count = kept;
	return macs;
}

/* Hash tables and the bindings between them: one seed serves both. */
static int write_tables(struct sluice_compiler *compiler)
{
	unsigned int mac_log2;
	size_t count;
	struct sluice_table_entry *macs = list_macs(compiler->policy, &count);
	int error = sluice_write_conduit_table(compiler, macs, count, &mac_log2);

	if (!error) {
		write_bindings(compiler);
		if (count) {
			compiler->words.word[SLUICE_HEADER_MACS] =
				compiler->words.count | (uint64_t)mac_log2 << 32;
			if (!sluice_write_table(&compiler->words, macs, count, mac_log2,
						compiler->words.word[SLUICE_HEADER_SEED]))
				error = -E2BIG;
		}
	}
	free(macs);
	return error;
}

/* Owners */

struct pieces {
	struct sluice_piece *piece;
	size_t count;
};

static void add_piece(struct pieces *pieces, sluice_ip first, sluice_ip last, uint64_t owner)
{
	struct sluice_piece *before;

	if (pieces->count) {
		before = &pieces->piece[pieces->count - 1];
		if (before->owner == owner && before->last + 1 == first &&
		    sluice_ip_is_v4(before->last) == sluice_ip_is_v4(first)) {
			before->last = last;
			return;
		}
	}
	pieces->piece = sluice_grow(pieces->piece, pieces->count, sizeof(*pieces->piece));
	pieces->piece[pieces->count++] = (struct sluice_piece){ first, last, owner };
}

static int compare_pieces(const void *left, const void *right)
{
	const struct sluice_piece *a = left, *b = right;

	return a->first < b->first ? -1 : a->first > b->first;
}

SLUICE_DEFINE_SORT(sort_pieces, struct sluice_piece, compare_pieces)

/* What belongs to zones as such; disjoint by S6. */
static struct pieces list_zone_pieces(const struct sluice_compiler *compiler)
{
	struct pieces pieces = { 0 };

	for (size_t i = 0; i < compiler->policy->zones; i++) {
		const struct sluice_set *owned = &compiler->policy->zone[i].owned;
		uint64_t owner = SLUICE_OWNER(sluice_whole_zone(compiler, i), i + 1, 0);

		for (size_t j = 0; j < owned->count; j++)
			add_piece(&pieces, owned->span[j].first, owned->span[j].last, owner);
	}
	sort_pieces(pieces.piece, pieces.count);
	return pieces;
}

/* Single hosts that differ from the rest of their zone: assets, and the gateway itself. */
static struct pieces list_host_pieces(const struct sluice_compiler *compiler)
{
	const struct sluice_policy *policy = compiler->policy;
	struct pieces pieces = { 0 };

	for (size_t i = 0; i < policy->assets; i++) {
		const struct sluice_asset *asset = &policy->asset[i];
		uint64_t owner = SLUICE_OWNER(compiler->identifier[i], asset->zone + 1,
					      compiler->binding[i]);

		for (size_t j = 0; j < asset->address.count; j++)
			add_piece(&pieces, asset->address.span[j].first,
				  asset->address.span[j].last, owner);
	}
	for (size_t i = 0; i < compiler->gateway->managements; i++) {
		const struct sluice_management *management = &compiler->gateway->management[i];

		for (size_t j = 0; j < management->address.count; j++) {
			const struct sluice_span *span = &management->address.span[j];
			const struct sluice_zone *zone = sluice_policy_owner(policy, span->first);
			size_t index = zone ? (size_t)(zone - policy->zone) :
					      policy->asset[management->asset].zone;

			add_piece(&pieces, span->first, span->last,
				  SLUICE_OWNER(SLUICE_IDENTIFIER_GATEWAY, index + 1, 0));
		}
	}
	sort_pieces(pieces.piece, pieces.count);
	return pieces;
}

/* Lay the hosts over the zones. The same host may be listed twice (two management entries). */
static struct pieces overlay(const struct pieces *zones, const struct pieces *hosts)
{
	struct pieces result = { 0 };
	size_t i = 0;

	for (size_t j = 0; j < hosts->count; j++) {
		const struct sluice_piece *host = &hosts->piece[j];

		for (; i < zones->count && zones->piece[i].first < host->first; i++) {
			struct sluice_piece *zone = &zones->piece[i];

			if (zone->last >= host->first) {
				add_piece(&result, zone->first, host->first - 1, zone->owner);
				zone->first = host->first;
				break;
			}
			add_piece(&result, zone->first, zone->last, zone->owner);
		}
		if (result.count && result.piece[result.count - 1].last >= host->first)
			continue;
		add_piece(&result, host->first, host->last, host->owner);
		for (; i < zones->count && zones->piece[i].last <= host->last; i++)
			;
		if (i < zones->count && zones->piece[i].first <= host->last)
			zones->piece[i].first = host->last + 1;
	}
	for (; i < zones->count; i++)
		add_piece(&result, zones->piece[i].first, zones->piece[i].last,
			  zones->piece[i].owner);
	return result;
}

static void write_owners(struct sluice_compiler *compiler)
{
	struct pieces zones = list_zone_pieces(compiler);
	struct pieces hosts = list_host_pieces(compiler);
	struct pieces all = overlay(&zones, &hosts);

	sluice_write_tries(&compiler->words, all.piece, all.count);
	free(zones.piece);
	free(hosts.piece);
	free(all.piece);
}

/* Ladder */

static void write_header(struct sluice_compiler *compiler)
{
	uint64_t *word;

	sluice_words_reserve(&compiler->words, SLUICE_IMAGE_HEADER_WORDS);
	word = compiler->words.word;
	word[SLUICE_HEADER_MAGIC] = SLUICE_IMAGE_MAGIC;
	word[SLUICE_HEADER_VERSION] = compiler->policy->version;
	word[SLUICE_HEADER_COUNTS] = compiler->gateway->ports | compiler->policy->zones << 16 |
				     (uint64_t)compiler->conduits << 32;
	word[SLUICE_HEADER_LAYERS] = compiler->gateway->layers;
	word[SLUICE_HEADER_COMPILER] = SLUICE_COMPILER_FORMAT;
}

static int write_image(struct sluice_compiler *compiler)
{
	struct sluice_words *words = &compiler->words;
	int error;

	write_header(compiler);
	words->word[SLUICE_HEADER_PORTS] = words->count;
	write_ports(compiler);
	words->word[SLUICE_HEADER_ZONES] = words->count;
	write_zones(compiler);
	words->word[SLUICE_HEADER_CONDUITS] = words->count;
	write_conduits(compiler);
	error = write_identifiers(compiler);
	if (error)
		return error;
	words->word[SLUICE_HEADER_SERVICES] = words->count;
	write_services(compiler);
	words->word[SLUICE_HEADER_MATRIX] = words->count;
	write_matrix(compiler);
	error = write_tables(compiler);
	if (error)
		return error;
	write_owners(compiler);
	words->word[SLUICE_HEADER_WORDS] = words->count;
	if (words->count <= SLUICE_MAX_IMAGE_WORDS)
		return 0;
	sluice_message_error(compiler->messages, NULL, "the image would have %zu words, more than %d",
			     words->count, SLUICE_MAX_IMAGE_WORDS);
	return -E2BIG;
}

static int run(struct sluice_compiler *compiler)
{
	int error = number_conduits(compiler);

	if (error)
		return error;
	sluice_class_assets(compiler);
	error = sluice_class_services(compiler);
	if (error)
		return error;
	error = sluice_collect_entries(compiler);
	return error ? error : write_image(compiler);
}

static void clean_up(struct sluice_compiler *compiler)
{
	for (size_t i = 0; compiler->services.class && i < compiler->policy->services; i++)
		free(compiler->services.class[i]);
	free(compiler->services.class);
	free(compiler->services.count);
	for (int i = 0; i < SLUICE_TRANSPORTS; i++)
		free(compiler->services.number[i]);
	free(compiler->intra);
	free(compiler->identifier);
	free(compiler->class);
	free(compiler->zone_families);
	free(compiler->binding);
	free(compiler->matrix);
	free(compiler->entry);
	free(compiler->words.word);
}

static const struct sluice_gateway *choose_gateway(const struct sluice_policy *policy,
						   const char *name,
						   struct sluice_messages *messages)
{
	const struct sluice_gateway *gateway = sluice_policy_gateway(policy, name);

	if (gateway)
		return gateway;
	if (name)
		sluice_message_error(messages, NULL, "the site has no gateway %s", name);
	else
		sluice_message_error(messages, NULL,
				     "the site has %zu gateways: say which one", policy->gateways);
	sluice_message_hint(messages, "--gateway %s%s", policy->gateway[0].name,
			    policy->gateways > 1 ? ", or another one under gateways:" : "");
	return NULL;
}

int sluice_policy_compile(const struct sluice_policy *policy, const char *gateway,
			  struct sluice_image_buffer *out, struct sluice_messages *messages)
{
	struct sluice_compiler compiler = {
		.policy = policy,
		.gateway = choose_gateway(policy, gateway, messages),
		.messages = messages,
	};
	int error;

	if (!compiler.gateway)
		return -ENOENT;
	error = run(&compiler);
	if (!error) {
		for (size_t i = 0; i < compiler.words.count; i++)
			compiler.words.word[i] = htole64(compiler.words.word[i]);
		out->words = compiler.words.word;
		out->count = compiler.words.count;
		compiler.words.word = NULL;
	}
	clean_up(&compiler);
	return error;
}

void sluice_image_buffer_release(struct sluice_image_buffer *image)
{
	free(image->words);
	image->words = NULL;
	image->count = 0;
}
