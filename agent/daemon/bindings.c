// SPDX-License-Identifier: GPL-2.0-or-later
/* First-seen bindings; see bindings.h. */
#include "daemon/bindings.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/assets.h"
#include "daemon/json.h"
#include "lib/memory.h"

/* A binding with the asset that the policy in force has at its address, or NULL. */
struct bound {
	struct sluice_kernel_binding at;
	const struct sluice_asset *asset;
};

/* Network byte order, one space for both families: bytes in order are addresses in order. */
static int compare(const void *left, const void *right)
{
	const struct bound *one = left, *other = right;

	return memcmp(one->at.address, other->at.address, sizeof(one->at.address));
}

static const struct sluice_policy *policy_of(const struct sluice_daemon *daemon)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);

	return live ? live->held->policy : NULL;
}

static int list(struct sluice_daemon *daemon, struct bound **bound, size_t *count,
		struct sluice_messages *messages)
{
	struct sluice_kernel_binding *bindings = NULL;
	struct sluice_assets assets;
	int error;

	*bound = NULL;
	*count = 0;
	if (!daemon->kernel) {
		sluice_message_error(messages, NULL, "the kernel module does not answer");
		sluice_message_hint(messages, "sluicectl status says why");
		return -ENOTCONN;
	}
	error = sluice_kernel_bindings(daemon->kernel, &bindings, count, messages);
	if (error)
		return error;
	*bound = sluice_allocate(*count + 1, sizeof(**bound));
	sluice_assets_index(policy_of(daemon), &assets);
	for (size_t i = 0; i < *count; i++)
		(*bound)[i] = (struct bound){
			.at = bindings[i],
			.asset = sluice_assets_find(&assets, bindings[i].address),
		};
	sluice_assets_release(&assets);
	free(bindings);
	qsort(*bound, *count, sizeof(**bound), compare);
	return 0;
}

static char *port_text(const struct sluice_kernel_binding *at)
{
	char name[IF_NAMESIZE];

	if (!if_indextoname(at->ifindex, name))
		return NULL;
	return at->vlan ? sluice_format("%s.%" PRIu32, name, at->vlan) : sluice_copy_text(name);
}

/* ---- Showing ---- */

static struct json_object *macs_of(const struct sluice_asset *asset)
{
	struct json_object *macs = json_object_new_array(), *text, *holder;

	for (size_t i = 0; asset && i < asset->macs; i++) {
		holder = json_object_new_object();
		sluice_json_mac(holder, "mac", asset->mac[i]);
		text = json_object_get(json_object_object_get(holder, "mac"));
		json_object_array_add(macs, text);
		json_object_put(holder);
	}
	return macs;
}

static struct json_object *bound_json(const struct sluice_policy *policy, const struct bound *bound)
{
	struct json_object *json = json_object_new_object();
	const struct sluice_asset *asset = bound->asset;
	char *port = port_text(&bound->at);
	char address[SLUICE_ADDRESS_TEXT];

	sluice_ip_print(sluice_ip_from_bytes(bound->at.address, false), address);
	sluice_json_text(json, "address", address);
	sluice_json_text(json, "asset", asset ? asset->name : NULL);
	sluice_json_text(json, "zone", asset ? policy->zone[asset->zone].name : NULL);
	sluice_json_text(json, "port", port);
	sluice_json_mac(json, "first_mac", bound->at.mac);
	json_object_object_add(json, "policy_macs", macs_of(asset));
	free(port);
	return json;
}

struct json_object *sluice_report_bindings(struct sluice_daemon *daemon)
{
	struct json_object *json = json_object_new_object();
	struct json_object *items = json_object_new_array();
	struct sluice_messages messages;
	struct bound *bound;
	size_t count;
	bool known;

	sluice_messages_init(&messages, NULL);
	known = !list(daemon, &bound, &count, &messages);
	if (daemon->kernel)
		sluice_daemon_log_messages(&messages);
	sluice_messages_release(&messages);
	for (size_t i = 0; i < count; i++)
		json_object_array_add(items, bound_json(policy_of(daemon), &bound[i]));
	free(bound);
	sluice_json_flag(json, "known", known);
	json_object_object_add(json, "bindings", items);
	return json;
}

/* ---- Forgetting ---- */

/* Only another policy moves what this one fixes. */
static int check_policy(const struct sluice_daemon *daemon, sluice_ip address,
			struct sluice_messages *messages)
{
	const struct sluice_live_policy *live = sluice_daemon_in_force(daemon);
	const struct sluice_policy *policy = policy_of(daemon);
	const struct sluice_asset *asset;

	for (size_t i = 0; policy && i < policy->assets; i++) {
		asset = &policy->asset[i];
		if (!sluice_set_contains(&asset->address, address) ||
		    !sluice_asset_port(sluice_policy_gateway(policy, live->held->manifest.gateway),
				       asset))
			continue;
		sluice_message_error(messages, NULL, "the policy in force binds %s to port %s",
				     asset->name, asset->port);
		sluice_message_hint(messages, "to move it, change port: in line %u and install the policy",
				    asset->port_place.line);
		return -EPERM;
	}
	return 0;
}

static char *bound_text(const struct sluice_kernel_binding *at)
{
	char *port = port_text(at), *text;

	text = sluice_format("%s, first seen as %02x:%02x:%02x:%02x:%02x:%02x",
			     port ? port : "a port that is gone", at->mac[0], at->mac[1],
			     at->mac[2], at->mac[3], at->mac[4], at->mac[5]);
	free(port);
	return text;
}

static int look_up(struct sluice_daemon *daemon, sluice_ip address,
		   struct sluice_kernel_binding *at, struct sluice_messages *messages)
{
	char text[SLUICE_ADDRESS_TEXT];
	struct bound *bound, *found, key;
	size_t count;
	int error = list(daemon, &bound, &count, messages);

	if (error)
		return error;
	sluice_ip_bytes(address, key.at.address);
	found = count ? bsearch(&key, bound, count, sizeof(*bound), compare) : NULL;
	if (found)
		*at = found->at;
	else
		error = -ENOENT;
	free(bound);
	if (!error)
		return 0;
	sluice_ip_print(address, text);
	sluice_message_error(messages, NULL, "%s is bound to no port that it was first seen on", text);
	sluice_message_hint(messages, "sluicectl bindings lists who is");
	return error;
}

int sluice_bindings_forget(struct sluice_daemon *daemon, sluice_ip address, char **was,
			   struct sluice_messages *messages)
{
	struct sluice_kernel_binding at = {};
	int error = check_policy(daemon, address, messages);

	if (!error)
		error = look_up(daemon, address, &at, messages);
	if (!error)
		error = sluice_kernel_binding_forget(daemon->kernel, at.address, messages);
	if (!error)
		*was = bound_text(&at);
	return error;
}
