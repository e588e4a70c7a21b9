// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbered UDP packets, so that loss is counted and not guessed.
 *
 *	numbered send [--source A] [--rate PER_SECOND] [--count N] [--arrived FILE] ADDRESS PORT
 *		until N are sent or SIGTERM; then says how many to the receiver and on standard output
 *	numbered receive [--linger MS] [--arrived FILE] ADDRESS PORT
 *		prints "ready" when it can receive and "first" when something came; ends when it knows how many were sent, or on SIGTERM,
 *		or when nothing came for MS; status 0 when none was lost or doubled
 *
 * Both end with one line of JSON. What the receiver's own socket dropped is told apart ("overrun"),
 * since that says nothing about the path.
 *
 * FILE is shared by the two: the receiver keeps its count there, and the sender has at most WINDOW packets
 * under way. On a busy machine the kernel's own queues (net.core.netdev_max_backlog) would overflow else, and
 * that loss says nothing about the path either. A packet that was denied stays away for good: after GRACE the
 * sender gives it up and goes on, and the receiver counts it as lost.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/peer.h"

#define MAGIC		0x534c554e	/* "SLUN" */
#define NUMBERS_MAX	(1u << 24)
#define RUN_BYTES	64
#define LATE_MS		500	/* a datagram that was overtaken by the last word */
#define BEHIND_MAX	5000000LL	/* a sender that slept through more sends slower, no burst */
#define WINDOW		256		/* a quarter of the kernel's default backlog */
#define PAUSE		200000LL	/* ns between two looks at a full window */
#define GRACE		1000000000LL	/* ns without any arrival until what is under way is given up */

enum { KIND_PACKET, KIND_END };

struct numbered {
	uint32_t magic;
	uint32_t kind;
	uint64_t number;	/* from 0; KIND_END: how many were sent */
	uint8_t pad[RUN_BYTES - 16];
};

struct settings {
	const char *source, *arrived;
	unsigned long rate, count, linger;
};

/* The receiver's count, and what the sender does not wait for any more. */
struct window {
	_Atomic uint64_t *arrived;	/* NULL: no window */
	uint64_t given_up;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = 1;
}

static int open_sender(const struct settings *settings, const char *address, const char *port)
{
	struct addrinfo *to = find(address, port, SOCK_DGRAM), *from;
	int fd = socket(to->ai_family, SOCK_DGRAM, 0);

	if (fd < 0)
		die("socket");
	if (settings->source) {
		from = find(settings->source, "0", SOCK_DGRAM);
		if (bind(fd, from->ai_addr, from->ai_addrlen))
			die(settings->source);
		freeaddrinfo(from);
	}
	if (connect(fd, to->ai_addr, to->ai_addrlen))
		die(address);
	freeaddrinfo(to);
	return fd;
}

static _Atomic uint64_t *share(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *memory;

	if (fd < 0 || ftruncate(fd, sizeof(uint64_t)))
		die(path);
	memory = mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		die(path);
	close(fd);
	return memory;
}

static void wait_for_room(struct window *window, uint64_t sent)
{
	uint64_t before = atomic_load(window->arrived), arrived;
	long long since = now();

	while (!stopped && sent - window->given_up >= before + WINDOW) {
		wait_until(now() + PAUSE);
		arrived = atomic_load(window->arrived);
		if (arrived != before)
			since = now();
		else if (now() - since > GRACE)
			window->given_up = sent - arrived;
		before = arrived;
	}
}

/*
 * A refused send (EPERM of a hook, ECONNREFUSED of an ICMP error) is a packet that was tried: it counts
 * as sent, and the receiver will miss it.
 */
static uint64_t send_numbers(const struct settings *settings, int fd)
{
	long long interval = NANOSECONDS / (long long)settings->rate, next = now();
	struct window window = { settings->arrived ? share(settings->arrived) : NULL, 0 };
	struct numbered packet = { .magic = MAGIC, .kind = KIND_PACKET };
	long long behind;

	while (!stopped && packet.number < settings->count) {
		if (window.arrived)
			wait_for_room(&window, packet.number);
		behind = now() - next;
		if (behind < -200000)
			wait_until(next);
		else if (behind > BEHIND_MAX)
			next += behind;
		if (send(fd, &packet, sizeof(packet), 0) < 0 && errno == EINTR)
			continue;
		packet.number++;
		next += interval;
	}
	return packet.number;
}

static int send_all(const struct settings *settings, const char *address, const char *port)
{
	int fd = open_sender(settings, address, port), times;
	long long began = now();
	struct numbered end = { .magic = MAGIC, .kind = KIND_END };

	end.number = send_numbers(settings, fd);
	printf("{\"sent\":%llu,\"seconds\":%.3f}\n", (unsigned long long)end.number,
	       (double)(now() - began) / NANOSECONDS);
	/* Told several times, apart: the last word must not be what is lost. */
	for (times = 0; times < 5; times++) {
		if (send(fd, &end, sizeof(end), 0) < 0 && errno != ECONNREFUSED)
			fprintf(stderr, "numbered: end: %s\n", strerror(errno));
		wait_until(now() + 20000000);
	}
	return 0;
}

struct tally {
	uint8_t *seen;
	_Atomic uint64_t *arrived;	/* NULL: nobody asks */
	uint64_t received, doubled, highest, sent;
	uint32_t overrun;
	bool ended;
	long long last, longest;
};

static int open_receiver(const char *address, const char *port)
{
	struct addrinfo *at = find(address, port, SOCK_DGRAM);
	int fd = socket(at->ai_family, SOCK_DGRAM, 0), size = 32 << 20, one = 1;

	if (fd < 0 || bind(fd, at->ai_addr, at->ai_addrlen))
		die(address);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof(one)))
		die("socket");
	freeaddrinfo(at);
	return fd;
}

static void note(struct tally *tally, const struct numbered *packet, ssize_t length)
{
	long long moment = now();

	if (length != sizeof(*packet) || packet->magic != MAGIC)
		return;
	if (packet->kind == KIND_END) {
		tally->ended = true;
		tally->sent = packet->number;
		return;
	}
	if (packet->number >= NUMBERS_MAX)
		return;
	if (!tally->last) {
		puts("first");
		fflush(stdout);
	}
	if (tally->last && moment - tally->last > tally->longest)
		tally->longest = moment - tally->last;
	tally->last = moment;
	if (tally->seen[packet->number]++)
		tally->doubled++;
	else
		tally->received++;
	if (tally->arrived)
		atomic_store(tally->arrived, tally->received);
	if (packet->number >= tally->highest)
		tally->highest = packet->number + 1;
}

static ssize_t take(int fd, struct numbered *packet, struct tally *tally)
{
	char control[CMSG_SPACE(sizeof(uint32_t))];
	struct iovec vector = { packet, sizeof(*packet) };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof(control) };
	ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);
	struct cmsghdr *header = length < 0 ? NULL : CMSG_FIRSTHDR(&message);

	if (header && header->cmsg_type == SO_RXQ_OVFL)
		memcpy(&tally->overrun, CMSG_DATA(header), sizeof(tally->overrun));
	return length;
}

/* The last word may overtake: what was sent before it can stand in another processor's queue. */
static bool is_complete(const struct tally *tally)
{
	return tally->ended && tally->received >= tally->sent;
}

static void receive_numbers(const struct settings *settings, int fd, struct tally *tally)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	struct numbered packet;
	ssize_t length;

	while (!stopped && !is_complete(tally)) {
		int linger = settings->linger ? (int)settings->linger : -1;
		int ready = poll(&poller, 1, tally->ended ? LATE_MS : linger);

		if (!ready)
			return;
		if (ready < 0)
			continue;
		while (!is_complete(tally) && (length = take(fd, &packet, tally)) >= 0)
			note(tally, &packet, length);
	}
}

/* The first hole, for whoever has to find out when it happened. */
static void print_tally(const struct tally *tally)
{
	uint64_t sent = tally->ended ? tally->sent : tally->highest, first;

	for (first = 0; first < sent && first < NUMBERS_MAX && tally->seen[first]; first++)
		;
	printf("{\"sent\":%llu,\"received\":%llu,\"lost\":%llu,\"doubled\":%llu,\"overrun\":%u,",
	       (unsigned long long)sent, (unsigned long long)tally->received,
	       (unsigned long long)(sent - tally->received), (unsigned long long)tally->doubled,
	       tally->overrun);
	printf("\"first_lost\":%lld,\"longest_gap_ms\":%.1f,\"ended\":%s}\n",
	       first < sent ? (long long)first : -1LL, (double)tally->longest / 1e6,
	       tally->ended ? "true" : "false");
}

static int receive_all(const struct settings *settings, const char *address, const char *port)
{
	struct tally tally = { .seen = calloc(NUMBERS_MAX, 1) };
	int fd = open_receiver(address, port);

	if (!tally.seen)
		die("memory");
	if (settings->arrived) {
		tally.arrived = share(settings->arrived);
		atomic_store(tally.arrived, 0);
	}
	puts("ready");
	fflush(stdout);
	receive_numbers(settings, fd, &tally);
	print_tally(&tally);
	return !tally.ended || tally.sent != tally.received || tally.doubled;
}

static const struct option options[] = {
	{ "source", 1, NULL, 's' }, { "rate", 1, NULL, 'r' },	 { "count", 1, NULL, 'c' },
	{ "linger", 1, NULL, 'l' }, { "arrived", 1, NULL, 'a' }, { NULL, 0, NULL, 0 },
};

static int usage(void)
{
	fprintf(stderr,
		"usage: numbered send [--source A] [--rate N] [--count N] [--arrived FILE] ADDRESS PORT\n"
		"       numbered receive [--linger MS] [--arrived FILE] ADDRESS PORT\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct settings settings = { .rate = 1000, .count = NUMBERS_MAX };
	struct sigaction action = { .sa_handler = stop };
	const char *word = argc > 1 ? argv[1] : "";
	int option;

	if (strcmp(word, "send") && strcmp(word, "receive"))
		return usage();
	while ((option = getopt_long(argc - 1, argv + 1, "", options, NULL)) != -1) {
		switch (option) {
		case 's': settings.source = optarg; break;
		case 'r': settings.rate = strtoul(optarg, NULL, 0); break;
		case 'c': settings.count = strtoul(optarg, NULL, 0); break;
		case 'l': settings.linger = strtoul(optarg, NULL, 0); break;
		case 'a': settings.arrived = optarg; break;
		default: return usage();
		}
	}
	argv += 1 + optind;
	argc -= 1 + optind;
	if (argc != 2 || !settings.rate || settings.count > NUMBERS_MAX)
		return usage();
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (!strcmp(word, "send"))
		return send_all(&settings, argv[0], argv[1]);
	return receive_all(&settings, argv[0], argv[1]);
}
