// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses and sets of them; see address.h. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "address.h"

#define V4_BASE ((sluice_ip)0xffff << 32)
#define V4_LAST (V4_BASE | 0xffffffff)
#define TOP (~(sluice_ip)0)

bool sluice_ip_is_v4(sluice_ip address)
{
	return address >> 32 == 0xffff;
}

void sluice_ip_bytes(sluice_ip address, uint8_t bytes[16])
{
	for (int i = 15; i >= 0; i--, address >>= 8)
		bytes[i] = (uint8_t)address;
}

sluice_ip sluice_ip_from_bytes(const uint8_t *bytes, bool v4)
{
	sluice_ip address = v4 ? 0xffff : 0;

	for (int i = 0; i < (v4 ? 4 : 16); i++)
		address = address << 8 | bytes[i];
	return address;
}

bool sluice_ip_parse(const char *text, sluice_ip *address)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1) {
		*address = sluice_ip_from_bytes(bytes, true);
		return true;
	}
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	*address = sluice_ip_from_bytes(bytes, false);
	/* The mapped form would read as IPv4 here and as IPv6 on the wire. */
	return !sluice_ip_is_v4(*address);
}

const char *sluice_ip_print(sluice_ip address, char text[SLUICE_ADDRESS_TEXT])
{
	bool v4 = sluice_ip_is_v4(address);
	uint8_t bytes[16];

	sluice_ip_bytes(address, bytes);
	if (!inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? bytes + 12 : bytes, text, SLUICE_ADDRESS_TEXT))
		strcpy(text, "?");
	return text;
}

static bool fail(char **problem, char *text)
{
	*problem = text;
	return false;
}

/* Decimal digits only, no sign, no leading zero, at most @maximum. */
static bool parse_number(const char *text, unsigned int maximum, unsigned int *number)
{
	size_t length = strlen(text);

	if (!length || length > 9 || strspn(text, "0123456789") != length)
		return false;
	if (length > 1 && text[0] == '0')
		return false;
	*number = (unsigned int)strtoul(text, NULL, 10);
	return *number <= maximum;
}

static sluice_ip host_mask(unsigned int host_bits)
{
	return host_bits >= 128 ? TOP : ((sluice_ip)1 << host_bits) - 1;
}

static bool parse_prefix(const char *base, const char *length_text, struct sluice_span *span,
			 char **problem)
{
	char text[SLUICE_SPAN_TEXT];
	unsigned int bits, length;
	sluice_ip mask;

	if (!sluice_ip_parse(base, &span->first))
		return fail(problem, sluice_format("%.60s is no IP address", base));
	bits = sluice_ip_is_v4(span->first) ? 32 : 128;
	if (!parse_number(length_text, bits, &length))
		return fail(problem, sluice_format("/%.60s is no prefix length from 0 to %u",
						   length_text, bits));
	mask = host_mask(bits - length);
	span->last = span->first | mask;
	if (!(span->first & mask))
		return true;
	span->first &= ~mask;
	return fail(problem, sluice_format("%.60s/%.60s has bits behind the prefix: the network is %s",
					   base, length_text, sluice_span_print(span, text)));
}

static bool parse_range(const char *first, const char *last, struct sluice_span *span,
			char **problem)
{
	if (!sluice_ip_parse(first, &span->first))
		return fail(problem, sluice_format("%.60s is no IP address", first));
	if (!sluice_ip_parse(last, &span->last))
		return fail(problem, sluice_format("%.60s is no IP address", last));
	if (sluice_ip_is_v4(span->first) != sluice_ip_is_v4(span->last))
		return fail(problem, sluice_copy_text("a range must stay in one address family"));
	if (span->first > span->last)
		return fail(problem, sluice_format("the range ends before it begins: write %s-%s",
						   last, first));
	return true;
}

static bool parse_single(const char *text, struct sluice_span *span, char **problem)
{
	if (!sluice_ip_parse(text, &span->first))
		return fail(problem, sluice_format("%.60s is no IP address, prefix or range", text));
	span->last = span->first;
	return true;
}

bool sluice_span_parse(const char *text, struct sluice_span *span, char **problem)
{
	char *copy = sluice_copy_text(text);
	char *cut;
	bool good;

	*problem = NULL;
	cut = strpbrk(copy, "/-");
	if (!cut) {
		good = parse_single(copy, span, problem);
	} else if (*cut == '/') {
		*cut = '\0';
		good = parse_prefix(copy, cut + 1, span, problem);
	} else {
		*cut = '\0';
		good = parse_range(copy, cut + 1, span, problem);
	}
	free(copy);
	return good;
}

int sluice_span_prefix(const struct sluice_span *span)
{
	sluice_ip size = span->last - span->first;
	int bits = sluice_ip_is_v4(span->first) ? 32 : 128;
	int host = 0;

	if (size & (size + 1) || span->first & size)
		return -1;
	while (size) {
		host++;
		size >>= 1;
	}
	return bits - host;
}

const char *sluice_span_print(const struct sluice_span *span, char text[SLUICE_SPAN_TEXT])
{
	char last[SLUICE_ADDRESS_TEXT];
	int length = sluice_span_prefix(span);
	size_t used;

	sluice_ip_print(span->first, text);
	if (span->first == span->last)
		return text;
	used = strlen(text);
	if (length >= 0)
		snprintf(text + used, SLUICE_SPAN_TEXT - used, "/%d", length);
	else
		snprintf(text + used, SLUICE_SPAN_TEXT - used, "-%s",
			 sluice_ip_print(span->last, last));
	return text;
}

/* Never owned */

static const struct {
	const char *prefix;
	const char *name;
} never_owned[] = {
	{ "0.0.0.0/32", "unspecified address" },
	{ "127.0.0.0/8", "loopback address" },
	{ "169.254.0.0/16", "link-local address" },	/* RFC 3927 */
	{ "224.0.0.0/4", "multicast address" },
	{ "240.0.0.0/4", "class E or broadcast address" },
	{ "::/128", "unspecified address" },
	{ "::1/128", "loopback address" },
	{ "2002::/16", "6to4 address" },		/* RFC 7526 */
	{ "fe80::/10", "link-local address" },
	{ "ff00::/8", "multicast address" },
};

#define NEVER_OWNED (sizeof(never_owned) / sizeof(never_owned[0]))

/* The spans of the table, in its order. */
static const struct sluice_span *never_owned_spans(void)
{
	static struct sluice_span spans[NEVER_OWNED];
	static bool known;
	char *problem;

	for (size_t i = 0; !known && i < NEVER_OWNED; i++)
		if (!sluice_span_parse(never_owned[i].prefix, &spans[i], &problem))
			abort();
	known = true;
	return spans;
}

const struct sluice_set *sluice_never_owned(void)
{
	static struct sluice_set set;
	static struct sluice_span spans[NEVER_OWNED];

	if (set.count)
		return &set;
	memcpy(spans, never_owned_spans(), sizeof(spans));
	set.span = spans;
	set.count = NEVER_OWNED;
	sluice_set_normalise(&set);
	return &set;
}

const char *sluice_never_owned_name(sluice_ip address)
{
	const struct sluice_span *span = never_owned_spans();

	for (size_t i = 0; i < NEVER_OWNED; i++)
		if (address >= span[i].first && address <= span[i].last)
			return never_owned[i].name;
	return NULL;
}

/* MAC addresses and ports */

bool sluice_mac_parse(const char *text, uint8_t mac[SLUICE_MAC_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t any = 0;

	if (strlen(text) != 17)
		return false;
	for (int i = 0; i < SLUICE_MAC_BYTES; i++, text += 3) {
		const char *high = strchr(digits, text[0] | 0x20);
		const char *low = strchr(digits, text[1] | 0x20);

		if (!high || !low || !*high || !*low || (i < 5 && text[2] != ':'))
			return false;
		mac[i] = (uint8_t)((high - digits) << 4 | (low - digits));
		any |= mac[i];
	}
	return any && !(mac[0] & 1);
}

static bool is_device(const char *text)
{
	size_t length = strlen(text);

	if (!length || length >= SLUICE_DEVICE_BYTES)
		return false;
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-@") ==
	       length;
}

bool sluice_port_parse(const char *text, char device[SLUICE_DEVICE_BYTES], unsigned int *tag)
{
	const char *dot = strchr(text, '.');
	size_t length = dot ? (size_t)(dot - text) : strlen(text);

	if (length >= SLUICE_DEVICE_BYTES)
		return false;
	memcpy(device, text, length);
	device[length] = '\0';
	*tag = 0;
	if (!is_device(device))
		return false;
	return !dot || (parse_number(dot + 1, 4094, tag) && *tag);
}

/* Sets */

void sluice_set_append(struct sluice_set *set, const struct sluice_span *span)
{
	set->span = sluice_grow(set->span, set->count, sizeof(*set->span));
	set->span[set->count++] = *span;
}

void sluice_set_add(struct sluice_set *set, const struct sluice_span *span)
{
	struct sluice_span piece = *span;

	/* ::/0 runs over the place where IPv4 stands, and does not mean it. */
	if (span->first >= V4_BASE || span->last <= V4_LAST) {
		sluice_set_append(set, &piece);
		return;
	}
	piece.last = V4_BASE - 1;
	sluice_set_append(set, &piece);
	piece.first = V4_LAST + 1;
	piece.last = span->last;
	sluice_set_append(set, &piece);
}

void sluice_set_add_all(struct sluice_set *set, const struct sluice_set *other)
{
	for (size_t i = 0; i < other->count; i++)
		sluice_set_add(set, &other->span[i]);
}

static int compare_spans(const void *left, const void *right)
{
	const struct sluice_span *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	return 0;
}

/* The families stand side by side in one space; a joined span must stay in one of them. */
static bool may_join(const struct sluice_span *span, const struct sluice_span *next)
{
	if (next->first <= span->last)
		return true;
	return next->first == span->last + 1 &&
	       sluice_ip_is_v4(next->first) == sluice_ip_is_v4(span->last);
}

void sluice_set_normalise(struct sluice_set *set)
{
	size_t kept = 0;

	if (set->count < 2)
		return;
	qsort(set->span, set->count, sizeof(*set->span), compare_spans);
	for (size_t i = 1; i < set->count; i++) {
		if (!may_join(&set->span[kept], &set->span[i]))
			set->span[++kept] = set->span[i];
		else if (set->span[i].last > set->span[kept].last)
			set->span[kept].last = set->span[i].last;
	}
	/*
	 * sluice_grow() infers the capacity from the count, so after shrinking the storage is
	 * made to fit the smaller count's capacity or larger: larger is always fine.
	 */
	set->count = kept + 1;
}

struct sluice_set sluice_set_subtract(const struct sluice_set *from,
				      const struct sluice_set *minus)
{
	struct sluice_set result = { 0 };
	size_t j = 0;

	for (size_t i = 0; i < from->count; i++) {
		struct sluice_span rest = from->span[i];
		bool left = true;

		while (j < minus->count && minus->span[j].last < rest.first)
			j++;
		for (size_t k = j; left && k < minus->count; k++) {
			struct sluice_span piece = rest;

			if (minus->span[k].first > rest.last)
				break;
			piece.last = minus->span[k].first - 1;
			if (minus->span[k].first > rest.first)
				sluice_set_add(&result, &piece);
			left = minus->span[k].last < rest.last;
			rest.first = minus->span[k].last + 1;
		}
		if (left)
			sluice_set_add(&result, &rest);
	}
	return result;
}

struct sluice_set sluice_set_intersect(const struct sluice_set *a, const struct sluice_set *b)
{
	struct sluice_set result = { 0 };
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count) {
		struct sluice_span both = a->span[i];

		if (b->span[j].first > both.first)
			both.first = b->span[j].first;
		if (b->span[j].last < both.last)
			both.last = b->span[j].last;
		if (both.first <= both.last)
			sluice_set_add(&result, &both);
		if (a->span[i].last < b->span[j].last)
			i++;
		else
			j++;
	}
	return result;
}

bool sluice_set_contains(const struct sluice_set *set, sluice_ip address)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->span[middle].last < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count && set->span[low].first <= address;
}

bool sluice_set_has_family(const struct sluice_set *set, bool v4)
{
	for (size_t i = 0; i < set->count; i++)
		if (sluice_ip_is_v4(set->span[i].first) == v4)
			return true;
	return false;
}

void sluice_set_release(struct sluice_set *set)
{
	free(set->span);
	memset(set, 0, sizeof(*set));
}
