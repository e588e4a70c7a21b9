// SPDX-License-Identifier: GPL-2.0-or-later
/* The trust text, by the strict YAML and the tables of the policy language. */
#include "trust/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "policy/keys.h"
#include "trust/refuse.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Words as the language has them; the index is the level or role, less 1. */
static const char *const level_words[] = { "control", "dmz", "enterprise", "internet", NULL };
static const char *const role_words[] = { "policy", "trust", "emergency", "command", "crl", NULL };

#define TEXT_VERSION 1

static bool is_list(struct sluice_reader *reader, const struct sluice_yaml_node *value)
{
	if (value->kind == SLUICE_YAML_SEQUENCE && value->count)
		return true;
	sluice_message_error(reader->messages, &value->place,
			     "%s must be a list that is not empty", value->key);
	return false;
}

/* ---- Roles ---- */

/**
 * struct role - one entry under `roles:` while it is read
 * @role: which
 * @threshold: signatures demanded
 * @certificates: the list of files
 */
struct role {
	enum sluice_role role;
	unsigned int threshold;
	const struct sluice_yaml_node *certificates;
};

static void role_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	/* -1, no such word, becomes SLUICE_ROLE_NONE */
	((struct role *)target)->role =
		(enum sluice_role)(sluice_read_word(reader, value, role_words) + 1);
}

static void role_threshold(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			   void *target)
{
	((struct role *)target)->threshold =
		(unsigned int)sluice_read_number(reader, value, 1, SLUICE_MAX_SIGNATURES);
}

static void role_certificates(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			      void *target)
{
	if (!is_list(reader, value))
		return;
	for (const struct sluice_yaml_node *file = value->child; file; file = file->next)
		if (!sluice_read_text(reader, file))
			return;
	((struct role *)target)->certificates = value;
}

static const struct sluice_key role_keys[] = {
	SLUICE_KEY_REQUIRED("name", role_name),
	SLUICE_KEY_REQUIRED("threshold", role_threshold),
	SLUICE_KEY_REQUIRED("certificates", role_certificates),
};
static const struct sluice_key_table role_table = { "role", role_keys, COUNT(role_keys) };

static void keep_role(struct sluice_reader *reader, const struct sluice_yaml_node *node,
		      const struct role *role, struct sluice_trust_text *text)
{
	const struct sluice_yaml_node *file = role->certificates->child;

	if (text->thresholds[role->role]) {
		sluice_message_error(reader->messages, &node->place, "role %s stands here twice",
				     sluice_role_name(role->role));
		return;
	}
	if (role->certificates->count > SLUICE_MAX_CERTIFICATES ||
	    role->threshold > role->certificates->count) {
		sluice_message_error(reader->messages, &node->place,
				     "role %s: %u signatures of %zu certificates; at most %d "
				     "certificates, and no more signatures than certificates",
				     sluice_role_name(role->role), role->threshold,
				     role->certificates->count, SLUICE_MAX_CERTIFICATES);
		return;
	}
	text->thresholds[role->role] = (uint8_t)role->threshold;
	for (; file; file = file->next) {
		text->files = sluice_grow(text->files, text->file_count, sizeof(*text->files));
		text->roles = sluice_grow(text->roles, text->file_count, sizeof(*text->roles));
		text->files[text->file_count] = sluice_copy_text(file->text);
		text->roles[text->file_count++] = role->role;
	}
}

static void read_roles(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	if (!is_list(reader, value))
		return;
	for (const struct sluice_yaml_node *node = value->child; node; node = node->next) {
		struct role role = { SLUICE_ROLE_NONE, 0, NULL };

		sluice_read_mapping(reader, node, &role_table, &role);
		if (role.role && role.threshold && role.certificates)
			keep_role(reader, node, &role, target);
	}
}

/* The record is sorted by role, the text need not be; equal roles keep the order of the text. */
static void sort_files(struct sluice_trust_text *text)
{
	for (size_t i = 1; i < text->file_count; i++) {
		for (size_t j = i; j && text->roles[j - 1] > text->roles[j]; j--) {
			enum sluice_role role = text->roles[j];
			char *file = text->files[j];

			text->roles[j] = text->roles[j - 1];
			text->files[j] = text->files[j - 1];
			text->roles[j - 1] = role;
			text->files[j - 1] = file;
		}
	}
}

/* ---- Structure ---- */

/**
 * struct zone - one entry under `zones:` while it is read
 * @name: its name
 * @level: 1 to 4, 0 when there is none
 * @isolated: as written
 * @peer: as written
 * @ports: the list of ports, or NULL
 */
struct zone {
	const char *name;
	unsigned int level;
	bool isolated;
	bool peer;
	const struct sluice_yaml_node *ports;
};

static void zone_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	((struct zone *)target)->name = sluice_read_name(reader, value);
}

static void zone_level(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	((struct zone *)target)->level =
		(unsigned int)(sluice_read_word(reader, value, level_words) + 1);
}

static void zone_isolated(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	((struct zone *)target)->isolated = sluice_read_bool(reader, value);
}

static void zone_peer(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	((struct zone *)target)->peer = sluice_read_bool(reader, value);
}

static bool is_port(const char *text)
{
	const char *slash = strchr(text, '/');
	char device[SLUICE_DEVICE_BYTES], gateway[SLUICE_NAME_BYTES];
	unsigned int tag;

	if (!slash || slash - text >= SLUICE_NAME_BYTES)
		return false;
	memcpy(gateway, text, (size_t)(slash - text));
	gateway[slash - text] = 0;
	return sluice_name_is_valid(gateway) && sluice_port_parse(slash + 1, device, &tag);
}

static void zone_ports(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	if (!is_list(reader, value))
		return;
	for (const struct sluice_yaml_node *port = value->child; port; port = port->next) {
		const char *text = sluice_read_text(reader, port);

		if (text && is_port(text))
			continue;
		if (text) {
			sluice_message_error(reader->messages, &port->place,
					     "%.60s is not a port of a gateway", text);
			sluice_message_hint(reader->messages, "write GATEWAY/PORT, as in gw-1/eth1 "
					    "or gw-1/eth1.99");
		}
		return;
	}
	((struct zone *)target)->ports = value;
}

static const struct sluice_key zone_keys[] = {
	SLUICE_KEY_REQUIRED("name", zone_name),
	SLUICE_KEY("level", zone_level),
	SLUICE_KEY("isolated", zone_isolated),
	SLUICE_KEY("peer", zone_peer),
	SLUICE_KEY("ports", zone_ports),
};
static const struct sluice_key_table zone_table = { "pinned zone", zone_keys, COUNT(zone_keys) };

static void keep_port(struct sluice_structure_zone *zone, const char *text)
{
	char *gateway = sluice_copy_text(text), *slash = strchr(gateway, '/');

	*slash = 0;
	sluice_structure_add_port(zone, gateway, slash + 1);
	free(gateway);
}

static void keep_zone(struct sluice_reader *reader, const struct sluice_yaml_node *node,
		      const struct zone *zone, struct sluice_structure *structure)
{
	const struct sluice_yaml_node *port = zone->ports ? zone->ports->child : NULL;
	struct sluice_structure_zone *kept;

	for (size_t i = 0; i < structure->count; i++)
		if (!strcmp(structure->zones[i].name, zone->name))
			sluice_message_error(reader->messages, &node->place,
					     "zone %s stands here twice", zone->name);
	if (zone->isolated == !!zone->level)
		sluice_message_error(reader->messages, &node->place,
				     "zone %s needs a level or `isolated: true`, not both",
				     zone->name);
	kept = sluice_structure_add_zone(structure, zone->name, zone->level, zone->isolated,
					 zone->peer);
	for (; port; port = port->next)
		keep_port(kept, port->text);
}

static void read_zones(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_trust_text *text = target;

	if (!is_list(reader, value))
		return;
	if (value->count > SLUICE_MAX_ZONES) {
		sluice_message_error(reader->messages, &value->place, "%zu zones are over %d",
				     value->count, SLUICE_MAX_ZONES);
		return;
	}
	for (const struct sluice_yaml_node *node = value->child; node; node = node->next) {
		struct zone zone = { NULL, 0, false, false, NULL };

		sluice_read_mapping(reader, node, &zone_table, &zone);
		if (zone.name)
			keep_zone(reader, node, &zone, &text->structure);
	}
}

static const struct sluice_key structure_keys[] = {
	SLUICE_KEY_REQUIRED("zones", read_zones),
};
static const struct sluice_key_table structure_table = { "structure", structure_keys,
							 COUNT(structure_keys) };

static void read_structure(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			   void *target)
{
	sluice_read_mapping(reader, value, &structure_table, target);
}

/* ---- The document ---- */

static void read_language(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	sluice_read_number(reader, value, TEXT_VERSION, TEXT_VERSION);
}

static void read_site(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	const char *name = sluice_read_name(reader, value);

	if (name)
		((struct sluice_trust_text *)target)->site = sluice_copy_text(name);
}

static void read_version(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	((struct sluice_trust_text *)target)->version =
		sluice_read_number(reader, value, 1, INT64_MAX);
}

static void read_epoch(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	((struct sluice_trust_text *)target)->epoch =
		sluice_read_number(reader, value, 1, INT64_MAX);
}

static const struct sluice_key trust_keys[] = {
	SLUICE_KEY_REQUIRED("sluice-trust", read_language),
	SLUICE_KEY_REQUIRED("site", read_site),
	SLUICE_KEY_REQUIRED("version", read_version),
	SLUICE_KEY_REQUIRED("epoch", read_epoch),
	SLUICE_KEY_REQUIRED("roles", read_roles),
	SLUICE_KEY_REQUIRED("structure", read_structure),
};
static const struct sluice_key_table trust_table = { "trust text", trust_keys, COUNT(trust_keys) };

/*
 * S8: a peer, a control zone that lies outside the site, is never one person's decision.
 */
static void check_peers(struct sluice_reader *reader, const struct sluice_trust_text *text)
{
	for (size_t i = 0; i < text->structure.count; i++)
		if (text->structure.zones[i].peer && text->thresholds[SLUICE_ROLE_POLICY] < 2)
			sluice_message_error(reader->messages, NULL,
					     "zone %s is a peer: role policy needs a threshold of 2 "
					     "or more", text->structure.zones[i].name);
}

static void check_roles(struct sluice_reader *reader, const struct sluice_trust_text *text)
{
	if (!text->thresholds[SLUICE_ROLE_POLICY] || !text->thresholds[SLUICE_ROLE_TRUST])
		sluice_message_error(reader->messages, NULL,
				     "the roles policy and trust are needed, or nobody could ever "
				     "change anything");
}

int sluice_trust_text_read(struct sluice_bytes bytes, struct sluice_trust_text *text,
			   struct sluice_messages *messages)
{
	struct sluice_trust_text read = { .site = NULL };
	struct sluice_reader reader = { NULL, messages };
	size_t errors = messages->errors;
	struct sluice_yaml *yaml = sluice_yaml_parse((const char *)bytes.bytes, bytes.length,
						     messages);

	if (!yaml)
		return -EINVAL;
	sluice_read_mapping(&reader, yaml->root, &trust_table, &read);
	sluice_yaml_free(yaml);
	if (messages->errors == errors) {
		check_roles(&reader, &read);
		check_peers(&reader, &read);
	}
	if (messages->errors != errors) {
		sluice_trust_text_release(&read);
		return -EINVAL;
	}
	sort_files(&read);
	sluice_structure_sort(&read.structure);
	*text = read;
	return 0;
}

static bool same_roles(const struct sluice_trust_text *text,
		       const struct sluice_trust_record *record)
{
	if (memcmp(text->thresholds, record->thresholds, sizeof(text->thresholds)) ||
	    text->file_count != record->count)
		return false;
	for (size_t i = 0; i < record->count; i++)
		if (text->roles[i] != record->anchors[i].role)
			return false;
	return true;
}

int sluice_trust_text_agrees(const struct sluice_trust_text *text,
			     const struct sluice_manifest *manifest,
			     const struct sluice_trust_record *record,
			     struct sluice_messages *messages)
{
	if (strcmp(text->site, manifest->site) != 0 || text->version != manifest->version ||
	    text->epoch != manifest->epoch)
		return sluice_refuse(messages, EBADMSG,
				     "the trust text (site %s, version %" PRIu64 ", epoch %" PRIu64
				     ") is not what its envelope says", text->site, text->version,
				     text->epoch);
	if (!same_roles(text, record))
		return sluice_refuse(messages, EBADMSG,
				     "roles, thresholds or numbers of certificates of the trust text "
				     "are not those of its record");
	return 0;
}

void sluice_trust_text_release(struct sluice_trust_text *text)
{
	for (size_t i = 0; i < text->file_count; i++)
		free(text->files[i]);
	free(text->files);
	free(text->roles);
	free(text->site);
	sluice_structure_release(&text->structure);
	*text = (struct sluice_trust_text){ .site = NULL };
}
