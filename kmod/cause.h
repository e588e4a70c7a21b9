/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rate limit of the records, one bucket a cause (layer, reason, device), with the exact number of
 * what was suppressed.
 */
#ifndef SLUICE_CAUSE_H
#define SLUICE_CAUSE_H

#include <linux/types.h>

struct sluice_causes;

struct sluice_causes *sluice_causes_create(void);
void sluice_causes_destroy(struct sluice_causes *causes);

/**
 * sluice_cause_pass - may a record of this cause be sent now?
 * @causes: all of them
 * @key: the cause, not 0
 * @now: nanoseconds
 * @weight: how many events the record stands for, at least 1
 * @suppressed: receives how many events before it were not sent
 *
 * When more causes are busy than there is room for, neighbours in the hash share a bucket: their
 * numbers add up to the truth still.
 * Context: any but hard interrupts. Return: whether to send.
 */
bool sluice_cause_pass(struct sluice_causes *causes, u64 key, u64 now, u32 weight, u64 *suppressed);

#endif /* SLUICE_CAUSE_H */
