// SPDX-License-Identifier: GPL-2.0-or-later
/* Members of JSON objects; see json.h. */
#include "daemon/json.h"

#include <stdio.h>
#include <string.h>

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

void sluice_json_mac(struct json_object *json, const char *key, const uint8_t mac[6])
{
	static const uint8_t none[6];
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	sluice_json_text(json, key, memcmp(mac, none, sizeof(none)) ? text : NULL);
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
