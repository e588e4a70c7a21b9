// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader's tables and policies/schema.json say the same: the same keys, the same ones required,
 * and the same words where this build refuses a key.
 */
#include <json-c/json.h>
#include <string.h>

#include "policy/keys.h"
#include "tests/lib/ktap.h"

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : NULL;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value;

	return object && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static bool in_list(struct json_object *list, const char *word)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)), word))
			return true;
	return false;
}

static bool same_refusal(const struct sluice_key *key, struct json_object *property)
{
	const char *refused = text_of(property, "x-sluice-refused");

	if (!sluice_key_refused(key) || !refused)
		return !sluice_key_refused(key) && !refused;
	return !strcmp(key->refused, refused);
}

static void check_key(const struct sluice_key_table *table, const struct sluice_key *key,
		      struct json_object *schema)
{
	struct json_object *property = member(member(schema, "properties"), key->name);

	if (!ktap_ok(property, "%s.%s: in the reader and in the schema", table->name, key->name))
		return;
	ktap_ok(same_refusal(key, property), "%s.%s: refused with the same words, or by neither",
		table->name, key->name);
	ktap_ok(key->required == in_list(member(schema, "required"), key->name),
		"%s.%s: required by both or by neither", table->name, key->name);
}

static bool has_key(const struct sluice_key_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (!strcmp(table->key[i].name, name))
			return true;
	return false;
}

static void check_table(const struct sluice_key_table *table, struct json_object *definitions)
{
	struct json_object *schema = member(definitions, table->name), *extra;

	if (!ktap_ok(schema, "%s: has a definition in the schema", table->name))
		return;
	extra = member(schema, "additionalProperties");
	ktap_ok(extra && !json_object_get_boolean(extra), "%s: unknown keys are errors in both",
		table->name);
	for (size_t i = 0; i < table->count; i++)
		check_key(table, &table->key[i], schema);
	json_object_object_foreach(member(schema, "properties"), name, property) {
		(void)property;
		ktap_ok(has_key(table, name), "%s.%s: in the schema and in the reader", table->name,
			name);
	}
}

static bool is_table(const char *name)
{
	for (size_t i = 0; sluice_key_tables[i]; i++)
		if (!strcmp(sluice_key_tables[i]->name, name))
			return true;
	return false;
}

int main(void)
{
	struct json_object *schema = json_object_from_file("policies/schema.json");
	struct json_object *definitions = member(schema, "$defs");

	if (!ktap_ok(definitions, "policies/schema.json can be read"))
		return ktap_done();
	for (size_t i = 0; sluice_key_tables[i]; i++)
		check_table(sluice_key_tables[i], definitions);
	json_object_object_foreach(definitions, name, definition)
		ktap_ok(is_table(name) || !member(definition, "properties"),
			"definition %s: is a table of the reader, or no mapping", name);
	json_object_put(schema);
	return ktap_done();
}
