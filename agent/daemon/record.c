// SPDX-License-Identifier: GPL-2.0-or-later
/* Records with names; see record.h. */
#include "daemon/record.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/json.h"
#include "daemon/names.h"
#include "lib/memory.h"

/* The module says of a broken invariant which service it was about, and not between whom. */
static const char *address_text(const struct sluice_record *record, const uint8_t address[16],
				char text[INET6_ADDRSTRLEN])
{
	if (record->type == SLUICE_RECORD_INVARIANT && record->layer != SLUICE_LAYER_GATE)
		return NULL;
	if (record->family == 4)
		return inet_ntop(AF_INET, address + 12, text, INET6_ADDRSTRLEN);
	if (record->family == 6)
		return inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN);
	return NULL;
}

/* Where there is no IP, the MAC says who it was. */
static const char *mac_text(const uint8_t mac[6], char text[INET6_ADDRSTRLEN])
{
	static const uint8_t none[6];

	if (!memcmp(mac, none, sizeof(none)))
		return NULL;
	snprintf(text, INET6_ADDRSTRLEN, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return text;
}

static void put_ends(struct json_object *json, const struct sluice_record *record,
		     const struct sluice_held *held)
{
	char text[INET6_ADDRSTRLEN];
	const char *source = address_text(record, record->source, text);

	sluice_json_text(json, "src", source ? source : mac_text(record->source_mac, text));
	sluice_json_text(json, "src_name", sluice_name_address(held, record->source, record->family));
	sluice_json_if(json, "src_port", record->source_port);
	sluice_json_text(json, "src_zone", sluice_name_zone(held, record->source_zone));
	source = address_text(record, record->destination, text);
	sluice_json_text(json, "dst", source ? source : mac_text(record->destination_mac, text));
	sluice_json_text(json, "dst_name", sluice_name_address(held, record->destination, record->family));
	sluice_json_if(json, "dst_port", record->destination_port);
	sluice_json_text(json, "dst_zone", sluice_name_zone(held, record->destination_zone));
}

static void put_protocol(struct json_object *json, const struct sluice_record *record)
{
	struct protoent *known = NULL;
	char text[24];

	if (record->family)
		known = getprotobynumber(record->protocol);
	if (known)
		snprintf(text, sizeof(text), "%s", known->p_name);
	else if (record->family)
		snprintf(text, sizeof(text), "protocol %u", record->protocol);
	else
		snprintf(text, sizeof(text), "ethertype 0x%04x", record->ethertype);
	sluice_json_text(json, "protocol", record->family || record->ethertype ? text : NULL);
}

static void put_port(struct json_object *json, const struct sluice_record *record)
{
	char device[IF_NAMESIZE] = "", text[IF_NAMESIZE + 8];

	if (!record->ifindex || !if_indextoname(record->ifindex, device)) {
		sluice_json_text(json, "port", record->ifindex ? "a device that is gone" : NULL);
		return;
	}
	snprintf(text, sizeof(text), record->vlan ? "%s.%u" : "%s", device, record->vlan);
	sluice_json_text(json, "port", text);
}

/* The line to blame, as explain tells it: the conduit's, or that of the isolated zone. */
static unsigned int line_of(const struct sluice_record *record, const struct sluice_held *held)
{
	struct sluice_conduit_view view;
	uint32_t zone;

	if (sluice_name_view(held, record->conduit, &view))
		return view.line;
	if (record->type != SLUICE_RECORD_DENY || record->reason != SLUICE_REASON_ISOLATED_ZONE)
		return 0;
	zone = record->source_zone;
	if (!sluice_name_is_isolated(held, zone))
		zone = record->destination_zone;
	return sluice_name_is_isolated(held, zone) ? sluice_name_zone_line(held, zone) : 0;
}

static void put_policy(struct json_object *json, const struct sluice_record *record,
		       const struct sluice_held *held)
{
	char *conduit = sluice_name_conduit(held, record->conduit);

	sluice_json_text(json, "conduit", conduit);
	sluice_json_if(json, "line", line_of(record, held));
	sluice_json_if(json, "src_zone_line", sluice_name_zone_line(held, record->source_zone));
	sluice_json_if(json, "dst_zone_line",
		       sluice_name_zone_line(held, record->destination_zone));
	sluice_json_if(json, "policy_version", held ? held->manifest.version : 0);
	sluice_json_number(json, "generation", record->generation);
	free(conduit);
}

static const char *kind_of(const struct sluice_record *record)
{
	switch (record->type) {
	case SLUICE_RECORD_DENY:
		return "deny";
	case SLUICE_RECORD_OBSERVED:
		return "observed";
	}
	return "invariant";
}

struct json_object *sluice_record_json(const struct sluice_record *record,
				       const struct sluice_held *held, uint64_t now)
{
	bool has_reason = record->type != SLUICE_RECORD_INVARIANT;
	struct json_object *json = json_object_new_object();

	sluice_json_time(json, "time", now);
	sluice_json_text(json, "kind", kind_of(record));
	sluice_json_text(json, "layer", sluice_name_layer(record->layer));
	sluice_json_text(json, "reason", has_reason ? sluice_name_reason(record->reason)
					    : sluice_name_invariant(record->reason));
	sluice_json_text(json, "sentence", has_reason ? sluice_reason_sentence(record->reason)
					      : sluice_invariant_sentence(record->reason));
	put_ends(json, record, held);
	put_protocol(json, record);
	put_port(json, record);
	put_policy(json, record, held);
	sluice_json_number(json, "suppressed", record->suppressed);
	return json;
}
