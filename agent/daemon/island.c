// SPDX-License-Identifier: GPL-2.0-or-later
/* Scopes of island mode, and what they close; see island.h. */
#include "daemon/island.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "policy/decide.h"
#include "policy/model.h"

#define HEAD "sluice-island 1"

static const char *const words[SLUICE_ISLAND_KINDS] = {
	[SLUICE_ISLAND_GATEWAY] = "gateway",
	[SLUICE_ISLAND_ZONE] = "zone",
	[SLUICE_ISLAND_CONDUIT] = "conduit",
};

const char *sluice_island_word(enum sluice_island_kind kind)
{
	return words[kind];
}

/* ---- The list ---- */

struct sluice_island_scope *sluice_island_find(struct sluice_island *island,
					       enum sluice_island_kind kind, const char *name)
{
	for (size_t i = 0; i < island->count; i++)
		if (island->scope[i].kind == kind && !strcmp(island->scope[i].name, name))
			return &island->scope[i];
	return NULL;
}

int sluice_island_add(struct sluice_island *island, const struct sluice_island_scope *scope)
{
	struct sluice_island_scope *old = sluice_island_find(island, scope->kind, scope->name);

	if (old) {
		/* Who may close may not open: what was closed with `all` stays so. */
		old->all |= scope->all;
		if (*scope->why)
			memcpy(old->why, scope->why, sizeof(old->why));
		return 0;
	}
	if (island->count == SLUICE_ISLAND_SCOPES)
		return -E2BIG;
	island->scope[island->count++] = *scope;
	return 0;
}

/* ---- Its text ---- */

char *sluice_island_print(const struct sluice_island *island)
{
	char *text = sluice_copy_text(HEAD "\n"), *longer;

	for (size_t i = 0; i < island->count; i++) {
		const struct sluice_island_scope *scope = &island->scope[i];

		longer = sluice_format("%s%s %s %d %" PRIu64 " %" PRIu32 " %s\n", text,
				       words[scope->kind], scope->name, scope->all, scope->since,
				       scope->uid, scope->why);
		free(text);
		text = longer;
	}
	return text;
}

static bool parse_scope(char *line, struct sluice_island_scope *scope)
{
	char kind[16];
	int all, end = 0;

	*scope = (struct sluice_island_scope){};
	if (sscanf(line, "%15s %63s %d %" SCNu64 " %" SCNu32 "%n", kind, scope->name, &all,
		   &scope->since, &scope->uid, &end) != 5 || line[end] != ' ')
		return false;
	if ((all != 0 && all != 1) || strlen(line + end + 1) > SLUICE_WHY_MAX)
		return false;
	scope->all = all;
	strcpy(scope->why, line + end + 1);
	for (int i = 0; i < SLUICE_ISLAND_KINDS; i++) {
		scope->kind = (enum sluice_island_kind)i;
		if (!strcmp(kind, words[i]))
			return true;
	}
	return false;
}

bool sluice_island_parse(struct sluice_island *island, char *text)
{
	struct sluice_island *read = sluice_allocate(1, sizeof(*read));
	char *rest = text, *line = strsep(&rest, "\n");
	bool good = !strcmp(line, HEAD);

	while (good && (line = strsep(&rest, "\n")) && *line) {
		good = read->count < SLUICE_ISLAND_SCOPES &&
		       parse_scope(line, &read->scope[read->count]);
		read->count++;
	}
	good = good && line && !rest;
	if (good) {
		read->is_latched = true;
		*island = *read;
	}
	free(read);
	return good;
}

/* ---- What it closes ---- */

static bool lies_in(const struct sluice_policy *policy, const struct sluice_conduit_end *end,
		    const char *zone)
{
	for (size_t i = 0; i < end->parts; i++)
		if (!strcmp(policy->zone[end->part[i].zone].name, zone))
			return true;
	return false;
}

static bool manages(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
		    size_t management, const char *zone)
{
	size_t asset;

	if (management >= gateway->managements)
		return false;
	asset = gateway->management[management].asset;
	return !strcmp(policy->zone[policy->asset[asset].zone].name, zone);
}

/* Whether @scope means this conduit at all, essential or not. */
static bool means(const struct sluice_island_scope *scope, const struct sluice_held *held,
		  uint32_t conduit)
{
	const struct sluice_policy *policy = held->policy;
	const struct sluice_conduit *written;
	const struct sluice_gateway *gateway;

	if (scope->kind == SLUICE_ISLAND_GATEWAY || !policy)
		return true;
	if (conduit > policy->conduits) {
		gateway = sluice_policy_gateway(policy, held->manifest.gateway);
		return scope->kind == SLUICE_ISLAND_ZONE &&
		       (!gateway || manages(policy, gateway, conduit - policy->conduits - 1,
					    scope->name));
	}
	written = &policy->conduit[conduit - 1];
	if (scope->kind == SLUICE_ISLAND_CONDUIT)
		return !strcmp(written->name, scope->name);
	return lies_in(policy, &written->from, scope->name) ||
	       lies_in(policy, &written->to, scope->name);
}

const struct sluice_island_scope *sluice_island_closes(const struct sluice_island *island,
						       const struct sluice_held *held,
						       uint32_t conduit)
{
	uint64_t flags = sluice_conduit_word(&held->image, conduit, SLUICE_CONDUIT_FLAGS);
	bool stays = flags & (SLUICE_CONDUIT_FLAG_ESSENTIAL | SLUICE_CONDUIT_FLAG_LOCAL);

	if (flags & SLUICE_CONDUIT_FLAG_INTRA)
		return NULL;
	for (size_t i = 0; i < island->count; i++) {
		const struct sluice_island_scope *scope = &island->scope[i];

		if ((scope->all || !stays) && means(scope, held, conduit))
			return scope;
	}
	return NULL;
}

uint32_t sluice_island_count(const struct sluice_island *island, const struct sluice_held *held)
{
	uint32_t count = 0;

	for (uint32_t conduit = 1; conduit <= sluice_held_conduits(held); conduit++)
		count += sluice_island_closes(island, held, conduit) != NULL;
	return count;
}
