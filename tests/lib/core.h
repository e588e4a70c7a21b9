/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision core as a test program sees it: packets are bytes in memory.
 */
#ifndef SLUICE_TESTS_CORE_H
#define SLUICE_TESTS_CORE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kmod/core/types.h"

struct sluice_packet {
	const uint8_t *bytes;
	__u32 length;
};

static inline int sluice_load(const struct sluice_packet *packet, __u32 offset, void *to,
			      __u32 length)
{
	if (offset > packet->length || length > packet->length - offset)
		return -1;
	memcpy(to, packet->bytes + offset, length);
	return 0;
}

#include "kmod/core/parse.h"
#include "kmod/core/gate.h"
#include "kmod/core/judge.h"
#include "kmod/core/selector.h"
#include "kmod/core/verify.h"

/**
 * core_reason_name() - a reason as every output spells it, in capitals
 * @reason: any number
 */
static inline const char *core_reason_name(unsigned int reason)
{
	switch (reason) {
#define CORE_REASON_CASE(number, name, step, text) case number: return #name;
	SLUICE_REASONS(CORE_REASON_CASE)
#undef CORE_REASON_CASE
	}
	return "?";
}

/**
 * core_reason_step() - the step of the decision that a reason belongs to
 * @reason: any number
 */
static inline unsigned int core_reason_step(unsigned int reason)
{
	switch (reason) {
#define CORE_STEP_CASE(number, name, step, text) case number: return step;
	SLUICE_REASONS(CORE_STEP_CASE)
#undef CORE_STEP_CASE
	}
	return 99;
}

/**
 * core_reason_in_build() - can this build answer so at all
 * @reason: any number
 *
 * The others stand in the list for later builds, or are the module's own (custody, pieces of datagrams).
 */
static inline bool core_reason_in_build(unsigned int reason)
{
	switch (reason) {
	case SLUICE_REASON_UNKNOWN:
	case SLUICE_REASON_INSPECTION:
	case SLUICE_REASON_CUSTODY:
	case SLUICE_REASON_STALE:
	case SLUICE_REASON_WRONG_EGRESS:
	case SLUICE_REASON_FRAGMENT_OVERLAP:
	case SLUICE_REASON_FRAGMENT_PORT:
	case SLUICE_REASON_FRAGMENT_LIMIT:
		return false;
	}
	return reason < SLUICE_REASON_COUNT;
}

#endif
