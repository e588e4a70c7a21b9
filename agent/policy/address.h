/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses, and sets of them as sorted disjoint ranges.
 *
 * Both families live in one ordered space of 128 bits: an IPv4 address stands at ::ffff:a.b.c.d.
 * The text form ::ffff:1.2.3.4 itself belongs to no zone, so the two never meet.
 */
#ifndef SLUICE_POLICY_ADDRESS_H
#define SLUICE_POLICY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/message.h"

/* Wide enough to count on; not to be confused with struct sluice_address of the core. */
typedef unsigned __int128 sluice_ip;

#define SLUICE_ADDRESS_TEXT 48		/* bytes that hold any address as text */
#define SLUICE_SPAN_TEXT (2 * SLUICE_ADDRESS_TEXT)
#define SLUICE_MAC_BYTES 6
#define SLUICE_DEVICE_BYTES 16		/* IFNAMSIZ */

/**
 * struct sluice_span - neighbouring addresses of one family
 * @first: lowest
 * @last: highest, included
 * @place: where it was written
 */
struct sluice_span {
	sluice_ip first;
	sluice_ip last;
	struct sluice_place place;
};

/**
 * struct sluice_set - a set of addresses
 * @span: sorted, disjoint, not touching, unless sluice_set_add() ran after the last normalising
 * @count: how many spans
 */
struct sluice_set {
	struct sluice_span *span;
	size_t count;
};

/**
 * sluice_ip_is_v4() - family of an address
 * @address: any
 *
 * Return: true for IPv4, false for IPv6.
 */
bool sluice_ip_is_v4(sluice_ip address);

/**
 * sluice_ip_bytes() - network byte order
 * @address: any
 * @bytes: receives 16 bytes; an IPv4 address stands in the last 4
 */
void sluice_ip_bytes(sluice_ip address, uint8_t bytes[16]);

/**
 * sluice_ip_from_bytes() - the reverse of sluice_ip_bytes()
 * @bytes: 16 bytes for IPv6, 4 for IPv4
 * @v4: which
 *
 * Return: the address.
 */
sluice_ip sluice_ip_from_bytes(const uint8_t *bytes, bool v4);

/**
 * sluice_ip_parse() - read one address
 * @text: dotted quad or IPv6 text; nothing else
 * @address: receives it
 *
 * Return: true if @text is an address.
 */
bool sluice_ip_parse(const char *text, sluice_ip *address);

/**
 * sluice_ip_print() - write an address
 * @address: any
 * @text: receives it
 *
 * Return: @text.
 */
const char *sluice_ip_print(sluice_ip address, char text[SLUICE_ADDRESS_TEXT]);

/**
 * sluice_span_parse() - read an address, prefix or range
 * @text: `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`, the same for IPv6
 * @span: receives it; its place is left alone
 * @problem: receives what is wrong as memory for free(), NULL on success
 *
 * Return: true on success.
 */
bool sluice_span_parse(const char *text, struct sluice_span *span, char **problem);

/**
 * sluice_span_print() - write a span as address, prefix or range
 * @span: what
 * @text: receives it
 *
 * Return: @text.
 */
const char *sluice_span_print(const struct sluice_span *span, char text[SLUICE_SPAN_TEXT]);

/**
 * sluice_span_prefix() - length of the prefix that is exactly this span
 * @span: any
 *
 * Return: 0 to 32 for IPv4 and 0 to 128 for IPv6; -1 if it is no prefix.
 */
int sluice_span_prefix(const struct sluice_span *span);

/**
 * sluice_never_owned() - addresses that belong to no zone whatever a policy says
 *
 * Unspecified, loopback, multicast, broadcast, class E, link-local, v4-mapped, 6to4.
 *
 * Return: a normalised set that lives for ever.
 */
const struct sluice_set *sluice_never_owned(void);

/**
 * sluice_never_owned_name() - what kind of never-owned address this is
 * @address: any
 *
 * Return: a noun for a message, or NULL for an ordinary address.
 */
const char *sluice_never_owned_name(sluice_ip address);

/**
 * sluice_mac_parse() - read six pairs of hexadecimal digits with colons
 * @text: for instance 00:1d:9c:00:00:07
 * @mac: receives it
 *
 * Return: true if @text is a unicast MAC address and not zero.
 */
bool sluice_mac_parse(const char *text, uint8_t mac[SLUICE_MAC_BYTES]);

/**
 * sluice_port_parse() - read a port: device, or device and VLAN tag
 * @text: `eth1` or `eth1.99`
 * @device: receives the device's name
 * @tag: receives 0 for untagged, else 1 to 4094
 *
 * Return: true if @text is a port.
 */
bool sluice_port_parse(const char *text, char device[SLUICE_DEVICE_BYTES], unsigned int *tag);

/**
 * sluice_set_add() - put a span in; normalise before any other use
 * @set: zero-initialised or in use
 * @span: copied
 */
void sluice_set_add(struct sluice_set *set, const struct sluice_span *span);

/**
 * sluice_set_append() - keep a span exactly as written
 * @set: zero-initialised or in use; only for printing and for sluice_set_add_all() to read from
 * @span: copied; ::/0 still runs over the place where IPv4 stands
 */
void sluice_set_append(struct sluice_set *set, const struct sluice_span *span);

/**
 * sluice_set_add_all() - put all of another set in; normalise before any other use
 * @set: zero-initialised or in use
 * @other: copied
 */
void sluice_set_add_all(struct sluice_set *set, const struct sluice_set *other);

/**
 * sluice_set_normalise() - sort and join
 * @set: any
 */
void sluice_set_normalise(struct sluice_set *set);

/**
 * sluice_set_subtract() - what is in one set and not in another
 * @from: normalised
 * @minus: normalised
 *
 * Return: a normalised set for sluice_set_release().
 */
struct sluice_set sluice_set_subtract(const struct sluice_set *from,
				      const struct sluice_set *minus);

/**
 * sluice_set_intersect() - what is in both
 * @a: normalised
 * @b: normalised
 *
 * Return: a normalised set for sluice_set_release().
 */
struct sluice_set sluice_set_intersect(const struct sluice_set *a, const struct sluice_set *b);

/**
 * sluice_set_contains() - is this address in it
 * @set: normalised
 * @address: any
 *
 * Return: true if it is.
 */
bool sluice_set_contains(const struct sluice_set *set, sluice_ip address);

/**
 * sluice_set_has_family() - is there any address of a family
 * @set: normalised
 * @v4: which family
 *
 * Return: true if there is.
 */
bool sluice_set_has_family(const struct sluice_set *set, bool v4);

/**
 * sluice_set_release() - free and empty
 * @set: any
 */
void sluice_set_release(struct sluice_set *set);

#endif
