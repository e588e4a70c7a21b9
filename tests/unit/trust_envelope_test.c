// SPDX-License-Identifier: GPL-2.0-or-later
/* The form of an envelope: what is read, what is refused and by which errno. */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/trust/fixture.h"

static struct sluice_messages messages;

static struct sluice_bytes whole(const struct sluice_envelope *envelope)
{
	return (struct sluice_bytes){ (const uint8_t *)envelope, sizeof(*envelope) };
}

static struct sluice_envelope sealed(enum sluice_envelope_kind kind)
{
	struct order order = policy_order();
	struct sluice_envelope envelope;
	int error;

	order.manifest.kind = kind;
	if (kind == SLUICE_ENVELOPE_TRUST) {
		strcpy(order.manifest.gateway, "*");
		order.manifest.compiler = 0;
	}
	error = sluice_envelope_seal(&order.manifest, order.text, order.image, &envelope, &messages);
	if (!accepted(error, &messages))
		abort();
	return envelope;
}

/* ---- One field wrong ---- */

#define SET(field, value) \
	static void set_##field(struct sluice_envelope *e) { e->field = (value); }

static void set_magic(struct sluice_envelope *e)
{
	e->magic[3] = '2';
}

static void set_asn1(struct sluice_envelope *e)
{
	/* The DER of a SET: what signed attributes begin with. */
	memcpy(e->magic, "\x31\x81\xf0\x30", 4);
}

static void set_format(struct sluice_envelope *e)
{
	e->format = htole16(2);
}

static void set_kind_none(struct sluice_envelope *e)
{
	e->kind = 0;
}

static void set_kind_unknown(struct sluice_envelope *e)
{
	e->kind = htole16(3);
}

static void set_site_empty(struct sluice_envelope *e)
{
	memset(e->site, 0, sizeof(e->site));
}

static void set_site_full(struct sluice_envelope *e)
{
	memset(e->site, 'a', sizeof(e->site));
}

static void set_site_dirty(struct sluice_envelope *e)
{
	e->site[sizeof(e->site) - 1] = 'x';
}

static void set_site_control(struct sluice_envelope *e)
{
	e->site[1] = '\n';
}

static void set_site_high(struct sluice_envelope *e)
{
	e->site[1] = 0xe4;
}

static void set_gateway_star(struct sluice_envelope *e)
{
	memset(e->gateway, 0, sizeof(e->gateway));
	e->gateway[0] = '*';
}

static void set_gateway_slash(struct sluice_envelope *e)
{
	e->gateway[2] = '/';
}

static void set_gateway_dot(struct sluice_envelope *e)
{
	e->gateway[0] = '.';
}

static void set_not_before(struct sluice_envelope *e)
{
	e->not_after = htole64(CREATED - 1);
}

static void set_last_zero(struct sluice_envelope *e)
{
	e->zero[sizeof(e->zero) - 1] = 1;
}

static void set_text_none(struct sluice_envelope *e)
{
	e->text_length = 0;
}

static void set_image_odd(struct sluice_envelope *e)
{
	e->image_length = htole64(65);
}

static void set_image_none(struct sluice_envelope *e)
{
	e->image_length = 0;
}

static void set_compiler_none(struct sluice_envelope *e)
{
	e->compiler = 0;
}

SET(epoch, 0)
SET(version, 0)
SET(trust_version, 0)
SET(created, 0)
SET(not_after, ~0ull)
SET(text_length, htole64(SLUICE_MAX_TEXT + 1))
SET(image_length, htole64(((uint64_t)SLUICE_MAX_IMAGE_WORDS + 1) * 8))

static void set_version_huge(struct sluice_envelope *e)
{
	e->version = htole64(1ull << 63);
}

static void set_created_huge(struct sluice_envelope *e)
{
	e->created = htole64(1ull << 40);
}

static void set_lengths_huge(struct sluice_envelope *e)
{
	e->text_length = e->image_length = ~0ull;
}

static const struct {
	const char *proves;
	void (*spoil)(struct sluice_envelope *envelope);
	int error;
} policy_cases[] = {
	{ "another magic", set_magic, EBADMSG },
	{ "signed attributes offered as an envelope", set_asn1, EBADMSG },
	{ "another format says which side to upgrade", set_format, EPROTO },
	{ "kind none", set_kind_none, EBADMSG },
	{ "an unknown kind", set_kind_unknown, EBADMSG },
	{ "an empty site", set_site_empty, EBADMSG },
	{ "a site without NUL", set_site_full, EBADMSG },
	{ "a site with bytes behind its NUL", set_site_dirty, EBADMSG },
	{ "a site with a newline", set_site_control, EBADMSG },
	{ "a site beyond ASCII", set_site_high, EBADMSG },
	{ "a policy for every gateway", set_gateway_star, EBADMSG },
	{ "a gateway that could lead into another folder", set_gateway_slash, EBADMSG },
	{ "a gateway that begins with a dot", set_gateway_dot, EBADMSG },
	{ "epoch 0", set_epoch, EBADMSG },
	{ "version 0", set_version, EBADMSG },
	{ "version 2^63", set_version_huge, EBADMSG },
	{ "trust version 0", set_trust_version, EBADMSG },
	{ "created never", set_created, EBADMSG },
	{ "created in year 36812", set_created_huge, EBADMSG },
	{ "not_after beyond the calendar", set_not_after, EBADMSG },
	{ "an end before the beginning", set_not_before, EBADMSG },
	{ "a text over the limit", set_text_length, E2BIG },
	{ "an image over the limit", set_image_length, E2BIG },
	{ "lengths of 2^64 - 1", set_lengths_huge, E2BIG },
	{ "a policy without text", set_text_none, EBADMSG },
	{ "a policy without image", set_image_none, EBADMSG },
	{ "an image of 65 bytes", set_image_odd, EBADMSG },
	{ "a policy without compiler format", set_compiler_none, EBADMSG },
	{ "the last reserved byte not zero", set_last_zero, EBADMSG },
};

static void set_gateway_name(struct sluice_envelope *e)
{
	strcpy((char *)e->gateway, "gw-1");
}

static void set_compiler_one(struct sluice_envelope *e)
{
	e->compiler = htole32(1);
}

static void set_record_big(struct sluice_envelope *e)
{
	e->image_length = htole64((SLUICE_TRUST_RECORD_BYTES + 7) & ~3ul);
}

static void set_record_small(struct sluice_envelope *e)
{
	e->image_length = htole64(sizeof(struct sluice_trust_head) - 4);
}

static const struct {
	const char *proves;
	void (*spoil)(struct sluice_envelope *envelope);
	int error;
} trust_cases[] = {
	{ "trust for one gateway", set_gateway_name, EBADMSG },
	{ "trust with a compiler format", set_compiler_one, EBADMSG },
	{ "a trust record over the limit", set_record_big, E2BIG },
	{ "a trust record shorter than its head", set_record_small, EBADMSG },
};

static void refuse_one(enum sluice_envelope_kind kind, void (*spoil)(struct sluice_envelope *),
		       int expected, const char *proves)
{
	struct sluice_envelope envelope = sealed(kind);
	struct sluice_manifest manifest = { .version = 77 };
	int error;

	spoil(&envelope);
	error = sluice_envelope_read(whole(&envelope), &manifest, &messages);
	ok(refused(error, expected, &messages) && manifest.version == 77, "refuses %s", proves);
}

static void read_back(void)
{
	struct order order = policy_order();
	struct sluice_envelope envelope = sealed(SLUICE_ENVELOPE_POLICY);
	struct sluice_manifest manifest;
	int error = sluice_envelope_read(whole(&envelope), &manifest, &messages);

	ok(accepted(error, &messages) && !strcmp(manifest.site, "plant-7") &&
	   !strcmp(manifest.gateway, "gw-1") && manifest.version == 5 && manifest.epoch == 1 &&
	   manifest.created == CREATED && !manifest.not_after &&
	   manifest.text_length == order.text.length && manifest.image_length == order.image.length,
	   "reads what was sealed");
	ok(!memcmp(&envelope, "SLU1\1\0\1\0plant-7\0", 16) && envelope.version == htole64(5),
	   "bytes lie where the uapi header says");
}

static void refuse_lengths(void)
{
	struct sluice_envelope envelope = sealed(SLUICE_ENVELOPE_POLICY);
	struct sluice_manifest manifest;
	size_t good = 0;

	for (size_t length = 0; length < sizeof(envelope); length++) {
		/* On the heap, at exact length: the sanitizer sees a read beyond it. */
		struct blob cut = copy((struct sluice_bytes){ (uint8_t *)&envelope, length });

		cut.bytes = realloc(cut.bytes, length ?: 1);
		good += refused(sluice_envelope_read(span(&cut), &manifest, &messages), EBADMSG,
				&messages);
		free(cut.bytes);
	}
	ok(good == sizeof(envelope), "refuses an envelope cut at each of 256 places");
}

static void hold_contents(void)
{
	struct sluice_envelope envelope = sealed(SLUICE_ENVELOPE_POLICY);
	struct order order = policy_order();
	struct blob changed;
	struct sluice_bytes shorter = { order.text.bytes, order.text.length - 1 };
	struct sluice_manifest manifest;
	int error;

	sluice_envelope_read(whole(&envelope), &manifest, &messages);
	error = sluice_envelope_holds(&manifest, order.text, order.image, &messages);
	ok(accepted(error, &messages), "holds its own text and image");
	error = sluice_envelope_holds(&manifest, shorter, order.image, &messages);
	ok(refused(error, EBADMSG, &messages) && strstr(said(), "bytes"),
	   "refuses a text of another length before it is hashed");
	changed = copy(order.text);
	changed.bytes[0] ^= 1;
	error = sluice_envelope_holds(&manifest, span(&changed), order.image, &messages);
	ok(refused(error, EBADMSG, &messages), "refuses a text of which one bit was changed");
	free(changed.bytes);
	error = sluice_envelope_holds(&manifest, order.image, order.text, &messages);
	ok(refused(error, EBADMSG, &messages), "refuses text and image exchanged");
}

static void show_manifest(void)
{
	static const char expected[] =
		"{\"kind\":\"policy\",\"site\":\"plant-7\",\"gateway\":\"gw-1\",\"version\":5,"
		"\"epoch\":1,\"trust_version\":1,\"created\":\"2026-11-01T00:00:00Z\","
		"\"not_after\":\"never\",\"compiler\":1,\"text_bytes\":35,";
	struct sluice_envelope envelope = sealed(SLUICE_ENVELOPE_POLICY);
	struct sluice_manifest manifest;
	char *text = NULL, time[32];
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct sluice_walk *walk = sluice_walk_begin(out, SLUICE_WALK_JSON);

	sluice_envelope_read(whole(&envelope), &manifest, &messages);
	sluice_manifest_show(walk, &envelope, &manifest);
	sluice_walk_end(walk);
	fclose(out);
	ok(!strncmp(text, expected, strlen(expected)) && strstr(text, "\"identity\":\""),
	   "the manifest is a print of the envelope: %s", text);
	free(text);
	sluice_time_text(~0ull, time);
	ok(!strcmp(time, "18446744073709551615"), "a time beyond the calendar prints as a number");
}

static void check_names(void)
{
	static const struct {
		const char *name;
		bool valid;
	} names[] = {
		{ "plant-7", true }, { "a", true }, { "A.b_c-9", true }, { "_x", false },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true },	/* 47 */
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },	/* 48 */
		{ "", false }, { " ", false }, { "a b", false }, { "-a", false }, { ".", false },
		{ "..", false }, { "a/b", false }, { "a\"b", false }, { "a\\b", false },
		{ "a\x7f", false }, { "\xc3\xa4", false }, { "*", false },
	};
	size_t good = 0;

	for (size_t i = 0; i < COUNT(names); i++)
		good += sluice_name_is_valid(names[i].name) == names[i].valid;
	ok(good == COUNT(names), "tells %zu names from other texts", COUNT(names));
}

int main(void)
{
	sluice_messages_init(&messages, NULL);
	read_back();
	for (size_t i = 0; i < COUNT(policy_cases); i++)
		refuse_one(SLUICE_ENVELOPE_POLICY, policy_cases[i].spoil, policy_cases[i].error,
			   policy_cases[i].proves);
	for (size_t i = 0; i < COUNT(trust_cases); i++)
		refuse_one(SLUICE_ENVELOPE_TRUST, trust_cases[i].spoil, trust_cases[i].error,
			   trust_cases[i].proves);
	refuse_lengths();
	hold_contents();
	show_manifest();
	check_names();
	sluice_messages_release(&messages);
	return done_testing();
}
