// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory fails, or a copy from or to the program: the Nth of a request, of an activation, of loading the module, for
 * one N after the other. What was refused must not be half done.
 *
 * Needs a kernel with fault injection (Documentation/fault-injection/fault-injection.rst, fail-nth). One may fail that
 * nobody misses; the whole then succeeds, and the next N is tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "raw.h"

#define REFERENCES	"/sys/module/sluice/refcnt"
#define BEYOND		1000000u	/* more allocations than anything makes */

/* What the steps of a sweep came to. */
struct sweep {
	unsigned int refused;		/* for want of memory */
	unsigned int unanswered;	/* done or not, but the answer did not find its way */
	unsigned int missed;		/* an allocation failed and nobody minded */
};

/* Opened once and left open: opening and closing would use up the failure. */
static int fail_nth(void)
{
	static int file = -1;

	if (file < 0)
		file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return file;
}

/* Let the Nth allocation of this thread fail, once. Return: whether the kernel can. */
static bool arm(unsigned int turn)
{
	char text[16];

	return pwrite(fail_nth(), text, (size_t)sprintf(text, "%u", turn), 0) > 0;
}

/* Return: how many allocations were still missing to the one that was to fail; 0 when it came. */
static unsigned int disarm(void)
{
	char text[16] = "";

	if (pread(fail_nth(), text, sizeof(text) - 1, 0) <= 0)
		return 0;
	arm(0);
	return (unsigned int)strtoul(text, NULL, 10);
}

static int tell(const struct sweep *sweep, unsigned int turn, int error)
{
	if (error)
		fprintf(stderr, "allocation %u: ", turn);
	else
		printf("%u refused, %u unanswered, %u not missed, of %u\n", sweep->refused,
		       sweep->unanswered, sweep->missed, turn);
	return error;
}

static unsigned int number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 0);
}

/* The answer did not find its way back: nobody can tell whether it was done. */
static bool is_lost(int error)
{
	return error == -ENOBUFS || error == -EFAULT;
}

/* ---- One request: a port is bound ---- */

/* Whether anything is another thing than before; unknown counts. Takes @before. */
static bool has_changed(struct raw_link *link, char *before)
{
	char *after = raw_fingerprint(link);
	bool changed = !before || !after || strcmp(before, after);

	free(before);
	free(after);
	return changed;
}

/*
 * Once: what is made for a device stays for the next attempt, so another turn needs another device. Prints "refused",
 * "unanswered", "missed", or "whole" when fewer failures were possible than @words[3].
 */
int raw_starve_port(struct raw_link *link, char **words)
{
	uint32_t ifindex = if_nametoindex(words[2]);
	char *before = raw_fingerprint(link);
	unsigned int left;
	int error;

	if (!arm(number(words[3]))) {
		free(before);
		return -EOPNOTSUPP;
	}
	error = raw_bind_port(link, number(words[0]), number(words[1]), ifindex);
	left = disarm();
	if (has_changed(link, before) && error && !is_lost(error))
		return -EUCLEAN;
	puts(error == -ENOMEM ? "refused" : error ? "unanswered" : left ? "whole" : "missed");
	return 0;
}

/* ---- An activation, from the first request to the last ---- */

static long references(void)
{
	FILE *file = fopen(REFERENCES, "re");
	long count = -1;

	if (file && fscanf(file, "%ld", &count) != 1)
		count = -1;
	if (file)
		fclose(file);
	return count;
}

static int activate(struct raw_link *link, struct raw_bundle *bundle)
{
	uint32_t generation = 0;
	int error = raw_stage(link, bundle, &generation);

	if (!error)
		error = raw_bind(link, bundle, generation);
	return error ? error : raw_publish(link, generation, 0);
}

/* What was refused and is given up must leave everything as it was, also who holds the module. */
static int activate_once(struct raw_link *link, struct raw_bundle *bundle, unsigned int turn,
			 struct sweep *sweep)
{
	char *before = raw_fingerprint(link);
	long held = references();
	unsigned int left;
	int error;

	if (!arm(turn)) {
		free(before);
		return -EOPNOTSUPP;
	}
	error = activate(link, bundle);
	left = disarm();
	if (error)
		raw_stage_abort(link);
	if (has_changed(link, before) || references() != held) {
		/* Only a lost answer may leave a policy behind; then all of it is there. */
		if (error && !is_lost(error))
			return -EUCLEAN;
		raw_simple(link, SLUICE_CMD_RELEASE);
	} else if (!error) {
		return -ENODATA;
	}
	sweep->refused += error && !is_lost(error);
	sweep->unanswered += is_lost(error);
	sweep->missed += !error && !left;
	return (int)left;
}

/* The first run tells how many allocations there are; of those as many are tried as there may be steps. */
int raw_starve_activation(struct raw_link *link, char **words)
{
	unsigned int turn, last, stride, steps = number(words[1]);
	static struct raw_bundle bundle;
	struct sweep sweep = { 0 };
	int left;

	raw_bundle_load(words[0], &bundle);
	left = activate_once(link, &bundle, BEYOND, &sweep);
	last = BEYOND - (unsigned int)left;
	stride = left > 0 ? last / steps + 1 : 1;
	for (turn = 1; turn <= last && left >= 0; turn += stride)
		left = activate_once(link, &bundle, turn, &sweep);
	return tell(&sweep, left < 0 ? turn - stride : last, left < 0 ? left : 0);
}

/* ---- Loading ---- */

static bool is_loaded(void)
{
	return !access("/sys/module/sluice", F_OK);
}

/* Return: how many allocations were missing to the one that was to fail, or -errno. */
static int load_once(int file, const char *parameters, unsigned int turn, struct sweep *sweep)
{
	unsigned int left;
	int error;

	if (!arm(turn))
		return -EOPNOTSUPP;
	error = syscall(SYS_finit_module, file, parameters, 0) ? -errno : 0;
	left = disarm();
	if (error && is_loaded())
		return -EUCLEAN;
	if (!error && syscall(SYS_delete_module, "sluice", O_NONBLOCK))
		return -errno;
	sweep->refused += !!error;
	sweep->missed += !error && !left;
	return error && left ? error : (int)left;
}

/*
 * The kernel allocates a thousand times before it comes to what the module itself does, and some ten
 * times after that: only the last ones are tried.
 */
int raw_starve_loading(struct raw_link *link, char **words)
{
	int file = open(words[0], O_RDONLY | O_CLOEXEC);
	unsigned int turn, last, steps = number(words[2]);
	struct sweep sweep = { 0 };
	int left;

	if (file < 0)
		return -errno;
	left = load_once(file, words[1], BEYOND, &sweep);
	last = BEYOND - (unsigned int)left;
	for (turn = left > 0 && last > steps ? last - steps : 1; turn <= last && left >= 0; turn++)
		left = load_once(file, words[1], turn, &sweep);
	close(file);
	return tell(&sweep, left < 0 ? turn - 1 : last, left < 0 ? left : 0);
}
