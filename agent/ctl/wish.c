// SPDX-License-Identifier: GPL-2.0-or-later
/* Arguments of words that change something for a while; see wish.h. */
#include "wish.h"

#include <getopt.h>
#include <stdio.h>

#include "client.h"
#include "duration.h"

static bool read_options(int argc, char **argv, uint64_t max_ms, struct sluice_wish *wish)
{
	static const struct option options[] = {
		{ "for", required_argument, NULL, 'f' },
		{ "why", required_argument, NULL, 'w' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return false;
		if (option == 'f') {
			wish->has_time = true;
			wish->ms = sluice_duration_parse(optarg, max_ms);
		} else if (option == 'w') {
			wish->why = optarg;
		} else {
			wish->json = true;
		}
	}
	return true;
}

bool sluice_wish_read(int argc, char **argv, const char *noun, uint64_t max_ms,
		      struct sluice_wish *wish)
{
	*wish = (struct sluice_wish){};
	if (!read_options(argc, argv, max_ms, wish))
		return false;
	if (optind + 1 == argc) {
		wish->name = argv[optind];
		return true;
	}
	fprintf(stderr, "%s: name one %s\n", argv[0], noun);
	return false;
}

struct json_object *sluice_wish_request(const char *request, const char *key,
					const struct sluice_wish *wish)
{
	struct json_object *json = sluice_client_request(request);

	json_object_object_add(json, key, json_object_new_string(wish->name));
	if (wish->why)
		json_object_object_add(json, "why", json_object_new_string(wish->why));
	if (wish->ms)
		json_object_object_add(json, "ms", json_object_new_uint64(wish->ms));
	return json;
}
