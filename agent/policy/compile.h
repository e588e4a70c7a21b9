/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the compiler: from the model to the words of kmod/core/image.h.
 *
 * Order of work: number the conduits, put addresses and services into equivalence classes, collect
 * the entries of the conduit table, then write the sections in the order of enum sluice_header.
 * Nothing depends on pointers, time or the locale, so the same text gives the same words.
 */
#ifndef SLUICE_POLICY_COMPILE_H
#define SLUICE_POLICY_COMPILE_H

#include "model.h"

/**
 * struct sluice_words - a growing array of words
 * @word: in the machine's byte order until the very end
 * @count: how many
 * @capacity: how many fit
 */
struct sluice_words {
	uint64_t *word;
	size_t count;
	size_t capacity;
};

/**
 * struct sluice_asset_class - assets that no conduit tells apart
 * @zone: index of their zone in the policy
 * @families: 1 for IPv4, 2 for IPv6, 3 for both
 */
struct sluice_asset_class {
	size_t zone;
	unsigned int families;
};

/**
 * struct sluice_service_classes - ports that no service tells apart
 * @class: for each service its classes, ascending
 * @count: for each service how many
 * @number: by enum sluice_transport, class of each number; 0 for none
 * @classes: how many classes there are; they are numbered from 1
 */
struct sluice_service_classes {
	uint16_t **class;
	size_t *count;
	uint16_t *number[SLUICE_TRANSPORTS];
	size_t classes;
};

/**
 * struct sluice_table_entry - a row of the conduit or MAC table
 * @key: never 0
 * @value: conduit or zone
 */
struct sluice_table_entry {
	uint64_t key;
	uint64_t value;
};

/**
 * struct sluice_piece - addresses with one owner, for the tries
 * @first: lowest
 * @last: highest, included
 * @owner: payload of the leaf
 */
struct sluice_piece {
	sluice_ip first;
	sluice_ip last;
	uint64_t owner;
};

/**
 * struct sluice_compiler - everything that is known while one image is made
 * @policy: what to compile
 * @gateway: for which box
 * @messages: receives what hinders
 * @conduits: conduits of the image: those of the policy, then management, then intra
 * @intra: by zone, conduit of `intra: allow`, or 0
 * @identifier: by asset, its address class
 * @class: address classes, index 0 is identifier @first_class
 * @classes: how many
 * @first_class: identifier of the first asset class; zones stand before it
 * @zone_families: by zone, as &sluice_asset_class.families
 * @services: service classes
 * @binding: by asset, index of its binding, or 0
 * @bindings: how many
 * @unstated: the one of all assets that state neither MAC nor port; 0 until there is one
 * @matrix: byte for each pair of zones, zone 0 being the gateway
 * @entry: rows of the conduit table
 * @entries: how many
 * @words: the image
 */
struct sluice_compiler {
	const struct sluice_policy *policy;
	const struct sluice_gateway *gateway;
	struct sluice_messages *messages;
	size_t conduits;
	uint16_t *intra;
	uint32_t *identifier;
	struct sluice_asset_class *class;
	size_t classes;
	uint32_t first_class;
	unsigned int *zone_families;
	struct sluice_service_classes services;
	uint32_t *binding;
	size_t bindings;
	uint32_t unstated;
	uint8_t *matrix;
	struct sluice_table_entry *entry;
	size_t entries;
	struct sluice_words words;
};

/**
 * sluice_words_reserve() - zeroed words at the end of the image
 * @words: the image so far
 * @count: how many more
 *
 * Return: index of the first of them.
 */
size_t sluice_words_reserve(struct sluice_words *words, size_t count);

/**
 * sluice_class_assets() - fills identifier, class, classes, first_class, zone_families
 * @compiler: with policy, gateway and conduits
 */
void sluice_class_assets(struct sluice_compiler *compiler);

/**
 * sluice_class_services() - fills services
 * @compiler: with policy
 *
 * Return: 0, or -E2BIG with an error if there are more classes than the image can number.
 */
int sluice_class_services(struct sluice_compiler *compiler);

/**
 * sluice_whole_zone() - identifier of "any address of this zone"
 * @compiler: any
 * @zone: index in the policy
 *
 * Return: the identifier, or 0 for an isolated zone.
 */
uint32_t sluice_whole_zone(const struct sluice_compiler *compiler, size_t zone);

/**
 * sluice_pair_passes() - can traffic between two zones cross this gateway at all
 * @compiler: with policy and gateway
 * @from: index of a zone
 * @to: index of a zone
 *
 * Return: true if there are two different ports for it.
 */
bool sluice_pair_passes(const struct sluice_compiler *compiler, size_t from, size_t to);

/**
 * sluice_collect_entries() - fills matrix and entry
 * @compiler: with classes
 *
 * Return: 0; -E2BIG or -EINVAL with an error.
 */
int sluice_collect_entries(struct sluice_compiler *compiler);

/**
 * sluice_write_conduit_table() - the conduit table, with a seed that serves the MAC table too
 * @compiler: with entries; its image stands where the conduit table begins
 * @macs: rows of the MAC table
 * @mac_count: how many
 * @mac_log2: receives the size of the MAC table
 *
 * Return: 0, or -E2BIG with an error.
 */
int sluice_write_conduit_table(struct sluice_compiler *compiler,
			       const struct sluice_table_entry *macs, size_t mac_count,
			       unsigned int *mac_log2);

/**
 * sluice_write_table() - rows into buckets at the end of the image
 * @words: the image so far
 * @entry: rows, sorted by key
 * @count: how many
 * @log2: of the number of buckets
 * @seed: of the hash
 *
 * Return: true if every row stands within SLUICE_TABLE_PROBES of its home; else nothing is written.
 */
bool sluice_write_table(struct sluice_words *words, const struct sluice_table_entry *entry,
			size_t count, unsigned int log2, uint64_t seed);

/**
 * sluice_write_tries() - who owns which address, both families
 * @words: the image so far; its header receives the roots
 * @piece: sorted, disjoint
 * @count: how many
 */
void sluice_write_tries(struct sluice_words *words, const struct sluice_piece *piece,
			size_t count);

#endif
