/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy text, compiled: the shipped compiler's image and the names that stand behind its numbers.
 */
#ifndef SLUICE_TESTS_SITE_H
#define SLUICE_TESTS_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "kmod/core/image.h"
#include "policy/decide.h"
#include "policy/policy.h"

/**
 * struct site - one policy and the image of its first gateway
 * @policy: the model
 * @gateway: its first gateway
 * @buffer: the words
 * @image: the same, for the core
 */
struct site {
	struct sluice_policy *policy;
	const struct sluice_gateway *gateway;
	struct sluice_image_buffer buffer;
	struct sluice_image image;
};

/**
 * site_load() - read and compile a file
 * @path: policy file
 * @site: filled
 *
 * Return: true; false after printing the messages as comments.
 */
bool site_load(const char *path, struct site *site);

/**
 * site_load_text() - the same for a text in memory
 * @text: policy
 * @length: bytes
 * @quiet: print no messages
 * @site: filled
 */
bool site_load_text(const char *text, size_t length, bool quiet, struct site *site);

/**
 * site_release() - free it
 * @site: any
 */
void site_release(struct site *site);

/**
 * site_port() - image port index of a name
 * @site: loaded
 * @name: "eth1", "eth2.10"
 *
 * Return: index, or 0 when the policy has no such port.
 */
unsigned int site_port(const struct site *site, const char *name);

/**
 * site_conduit_name() - name of an image conduit
 * @site: loaded
 * @conduit: index
 *
 * Return: its name in the policy, "management to X", "management from X", "intra Z", or "" for none;
 * valid until the next call.
 */
const char *site_conduit_name(const struct site *site, unsigned int conduit);

#endif
