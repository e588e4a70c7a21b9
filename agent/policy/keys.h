/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language as tables: one table for each kind of mapping, one row for each key.
 *
 * A row either reads its value into the model or says what this build lacks; there is no third
 * kind. The JSON Schema (policies/schema.json) has the same tables under "$defs", and a test holds
 * the two against each other.
 */
#ifndef SLUICE_POLICY_KEYS_H
#define SLUICE_POLICY_KEYS_H

#include "features.h"
#include "model.h"

/**
 * struct sluice_reader - what every reading function has at hand
 * @policy: being filled
 * @messages: receives errors; reading goes on after one, to find the others
 */
struct sluice_reader {
	struct sluice_policy *policy;
	struct sluice_messages *messages;
};

/**
 * struct sluice_key - one key of a mapping
 * @name: the key
 * @read: reads the value into the item at @target; of a refused key it only raises the error, in
 *	better words, and may be NULL
 * @required: the mapping is not complete without it
 * @refused: what this build cannot do, a sentence behind `key: `; NULL for an enforced key
 * @feature: SLUICE_ENFORCES_* that lifts the refusal, 0 for none
 */
struct sluice_key {
	const char *name;
	void (*read)(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		     void *target);
	bool required;
	const char *refused;
	unsigned int feature;
};

/* Rows of a table. */
#define SLUICE_KEY(word, function)		{ word, function, false, NULL, 0 }
#define SLUICE_KEY_REQUIRED(word, function)	{ word, function, true, NULL, 0 }
#define SLUICE_KEY_REFUSED(word, text)		{ word, NULL, false, text, 0 }
#define SLUICE_KEY_WHEN(bit, word, function, text) { word, function, false, text, bit }

/**
 * struct sluice_key_table - all keys of one kind of mapping
 * @name: of the mapping, also the name under "$defs"
 * @key: rows
 * @count: how many
 */
struct sluice_key_table {
	const char *name;
	const struct sluice_key *key;
	size_t count;
};

extern const struct sluice_key_table sluice_keys_site;
extern const struct sluice_key_table sluice_keys_gateway;
extern const struct sluice_key_table sluice_keys_management;
extern const struct sluice_key_table sluice_keys_zone;
extern const struct sluice_key_table sluice_keys_port;
extern const struct sluice_key_table sluice_keys_asset;
extern const struct sluice_key_table sluice_keys_group;
extern const struct sluice_key_table sluice_keys_service;
extern const struct sluice_key_table sluice_keys_match;
extern const struct sluice_key_table sluice_keys_conduit;
extern const struct sluice_key_table sluice_keys_limits;
extern const struct sluice_key_table sluice_keys_valid;
extern const struct sluice_key_table sluice_keys_open;
extern const struct sluice_key_table sluice_keys_budget;

/* All tables above, ended by NULL. */
extern const struct sluice_key_table * const sluice_key_tables[];

/**
 * sluice_key_refused() - what this build lacks for a key
 * @key: a row
 *
 * Return: the sentence, or NULL when the key is enforced.
 */
const char *sluice_key_refused(const struct sluice_key *key);

/**
 * struct sluice_limits_target - where the keys under `limits:` go
 * @limit: numbers in force
 * @given: which of them were written
 */
struct sluice_limits_target {
	uint32_t *limit;
	bool *given;
};

/**
 * sluice_read_limits() - the mapping under `limits:`
 * @reader: context
 * @value: the value
 * @limit: receives the numbers that are written
 * @given: receives which
 */
void sluice_read_limits(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			uint32_t limit[SLUICE_LIMITS], bool given[SLUICE_LIMITS]);

/**
 * sluice_read_valid() - the mapping under `valid:`
 * @reader: context
 * @value: the value
 * @target: struct sluice_conduit
 */
void sluice_read_valid(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target);

/**
 * sluice_read_open() - the mapping under `open:`
 * @reader: context
 * @value: the value
 * @target: struct sluice_conduit
 */
void sluice_read_open(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target);

/**
 * sluice_read_lease() - how long an identity holds
 * @reader: context
 * @value: the value
 * @target: struct sluice_conduit
 */
void sluice_read_lease(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target);

/**
 * sluice_read_mapping() - read a mapping by its table
 * @reader: context
 * @node: what should be a mapping
 * @table: its keys
 * @target: handed to each row's function
 *
 * Unknown keys, refused keys and missing keys become errors.
 */
void sluice_read_mapping(struct sluice_reader *reader, const struct sluice_yaml_node *node,
			 const struct sluice_key_table *table, void *target);

/**
 * sluice_nearest() - the word that was probably meant
 * @word: as written
 * @candidate: words that exist
 * @count: how many
 * @stride: bytes from one pointer to the next
 *
 * Return: one of the candidates, or NULL if none is near.
 */
const char *sluice_nearest(const char *word, const char *const *candidate, size_t count,
			   size_t stride);

/**
 * sluice_read_word() - a value that must be one of a few words
 * @reader: context
 * @value: the value
 * @words: what is allowed, ended by NULL
 *
 * Return: index into @words, or -1 with an error.
 */
int sluice_read_word(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		     const char *const *words);

/**
 * sluice_read_text() - a value that must be a text and not empty
 * @reader: context
 * @value: the value
 *
 * Return: the text, or NULL with an error.
 */
const char *sluice_read_text(struct sluice_reader *reader, const struct sluice_yaml_node *value);

/**
 * sluice_read_name() - a value that must be a name
 * @reader: context
 * @value: the value
 *
 * Return: the name, or NULL with an error.
 */
const char *sluice_read_name(struct sluice_reader *reader, const struct sluice_yaml_node *value);

/**
 * sluice_read_names() - a name or a list of names
 * @reader: context
 * @value: the value
 * @names: receives them
 */
void sluice_read_names(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       struct sluice_names *names);

/**
 * sluice_read_bool() - true or false
 * @reader: context
 * @value: the value
 *
 * Return: the value; false with an error for anything else.
 */
bool sluice_read_bool(struct sluice_reader *reader, const struct sluice_yaml_node *value);

/**
 * sluice_read_number() - a decimal number
 * @reader: context
 * @value: the value
 * @minimum: smallest allowed
 * @maximum: largest allowed
 *
 * Return: the number, or 0 with an error.
 */
uint64_t sluice_read_number(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			    uint64_t minimum, uint64_t maximum);

/**
 * sluice_read_spans() - an address, prefix or range, or a list of them
 * @reader: context
 * @value: the value
 * @hosts: only single addresses are allowed
 * @set: receives them as written, see sluice_set_append()
 */
void sluice_read_spans(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       bool hosts, struct sluice_set *set);

/**
 * sluice_read_conduits() - the list under `conduits:`
 * @reader: context
 * @value: the value
 * @target: unused
 */
void sluice_read_conduits(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target);

/**
 * sluice_read_services() - the list under `services:`
 * @reader: context
 * @value: the value
 * @target: unused
 */
void sluice_read_services(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target);

/**
 * sluice_join_matches() - sort matches and join those that touch
 * @match: array, reordered in place
 * @count: how many
 *
 * Return: how many are left.
 */
size_t sluice_join_matches(struct sluice_match *match, size_t count);

/**
 * sluice_parse_time() - read a time in UTC
 * @text: 2026-12-01T08:00Z, seconds allowed
 * @seconds: receives seconds since 1970
 *
 * Return: true if @text is such a time.
 */
bool sluice_parse_time(const char *text, uint64_t *seconds);

/**
 * sluice_read_policy() - the whole document into the model, names not yet resolved
 * @policy: zeroed, with its tree
 * @messages: receives errors
 *
 * Return: 0, or -EINVAL with errors.
 */
int sluice_read_policy(struct sluice_policy *policy, struct sluice_messages *messages);

/**
 * sluice_resolve_policy() - names to indexes, addresses to owners
 * @policy: as sluice_read_policy() left it
 * @messages: receives errors
 *
 * Return: 0, or -EINVAL with errors.
 */
int sluice_resolve_policy(struct sluice_policy *policy, struct sluice_messages *messages);

#endif
