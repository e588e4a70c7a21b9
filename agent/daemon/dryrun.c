// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking ahead; see dryrun.h. */
#include "daemon/dryrun.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/install.h"
#include "daemon/json.h"
#include "daemon/names.h"
#include "daemon/settle.h"
#include "lib/memory.h"
#include "policy/difference.h"

/**
 * struct look - what a dry run looks at
 * @daemon: daemon
 * @next: the policy of the bundle
 * @site: the same for the core
 * @own: addresses of this gateway
 * @ends: names of flows that would end
 * @ending: how many
 */
struct look {
	const struct sluice_daemon *daemon;
	const struct sluice_held *next;
	struct sluice_judge_site site;
	struct ifaddrs *own;
	struct json_object *ends;
	size_t ending;
};

/* ---- One flow ---- */

static sluice_ip ip_of(const struct sluice_kernel_flow *flow, const uint8_t address[16])
{
	return sluice_ip_from_bytes(flow->family == 4 ? address + 12 : address, flow->family == 4);
}

/* What the gateway itself began is judged as its own, whatever address it took. */
static bool is_own(const struct look *look, sluice_ip address)
{
	for (const struct ifaddrs *at = look->own; at; at = at->ifa_next) {
		const struct sockaddr_in *v4 = (const void *)at->ifa_addr;
		const struct sockaddr_in6 *v6 = (const void *)at->ifa_addr;

		if (!at->ifa_addr)
			continue;
		if (at->ifa_addr->sa_family == AF_INET &&
		    sluice_ip_from_bytes((const uint8_t *)&v4->sin_addr, true) == address)
			return true;
		if (at->ifa_addr->sa_family == AF_INET6 &&
		    sluice_ip_from_bytes((const uint8_t *)&v6->sin6_addr, false) == address)
			return true;
	}
	return false;
}

static void ask(const struct look *look, const struct sluice_kernel_flow *flow,
		struct sluice_decision *decision)
{
	struct sluice_question question = {
		.from = ip_of(flow, flow->source),
		.to = ip_of(flow, flow->destination),
		.protocol = (uint8_t)flow->protocol,
		.state = SLUICE_ASK_ESTABLISHED,
		/* Whether somebody opened it or holds a lease is no matter of the policy. */
		.when = {
			.now = sluice_daemon_clock(),
			.open = true,
			.lease = SLUICE_LEASE_HELD,
		},
	};

	question.from_gateway = is_own(look, question.from);
	if (question.protocol == IPPROTO_ICMPV6)
		question.protocol = IPPROTO_ICMP;
	if (question.protocol != IPPROTO_ICMP) {
		question.from_port = (uint16_t)flow->source_port;
		question.to_port = (uint16_t)flow->destination_port;
	}
	sluice_decide(&look->site, &question, decision);
}

static void put_end(struct json_object *json, const char *key, const struct look *look,
		    const struct sluice_kernel_flow *flow, const uint8_t address[16])
{
	const struct sluice_held *now = look->daemon->live[SLUICE_LIVE_CONFIRMED].held;
	const char *name = sluice_name_address(now, address, flow->family);
	char text[SLUICE_ADDRESS_TEXT];
	char *both;

	sluice_ip_print(ip_of(flow, address), text);
	both = sluice_format("%s%s%s%s", text, name ? " (" : "", name ? name : "", name ? ")" : "");
	sluice_json_text(json, key, both);
	free(both);
}

static void put_service(struct json_object *json, const struct sluice_kernel_flow *flow)
{
	bool has_ports = flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP;
	char text[32];

	if (has_ports)
		snprintf(text, sizeof(text), "%s/%u", flow->protocol == IPPROTO_TCP ? "tcp" : "udp",
			 flow->destination_port);
	else
		snprintf(text, sizeof(text), "protocol %u", flow->protocol);
	sluice_json_text(json, "service", text);
	sluice_json_if(json, "source_port", has_ports ? flow->source_port : 0);
}

static struct json_object *name_flow(const struct look *look, const struct sluice_kernel_flow *flow,
				     const struct sluice_decision *decision)
{
	const struct sluice_held *now = sluice_daemon_generation(look->daemon, flow->generation);
	struct json_object *json = json_object_new_object();
	char *conduit = sluice_name_conduit(now, flow->conduit);

	put_end(json, "from", look, flow, flow->source);
	put_end(json, "to", look, flow, flow->destination);
	put_service(json, flow);
	sluice_json_text(json, "conduit", conduit);
	sluice_json_text(json, "reason", sluice_name_reason(decision->reason));
	free(conduit);
	return json;
}

static void look_at(struct look *look, const struct sluice_kernel_flow *flow)
{
	struct sluice_decision decision;

	ask(look, flow, &decision);
	if (decision.permit)
		return;
	if (look->ending++ < SLUICE_DRYRUN_NAMED)
		json_object_array_add(look->ends, name_flow(look, flow, &decision));
}

/* ---- All of it ---- */

static int read_next(struct sluice_daemon *daemon, struct sluice_bytes bytes,
		     struct sluice_held **next, struct sluice_messages *messages)
{
	struct sluice_bundle_state state = sluice_settle_memory(daemon, 0);
	struct sluice_bundle_verdict verdict;
	struct sluice_bundle bundle = {};
	int error;

	error = sluice_bundle_read(bytes, &bundle, messages);
	if (!error)
		error = sluice_bundle_verify(&bundle, &daemon->trust, &state,
					     sluice_recompile_policy, &verdict, messages);
	if (error)
		sluice_bundle_release(&bundle);
	else
		*next = sluice_held_take(&bundle, &verdict);
	return error;
}

static void put_differences(struct json_object *report, const struct sluice_held *now,
			    const struct sluice_held *next)
{
	struct json_object *list = json_object_new_array();
	char *text = NULL, *line, *rest = NULL;
	size_t length = 0;
	FILE *out = now && now->policy && next->policy ? open_memstream(&text, &length) : NULL;

	if (out) {
		sluice_policy_difference(now->policy, next->policy, out);
		fclose(out);
		for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
			json_object_array_add(list, json_object_new_string(line));
	}
	free(text);
	json_object_object_add(report, "differences", list);
}

static struct json_object *tell(struct look *look, const struct sluice_kernel_flow *flows,
				size_t count)
{
	const struct sluice_live_policy *now = sluice_daemon_in_force(look->daemon);
	struct json_object *report = json_object_new_object();

	look->ends = json_object_new_array();
	for (size_t i = 0; i < count; i++)
		look_at(look, &flows[i]);
	sluice_json_number(report, "version", look->next->manifest.version);
	sluice_json_if(report, "version_in_force", now ? now->held->manifest.version : 0);
	put_differences(report, now ? now->held : NULL, look->next);
	sluice_json_number(report, "flows", count);
	sluice_json_number(report, "ending", look->ending);
	json_object_object_add(report, "ends", look->ends);
	return report;
}

static int look_ahead(struct sluice_daemon *daemon, const struct sluice_held *next,
		      struct json_object **report, struct sluice_messages *messages)
{
	struct look look = {.daemon = daemon, .next = next};
	struct sluice_kernel_flow *flows = NULL;
	size_t count = 0;
	int error;

	look.site.policy = next->policy;
	look.site.gateway = sluice_policy_gateway(next->policy, next->manifest.gateway);
	look.site.image.words = next->words;
	look.site.image.count = next->image.count;
	error = sluice_kernel_flows(daemon->kernel, &flows, &count, messages);
	if (error)
		return error;
	if (getifaddrs(&look.own))
		look.own = NULL;
	*report = tell(&look, flows, count);
	freeifaddrs(look.own);
	free(flows);
	return 0;
}

int sluice_dryrun(struct sluice_daemon *daemon, struct sluice_bytes bytes,
		  struct json_object **report, struct sluice_messages *messages)
{
	struct sluice_held *next = NULL;
	int error = sluice_install_may_begin(daemon, messages);

	if (!error)
		error = read_next(daemon, bytes, &next, messages);
	if (!error)
		error = look_ahead(daemon, next, report, messages);
	sluice_held_free(next);
	return error;
}
