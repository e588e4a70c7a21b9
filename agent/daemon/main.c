// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sluiced: brings the layers up in their order, keeps them up, answers sluicectl.
 *
 * Ends on SIGTERM and SIGINT and leaves everything in the kernel as it is: the gateway goes on
 * enforcing, and the next sluiced takes over.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon/control.h"
#include "daemon/crash.h"
#include "daemon/daemon.h"
#include "daemon/denials.h"
#include "daemon/install.h"
#include "daemon/ladder.h"
#include "daemon/watch.h"
#include "lib/memory.h"

#define BEAT_USEC (2 * 1000 * 1000)
#define SOON_USEC (20 * 1000)
/* Comparing whole images and the whole floor costs more than a look at counters. */
#define BEATS_PER_AUDIT 15
#define DENIALS_KEPT 4096
#define OBSERVED_KEPT 256

/* ---- Looking at everything ---- */

static void tell_supervisor(struct sluice_daemon *daemon, bool stands)
{
	const char *why = NULL;

	for (int i = 0; i < SLUICE_STEP_COUNT && !why; i++)
		if (daemon->rungs[i].state == SLUICE_RUNG_FAILED)
			why = daemon->rungs[i].why;
	if (stands && !daemon->ready) {
		daemon->ready = true;
		sd_notify(0, "READY=1");
	}
	sd_notifyf(0, "STATUS=%s%s\nWATCHDOG=1",
		   why ? "not ready: "
		       : daemon->commissioning ? "commissioning: forwarding is closed"
					       : "enforcing",
		   why ? why : "");
}

static void look_at_everything(struct sluice_daemon *daemon)
{
	bool stands = sluice_ladder_run(daemon);

	sluice_wall_check(daemon);
	sluice_watch_sources(daemon);
	sluice_watch_events(daemon);
	sluice_watch_paths(daemon);
	sluice_daemon_pulse(daemon);
	tell_supervisor(daemon, stands);
}

static int on_soon(sd_event_source *source, uint64_t when, void *context)
{
	look_at_everything(context);
	return 0;
}

void sluice_daemon_check_soon(struct sluice_daemon *daemon)
{
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(daemon->check_timer, &enabled);
	if (enabled != SD_EVENT_OFF)
		return;
	sd_event_source_set_time_relative(daemon->check_timer, SOON_USEC);
	sd_event_source_set_enabled(daemon->check_timer, SD_EVENT_ONESHOT);
}

static int on_beat(sd_event_source *source, uint64_t when, void *context)
{
	struct sluice_daemon *daemon = context;

	look_at_everything(daemon);
	if (++daemon->beat % BEATS_PER_AUDIT == 0) {
		sluice_watch_digests(daemon);
		sluice_watch_floor(daemon);
	}
	sd_event_source_set_time_relative(source, BEAT_USEC);
	return 0;
}

/* ---- Coming up ---- */

static int open_loop(struct sluice_daemon *daemon)
{
	static const int signals[] = {SIGTERM, SIGINT};
	sigset_t blocked;
	int error = sd_event_new(&daemon->event);

	sigemptyset(&blocked);
	for (size_t i = 0; i < 2; i++)
		sigaddset(&blocked, signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	for (size_t i = 0; error >= 0 && i < 2; i++)
		error = sd_event_add_signal(daemon->event, NULL, signals[i], NULL, NULL);
	if (error >= 0)
		error = sd_event_add_time_relative(daemon->event, &daemon->check_timer,
						   CLOCK_MONOTONIC, SOON_USEC, 1000, on_soon,
						   daemon);
	if (error >= 0)
		error = sd_event_source_set_enabled(daemon->check_timer, SD_EVENT_OFF);
	return error < 0 ? error : 0;
}

static int start_beating(struct sluice_daemon *daemon)
{
	sd_event_source *source;
	int error;

	error = sd_event_add_time_relative(daemon->event, &source, CLOCK_MONOTONIC, BEAT_USEC, 1000,
					   on_beat, daemon);
	if (error < 0)
		return error;
	error = sd_event_source_set_enabled(source, SD_EVENT_ON);
	if (error >= 0)
		error = sd_event_source_set_floating(source, 1);
	sd_event_source_unref(source);
	return error;
}

/* What cannot be done without at all; everything else is a step of the ladder, tried again. */
static int come_up(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error;

	error = sluice_state_prepare(daemon->config.state, messages);
	if (!error)
		error = sluice_state_load(daemon->config.state, &daemon->state, messages);
	if (!error)
		error = open_loop(daemon);
	if (!error)
		error = sluice_wall_open(daemon, messages);
	if (!error) {
		sluice_island_load(daemon);
		sluice_opened_load(daemon);
	}
	if (!error)
		error = sluice_links_open(&daemon->links, messages);
	if (!error)
		error = sluice_control_open(daemon, messages);
	return error;
}

/*
 * Whatever hinders: the floor comes first, unconditionally, unless a running gateway is taken
 * over.
 */
static int run(struct sluice_daemon *daemon)
{
	struct sluice_messages messages;
	int error;

	daemon->started = sluice_daemon_clock();
	daemon->denials = sluice_denials_new(DENIALS_KEPT);
	daemon->observed = sluice_denials_new(OBSERVED_KEPT);
	sluice_messages_init(&messages, NULL);
	error = come_up(daemon, &messages);
	sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
	if (error)
		return error;
	look_at_everything(daemon);
	error = start_beating(daemon);
	return error < 0 ? error : sd_event_loop(daemon->event);
}

static void go_down(struct sluice_daemon *daemon)
{
	sd_notify(0, "STOPPING=1");
	sluice_install_drop(daemon);
	sluice_control_close(daemon->control);
	sluice_wall_close(daemon);
	sluice_ladder_release(daemon);
	sluice_links_close(daemon->links);
	sluice_denials_free(daemon->observed);
	sluice_denials_free(daemon->denials);
	for (int i = 0; i < SLUICE_INVARIANT_COUNT; i++) {
		free(daemon->invariants[i].what);
		free(daemon->invariants[i].mend);
	}
	sd_event_source_unref(daemon->check_timer);
	sd_event_unref(daemon->event);
	sluice_config_release(&daemon->config);
}

/* ---- Command line ---- */

static const char help[] =
	"sluiced: enforce a zone policy on this gateway\n"
	"\n"
	"  --config FILE         read FILE instead of " SLUICE_CONFIG_PATH "\n"
	"  --test-crash-points   die at the point that SLUICE_CRASH_AT names (for tests)\n"
	"  --version             print the version\n"
	"  --help                print this\n"
	"\n"
	"Ends by SIGTERM and leaves the layers in force. sluiced(8) tells more.\n";

/* Return: -1 to go on, else the exit status. */
static int read_options(int count, char **arguments, const char **config)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"test-crash-points", no_argument, NULL, 't'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{},
	};
	int option;

	while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			*config = optarg;
			break;
		case 't':
			sluice_crash_points_enable();
			break;
		case 'v':
			puts("sluiced " SLUICE_VERSION);
			return 0;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			fputs(help, stderr);
			return 2;
		}
	}
	if (optind == count)
		return -1;
	fprintf(stderr, "sluiced takes no argument \"%s\"\n", arguments[optind]);
	return 2;
}

int main(int count, char **arguments)
{
	struct sluice_daemon *daemon;
	struct sluice_messages messages;
	const char *config = NULL;
	int error = read_options(count, arguments, &config);

	if (error >= 0)
		return error;
	daemon = sluice_allocate(1, sizeof(*daemon));
	sluice_messages_init(&messages, NULL);
	error = sluice_config_load(config, &daemon->config, &messages);
	sluice_messages_print(&messages, stderr);
	sluice_messages_release(&messages);
	if (error) {
		free(daemon);
		return 2;
	}
	error = run(daemon);
	if (error < 0)
		sluice_daemon_log(LOG_ERR, "ends: %s", strerror(-error));
	go_down(daemon);
	free(daemon);
	return error < 0;
}
