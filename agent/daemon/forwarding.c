// SPDX-License-Identifier: GPL-2.0-or-later
/* Forwarding; see forwarding.h. */
#include "daemon/forwarding.h"

#include <errno.h>

#include "daemon/switch.h"

#define FORWARD_V4 "/proc/sys/net/ipv4/ip_forward"
#define FORWARD_V6 "/proc/sys/net/ipv6/conf/all/forwarding"

static int set(const char *path, uint64_t wanted, struct sluice_messages *messages)
{
	uint64_t value = 0;
	int error = sluice_switch_read(path, &value);

	if (error == -ENOENT || (!error && value == wanted))
		return 0;
	return sluice_switch_write(path, wanted, messages);
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

	sluice_switch_read(FORWARD_V4, &v4);
	sluice_switch_read(FORWARD_V6, &v6);
	return v4 || v6;
}
