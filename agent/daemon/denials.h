/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was denied lately: a bounded ring in memory, oldest out first. What was only observed has a ring of
 * its own, so that nobody takes it for a denial.
 *
 * Counters are the truth about how often; this tells what. Entries are JSON as they leave by the
 * control socket, named when they arrived: a later policy may not know the names any more.
 */
#ifndef SLUICE_DAEMON_DENIALS_H
#define SLUICE_DAEMON_DENIALS_H

#include <json-c/json.h>
#include <stdint.h>

struct sluice_denials;

/** sluice_denials_new() - an empty ring for @capacity entries */
struct sluice_denials *sluice_denials_new(size_t capacity);

/** sluice_denials_free() - NULL is allowed */
void sluice_denials_free(struct sluice_denials *denials);

/**
 * sluice_denials_add() - newest entry
 * @denials: ring
 * @entry: taken over; gets the member "sequence"
 */
void sluice_denials_add(struct sluice_denials *denials, struct json_object *entry);

/** sluice_denials_next() - sequence number that the next entry will have, from 1 */
uint64_t sluice_denials_next(const struct sluice_denials *denials);

/**
 * sluice_denials_get() - an entry
 * @denials: ring
 * @sequence: its number
 *
 * Return: the entry, still owned by the ring; NULL when it is not there any more or not yet.
 */
struct json_object *sluice_denials_get(const struct sluice_denials *denials, uint64_t sequence);

/** sluice_denials_first() - sequence number of the oldest entry that is kept */
uint64_t sluice_denials_first(const struct sluice_denials *denials);

#endif
