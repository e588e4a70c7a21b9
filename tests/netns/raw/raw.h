/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sluice-raw: talks to the module past the agent, and lies to it.
 *
 * Nothing of the agent is linked in: what this refuses to send would never be tried.
 */
#ifndef SLUICE_RAW_H
#define SLUICE_RAW_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluice.h"

#define RAW_MESSAGE_BYTES (256 << 10)

/**
 * struct raw_link - the generic netlink socket and the message being built
 * @socket: of libmnl
 * @family: number of the family
 * @sequence: of the last request
 * @message: the request being built, in @buffer
 * @sentence: what the kernel said about the last refusal; empty when it said nothing
 * @buffer: of @message
 */
struct raw_link {
	struct mnl_socket *socket;
	uint16_t family;
	uint32_t sequence;
	struct nlmsghdr *message;
	char sentence[512];
	char buffer[RAW_MESSAGE_BYTES];
};

/* Borrowed bytes. */
struct raw_bytes {
	uint8_t *bytes;
	size_t length;
};

/* The parts of a bundle file, writable, so that they can be spoiled. */
struct raw_bundle {
	uint8_t *storage;
	struct raw_bytes envelope;
	struct raw_bytes signatures[SLUICE_MAX_SIGNATURES];
	size_t signature_count;
	struct raw_bytes image;
};

/* Open the socket and find the family. 0, or -errno; -ENOENT when the module is not there. */
int raw_open(struct raw_link *link);

/* Begin a request. Every command but GET carries the ABI, which raw_begin_bare() leaves out. */
void raw_begin(struct raw_link *link, uint8_t command, uint16_t flags);
void raw_begin_bare(struct raw_link *link, uint8_t command, uint16_t flags);

/*
 * Send the request and read until its acknowledgement; each reply goes to `take` (may be NULL).
 * 0, or -errno with the sentence in the link.
 */
int raw_call(struct raw_link *link, mnl_cb_t take, void *context);

/* The steps of a policy's life, each one request. 0 or -errno. */
int raw_trust(struct raw_link *link, const struct raw_bundle *bundle);
int raw_stage_begin(struct raw_link *link, const struct raw_bundle *bundle);
int raw_stage_data(struct raw_link *link, uint64_t offset, const void *bytes, size_t length);
int raw_stage_end(struct raw_link *link, uint32_t *generation);
int raw_stage_abort(struct raw_link *link);
int raw_bind(struct raw_link *link, const struct raw_bundle *bundle, uint32_t generation);
int raw_publish(struct raw_link *link, uint32_t generation, uint32_t trial_ms);
int raw_simple(struct raw_link *link, uint8_t command);
int raw_generation(struct raw_link *link, uint8_t command, uint32_t generation);

/* All of the image in order, then the end. */
int raw_stage(struct raw_link *link, const struct raw_bundle *bundle, uint32_t *generation);

/* Read a bundle file; ends the program when it is none. */
void raw_bundle_load(const char *path, struct raw_bundle *bundle);

/* Bind one port of a generation, without a tag. 0 or -errno. */
int raw_bind_port(struct raw_link *link, uint32_t generation, uint32_t port, uint32_t ifindex);

/* Forget where an address was first seen. 0 or -errno; -EINVAL as well when it is no address. */
int raw_forget(struct raw_link *link, const char *address);

/* State as JSON on standard output; counters and bindings likewise. */
int raw_show_state(struct raw_link *link);
int raw_show_bindings(struct raw_link *link);
int raw_show_counters(struct raw_link *link);

int raw_show_leases(struct raw_link *link);
int raw_show_flows(struct raw_link *link);

/*
 * What stands beside the policy, from words: ADDRESS may be followed by "," and a MAC, CONDUITS is a list
 * with commas or "off". 0 or -errno.
 */
int raw_lease(struct raw_link *link, char **words);	/* ZONE ADDRESS MS held|revoked */
int raw_island(struct raw_link *link, char **words);	/* GENERATION CONDUITS */
int raw_clock(struct raw_link *link, char **words);	/* 0|1 SECONDS */
int raw_open_conduit(struct raw_link *link, char **words);	/* GENERATION CONDUIT MS */

/* Requests at random between the steps of policies' lives. -EAGAIN when the module did not answer one. */
int raw_random(struct raw_link *link, char **words);	/* SEED COUNT TRUST,POLICY... NAMESPACE */

/*
 * The Nth allocation fails, for one N after the other, or for one. 0 when nothing was half done, -EUCLEAN when
 * something was. What came of it is printed.
 */
int raw_starve_port(struct raw_link *link, char **words);	/* GENERATION PORT DEVICE TURN */
int raw_starve_activation(struct raw_link *link, char **words);	/* BUNDLE STEPS */
int raw_starve_loading(struct raw_link *link, char **words);	/* MODULE PARAMETERS STEPS */

/*
 * What must not change: everything of GET but clocks, and the reasons counted. Equal strings mean
 * that nothing changed. For free().
 */
char *raw_fingerprint(struct raw_link *link);

#define ERRORS_MAX 4

struct attacker {
	struct raw_link *link;
	struct raw_bundle *bundle;
	char *before;
	unsigned int tests, failures;
	bool all;
};

/* An attack sends what it likes and returns what the module answered. */
struct attack {
	const char *name;
	int errors[ERRORS_MAX];		/* any of these, 0 ends */
	int (*run)(struct attacker *attacker);
};

/* One attack, reported as KTAP; the module must say of itself what it said before. */
void raw_run_attack(struct attacker *attacker, const struct attack *attack);

/* Prints the plan. Exit status. */
int raw_close_attack(struct attacker *attacker);

/* Tables of attacks, as KTAP. Exit status. */
int raw_attack_standing(struct raw_link *link);
int raw_attack_stage(struct raw_link *link, struct raw_bundle *bundle, bool all);
int raw_attack_trust(struct raw_link *link, struct raw_bundle *bundle, bool all);

#endif
