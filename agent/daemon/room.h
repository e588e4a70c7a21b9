/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Room for connections: how large connection tracking's table must be, so that nothing which the policy permits finds
 * it full.
 *
 * Connection tracking holds a connection longer than the policy counts it: a closed one of TCP for
 * nf_conntrack_tcp_timeout_time_wait (or _close, after a reset), and any that is over until its garbage collection
 * comes by. So the table needs a place for each connection at once, and for what begins at the permitted rate
 * meanwhile.
 */
#ifndef SLUICE_DAEMON_ROOM_H
#define SLUICE_DAEMON_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/message.h"

struct sluice_held;

/**
 * struct sluice_room_need - what a policy permits, all conduits together
 * @connections: at once (S7)
 * @rate: new ones a second
 */
struct sluice_room_need {
	uint64_t connections;
	uint64_t rate;
};

/**
 * struct sluice_room_kernel - how connection tracking is set
 * @max: nf_conntrack_max, entries
 * @buckets: nf_conntrack_buckets
 * @time_wait: nf_conntrack_tcp_timeout_time_wait, seconds
 * @close: nf_conntrack_tcp_timeout_close, seconds
 * @memory: of the machine, bytes
 */
struct sluice_room_kernel {
	uint64_t max;
	uint64_t buckets;
	uint64_t time_wait;
	uint64_t close;
	uint64_t memory;
};

/**
 * struct sluice_room - what was made of it
 * @need: of the policies that are held
 * @kernel: as it is now
 * @kept: seconds that an entry stays after its end, at most
 * @least: entries without which no policy is published: its connections are 80 % of them
 * @enough: entries with which it is never full
 * @refused: negative errno with which the kernel refused a larger nf_conntrack_max, or 0
 */
struct sluice_room {
	struct sluice_room_need need;
	struct sluice_room_kernel kernel;
	uint64_t kept;
	uint64_t least;
	uint64_t enough;
	int refused;
};

/**
 * sluice_room_add() - a policy that is held beside others; one of them is in force at a time
 * @need: zero at first
 * @held: policy
 */
void sluice_room_add(struct sluice_room_need *need, const struct sluice_held *held);

/**
 * sluice_room_judge() - what a need asks of a kernel
 * @need: of the policy
 * @kernel: as it is set
 *
 * Return: @kept, @least and @enough for it.
 */
struct sluice_room sluice_room_judge(const struct sluice_room_need *need,
				     const struct sluice_room_kernel *kernel);

/**
 * sluice_room_plan() - how to set it
 * @need: of the policy
 * @kernel: as it is set
 *
 * nf_conntrack_max and the buckets only ever grow. Closed connections are kept a shorter time only where a memory of this
 * size is too small for them, and never shorter than connection tracking itself waits for a last acknowledgement.
 * Return: the settings wanted.
 */
struct sluice_room_kernel sluice_room_plan(const struct sluice_room_need *need,
					   const struct sluice_room_kernel *kernel);

/** sluice_room_seconds() - after how long all conduits at their rates fill the table; 0 for never */
uint64_t sluice_room_seconds(const struct sluice_room *room);

/**
 * sluice_room_tell() - the one sentence about it
 * @room: as it is
 * @messages: receives an error and a hint when there is less than the least, a warning and a hint when there is not
 *	enough, else a note
 *
 * Return: 0, or -ENOSPC for less than the least.
 */
int sluice_room_tell(const struct sluice_room *room, struct sluice_messages *messages);

/**
 * sluice_room_make() - set the kernel so that there is room
 * @need: of the policies that are held
 * @room: receives what is now
 * @messages: as sluice_room_tell(); or why the kernel cannot be asked
 *
 * What stands right already is not written. Return: 0; -ENOENT without connection tracking; -ENOSPC when the kernel
 * takes less than the least; another negative errno.
 */
int sluice_room_make(const struct sluice_room_need *need, struct sluice_room *room,
		     struct sluice_messages *messages);

#endif
