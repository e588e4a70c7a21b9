// SPDX-License-Identifier: GPL-2.0-or-later
/* Members of JSON objects; see json.h. */
#include "daemon/json.h"

#include "trust/envelope.h"

void sluice_json_text(struct json_object *json, const char *key, const char *text)
{
	json_object_object_add(json, key, text ? json_object_new_string(text) : NULL);
}

void sluice_json_number(struct json_object *json, const char *key, uint64_t number)
{
	json_object_object_add(json, key, json_object_new_uint64(number));
}

void sluice_json_if(struct json_object *json, const char *key, uint64_t number)
{
	json_object_object_add(json, key, number ? json_object_new_uint64(number) : NULL);
}

void sluice_json_flag(struct json_object *json, const char *key, bool flag)
{
	json_object_object_add(json, key, json_object_new_boolean(flag));
}

void sluice_json_time(struct json_object *json, const char *key, uint64_t seconds)
{
	char text[32];

	sluice_time_text(seconds, text);
	sluice_json_text(json, key, seconds ? text : NULL);
}
