// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends one UDP datagram in pieces, as no honest stack cuts it: askew, twice, over each other.
 *
 *	pieces --device DEV --to MAC [--from MAC] [--zone NAME] --source A --destination B --ports S,D
 *		--length N [--id N] [--vlan TAG] [--repeat N] PIECE...
 *
 * The datagram has N bytes behind the UDP header, byte by byte its own offset, and a true checksum. A
 * PIECE is BEGIN-END, bytes of the IP payload, UDP header included; the piece that ends where the datagram
 * ends says so, and so does one with a full stop behind. IPv4 or IPv6, by the addresses. With --repeat
 * the same comes again N times, each under the next id.
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
#include <unistd.h>

#include "tests/netns/zone.h"

#define LONGEST 65535

struct wish {
	const char *device, *source, *destination;
	struct ether_addr to, from;
	unsigned int source_port, destination_port, length, id, vlan, repeat;
};

struct datagram {
	uint8_t bytes[LONGEST + 1];
	uint32_t length;
};

struct frame {
	uint8_t bytes[LONGEST + 64];
	uint32_t length;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "pieces: %s: %s\n", what, why);
	exit(2);
}

static void put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static uint32_t add_up(const uint8_t *bytes, uint32_t length, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static int family_of(const struct wish *wish)
{
	return strchr(wish->source, ':') ? AF_INET6 : AF_INET;
}

/* Both addresses, one behind the other; returns how many bytes they have. */
static uint32_t put_addresses(const struct wish *wish, uint8_t *to)
{
	int family = family_of(wish);
	uint32_t bytes = family == AF_INET6 ? 16 : 4;

	if (inet_pton(family, wish->source, to) != 1 ||
	    inet_pton(family, wish->destination, to + bytes) != 1)
		die(wish->source, "no pair of addresses");
	return 2 * bytes;
}

static void build_datagram(const struct wish *wish, struct datagram *datagram)
{
	uint8_t addresses[32];
	uint32_t sum, i;

	datagram->length = wish->length + 8;
	if (datagram->length > LONGEST)
		die("--length", "too long");
	for (i = 8; i < datagram->length; i++)
		datagram->bytes[i] = (uint8_t)i;
	put16(datagram->bytes, wish->source_port);
	put16(datagram->bytes + 2, wish->destination_port);
	put16(datagram->bytes + 4, datagram->length);
	put16(datagram->bytes + 6, 0);
	sum = add_up(addresses, put_addresses(wish, addresses), IPPROTO_UDP + datagram->length);
	put16(datagram->bytes + 6, fold(add_up(datagram->bytes, datagram->length, sum)));
}

static uint8_t *take(struct frame *frame, uint32_t bytes)
{
	uint8_t *place = frame->bytes + frame->length;

	memset(place, 0, bytes);
	frame->length += bytes;
	return place;
}

static void put_link(const struct wish *wish, struct frame *frame)
{
	uint8_t *link;

	frame->length = 0;
	link = take(frame, wish->vlan ? 18 : 14);
	memcpy(link, &wish->to, 6);
	memcpy(link + 6, &wish->from, 6);
	if (wish->vlan) {
		put16(link + 12, 0x8100);
		put16(link + 14, wish->vlan);
		link += 4;
	}
	put16(link + 12, family_of(wish) == AF_INET6 ? 0x86dd : 0x0800);
}

static void put_header4(const struct wish *wish, struct frame *frame, uint32_t begin, uint32_t bytes,
			bool last)
{
	uint8_t *header = take(frame, 20);

	header[0] = 0x45;
	put16(header + 2, 20 + bytes);
	put16(header + 4, wish->id);
	put16(header + 6, begin / 8 | (last ? 0 : 0x2000));
	header[8] = 64;
	header[9] = IPPROTO_UDP;
	put_addresses(wish, header + 12);
	put16(header + 10, fold(add_up(header, 20, 0)));
}

static void put_header6(const struct wish *wish, struct frame *frame, uint32_t begin, uint32_t bytes,
			bool last)
{
	uint8_t *header = take(frame, 48);

	header[0] = 0x60;
	put16(header + 4, 8 + bytes);
	header[6] = 44;
	header[7] = 64;
	put_addresses(wish, header + 8);
	header[40] = IPPROTO_UDP;
	put16(header + 42, begin | !last);
	put16(header + 44, wish->id >> 16);
	put16(header + 46, wish->id);
}

static void build_piece(const struct wish *wish, const struct datagram *datagram, const char *text,
			struct frame *frame)
{
	unsigned int begin, end;
	char stop = 0;
	bool last;

	if (sscanf(text, "%u-%u%c", &begin, &end, &stop) < 2 || begin % 8 || begin >= end ||
	    end > LONGEST)
		die(text, "BEGIN-END, BEGIN a multiple of 8");
	last = stop == '.' || end == datagram->length;
	put_link(wish, frame);
	if (family_of(wish) == AF_INET6)
		put_header6(wish, frame, begin, end - begin, last);
	else
		put_header4(wish, frame, begin, end - begin, last);
	memcpy(take(frame, end - begin), datagram->bytes + begin, end - begin);
}

static int open_device(const struct wish *wish, struct sockaddr_ll *to)
{
	unsigned int index = if_nametoindex(wish->device);
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (!index || fd < 0)
		die(wish->device, strerror(errno));
	*to = (struct sockaddr_ll){ .sll_family = AF_PACKET, .sll_ifindex = (int)index };
	return fd;
}

static void enter(const char *zone)
{
	int error = zone_enter(zone);

	if (error)
		die(zone, strerror(-error));
}

static void send_pieces(struct wish *wish, char *const pieces[])
{
	static struct datagram datagram;
	static struct frame frame;
	struct sockaddr_ll to;
	int fd = open_device(wish, &to), i;

	build_datagram(wish, &datagram);
	for (; wish->repeat; wish->repeat--, wish->id++)
		for (i = 0; pieces[i]; i++) {
			build_piece(wish, &datagram, pieces[i], &frame);
			if (sendto(fd, frame.bytes, frame.length, 0, (struct sockaddr *)&to,
				   sizeof(to)) < 0)
				die(pieces[i], strerror(errno));
		}
	close(fd);
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (*end || end == text)
		die(text, "no number");
	return (unsigned int)value;
}

static void mac_of(const char *text, struct ether_addr *mac)
{
	if (!ether_aton_r(text, mac))
		die(text, "no MAC address");
}

static const struct option options[] = {
	{ "device", 1, NULL, 'd' }, { "to", 1, NULL, 't' },	{ "from", 1, NULL, 'f' },
	{ "zone", 1, NULL, 'z' },   { "source", 1, NULL, 's' }, { "destination", 1, NULL, 'D' },
	{ "ports", 1, NULL, 'p' },  { "length", 1, NULL, 'l' }, { "id", 1, NULL, 'i' },
	{ "vlan", 1, NULL, 'v' },   { "repeat", 1, NULL, 'r' }, { NULL, 0, NULL, 0 },
};

static void read_option(struct wish *wish, int option, const char *value)
{
	switch (option) {
	case 'd': wish->device = value; break;
	case 't': mac_of(value, &wish->to); break;
	case 'f': mac_of(value, &wish->from); break;
	case 'z': enter(value); break;
	case 's': wish->source = value; break;
	case 'D': wish->destination = value; break;
	case 'p':
		if (sscanf(value, "%u,%u", &wish->source_port, &wish->destination_port) != 2)
			die(value, "two ports with a comma between");
		break;
	case 'l': wish->length = number(value); break;
	case 'i': wish->id = number(value); break;
	case 'v': wish->vlan = number(value); break;
	case 'r': wish->repeat = number(value); break;
	default: exit(2);
	}
}

int main(int argc, char **argv)
{
	struct wish wish = { .repeat = 1 };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		read_option(&wish, option, optarg);
	if (!wish.device || !wish.source || !wish.destination || optind == argc)
		die("usage", "see the head of its source");
	send_pieces(&wish, argv + optind);
	return 0;
}
