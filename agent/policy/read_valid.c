// SPDX-License-Identifier: GPL-2.0-or-later
/* When a conduit may be used: validity, weekly windows, opening by people, and how long leases hold. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define DAY_MINUTES 1440u
#define OPEN_SECONDS_MAX (7u * 24 * 3600)
#define LEASE_SECONDS_MAX (90u * 24 * 3600)

/* Times */

bool sluice_parse_time(const char *text, uint64_t *seconds)
{
	static const char * const formats[] = { "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ" };
	static const size_t lengths[] = { 17, 20 };

	for (size_t i = 0; i < COUNT(formats); i++) {
		struct tm tm = { 0 }, again;
		const char *end;
		time_t time;

		if (strlen(text) != lengths[i])
			continue;
		end = strptime(text, formats[i], &tm);
		if (!end || *end)
			continue;
		again = tm;
		time = timegm(&again);
		/* timegm() turns the 31st of February into March; such a date is a slip. */
		if (time <= 0 || again.tm_mday != tm.tm_mday || tm.tm_sec > 59)
			continue;
		*seconds = (uint64_t)time;
		return true;
	}
	return false;
}

static uint64_t read_time(struct sluice_reader *reader, const struct sluice_yaml_node *value)
{
	const char *text = sluice_read_text(reader, value);
	uint64_t seconds = 0;

	if (!text || sluice_parse_time(text, &seconds))
		return seconds;
	sluice_message_error(reader->messages, &value->place, "%.60s is not a time", text);
	sluice_message_hint(reader->messages,
			    "write universal time, for instance \"2026-12-01T08:00Z\"");
	return 0;
}

static void valid_from(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->valid_from = read_time(reader, value);
}

static void valid_until(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->valid_until = read_time(reader, value);
}

/* Weekly windows: "Mon-Fri 06:00-14:00", "Sat,Sun 22:00-06:00" */

static int read_day(const char *text)
{
	static const char * const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

	for (int i = 0; i < (int)COUNT(days); i++)
		if (!strncmp(text, days[i], 3))
			return i;
	return -1;
}

/* One day or a range of them; the rest begins behind it. */
static const char *read_days(const char *text, unsigned int *days)
{
	int first = read_day(text), last = first;

	if (first < 0)
		return NULL;
	text += 3;
	if (*text == '-') {
		last = read_day(text + 1);
		if (last < 0)
			return NULL;
		text += 4;
	}
	for (;; first = (first + 1) % 7) {
		*days |= 1u << first;
		if (first == last)
			return text;
	}
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* HH:MM, up to 24:00. */
static bool read_minute(const char *text, unsigned int *minute)
{
	if (!is_digit(text[0]) || !is_digit(text[1]) || text[2] != ':' || !is_digit(text[3]) ||
	    !is_digit(text[4]))
		return false;
	*minute = (unsigned int)((text[0] - '0') * 10 + text[1] - '0') * 60 +
		  (unsigned int)((text[3] - '0') * 10 + text[4] - '0');
	return text[3] < '6' && *minute <= DAY_MINUTES;
}

static bool read_window(const char *text, struct sluice_conduit *conduit)
{
	unsigned int days = 0, first, last;

	for (;; text++) {
		text = read_days(text, &days);
		if (!text)
			return false;
		if (*text != ',')
			break;
	}
	if (*text++ != ' ' || !read_minute(text, &first) || text[5] != '-' ||
	    !read_minute(text + 6, &last) || text[11] || first == DAY_MINUTES || first == last)
		return false;
	conduit->weekly_days = days;
	conduit->weekly_first = first;
	conduit->weekly_minutes = last > first ? last - first : last + DAY_MINUTES - first;
	return true;
}

static void valid_weekly(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	const char *text = sluice_read_text(reader, value);
	struct sluice_conduit *conduit = target;

	conduit->weekly_set = true;
	if (!text || read_window(text, conduit))
		return;
	sluice_message_error(reader->messages, &value->place, "weekly: %.60s is not a weekly window",
			     text);
	sluice_message_hint(reader->messages,
			    "days and two times, for instance \"Mon-Fri 06:00-14:00\" or \"Sat,Sun 22:00-06:00\"");
}

static void valid_utc_offset(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			     void *target)
{
	const char *text = sluice_read_text(reader, value);
	struct sluice_conduit *conduit = target;
	unsigned int minutes;

	conduit->utc_offset_given = true;
	if (!text)
		return;
	if ((*text == '+' || *text == '-') && strlen(text) == 6 &&
	    read_minute(text + 1, &minutes) && minutes <= 14 * 60) {
		conduit->utc_offset = *text == '-' ? -(int)minutes : (int)minutes;
		return;
	}
	sluice_message_error(reader->messages, &value->place,
			     "utc_offset: %.60s is no offset from universal time", text);
	sluice_message_hint(reader->messages, "for instance \"+01:00\", the whole year round");
}

static const struct sluice_key valid_keys[] = {
	SLUICE_KEY("from", valid_from),
	SLUICE_KEY("until", valid_until),
	SLUICE_KEY("weekly", valid_weekly),
	SLUICE_KEY("utc_offset", valid_utc_offset),
};

const struct sluice_key_table sluice_keys_valid = { "valid", valid_keys, COUNT(valid_keys) };

void sluice_read_valid(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_conduit *conduit = target;

	sluice_read_mapping(reader, value, &sluice_keys_valid, conduit);
	if (value->kind == SLUICE_YAML_MAPPING && !value->child)
		sluice_message_error(reader->messages, &value->place, "valid: names no time");
	if (conduit->valid_from && conduit->valid_until &&
	    conduit->valid_from >= conduit->valid_until)
		sluice_message_error(reader->messages, &value->place,
				     "valid: ends before it begins");
	if (conduit->weekly_set && !conduit->utc_offset_given)
		sluice_message_error(reader->messages, &value->place,
				     "valid: weekly needs utc_offset, for the gateway's clock has no time zone");
	if (!conduit->weekly_set && conduit->utc_offset_given)
		sluice_message_error(reader->messages, &value->place,
				     "valid: utc_offset belongs to weekly");
}

/* Durations: 30s, 15m, 4h, 2d */

static uint32_t read_duration(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			      uint32_t maximum)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 24 * 3600 } };
	const char *text = sluice_read_text(reader, value);
	size_t digits = text ? strspn(text, "0123456789") : 0;

	if (!text)
		return 0;
	for (size_t i = 0; digits && digits <= 6 && i < COUNT(units); i++) {
		uint64_t seconds = strtoul(text, NULL, 10) * (uint64_t)units[i].seconds;

		if (text[digits] == units[i].unit && !text[digits + 1] && seconds &&
		    seconds <= maximum)
			return (uint32_t)seconds;
	}
	sluice_message_error(reader->messages, &value->place,
			     "%s: %.60s is not a time up to %u days", value->key, text,
			     maximum / (24 * 3600));
	sluice_message_hint(reader->messages, "for instance 30m, 4h or 2d");
	return 0;
}

void sluice_read_lease(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->lease_seconds = read_duration(reader, value, LEASE_SECONDS_MAX);
}

/* Opening */

static void open_by(struct sluice_reader *reader, const struct sluice_yaml_node *value, void *target)
{
	static const char * const words[] = { "operator", NULL };

	sluice_read_word(reader, value, words);
}

static void open_persons(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->open_persons = (unsigned int)sluice_read_number(reader, value, 1, 2);
}

static void open_at_most(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->open_seconds = read_duration(reader, value, OPEN_SECONDS_MAX);
}

static const struct sluice_key open_keys[] = {
	SLUICE_KEY_REQUIRED("by", open_by),
	SLUICE_KEY("persons", open_persons),
	SLUICE_KEY_REQUIRED("at_most", open_at_most),
};

const struct sluice_key_table sluice_keys_open = { "open", open_keys, COUNT(open_keys) };

void sluice_read_open(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	struct sluice_conduit *conduit = target;

	conduit->open_persons = 1;
	sluice_read_mapping(reader, value, &sluice_keys_open, conduit);
}
