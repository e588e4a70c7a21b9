/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of an image as the names of its policy text.
 *
 * Every function takes a NULL policy or an index that does not exist and answers NULL or 0: a name
 * is for people, its absence never stops anything.
 */
#ifndef SLUICE_DAEMON_NAMES_H
#define SLUICE_DAEMON_NAMES_H

#include "daemon/held.h"
#include "policy/decide.h"

/** sluice_name_zone() - name of a zone, by its index in the image */
const char *sluice_name_zone(const struct sluice_held *held, uint32_t zone);

/** sluice_name_level() - word of a zone's level, "isolated" for an isolated one */
const char *sluice_name_level(const struct sluice_held *held, uint32_t zone);

/** sluice_name_is_isolated() - is it an isolated zone? */
bool sluice_name_is_isolated(const struct sluice_held *held, uint32_t zone);

/** sluice_name_zone_line() - line of the policy text that names the zone */
unsigned int sluice_name_zone_line(const struct sluice_held *held, uint32_t zone);

/** sluice_name_conduit() - name of a conduit as explain tells it; memory for free(), or NULL */
char *sluice_name_conduit(const struct sluice_held *held, uint32_t conduit);

/**
 * sluice_name_view() - all that the text says about a conduit
 * @held: policy
 * @conduit: index in the image
 * @view: receives it; untouched when there is none
 *
 * Return: true when there is such a conduit.
 */
bool sluice_name_view(const struct sluice_held *held, uint32_t conduit,
		      struct sluice_conduit_view *view);

/**
 * sluice_name_address() - name of the asset with this address
 * @held: policy
 * @address: 16 bytes, IPv4 as ::ffff:a.b.c.d
 * @family: 4 or 6
 */
const char *sluice_name_address(const struct sluice_held *held, const uint8_t address[16],
				unsigned int family);

/** sluice_name_reason() - lower-case word of a reason */
const char *sluice_name_reason(unsigned int reason);

/** sluice_reason_sentence() - what a reason means */
const char *sluice_reason_sentence(unsigned int reason);

/** sluice_name_invariant() - lower-case word of an invariant */
const char *sluice_name_invariant(unsigned int invariant);

/** sluice_invariant_sentence() - what it means */
const char *sluice_invariant_sentence(unsigned int invariant);

/** sluice_name_layer() - lower-case word of a layer */
const char *sluice_name_layer(unsigned int layer);

#endif
