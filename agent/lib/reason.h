/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of kmod/uapi/sluice.h as every output spells them. */
#ifndef SLUICE_LIB_REASON_H
#define SLUICE_LIB_REASON_H

/**
 * sluice_reason_name() - a reason in lower case, as in `explain`, metrics and the manual
 * @reason: enum sluice_reason; any number
 *
 * Return: for instance "no_conduit"; "unknown" for a number without a name.
 */
const char *sluice_reason_name(unsigned int reason);

/**
 * sluice_reason_text() - a reason as a sentence
 * @reason: enum sluice_reason; any number
 *
 * Return: a static string.
 */
const char *sluice_reason_text(unsigned int reason);

/**
 * sluice_reason_number() - the reverse of sluice_reason_name()
 * @name: lower case
 *
 * Return: enum sluice_reason, or -1.
 */
int sluice_reason_number(const char *name);

/**
 * sluice_invariant_name() - an invariant in lower case
 * @invariant: enum sluice_invariant; any number
 *
 * Return: a static string; "unknown" for a number without a name.
 */
const char *sluice_invariant_name(unsigned int invariant);

/**
 * sluice_invariant_text() - an invariant as a sentence
 * @invariant: enum sluice_invariant; any number
 *
 * Return: a static string.
 */
const char *sluice_invariant_text(unsigned int invariant);

/**
 * sluice_layer_name() - a layer in lower case
 * @layer: enum sluice_layer; any number
 *
 * Return: a static string; "unknown" for a number without a name.
 */
const char *sluice_layer_name(unsigned int layer);

#endif
