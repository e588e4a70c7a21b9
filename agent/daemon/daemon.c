// SPDX-License-Identifier: GPL-2.0-or-later
/* What all parts of the daemon use; see daemon.h. */
#include "daemon/daemon.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "kmod/core/selector.h"
#include "lib/memory.h"

uint64_t sluice_daemon_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec > 0 ? (uint64_t)now.tv_sec : 0;
}

const char *sluice_daemon_boot(void)
{
	static char id[40];
	FILE *file;

	if (*id)
		return id;
	file = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (!file || fscanf(file, "%39s", id) != 1)
		strcpy(id, "unknown");
	if (file)
		fclose(file);
	return id;
}

static uint32_t layers_in_place(const struct sluice_daemon *daemon)
{
	uint32_t layers = SLUICE_LAYER_BIT_MODULE;

	if (daemon->rungs[SLUICE_STEP_GATE].state == SLUICE_RUNG_OK)
		layers |= SLUICE_LAYER_BIT_XDP;
	if (daemon->floor_is_put)
		layers |= SLUICE_LAYER_BIT_NFTABLES;
	return layers;
}

void sluice_daemon_pulse(struct sluice_daemon *daemon)
{
	struct sluice_messages messages;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!daemon->kernel || daemon->pulse == now.tv_sec)
		return;
	daemon->pulse = now.tv_sec;
	sluice_messages_init(&messages, NULL);
	if (sluice_kernel_heartbeat(daemon->kernel, layers_in_place(daemon), &messages))
		sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
}

/* The journal reads the priority from the prefix (sd-daemon(3)). */
void sluice_daemon_log(int priority, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "<%d>", priority);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void sluice_daemon_log_messages(const struct sluice_messages *messages)
{
	for (size_t i = 0; i < messages->count; i++) {
		const struct sluice_message *message = &messages->item[i];

		sluice_daemon_log(message->severity == SLUICE_ERROR ? LOG_ERR : LOG_WARNING,
				  "%s%s%s", message->text, message->hint ? "; " : "",
				  message->hint ? message->hint : "");
	}
}

const struct sluice_live_policy *sluice_daemon_in_force(const struct sluice_daemon *daemon)
{
	const struct sluice_live_policy *trial = &daemon->live[SLUICE_LIVE_TRIAL];
	const struct sluice_live_policy *confirmed = &daemon->live[SLUICE_LIVE_CONFIRMED];

	if (!daemon->kernel)
		return NULL;
	if (daemon->now.state == SLUICE_STATE_TRIAL && trial->held && trial->generation)
		return trial;
	if (daemon->now.state != SLUICE_STATE_ACTIVE && daemon->now.state != SLUICE_STATE_TRIAL)
		return NULL;
	return confirmed->held && confirmed->generation ? confirmed : NULL;
}

const struct sluice_held *sluice_daemon_generation(const struct sluice_daemon *daemon,
						   uint32_t generation)
{
	for (int i = 0; i < SLUICE_LIVES; i++)
		if (generation && daemon->live[i].generation == generation)
			return daemon->live[i].held;
	return NULL;
}

static void tell_module(struct sluice_daemon *daemon, enum sluice_invariant invariant,
			unsigned int ifindex)
{
	struct sluice_record record = {
		.version = SLUICE_RECORD_VERSION,
		.type = SLUICE_RECORD_INVARIANT,
		.layer = invariant == SLUICE_INVARIANT_FLOOR_MISSING ? SLUICE_LAYER_FLOOR
								     : SLUICE_LAYER_UNKNOWN,
		.reason = (uint8_t)invariant,
		.ifindex = ifindex,
	};
	struct sluice_messages messages;

	if (!daemon->kernel)
		return;
	sluice_messages_init(&messages, NULL);
	sluice_kernel_gate_records(daemon->kernel, &record, 1, &messages);
	sluice_messages_release(&messages);
}

void sluice_daemon_raise(struct sluice_daemon *daemon, enum sluice_invariant invariant,
			 unsigned int ifindex, const char *mend, const char *format, ...)
{
	struct sluice_invariant_count *count = &daemon->invariants[invariant];
	va_list arguments;

	free(count->what);
	free(count->mend);
	va_start(arguments, format);
	count->what = sluice_vformat(format, arguments);
	va_end(arguments);
	count->mend = mend ? sluice_copy_text(mend) : NULL;
	count->last = sluice_daemon_clock();
	count->count++;
	sluice_daemon_log(LOG_ALERT, "invariant broken: %s%s%s", count->what, mend ? "; " : "",
			  mend ? mend : "");
	tell_module(daemon, invariant, ifindex);
}
