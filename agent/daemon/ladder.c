// SPDX-License-Identifier: GPL-2.0-or-later
/* The ladder; see ladder.h. */
#include "daemon/ladder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "daemon/chain.h"
#include "daemon/forwarding.h"
#include "daemon/layers.h"
#include "daemon/lease.h"
#include "daemon/ports.h"
#include "daemon/peers.h"
#include "daemon/proof.h"
#include "daemon/settle.h"
#include "kmod/core/selector.h"
#include "lib/memory.h"

/* A step's answer beside 0 and errno: there is nothing to do above it. */
#define STOP 1
#define NOT_ASKED 2

static const struct {
	const char *word;
	const char *title;
} step_names[] = {
#define STEP_NAME(name, word, title) [SLUICE_STEP_##name] = {word, title},
	SLUICE_STEPS(STEP_NAME)
#undef STEP_NAME
};

const char *sluice_step_word(enum sluice_step step)
{
	return step_names[step].word;
}

const char *sluice_step_title(enum sluice_step step)
{
	return step_names[step].title;
}

static bool in_force(const struct sluice_daemon *daemon)
{
	return daemon->kernel && (daemon->now.state == SLUICE_STATE_ACTIVE ||
				  daemon->now.state == SLUICE_STATE_TRIAL);
}

static uint32_t layers_asked(const struct sluice_daemon *daemon)
{
	uint32_t layers = 0;

	for (int i = 0; i < SLUICE_LIVES; i++)
		if (daemon->live[i].held)
			layers |= sluice_held_layers(daemon->live[i].held);
	return layers;
}

/* ---- Floor ---- */

/*
 * Once a policy was confirmed a gateway whose module is absent, or has nothing in force, keeps local
 * traffic shut but for its management conduits. Before that, and after a release, somebody still has
 * to work on it.
 */
static enum sluice_floor_level level_now(const struct sluice_daemon *daemon)
{
	bool is_confirmed = !sluice_identity_is_none(daemon->state.confirmed);

	if (in_force(daemon))
		return sluice_selector_confirmed(daemon->now.selector) ? SLUICE_FLOOR_COMPLETE
								       : SLUICE_FLOOR_MARKED;
	return is_confirmed && !daemon->released ? SLUICE_FLOOR_COMPLETE : SLUICE_FLOOR_CLOSED;
}

static void plan_floor(struct sluice_daemon *daemon, struct sluice_floor_wish *wish,
		       struct sluice_messages *messages)
{
	enum sluice_floor_level level = level_now(daemon);

	sluice_peers_update(daemon, messages);
	*wish = level == SLUICE_FLOOR_COMPLETE ? daemon->standby.wish
					       : (struct sluice_floor_wish){};
	wish->level = level;
	/* Without a policy in force nothing was judged, whatever a mark says. */
	wish->mark = in_force(daemon) ? daemon->now.mark : 0;
}

static int put_floor(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	struct sluice_floor_wish wish;
	int error;

	plan_floor(daemon, &wish, messages);
	if (daemon->floor_is_put && sluice_floor_wish_equal(&wish, &daemon->wish))
		return 0;
	error = sluice_floor_put(daemon->floor, &wish, messages);
	if (!error) {
		daemon->wish = wish;
		daemon->floor_is_put = true;
	}
	return error;
}

/*
 * Unconditional at boot. A running gateway that is taken over keeps its mark rule: the floor is
 * put as it was, in one transaction that loses nothing.
 */
static int step_floor(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	struct sluice_messages peek;
	int error = 0;

	if (!daemon->floor)
		error = sluice_floor_open(messages, &daemon->floor);
	if (error || daemon->floor_is_put)
		return error;
	sluice_messages_init(&peek, NULL);
	if (!daemon->kernel && !sluice_kernel_open(&daemon->kernel, &peek))
		sluice_layers_refresh(daemon, &peek);
	sluice_messages_release(&peek);
	return put_floor(daemon, messages);
}

/* ---- Module ---- */

/* Another load of the module: nothing of what we knew is in the kernel any more. */
static void forget_kernel(struct sluice_daemon *daemon)
{
	for (int i = 0; i < SLUICE_LIVES; i++) {
		sluice_held_free(daemon->live[i].held);
		daemon->live[i] = (struct sluice_live_policy){};
	}
	if (daemon->gate)
		sluice_gate_trace_end(daemon->gate);
	daemon->gate_source = sd_event_source_unref(daemon->gate_source);
	sluice_gate_close(daemon->gate);
	daemon->gate = NULL;
	daemon->events_tried = false;
	memset(daemon->proved, 0, sizeof(daemon->proved));
	daemon->trusted = false;
	sluice_trust_close(&daemon->trust);
	memset(&daemon->trust, 0, sizeof(daemon->trust));
}

/*
 * A gate whose module is gone denies everything, the management conduits as well. The floor keeps
 * those and drops the rest, as after a boot without the module; forwarding is closed by then.
 */
static void take_gate_away(struct sluice_daemon *daemon)
{
	struct sluice_messages messages;

	sluice_messages_init(&messages, NULL);
	if (!sluice_forwarding_set(false, &messages) && !put_floor(daemon, &messages))
		sluice_gate_remove(daemon->config.pin);
	sluice_messages_release(&messages);
}

static int step_module(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = 0;

	if (!daemon->kernel)
		error = sluice_kernel_open(&daemon->kernel, messages);
	if (!error)
		error = sluice_layers_refresh(daemon, messages);
	/* A lost answer is no lost module: it is asked anew before anything is closed. */
	if (error && !daemon->kernel && !sluice_kernel_open(&daemon->kernel, messages))
		error = sluice_layers_refresh(daemon, messages);
	if (error == -ENODEV && !daemon->kernel)
		take_gate_away(daemon);
	if (error)
		return error;
	if (daemon->nonce != daemon->now.nonce) {
		if (daemon->nonce)
			forget_kernel(daemon);
		daemon->nonce = daemon->now.nonce;
		daemon->released = false;
	}
	if (daemon->now.features & SLUICE_FEATURE_TEST_PERMIT)
		sluice_message_warning(messages, NULL,
				       "this is a test build of the module: it permits everything");
	if (daemon->now.state != SLUICE_STATE_RELEASED)
		return 0;
	daemon->released = true;
	sluice_message_error(messages, NULL, "the module was released: everything is closed");
	sluice_message_hint(messages, "systemctl stop sluiced; rmmod sluice; systemctl start sluiced");
	return -ESHUTDOWN;
}

/* ---- Trust ---- */

static int step_trust(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = sluice_chain_open(daemon, messages);

	return error ? error : sluice_chain_follow(daemon, messages);
}

/* ---- Policy ---- */

static int hold(struct sluice_daemon *daemon, enum sluice_live which, const uint8_t *identity,
		struct sluice_messages *messages)
{
	struct sluice_live_policy *live = &daemon->live[which];
	struct sluice_live_policy other = daemon->live[!which];

	if (live->held && identity && sluice_identity_equal(live->held->identity, identity))
		return 0;
	/* What only the one that goes would ask for is looked through again. */
	if (live->held) {
		other.leased = false;
		daemon->live[!which].leased = false;
	}
	/* The trial was confirmed: it is the same policy in the same slot. */
	if (which == SLUICE_LIVE_CONFIRMED && other.held && identity &&
	    sluice_identity_equal(other.held->identity, identity)) {
		sluice_held_free(live->held);
		*live = other;
		daemon->live[!which] = (struct sluice_live_policy){};
		return 0;
	}
	sluice_held_free(live->held);
	*live = (struct sluice_live_policy){};
	return identity ? sluice_settle_load(daemon, identity, &live->held, messages) : 0;
}

static int step_policy(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_kernel_slot *trial = sluice_settle_trial(daemon);
	bool has_confirmed;
	int error;

	error = sluice_settle(daemon, messages);
	if (!error)
		error = sluice_settle_floor(daemon, messages);
	if (error)
		return error;
	has_confirmed = !sluice_identity_is_none(daemon->state.confirmed);
	daemon->commissioning = !has_confirmed && !trial;
	error = hold(daemon, SLUICE_LIVE_CONFIRMED, has_confirmed ? daemon->state.confirmed : NULL,
		     messages);
	if (!error)
		error = hold(daemon, SLUICE_LIVE_TRIAL, trial ? trial->digest : NULL, messages);
	if (error || !daemon->commissioning)
		return error;
	sluice_message_note(messages, NULL, "commissioning: no policy was confirmed yet, forwarding is "
			    "closed and local traffic untouched");
	sluice_message_hint(messages, "sluicectl policy install BUNDLE");
	return STOP;
}

/* ---- Stage ---- */

static void adopt(struct sluice_live_policy *live, const struct sluice_daemon *daemon,
		  const struct sluice_kernel_slot *slot)
{
	if (!slot || !live->held || !sluice_identity_equal(slot->digest, live->held->identity))
		return;
	if (live->generation != slot->generation) {
		live->standing = 0;
		live->opened = false;
		live->leased = false;
	}
	live->generation = slot->generation;
	live->slot = (uint32_t)(slot - daemon->now.slot);
}

static int stage_module(struct sluice_daemon *daemon, struct sluice_live_policy *live,
			struct sluice_messages *messages)
{
	struct sluice_kernel_signed item;

	if (live->generation)
		return 0;
	live->standing = 0;
	live->opened = false;
	live->leased = false;
	item = sluice_held_signed(live->held);
	return sluice_kernel_stage(daemon->kernel, &item, &live->generation, &live->slot, messages);
}

static int step_stage(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = 0;

	adopt(&daemon->live[SLUICE_LIVE_CONFIRMED], daemon,
	      sluice_settle_slot(daemon, sluice_selector_confirmed(daemon->now.selector)));
	adopt(&daemon->live[SLUICE_LIVE_TRIAL], daemon, sluice_settle_trial(daemon));
	for (int i = 0; !error && i < SLUICE_LIVES; i++) {
		struct sluice_live_policy *live = &daemon->live[i];

		if (!live->held)
			continue;
		error = stage_module(daemon, live, messages);
		if (!error)
			error = sluice_layers_stage_gate(daemon, live, messages);
	}
	return error;
}

static void tell_missing(size_t missing, struct sluice_messages *messages)
{
	if (!missing)
		return;
	sluice_message_warning(messages, NULL, "%zu port%s of the policy ha%s no device", missing,
			       missing == 1 ? "" : "s", missing == 1 ? "s" : "ve");
	sluice_message_hint(messages, "sluicectl zones names them; the others work");
}

static int step_ports(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	struct sluice_ports_found found[SLUICE_LIVES] = {}, *shown;
	int error = 0;

	for (int i = 0; !error && i < SLUICE_LIVES; i++)
		if (daemon->live[i].held)
			error = sluice_ports_bind(daemon, &daemon->live[i], &found[i], messages);
	shown = &found[daemon->live[SLUICE_LIVE_TRIAL].held ? SLUICE_LIVE_TRIAL
							    : SLUICE_LIVE_CONFIRMED];
	if (shown->other > daemon->ports_other)
		sluice_daemon_log_messages(messages);
	daemon->ports_missing = shown->missing;
	daemon->ports_other = shown->other;
	if (!error)
		tell_missing(shown->missing, messages);
	return error;
}

static int step_gate(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = 0, result;

	if (!(layers_asked(daemon) & SLUICE_LAYER_BIT_XDP))
		return NOT_ASKED;
	for (int i = 0; i < SLUICE_LIVES; i++) {
		if (!daemon->live[i].held)
			continue;
		result = sluice_layers_attach(daemon, &daemon->live[i], messages);
		error = error ? error : result;
	}
	return error;
}

/* ---- Room, island ---- */

static int step_room(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	struct sluice_room_need need = {};

	for (int i = 0; i < SLUICE_LIVES; i++)
		if (daemon->live[i].held)
			sluice_room_add(&need, daemon->live[i].held);
	return sluice_room_make(&need, &daemon->room, messages);
}

static int step_island(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = 0;

	sluice_wall_check(daemon);
	for (int i = 0; !error && i < SLUICE_LIVES; i++)
		error = sluice_island_tell(daemon, &daemon->live[i], messages);
	for (int i = 0; !error && i < SLUICE_LIVES; i++)
		error = sluice_opened_tell(daemon, &daemon->live[i], messages);
	for (int i = 0; !error && i < SLUICE_LIVES; i++)
		error = sluice_lease_tell(daemon, &daemon->live[i], messages);
	if (!error && daemon->island.count)
		sluice_message_note(messages, NULL, "island mode is on");
	return error;
}

/* ---- Publish, mark, proof, forwarding ---- */

static int step_publish(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_live_policy *live = &daemon->live[SLUICE_LIVE_CONFIRMED];
	const struct sluice_kernel_slot *slot =
		sluice_settle_slot(daemon, sluice_selector_confirmed(daemon->now.selector));
	int error = 0;

	if (live->held && !slot) {
		error = sluice_kernel_publish(daemon->kernel, live->generation, 0, messages);
		if (!error)
			error = sluice_layers_refresh(daemon, messages);
	}
	return error ? error : sluice_layers_select(daemon, messages);
}

static int step_mark(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = put_floor(daemon, messages);

	if (error && !(layers_asked(daemon) & SLUICE_LAYER_BIT_NFTABLES))
		return NOT_ASKED;
	return error;
}

static int step_proof(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	if (!(layers_asked(daemon) & SLUICE_LAYER_BIT_XDP))
		return NOT_ASKED;
	return sluice_proof_check(daemon, messages);
}

static int step_forwarding(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	if (!sluice_daemon_in_force(daemon))
		return -ENOENT;
	return sluice_forwarding_set(true, messages);
}

static int (*const steps[])(struct sluice_daemon *daemon, struct sluice_messages *messages) = {
	[SLUICE_STEP_FLOOR] = step_floor,	[SLUICE_STEP_MODULE] = step_module,
	[SLUICE_STEP_TRUST] = step_trust,	[SLUICE_STEP_POLICY] = step_policy,
	[SLUICE_STEP_STAGE] = step_stage,	[SLUICE_STEP_PORTS] = step_ports,
	[SLUICE_STEP_GATE] = step_gate,		[SLUICE_STEP_ROOM] = step_room,
	[SLUICE_STEP_ISLAND] = step_island,	[SLUICE_STEP_PUBLISH] = step_publish,
	[SLUICE_STEP_MARK] = step_mark,		[SLUICE_STEP_PROOF] = step_proof,
	[SLUICE_STEP_FORWARDING] = step_forwarding,
};

/* ---- Running it ---- */

static void set_rung(struct sluice_daemon *daemon, enum sluice_step step,
		     enum sluice_rung_state state, const struct sluice_messages *messages)
{
	struct sluice_rung *rung = &daemon->rungs[step];
	const struct sluice_message *message =
		messages && messages->count ? &messages->item[0] : NULL;
	char *why = message ? sluice_copy_text(message->text) : NULL;
	bool changed = rung->state != state || !rung->since;

	/* What is observed changes all the time; another reason for not being ready is news. */
	if (state == SLUICE_RUNG_FAILED)
		changed |= strcmp(rung->why ? rung->why : "", why ? why : "") != 0;

	if (changed) {
		rung->since = sluice_daemon_clock();
		if (state == SLUICE_RUNG_OK || state == SLUICE_RUNG_FAILED)
			sluice_daemon_log(state == SLUICE_RUNG_FAILED ? LOG_ERR : LOG_INFO,
					  "%s: %s%s%s", step_names[step].word,
					  state == SLUICE_RUNG_FAILED ? "not ready" : "ok",
					  why ? ": " : "", why ? why : "");
	}
	free(rung->why);
	free(rung->mend);
	rung->state = state;
	rung->why = why;
	rung->mend = message && message->hint ? sluice_copy_text(message->hint) : NULL;
}

/*
 * What is missing while a policy is in force is denied by the layers that remain: the module drops
 * frames without a stamp. Only a missing module or floor opens something, or a module that does not
 * close what island mode closes; then everything is closed.
 */
static void close_down(struct sluice_daemon *daemon, enum sluice_step failed)
{
	bool is_custody = failed == SLUICE_STEP_FLOOR || failed == SLUICE_STEP_MODULE ||
			  failed == SLUICE_STEP_MARK || failed == SLUICE_STEP_PROOF ||
			  failed == SLUICE_STEP_ISLAND;
	struct sluice_messages messages;

	if (!is_custody && in_force(daemon))
		return;
	sluice_messages_init(&messages, NULL);
	sluice_forwarding_set(false, &messages);
	if (daemon->floor && !in_force(daemon))
		put_floor(daemon, &messages);
	sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
}

static int climb(struct sluice_daemon *daemon, enum sluice_step step)
{
	struct sluice_messages messages;
	int result;

	sluice_messages_init(&messages, NULL);
	sluice_daemon_pulse(daemon);
	result = steps[step](daemon, &messages);
	set_rung(daemon, step,
		 result < 0 ? SLUICE_RUNG_FAILED
			    : result == NOT_ASKED ? SLUICE_RUNG_NOT_ASKED : SLUICE_RUNG_OK,
		 &messages);
	sluice_messages_release(&messages);
	return result;
}

static void wait_above(struct sluice_daemon *daemon, int step)
{
	for (step++; step < SLUICE_STEP_COUNT; step++)
		set_rung(daemon, (enum sluice_step)step, SLUICE_RUNG_WAITING, NULL);
}

bool sluice_ladder_run(struct sluice_daemon *daemon)
{
	int result = 0, step;

	for (step = 0; step < SLUICE_STEP_COUNT; step++) {
		result = climb(daemon, (enum sluice_step)step);
		if (result < 0 || result == STOP)
			break;
	}
	if (step == SLUICE_STEP_COUNT)
		return true;
	wait_above(daemon, step);
	close_down(daemon, (enum sluice_step)step);
	return result == STOP;
}

void sluice_ladder_let_go(struct sluice_daemon *daemon)
{
	forget_kernel(daemon);
	sluice_gate_remove(daemon->config.pin);
	sluice_kernel_close(daemon->kernel);
	daemon->kernel = NULL;
}

void sluice_ladder_release(struct sluice_daemon *daemon)
{
	forget_kernel(daemon);
	sluice_floor_close(daemon->floor);
	sluice_kernel_close(daemon->kernel);
	for (int i = 0; i < SLUICE_STEP_COUNT; i++) {
		free(daemon->rungs[i].why);
		free(daemon->rungs[i].mend);
	}
}
