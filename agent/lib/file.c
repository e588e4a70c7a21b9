// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"

/* What stands before the text: the path, unless the messages are about that file anyway. */
static const char *before(const struct sluice_messages *messages, const char *path)
{
	return messages->file && !strcmp(messages->file, path) ? "" : path;
}

static int refuse(struct sluice_messages *messages, const char *path, const char *what, int error)
{
	path = before(messages, path);
	sluice_message_error(messages, NULL, "%s%scannot %s: %s", path, *path ? ": " : "", what,
			     strerror(error));
	return -error;
}

/* Reads until the end or one byte beyond @length, which tells that the file grew. */
static ssize_t read_all(int file, uint8_t *bytes, size_t length)
{
	size_t done = 0;
	ssize_t got;

	while (done < length) {
		got = read(file, bytes + done, length - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static int read_within(int file, size_t maximum, uint8_t **bytes, size_t *length, const char *path,
		       struct sluice_messages *messages)
{
	struct stat status;
	uint8_t *buffer;
	ssize_t got;

	if (fstat(file, &status) < 0)
		return refuse(messages, path, "be examined", errno);
	if (!S_ISREG(status.st_mode)) {
		path = before(messages, path);
		sluice_message_error(messages, NULL, "%s%snot a regular file", path,
				     *path ? ": " : "");
		return -EINVAL;
	}
	if ((uintmax_t)status.st_size > maximum) {
		path = before(messages, path);
		sluice_message_error(messages, NULL, "%s%s%jd bytes, at most %zu are read", path,
				     *path ? ": " : "", (intmax_t)status.st_size, maximum);
		return -E2BIG;
	}
	buffer = sluice_allocate((size_t)status.st_size + 1, 1);
	got = read_all(file, buffer, (size_t)status.st_size + 1);
	if (got != status.st_size) {
		free(buffer);
		return refuse(messages, path, "be read", got < 0 ? (int)-got : EBUSY);
	}
	*bytes = buffer;
	*length = (size_t)got;
	return 0;
}

int sluice_file_load(const char *path, size_t maximum, uint8_t **bytes, size_t *length,
		     struct sluice_messages *messages)
{
	/* Not blocking: a pipe by that name must not hang the reader; it is refused below. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int error;

	if (file < 0)
		return refuse(messages, path, "be opened", errno);
	error = read_within(file, maximum, bytes, length, path, messages);
	close(file);
	return error;
}

static int write_all(int file, const uint8_t *bytes, size_t length)
{
	ssize_t wrote;

	while (length) {
		wrote = write(file, bytes, length);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -errno;
		bytes += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

/* The folder of a path, opened so that its entries can be made durable. */
static int open_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int file;

	if (!slash)
		return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	folder = sluice_format("%.*s", slash == path ? 1 : (int)(slash - path), path);
	file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	return file;
}

static int write_beside(int folder, const char *beside, const void *bytes, size_t length,
			mode_t mode)
{
	int file, error;

	/* What a crash left behind under this name is ours alone to remove. */
	if (unlinkat(folder, beside, 0) < 0 && errno != ENOENT)
		return -errno;
	file = openat(folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return -errno;
	error = write_all(file, bytes, length);
	if (!error && fchmod(file, mode) < 0)
		error = -errno;
	if (!error && fsync(file) < 0)
		error = -errno;
	if (close(file) < 0 && !error)
		error = -errno;
	return error;
}

static int replace_in(int folder, const char *name, const char *beside, const void *bytes,
		      size_t length, mode_t mode)
{
	struct stat status;
	int error;

	if (!fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) && !S_ISREG(status.st_mode))
		return -EEXIST;
	error = write_beside(folder, beside, bytes, length, mode);
	if (!error && renameat(folder, beside, folder, name) < 0)
		error = -errno;
	if (error) {
		unlinkat(folder, beside, 0);
		return error;
	}
	return fsync(folder) < 0 ? -errno : 0;
}

int sluice_file_replace(const char *path, const void *bytes, size_t length, mode_t mode,
			struct sluice_messages *messages)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char *beside;
	int folder, error;

	if (!*name)
		return refuse(messages, path, "be written", EISDIR);
	folder = open_folder(path);
	if (folder < 0)
		return refuse(messages, path, "be written", errno);
	beside = sluice_format(".%s.new-%d", name, (int)getpid());
	error = replace_in(folder, name, beside, bytes, length, mode);
	free(beside);
	close(folder);
	return error ? refuse(messages, path, "be written", -error) : 0;
}

int sluice_file_remove(const char *path)
{
	int folder = open_folder(path), error = 0;

	if (folder < 0)
		return -errno;
	if ((unlink(path) < 0 && errno != ENOENT) || fsync(folder) < 0)
		error = -errno;
	close(folder);
	return error;
}
