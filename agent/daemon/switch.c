// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers of the kernel; see switch.h. */
#include "daemon/switch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int sluice_switch_read(const char *path, uint64_t *value)
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

int sluice_switch_write(const char *path, uint64_t value, struct sluice_messages *messages)
{
	int file = open(path, O_WRONLY | O_CLOEXEC), error = 0;
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	if (file < 0 || write(file, text, strlen(text)) < 0)
		error = -errno;
	if (file >= 0)
		close(file);
	if (error && messages)
		sluice_message_error(messages, NULL, "%s: cannot be set to %" PRIu64 ": %s", path,
				     value, strerror(-error));
	return error;
}
