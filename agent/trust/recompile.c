// SPDX-License-Identifier: GPL-2.0-or-later
/* The compiler's part in verifying a bundle: the image is what the text says, and nothing else. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy/model.h"
#include "policy/policy.h"
#include "trust/refuse.h"
#include "trust/verify.h"

static void add_ports(struct sluice_structure_zone *zone, size_t index,
		      const struct sluice_policy *policy)
{
	for (size_t i = 0; i < policy->gateways; i++) {
		const struct sluice_gateway *gateway = &policy->gateway[i];

		for (size_t j = 0; j < gateway->ports; j++) {
			const struct sluice_port *port = &gateway->port[j];
			char name[SLUICE_DEVICE_BYTES + 8];

			if (port->zone != index)
				continue;
			snprintf(name, sizeof(name), port->tag ? "%s.%u" : "%s", port->device,
				 port->tag);
			sluice_structure_add_port(zone, gateway->name, name);
		}
	}
}

void sluice_structure_of_policy(const struct sluice_policy *policy,
				struct sluice_structure *structure)
{
	for (size_t i = 0; i < policy->zones; i++) {
		const struct sluice_zone *zone = &policy->zone[i];

		/* This build refuses `peer:` in a policy, so none can be one. */
		add_ports(sluice_structure_add_zone(structure, zone->name, zone->level,
						    zone->isolated, false), i, policy);
	}
	sluice_structure_sort(structure);
}

static int check_structure(const struct sluice_policy *policy,
			   const struct sluice_structure *pinned, struct sluice_messages *messages)
{
	struct sluice_structure actual = { NULL, 0 };
	int error;

	sluice_structure_of_policy(policy, &actual);
	error = sluice_structure_compare(pinned, &actual, messages);
	sluice_structure_release(&actual);
	return error;
}

static int check_names(const struct sluice_policy *policy, const struct sluice_manifest *manifest,
		       struct sluice_messages *messages)
{
	if (!strcmp(sluice_policy_site(policy), manifest->site) &&
	    sluice_policy_version(policy) == manifest->version)
		return 0;
	return sluice_refuse(messages, EBADMSG,
			     "the text is version %" PRIu64 " for site %s, which is not what its "
			     "envelope says", sluice_policy_version(policy),
			     sluice_policy_site(policy));
}

static int check_image(const struct sluice_policy *policy, const struct sluice_manifest *manifest,
		       struct sluice_bytes image, struct sluice_messages *messages)
{
	struct sluice_image_buffer built = { NULL, 0 };
	bool same;
	int error;

	/* Its words are little-endian already, as they are stored and signed. */
	error = sluice_policy_compile(policy, manifest->gateway, &built, messages);
	if (error)
		return error;
	same = built.count * sizeof(*built.words) == image.length &&
	       !memcmp(built.words, image.bytes, image.length);
	sluice_image_buffer_release(&built);
	return same ? 0 : sluice_refuse(messages, EBADMSG,
					"the image is not what compiling its text gives");
}

int sluice_recompile_policy(const struct sluice_manifest *manifest, struct sluice_bytes text,
			    struct sluice_bytes image, const struct sluice_structure *pinned,
			    struct sluice_messages *messages)
{
	struct sluice_policy *policy;
	int error;

	if (manifest->compiler != SLUICE_COMPILER_FORMAT)
		return sluice_refuse(messages, EPROTO,
				     "made by compiler format %u, this program has format %d: "
				     "upgrade the older side", manifest->compiler,
				     SLUICE_COMPILER_FORMAT);
	policy = sluice_policy_load_buffer("policy", text.bytes, text.length, messages);
	if (!policy)
		return -EINVAL;
	error = check_names(policy, manifest, messages) ?:
		check_structure(policy, pinned, messages) ?:
		check_image(policy, manifest, image, messages);
	sluice_policy_free(policy);
	return error;
}
