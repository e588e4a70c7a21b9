// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All small images, one after the other: a core that stays in bounds and opens nothing for each of them
 * has no image that it does not expect.
 *
 *	small [WORDS]
 *
 * A header that is good as far as it must be to get anywhere (magic, counts, sections that begin behind
 * it), and behind it every sequence of up to WORDS words out of a small alphabet: nothing, the owners
 * and records that open most, nodes and comparisons of the trie that lead back into the same words.
 * Zone 1 is isolated in every one of them when its record says so. The memory ends with the image, so
 * a sanitizer sees a read beyond it; packets ask in both families, from each port, forward and local.
 */
#include <stdlib.h>

#include "tests/fuzz/decide.h"
#include "tests/lib/ktap.h"

#define WORDS	4
#define LONGEST	6
#define BASE	SLUICE_IMAGE_HEADER_WORDS

static const __u64 alphabet[] = {
	0,
	SLUICE_ZONE_FLAG_ISOLATED | 1 << 16,			/* a fence */
	2ULL << 8 | 1 << 16 | 1ULL << 32,			/* a zone with intra, behind port 1 */
	1,							/* a port of zone 1; a small number */
	SLUICE_GRADE_INITIATE | 1ULL << 32 | 1ULL << 16,	/* a conduit; a count */
	~0ULL,							/* everything at once */
	(__u64)SLUICE_ENTRY_LEAF << SLUICE_ENTRY_SHIFT | SLUICE_OWNER(2, 1, 0),
	(__u64)SLUICE_ENTRY_LEAF << SLUICE_ENTRY_SHIFT | SLUICE_OWNER(1, 2, 1),
	(__u64)SLUICE_ENTRY_NODE << SLUICE_ENTRY_SHIFT | BASE,	/* one bit, back to the beginning */
	(__u64)SLUICE_ENTRY_COMPARE << SLUICE_ENTRY_SHIFT | (BASE + 1),
	SLUICE_TABLE_KEY(2, 2, 1),
};

#define LETTERS (sizeof(alphabet) / sizeof(alphabet[0]))

static const struct frame_spec packets[] = {
	{ .source = "10.1.0.7", .destination = "10.2.0.10", .protocol = 6, .source_port = 40000,
	  .destination_port = 502, .tcp_flags = 2 },
	{ .source = "fd00:1::7", .destination = "fd00:2::10", .protocol = 17, .source_port = 53,
	  .destination_port = 53 },
	{ .source = "200.1.0.7", .destination = "10.1.0.7", .protocol = 17, .source_port = 5000,
	  .destination_port = 5000, .fragment = 0x2000 },
	{ .source = "10.1.0.7", .destination = "10.1.0.1", .arp = 1 },
};

#define PACKETS (sizeof(packets) / sizeof(packets[0]))

static struct sluice_facts facts[PACKETS];
static unsigned long images, permitted;

static void make_facts(void)
{
	struct sluice_packet bytes;
	struct frame frame;
	size_t i;

	for (i = 0; i < PACKETS; i++) {
		frame_build(&packets[i], &frame);
		facts[i].segments = 1;
		bytes = (struct sluice_packet){ frame.bytes, frame.length };
		sluice_parse_frame(&bytes, &facts[i]);
	}
}

/* @layout: where the sections begin, a few words apart in different ways */
static void make_header(__le64 *words, __u32 count, unsigned int layout)
{
	static const unsigned char step[][8] = {
		{ 0, 0, 0, 0, 0, 0, 0, 0 }, { 0, 1, 2, 3, 0, 1, 2, 3 }, { 3, 2, 1, 0, 1, 2, 0, 1 },
		{ 0, 2, 0, 1, 3, 0, 2, 1 },
	};
	const unsigned char *at = step[layout % 4];
	__u64 back = layout & 4 ? SLUICE_PORT_WORDS : 0;

	words[SLUICE_HEADER_MAGIC] = SLUICE_IMAGE_MAGIC;
	words[SLUICE_HEADER_WORDS] = count;
	words[SLUICE_HEADER_COUNTS] = 2 | 2 << 16 | 2ULL << 32;
	/* Index 1 of an array falls on the words when its index 0 falls before them. */
	words[SLUICE_HEADER_PORTS] = BASE + at[0] - back;
	words[SLUICE_HEADER_ZONES] = BASE + at[1] - (back ? SLUICE_ZONE_WORDS : 0);
	words[SLUICE_HEADER_CONDUITS] = BASE + at[2] - (back ? SLUICE_CONDUIT_WORDS : 0);
	words[SLUICE_HEADER_IDENTIFIERS] = (BASE + at[3]) | 4ULL << 32;
	words[SLUICE_HEADER_SERVICES] = BASE + at[4];
	words[SLUICE_HEADER_MATRIX] = BASE + at[5];
	words[SLUICE_HEADER_TABLE] = (BASE + at[6]) | 1ULL << 32;
	words[SLUICE_HEADER_BINDINGS] = (BASE + at[7]) | 2ULL << 32;
	words[SLUICE_HEADER_MACS] = layout & 8 ? (BASE + at[0]) | 1ULL << 32 : 0;
	words[SLUICE_HEADER_ROOT4] = (__u64)SLUICE_ENTRY_NODE << SLUICE_ENTRY_SHIFT |
				     (__u64)(layout & 1) << 32 | BASE;
	words[SLUICE_HEADER_ROOT6] = (__u64)SLUICE_ENTRY_COMPARE << SLUICE_ENTRY_SHIFT |
				     63ULL << 32 | BASE;
}

static void ask(const struct sluice_image *image, size_t packet, unsigned int port)
{
	static const struct sluice_flow begins = { SLUICE_FLOW_STATE_NEW, 0, 0, 0 };
	struct sluice_clock clock = { .now = 5, .nanoseconds = 5, .sure = 1 };
	struct sluice_standing standing = { .lease = SLUICE_LEASE_HELD };
	struct sluice_counters counters = { 0 };
	struct sluice_track track = { 0 };
	struct decided decided = { .facts = facts[packet], .layer = port ? SLUICE_LAYER_FORWARD :
								       SLUICE_LAYER_LOCAL_OUT };

	decided.facts.port = (__u16)port;
	if (port)
		sluice_gate(image, &decided.facts, &decided.answer);
	else
		sluice_gate_local(image, &decided.facts, &decided.answer);
	sluice_judge(image, &decided.facts, decided.layer, &decided.answer, &begins,
		     &decided.verdict);
	sluice_hold(image, &decided.facts, &standing, &track, &clock, &decided.verdict);
	sluice_charge(image, &decided.facts, &clock, &counters, &track, &decided.verdict);
	decide_demand(image, &decided);
	permitted += decided.verdict.permit;
}

static void try_image(const __u64 *tail, unsigned int length, unsigned int layout)
{
	__u32 count = BASE + length;
	__le64 *words = calloc(count, sizeof(*words));
	struct sluice_image image = { words, count };
	struct sluice_verify_error error;
	unsigned int port, i;
	size_t packet;

	FUZZ_DEMAND(words);
	make_header(words, count, layout);
	for (i = 0; i < length; i++)
		words[BASE + i] = tail[i];
	sluice_verify(&image, &error);
	for (packet = 0; packet < PACKETS; packet++)
		for (port = 0; port < 3; port++)
			ask(&image, packet, port);
	images++;
	free(words);
}

static void try_all(__u64 *tail, unsigned int length, unsigned int at)
{
	unsigned int layout;
	size_t letter;

	if (at == length) {
		for (layout = 0; layout < 16; layout++)
			try_image(tail, length, layout);
		return;
	}
	for (letter = 0; letter < LETTERS; letter++) {
		tail[at] = alphabet[letter];
		try_all(tail, length, at + 1);
	}
}

int main(int argc, char **argv)
{
	unsigned int longest = argc > 1 ? (unsigned int)atoi(argv[1]) : WORDS;
	__u64 tail[LONGEST];
	unsigned int length;

	if (longest > LONGEST)
		longest = LONGEST;
	make_facts();
	for (length = 0; length <= longest; length++)
		try_all(tail, length, 0);
	printf("# %lu images, %lu packets permitted by some\n", images, permitted);
	ktap_ok(true, "all images of up to %u words of an alphabet of %zu stay in bounds and keep the fence",
		longest, LETTERS);
	ktap_ok(permitted, "and some of them permit something");
	return ktap_done();
}
