// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attacks on the module by somebody with CAP_NET_ADMIN and a real bundle.
 *
 * Each must be refused with its errno and a sentence, and afterwards the module must say of itself
 * exactly what it said before.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "raw.h"

#define STEP_SAMPLE	37	/* coprime to 8 and to the field sizes: samples wander through bits and fields */
#define FINDINGS_SHOWN	10

static bool expected(const int *errors, int error)
{
	int index;

	for (index = 0; index < ERRORS_MAX && errors[index]; index++)
		if (error == -errors[index])
			return true;
	return false;
}

static bool unchanged(struct attacker *attacker)
{
	char *now = raw_fingerprint(attacker->link);
	bool same = now && !strcmp(now, attacker->before);

	if (!same)
		printf("#   before: %s\n#   now:    %s\n", attacker->before, now ? now : "?");
	free(now);
	return same;
}

static void report(struct attacker *attacker, bool good, const char *name, const char *story)
{
	attacker->tests++;
	attacker->failures += !good;
	printf("%sok %u - %s\n", good ? "" : "not ", attacker->tests, name);
	if (!good)
		printf("#   %s\n", story);
}

void raw_run_attack(struct attacker *attacker, const struct attack *attack)
{
	int error = attack->run(attacker);
	char sentence[sizeof(attacker->link->sentence)], story[1024];
	bool refused = expected(attack->errors, error);

	memcpy(sentence, attacker->link->sentence, sizeof(sentence));
	raw_stage_abort(attacker->link);
	snprintf(story, sizeof(story), "answered %d (%s), sentence \"%s\"", error, strerror(-error),
		 sentence);
	report(attacker, refused && sentence[0] && unchanged(attacker), attack->name, story);
	if (refused && sentence[0])
		printf("#   %s: %s\n", strerror(-error), sentence);
}

/* ---- single attacks on staging ---- */

static int without_abi(struct attacker *attacker)
{
	raw_begin_bare(attacker->link, SLUICE_CMD_STAGE_BEGIN, 0);
	return raw_call(attacker->link, NULL, NULL);
}

static int wrong_abi(struct attacker *attacker)
{
	raw_begin_bare(attacker->link, SLUICE_CMD_STAGE_BEGIN, 0);
	mnl_attr_put_u32(attacker->link->message, SLUICE_ATTR_ABI, SLUICE_ABI_VERSION + 1);
	return raw_call(attacker->link, NULL, NULL);
}

static int unsigned_envelope(struct attacker *attacker)
{
	struct raw_bundle bare = *attacker->bundle;

	bare.signature_count = 0;
	return raw_stage_begin(attacker->link, &bare);
}

static int with_signature(struct attacker *attacker, uint8_t *bytes, size_t length)
{
	struct raw_bundle forged = *attacker->bundle;

	forged.signature_count = 1;
	forged.signatures[0] = (struct raw_bytes){ bytes, length };
	return raw_stage_begin(attacker->link, &forged);
}

static int empty_signature(struct attacker *attacker)
{
	return with_signature(attacker, attacker->bundle->storage, 0);
}

static int garbage_signature(struct attacker *attacker)
{
	static uint8_t garbage[600];

	memset(garbage, 0x5a, sizeof(garbage));
	return with_signature(attacker, garbage, sizeof(garbage));
}

static int truncated_signature(struct attacker *attacker)
{
	return with_signature(attacker, attacker->bundle->signatures[0].bytes,
			      attacker->bundle->signatures[0].length - 1);
}

static int huge_signature(struct attacker *attacker)
{
	static uint8_t huge[SLUICE_MAX_SIGNATURE + 1];

	memcpy(huge, attacker->bundle->signatures[0].bytes, attacker->bundle->signatures[0].length);
	return with_signature(attacker, huge, sizeof(huge));
}

static int too_many_signatures(struct attacker *attacker)
{
	const struct raw_bundle *bundle = attacker->bundle;
	int index;

	raw_begin(attacker->link, SLUICE_CMD_STAGE_BEGIN, 0);
	mnl_attr_put(attacker->link->message, SLUICE_ATTR_ENVELOPE, bundle->envelope.length,
		     bundle->envelope.bytes);
	for (index = 0; index <= SLUICE_MAX_SIGNATURES; index++)
		mnl_attr_put(attacker->link->message, SLUICE_ATTR_SIGNATURE,
			     bundle->signatures[0].length, bundle->signatures[0].bytes);
	return raw_call(attacker->link, NULL, NULL);
}

static int short_envelope(struct attacker *attacker)
{
	struct raw_bundle cut = *attacker->bundle;

	cut.envelope.length--;
	return raw_stage_begin(attacker->link, &cut);
}

static int long_envelope(struct attacker *attacker)
{
	struct raw_bundle grown = *attacker->bundle;
	uint8_t bytes[sizeof(struct sluice_envelope) + 4] = { 0 };

	memcpy(bytes, grown.envelope.bytes, grown.envelope.length);
	grown.envelope = (struct raw_bytes){ bytes, sizeof(bytes) };
	return raw_stage_begin(attacker->link, &grown);
}

static int data_without_begin(struct attacker *attacker)
{
	return raw_stage_data(attacker->link, 0, attacker->bundle->image.bytes, 64);
}

static int end_without_begin(struct attacker *attacker)
{
	uint32_t generation = 0;

	return raw_stage_end(attacker->link, &generation);
}

static int begin_then_data(struct attacker *attacker, uint64_t offset, size_t length)
{
	static uint8_t bytes[2 * SLUICE_STAGE_CHUNK];
	int error = raw_stage_begin(attacker->link, attacker->bundle);

	return error ? 0 : raw_stage_data(attacker->link, offset, bytes, length);
}

static int second_piece_first(struct attacker *attacker)
{
	return begin_then_data(attacker, 64, 64);
}

static int offset_beyond(struct attacker *attacker)
{
	return begin_then_data(attacker, attacker->bundle->image.length, 64);
}

static int offset_wraps(struct attacker *attacker)
{
	return begin_then_data(attacker, UINT64_MAX - 31, 64);
}

static int piece_too_large(struct attacker *attacker)
{
	return begin_then_data(attacker, 0, SLUICE_STAGE_CHUNK + 8);
}

static int empty_piece(struct attacker *attacker)
{
	return begin_then_data(attacker, 0, 0);
}

static int piece_twice(struct attacker *attacker)
{
	int error = begin_then_data(attacker, 0, 64);

	return error ? 0 : raw_stage_data(attacker->link, 0, attacker->bundle->image.bytes, 64);
}

static int end_too_early(struct attacker *attacker)
{
	uint32_t generation = 0;

	return begin_then_data(attacker, 0, 64) ? 0 : raw_stage_end(attacker->link, &generation);
}

static int one_byte_more(struct attacker *attacker)
{
	const struct raw_bytes *image = &attacker->bundle->image;
	size_t at, length;

	if (raw_stage_begin(attacker->link, attacker->bundle))
		return 0;
	for (at = 0; at < image->length; at += length) {
		length = image->length - at < SLUICE_STAGE_CHUNK ? image->length - at :
								   SLUICE_STAGE_CHUNK;
		if (raw_stage_data(attacker->link, at, image->bytes + at, length))
			return 0;
	}
	return raw_stage_data(attacker->link, image->length, image->bytes, 8);
}

static int trust_as_policy(struct attacker *attacker)
{
	return raw_trust(attacker->link, attacker->bundle);
}

static int publish_unknown(struct attacker *attacker)
{
	return raw_publish(attacker->link, 61, 0);
}

static int publish_huge(struct attacker *attacker)
{
	return raw_publish(attacker->link, 0xffffffff, 0);
}

static int publish_nothing(struct attacker *attacker)
{
	return raw_publish(attacker->link, 0, 0);
}

static int confirm_unknown(struct attacker *attacker)
{
	return raw_generation(attacker->link, SLUICE_CMD_CONFIRM, 61);
}

static int bind_unknown(struct attacker *attacker)
{
	return raw_bind(attacker->link, attacker->bundle, 61);
}

static int selector_no_map(struct attacker *attacker)
{
	raw_begin(attacker->link, SLUICE_CMD_GATE_SET, 0);
	mnl_attr_put_u32(attacker->link->message, SLUICE_ATTR_SELECTOR_FD, 0);
	return raw_call(attacker->link, NULL, NULL);
}

/* A map that the module would write in another way than programs read it. */
static int with_selector(struct attacker *attacker, const union bpf_attr *wish)
{
	int map = (int)syscall(SYS_bpf, BPF_MAP_CREATE, wish, sizeof(*wish)), error;

	raw_begin(attacker->link, SLUICE_CMD_GATE_SET, 0);
	mnl_attr_put_u32(attacker->link->message, SLUICE_ATTR_SELECTOR_FD, (uint32_t)map);
	error = raw_call(attacker->link, NULL, NULL);
	close(map);
	return error;
}

static int selector_hash(struct attacker *attacker)
{
	union bpf_attr wish = { .map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8,
				.max_entries = 1 };

	return with_selector(attacker, &wish);
}

static int selector_two_words(struct attacker *attacker)
{
	union bpf_attr wish = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
				.max_entries = 2 };

	return with_selector(attacker, &wish);
}

static int selector_half_word(struct attacker *attacker)
{
	union bpf_attr wish = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };

	return with_selector(attacker, &wish);
}

static int with_records(struct attacker *attacker, const void *records, size_t bytes)
{
	raw_begin(attacker->link, SLUICE_CMD_GATE_RECORDS, 0);
	mnl_attr_put(attacker->link->message, SLUICE_ATTR_DATA, bytes, records);
	return raw_call(attacker->link, NULL, NULL);
}

/* The module's own layers speak for themselves. */
static int record_of_the_module(struct attacker *attacker)
{
	struct sluice_record record = { .version = SLUICE_RECORD_VERSION,
					.type = SLUICE_RECORD_DENY,
					.layer = SLUICE_LAYER_FORWARD };

	return with_records(attacker, &record, sizeof(record));
}

static int record_cut(struct attacker *attacker)
{
	struct sluice_record record = { .version = SLUICE_RECORD_VERSION,
					.type = SLUICE_RECORD_DENY, .layer = SLUICE_LAYER_GATE };

	return with_records(attacker, &record, sizeof(record) - 8);
}

static int refused_by_family(struct attacker *attacker, uint8_t command)
{
	int error = raw_simple(attacker->link, command);

	/* Generic netlink itself refuses, without a sentence of ours. */
	if (!attacker->link->sentence[0])
		strcpy(attacker->link->sentence, "(by generic netlink)");
	return error;
}

static int unknown_command(struct attacker *attacker)
{
	return refused_by_family(attacker, 200);
}

/* Not even a sentence: nothing of the module is behind it. */
static int reserved_command(struct attacker *attacker)
{
	int error = raw_simple(attacker->link, SLUICE_CMD_RESERVED_19);

	if (attacker->link->sentence[0])
		return 0;
	strcpy(attacker->link->sentence, "(by generic netlink)");
	return error;
}

static int forget_nobody(struct attacker *attacker)
{
	return raw_forget(attacker->link, "192.0.2.1");
}

static int forget_nothing(struct attacker *attacker)
{
	raw_begin(attacker->link, SLUICE_CMD_BINDING_FORGET, 0);
	mnl_attr_nest_end(attacker->link->message,
			  mnl_attr_nest_start(attacker->link->message, SLUICE_ATTR_BINDING));
	return raw_call(attacker->link, NULL, NULL);
}

static const struct attack stage_attacks[] = {
	{ "a request without ABI version", { EINVAL, EPROTO }, without_abi },
	{ "a request of another ABI version", { EPROTO }, wrong_abi },
	{ "an unknown command", { EOPNOTSUPP }, unknown_command },
	{ "the reserved command", { EOPNOTSUPP }, reserved_command },
	{ "forgetting an address that is not bound", { ENOENT }, forget_nobody },
	{ "forgetting no address", { EINVAL }, forget_nothing },
	{ "an envelope without signature", { EINVAL, EKEYREJECTED }, unsigned_envelope },
	{ "an empty signature", { EINVAL, EBADMSG, EKEYREJECTED }, empty_signature },
	{ "garbage for a signature", { EBADMSG, EKEYREJECTED }, garbage_signature },
	{ "a signature cut by one byte", { EBADMSG, EKEYREJECTED }, truncated_signature },
	{ "a signature beyond the limit", { E2BIG, EINVAL, ERANGE }, huge_signature },
	{ "more signatures than allowed", { E2BIG }, too_many_signatures },
	{ "an envelope cut by one byte", { EINVAL, EBADMSG, ERANGE }, short_envelope },
	{ "an envelope with a tail", { EINVAL, EBADMSG, ERANGE }, long_envelope },
	{ "data without a beginning", { EINVAL, ENOENT }, data_without_begin },
	{ "an end without a beginning", { EINVAL, ENOENT }, end_without_begin },
	{ "the second piece first", { EINVAL }, second_piece_first },
	{ "a piece behind the end", { EINVAL, E2BIG }, offset_beyond },
	{ "an offset that wraps", { EINVAL, E2BIG }, offset_wraps },
	{ "a piece beyond the limit", { EINVAL, E2BIG, ERANGE }, piece_too_large },
	{ "an empty piece", { EINVAL, E2BIG }, empty_piece },
	{ "the same piece twice", { EINVAL }, piece_twice },
	{ "an end before all pieces", { EINVAL, EBADMSG }, end_too_early },
	{ "more pieces than the envelope says", { EINVAL, E2BIG }, one_byte_more },
	{ "a policy offered as trust", { EBADMSG, EKEYREJECTED, EINVAL }, trust_as_policy },
	{ "publishing a generation that is not there", { ENOENT }, publish_unknown },
	{ "publishing generation 2^32 - 1", { ENOENT, EINVAL, ERANGE }, publish_huge },
	{ "publishing generation 0", { ENOENT, EINVAL, ERANGE }, publish_nothing },
	{ "confirming what is no trial", { ENOENT, ETIME }, confirm_unknown },
	{ "binding ports of no generation", { ENOENT }, bind_unknown },
	{ "a selector that is no map", { EINVAL, EBADF }, selector_no_map },
	{ "a hash as selector", { EINVAL }, selector_hash },
	{ "an array of two words as selector", { EINVAL }, selector_two_words },
	{ "an array of half a word as selector", { EINVAL }, selector_half_word },
	{ "a gate's record that speaks for the module", { EBADMSG }, record_of_the_module },
	{ "a gate's record cut by eight bytes", { EBADMSG }, record_cut },
};

/* ---- every bit ---- */

typedef int (*attempt)(struct attacker *attacker);

static int try_envelope(struct attacker *attacker)
{
	return raw_stage_begin(attacker->link, attacker->bundle);
}

static int try_image(struct attacker *attacker)
{
	uint32_t generation = 0;

	return raw_stage(attacker->link, attacker->bundle, &generation);
}

static int try_trust(struct attacker *attacker)
{
	return raw_trust(attacker->link, attacker->bundle);
}

/* Flips bit after bit of `part`; every answer must be one of `errors`. */
static void flip(struct attacker *attacker, const char *name, struct raw_bytes part, size_t step,
		 attempt attempt, const int *errors)
{
	size_t bits = part.length * 8, bit;
	unsigned int tried = 0, bad = 0;
	char title[128], story[64];

	for (bit = 0; bit < bits; bit += step, tried++) {
		int error;

		part.bytes[bit / 8] ^= 1u << bit % 8;
		error = attempt(attacker);
		part.bytes[bit / 8] ^= 1u << bit % 8;
		if (!expected(errors, error) && bad++ < FINDINGS_SHOWN)
			printf("#   bit %zu: %d \"%s\"\n", bit, error, attacker->link->sentence);
		raw_stage_abort(attacker->link);
	}
	snprintf(title, sizeof(title), "%s: %u of %zu bits flipped, one at a time", name, tried,
		 bits);
	snprintf(story, sizeof(story), "%u were not refused as they should", bad);
	report(attacker, !bad && unchanged(attacker), title, story);
}

/*
 * A signature file may have bits that say nothing (its container is malleable; the policy's identity is
 * the digest of its envelope). Those that still pass are counted aloud; nothing may change.
 */
static void flip_signature(struct attacker *attacker)
{
	struct raw_bytes part = attacker->bundle->signatures[0];
	size_t bits = part.length * 8, step = attacker->all ? 1 : STEP_SAMPLE, bit;
	unsigned int tried = 0, passed = 0;
	char title[128];

	for (bit = 0; bit < bits; bit += step, tried++) {
		part.bytes[bit / 8] ^= 1u << bit % 8;
		passed += !raw_stage_begin(attacker->link, attacker->bundle);
		part.bytes[bit / 8] ^= 1u << bit % 8;
		raw_stage_abort(attacker->link);
	}
	snprintf(title, sizeof(title), "signature: %u of %zu bits flipped, one at a time", tried,
		 bits);
	printf("#   %u flips left the signature valid: they are in its container\n", passed);
	report(attacker, passed * 20 <= tried && unchanged(attacker), title,
	       "too many flipped signatures are valid");
}

int raw_close_attack(struct attacker *attacker)
{
	printf("1..%u\n", attacker->tests);
	free(attacker->before);
	return attacker->failures ? 1 : 0;
}

int raw_attack_stage(struct raw_link *link, struct raw_bundle *bundle, bool all)
{
	static const int refused[ERRORS_MAX] = { EKEYREJECTED, EBADMSG, E2BIG, EPROTO };
	static const int malformed[ERRORS_MAX] = { EBADMSG };
	struct attacker attacker = { .link = link, .bundle = bundle, .all = all };
	size_t index;

	raw_stage_abort(link);
	attacker.before = raw_fingerprint(link);
	if (!attacker.before)
		return 2;
	for (index = 0; index < sizeof(stage_attacks) / sizeof(*stage_attacks); index++)
		raw_run_attack(&attacker, &stage_attacks[index]);
	flip(&attacker, "envelope", bundle->envelope, all ? 1 : STEP_SAMPLE, try_envelope, refused);
	flip(&attacker, "image", bundle->image, all ? 509 : 64 * 8 * STEP_SAMPLE + 1, try_image,
	     malformed);
	flip_signature(&attacker);
	return raw_close_attack(&attacker);
}

/* ---- trust ---- */

static int policy_command_on_trust(struct attacker *attacker)
{
	return raw_stage_begin(attacker->link, attacker->bundle);
}

static int trust_without_data(struct attacker *attacker)
{
	struct raw_bundle bare = *attacker->bundle;

	bare.image.length = 0;
	return raw_trust(attacker->link, &bare);
}

static int trust_cut(struct attacker *attacker)
{
	struct raw_bundle cut = *attacker->bundle;

	cut.image.length -= 4;
	return raw_trust(attacker->link, &cut);
}

static int trust_unsigned(struct attacker *attacker)
{
	struct raw_bundle bare = *attacker->bundle;

	bare.signature_count = 0;
	return raw_trust(attacker->link, &bare);
}

static const struct attack trust_attacks[] = {
	{ "trust offered as a policy", { EBADMSG, EKEYREJECTED, ENOKEY, EINVAL },
	  policy_command_on_trust },
	{ "trust without its record", { EBADMSG, EINVAL }, trust_without_data },
	{ "trust with a cut record", { EBADMSG, EINVAL }, trust_cut },
	{ "trust without signature", { EKEYREJECTED, EINVAL }, trust_unsigned },
};

int raw_attack_trust(struct raw_link *link, struct raw_bundle *bundle, bool all)
{
	static const int refused[ERRORS_MAX] = { EKEYREJECTED, EBADMSG, E2BIG, EPROTO };
	struct attacker attacker = { .link = link, .bundle = bundle, .all = all };
	size_t index;

	attacker.before = raw_fingerprint(link);
	if (!attacker.before)
		return 2;
	for (index = 0; index < sizeof(trust_attacks) / sizeof(*trust_attacks); index++)
		raw_run_attack(&attacker, &trust_attacks[index]);
	flip(&attacker, "trust envelope", bundle->envelope, all ? 1 : STEP_SAMPLE, try_trust,
	     refused);
	flip(&attacker, "trust record", bundle->image, all ? 1 : 8 * STEP_SAMPLE + 1, try_trust,
	     refused);
	return raw_close_attack(&attacker);
}
