// SPDX-License-Identifier: GPL-2.0-or-later
/* Network namespaces by name; see zone.h. */
#include "tests/netns/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

int zone_enter(const char *name)
{
	char path[128];
	int fd, error;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = setns(fd, CLONE_NEWNET) ? -errno : 0;
	close(fd);
	return error;
}
