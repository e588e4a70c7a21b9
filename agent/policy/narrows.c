// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * S6 for `narrows:`. Where a packet is in both, the inner conduit has it: so it must be inside the
 * outer one with everything it says, and not be the same.
 */
#include "rules.h"

/* Some address of @inner that @outer has not. */
static bool address_outside(const struct sluice_set *inner, const struct sluice_set *outer,
			    sluice_ip *address)
{
	struct sluice_set rest = sluice_set_subtract(inner, outer);
	bool found = rest.count > 0;

	if (found)
		*address = rest.span[0].first;
	sluice_set_release(&rest);
	return found;
}

static bool same_set(const struct sluice_set *a, const struct sluice_set *b)
{
	sluice_ip ignored;

	return !address_outside(a, b, &ignored) && !address_outside(b, a, &ignored);
}

/* Matches of a conduit are joined, so each stands wholly in one of the other's or is not inside. */
static bool match_inside(const struct sluice_match *match, const struct sluice_conduit *outer)
{
	for (size_t i = 0; i < outer->matches; i++)
		if (outer->match[i].protocol == match->protocol &&
		    outer->match[i].first <= match->first && outer->match[i].last >= match->last)
			return true;
	return false;
}

static const struct sluice_match *match_outside(const struct sluice_conduit *inner,
						const struct sluice_conduit *outer)
{
	for (size_t i = 0; i < inner->matches; i++)
		if (!match_inside(&inner->match[i], outer))
			return &inner->match[i];
	return NULL;
}

/* A whole zone is looked for after its single hosts: where the outer names hosts, so must the inner. */
static const struct sluice_end_part *whole_outside(const struct sluice_conduit_end *inner,
						   const struct sluice_conduit_end *outer)
{
	for (size_t i = 0; i < inner->parts; i++)
		for (size_t j = 0; inner->part[i].whole && j < outer->parts; j++)
			if (outer->part[j].zone == inner->part[i].zone && !outer->part[j].whole)
				return &inner->part[i];
	return NULL;
}

static void tell_outside(const struct sluice_conduit *inner, const struct sluice_conduit *outer,
			 const char *what, struct sluice_messages *messages)
{
	sluice_message_error(messages, &inner->narrows_place,
			     "S6: conduit %s narrows %s (line %u) but reaches beyond it: %s", inner->name,
			     outer->name, outer->place.line, what);
	sluice_message_hint(messages,
			    "it may only have sources, destinations and services that the wider one has");
}

void sluice_check_narrows(const struct sluice_policy *policy, size_t index,
			  struct sluice_messages *messages)
{
	const struct sluice_conduit *inner = &policy->conduit[index];
	const struct sluice_conduit *outer = &policy->conduit[inner->wider];
	char text[SLUICE_ADDRESS_TEXT];
	const struct sluice_end_part *whole;
	sluice_ip address;

	if (inner == outer)
		return;
	whole = whole_outside(&inner->from, &outer->from);
	if (!whole)
		whole = whole_outside(&inner->to, &outer->to);
	if (address_outside(&inner->from.address, &outer->from.address, &address))
		tell_outside(inner, outer, sluice_ip_print(address, text), messages);
	else if (address_outside(&inner->to.address, &outer->to.address, &address))
		tell_outside(inner, outer, sluice_ip_print(address, text), messages);
	else if (match_outside(inner, outer))
		tell_outside(inner, outer, "a service", messages);
	else if (whole)
		sluice_message_error(messages, &whole->place,
				     "S6: conduit %s names zone %s as a whole where %s (line %u) names assets",
				     inner->name, policy->zone[whole->zone].name, outer->name,
				     outer->place.line);
	else if (same_set(&inner->from.address, &outer->from.address) &&
		 same_set(&inner->to.address, &outer->to.address) && !match_outside(outer, inner))
		sluice_message_error(messages, &inner->narrows_place,
				     "S6: conduit %s narrows %s (line %u) but is as wide: nothing is left for the other",
				     inner->name, outer->name, outer->place.line);
}
