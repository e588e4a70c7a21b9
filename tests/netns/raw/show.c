// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the module says of itself, as JSON.
 *
 * One table a nest: attribute, key, form. A fingerprint is the same JSON without what changes by
 * itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <json-c/json.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw.h"

enum form { FORM_NUMBER, FORM_HEX, FORM_STATE, FORM_LIST, FORM_ADDRESS, FORM_TEXT };

struct field {
	uint16_t attribute;
	const char *key;
	enum form form;
	bool changing;			/* by itself: a clock, a counter of packets */
	const struct field *nested;	/* FORM_LIST */
};

static const struct field slot_fields[] = {
	{ SLUICE_SLOT_INDEX, "index", FORM_NUMBER, false, NULL },
	{ SLUICE_SLOT_GENERATION, "generation", FORM_NUMBER, false, NULL },
	{ SLUICE_SLOT_VERSION, "version", FORM_NUMBER, false, NULL },
	{ SLUICE_SLOT_DIGEST, "digest", FORM_HEX, false, NULL },
	{ SLUICE_SLOT_IMAGE_DIGEST, "image_digest", FORM_HEX, false, NULL },
	{ SLUICE_SLOT_WORDS, "words", FORM_NUMBER, false, NULL },
	{ 0, NULL, 0, false, NULL },
};

static const struct field port_fields[] = {
	{ SLUICE_PORT_INDEX, "index", FORM_NUMBER, false, NULL },
	{ SLUICE_PORT_IFINDEX, "ifindex", FORM_NUMBER, false, NULL },
	{ SLUICE_PORT_VLAN, "vlan", FORM_NUMBER, false, NULL },
	{ SLUICE_PORT_RX_PACKETS, "entered", FORM_NUMBER, true, NULL },
	{ SLUICE_PORT_TX_PACKETS, "left", FORM_NUMBER, true, NULL },
	{ SLUICE_PORT_NOISE, "noise", FORM_NUMBER, true, NULL },
	{ SLUICE_PORT_ANSWERED, "answered", FORM_NUMBER, true, NULL },
	{ SLUICE_PORT_GENERATION, "generation", FORM_NUMBER, false, NULL },
	{ 0, NULL, 0, false, NULL },
};

static const struct field state_fields[] = {
	{ SLUICE_ATTR_ABI, "abi", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_NONCE, "nonce", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_MARK, "mark", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_STATE, "state", FORM_STATE, false, NULL },
	{ SLUICE_ATTR_FEATURES, "features", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_LAYERS, "layers", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_SELECTOR, "selector", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_JIFFIES, "jiffies", FORM_NUMBER, true, NULL },
	{ SLUICE_ATTR_HZ, "hz", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_SURE, "clock_sure", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_LOWER_BOUND, "lower_bound", FORM_NUMBER, true, NULL },
	{ SLUICE_ATTR_TRUST_DIGEST, "trust_digest", FORM_HEX, false, NULL },
	{ SLUICE_ATTR_TRUST_VERSION, "trust_version", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_VERSION_FLOOR, "version_floor", FORM_NUMBER, false, NULL },
	{ SLUICE_ATTR_PREVIOUS, "previous", FORM_HEX, false, NULL },
	{ SLUICE_ATTR_ANCHOR, "anchor", FORM_HEX, false, NULL },
	{ SLUICE_ATTR_HEARTBEAT_AGE, "heartbeat_age", FORM_NUMBER, true, NULL },
	{ SLUICE_ATTR_SLOT, "slots", FORM_LIST, false, slot_fields },
	{ SLUICE_ATTR_PORT, "ports", FORM_LIST, false, port_fields },
	{ 0, NULL, 0, false, NULL },
};

static const struct field counter_fields[] = {
	{ SLUICE_COUNTER_TYPE, "type", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_KEY, "key", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_LAYER, "layer", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_GENERATION, "generation", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_PACKETS, "packets", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_BYTES, "bytes", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_REPLY_PACKETS, "reply_packets", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_REPLY_BYTES, "reply_bytes", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_FLOWS, "flows", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_CONCURRENT, "concurrent", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_DENIED, "denied", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_MIDSTREAM, "midstream", FORM_NUMBER, false, NULL },
	{ SLUICE_COUNTER_OBSERVED, "observed", FORM_NUMBER, false, NULL },
	{ 0, NULL, 0, false, NULL },
};

static const struct field counters_fields[] = {
	{ SLUICE_ATTR_COUNTER, "counters", FORM_LIST, false, counter_fields },
	{ 0, NULL, 0, false, NULL },
};

static const struct field binding_fields[] = {
	{ SLUICE_BINDING_ADDRESS, "address", FORM_ADDRESS, false, NULL },
	{ SLUICE_BINDING_IFINDEX, "ifindex", FORM_NUMBER, false, NULL },
	{ SLUICE_BINDING_VLAN, "vlan", FORM_NUMBER, false, NULL },
	{ SLUICE_BINDING_MAC, "mac", FORM_HEX, false, NULL },
	{ 0, NULL, 0, false, NULL },
};

static const struct field bindings_fields[] = {
	{ SLUICE_ATTR_BINDING, "bindings", FORM_LIST, false, binding_fields },
	{ 0, NULL, 0, false, NULL },
};

static const struct field lease_fields[] = {
	{ SLUICE_LEASE_ZONE, "zone", FORM_NUMBER, false, NULL },
	{ SLUICE_LEASE_ADDRESS, "address", FORM_HEX, false, NULL },
	{ SLUICE_LEASE_MAC, "mac", FORM_HEX, false, NULL },
	{ SLUICE_LEASE_UNTIL_MS, "until_ms", FORM_NUMBER, true, NULL },
	{ SLUICE_LEASE_STATE, "state", FORM_NUMBER, false, NULL },
	{ SLUICE_LEASE_IDENTITY, "identity", FORM_TEXT, false, NULL },
	{ 0, NULL, 0, false, NULL },
};

static const struct field leases_fields[] = {
	{ SLUICE_ATTR_LEASE, "leases", FORM_LIST, false, lease_fields },
	{ 0, NULL, 0, false, NULL },
};

static const struct field flow_fields[] = {
	{ SLUICE_FLOW_CONDUIT, "conduit", FORM_NUMBER, false, NULL },
	{ SLUICE_FLOW_GENERATION, "generation", FORM_NUMBER, false, NULL },
	{ SLUICE_FLOW_PROTOCOL, "protocol", FORM_NUMBER, false, NULL },
	{ SLUICE_FLOW_SOURCE, "source", FORM_HEX, false, NULL },
	{ SLUICE_FLOW_DESTINATION, "destination", FORM_HEX, false, NULL },
	{ SLUICE_FLOW_SOURCE_PORT, "source_port", FORM_NUMBER, false, NULL },
	{ SLUICE_FLOW_DESTINATION_PORT, "destination_port", FORM_NUMBER, false, NULL },
	{ 0, NULL, 0, false, NULL },
};

static const struct field flows_fields[] = {
	{ SLUICE_ATTR_FLOW, "flows", FORM_LIST, false, flow_fields },
	{ 0, NULL, 0, false, NULL },
};

static const char *const reason_names[] = {
#define REASON_NAME(number, name, step, text) [number] = #name,
	SLUICE_REASONS(REASON_NAME)
#undef REASON_NAME
};

static const char *const invariant_names[] = {
#define INVARIANT_NAME(number, name, text) [number] = #name,
	SLUICE_INVARIANTS(INVARIANT_NAME)
#undef INVARIANT_NAME
};

static const char *const layer_names[] = {
#define LAYER_NAME(number, name) [number] = #name,
	SLUICE_LAYERS(LAYER_NAME)
#undef LAYER_NAME
};

struct context {
	const struct field *fields;
	struct json_object *object;
	bool still;			/* leave out what changes by itself */
};

static uint64_t number_of(const struct nlattr *attribute)
{
	switch (mnl_attr_get_payload_len(attribute)) {
	case 1: return mnl_attr_get_u8(attribute);
	case 2: return mnl_attr_get_u16(attribute);
	case 4: return mnl_attr_get_u32(attribute);
	case 8: return mnl_attr_get_u64(attribute);
	}
	return 0;
}

static struct json_object *hex_of(const struct nlattr *attribute)
{
	const uint8_t *bytes = mnl_attr_get_payload(attribute);
	size_t length = mnl_attr_get_payload_len(attribute), at;
	char text[2 * SLUICE_DIGEST_BYTES + 1] = "";

	for (at = 0; at < length && at < SLUICE_DIGEST_BYTES; at++)
		sprintf(text + 2 * at, "%02x", bytes[at]);
	return json_object_new_string(text);
}

/* IPv4 stands in the last four bytes of a mapped address. */
static struct json_object *address_of(const struct nlattr *attribute)
{
	const uint8_t *bytes = mnl_attr_get_payload(attribute);
	char text[INET6_ADDRSTRLEN] = "?";

	if (mnl_attr_get_payload_len(attribute) != 16)
		return NULL;
	if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)bytes))
		inet_ntop(AF_INET, bytes + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, bytes, text, sizeof(text));
	return json_object_new_string(text);
}

static struct json_object *state_of(const struct nlattr *attribute)
{
	static const char *const names[] = { "unknown", "commissioning", "active", "trial",
					     "released" };
	uint64_t state = number_of(attribute);

	return json_object_new_string(names[state < 5 ? state : 0]);
}

static void show_attribute(const struct nlattr *attribute, struct context *context);

static void append_nest(const struct nlattr *nest, const struct field *field,
			struct context *context)
{
	struct context inner = { field->nested, json_object_new_object(), context->still };
	struct json_object *list;
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, nest)
		show_attribute(attribute, &inner);
	if (!json_object_object_get_ex(context->object, field->key, &list)) {
		list = json_object_new_array();
		json_object_object_add(context->object, field->key, list);
	}
	json_object_array_add(list, inner.object);
}

static void show_attribute(const struct nlattr *attribute, struct context *context)
{
	const struct field *field = context->fields;
	struct json_object *value;

	while (field->key && field->attribute != mnl_attr_get_type(attribute))
		field++;
	if (!field->key || (context->still && field->changing))
		return;
	if (field->form == FORM_LIST)
		return append_nest(attribute, field, context);
	if (field->form == FORM_HEX)
		value = hex_of(attribute);
	else if (field->form == FORM_ADDRESS)
		value = address_of(attribute);
	else if (field->form == FORM_TEXT)
		value = json_object_new_string(mnl_attr_get_str(attribute));
	else if (field->form == FORM_STATE)
		value = state_of(attribute);
	else
		value = json_object_new_uint64(number_of(attribute));
	json_object_object_add(context->object, field->key, value);
}

static int take_attributes(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr))
		show_attribute(attribute, data);
	return 1;
}

static const char *name_of(const char *const *names, size_t count, uint64_t number)
{
	return number < count && names[number] ? names[number] : "?";
}

static uint64_t member(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_uint64(value) : 0;
}

static void add_word(struct json_object *object, const char *key, const char *name)
{
	char text[64];
	size_t at;

	for (at = 0; name[at] && at + 1 < sizeof(text); at++)
		text[at] = name[at] >= 'A' && name[at] <= 'Z' ? name[at] | 32 : name[at];
	text[at] = '\0';
	json_object_object_add(object, key, json_object_new_string(text));
}

/* Numbers become the words that every other output uses. */
static void name_counter(struct json_object *counter)
{
	uint64_t key = member(counter, "key");

	add_word(counter, "layer", name_of(layer_names, SLUICE_LAYER_COUNT,
					   member(counter, "layer")));
	switch (member(counter, "type")) {
	case SLUICE_COUNTER_TYPE_REASON:
		add_word(counter, "reason", name_of(reason_names, SLUICE_REASON_COUNT, key));
		break;
	case SLUICE_COUNTER_TYPE_INVARIANT:
		add_word(counter, "invariant",
			 name_of(invariant_names, SLUICE_INVARIANT_COUNT, key));
		break;
	case SLUICE_COUNTER_TYPE_CONDUIT:
		json_object_object_add(counter, "conduit", json_object_new_uint64(key));
		break;
	}
	json_object_object_del(counter, "type");
	json_object_object_del(counter, "key");
}

static int collect(struct raw_link *link, uint8_t command, uint16_t flags, struct context *context)
{
	context->object = json_object_new_object();
	raw_begin(link, command, flags);
	return raw_call(link, take_attributes, context);
}

int raw_show_state(struct raw_link *link)
{
	struct context context = { state_fields, NULL, false };
	int error = collect(link, SLUICE_CMD_GET, 0, &context);

	if (!error)
		puts(json_object_to_json_string_ext(context.object, JSON_C_TO_STRING_PLAIN));
	json_object_put(context.object);
	return error;
}

int raw_show_counters(struct raw_link *link)
{
	struct context context = { counters_fields, NULL, false };
	int error = collect(link, SLUICE_CMD_COUNTERS, NLM_F_DUMP, &context);
	struct json_object *list = NULL;
	size_t index;

	if (error) {
		json_object_put(context.object);
		return error;
	}
	json_object_object_get_ex(context.object, "counters", &list);
	for (index = 0; list && index < json_object_array_length(list); index++)
		name_counter(json_object_array_get_idx(list, index));
	puts(list ? json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN) : "[]");
	json_object_put(context.object);
	return 0;
}

static int show_list(struct raw_link *link, uint8_t command, const struct field *fields)
{
	struct context context = { fields, NULL, false };
	int error = collect(link, command, NLM_F_DUMP, &context);
	struct json_object *list = NULL;

	if (!error) {
		json_object_object_get_ex(context.object, fields->key, &list);
		puts(list ? json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN) : "[]");
	}
	json_object_put(context.object);
	return error;
}

int raw_show_bindings(struct raw_link *link)
{
	return show_list(link, SLUICE_CMD_BINDINGS, bindings_fields);
}

int raw_show_leases(struct raw_link *link)
{
	return show_list(link, SLUICE_CMD_LEASES, leases_fields);
}

int raw_show_flows(struct raw_link *link)
{
	return show_list(link, SLUICE_CMD_FLOWS, flows_fields);
}

char *raw_fingerprint(struct raw_link *link)
{
	struct context context = { state_fields, NULL, true };
	int error = collect(link, SLUICE_CMD_GET, 0, &context);
	char *text = error ? NULL : strdup(json_object_to_json_string(context.object));

	json_object_put(context.object);
	return text;
}
