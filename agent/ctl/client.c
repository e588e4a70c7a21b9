// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking sluiced; see client.h. */
#include "client.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/memory.h"

#define ANSWER_MAX (64u << 20)

struct sluice_client {
	int file;
};

/* ---- Connecting ---- */

static int refuse(struct sluice_messages *messages, const char *path, int error)
{
	sluice_message_error(messages, NULL, "%s: sluiced cannot be asked: %s", path,
			     strerror(error));
	if (error == ENOENT || error == ECONNREFUSED)
		sluice_message_hint(messages, "it does not run: systemctl status sluiced; journalctl -u "
				    "sluiced. What was in force stays in force; after a reboot "
				    "nothing is forwarded until it runs");
	return -error;
}

int sluice_client_open(const char *path, struct sluice_client **client,
		       struct sluice_messages *messages)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file;

	if (!path)
		path = getenv("SLUICE_CONTROL");
	if (!path)
		path = SLUICE_CLIENT_SOCKET;
	if (strlen(path) >= sizeof(address.sun_path))
		return refuse(messages, path, ENAMETOOLONG);
	strcpy(address.sun_path, path);
	file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (file < 0)
		return refuse(messages, path, errno);
	if (connect(file, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		close(file);
		return refuse(messages, path, error);
	}
	*client = sluice_allocate(1, sizeof(**client));
	(*client)->file = file;
	return 0;
}

void sluice_client_close(struct sluice_client *client)
{
	if (!client)
		return;
	close(client->file);
	free(client);
}

/* ---- Frames ---- */

static int send_all(int file, const char *bytes, size_t length)
{
	ssize_t sent;

	while (length) {
		sent = send(file, bytes, length, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		bytes += sent;
		length -= (size_t)sent;
	}
	return 0;
}

static int receive_all(int file, char *bytes, size_t length)
{
	ssize_t got;

	while (length) {
		got = recv(file, bytes, length, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -ECONNRESET;
		bytes += got;
		length -= (size_t)got;
	}
	return 0;
}

/* A descriptor travels beside the first bytes. */
static int send_head(int file, uint32_t length, int descriptor)
{
	char room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {};
	uint32_t head = htole32(length);
	struct iovec part = {.iov_base = &head, .iov_len = sizeof(head)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	struct cmsghdr *control;

	if (descriptor >= 0) {
		message.msg_control = room;
		message.msg_controllen = sizeof(room);
		control = CMSG_FIRSTHDR(&message);
		control->cmsg_level = SOL_SOCKET;
		control->cmsg_type = SCM_RIGHTS;
		control->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(control), &descriptor, sizeof(descriptor));
	}
	return sendmsg(file, &message, MSG_NOSIGNAL) == sizeof(head) ? 0 : -errno;
}

static int receive_frame(struct sluice_client *client, struct json_object **answer)
{
	struct json_object *json;
	uint32_t length;
	char *text;
	int error;

	error = receive_all(client->file, (char *)&length, sizeof(length));
	if (error)
		return error;
	length = le32toh(length);
	if (length > ANSWER_MAX)
		return -EMSGSIZE;
	text = sluice_allocate(length + 1, 1);
	error = receive_all(client->file, text, length);
	json = error ? NULL : json_tokener_parse(text);
	free(text);
	if (!error && !json)
		return -EBADMSG;
	if (!error)
		*answer = json;
	return error;
}

/* ---- Asking ---- */

struct json_object *sluice_client_request(const char *name)
{
	struct json_object *request = json_object_new_object();

	json_object_object_add(request, "request", json_object_new_string(name));
	return request;
}

static const char *member(struct json_object *json, const char *key)
{
	return json_object_get_string(json_object_object_get(json, key));
}

static void take_message(struct json_object *json, struct sluice_messages *messages)
{
	struct sluice_place place = {
		.line = (unsigned int)json_object_get_int(json_object_object_get(json, "line")),
		.column = (unsigned int)json_object_get_int(json_object_object_get(json, "column")),
	};
	const char *severity = member(json, "severity"), *text = member(json, "text");
	const char *hint = member(json, "hint"), *file = member(json, "file");

	messages->file = file;
	if (severity && !strcmp(severity, "error"))
		sluice_message_error(messages, &place, "%s", text ? text : "");
	else if (severity && !strcmp(severity, "warning"))
		sluice_message_warning(messages, &place, "%s", text ? text : "");
	else
		sluice_message_note(messages, &place, "%s", text ? text : "");
	messages->file = NULL;
	if (hint)
		sluice_message_hint(messages, "%s", hint);
}

static void take_messages(struct json_object *answer, struct sluice_messages *messages)
{
	struct json_object *list = json_object_object_get(answer, "messages");

	if (!json_object_is_type(list, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		take_message(json_object_array_get_idx(list, i), messages);
}

int sluice_client_ask(struct sluice_client *client, struct json_object *request, int file,
		      struct json_object **answer, struct sluice_messages *messages)
{
	struct json_object *received = NULL;
	size_t length;
	const char *text = json_object_to_json_string_length(request, JSON_C_TO_STRING_PLAIN,
							     &length);
	int error = send_head(client->file, (uint32_t)length, file);

	if (!error)
		error = send_all(client->file, text, length);
	json_object_put(request);
	/* Who turns us away says why, and does not read on. */
	if (!error || error == -EPIPE)
		error = receive_frame(client, &received);
	if (error)
		return refuse(messages, "control socket", -error);
	take_messages(received, messages);
	if (!json_object_get_boolean(json_object_object_get(received, "ok"))) {
		json_object_put(received);
		return -EPROTO;
	}
	*answer = received;
	return 0;
}

int sluice_client_next(struct sluice_client *client, struct json_object **answer,
		       struct sluice_messages *messages)
{
	int error = receive_frame(client, answer);

	return error ? refuse(messages, "control socket", -error) : 0;
}
