// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a time daemon does to the kernel's clock, for machines that have none.
 *
 *	clock synchronise	the clock is right, to a millisecond
 *	clock lose		no time source any more
 *	clock step SECONDS	shift it by adjtimex(), which leaves it synchronised
 *
 * Setting the clock is date(1)'s work; the kernel then takes synchronisation away itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

static int change(struct timex *timex)
{
	if (adjtimex(timex) >= 0)
		return 0;
	perror("clock: adjtimex");
	return 1;
}

int main(int count, char **words)
{
	struct timex timex = {};

	if (count == 2 && !strcmp(words[1], "synchronise")) {
		timex.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR;
		timex.status = STA_PLL;
		timex.maxerror = timex.esterror = 1000;
		return change(&timex);
	}
	if (count == 2 && !strcmp(words[1], "lose")) {
		timex.modes = ADJ_STATUS;
		timex.status = STA_UNSYNC;
		return change(&timex);
	}
	if (count == 3 && !strcmp(words[1], "step")) {
		timex.modes = ADJ_SETOFFSET;
		timex.time.tv_sec = atol(words[2]);
		return change(&timex);
	}
	fputs("usage: clock synchronise | lose | step SECONDS\n", stderr);
	return 2;
}
