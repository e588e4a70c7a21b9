// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands beside the policy: clock, room, island mode, leases; see report.h. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/denials.h"
#include "daemon/json.h"
#include "daemon/lease.h"
#include "daemon/names.h"
#include "daemon/report.h"
#include "kmod/core/hold.h"
#include "lib/memory.h"

static int64_t uptime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}

/* ---- Why a conduit is closed ---- */

/* The rule of sluice_in_window(), from what the agent itself remembers of the clock. */
static bool is_in_window(const struct sluice_daemon *daemon, const struct sluice_held *held,
			 uint32_t conduit)
{
	const struct sluice_wall *wall = &daemon->wall;
	uint64_t end;

	if (wall->sure)
		return sluice_window_end(&held->image, (uint16_t)conduit, sluice_daemon_clock());
	end = wall->last_sure ? sluice_window_end(&held->image, (uint16_t)conduit, wall->last_sure)
			      : 0;
	return end && sluice_wall_bound(wall, uptime()) < end;
}

static char *window_text(const struct sluice_daemon *daemon, const struct sluice_held *held,
			 uint32_t conduit, const char *name)
{
	uint64_t from = sluice_conduit_word(&held->image, conduit, SLUICE_CONDUIT_VALID_FROM);
	uint64_t until = sluice_conduit_word(&held->image, conduit, SLUICE_CONDUIT_VALID_UNTIL);
	uint64_t now = sluice_wall_now(daemon);
	char text[32];

	if (until && now >= until) {
		sluice_time_text(until, text);
		return sluice_format("%s ended %s", name, text);
	}
	if (!daemon->wall.sure)
		return sluice_format("%s opens only while the clock is sure", name);
	if (from && now < from) {
		sluice_time_text(from, text);
		return sluice_format("%s opens %s", name, text);
	}
	return sluice_format("%s is outside its hours", name);
}

/* By the clock of its window, or opened by a person: either suffices. */
static bool is_open(const struct sluice_daemon *daemon, const struct sluice_held *held,
		    uint32_t conduit, const char *name, bool *waits)
{
	uint64_t flags = sluice_conduit_word(&held->image, conduit, SLUICE_CONDUIT_FLAGS);
	bool window = sluice_has_window(&held->image, (uint16_t)conduit);

	*waits = (flags & SLUICE_CONDUIT_FLAG_OPEN) && !window;
	if (window && is_in_window(daemon, held, conduit))
		return true;
	if (flags & SLUICE_CONDUIT_FLAG_OPEN)
		return sluice_opened_find(&daemon->opened, name, sluice_opened_now());
	return !window;
}

char *sluice_report_closed(const struct sluice_daemon *daemon, const struct sluice_held *held,
			   uint32_t conduit)
{
	const struct sluice_island_scope *scope =
		sluice_island_closes(&daemon->island, held, conduit);
	char *name, *text = NULL;
	bool waits;

	name = sluice_name_conduit(held, conduit);
	if (!name)
		name = sluice_format("conduit %" PRIu32, conduit);
	if (scope)
		text = sluice_format("%s is closed by island mode of %s%s%s", name,
				     sluice_island_word(scope->kind),
				     scope->kind == SLUICE_ISLAND_GATEWAY ? "" : " ",
				     scope->kind == SLUICE_ISLAND_GATEWAY ? "" : scope->name);
	else if (!is_open(daemon, held, conduit, name, &waits))
		text = waits ? sluice_format("%s waits to be opened (sluicectl conduit open)", name)
			     : window_text(daemon, held, conduit, name);
	free(name);
	return text;
}

/* ---- Clock, connection table and island mode ---- */

static void put_clock(struct json_object *json, const struct sluice_daemon *daemon)
{
	struct json_object *clock = json_object_new_object();

	sluice_json_flag(clock, "sure", daemon->wall.sure);
	sluice_json_text(clock, "because", daemon->wall.why);
	sluice_json_time(clock, "since", daemon->wall.since);
	sluice_json_time(clock, "time", sluice_daemon_clock());
	sluice_json_time(clock, "lower_bound", sluice_wall_bound(&daemon->wall, uptime()));
	json_object_object_add(json, "clock", clock);
}

static void put_connections(struct json_object *json, const struct sluice_daemon *daemon)
{
	struct json_object *table = json_object_new_object();
	const struct sluice_room *room = &daemon->room;

	sluice_json_number(table, "at_once", room->need.connections);
	sluice_json_number(table, "new_per_second", room->need.rate);
	sluice_json_number(table, "kept_seconds", room->kept);
	sluice_json_flag(table, "enough", room->kernel.max >= room->enough);
	sluice_json_number(table, "nf_conntrack_max", room->kernel.max);
	sluice_json_number(table, "nf_conntrack_buckets", room->kernel.buckets);
	sluice_json_number(table, "nf_conntrack_tcp_timeout_time_wait", room->kernel.time_wait);
	json_object_object_add(json, "connections", daemon->room.least ? table : NULL);
	if (!daemon->room.least)
		json_object_put(table);
}

static struct json_object *scope_json(const struct sluice_island_scope *scope)
{
	struct json_object *json = json_object_new_object();

	sluice_json_text(json, "scope", sluice_island_word(scope->kind));
	sluice_json_text(json, "name",
			 scope->kind == SLUICE_ISLAND_GATEWAY ? NULL : scope->name);
	sluice_json_flag(json, "all", scope->all);
	sluice_json_time(json, "since", scope->since);
	sluice_json_number(json, "user", scope->uid);
	sluice_json_text(json, "why", *scope->why ? scope->why : NULL);
	return json;
}

static void put_island(struct json_object *json, const struct sluice_daemon *daemon)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	struct json_object *island = json_object_new_object();
	struct json_object *list = json_object_new_array();

	sluice_json_flag(island, "on", daemon->island.count);
	sluice_json_flag(island, "latched", daemon->island.is_latched);
	sluice_json_number(island, "closed",
			   live ? sluice_island_count(&daemon->island, live->held) : 0);
	for (size_t i = 0; i < daemon->island.count; i++)
		json_object_array_add(list, scope_json(&daemon->island.scope[i]));
	json_object_object_add(island, "scopes", list);
	json_object_object_add(json, "island", island);
}

static void put_opened(struct json_object *json, const struct sluice_daemon *daemon)
{
	struct json_object *list = json_object_new_array(), *item;
	uint64_t now = sluice_opened_now();

	for (size_t i = 0; i < daemon->opened.count; i++) {
		const struct sluice_opening *one = &daemon->opened.item[i];

		if (one->until <= now)
			continue;
		item = json_object_new_object();
		sluice_json_text(item, "conduit", one->name);
		sluice_json_number(item, "seconds_left", (one->until - now) / 1000);
		sluice_json_number(item, "user", one->uid);
		json_object_object_add(item, "second_user",
				       one->second == SLUICE_NOBODY
					       ? NULL : json_object_new_uint64(one->second));
		sluice_json_text(item, "why", one->why);
		json_object_array_add(list, item);
	}
	json_object_object_add(json, "opened", list);
}

void sluice_report_modes(struct json_object *json, const struct sluice_daemon *daemon)
{
	put_clock(json, daemon);
	put_connections(json, daemon);
	put_island(json, daemon);
	put_opened(json, daemon);
}

/* ---- Leases ---- */

static const char *const lease_words[] = {
	[SLUICE_LEASE_NONE] = "none",
	[SLUICE_LEASE_HELD] = "held",
	[SLUICE_LEASE_REVOKED] = "revoked",
};

static struct json_object *lease_json(const struct sluice_held *held,
				      const struct sluice_kernel_lease *lease)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool v4 = !memcmp(lease->address, mapped, sizeof(mapped));
	struct json_object *json = json_object_new_object();
	char text[INET6_ADDRSTRLEN];

	inet_ntop(v4 ? AF_INET : AF_INET6, lease->address + (v4 ? 12 : 0), text, sizeof(text));
	sluice_json_text(json, "zone", sluice_name_zone(held, lease->zone));
	sluice_json_number(json, "zone_number", lease->zone);
	sluice_json_text(json, "address", text);
	sluice_json_text(json, "asset", sluice_name_address(held, lease->address, v4 ? 4 : 6));
	sluice_json_mac(json, "mac", lease->mac);
	sluice_json_text(json, "state", lease->state <= SLUICE_LEASE_REVOKED
						? lease_words[lease->state] : "unknown");
	sluice_json_number(json, "seconds_left", lease->until_ms / 1000);
	sluice_json_text(json, "identity", lease->identity);
	return json;
}

/* By the number that the policy in force gives the zone; others are for the one that would return. */
static bool is_asked_for(const struct sluice_live_policy *live,
			 const struct sluice_kernel_lease *lease)
{
	return !live || !live->held->policy ||
	       sluice_lease_zone(live->held->policy, lease->address) == lease->zone;
}

/* Who would be cut off if the conduits that observe identities required them; nothing of it was denied. */
static void put_observed(struct json_object *json, const struct sluice_daemon *daemon)
{
	struct json_object *list = json_object_new_array();
	uint64_t sequence = sluice_denials_first(daemon->observed);

	for (; sequence < sluice_denials_next(daemon->observed); sequence++)
		json_object_array_add(list, json_object_get(sluice_denials_get(daemon->observed,
									       sequence)));
	json_object_object_add(json, "observed", list);
}

struct json_object *sluice_report_leases(struct sluice_daemon *daemon)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct sluice_kernel_lease *leases = NULL;
	struct sluice_messages messages;
	size_t count = 0;
	bool known;

	sluice_messages_init(&messages, NULL);
	known = daemon->kernel && (daemon->now.features & SLUICE_FEATURE_STANDING) &&
		!sluice_kernel_leases(daemon->kernel, &leases, &count, &messages);
	sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
	for (size_t i = 0; i < count; i++)
		if (is_asked_for(live, &leases[i]))
			json_object_array_add(list, lease_json(live ? live->held : NULL,
							       &leases[i]));
	free(leases);
	sluice_json_flag(json, "known", known);
	json_object_object_add(json, "leases", list);
	put_observed(json, daemon);
	return json;
}
