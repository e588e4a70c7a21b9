/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy as a drawing. */
#ifndef SLUICE_POLICY_GRAPH_H
#define SLUICE_POLICY_GRAPH_H

#include "model.h"

/**
 * struct sluice_conduit_count - packets of one conduit, for the drawing
 * @permitted: that passed
 * @denied: that the conduit was nearest to and that did not pass
 */
struct sluice_conduit_count {
	uint64_t permitted;
	uint64_t denied;
};

/**
 * sluice_policy_graph() - draw zones in bands by level and conduits as arrows
 * @policy: a loaded policy
 * @counts: one for each conduit of the policy, in its order; NULL draws none
 * @caption: a line under the title; NULL for none
 *
 * Return: an SVG document for free().
 */
char *sluice_policy_graph(const struct sluice_policy *policy,
			  const struct sluice_conduit_count *counts, const char *caption);

#endif
