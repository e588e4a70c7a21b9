// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages for people; see message.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "message.h"

void sluice_messages_init(struct sluice_messages *messages, const char *file)
{
	memset(messages, 0, sizeof(*messages));
	messages->file = file;
}

void sluice_messages_release(struct sluice_messages *messages)
{
	for (size_t i = 0; i < messages->count; i++) {
		free(messages->item[i].file);
		free(messages->item[i].text);
		free(messages->item[i].hint);
	}
	free(messages->item);
	memset(messages, 0, sizeof(*messages));
}

static void add(struct sluice_messages *messages, enum sluice_severity severity,
		const struct sluice_place *place, const char *format, va_list arguments)
{
	struct sluice_message *message;

	if (messages->count == SLUICE_MESSAGES_KEPT) {
		messages->dropped++;
		return;
	}
	messages->item = sluice_grow(messages->item, messages->count, sizeof(*messages->item));
	message = &messages->item[messages->count++];
	memset(message, 0, sizeof(*message));
	message->severity = severity;
	message->file = messages->file ? sluice_copy_text(messages->file) : NULL;
	if (place)
		message->place = *place;
	message->text = sluice_vformat(format, arguments);
}

int sluice_message_error(struct sluice_messages *messages, const struct sluice_place *place,
			 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(messages, SLUICE_ERROR, place, format, arguments);
	va_end(arguments);
	messages->errors++;
	return -EINVAL;
}

void sluice_message_warning(struct sluice_messages *messages, const struct sluice_place *place,
			    const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(messages, SLUICE_WARNING, place, format, arguments);
	va_end(arguments);
	messages->warnings++;
}

void sluice_message_note(struct sluice_messages *messages, const struct sluice_place *place,
			 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(messages, SLUICE_NOTE, place, format, arguments);
	va_end(arguments);
}

void sluice_message_hint(struct sluice_messages *messages, const char *format, ...)
{
	struct sluice_message *last;
	va_list arguments;

	/* A dropped message has no place for a hint, and the kept one before it is another. */
	if (!messages->count || messages->dropped)
		return;
	last = &messages->item[messages->count - 1];
	free(last->hint);
	va_start(arguments, format);
	last->hint = sluice_vformat(format, arguments);
	va_end(arguments);
}

static void print_one(const struct sluice_message *message, FILE *out)
{
	static const char * const prefix[] = { "", "warning: ", "note: " };

	if (message->file)
		fprintf(out, "%s:", message->file);
	if (message->place.line)
		fprintf(out, "%u:%u:", message->place.line, message->place.column);
	if (message->file || message->place.line)
		fputc(' ', out);
	fprintf(out, "%s%s\n", prefix[message->severity], message->text);
	if (message->hint)
		fprintf(out, "    hint: %s\n", message->hint);
}

void sluice_messages_print(const struct sluice_messages *messages, FILE *out)
{
	for (size_t i = 0; i < messages->count; i++)
		print_one(&messages->item[i], out);
	if (messages->dropped)
		fprintf(out, "and %zu more messages\n", messages->dropped);
}
