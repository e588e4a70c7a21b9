// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a policy as single requests, and the bundle file that they take their bytes from.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "image.h"
#include "raw.h"

/* The container of agent/trust/bundle.h, read without a check that a spoiled one would need. */
enum { SECTION_ENVELOPE = 1, SECTION_SIGNATURE = 2, SECTION_IMAGE = 4 };

static void die(const char *path, const char *why)
{
	fprintf(stderr, "sluice-raw: %s: %s\n", path, why);
	exit(2);
}

static uint64_t little(const uint8_t *bytes, size_t length)
{
	uint64_t value = 0;

	while (length--)
		value = value << 8 | bytes[length];
	return value;
}

static uint8_t *read_whole(const char *path, size_t *length)
{
	FILE *file = fopen(path, "r");
	struct stat stat;
	uint8_t *bytes;

	if (!file || fstat(fileno(file), &stat))
		die(path, strerror(errno));
	bytes = malloc((size_t)stat.st_size + 1);
	*length = (size_t)stat.st_size;
	if (!bytes || fread(bytes, 1, *length, file) != *length)
		die(path, "cannot read");
	fclose(file);
	return bytes;
}

void raw_bundle_load(const char *path, struct raw_bundle *bundle)
{
	size_t length, sections, index, at;

	*bundle = (struct raw_bundle){ .storage = read_whole(path, &length) };
	if (length < 16 || memcmp(bundle->storage, "SLUB", 4))
		die(path, "no bundle");
	sections = little(bundle->storage + 6, 2);
	at = 16 + 8 * sections;
	for (index = 0; index < sections && at <= length; index++) {
		const uint8_t *head = bundle->storage + 16 + 8 * index;
		struct raw_bytes part = { bundle->storage + at, little(head + 4, 4) };

		at += part.length;
		switch (little(head, 2)) {
		case SECTION_ENVELOPE: bundle->envelope = part; break;
		case SECTION_SIGNATURE: bundle->signatures[bundle->signature_count++] = part; break;
		case SECTION_IMAGE: bundle->image = part; break;
		}
	}
	if (at != length || bundle->envelope.length != sizeof(struct sluice_envelope))
		die(path, "truncated bundle");
}

static void put_signed(struct raw_link *link, const struct raw_bundle *bundle)
{
	size_t index;

	mnl_attr_put(link->message, SLUICE_ATTR_ENVELOPE, bundle->envelope.length,
		     bundle->envelope.bytes);
	for (index = 0; index < bundle->signature_count; index++)
		mnl_attr_put(link->message, SLUICE_ATTR_SIGNATURE, bundle->signatures[index].length,
			     bundle->signatures[index].bytes);
}

int raw_trust(struct raw_link *link, const struct raw_bundle *bundle)
{
	raw_begin(link, SLUICE_CMD_TRUST_LOAD, 0);
	put_signed(link, bundle);
	mnl_attr_put(link->message, SLUICE_ATTR_DATA, bundle->image.length, bundle->image.bytes);
	return raw_call(link, NULL, NULL);
}

int raw_stage_begin(struct raw_link *link, const struct raw_bundle *bundle)
{
	raw_begin(link, SLUICE_CMD_STAGE_BEGIN, 0);
	put_signed(link, bundle);
	return raw_call(link, NULL, NULL);
}

int raw_stage_data(struct raw_link *link, uint64_t offset, const void *bytes, size_t length)
{
	raw_begin(link, SLUICE_CMD_STAGE_DATA, 0);
	mnl_attr_put_u64(link->message, SLUICE_ATTR_OFFSET, offset);
	mnl_attr_put(link->message, SLUICE_ATTR_DATA, length, bytes);
	return raw_call(link, NULL, NULL);
}

static int take_generation(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attribute) == SLUICE_ATTR_GENERATION)
			*(uint32_t *)context = mnl_attr_get_u32(attribute);
	return 1;
}

int raw_stage_end(struct raw_link *link, uint32_t *generation)
{
	raw_begin(link, SLUICE_CMD_STAGE_END, 0);
	return raw_call(link, take_generation, generation);
}

int raw_simple(struct raw_link *link, uint8_t command)
{
	raw_begin(link, command, 0);
	return raw_call(link, NULL, NULL);
}

int raw_stage_abort(struct raw_link *link)
{
	return raw_simple(link, SLUICE_CMD_STAGE_ABORT);
}

int raw_generation(struct raw_link *link, uint8_t command, uint32_t generation)
{
	raw_begin(link, command, 0);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_GENERATION, generation);
	return raw_call(link, NULL, NULL);
}

int raw_publish(struct raw_link *link, uint32_t generation, uint32_t trial_ms)
{
	raw_begin(link, SLUICE_CMD_PUBLISH, 0);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_GENERATION, generation);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_TRIAL_MS, trial_ms);
	return raw_call(link, NULL, NULL);
}

int raw_stage(struct raw_link *link, const struct raw_bundle *bundle, uint32_t *generation)
{
	size_t at, length;
	int error = raw_stage_begin(link, bundle);

	for (at = 0; !error && at < bundle->image.length; at += length) {
		length = bundle->image.length - at;
		if (length > SLUICE_STAGE_CHUNK)
			length = SLUICE_STAGE_CHUNK;
		error = raw_stage_data(link, at, bundle->image.bytes + at, length);
	}
	return error ? error : raw_stage_end(link, generation);
}

int raw_bind_port(struct raw_link *link, uint32_t generation, uint32_t port, uint32_t ifindex)
{
	struct nlattr *nest;

	raw_begin(link, SLUICE_CMD_PORTS_BIND, 0);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_GENERATION, generation);
	nest = mnl_attr_nest_start(link->message, SLUICE_ATTR_PORT);
	mnl_attr_put_u32(link->message, SLUICE_PORT_INDEX, port);
	mnl_attr_put_u32(link->message, SLUICE_PORT_IFINDEX, ifindex);
	mnl_attr_put_u32(link->message, SLUICE_PORT_VLAN, 0);
	mnl_attr_nest_end(link->message, nest);
	return raw_call(link, NULL, NULL);
}

int raw_forget(struct raw_link *link, const char *address)
{
	uint8_t bytes[16] = { [10] = 0xff, [11] = 0xff };
	struct nlattr *nest;

	if (inet_pton(AF_INET, address, bytes + 12) != 1 && inet_pton(AF_INET6, address, bytes) != 1)
		return -EINVAL;
	raw_begin(link, SLUICE_CMD_BINDING_FORGET, 0);
	nest = mnl_attr_nest_start(link->message, SLUICE_ATTR_BINDING);
	mnl_attr_put(link->message, SLUICE_BINDING_ADDRESS, sizeof(bytes), bytes);
	mnl_attr_nest_end(link->message, nest);
	return raw_call(link, NULL, NULL);
}

/* The device of a port stands in its record: eth0.99 is tag 99 of eth0. */
static void put_port(struct raw_link *link, const struct sluice_image *image, uint32_t port)
{
	uint32_t base = SLUICE_BASE(sluice_word(image, SLUICE_HEADER_PORTS)) +
			port * SLUICE_PORT_WORDS;
	uint64_t words[2] = { sluice_word(image, base + 1), sluice_word(image, base + 2) };
	char name[sizeof(words) + 1] = "";
	struct nlattr *nest = mnl_attr_nest_start(link->message, SLUICE_ATTR_PORT);

	memcpy(name, words, sizeof(words));
	name[strcspn(name, ".")] = '\0';
	mnl_attr_put_u32(link->message, SLUICE_PORT_INDEX, port);
	mnl_attr_put_u32(link->message, SLUICE_PORT_IFINDEX, if_nametoindex(name));
	mnl_attr_put_u32(link->message, SLUICE_PORT_VLAN,
			 SLUICE_PORT_RECORD_VLAN(sluice_word(image, base)));
	mnl_attr_nest_end(link->message, nest);
}

int raw_bind(struct raw_link *link, const struct raw_bundle *bundle, uint32_t generation)
{
	__le64 *words = malloc(bundle->image.length);
	struct sluice_image image = { words, (uint32_t)(bundle->image.length / 8) };
	uint32_t port;

	if (!words)
		return -ENOMEM;
	memcpy(words, bundle->image.bytes, bundle->image.length);
	raw_begin(link, SLUICE_CMD_PORTS_BIND, 0);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_GENERATION, generation);
	for (port = 1; port <= SLUICE_COUNT_PORTS(sluice_word(&image, SLUICE_HEADER_COUNTS)); port++)
		put_port(link, &image, port);
	free(words);
	return raw_call(link, NULL, NULL);
}
