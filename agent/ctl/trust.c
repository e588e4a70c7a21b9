// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl trust: make, judge and name trust files; who may sign what, and the plant's structure. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/live.h"
#include "ctl/sealing.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "policy/model.h"
#include "trust/certificate.h"
#include "trust/refuse.h"
#include "trust/text.h"
#include "trust/verify.h"

static const struct sluice_word words[];

/* Says how the word is used, from its row. */
static int misuse(const char *word, struct sluice_messages *messages)
{
	sluice_messages_print(messages, stderr);
	sluice_messages_release(messages);
	return sluice_word_usage("sluicectl trust", words, word);
}

/* ---- bundle ---- */

/**
 * struct request - the command line of `trust bundle`
 * @text: trust text, or NULL
 * @from: trust file to which signatures are added, or NULL
 * @out: file to write
 * @sealing: who signs
 * @created: seconds since 1970, 0: now
 */
struct request {
	const char *text;
	const char *from;
	const char *out;
	struct sluice_sealing sealing;
	uint64_t created;
};

static const struct option bundle_options[] = {
	{ "text", required_argument, NULL, 't' },
	{ "from", required_argument, NULL, 'f' },
	{ "sign", required_argument, NULL, 's' },
	{ "created", required_argument, NULL, 'c' },
	{ NULL, 0, NULL, 0 },
};

static int take_option(int option, struct request *request, struct sluice_messages *messages)
{
	switch (option) {
	case 't':
		request->text = optarg;
		return 0;
	case 'f':
		request->from = optarg;
		return 0;
	case 'o':
		request->out = optarg;
		return 0;
	case 's':
		return sluice_sealing_add(&request->sealing, optarg, messages);
	case 'c':
		return sluice_argument_time("--created", optarg, &request->created, messages);
	default:
		return -EINVAL;
	}
}

static int parse_bundle(int argc, char **argv, struct request *request,
			struct sluice_messages *messages)
{
	int option;

	while ((option = getopt_long(argc, argv, "o:", bundle_options, NULL)) != -1)
		if (take_option(option, request, messages))
			return -EINVAL;
	if (!request->text && optind < argc)
		request->text = argv[optind++];
	if (optind != argc || !request->out || !request->sealing.count)
		return -EINVAL;
	return !request->text == !request->from || (request->from && request->created) ? -EINVAL : 0;
}

/**
 * struct parts - what a trust file is made from
 * @bundle: spans into what follows, or a file that was loaded
 * @envelope: sealed
 * @text: the text's bytes
 * @record: serialised
 * @loaded: signatures of @bundle that were there already
 */
struct parts {
	struct sluice_bundle bundle;
	struct sluice_envelope envelope;
	uint8_t *text;
	uint8_t *record;
	size_t loaded;
};

static void release_parts(struct parts *parts)
{
	for (size_t i = parts->loaded; i < parts->bundle.signature_count; i++)
		free((void *)parts->bundle.signatures[i].bytes);
	sluice_bundle_release(&parts->bundle);
	free(parts->record);
	free(parts->text);
}

/* A certificate stands beside the text unless its path is absolute. */
static char *beside(const char *text, const char *file)
{
	const char *slash = strrchr(text, '/');

	if (file[0] == '/' || !slash)
		return sluice_copy_text(file);
	return sluice_format("%.*s/%s", (int)(slash - text), text, file);
}

static int load_certificates(const struct request *request, const struct sluice_trust_text *text,
			     struct sluice_bytes *certificates, struct sluice_messages *messages)
{
	for (size_t i = 0; i < text->file_count; i++) {
		char *path = beside(request->text, text->files[i]);
		uint8_t *der;
		int error = sluice_certificate_load(path, &der, &certificates[i].length, messages);

		free(path);
		if (error)
			return error;
		certificates[i].bytes = der;
	}
	return 0;
}

static int make_record(const struct request *request, const struct sluice_trust_text *text,
		       struct parts *parts, struct sluice_messages *messages)
{
	struct sluice_bytes *certificates = sluice_allocate(text->file_count,
							    sizeof(*certificates));
	int error = load_certificates(request, text, certificates, messages) ?:
		    sluice_trust_record_write(text->thresholds, certificates, text->roles,
					      text->file_count, &parts->record,
					      &parts->bundle.image.length, messages);

	for (size_t i = 0; i < text->file_count; i++)
		free((void *)certificates[i].bytes);
	free(certificates);
	parts->bundle.image.bytes = parts->record;
	return error;
}

static int seal(const struct request *request, const struct sluice_trust_text *text,
		struct parts *parts, struct sluice_messages *messages)
{
	struct sluice_manifest manifest = {
		.kind = SLUICE_ENVELOPE_TRUST,
		.gateway = "*",
		.epoch = text->epoch,
		.version = text->version,
		/* The one before judges it; the first one nobody does but the pinned anchor. */
		.trust_version = text->version > 1 ? text->version - 1 : 1,
		.created = request->created ?: (uint64_t)time(NULL),
	};
	int error;

	strncpy(manifest.site, text->site, sizeof(manifest.site) - 1);
	error = sluice_envelope_seal(&manifest, parts->bundle.text, parts->bundle.image,
				     &parts->envelope, messages);
	parts->bundle.envelope = (struct sluice_bytes){ (uint8_t *)&parts->envelope,
							sizeof(parts->envelope) };
	return error;
}

static int make(const struct request *request, struct parts *parts,
		struct sluice_messages *messages)
{
	struct sluice_trust_text text = { .site = NULL };
	int error;

	error = sluice_file_load(request->text, SLUICE_MAX_TEXT, &parts->text,
				 &parts->bundle.text.length, messages);
	if (error)
		return error;
	parts->bundle.text.bytes = parts->text;
	messages->file = request->text;
	error = sluice_trust_text_read(parts->bundle.text, &text, messages);
	messages->file = NULL;
	error = error ?: make_record(request, &text, parts, messages) ?:
		seal(request, &text, parts, messages);
	sluice_trust_text_release(&text);
	return error;
}

static int bundle(const struct request *request, struct sluice_messages *messages)
{
	struct parts parts = { .loaded = 0 };
	int error = request->from ? sluice_sealing_load(request->from, SLUICE_ENVELOPE_TRUST,
							&parts.bundle, &parts.loaded, messages) :
				    make(request, &parts, messages);

	error = error ?: sluice_sealing_sign(&request->sealing, SLUICE_ROLE_TRUST, &parts.bundle,
					     messages) ?:
		sluice_bundle_write(request->out, &parts.bundle, messages);
	release_parts(&parts);
	return error;
}

static int bundle_word(int argc, char **argv)
{
	struct request request = { .text = NULL };
	struct sluice_messages messages;
	int status;

	sluice_messages_init(&messages, NULL);
	if (parse_bundle(argc, argv, &request, &messages))
		status = misuse("bundle", &messages);
	else
		status = sluice_word_finish(&messages, bundle(&request, &messages));
	sluice_sealing_release(&request.sealing);
	return status;
}

/* ---- verify ---- */

/**
 * struct question - the command line of `trust verify`
 * @file: trust file to judge
 * @after: trust file in force, which it is to follow, or NULL
 * @anchor: digest that it must have, when @is_anchored
 * @is_anchored: @anchor was given
 * @form: text or JSON
 */
struct question {
	const char *file;
	const char *after;
	uint8_t anchor[SLUICE_DIGEST_BYTES];
	bool is_anchored;
	enum sluice_walk_form form;
};

static int parse_verify(int argc, char **argv, struct question *question,
			struct sluice_messages *messages)
{
	static const struct option options[] = {
		{ "anchor", required_argument, NULL, 'a' },
		{ "after", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'f')
			question->after = optarg;
		else if (option == 'j')
			question->form = SLUICE_WALK_JSON;
		else if (option != 'a' || sluice_argument_digest("--anchor", optarg,
								 question->anchor, messages))
			return -EINVAL;
		question->is_anchored |= option == 'a';
	}
	if (optind != argc - 1 || (question->after && question->is_anchored))
		return -EINVAL;
	question->file = argv[optind];
	return 0;
}

static void show_role(struct sluice_walk *walk, const struct sluice_trust_record *record,
		      enum sluice_role role)
{
	for (size_t i = 0; i < record->count; i++) {
		if (record->anchors[i].role != role)
			continue;
		sluice_walk_row(walk);
		sluice_walk_text(walk, "role", "ROLE", sluice_role_name(role));
		sluice_walk_number(walk, "threshold", "NEEDED", record->thresholds[role]);
		sluice_walk_text(walk, "certificate", "CERTIFICATE", record->anchors[i].name);
	}
}

static void show_structure(struct sluice_walk *walk, const struct sluice_structure *structure)
{
	sluice_walk_table(walk, "structure", "Structure");
	for (size_t i = 0; i < structure->count; i++) {
		const struct sluice_structure_zone *zone = &structure->zones[i];
		char *ports = sluice_copy_text("");

		for (size_t j = 0; j < zone->port_count; j++) {
			char *longer = sluice_format("%s%s%s", ports, j ? " " : "", zone->ports[j]);

			free(ports);
			ports = longer;
		}
		sluice_walk_row(walk);
		sluice_walk_text(walk, "zone", "ZONE", zone->name);
		sluice_walk_text(walk, "level", "LEVEL", sluice_structure_level_name(zone->level));
		sluice_walk_text(walk, "ports", "PORTS", ports);
		free(ports);
	}
	sluice_walk_close(walk);
}

static void show(const struct question *question, const struct sluice_trust *trust)
{
	struct sluice_walk *walk = sluice_walk_begin(stdout, question->form);
	struct sluice_envelope envelope = sluice_bundle_envelope(&trust->bundle);

	sluice_manifest_show(walk, &envelope, &trust->manifest);
	sluice_walk_table(walk, "roles", "Roles");
	for (enum sluice_role role = SLUICE_ROLE_POLICY; role < SLUICE_ROLE_COUNT; role++)
		show_role(walk, &trust->record, role);
	sluice_walk_close(walk);
	show_structure(walk, &trust->structure);
	sluice_walk_end(walk);
}

static int ask(const struct question *question, const struct sluice_trust *trust,
	       struct sluice_messages *messages)
{
	struct sluice_trust current = { .record = { .count = 0 } };
	int error;

	if (question->is_anchored)
		return sluice_trust_is_anchor(trust, question->anchor, messages);
	if (!question->after)
		return 0;
	messages->file = question->after;
	error = sluice_trust_open(question->after, &current, messages);
	messages->file = question->file;
	if (!error)
		error = sluice_trust_follows(trust, &current, (uint64_t)time(NULL), messages);
	sluice_trust_close(&current);
	return error;
}

static int verify(const struct question *question, struct sluice_messages *messages)
{
	struct sluice_trust trust = { .record = { .count = 0 } };
	int error;

	messages->file = question->file;
	error = sluice_trust_open(question->file, &trust, messages) ?:
		ask(question, &trust, messages);
	if (!error)
		show(question, &trust);
	sluice_trust_close(&trust);
	return error;
}

static int verify_word(int argc, char **argv)
{
	struct question question = { .form = SLUICE_WALK_TEXT };
	struct sluice_messages messages;

	sluice_messages_init(&messages, NULL);
	if (parse_verify(argc, argv, &question, &messages))
		return misuse("verify", &messages);
	return sluice_word_finish(&messages, verify(&question, &messages));
}

/* ---- digest ---- */

static int digest_word(int argc, char **argv)
{
	struct sluice_trust trust = { .record = { .count = 0 } };
	char text[2 * SLUICE_DIGEST_BYTES + 1];
	struct sluice_messages messages;
	int error;

	sluice_messages_init(&messages, argc == 2 ? argv[1] : NULL);
	if (argc != 2)
		return misuse("digest", &messages);
	error = sluice_trust_open(argv[1], &trust, &messages);
	if (!error) {
		sluice_digest_text(trust.identity, text);
		puts(text);
	}
	sluice_trust_close(&trust);
	return sluice_word_finish(&messages, error);
}

/* ---- structure ---- */

static void print_zone(const struct sluice_structure_zone *zone)
{
	printf("    - {name: %s, ", zone->name);
	if (zone->isolated)
		printf("isolated: true");
	else
		printf("level: %s", sluice_structure_level_name(zone->level));
	for (size_t i = 0; i < zone->port_count; i++)
		printf("%s%s", i ? ", " : ", ports: [", zone->ports[i]);
	printf("%s}\n", zone->port_count ? "]" : "");
}

static int structure_word(int argc, char **argv)
{
	struct sluice_structure structure = { NULL, 0 };
	struct sluice_messages messages;
	struct sluice_policy *policy;

	sluice_messages_init(&messages, argc == 2 ? argv[1] : NULL);
	if (argc != 2)
		return misuse("structure", &messages);
	policy = sluice_policy_load(argv[1], &messages);
	if (policy) {
		sluice_structure_of_policy(policy, &structure);
		printf("structure:\n  zones:\n");
		for (size_t i = 0; i < structure.count; i++)
			print_zone(&structure.zones[i]);
	}
	sluice_structure_release(&structure);
	sluice_policy_free(policy);
	return sluice_word_finish(&messages, policy ? 0 : -EINVAL);
}

static const struct sluice_word words[] = {
	{ "bundle", bundle_word,
	  "([--text] FILE [--created TIME] | --from FILE) --sign KEY:CERTIFICATE... -o FILE",
	  "seal and sign a trust file, or add a signature to one" },
	{ "verify", verify_word, "FILE [--anchor SHA256 | --after FILE] [--json]",
	  "is it whole, is it the pinned one, may it follow another one" },
	{ "digest", digest_word, "FILE", "the anchor: pinned by the module's parameter of that name" },
	{ "structure", structure_word, "POLICY",
	  "the zones of a policy as a trust text pins them" },
	{ "install", sluice_trust_install_word, "FILE [--json]",
	  "put the next trust file in force on this gateway" },
	{ NULL, NULL, NULL, NULL },
};

int sluice_trust_word(int argc, char **argv)
{
	return sluice_word_run("sluicectl trust", words, argc, argv);
}
