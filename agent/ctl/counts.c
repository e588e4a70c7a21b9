// SPDX-License-Identifier: GPL-2.0-or-later
/* What `sluicectl conduits --json` printed, read back. */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "lib/memory.h"

static void refuse(struct sluice_messages *messages, const char *path, const char *why)
{
	sluice_message_error(messages, NULL, "%s: %s", path, why);
	sluice_message_hint(messages, "sluicectl conduits --json > %s", path);
}

static bool read_number(struct json_object *json, const char *key, uint64_t *number)
{
	struct json_object *member;

	if (!json_object_object_get_ex(json, key, &member) ||
	    !json_object_is_type(member, json_type_int))
		return false;
	*number = json_object_get_uint64(member);
	return true;
}

static struct json_object *find(struct json_object *list, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *has = json_object_get_string(json_object_object_get(item, "name"));

		if (has && !strcmp(has, name))
			return item;
	}
	return NULL;
}

static bool read_conduits(struct json_object *list, const struct sluice_policy *policy,
			  struct sluice_conduit_count *counts)
{
	for (size_t i = 0; i < policy->conduits; i++) {
		struct json_object *item = find(list, policy->conduit[i].name);

		if (!read_number(item, "packets", &counts[i].permitted) ||
		    !read_number(item, "denied", &counts[i].denied))
			return false;
	}
	return true;
}

static const char *read_all(struct json_object *json, const struct sluice_policy *policy,
			    struct sluice_conduit_count *counts)
{
	struct json_object *list;
	uint64_t version;

	if (!read_number(json, "policy_version", &version) ||
	    !json_object_object_get_ex(json, "conduits", &list) ||
	    !json_object_is_type(list, json_type_array))
		return "these are not the counts of a gateway's conduits";
	if (version != policy->version)
		return "these counts are of another version of the policy";
	if (!read_conduits(list, policy, counts))
		return "a conduit of the policy has no counts there";
	return NULL;
}

struct sluice_conduit_count *sluice_counts_read(const char *path, const struct sluice_policy *policy,
						struct sluice_messages *messages)
{
	struct json_object *json = json_object_from_file(path);
	struct sluice_conduit_count *counts = sluice_allocate(policy->conduits + 1, sizeof(*counts));
	const char *why = json ? read_all(json, policy, counts) : "cannot be read as JSON";

	json_object_put(json);
	if (!why)
		return counts;
	refuse(messages, path, why);
	free(counts);
	return NULL;
}
