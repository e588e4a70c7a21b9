// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tries against a plain list: for random pieces, at every border and in between, the core's
 * walk finds the owner that the list names.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "kmod/core/gate.h"
#include "policy/compile.h"
#include "tests/lib/ktap.h"
#include "tests/lib/random.h"

#define ROUNDS 300
#define PIECES 400

struct bench {
	struct random_state random;
	struct sluice_piece piece[PIECES];
	size_t count;
	struct sluice_words words;
};

static sluice_ip random_address(struct bench *bench, bool v4)
{
	sluice_ip address = (sluice_ip)random_next(&bench->random) << 64 |
			    random_next(&bench->random);

	if (v4)
		return (sluice_ip)0xffff << 32 | (uint32_t)address;
	/* Anywhere but where IPv4 stands. */
	return sluice_ip_is_v4(address) ? address + ((sluice_ip)1 << 100) : address;
}

static int compare(const void *left, const void *right)
{
	const struct sluice_piece *a = left, *b = right;

	return a->first < b->first ? -1 : a->first > b->first;
}

/* Cut points, some far apart and some as close as can be; every other gap is owned. Half of them are prefixes. */
static void make_pieces(struct bench *bench, bool v4)
{
	unsigned int points = random_below(&bench->random, PIECES) + 1;
	sluice_ip center = random_address(bench, v4);

	bench->count = 0;
	for (unsigned int i = 0; i < points; i++) {
		unsigned int shift = 96 + random_below(&bench->random, 32);
		sluice_ip first, size;

		if (!v4)
			shift = random_below(&bench->random, 128);
		first = random_chance(&bench->random, 40) ? random_address(bench, v4) :
			center ^ ((((sluice_ip)1 << 127) >> shift) *
				  random_below(&bench->random, 2));
		size = (sluice_ip)1 << random_below(&bench->random, v4 ? 28 : 100);
		if (random_chance(&bench->random, 50))
			first &= ~(size - 1);
		bench->piece[bench->count].first = first;
		bench->piece[bench->count].last = first + size - 1;
		bench->piece[bench->count].owner =
			SLUICE_OWNER(2 + random_below(&bench->random, 5), 1, 0);
		bench->count++;
	}
	qsort(bench->piece, bench->count, sizeof(bench->piece[0]), compare);
}

/* Disjoint, of one family, equal neighbours joined: as the compiler hands them over. */
static void tidy_pieces(struct bench *bench, bool v4)
{
	size_t kept = 0;

	for (size_t i = 0; i < bench->count; i++) {
		struct sluice_piece piece = bench->piece[i];
		struct sluice_piece *before = kept ? &bench->piece[kept - 1] : NULL;

		if (sluice_ip_is_v4(piece.first) != v4 || sluice_ip_is_v4(piece.last) != v4 ||
		    piece.last < piece.first || (before && piece.first <= before->last))
			continue;
		if (before && before->last + 1 == piece.first && before->owner == piece.owner)
			before->last = piece.last;
		else
			bench->piece[kept++] = piece;
	}
	bench->count = kept;
}

static uint64_t list_owner(const struct bench *bench, sluice_ip address)
{
	for (size_t i = 0; i < bench->count; i++)
		if (bench->piece[i].first <= address && address <= bench->piece[i].last)
			return bench->piece[i].owner;
	return 0;
}

static uint64_t trie_owner(const struct bench *bench, sluice_ip address, bool v4)
{
	struct sluice_image image = { (const __le64 *)bench->words.word, (__u32)bench->words.count };
	struct sluice_address core;

	if (v4)
		address <<= 96;
	core.high = (uint64_t)(address >> 64);
	core.low = (uint64_t)address;
	return sluice_owner(&image, v4 ? 4 : 6, &core);
}

static bool agrees(const struct bench *bench, sluice_ip address, bool v4)
{
	if (sluice_ip_is_v4(address) != v4)
		return true;
	return list_owner(bench, address) == trie_owner(bench, address, v4);
}

static bool try_round(struct bench *bench, bool v4)
{
	bool good = true;

	make_pieces(bench, v4);
	tidy_pieces(bench, v4);
	bench->words.count = 0;
	sluice_words_reserve(&bench->words, SLUICE_IMAGE_HEADER_WORDS);
	sluice_write_tries(&bench->words, bench->piece, bench->count);
	for (size_t i = 0; i < bench->count; i++) {
		good = good && agrees(bench, bench->piece[i].first, v4) &&
		       agrees(bench, bench->piece[i].last, v4) &&
		       agrees(bench, bench->piece[i].first - 1, v4) &&
		       agrees(bench, bench->piece[i].last + 1, v4);
	}
	for (int i = 0; i < 50; i++)
		good = good && agrees(bench, random_address(bench, v4), v4);
	return good;
}

static void test_random(bool v4)
{
	struct bench bench = { .random = { v4 ? 4 : 6 } };
	unsigned int bad = 0;
	size_t largest = 0;

	for (int i = 0; i < ROUNDS; i++) {
		bad += !try_round(&bench, v4);
		largest = bench.words.count > largest ? bench.words.count : largest;
	}
	ktap_ok(!bad, "%d random IPv%d tries agree with a list (largest %zu words)", ROUNDS,
		v4 ? 4 : 6, largest);
	free(bench.words.word);
}

/* 100 000 scattered hosts inside a catch-all: the size that the image must bear. */
static void test_large(void)
{
	struct bench bench = { .random = { 100000 } };
	size_t count = 0, capacity = 300000;
	struct sluice_piece *piece = calloc(capacity, sizeof(*piece));
	sluice_ip at = (sluice_ip)0xffff << 32, end = at | 0xffffffff;
	bool good = true;

	while (count < 200000) {
		sluice_ip gap = 1 + random_below(&bench.random, 40000);

		if (at + gap >= end)
			break;
		piece[count++] = (struct sluice_piece){ at, at + gap - 1, SLUICE_OWNER(2, 1, 0) };
		at += gap;
		piece[count++] = (struct sluice_piece){ at, at, SLUICE_OWNER(3 + count % 7, 1, 0) };
		at++;
	}
	sluice_words_reserve(&bench.words, SLUICE_IMAGE_HEADER_WORDS);
	sluice_write_tries(&bench.words, piece, count);
	for (size_t i = 0; good && i < count; i++)
		good = trie_owner(&bench, piece[i].first, true) == piece[i].owner &&
		       trie_owner(&bench, piece[i].last, true) == piece[i].owner;
	ktap_ok(good, "%zu hosts in a catch-all: %zu words, each found", count / 2, bench.words.count);
	ktap_ok(bench.words.count < 4 * count, "less than 8 words a host");
	free(piece);
	free(bench.words.word);
}

/* The longest walk that a packet may need: fifteen nodes, one for each byte, then a chain and its leaf. */
static void test_deep(unsigned int hosts)
{
	const sluice_ip path = (sluice_ip)0x2055555555555555ULL << 64 | 0x5555555555555500ULL;
	struct bench bench = { 0 };
	bool good = true;

	for (unsigned int level = 0; level < 15; level++) {
		for (sluice_ip byte = 1; byte < 6; byte++) {
			unsigned int shift = 120 - 8 * level;
			sluice_ip first = (path >> shift ^ byte << 5) << shift;

			bench.piece[bench.count++] = (struct sluice_piece){
				first, first | (((sluice_ip)1 << shift) - 1), SLUICE_OWNER(2 + level, 1, 0) };
		}
	}
	for (sluice_ip host = 0; host < hosts; host++) {
		sluice_ip address = path | (1 + 40 * host);

		bench.piece[bench.count++] = (struct sluice_piece){ address, address,
								    SLUICE_OWNER(20 + host, 1, 0) };
	}
	qsort(bench.piece, bench.count, sizeof(bench.piece[0]), compare);
	sluice_words_reserve(&bench.words, SLUICE_IMAGE_HEADER_WORDS);
	sluice_write_tries(&bench.words, bench.piece, bench.count);
	for (size_t i = 0; i < bench.count; i++)
		good = good && agrees(&bench, bench.piece[i].first, false) &&
		       agrees(&bench, bench.piece[i].last, false);
	for (sluice_ip byte = 0; byte < 256; byte++)
		good = good && agrees(&bench, path | byte, false);
	ktap_ok(good, "prefixes on every byte of an address and %u hosts behind them: each found", hosts);
	free(bench.words.word);
}

int main(void)
{
	test_random(true);
	test_random(false);
	test_large();
	for (unsigned int hosts = 4; hosts < 7; hosts++)
		test_deep(hosts);
	return ktap_done();
}
