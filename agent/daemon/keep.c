// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts in two copies; see keep.h. */
#include "daemon/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/memory.h"
#include "trust/envelope.h"

#define TEXT_BYTES_MAX 65536
#define MARK "digest "
#define HEX_DIGITS (2 * SLUICE_DIGEST_BYTES)

static char *path_of(const char *folder, const char *name, int copy)
{
	return sluice_format("%s/%s%s", folder, copy ? "copy/" : "", name);
}

static void digest_of(const char *text, size_t length, char hex[HEX_DIGITS + 1])
{
	uint8_t digest[SLUICE_DIGEST_BYTES];

	sluice_digest((struct sluice_bytes){(const uint8_t *)text, length}, digest);
	sluice_digest_text(digest, hex);
}

int sluice_keep_store_copy(const char *folder, const char *name, int copy, const char *text,
			   struct sluice_messages *messages)
{
	char *path = path_of(folder, name, copy), *sealed;
	char hex[HEX_DIGITS + 1];
	int error;

	digest_of(text, strlen(text), hex);
	sealed = sluice_format("%s" MARK "%s\n", text, hex);
	error = sluice_file_replace(path, sealed, strlen(sealed), 0600, messages);
	free(sealed);
	free(path);
	return error;
}

int sluice_keep_store(const char *folder, const char *name, const char *text,
		      struct sluice_messages *messages)
{
	int error = sluice_keep_store_copy(folder, name, 0, text, messages);
	struct sluice_messages second;

	if (error)
		return error;
	sluice_messages_init(&second, NULL);
	if (sluice_keep_store_copy(folder, name, 1, text, &second))
		sluice_message_warning(messages, NULL, "the second copy of %s is old: %s", name,
				       second.item[0].text);
	sluice_messages_release(&second);
	return 0;
}

/* Cuts the digest off. Return: false when it is not that of what stands before it. */
static bool unseal(char *text, size_t length)
{
	size_t tail = strlen(MARK) + HEX_DIGITS + 1;
	char hex[HEX_DIGITS + 1];
	char *mark;

	if (length < tail || strlen(text) != length)
		return false;
	mark = text + length - tail;
	if ((mark > text && mark[-1] != '\n') || strncmp(mark, MARK, strlen(MARK)) ||
	    text[length - 1] != '\n')
		return false;
	digest_of(text, (size_t)(mark - text), hex);
	if (strncmp(mark + strlen(MARK), hex, HEX_DIGITS))
		return false;
	*mark = '\0';
	return true;
}

int sluice_keep_load_copy(const char *folder, const char *name, int copy, char **text)
{
	char *path = path_of(folder, name, copy), *read;
	struct sluice_messages messages;
	uint8_t *bytes = NULL;
	size_t length = 0;
	int error;

	sluice_messages_init(&messages, NULL);
	error = sluice_file_load(path, TEXT_BYTES_MAX, &bytes, &length, &messages);
	sluice_messages_release(&messages);
	free(path);
	if (error)
		return error == -ENOENT ? 0 : error;
	read = sluice_format("%.*s", (int)length, (const char *)bytes);
	free(bytes);
	if (!unseal(read, length)) {
		free(read);
		return -EBADMSG;
	}
	*text = read;
	return 1;
}

int sluice_keep_load(const char *folder, const char *name, char **text,
		     struct sluice_messages *messages)
{
	char *read = NULL;
	int first = sluice_keep_load_copy(folder, name, 0, &read);
	int second = first == 1 ? 1 : sluice_keep_load_copy(folder, name, 1, &read);

	*text = NULL;
	if (first < 0)
		sluice_message_warning(messages, NULL, "%s/%s is damaged: %s", folder, name,
				       strerror(-first));
	if (!first && !second)
		return 0;
	if (first != 1 && second != 1)
		return first < 0 ? first : second;
	if (first != 1)
		sluice_keep_store(folder, name, read, messages);
	*text = read;
	return 0;
}
