// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sluicectl policy bundle: compile a text for one gateway, seal text and image in an envelope,
 * sign it, write one file. Signers at different desks pass the file on with --from.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/sealing.h"
#include "lib/file.h"
#include "policy/model.h"
#include "trust/refuse.h"
#include "trust/verify.h"

/**
 * struct request - the command line
 * @text: policy file, or NULL
 * @from: bundle to which signatures are added, or NULL
 * @gateway: which gateway, NULL for the only one
 * @trust: trust file, or NULL
 * @out: file to write
 * @sealing: who signs
 * @created: seconds since 1970, 0: now
 * @not_after: seconds since 1970, 0: never
 */
struct request {
	const char *text;
	const char *from;
	const char *gateway;
	const char *trust;
	const char *out;
	struct sluice_sealing sealing;
	uint64_t created;
	uint64_t not_after;
};

enum { TEXT = 256, FROM, GATEWAY, TRUST, SIGN, CREATED, NOT_AFTER };

static const struct option options[] = {
	{ "text", required_argument, NULL, TEXT },
	{ "from", required_argument, NULL, FROM },
	{ "gateway", required_argument, NULL, GATEWAY },
	{ "trust", required_argument, NULL, TRUST },
	{ "sign", required_argument, NULL, SIGN },
	{ "created", required_argument, NULL, CREATED },
	{ "not-after", required_argument, NULL, NOT_AFTER },
	{ NULL, 0, NULL, 0 },
};

static int take_option(int option, struct request *request, struct sluice_messages *messages)
{
	switch (option) {
	case TEXT:
		request->text = optarg;
		return 0;
	case FROM:
		request->from = optarg;
		return 0;
	case GATEWAY:
		request->gateway = optarg;
		return 0;
	case TRUST:
		request->trust = optarg;
		return 0;
	case 'o':
		request->out = optarg;
		return 0;
	case SIGN:
		return sluice_sealing_add(&request->sealing, optarg, messages);
	case CREATED:
		return sluice_argument_time("--created", optarg, &request->created, messages);
	case NOT_AFTER:
		return sluice_argument_time("--not-after", optarg, &request->not_after, messages);
	default:
		return -EINVAL;
	}
}

/* What the envelope already says cannot be said again when a signature is added. */
static bool is_complete(const struct request *request)
{
	bool adds = request->from && !request->text && !request->gateway && !request->trust &&
		    !request->created && !request->not_after;
	bool makes = request->text && !request->from;

	return request->out && request->sealing.count && (makes || adds);
}

static int parse(int argc, char **argv, struct request *request, struct sluice_messages *messages)
{
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1)
		if (take_option(option, request, messages))
			return -EINVAL;
	/* The text may stand by itself, as it does for the other words about policies. */
	if (!request->text && optind < argc)
		request->text = argv[optind++];
	return optind == argc && is_complete(request) ? 0 : -EINVAL;
}

/**
 * struct parts - what a bundle is made from
 * @bundle: spans into what follows, or a file that was loaded
 * @envelope: sealed
 * @text: the policy file's bytes
 * @image: compiled
 * @loaded: signatures of @bundle that were there already
 */
struct parts {
	struct sluice_bundle bundle;
	struct sluice_envelope envelope;
	uint8_t *text;
	struct sluice_image_buffer image;
	size_t loaded;
};

static void release_parts(struct parts *parts)
{
	for (size_t i = parts->loaded; i < parts->bundle.signature_count; i++)
		free((void *)parts->bundle.signatures[i].bytes);
	sluice_bundle_release(&parts->bundle);
	sluice_image_buffer_release(&parts->image);
	free(parts->text);
}

static void fill_manifest(const struct request *request, const struct sluice_trust *trust,
			  const struct sluice_policy *policy, const char *gateway,
			  struct sluice_manifest *manifest)
{
	*manifest = (struct sluice_manifest){
		.kind = SLUICE_ENVELOPE_POLICY,
		.version = sluice_policy_version(policy),
		.epoch = trust->manifest.epoch ?: 1,
		.trust_version = trust->manifest.version ?: 1,
		.created = request->created ?: (uint64_t)time(NULL),
		.not_after = request->not_after,
		.compiler = SLUICE_COMPILER_FORMAT,
	};
	strncpy(manifest->site, sluice_policy_site(policy), sizeof(manifest->site) - 1);
	strncpy(manifest->gateway, gateway, sizeof(manifest->gateway) - 1);
}

static int seal(const struct request *request, const struct sluice_trust *trust,
		const struct sluice_policy *policy, struct parts *parts,
		struct sluice_messages *messages)
{
	const char *gateway = request->gateway ?: policy->gateway[0].name;
	struct sluice_manifest manifest;
	int error;

	error = sluice_policy_compile(policy, request->gateway, &parts->image, messages);
	if (error)
		return error;
	parts->bundle.image = (struct sluice_bytes){ (uint8_t *)parts->image.words,
						     parts->image.count * sizeof(uint64_t) };
	fill_manifest(request, trust, policy, gateway, &manifest);
	if (manifest.not_after && manifest.not_after <= manifest.created)
		return sluice_refuse(messages, EINVAL, "--not-after is not later than %s",
				     request->created ? "--created" : "now");
	error = sluice_envelope_seal(&manifest, parts->bundle.text, parts->bundle.image,
				     &parts->envelope, messages);
	if (error)
		return error;
	parts->bundle.envelope = (struct sluice_bytes){ (uint8_t *)&parts->envelope,
							sizeof(parts->envelope) };
	/* With a trust file at hand, no structure leaves this desk that gateways would refuse. */
	return !request->trust ? 0 :
		sluice_recompile_policy(&manifest, parts->bundle.text, parts->bundle.image,
					&trust->structure, messages);
}

static int make(const struct request *request, const struct sluice_trust *trust,
		struct parts *parts, struct sluice_messages *messages)
{
	struct sluice_policy *policy;
	int error;

	error = sluice_file_load(request->text, SLUICE_MAX_TEXT, &parts->text,
				 &parts->bundle.text.length, messages);
	if (error)
		return error;
	parts->bundle.text.bytes = parts->text;
	messages->file = request->text;
	policy = sluice_policy_load_buffer(request->text, parts->text, parts->bundle.text.length,
					   messages);
	error = policy ? seal(request, trust, policy, parts, messages) : -EINVAL;
	messages->file = NULL;
	sluice_policy_free(policy);
	return error;
}

static int bundle(const struct request *request, struct sluice_messages *messages)
{
	struct sluice_trust trust = { .record = { .count = 0 } };
	struct parts parts = { .loaded = 0 };
	int error = 0;

	messages->file = request->trust;
	if (request->trust)
		error = sluice_trust_open(request->trust, &trust, messages);
	messages->file = NULL;
	if (!error)
		error = request->from ? sluice_sealing_load(request->from, SLUICE_ENVELOPE_POLICY,
							    &parts.bundle, &parts.loaded, messages) :
					make(request, &trust, &parts, messages);
	if (!error)
		error = sluice_sealing_sign(&request->sealing, SLUICE_ROLE_POLICY, &parts.bundle,
					    messages);
	if (!error)
		error = sluice_bundle_write(request->out, &parts.bundle, messages);
	release_parts(&parts);
	sluice_trust_close(&trust);
	return error;
}

int sluice_policy_bundle_word(int argc, char **argv)
{
	struct request request = { .text = NULL };
	struct sluice_messages messages;
	int status;

	sluice_messages_init(&messages, NULL);
	if (parse(argc, argv, &request, &messages))
		status = sluice_word_misused("policy bundle", SLUICE_POLICY_BUNDLE_ARGUMENTS,
					     &messages);
	else
		status = sluice_word_finish(&messages, bundle(&request, &messages));
	sluice_sealing_release(&request.sealing);
	return status;
}
