// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strict YAML; see yaml.h.
 *
 * The order of work: the bytes are checked first (encoding, control characters), because no
 * parser should see what no editor shows (encoding.h); then libfyaml's events become a tree, and the first
 * event outside the subset ends the reading with one message.
 */
#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/memory.h"
#include "encoding.h"
#include "yaml.h"

/* What is known while events come in. */
struct reading {
	const char *text;
	size_t length;
	struct sluice_messages *messages;
	struct fy_parser *parser;
	struct fy_diag *diag;
	struct sluice_yaml *yaml;
	struct sluice_yaml_node *open;		/* innermost collection not yet closed */
	unsigned int depth;
	unsigned int documents;
	char *key;				/* key read, value still to come */
	enum sluice_yaml_quote key_quote;
	struct sluice_place key_place;
	struct sluice_place last;		/* where the last thing that was there ended */
	size_t last_offset;			/* the same in bytes */
	const struct fy_mark *start;		/* of the event at hand; NULL if it has none */
	const struct fy_mark *end;
	/* Byte ranges of scalars with a hash inside, in order: it begins no comment. */
	size_t (*hashed)[2];
	size_t hashes;
};

static struct sluice_place place_of(const struct fy_mark *mark)
{
	struct sluice_place place = { 1, 1 };

	if (mark) {
		place.line = (unsigned int)mark->line + 1;
		place.column = (unsigned int)mark->column + 1;
	}
	return place;
}

/* Comments */

static void add_comment(struct sluice_yaml *yaml, const char *start, const char *end,
			struct sluice_place place, bool alone)
{
	struct sluice_yaml_comment *comment;

	while (end > start && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	yaml->comment = sluice_grow(yaml->comment, yaml->comments, sizeof(*yaml->comment));
	comment = &yaml->comment[yaml->comments++];
	comment->text = sluice_arena_text(&yaml->arena, (size_t)(end - start));
	memcpy(comment->text, start, (size_t)(end - start));
	comment->place = place;
	comment->alone = alone;
}

static bool is_blank(const char *start, const char *end)
{
	while (start < end && (*start == ' ' || *start == '\t'))
		start++;
	return start == end;
}

/* Scalars come in the order of the text, as do the hashes that are asked about. */
static bool in_scalar(const struct reading *reading, size_t offset, size_t *scalar)
{
	while (*scalar < reading->hashes && reading->hashed[*scalar][1] <= offset)
		++*scalar;
	return *scalar < reading->hashes && reading->hashed[*scalar][0] <= offset;
}

/* The tree is known, so every hash outside a scalar begins a comment. */
static void collect_comments(struct reading *reading, const char *text, size_t length)
{
	const char *end = text + length, *line = text, *hash, *next;
	unsigned int number = 1;
	size_t scalar = 0;

	for (hash = text; (hash = memchr(hash, '#', (size_t)(end - hash))); hash = next) {
		while ((next = memchr(line, '\n', (size_t)(hash - line)))) {
			line = next + 1;
			number++;
		}
		next = hash + 1;
		if (in_scalar(reading, (size_t)(hash - text), &scalar))
			continue;
		next = memchr(hash, '\n', (size_t)(end - hash));
		next = next ? next : end;
		add_comment(reading->yaml, hash, next,
			    (struct sluice_place){ number, (unsigned int)(hash - line) + 1 },
			    is_blank(line, hash));
	}
}

/* Tree */

static int refuse(struct reading *reading, struct fy_event *event, const char *what,
		  const char *hint)
{
	struct sluice_place place = place_of(reading->start);

	sluice_message_error(reading->messages, &place, "%s", what);
	if (hint)
		sluice_message_hint(reading->messages, "%s", hint);
	return -EINVAL;
}

static void append(struct sluice_yaml_node *parent, struct sluice_yaml_node *node)
{
	node->parent = parent;
	if (parent->last)
		parent->last->next = node;
	else
		parent->child = node;
	parent->last = node;
	parent->count++;
}

static struct sluice_yaml_node *attach(struct reading *reading, enum sluice_yaml_kind kind)
{
	struct sluice_yaml_node *node = sluice_arena_take(&reading->yaml->arena, sizeof(*node));

	node->kind = kind;
	node->place = place_of(reading->start);
	node->end = place_of(reading->end);
	if (reading->key) {
		node->key = reading->key;
		node->key_quote = reading->key_quote;
		node->key_place = reading->key_place;
		reading->key = NULL;
	}
	if (reading->open)
		append(reading->open, node);
	else
		reading->yaml->root = node;
	return node;
}

static bool key_expected(const struct reading *reading)
{
	return reading->open && reading->open->kind == SLUICE_YAML_MAPPING && !reading->key;
}

static int open_collection(struct reading *reading, struct fy_event *event,
			   enum sluice_yaml_kind kind)
{
	struct sluice_yaml_node *node;

	if (fy_event_get_anchor_token(event))
		return refuse(reading, event, "anchors (&name) are not part of the language",
			      "write the value out");
	if (fy_event_get_tag_token(event))
		return refuse(reading, event, "tags (!name) are not part of the language", NULL);
	if (key_expected(reading))
		return refuse(reading, event, "a key must be plain text, not a list or mapping", NULL);
	if (reading->depth == SLUICE_YAML_DEPTH_MAX)
		return refuse(reading, event, "nested more than 16 levels deep", NULL);
	node = attach(reading, kind);
	node->flow = fy_event_get_node_style(event) == FYNS_FLOW;
	reading->open = node;
	reading->depth++;
	return 0;
}

static int close_collection(struct reading *reading, struct fy_event *event)
{
	/* A block collection ends where the next token begins: its last child's end says more. */
	if (reading->open->flow)
		reading->open->end = place_of(reading->end);
	else if (reading->open->last)
		reading->open->end = reading->open->last->end;
	reading->open = reading->open->parent;
	reading->depth--;
	return 0;
}

static void note_hash(struct reading *reading)
{
	size_t start = reading->start->input_pos, end = reading->end->input_pos;

	if (!memchr(reading->text + start, '#', end - start))
		return;
	reading->hashed = sluice_grow(reading->hashed, reading->hashes, sizeof(*reading->hashed));
	reading->hashed[reading->hashes][0] = start;
	reading->hashed[reading->hashes][1] = end;
	reading->hashes++;
}

/* Would it be a document mark if it stood at the start of a line? There fmt may put it. */
static bool is_mark(const char *at, size_t length)
{
	if (length < 3 || (memcmp(at, "---", 3) && memcmp(at, "...", 3)))
		return false;
	return length == 3 || at[3] == ' ' || at[3] == '\t';
}

static int check_scalar(struct reading *reading, struct fy_event *event)
{
	const struct fy_mark *start = reading->start;
	const struct fy_mark *end = reading->end;
	enum fy_scalar_style style;

	if (fy_event_get_anchor_token(event))
		return refuse(reading, event, "anchors (&name) are not part of the language",
			      "write the value out");
	if (fy_event_get_tag_token(event))
		return refuse(reading, event, "tags (!name) are not part of the language", NULL);
	if (!event->scalar.value)
		return 0;
	style = fy_token_scalar_style(event->scalar.value);
	if (style == FYSS_LITERAL || style == FYSS_FOLDED || !start || !end ||
	    start->line != end->line)
		return refuse(reading, event, "a text must stand on one line",
			      "put it in double quotes on one line");
	if (style == FYSS_PLAIN &&
	    is_mark(reading->text + start->input_pos, end->input_pos - start->input_pos))
		return refuse(reading, event, "a text may not begin as a document mark does",
			      "put it in double quotes");
	return 0;
}

static int check_key(struct reading *reading, const char *key, struct sluice_place place)
{
	const struct sluice_yaml_node *node = reading->open->child;

	if (!strcmp(key, "<<")) {
		sluice_message_error(reading->messages, &place,
				     "merge keys (<<) are not part of the language");
		return -EINVAL;
	}
	if (reading->open->count == SLUICE_YAML_KEYS_MAX)
		return sluice_message_error(reading->messages, &place,
					    "more than %d keys in one mapping", SLUICE_YAML_KEYS_MAX);
	for (; node; node = node->next)
		if (!strcmp(node->key, key))
			break;
	if (!node)
		return 0;
	sluice_message_error(reading->messages, &place, "duplicate key %.60s", key);
	sluice_message_hint(reading->messages, "it stands already in line %u",
			    node->key_place.line);
	return -EINVAL;
}

static enum sluice_yaml_quote quote_of(struct fy_event *event)
{
	if (!event->scalar.value)
		return SLUICE_YAML_PLAIN;
	switch (fy_token_scalar_style(event->scalar.value)) {
	case FYSS_SINGLE_QUOTED:
		return SLUICE_YAML_SINGLE;
	case FYSS_DOUBLE_QUOTED:
		return SLUICE_YAML_DOUBLE;
	default:
		return SLUICE_YAML_PLAIN;
	}
}

/* One character of a quoted scalar: where it goes on, or NULL for an escape that is not ours. */
static const char *unquote(const char *at, enum sluice_yaml_quote quote, char *character)
{
	*character = *at;
	if (quote == SLUICE_YAML_SINGLE && *at == '\'')
		return at + 2;		/* written twice */
	if (quote != SLUICE_YAML_DOUBLE || *at != '\\')
		return at + 1;
	*character = at[1];
	return at[1] == '"' || at[1] == '\\' ? at + 2 : NULL;
}

/*
 * A scalar's text, straight from the bytes that were checked. Only \" and \\ are escapes: the
 * others would smuggle in what check_encoding() has refused.
 */
static char *scalar_text(struct reading *reading, struct fy_event *event)
{
	struct sluice_place place = place_of(reading->start);
	enum sluice_yaml_quote quote = quote_of(event);
	const char *at, *end;
	size_t used = 0;
	char *copy;

	if (!event->scalar.value)
		return sluice_arena_text(&reading->yaml->arena, 0);
	at = reading->text + reading->start->input_pos;
	end = reading->text + reading->end->input_pos;
	copy = sluice_arena_text(&reading->yaml->arena, (size_t)(end - at));
	while (at && at < end) {
		const char *next = unquote(at, quote, &copy[used]);

		used++;
		if (!next || next > end) {
			sluice_message_error(reading->messages, &place,
					     "the escape \\%c is not part of the language", at[1]);
			sluice_message_hint(reading->messages, "only \\\" and \\\\ are");
			return NULL;
		}
		at = next;
	}
	return copy;
}

/* Where the comment, or the character that says nothing, at @at ends; @at itself where neither is. */
static const char *skip_nothing(const char *at, const char *end)
{
	const char *newline;

	if (*at == '#') {
		newline = memchr(at, '\n', (size_t)(end - at));
		return newline ? newline : end;
	}
	/* The colon stands behind a key without a value. */
	return strchr(": \t\r\n", *at) ? at + 1 : at;
}

/* What is empty has no marks of its own: @sign, a dash or colon, is looked for behind what was there last. */
static struct sluice_place find_sign(struct reading *reading, char sign)
{
	const char *at = reading->text + reading->last_offset;
	const char *end = reading->text + reading->length;
	struct sluice_place place = reading->last;
	const char *next;

	for (; at < end && *at != sign; at = next) {
		next = skip_nothing(at, end);
		if (next == at)
			return reading->last;
		place.column += (unsigned int)(next - at);
		if (*at == '\n')
			place = (struct sluice_place){ place.line + 1, 1 };
	}
	if (at == end)
		return reading->last;
	reading->last = (struct sluice_place){ place.line, place.column + 1 };
	reading->last_offset = (size_t)(at - reading->text) + 1;
	return place;
}

static int refuse_no_key(struct reading *reading)
{
	struct sluice_place place = find_sign(reading, ':');

	return sluice_message_error(reading->messages, &place, "a key is missing before the colon");
}

static int take_scalar(struct reading *reading, struct fy_event *event)
{
	struct sluice_yaml_node *node;
	char *text;
	int error;

	error = check_scalar(reading, event);
	if (error)
		return error;
	text = scalar_text(reading, event);
	if (!text)
		return -EINVAL;
	if (event->scalar.value)
		note_hash(reading);
	if (key_expected(reading) && !event->scalar.value)
		return refuse_no_key(reading);
	if (key_expected(reading)) {
		reading->key = text;
		reading->key_quote = quote_of(event);
		reading->key_place = place_of(reading->start);
		return check_key(reading, text, reading->key_place);
	}
	node = attach(reading, SLUICE_YAML_SCALAR);
	node->text = text;
	node->quote = quote_of(event);
	node->empty = !event->scalar.value || (!*text && node->quote == SLUICE_YAML_PLAIN);
	if (!reading->start && node->key)
		node->place = node->end = node->key_place;
	else if (!reading->start)
		node->place = node->end = find_sign(reading, '-');
	return 0;
}

static int start_document(struct reading *reading, struct fy_event *event)
{
	if (reading->documents++)
		return refuse(reading, event, "a second document begins here",
			      "one file holds one policy: remove the line ---");
	if (!event->document_start.implicit)
		return refuse(reading, event, "document marks (---) and directives are not part of the language",
			      "remove the line");
	return 0;
}

static int take_event(struct reading *reading, struct fy_event *event)
{
	switch (event->type) {
	case FYET_STREAM_START:
	case FYET_STREAM_END:
		return 0;
	case FYET_DOCUMENT_END:
		if (event->document_end.implicit)
			return 0;
		return refuse(reading, event, "document marks (...) are not part of the language",
			      "remove the line");
	case FYET_DOCUMENT_START:
		return start_document(reading, event);
	case FYET_MAPPING_START:
		return open_collection(reading, event, SLUICE_YAML_MAPPING);
	case FYET_SEQUENCE_START:
		return open_collection(reading, event, SLUICE_YAML_SEQUENCE);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		return close_collection(reading, event);
	case FYET_SCALAR:
		return take_scalar(reading, event);
	case FYET_ALIAS:
		return refuse(reading, event, "aliases (*name) are not part of the language",
			      "write the value out");
	default:
		return refuse(reading, event, "not part of the language", NULL);
	}
}

/* The library's own complaint, first one only: the rest follow from it. */
static int report_library(struct reading *reading)
{
	struct fy_diag_error *error;
	struct sluice_place place;
	void *cursor = NULL;

	error = fy_diag_errors_iterate(reading->diag, &cursor);
	if (!error)
		return sluice_message_error(reading->messages, NULL, "the text cannot be read as YAML");
	place.line = error->line > 0 ? (unsigned int)error->line : 1;
	place.column = error->column > 0 ? (unsigned int)error->column : 1;
	return sluice_message_error(reading->messages, &place, "not valid YAML: %.200s", error->msg);
}

static int read_events(struct reading *reading)
{
	struct fy_event *event;
	int error = 0;

	while (!error && (event = fy_parser_parse(reading->parser))) {
		reading->start = fy_event_start_mark(event);
		reading->end = fy_event_end_mark(event);
		error = take_event(reading, event);
		if (reading->end) {
			reading->last = place_of(reading->end);
			reading->last_offset = reading->end->input_pos;
		}
		fy_parser_event_free(reading->parser, event);
	}
	if (error)
		return error;
	if (fy_parser_get_stream_error(reading->parser))
		return report_library(reading);
	if (!reading->yaml->root)
		return sluice_message_error(reading->messages, NULL, "the file holds no policy");
	return 0;
}

static int start_library(struct reading *reading, const char *text, size_t length)
{
	struct fy_parse_cfg config = {
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE |
			 FYPCF_DEFAULT_VERSION_1_2,
	};
	struct fy_diag_cfg diag;

	fy_diag_cfg_default(&diag);
	diag.fp = NULL;
	diag.colorize = false;
	reading->diag = fy_diag_create(&diag);
	if (!reading->diag)
		return -ENOMEM;
	fy_diag_set_collect_errors(reading->diag, true);
	config.diag = reading->diag;
	reading->parser = fy_parser_create(&config);
	if (!reading->parser)
		return -ENOMEM;
	return fy_parser_set_string(reading->parser, text, length) ? -ENOMEM : 0;
}

static void stop_library(struct reading *reading)
{
	if (reading->parser)
		fy_parser_destroy(reading->parser);
	if (reading->diag)
		fy_diag_destroy(reading->diag);
	free(reading->hashed);
}

struct sluice_yaml *sluice_yaml_parse(const char *text, size_t length,
				      struct sluice_messages *messages)
{
	struct reading reading = { .messages = messages, .last = { 1, 1 } };
	int error;

	/* Editors on Windows write a byte order mark; at the very start it is harmless. */
	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		length -= 3;
	}
	if (sluice_check_encoding((const unsigned char *)text, length, messages))
		return NULL;
	reading.text = text;
	reading.length = length;
	reading.yaml = sluice_allocate(1, sizeof(*reading.yaml));
	error = start_library(&reading, text, length);
	if (error)
		sluice_message_error(messages, NULL, "the YAML library cannot start: %s",
				     strerror(-error));
	else
		error = read_events(&reading);
	if (!error)
		collect_comments(&reading, text, length);
	stop_library(&reading);
	if (!error)
		return reading.yaml;
	sluice_yaml_free(reading.yaml);
	return NULL;
}

void sluice_yaml_free(struct sluice_yaml *yaml)
{
	if (!yaml)
		return;
	sluice_arena_release(&yaml->arena);
	free(yaml->comment);
	free(yaml);
}

const struct sluice_yaml_node *sluice_yaml_get(const struct sluice_yaml_node *mapping,
					       const char *key)
{
	const struct sluice_yaml_node *node;

	if (!mapping || mapping->kind != SLUICE_YAML_MAPPING)
		return NULL;
	for (node = mapping->child; node; node = node->next)
		if (!strcmp(node->key, key))
			return node;
	return NULL;
}

/* Files */

static int read_stream(FILE *file, size_t expected, size_t maximum, char **text, size_t *length)
{
	size_t capacity = expected < maximum ? expected + 1 : 1 << 16;
	char *buffer = sluice_resize(NULL, capacity, 1);
	size_t used = 0;
	size_t got;

	while ((got = fread(buffer + used, 1, capacity - used, file)) > 0) {
		used += got;
		if (used > maximum)
			break;
		if (used == capacity)
			buffer = sluice_resize(buffer, capacity *= 2, 1);
	}
	if (ferror(file) || used > maximum) {
		free(buffer);
		return ferror(file) ? -EIO : -EFBIG;
	}
	*text = buffer;
	*length = used;
	return 0;
}

static int open_and_read(const char *path, size_t maximum, char **text, size_t *length)
{
	struct stat status;
	FILE *file;
	int error;

	if (!strcmp(path, "-"))
		return read_stream(stdin, maximum, maximum, text, length);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	if (fstat(fileno(file), &status))
		error = -errno;
	else if (S_ISDIR(status.st_mode))
		error = -EISDIR;
	else
		error = read_stream(file, (size_t)status.st_size, maximum, text, length);
	fclose(file);
	return error;
}

int sluice_yaml_read_file(const char *path, size_t maximum, char **text, size_t *length,
			  struct sluice_messages *messages)
{
	int error = open_and_read(path, maximum, text, length);

	if (error == -EFBIG)
		sluice_message_error(messages, NULL, "larger than %zu bytes", maximum);
	else if (error)
		sluice_message_error(messages, NULL, "cannot be read: %s", strerror(-error));
	return error;
}
