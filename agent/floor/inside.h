/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the floor share among themselves.
 *
 *	floor.c		open, put, check, hear, restore
 *	plan.c		from a wish to chains and rules
 *	transaction.c	from chains and rules to the kernel, and back
 */
#ifndef SLUICE_FLOOR_INSIDE_H
#define SLUICE_FLOOR_INSIDE_H

#include <stddef.h>

#include "agent/floor/floor.h"

struct mnl_socket;
struct nftnl_rule;

#define FLOOR_TABLE	"sluice"
#define FLOOR_CHAINS	4
/* A mark rule, loopback, two of neighbour discovery, and one a peer. */
#define FLOOR_RULES	(4 + SLUICE_FLOOR_PEERS)

/**
 * struct floor_chain - a base chain as it should be
 * @family: NFPROTO_INET or NFPROTO_BRIDGE
 * @name: of the chain
 * @hook: number of the hook
 * @priority: at the hook
 * @present: whether it should be there at all; if so its policy is drop
 * @rules: in order; owned
 * @count: of rules
 */
struct floor_chain {
	unsigned int family;
	const char *name;
	unsigned int hook;
	int priority;
	bool present;
	struct nftnl_rule *rules[FLOOR_RULES];
	size_t count;
};

/**
 * struct floor_plan - all chains
 * @chains: those of the inet family first
 */
struct floor_plan {
	struct floor_chain chains[FLOOR_CHAINS];
};

/* floor_plan_make() - what a wish means */
void floor_plan_make(const struct sluice_floor_wish *wish, struct floor_plan *plan);

/* floor_plan_release() - free its rules */
void floor_plan_release(struct floor_plan *plan);

/**
 * floor_commit() - make the kernel have it, in one transaction
 * @socket: for commands
 * @plan: what
 * @family: only the chains of this family
 * @afresh: delete the table first, for when somebody made chains of our names with other hooks
 *
 * Return: 0 or a negative errno; on failure nothing has changed.
 */
int floor_commit(struct mnl_socket *socket, const struct floor_plan *plan, unsigned int family,
		 bool afresh);

/* floor_delete() - take the table of a family away; 0 also when there is none */
int floor_delete(struct mnl_socket *socket, unsigned int family);

/**
 * floor_compare() - does the kernel have exactly this?
 * @socket: for commands
 * @plan: what
 * @family: only the chains of this family
 * @what: receives the first difference, a short text for a sentence, to be freed
 *
 * Return: 0; -ENOENT when not; another negative errno when the kernel cannot be asked.
 */
int floor_compare(struct mnl_socket *socket, const struct floor_plan *plan, unsigned int family,
		  char **what);

#endif /* SLUICE_FLOOR_INSIDE_H */
