// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Island mode: what each scope closes in the reference plant, and the list over a restart.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/island.h"
#include "lib/memory.h"
#include "tests/lib/ktap.h"
#include "tests/lib/site.h"

#define PLANT "policies/reference-plant.yaml"

static struct site site;
static struct sluice_held held;

static struct sluice_island_scope scope(enum sluice_island_kind kind, const char *name, bool all)
{
	struct sluice_island_scope made = {.kind = kind, .all = all, .since = 1796119200,
					   .uid = 1001};

	strcpy(made.name, name);
	return made;
}

/* Names of what is closed, in the order of the image, with a blank behind each. */
static char *closed_by(const struct sluice_island_scope *made)
{
	struct sluice_island *island = sluice_allocate(1, sizeof(*island));
	char *text = sluice_copy_text(""), *longer;
	struct sluice_conduit_view view;

	sluice_island_add(island, made);
	for (uint32_t i = 1; i <= sluice_conduit_views(site.policy, site.gateway); i++) {
		if (!sluice_island_closes(island, &held, i))
			continue;
		sluice_conduit_view(site.policy, site.gateway, i, &view);
		longer = sluice_format("%s%s, ", text, view.name);
		free(text);
		text = longer;
	}
	free(island);
	return text;
}

static void closes(enum sluice_island_kind kind, const char *name, bool all, const char *wanted)
{
	struct sluice_island_scope made = scope(kind, name, all);
	char *text = closed_by(&made);

	ktap_ok(!strcmp(text, wanted), "%s %s%s closes %s", sluice_island_word(kind), name,
		all ? " --all" : "", text);
	free(text);
}

static void test_scopes(void)
{
	closes(SLUICE_ISLAND_GATEWAY, "-", false,
	       "control-to-historian, control-to-edge, dmz-to-it, dmz-to-cloud, vendor-vpn, ");
	closes(SLUICE_ISLAND_GATEWAY, "-", true,
	       "control-to-historian, control-to-edge, control-basics, dmz-to-it, dmz-to-cloud, "
	       "vendor-vpn, management to central, ");
	closes(SLUICE_ISLAND_ZONE, "control", false, "control-to-historian, control-to-edge, ");
	closes(SLUICE_ISLAND_ZONE, "control", true,
	       "control-to-historian, control-to-edge, control-basics, ");
	closes(SLUICE_ISLAND_ZONE, "enterprise", false, "dmz-to-it, vendor-vpn, ");
	closes(SLUICE_ISLAND_ZONE, "enterprise", true,
	       "dmz-to-it, vendor-vpn, management to central, ");
	closes(SLUICE_ISLAND_CONDUIT, "dmz-to-it", false, "dmz-to-it, ");
	closes(SLUICE_ISLAND_CONDUIT, "control-basics", false, "");
	closes(SLUICE_ISLAND_CONDUIT, "control-basics", true, "control-basics, ");
	closes(SLUICE_ISLAND_CONDUIT, "no-such", true, "");
}

/* A build that cannot read the text any more cannot tell what the name meant. */
static void test_unreadable(void)
{
	struct sluice_island island = {};
	struct sluice_island_scope made = scope(SLUICE_ISLAND_CONDUIT, "dmz-to-it", false);

	sluice_island_add(&island, &made);
	held.policy = NULL;
	ktap_ok(sluice_island_count(&island, &held) == 5,
		"a name without the text it stands in closes all that is not essential (%u)",
		sluice_island_count(&island, &held));
	held.policy = site.policy;
}

static void test_growing(void)
{
	struct sluice_island island = {};
	struct sluice_island_scope all = scope(SLUICE_ISLAND_GATEWAY, "-", true);
	struct sluice_island_scope some = scope(SLUICE_ISLAND_GATEWAY, "-", false);
	int error = 0;

	sluice_island_add(&island, &all);
	sluice_island_add(&island, &some);
	ktap_ok(island.count == 1 && island.scope[0].all, "closing less again opens nothing");
	for (int i = 0; !error && i < SLUICE_ISLAND_SCOPES; i++) {
		some = scope(SLUICE_ISLAND_CONDUIT, "c", false);
		some.name[0] = (char)('0' + i);
		error = sluice_island_add(&island, &some);
	}
	ktap_ok(error && island.count == SLUICE_ISLAND_SCOPES, "the list is bounded");
}

static bool parses(const char *text, struct sluice_island *island)
{
	char *copy = sluice_copy_text(text);
	bool good = sluice_island_parse(island, copy);

	free(copy);
	return good;
}

static void test_text(void)
{
	static const char *const bad[] = {
		"", "sluice-island 1", "sluice-island 2\n", "sluice-island 1\nplanet x 0 1 2 w\n",
		"sluice-island 1\nzone x 2 1 2 w\n", "sluice-island 1\nzone x 0 1\n",
		"sluice-island 1\nzone x 0 1 2\n", "sluice-island 1\nzone x 0 1 2 w\n\nmore\n",
		"sluice-island 1\nzone x 0 1 2 w",
	};
	struct sluice_island island = {}, read = {};
	struct sluice_island_scope one = scope(SLUICE_ISLAND_ZONE, "control", true);
	struct sluice_island_scope two = scope(SLUICE_ISLAND_GATEWAY, "-", false);
	size_t refused = 0;
	char *text;

	strcpy(one.why, "ransom note  on the HMI");
	sluice_island_add(&island, &one);
	sluice_island_add(&island, &two);
	text = sluice_island_print(&island);
	ktap_ok(parses(text, &read) && read.count == 2 && read.is_latched &&
			!memcmp(read.scope, island.scope, 2 * sizeof(one)),
		"what was written is read back, reason and all");
	free(text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused += !parses(bad[i], &read);
	ktap_ok(refused == sizeof(bad) / sizeof(bad[0]) && read.count == 2,
		"%zu damaged lists are refused", refused);
}

int main(void)
{
	if (!site_load(PLANT, &site))
		return 1;
	held.policy = site.policy;
	held.image = site.image;
	snprintf(held.manifest.gateway, sizeof(held.manifest.gateway), "gw-1");
	test_scopes();
	test_unreadable();
	test_growing();
	test_text();
	site_release(&site);
	return ktap_done();
}
