/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket RUN/control.
 *
 * A stream of frames both ways: 4 bytes length, little-endian, then that many bytes of JSON. A
 * request is one object {"request": NAME, ...}; the answer is one object with "error" or without;
 * `denials` with "follow" goes on with one frame {"denial": ...} each until the peer hangs up. A
 * bundle travels as a sealed memfd beside the request (SCM_RIGHTS): it can neither change after
 * it was verified nor keep the daemon waiting.
 *
 * Who may ask what is decided by the kernel's word on the peer (SO_PEERCRED, SO_PEERGROUPS) and one
 * table of requests.
 */
#ifndef SLUICE_DAEMON_CONTROL_H
#define SLUICE_DAEMON_CONTROL_H

#include <json-c/json.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/message.h"

struct sluice_control;
struct sluice_daemon;

#define SLUICE_CONTROL_REQUEST_MAX 65536

/** enum sluice_access - what a peer may do; each includes those before it */
enum sluice_access {
	SLUICE_ACCESS_NONE,
	SLUICE_ACCESS_VIEW,	/* group sluice-view */
	SLUICE_ACCESS_OPERATE,	/* group sluice-operate */
	SLUICE_ACCESS_ADMIN,	/* group sluice-admin, and root */
};

/**
 * struct sluice_peer - who is at the other end, as the kernel says
 * @id: of the connection, never used twice
 * @uid: user
 * @pid: process
 * @access: what it may do
 * @memfd: descriptor that came with the request, or -1; closed by the socket's side
 */
struct sluice_peer {
	uint64_t id;
	uid_t uid;
	pid_t pid;
	enum sluice_access access;
	int memfd;
};

/**
 * sluice_control_open() - listen
 * @daemon: whose requests are answered
 * @messages: receives the error
 *
 * Return: 0 or a negative errno.
 */
int sluice_control_open(struct sluice_daemon *daemon, struct sluice_messages *messages);

/** sluice_control_close() - hang up on everybody; NULL is allowed */
void sluice_control_close(struct sluice_control *control);

/**
 * sluice_control_answer() - send a frame to a peer
 * @control: socket; may be NULL
 * @id: of the connection; nothing happens when it is gone
 * @answer: taken over
 */
void sluice_control_answer(struct sluice_control *control, uint64_t id,
			   struct json_object *answer);

/**
 * sluice_control_follow() - from now on this peer gets every denial
 * @control: socket
 * @id: of the connection
 * @next: first sequence number that it has not seen
 */
void sluice_control_follow(struct sluice_control *control, uint64_t id, uint64_t next);

/** sluice_control_push_denials() - send followers what is new; NULL is allowed */
void sluice_control_push_denials(struct sluice_control *control);

#endif
