// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What may come back, against what the protocol needs: the table protocol x direction.
 *
 *			initiate	budget		ack-only	one-way
 *	TCP		yes		yes		pushed data	no: a handshake has two sides
 *	UDP		yes		yes		no		yes
 *	echo		yes		yes		no		no: its answer is the point
 *	TLS, MQTT,	yes		yes		no: their	no
 *	OPC UA, Modbus					answers carry
 *							data
 */
#include <netinet/in.h>
#include <strings.h>

#include "rules.h"

/* Protocols over TCP that say nothing until they are answered, by the ports that people give them. */
static const struct {
	uint16_t port;
	const char *name;
} answered[] = {
	{ 102, "S7 and MMS" }, { 443, "TLS" }, { 465, "TLS" }, { 502, "Modbus" }, { 636, "TLS" },
	{ 802, "Modbus" }, { 853, "TLS" }, { 989, "TLS" }, { 990, "TLS" }, { 993, "TLS" },
	{ 995, "TLS" }, { 1883, "MQTT" }, { 4840, "OPC UA" }, { 4841, "OPC UA" },
	{ 4843, "OPC UA" }, { 6514, "TLS" }, { 8443, "TLS" }, { 8883, "MQTT" },
	{ 19998, "TLS" }, { 62541, "OPC UA" },
};

/* The same by what people call their services. */
static const struct {
	const char *word;
	const char *name;
} called[] = {
	{ "tls", "TLS" }, { "https", "TLS" }, { "ssl", "TLS" }, { "mqtt", "MQTT" },
	{ "opc", "OPC UA" }, { "modbus", "Modbus" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool contains(const char *text, const char *word)
{
	size_t length = 0;

	while (word[length])
		length++;
	for (; *text; text++)
		if (!strncasecmp(text, word, length))
			return true;
	return false;
}

static const char *answered_by_name(const struct sluice_policy *policy,
				    const struct sluice_conduit *conduit)
{
	for (size_t i = 0; i < conduit->services.count; i++)
		for (size_t j = 0; j < COUNT(called); j++)
			if (contains(policy->service[conduit->service[i]].name, called[j].word))
				return called[j].name;
	return NULL;
}

static const char *answered_by_port(const struct sluice_conduit *conduit)
{
	for (size_t i = 0; i < conduit->matches; i++)
		for (size_t j = 0; j < COUNT(answered); j++)
			if (conduit->match[i].protocol == IPPROTO_TCP &&
			    conduit->match[i].first <= answered[j].port &&
			    conduit->match[i].last >= answered[j].port)
				return answered[j].name;
	return NULL;
}

static bool uses(const struct sluice_conduit *conduit, uint8_t protocol)
{
	for (size_t i = 0; i < conduit->matches; i++)
		if (conduit->match[i].protocol == protocol)
			return true;
	return false;
}

static void refuse(const struct sluice_conduit *conduit, struct sluice_messages *messages,
		   const char *what, const char *hint)
{
	sluice_message_error(messages, &conduit->direction_place,
			     "direction: conduit %s: %s cannot be %s", conduit->name, what,
			     sluice_direction_name(conduit->grade));
	sluice_message_hint(messages, "%s", hint);
}

static void check_ack_only(const struct sluice_policy *policy,
			   const struct sluice_conduit *conduit, struct sluice_messages *messages)
{
	const char *protocol = answered_by_port(conduit);

	if (!protocol)
		protocol = answered_by_name(policy, conduit);
	if (uses(conduit, IPPROTO_UDP))
		refuse(conduit, messages, "UDP",
		       "UDP has no acknowledgements: a service of its own with direction: one-way");
	else if (uses(conduit, IPPROTO_ICMP))
		refuse(conduit, messages, "echo", "what an echo brings back is its answer");
	else if (protocol)
		refuse(conduit, messages, protocol,
		       "its answers carry data; direction: budget bounds how much of it");
}

static void check_one_way(const struct sluice_conduit *conduit, struct sluice_messages *messages)
{
	if (uses(conduit, IPPROTO_TCP))
		refuse(conduit, messages, "TCP",
		       "TCP needs its acknowledgements: direction: ack-only lets nothing else come back");
	else if (uses(conduit, IPPROTO_ICMP))
		refuse(conduit, messages, "echo", "what an echo brings back is its answer");
}

void sluice_check_direction(const struct sluice_policy *policy,
			    const struct sluice_conduit *conduit,
			    struct sluice_messages *messages)
{
	if (conduit->grade == SLUICE_GRADE_BUDGET && !conduit->budget_given) {
		sluice_message_error(messages, &conduit->direction_place,
				     "direction: conduit %s has no budget:", conduit->name);
		sluice_message_hint(messages,
				    "budget: {bytes_per_flow: 65536, bytes_per_hour: 1000000}");
	}
	if (conduit->grade != SLUICE_GRADE_BUDGET && conduit->budget_given)
		sluice_message_error(messages, &conduit->budget_place,
				     "budget: conduit %s is not direction: budget", conduit->name);
	if (conduit->lease_seconds && !sluice_lease_seconds(conduit))
		sluice_message_error(messages, &conduit->place,
				     "lease: conduit %s does not say identity: required or observe",
				     conduit->name);
	if (conduit->grade == SLUICE_GRADE_ACK_ONLY)
		check_ack_only(policy, conduit, messages);
	else if (conduit->grade == SLUICE_GRADE_ONE_WAY)
		check_one_way(conduit, messages);
}
