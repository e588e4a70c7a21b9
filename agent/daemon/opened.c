// SPDX-License-Identifier: GPL-2.0-or-later
/* What is open, and whose word is still missing; see opened.h. */
#include "daemon/opened.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

#define HEAD "sluice-opened 1\nboot "

static struct sluice_opening *find(struct sluice_opening *list, size_t count, const char *name,
				   uint64_t now)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].name, name) && list[i].until > now)
			return &list[i];
	return NULL;
}

const struct sluice_opening *sluice_opened_find(const struct sluice_opened *opened,
						const char *name, uint64_t now)
{
	return find(((struct sluice_opened *)opened)->item, opened->count, name, now);
}

/* Forget what has ended, and @name. */
static void sweep(struct sluice_opening *list, size_t *count, const char *name, uint64_t now)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++)
		if (list[i].until > now && strcmp(list[i].name, name))
			list[kept++] = list[i];
	*count = kept;
}

static int put(struct sluice_opening *list, size_t *count, const struct sluice_opening *one,
	       uint64_t now)
{
	sweep(list, count, one->name, now);
	if (*count == SLUICE_OPENED_MAX)
		return -E2BIG;
	list[(*count)++] = *one;
	return 0;
}

int sluice_opened_ask(struct sluice_opened *opened, const struct sluice_opening *wish,
		      unsigned int persons, uint64_t now)
{
	struct sluice_opening *half = find(opened->half, opened->halves, wish->name, now);
	struct sluice_opening one = *wish;
	int error;

	one.second = SLUICE_NOBODY;
	if (persons > 1 && (!half || half->uid == wish->uid)) {
		one.until = now + SLUICE_SECOND_MS;
		error = put(opened->half, &opened->halves, &one, now);
		return error ? error : -EINPROGRESS;
	}
	if (persons > 1) {
		one.uid = half->uid;
		one.second = wish->uid;
		one.ms = half->ms < wish->ms ? half->ms : wish->ms;
	}
	one.until = now + one.ms;
	error = put(opened->item, &opened->count, &one, now);
	if (!error)
		sweep(opened->half, &opened->halves, wish->name, now);
	return error;
}

bool sluice_opened_drop(struct sluice_opened *opened, const char *name, uint64_t now)
{
	bool was = find(opened->item, opened->count, name, now);

	sweep(opened->item, &opened->count, name, now);
	sweep(opened->half, &opened->halves, name, now);
	return was;
}

char *sluice_opened_print(const struct sluice_opened *opened, const char *boot, uint64_t now)
{
	char *text = sluice_format(HEAD "%s\n", boot), *longer;

	for (size_t i = 0; i < opened->count; i++) {
		const struct sluice_opening *one = &opened->item[i];

		if (one->until <= now)
			continue;
		longer = sluice_format("%s%s %" PRIu64 " %" PRIu64 " %" PRIu32 " %" PRIu32 " %s\n",
				       text, one->name, one->until, one->ms, one->uid, one->second,
				       one->why);
		free(text);
		text = longer;
	}
	return text;
}

static bool parse_one(const char *line, struct sluice_opening *one)
{
	int end = 0;

	*one = (struct sluice_opening){};
	if (sscanf(line, "%63s %" SCNu64 " %" SCNu64 " %" SCNu32 " %" SCNu32 "%n", one->name,
		   &one->until, &one->ms, &one->uid, &one->second, &end) != 5 ||
	    line[end] != ' ' || strlen(line + end + 1) > SLUICE_WHY_MAX)
		return false;
	strcpy(one->why, line + end + 1);
	return true;
}

void sluice_opened_parse(struct sluice_opened *opened, char *text, const char *boot, uint64_t now)
{
	char *head = sluice_format(HEAD "%s\n", boot), *rest = text + strlen(head), *line;
	struct sluice_opening one;

	*opened = (struct sluice_opened){};
	if (strncmp(text, head, strlen(head)))
		rest = NULL;
	free(head);
	while ((line = strsep(&rest, "\n")) && *line && parse_one(line, &one))
		if (one.until > now && one.until - now <= one.ms)
			put(opened->item, &opened->count, &one, now);
}
