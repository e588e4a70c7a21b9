// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	make-plant assets|prefixes|conduits|zones COUNT policy|empty|concat|zonemap
 *
 * prints a plant of that size, as a policy or as a ruleset for nft.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/bench/plant.h"

static const char *const shapes[] = { "assets", "prefixes", "conduits", "zones" };
static const char *const forms[] = { "empty", "concat", "zonemap", "policy" };

static int find(const char *const *list, int count, const char *word)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(list[i], word))
			return i;
	fprintf(stderr, "make-plant assets|prefixes|conduits|zones COUNT policy|empty|concat|zonemap\n");
	exit(2);
}

int main(int argc, char **argv)
{
	struct bench_plant plant;
	int form;

	plant.shape = (enum bench_shape)find(shapes, 4, argc == 4 ? argv[1] : "");
	plant.rules = (unsigned int)strtoul(argv[2], NULL, 10);
	form = find(forms, 4, argv[3]);
	if (form == 3)
		bench_plant_policy(&plant, stdout);
	else
		bench_plant_nft(&plant, (enum bench_nft)form, stdout);
	return 0;
}
