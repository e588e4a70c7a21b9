// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state record over power cuts.
 *
 * The program's own open, write, fsync and rename are put before those of the C library. They do
 * the real thing and keep a model of the disk beside it: what of a file and of a folder is durable,
 * and what the power would take. After every single call the cut is played three ways (nothing that
 * was not synced survives; names survive and content does not; everything survives), and what is
 * left must load as the old record or the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/state.h"
#include "lib/memory.h"
#include "tests/lib/ktap.h"

#define INODES 64
#define NAMES 16
#define FILES 256
#define CUTS 256
#define BYTES 4096

struct inode {
	char now[BYTES];
	size_t now_length;
	char durable[BYTES];
	size_t durable_length;
};

struct name {
	char path[128];
	int inode;	/* -1: not there */
};

struct disk {
	struct inode inodes[INODES];
	int inode_count;
	struct name now[NAMES];
	struct name durable[NAMES];
};

enum survival { NOTHING_VOLATILE, NAMES_ONLY, EVERYTHING, SURVIVALS };

static struct disk disk;
static struct disk cuts[CUTS];
static int cut_count;
static bool recording;
static int inode_of_file[FILES];
static char path_of_file[FILES][128];
static char folder[64];

/* ---- The disk ---- */

static struct name *entry(struct name *names, const char *path)
{
	struct name *free_one = NULL;

	for (int i = 0; i < NAMES; i++) {
		if (!strcmp(names[i].path, path))
			return &names[i];
		if (!free_one && !names[i].path[0])
			free_one = &names[i];
	}
	snprintf(free_one->path, sizeof(free_one->path), "%s", path);
	free_one->inode = -1;
	return free_one;
}

static void cut_here(void)
{
	if (recording && cut_count < CUTS)
		cuts[cut_count++] = disk;
}

static void sync_folder(const char *path)
{
	size_t length = strlen(path);

	for (int i = 0; i < NAMES; i++)
		if (!strncmp(disk.now[i].path, path, length) && disk.now[i].path[length] == '/' &&
		    !strchr(disk.now[i].path + length + 1, '/'))
			*entry(disk.durable, disk.now[i].path) = disk.now[i];
}

/* ---- In front of the C library ---- */

static void absolute(int at, const char *path, char *full)
{
	if (*path == '/' || at == AT_FDCWD)
		snprintf(full, 128, "%s", path);
	else
		snprintf(full, 128, "%s/%s", path_of_file[at], path);
}

static int opened(int file, const char *full, int flags)
{
	if (!recording || file < 0 || file >= FILES)
		return file;
	snprintf(path_of_file[file], sizeof(path_of_file[file]), "%s", full);
	inode_of_file[file] = -1;
	if (flags & O_CREAT) {
		inode_of_file[file] = disk.inode_count++;
		entry(disk.now, full)->inode = inode_of_file[file];
		cut_here();
	}
	return file;
}

int openat(int at, const char *path, int flags, ...)
{
	char full[128];

	absolute(at, path, full);
	return opened((int)syscall(SYS_openat, at, path, flags, 0600), full, flags);
}

int open(const char *path, int flags, ...)
{
	return openat(AT_FDCWD, path, flags, 0600);
}

ssize_t write(int file, const void *bytes, size_t length)
{
	ssize_t wrote = syscall(SYS_write, file, bytes, length);
	struct inode *inode;

	if (!recording || wrote <= 0 || file >= FILES || inode_of_file[file] < 0 ||
	    !path_of_file[file][0])
		return wrote;
	inode = &disk.inodes[inode_of_file[file]];
	memcpy(inode->now + inode->now_length, bytes, (size_t)wrote);
	inode->now_length += (size_t)wrote;
	cut_here();
	return wrote;
}

int fsync(int file)
{
	struct inode *inode;

	if (!recording || file >= FILES)
		return 0;
	if (inode_of_file[file] >= 0) {
		inode = &disk.inodes[inode_of_file[file]];
		memcpy(inode->durable, inode->now, sizeof(inode->durable));
		inode->durable_length = inode->now_length;
	} else {
		sync_folder(path_of_file[file]);
	}
	cut_here();
	return 0;
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
	int result = (int)syscall(SYS_renameat2, from_at, from, to_at, to, 0);
	char full_from[128], full_to[128];

	if (recording && !result) {
		absolute(from_at, from, full_from);
		absolute(to_at, to, full_to);
		entry(disk.now, full_to)->inode = entry(disk.now, full_from)->inode;
		entry(disk.now, full_from)->inode = -1;
		cut_here();
	}
	return result;
}

int unlinkat(int at, const char *path, int flags)
{
	int result = (int)syscall(SYS_unlinkat, at, path, flags);
	char full[128];

	if (recording && !result) {
		absolute(at, path, full);
		entry(disk.now, full)->inode = -1;
		cut_here();
	}
	return result;
}

/* ---- After the cut ---- */

static void put_file(const char *path, const char *bytes, size_t length)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC);

	if (file < 0 || write(file, bytes, length) != (ssize_t)length)
		abort();
	close(file);
}

static void remove_folder(void)
{
	char command[160];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command))
		abort();
}

static void clear_folder(void)
{
	char copy[80];

	remove_folder();
	snprintf(copy, sizeof(copy), "%s/copy", folder);
	if (mkdir(folder, 0700) || mkdir(copy, 0700))
		abort();
}

static void restore(const struct disk *cut, enum survival survival)
{
	const struct name *names = survival == NOTHING_VOLATILE ? cut->durable : cut->now;

	clear_folder();
	for (int i = 0; i < NAMES; i++) {
		const struct inode *inode;

		if (!names[i].path[0] || names[i].inode < 0)
			continue;
		inode = &cut->inodes[names[i].inode];
		if (survival == EVERYTHING)
			put_file(names[i].path, inode->now, inode->now_length);
		else
			put_file(names[i].path, inode->durable, inode->durable_length);
	}
}

static bool same(const struct sluice_state_file *a, const struct sluice_state_file *b)
{
	return a->sequence == b->sequence && a->floor_version == b->floor_version &&
	       !memcmp(a->confirmed, b->confirmed, sizeof(a->confirmed)) &&
	       !memcmp(a->candidate, b->candidate, sizeof(a->candidate));
}

/* Return: 'o' old, 'n' new, '-' neither. */
static char load(const struct sluice_state_file *old, const struct sluice_state_file *new)
{
	struct sluice_state_file state = {};
	struct sluice_messages messages;
	int error;

	sluice_messages_init(&messages, NULL);
	error = sluice_state_load(folder, &state, &messages);
	sluice_messages_release(&messages);
	if (error)
		return '-';
	if (same(&state, new))
		return 'n';
	return same(&state, old) ? 'o' : '-';
}

static bool store(struct sluice_state_file *state)
{
	struct sluice_messages messages;
	bool good;

	sluice_messages_init(&messages, NULL);
	good = !sluice_state_store(folder, state, &messages) && !messages.count;
	sluice_messages_release(&messages);
	return good;
}

static void begin(const struct sluice_state_file *old)
{
	memset(&disk, 0, sizeof(disk));
	cut_count = 0;
	clear_folder();
	recording = true;
	if (old->sequence) {
		struct sluice_state_file copy = *old;

		copy.sequence--;
		store(&copy);
		cut_count = 0;
	}
	cut_here();
}

static void play(const char *what, struct sluice_state_file old, struct sluice_state_file new)
{
	int neither = 0, old_ones = 0, new_ones = 0, unstable = 0;
	bool stored;

	begin(&old);
	stored = store(&new);
	recording = false;
	ktap_ok(stored, "%s: it is written", what);
	for (int i = 0; i < cut_count; i++) {
		for (int survival = 0; survival < SURVIVALS; survival++) {
			char first, second;

			restore(&cuts[i], (enum survival)survival);
			first = load(&old, &new);
			second = load(&old, &new);
			neither += first == '-';
			old_ones += first == 'o';
			new_ones += first == 'n';
			unstable += first != second;
			if (i == cut_count - 1 && first != 'n')
				ktap_ok(false, "%s: what was reported as written is there", what);
		}
	}
	ktap_ok(!neither, "%s: %d cuts three ways: %d old, %d new, %d neither", what, cut_count,
		old_ones, new_ones, neither);
	ktap_ok(old_ones && new_ones, "%s: both happened", what);
	ktap_ok(!unstable, "%s: what was read once is read again", what);
}

/* ---- Damage ---- */

static void put_copy(int copy, const char *bytes, size_t length)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%sstate", folder, copy ? "copy/" : "");
	put_file(path, bytes, length);
}

static void damage(int copy, const char *what)
{
	put_copy(copy, what, strlen(what));
}

/* Writes it and reads the first copy. Return: its length, or -1. */
static ssize_t bytes_of(struct sluice_state_file *state, char bytes[BYTES])
{
	char path[128];
	ssize_t length;
	int file;

	clear_folder();
	store(state);
	snprintf(path, sizeof(path), "%s/state", folder);
	file = open(path, O_RDONLY);
	length = read(file, bytes, BYTES);
	close(file);
	return length;
}

/* Both copies are whole and of another time. */
static void play_order(struct sluice_state_file old, struct sluice_state_file new)
{
	char bytes[BYTES];
	ssize_t length = bytes_of(&old, bytes);

	new.sequence = old.sequence;
	store(&new);
	for (int copy = 0; copy < 2 && length > 0; copy++) {
		put_copy(copy, bytes, (size_t)length);
		ktap_ok(load(&old, &new) == 'n', "copy %d is the older one: the other is the truth",
			copy + 1);
	}
}

static void play_damage(struct sluice_state_file state)
{
	struct sluice_state_file other = {};

	clear_folder();
	store(&state);
	damage(0, "");
	ktap_ok(load(&other, &state) == 'n', "an emptied first copy is mended from the second");
	damage(1, "sluice-state 1\nsequence 99\n");
	ktap_ok(load(&other, &state) == 'n', "a cut second copy with a higher number is not believed");
	ktap_ok(load(&other, &state) == 'n', "and was mended");
	damage(0, "x");
	damage(1, "x");
	ktap_ok(load(&other, &state) == '-', "two damaged copies are refused, not taken for a new gateway");
	clear_folder();
	ktap_ok(load(&other, &state) == 'o', "no copy at all is a new gateway");
}

static void play_bits(struct sluice_state_file state)
{
	struct sluice_state_file other = {};
	char bytes[BYTES];
	ssize_t length = bytes_of(&state, bytes);
	int believed = 0;

	for (ssize_t i = 0; i < length; i++) {
		clear_folder();
		bytes[i] ^= 1;
		put_copy(0, bytes, (size_t)length);
		bytes[i] ^= 1;
		believed += load(&other, &state) != '-';
	}
	ktap_ok(length > 0 && !believed, "one flipped bit in any of %zd bytes: refused", length);
}

int main(void)
{
	struct sluice_state_file none = {}, first = {}, second;

	snprintf(folder, sizeof(folder), "/tmp/daemon_state_test.%d", (int)getpid());
	memset(first.confirmed, 0x11, sizeof(first.confirmed));
	first.floor_version = 7;
	play("the first record", none, first);
	first.sequence = 1;
	second = first;
	memset(second.candidate, 0x22, sizeof(second.candidate));
	second.floor_version = 8;
	play("the next record", first, second);
	play_order(first, second);
	play_damage(first);
	play_bits(first);
	remove_folder();
	return ktap_done();
}
