// SPDX-License-Identifier: GPL-2.0-or-later
#include "trust/bundle.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/memory.h"
#include "trust/refuse.h"

_Static_assert(sizeof(struct sluice_bundle_head) == 16, "the layout of the file");
_Static_assert(sizeof(struct sluice_bundle_section) == 8, "the layout of the file");

static const struct {
	const char *name;
	size_t least, most;
} sections[SLUICE_SECTION_COUNT] = {
	[SLUICE_SECTION_ENVELOPE] = { "envelope", sizeof(struct sluice_envelope),
				      sizeof(struct sluice_envelope) },
	[SLUICE_SECTION_SIGNATURE] = { "signature", 1, SLUICE_MAX_SIGNATURE },
	[SLUICE_SECTION_TEXT] = { "text", 0, SLUICE_MAX_TEXT },
	[SLUICE_SECTION_IMAGE] = { "image", 1, (size_t)SLUICE_MAX_IMAGE_WORDS * 8 },
};

/**
 * struct layout - where parts lie, before any of them is believed
 * @table: section heads
 * @count: how many
 * @content: everything behind the table
 */
struct layout {
	struct sluice_bundle_section table[SLUICE_BUNDLE_SECTIONS];
	size_t count;
	struct sluice_bytes content;
};

static int read_layout(struct sluice_bytes bytes, struct layout *layout,
		       struct sluice_messages *messages)
{
	struct sluice_bundle_head head;
	size_t table;

	if (bytes.length < sizeof(head) ||
	    memcmp(bytes.bytes, SLUICE_BUNDLE_MAGIC, sizeof(head.magic)))
		return sluice_refuse(messages, EBADMSG, "not a bundle: it does not begin with "
				     SLUICE_BUNDLE_MAGIC);
	memcpy(&head, bytes.bytes, sizeof(head));
	if (le16toh(head.format) != SLUICE_BUNDLE_FORMAT)
		return sluice_refuse(messages, EPROTO,
				     "the bundle has format %u, this program reads format %u: "
				     "upgrade the older side", le16toh(head.format),
				     SLUICE_BUNDLE_FORMAT);
	if (le64toh(head.length) != bytes.length)
		return sluice_refuse(messages, EBADMSG,
				     "the bundle has %zu bytes and says %" PRIu64
				     ": cut off, or something stands behind it", bytes.length,
				     le64toh(head.length));
	layout->count = le16toh(head.sections);
	if (layout->count > SLUICE_BUNDLE_SECTIONS)
		return sluice_refuse(messages, E2BIG, "a bundle of %zu sections is over %d",
				     layout->count, SLUICE_BUNDLE_SECTIONS);
	table = layout->count * sizeof(layout->table[0]);
	if (table > bytes.length - sizeof(head))
		return sluice_refuse(messages, EBADMSG, "the bundle is cut off in its table");
	memcpy(layout->table, bytes.bytes + sizeof(head), table);
	layout->content.bytes = bytes.bytes + sizeof(head) + table;
	layout->content.length = bytes.length - sizeof(head) - table;
	return 0;
}

/* What may follow which: envelope, signature..., text, image. */
static bool may_follow(unsigned int type, unsigned int before)
{
	switch (type) {
	case SLUICE_SECTION_ENVELOPE:
		return before == SLUICE_SECTION_NONE;
	case SLUICE_SECTION_SIGNATURE:
		return before == SLUICE_SECTION_ENVELOPE || before == SLUICE_SECTION_SIGNATURE;
	case SLUICE_SECTION_TEXT:
		return before == SLUICE_SECTION_SIGNATURE;
	case SLUICE_SECTION_IMAGE:
		return before == SLUICE_SECTION_TEXT;
	default:
		return false;
	}
}

static int read_section(const struct sluice_bundle_section *section, unsigned int *before,
			struct sluice_bytes *rest, struct sluice_bytes *part,
			struct sluice_messages *messages)
{
	unsigned int type = le16toh(section->type);
	size_t length = le32toh(section->length);

	if (section->zero || !may_follow(type, *before))
		return sluice_refuse(messages, EBADMSG,
				     "the sections of a bundle are envelope, signatures, text, image");
	if (length > sections[type].most)
		return sluice_refuse(messages, E2BIG, "the bundle's %s of %zu bytes is over %zu",
				     sections[type].name, length, sections[type].most);
	if (length < sections[type].least || length > rest->length)
		return sluice_refuse(messages, EBADMSG, "the bundle's %s is cut off",
				     sections[type].name);
	*part = (struct sluice_bytes){ rest->bytes, length };
	rest->bytes += length;
	rest->length -= length;
	*before = type;
	return 0;
}

static void keep_part(struct sluice_bundle *bundle, unsigned int type, struct sluice_bytes part)
{
	switch (type) {
	case SLUICE_SECTION_ENVELOPE:
		bundle->envelope = part;
		break;
	case SLUICE_SECTION_SIGNATURE:
		bundle->signatures[bundle->signature_count++] = part;
		break;
	case SLUICE_SECTION_TEXT:
		bundle->text = part;
		break;
	default:
		bundle->image = part;
	}
}

static int read_sections(struct layout *layout, struct sluice_bundle *bundle,
			 struct sluice_messages *messages)
{
	unsigned int type = SLUICE_SECTION_NONE;
	struct sluice_bytes part;

	for (size_t i = 0; i < layout->count; i++) {
		int error = read_section(&layout->table[i], &type, &layout->content, &part, messages);

		if (error)
			return error;
		if (type == SLUICE_SECTION_SIGNATURE &&
		    bundle->signature_count == SLUICE_MAX_SIGNATURES)
			return sluice_refuse(messages, E2BIG, "the bundle has over %d signatures",
					     SLUICE_MAX_SIGNATURES);
		keep_part(bundle, type, part);
	}
	if (type != SLUICE_SECTION_IMAGE)
		return sluice_refuse(messages, EBADMSG, "the bundle does not end with an image");
	if (layout->content.length)
		return sluice_refuse(messages, EBADMSG, "%zu bytes behind the bundle's last section",
				     layout->content.length);
	return 0;
}

int sluice_bundle_read(struct sluice_bytes bytes, struct sluice_bundle *bundle,
		       struct sluice_messages *messages)
{
	struct sluice_bundle read = { .signature_count = 0 };
	struct layout layout;
	int error;

	error = read_layout(bytes, &layout, messages) ?:
		read_sections(&layout, &read, messages);
	if (!error)
		*bundle = read;
	return error;
}

int sluice_bundle_load(const char *path, struct sluice_bundle *bundle,
		       struct sluice_messages *messages)
{
	uint8_t *bytes;
	size_t length;
	int error;

	error = sluice_file_load(path, SLUICE_BUNDLE_BYTES, &bytes, &length, messages);
	if (error)
		return error;
	error = sluice_bundle_read((struct sluice_bytes){ bytes, length }, bundle, messages);
	if (error)
		free(bytes);
	else
		bundle->storage = bytes;
	return error;
}

/**
 * struct packer - a bundle being written
 * @bytes: storage of exactly the right size
 * @section: next head in the table
 * @content: next byte of content
 */
struct packer {
	uint8_t *bytes;
	uint8_t *section;
	uint8_t *content;
};

static void pack(struct packer *packer, enum sluice_section type, struct sluice_bytes part)
{
	struct sluice_bundle_section section = {
		.type = htole16((uint16_t)type),
		.length = htole32((uint32_t)part.length),
	};

	memcpy(packer->section, &section, sizeof(section));
	packer->section += sizeof(section);
	if (part.length)
		memcpy(packer->content, part.bytes, part.length);
	packer->content += part.length;
}

static size_t packed_length(const struct sluice_bundle *bundle, size_t *table)
{
	size_t length;

	*table = sizeof(struct sluice_bundle_head) +
		 (3 + bundle->signature_count) * sizeof(struct sluice_bundle_section);
	length = *table + bundle->envelope.length + bundle->text.length + bundle->image.length;
	for (size_t i = 0; i < bundle->signature_count; i++)
		length += bundle->signatures[i].length;
	return length;
}

static uint8_t *pack_all(const struct sluice_bundle *bundle, size_t total, size_t table)
{
	struct packer packer = { .bytes = sluice_allocate(total, 1) };
	struct sluice_bundle_head head = {
		.format = htole16(SLUICE_BUNDLE_FORMAT),
		.sections = htole16((uint16_t)(3 + bundle->signature_count)),
		.length = htole64(total),
	};

	memcpy(head.magic, SLUICE_BUNDLE_MAGIC, sizeof(head.magic));
	memcpy(packer.bytes, &head, sizeof(head));
	packer.section = packer.bytes + sizeof(head);
	packer.content = packer.bytes + table;
	pack(&packer, SLUICE_SECTION_ENVELOPE, bundle->envelope);
	for (size_t i = 0; i < bundle->signature_count; i++)
		pack(&packer, SLUICE_SECTION_SIGNATURE, bundle->signatures[i]);
	pack(&packer, SLUICE_SECTION_TEXT, bundle->text);
	pack(&packer, SLUICE_SECTION_IMAGE, bundle->image);
	return packer.bytes;
}

int sluice_bundle_pack(const struct sluice_bundle *bundle, uint8_t **bytes, size_t *length,
		       struct sluice_messages *messages)
{
	struct sluice_bundle check;
	uint8_t *packed;
	size_t total, table;
	int error;

	if (bundle->signature_count > SLUICE_MAX_SIGNATURES)
		return sluice_refuse(messages, E2BIG, "%zu signatures are over %d",
				     bundle->signature_count, SLUICE_MAX_SIGNATURES);
	total = packed_length(bundle, &table);
	if (total > SLUICE_BUNDLE_BYTES)
		return sluice_refuse(messages, E2BIG, "a bundle of %zu bytes is over %zu", total,
				     SLUICE_BUNDLE_BYTES);
	packed = pack_all(bundle, total, table);
	error = sluice_bundle_read((struct sluice_bytes){ packed, total }, &check, messages);
	if (error) {
		free(packed);
		return error;
	}
	*bytes = packed;
	*length = total;
	return 0;
}

int sluice_bundle_write(const char *path, const struct sluice_bundle *bundle,
			struct sluice_messages *messages)
{
	uint8_t *bytes;
	size_t length;
	int error;

	error = sluice_bundle_pack(bundle, &bytes, &length, messages);
	if (error)
		return error;
	error = sluice_file_replace(path, bytes, length, 0644, messages);
	free(bytes);
	return error;
}

struct sluice_envelope sluice_bundle_envelope(const struct sluice_bundle *bundle)
{
	struct sluice_envelope envelope;

	memcpy(&envelope, bundle->envelope.bytes, sizeof(envelope));
	return envelope;
}

void sluice_bundle_release(struct sluice_bundle *bundle)
{
	free(bundle->storage);
	*bundle = (struct sluice_bundle){ .signature_count = 0 };
}
