// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends packets that no honest program would: forged addresses, flags, marks, tunnels.
 *
 *	frame --device DEV --to MAC ...		whole Ethernet frames by a packet socket
 *	frame --stack ...			IPv4 packets by a raw socket, routed by the kernel
 *
 *	--from MAC --vlan TAG			(device)
 *	--source A --destination B		addresses, IPv4 or IPv6
 *	--tcp FLAGS | --udp | --icmp TYPE	FLAGS of the letters F S R P A U
 *	--ports SOURCE,DESTINATION --sequence N --acknowledge N --payload TEXT --ttl N
 *	--options				IPv4 with an option (router alert)
 *	--fragment				IPv4 first fragment
 *	--outer SOURCE,DESTINATION		the packet inside another, IP in IP (RFC 2003)
 *	--encapsulate PORT			with --outer: in UDP to and from this port (FOU)
 *	--error TYPE,CODE			with --outer: quoted in an ICMP error instead
 *	--ethertype HEX				no IP at all: the payload behind this type (device)
 *	--mark N				SO_MARK of the sending socket
 *	--zone NAME				in this network namespace (/run/netns/NAME)
 *	--count N --interval MICROSECONDS
 *
 * Checksums are right, so that nobody but the one under test has a reason to drop it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/netns/zone.h"

#define FRAME_MAX 2048

struct wish {
	const char *device, *source, *destination, *payload;
	char outer_source[INET_ADDRSTRLEN], outer_destination[INET_ADDRSTRLEN];
	struct ether_addr to, from;
	bool stack, have_from, options, fragment, outer, error;
	unsigned int error_type, error_code;
	unsigned int protocol, flags, icmp_type, source_port, destination_port, ttl, vlan;
	unsigned int sequence, acknowledge, mark, count, interval, ethertype, encapsulate;
};

struct buffer {
	unsigned char bytes[FRAME_MAX];
	size_t length;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "frame: %s: %s\n", what, why);
	exit(2);
}

static void put(struct buffer *buffer, const void *bytes, size_t length)
{
	if (buffer->length + length > FRAME_MAX)
		die("payload", "too long");
	memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
}

static void put16(struct buffer *buffer, unsigned int value)
{
	put(buffer, (unsigned char[]){ value >> 8, value }, 2);
}

static void put32(struct buffer *buffer, uint32_t value)
{
	put16(buffer, value >> 16);
	put16(buffer, value & 0xffff);
}

static void set16(unsigned char *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

/* Internet checksum (RFC 1071) over `length` bytes, continuing from `sum`. */
static uint32_t add_up(uint32_t sum, const unsigned char *bytes, size_t length)
{
	size_t at;

	for (at = 0; at + 1 < length; at += 2)
		sum += bytes[at] << 8 | bytes[at + 1];
	return at < length ? sum + (bytes[at] << 8) : sum;
}

static unsigned int fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

static size_t transport_checksum_offset(unsigned int protocol)
{
	return protocol == IPPROTO_TCP ? 16 : protocol == IPPROTO_UDP ? 6 : 2;
}

static void put_transport(struct buffer *buffer, const struct wish *wish)
{
	size_t length = strlen(wish->payload);

	switch (wish->protocol) {
	case IPPROTO_TCP:
		put16(buffer, wish->source_port);
		put16(buffer, wish->destination_port);
		put32(buffer, wish->sequence);
		put32(buffer, wish->flags & 0x10 ? wish->acknowledge : 0);
		put16(buffer, 5 << 12 | wish->flags);
		put(buffer, "\x40\x00\0\0\0\0", 6);
		break;
	case IPPROTO_UDP:
		put16(buffer, wish->source_port);
		put16(buffer, wish->destination_port);
		put16(buffer, 8 + length);
		put16(buffer, 0);
		break;
	default:
		put16(buffer, wish->icmp_type << 8);
		put16(buffer, 0);
		put32(buffer, wish->sequence);
	}
	put(buffer, wish->payload, length);
}

/* The transport header stands at `start`; source and destination before it, `bytes` each, at `addresses`. */
static void seal_transport(struct buffer *buffer, size_t addresses, size_t bytes, size_t start,
			   unsigned int protocol)
{
	size_t length = buffer->length - start;
	uint32_t sum = 0;

	if (protocol != IPPROTO_ICMP)
		sum = add_up(protocol + length, buffer->bytes + addresses, 2 * bytes);
	sum = add_up(sum, buffer->bytes + start, length);
	set16(buffer->bytes + start + transport_checksum_offset(protocol), fold(sum));
}

/* An IPv4 header for what follows; returns where it stands. */
static size_t put_ipv4(struct buffer *buffer, const struct wish *wish, const char *source,
		       const char *destination, unsigned int protocol)
{
	size_t start = buffer->length;
	struct in_addr address;

	put16(buffer, (wish->options ? 0x46 : 0x45) << 8);
	put16(buffer, 0);
	put16(buffer, wish->sequence & 0xffff);
	put16(buffer, wish->fragment ? 0x2000 : 0);
	put16(buffer, wish->ttl << 8 | protocol);
	put16(buffer, 0);
	if (inet_pton(AF_INET, source, &address) != 1)
		die(source, "no IPv4 address");
	put(buffer, &address, 4);
	if (inet_pton(AF_INET, destination, &address) != 1)
		die(destination, "no IPv4 address");
	put(buffer, &address, 4);
	if (wish->options)
		put(buffer, "\x94\x04\0\0", 4);
	return start;
}

static void seal_ipv4(struct buffer *buffer, size_t start)
{
	unsigned char *header = buffer->bytes + start;

	set16(header + 2, buffer->length - start);
	set16(header + 10, fold(add_up(0, header, (header[0] & 15) * 4)));
}

static void put_ipv6_packet(struct buffer *buffer, const struct wish *wish)
{
	size_t start = buffer->length;
	struct in6_addr source, destination;

	if (inet_pton(AF_INET6, wish->source, &source) != 1 ||
	    inet_pton(AF_INET6, wish->destination, &destination) != 1)
		die(wish->source, "no pair of IPv6 addresses");
	put32(buffer, 6u << 28);
	put16(buffer, 0);
	put16(buffer, wish->protocol << 8 | wish->ttl);
	put(buffer, &source, 16);
	put(buffer, &destination, 16);
	put_transport(buffer, wish);
	set16(buffer->bytes + start + 4, buffer->length - start - 40);
	seal_transport(buffer, start + 8, 16, start + 40, wish->protocol);
}

/* The outer headers; returns where they stand. */
static size_t put_outer(struct buffer *buffer, const struct wish *wish)
{
	size_t start = put_ipv4(buffer, &(struct wish){ .ttl = 64 }, wish->outer_source,
				wish->outer_destination,
				wish->error ? IPPROTO_ICMP :
				wish->encapsulate ? IPPROTO_UDP : IPPROTO_IPIP);

	if (wish->error) {
		put16(buffer, wish->error_type << 8 | wish->error_code);
		put16(buffer, 0);
		/* Frag needed: a next hop of 1400 bytes. */
		put32(buffer, 1400);
	}
	if (wish->encapsulate) {
		put16(buffer, wish->encapsulate);
		put16(buffer, wish->encapsulate);
		put32(buffer, 0);
	}
	return start;
}

/* UDP over IPv4 may do without its checksum. */
static void seal_outer(struct buffer *buffer, const struct wish *wish, size_t start)
{
	if (wish->encapsulate)
		set16(buffer->bytes + start + 24, buffer->length - start - 20);
	if (wish->error)
		seal_transport(buffer, start + 12, 4, start + 20, IPPROTO_ICMP);
	seal_ipv4(buffer, start);
}

static void put_packet(struct buffer *buffer, const struct wish *wish)
{
	size_t outer = 0, start;

	if (strchr(wish->source, ':'))
		return put_ipv6_packet(buffer, wish);
	if (wish->outer)
		outer = put_outer(buffer, wish);
	start = put_ipv4(buffer, wish, wish->source, wish->destination, wish->protocol);
	put_transport(buffer, wish);
	seal_transport(buffer, start + 12, 4, start + (wish->options ? 24 : 20), wish->protocol);
	seal_ipv4(buffer, start);
	if (wish->outer)
		seal_outer(buffer, wish, outer);
}

static void put_ethernet(struct buffer *buffer, const struct wish *wish)
{
	put(buffer, &wish->to, 6);
	put(buffer, &wish->from, 6);
	if (wish->vlan) {
		put16(buffer, 0x8100);
		put16(buffer, wish->vlan);
	}
	if (wish->ethertype) {
		put16(buffer, wish->ethertype);
		put(buffer, wish->payload, strlen(wish->payload));
		return;
	}
	put16(buffer, strchr(wish->source, ':') ? 0x86dd : 0x0800);
}

static int open_device(struct wish *wish, struct sockaddr_ll *to)
{
	unsigned int index = if_nametoindex(wish->device);
	char path[64];
	FILE *file;
	char mac[32] = "";

	if (!index)
		die(wish->device, "no such device");
	*to = (struct sockaddr_ll){ .sll_family = AF_PACKET, .sll_ifindex = (int)index };
	if (!wish->have_from) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/address", wish->device);
		file = fopen(path, "r");
		if (!file || !fgets(mac, sizeof(mac), file) || !ether_aton_r(mac, &wish->from))
			memset(&wish->from, 2, 6);
		if (file)
			fclose(file);
	}
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static int open_stack(const struct wish *wish, struct sockaddr_in *to)
{
	*to = (struct sockaddr_in){ .sin_family = AF_INET };
	inet_pton(AF_INET, wish->outer ? wish->outer_destination : wish->destination,
		  &to->sin_addr);
	return socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
}

static void send_all(const struct wish *wish, int fd, const struct sockaddr *to, socklen_t bytes,
		     const struct buffer *buffer)
{
	struct timespec pause = { .tv_sec = wish->interval / 1000000,
				  .tv_nsec = wish->interval % 1000000 * 1000L };
	unsigned int sent;

	for (sent = 0; sent < wish->count; sent++) {
		if (sendto(fd, buffer->bytes, buffer->length, 0, to, bytes) < 0) {
			fprintf(stderr, "frame: %s\n", strerror(errno));
			exit(1);
		}
		if (wish->interval)
			nanosleep(&pause, NULL);
	}
}

static void run(struct wish *wish)
{
	union {
		struct sockaddr any;
		struct sockaddr_ll link;
		struct sockaddr_in inet;
	} to;
	struct buffer buffer = { .length = 0 };
	int fd = wish->stack ? open_stack(wish, &to.inet) : open_device(wish, &to.link);

	if (fd < 0 || (wish->mark && setsockopt(fd, SOL_SOCKET, SO_MARK, &wish->mark,
						sizeof(wish->mark))))
		die("socket", strerror(errno));
	if (!wish->stack)
		put_ethernet(&buffer, wish);
	if (!wish->ethertype)
		put_packet(&buffer, wish);
	send_all(wish, fd, &to.any, wish->stack ? sizeof(to.inet) : sizeof(to.link), &buffer);
	close(fd);
}

static void enter(const char *zone)
{
	int error = zone_enter(zone);

	if (error)
		die(zone, strerror(-error));
}

static unsigned int flags_of(const char *letters)
{
	static const char names[] = "FSRPAU";
	unsigned int flags = 0;

	for (; *letters; letters++) {
		if (!strchr(names, *letters))
			die(letters, "flags are of F S R P A U");
		flags |= 1u << (strchr(names, *letters) - names);
	}
	return flags;
}

static void pair(const char *text, const char *form, void *first, void *second)
{
	if (sscanf(text, form, first, second) != 2)
		die(text, "two values with a comma between");
}

static void mac_of(const char *text, struct ether_addr *mac)
{
	if (!ether_aton_r(text, mac))
		die(text, "no MAC address");
}

static unsigned int number(const char *text, int base)
{
	char *end;
	unsigned long value = strtoul(text, &end, base);

	if (*end || end == text)
		die(text, "no number");
	return (unsigned int)value;
}

static const struct option options[] = {
	{ "device", 1, NULL, 'd' },	{ "to", 1, NULL, 't' },
	{ "from", 1, NULL, 'f' },	{ "vlan", 1, NULL, 'v' },
	{ "stack", 0, NULL, 'S' },	{ "source", 1, NULL, 's' },
	{ "destination", 1, NULL, 'D' }, { "tcp", 1, NULL, 'T' },
	{ "udp", 0, NULL, 'U' },	{ "icmp", 1, NULL, 'I' },
	{ "ports", 1, NULL, 'p' },	{ "sequence", 1, NULL, 'q' },
	{ "payload", 1, NULL, 'P' },	{ "ttl", 1, NULL, 'l' },
	{ "options", 0, NULL, 'O' },	{ "fragment", 0, NULL, 'F' },
	{ "encapsulate", 1, NULL, 'E' },	{ "error", 1, NULL, 'R' },
	{ "outer", 1, NULL, 'o' },	{ "ethertype", 1, NULL, 'e' },
	{ "mark", 1, NULL, 'm' },	{ "count", 1, NULL, 'c' },
	{ "interval", 1, NULL, 'i' },	{ "zone", 1, NULL, 'z' },
	{ "acknowledge", 1, NULL, 'a' },
	{ NULL, 0, NULL, 0 },
};

static void take(struct wish *wish, int option, const char *value)
{
	switch (option) {
	case 'd': wish->device = value; break;
	case 't': mac_of(value, &wish->to); break;
	case 'f': mac_of(value, &wish->from); wish->have_from = true; break;
	case 'v': wish->vlan = number(value, 0); break;
	case 'S': wish->stack = true; break;
	case 's': wish->source = value; break;
	case 'D': wish->destination = value; break;
	case 'T': wish->protocol = IPPROTO_TCP; wish->flags = flags_of(value); break;
	case 'U': wish->protocol = IPPROTO_UDP; break;
	case 'I': wish->protocol = IPPROTO_ICMP; wish->icmp_type = number(value, 0); break;
	case 'p': pair(value, "%u,%u", &wish->source_port, &wish->destination_port); break;
	case 'q': wish->sequence = number(value, 0); break;
	case 'a': wish->acknowledge = number(value, 0); break;
	case 'P': wish->payload = value; break;
	case 'l': wish->ttl = number(value, 0); break;
	case 'O': wish->options = true; break;
	case 'F': wish->fragment = true; break;
	case 'o':
		pair(value, "%15[^,],%15s", wish->outer_source, wish->outer_destination);
		wish->outer = true;
		break;
	case 'R':
		pair(value, "%u,%u", &wish->error_type, &wish->error_code);
		wish->error = true;
		break;
	case 'E': wish->encapsulate = number(value, 0); break;
	case 'e': wish->ethertype = number(value, 16); break;
	case 'z': enter(value); break;
	case 'm': wish->mark = number(value, 0); break;
	case 'c': wish->count = number(value, 0); break;
	case 'i': wish->interval = number(value, 0); break;
	default: exit(2);
	}
}

int main(int argc, char **argv)
{
	struct wish wish = { .ttl = 64, .count = 1, .payload = "", .protocol = IPPROTO_UDP, .acknowledge = 1,
			     .source_port = 40000, .destination_port = 40000 };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take(&wish, option, optarg);
	if (optind != argc || (!wish.stack && !wish.device) ||
	    (!wish.ethertype && (!wish.source || !wish.destination)))
		die("usage", "--device DEV --to MAC or --stack, --source, --destination; see the source");
	if (wish.protocol == IPPROTO_ICMP && wish.source && strchr(wish.source, ':'))
		wish.protocol = IPPROTO_ICMPV6;
	run(&wish);
	return 0;
}
