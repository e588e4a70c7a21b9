// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sluicectl policy verify: what a gateway with this trust file would say to this bundle, except
 * for what only the gateway remembers (its version floor), and the manifest in words.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <time.h>

#include "ctl/sealing.h"
#include "trust/verify.h"

/**
 * struct request - the command line
 * @bundle: file to judge
 * @trust: trust file
 * @gateway: gateway for which it must be made, NULL for any
 * @anchor: the trust file must have this digest, when @is_anchored
 * @is_anchored: @anchor was given
 * @at: seconds since 1970 at which it is judged
 * @form: text or JSON
 */
struct request {
	const char *bundle;
	const char *trust;
	const char *gateway;
	uint8_t anchor[SLUICE_DIGEST_BYTES];
	bool is_anchored;
	uint64_t at;
	enum sluice_walk_form form;
};

enum { TRUST = 256, GATEWAY, ANCHOR, AT, JSON };

static const struct option options[] = {
	{ "trust", required_argument, NULL, TRUST },
	{ "gateway", required_argument, NULL, GATEWAY },
	{ "anchor", required_argument, NULL, ANCHOR },
	{ "at", required_argument, NULL, AT },
	{ "json", no_argument, NULL, JSON },
	{ NULL, 0, NULL, 0 },
};

static int take_option(int option, struct request *request, struct sluice_messages *messages)
{
	switch (option) {
	case TRUST:
		request->trust = optarg;
		return 0;
	case GATEWAY:
		request->gateway = optarg;
		return 0;
	case ANCHOR:
		request->is_anchored = true;
		return sluice_argument_digest("--anchor", optarg, request->anchor, messages);
	case AT:
		return sluice_argument_time("--at", optarg, &request->at, messages);
	case JSON:
		request->form = SLUICE_WALK_JSON;
		return 0;
	default:
		return -EINVAL;
	}
}

static int parse(int argc, char **argv, struct request *request, struct sluice_messages *messages)
{
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (take_option(option, request, messages))
			return -EINVAL;
	if (optind != argc - 1 || !request->trust)
		return -EINVAL;
	request->bundle = argv[optind];
	return 0;
}

static void show(const struct request *request, const struct sluice_bundle_verdict *verdict)
{
	struct sluice_walk *walk = sluice_walk_begin(stdout, request->form);

	sluice_manifest_show(walk, &verdict->envelope, &verdict->manifest);
	sluice_walk_list(walk, "signers", "Signed by");
	for (size_t i = 0; i < verdict->signers.count; i++)
		sluice_walk_line(walk, NULL, "%s", verdict->signers.anchors[i]->name);
	sluice_walk_close(walk);
	sluice_walk_note(walk, "A gateway with this trust file would take it, unless it has had a newer version.");
	sluice_walk_end(walk);
}

static int judge(const struct request *request, const struct sluice_trust *trust,
		 struct sluice_messages *messages)
{
	struct sluice_bundle_state state = {
		.gateway = request->gateway,
		.now = request->at,
		.flags = SLUICE_TRUST_EXPLAIN,
	};
	struct sluice_bundle_verdict verdict;
	struct sluice_bundle bundle = { .signature_count = 0 };
	int error;

	messages->file = request->bundle;
	error = sluice_bundle_load(request->bundle, &bundle, messages) ?:
		sluice_bundle_verify(&bundle, trust, &state, sluice_recompile_policy, &verdict,
				     messages);
	if (!error)
		show(request, &verdict);
	sluice_bundle_release(&bundle);
	return error;
}

static int verify(const struct request *request, struct sluice_messages *messages)
{
	struct sluice_trust trust = { .record = { .count = 0 } };
	int error;

	messages->file = request->trust;
	error = sluice_trust_open(request->trust, &trust, messages);
	if (!error && request->is_anchored)
		error = sluice_trust_is_anchor(&trust, request->anchor, messages);
	if (!error)
		error = judge(request, &trust, messages);
	sluice_trust_close(&trust);
	return error;
}

int sluice_policy_verify_word(int argc, char **argv)
{
	struct request request = { .at = (uint64_t)time(NULL), .form = SLUICE_WALK_TEXT };
	struct sluice_messages messages;

	sluice_messages_init(&messages, NULL);
	if (parse(argc, argv, &request, &messages))
		return sluice_word_misused("policy verify", SLUICE_POLICY_VERIFY_ARGUMENTS,
					   &messages);
	return sluice_word_finish(&messages, verify(&request, &messages));
}
