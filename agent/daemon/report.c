// SPDX-License-Identifier: GPL-2.0-or-later
/* The status screen and the lists of zones and invariants; see report.h. */
#include "daemon/report.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chain.h"
#include "daemon/counters.h"
#include "daemon/denials.h"
#include "daemon/forwarding.h"
#include "daemon/json.h"
#include "daemon/ladder.h"
#include "daemon/names.h"
#include "daemon/ports.h"
#include "daemon/settle.h"
#include "daemon/store.h"
#include "kmod/core/selector.h"
#include "lib/memory.h"
#include "policy/model.h"

/* ---- First line ---- */

static const struct sluice_rung *first_failed(const struct sluice_daemon *daemon)
{
	for (int i = 0; i < SLUICE_STEP_COUNT; i++)
		if (daemon->rungs[i].state == SLUICE_RUNG_FAILED)
			return &daemon->rungs[i];
	return NULL;
}

/* Which conduits pass nothing now: how many, and why the first of them; @first is for free(). */
static size_t closed_conduits(const struct sluice_daemon *daemon, const struct sluice_held *held,
			      char **first)
{
	size_t closed = 0;
	char *why;

	*first = NULL;
	for (uint32_t i = 1; held && i <= sluice_held_conduits(held); i++) {
		why = sluice_report_closed(daemon, held, i);
		closed += why != NULL;
		if (*first)
			free(why);
		else
			*first = why;
	}
	return closed;
}

static char *island_line(const struct sluice_daemon *daemon, size_t closed)
{
	const struct sluice_island_scope *scope = &daemon->island.scope[0];
	char since[32];

	sluice_time_text(scope->since, since);
	return sluice_format("Plant traffic: island mode | %zu conduit%s closed: %s, since %s",
			     closed, closed == 1 ? "" : "s",
			     *scope->why ? scope->why : "no reason given", since);
}

/* "flowing", and which conduits are not. */
static char *flowing(const struct sluice_daemon *daemon, const struct sluice_held *held)
{
	char *first, *text;
	size_t closed = closed_conduits(daemon, held, &first);

	if (daemon->island.count)
		text = island_line(daemon, closed);
	else if (!closed)
		text = sluice_copy_text("Plant traffic: flowing");
	else
		text = sluice_format("Plant traffic: flowing | %zu conduit%s closed: %s%s", closed,
				     closed == 1 ? "" : "s", first, closed > 1 ? ", ..." : "");
	free(first);
	return text;
}

static char *first_line(const struct sluice_daemon *daemon)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	const struct sluice_rung *failed = first_failed(daemon);
	char since[32];

	if (daemon->commissioning && !failed)
		return sluice_copy_text("Plant traffic: closed | commissioning: no policy yet");
	if (!failed)
		return flowing(daemon, live ? live->held : NULL);
	sluice_time_text(failed->since, since);
	if (sluice_forwarding_is_open())
		return sluice_format("Plant traffic: flowing, not healthy: %s, since %s",
				     failed->why ? failed->why : "", since);
	return sluice_format("Plant traffic: closed | all conduits closed: %s, since %s",
			     failed->why ? failed->why : "not ready", since);
}

/* ---- Status ---- */

static void add_todo(struct json_object *list, const char *what, const char *mend)
{
	char *text = mend ? sluice_format("%s: %s", what, mend) : sluice_copy_text(what);

	json_object_array_add(list, json_object_new_string(text));
	free(text);
}

static void put_todo(struct json_object *json, const struct sluice_daemon *daemon)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < SLUICE_STEP_COUNT; i++)
		if (daemon->rungs[i].mend && daemon->rungs[i].why)
			add_todo(list, daemon->rungs[i].why, daemon->rungs[i].mend);
	for (size_t i = 0; i < daemon->foreign_count; i++) {
		char *what = sluice_format("%s: %s", daemon->foreign[i].device,
					   daemon->foreign[i].what);

		add_todo(list, what, daemon->foreign[i].mend);
		free(what);
	}
	if (daemon->live[SLUICE_LIVE_TRIAL].held)
		add_todo(list, "a policy is on trial",
			 "sluicectl policy confirm, or policy rollback");
	if (daemon->island.count)
		add_todo(list, "island mode is on", "sluicectl island off, when it may be opened");
	if (!daemon->wall.sure)
		add_todo(list, daemon->wall.why, "windows open only while the clock is sure: "
			 "look at the time daemon (chronyc tracking, timedatectl)");
	json_object_object_add(json, "todo", list);
}

static const char *const rung_words[] = {
	[SLUICE_RUNG_WAITING] = "waiting",
	[SLUICE_RUNG_OK] = "ok",
	[SLUICE_RUNG_NOT_ASKED] = "not asked for",
	[SLUICE_RUNG_FAILED] = "not ready",
};

static void put_steps(struct json_object *json, const struct sluice_daemon *daemon)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < SLUICE_STEP_COUNT; i++) {
		const struct sluice_rung *rung = &daemon->rungs[i];
		struct json_object *step = json_object_new_object();

		sluice_json_text(step, "step", sluice_step_word(i));
		sluice_json_text(step, "title", sluice_step_title(i));
		sluice_json_text(step, "state", rung_words[rung->state]);
		sluice_json_text(step, "why", rung->why);
		sluice_json_text(step, "mend", rung->mend);
		sluice_json_time(step, "since", rung->since);
		json_object_array_add(list, step);
	}
	json_object_object_add(json, "layers", list);
}

static uint64_t trial_seconds_left(const struct sluice_daemon *daemon)
{
	const struct sluice_kernel_state *now = &daemon->now;
	uint64_t until = sluice_selector_until(now->selector);
	uint64_t jiffies = now->jiffies & SLUICE_SELECTOR_UNTIL_MASK;

	return now->hz && until > jiffies ? (until - jiffies) / now->hz : 0;
}

static const char *mode_word(const struct sluice_daemon *daemon)
{
	if (!daemon->kernel)
		return "unknown";
	switch (daemon->now.state) {
	case SLUICE_STATE_COMMISSIONING:
		return "commissioning";
	case SLUICE_STATE_ACTIVE:
		return "active";
	case SLUICE_STATE_TRIAL:
		return "trial";
	case SLUICE_STATE_RELEASED:
		return "released";
	default:
		return "unknown";
	}
}

static struct json_object *policy_json(const struct sluice_held *held)
{
	struct json_object *json = json_object_new_object();
	char hex[2 * SLUICE_DIGEST_BYTES + 1];

	sluice_digest_text(held->identity, hex);
	sluice_json_text(json, "site", held->manifest.site);
	sluice_json_text(json, "gateway", held->manifest.gateway);
	sluice_json_number(json, "version", held->manifest.version);
	sluice_json_text(json, "identity", hex);
	return json;
}

static void put_policies(struct json_object *json, const struct sluice_daemon *daemon)
{
	const struct sluice_held *confirmed = daemon->live[SLUICE_LIVE_CONFIRMED].held;
	const struct sluice_held *trial = daemon->live[SLUICE_LIVE_TRIAL].held;

	sluice_json_text(json, "mode", mode_word(daemon));
	json_object_object_add(json, "confirmed", confirmed ? policy_json(confirmed) : NULL);
	json_object_object_add(json, "trial", trial ? policy_json(trial) : NULL);
	json_object_object_add(json, "trial_seconds_left",
			       trial ? json_object_new_uint64(trial_seconds_left(daemon)) : NULL);
	sluice_json_number(json, "version_floor", daemon->state.floor_version);
	sluice_json_number(json, "trust_version",
			   daemon->trusted ? daemon->trust.manifest.version : 0);
}

/* By policy some gateways do with fewer layers; everybody who looks shall know. */
static void put_absent_layers(struct json_object *json, const struct sluice_daemon *daemon)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	struct json_object *list = json_object_new_array();
	uint32_t layers = live ? sluice_held_layers(live->held) : ~0u;

	if (!(layers & SLUICE_LAYER_BIT_XDP))
		json_object_array_add(list, json_object_new_string("xdp"));
	if (!(layers & SLUICE_LAYER_BIT_MODULE))
		json_object_array_add(list, json_object_new_string("module"));
	if (!(layers & SLUICE_LAYER_BIT_NFTABLES))
		json_object_array_add(list, json_object_new_string("nftables"));
	json_object_object_add(json, "layers_not_asked_for", list);
}

static void put_next_boot(struct json_object *json, const struct sluice_daemon *daemon)
{
	const struct sluice_state_file *state = &daemon->state;
	struct json_object *boot = json_object_new_object();
	const char *why = NULL;

	if (sluice_identity_is_none(state->confirmed))
		why = "no policy is confirmed: it boots closed";
	else if (!sluice_store_has(daemon->config.state, state->confirmed))
		why = "the confirmed policy's bundle is gone from the disk";
	else if (!daemon->live[SLUICE_LIVE_CONFIRMED].held)
		why = "the confirmed policy was not verified yet";
	else if (daemon->trusted &&
		 !sluice_chain_admits(daemon, daemon->live[SLUICE_LIVE_CONFIRMED].held))
		why = "the confirmed policy was not signed under the trust file in force: install one "
		      "that is";
	sluice_json_flag(boot, "ready", !why);
	sluice_json_text(boot, "why", why);
	json_object_object_add(json, "next_boot", boot);
}

static uint64_t events_lost(const struct sluice_daemon *daemon)
{
	struct sluice_gate_counters counters;

	if (!daemon->gate || sluice_gate_read_counters(daemon->gate, &counters))
		return 0;
	return counters.events_lost;
}

struct json_object *sluice_report_status(struct sluice_daemon *daemon)
{
	struct json_object *json = json_object_new_object();
	char *line = first_line(daemon);

	sluice_json_text(json, "plant", line);
	put_todo(json, daemon);
	sluice_json_flag(json, "ready", daemon->ready && !first_failed(daemon));
	sluice_json_flag(json, "forwarding", sluice_forwarding_is_open());
	put_policies(json, daemon);
	put_steps(json, daemon);
	put_absent_layers(json, daemon);
	sluice_json_text(json, "proof", daemon->rungs[SLUICE_STEP_PROOF].why);
	json_object_object_add(json, "heartbeat_ms",
			       daemon->kernel && daemon->now.has_heartbeat
				       ? json_object_new_uint64(daemon->now.heartbeat_age)
				       : NULL);
	sluice_json_number(json, "violations", sluice_report_violations(daemon));
	sluice_json_number(json, "events_lost", events_lost(daemon));
	sluice_report_modes(json, daemon);
	put_next_boot(json, daemon);
	free(line);
	return json;
}

/* ---- Zones ---- */

static const char *gate_word(const struct sluice_daemon *daemon, unsigned int ifindex)
{
	enum sluice_gate_mode mode = SLUICE_GATE_NONE;

	if (!daemon->gate || !ifindex ||
	    sluice_gate_attached(daemon->gate, ifindex, &mode) != 1)
		return "none";
	return mode == SLUICE_GATE_NATIVE ? "native" : "generic";
}

/* By gate and module together. */
static uint64_t answered(const struct sluice_daemon *daemon, const struct sluice_live_policy *live,
			 uint32_t index, const struct sluice_kernel_port *bound)
{
	uint64_t by_gate = 0;

	if (daemon->gate)
		sluice_gate_read_answered(daemon->gate, live->slot, index, &by_gate);
	return by_gate + (bound ? bound->answered : 0);
}

static struct json_object *port_json(const struct sluice_daemon *daemon,
				     const struct sluice_live_policy *live, uint32_t index)
{
	const struct sluice_kernel_port *bound = sluice_ports_told(daemon, live->generation, index);
	struct sluice_held_port port = sluice_held_port(live->held, index);
	struct json_object *json = json_object_new_object();
	const char *known = sluice_commission_known(&daemon->commission, port.device);
	unsigned int ifindex = if_nametoindex(port.device);
	char identity[SLUICE_PLUG_TEXT];

	sluice_json_text(json, "device", port.device);
	sluice_json_number(json, "vlan", port.vlan);
	sluice_json_flag(json, "present", ifindex);
	sluice_json_flag(json, "commissioned",
			 sluice_commission_fit(&daemon->commission, port.device, identity) ==
				 SLUICE_FIT_SAME);
	sluice_json_text(json, "card", identity);
	sluice_json_text(json, "commissioned_card", known);
	sluice_json_flag(json, "bound", bound && ifindex && bound->ifindex == ifindex);
	sluice_json_text(json, "gate", port.tunnel ? "tunnel" : gate_word(daemon, ifindex));
	sluice_json_number(json, "rx_packets", bound ? bound->rx_packets : 0);
	sluice_json_number(json, "tx_packets", bound ? bound->tx_packets : 0);
	sluice_json_number(json, "noise", bound ? bound->noise : 0);
	sluice_json_number(json, "answered", answered(daemon, live, index, bound));
	return json;
}

static struct json_object *zone_json(const struct sluice_daemon *daemon,
				     const struct sluice_live_policy *live, uint32_t zone)
{
	const struct sluice_zone *written = &live->held->policy->zone[zone - 1];
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();
	char text[SLUICE_SPAN_TEXT];

	sluice_json_text(json, "name", written->name);
	sluice_json_text(json, "level", sluice_name_level(live->held, zone));
	sluice_json_text(json, "via", written->via);
	sluice_json_number(json, "line", written->place.line);
	for (size_t i = 0; i < written->written.count; i++)
		json_object_array_add(list, json_object_new_string(sluice_span_print(
						    &written->written.span[i], text)));
	json_object_object_add(json, "addresses", list);
	list = json_object_new_array();
	for (uint32_t port = 1; port <= sluice_held_ports(live->held); port++)
		if (sluice_held_port(live->held, port).zone == zone)
			json_object_array_add(list, port_json(daemon, live, port));
	json_object_object_add(json, "ports", list);
	return json;
}

struct json_object *sluice_report_zones(struct sluice_daemon *daemon)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (uint32_t zone = 1; live && live->held->policy && zone <= live->held->policy->zones;
	     zone++)
		json_object_array_add(list, zone_json(daemon, live, zone));
	sluice_json_number(json, "policy_version", live ? live->held->manifest.version : 0);
	json_object_object_add(json, "zones", list);
	return json;
}

/* ---- Invariants ---- */

/* What to do when one breaks and nobody said it better. */
static const char *const mends[SLUICE_INVARIANT_COUNT] = {
	[SLUICE_INVARIANT_ISOLATED_FRAME] =
		"something is plugged into an isolated zone's port or uses its MAC: find and unplug it",
	[SLUICE_INVARIANT_STAMP_MISSING] =
		"a port lost its gate or its driver loses XDP metadata: sluicectl zones shows the gate "
		"of each port",
	[SLUICE_INVARIANT_STAMP_FOREIGN] =
		"another program writes XDP metadata on a zoned port: bpftool net",
	[SLUICE_INVARIANT_STAMP_STALE] =
		"frames stood in a queue for more than a minute: look at the port's driver",
	[SLUICE_INVARIANT_DISAGREEMENT] =
		"gate and module differ: install the policy again; if it stays, save status --json "
		"and report it",
	[SLUICE_INVARIANT_MARK_MISSING] =
		"a packet came in round the ports: look for tunnels and virtual devices",
	[SLUICE_INVARIANT_NOT_JUDGED] =
		"something on this gateway forwards round the stack (flowtable, macvlan), or rewrites what "
		"was judged (nft list ruleset): find it",
	[SLUICE_INVARIANT_WRONG_EGRESS] = "routes lead to the wrong zone: compare ip route with the zones",
	[SLUICE_INVARIANT_RAW_SOCKET] = "a program on this gateway sends raw frames: ss -0 -p names it",
	[SLUICE_INVARIANT_FOREIGN_PATH] = "sluicectl status names it and how to remove it",
	[SLUICE_INVARIANT_GATE_MISSING] = "sluiced puts it back; find out who detached it",
	[SLUICE_INVARIANT_HOOK_MISSING] = "reload the module",
	[SLUICE_INVARIANT_FLOOR_MISSING] = "sluiced puts it back; find out who flushed nftables",
	[SLUICE_INVARIANT_DIGEST_DIFFERS] = "somebody writes BPF maps: find out who",
	[SLUICE_INVARIANT_VERSION_WENT_BACK] = "somebody offers old policies: find out who",
	[SLUICE_INVARIANT_AGENT_SILENT] = "systemctl status sluiced",
	[SLUICE_INVARIANT_CLOCK_STEPPED] = "look at the time source",
	[SLUICE_INVARIANT_BRIDGE_NETFILTER] = "modprobe -r br_netfilter",
};

struct json_object *sluice_report_invariants(struct sluice_daemon *daemon)
{
	struct sluice_totals *totals = sluice_totals_read(daemon);
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 1; i < SLUICE_INVARIANT_COUNT; i++) {
		const struct sluice_invariant_count *own = &daemon->invariants[i];
		struct json_object *item = json_object_new_object();

		sluice_json_text(item, "invariant", sluice_name_invariant(i));
		sluice_json_number(item, "count", totals->violated[i]);
		sluice_json_text(item, "sentence", sluice_invariant_sentence(i));
		sluice_json_text(item, "seen", own->what);
		sluice_json_time(item, "last", own->last);
		sluice_json_text(item, "mend", own->mend ? own->mend : mends[i]);
		json_object_array_add(list, item);
	}
	json_object_object_add(json, "invariants", list);
	free(totals);
	return json;
}

uint64_t sluice_report_violations(struct sluice_daemon *daemon)
{
	struct sluice_totals *totals = sluice_totals_read(daemon);
	uint64_t sum = 0;

	for (unsigned int i = 1; i < SLUICE_INVARIANT_COUNT; i++)
		sum += totals->violated[i];
	free(totals);
	return sum;
}

/* ---- Denials ---- */

static struct json_object *counts_json(const struct sluice_totals *totals)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int layer = 0; layer < SLUICE_LAYER_COUNT; layer++) {
		for (unsigned int reason = 0; reason < SLUICE_REASON_COUNT; reason++) {
			struct json_object *item;

			if (!totals->denied[layer][reason])
				continue;
			item = json_object_new_object();
			sluice_json_text(item, "layer", sluice_name_layer(layer));
			sluice_json_text(item, "reason", sluice_name_reason(reason));
			sluice_json_number(item, "packets", totals->denied[layer][reason]);
			json_object_array_add(list, item);
		}
	}
	return list;
}

struct json_object *sluice_report_denials(struct sluice_daemon *daemon)
{
	struct sluice_totals *totals = sluice_totals_read(daemon);
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();
	uint64_t sequence = sluice_denials_first(daemon->denials);

	for (; sequence < sluice_denials_next(daemon->denials); sequence++)
		json_object_array_add(
			list, json_object_get(sluice_denials_get(daemon->denials, sequence)));
	json_object_object_add(json, "counts", counts_json(totals));
	json_object_object_add(json, "denials", list);
	sluice_json_number(json, "next", sluice_denials_next(daemon->denials));
	sluice_json_number(json, "forgotten", sluice_denials_first(daemon->denials) - 1);
	sluice_json_number(json, "events_lost", events_lost(daemon));
	free(totals);
	return json;
}
