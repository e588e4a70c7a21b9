// SPDX-License-Identifier: GPL-2.0-or-later
/* Ring of denials; see denials.h. */
#include "daemon/denials.h"

#include <stdlib.h>

#include "lib/memory.h"

struct sluice_denials {
	struct json_object **entries;
	size_t capacity;
	uint64_t next;
};

struct sluice_denials *sluice_denials_new(size_t capacity)
{
	struct sluice_denials *denials = sluice_allocate(1, sizeof(*denials));

	denials->entries = sluice_allocate(capacity, sizeof(struct json_object *));
	denials->capacity = capacity;
	denials->next = 1;
	return denials;
}

void sluice_denials_free(struct sluice_denials *denials)
{
	if (!denials)
		return;
	for (size_t i = 0; i < denials->capacity; i++)
		json_object_put(denials->entries[i]);
	free(denials->entries);
	free(denials);
}

void sluice_denials_add(struct sluice_denials *denials, struct json_object *entry)
{
	struct json_object **place = &denials->entries[denials->next % denials->capacity];

	json_object_put(*place);
	json_object_object_add(entry, "sequence", json_object_new_uint64(denials->next));
	*place = entry;
	denials->next++;
}

uint64_t sluice_denials_next(const struct sluice_denials *denials)
{
	return denials->next;
}

uint64_t sluice_denials_first(const struct sluice_denials *denials)
{
	return denials->next > denials->capacity ? denials->next - denials->capacity : 1;
}

struct json_object *sluice_denials_get(const struct sluice_denials *denials, uint64_t sequence)
{
	if (sequence < sluice_denials_first(denials) || sequence >= denials->next)
		return NULL;
	return denials->entries[sequence % denials->capacity];
}
