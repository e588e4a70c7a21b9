/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trust text: what people write, and what `sluicectl trust bundle` seals (sluice-bundle(5)).
 */
#ifndef SLUICE_TRUST_TEXT_H
#define SLUICE_TRUST_TEXT_H

#include "trust/record.h"
#include "trust/structure.h"

/**
 * struct sluice_trust_text - a parsed trust text
 * @site: site name, owned
 * @version: from 1
 * @epoch: from 1
 * @thresholds: by role
 * @files: certificate file names as written, sorted by role, owned
 * @roles: role of each file
 * @file_count: how many
 * @structure: the zones that it pins, at least one
 *
 * Zero-initialise before use.
 */
struct sluice_trust_text {
	char *site;
	uint64_t version;
	uint64_t epoch;
	uint8_t thresholds[SLUICE_ROLE_COUNT];
	char **files;
	enum sluice_role *roles;
	size_t file_count;
	struct sluice_structure structure;
};

/**
 * sluice_trust_text_read() - parse, strictly
 * @bytes: the text; may hold anything
 * @text: receives what it says; untouched on failure
 * @messages: receives errors with line and column
 *
 * Return: 0, or -EINVAL.
 */
int sluice_trust_text_read(struct sluice_bytes bytes, struct sluice_trust_text *text,
			   struct sluice_messages *messages);

/**
 * sluice_trust_text_agrees() - do text, envelope and record say the same?
 * @text: parsed text
 * @manifest: of the envelope
 * @record: the parsed trust record
 * @messages: receives the refusal
 *
 * Certificate files are not there when a trust file is read; their numbers by role are compared.
 *
 * Return: 0, or -EBADMSG.
 */
int sluice_trust_text_agrees(const struct sluice_trust_text *text,
			     const struct sluice_manifest *manifest,
			     const struct sluice_trust_record *record,
			     struct sluice_messages *messages);

/**
 * sluice_trust_text_release() - give back what it owns
 * @text: may be empty
 */
void sluice_trust_text_release(struct sluice_trust_text *text);

#endif
