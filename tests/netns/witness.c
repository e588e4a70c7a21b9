// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A witness: captures what comes in by a device and answers how much of it matches a filter.
 *
 *	witness watch SOCKET DEVICE		runs until killed; SOCKET exists once the capture runs
 *	witness ask SOCKET count FILTER		prints how many packets match
 *	witness ask SOCKET await N MS FILTER	waits until N match, prints how many; status 1 when too few
 *	witness ask SOCKET forget		starts again from nothing
 *
 * Filters are those of pcap-filter(7). "Seen" in a scenario means that a witness who was there first
 * has it. One that missed a packet says so and answers no question (status 3).
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SNAPLEN		256
#define PACKETS_MAX	(1u << 18)
#define QUESTION_BYTES	1024

struct packet {
	struct pcap_pkthdr header;
	unsigned char bytes[SNAPLEN];
};

struct witness {
	pcap_t *pcap;
	struct packet *packets;
	unsigned int count;
	bool overflowed;
	int listener;
};

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "witness: %s: %s\n", what, why);
	return 2;
}

static void remember(unsigned char *context, const struct pcap_pkthdr *header,
		     const unsigned char *bytes)
{
	struct witness *witness = (struct witness *)context;
	struct packet *packet = &witness->packets[witness->count];

	if (witness->count == PACKETS_MAX) {
		witness->overflowed = true;
		return;
	}
	packet->header = *header;
	memcpy(packet->bytes, bytes, header->caplen < SNAPLEN ? header->caplen : SNAPLEN);
	witness->count++;
}

static void drain(struct witness *witness)
{
	while (pcap_dispatch(witness->pcap, -1, remember, (unsigned char *)witness) > 0)
		;
}

static bool missed(struct witness *witness)
{
	struct pcap_stat stat;

	return witness->overflowed || pcap_stats(witness->pcap, &stat) || stat.ps_drop;
}

static long long now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* How many match, waiting for `wanted` of them at most `timeout` ms. */
static unsigned int count_matches(struct witness *witness, struct bpf_program *filter,
				  unsigned int wanted, long long timeout)
{
	struct pollfd poller = { .fd = pcap_get_selectable_fd(witness->pcap), .events = POLLIN };
	long long until = now_ms() + timeout, left;
	unsigned int index = 0, matches = 0;

	for (;;) {
		drain(witness);
		for (; index < witness->count; index++)
			matches += !!pcap_offline_filter(filter, &witness->packets[index].header,
							 witness->packets[index].bytes);
		left = until - now_ms();
		if (matches >= wanted || left <= 0)
			return matches;
		poll(&poller, 1, (int)left);
	}
}

/* The answer is "status text". */
static void answer(struct witness *witness, const char *question, char *text, size_t size)
{
	struct bpf_program filter;
	unsigned int wanted = 0, matches;
	long long timeout = 0;
	int used = 0;

	if (!strcmp(question, "forget")) {
		drain(witness);
		witness->count = 0;
		snprintf(text, size, "0 ");
		return;
	}
	if (sscanf(question, "await %u %lld %n", &wanted, &timeout, &used) < 2 &&
	    (sscanf(question, "count %n", &used), !used)) {
		snprintf(text, size, "2 no such question: %.200s", question);
		return;
	}
	if (pcap_compile(witness->pcap, &filter, question + used, 1, PCAP_NETMASK_UNKNOWN)) {
		snprintf(text, size, "2 %.200s: %s", question + used, pcap_geterr(witness->pcap));
		return;
	}
	matches = count_matches(witness, &filter, wanted, timeout);
	pcap_freecode(&filter);
	if (missed(witness))
		snprintf(text, size, "3 the witness missed packets");
	else
		snprintf(text, size, "%d %u", matches < wanted, matches);
}

static void serve(struct witness *witness)
{
	char question[QUESTION_BYTES + 1], text[512];
	int client = accept(witness->listener, NULL, NULL);
	ssize_t length;

	if (client < 0)
		return;
	length = read(client, question, QUESTION_BYTES);
	if (length > 0) {
		question[length] = '\0';
		answer(witness, question, text, sizeof(text));
		if (write(client, text, strlen(text)) < 0)
			perror("witness: answer");
	}
	close(client);
}

static int open_capture(struct witness *witness, const char *device)
{
	char error[PCAP_ERRBUF_SIZE];

	witness->packets = calloc(PACKETS_MAX, sizeof(*witness->packets));
	witness->pcap = pcap_create(device, error);
	if (!witness->packets || !witness->pcap)
		return fail(device, "cannot capture");
	pcap_set_snaplen(witness->pcap, SNAPLEN);
	pcap_set_immediate_mode(witness->pcap, 1);
	pcap_set_buffer_size(witness->pcap, 8 << 20);
	if (pcap_activate(witness->pcap) < 0 || pcap_setdirection(witness->pcap, PCAP_D_IN) ||
	    pcap_setnonblock(witness->pcap, 1, error))
		return fail(device, pcap_geterr(witness->pcap));
	return 0;
}

static int fill_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path))
		return fail(path, "path too long");
	strcpy(address->sun_path, path);
	return 0;
}

/* Bound under another name and renamed: whoever sees the socket can already connect. */
static int open_listener(struct witness *witness, const char *path)
{
	struct sockaddr_un address;
	char temporary[sizeof(address.sun_path)];

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return fail(path, "path too long");
	if (fill_address(temporary, &address))
		return 2;
	unlink(temporary);
	witness->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (witness->listener < 0 ||
	    bind(witness->listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(witness->listener, 16) || rename(temporary, path))
		return fail(path, strerror(errno));
	return 0;
}

static int watch(const char *path, const char *device)
{
	struct witness witness = { .listener = -1 };
	struct pollfd pollers[2];

	if (open_capture(&witness, device) || open_listener(&witness, path))
		return 2;
	pollers[0] = (struct pollfd){ pcap_get_selectable_fd(witness.pcap), POLLIN, 0 };
	pollers[1] = (struct pollfd){ witness.listener, POLLIN, 0 };
	for (;;) {
		if (poll(pollers, 2, -1) < 0 && errno != EINTR)
			return fail("poll", strerror(errno));
		drain(&witness);
		if (pollers[1].revents & POLLIN)
			serve(&witness);
	}
}

static int ask(const char *path, int count, char **words)
{
	char question[QUESTION_BYTES] = "", text[512] = "";
	struct sockaddr_un address;
	int client, word, status = 2, used = 0;

	for (word = 0; word < count; word++) {
		size_t length = strlen(question);

		if (length + strlen(words[word]) + 2 > sizeof(question))
			return fail("question", "too long");
		/* "count " with an empty filter still ends in a space */
		sprintf(question + length, "%s%s", length ? " " : "", words[word]);
	}
	if (fill_address(path, &address))
		return 2;
	client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof(address)) ||
	    write(client, question, strlen(question)) < 0 ||
	    read(client, text, sizeof(text) - 1) <= 0)
		return fail(path, strerror(errno));
	if (sscanf(text, "%d %n", &status, &used) < 1)
		return fail(path, "no answer");
	fprintf(status > 1 ? stderr : stdout, "%s\n", text + used);
	return status;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "watch"))
		return watch(argv[2], argv[3]);
	if (argc >= 4 && !strcmp(argv[1], "ask"))
		return ask(argv[2], argc - 3, argv + 3);
	fprintf(stderr, "usage: witness watch SOCKET DEVICE | witness ask SOCKET QUESTION...\n");
	return 2;
}
