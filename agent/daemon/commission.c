// SPDX-License-Identifier: GPL-2.0-or-later
/* Which card is which port; see commission.h. */
#include "daemon/commission.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/keep.h"
#include "lib/memory.h"

#define NAME "ports"
#define HEAD "sluice-ports 1"

/* ---- On disk: a line for each name ---- */

static bool parse_line(struct sluice_commission *commission, char *line)
{
	const char *device = strsep(&line, " ");

	return line && *device && strlen(device) < sizeof(commission->port[0].device) &&
	       *line && strlen(line) < SLUICE_PLUG_TEXT &&
	       !sluice_commission_known(commission, device) &&
	       !sluice_commission_take(commission, device, line);
}

static bool parse(struct sluice_commission *commission, char *text)
{
	const char *head = strsep(&text, "\n");
	char *line;

	if (strcmp(head, HEAD))
		return false;
	while ((line = strsep(&text, "\n")))
		if (*line ? !parse_line(commission, line) : text != NULL)
			return false;
	return true;
}

static int refuse_damaged(struct sluice_commission *commission, const char *folder,
			  struct sluice_messages *messages)
{
	commission->count = 0;
	sluice_message_error(messages, NULL, "%s/" NAME ": it does not tell which card is which port",
			     folder);
	sluice_message_hint(messages, "compare the cards with the policy's ports, then remove it and "
				      "%s/copy/" NAME ": they are commissioned as they are plugged then",
			    folder);
	return -EBADMSG;
}

int sluice_commission_load(struct sluice_commission *commission, const char *folder,
			   struct sluice_messages *messages)
{
	char *text = NULL;
	int error;

	if (commission->is_loaded)
		return 0;
	error = sluice_keep_load(folder, NAME, &text, messages);
	if (error == -EBADMSG || (text && !parse(commission, text)))
		error = refuse_damaged(commission, folder, messages);
	commission->is_loaded = !error;
	commission->is_changed = false;
	free(text);
	return error;
}

static char *write_text(const struct sluice_commission *commission)
{
	char *text = sluice_copy_text(HEAD "\n"), *longer;

	for (size_t i = 0; i < commission->count; i++) {
		longer = sluice_format("%s%s %s\n", text, commission->port[i].device,
				       commission->port[i].identity);
		free(text);
		text = longer;
	}
	return text;
}

int sluice_commission_store(struct sluice_commission *commission, const char *folder,
			    struct sluice_messages *messages)
{
	char *text;
	int error = 0;

	if (!commission->is_changed)
		return 0;
	text = write_text(commission);
	error = sluice_keep_store(folder, NAME, text, messages);
	commission->is_changed = error;
	free(text);
	return error;
}

/* ---- Looking and changing ---- */

static size_t find(const struct sluice_commission *commission, const char *device)
{
	size_t i;

	for (i = 0; i < commission->count; i++)
		if (!strcmp(commission->port[i].device, device))
			break;
	return i;
}

const char *sluice_commission_known(const struct sluice_commission *commission, const char *device)
{
	size_t i = find(commission, device);

	return i < commission->count ? commission->port[i].identity : NULL;
}

enum sluice_fit sluice_commission_fit(const struct sluice_commission *commission,
				      const char *device, char identity[SLUICE_PLUG_TEXT])
{
	const char *known = sluice_commission_known(commission, device);
	int error = sluice_plug_identity(device, identity);

	if (error)
		identity[0] = '\0';
	if (error == -ENODEV)
		return SLUICE_FIT_ABSENT;
	if (error || !commission->is_loaded)
		return SLUICE_FIT_UNKNOWN;
	if (!known)
		return SLUICE_FIT_NEW;
	return strcmp(known, identity) ? SLUICE_FIT_OTHER : SLUICE_FIT_SAME;
}

int sluice_commission_take(struct sluice_commission *commission, const char *device,
			   const char *identity)
{
	size_t i = find(commission, device);

	if (i == SLUICE_COMMISSION_MAX)
		return -ENOSPC;
	if (i == commission->count)
		commission->count++;
	snprintf(commission->port[i].device, sizeof(commission->port[i].device), "%s", device);
	snprintf(commission->port[i].identity, sizeof(commission->port[i].identity), "%s",
		 identity);
	commission->is_changed = true;
	return 0;
}

void sluice_commission_prune(struct sluice_commission *commission,
			     bool (*is_needed)(const char *device, const void *context),
			     const void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < commission->count; i++)
		if (is_needed(commission->port[i].device, context))
			commission->port[kept++] = commission->port[i];
	commission->is_changed = commission->is_changed || kept != commission->count;
	commission->count = kept;
}
