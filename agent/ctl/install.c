// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl policy install, confirm, rollback; trust install; release. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client.h"
#include "duration.h"
#include "lib/file.h"
#include "live.h"
#include "sealing.h"
#include "sluice.h"
#include "trust/bundle.h"
#include "word.h"

#define TRIAL_DEFAULT_MS (10 * 60 * 1000)

/* What sluiced gets can no more change, and reading it cannot make it wait. */
static int seal(const uint8_t *bytes, size_t length)
{
	int file = memfd_create("sluice-bundle", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t done = 0;
	ssize_t wrote;

	while (file >= 0 && done < length) {
		wrote = write(file, bytes + done, length - done);
		if (wrote <= 0 && errno != EINTR)
			break;
		if (wrote > 0)
			done += (size_t)wrote;
	}
	if (file >= 0 && done == length &&
	    !fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		return file;
	if (file >= 0)
		close(file);
	return -1;
}

static int load(const char *path, struct sluice_messages *messages)
{
	uint8_t *bytes;
	size_t length;
	int file;

	if (sluice_file_load(path, SLUICE_BUNDLE_BYTES, &bytes, &length, messages))
		return -1;
	file = seal(bytes, length);
	free(bytes);
	if (file < 0)
		sluice_message_error(messages, NULL, "%s: no memory for a copy", path);
	return file;
}

/* A sealed copy of a file; -1 after a message. */
static int open_copy(const char *path)
{
	struct sluice_messages messages;
	int file;

	sluice_messages_init(&messages, NULL);
	file = load(path, &messages);
	sluice_messages_print(&messages, stderr);
	sluice_messages_release(&messages);
	return file;
}

/* A request with a file beside it; takes the request over. */
static int hand_over(struct json_object *request, const char *path, bool json, const char *done)
{
	int file = open_copy(path), status;

	if (file < 0) {
		json_object_put(request);
		return SLUICE_EXIT_NO;
	}
	status = sluice_live_do(request, file, json, done);
	close(file);
	return status;
}

/* ---- Dry run ---- */

static void show_ends(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *flow;

	sluice_walk_table(walk, "ends", NULL);
	for (size_t i = 0; (flow = sluice_live_item(answer, "ends", i)); i++) {
		sluice_walk_row(walk);
		sluice_walk_text(walk, "from", "FROM", sluice_live_text(flow, "from"));
		sluice_walk_number(walk, "source_port", "PORT",
				   sluice_live_number(flow, "source_port"));
		sluice_walk_text(walk, "to", "TO", sluice_live_text(flow, "to"));
		sluice_walk_text(walk, "service", "SERVICE", sluice_live_text(flow, "service"));
		sluice_walk_text(walk, "conduit", "CONDUIT NOW", sluice_live_text(flow, "conduit"));
		sluice_walk_text(walk, "reason", "REASON THEN", sluice_live_text(flow, "reason"));
	}
	sluice_walk_close(walk);
}

static void show_dryrun(struct sluice_walk *walk, struct json_object *answer)
{
	struct json_object *line;

	sluice_walk_number(walk, "version", "Version", sluice_live_number(answer, "version"));
	sluice_walk_number(walk, "version_in_force", "Version in force",
			   sluice_live_number(answer, "version_in_force"));
	sluice_walk_list(walk, "differences", "Differences");
	for (size_t i = 0; (line = sluice_live_item(answer, "differences", i)); i++)
		sluice_walk_line(walk, NULL, "%s", json_object_get_string(line));
	sluice_walk_close(walk);
	sluice_walk_number(walk, "flows", "Live flows", sluice_live_number(answer, "flows"));
	sluice_walk_number(walk, "ending", "Flows that end", sluice_live_number(answer, "ending"));
	show_ends(walk, answer);
	sluice_walk_note(walk, "%s", "It would be accepted; nothing was changed.");
}

static int dry_run(const char *path, bool json)
{
	int file = open_copy(path), status;

	if (file < 0)
		return SLUICE_EXIT_NO;
	status = sluice_live_show_of(sluice_client_request("dry-run"), file, json, show_dryrun);
	close(file);
	return status;
}

/* ---- Install ---- */

static int install(const char *path, uint64_t trial_ms, bool json)
{
	struct json_object *request = sluice_client_request("install");

	json_object_object_add(request, "trial_ms", json_object_new_uint64(trial_ms));
	return hand_over(request, path, json,
			 trial_ms ? "on trial: it reverts by itself unless you say "
				    "sluicectl policy confirm"
				  : "in force and confirmed");
}

int sluice_trust_install_word(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {}};
	bool json = false;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return SLUICE_EXIT_USAGE;
		json = true;
	}
	if (optind + 1 != argc) {
		fprintf(stderr, "sluicectl trust install: name one trust file\n");
		return SLUICE_EXIT_USAGE;
	}
	return hand_over(sluice_client_request("trust"), argv[optind], json,
			 "the trust file is in force");
}

static int usage(void)
{
	fprintf(stderr, "usage: sluicectl policy install %s\n", SLUICE_POLICY_INSTALL_ARGUMENTS);
	return SLUICE_EXIT_USAGE;
}

int sluice_policy_install_word(int argc, char **argv)
{
	static const struct option options[] = {
		{"trial", required_argument, NULL, 't'},
		{"confirm-now", no_argument, NULL, 'c'},
		{"dry-run", no_argument, NULL, 'd'},
		{"json", no_argument, NULL, 'j'},
		{},
	};
	uint64_t trial_ms = TRIAL_DEFAULT_MS;
	bool json = false, now = false, dry = false, trial = false;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		trial |= option == 't';
		if (option == 't')
			trial_ms = sluice_duration_parse(optarg, SLUICE_MAX_TRIAL_MS);
		else if (option == 'c')
			now = true;
		else if (option == 'd')
			dry = true;
		else if (option == 'j')
			json = true;
		else
			return usage();
	}
	if (!trial_ms || trial_ms > SLUICE_MAX_TRIAL_MS) {
		fprintf(stderr, "sluicectl policy install: --trial takes 1s to 24h, with s, m or h\n");
		return SLUICE_EXIT_USAGE;
	}
	if (trial + now + dry > 1) {
		fprintf(stderr, "sluicectl policy install: --trial, --confirm-now and --dry-run exclude "
				"each other\n");
		return SLUICE_EXIT_USAGE;
	}
	if (optind + 1 != argc) {
		fprintf(stderr, "sluicectl policy install: name one bundle\n");
		return usage();
	}
	if (dry)
		return dry_run(argv[optind], json);
	return install(argv[optind], now ? 0 : trial_ms, json);
}

static int simple(int argc, char **argv, const char *name, const char *done)
{
	bool json = false;

	if (!sluice_live_options(argc, argv, &json, NULL))
		return SLUICE_EXIT_USAGE;
	return sluice_live_do(sluice_client_request(name), -1, json, done);
}

int sluice_policy_confirm_word(int argc, char **argv)
{
	return simple(argc, argv, "confirm", "confirmed");
}

int sluice_policy_rollback_word(int argc, char **argv)
{
	return simple(argc, argv, "rollback", "the policy before is in force");
}

int sluice_release_word(int argc, char **argv)
{
	return simple(argc, argv, "release",
		      "everything is closed; stop sluiced, then the module may be unloaded");
}
