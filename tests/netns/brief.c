// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Brief connections: opened, closed by both ends, and followed by the next.
 *
 *	brief serve ADDRESS PORT
 *		prints "ready" when it can accept; closes each connection after its peer, until it is ended
 *	brief make [--source A] [--rate PER_SECOND] --count N ADDRESS PORT
 *		one after the other, never more than so many a second; a slow machine makes fewer. Prints one line of
 *		JSON; status 0 when none failed, and ends early when some have
 *
 * A connection fails when it is refused, or not open and closed within PATIENCE.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/lib/peer.h"

#define PATIENCE 10	/* s: three times a lost SYN */
#define FAILED_MOST 3

static int serve(const char *address, const char *port)
{
	struct addrinfo *at = find(address, port, SOCK_STREAM);
	int listener = socket(at->ai_family, SOCK_STREAM, 0), one = 1, fd;
	char byte;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (listener < 0 || bind(listener, at->ai_addr, at->ai_addrlen) || listen(listener, 128))
		die(address);
	puts("ready");
	fflush(stdout);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		while (read(fd, &byte, 1) > 0)
			;
		close(fd);
	}
	die("accept");
}

/* Our FIN first, so that it is us who waits afterwards and not the server. */
static bool make_one(const struct addrinfo *from, const struct addrinfo *to)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	int fd = socket(to->ai_family, SOCK_STREAM, 0), one = 1;
	bool made;
	char byte;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (from && bind(fd, from->ai_addr, from->ai_addrlen))
		die("bind");
	made = !connect(fd, to->ai_addr, to->ai_addrlen) && !shutdown(fd, SHUT_WR) &&
	       !read(fd, &byte, 1);
	close(fd);
	return made;
}

static int make(const char *source, unsigned long rate, unsigned long count, const char *address,
		const char *port)
{
	struct addrinfo *from = source ? find(source, "0", SOCK_STREAM) : NULL, *to = find(address, port, SOCK_STREAM);
	long long began = now(), next = began;
	unsigned long made = 0, failed = 0;

	while (made + failed < count && failed < FAILED_MOST) {
		wait_until(next);
		next = now() + NANOSECONDS / (long long)rate;
		if (make_one(from, to))
			made++;
		else
			failed++;
	}
	printf("{\"made\":%lu,\"failed\":%lu,\"seconds\":%.1f}\n", made, failed,
	       (double)(now() - began) / NANOSECONDS);
	return failed != 0;
}

static const struct option options[] = {
	{ "source", 1, NULL, 's' }, { "rate", 1, NULL, 'r' }, { "count", 1, NULL, 'c' },
	{ NULL, 0, NULL, 0 },
};

static int usage(void)
{
	fprintf(stderr, "usage: brief serve ADDRESS PORT\n"
		"       brief make [--source A] [--rate PER_SECOND] --count N ADDRESS PORT\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "", *source = NULL;
	unsigned long rate = 10, count = 0;
	int option;

	while ((option = getopt_long(argc - 1, argv + 1, "", options, NULL)) != -1) {
		switch (option) {
		case 's': source = optarg; break;
		case 'r': rate = strtoul(optarg, NULL, 0); break;
		case 'c': count = strtoul(optarg, NULL, 0); break;
		default: return usage();
		}
	}
	argv += 1 + optind;
	argc -= 1 + optind;
	if (argc == 2 && !strcmp(word, "serve"))
		return serve(argv[0], argv[1]);
	if (argc == 2 && !strcmp(word, "make") && rate && count)
		return make(source, rate, count, argv[0], argv[1]);
	return usage();
}
