// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz driver of real images: the compiler's image of the shipped policy, spoilt. What sluice_verify()
 * still accepts must keep the structural rules: no conversation begins against S1 to S4.
 */
#include "agent/policy/features.h"
#include "tests/fuzz/decide.h"
#include "tests/fuzz/spoilt.h"
#include "tests/lib/site.h"

#define PLANT "policies/reference-plant.yaml"
#define ROUTED "tests/packets/routed.yaml"

/* How many packets of the table an accepted image is asked for: all of them, over some inputs */
#define ASKED 16

/* Fewer changes than this: some rules take two words or three to break, and no other with them */
#define MOST 5

/* The plant, or the policy that says everything that a conduit can say */
static struct spoilt *real_image(int routed)
{
	static struct spoilt real[2];
	struct site site;

	if (!real[routed].image.count) {
		sluice_enforced = ~0u;
		FUZZ_DEMAND(site_load(routed ? ROUTED : PLANT, &site));
		real[routed] = spoilt_make(&site.image);
		site_release(&site);
	}
	return &real[routed];
}

/* A word of some section; the short ones hold what the rules are about. */
static __u32 some_word(struct input *input, const struct sluice_image *real)
{
	static const struct { enum sluice_header from, to; } sections[] = {
		{ SLUICE_HEADER_MAGIC, SLUICE_HEADER_COMPILER },
		{ SLUICE_HEADER_ZONES, SLUICE_HEADER_CONDUITS },
		{ SLUICE_HEADER_ZONES, SLUICE_HEADER_CONDUITS },
		{ SLUICE_HEADER_PORTS, SLUICE_HEADER_ZONES },
		{ SLUICE_HEADER_CONDUITS, SLUICE_HEADER_IDENTIFIERS },
		{ SLUICE_HEADER_IDENTIFIERS, SLUICE_HEADER_SERVICES },
		{ SLUICE_HEADER_TABLE, SLUICE_HEADER_BINDINGS },
	};
	unsigned int pick = (unsigned int)input_take(input, 1) % 8;
	__u32 first, last;

	if (pick == 7)
		return (__u32)input_take(input, 4) % real->count;
	if (!pick)
		return (__u32)input_take(input, 1) % SLUICE_IMAGE_HEADER_WORDS;
	first = SLUICE_BASE(sluice_word(real, sections[pick].from));
	last = SLUICE_BASE(sluice_word(real, sections[pick].to));
	return first + (__u32)input_take(input, 2) % (last - first);
}

/* Most changes are of one bit or of four, where a field is nearly right. */
static void change(struct input *input, __le64 *word)
{
	unsigned int how = (unsigned int)input_take(input, 1), shift;

	if (how < 100) {
		*word ^= 1ULL << (input_take(input, 1) & 31);
	} else if (how < 200) {
		shift = 4 * ((unsigned int)input_take(input, 1) & 7);
		*word = (*word & ~(15ULL << shift)) | (input_take(input, 1) & 15) << shift;
	} else {
		*word = input_take(input, 8);
	}
}

/* The words are chosen while the header is sound. */
static void spoil(struct input *input, struct spoilt *spoilt)
{
	unsigned int changes = (unsigned int)input_take(input, 1) % MOST, i;
	__le64 *word[MOST];

	for (i = 0; i < changes; i++)
		word[i] = spoilt_word(spoilt, some_word(input, &spoilt->image));
	for (i = 0; i < changes; i++)
		change(input, word[i]);
}

/*
 * Each zone gets another level. The table of conduits is a hash, and no change of a few words turns a
 * conduit round: this is how an image comes to break S2, S3 or S4 and nothing else.
 */
static void relevel(struct input *input, struct spoilt *spoilt)
{
	__u32 zones = SLUICE_COUNT_ZONES(sluice_word(&spoilt->image, SLUICE_HEADER_COUNTS)), zone;
	__le64 *word;

	for (zone = 1; zone <= zones; zone++) {
		word = spoilt_word(spoilt, sluice_zone_index(&spoilt->image, zone));
		if (*word & SLUICE_ZONE_FLAG_ISOLATED)
			continue;
		*word &= ~(0xf00ULL | SLUICE_ZONE_FLAG_RESET);
		*word |= (SLUICE_LEVEL_CONTROL + (input_take(input, 1) & 3)) << 8;
	}
}

/* Packets of the table from @first on, as they stand there */
static void demand_rules(const struct sluice_image *image, size_t first)
{
	struct input none = { NULL, 0 };
	struct decided decided;
	size_t i;

	for (i = 0; i < ASKED; i++) {
		decide_case(&none, image, (first + i) % decide_cases(), &decided);
		decide_demand(image, &decided);
		decide_demand_rules(image, &decided);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int which = (unsigned int)input_take(&input, 1);
	struct spoilt *spoilt = real_image(which & 1);
	size_t first = input_take(&input, 2);
	struct sluice_verify_error error;
	int code;

	if (which & 2)
		relevel(&input, spoilt);
	spoil(&input, spoilt);
	code = sluice_verify(&spoilt->image, &error);
	FUZZ_DEMAND(!code == !error.text);
	decide_some(&input, &spoilt->image);
	if (!code)
		demand_rules(&spoilt->image, first);
	spoilt_mend(spoilt);
	return 0;
}
