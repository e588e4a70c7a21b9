// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opened conduits: one person, two persons, time, and the list over another sluiced of the same boot.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/opened.h"
#include "lib/memory.h"
#include "tests/lib/ktap.h"

#define MINUTE 60000

static struct sluice_opening wish(const char *name, uint32_t uid, uint64_t minutes)
{
	struct sluice_opening made = {.uid = uid, .ms = minutes * MINUTE, .why = "pump 3 stands"};

	strcpy(made.name, name);
	return made;
}

static int ask(struct sluice_opened *opened, const char *name, uint32_t uid, uint64_t minutes,
	       unsigned int persons, uint64_t at)
{
	struct sluice_opening made = wish(name, uid, minutes);

	return sluice_opened_ask(opened, &made, persons, at * MINUTE);
}

static bool is_open(const struct sluice_opened *opened, const char *name, uint64_t at)
{
	return sluice_opened_find(opened, name, at * MINUTE) != NULL;
}

static void test_one(void)
{
	struct sluice_opened opened = {};

	ktap_ok(!ask(&opened, "a", 1, 60, 1, 5) && is_open(&opened, "a", 64), "one person opens it");
	ktap_ok(!is_open(&opened, "a", 65), "until its time");
	ktap_ok(!is_open(&opened, "b", 6), "and no other");
	ktap_ok(sluice_opened_drop(&opened, "a", 6 * MINUTE) && !is_open(&opened, "a", 6) &&
		!sluice_opened_drop(&opened, "a", 6 * MINUTE), "closed once");
}

static void test_two(void)
{
	struct sluice_opened opened = {};
	const struct sluice_opening *one;

	ktap_ok(ask(&opened, "a", 1, 60, 2, 5) == -EINPROGRESS && !is_open(&opened, "a", 5),
		"the first of two opens nothing");
	ktap_ok(ask(&opened, "a", 1, 60, 2, 6) == -EINPROGRESS && !is_open(&opened, "a", 6),
		"the same person is no second");
	ktap_ok(ask(&opened, "b", 2, 60, 2, 6) == -EINPROGRESS, "nor one who wants another conduit");
	ktap_ok(ask(&opened, "a", 2, 30, 2, 16) == -EINPROGRESS, "nor one who comes after 10 minutes");
	ktap_ok(!ask(&opened, "a", 1, 60, 2, 25), "who comes in time is");
	one = sluice_opened_find(&opened, "a", 25 * MINUTE);
	ktap_ok(one && one->uid == 2 && one->second == 1 && one->ms == 30 * MINUTE &&
		!is_open(&opened, "a", 55), "both are known, and the shorter time counts");
	sluice_opened_drop(&opened, "a", 26 * MINUTE);
	ktap_ok(ask(&opened, "a", 1, 60, 2, 26) == -EINPROGRESS, "closed, it takes two again");
}

static void test_text(void)
{
	struct sluice_opened opened = {}, read = {};
	char *text, *copy;

	ask(&opened, "a", 1, 60, 1, 5);
	ask(&opened, "b", 1, 5, 1, 5);
	text = sluice_opened_print(&opened, "boot-1", 6 * MINUTE);
	copy = sluice_copy_text(text);
	sluice_opened_parse(&read, copy, "boot-1", 11 * MINUTE);
	free(copy);
	ktap_ok(is_open(&read, "a", 11) && !is_open(&read, "b", 11) && read.count == 1,
		"another sluiced knows what is still open");
	copy = sluice_copy_text(text);
	sluice_opened_parse(&read, copy, "boot-2", 6 * MINUTE);
	free(copy);
	ktap_ok(!read.count, "another boot opens nothing");
	copy = sluice_copy_text("sluice-opened 1\nboot boot-1\na 99999999999 60000 1 2 w\n");
	sluice_opened_parse(&read, copy, "boot-1", MINUTE);
	free(copy);
	ktap_ok(!read.count, "a time longer than was asked for is not believed");
	free(text);
}

static void test_bound(void)
{
	struct sluice_opened opened = {};
	char name[2] = "0";
	int error = 0;

	for (int i = 0; !error && i <= SLUICE_OPENED_MAX; i++, name[0]++)
		error = ask(&opened, name, 1, 60, 1, 5);
	ktap_ok(error == -E2BIG && opened.count == SLUICE_OPENED_MAX, "the list is bounded");
	ktap_ok(!ask(&opened, "a", 1, 60, 1, 66), "what has ended makes room");
}

int main(void)
{
	test_one();
	test_two();
	test_text();
	test_bound();
	return ktap_done();
}
