// SPDX-License-Identifier: GPL-2.0-or-later
/* The record that survives power cuts; see state.h. */
#include "daemon/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/keep.h"
#include "lib/memory.h"
#include "trust/envelope.h"

#define NAME "state"
#define STATE_HEAD "sluice-state 1"

/* The members in the order of the file. */
static const struct member {
	const char *name;
	size_t offset;
	bool is_identity;
} members[] = {
	{"sequence", offsetof(struct sluice_state_file, sequence), false},
	{"confirmed", offsetof(struct sluice_state_file, confirmed), true},
	{"candidate", offsetof(struct sluice_state_file, candidate), true},
	{"active", offsetof(struct sluice_state_file, active), true},
	{"previous", offsetof(struct sluice_state_file, previous), true},
	{"floor-version", offsetof(struct sluice_state_file, floor_version), false},
	{"floor-epoch", offsetof(struct sluice_state_file, floor_epoch), false},
	{"time", offsetof(struct sluice_state_file, time), false},
};

#define MEMBERS (sizeof(members) / sizeof(members[0]))

bool sluice_identity_is_none(const uint8_t identity[SLUICE_DIGEST_BYTES])
{
	static const uint8_t none[SLUICE_DIGEST_BYTES];

	return !memcmp(identity, none, sizeof(none));
}

bool sluice_identity_equal(const uint8_t a[SLUICE_DIGEST_BYTES],
			   const uint8_t b[SLUICE_DIGEST_BYTES])
{
	return !memcmp(a, b, SLUICE_DIGEST_BYTES) && !sluice_identity_is_none(a);
}

/* ---- Writing ---- */

static char *append(char *text, const char *name, const char *value)
{
	char *longer = sluice_format("%s%s %s\n", text, name, value);

	free(text);
	return longer;
}

static char *serialise(const struct sluice_state_file *state)
{
	char *text = sluice_copy_text(STATE_HEAD "\n");
	char value[2 * SLUICE_DIGEST_BYTES + 1];

	for (size_t i = 0; i < MEMBERS; i++) {
		const void *member = (const char *)state + members[i].offset;

		if (members[i].is_identity)
			sluice_digest_text(member, value);
		else
			snprintf(value, sizeof(value), "%" PRIu64, *(const uint64_t *)member);
		text = append(text, members[i].name, value);
	}
	return text;
}

int sluice_state_store(const char *folder, struct sluice_state_file *state,
		       struct sluice_messages *messages)
{
	char *text;
	int error;

	state->sequence++;
	text = serialise(state);
	error = sluice_keep_store(folder, NAME, text, messages);
	free(text);
	return error;
}

/* ---- Reading ---- */

static bool parse_identity(const char *text, uint8_t identity[SLUICE_DIGEST_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;

	if (strlen(text) != 2 * SLUICE_DIGEST_BYTES)
		return false;
	for (size_t i = 0; i < SLUICE_DIGEST_BYTES; i++) {
		high = strchr(digits, text[2 * i]);
		low = strchr(digits, text[2 * i + 1]);
		if (!high || !low)
			return false;
		identity[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
	return true;
}

static bool parse_number(const char *text, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end;
}

/* The value of the line that must come next, or NULL. */
static char *expect(char **rest, const char *name)
{
	char *line = strsep(rest, "\n");
	size_t length = strlen(name);

	if (!line || strncmp(line, name, length) || line[length] != ' ')
		return NULL;
	return line + length + 1;
}

static bool parse_members(char **rest, struct sluice_state_file *state)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		void *member = (char *)state + members[i].offset;
		char *value = expect(rest, members[i].name);

		if (!value)
			return false;
		if (members[i].is_identity ? !parse_identity(value, member)
					   : !parse_number(value, member))
			return false;
	}
	return true;
}

static bool parse(char *text, struct sluice_state_file *state)
{
	char *rest = text, *head = strsep(&rest, "\n");

	return !strcmp(head, STATE_HEAD) && parse_members(&rest, state) && rest && !*rest &&
	       state->sequence;
}

/* Return: as sluice_keep_load_copy(). */
static int load_copy(const char *folder, int copy, struct sluice_state_file *state)
{
	char *text = NULL;
	int found = sluice_keep_load_copy(folder, NAME, copy, &text);

	if (found == 1 && !parse(text, state))
		found = -EBADMSG;
	free(text);
	return found;
}

static int mend(const char *folder, int copy, int found, const struct sluice_state_file *state,
		struct sluice_messages *messages)
{
	char *text = serialise(state);
	int error = sluice_keep_store_copy(folder, NAME, copy, text, messages);

	free(text);
	if (!error && found < 0)
		sluice_message_warning(messages, NULL,
				       "copy %d of the state was damaged (%s) and is mended", copy + 1,
				       strerror(-found));
	return error;
}

static int refuse_damaged(const char *folder, struct sluice_messages *messages)
{
	sluice_message_error(messages, NULL, "%s: no whole copy of the state", folder);
	sluice_message_hint(messages,
			    "the version floor is lost: restore %s/state from a backup, or remove "
			    "both copies and install the newest policy again",
			    folder);
	return -EBADMSG;
}

int sluice_state_load(const char *folder, struct sluice_state_file *state,
		      struct sluice_messages *messages)
{
	struct sluice_state_file copies[2] = {};
	int found[2], truth;

	found[0] = load_copy(folder, 0, &copies[0]);
	found[1] = load_copy(folder, 1, &copies[1]);
	if (!found[0] && !found[1]) {
		memset(state, 0, sizeof(*state));
		return 0;
	}
	if (found[0] != 1 && found[1] != 1)
		return refuse_damaged(folder, messages);
	truth = found[0] != 1 || (found[1] == 1 && copies[1].sequence > copies[0].sequence);
	if (found[!truth] != 1 || copies[!truth].sequence != copies[truth].sequence)
		mend(folder, !truth, found[!truth], &copies[truth], messages);
	*state = copies[truth];
	return 0;
}

static int make_folder(const char *path, struct sluice_messages *messages)
{
	if (!mkdir(path, 0700) || errno == EEXIST)
		return 0;
	sluice_message_error(messages, NULL, "%s: cannot be made: %s", path, strerror(errno));
	return -errno;
}

int sluice_state_prepare(const char *folder, struct sluice_messages *messages)
{
	static const char *const inner[] = {"", "/copy", "/policies", "/trust"};
	int error = 0;
	char *path;

	for (size_t i = 0; !error && i < sizeof(inner) / sizeof(inner[0]); i++) {
		path = sluice_format("%s%s", folder, inner[i]);
		error = make_folder(path, messages);
		free(path);
	}
	return error;
}
