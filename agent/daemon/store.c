// SPDX-License-Identifier: GPL-2.0-or-later
/* Policy bundles on disk; see store.h. */
#include "daemon/store.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/memory.h"

#define SUFFIX ".slu"

static char *path_of(const char *folder, const uint8_t identity[SLUICE_DIGEST_BYTES])
{
	char hex[2 * SLUICE_DIGEST_BYTES + 1];

	sluice_digest_text(identity, hex);
	return sluice_format("%s/policies/%s" SUFFIX, folder, hex);
}

int sluice_store_put(const char *folder, const uint8_t identity[SLUICE_DIGEST_BYTES],
		     struct sluice_bytes bytes, struct sluice_messages *messages)
{
	char *path = path_of(folder, identity);
	int error = sluice_file_replace(path, bytes.bytes, bytes.length, 0600, messages);

	free(path);
	return error;
}

int sluice_store_load(const char *folder, const uint8_t identity[SLUICE_DIGEST_BYTES],
		      struct sluice_bundle *bundle, struct sluice_messages *messages)
{
	char *path = path_of(folder, identity);
	int error = sluice_bundle_load(path, bundle, messages);

	free(path);
	return error;
}

bool sluice_store_has(const char *folder, const uint8_t identity[SLUICE_DIGEST_BYTES])
{
	char *path = path_of(folder, identity);
	bool has = !access(path, F_OK);

	free(path);
	return has;
}

static bool is_named(const char *name, const struct sluice_state_file *state)
{
	const uint8_t *const kept[] = {state->confirmed, state->candidate, state->active,
				       state->previous};
	char file[2 * SLUICE_DIGEST_BYTES + sizeof(SUFFIX)];

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		sluice_digest_text(kept[i], file);
		strcat(file, SUFFIX);
		if (!strcmp(name, file))
			return true;
	}
	return false;
}

void sluice_store_collect(const char *folder, const struct sluice_state_file *state)
{
	char *path = sluice_format("%s/policies", folder);
	DIR *listing = opendir(path);
	struct dirent *entry;

	free(path);
	if (!listing)
		return;
	while ((entry = readdir(listing))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (!is_named(entry->d_name, state))
			unlinkat(dirfd(listing), entry->d_name, 0);
	}
	closedir(listing);
}
