// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes that every reader sees alike; see encoding.h. */
#include <errno.h>

#include "encoding.h"

static size_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if ((lead & 0xf0) == 0xe0)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

/* Length of the character at @text, or 0 if it is not well-formed UTF-8 (RFC 3629). */
static size_t character_length(const unsigned char *text, size_t left)
{
	size_t length = sequence_length(text[0]);

	if (!length || length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if (length == 3 && text[0] == 0xe0 && text[1] < 0xa0)
		return 0;
	if (length == 3 && text[0] == 0xed && text[1] > 0x9f)
		return 0;
	if (length == 4 && text[0] == 0xf0 && text[1] < 0x90)
		return 0;
	if (length == 4 && text[0] == 0xf4 && text[1] > 0x8f)
		return 0;
	return length;
}

/*
 * Characters that change how a line looks without being seen: C1 controls, line and paragraph
 * separators, bidirectional overrides, the byte order mark inside the text. A reviewer must see
 * what the compiler sees.
 */
static bool is_invisible(const unsigned char *text, size_t length)
{
	if (length == 2)
		return text[0] == 0xc2 && text[1] < 0xa0;
	if (length != 3)
		return false;
	if (text[0] == 0xef && text[1] == 0xbb && text[2] == 0xbf)
		return true;
	if (text[0] != 0xe2)
		return false;
	if (text[1] == 0x80)
		return (text[2] >= 0x8b && text[2] <= 0x8f) || (text[2] >= 0xa8 && text[2] <= 0xae);
	return text[1] == 0x81 && text[2] >= 0xa0 && text[2] <= 0xaf;
}

static bool is_control(const unsigned char *text, size_t left)
{
	if (*text == '\r')
		return left < 2 || text[1] != '\n';
	return (*text < 0x20 && *text != '\n') || *text == 0x7f;
}

/* Counted only for a message. */
static struct sluice_place place_in(const unsigned char *text, size_t offset)
{
	struct sluice_place place = { 1, 1 };

	for (size_t i = 0; i < offset; i += sequence_length(text[i])) {
		place.column++;
		if (text[i] == '\n') {
			place.line++;
			place.column = 1;
		}
	}
	return place;
}

/* The character at @offset, which is not one that is seen. */
static int check_character(const unsigned char *text, size_t offset, size_t length, size_t *step,
			   struct sluice_messages *messages)
{
	const unsigned char *at = text + offset;
	struct sluice_place place;

	*step = character_length(at, length - offset);
	if (*step && !is_control(at, length - offset) && !is_invisible(at, *step))
		return 0;
	place = place_in(text, offset);
	if (!*step) {
		sluice_message_error(messages, &place, "byte 0x%02x is not valid UTF-8", *at);
		sluice_message_hint(messages, "save the file as UTF-8 text");
		return -EINVAL;
	}
	if (*at == '\t') {
		sluice_message_error(messages, &place, "a tab in the text");
		sluice_message_hint(messages, "write blanks: YAML indents with nothing else");
		return -EINVAL;
	}
	if (is_control(at, length - offset))
		return sluice_message_error(messages, &place, "control character 0x%02x in the text",
					    *at);
	return sluice_message_error(messages, &place, "invisible character in the text");
}

int sluice_check_encoding(const unsigned char *text, size_t length,
			  struct sluice_messages *messages)
{
	size_t step = 1;

	for (size_t i = 0; i < length; i += step) {
		step = 1;
		if (text[i] >= ' ' && text[i] <= '~')
			continue;
		if (check_character(text, i, length, &step, messages))
			return -EINVAL;
	}
	return 0;
}
