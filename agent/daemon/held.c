// SPDX-License-Identifier: GPL-2.0-or-later
/* A verified policy; see held.h. */
#include "daemon/held.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

static void read_names(struct sluice_held *held)
{
	struct sluice_messages messages;

	sluice_messages_init(&messages, NULL);
	held->policy = sluice_policy_load_buffer("policy", held->bundle.text.bytes,
						 held->bundle.text.length, &messages);
	sluice_messages_release(&messages);
}

struct sluice_held *sluice_held_take(struct sluice_bundle *bundle,
				     const struct sluice_bundle_verdict *verdict)
{
	struct sluice_held *held = sluice_allocate(1, sizeof(*held));
	size_t words = bundle->image.length / sizeof(uint64_t);

	held->bundle = *bundle;
	memset(bundle, 0, sizeof(*bundle));
	held->envelope = verdict->envelope;
	held->manifest = verdict->manifest;
	memcpy(held->identity, verdict->identity, sizeof(held->identity));
	held->words = sluice_allocate(words + 1, sizeof(*held->words));
	memcpy(held->words, held->bundle.image.bytes, words * sizeof(*held->words));
	held->image.words = (const __le64 *)held->words;
	held->image.count = (uint32_t)words;
	read_names(held);
	return held;
}

void sluice_held_free(struct sluice_held *held)
{
	if (!held)
		return;
	sluice_policy_free(held->policy);
	free(held->words);
	sluice_bundle_release(&held->bundle);
	free(held);
}

struct sluice_kernel_signed sluice_held_signed(const struct sluice_held *held)
{
	struct sluice_kernel_signed item = {
		.envelope = &held->envelope,
		.count = held->bundle.signature_count,
		.data = held->words,
		.length = held->bundle.image.length,
	};

	for (size_t i = 0; i < item.count; i++) {
		item.signatures[i] = held->bundle.signatures[i].bytes;
		item.lengths[i] = held->bundle.signatures[i].length;
	}
	return item;
}

uint32_t sluice_held_layers(const struct sluice_held *held)
{
	return (uint32_t)sluice_word(&held->image, SLUICE_HEADER_LAYERS);
}

uint64_t sluice_held_connections(const struct sluice_held *held)
{
	return sluice_word(&held->image, SLUICE_HEADER_CONNECTIONS);
}

uint64_t sluice_held_rate(const struct sluice_held *held)
{
	uint64_t rate = 0;

	for (uint32_t i = 1; i <= sluice_held_conduits(held); i++)
		rate += sluice_conduit_word(&held->image, i, SLUICE_CONDUIT_RATES) >> 32;
	return rate;
}

uint32_t sluice_held_conduits(const struct sluice_held *held)
{
	return SLUICE_COUNT_CONDUITS(sluice_word(&held->image, SLUICE_HEADER_COUNTS));
}

uint32_t sluice_held_ports(const struct sluice_held *held)
{
	return SLUICE_COUNT_PORTS(sluice_word(&held->image, SLUICE_HEADER_COUNTS));
}

struct sluice_held_port sluice_held_port(const struct sluice_held *held, uint32_t index)
{
	uint32_t base = SLUICE_BASE(sluice_word(&held->image, SLUICE_HEADER_PORTS)) +
			index * SLUICE_PORT_WORDS;
	uint64_t record = sluice_port_record(&held->image, index);
	struct sluice_held_port port = {
		.vlan = SLUICE_PORT_RECORD_VLAN(record),
		.zone = SLUICE_PORT_RECORD_ZONE(record),
		.tunnel = record & SLUICE_PORT_FLAG_TUNNEL,
	};

	for (uint32_t byte = 0; byte < 16; byte++)
		port.device[byte] = (char)(sluice_word(&held->image, base + 1 + byte / 8) >>
					   (8 * (byte % 8)));
	return port;
}
