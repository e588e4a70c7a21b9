// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of conduits; see report.h. */
#include <stdlib.h>

#include "daemon/counters.h"
#include "daemon/json.h"
#include "daemon/names.h"
#include "daemon/report.h"

static void put_names(struct json_object *json, const char *key, const struct sluice_names *names)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; names && i < names->count; i++)
		json_object_array_add(list, json_object_new_string(names->name[i]));
	json_object_object_add(json, key, list);
}

/* The default is never hidden: every number comes with its origin. */
static void put_limits(struct json_object *json, const struct sluice_conduit_view *view)
{
	struct json_object *limits = json_object_new_object();

	for (int i = 0; i < SLUICE_LIMITS; i++) {
		struct json_object *limit = json_object_new_object();

		sluice_json_number(limit, "limit", view->limit[i]);
		sluice_json_text(limit, "origin", view->limit_given[i] ? "policy" : "default");
		json_object_object_add(limits, sluice_limit_name((enum sluice_limit)i), limit);
	}
	json_object_object_add(json, "limits", limits);
	sluice_json_if(json, "line", view->line);
}

static void put_identity(struct json_object *json, const struct sluice_conduit *conduit)
{
	uint32_t seconds = conduit ? sluice_lease_seconds(conduit) : 0;

	sluice_json_text(json, "identity", !seconds ? "none" :
			 conduit->identity_required ? "required" : "observe");
	sluice_json_if(json, "lease_seconds", seconds);
	sluice_json_text(json, "lease_origin",
			 !seconds ? NULL : conduit->lease_seconds ? "policy" : "default");
}

static void put_validity(struct json_object *json, const struct sluice_daemon *daemon,
			 const struct sluice_held *held, uint32_t index)
{
	uint64_t from = sluice_conduit_word(&held->image, index, SLUICE_CONDUIT_VALID_FROM);
	uint64_t until = sluice_conduit_word(&held->image, index, SLUICE_CONDUIT_VALID_UNTIL);
	char *closed = sluice_report_closed(daemon, held, index);

	sluice_json_flag(json, "open", !closed);
	sluice_json_text(json, "closed", closed);
	free(closed);
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
	sluice_json_number(json, "observed", counter->observed);
}

static struct json_object *conduit_json(const struct sluice_daemon *daemon,
					const struct sluice_held *held, uint32_t index,
					const struct sluice_kernel_counter *counter)
{
	struct json_object *json = json_object_new_object();
	struct sluice_conduit_view view = {};
	const struct sluice_conduit *conduit;

	sluice_name_view(held, index, &view);
	conduit = view.conduit;
	sluice_json_text(json, "name", view.name);
	put_names(json, "from", conduit ? &conduit->from.names : NULL);
	put_names(json, "to", conduit ? &conduit->to.names : NULL);
	put_names(json, "services", conduit ? &conduit->services : NULL);
	sluice_json_text(json, "direction",
			 sluice_direction_name(conduit ? conduit->grade : SLUICE_GRADE_INITIATE));
	sluice_json_text(json, "purpose", view.purpose);
	put_identity(json, conduit);
	put_validity(json, daemon, held, index);
	put_limits(json, &view);
	put_counters(json, counter);
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
		conduits = sluice_held_conduits(live->held);
	counters = sluice_conduit_counters(daemon, live ? live->generation : 0, conduits);
	for (uint32_t index = 1; index <= conduits; index++)
		json_object_array_add(list, conduit_json(daemon, live->held, index, &counters[index]));
	free(counters);
	sluice_json_number(json, "policy_version", live ? live->held->manifest.version : 0);
	json_object_object_add(json, "conduits", list);
	return json;
}
