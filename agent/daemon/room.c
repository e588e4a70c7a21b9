// SPDX-License-Identifier: GPL-2.0-or-later
/* How much room connections need; see room.h. */
#include "daemon/room.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "daemon/held.h"

/* An entry with its extensions, bytes; and the part of the memory that entries may take. */
#define ENTRY_BYTES 384
#define MEMORY_PART 8

/* Garbage collection looks at each entry once in so many seconds (GC_SCAN_INTERVAL_MAX). */
#define COLLECTED 60

/* A rate is a bucket that holds a second's worth. */
#define BURST 1

/* As long as connection tracking waits for a last ACK: seven retransmissions of the FIN before it. */
#define TIME_WAIT_LEAST 30

/* sysctl takes no more. */
#define MAX_MOST INT32_MAX

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Not more than 80 % of the table may ever be the policy's: the rest is for what is not judged yet. */
static uint64_t with_reserve(uint64_t entries)
{
	return entries + entries / 4 + 1;
}

static uint64_t kept(uint64_t time_wait, uint64_t close)
{
	return greater(time_wait, close) + COLLECTED;
}

/* The module counts no more at once than its own table holds, whatever the policy states. */
static uint64_t enough(const struct sluice_room_need *need, uint64_t seconds)
{
	return with_reserve(lesser(need->connections, SLUICE_POLICY_FLOWS) +
			    need->rate * (seconds + BURST));
}

void sluice_room_add(struct sluice_room_need *need, const struct sluice_held *held)
{
	need->connections = greater(need->connections, sluice_held_connections(held));
	need->rate = greater(need->rate, sluice_held_rate(held));
}

struct sluice_room sluice_room_judge(const struct sluice_room_need *need,
				     const struct sluice_room_kernel *kernel)
{
	uint64_t seconds = kept(kernel->time_wait, kernel->close);

	return (struct sluice_room){
		.need = *need,
		.kernel = *kernel,
		.kept = seconds,
		.least = with_reserve(need->connections),
		.enough = enough(need, seconds),
	};
}

/* The longest time for which @entries are enough, within its bounds. */
static uint64_t time_wait_within(const struct sluice_room_need *need,
				 const struct sluice_room_kernel *kernel, uint64_t entries)
{
	uint64_t seconds = kernel->time_wait;

	while (seconds > TIME_WAIT_LEAST && enough(need, kept(seconds, kernel->close)) > entries)
		seconds--;
	return seconds;
}

/* A power of two, so that a policy that grows seldom has the kernel hash anew. */
static uint64_t buckets_for(uint64_t entries)
{
	uint64_t buckets = 1024;

	while (buckets < entries)
		buckets *= 2;
	return buckets;
}

struct sluice_room_kernel sluice_room_plan(const struct sluice_room_need *need,
					   const struct sluice_room_kernel *kernel)
{
	uint64_t least = with_reserve(need->connections);
	uint64_t fit = kernel->memory / MEMORY_PART / ENTRY_BYTES;
	uint64_t most = greater(greater(kernel->max, least), fit);
	struct sluice_room_kernel wanted = *kernel;
	uint64_t entries;

	wanted.time_wait = time_wait_within(need, kernel, most);
	entries = enough(need, kept(wanted.time_wait, wanted.close));
	wanted.max = greater(greater(kernel->max, least), lesser(entries, most));
	wanted.max = lesser(wanted.max, MAX_MOST);
	wanted.buckets = greater(kernel->buckets, buckets_for(lesser(entries, fit)));
	return wanted;
}

uint64_t sluice_room_seconds(const struct sluice_room *room)
{
	uint64_t entries = lesser(room->need.connections, SLUICE_POLICY_FLOWS);

	if (room->kernel.max >= room->enough || !room->need.rate)
		return 0;
	entries = room->kernel.max > entries ? room->kernel.max - entries : 0;
	return greater(entries / room->need.rate, 1);
}

int sluice_room_tell(const struct sluice_room *room, struct sluice_messages *messages)
{
	if (room->kernel.max < room->least) {
		sluice_message_error(messages, NULL, "the kernel tracks at most %" PRIu64
				     " connections, the policy needs %" PRIu64 "%s%s",
				     room->kernel.max, room->least,
				     room->refused ? "; nf_conntrack_max: " : "",
				     room->refused ? strerror(-room->refused) : "");
		sluice_message_hint(messages, "lower concurrent_connections in the policy, or give "
				    "the machine more memory");
		return -ENOSPC;
	}
	if (!sluice_room_seconds(room)) {
		sluice_message_note(messages, NULL, "%" PRIu64 " of %" PRIu64 " connections",
				    room->need.connections, room->kernel.max);
		return 0;
	}
	sluice_message_warning(messages, NULL, "%" PRIu64 " of %" PRIu64 " connections; all conduits "
			       "at their new_connections_per_second fill the kernel's table within %"
			       PRIu64 " s", room->need.connections, room->kernel.max,
			       sluice_room_seconds(room));
	sluice_message_hint(messages, "lower new_connections_per_second in the policy, or give the "
			    "machine more memory");
	return 0;
}
