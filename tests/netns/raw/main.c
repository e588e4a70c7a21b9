// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sluice-raw: the module's commands without the agent, for tests.
 *
 * On a refusal it prints "errno-name: sentence" on standard error and exits with status 1.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw.h"

static struct raw_link link_to_module;
static struct raw_bundle bundle;

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 0);
}

static int word_get(struct raw_link *link, char **arguments)
{
	return raw_show_state(link);
}

static int word_counters(struct raw_link *link, char **arguments)
{
	return raw_show_counters(link);
}

static int word_bindings(struct raw_link *link, char **arguments)
{
	return raw_show_bindings(link);
}

static int word_forget(struct raw_link *link, char **arguments)
{
	return raw_forget(link, arguments[0]);
}

static int word_trust(struct raw_link *link, char **arguments)
{
	raw_bundle_load(arguments[0], &bundle);
	return raw_trust(link, &bundle);
}

static int word_stage(struct raw_link *link, char **arguments)
{
	uint32_t generation = 0;
	int error;

	raw_bundle_load(arguments[0], &bundle);
	error = raw_stage(link, &bundle, &generation);
	if (!error)
		printf("%u\n", generation);
	return error;
}

static int word_abort(struct raw_link *link, char **arguments)
{
	return raw_stage_abort(link);
}

static int word_bind(struct raw_link *link, char **arguments)
{
	raw_bundle_load(arguments[1], &bundle);
	return raw_bind(link, &bundle, number(arguments[0]));
}

/* A device that is not there may be named by its number. */
static uint32_t device(const char *name)
{
	uint32_t ifindex = if_nametoindex(name);

	return ifindex ? ifindex : number(name);
}

static int word_rebind(struct raw_link *link, char **arguments)
{
	return raw_bind_port(link, number(arguments[0]), number(arguments[1]), device(arguments[2]));
}

static int word_publish(struct raw_link *link, char **arguments)
{
	return raw_publish(link, number(arguments[0]), number(arguments[1]));
}

/*
 * All steps of an activation; the number printed is the generation now in force. What is refused on the
 * way is not left staged: the same may be tried again, as when the slot is still held.
 */
static int word_activate(struct raw_link *link, char **arguments)
{
	uint32_t generation = 0;
	int error;

	raw_bundle_load(arguments[0], &bundle);
	error = raw_stage(link, &bundle, &generation);
	if (error)
		return error;
	error = raw_bind(link, &bundle, generation);
	if (!error)
		error = raw_publish(link, generation, 0);
	if (error)
		raw_stage_abort(link);
	else
		printf("%u\n", generation);
	return error;
}

static int word_confirm(struct raw_link *link, char **arguments)
{
	return raw_generation(link, SLUICE_CMD_CONFIRM, number(arguments[0]));
}

static int word_revert(struct raw_link *link, char **arguments)
{
	return raw_simple(link, SLUICE_CMD_REVERT);
}

static int word_release(struct raw_link *link, char **arguments)
{
	return raw_simple(link, SLUICE_CMD_RELEASE);
}

static int word_floor(struct raw_link *link, char **arguments)
{
	raw_begin(link, SLUICE_CMD_FLOOR_SET, 0);
	mnl_attr_put_u64(link->message, SLUICE_ATTR_VERSION_FLOOR, number(arguments[0]));
	return raw_call(link, NULL, NULL);
}

static int word_heartbeat(struct raw_link *link, char **arguments)
{
	raw_begin(link, SLUICE_CMD_HEARTBEAT, 0);
	mnl_attr_put_u32(link->message, SLUICE_ATTR_LAYERS, number(arguments[0]));
	return raw_call(link, NULL, NULL);
}

static int word_flows(struct raw_link *link, char **arguments)
{
	return raw_show_flows(link);
}

static int word_leases(struct raw_link *link, char **arguments)
{
	return raw_show_leases(link);
}

static int word_attack(struct raw_link *link, char **arguments)
{
	if (!strcmp(arguments[0], "standing"))
		exit(raw_attack_standing(link));
	raw_bundle_load(arguments[1], &bundle);
	exit((!strcmp(arguments[0], "trust") ? raw_attack_trust : raw_attack_stage)(
		link, &bundle, getenv("SLUICE_NIGHTLY") != NULL));
}

static const struct word {
	const char *word;
	int arguments;
	const char *help;
	int (*run)(struct raw_link *link, char **arguments);
} words[] = {
	{ "get", 0, "", word_get },
	{ "counters", 0, "", word_counters },
	{ "bindings", 0, "", word_bindings },
	{ "forget", 1, "ADDRESS", word_forget },
	{ "trust", 1, "BUNDLE", word_trust },
	{ "stage", 1, "BUNDLE", word_stage },
	{ "abort", 0, "", word_abort },
	{ "bind", 2, "GENERATION BUNDLE", word_bind },
	{ "rebind", 3, "GENERATION PORT DEVICE", word_rebind },
	{ "starve-port", 4, "GENERATION PORT DEVICE TURN", raw_starve_port },
	{ "starve-activation", 2, "BUNDLE STEPS", raw_starve_activation },
	{ "starve-loading", 3, "MODULE PARAMETERS STEPS", raw_starve_loading },
	{ "publish", 2, "GENERATION TRIAL_MS", word_publish },
	{ "activate", 1, "BUNDLE", word_activate },
	{ "confirm", 1, "GENERATION", word_confirm },
	{ "revert", 0, "", word_revert },
	{ "release", 0, "", word_release },
	{ "floor", 1, "VERSION", word_floor },
	{ "heartbeat", 1, "LAYERS", word_heartbeat },
	{ "lease", 4, "ZONE ADDRESS[,MAC] MS held|revoked", raw_lease },
	{ "leases", 0, "", word_leases },
	{ "flows", 0, "", word_flows },
	{ "island", 2, "GENERATION CONDUITS|off", raw_island },
	{ "clock", 2, "0|1 SECONDS", raw_clock },
	{ "open", 3, "GENERATION CONDUIT MS", raw_open_conduit },
	{ "random", 5, "SEED COUNT TRUST,POLICY... NAMESPACE COMMAND,...", raw_random },
	{ "attack", 2, "stage|trust|standing BUNDLE", word_attack },
};

#define WORDS (sizeof(words) / sizeof(*words))

static int usage(void)
{
	size_t index;

	for (index = 0; index < WORDS; index++)
		fprintf(stderr, "%s sluice-raw %s %s\n", index ? "      " : "usage:",
			words[index].word, words[index].help);
	return 2;
}

static int refused(int error)
{
	fprintf(stderr, "%s: %s\n", strerrorname_np(-error),
		link_to_module.sentence[0] ? link_to_module.sentence : strerror(-error));
	return 1;
}

int main(int argc, char **argv)
{
	size_t index = 0;
	int error;

	while (index < WORDS && (argc < 2 || strcmp(argv[1], words[index].word)))
		index++;
	if (index == WORDS || argc - 2 != words[index].arguments)
		return usage();
	/* whoever loads the module cannot speak to it yet */
	error = words[index].run == raw_starve_loading ? 0 : raw_open(&link_to_module);
	if (!error)
		error = words[index].run(&link_to_module, argv + 2);
	return error ? refused(error) : 0;
}
