// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names on the BPF file system: what keeps the gate alive without a process.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "agent/gate/inside.h"
#include "agent/lib/memory.h"

int gate_pin_folder(const char *folder, struct sluice_messages *messages)
{
	struct statfs where;

	if (mkdir(folder, 0700) && errno != EEXIST) {
		int error = errno;

		sluice_message_error(messages, NULL, "cannot make the folder %s for the gate: %s",
				     folder, strerror(error));
		return -error;
	}
	if (statfs(folder, &where) || where.f_type != BPF_FS_MAGIC) {
		sluice_message_error(messages, NULL,
				     "%s is not on a BPF file system, so nothing could outlive this process",
				     folder);
		sluice_message_hint(messages, "mount -t bpf bpf /sys/fs/bpf");
		return -EINVAL;
	}
	return 0;
}

int gate_pin_get(const char *folder, const char *name)
{
	char *path = sluice_format("%s/%s", folder, name);
	int fd = bpf_obj_get(path);

	if (fd < 0)
		fd = -errno;
	free(path);
	return fd;
}

/* Pinned aside and renamed, so that the name never misses. */
int gate_pin_put(const char *folder, const char *name, int fd)
{
	char *path = sluice_format("%s/%s", folder, name);
	char *aside = sluice_format("%s/new-%s", folder, name);
	int error = 0;

	unlink(aside);
	if (bpf_obj_pin(fd, aside) || rename(aside, path))
		error = -errno;
	free(aside);
	free(path);
	return error;
}

int gate_pin_drop(const char *folder, const char *name)
{
	char *path = sluice_format("%s/%s", folder, name);
	int error = unlink(path) && errno != ENOENT ? -errno : 0;

	free(path);
	return error;
}

static int visit_name(const char *name, const char *prefix,
		      int (*visit)(void *context, const char *name, unsigned int number),
		      void *context)
{
	size_t length = strlen(prefix);
	unsigned long number;
	char *end;

	if (strncmp(name, prefix, length))
		return 0;
	number = strtoul(name + length, &end, 10);
	if (end == name + length || *end || number > UINT32_MAX)
		return 0;
	return visit(context, name, (unsigned int)number);
}

int gate_pin_each(const char *folder, const char *prefix,
		  int (*visit)(void *context, const char *name, unsigned int number),
		  void *context)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	int answer = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < count; i++) {
		if (answer >= 0)
			answer = visit_name(entries[i]->d_name, prefix, visit, context);
		free(entries[i]);
	}
	free(entries);
	return answer < 0 ? answer : 0;
}
