/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The watch: looks, once a second, at what a hook cannot see: the agent's silence, a zoned port
 * without gate, and paths that go round the hooks.
 */
#ifndef SLUICE_WATCH_H
#define SLUICE_WATCH_H

#include "netns.h"

void sluice_watch(struct work_struct *work);

/* The agent lives, and sees these layers in place. Control. */
void sluice_heartbeat(struct sluice_net *sn, u32 layers);

/**
 * sluice_heartbeat_age - milliseconds since the last one
 * @sn: namespace
 * @age: receives it
 *
 * Return: false before the first.
 */
bool sluice_heartbeat_age(const struct sluice_net *sn, u64 *age);

#endif /* SLUICE_WATCH_H */
