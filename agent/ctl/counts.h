/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each conduit of a policy carried, as `sluicectl conduits --json` told it. */
#ifndef SLUICE_CTL_COUNTS_H
#define SLUICE_CTL_COUNTS_H

#include "policy/graph.h"

/**
 * sluice_counts_read() - the counts of every conduit of a policy
 * @path: what `sluicectl conduits --json` printed
 * @policy: must be of the version that was in force then, and have no other conduits
 * @messages: receives why it is refused
 *
 * Return: one for each conduit, in the order of the policy, for free(); NULL after a message.
 */
struct sluice_conduit_count *sluice_counts_read(const char *path, const struct sluice_policy *policy,
						struct sluice_messages *messages);

#endif
