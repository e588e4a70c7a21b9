// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of conduits; see report.h. */
#include <stdlib.h>

#include "daemon/counters.h"
#include "daemon/json.h"
#include "daemon/names.h"
#include "daemon/report.h"
#include "policy/model.h"

/* What is written about a conduit; management and intra conduits have no text of their own. */
static const struct sluice_conduit *written(const struct sluice_held *held, uint32_t index)
{
	if (!held->policy || index > held->policy->conduits)
		return NULL;
	return &held->policy->conduit[index - 1];
}

static void put_names(struct json_object *json, const char *key, const struct sluice_names *names)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; names && i < names->count; i++)
		json_object_array_add(list, json_object_new_string(names->name[i]));
	json_object_object_add(json, key, list);
}

static void put_limit(struct json_object *limits, const struct sluice_conduit *conduit,
		      enum sluice_limit limit, uint64_t in_force)
{
	struct json_object *json = json_object_new_object();

	sluice_json_number(json, "limit", in_force);
	sluice_json_text(json, "origin",
			 conduit && conduit->limit_given[limit] ? "policy" : "default");
	json_object_object_add(limits, sluice_limit_name(limit), json);
}

static void put_limits(struct json_object *json, const struct sluice_held *held, uint32_t index)
{
	uint64_t rates = sluice_conduit_word(&held->image, index, SLUICE_CONDUIT_RATES);
	uint64_t concurrent = sluice_conduit_word(&held->image, index, SLUICE_CONDUIT_CONCURRENT);
	const struct sluice_conduit *conduit = written(held, index);
	struct json_object *limits = json_object_new_object();

	put_limit(limits, conduit, SLUICE_LIMIT_PACKETS, (uint32_t)rates);
	put_limit(limits, conduit, SLUICE_LIMIT_NEW_CONNECTIONS, rates >> 32);
	put_limit(limits, conduit, SLUICE_LIMIT_CONNECTIONS, (uint32_t)concurrent);
	json_object_object_add(json, "limits", limits);
	sluice_json_if(json, "line", SLUICE_CONDUIT_LINE(concurrent));
}

static void put_validity(struct json_object *json, const struct sluice_held *held, uint32_t index)
{
	uint64_t from = sluice_conduit_word(&held->image, index, SLUICE_CONDUIT_VALID_FROM);
	uint64_t until = sluice_conduit_word(&held->image, index, SLUICE_CONDUIT_VALID_UNTIL);
	uint64_t now = sluice_daemon_clock();

	sluice_json_flag(json, "open", (!from || now >= from) && (!until || now < until));
	sluice_json_time(json, "valid_from", from);
	sluice_json_time(json, "valid_until", until);
}

static void put_counters(struct json_object *json, const struct sluice_kernel_counter *counter)
{
	sluice_json_number(json, "packets", counter->packets);
	sluice_json_number(json, "bytes", counter->bytes);
	sluice_json_number(json, "reply_packets", counter->reply_packets);
	sluice_json_number(json, "reply_bytes", counter->reply_bytes);
	sluice_json_number(json, "flows", counter->flows);
	sluice_json_number(json, "concurrent", counter->concurrent);
	sluice_json_number(json, "denied", counter->denied);
	sluice_json_number(json, "midstream", counter->midstream);
}

static struct json_object *conduit_json(const struct sluice_held *held, uint32_t index,
					const struct sluice_kernel_counter *counter)
{
	const struct sluice_conduit *conduit = written(held, index);
	struct json_object *json = json_object_new_object();
	char *name = sluice_name_conduit(held, index);

	sluice_json_text(json, "name", name);
	put_names(json, "from", conduit ? &conduit->from.names : NULL);
	put_names(json, "to", conduit ? &conduit->to.names : NULL);
	put_names(json, "services", conduit ? &conduit->services : NULL);
	sluice_json_text(json, "direction", "initiate");
	sluice_json_text(json, "purpose", conduit ? conduit->purpose : NULL);
	put_validity(json, held, index);
	put_limits(json, held, index);
	put_counters(json, counter);
	free(name);
	return json;
}

struct json_object *sluice_report_conduits(struct sluice_daemon *daemon)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct sluice_kernel_counter *counters;
	uint32_t conduits = 0;

	if (live)
		conduits = SLUICE_COUNT_CONDUITS(
			sluice_word(&live->held->image, SLUICE_HEADER_COUNTS));
	counters = sluice_conduit_counters(daemon, live ? live->generation : 0, conduits);
	for (uint32_t index = 1; index <= conduits; index++)
		json_object_array_add(list, conduit_json(live->held, index, &counters[index]));
	free(counters);
	sluice_json_number(json, "policy_version", live ? live->held->manifest.version : 0);
	json_object_object_add(json, "conduits", list);
	return json;
}
