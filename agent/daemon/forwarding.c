// SPDX-License-Identifier: GPL-2.0-or-later
/* Forwarding and the connection table; see forwarding.h. */
#include "daemon/forwarding.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORWARD_V4 "/proc/sys/net/ipv4/ip_forward"
#define FORWARD_V6 "/proc/sys/net/ipv6/conf/all/forwarding"
#define CONNTRACK_MAX "/proc/sys/net/netfilter/nf_conntrack_max"

static int read_number(const char *path, uint64_t *value)
{
	char text[32] = "";
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (file < 0)
		return -errno;
	length = read(file, text, sizeof(text) - 1);
	close(file);
	if (length <= 0)
		return -EIO;
	*value = strtoull(text, NULL, 10);
	return 0;
}

static int write_number(const char *path, uint64_t value, struct sluice_messages *messages)
{
	int file = open(path, O_WRONLY | O_CLOEXEC), error = 0;
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	if (file < 0 || write(file, text, strlen(text)) < 0)
		error = -errno;
	if (file >= 0)
		close(file);
	if (error)
		sluice_message_error(messages, NULL, "%s: cannot be set to %" PRIu64 ": %s", path,
				     value, strerror(-error));
	return error;
}

static int set(const char *path, uint64_t wanted, struct sluice_messages *messages)
{
	uint64_t value = 0;
	int error = read_number(path, &value);

	if (error == -ENOENT || (!error && value == wanted))
		return 0;
	return write_number(path, wanted, messages);
}

int sluice_forwarding_set(bool open, struct sluice_messages *messages)
{
	int error = set(FORWARD_V4, open, messages);
	int second = set(FORWARD_V6, open, messages);

	return error ? error : second;
}

bool sluice_forwarding_is_open(void)
{
	uint64_t v4 = 0, v6 = 0;

	read_number(FORWARD_V4, &v4);
	read_number(FORWARD_V6, &v6);
	return v4 || v6;
}

int sluice_conntrack_reserve(uint64_t connections, struct sluice_messages *messages)
{
	/* Not more than 80 % of the table may ever be ours: the rest is for what is not judged yet. */
	uint64_t wanted = connections + connections / 4 + 1, value = 0;
	int error = read_number(CONNTRACK_MAX, &value);

	if (error == -ENOENT) {
		sluice_message_error(messages, NULL, "the kernel has no connection tracking");
		sluice_message_hint(messages, "modprobe nf_conntrack");
		return error;
	}
	if (!error && value < wanted) {
		error = write_number(CONNTRACK_MAX, wanted, messages);
		if (!error)
			error = read_number(CONNTRACK_MAX, &value);
	}
	/* The kernel takes what it can hold, which is not always what was written. */
	if (!error && value < wanted) {
		sluice_message_error(messages, NULL, "the kernel tracks at most %" PRIu64
				     " connections, the policy needs %" PRIu64, value, wanted);
		error = -ENOSPC;
	}
	if (error)
		sluice_message_hint(messages, "lower concurrent_connections in the policy, or give "
				    "the machine more memory");
	else
		sluice_message_note(messages, NULL, "%" PRIu64 " of %" PRIu64 " connections",
				    connections, value);
	return error;
}
