// SPDX-License-Identifier: GPL-2.0-or-later
/* The container: cut, grown, reordered, with lengths that lie. */
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/memory.h"
#include "tests/trust/fixture.h"
#include "trust/bundle.h"

#define HEAD sizeof(struct sluice_bundle_head)
#define SECTION sizeof(struct sluice_bundle_section)

static struct sluice_messages messages;

static int read_exact(struct sluice_bytes bytes)
{
	/* At exact length on the heap: the sanitizer sees a read beyond it. */
	uint8_t *exact = malloc(bytes.length ?: 1);
	struct sluice_bundle bundle = { .signature_count = 99 };
	int error;

	memcpy(exact, bytes.bytes, bytes.length);
	error = sluice_bundle_read((struct sluice_bytes){ exact, bytes.length }, &bundle, &messages);
	if (error && bundle.signature_count != 99)
		error = -ENOTRECOVERABLE;	/* an output was written on failure */
	free(exact);
	return error;
}

static void cut_everywhere(const struct blob *file)
{
	size_t good = 0;

	for (size_t length = 0; length < file->length; length++)
		good += refused(read_exact((struct sluice_bytes){ file->bytes, length }), EBADMSG,
				&messages);
	ok(good == file->length, "refuses a bundle cut at each of %zu places", file->length);
}

static void grow(const struct blob *file)
{
	struct blob longer = { calloc(1, file->length + 1), file->length + 1 };
	struct sluice_bundle_head head;

	memcpy(longer.bytes, file->bytes, file->length);
	ok(refused(read_exact(span(&longer)), EBADMSG, &messages), "refuses a byte behind the end");
	memcpy(&head, longer.bytes, HEAD);
	head.length = htole64(longer.length);
	memcpy(longer.bytes, &head, HEAD);
	ok(refused(read_exact(span(&longer)), EBADMSG, &messages),
	   "refuses it also when the head counts it");
	free(longer.bytes);
}

/* ---- One number wrong ---- */

static struct sluice_bundle_section *section(struct blob *file, size_t index)
{
	return (struct sluice_bundle_section *)(file->bytes + HEAD + index * SECTION);
}

static struct sluice_bundle_head *head(struct blob *file)
{
	return (struct sluice_bundle_head *)file->bytes;
}

static void magic(struct blob *file)
{
	head(file)->magic[0] = 's';
}

static void format(struct blob *file)
{
	head(file)->format = htole16(2);
}

static void no_sections(struct blob *file)
{
	head(file)->sections = 0;
}

static void fewer_sections(struct blob *file)
{
	head(file)->sections = htole16(3);
}

static void more_sections(struct blob *file)
{
	head(file)->sections = htole16(5);
}

static void many_sections(struct blob *file)
{
	head(file)->sections = htole16(0xffff);
}

static void length_zero(struct blob *file)
{
	head(file)->length = 0;
}

static void length_huge(struct blob *file)
{
	head(file)->length = ~0ull;
}

static void envelope_short(struct blob *file)
{
	section(file, 0)->length = htole32(255);
}

static void envelope_long(struct blob *file)
{
	section(file, 0)->length = htole32(257);
}

static void signature_empty(struct blob *file)
{
	section(file, 1)->length = 0;
}

static void signature_long(struct blob *file)
{
	section(file, 1)->length = htole32(SLUICE_MAX_SIGNATURE + 1);
}

static void text_huge(struct blob *file)
{
	section(file, 2)->length = htole32(0xffffffff);
}

static void text_beyond(struct blob *file)
{
	section(file, 2)->length = htole32(SLUICE_MAX_TEXT);
}

static void image_beyond(struct blob *file)
{
	section(file, 3)->length = htole32(le32toh(section(file, 3)->length) + 1);
}

static void image_huge(struct blob *file)
{
	section(file, 3)->length = htole32(0xffffffff);
}

static void image_short(struct blob *file)
{
	section(file, 3)->length = htole32(le32toh(section(file, 3)->length) - 1);
}

static void type_unknown(struct blob *file)
{
	section(file, 1)->type = htole16(SLUICE_SECTION_COUNT);
}

static void type_none(struct blob *file)
{
	section(file, 1)->type = 0;
}

static void two_envelopes(struct blob *file)
{
	section(file, 1)->type = htole16(SLUICE_SECTION_ENVELOPE);
}

static void two_texts(struct blob *file)
{
	section(file, 3)->type = htole16(SLUICE_SECTION_TEXT);
}

static void no_envelope(struct blob *file)
{
	section(file, 0)->type = htole16(SLUICE_SECTION_SIGNATURE);
}

static void text_before_signature(struct blob *file)
{
	struct sluice_bundle_section keep = *section(file, 1);

	*section(file, 1) = *section(file, 2);
	*section(file, 2) = keep;
}

static void reserved(struct blob *file)
{
	section(file, 2)->zero = 1;
}

static const struct {
	const char *proves;
	void (*spoil)(struct blob *file);
	int error;
} cases[] = {
	{ "another magic", magic, EBADMSG },
	{ "another format", format, EPROTO },
	{ "no sections", no_sections, EBADMSG },
	{ "one section less than there is", fewer_sections, EBADMSG },
	{ "one section more than there is", more_sections, EBADMSG },
	{ "65535 sections", many_sections, E2BIG },
	{ "the length 0", length_zero, EBADMSG },
	{ "the length 2^64 - 1", length_huge, EBADMSG },
	{ "an envelope of 255 bytes", envelope_short, EBADMSG },
	{ "an envelope of 257 bytes", envelope_long, E2BIG },
	{ "an empty signature", signature_empty, EBADMSG },
	{ "a signature over the limit", signature_long, E2BIG },
	{ "a text of 2^32 - 1 bytes", text_huge, E2BIG },
	{ "a text as long as allowed that is not there", text_beyond, EBADMSG },
	{ "an image one byte longer than the file", image_beyond, EBADMSG },
	{ "an image of 2^32 - 1 bytes", image_huge, E2BIG },
	{ "a byte between image and end", image_short, EBADMSG },
	{ "an unknown section", type_unknown, EBADMSG },
	{ "a section of type 0", type_none, EBADMSG },
	{ "two envelopes", two_envelopes, EBADMSG },
	{ "two texts and no image", two_texts, EBADMSG },
	{ "no envelope", no_envelope, EBADMSG },
	{ "a text before the signature", text_before_signature, EBADMSG },
	{ "a reserved field that is not zero", reserved, EBADMSG },
};

static void refuse_case(const struct blob *file, size_t i)
{
	struct blob spoilt = copy(span(file));

	cases[i].spoil(&spoilt);
	ok(refused(read_exact(span(&spoilt)), cases[i].error, &messages), "refuses %s",
	   cases[i].proves);
	free(spoilt.bytes);
}

static void refuse_nine_signatures(void)
{
	struct sluice_bundle bundle = { .signature_count = 1 };
	struct blob file = { calloc(1, 4096), HEAD + 12 * SECTION };

	memcpy(file.bytes, SLUICE_BUNDLE_MAGIC, 4);
	head(&file)->format = htole16(SLUICE_BUNDLE_FORMAT);
	head(&file)->sections = htole16(11);
	section(&file, 0)->type = htole16(SLUICE_SECTION_ENVELOPE);
	section(&file, 0)->length = htole32(256);
	for (size_t i = 1; i < 11; i++) {
		section(&file, i)->type = htole16(SLUICE_SECTION_SIGNATURE);
		section(&file, i)->length = htole32(1);
	}
	file.length = HEAD + 11 * SECTION + 256 + 10;
	head(&file)->length = htole64(file.length);
	ok(refused(read_exact(span(&file)), E2BIG, &messages), "refuses a ninth signature");
	free(file.bytes);
	bundle.signature_count = 9;
	ok(refused(sluice_bundle_pack(&bundle, &file.bytes, &file.length, &messages), E2BIG,
		   &messages), "and does not write one either");
	bundle.signature_count = 0;
	ok(refused(sluice_bundle_pack(&bundle, &file.bytes, &file.length, &messages), EBADMSG,
		   &messages), "does not write a bundle that it would not read");
}

/* Nothing but a head, or nothing but an envelope and signatures: whole as far as they go. */
static void refuse_stumps(const struct blob *file)
{
	size_t table = HEAD + 4 * SECTION;
	size_t signature = le32toh(section((struct blob *)file, 1)->length);
	struct blob stump = copy((struct sluice_bytes){ file->bytes, HEAD });

	head(&stump)->length = htole64(HEAD);
	ok(refused(read_exact(span(&stump)), EBADMSG, &messages), "refuses a head without its table");
	free(stump.bytes);
	stump = copy((struct sluice_bytes){ file->bytes, table + 256 + signature });
	memmove(stump.bytes + table - 2 * SECTION, stump.bytes + table, 256 + signature);
	stump.length -= 2 * SECTION;
	head(&stump)->sections = htole16(2);
	head(&stump)->length = htole64(stump.length);
	ok(refused(read_exact(span(&stump)), EBADMSG, &messages),
	   "refuses an envelope with signatures and nothing else");
	free(stump.bytes);
}

/* ---- Files ---- */

static size_t entries(const char *folder)
{
	DIR *directory = opendir(folder);
	size_t count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count - 2;
}

static void write_files(const struct blob *file)
{
	char folder[] = "build/trust-bundle-XXXXXX", *path, *pipe;
	struct sluice_bundle bundle, read = { .signature_count = 0 };
	struct stat status;
	int error;

	if (!mkdtemp(folder))
		abort();
	path = sluice_format("%s/a.slb", folder);
	pipe = sluice_format("%s/pipe", folder);
	sluice_bundle_read(span(file), &bundle, &messages);
	error = sluice_bundle_write(path, &bundle, &messages) ?:
		sluice_bundle_write(path, &bundle, &messages) ?:
		sluice_bundle_load(path, &read, &messages);
	ok(accepted(error, &messages) && read.image.length == bundle.image.length &&
	   !memcmp(read.storage, file->bytes, file->length), "writes, replaces and loads a file");
	ok(entries(folder) == 1 && !stat(path, &status) && (status.st_mode & 07777) == 0644,
	   "and leaves nothing beside it");
	sluice_bundle_release(&read);

	bundle.signature_count = 0;
	error = sluice_bundle_write(path, &bundle, &messages);
	ok(refused(error, EBADMSG, &messages) && !stat(path, &status) &&
	   (size_t)status.st_size == file->length && entries(folder) == 1,
	   "a bundle that is refused leaves the old file");
	bundle.signature_count = 1;
	if (mkfifo(pipe, 0600))
		abort();
	ok(refused(sluice_bundle_load(pipe, &read, &messages), EINVAL, &messages),
	   "refuses a pipe instead of waiting for it");
	ok(refused(sluice_bundle_write(pipe, &bundle, &messages), EEXIST, &messages),
	   "does not replace what is no file");
	unlink(pipe);
	if (truncate(path, (off_t)SLUICE_BUNDLE_BYTES + 1))
		abort();
	ok(refused(sluice_bundle_load(path, &read, &messages), E2BIG, &messages),
	   "asks for the size before it reads");
	unlink(path);
	ok(refused(sluice_bundle_load(path, &read, &messages), ENOENT, &messages),
	   "says that a file is absent");
	rmdir(folder);
	ok(refused(sluice_bundle_write(path, &bundle, &messages), ENOENT, &messages),
	   "says that a folder is absent");
	free(path);
	free(pipe);
}

int main(void)
{
	struct order order = policy_order();
	struct blob file = make_bundle(&order);

	sluice_messages_init(&messages, NULL);
	ok(accepted(read_exact(span(&file)), &messages), "reads what was packed");
	cut_everywhere(&file);
	grow(&file);
	for (size_t i = 0; i < COUNT(cases); i++)
		refuse_case(&file, i);
	refuse_stumps(&file);
	refuse_nine_signatures();
	write_files(&file);
	free(file.bytes);
	sluice_messages_release(&messages);
	return done_testing();
}
