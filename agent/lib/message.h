/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages for people: what is wrong, where, and how to mend it.
 *
 * Life cycle: sluice_messages_init(), any number of sluice_message_*() calls, print or
 * walk the items, sluice_messages_release(). Not safe for use by two threads at once.
 */
#ifndef SLUICE_LIB_MESSAGE_H
#define SLUICE_LIB_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Beyond this many, messages are counted and no longer kept: nobody reads the rest. */
#define SLUICE_MESSAGES_KEPT 100

/**
 * struct sluice_place - a position in a text
 * @line: line, from 1; 0 means that the message concerns the file as a whole
 * @column: column in characters, from 1
 */
struct sluice_place {
	unsigned int line;
	unsigned int column;
};

enum sluice_severity {
	SLUICE_ERROR,
	SLUICE_WARNING,
	SLUICE_NOTE,
};

/**
 * struct sluice_message - one message
 * @severity: an error refuses the input; a warning and a note do not
 * @file: name of the text as the user gave it, or NULL
 * @place: where in that text
 * @text: one sentence without the place
 * @hint: how to mend it, or NULL
 */
struct sluice_message {
	enum sluice_severity severity;
	char *file;
	struct sluice_place place;
	char *text;
	char *hint;
};

/**
 * struct sluice_messages - messages in the order in which they were found
 * @item: the kept messages
 * @count: how many are kept
 * @errors: how many errors were raised, kept or not
 * @warnings: how many warnings were raised, kept or not
 * @dropped: how many were not kept
 * @file: default for &sluice_message.file, borrowed from the caller
 */
struct sluice_messages {
	struct sluice_message *item;
	size_t count;
	size_t errors;
	size_t warnings;
	size_t dropped;
	const char *file;
};

/**
 * sluice_messages_init() - start with no message
 * @messages: storage of the caller
 * @file: name put before each message, borrowed until release; may be NULL
 */
void sluice_messages_init(struct sluice_messages *messages, const char *file);

/**
 * sluice_messages_release() - free the texts; the structure may be initialised again
 * @messages: what sluice_messages_init() prepared
 */
void sluice_messages_release(struct sluice_messages *messages);

/**
 * sluice_message_error() - say why the input is refused
 * @messages: receives the message
 * @place: where; NULL for the file as a whole
 * @format: printf format of one sentence, without file, place and newline
 *
 * Return: always -EINVAL, so that a caller can `return sluice_message_error(...)`.
 */
int sluice_message_error(struct sluice_messages *messages, const struct sluice_place *place,
			 const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * sluice_message_warning() - say what is accepted but deserves a look
 * @messages: receives the message
 * @place: where; NULL for the file as a whole
 * @format: printf format of one sentence
 */
void sluice_message_warning(struct sluice_messages *messages, const struct sluice_place *place,
			    const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * sluice_message_note() - say what the reader should know
 * @messages: receives the message
 * @place: where; NULL for the file as a whole
 * @format: printf format of one sentence
 */
void sluice_message_note(struct sluice_messages *messages, const struct sluice_place *place,
			 const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * sluice_message_hint() - say how to mend what the last message told
 * @messages: whose last message gets the hint
 * @format: printf format of one sentence
 */
void sluice_message_hint(struct sluice_messages *messages, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * sluice_messages_print() - write all messages, one line each and one line a hint
 * @messages: what to print
 * @out: open stream
 *
 * Lines read `file:line:col: text` for errors and `file:line:col: warning: text` otherwise;
 * a hint follows on a line of its own, indented.
 */
void sluice_messages_print(const struct sluice_messages *messages, FILE *out);

#endif
