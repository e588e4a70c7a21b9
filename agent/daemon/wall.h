/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wall clock, and whether it may be believed.
 *
 * It is sure while the kernel says that a time source disciplines it to better than a second, no
 * step of more than a minute was seen since that source spoke, and it is not before the lower bound:
 * the newest of build time, last stored time and creation of anything verified, plus the uptime
 * since. The module is told on each change and once a minute; it watches for steps itself as well.
 */
#ifndef SLUICE_DAEMON_WALL_H
#define SLUICE_DAEMON_WALL_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "lib/message.h"

struct sluice_daemon;

/**
 * struct sluice_wall_look - what the kernel says of its clock at one instant
 * @now: CLOCK_REALTIME, seconds
 * @uptime: CLOCK_BOOTTIME, seconds
 * @synchronised: a time source disciplines it
 * @error_us: how far it may be off, microseconds
 */
struct sluice_wall_look {
	int64_t now;
	int64_t uptime;
	bool synchronised;
	uint64_t error_us;
};

/**
 * struct sluice_wall - what is known of the clock
 * @sure: it may be believed
 * @why: sentence, owned; NULL before the first look
 * @since: CLOCK_REALTIME seconds of the last change of @sure
 * @last_sure: CLOCK_REALTIME seconds of the last look at which it was, 0 for never
 * @bound: lower bound at uptime @bound_at, seconds since 1970
 * @bound_at: CLOCK_BOOTTIME seconds
 * @offset: CLOCK_REALTIME - CLOCK_BOOTTIME from which steps are counted, seconds
 * @was_synchronised: at the last look
 * @step: length of a step that no time source has spoken after, 0 for none
 * @looked: there was a look
 * @stored_at: CLOCK_BOOTTIME seconds of the last write, 0 for never
 * @told_at: CLOCK_BOOTTIME seconds when the module was last told, 0 for never
 * @told_sure: what it was told
 * @told_nonce: which load of the module
 * @source: of the timer that a step cancels
 * @file: that timer, or -1
 */
struct sluice_wall {
	bool sure;
	char *why;
	uint64_t since;
	uint64_t last_sure;
	uint64_t bound;
	int64_t bound_at;
	int64_t offset;
	bool was_synchronised;
	int64_t step;
	bool looked;
	int64_t stored_at;
	int64_t told_at;
	bool told_sure;
	uint32_t told_nonce;
	sd_event_source *source;
	int file;
};

/**
 * sluice_wall_judge() - is it sure now
 * @wall: what was known before; changed
 * @look: what the kernel says now
 *
 * Return: true when @wall->sure has changed.
 */
bool sluice_wall_judge(struct sluice_wall *wall, const struct sluice_wall_look *look);

/** sluice_wall_bound() - the time cannot be before this at that uptime, seconds since 1970 */
uint64_t sluice_wall_bound(const struct sluice_wall *wall, int64_t uptime);

/** sluice_wall_raise() - at uptime @uptime it was not before @time; two seconds are left for rounding */
void sluice_wall_raise(struct sluice_wall *wall, uint64_t time, int64_t uptime);

/** sluice_wall_print() - the text that is stored: @time was at @uptime of boot @boot; for free() */
char *sluice_wall_print(uint64_t time, int64_t uptime, const char *boot);

/**
 * sluice_wall_recall() - take what was stored
 * @wall: its bound rises
 * @text: of sluice_wall_print(); changed
 * @uptime: now
 * @boot: this boot
 *
 * Uptime of this boot counts from its beginning when the text is from an earlier one.
 *
 * Return: false when the text is none of ours.
 */
bool sluice_wall_recall(struct sluice_wall *wall, char *text, int64_t uptime, const char *boot);

/**
 * sluice_wall_open() - read what was stored, watch for steps
 * @daemon: daemon with its loop and state folder
 * @messages: receives a warning
 *
 * Return: 0 or a negative errno.
 */
int sluice_wall_open(struct sluice_daemon *daemon, struct sluice_messages *messages);

/** sluice_wall_check() - look, tell the module, store: whatever of it is due */
void sluice_wall_check(struct sluice_daemon *daemon);

/** sluice_wall_close() - store once more */
void sluice_wall_close(struct sluice_daemon *daemon);

/** sluice_wall_now() - what to judge dates by: the clock while it is sure, else the lower bound */
uint64_t sluice_wall_now(const struct sluice_daemon *daemon);

#endif
