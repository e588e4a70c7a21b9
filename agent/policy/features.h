/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the language may promise. The core decides all of it; a key stays refused, by name, until
 * module and gate do their part.
 *
 * To turn one on: add its bit to SLUICE_ENFORCED, drop its x-sluice-refused from policies/schema.json,
 * remove tests/policy/bad/lacks-NAME.* and say in sluice-policy(5) that it works.
 */
#ifndef SLUICE_POLICY_FEATURES_H
#define SLUICE_POLICY_FEATURES_H

#define SLUICE_ENFORCES_FRAGMENTS	(1u << 0)	/* caps, no overlaps, whole datagrams known */
#define SLUICE_ENFORCES_BUDGET		(1u << 1)	/* a track for each flow, reset when spent */
#define SLUICE_ENFORCES_ACK_ONLY	(1u << 2)	/* a track for each flow, headers cleaned */
#define SLUICE_ENFORCES_IDENTITY	(1u << 3)	/* leases */
#define SLUICE_ENFORCES_OPEN		(1u << 4)	/* conduits that an operator opens */
#define SLUICE_ENFORCES_REFUSE		(1u << 5)	/* denied beginnings are answered */
#define SLUICE_ENFORCES_TUNNEL		(1u << 6)	/* ports without a gate */
#define SLUICE_ENFORCES_OBSERVE		(1u << 7)	/* flows without a lease are counted and told */

#define SLUICE_ENFORCED \
	(SLUICE_ENFORCES_FRAGMENTS | SLUICE_ENFORCES_BUDGET | SLUICE_ENFORCES_ACK_ONLY | \
	 SLUICE_ENFORCES_IDENTITY | SLUICE_ENFORCES_OPEN | SLUICE_ENFORCES_REFUSE | \
	 SLUICE_ENFORCES_TUNNEL | SLUICE_ENFORCES_OBSERVE)

/* SLUICE_ENFORCED; tests of the core set all bits. */
extern unsigned int sluice_enforced;

#endif
