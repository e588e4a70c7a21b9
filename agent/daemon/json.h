/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of JSON objects in one line each.
 */
#ifndef SLUICE_DAEMON_JSON_H
#define SLUICE_DAEMON_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/** sluice_json_text() - a string; NULL is null */
void sluice_json_text(struct json_object *json, const char *key, const char *text);

/** sluice_json_number() - a number */
void sluice_json_number(struct json_object *json, const char *key, uint64_t number);

/** sluice_json_if() - a number of which 0 means "not known": null */
void sluice_json_if(struct json_object *json, const char *key, uint64_t number);

/** sluice_json_mac() - six bytes as people write them; all zero is null */
void sluice_json_mac(struct json_object *json, const char *key, const uint8_t mac[6]);

/** sluice_json_flag() - true or false */
void sluice_json_flag(struct json_object *json, const char *key, bool flag);

/** sluice_json_time() - seconds since 1970 as people write them; 0 is null */
void sluice_json_time(struct json_object *json, const char *key, uint64_t seconds);

#endif
