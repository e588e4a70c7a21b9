// SPDX-License-Identifier: GPL-2.0-or-later
/* Loading and freeing a policy, and questions to its model. */
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "keys.h"
#include "rules.h"

static struct sluice_policy *load_tree(struct sluice_yaml *yaml, struct sluice_messages *messages)
{
	struct sluice_policy *policy = sluice_allocate(1, sizeof(*policy));

	policy->yaml = yaml;
	if (!sluice_read_policy(policy, messages) && !sluice_resolve_policy(policy, messages) &&
	    !sluice_check_rules(policy, messages))
		return policy;
	sluice_policy_free(policy);
	return NULL;
}

struct sluice_policy *sluice_policy_load_buffer(const char *name, const void *text, size_t length,
						struct sluice_messages *messages)
{
	struct sluice_policy *policy = NULL;
	const char *before = messages->file;
	struct sluice_yaml *yaml;

	messages->file = name;
	if (length >= 4 && !memcmp(text, "SLUB", 4)) {
		sluice_message_error(messages, NULL, "a bundle or trust file, not a text");
		sluice_message_hint(messages, "sluicectl policy verify and trust verify show what it is");
	} else if (length > SLUICE_POLICY_TEXT_MAX) {
		sluice_message_error(messages, NULL, "larger than %u bytes", SLUICE_POLICY_TEXT_MAX);
	} else {
		yaml = sluice_yaml_parse(text, length, messages);
		if (yaml)
			policy = load_tree(yaml, messages);
	}
	messages->file = before;
	return policy;
}

struct sluice_policy *sluice_policy_load(const char *path, struct sluice_messages *messages)
{
	struct sluice_policy *policy = NULL;
	const char *before = messages->file;
	size_t length;
	char *text;

	messages->file = path;
	if (!sluice_yaml_read_file(path, SLUICE_POLICY_TEXT_MAX, &text, &length, messages)) {
		policy = sluice_policy_load_buffer(path, text, length, messages);
		free(text);
	}
	messages->file = before;
	return policy;
}

static void free_names(struct sluice_names *names)
{
	free(names->name);
	free(names->place);
}

static void free_gateway(struct sluice_gateway *gateway)
{
	for (size_t i = 0; i < gateway->managements; i++) {
		sluice_set_release(&gateway->management[i].address);
		free_names(&gateway->management[i].services);
		free(gateway->management[i].service);
	}
	free(gateway->management);
	free(gateway->port);
}

static void free_zone(struct sluice_zone *zone)
{
	sluice_set_release(&zone->written);
	sluice_set_release(&zone->except);
	sluice_set_release(&zone->owned);
}

static void free_end(struct sluice_conduit_end *end)
{
	for (size_t i = 0; i < end->parts; i++) {
		sluice_set_release(&end->part[i].address);
		free(end->part[i].asset);
	}
	free(end->part);
	free_names(&end->names);
	sluice_set_release(&end->address);
}

static void free_conduit(struct sluice_conduit *conduit)
{
	free_end(&conduit->from);
	free_end(&conduit->to);
	free_names(&conduit->services);
	free(conduit->service);
	free(conduit->match);
}

void sluice_policy_free(struct sluice_policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->gateways; i++)
		free_gateway(&policy->gateway[i]);
	for (size_t i = 0; i < policy->zones; i++)
		free_zone(&policy->zone[i]);
	for (size_t i = 0; i < policy->assets; i++) {
		sluice_set_release(&policy->asset[i].address);
		free(policy->asset[i].mac);
	}
	for (size_t i = 0; i < policy->groups; i++) {
		free_names(&policy->group[i].members);
		free(policy->group[i].asset);
	}
	for (size_t i = 0; i < policy->services; i++)
		free(policy->service[i].match);
	for (size_t i = 0; i < policy->conduits; i++)
		free_conduit(&policy->conduit[i]);
	free(policy->gateway);
	free(policy->zone);
	free(policy->asset);
	free(policy->group);
	free(policy->service);
	free(policy->conduit);
	sluice_yaml_free(policy->yaml);
	free(policy);
}

const char *sluice_policy_site(const struct sluice_policy *policy)
{
	return policy->site;
}

uint64_t sluice_policy_version(const struct sluice_policy *policy)
{
	return policy->version;
}

const char *sluice_level_name(unsigned int level)
{
	static const char * const names[] = { "none", "control", "dmz", "enterprise", "internet" };

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "none";
}

const char *sluice_limit_name(enum sluice_limit limit)
{
	static const char * const names[SLUICE_LIMITS] = {
		"packets_per_second", "new_connections_per_second", "concurrent_connections",
	};

	return limit < SLUICE_LIMITS ? names[limit] : "none";
}

const char *sluice_direction_name(unsigned int grade)
{
	static const char * const names[] = { "none", "initiate", "budget", "ack-only", "one-way" };

	return grade < sizeof(names) / sizeof(names[0]) ? names[grade] : "none";
}

uint32_t sluice_lease_seconds(const struct sluice_conduit *conduit)
{
	if (!conduit->identity_required && !conduit->identity_observed)
		return 0;
	return conduit->lease_seconds ? conduit->lease_seconds : SLUICE_DEFAULT_LEASE_SECONDS;
}

bool sluice_narrows(const struct sluice_policy *policy, size_t inner, size_t outer)
{
	/* A circle is refused elsewhere; here it only has to end. */
	for (size_t steps = 0; steps < policy->conduits; steps++) {
		size_t wider = policy->conduit[inner].wider;

		if (wider == inner)
			return false;
		if (wider == outer)
			return true;
		inner = wider;
	}
	return false;
}

const struct sluice_gateway *sluice_policy_gateway(const struct sluice_policy *policy,
						   const char *name)
{
	if (!name)
		return policy->gateways == 1 ? &policy->gateway[0] : NULL;
	for (size_t i = 0; i < policy->gateways; i++)
		if (!strcmp(policy->gateway[i].name, name))
			return &policy->gateway[i];
	return NULL;
}

const struct sluice_zone *sluice_policy_owner(const struct sluice_policy *policy,
					      sluice_ip address)
{
	for (size_t i = 0; i < policy->zones; i++)
		if (sluice_set_contains(&policy->zone[i].owned, address))
			return &policy->zone[i];
	return NULL;
}

const struct sluice_conduit *sluice_policy_conduit(const struct sluice_policy *policy,
						   const char *name)
{
	for (size_t i = 0; i < policy->conduits; i++)
		if (!strcmp(policy->conduit[i].name, name))
			return &policy->conduit[i];
	return NULL;
}

size_t sluice_gateway_reaches(const struct sluice_policy *policy,
			      const struct sluice_gateway *gateway, size_t zone)
{
	size_t count = 0;

	for (size_t i = 0; i < gateway->ports; i++)
		count += gateway->port[i].zone == policy->zone[zone].carrier;
	return count;
}

bool sluice_policy_intra(const struct sluice_policy *policy, const struct sluice_gateway *gateway,
			 size_t zone)
{
	return !policy->zone[zone].isolated && !policy->zone[zone].intra_deny &&
	       policy->zone[zone].carrier == zone &&
	       sluice_gateway_reaches(policy, gateway, zone) >= 2;
}
