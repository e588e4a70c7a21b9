// SPDX-License-Identifier: GPL-2.0-or-later
/* The wall clock: asking the kernel, telling the module, storing; see wall.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/keep.h"

#define NAME "time"
/* A power cut costs at most this much of what is known; flash memory lasts. */
#define STORE_SECONDS (15 * 60)
#define TELL_SECONDS 60
#define FAR_AWAY (1LL << 36)

static int64_t seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec;
}

static void take_look(struct sluice_wall_look *look)
{
	struct timex timex = {};

	adjtimex(&timex);
	look->now = seconds(CLOCK_REALTIME);
	look->uptime = seconds(CLOCK_BOOTTIME);
	look->synchronised = !(timex.status & (STA_UNSYNC | STA_CLOCKERR));
	look->error_us = timex.maxerror > 0 ? (uint64_t)timex.maxerror : 0;
}

/* ---- Steps ---- */

/* A timer that never ends, except that the kernel cancels it when somebody sets the clock. */
static int arm(struct sluice_wall *wall)
{
	struct itimerspec far = {.it_value.tv_sec = FAR_AWAY};

	if (timerfd_settime(wall->file, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL) < 0)
		return -errno;
	return 0;
}

static int on_step(sd_event_source *source, int file, uint32_t events, void *context)
{
	struct sluice_daemon *daemon = context;
	uint64_t expired;

	if (read(file, &expired, sizeof(expired)) < 0 && errno != ECANCELED)
		return 0;
	arm(&daemon->wall);
	sluice_wall_check(daemon);
	return 0;
}

static int watch_steps(struct sluice_daemon *daemon)
{
	struct sluice_wall *wall = &daemon->wall;
	int error;

	wall->file = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (wall->file < 0)
		return -errno;
	error = arm(wall);
	if (!error)
		error = sd_event_add_io(daemon->event, &wall->source, wall->file, EPOLLIN, on_step,
					daemon);
	return error < 0 ? error : 0;
}

/* ---- Disk ---- */

static void read_stored(struct sluice_daemon *daemon)
{
	struct sluice_messages messages;
	char *text = NULL;

	sluice_messages_init(&messages, NULL);
	sluice_keep_load(daemon->config.state, NAME, &text, &messages);
	if (text && !sluice_wall_recall(&daemon->wall, text, seconds(CLOCK_BOOTTIME),
					sluice_daemon_boot()))
		sluice_message_warning(&messages, NULL, "%s/" NAME " is none of ours and is ignored",
				       daemon->config.state);
	sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
	free(text);
}

static void store(struct sluice_daemon *daemon)
{
	struct sluice_wall *wall = &daemon->wall;
	int64_t uptime = seconds(CLOCK_BOOTTIME);
	struct sluice_messages messages;
	char *text;

	if (wall->sure)
		sluice_wall_raise(wall, (uint64_t)seconds(CLOCK_REALTIME), uptime);
	text = sluice_wall_print(sluice_wall_bound(wall, uptime), uptime, sluice_daemon_boot());
	sluice_messages_init(&messages, NULL);
	sluice_keep_store(daemon->config.state, NAME, text, &messages);
	sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
	free(text);
	wall->stored_at = uptime;
}

/* ---- The module ---- */

static bool is_news(const struct sluice_daemon *daemon, int64_t uptime)
{
	const struct sluice_wall *wall = &daemon->wall;

	return wall->told_nonce != daemon->now.nonce || wall->told_sure != wall->sure ||
	       daemon->now.sure != wall->sure || uptime - wall->told_at >= TELL_SECONDS;
}

static void tell(struct sluice_daemon *daemon)
{
	struct sluice_wall *wall = &daemon->wall;
	int64_t uptime = seconds(CLOCK_BOOTTIME);
	struct sluice_messages messages;

	if (!daemon->kernel || !daemon->now.nonce ||
	    !(daemon->now.features & SLUICE_FEATURE_STANDING) || !is_news(daemon, uptime))
		return;
	sluice_messages_init(&messages, NULL);
	if (!sluice_kernel_clock_set(daemon->kernel, wall->sure, sluice_wall_bound(wall, uptime),
				     &messages)) {
		wall->told_at = uptime;
		wall->told_sure = wall->sure;
		wall->told_nonce = daemon->now.nonce;
		daemon->now.sure = wall->sure;
	}
	sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
}

/* ---- Life ---- */

/* Whatever was signed has been made before now. */
static void raise_by_objects(struct sluice_daemon *daemon, int64_t uptime)
{
	struct sluice_wall *wall = &daemon->wall;

	sluice_wall_raise(wall, daemon->state.time, uptime);
	if (daemon->trusted)
		sluice_wall_raise(wall, daemon->trust.manifest.created, uptime);
	for (int i = 0; i < SLUICE_LIVES; i++)
		if (daemon->live[i].held)
			sluice_wall_raise(wall, daemon->live[i].held->manifest.created, uptime);
}

int sluice_wall_open(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error;

	sluice_wall_raise(&daemon->wall, SLUICE_BUILT, seconds(CLOCK_BOOTTIME));
	read_stored(daemon);
	error = watch_steps(daemon);
	if (error)
		sluice_message_error(messages, NULL, "steps of the clock cannot be watched: %s",
				     strerror(-error));
	else
		sluice_wall_check(daemon);
	return error;
}

void sluice_wall_check(struct sluice_daemon *daemon)
{
	struct sluice_wall *wall = &daemon->wall;
	struct sluice_wall_look look;
	bool first = !wall->looked, changed;
	int64_t offset = wall->offset;

	take_look(&look);
	raise_by_objects(daemon, look.uptime);
	changed = sluice_wall_judge(wall, &look);
	if (!first && !wall->sure && offset != wall->offset)
		sluice_daemon_log(LOG_WARNING, "the clock was stepped by %lld s",
				  (long long)(wall->offset - offset));
	if (changed || first)
		sluice_daemon_log(wall->sure ? LOG_INFO : LOG_WARNING, "clock: %s: %s",
				  wall->sure ? "sure" : "unsure", wall->why);
	tell(daemon);
	if ((changed && wall->sure) || !wall->stored_at ||
	    look.uptime - wall->stored_at >= STORE_SECONDS)
		store(daemon);
}

void sluice_wall_close(struct sluice_daemon *daemon)
{
	struct sluice_wall *wall = &daemon->wall;

	if (wall->looked)
		store(daemon);
	sd_event_source_disable_unref(wall->source);
	if (wall->source)
		close(wall->file);
	free(wall->why);
}

uint64_t sluice_wall_now(const struct sluice_daemon *daemon)
{
	const struct sluice_wall *wall = &daemon->wall;

	return wall->sure ? sluice_daemon_clock()
			  : sluice_wall_bound(wall, seconds(CLOCK_BOOTTIME));
}
