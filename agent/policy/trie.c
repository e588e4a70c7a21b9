// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tries: from a sorted list of owned pieces to the words that the core walks.
 *
 * A block covers all addresses that share the bits read so far. It becomes
 *
 *	a leaf		if one owner (or nobody) has all of it;
 *	a comparison	if everything but one background owner lies below a longer common prefix:
 *			one step jumps over up to 64 bits;
 *	a chain		if a few prefixes lie before one background: a comparison for each, the failing
 *			branch of which is the next one, three words where a node has 64 and more below;
 *	a node		otherwise, with as many bits as its pieces deserve, so that a dense block is
 *			one wide step and a thin one costs little memory.
 *
 * Example, 10.1.0.7 and 10.2.0.0/16 inside an internet catch-all: both begin with 10.0 to 10.3, so the
 * root compares 14 bits, and its failing branch is the catch-all's leaf.
 *
 * Each step consumes at least MINIMUM_COMPARE or the minimum stride in bits, but for those of a chain, with
 * which a walk ends: fifteen nodes, MAXIMUM_CHAIN comparisons and a leaf are SLUICE_TRIE_STEPS. Blocks are
 * written in depth-first order, as kmod/core/verify.h demands.
 */
#include <stdlib.h>

#include "../lib/memory.h"
#include "compile.h"

#define MINIMUM_COMPARE 8
#define MINIMUM_STRIDE_V4 6
#define MINIMUM_STRIDE_V6 8
#define MAXIMUM_CHAIN 4
#define LEAF ((uint64_t)SLUICE_ENTRY_LEAF << SLUICE_ENTRY_SHIFT)

/* Addresses here are bit strings that begin at bit 127, in both families. */
struct block {
	sluice_ip base;
	unsigned int used;		/* bits read so far */
	const struct sluice_piece *piece;
	size_t count;			/* pieces that touch the block */
};

struct trie {
	struct sluice_words *words;
	unsigned int bits;		/* of an address: 32 or 128 */
};

static sluice_ip block_last(unsigned int used, sluice_ip base)
{
	return used >= 128 ? base : base | (~(sluice_ip)0 >> used);
}

static uint64_t leaf(uint64_t owner)
{
	return owner ? LEAF | owner : 0;
}

/* Pieces of @block that touch [base, base with all lower bits set]. */
static struct block inside(const struct block *block, sluice_ip base, unsigned int used)
{
	struct block child = { .base = base, .used = used };
	sluice_ip last = block_last(used, base);
	size_t low = 0, high = block->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (block->piece[middle].last < base)
			low = middle + 1;
		else
			high = middle;
	}
	child.piece = block->piece + low;
	for (high = block->count; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (block->piece[middle].first <= last)
			low = middle + 1;
		else
			high = middle;
	}
	child.count = (size_t)(block->piece + low - child.piece);
	return child;
}

static bool is_uniform(const struct block *block, uint64_t *owner)
{
	sluice_ip next = block->base;

	*owner = 0;
	if (!block->count)
		return true;
	*owner = block->piece[0].owner;
	for (size_t i = 0; i < block->count; i++) {
		if (block->piece[i].owner != *owner || block->piece[i].first > next)
			return false;
		next = block->piece[i].last + 1;
	}
	return block->piece[block->count - 1].last >= block_last(block->used, block->base);
}

/*
 * The part of the block that is not its background. The background is the owner of both rims, or
 * nobody if a rim has none. Only called for blocks that are not uniform.
 */
static uint64_t find_region(const struct block *block, sluice_ip *first, sluice_ip *last)
{
	const struct sluice_piece *head = &block->piece[0];
	const struct sluice_piece *tail = &block->piece[block->count - 1];
	sluice_ip end = block_last(block->used, block->base);

	*first = head->first > block->base ? head->first : block->base;
	*last = tail->last < end ? tail->last : end;
	if (head->first > block->base || tail->last < end || head->owner != tail->owner)
		return 0;
	*first = head->last + 1;
	*last = tail->first - 1;
	return head->owner;
}

static unsigned int common_bits(sluice_ip a, sluice_ip b, unsigned int limit)
{
	unsigned int count = 0;

	while (count < limit && !((a ^ b) >> (127 - count)))
		count++;
	return count;
}

static unsigned int stride_of(const struct trie *trie, const struct block *block)
{
	unsigned int left = trie->bits - block->used;
	unsigned int stride = trie->bits == 32 ? MINIMUM_STRIDE_V4 : MINIMUM_STRIDE_V6;

	while (stride < SLUICE_TRIE_MAX_STRIDE && (size_t)1 << stride < block->count)
		stride++;
	return stride < left ? stride : left;
}

static uint64_t entry_of(unsigned int type, unsigned int bits, size_t base)
{
	return (uint64_t)type << SLUICE_ENTRY_SHIFT | (uint64_t)(bits - 1) << 32 | base;
}

static uint64_t write_block(struct trie *trie, const struct block *block);

static uint64_t write_compare(struct trie *trie, const struct block *block, sluice_ip first,
			      unsigned int bits, uint64_t background)
{
	size_t base = sluice_words_reserve(trie->words, 3);
	unsigned int used = block->used + bits;
	struct block child = inside(block, first & ~(used >= 128 ? 0 : ~(sluice_ip)0 >> used), used);
	uint64_t entry;

	trie->words->word[base] = (uint64_t)((first << block->used) >> (128 - bits));
	entry = write_block(trie, &child);
	trie->words->word[base + 1] = entry;
	trie->words->word[base + 2] = leaf(background);
	return entry_of(SLUICE_ENTRY_COMPARE, bits, base);
}

/*
 * How many bits below those of the block tell this piece from others; 0 when it is no prefix, or a too long one. A prefix
 * that touches a block which has other pieces as well lies inside it.
 */
static unsigned int prefix_bits(const struct block *block, const struct sluice_piece *piece)
{
	sluice_ip span = piece->first ^ piece->last;
	unsigned int bits;

	if ((span & (span + 1)) || (piece->first & span))
		return 0;
	bits = common_bits(piece->first, piece->last, 128) - block->used;
	return bits <= 64 ? bits : 0;
}

/* The block's pieces of others than @background; 0 when these do not make a chain. */
static size_t find_chain(const struct block *block, uint64_t background,
			 const struct sluice_piece *chain[MAXIMUM_CHAIN])
{
	size_t count = 0;

	if (block->count > 2 * MAXIMUM_CHAIN + 1)
		return 0;
	for (size_t i = 0; i < block->count; i++) {
		const struct sluice_piece *piece = &block->piece[i];

		/* What nobody owns is no piece: no background reaches over it. */
		if (background && i && piece->first != piece[-1].last + 1)
			return 0;
		if (piece->owner == background)
			continue;
		if (count == MAXIMUM_CHAIN || !prefix_bits(block, piece))
			return 0;
		chain[count++] = piece;
	}
	return count;
}

static uint64_t write_chain(struct trie *trie, const struct block *block,
			    const struct sluice_piece *const *chain, size_t count,
			    uint64_t background)
{
	const struct sluice_piece *piece = *chain;
	unsigned int bits = prefix_bits(block, piece);
	size_t base = sluice_words_reserve(trie->words, 3);
	uint64_t next = leaf(background);

	trie->words->word[base] = (uint64_t)((piece->first << block->used) >> (128 - bits));
	trie->words->word[base + 1] = leaf(piece->owner);
	if (count > 1)
		next = write_chain(trie, block, chain + 1, count - 1, background);
	trie->words->word[base + 2] = next;
	return entry_of(SLUICE_ENTRY_COMPARE, bits, base);
}

/* Pieces of @block that touch the child at @base, the first of which is @piece or comes later. */
static struct block next_child(const struct block *block, const struct sluice_piece *piece,
			       sluice_ip base, unsigned int used)
{
	const struct sluice_piece *stop = block->piece + block->count;
	struct block child = { .base = base, .used = used };
	sluice_ip last = block_last(used, base);

	while (piece < stop && piece->last < base)
		piece++;
	child.piece = piece;
	while (piece < stop && piece->first <= last) {
		child.count++;
		piece++;
	}
	return child;
}

/* How many children from that one on have no owner but the first piece that it touches. */
static size_t count_alike(const struct block *child, size_t most)
{
	sluice_ip last = block_last(child->used, child->base), rest;

	if (!child->count || child->piece->first > child->base || child->piece->last < last)
		return 1;
	rest = (child->piece->last - last) >> (128 - child->used);
	return rest < most ? (size_t)rest + 1 : most;
}

static uint64_t write_node(struct trie *trie, const struct block *block)
{
	unsigned int stride = stride_of(trie, block);
	size_t size = (size_t)1 << stride, base = sluice_words_reserve(trie->words, size);
	unsigned int used = block->used + stride;
	const struct sluice_piece *piece = block->piece;

	/* Children follow each other as the pieces do, so each begins its search where the last one did. */
	for (size_t i = 0; i < size;) {
		struct block child = next_child(block, piece, block->base | (sluice_ip)i << (128 - used),
						used);
		uint64_t entry = write_block(trie, &child);

		for (size_t alike = count_alike(&child, size - i); alike; alike--)
			trie->words->word[base + i++] = entry;
		piece = child.piece;
	}
	return entry_of(SLUICE_ENTRY_NODE, stride, base);
}

static uint64_t write_block(struct trie *trie, const struct block *block)
{
	const struct sluice_piece *chain[MAXIMUM_CHAIN];
	sluice_ip first, last;
	unsigned int bits, limit;
	uint64_t owner;
	size_t count;

	if (is_uniform(block, &owner))
		return leaf(owner);
	owner = find_region(block, &first, &last);
	limit = trie->bits - block->used;
	bits = common_bits(first << block->used, last << block->used, limit < 64 ? limit : 64);
	if (bits >= MINIMUM_COMPARE)
		return write_compare(trie, block, first, bits, owner);
	count = find_chain(block, owner, chain);
	if (count)
		return write_chain(trie, block, chain, count, owner);
	return write_node(trie, block);
}

static void write_family(struct sluice_words *words, struct sluice_piece *piece, size_t count,
			 bool v4)
{
	struct trie trie = { words, v4 ? 32 : 128 };
	struct block root = { .piece = piece, .count = count };
	uint64_t entry;

	/* An IPv4 piece moves up to the top bits and then covers everything below its last bit. */
	for (size_t i = 0; v4 && i < count; i++) {
		piece[i].first <<= 96;
		piece[i].last = piece[i].last << 96 | (~(sluice_ip)0 >> 32);
	}
	entry = write_block(&trie, &root);
	words->word[v4 ? SLUICE_HEADER_ROOT4 : SLUICE_HEADER_ROOT6] = entry;
}

void sluice_write_tries(struct sluice_words *words, const struct sluice_piece *piece, size_t count)
{
	struct sluice_piece *family = sluice_allocate(count, sizeof(*family));

	for (int v4 = 1; v4 >= 0; v4--) {
		size_t used = 0;

		for (size_t i = 0; i < count; i++)
			if (sluice_ip_is_v4(piece[i].first) == !!v4)
				family[used++] = piece[i];
		write_family(words, family, used, v4);
	}
	free(family);
}
