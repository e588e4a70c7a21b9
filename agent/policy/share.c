// SPDX-License-Identifier: GPL-2.0-or-later
/* What a policy's concurrent_connections come to where a gateway cannot count as many; see rules.h. */
#include "rules.h"

/* Every limit that the gateway's image has, with a word for where it stands. */
typedef void (*visit)(struct sluice_policy_share *share, const char *what, const char *name,
		      const struct sluice_place *place, uint32_t limit);

static void each(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
		 visit visit, struct sluice_policy_share *share)
{
	for (size_t i = 0; i < policy->conduits; i++)
		visit(share, "conduit", policy->conduit[i].name, &policy->conduit[i].place,
		      policy->conduit[i].limit[SLUICE_LIMIT_CONNECTIONS]);
	for (size_t i = 0; i < gateway->managements; i++)
		visit(share, "management of gateway", gateway->name, &gateway->management[i].place,
		      gateway->management[i].limit[SLUICE_LIMIT_CONNECTIONS]);
	for (size_t i = 0; i < policy->zones; i++)
		if (sluice_policy_intra(policy, gateway, i))
			visit(share, "the inside of zone", policy->zone[i].name,
			      &policy->zone[i].place,
			      policy->zone[i].limit[SLUICE_LIMIT_CONNECTIONS]);
}

static void add(struct sluice_policy_share *share, const char *what, const char *name,
		const struct sluice_place *place, uint32_t limit)
{
	share->total += limit;
	if (limit <= share->most)
		return;
	share->most = limit;
	share->what = what;
	share->name = name;
	share->place = *place;
}

static void add_share(struct sluice_policy_share *share, const char *what, const char *name,
		      const struct sluice_place *place, uint32_t limit)
{
	share->sum += limit < share->sure ? limit : share->sure;
}

/* As kmod/core/share.h has it: of half the places, to each the same number or its limit if that is less. */
static uint32_t share_out(const struct sluice_policy *policy, const struct sluice_gateway *gateway)
{
	uint32_t sure = 0;

	for (uint32_t bit = 1u << 31; bit; bit >>= 1) {
		struct sluice_policy_share try = { .sure = sure | bit };

		each(policy, gateway, add_share, &try);
		if (try.sum <= SLUICE_POLICY_FLOWS / 2)
			sure |= bit;
	}
	return sure;
}

void sluice_policy_share_out(const struct sluice_policy *policy,
			     const struct sluice_gateway *gateway,
			     struct sluice_policy_share *share)
{
	*share = (struct sluice_policy_share){ .sure = UINT32_MAX };
	each(policy, gateway, add, share);
	if (share->total > SLUICE_POLICY_FLOWS)
		share->sure = share_out(policy, gateway);
}
