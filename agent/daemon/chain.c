// SPDX-License-Identifier: GPL-2.0-or-later
/* Trust files that follow each other; see chain.h. */
#include "daemon/chain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "daemon/crash.h"
#include "daemon/install.h"
#include "daemon/ladder.h"
#include "daemon/layers.h"
#include "daemon/settle.h"
#include "lib/file.h"
#include "lib/memory.h"

#define END_OF_CHAIN 1

static char *path_of(const struct sluice_daemon *daemon, uint64_t version)
{
	return sluice_format("%s/trust/%" PRIu64 ".slu", daemon->config.state, version);
}

/* ---- On disk ---- */

/* Only what is not there follows not. What cannot be read may be the file that took somebody's right to sign away. */
static bool is_end(const char *path)
{
	struct stat status;

	return lstat(path, &status) && errno == ENOENT;
}

/*
 * No date refuses what is on disk: it was judged when it was installed, and a gateway must boot.
 *
 * Return: 0; END_OF_CHAIN when none follows; a negative error.
 */
static int open_next(const struct sluice_daemon *daemon, const struct sluice_trust *current,
		     struct sluice_trust *next, struct sluice_messages *messages)
{
	char *path = path_of(daemon, current->manifest.version + 1);
	int error = is_end(path) ? END_OF_CHAIN : sluice_trust_open(path, next, messages);

	if (!error) {
		error = sluice_trust_follows(next, current, 0, messages);
		if (error)
			sluice_trust_close(next);
	}
	free(path);
	return error;
}

static void replace(struct sluice_trust *trust, const struct sluice_trust *next)
{
	sluice_trust_close(trust);
	*trust = *next;
}

/* From the first to the one with this identity, or to the last one. */
static int walk(const struct sluice_daemon *daemon, const uint8_t *identity,
		struct sluice_trust *trust, struct sluice_messages *messages)
{
	struct sluice_trust current = {}, next = {};
	int error = sluice_trust_open(daemon->config.trust, &current, messages);

	while (!error && !(identity && sluice_identity_equal(current.identity, identity))) {
		error = open_next(daemon, &current, &next, messages);
		if (!error)
			replace(&current, &next);
	}
	if (error < 0) {
		sluice_trust_close(&current);
		return error;
	}
	*trust = current;
	return 0;
}

int sluice_chain_newest(const struct sluice_daemon *daemon, struct sluice_trust *trust,
			struct sluice_messages *messages)
{
	return walk(daemon, NULL, trust, messages);
}

/* ---- And in the module ---- */

static const uint8_t *wanted(const struct sluice_daemon *daemon)
{
	return daemon->now.has_trust ? daemon->now.trust_digest : daemon->now.anchor;
}

int sluice_chain_open(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	struct sluice_trust trust = {};
	int error;

	if (daemon->trusted)
		return 0;
	if (!daemon->now.has_anchor && !daemon->now.has_trust) {
		sluice_message_error(messages, NULL, "the module was loaded without an anchor");
		sluice_message_hint(messages, "write the digest of the first trust file to "
				    "/etc/modprobe.d/sluice.conf (sluiced(8)), then rmmod sluice "
				    "and systemctl restart sluiced");
		return -ENOKEY;
	}
	error = walk(daemon, wanted(daemon), &trust, messages);
	if (!error)
		error = sluice_trust_is_anchor(&trust, wanted(daemon), messages);
	if (error) {
		sluice_trust_close(&trust);
		return error;
	}
	daemon->trust = trust;
	daemon->trusted = true;
	return 0;
}

static struct sluice_kernel_signed signed_by(const struct sluice_trust *trust)
{
	struct sluice_kernel_signed item = {
		.envelope = (const struct sluice_envelope *)trust->bundle.envelope.bytes,
		.count = trust->bundle.signature_count,
		.data = trust->bundle.image.bytes,
		.length = trust->bundle.image.length,
	};

	for (size_t i = 0; i < item.count; i++) {
		item.signatures[i] = trust->bundle.signatures[i].bytes;
		item.lengths[i] = trust->bundle.signatures[i].length;
	}
	return item;
}

static int tell(struct sluice_daemon *daemon, const struct sluice_trust *trust,
		struct sluice_messages *messages)
{
	struct sluice_kernel_signed item = signed_by(trust);
	int error = sluice_kernel_trust_load(daemon->kernel, &item, messages);

	return error ? error : sluice_layers_refresh(daemon, messages);
}

int sluice_chain_follow(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	struct sluice_trust next = {};
	int error = 0;

	if (!daemon->now.has_trust)
		error = tell(daemon, &daemon->trust, messages);
	while (!error) {
		error = open_next(daemon, &daemon->trust, &next, messages);
		if (error)
			break;
		error = tell(daemon, &next, messages);
		if (!error)
			replace(&daemon->trust, &next);
		else
			sluice_trust_close(&next);
	}
	return error < 0 ? error : 0;
}

/* ---- The next one ---- */

bool sluice_chain_admits(const struct sluice_daemon *daemon, const struct sluice_held *held)
{
	struct sluice_bundle_state state = sluice_settle_memory(daemon, SLUICE_TRUST_NO_DATES);
	struct sluice_messages messages;
	int error;

	sluice_messages_init(&messages, NULL);
	error = sluice_bundle_verify(&held->bundle, &daemon->trust, &state, NULL, NULL, &messages);
	sluice_messages_release(&messages);
	return !error;
}

static void warn(const struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_held *confirmed = daemon->live[SLUICE_LIVE_CONFIRMED].held;

	if (!confirmed || sluice_chain_admits(daemon, confirmed))
		return;
	sluice_message_warning(messages, NULL,
			       "the policy in force stays in force, but will not boot under this trust "
			       "file");
	sluice_message_hint(messages, "install a policy that was signed under it before the next boot");
}

static int store(const struct sluice_daemon *daemon, const struct sluice_trust *next,
		 struct sluice_bytes bytes, struct sluice_messages *messages)
{
	char *path = path_of(daemon, next->manifest.version);
	int error = sluice_file_replace(path, bytes.bytes, bytes.length, 0600, messages);

	free(path);
	return error;
}

static void take_back(const struct sluice_daemon *daemon, const struct sluice_trust *next)
{
	char *path = path_of(daemon, next->manifest.version);

	sluice_file_remove(path);
	free(path);
}

/* The module has the last word; what it refuses must not be found at the next boot. */
static int put_in_force(struct sluice_daemon *daemon, const struct sluice_trust *next,
			struct sluice_bytes bytes, struct sluice_messages *messages)
{
	uint64_t before = daemon->trust.manifest.version;
	int error = store(daemon, next, bytes, messages);

	if (error)
		return error;
	sluice_crash_point("trust.stored");
	error = sluice_chain_follow(daemon, messages);
	sluice_crash_point("trust.loaded");
	if (error && daemon->trust.manifest.version == before)
		take_back(daemon, next);
	return error;
}

static int is_followed(struct sluice_daemon *daemon, const struct sluice_trust *next,
		       struct sluice_bytes bytes, struct sluice_messages *messages)
{
	uint64_t now = sluice_settle_memory(daemon, 0).now;
	int error;

	if (sluice_identity_equal(next->identity, daemon->trust.identity)) {
		sluice_message_note(messages, NULL, "it is in force already");
		return 0;
	}
	error = sluice_trust_follows(next, &daemon->trust, now, messages);
	if (!error)
		error = put_in_force(daemon, next, bytes, messages);
	if (error)
		return error;
	sluice_install_forget_staged(daemon);
	sluice_daemon_log(LOG_NOTICE, "trust file version %" PRIu64 " is in force",
			  daemon->trust.manifest.version);
	warn(daemon, messages);
	return 0;
}

int sluice_chain_install(struct sluice_daemon *daemon, struct sluice_bytes bytes,
			 struct sluice_messages *messages)
{
	struct sluice_trust next = {};
	int error = sluice_install_may_begin(daemon, messages);

	if (!error)
		error = sluice_trust_open_bytes(bytes, &next, messages);
	if (error)
		return error;
	error = is_followed(daemon, &next, bytes, messages);
	sluice_trust_close(&next);
	if (!error)
		sluice_ladder_run(daemon);
	return error;
}
