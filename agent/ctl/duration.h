/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times as people type them. */
#ifndef SLUICE_CTL_DURATION_H
#define SLUICE_CTL_DURATION_H

#include <stdint.h>

/**
 * sluice_duration_parse() - "90s", "10m", "2h"; a bare number could be any of them
 * @text: as typed
 * @maximum: milliseconds
 *
 * Return: milliseconds; 0 when it is none or longer than @maximum.
 */
uint64_t sluice_duration_parse(const char *text, uint64_t maximum);

#endif
