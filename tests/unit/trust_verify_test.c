// SPDX-License-Identifier: GPL-2.0-or-later
/* May this policy be installed here? And may this trust file follow that one? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "tests/trust/fixture.h"
#include "trust/text.h"

static struct sluice_messages messages;
static struct blob trust_file;
static struct sluice_trust trust;
static unsigned int recompiled;

/* Stands for the compiler: what matters here is when it is asked and that its word counts. */
static int count_recompile(const struct sluice_manifest *manifest, struct sluice_bytes text,
			   struct sluice_bytes image, const struct sluice_structure *pinned,
			   struct sluice_messages *to)
{
	recompiled++;
	if (memmem(text.bytes, text.length, "differs", 7)) {
		sluice_message_error(to, NULL, "the image is not what compiling its text gives");
		return -EBADMSG;
	}
	return pinned->count == 6 ? 0 : -ENOTRECOVERABLE;
}

static struct sluice_bundle_state fresh_state(void)
{
	return (struct sluice_bundle_state){
		.site = "plant-7",
		.gateway = "gw-1",
		.floor_epoch = 1,
		.version_floor = 4,
		.now = CREATED + 3600,
	};
}

static int verify_with(struct sluice_bytes file, const struct sluice_bundle_state *state,
		       struct sluice_bundle_verdict *verdict)
{
	struct sluice_bundle bundle;
	int error = sluice_bundle_read(file, &bundle, &messages);

	return error ?: sluice_bundle_verify(&bundle, &trust, state, count_recompile, verdict,
					     &messages);
}

static int verify(struct sluice_bytes file)
{
	struct sluice_bundle_state state = fresh_state();

	return verify_with(file, &state, NULL);
}

/* ---- Bits ---- */

static bool is_refusal(int error)
{
	static const int refusals[] = { EBADMSG, E2BIG, EXDEV, EPROTO, ESTALE, ENOKEY, EKEYREJECTED,
					EKEYEXPIRED };

	for (size_t i = 0; i < COUNT(refusals); i++)
		if (error == -refusals[i])
			return true;
	return false;
}

/* Refused with a known errno and one sentence, verdict and compiler untouched. */
static bool flip_is_refused(struct blob *file, size_t bit)
{
	struct sluice_bundle_state state = fresh_state();
	struct sluice_bundle_verdict verdict, before;
	unsigned int asked = recompiled;
	bool good;
	int error;

	memset(&verdict, 0x5a, sizeof(verdict));
	before = verdict;
	file->bytes[bit / 8] ^= 1 << bit % 8;
	error = verify_with(span(file), &state, &verdict);
	file->bytes[bit / 8] ^= 1 << bit % 8;
	good = is_refusal(error) && messages.errors == 1 && recompiled == asked &&
	       !memcmp(&verdict, &before, sizeof(verdict));
	if (!good)
		printf("# bit %zu: %d, %zu messages\n", bit, error, messages.errors);
	sluice_messages_release(&messages);
	sluice_messages_init(&messages, NULL);
	return good;
}

static void flip_part(struct blob *file, struct sluice_bytes part, size_t stride, const char *name)
{
	size_t first = (size_t)(part.bytes - file->bytes) * 8, good = 0, tried = 0;

	for (size_t bit = 0; bit < part.length * 8; bit += stride, tried++)
		/* Another bit of another byte in each stride. */
		good += flip_is_refused(file, first + (stride == 1 ? bit :
				(bit + tried * 89 % stride) % (part.length * 8)));
	ok(good == tried && tried, "refuses the %s with each of %zu bits flipped", name, tried);
}

static void flip_bits(void)
{
	struct order order = policy_order();
	size_t stride = is_nightly() ? 1 : 64 * 8;
	struct sluice_bundle bundle;
	struct blob file;
	char text[3000];

	memset(text, 'x', sizeof(text));
	order.text = (struct sluice_bytes){ (uint8_t *)text, sizeof(text) };
	order.image = order.text;
	order.signers[1] = "policy-2";
	file = make_bundle(&order);
	sluice_bundle_read(span(&file), &bundle, &messages);
	ok(accepted(verify(span(&file)), &messages), "accepts a bundle with two signatures");
	flip_part(&file, bundle.envelope, 1, "envelope");
	flip_part(&file, bundle.signatures[0], 1, "first signature");
	flip_part(&file, bundle.signatures[1], 1, "second signature");
	flip_part(&file, bundle.text, stride, "text");
	flip_part(&file, bundle.image, stride, "image");
	flip_part(&file, (struct sluice_bytes){ file.bytes,
						(size_t)(bundle.envelope.bytes - file.bytes) }, 1,
		  "container's head and table");
	ok(accepted(verify(span(&file)), &messages), "and accepts it when all bits are back");
	free(file.bytes);
}

/* ---- The envelope against this gateway's memory ---- */

enum digest { NOTHING, SAME, OTHER };

static const struct {
	const char *proves;
	uint64_t version, epoch, trust_version, not_after;
	uint64_t floor, floor_epoch, now;
	enum digest active, previous;
	unsigned int flags;
	int error;
} states[] = {
	{ "a newer version", 5, 1, 1, 0, 4, 1, CREATED, NOTHING, NOTHING, 0, 0 },
	{ "a much newer version", 1ull << 60, 1, 1, 0, 4, 1, CREATED, OTHER, OTHER, 0, 0 },
	{ "the first version of all", 1, 1, 1, 0, 0, 0, CREATED, NOTHING, NOTHING, 0, 0 },
	{ "the active policy again", 5, 1, 1, 0, 5, 1, CREATED, SAME, NOTHING, 0, 0 },
	{ "the version of the floor when nothing is known of it", 5, 1, 1, 0, 5, 1, CREATED, NOTHING,
	  NOTHING, 0, 0 },
	{ "another policy of the active version", 5, 1, 1, 0, 5, 1, CREATED, OTHER, NOTHING, 0,
	  ESTALE },
	{ "an older version", 5, 1, 1, 0, 6, 1, CREATED, NOTHING, NOTHING, 0, ESTALE },
	{ "an older version at boot", 5, 1, 1, 0, 6, 1, CREATED, NOTHING, NOTHING,
	  SLUICE_TRUST_NO_DATES, ESTALE },
	{ "an older version beside another previous one", 5, 1, 1, 0, 6, 1, CREATED, NOTHING, OTHER,
	  0, ESTALE },
	{ "the previous policy", 5, 1, 1, 0, 6, 1, CREATED, OTHER, SAME, 0, 0 },
	{ "the previous policy far below the floor", 5, 1, 1, 0, 1ull << 60, 1, CREATED, OTHER, SAME,
	  0, 0 },
	{ "version 1 in an epoch above the floor's", 1, 2, 1, 0, 1ull << 60, 1, CREATED, OTHER, OTHER,
	  0, 0 },
	{ "an epoch that was revoked", 9, 1, 1, 0, 4, 1, CREATED, NOTHING, NOTHING, 0, ESTALE },
	{ "an epoch that nobody granted", 9, 3, 1, 0, 4, 1, CREATED, NOTHING, NOTHING, 0, ESTALE },
	{ "one that only a newer trust file may judge", 5, 1, 2, 0, 4, 1, CREATED, NOTHING, NOTHING,
	  0, ESTALE },
	{ "one before its not_after", 5, 1, 1, CREATED + 9, 4, 1, CREATED + 9, NOTHING, NOTHING, 0,
	  0 },
	{ "one after its not_after", 5, 1, 1, CREATED + 9, 4, 1, CREATED + 10, NOTHING, NOTHING, 0,
	  EKEYEXPIRED },
	{ "one after its not_after at boot", 5, 1, 1, CREATED + 9, 4, 1, CREATED + 10, NOTHING,
	  NOTHING, SLUICE_TRUST_NO_DATES, 0 },
	{ "one while the clock says 1970", 5, 1, 1, CREATED + 9, 4, 1, 0, NOTHING, NOTHING, 0, 0 },
};

/* Two rows speak of an epoch above the common trust file's: they get one of epoch 2. */
static void use_trust(uint64_t epoch)
{
	struct trust_order order = trust_order();

	sluice_trust_close(&trust);
	free(trust_file.bytes);
	order.epoch = epoch;
	trust_file = make_trust(&order);
	if (!accepted(sluice_trust_open_bytes(span(&trust_file), &trust, &messages), &messages))
		abort();
}

static void judge_state(size_t i)
{
	static const uint8_t other[SLUICE_DIGEST_BYTES] = { 1 };
	uint8_t same[SLUICE_DIGEST_BYTES];
	const uint8_t *digests[] = { NULL, same, other };
	struct sluice_bundle_state state = fresh_state();
	struct sluice_bundle_verdict verdict;
	struct order order = policy_order();
	struct sluice_bundle bundle;
	struct blob file;
	int error;

	order.manifest.version = states[i].version;
	order.manifest.epoch = states[i].epoch;
	order.manifest.trust_version = states[i].trust_version;
	order.manifest.not_after = states[i].not_after;
	file = make_bundle(&order);
	sluice_bundle_read(span(&file), &bundle, &messages);
	sluice_digest(bundle.envelope, same);
	state.floor_epoch = states[i].floor_epoch;
	state.version_floor = states[i].floor;
	state.active = digests[states[i].active];
	state.previous = digests[states[i].previous];
	state.now = states[i].now;
	state.flags = states[i].flags;
	error = verify_with(span(&file), &state, &verdict);
	if (states[i].error)
		ok(refused(error, states[i].error, &messages), "refuses %s: %s", states[i].proves,
		   said());
	else
		ok(accepted(error, &messages) && !memcmp(verdict.identity, same, sizeof(same)) &&
		   verdict.is_previous == (states[i].previous == SAME) &&
		   verdict.signers.count == 1, "accepts %s", states[i].proves);
	free(file.bytes);
}

static void judge_states(void)
{
	for (size_t i = 0; i < COUNT(states); i++) {
		bool second = !strncmp(states[i].proves, "version 1 in an epoch", 21) ||
			      !strncmp(states[i].proves, "an epoch that", 13);

		use_trust(second ? 2 : 1);
		judge_state(i);
	}
	use_trust(1);
}

static void judge_places(void)
{
	struct sluice_bundle_state state = fresh_state();
	struct order order = policy_order();
	struct blob file = make_bundle(&order);

	state.site = "plant-8";
	ok(refused(verify_with(span(&file), &state, NULL), EXDEV, &messages) &&
	   strstr(said(), "trust file"), "refuses a trust file of another site: %s", said());
	state = fresh_state();
	state.gateway = "gw-2";
	ok(refused(verify_with(span(&file), &state, NULL), EXDEV, &messages),
	   "refuses a bundle of another gateway: %s", said());
	state.gateway = NULL;
	state.site = NULL;
	ok(accepted(verify_with(span(&file), &state, NULL), &messages),
	   "an engineer's desk judges the bundles of all gateways");
	free(file.bytes);
	strcpy(order.manifest.site, "plant-8");
	file = make_bundle(&order);
	ok(refused(verify(span(&file)), EXDEV, &messages), "refuses a bundle of another site: %s",
	   said());
	ok(refused(verify(span(&trust_file)), EBADMSG, &messages), "a trust file is no policy: %s",
	   said());
	free(file.bytes);
}

/* ---- Signers by their dates, at the time that is certain ---- */

static void judge_dates(const char *signer, uint64_t created, uint64_t now, unsigned int flags,
			int expected, const char *proves)
{
	struct sluice_bundle_state state = fresh_state();
	struct order order = policy_order();
	struct trust_order pinned = trust_order();
	struct blob file;
	int error;

	sluice_trust_close(&trust);
	free(trust_file.bytes);
	pinned.policy[0] = signer;
	pinned.policy[1] = NULL;
	trust_file = make_trust(&pinned);
	if (!accepted(sluice_trust_open_bytes(span(&trust_file), &trust, &messages), &messages))
		abort();
	order.manifest.created = created;
	order.signers[0] = signer;
	file = make_bundle(&order);
	state.now = now;
	state.flags = flags;
	error = verify_with(span(&file), &state, NULL);
	if (expected)
		ok(refused(error, expected, &messages), "refuses %s: %s", proves, said());
	else
		ok(accepted(error, &messages), "accepts %s", proves);
	free(file.bytes);
	use_trust(1);
}

/* ---- Order ---- */

static void ask_in_order(void)
{
	struct sluice_bundle_state state = fresh_state();
	struct order order = policy_order();
	struct blob file = make_bundle(&order);
	struct sluice_bundle bundle;
	unsigned int asked = recompiled;

	sluice_bundle_read(span(&file), &bundle, &messages);
	((uint8_t *)bundle.text.bytes)[3] ^= 1;
	((uint8_t *)bundle.signatures[0].bytes)[300] ^= 1;
	ok(refused(verify(span(&file)), EKEYREJECTED, &messages), "signatures come before digests");
	state.gateway = "gw-2";
	ok(refused(verify_with(span(&file), &state, NULL), EXDEV, &messages),
	   "the envelope comes before signatures");
	((uint8_t *)bundle.signatures[0].bytes)[300] ^= 1;
	ok(refused(verify(span(&file)), EBADMSG, &messages) && recompiled == asked,
	   "digests come before the compiler");
	free(file.bytes);
	order.text = text_span("this text differs from its image");
	file = make_bundle(&order);
	ok(refused(verify(span(&file)), EBADMSG, &messages) && recompiled == asked + 1,
	   "the compiler's word counts");
	sluice_bundle_read(span(&file), &bundle, &messages);
	state = fresh_state();
	ok(accepted(sluice_bundle_verify(&bundle, &trust, &state, NULL, NULL, &messages), &messages),
	   "at boot it is not asked: signature and digests suffice");
	free(file.bytes);
}

/* ---- Trust files ---- */

static int open_bytes(struct sluice_bytes bytes)
{
	uint8_t *exact = malloc(bytes.length ?: 1);
	struct sluice_trust opened = { .record = { .count = 0 } };
	int error;

	memcpy(exact, bytes.bytes, bytes.length);
	error = sluice_trust_open_bytes((struct sluice_bytes){ exact, bytes.length }, &opened,
					&messages);
	sluice_trust_close(&opened);
	free(exact);
	return error;
}

static void flip_trust(void)
{
	struct sluice_bundle bundle;
	struct blob file = copy(span(&trust_file));
	size_t good = 0, tried = 0;

	sluice_bundle_read(span(&file), &bundle, &messages);
	for (size_t bit = 0; bit < file.length * 8; bit += is_nightly() ? 1 : 13, tried++) {
		int error;

		file.bytes[bit / 8] ^= 1 << bit % 8;
		error = open_bytes(span(&file));
		file.bytes[bit / 8] ^= 1 << bit % 8;
		good += is_refusal(error) && messages.errors == 1;
		sluice_messages_release(&messages);
		sluice_messages_init(&messages, NULL);
	}
	ok(good == tried, "refuses a trust file with each of %zu bits flipped", tried);
	ok(accepted(open_bytes(span(&file)), &messages), "and accepts it when all bits are back");
	free(file.bytes);
}

static void pin_anchor(void)
{
	uint8_t other[SLUICE_DIGEST_BYTES];

	memcpy(other, trust.identity, sizeof(other));
	ok(accepted(sluice_trust_is_anchor(&trust, trust.identity, &messages), &messages),
	   "the pinned trust file is the anchor");
	other[31] ^= 1;
	ok(refused(sluice_trust_is_anchor(&trust, other, &messages), ENOKEY, &messages),
	   "another one is not: %s", said());
}

static const struct {
	const char *proves;
	uint64_t version, epoch;
	const char *trust[3];
	unsigned int threshold;
	const char *signers[4];
	int error;
} steps[] = {
	{ "the next version by the same signer", 3, 5, { "trust-1" }, 1, { "trust-1" }, 0 },
	{ "the next version with a new signer, by both", 3, 5, { "trust-2" }, 1,
	  { "trust-1", "trust-2" }, 0 },
	{ "an epoch raised", 3, 6, { "trust-1" }, 1, { "trust-1" }, 0 },
	{ "a new signer's word alone", 3, 5, { "trust-2" }, 1, { "trust-2" }, EKEYREJECTED },
	{ "the same version again", 2, 5, { "trust-1" }, 1, { "trust-1" }, ESTALE },
	{ "an older version", 1, 5, { "trust-1" }, 1, { "trust-1" }, ESTALE },
	{ "a version skipped", 4, 5, { "trust-1" }, 1, { "trust-1" }, ESTALE },
	{ "an epoch lowered", 3, 4, { "trust-1" }, 1, { "trust-1" }, ESTALE },
	{ "a stranger's signature beside the good ones", 3, 5, { "trust-1" }, 1,
	  { "trust-1", "trust-2" }, ENOKEY },
};

static void judge_step(size_t i)
{
	struct trust_order order = trust_order();
	struct sluice_trust current = { .record = { .count = 0 } }, next = current;
	struct blob now, then;
	int error;

	order.version = 2;
	order.epoch = 5;
	now = make_trust(&order);
	order.version = steps[i].version;
	order.epoch = steps[i].epoch;
	order.trust_threshold = steps[i].threshold;
	memcpy(order.trust, steps[i].trust, sizeof(steps[i].trust));
	memcpy(order.signers, steps[i].signers, sizeof(steps[i].signers));
	then = make_trust(&order);
	if (sluice_trust_open_bytes(span(&now), &current, &messages) ||
	    sluice_trust_open_bytes(span(&then), &next, &messages))
		abort();
	error = sluice_trust_follows(&next, &current, CREATED, &messages);
	if (steps[i].error)
		ok(refused(error, steps[i].error, &messages), "trust: refuses %s: %s",
		   steps[i].proves, said());
	else
		ok(accepted(error, &messages), "trust: accepts %s", steps[i].proves);
	sluice_trust_close(&current);
	sluice_trust_close(&next);
	free(now.bytes);
	free(then.bytes);
}

static void refuse_unsigned_trust(void)
{
	struct trust_order order = trust_order();
	struct blob file;

	order.trust_threshold = 2;
	order.trust[1] = "trust-2";
	file = make_trust(&order);
	ok(refused(open_bytes(span(&file)), EKEYREJECTED, &messages),
	   "a trust file obeys its own threshold: %s", said());
	free(file.bytes);
	order = trust_order();
	order.signers[0] = "policy-1";
	file = make_trust(&order);
	ok(refused(open_bytes(span(&file)), EKEYREJECTED, &messages),
	   "a policy signer cannot sign it: %s", said());
	free(file.bytes);
}

static void judge_lies(void)
{
	struct trust_order told[5], order = trust_order();

	for (size_t i = 0; i < COUNT(told); i++)
		told[i] = order;
	told[0].version = 7;
	told[1].epoch = 7;
	told[2].policy_threshold = 2;
	told[3].policy[1] = NULL;
	told[4].policy[2] = "policy-ca";
	for (size_t i = 0; i < COUNT(told); i++) {
		struct blob file = make_trust_as(&order, &told[i]);

		ok(refused(open_bytes(span(&file)), EBADMSG, &messages),
		   "a trust text that is not of its record: %s", said());
		free(file.bytes);
	}
}

/* ---- Trust text ---- */

static const struct {
	const char *proves;
	const char *from, *to;
	const char *clause;
} texts[] = {
	{ "an unknown key", "epoch: 1", "epoch: 1\nepoc: 2", "unknown key" },
	{ "a missing key", "epoch: 1\n", "", "epoch is missing" },
	{ "a duplicate key", "epoch: 1", "epoch: 1\nepoch: 1", "epoch" },
	{ "another language version", "sluice-trust: 1", "sluice-trust: 2", "sluice-trust" },
	{ "version 0", "version: 1", "version: 0", "version" },
	{ "an unknown role", "name: policy", "name: polici", "polici" },
	{ "a role twice", "name: policy", "name: trust", "twice" },
	{ "no policy role", "name: policy", "name: crl", "roles policy and trust" },
	{ "a threshold above its certificates", "threshold: 1, certificates: [p",
	  "threshold: 3, certificates: [p", "signatures" },
	{ "threshold 0", "threshold: 1, certificates: [p", "threshold: 0, certificates: [p",
	  "threshold" },
	{ "a zone twice", "name: cloud", "name: dmz", "twice" },
	{ "an unknown level", "level: dmz", "level: dmzz", "dmzz" },
	{ "a zone with level and isolation", "isolated: true", "isolated: true, level: dmz",
	  "not both" },
	{ "a zone with neither", "safety, isolated: true", "safety, isolated: false", "not both" },
	{ "a port without gateway", "gw-1/eth3", "eth3", "not a port" },
	{ "a port with tag 0", "gw-1/eth3", "gw-1/eth3.0", "not a port" },
	{ "a gateway that is no name", "gw-1/eth3", "../eth3", "not a port" },
	{ "no zones", "zones:", "zons:", "zons" },
	{ "a peer that one signer could speak for", "cloud, level", "cloud, peer: true, level",
	  "threshold of 2" },
	{ "an alias", "epoch: 1", "epoch: *one", "" },
};

static char *replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		abort();
	return sluice_format("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void judge_texts(void)
{
	struct trust_order order = trust_order();
	struct sluice_trust_text read = { .site = NULL };
	char *good = trust_text(&order);

	ok(accepted(sluice_trust_text_read(text_span(good), &read, &messages), &messages) &&
	   read.file_count == 3 && read.structure.count == 6 &&
	   !strcmp(read.structure.zones[0].name, "cloud") &&
	   !strcmp(read.structure.zones[1].ports[1], "gw-1/eth2.10"), "reads a trust text, sorted");
	sluice_trust_text_release(&read);
	for (size_t i = 0; i < COUNT(texts); i++) {
		char *bad = replace(good, texts[i].from, texts[i].to);
		int error = sluice_trust_text_read(text_span(bad), &read, &messages);

		ok(error == -EINVAL && messages.count && strstr(messages.item[0].text,
								texts[i].clause) &&
		   !read.site, "text: refuses %s: %s", texts[i].proves,
		   messages.count ? messages.item[0].text : "");
		sluice_messages_release(&messages);
		sluice_messages_init(&messages, NULL);
		free(bad);
	}
	free(good);
}

/* ---- Structure ---- */

static const struct {
	const char *proves;
	const char *from, *to;
} structures[] = {
	{ "a zone of another level", "dmz, level: dmz", "dmz, level: control" },
	{ "an isolated zone that lost it", "isolated: true", "level: control" },
	{ "a zone that became isolated", "cloud, level: enterprise", "cloud, isolated: true" },
	{ "a port in another zone", "gw-1/eth3", "gw-1/eth4" },
	{ "a port with another tag", "gw-1/eth2.10", "gw-1/eth2.11" },
	{ "a port of another gateway", "gw-1/eth3", "gw-2/eth3" },
	{ "a port gone", "[gw-1/eth1, gw-1/eth2.10]", "[gw-1/eth1]" },
	{ "a port more", "[gw-1/eth1, ", "[gw-1/eth1, gw-1/eth9, " },
	{ "a zone of another name", "name: cloud", "name: clouds" },
	{ "a zone gone", "    - {name: cloud, level: enterprise}\n", "" },
	{ "a zone more", "  zones:\n", "  zones:\n    - {name: attic, level: control}\n" },
};

static void judge_structures(void)
{
	struct trust_order order = trust_order();
	struct sluice_trust_text pinned = { .site = NULL }, actual = pinned;
	char *text = trust_text(&order);

	if (sluice_trust_text_read(text_span(text), &pinned, &messages))
		abort();
	ok(accepted(sluice_structure_compare(&pinned.structure, &pinned.structure, &messages),
		    &messages), "structure: accepts the pinned one");
	for (size_t i = 0; i < COUNT(structures); i++) {
		char *other = replace(text, structures[i].from, structures[i].to);
		int error;

		if (sluice_trust_text_read(text_span(other), &actual, &messages))
			abort();
		error = sluice_structure_compare(&pinned.structure, &actual.structure, &messages);
		ok(refused(error, ERANGE, &messages), "structure: refuses %s: %s",
		   structures[i].proves, said());
		error = sluice_structure_compare(&actual.structure, &pinned.structure, &messages);
		ok(refused(error, ERANGE, &messages), "and the other way round");
		sluice_trust_text_release(&actual);
		free(other);
	}
	sluice_trust_text_release(&pinned);
	free(text);
}

int main(void)
{
	sluice_messages_init(&messages, NULL);
	use_trust(1);
	flip_bits();
	judge_states();
	judge_places();
	judge_dates("policy-expired", CREATED, 0, 0, EKEYEXPIRED,
		    "a signer who had ended before `created`, with no clock");
	judge_dates("policy-expired", 1600000000, 1600000001, 0, 0, "a signer inside its dates");
	judge_dates("policy-expired", 1600000000, CREATED, 0, EKEYEXPIRED,
		    "a signer who has ended since");
	judge_dates("policy-expired", 1600000000, CREATED, SLUICE_TRUST_NO_DATES, 0,
		    "the same at boot: expiry never stops the running policy");
	judge_dates("policy-1", CREATED, 0, 0, 0, "a signer who began after the last certain moment");
	judge_dates("policy-future", CREATED, CREATED, 0, EKEYEXPIRED, "a signer not begun");
	ask_in_order();
	flip_trust();
	pin_anchor();
	for (size_t i = 0; i < COUNT(steps); i++)
		judge_step(i);
	refuse_unsigned_trust();
	judge_lies();
	judge_texts();
	judge_structures();
	sluice_trust_close(&trust);
	free(trust_file.bytes);
	sluice_messages_release(&messages);
	return done_testing();
}
