// SPDX-License-Identifier: GPL-2.0-or-later
/* What conduits are sure of, against a count one by one. */
#include "kmod/core/share.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"

#define CONDUITS_MAX 40
#define WORDS (SLUICE_IMAGE_HEADER_WORDS + (CONDUITS_MAX + 1) * SLUICE_CONDUIT_WORDS)

static __le64 words[WORDS];
static const struct sluice_image image = { words, WORDS };

static void state(__u32 conduits, const __u32 *limit)
{
	words[SLUICE_HEADER_COUNTS] = (__le64)conduits << 32;
	words[SLUICE_HEADER_CONDUITS] = SLUICE_IMAGE_HEADER_WORDS;
	for (__u32 i = 0; i < conduits; i++)
		words[SLUICE_IMAGE_HEADER_WORDS + (i + 1) * SLUICE_CONDUIT_WORDS +
		      SLUICE_CONDUIT_CONCURRENT] = limit[i] | 7ULL << 32;
}

static __u64 shared_out(__u32 conduits, const __u32 *limit, __u32 share)
{
	__u64 sum = 0;

	for (__u32 i = 0; i < conduits; i++)
		sum += limit[i] < share ? limit[i] : share;
	return sum;
}

static bool is_right(__u32 conduits, const __u32 *limit, __u32 bound)
{
	__u32 share;

	state(conduits, limit);
	share = sluice_share(&image, bound);
	if (shared_out(conduits, limit, 0xffffffff) <= bound)
		return share == 0xffffffff;
	return shared_out(conduits, limit, share) <= bound / 2 &&
	       shared_out(conduits, limit, share + 1) > bound / 2;
}

static void try_random(void)
{
	struct random_state random = { 1 };
	__u32 limit[CONDUITS_MAX];
	unsigned int bad = 0;

	for (unsigned int round = 0; round < 5000; round++) {
		__u32 conduits = 1 + random_below(&random, CONDUITS_MAX);

		for (__u32 i = 0; i < conduits; i++)
			limit[i] = 1 + random_below(&random, random_chance(&random, 10) ? 10000000 : 50);
		bad += !is_right(conduits, limit, 80 + random_below(&random, 2000));
	}
	ktap_ok(!bad, "as much as fits into half of the table, %u of 5000 wrong", bad);
}

int main(void)
{
	static const __u32 greedy[] = { 10000000, 1000, 1000 };
	static const __u32 most[] = { 0xffffffff, 0xffffffff };

	state(3, greedy);
	ktap_ok(sluice_share(&image, 262144) == 131072 - 2000, "small ones have all, the greedy one the rest");
	ktap_ok(is_right(3, greedy, 10002000), "all that is stated fits exactly");
	ktap_ok(is_right(3, greedy, 10001999), "one flow too many is shared out");
	ktap_ok(is_right(2, most, 262144), "sums do not wrap");
	try_random();
	return ktap_done();
}
