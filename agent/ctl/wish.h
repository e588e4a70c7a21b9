/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person asks to be changed, for how long and why: the arguments that such words share.
 */
#ifndef SLUICE_CTL_WISH_H
#define SLUICE_CTL_WISH_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct sluice_wish - one name and what is said about it
 * @name: what it is about
 * @why: of --why, or NULL
 * @ms: of --for; 0 without, or when that is no time
 * @has_time: --for was given
 * @json: --json was given
 */
struct sluice_wish {
	const char *name;
	const char *why;
	uint64_t ms;
	bool has_time;
	bool json;
};

/**
 * sluice_wish_read() - read NAME [--for TIME] [--why TEXT] [--json]
 * @argc: as of the word
 * @argv: likewise
 * @noun: what one name is of
 * @max_ms: longest time
 * @wish: filled
 *
 * Return: true, or false after a message.
 */
bool sluice_wish_read(int argc, char **argv, const char *noun, uint64_t max_ms,
		      struct sluice_wish *wish);

/** sluice_wish_request() - a request object with the name under @key, and the reason if there is one */
struct json_object *sluice_wish_request(const char *request, const char *key,
					const struct sluice_wish *wish);

#endif
