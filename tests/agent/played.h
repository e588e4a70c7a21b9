/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel that is played: module, gate, floor and forwarding as the daemon sees them, in memory.
 *
 * What the ladder, an installation and the settling after a crash do to it is the daemon's own code
 * over real bundles and a real state folder. The module keeps the promises of the uapi header
 * (staging forgets what was staged, a generation that was not published is nowhere else, exactly the
 * next trust version); it judges no signature, for that is not the daemon's.
 */
#ifndef SLUICE_TESTS_AGENT_PLAYED_H
#define SLUICE_TESTS_AGENT_PLAYED_H

#include "daemon/daemon.h"

/**
 * struct played - the kernel, and what shall fail in it
 * @loaded: the module is there
 * @state: what it answers
 * @staged: generation that is staged and not published, 0 for none
 * @staged_slot: where it will stand
 * @staged_identity: of its policy
 * @staged_version: likewise
 * @generations: given out so far
 * @lost_answers: so many of the next GETs get none
 * @trust_epoch: of the trust file that is loaded
 * @refuse_trust: TRUST_LOAD fails
 * @refuse_attach: the gate finds another program on every port
 * @refuse_floor: nf_tables takes nothing
 * @loses_stamps: what the gate passes does not enter the module
 * @attached: the gate is on the devices
 * @gate_passed: frames that it passed, by slot and port
 * @slot_digest: of the image in a slot of the gate
 * @slot_used: there is one
 * @forwarding: the sysctls
 * @closed: how often they were closed
 * @floor: what was last put
 * @floor_puts: how often
 * @previous: the one older policy that the module takes
 * @swapped: two names whose cards have changed places; NULL for none
 * @flows: that live
 * @flow_count: how many
 * @island: what ISLAND_SET said last, by generation
 * @island_was: how many conduits that closed in a generation when it was published
 * @refuse_island: ISLAND_SET fails
 * @refuse_room: the connection table cannot grow
 * @room: what it had to hold last
 * @sure: what CLOCK_SET said last, -1 before
 * @leases: held and revoked, with the milliseconds that were asked for
 * @lease_count: how many
 * @leases_was: how many there were when a generation was published
 */
struct played {
	bool loaded;
	struct sluice_kernel_state state;
	uint32_t staged, staged_slot;
	uint8_t staged_identity[SLUICE_DIGEST_BYTES];
	uint64_t staged_version;
	uint32_t generations;
	unsigned int lost_answers;
	uint64_t trust_epoch;
	bool refuse_trust;
	bool refuse_attach;
	bool refuse_floor;
	bool loses_stamps;
	bool attached;
	uint64_t gate_passed[SLUICE_SLOTS][SLUICE_MAX_PORTS + 1];
	uint8_t slot_digest[SLUICE_SLOTS][SLUICE_DIGEST_BYTES];
	bool slot_used[SLUICE_SLOTS];
	bool forwarding;
	unsigned int closed;
	struct sluice_floor_wish floor;
	unsigned int floor_puts;
	uint8_t previous[SLUICE_DIGEST_BYTES];
	const char *swapped[2];
	const struct sluice_kernel_flow *flows;
	size_t flow_count;
	uint8_t island[64][SLUICE_MAX_CONDUITS / 8 + 1];
	unsigned int island_was;
	bool refuse_island;
	bool refuse_room;
	struct sluice_room_need room;
	int sure;
	struct sluice_kernel_lease leases[16];
	size_t lease_count;
	size_t leases_was;
};

extern struct played played;

/** played_load() - insmod, with this trust file as anchor */
void played_load(const uint8_t anchor[SLUICE_DIGEST_BYTES]);

/** played_unload() - rmmod: nothing of it is left but the gate's pins */
void played_unload(void);

/** played_closed() - how many conduits island mode closes in a generation */
unsigned int played_closed(uint32_t generation);

/** played_traffic() - so many frames come in by each port of what is in force */
void played_traffic(uint64_t frames);

#endif
