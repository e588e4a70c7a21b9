// SPDX-License-Identifier: GPL-2.0-or-later
/* Disk and module brought together; see settle.h. */
#include "daemon/settle.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "daemon/crash.h"
#include "daemon/store.h"
#include "kmod/core/selector.h"

const struct sluice_kernel_slot *sluice_settle_slot(const struct sluice_daemon *daemon,
						    uint32_t slot_and_one)
{
	if (!slot_and_one || slot_and_one > SLUICE_SLOTS)
		return NULL;
	if (!daemon->now.slot[slot_and_one - 1].generation)
		return NULL;
	return &daemon->now.slot[slot_and_one - 1];
}

const struct sluice_kernel_slot *sluice_settle_trial(const struct sluice_daemon *daemon)
{
	if (daemon->now.state != SLUICE_STATE_TRIAL)
		return NULL;
	return sluice_settle_slot(daemon, sluice_selector_trial(daemon->now.selector));
}

struct sluice_bundle_state sluice_settle_memory(const struct sluice_daemon *daemon,
						unsigned int flags)
{
	const struct sluice_state_file *state = &daemon->state;
	uint64_t now = sluice_wall_now(daemon);

	return (struct sluice_bundle_state){
		.gateway = daemon->config.gateway,
		.floor_epoch = state->floor_epoch,
		.version_floor = state->floor_version,
		.active = sluice_identity_is_none(state->active) ? NULL : state->active,
		.previous = sluice_identity_is_none(state->previous) ? NULL : state->previous,
		.now = now > state->time ? now : state->time,
		.flags = flags,
	};
}

int sluice_settle_load(struct sluice_daemon *daemon, const uint8_t *identity,
		       struct sluice_held **held, struct sluice_messages *messages)
{
	struct sluice_bundle_state state = sluice_settle_memory(daemon, SLUICE_TRUST_NO_DATES);
	struct sluice_bundle bundle = {};
	struct sluice_bundle_verdict verdict;
	int error;

	error = sluice_store_load(daemon->config.state, identity, &bundle, messages);
	if (error)
		return error;
	error = sluice_bundle_verify(&bundle, &daemon->trust, &state, NULL, &verdict, messages);
	if (!error && !sluice_identity_equal(verdict.identity, identity)) {
		sluice_message_error(messages, NULL,
				     "the kept policy is another one than the state names");
		error = -EBADMSG;
	}
	if (error) {
		sluice_bundle_release(&bundle);
		return error;
	}
	if (verdict.is_previous)
		sluice_daemon_log(LOG_NOTICE, "policy version %llu is older than the floor %llu: "
				  "accepted as the previous one",
				  (unsigned long long)verdict.manifest.version,
				  (unsigned long long)state.version_floor);
	*held = sluice_held_take(&bundle, &verdict);
	return 0;
}

/* ---- Writing down ---- */

int sluice_settle_candidate(struct sluice_daemon *daemon, const uint8_t *identity,
			    struct sluice_messages *messages)
{
	struct sluice_state_file next = daemon->state;
	int error;

	if (identity)
		memcpy(next.candidate, identity, sizeof(next.candidate));
	else
		memset(next.candidate, 0, sizeof(next.candidate));
	error = sluice_state_store(daemon->config.state, &next, messages);
	if (!error)
		daemon->state = next;
	return error;
}

static void raise_floor(struct sluice_state_file *state, const struct sluice_held *held)
{
	/* Versions start again with a higher epoch: that is what undoes a stolen key. */
	if (held->manifest.epoch < state->floor_epoch ||
	    (held->manifest.epoch == state->floor_epoch &&
	     held->manifest.version <= state->floor_version))
		return;
	memcpy(state->previous, state->confirmed, sizeof(state->previous));
	memcpy(state->active, held->identity, sizeof(state->active));
	state->floor_version = held->manifest.version;
	state->floor_epoch = held->manifest.epoch;
}

static const uint8_t *or_null(const uint8_t *identity)
{
	return sluice_identity_is_none(identity) ? NULL : identity;
}

int sluice_settle_floor(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_state_file *state = &daemon->state;

	/* The module counts versions under the epoch of the trust in force; others say nothing. */
	if (!daemon->kernel || state->floor_epoch < daemon->trust.manifest.epoch ||
	    daemon->now.version_floor >= state->floor_version)
		return 0;
	return sluice_kernel_floor_set(daemon->kernel, state->floor_version,
				       or_null(state->active), or_null(state->previous), messages);
}

int sluice_settle_confirmed(struct sluice_daemon *daemon, const struct sluice_held *held,
			    struct sluice_messages *messages)
{
	struct sluice_state_file next = daemon->state;
	int error;

	raise_floor(&next, held);
	memcpy(next.confirmed, held->identity, sizeof(next.confirmed));
	memset(next.candidate, 0, sizeof(next.candidate));
	if (held->manifest.created > next.time)
		next.time = held->manifest.created;
	error = sluice_state_store(daemon->config.state, &next, messages);
	if (error)
		return error;
	sluice_crash_point("confirm.recorded");
	daemon->state = next;
	sluice_store_collect(daemon->config.state, &daemon->state);
	return 0;
}

/* ---- After a crash ---- */

static int adopt_candidate(struct sluice_daemon *daemon, const uint8_t *identity,
			   struct sluice_messages *messages)
{
	struct sluice_held *held = NULL;
	int error = sluice_settle_load(daemon, identity, &held, messages);

	if (error)
		return error;
	sluice_daemon_log(LOG_NOTICE, "the module confirmed policy version %llu before the "
			  "daemon could write it down: written down now",
			  (unsigned long long)held->manifest.version);
	error = sluice_settle_confirmed(daemon, held, messages);
	sluice_held_free(held);
	return error;
}

static int settle_confirmed(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_kernel_slot *slot =
		sluice_settle_slot(daemon, sluice_selector_confirmed(daemon->now.selector));

	if (!slot || sluice_identity_equal(slot->digest, daemon->state.confirmed))
		return 0;
	if (sluice_identity_equal(slot->digest, daemon->state.candidate))
		return adopt_candidate(daemon, slot->digest, messages);
	sluice_message_error(messages, NULL,
			     "the module runs policy version %llu, which this state folder does "
			     "not know",
			     (unsigned long long)slot->version);
	sluice_message_hint(messages, "restore %s, or install a newer policy after a reboot",
			    daemon->config.state);
	return -ESTALE;
}

static int settle_candidate(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_kernel_slot *trial = sluice_settle_trial(daemon);

	if (daemon->install || sluice_identity_is_none(daemon->state.candidate))
		return 0;
	if (trial && sluice_identity_equal(trial->digest, daemon->state.candidate))
		return 0;
	sluice_daemon_log(LOG_WARNING, "the trial has ended without confirmation: the confirmed "
			  "policy is in force");
	return sluice_settle_candidate(daemon, NULL, messages);
}

int sluice_settle(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = settle_confirmed(daemon, messages);

	return error ? error : settle_candidate(daemon, messages);
}
