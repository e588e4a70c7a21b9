/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The structural rules S1 to S8, which no signature overrides, and what each direction can carry. */
#ifndef SLUICE_POLICY_RULES_H
#define SLUICE_POLICY_RULES_H

#include "model.h"

/**
 * sluice_check_rules() - hold a resolved policy against the structural rules
 * @policy: as sluice_resolve_policy() left it
 * @messages: receives an error for each breach, with a flow that would have passed; warnings
 *	where an assumption deserves a look
 *
 * Return: 0, or -EINVAL with errors.
 */
int sluice_check_rules(const struct sluice_policy *policy, struct sluice_messages *messages);

/**
 * sluice_check_strict() - what `policy check --strict` refuses beyond the rules
 * @policy: a loaded policy
 * @messages: receives errors
 *
 * Return: 0, or -EINVAL with errors.
 */
int sluice_check_strict(const struct sluice_policy *policy, struct sluice_messages *messages);

/**
 * sluice_policy_remarks() - what a reader of the policy should know though it is no error
 * @policy: a loaded policy
 * @messages: receives notes and warnings
 */
void sluice_policy_remarks(const struct sluice_policy *policy, struct sluice_messages *messages);

/**
 * struct sluice_policy_share - what becomes of concurrent_connections on one gateway
 * @total: of all conduits, management and inside of zones
 * @sure: every one of them has as many, or its limit if that is less; UINT32_MAX if all fits
 * @most: the largest limit
 * @what: whose that is: "conduit"
 * @name: and its name, borrowed from the policy
 * @place: where that stands
 * @sum: for the count alone
 */
struct sluice_policy_share {
	uint64_t total;
	uint32_t sure;
	uint32_t most;
	const char *what;
	const char *name;
	struct sluice_place place;
	uint64_t sum;
};

/**
 * sluice_policy_share_out() - can a gateway count all connections that a policy permits at once
 * @policy: a loaded policy
 * @gateway: one of its gateways
 * @share: receives the answer
 */
void sluice_policy_share_out(const struct sluice_policy *policy,
			     const struct sluice_gateway *gateway,
			     struct sluice_policy_share *share);

/**
 * sluice_check_addresses() - S6: every address has at most one owner, every asset a right one
 * @policy: as sluice_resolve_policy() left it
 * @messages: receives errors
 */
void sluice_check_addresses(const struct sluice_policy *policy, struct sluice_messages *messages);

/**
 * sluice_check_overlaps() - S6: no packet matches two conduits in the same half
 * @policy: as sluice_resolve_policy() left it
 * @messages: receives an error for each pair, up to a bound
 *
 * The reply half of a conduit is its forward half turned round, so forward halves say it all.
 * Costs n log n, and one step for each pair of conduits that share source and destination.
 */
void sluice_check_overlaps(const struct sluice_policy *policy, struct sluice_messages *messages);

/**
 * sluice_check_direction() - can the protocols of a conduit live with what may come back
 * @policy: as sluice_resolve_policy() left it
 * @conduit: one of its conduits
 * @messages: receives errors
 */
void sluice_check_direction(const struct sluice_policy *policy,
			    const struct sluice_conduit *conduit,
			    struct sluice_messages *messages);

/**
 * sluice_check_narrows() - S6: a conduit that narrows another stands wholly inside it
 * @policy: as sluice_resolve_policy() left it
 * @index: of the conduit
 * @messages: receives an error with a flow that is outside
 */
void sluice_check_narrows(const struct sluice_policy *policy, size_t index,
			  struct sluice_messages *messages);

/**
 * sluice_services_overlap() - do two services mean a common packet
 * @a: one
 * @b: another
 *
 * Return: true if they do.
 */
bool sluice_services_overlap(const struct sluice_service *a, const struct sluice_service *b);

/**
 * struct sluice_flow_example - a flow that shows what a rule is about
 * @from: source
 * @to: destination
 * @protocol: as &sluice_match.protocol
 * @port: destination port, 0 for echo
 */
struct sluice_flow_example {
	sluice_ip from;
	sluice_ip to;
	uint8_t protocol;
	uint16_t port;
};

#define SLUICE_FLOW_TEXT 128

/**
 * sluice_flow_print() - write a flow, for instance `tcp 10.2.0.10 -> 10.1.0.7:502`
 * @flow: what
 * @text: receives it
 *
 * Return: @text.
 */
const char *sluice_flow_print(const struct sluice_flow_example *flow,
			      char text[SLUICE_FLOW_TEXT]);

/**
 * sluice_flow_between() - a flow from one set to another, in one family
 * @from: sources
 * @to: destinations
 * @match: a service
 * @flow: receives it
 *
 * Return: false if no address of the one shares a family with one of the other.
 */
bool sluice_flow_between(const struct sluice_set *from, const struct sluice_set *to,
			 const struct sluice_match *match, struct sluice_flow_example *flow);

#endif
