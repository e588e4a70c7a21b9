// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sluice-floor: nothing crosses this gateway, from before the first interface is up until the agent
 * says otherwise. Started once by sluice-floor.service; a running agent puts its own floor back if
 * this is started again.
 */
#include <stdio.h>
#include <string.h>

#include "agent/floor/floor.h"

static int put_up(struct sluice_messages *messages)
{
	const struct sluice_floor_wish closed = { .level = SLUICE_FLOOR_CLOSED };
	struct sluice_floor *floor;
	int error = sluice_floor_open(messages, &floor);

	if (error)
		return error;
	error = sluice_floor_put(floor, &closed, messages);
	if (!error)
		error = sluice_floor_check(floor, messages);
	sluice_floor_close(floor);
	return error;
}

int main(int argc, char **argv)
{
	struct sluice_messages messages;
	int error;

	if (argc > 1) {
		bool help = !strcmp(argv[1], "--help");

		fputs("usage: sluice-floor\n"
		      "Makes nftables drop everything that would be forwarded or bridged.\n",
		      help ? stdout : stderr);
		return help ? 0 : 2;
	}
	sluice_messages_init(&messages, "sluice-floor");
	error = put_up(&messages);
	sluice_messages_print(&messages, stderr);
	sluice_messages_release(&messages);
	return error ? 1 : 0;
}
