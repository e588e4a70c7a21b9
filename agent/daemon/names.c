// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of numbers; see names.h. */
#include "daemon/names.h"

#include <ctype.h>
#include <stdlib.h>

#include "lib/memory.h"

/* ---- Lists of the uapi header, in lower case ---- */

/* One word each: a name is given out as a pointer that stays. */
#define WORD_BYTES 24

static const char *lower(char words[][WORD_BYTES], unsigned int index, const char *upper)
{
	char *word = words[index];

	for (size_t i = 0; upper[i] && i + 1 < WORD_BYTES; i++)
		word[i] = (char)tolower((unsigned char)upper[i]);
	return word;
}

#define REASON_NAME(number, name, step, text) [number] = #name,
#define REASON_TEXT(number, name, step, text) [number] = text,
#define INVARIANT_NAME(number, name, text) [number] = #name,
#define INVARIANT_TEXT(number, name, text) [number] = text,
#define LAYER_NAME(number, name) [number] = #name,

static const char *const reason_names[] = {SLUICE_REASONS(REASON_NAME)};
static const char *const reason_texts[] = {SLUICE_REASONS(REASON_TEXT)};
static const char *const invariant_names[] = {SLUICE_INVARIANTS(INVARIANT_NAME)};
static const char *const invariant_texts[] = {SLUICE_INVARIANTS(INVARIANT_TEXT)};
static const char *const layer_names[] = {SLUICE_LAYERS(LAYER_NAME)};

const char *sluice_name_reason(unsigned int reason)
{
	static char words[SLUICE_REASON_COUNT][WORD_BYTES];

	if (reason >= SLUICE_REASON_COUNT)
		reason = SLUICE_REASON_UNKNOWN;
	return lower(words, reason, reason_names[reason]);
}

const char *sluice_reason_sentence(unsigned int reason)
{
	return reason_texts[reason < SLUICE_REASON_COUNT ? reason : SLUICE_REASON_UNKNOWN];
}

const char *sluice_name_invariant(unsigned int invariant)
{
	static char words[SLUICE_INVARIANT_COUNT][WORD_BYTES];

	if (invariant >= SLUICE_INVARIANT_COUNT)
		invariant = SLUICE_INVARIANT_UNKNOWN;
	return lower(words, invariant, invariant_names[invariant]);
}

const char *sluice_invariant_sentence(unsigned int invariant)
{
	if (invariant >= SLUICE_INVARIANT_COUNT)
		invariant = SLUICE_INVARIANT_UNKNOWN;
	return invariant_texts[invariant];
}

const char *sluice_name_layer(unsigned int layer)
{
	static char words[SLUICE_LAYER_COUNT][WORD_BYTES];

	if (layer >= SLUICE_LAYER_COUNT)
		layer = SLUICE_LAYER_UNKNOWN;
	return lower(words, layer, layer_names[layer]);
}

/* ---- Names of the policy ---- */

static const struct sluice_zone *zone_of(const struct sluice_held *held, uint32_t zone)
{
	if (!held || !held->policy || !zone || zone > held->policy->zones)
		return NULL;
	return &held->policy->zone[zone - 1];
}

const char *sluice_name_zone(const struct sluice_held *held, uint32_t zone)
{
	const struct sluice_zone *found = zone_of(held, zone);

	return found ? found->name : NULL;
}

const char *sluice_name_level(const struct sluice_held *held, uint32_t zone)
{
	const struct sluice_zone *found = zone_of(held, zone);

	if (!found)
		return NULL;
	return found->isolated ? "isolated" : sluice_level_name(found->level);
}

bool sluice_name_is_isolated(const struct sluice_held *held, uint32_t zone)
{
	const struct sluice_zone *found = zone_of(held, zone);

	return found && found->isolated;
}

unsigned int sluice_name_zone_line(const struct sluice_held *held, uint32_t zone)
{
	const struct sluice_zone *found = zone_of(held, zone);

	return found ? found->place.line : 0;
}

char *sluice_name_conduit(const struct sluice_held *held, uint32_t conduit)
{
	struct sluice_conduit_view view;

	if (!sluice_name_view(held, conduit, &view))
		return NULL;
	return sluice_copy_text(view.name);
}

bool sluice_name_view(const struct sluice_held *held, uint32_t conduit,
		      struct sluice_conduit_view *view)
{
	if (!held || !held->policy || !conduit)
		return false;
	return sluice_conduit_view(held->policy,
				   sluice_policy_gateway(held->policy, held->manifest.gateway),
				   conduit, view);
}

static bool owns(const struct sluice_set *set, sluice_ip address)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->span[i].first <= address && address <= set->span[i].last)
			return true;
	return false;
}

const char *sluice_name_address(const struct sluice_held *held, const uint8_t address[16],
				unsigned int family)
{
	sluice_ip ip;

	if (!held || !held->policy || (family != 4 && family != 6))
		return NULL;
	ip = sluice_ip_from_bytes(family == 4 ? address + 12 : address, family == 4);
	for (size_t i = 0; i < held->policy->assets; i++)
		if (owns(&held->policy->asset[i].address, ip))
			return held->policy->asset[i].name;
	return NULL;
}
