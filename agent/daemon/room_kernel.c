// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's settings of connection tracking, read and written; see room.h. */
#include <errno.h>
#include <inttypes.h>
#include <sys/sysinfo.h>
#include <syslog.h>

#include "daemon/daemon.h"
#include "daemon/room.h"
#include "daemon/switch.h"

#define FOLDER "/proc/sys/net/netfilter/"
#define MAX FOLDER "nf_conntrack_max"
#define BUCKETS FOLDER "nf_conntrack_buckets"
#define TIME_WAIT FOLDER "nf_conntrack_tcp_timeout_time_wait"
#define CLOSE FOLDER "nf_conntrack_tcp_timeout_close"

static int look(struct sluice_room_kernel *kernel)
{
	struct sysinfo info = {};
	int error = sluice_switch_read(MAX, &kernel->max);

	if (!error)
		error = sluice_switch_read(BUCKETS, &kernel->buckets);
	if (!error)
		error = sluice_switch_read(TIME_WAIT, &kernel->time_wait);
	if (!error)
		error = sluice_switch_read(CLOSE, &kernel->close);
	sysinfo(&info);
	kernel->memory = (uint64_t)info.totalram * info.mem_unit;
	return error;
}

/* Return: 0, or why the kernel does not take it; whoever looks again sees what is missing. */
static int set(const char *path, uint64_t from, uint64_t to)
{
	int error;

	if (from == to)
		return 0;
	error = sluice_switch_write(path, to, NULL);
	if (!error)
		sluice_daemon_log(LOG_NOTICE, "%s: %" PRIu64 " instead of %" PRIu64
				  ", so that connections find room", path, to, from);
	return error;
}

int sluice_room_make(const struct sluice_room_need *need, struct sluice_room *room,
		     struct sluice_messages *messages)
{
	struct sluice_room_kernel now = {}, wanted;
	int error = look(&now);

	if (error) {
		sluice_message_error(messages, NULL, "the kernel has no connection tracking");
		sluice_message_hint(messages, "modprobe nf_conntrack");
		return error;
	}
	wanted = sluice_room_plan(need, &now);
	/* Buckets first: what the table holds by then is what has to be hashed anew. */
	set(BUCKETS, now.buckets, wanted.buckets);
	set(TIME_WAIT, now.time_wait, wanted.time_wait);
	error = set(MAX, now.max, wanted.max);
	look(&now);
	*room = sluice_room_judge(need, &now);
	room->refused = error;
	return sluice_room_tell(room, messages);
}
