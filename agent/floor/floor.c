// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The floor as a whole: put, check, hear, restore.
 */
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#include "agent/floor/inside.h"
#include "agent/lib/memory.h"

/**
 * struct sluice_floor - an open floor
 * @commands: socket whose port tells our own changes from others'
 * @events: socket that hears all changes
 * @wish: what was last put
 * @put: whether anything was
 * @bridge: the kernel has bridge tables, as far as we know
 */
struct sluice_floor {
	struct mnl_socket *commands;
	struct mnl_socket *events;
	struct sluice_floor_wish wish;
	bool put;
	bool bridge;
};

static struct mnl_socket *open_socket(unsigned int groups)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);

	if (!socket)
		return NULL;
	if (!mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID))
		return socket;
	mnl_socket_close(socket);
	return NULL;
}

int sluice_floor_open(struct sluice_messages *messages, struct sluice_floor **out)
{
	struct sluice_floor *floor = sluice_allocate(1, sizeof(*floor));
	int error;

	floor->bridge = true;
	floor->commands = open_socket(0);
	floor->events = floor->commands ? open_socket(1u << (NFNLGRP_NFTABLES - 1)) : NULL;
	if (floor->events) {
		*out = floor;
		return 0;
	}
	error = -errno;
	sluice_message_error(messages, NULL, "cannot speak to nf_tables: %s", strerror(-error));
	sluice_floor_close(floor);
	return error;
}

void sluice_floor_close(struct sluice_floor *floor)
{
	if (!floor)
		return;
	if (floor->events)
		mnl_socket_close(floor->events);
	if (floor->commands)
		mnl_socket_close(floor->commands);
	free(floor);
}

static bool no_such_family(int error)
{
	return error == -EOPNOTSUPP || error == -EAFNOSUPPORT;
}

static bool as_planned(struct sluice_floor *floor, const struct floor_plan *plan,
		       unsigned int family)
{
	char *what = NULL;
	int error = floor_compare(floor->commands, plan, family, &what);

	free(what);
	return !error;
}

/*
 * Chains of our names with other hooks cannot be changed, and foreign chains in our table would stay:
 * only then is the table replaced as a whole, which may cost traffic.
 */
static int commit(struct sluice_floor *floor, const struct floor_plan *plan, unsigned int family)
{
	int error = floor_commit(floor->commands, plan, family, false);

	if (error == -EPERM)
		return error;
	if (!error && as_planned(floor, plan, family))
		return 0;
	return floor_commit(floor->commands, plan, family, true);
}

static int commit_all(struct sluice_floor *floor, const struct floor_plan *plan)
{
	int error = commit(floor, plan, NFPROTO_INET);

	if (error || !floor->bridge)
		return error;
	error = commit(floor, plan, NFPROTO_BRIDGE);
	if (!no_such_family(error))
		return error;
	floor->bridge = false;
	return 0;
}

static int check_wish(const struct sluice_floor_wish *wish, struct sluice_messages *messages)
{
	if (wish->peer_count > SLUICE_FLOOR_PEERS) {
		sluice_message_error(messages, NULL, "the floor takes %d management peers, not %u",
				     SLUICE_FLOOR_PEERS, wish->peer_count);
		return -E2BIG;
	}
	for (unsigned int i = 0; i < wish->peer_count; i++)
		if (wish->peers[i].family != 4 && wish->peers[i].family != 6)
			return sluice_message_error(messages, NULL,
						    "management peer %u has no address", i + 1);
	return 0;
}

int sluice_floor_put(struct sluice_floor *floor, const struct sluice_floor_wish *wish,
		     struct sluice_messages *messages)
{
	struct floor_plan plan;
	int error = check_wish(wish, messages);

	if (error)
		return error;
	floor_plan_make(wish, &plan);
	error = commit_all(floor, &plan);
	floor_plan_release(&plan);
	if (error) {
		sluice_message_error(messages, NULL, "the kernel refuses the nftables floor: %s",
				     strerror(-error));
		return error;
	}
	floor->wish = *wish;
	floor->put = true;
	return 0;
}

int sluice_floor_check(struct sluice_floor *floor, struct sluice_messages *messages)
{
	struct floor_plan plan;
	char *what = NULL;
	int error;

	floor_plan_make(&floor->wish, &plan);
	error = floor_compare(floor->commands, &plan, NFPROTO_INET, &what);
	if (!error && floor->bridge)
		error = floor_compare(floor->commands, &plan, NFPROTO_BRIDGE, &what);
	floor_plan_release(&plan);
	if (what)
		sluice_message_error(messages, NULL, "the nftables floor was changed: %s", what);
	else if (error)
		sluice_message_error(messages, NULL, "the nftables floor cannot be read: %s",
				     strerror(-error));
	free(what);
	return error;
}

int sluice_floor_fd(const struct sluice_floor *floor)
{
	return mnl_socket_get_fd(floor->events);
}

static bool by_others(const void *bytes, ssize_t length, unsigned int ours)
{
	const struct nlmsghdr *message = bytes;
	int left = (int)length;

	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left))
		if (message->nlmsg_pid != ours)
			return true;
	return false;
}

/* 1 when somebody else changed anything, or when we cannot know. */
static int hear(const struct sluice_floor *floor)
{
	char bytes[MNL_SOCKET_BUFFER_SIZE] __attribute__((aligned(8)));
	unsigned int ours = mnl_socket_get_portid(floor->commands);
	int changed = 0;

	for (;;) {
		ssize_t length = recv(sluice_floor_fd(floor), bytes, sizeof(bytes), MSG_DONTWAIT);

		if (length < 0 && errno == EAGAIN)
			return changed;
		if (length < 0 && errno != ENOBUFS && errno != EINTR)
			return -errno;
		if (length < 0)
			changed |= errno == ENOBUFS;
		else
			changed |= by_others(bytes, length, ours);
	}
}

int sluice_floor_dispatch(struct sluice_floor *floor, struct sluice_messages *messages)
{
	struct sluice_floor_wish wish = floor->wish;
	int changed = hear(floor);
	int error;

	if (changed <= 0 || !floor->put)
		return changed < 0 ? changed : 0;
	error = sluice_floor_check(floor, messages);
	if (!error)
		return 0;
	error = sluice_floor_put(floor, &wish, messages);
	return error ? error : 1;
}

int sluice_floor_remove(struct sluice_floor *floor, struct sluice_messages *messages)
{
	int error = floor_delete(floor->commands, NFPROTO_INET);

	if (!error && floor->bridge)
		error = floor_delete(floor->commands, NFPROTO_BRIDGE);
	if (no_such_family(error))
		error = 0;
	if (error)
		sluice_message_error(messages, NULL, "the nftables floor cannot be removed: %s",
				     strerror(-error));
	else
		floor->put = false;
	return error;
}
