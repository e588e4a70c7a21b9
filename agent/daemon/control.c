// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket; see control.h. */
#include "daemon/control.h"

#include <endian.h>
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/denials.h"
#include "daemon/request.h"
#include "lib/memory.h"

/*
 * Everybody may connect, so everybody is bounded: a stranger by himself, all strangers together, and
 * all but root, so that an administrator always finds a place.
 */
#define CONNECTIONS_MAX 64		/* at once */
#define CONNECTIONS_OTHERS 48		/* of users that are not root */
#define CONNECTIONS_USER 16		/* of one user of our groups */
#define CONNECTIONS_STRANGERS 16	/* of users in none of our groups, together */
#define CONNECTIONS_STRANGER 4		/* of one such user */

/* A peer that asks nothing, and follows nothing, is hung up on. */
#define IDLE_SECONDS 60
#define IDLE_STRANGER_SECONDS 5

#define BACKLOG_BYTES (16u << 20)	/* a peer that reads more slowly than this is hung up on */
#define FOLLOW_BYTES (1u << 20)		/* and a follower loses denials, told, beyond this */
#define GROUPS_MAX 1024

/**
 * struct connection - one peer
 * @control: socket it came by
 * @next: list
 * @peer: who it is
 * @file: descriptor
 * @source: in the event loop
 * @idle: runs when it asked nothing for too long
 * @input: what came of the next frame
 * @filled: bytes of it
 * @output: what waits to be sent, @output_length bytes of which @output_sent are gone
 * @follow_next: next denial to send, 0 when not following
 */
struct connection {
	struct sluice_control *control;
	struct connection *next;
	struct sluice_peer peer;
	int file;
	sd_event_source *source;
	sd_event_source *idle;
	char input[sizeof(uint32_t) + SLUICE_CONTROL_REQUEST_MAX];
	size_t filled;
	char *output;
	size_t output_length;
	size_t output_sent;
	uint64_t follow_next;
};

struct sluice_control {
	struct sluice_daemon *daemon;
	int file;
	sd_event_source *source;
	char *path;
	struct connection *connections;
	size_t count;
	uint64_t last_id;
};

/* ---- Who it is ---- */

static bool is_member(const char *group, gid_t primary, const gid_t *groups, size_t count)
{
	const struct group *entry = getgrnam(group);

	if (!entry)
		return false;
	if (entry->gr_gid == primary)
		return true;
	for (size_t i = 0; i < count; i++)
		if (groups[i] == entry->gr_gid)
			return true;
	return false;
}

static enum sluice_access access_of(int file, const struct ucred *credentials)
{
	gid_t groups[GROUPS_MAX];
	socklen_t length = sizeof(groups);
	size_t count;

	if (credentials->uid == 0)
		return SLUICE_ACCESS_ADMIN;
	if (getsockopt(file, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0)
		return SLUICE_ACCESS_NONE;
	count = length / sizeof(groups[0]);
	if (is_member("sluice-admin", credentials->gid, groups, count))
		return SLUICE_ACCESS_ADMIN;
	if (is_member("sluice-operate", credentials->gid, groups, count))
		return SLUICE_ACCESS_OPERATE;
	if (is_member("sluice-view", credentials->gid, groups, count))
		return SLUICE_ACCESS_VIEW;
	return SLUICE_ACCESS_NONE;
}

static bool identify(int file, struct sluice_peer *peer)
{
	struct ucred credentials;
	socklen_t length = sizeof(credentials);

	if (getsockopt(file, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
		return false;
	peer->uid = credentials.uid;
	peer->pid = credentials.pid;
	peer->access = access_of(file, &credentials);
	return true;
}

/* ---- One connection ---- */

static void drop_memfd(struct connection *connection)
{
	if (connection->peer.memfd >= 0)
		close(connection->peer.memfd);
	connection->peer.memfd = -1;
}

static void hang_up(struct connection *connection)
{
	struct connection **link = &connection->control->connections;

	while (*link != connection)
		link = &(*link)->next;
	*link = connection->next;
	connection->control->count--;
	sd_event_source_disable_unref(connection->source);
	sd_event_source_disable_unref(connection->idle);
	drop_memfd(connection);
	close(connection->file);
	free(connection->output);
	free(connection);
}

static struct connection *find(struct sluice_control *control, uint64_t id)
{
	struct connection *connection = control ? control->connections : NULL;

	while (connection && connection->peer.id != id)
		connection = connection->next;
	return connection;
}

/* Return: false when the peer is gone. */
static bool flush(struct connection *connection)
{
	size_t rest = connection->output_length - connection->output_sent;
	ssize_t sent = 0;

	if (rest)
		sent = send(connection->file, connection->output + connection->output_sent, rest,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	if (sent > 0)
		connection->output_sent += (size_t)sent;
	if (connection->output_sent == connection->output_length) {
		free(connection->output);
		connection->output = NULL;
		connection->output_length = connection->output_sent = 0;
	}
	sd_event_source_set_io_events(connection->source,
				      EPOLLIN | (connection->output ? EPOLLOUT : 0));
	return true;
}

static void queue(struct connection *connection, const char *text, size_t length)
{
	size_t rest = connection->output_length - connection->output_sent;
	char *output = sluice_allocate(rest + sizeof(uint32_t) + length, 1);
	uint32_t head = htole32((uint32_t)length);

	if (rest)
		memcpy(output, connection->output + connection->output_sent, rest);
	memcpy(output + rest, &head, sizeof(head));
	memcpy(output + rest + sizeof(head), text, length);
	free(connection->output);
	connection->output = output;
	connection->output_length = rest + sizeof(head) + length;
	connection->output_sent = 0;
}

/* Only marked: whoever is answering may still be using the connection. */
static void give_up_on(struct connection *connection)
{
	shutdown(connection->file, SHUT_RDWR);
}

void sluice_control_answer(struct sluice_control *control, uint64_t id, struct json_object *answer)
{
	struct connection *connection = find(control, id);
	const char *text;
	size_t length;

	if (connection) {
		text = json_object_to_json_string_length(answer,
							 JSON_C_TO_STRING_PLAIN |
								 JSON_C_TO_STRING_NOSLASHESCAPE,
							 &length);
		if (length > BACKLOG_BYTES ||
		    connection->output_length - connection->output_sent > BACKLOG_BYTES)
			give_up_on(connection);
		else
			queue(connection, text, length);
		if (!flush(connection))
			give_up_on(connection);
	}
	json_object_put(answer);
}

/* ---- Idle peers ---- */

static uint64_t patience_of(const struct connection *connection)
{
	return connection->peer.access == SLUICE_ACCESS_NONE ? IDLE_STRANGER_SECONDS : IDLE_SECONDS;
}

/* A follower only listens: whether it still does is seen when it does not read. */
static int on_idle(sd_event_source *source, uint64_t when, void *context)
{
	struct connection *connection = context;

	if (!connection->follow_next)
		hang_up(connection);
	return 0;
}

static int watch_idle(struct connection *connection)
{
	return sd_event_add_time_relative(connection->control->daemon->event, &connection->idle,
					  CLOCK_MONOTONIC, patience_of(connection) * 1000000, 100000,
					  on_idle, connection);
}

/* It asked for something. A stranger is refused whatever he asks, and gets no more time for it. */
static void not_idle(struct connection *connection)
{
	if (connection->peer.access == SLUICE_ACCESS_NONE)
		return;
	sd_event_source_set_time_relative(connection->idle, patience_of(connection) * 1000000);
	sd_event_source_set_enabled(connection->idle, SD_EVENT_ONESHOT);
}

/* ---- Following ---- */

void sluice_control_follow(struct sluice_control *control, uint64_t id, uint64_t next)
{
	struct connection *connection = find(control, id);

	if (connection)
		connection->follow_next = next;
}

static void push_to(struct connection *connection)
{
	struct sluice_denials *denials = connection->control->daemon->denials;
	uint64_t first = sluice_denials_first(denials), end = sluice_denials_next(denials);
	struct json_object *frame;

	if (connection->follow_next < first)
		connection->follow_next = first;
	for (; connection->follow_next < end; connection->follow_next++) {
		if (connection->output_length - connection->output_sent > FOLLOW_BYTES)
			return;
		frame = json_object_new_object();
		json_object_object_add(frame, "denial",
				       json_object_get(sluice_denials_get(
					       denials, connection->follow_next)));
		sluice_control_answer(connection->control, connection->peer.id, frame);
	}
}

void sluice_control_push_denials(struct sluice_control *control)
{
	struct connection *connection = control ? control->connections : NULL;

	for (; connection; connection = connection->next)
		if (connection->follow_next)
			push_to(connection);
}

/* ---- Receiving ---- */

/* The first descriptor is kept, all others are closed. */
static void take_descriptors(struct connection *connection, struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	int file;

	for (; control; control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; at + CMSG_LEN(sizeof(file)) <= control->cmsg_len;
		     at += sizeof(file)) {
			memcpy(&file, CMSG_DATA(control) + at, sizeof(file));
			if (connection->peer.memfd < 0)
				connection->peer.memfd = file;
			else
				close(file);
		}
	}
}

static ssize_t receive(struct connection *connection)
{
	char room[CMSG_SPACE(4 * sizeof(int))] __attribute__((aligned(8)));
	struct iovec part = {
		.iov_base = connection->input + connection->filled,
		.iov_len = sizeof(connection->input) - connection->filled,
	};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	ssize_t got = recvmsg(connection->file, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got > 0)
		take_descriptors(connection, &message);
	return got;
}

/* Return: false when the peer breaks the framing. */
static bool handle_frames(struct connection *connection)
{
	uint32_t length;

	while (connection->filled >= sizeof(length)) {
		memcpy(&length, connection->input, sizeof(length));
		length = le32toh(length);
		if (length > SLUICE_CONTROL_REQUEST_MAX)
			return false;
		if (connection->filled < sizeof(length) + length)
			break;
		not_idle(connection);
		sluice_request_handle(connection->control->daemon, &connection->peer,
				      connection->input + sizeof(length), length);
		drop_memfd(connection);
		connection->filled -= sizeof(length) + length;
		memmove(connection->input, connection->input + sizeof(length) + length,
			connection->filled);
	}
	return true;
}

static int on_peer(sd_event_source *source, int file, uint32_t events, void *context)
{
	struct connection *connection = context;
	ssize_t got;

	if (events & EPOLLOUT && !flush(connection)) {
		hang_up(connection);
		return 0;
	}
	if (connection->follow_next)
		push_to(connection);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return 0;
	got = receive(connection);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0) {
		hang_up(connection);
		return 0;
	}
	connection->filled += (size_t)got;
	if (!handle_frames(connection))
		hang_up(connection);
	return 0;
}

/* ---- Admitting ---- */

/* Those that are there already, seen from a new one. */
struct crowd {
	size_t others;		/* not root */
	size_t strangers;
	size_t same_user;
};

static struct crowd look_around(const struct sluice_control *control, const struct sluice_peer *peer)
{
	const struct connection *connection = control->connections;
	struct crowd crowd = {};

	for (; connection; connection = connection->next) {
		crowd.others += connection->peer.uid != 0;
		crowd.strangers += connection->peer.access == SLUICE_ACCESS_NONE;
		crowd.same_user += connection->peer.uid == peer->uid;
	}
	return crowd;
}

static bool has_room(const struct sluice_control *control, const struct sluice_peer *peer)
{
	struct crowd crowd = look_around(control, peer);

	if (control->count >= CONNECTIONS_MAX)
		return false;
	if (peer->uid == 0)
		return true;
	if (crowd.others >= CONNECTIONS_OTHERS)
		return false;
	if (peer->access != SLUICE_ACCESS_NONE)
		return crowd.same_user < CONNECTIONS_USER;
	return crowd.strangers < CONNECTIONS_STRANGERS && crowd.same_user < CONNECTIONS_STRANGER;
}

/* Before any memory is spent on it: one frame that says why, if it goes out at once. */
static void turn_away(int file)
{
	static const char text[] =
		"{\"ok\":false,\"error\":\"EUSERS\",\"messages\":[{\"severity\":\"error\","
		"\"text\":\"sluiced has too many connections of this user, or of all\","
		"\"hint\":\"end those that are not needed: ss -xp | grep sluice\"}]}";
	struct {
		uint32_t length;
		char text[sizeof(text) - 1];
	} __attribute__((packed)) frame = {.length = htole32(sizeof(text) - 1)};

	memcpy(frame.text, text, sizeof(frame.text));
	send(file, &frame, sizeof(frame), MSG_NOSIGNAL | MSG_DONTWAIT);
	close(file);
}

static void admit(struct sluice_control *control, int file, const struct sluice_peer *peer)
{
	struct connection *connection = sluice_allocate(1, sizeof(*connection));

	connection->control = control;
	connection->file = file;
	connection->peer = *peer;
	connection->peer.id = ++control->last_id;
	connection->next = control->connections;
	control->connections = connection;
	control->count++;
	if (sd_event_add_io(control->daemon->event, &connection->source, file, EPOLLIN, on_peer,
			    connection) < 0 ||
	    watch_idle(connection) < 0)
		hang_up(connection);
}

static int on_connect(sd_event_source *source, int file, uint32_t events, void *context)
{
	struct sluice_control *control = context;
	struct sluice_peer peer = {.memfd = -1};
	int accepted = accept4(file, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (accepted < 0)
		return 0;
	if (!identify(accepted, &peer))
		close(accepted);
	else if (!has_room(control, &peer))
		turn_away(accepted);
	else
		admit(control, accepted, &peer);
	return 0;
}

/* ---- Listening ---- */

static int refuse(struct sluice_messages *messages, const char *path, int error)
{
	sluice_message_error(messages, NULL, "%s: cannot listen: %s", path, strerror(error));
	return -error;
}

static int listen_on(const char *path, struct sluice_messages *messages)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file;

	if (strlen(path) >= sizeof(address.sun_path))
		return refuse(messages, path, ENAMETOOLONG);
	strcpy(address.sun_path, path);
	file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (file < 0)
		return refuse(messages, path, errno);
	unlink(path);
	/* Everybody may knock: the answer says which group is missing. */
	if (bind(file, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, 0666) < 0 || listen(file, 16) < 0) {
		int error = errno;

		close(file);
		return refuse(messages, path, error);
	}
	return file;
}

int sluice_control_open(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	struct sluice_control *control = sluice_allocate(1, sizeof(*control));

	mkdir(daemon->config.run, 0755);
	control->daemon = daemon;
	control->path = sluice_format("%s/control", daemon->config.run);
	control->file = listen_on(control->path, messages);
	if (control->file < 0 ||
	    sd_event_add_io(daemon->event, &control->source, control->file, EPOLLIN, on_connect,
			    control) < 0) {
		int error = control->file < 0 ? control->file : -ENOMEM;

		sluice_control_close(control);
		return error;
	}
	daemon->control = control;
	return 0;
}

void sluice_control_close(struct sluice_control *control)
{
	if (!control)
		return;
	while (control->connections)
		hang_up(control->connections);
	sd_event_source_disable_unref(control->source);
	if (control->file >= 0) {
		close(control->file);
		unlink(control->path);
	}
	free(control->path);
	free(control);
}
