// SPDX-License-Identifier: GPL-2.0-or-later
/* The site, its gateways, zones, assets and groups: from the tree to the model. */
#include <errno.h>
#include <string.h>

#include "../lib/memory.h"
#include "keys.h"

#define ASSET_MACS_MAX SLUICE_BINDING_MACS
#define MANAGEMENTS_MAX 64
#define OWN_ADDRESSES_MAX 16		/* of one management entry */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TABLE(table, word, rows) \
	const struct sluice_key_table table = { word, rows, COUNT(rows) }

/* A list of mappings: one element of the model each. */
#define READ_LIST(function, member, members, table)						\
static void function(struct sluice_reader *reader, const struct sluice_yaml_node *value,	\
		     void *target)								\
{												\
	struct sluice_policy *policy = reader->policy;						\
	const struct sluice_yaml_node *child = value->child;					\
												\
	if (!is_list(reader, value))								\
		return;										\
	for (; child; child = child->next) {							\
		policy->member = sluice_grow(policy->member, policy->members,			\
					     sizeof(*policy->member));				\
		memset(&policy->member[policy->members], 0, sizeof(*policy->member));		\
		policy->member[policy->members].place = child->place;				\
		sluice_read_mapping(reader, child, &table,					\
				    &policy->member[policy->members++]);			\
	}											\
}

static bool is_list(struct sluice_reader *reader, const struct sluice_yaml_node *value)
{
	if (value->kind == SLUICE_YAML_SEQUENCE)
		return true;
	sluice_message_error(reader->messages, &value->place, "%.60s must be a list", value->key);
	return false;
}

/* Ports: checked here, bound to gateways and zones when all of those are known */

static void read_port(struct sluice_reader *reader, const struct sluice_yaml_node *value)
{
	char device[SLUICE_DEVICE_BYTES];
	unsigned int tag;
	const char *text;

	if (value->kind == SLUICE_YAML_MAPPING) {
		sluice_read_mapping(reader, value, &sluice_keys_port, NULL);
		return;
	}
	text = sluice_read_text(reader, value);
	if (!text || sluice_port_parse(text, device, &tag))
		return;
	sluice_message_error(reader->messages, &value->place, "%.60s is not a port", text);
	sluice_message_hint(reader->messages,
			    "a port is a network device (eth1) or a device and a VLAN tag from 1 to 4094 (eth1.99)");
}

static void read_port_list(struct sluice_reader *reader, const struct sluice_yaml_node *value)
{
	const struct sluice_yaml_node *child = value->child;

	if (!is_list(reader, value))
		return;
	for (; child; child = child->next)
		read_port(reader, child);
}

/* Gateways */

static void gateway_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct sluice_gateway *gateway = target;

	gateway->name = sluice_read_name(reader, value);
	gateway->place = value->place;
}

static void gateway_layers(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			   void *target)
{
	static const char * const words[] = { "xdp", "module", "nftables", NULL };
	static const unsigned int bits[] = {
		SLUICE_LAYER_BIT_XDP, SLUICE_LAYER_BIT_MODULE, SLUICE_LAYER_BIT_NFTABLES,
	};
	struct sluice_gateway *gateway = target;
	const struct sluice_yaml_node *child = value->child;

	if (!is_list(reader, value))
		return;
	for (; child; child = child->next) {
		int word = sluice_read_word(reader, child, words);

		if (word >= 0)
			gateway->layers |= bits[word];
	}
	if (!value->child)
		sluice_message_error(reader->messages, &value->place,
				     "a gateway without layers would enforce nothing");
}

static void gateway_ports(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	struct sluice_gateway *gateway = target;
	const struct sluice_yaml_node *child = value->child;

	gateway->ports_written = value;
	if (value->kind != SLUICE_YAML_MAPPING) {
		sluice_message_error(reader->messages, &value->place,
				     "ports of a gateway must be a mapping from zone to list of ports");
		sluice_message_hint(reader->messages, "ports: {control: [eth1], dmz: [eth3]}");
		return;
	}
	for (; child; child = child->next)
		read_port_list(reader, child);
}

static void management_to(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	struct sluice_management *management = target;

	management->dials = true;
	management->peer = sluice_read_name(reader, value);
	management->peer_place = value->place;
}

static void management_from(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			    void *target)
{
	struct sluice_management *management = target;

	management->peer = sluice_read_name(reader, value);
	management->peer_place = value->place;
}

static void management_address(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			       void *target)
{
	struct sluice_management *management = target;

	sluice_read_spans(reader, value, true, &management->address);
	sluice_set_normalise(&management->address);
	if (management->address.count > OWN_ADDRESSES_MAX)
		sluice_message_error(reader->messages, &value->place,
				     "more than %d own addresses", OWN_ADDRESSES_MAX);
}

static void management_services(struct sluice_reader *reader, const struct sluice_yaml_node *value,
				void *target)
{
	struct sluice_management *management = target;

	sluice_read_names(reader, value, &management->services);
}

static void management_limits(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			      void *target)
{
	struct sluice_management *management = target;

	sluice_read_limits(reader, value, management->limit, management->limit_given);
}

static void read_management(struct sluice_reader *reader, const struct sluice_yaml_node *node,
			    struct sluice_gateway *gateway)
{
	struct sluice_management *management;
	bool to = sluice_yaml_get(node, "to");
	bool from = sluice_yaml_get(node, "from");

	if (gateway->managements == MANAGEMENTS_MAX) {
		sluice_message_error(reader->messages, &node->place,
				     "more than %d management entries", MANAGEMENTS_MAX);
		return;
	}
	gateway->management = sluice_grow(gateway->management, gateway->managements,
					  sizeof(*gateway->management));
	management = &gateway->management[gateway->managements++];
	memset(management, 0, sizeof(*management));
	management->place = node->place;
	sluice_read_mapping(reader, node, &sluice_keys_management, management);
	if (node->kind != SLUICE_YAML_MAPPING)
		return;
	if (to == from) {
		sluice_message_error(reader->messages, &node->place,
				     "management needs either to: or from:");
		sluice_message_hint(reader->messages,
				    "{to: ASSET, services} is what the gateway dials, "
				    "{address, from: ASSET, services} who may reach it");
	} else if (from && !sluice_yaml_get(node, "address")) {
		sluice_message_error(reader->messages, &node->place,
				     "management from: needs the gateway's own address:");
	}
}

static void gateway_management(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			       void *target)
{
	const struct sluice_yaml_node *child = value->child;

	if (value->kind != SLUICE_YAML_SEQUENCE) {
		read_management(reader, value, target);
		return;
	}
	for (; child && reader->messages->errors < SLUICE_MESSAGES_KEPT; child = child->next)
		read_management(reader, child, target);
}

static const struct sluice_key management_keys[] = {
	SLUICE_KEY("to", management_to),
	SLUICE_KEY("from", management_from),
	SLUICE_KEY("address", management_address),
	SLUICE_KEY_REQUIRED("services", management_services),
	SLUICE_KEY("limits", management_limits),
};
TABLE(sluice_keys_management, "management", management_keys);

static const struct sluice_key gateway_keys[] = {
	SLUICE_KEY_REQUIRED("name", gateway_name),
	SLUICE_KEY_REQUIRED("layers", gateway_layers),
	SLUICE_KEY("ports", gateway_ports),
	SLUICE_KEY("management", gateway_management),
	SLUICE_KEY_REFUSED("bridges", "this build cannot enforce on bridges"),
};
TABLE(sluice_keys_gateway, "gateway", gateway_keys);

READ_LIST(read_gateways, gateway, gateways, sluice_keys_gateway)

/* Zones */

static void zone_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	struct sluice_zone *zone = target;

	zone->name = sluice_read_name(reader, value);
	zone->place = value->place;
}

static void zone_level(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	static const char * const words[] = {
		"control", "dmz", "enterprise", "internet", "1", "2", "3", "4", NULL
	};
	struct sluice_zone *zone = target;
	int word = sluice_read_word(reader, value, words);

	if (word >= 0)
		zone->level = (unsigned int)word % 4 + SLUICE_LEVEL_CONTROL;
}

static void zone_isolated(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	struct sluice_zone *zone = target;

	zone->isolated = sluice_read_bool(reader, value);
}

static void zone_addresses(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			   void *target)
{
	struct sluice_zone *zone = target;

	sluice_read_spans(reader, value, false, &zone->written);
}

static void zone_except(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	struct sluice_zone *zone = target;

	sluice_read_spans(reader, value, false, &zone->except);
}

static void zone_ports(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_zone *zone = target;

	zone->ports_written = value;
	read_port_list(reader, value);
}

static void zone_intra(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	static const char * const words[] = { "allow", "deny", NULL };
	struct sluice_zone *zone = target;

	zone->intra_deny = sluice_read_word(reader, value, words) == 1;
}

static void zone_limits(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	struct sluice_zone *zone = target;

	zone->limits_place = value->place;
	sluice_read_limits(reader, value, zone->limit, zone->limit_given);
}

static void zone_peer(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	struct sluice_zone *zone = target;

	zone->peer = sluice_read_bool(reader, value);
}

static void zone_refuse(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	static const char * const words[] = { "reset", "silent", NULL };
	struct sluice_zone *zone = target;

	zone->reset_given = (unsigned int)(sluice_read_word(reader, value, words) + 1);
	zone->refuse_place = value->place;
}

static void zone_via(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		     void *target)
{
	struct sluice_zone *zone = target;

	zone->via = sluice_read_name(reader, value);
	zone->via_place = value->place;
}

static void port_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	if (value->kind == SLUICE_YAML_MAPPING)
		sluice_read_text(reader, value);
	else
		read_port(reader, value);
}

/* Bound to the port in resolve.c, when there is one. */
static void port_tunnel(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	sluice_read_bool(reader, value);
}

static const struct sluice_key port_keys[] = {
	SLUICE_KEY_REQUIRED("name", port_name),
	SLUICE_KEY_REFUSED("mac", "this build cannot tie a port to its permanent MAC address"),
	SLUICE_KEY_REFUSED("bus", "this build cannot tie a port to its place on the bus"),
	SLUICE_KEY_REFUSED("role", "this build cannot enforce mirror ports"),
	SLUICE_KEY_WHEN(SLUICE_ENFORCES_TUNNEL, "tunnel", port_tunnel,
			"this build cannot enforce on tunnel devices"),
};
TABLE(sluice_keys_port, "port", port_keys);

static const struct sluice_key zone_keys[] = {
	SLUICE_KEY_REQUIRED("name", zone_name),
	SLUICE_KEY("level", zone_level),
	SLUICE_KEY("isolated", zone_isolated),
	SLUICE_KEY_REQUIRED("addresses", zone_addresses),
	SLUICE_KEY("except", zone_except),
	SLUICE_KEY("ports", zone_ports),
	SLUICE_KEY("via", zone_via),
	SLUICE_KEY("intra", zone_intra),
	SLUICE_KEY("limits", zone_limits),
	SLUICE_KEY("peer", zone_peer),
	SLUICE_KEY_WHEN(SLUICE_ENFORCES_REFUSE, "refuse", zone_refuse,
			"this build cannot answer its denials"),
	SLUICE_KEY_REFUSED("probe_address", "this build cannot send must-deny probes"),
};
TABLE(sluice_keys_zone, "zone", zone_keys);

READ_LIST(read_zones, zone, zones, sluice_keys_zone)

/* Assets */

static void asset_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_asset *asset = target;

	asset->name = sluice_read_name(reader, value);
	asset->place = value->place;
}

static void asset_zone(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_asset *asset = target;

	asset->zone_name = sluice_read_name(reader, value);
	asset->zone_place = value->place;
}

static void asset_address(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	struct sluice_asset *asset = target;

	sluice_read_spans(reader, value, true, &asset->address);
	sluice_set_normalise(&asset->address);
}

static void add_mac(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		    struct sluice_asset *asset)
{
	const char *text = sluice_read_text(reader, value);
	uint8_t mac[SLUICE_MAC_BYTES];

	if (!text)
		return;
	if (!sluice_mac_parse(text, mac)) {
		sluice_message_error(reader->messages, &value->place,
				     "%.60s is not the MAC address of one device", text);
		sluice_message_hint(reader->messages, "write it as \"00:1d:9c:00:00:07\"");
		return;
	}
	if (asset->macs == ASSET_MACS_MAX) {
		sluice_message_error(reader->messages, &value->place,
				     "more than %d MAC addresses for one asset", ASSET_MACS_MAX);
		return;
	}
	asset->mac = sluice_grow(asset->mac, asset->macs, sizeof(*asset->mac));
	memcpy(asset->mac[asset->macs++], mac, sizeof(mac));
}

static void asset_mac(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	const struct sluice_yaml_node *child = value->child;

	if (value->kind == SLUICE_YAML_SCALAR) {
		add_mac(reader, value, target);
		return;
	}
	if (!is_list(reader, value))
		return;
	for (; child; child = child->next)
		add_mac(reader, child, target);
}

static void asset_port(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_asset *asset = target;

	asset->port = sluice_read_text(reader, value);
	asset->port_place = value->place;
	read_port(reader, value);
}

static void asset_identity(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			   void *target)
{
	struct sluice_asset *asset = target;

	asset->identity = sluice_read_text(reader, value);
	if (asset->identity && strlen(asset->identity) > SLUICE_MAX_IDENTITY)
		sluice_message_error(reader->messages, &value->place,
				     "identity: has more than %d bytes", SLUICE_MAX_IDENTITY);
}

static void asset_role(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	static const char * const words[] = { "jump-host", NULL };
	struct sluice_asset *asset = target;

	asset->jump_host = sluice_read_word(reader, value, words) == 0;
}

static const struct sluice_key asset_keys[] = {
	SLUICE_KEY_REQUIRED("name", asset_name),
	SLUICE_KEY_REQUIRED("zone", asset_zone),
	SLUICE_KEY_REQUIRED("address", asset_address),
	SLUICE_KEY("mac", asset_mac),
	SLUICE_KEY("port", asset_port),
	SLUICE_KEY("identity", asset_identity),
	SLUICE_KEY("role", asset_role),
};
TABLE(sluice_keys_asset, "asset", asset_keys);

READ_LIST(read_assets, asset, assets, sluice_keys_asset)

/* Groups */

static void group_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_group *group = target;

	group->name = sluice_read_name(reader, value);
	group->place = value->place;
}

static void group_members(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	struct sluice_group *group = target;

	sluice_read_names(reader, value, &group->members);
}

static const struct sluice_key group_keys[] = {
	SLUICE_KEY_REQUIRED("name", group_name),
	SLUICE_KEY_REQUIRED("members", group_members),
};
TABLE(sluice_keys_group, "group", group_keys);

READ_LIST(read_groups, group, groups, sluice_keys_group)

/* Site */

static void site_format(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	const char *text = sluice_read_text(reader, value);

	if (!text || !strcmp(text, "1"))
		return;
	sluice_message_error(reader->messages, &value->place,
			     "sluice: %.60s is a language that this build does not know", text);
	sluice_message_hint(reader->messages, "this build reads `sluice: 1`");
}

static void site_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	reader->policy->site = sluice_read_name(reader, value);
}

static void site_version(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	reader->policy->version = sluice_read_number(reader, value, 1, INT64_MAX);
}

static const struct sluice_key site_keys[] = {
	SLUICE_KEY_REQUIRED("sluice", site_format),
	SLUICE_KEY_REQUIRED("site", site_name),
	SLUICE_KEY_REQUIRED("version", site_version),
	SLUICE_KEY_REQUIRED("gateways", read_gateways),
	SLUICE_KEY_REQUIRED("zones", read_zones),
	SLUICE_KEY("assets", read_assets),
	SLUICE_KEY("groups", read_groups),
	SLUICE_KEY("services", sluice_read_services),
	SLUICE_KEY("conduits", sluice_read_conduits),
	SLUICE_KEY_REFUSED("offline_after", "this build cannot act on the absence of central"),
	SLUICE_KEY_REFUSED("lease_grace", "this build keeps no lease beyond its time"),
};
TABLE(sluice_keys_site, "site", site_keys);

const struct sluice_key_table * const sluice_key_tables[] = {
	&sluice_keys_site, &sluice_keys_gateway, &sluice_keys_management, &sluice_keys_zone,
	&sluice_keys_port, &sluice_keys_asset, &sluice_keys_group, &sluice_keys_service,
	&sluice_keys_match, &sluice_keys_conduit, &sluice_keys_limits, &sluice_keys_valid,
	&sluice_keys_open, &sluice_keys_budget, NULL
};

int sluice_read_policy(struct sluice_policy *policy, struct sluice_messages *messages)
{
	struct sluice_reader reader = { policy, messages };
	size_t before = messages->errors;

	sluice_read_mapping(&reader, policy->yaml->root, &sluice_keys_site, policy);
	if (messages->errors == before && !policy->gateways)
		sluice_message_error(messages, NULL, "the site has no gateway");
	return messages->errors == before ? 0 : -EINVAL;
}
