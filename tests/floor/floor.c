// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The nftables floor on the running kernel.
 *
 *	left (10.0.1.2) --- (10.0.1.1) router (10.0.2.1) --- right (10.0.2.2)
 *
 * The module's part is played by a table of its own, which marks by destination port. What arrives is
 * read from sockets that were opened first; a frame that must not arrive is followed by one that must,
 * over the same path, so nothing waits for silence.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/floor/floor.h"
#include "kmod/uapi/sluice.h"
#include "tests/lib/ktap.h"

#define NONCE		0x00a50000u
#define PATIENCE_MS	5000

enum { JUDGED = 1001, WRONG_NONCE, ENTERED, UNMARKED, JUDGED_BUSY, NO_NONCE, PEER_REACHED = 7777,
	PEER_DIALLED = 8888, PEER_FIRST = 7001, PEER_LAST = 7003,
	PEER_SIX = 7006 };

enum place { LEFT, ROUTER, RIGHT, PLACES };

static const char *const place_names[PLACES] = { "left", "router", "right" };
static int places[PLACES];

static void give_up(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char command[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	fflush(stdout);
	if (system(command)) {
		printf("Bail out! failed: %s\n", command);
		exit(1);
	}
}

/* Whether an echo request is answered: one that is lost is waited for, so ask what must pass first. */
static bool pings(const char *place, const char *address)
{
	char command[128];

	snprintf(command, sizeof(command), "ip netns exec %s ping -c 1 -W 1 %s > /dev/null 2>&1", place,
		 address);
	fflush(stdout);
	return !system(command);
}

static void go(enum place place)
{
	if (setns(places[place], CLONE_NEWNET))
		give_up("network namespace");
}

static void make_places(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		give_up("mount namespace");
	if ((mkdir("/run/netns", 0755) && errno != EEXIST) ||
	    mount("tmpfs", "/run/netns", "tmpfs", 0, NULL))
		give_up("/run/netns");
	for (int i = 0; i < PLACES; i++) {
		char path[64];

		shell("ip netns add %s", place_names[i]);
		snprintf(path, sizeof(path), "/run/netns/%s", place_names[i]);
		places[i] = open(path, O_RDONLY | O_CLOEXEC);
		shell("ip -n %s link set lo up", place_names[i]);
	}
}

static void connect_places(void)
{
	static const char *const sides[] = { "left", "right" };

	for (int i = 0; i < 2; i++) {
		shell("ip -n router link add %s type veth peer name eth0 netns %s", sides[i], sides[i]);
		shell("ip -n router addr add 10.0.%d.1/24 dev %s", i + 1, sides[i]);
		shell("ip -n %s addr add 10.0.%d.2/24 dev eth0", sides[i], i + 1);
		shell("ip -n router link set %s up; ip -n %s link set eth0 up", sides[i], sides[i]);
		shell("ip -n %s route add default via 10.0.%d.1", sides[i], i + 1);
		shell("ip -n router addr add fd00:%d::1/64 dev %s nodad", i + 1, sides[i]);
		shell("ip -n %s addr add fd00:%d::2/64 dev eth0 nodad", sides[i], i + 1);
	}
	shell("ip netns exec router sysctl -q -w net.ipv4.ip_forward=1");
}

/* The same two places over a bridge. Nobody asks for a neighbour there: ARP has no mark either. */
static void bridge_places(void)
{
	static const char *const sides[] = { "left", "right" };

	shell("ip -n router link add bridge0 type bridge; ip -n router link set bridge0 up");
	/* else the chains of the inet family would stand in for the bridge's own */
	shell("ip netns exec router sysctl -q -w net.bridge.bridge-nf-call-iptables=0 2> /dev/null || :");
	for (int i = 0; i < 2; i++) {
		shell("ip -n router link add b%d type veth peer name eth1 netns %s", i, sides[i]);
		shell("ip -n %s link set eth1 address 02:00:00:00:09:0%d", sides[i], i + 1);
		shell("ip -n %s addr add 10.9.0.%d/24 dev eth1", sides[i], i + 1);
		shell("ip -n router link set b%d master bridge0 up; ip -n %s link set eth1 up", i, sides[i]);
		shell("ip -n %s neigh add 10.9.0.%d lladdr 02:00:00:00:09:0%d dev eth1 nud permanent", sides[i],
		      2 - i, 2 - i);
	}
}

static void play_module(void)
{
	shell("ip netns exec router nft 'table bridge module { chain before {"
	      " type filter hook prerouting priority -300; udp dport %d meta mark set 0x%x; }; }'",
	      JUDGED, NONCE | SLUICE_MARK_JUDGED);
	shell("ip netns exec router nft '"
	      "table ip module { chain before { type filter hook prerouting priority -150;"
	      " udp dport %d meta mark set 0x%x; udp dport %d meta mark set 0x%x;"
	      " udp dport %d meta mark set 0x%x; udp dport %d meta mark set 0x%x;"
	      " udp dport %d meta mark set 0x%x; }; }'",
	      JUDGED, NONCE | SLUICE_MARK_JUDGED, WRONG_NONCE, 0x005a0000 | SLUICE_MARK_JUDGED,
	      ENTERED, NONCE | SLUICE_MARK_ENTERED, JUDGED_BUSY,
	      0xff000000 | NONCE | SLUICE_MARK_JUDGED | SLUICE_MARK_ENTERED | 0x3f05, NO_NONCE,
	      SLUICE_MARK_JUDGED);
}

static int listen_at(enum place place, unsigned int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int room = 64 << 20;
	int fd;

	go(place);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		give_up("listener");
	return fd;
}

/* May fail where the output chain drops: that is a result and not an error. */
static void send_from(enum place place, const char *to, unsigned int from_port, unsigned int port)
{
	struct sockaddr_in target = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons((uint16_t)from_port) };
	uint16_t text = (uint16_t)port;
	int fd;

	go(place);
	inet_pton(AF_INET, to, &target.sin_addr);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (from_port)
		bind(fd, (struct sockaddr *)&own, sizeof(own));
	if (sendto(fd, &text, sizeof(text), 0, (struct sockaddr *)&target, sizeof(target)) < 0 &&
	    errno != EPERM)
		give_up("send");
	close(fd);
}

static bool arrived(int fd, int patience)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	uint16_t text;

	return poll(&waiting, 1, patience) == 1 && recv(fd, &text, sizeof(text), 0) > 0;
}

/* ---- Cases ---- */

static struct sluice_floor *floor_open(struct sluice_messages *messages)
{
	struct sluice_floor *floor;

	go(ROUTER);
	if (sluice_floor_open(messages, &floor))
		give_up("floor");
	return floor;
}

/* Closed is closed, whatever else the wish says. */
static const struct sluice_floor_wish closed = { .level = SLUICE_FLOOR_CLOSED, .mark = NONCE };
static const struct sluice_floor_wish marked = { .level = SLUICE_FLOOR_MARKED, .mark = NONCE };

static struct sluice_floor_wish complete(uint32_t mark)
{
	struct sluice_floor_wish wish = {
		.level = SLUICE_FLOOR_COMPLETE, .mark = mark, .peer_count = 4,
		.peers = { { .family = 4, .protocol = IPPROTO_UDP, .port = PEER_REACHED },
			   { .family = 4, .protocol = IPPROTO_UDP, .port = PEER_DIALLED,
			     .dialled = true },
			   { .family = 4, .protocol = IPPROTO_UDP, .port = PEER_FIRST,
			     .last = PEER_LAST },
			   { .family = 4, .protocol = IPPROTO_ICMP } },
	};

	for (unsigned int i = 0; i < wish.peer_count; i++)
		inet_pton(AF_INET, "10.0.2.2", wish.peers[i].address);
	inet_pton(AF_INET, "10.0.2.1", wish.peers[0].own);
	inet_pton(AF_INET, "10.0.2.1", wish.peers[2].own);
	return wish;
}

static void test_forwarding(struct sluice_floor *floor, struct sluice_messages *messages)
{
	static const struct {
		unsigned int port;
		bool passes;
		const char *proves;
	} rows[] = {
		{ WRONG_NONCE, false, "a judged mark of another load of the module is dropped" },
		{ ENTERED, false, "what only entered is dropped" },
		{ UNMARKED, false, "what has no mark is dropped" },
		{ NO_NONCE, false, "a judged mark without nonce is dropped" },
		{ JUDGED_BUSY, true, "the bits of others and of port and generation do not matter" },
		{ JUDGED, true, "what is judged crosses" },
	};
	int listeners[sizeof(rows) / sizeof(rows[0])];
	size_t count = sizeof(rows) / sizeof(rows[0]);
	bool any = false;

	for (size_t i = 0; i < count; i++)
		listeners[i] = listen_at(RIGHT, rows[i].port);
	send_from(LEFT, "10.0.2.2", 0, UNMARKED);
	ktap_ok(arrived(listeners[2], PATIENCE_MS), "without a floor everything crosses");

	go(ROUTER);
	ktap_ok(!sluice_floor_put(floor, &closed, messages), "the floor is put");
	for (size_t i = 0; i < count; i++)
		send_from(LEFT, "10.0.2.2", 0, rows[i].port);
	go(ROUTER);
	ktap_ok(!sluice_floor_put(floor, &marked, messages), "the mark rule is put");
	send_from(LEFT, "10.0.2.2", 0, JUDGED);
	ktap_ok(arrived(listeners[count - 1], PATIENCE_MS), "with the mark rule it crosses");
	for (size_t i = 0; i < count; i++)
		any |= arrived(listeners[i], 0);
	ktap_ok(!any, "nothing crossed the unconditional floor, whatever its mark");

	for (size_t i = 0; i < count; i++)
		send_from(LEFT, "10.0.2.2", 0, rows[i].port);
	ktap_ok(arrived(listeners[count - 1], PATIENCE_MS), "%s", rows[count - 1].proves);
	for (size_t i = 0; i < count - 1; i++)
		ktap_ok(arrived(listeners[i], 0) == rows[i].passes, "%s", rows[i].proves);
	for (size_t i = 0; i < count; i++)
		close(listeners[i]);
}

static void test_bridge(struct sluice_floor *floor, struct sluice_messages *messages)
{
	int judged = listen_at(RIGHT, JUDGED), unmarked = listen_at(RIGHT, UNMARKED);

	go(ROUTER);
	sluice_floor_remove(floor, messages);
	send_from(LEFT, "10.9.0.2", 0, UNMARKED);
	ktap_ok(arrived(unmarked, PATIENCE_MS), "without a floor the bridge carries everything");
	go(ROUTER);
	sluice_floor_put(floor, &closed, messages);
	send_from(LEFT, "10.9.0.2", 0, JUDGED);
	go(ROUTER);
	sluice_floor_put(floor, &marked, messages);
	send_from(LEFT, "10.9.0.2", 0, UNMARKED);
	send_from(LEFT, "10.9.0.2", 0, JUDGED);
	ktap_ok(arrived(judged, PATIENCE_MS) && !arrived(judged, 0),
		"what is judged crosses the bridge, and nothing while the floor is closed");
	ktap_ok(!arrived(unmarked, 0), "what is not is dropped there, too");
	close(judged);
	close(unmarked);
}

/* IPv6: the other end is found by its neighbour discovery, and nothing else of ICMPv6 comes in. */
static void test_six(struct sluice_floor *floor, struct sluice_messages *messages)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(PEER_SIX) };
	struct sluice_floor_wish wish = complete(0);
	int fd;

	wish.peers[0] = (struct sluice_floor_peer){ .family = 6, .protocol = IPPROTO_UDP,
						    .port = PEER_SIX };
	inet_pton(AF_INET6, "fd00:2::2", wish.peers[0].address);
	inet_pton(AF_INET6, "fd00:2::1", wish.peers[0].own);
	go(ROUTER);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		give_up("listener");
	sluice_floor_put(floor, &wish, messages);
	shell("ip -n right neigh flush dev eth0; ip -n router neigh flush dev right");
	shell("ip netns exec right bash -c 'echo six > /dev/udp/fd00:2::1/%d'", PEER_SIX);
	ktap_ok(arrived(fd, PATIENCE_MS), "the management station reaches the gateway over IPv6");
	ktap_ok(!pings("right", "fd00:2::1"), "and gets no answer to an echo that is not declared");
	close(fd);
}

/* The module is absent: nothing is judged. */
static void test_local(struct sluice_floor *floor, struct sluice_messages *messages)
{
	struct sluice_floor_wish wish = complete(0);
	int ssh, dialled, other, loop, peer, stray, forged;

	ssh = listen_at(ROUTER, PEER_REACHED);
	forged = listen_at(ROUTER, NO_NONCE);
	other = listen_at(ROUTER, UNMARKED);
	loop = listen_at(ROUTER, 5000);
	dialled = listen_at(RIGHT, PEER_DIALLED);
	stray = listen_at(RIGHT, 5001);
	go(ROUTER);
	ktap_ok(!sluice_floor_put(floor, &wish, messages), "the complete floor is put");
	ktap_ok(!sluice_floor_check(floor, messages), "and is found as it was put");

	send_from(RIGHT, "10.0.2.1", 0, UNMARKED);
	send_from(RIGHT, "10.0.2.1", 0, JUDGED);
	send_from(RIGHT, "10.0.2.1", 0, NO_NONCE);
	send_from(RIGHT, "10.0.2.1", 0, PEER_REACHED);
	ktap_ok(arrived(ssh, PATIENCE_MS), "the management station reaches the gateway");
	ktap_ok(!arrived(other, 0), "it reaches nothing else there");
	ktap_ok(!arrived(forged, 0), "a mark without nonce is no judgement where there is no module");
	close(forged);
	send_from(LEFT, "10.0.1.1", 0, PEER_REACHED);
	send_from(RIGHT, "10.0.2.1", 0, PEER_REACHED);
	ktap_ok(arrived(ssh, PATIENCE_MS) && !arrived(ssh, 0), "nobody else reaches that service");

	send_from(ROUTER, "127.0.0.1", 0, 5000);
	ktap_ok(arrived(loop, PATIENCE_MS), "loopback is open");
	send_from(ROUTER, "10.0.2.2", 0, 5001);
	peer = listen_at(ROUTER, 6000);
	close(dialled);
	send_from(RIGHT, "10.0.2.1", PEER_DIALLED, 6000);
	send_from(RIGHT, "10.0.2.1", 0, PEER_REACHED);
	ktap_ok(arrived(ssh, PATIENCE_MS) && !arrived(peer, 0),
		"an answer that nobody asked for does not come in");
	close(peer);
	dialled = listen_at(RIGHT, PEER_DIALLED);
	send_from(ROUTER, "10.0.2.2", 6000, PEER_DIALLED);
	ktap_ok(arrived(dialled, PATIENCE_MS), "the gateway dials its peer");
	ktap_ok(!arrived(stray, 0), "it sends nothing else there");
	close(dialled);
	peer = listen_at(ROUTER, 6000);
	send_from(RIGHT, "10.0.2.1", PEER_DIALLED, 6000);
	ktap_ok(arrived(peer, PATIENCE_MS), "and hears the answer");
	close(peer);
	close(ssh);
	close(other);
	close(loop);
	close(stray);
}

/* Whether a TCP connection comes about; one that is dropped is waited for. */
static bool connects(enum place place, const char *to, unsigned int port)
{
	struct sockaddr_in target = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct pollfd waiting = { .events = POLLOUT };
	int error = -1;
	socklen_t length = sizeof(error);

	go(place);
	inet_pton(AF_INET, to, &target.sin_addr);
	waiting.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	connect(waiting.fd, (struct sockaddr *)&target, sizeof(target));
	if (poll(&waiting, 1, 1000) == 1)
		getsockopt(waiting.fd, SOL_SOCKET, SO_ERROR, &error, &length);
	close(waiting.fd);
	return !error;
}

static void test_protocol(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PEER_REACHED) };
	int listener;

	go(ROUTER);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 1))
		give_up("listener");
	ktap_ok(connects(ROUTER, "127.0.0.1", PEER_REACHED) &&
		!connects(RIGHT, "10.0.2.1", PEER_REACHED),
		"a service of UDP is not open by TCP");
	close(listener);
}

/* A service of several ports, an address that is the gateway's but not the named one, and echo. */
static void test_services(struct sluice_floor *floor, struct sluice_messages *messages)
{
	static const struct {
		const char *to;
		unsigned int port;
		bool reaches;
		const char *proves;
	} rows[] = {
		{ "10.0.2.1", PEER_FIRST - 1, false, "a port below the service's is closed" },
		{ "10.0.2.1", PEER_LAST + 1, false, "a port above the service's is closed" },
		{ "10.0.1.1", PEER_LAST - 1, false, "another address of the gateway is closed" },
		{ "10.0.2.1", PEER_FIRST, true, "the first port of the service is open" },
		{ "10.0.2.1", PEER_LAST, true, "and the last" },
	};
	struct sluice_floor_wish wish = complete(0);

	go(ROUTER);
	sluice_floor_put(floor, &wish, messages);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int listener = listen_at(ROUTER, rows[i].port), end = listen_at(ROUTER, PEER_REACHED);

		send_from(RIGHT, rows[i].to, 0, rows[i].port);
		send_from(RIGHT, "10.0.2.1", 0, PEER_REACHED);
		ktap_ok(arrived(end, PATIENCE_MS) && arrived(listener, 0) == rows[i].reaches, "%s",
			rows[i].proves);
		close(listener);
		close(end);
	}
	test_protocol();
	ktap_ok(pings("right", "10.0.2.1"), "the management station's echo is answered");
	ktap_ok(!pings("left", "10.0.1.1"), "nobody else's is");
	ktap_ok(!pings("router", "10.0.2.2"), "and the gateway does not begin it");
}

/* Wishes are compared by what they say and not by their bytes. */
static void test_equal(void)
{
	struct sluice_floor_wish one = complete(NONCE), other;

	memset(&other, 0xff, sizeof(other));
	other.level = one.level;
	other.mark = one.mark;
	other.peer_count = one.peer_count;
	for (unsigned int i = 0; i < one.peer_count; i++)
		other.peers[i] = one.peers[i];
	ktap_ok(sluice_floor_wish_equal(&one, &other), "what is not used does not matter");
	other.peers[1].dialled = false;
	ktap_ok(!sluice_floor_wish_equal(&one, &other), "who begins does");
	other = one;
	other.peers[2].last++;
	ktap_ok(!sluice_floor_wish_equal(&one, &other), "and the last port");
	other = one;
	other.peers[0].own[3]++;
	ktap_ok(!sluice_floor_wish_equal(&one, &other), "and the gateway's address");
	other = one;
	other.mark = 0;
	ktap_ok(!sluice_floor_wish_equal(&one, &other), "and the mark");
}

/* What somebody does to the floor, and that it stands again. */
static void test_restore(struct sluice_floor *floor, struct sluice_messages *messages)
{
	static const struct {
		const char *command;
		bool touched;
	} rows[] = {
		{ "flush ruleset", true },
		{ "delete table inet sluice", true },
		{ "delete table bridge sluice", true },
		{ "flush chain inet sluice forward", true },
		{ "insert rule inet sluice forward accept", true },
		{ "add rule inet sluice forward accept", true },
		{ "insert rule inet sluice input accept", true },
		{ "chain inet sluice forward \\{ policy accept\\; \\}", true },
		{ "add table inet sluice \\{ flags dormant\\; \\}", true },
		{ "add chain inet sluice extra", true },
		{ "delete table inet sluice\\; table inet sluice \\{ chain forward \\{ type filter hook forward priority 7\\; \\}\\; \\}",
		  true },
		{ "add table ip stranger", false },
		{ "delete table ip stranger", false },
	};
	struct sluice_floor_wish wish = complete(NONCE);
	struct pollfd waiting = { .events = POLLIN };

	go(ROUTER);
	sluice_floor_put(floor, &wish, messages);
	ktap_ok(sluice_floor_dispatch(floor, messages) == 0, "our own changes are no event");
	waiting.fd = sluice_floor_fd(floor);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int heard, answer;

		shell("nft %s", rows[i].command);
		heard = poll(&waiting, 1, PATIENCE_MS);
		answer = sluice_floor_dispatch(floor, messages);
		ktap_ok(heard == 1 && answer == rows[i].touched &&
			!sluice_floor_check(floor, messages),
			"nft %s: %s", rows[i].command,
			rows[i].touched ? "heard, and the floor stands again" : "not our matter");
	}
	/* flush ruleset took the module's stand-in along */
	play_module();
	sluice_floor_dispatch(floor, messages);
}

#define REFRESHES	20
#define NUMBERED	3000

/* Shared with the sender. */
struct traffic {
	volatile uint32_t sent;
	volatile bool stop;
};

/* About 10 000 packets a second, until it is told to stop. */
static pid_t send_numbered(struct traffic *traffic)
{
	struct sockaddr_in target = { .sin_family = AF_INET, .sin_port = htons(JUDGED) };
	const struct timespec pause = { .tv_nsec = 50000 };
	pid_t child = fork();
	int fd;

	if (child)
		return child;
	go(LEFT);
	inet_pton(AF_INET, "10.0.2.2", &target.sin_addr);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	while (!traffic->stop) {
		uint32_t number = traffic->sent;

		traffic->sent += sendto(fd, &number, sizeof(number), 0, (struct sockaddr *)&target,
					sizeof(target)) > 0;
		nanosleep(&pause, NULL);
	}
	_exit(0);
}

static unsigned int drain(int fd, int patience)
{
	unsigned int came = 0;

	while (arrived(fd, patience))
		came++;
	return came;
}

static void test_refresh(struct sluice_floor *floor, struct sluice_messages *messages)
{
	struct traffic *traffic = mmap(NULL, sizeof(*traffic), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sluice_floor_wish wish = complete(NONCE);
	int listener = listen_at(RIGHT, JUDGED);
	unsigned int came = 0, puts = 0;
	pid_t sender;

	go(ROUTER);
	sluice_floor_put(floor, &wish, messages);
	sender = send_numbered(traffic);
	came += arrived(listener, PATIENCE_MS);
	for (; puts < REFRESHES || traffic->sent < NUMBERED; puts++) {
		sluice_floor_put(floor, puts & 1 ? &marked : &wish, messages);
		came += drain(listener, 0);
	}
	traffic->stop = true;
	waitpid(sender, NULL, 0);
	while (came < traffic->sent && arrived(listener, PATIENCE_MS))
		came++;
	ktap_ok(came == traffic->sent && came > REFRESHES,
		"%u refreshes under traffic lose none of %u packets (%u came)", puts, traffic->sent,
		came);
	munmap(traffic, sizeof(*traffic));
	close(listener);
}

static void test_bounds(struct sluice_floor *floor, struct sluice_messages *messages)
{
	struct sluice_floor_wish wish = complete(NONCE);
	size_t before = messages->errors;

	wish.peer_count = SLUICE_FLOOR_PEERS + 1;
	go(ROUTER);
	ktap_ok(sluice_floor_put(floor, &wish, messages) == -E2BIG &&
		messages->errors == before + 1, "too many peers are refused with one message");
	wish = complete(NONCE);
	while (wish.peer_count < SLUICE_FLOOR_PEERS) {
		wish.peers[wish.peer_count] = wish.peers[0];
		wish.peers[wish.peer_count++].family = 6;
	}
	ktap_ok(!sluice_floor_put(floor, &wish, messages) && !sluice_floor_check(floor, messages),
		"the most peers that it takes");
}

static void test_takeover(struct sluice_floor *floor, struct sluice_messages *messages)
{
	struct sluice_floor_wish wish = complete(NONCE);
	struct sluice_floor *other;

	sluice_floor_put(floor, &wish, messages);
	other = floor_open(messages);
	ktap_ok(sluice_floor_check(other, messages) == -ENOENT,
		"a second process sees that the floor is not the closed one");
	ktap_ok(!sluice_floor_put(other, &wish, messages) && !sluice_floor_check(other, messages),
		"and puts the same again");
	ktap_ok(sluice_floor_dispatch(floor, messages) == 0, "which the first one finds in order");
	ktap_ok(!sluice_floor_remove(other, messages), "the floor is removed");
	sluice_floor_close(other);
	ktap_ok(sluice_floor_dispatch(floor, messages) == 1 && !sluice_floor_check(floor, messages),
		"by a stranger, so it stands again");
	ktap_ok(!sluice_floor_remove(floor, messages) && !sluice_floor_remove(floor, messages),
		"removing it twice is no error");
}

int main(void)
{
	struct sluice_messages messages;
	struct sluice_floor *floor;

	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return 4;
	}
	sluice_messages_init(&messages, NULL);
	make_places();
	connect_places();
	bridge_places();
	play_module();
	floor = floor_open(&messages);
	test_forwarding(floor, &messages);
	test_local(floor, &messages);
	test_services(floor, &messages);
	test_six(floor, &messages);
	test_bridge(floor, &messages);
	test_equal();
	test_restore(floor, &messages);
	test_refresh(floor, &messages);
	test_bounds(floor, &messages);
	test_takeover(floor, &messages);
	sluice_floor_close(floor);
	sluice_messages_release(&messages);
	return ktap_done();
}
