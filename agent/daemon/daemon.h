/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sluiced: everything that it holds, in one place.
 *
 * One thread, one sd-event loop; nothing here needs a lock. The parts come up in the order of the
 * ladder (ladder.h) and stay; what a part holds in the kernel outlives the process on purpose, so
 * that the next sluiced takes over without a gap.
 */
#ifndef SLUICE_DAEMON_DAEMON_H
#define SLUICE_DAEMON_DAEMON_H

#include <systemd/sd-event.h>

#include "agent/floor/floor.h"
#include "agent/gate/gate.h"
#include "daemon/commission.h"
#include "daemon/config.h"
#include "daemon/held.h"
#include "daemon/island.h"
#include "daemon/links.h"
#include "daemon/opened.h"
#include "daemon/room.h"
#include "daemon/state.h"
#include "daemon/wall.h"
#include "kernel/kernel.h"
#include "trust/trust.h"

struct sluice_control;
struct sluice_denials;
struct sluice_install;

/**
 * SLUICE_STEPS - the ladder, in its order: X(NAME, title)
 */
#define SLUICE_STEPS(X) \
	X(FLOOR,      "floor",      "nftables floor stands") \
	X(MODULE,     "module",     "kernel module answers") \
	X(TRUST,      "trust",      "trust file is loaded") \
	X(POLICY,     "policy",     "confirmed policy is verified") \
	X(STAGE,      "stage",      "module and gate hold the same image") \
	X(PORTS,      "ports",      "ports are bound to devices") \
	X(GATE,       "gate",       "gate is on every port") \
	X(ROOM,       "room",       "connection table is large enough") \
	X(ISLAND,     "island",     "module knows island mode and clock") \
	X(PUBLISH,    "publish",    "policy is in force") \
	X(MARK,       "mark",       "floor asks for the module's mark") \
	X(PROOF,      "proof",      "custody is proved") \
	X(FORWARDING, "forwarding", "forwarding is open")

enum sluice_step {
#define SLUICE_STEP_ENUM(name, word, title) SLUICE_STEP_##name,
	SLUICE_STEPS(SLUICE_STEP_ENUM)
#undef SLUICE_STEP_ENUM
	SLUICE_STEP_COUNT,
};

/** enum sluice_rung_state - how one step stands */
enum sluice_rung_state {
	SLUICE_RUNG_WAITING,	/* a step before it has not succeeded */
	SLUICE_RUNG_OK,
	SLUICE_RUNG_NOT_ASKED,	/* the policy does without it */
	SLUICE_RUNG_FAILED,
};

/**
 * struct sluice_rung - one step of the ladder
 * @state: how it stands
 * @why: sentence when failed, or what is worth knowing otherwise; NULL for none; owned
 * @mend: what to do about it, or NULL; owned
 * @since: CLOCK_REALTIME seconds of the last change of @state
 */
struct sluice_rung {
	enum sluice_rung_state state;
	char *why;
	char *mend;
	uint64_t since;
};

/** enum sluice_live - which policy is meant */
enum sluice_live {
	SLUICE_LIVE_CONFIRMED,
	SLUICE_LIVE_TRIAL,
	SLUICE_LIVES,
};

/**
 * struct sluice_live_policy - a policy that the module holds
 * @held: what we know of it; NULL when there is none
 * @generation: as the module numbers it
 * @slot: in module and gate
 * @standing: &struct sluice_daemon.standing that the module was told for @generation, 0 for none
 * @opened: it was told what persons have opened
 * @leased: the leases that the module holds fit it
 */
struct sluice_live_policy {
	struct sluice_held *held;
	uint32_t generation;
	uint32_t slot;
	uint64_t standing;
	bool opened;
	bool leased;
};

/**
 * struct sluice_standby - what stays open on the gateway while its module is absent
 * @is_known: @wish is that of @identity
 * @is_held: and was taken from a policy verified by the trust file that the module holds
 * @identity: the confirmed policy
 * @wish: its management peers; the rest is not used
 */
struct sluice_standby {
	bool is_known;
	bool is_held;
	uint8_t identity[SLUICE_DIGEST_BYTES];
	struct sluice_floor_wish wish;
};

/** struct sluice_invariant_count - what the agent itself saw */
struct sluice_invariant_count {
	uint64_t count;
	uint64_t last;
	char *what;
	char *mend;
};

/**
 * struct sluice_daemon - the daemon
 * @event: the loop
 * @config: paths
 * @state: the record on disk
 * @trust: trust file in force, when @trusted
 * @trusted: see @trust
 * @kernel: connection to the module, or NULL
 * @now: what the module answered last
 * @nonce: of the load of the module that was last seen, 0 before
 * @gate: the gate, or NULL
 * @selector_by_module: the module writes the gate's selector itself
 * @floor: the floor, or NULL
 * @wish: what the floor was last made to be
 * @floor_is_put: @wish stands in the kernel
 * @standby: the confirmed policy's management peers
 * @links: devices
 * @live: what the module holds, by enum sluice_live
 * @rungs: how the ladder stands
 * @ready: all steps stood at least once, or there is no policy to wait for
 * @commissioning: no policy was ever confirmed and none is on trial
 * @released: closed on purpose by `sluicectl release`
 * @foreign: paths round the hooks that stand now
 * @foreign_count: how many
 * @bridge_netfilter: br_netfilter is active now
 * @commission: which card is which port
 * @ports_missing: ports of the policy in force whose device is absent
 * @ports_other: ports of it under whose name another card stands, or one that cannot be told
 * @proved: by image port index, the device on which the stamp was tried
 * @invariants: raised by the agent
 * @denials: ring of what was denied
 * @observed: ring of what passed, and would not were an identity required
 * @control: the socket
 * @install: the policy that is being published, or NULL
 * @check_timer: runs the ladder again soon
 * @beat: counts looks at everything
 * @pulse: CLOCK_MONOTONIC seconds of the last heartbeat
 * @gate_source: events of the gate
 * @events_tried: the gate was opened, or not, for its events alone
 * @started: CLOCK_REALTIME seconds
 * @wall: the clock
 * @island: what island mode closes
 * @opened: what persons have opened
 * @standing: counts changes of @island, from 1
 */
struct sluice_daemon {
	sd_event *event;
	struct sluice_config config;
	struct sluice_state_file state;
	struct sluice_trust trust;
	bool trusted;
	struct sluice_kernel *kernel;
	struct sluice_kernel_state now;
	uint32_t nonce;
	struct sluice_gate *gate;
	bool selector_by_module;
	struct sluice_floor *floor;
	struct sluice_floor_wish wish;
	bool floor_is_put;
	struct sluice_standby standby;
	struct sluice_links *links;
	struct sluice_live_policy live[SLUICE_LIVES];
	struct sluice_rung rungs[SLUICE_STEP_COUNT];
	bool ready;
	bool commissioning;
	bool released;
	struct sluice_foreign foreign[SLUICE_FOREIGN_MAX];
	size_t foreign_count;
	bool bridge_netfilter;
	struct sluice_commission commission;
	size_t ports_missing;
	size_t ports_other;
	unsigned int proved[SLUICE_MAX_PORTS + 1];
	struct sluice_invariant_count invariants[SLUICE_INVARIANT_COUNT];
	struct sluice_denials *denials;
	struct sluice_denials *observed;
	struct sluice_control *control;
	struct sluice_install *install;
	sd_event_source *check_timer;
	uint64_t beat;
	int64_t pulse;
	sd_event_source *gate_source;
	bool events_tried;
	uint64_t started;
	struct sluice_wall wall;
	struct sluice_room room;
	struct sluice_island island;
	struct sluice_opened opened;
	uint64_t standing;
};

/**
 * sluice_daemon_check_soon() - run the ladder again in a moment
 * @daemon: daemon
 *
 * Many changes at once cost one look.
 */
void sluice_daemon_check_soon(struct sluice_daemon *daemon);

/**
 * sluice_daemon_raise() - an invariant broke, and the agent is who saw it
 * @daemon: daemon
 * @invariant: which
 * @ifindex: device, or 0
 * @mend: what to do, or NULL
 * @format: what was seen
 *
 * Counted, logged, and told to the module so that it becomes a tracepoint.
 */
void sluice_daemon_raise(struct sluice_daemon *daemon, enum sluice_invariant invariant,
			 unsigned int ifindex, const char *mend, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/**
 * sluice_daemon_log() - one line to the journal
 * @priority: LOG_* of syslog.h
 * @format: the line
 */
void sluice_daemon_log(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * sluice_daemon_pulse() - tell the module that we live, when it was not told for a second
 * @daemon: daemon
 *
 * Called between steps as well: loading the gate can take long on a small machine, and the module
 * takes ten seconds of silence for a dead agent.
 */
void sluice_daemon_pulse(struct sluice_daemon *daemon);

/** sluice_daemon_log_messages() - every message as a line, hints included */
void sluice_daemon_log_messages(const struct sluice_messages *messages);

/** sluice_daemon_clock() - CLOCK_REALTIME, seconds since 1970 */
uint64_t sluice_daemon_clock(void);

/** sluice_daemon_boot() - name of this boot; "unknown" when the kernel does not say */
const char *sluice_daemon_boot(void);

/**
 * sluice_daemon_in_force() - the policy that judges new flows
 * @daemon: daemon
 *
 * Return: one of @daemon->live, or NULL when there is none.
 */
const struct sluice_live_policy *sluice_daemon_in_force(const struct sluice_daemon *daemon);

/**
 * sluice_daemon_generation() - the policy of a generation that the module holds
 * @daemon: daemon
 * @generation: as in records
 *
 * Return: the policy, or NULL.
 */
const struct sluice_held *sluice_daemon_generation(const struct sluice_daemon *daemon,
						   uint32_t generation);

#endif
