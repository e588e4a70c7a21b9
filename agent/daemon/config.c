// SPDX-License-Identifier: GPL-2.0-or-later
/* sluice.conf; see config.h. */
#include "daemon/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/memory.h"

#define CONFIG_BYTES_MAX 65536

static const struct key {
	const char *name;
	size_t offset;
	const char *fallback;
	bool is_path;
} keys[] = {
	{"state", offsetof(struct sluice_config, state), "/var/lib/sluice", true},
	{"run", offsetof(struct sluice_config, run), "/run/sluice", true},
	{"pin", offsetof(struct sluice_config, pin), "/sys/fs/bpf/sluice", true},
	{"trust", offsetof(struct sluice_config, trust), "/etc/sluice/trust.slu", true},
	{"gateway", offsetof(struct sluice_config, gateway), NULL, false},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static char **member(struct sluice_config *config, const struct key *key)
{
	return (char **)((char *)config + key->offset);
}

void sluice_config_release(struct sluice_config *config)
{
	for (size_t i = 0; i < KEYS; i++)
		free(*member(config, &keys[i]));
	memset(config, 0, sizeof(*config));
}

static void set_defaults(struct sluice_config *config)
{
	for (size_t i = 0; i < KEYS; i++)
		if (!*member(config, &keys[i]) && keys[i].fallback)
			*member(config, &keys[i]) = sluice_copy_text(keys[i].fallback);
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static const struct key *find(const char *name)
{
	for (size_t i = 0; i < KEYS; i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static int take(struct sluice_config *config, const char *name, const char *value,
		const struct sluice_place *place, struct sluice_messages *messages)
{
	const struct key *key = find(name);

	if (!key) {
		sluice_message_error(messages, place, "unknown key \"%s\"", name);
		sluice_message_hint(messages, "known are state, run, pin, trust and gateway");
		return -EINVAL;
	}
	if (*member(config, key))
		return sluice_message_error(messages, place, "\"%s\" stands here twice", name);
	if (!*value)
		return sluice_message_error(messages, place, "\"%s\" has no value", name);
	if (key->is_path && *value != '/')
		return sluice_message_error(messages, place,
					    "\"%s\" must be a path that begins with /", name);
	*member(config, key) = sluice_copy_text(value);
	return 0;
}

static int read_line(struct sluice_config *config, char *line, unsigned int number,
		     struct sluice_messages *messages)
{
	char *comment = strchr(line, '#'), *start, *equals;
	struct sluice_place place = {.line = number};

	if (comment)
		*comment = '\0';
	start = trim(line);
	place.column = (unsigned int)(start - line) + 1;
	if (!*start)
		return 0;
	equals = strchr(start, '=');
	if (!equals)
		return sluice_message_error(messages, &place, "not of the form key = value");
	*equals = '\0';
	return take(config, trim(start), trim(equals + 1), &place, messages);
}

static int read_text(struct sluice_config *config, char *text, struct sluice_messages *messages)
{
	unsigned int number = 0;
	int error = 0;
	char *line;

	while (!error && (line = strsep(&text, "\n")))
		error = read_line(config, line, ++number, messages);
	return error;
}

static int load(const char *path, struct sluice_config *config, struct sluice_messages *messages)
{
	size_t length = 0;
	uint8_t *bytes;
	char *text;
	int error;

	error = sluice_file_load(path, CONFIG_BYTES_MAX, &bytes, &length, messages);
	if (error)
		return error;
	text = sluice_format("%.*s", (int)length, (const char *)bytes);
	error = strlen(text) == length ? read_text(config, text, messages)
				       : sluice_message_error(messages, NULL,
							      "not a text: a zero byte");
	free(text);
	free(bytes);
	return error;
}

int sluice_config_load(const char *path, struct sluice_config *config,
		       struct sluice_messages *messages)
{
	const char *file = path ? path : SLUICE_CONFIG_PATH;
	struct sluice_config loaded = {};
	int error = 0;

	messages->file = file;
	if (path || !access(file, F_OK))
		error = load(file, &loaded, messages);
	messages->file = NULL;
	if (error) {
		sluice_config_release(&loaded);
		return error;
	}
	set_defaults(&loaded);
	*config = loaded;
	return 0;
}
