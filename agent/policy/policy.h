/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy: from the text that people write to the image that the kernel reads.
 *
 *	text -> yaml.c (strict tree) -> read.c (model) -> rules.c (S1 to S8) -> compile.c (image)
 *
 * Life cycle: sluice_policy_load(), any number of readers of the model (model.h) and compiles,
 * sluice_policy_free(). A loaded policy is immutable and obeys all structural rules; there is no
 * way to hold one that does not.
 */
#ifndef SLUICE_POLICY_POLICY_H
#define SLUICE_POLICY_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "../lib/message.h"

struct sluice_policy;

/* The largest text that is read, in bytes. */
#define SLUICE_POLICY_TEXT_MAX (8u << 20)

/* Connections that the module counts at once, of all conduits together: SLUICE_FLOWS of kmod/limits.h. */
#define SLUICE_POLICY_FLOWS 262144

/**
 * struct sluice_image_buffer - an image as the compiler wrote it
 * @words: the image, kmod/core/image.h explains it
 * @count: number of words
 *
 * Zero-initialise before use; owned by the caller, freed by sluice_image_buffer_release().
 */
struct sluice_image_buffer {
	uint64_t *words;
	size_t count;
};

/**
 * sluice_policy_load() - read a policy file and hold it against every rule
 * @path: file to read, at most SLUICE_POLICY_TEXT_MAX bytes; "-" is standard input
 * @messages: receives errors, warnings and notes; the file name is put before each
 *
 * Return: a policy for sluice_policy_free(), or NULL with at least one error in @messages.
 */
struct sluice_policy *sluice_policy_load(const char *path, struct sluice_messages *messages);

/**
 * sluice_policy_load_buffer() - the same for a text in memory, for instance out of a bundle
 * @name: what to call the text in messages
 * @text: bytes, need not be terminated, may hold anything; copied
 * @length: how many
 * @messages: receives errors, warnings and notes
 *
 * Return: a policy for sluice_policy_free(), or NULL with at least one error in @messages.
 */
struct sluice_policy *sluice_policy_load_buffer(const char *name, const void *text, size_t length,
						struct sluice_messages *messages);

/**
 * sluice_policy_free() - give the policy back
 * @policy: what a load returned; NULL is allowed
 */
void sluice_policy_free(struct sluice_policy *policy);

/**
 * sluice_policy_compile() - write the image of one gateway
 * @policy: a loaded policy
 * @gateway: name under `gateways:`; NULL if the site has exactly one
 * @out: receives the image; untouched on failure
 * @messages: receives what hinders
 *
 * Deterministic: the same text and gateway give the same words on every machine.
 *
 * Return: 0; -ENOENT if there is no such gateway; -E2BIG if the image would exceed a maximum of
 * kmod/core/image.h; always with an error in @messages.
 */
int sluice_policy_compile(const struct sluice_policy *policy, const char *gateway,
			  struct sluice_image_buffer *out, struct sluice_messages *messages);

/**
 * sluice_image_buffer_release() - free the words
 * @image: may be empty
 */
void sluice_image_buffer_release(struct sluice_image_buffer *image);

/**
 * sluice_policy_site() - the name under `site:`
 * @policy: a loaded policy
 *
 * Return: a string that lives as long as @policy.
 */
const char *sluice_policy_site(const struct sluice_policy *policy);

/**
 * sluice_policy_version() - the number under `version:`
 * @policy: a loaded policy
 *
 * Return: 1 to 2^63 - 1.
 */
uint64_t sluice_policy_version(const struct sluice_policy *policy);

#endif
