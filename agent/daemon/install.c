// SPDX-License-Identifier: GPL-2.0-or-later
/* Installing a policy; see install.h. */
#include "daemon/install.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "daemon/crash.h"
#include "daemon/forwarding.h"
#include "daemon/ladder.h"
#include "daemon/layers.h"
#include "daemon/lease.h"
#include "daemon/ports.h"
#include "daemon/room.h"
#include "daemon/settle.h"
#include "daemon/store.h"
#include "lib/memory.h"

#define RETRY_MS 200
/* Twice the time that an image is held: longer means that something else is wrong. */
#define RETRIES (2 * SLUICE_HOLD_MS / RETRY_MS)

/**
 * struct sluice_install - an installation under way
 * @daemon: whose
 * @live: the policy, and where the module put it
 * @trial_ms: length of the trial, 0 for none
 * @is_noted: the disk knows it as candidate
 * @retries: how often the module asked to wait
 * @timer: runs when it asked
 * @done: whom to tell
 * @context: for @done
 */
struct sluice_install {
	struct sluice_daemon *daemon;
	struct sluice_live_policy live;
	uint32_t trial_ms;
	bool is_noted;
	unsigned int retries;
	sd_event_source *timer;
	sluice_install_done done;
	void *context;
};

static void fail_early(sluice_install_done done, void *context, int error,
		       const struct sluice_messages *messages)
{
	done(context, error, messages);
}

/* ---- The steps ---- */

static int stage(struct sluice_install *install, struct sluice_messages *messages)
{
	struct sluice_daemon *daemon = install->daemon;
	struct sluice_kernel_signed item = sluice_held_signed(install->live.held);
	int error = 0;

	if (!install->live.generation) {
		install->live.standing = 0;
		install->live.opened = false;
		error = sluice_kernel_stage(daemon->kernel, &item, &install->live.generation,
					    &install->live.slot, messages);
	}
	if (error)
		return error;
	sluice_crash_point("install.staged-module");
	error = sluice_layers_refresh(daemon, messages);
	if (!error)
		error = sluice_layers_select(daemon, messages);
	if (!error)
		error = sluice_layers_stage_gate(daemon, &install->live, messages);
	sluice_crash_point("install.staged-gate");
	return error;
}

static int plug(struct sluice_install *install, struct sluice_messages *messages)
{
	struct sluice_daemon *daemon = install->daemon;
	struct sluice_ports_found found = {};
	int error;

	error = sluice_ports_bind(daemon, &install->live, &found, messages);
	if (!error)
		error = sluice_layers_attach(daemon, &install->live, messages);
	sluice_crash_point("install.bound");
	return error;
}

/* Only what refuses it is told: how much room there is stands in the status. */
static int make_room(struct sluice_install *install, struct sluice_messages *messages)
{
	struct sluice_room_need need = {};
	struct sluice_messages quiet;
	int error;

	sluice_messages_init(&quiet, NULL);
	sluice_room_add(&need, install->live.held);
	error = sluice_room_make(&need, &install->daemon->room, &quiet);
	if (error) {
		sluice_message_error(messages, NULL, "%s", quiet.item[0].text);
		if (quiet.item[0].hint)
			sluice_message_hint(messages, "%s", quiet.item[0].hint);
	}
	sluice_messages_release(&quiet);
	return error;
}

/* Whatever is published has room, is closed where people have closed it, and finds the leases of its own devices. */
static int hold_shut(struct sluice_install *install, struct sluice_messages *messages)
{
	struct sluice_daemon *daemon = install->daemon;
	int error = make_room(install, messages);

	if (!error)
		error = sluice_island_tell(daemon, &install->live, messages);
	if (!error)
		error = sluice_opened_tell(daemon, &install->live, messages);
	if (!error)
		error = sluice_lease_tell(daemon, &install->live, messages);
	sluice_crash_point("install.held");
	return error;
}

static int note(struct sluice_install *install, struct sluice_messages *messages)
{
	int error;

	if (install->is_noted)
		return 0;
	error = sluice_settle_candidate(install->daemon, install->live.held->identity, messages);
	if (error)
		return error;
	install->is_noted = true;
	sluice_crash_point("install.noted");
	return 0;
}

static int publish(struct sluice_install *install, struct sluice_messages *messages)
{
	struct sluice_daemon *daemon = install->daemon;
	int error;

	error = sluice_kernel_publish(daemon->kernel, install->live.generation, install->trial_ms,
				      messages);
	if (error)
		return error;
	sluice_crash_point("publish.published");
	error = sluice_layers_refresh(daemon, messages);
	if (!error)
		error = sluice_layers_select(daemon, messages);
	sluice_crash_point("publish.selected");
	if (!error && !install->trial_ms)
		error = sluice_settle_confirmed(daemon, install->live.held, messages);
	sluice_crash_point("publish.recorded");
	return error;
}

static int advance(struct sluice_install *install, struct sluice_messages *messages)
{
	int error;

	if (!install->daemon->kernel) {
		sluice_message_error(messages, NULL, "the module went away meanwhile");
		return -ENODEV;
	}
	error = stage(install, messages);
	sluice_daemon_pulse(install->daemon);
	if (!error)
		error = plug(install, messages);
	if (!error)
		error = hold_shut(install, messages);
	if (!error)
		error = note(install, messages);
	return error ? error : publish(install, messages);
}

/* ---- Around them ---- */

/* Staging aborts what was staged before and not published. */
void sluice_install_forget_staged(struct sluice_daemon *daemon)
{
	for (size_t i = 0; i < SLUICE_LIVES; i++) {
		uint32_t generation = daemon->live[i].generation;

		if (generation != daemon->now.slot[0].generation &&
		    generation != daemon->now.slot[1].generation)
			daemon->live[i].generation = 0;
	}
}

static void finish(struct sluice_install *install, int error, struct sluice_messages *messages)
{
	struct sluice_daemon *daemon = install->daemon;

	daemon->install = NULL;
	if (error && daemon->kernel && install->live.generation) {
		struct sluice_messages quiet;

		sluice_messages_init(&quiet, NULL);
		sluice_kernel_stage_abort(daemon->kernel, &quiet);
		sluice_messages_release(&quiet);
	}
	if (error)
		sluice_install_forget_staged(daemon);
	if (!error)
		sluice_daemon_log(LOG_NOTICE, "policy version %llu is in force%s",
				  (unsigned long long)install->live.held->manifest.version,
				  install->trial_ms ? " on trial" : "");
	sluice_ladder_run(daemon);
	sluice_store_collect(daemon->config.state, &daemon->state);
	install->done(install->context, error, messages);
	sd_event_source_disable_unref(install->timer);
	sluice_held_free(install->live.held);
	free(install);
}

static void go_on(struct sluice_install *install);

static int on_retry(sd_event_source *source, uint64_t when, void *context)
{
	go_on(context);
	return 0;
}

static void wait_a_moment(struct sluice_install *install)
{
	sd_event_source_disable_unref(install->timer);
	install->timer = NULL;
	sd_event_add_time_relative(install->daemon->event, &install->timer, CLOCK_MONOTONIC,
				   RETRY_MS * 1000, 1000, on_retry, install);
}

static void go_on(struct sluice_install *install)
{
	struct sluice_messages messages;
	int error;

	sluice_messages_init(&messages, NULL);
	error = advance(install, &messages);
	if (error == -EBUSY && install->retries++ < RETRIES)
		wait_a_moment(install);
	else
		finish(install, error, &messages);
	sluice_messages_release(&messages);
}

static void begin(struct sluice_daemon *daemon, struct sluice_held *held, uint32_t trial_ms,
		  sluice_install_done done, void *context)
{
	struct sluice_install *install = sluice_allocate(1, sizeof(*install));

	install->daemon = daemon;
	install->live.held = held;
	install->trial_ms = trial_ms;
	install->done = done;
	install->context = context;
	daemon->install = install;
	go_on(install);
}

/* ---- A new one ---- */

int sluice_install_may_begin(const struct sluice_daemon *daemon,
			     struct sluice_messages *messages)
{
	if (daemon->install) {
		sluice_message_error(messages, NULL, "another installation is under way");
		return -EBUSY;
	}
	if (daemon->kernel && daemon->trusted)
		return 0;
	for (int i = 0; i < SLUICE_STEP_COUNT; i++) {
		const struct sluice_rung *rung = &daemon->rungs[i];

		if (rung->state != SLUICE_RUNG_FAILED)
			continue;
		sluice_message_error(messages, NULL, "the gateway is not ready for a policy: %s",
				     rung->why ? rung->why : sluice_step_title(i));
		if (rung->mend)
			sluice_message_hint(messages, "%s", rung->mend);
		break;
	}
	return -ENOTCONN;
}

static int verify(struct sluice_daemon *daemon, struct sluice_bytes bytes,
		  struct sluice_held **held, struct sluice_messages *messages)
{
	struct sluice_bundle_state state = sluice_settle_memory(daemon, 0);
	struct sluice_bundle_verdict verdict;
	struct sluice_bundle bundle = {};
	int error;

	error = sluice_bundle_read(bytes, &bundle, messages);
	if (!error)
		error = sluice_bundle_verify(&bundle, &daemon->trust, &state,
					     sluice_recompile_policy, &verdict, messages);
	sluice_bundle_release(&bundle);
	if (error)
		return error;
	sluice_crash_point("install.verified");
	error = sluice_store_put(daemon->config.state, verdict.identity, bytes, messages);
	if (error)
		return error;
	sluice_crash_point("install.stored");
	/* From here on only what is on disk counts, and it is verified as it will be at boot. */
	return sluice_settle_load(daemon, verdict.identity, held, messages);
}

static bool is_live(const struct sluice_daemon *daemon, enum sluice_live which,
		    const struct sluice_held *held)
{
	const struct sluice_live_policy *live = &daemon->live[which];

	return live->held && sluice_identity_equal(live->held->identity, held->identity);
}

/* Return: 1 when there is nothing to do any more, 0 to go on, a negative errno to refuse. */
static int already(struct sluice_daemon *daemon, const struct sluice_held *held, uint32_t trial_ms,
		   struct sluice_messages *messages)
{
	const struct sluice_kernel_slot *trial = sluice_settle_trial(daemon);
	int error;

	if (trial && sluice_identity_equal(trial->digest, held->identity)) {
		error = trial_ms ? 0 : sluice_install_confirm(daemon, messages);
		sluice_message_note(messages, NULL, trial_ms ? "it is on trial already"
							     : "its trial is confirmed");
		return error ? error : 1;
	}
	if (trial) {
		sluice_message_error(messages, NULL, "another policy is on trial");
		sluice_message_hint(messages, "sluicectl policy confirm, or policy rollback");
		return -EBUSY;
	}
	if (!is_live(daemon, SLUICE_LIVE_CONFIRMED, held))
		return 0;
	sluice_message_note(messages, NULL, "it is in force already");
	return 1;
}

void sluice_install_begin(struct sluice_daemon *daemon, struct sluice_bytes bytes,
			  uint32_t trial_ms, sluice_install_done done, void *context)
{
	struct sluice_messages messages;
	struct sluice_held *held = NULL;
	int result;

	sluice_messages_init(&messages, NULL);
	result = sluice_install_may_begin(daemon, &messages);
	if (!result)
		result = verify(daemon, bytes, &held, &messages);
	if (!result)
		result = sluice_layers_refresh(daemon, &messages);
	if (!result)
		result = already(daemon, held, trial_ms, &messages);
	if (!result)
		sluice_island_warn(daemon, held, &messages);
	if (result) {
		sluice_held_free(held);
		if (!daemon->install)
			sluice_store_collect(daemon->config.state, &daemon->state);
		fail_early(done, context, result < 0 ? result : 0, &messages);
	} else {
		begin(daemon, held, trial_ms, done, context);
	}
	sluice_messages_release(&messages);
}

/* ---- Confirm, roll back, release ---- */

int sluice_install_confirm(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_live_policy *trial = &daemon->live[SLUICE_LIVE_TRIAL];
	int error;

	if (!daemon->kernel || !trial->held || !trial->generation) {
		sluice_message_error(messages, NULL, "no policy is on trial");
		return -ENOENT;
	}
	error = sluice_kernel_confirm(daemon->kernel, trial->generation, messages);
	if (error)
		return error;
	sluice_crash_point("confirm.confirmed");
	error = sluice_layers_refresh(daemon, messages);
	if (!error)
		error = sluice_layers_select(daemon, messages);
	sluice_crash_point("confirm.selected");
	if (!error)
		error = sluice_settle_confirmed(daemon, trial->held, messages);
	sluice_ladder_run(daemon);
	return error;
}

static int end_trial(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = sluice_kernel_revert(daemon->kernel, messages);

	if (error)
		return error;
	sluice_crash_point("rollback.reverted");
	error = sluice_layers_refresh(daemon, messages);
	if (!error)
		error = sluice_layers_select(daemon, messages);
	sluice_crash_point("rollback.selected");
	sluice_ladder_run(daemon);
	return error;
}

static int load_previous(struct sluice_daemon *daemon, struct sluice_held **held,
			 struct sluice_messages *messages)
{
	const struct sluice_state_file *state = &daemon->state;
	const uint8_t *target = state->previous;

	if (!sluice_identity_equal(state->confirmed, state->active))
		target = state->active;
	if (sluice_identity_is_none(target) || !sluice_store_has(daemon->config.state, target)) {
		sluice_message_error(messages, NULL, "there is no previous policy to go back to");
		return -ENOENT;
	}
	return sluice_settle_load(daemon, target, held, messages);
}

void sluice_install_rollback(struct sluice_daemon *daemon, sluice_install_done done,
			     void *context)
{
	struct sluice_messages messages;
	struct sluice_held *held = NULL;
	int error;

	sluice_messages_init(&messages, NULL);
	error = sluice_install_may_begin(daemon, &messages);
	if (!error)
		error = sluice_layers_refresh(daemon, &messages);
	if (!error && sluice_settle_trial(daemon))
		error = end_trial(daemon, &messages);
	else if (!error)
		error = load_previous(daemon, &held, &messages);
	if (held)
		begin(daemon, held, 0, done, context);
	else
		done(context, error, &messages);
	sluice_messages_release(&messages);
}

int sluice_install_release(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	struct sluice_floor_wish closed = {.level = SLUICE_FLOOR_CLOSED};
	int error;

	if (!daemon->kernel) {
		sluice_message_error(messages, NULL, "the module is not there");
		return -ENODEV;
	}
	error = sluice_forwarding_set(false, messages);
	if (!error)
		error = sluice_floor_put(daemon->floor, &closed, messages);
	if (error)
		return error;
	daemon->wish = closed;
	error = sluice_kernel_release(daemon->kernel, messages);
	if (error)
		return error;
	daemon->released = true;
	sluice_daemon_log(LOG_WARNING, "released: everything is closed, the module may be "
			  "unloaded");
	sluice_ladder_run(daemon);
	sluice_ladder_let_go(daemon);
	return 0;
}

void sluice_install_drop(struct sluice_daemon *daemon)
{
	struct sluice_install *install = daemon->install;

	if (!install)
		return;
	daemon->install = NULL;
	sd_event_source_disable_unref(install->timer);
	sluice_held_free(install->live.held);
	free(install);
}
