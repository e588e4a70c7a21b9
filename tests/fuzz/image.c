// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz driver of real images: the compiler's image of the shipped policy, spoilt. What sluice_verify()
 * still accepts must keep the structural rules: no conversation begins against S1 to S4.
 */
#include "agent/policy/features.h"
#include "tests/fuzz/decide.h"
#include "tests/lib/image.h"
#include "tests/lib/site.h"

#define PLANT "policies/reference-plant.yaml"
#define ROUTED "tests/packets/routed.yaml"

static unsigned long accepted, refused;

/* The plant, or the policy that says everything that a conduit can say */
static const struct sluice_image *real_image(int routed)
{
	static struct site site[2];

	sluice_enforced = ~0u;
	if (!site[routed].policy)
		FUZZ_DEMAND(site_load(routed ? ROUTED : PLANT, &site[routed]));
	return &site[routed].image;
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

/* Most changes are of one bit, where a field is nearly right. */
static void spoil(struct input *input, const struct sluice_image *real,
		  struct sluice_image *image)
{
	unsigned int changes = 1 + (unsigned int)input_take(input, 1) % 3;
	__le64 *words = (__le64 *)(uintptr_t)image->words;

	for (; changes; changes--) {
		__u32 at = some_word(input, real);

		if (input_take(input, 1) < 200)
			words[at] ^= 1ULL << (input_take(input, 1) & 31);
		else
			words[at] = input_take(input, 8);
	}
}

/* S1 to S4 for a flow that begins, by the levels that the image itself gives the two zones */
static void demand_rules(const struct sluice_image *image, const struct decided *decided)
{
	__u64 from = sluice_zone_record(image, decided->answer.source_zone);
	__u64 to = sluice_zone_record(image, decided->answer.destination_zone);
	__u32 below = SLUICE_ZONE_LEVEL(from), above = SLUICE_ZONE_LEVEL(to);

	if (!decided->verdict.begins || decided->layer != SLUICE_LAYER_FORWARD)
		return;
	FUZZ_DEMAND(below && above);
	FUZZ_DEMAND(above != SLUICE_LEVEL_CONTROL || below == SLUICE_LEVEL_CONTROL);
	FUZZ_DEMAND(above != SLUICE_LEVEL_DMZ || below <= SLUICE_LEVEL_DMZ);
	FUZZ_DEMAND(below <= above + 1 && above <= below + 1);
}

/* Every packet of the table, as it stands there */
static void demand_rules_of_all(const struct sluice_image *image)
{
	struct input none = { NULL, 0 };
	struct decided decided;
	size_t i;

	for (i = 0; i < packet_case_count + packet_routed_count; i++) {
		decide_case(&none, image, i < packet_case_count ?
			    &packet_cases[i] : &packet_routed[i - packet_case_count], &decided);
		decide_demand(image, &decided);
		demand_rules(image, &decided);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const struct sluice_image *real = real_image((int)input_take(&input, 1) & 1);
	struct sluice_image image = image_copy(real);
	struct sluice_verify_error error;
	struct decided decided;
	int code, i;

	spoil(&input, real, &image);
	code = sluice_verify(&image, &error);
	FUZZ_DEMAND(!code == !error.text);
	accepted += !code;
	refused += !!code;
	for (i = 0; i < 8; i++) {
		decide_once(&input, &image, &decided);
		decide_demand(&image, &decided);
	}
	if (!code)
		demand_rules_of_all(&image);
	image_free(&image);
	return 0;
}

#ifndef SLUICE_FUZZER
int main(int argc, char **argv)
{
	int status = input_main(argc, argv, "image", getenv("FUZZ_KEEP") != NULL);

	printf("# %lu spoilt images refused, %lu accepted\n", refused, accepted);
	return status;
}
#endif
