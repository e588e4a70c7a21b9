// SPDX-License-Identifier: GPL-2.0-or-later
/* Services and conduits: from the tree to the model. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "keys.h"

#define RATE_MAX 1000000000u		/* one packet a nanosecond: the image's interval is still 1 */
#define CONNECTIONS_MAX 10000000u

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TABLE(table, word, rows) \
	const struct sluice_key_table table = { word, rows, COUNT(rows) }

static bool is_list(struct sluice_reader *reader, const struct sluice_yaml_node *value)
{
	if (value->kind == SLUICE_YAML_SEQUENCE)
		return true;
	sluice_message_error(reader->messages, &value->place, "%.60s must be a list", value->key);
	return false;
}

/* Services */

static struct sluice_match *add_match(struct sluice_service *service, struct sluice_place place,
				      uint8_t protocol)
{
	struct sluice_match *match;

	service->match = sluice_grow(service->match, service->matches, sizeof(*service->match));
	match = &service->match[service->matches++];
	*match = (struct sluice_match){ .place = place, .protocol = protocol };
	return match;
}

static bool parse_port_number(const char *text, size_t length, uint16_t *number)
{
	unsigned long value;

	if (!length || length > 5 || strspn(text, "0123456789") < length ||
	    (length > 1 && text[0] == '0'))
		return false;
	value = strtoul(text, NULL, 10);
	*number = (uint16_t)value;
	return value <= UINT16_MAX;
}

static void add_ports(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      struct sluice_service *service, uint8_t protocol)
{
	const char *text = sluice_read_text(reader, value);
	const char *dash = text ? strchr(text, '-') : NULL;
	uint16_t first, last;

	if (!text)
		return;
	if (parse_port_number(text, dash ? (size_t)(dash - text) : strlen(text), &first) &&
	    parse_port_number(dash ? dash + 1 : text, strlen(dash ? dash + 1 : text), &last) &&
	    first && first <= last) {
		struct sluice_match *match = add_match(service, value->place, protocol);

		match->first = first;
		match->last = last;
		return;
	}
	sluice_message_error(reader->messages, &value->place,
			     "%.60s is not a port or range of ports from 1 to 65535", text);
	sluice_message_hint(reader->messages, "ports: [502, \"34962-34964\"]");
}

static void match_ports(struct sluice_reader *reader, const struct sluice_yaml_node *node,
			struct sluice_service *service, uint8_t protocol)
{
	const struct sluice_yaml_node *ports = sluice_yaml_get(node, "ports");

	if (sluice_yaml_get(node, "types"))
		sluice_message_error(reader->messages, &node->place,
				     "types: belongs to transport: icmp");
	if (!ports) {
		sluice_message_error(reader->messages, &node->place,
				     "the key ports is missing in this match");
		return;
	}
	if (ports->kind != SLUICE_YAML_SEQUENCE || !ports->child) {
		sluice_message_error(reader->messages, &ports->place, "ports must be a list of ports");
		return;
	}
	for (const struct sluice_yaml_node *child = ports->child; child; child = child->next)
		add_ports(reader, child, service, protocol);
}

static void match_types(struct sluice_reader *reader, const struct sluice_yaml_node *node,
			struct sluice_service *service)
{
	static const char * const words[] = SLUICE_KEY("echo", NULL);
	const struct sluice_yaml_node *types = sluice_yaml_get(node, "types");

	if (sluice_yaml_get(node, "ports"))
		sluice_message_error(reader->messages, &node->place,
				     "ports: belongs to transport: tcp or udp");
	if (!types || types->kind != SLUICE_YAML_SEQUENCE || !types->child) {
		sluice_message_error(reader->messages, types ? &types->place : &node->place,
				     "transport: icmp needs types: [echo]");
		return;
	}
	for (const struct sluice_yaml_node *child = types->child; child; child = child->next)
		if (sluice_read_word(reader, child, words) >= 0)
			add_match(service, child->place, IPPROTO_ICMP);
}

/* Rows of a match depend on each other, so match_done() reads them together. */
static void match_key(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
}

static void match_done(struct sluice_reader *reader, const struct sluice_yaml_node *node,
		       struct sluice_service *service)
{
	static const char * const words[] = { "tcp", "udp", "icmp", "ethernet", NULL };
	const struct sluice_yaml_node *transport = sluice_yaml_get(node, "transport");

	if (!transport)
		return;
	switch (sluice_read_word(reader, transport, words)) {
	case 0:
		match_ports(reader, node, service, IPPROTO_TCP);
		break;
	case 1:
		match_ports(reader, node, service, IPPROTO_UDP);
		break;
	case 2:
		match_types(reader, node, service);
		break;
	case 3:
		sluice_message_error(reader->messages, &transport->place,
				     "transport: this build cannot permit ethernet frames");
		break;
	}
}

static void service_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct sluice_service *service = target;

	service->name = sluice_read_name(reader, value);
	service->place = value->place;
}

static void service_match(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	const struct sluice_yaml_node *child = value->child;

	if (!is_list(reader, value))
		return;
	if (!child)
		sluice_message_error(reader->messages, &value->place, "a service without a match");
	for (; child; child = child->next) {
		sluice_read_mapping(reader, child, &sluice_keys_match, target);
		match_done(reader, child, target);
	}
}

static void service_authenticates(struct sluice_reader *reader,
				  const struct sluice_yaml_node *value, void *target)
{
	struct sluice_service *service = target;

	service->authenticates = sluice_read_bool(reader, value);
}

static void service_roles(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	static const char * const words[] = { "normal", "reversed", NULL };
	struct sluice_service *service = target;

	service->reversed = sluice_read_word(reader, value, words) == 1;
}

static const struct sluice_key match_keys[] = {
	SLUICE_KEY_REQUIRED("transport", match_key),
	SLUICE_KEY("ports", match_key),
	SLUICE_KEY("types", match_key),
	SLUICE_KEY_REFUSED("ethertype", "this build cannot permit ethernet frames"),
	SLUICE_KEY_REFUSED("destination", "this build cannot permit ethernet frames"),
	SLUICE_KEY_REFUSED("appid", "this build cannot permit ethernet frames"),
};
TABLE(sluice_keys_match, "match", match_keys);

static const struct sluice_key service_keys[] = {
	SLUICE_KEY_REQUIRED("name", service_name),
	SLUICE_KEY_REQUIRED("match", service_match),
	SLUICE_KEY("authenticates", service_authenticates),
	SLUICE_KEY("roles", service_roles),
};
TABLE(sluice_keys_service, "service", service_keys);

static int compare_matches(const void *left, const void *right)
{
	const struct sluice_match *a = left, *b = right;

	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return 0;
}

size_t sluice_join_matches(struct sluice_match *match, size_t count)
{
	size_t kept = 0;

	if (!count)
		return 0;
	qsort(match, count, sizeof(*match), compare_matches);
	for (size_t i = 1; i < count; i++) {
		if (match[i].protocol != match[kept].protocol ||
		    match[i].first > match[kept].last + 1)
			match[++kept] = match[i];
		else if (match[i].last > match[kept].last)
			match[kept].last = match[i].last;
	}
	return kept + 1;
}

void sluice_read_services(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	struct sluice_policy *policy = reader->policy;

	if (!is_list(reader, value))
		return;
	for (const struct sluice_yaml_node *child = value->child; child; child = child->next) {
		struct sluice_service *service;

		policy->service = sluice_grow(policy->service, policy->services,
					      sizeof(*policy->service));
		service = &policy->service[policy->services++];
		*service = (struct sluice_service){ .place = child->place };
		sluice_read_mapping(reader, child, &sluice_keys_service, service);
		service->matches = sluice_join_matches(service->match, service->matches);
	}
}

/* Conduits */

static void conduit_name(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->name = sluice_read_name(reader, value);
	conduit->place = value->place;
}

static void conduit_from(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct sluice_conduit *conduit = target;

	sluice_read_names(reader, value, &conduit->from.names);
}

static void conduit_to(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_conduit *conduit = target;

	sluice_read_names(reader, value, &conduit->to.names);
}

static void conduit_services(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			     void *target)
{
	struct sluice_conduit *conduit = target;

	sluice_read_names(reader, value, &conduit->services);
}

static void conduit_direction(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			      void *target)
{
	static const char * const words[] = { "initiate", "budget", "ack-only", "one-way", NULL };
	static const unsigned int features[] = {
		0, SLUICE_ENFORCES_BUDGET, SLUICE_ENFORCES_ACK_ONLY, 0,
	};
	struct sluice_conduit *conduit = target;
	int word = sluice_read_word(reader, value, words);

	conduit->direction_place = value->place;
	if (word >= 0 && features[word] & ~sluice_enforced)
		sluice_message_error(reader->messages, &value->place,
				     "direction: this build cannot enforce %s", words[word]);
	else if (word >= 0)
		conduit->grade = SLUICE_GRADE_INITIATE + (unsigned int)word;
}

static void conduit_purpose(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			    void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->purpose = sluice_read_text(reader, value);
}

static void conduit_identity(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			     void *target)
{
	static const char * const words[] = { "none", "observe", "required", NULL };
	struct sluice_conduit *conduit = target;
	int word = sluice_read_word(reader, value, words);

	if ((word == 1 && !(sluice_enforced & SLUICE_ENFORCES_OBSERVE)) ||
	    (word == 2 && !(sluice_enforced & SLUICE_ENFORCES_IDENTITY)))
		sluice_message_error(reader->messages, &value->place,
				     "identity: this build cannot %s identities",
				     word == 1 ? "observe" : "require");
	conduit->identity_observed = word == 1;
	conduit->identity_required = word == 2;
}

static void conduit_fragments(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			      void *target)
{
	static const char * const words[] = { "yes", "no", NULL };
	struct sluice_conduit *conduit = target;

	conduit->fragments = sluice_read_word(reader, value, words) == 0;
}

static void conduit_narrows(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			    void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->narrows = sluice_read_name(reader, value);
	conduit->narrows_place = value->place;
}

/* Conduits: budget */

static void budget_flow(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->bytes_per_flow = (uint32_t)sluice_read_number(reader, value, 1, SLUICE_NUMBER_MAX);
}

static void budget_hour(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->bytes_per_hour = (uint32_t)sluice_read_number(reader, value, 1, SLUICE_NUMBER_MAX);
}

static const struct sluice_key budget_keys[] = {
	SLUICE_KEY_REQUIRED("bytes_per_flow", budget_flow),
	SLUICE_KEY_REQUIRED("bytes_per_hour", budget_hour),
};
TABLE(sluice_keys_budget, "budget", budget_keys);

static void conduit_budget(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			   void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->budget_given = true;
	conduit->budget_place = value->place;
	sluice_read_mapping(reader, value, &sluice_keys_budget, conduit);
	if (conduit->bytes_per_flow > conduit->bytes_per_hour && conduit->bytes_per_hour)
		sluice_message_error(reader->messages, &value->place,
				     "budget: bytes_per_flow is more than bytes_per_hour");
}

static void conduit_essential(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			      void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->essential = sluice_read_bool(reader, value);
}

static void conduit_when_offline(struct sluice_reader *reader,
				 const struct sluice_yaml_node *value, void *target)
{
	static const char * const words[] = { "keep", "close", NULL };
	struct sluice_conduit *conduit = target;
	int word = sluice_read_word(reader, value, words);

	conduit->when_offline_keep = word == 0;
	if (word == 1)
		sluice_message_error(reader->messages, &value->place,
				     "when_offline: this build cannot close a conduit when central is away");
}

/* Conduits: limits */

static void read_limit(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       struct sluice_limits_target *target, enum sluice_limit limit)
{
	uint32_t maximum = limit == SLUICE_LIMIT_CONNECTIONS ? CONNECTIONS_MAX : RATE_MAX;

	target->limit[limit] = (uint32_t)sluice_read_number(reader, value, 1, maximum);
	target->given[limit] = true;
}

static void limit_packets(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	read_limit(reader, value, target, SLUICE_LIMIT_PACKETS);
}

static void limit_new_connections(struct sluice_reader *reader,
				  const struct sluice_yaml_node *value, void *target)
{
	read_limit(reader, value, target, SLUICE_LIMIT_NEW_CONNECTIONS);
}

static void limit_connections(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			      void *target)
{
	read_limit(reader, value, target, SLUICE_LIMIT_CONNECTIONS);
}

static void conduit_limits(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			   void *target)
{
	struct sluice_conduit *conduit = target;

	sluice_read_limits(reader, value, conduit->limit, conduit->limit_given);
}

static const struct sluice_key limits_keys[] = {
	SLUICE_KEY("packets_per_second", limit_packets),
	SLUICE_KEY("new_connections_per_second", limit_new_connections),
	SLUICE_KEY("concurrent_connections", limit_connections),
};
TABLE(sluice_keys_limits, "limits", limits_keys);

void sluice_read_limits(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			uint32_t limit[SLUICE_LIMITS], bool given[SLUICE_LIMITS])
{
	struct sluice_limits_target target = { limit, given };

	sluice_read_mapping(reader, value, &sluice_keys_limits, &target);
}

static void set_default_limits(struct sluice_conduit *conduit)
{
	conduit->limit[SLUICE_LIMIT_PACKETS] = SLUICE_DEFAULT_PACKETS_PER_SECOND;
	conduit->limit[SLUICE_LIMIT_NEW_CONNECTIONS] = SLUICE_DEFAULT_NEW_CONNECTIONS_PER_SECOND;
	conduit->limit[SLUICE_LIMIT_CONNECTIONS] = SLUICE_DEFAULT_CONCURRENT_CONNECTIONS;
}

/* Conduits: what this build lacks, in words that name the wish */

static void conduit_inspect(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			    void *target)
{
	const char *protocol = value->child && value->child->key ? value->child->key : "messages";

	sluice_message_error(reader->messages, &value->key_place,
			     "inspect: this build cannot inspect %.60s", protocol);
	sluice_message_hint(reader->messages,
			    "without inspection the conduit would permit every message of the service");
}

static const struct sluice_key conduit_keys[] = {
	SLUICE_KEY_REQUIRED("name", conduit_name),
	SLUICE_KEY_REQUIRED("from", conduit_from),
	SLUICE_KEY_REQUIRED("to", conduit_to),
	SLUICE_KEY_REQUIRED("services", conduit_services),
	SLUICE_KEY_REQUIRED("direction", conduit_direction),
	SLUICE_KEY_REQUIRED("purpose", conduit_purpose),
	SLUICE_KEY("identity", conduit_identity),
	SLUICE_KEY("limits", conduit_limits),
	SLUICE_KEY("valid", sluice_read_valid),
	SLUICE_KEY("essential", conduit_essential),
	SLUICE_KEY("when_offline", conduit_when_offline),
	SLUICE_KEY_WHEN(SLUICE_ENFORCES_OPEN, "open", sluice_read_open,
			"this build cannot open conduits on demand"),
	{ "inspect", conduit_inspect, false, "this build cannot inspect messages", 0 },
	SLUICE_KEY_WHEN(SLUICE_ENFORCES_FRAGMENTS, "fragments", conduit_fragments,
			"this build cannot permit fragments"),
	SLUICE_KEY_REFUSED("interactive", "this build cannot watch interactive sessions"),
	SLUICE_KEY_WHEN(SLUICE_ENFORCES_IDENTITY, "lease", sluice_read_lease,
			"this build cannot grant leases"),
	SLUICE_KEY_WHEN(SLUICE_ENFORCES_BUDGET, "budget", conduit_budget,
			"this build cannot charge return budgets"),
	SLUICE_KEY("narrows", conduit_narrows),
	SLUICE_KEY_REFUSED("exception", "this build cannot make exceptions from structural rules"),
};
TABLE(sluice_keys_conduit, "conduit", conduit_keys);

void sluice_read_conduits(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	struct sluice_policy *policy = reader->policy;

	if (!is_list(reader, value))
		return;
	for (const struct sluice_yaml_node *child = value->child; child; child = child->next) {
		struct sluice_conduit *conduit;

		policy->conduit = sluice_grow(policy->conduit, policy->conduits,
					      sizeof(*policy->conduit));
		conduit = &policy->conduit[policy->conduits++];
		*conduit = (struct sluice_conduit){ .place = child->place,
						    .grade = SLUICE_GRADE_INITIATE };
		set_default_limits(conduit);
		sluice_read_mapping(reader, child, &sluice_keys_conduit, conduit);
	}
}
