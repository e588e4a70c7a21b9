// SPDX-License-Identifier: GPL-2.0-or-later
/* Case files; see cases.h. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "../lib/reason.h"
#include "cases.h"
#include "keys.h"

struct expectation {
	const char *flow;
	struct sluice_place place;
	bool allow;
	int reason;			/* -1: not stated */
	const char *conduit;
	const char *because;
	const char *gateway;
	const char *port;
	struct sluice_question question;
};

struct run {
	const struct sluice_policy *policy;
	struct sluice_judge_site *site;	/* by gateway, compiled when first needed */
	struct sluice_messages *messages;
	const char *path;
	FILE *out;
	bool verbose;
	struct sluice_case_counts *counts;
};

/* Flows */

bool sluice_parse_port_number(const char *text, uint16_t *number)
{
	size_t length = strlen(text);
	unsigned long value;

	if (!length || length > 5 || strspn(text, "0123456789") != length)
		return false;
	value = strtoul(text, NULL, 10);
	*number = (uint16_t)value;
	return value && value <= UINT16_MAX;
}

/* Cuts `name:502` and `[fd00::1]:502`; an IPv6 address without brackets has no port. */
static bool cut_port(char *end, const char **name, uint16_t *port)
{
	char *colon = strchr(end, ':');

	*name = end;
	*port = 0;
	if (*end == '[') {
		char *close = strchr(end, ']');

		if (!close)
			return false;
		*name = end + 1;
		*close = '\0';
		return !close[1] || (close[1] == ':' && sluice_parse_port_number(close + 2, port));
	}
	if (!colon || strchr(colon + 1, ':'))
		return true;
	*colon = '\0';
	return sluice_parse_port_number(colon + 1, port);
}

static bool read_protocol(const char *word, uint8_t *protocol)
{
	static const struct {
		const char *word;
		uint8_t protocol;
	} words[] = {
		{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "echo", IPPROTO_ICMP },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		*protocol = words[i].protocol;
		if (!strcmp(word, words[i].word))
			return true;
	}
	return false;
}

static bool parse_ends(const struct sluice_judge_site *site, char *from, char *to,
		       struct sluice_question *question, char **problem)
{
	const char *from_name, *to_name;

	if (!cut_port(from, &from_name, &question->from_port) ||
	    !cut_port(to, &to_name, &question->to_port)) {
		*problem = sluice_copy_text("a port is a number from 1 to 65535 behind a colon");
		return false;
	}
	if (question->protocol == IPPROTO_ICMP && (question->from_port || question->to_port)) {
		*problem = sluice_copy_text("echo has no ports");
		return false;
	}
	return sluice_find_pair(site, from_name, to_name, question, problem);
}

bool sluice_parse_flow(const struct sluice_judge_site *site, const char *text,
		       struct sluice_question *question, char **problem)
{
	char *copy = sluice_copy_text(text), *rest = NULL;
	char *protocol = strtok_r(copy, " ", &rest);
	char *from = strtok_r(NULL, " ", &rest);
	char *arrow = strtok_r(NULL, " ", &rest);
	char *to = strtok_r(NULL, " ", &rest);
	bool good;

	*problem = NULL;
	if (!to || strcmp(arrow, "->") || strtok_r(NULL, " ", &rest) ||
	    !read_protocol(protocol, &question->protocol)) {
		*problem = sluice_copy_text("a flow reads `tcp FROM -> TO:PORT`, udp likewise, or `echo FROM -> TO`");
		good = false;
	} else {
		good = parse_ends(site, from, to, question, problem);
	}
	free(copy);
	return good;
}

/* Words of a case, by number */

const char * const sluice_lease_words[] = { "none", "held", "revoked", NULL };
const char * const sluice_fragment_words[] = { "none", "part", "whole", NULL };

/* Keys of a case */

static void case_flow(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	struct expectation *expectation = target;

	expectation->flow = sluice_read_text(reader, value);
	expectation->place = value->place;
}

static void case_expect(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	static const char * const words[] = { "allow", "deny", NULL };
	struct expectation *expectation = target;

	expectation->allow = sluice_read_word(reader, value, words) == 0;
}

static void case_state(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	const char *words[SLUICE_ASK_STATES + 1] = { NULL };
	struct expectation *expectation = target;
	int word;

	for (int i = 0; i < SLUICE_ASK_STATES; i++)
		words[i] = sluice_ask_state_name(i);
	word = sluice_read_word(reader, value, words);
	if (word >= 0)
		expectation->question.state = word;
}

static void case_reason(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	const char *text = sluice_read_text(reader, value);
	struct expectation *expectation = target;

	if (!text)
		return;
	expectation->reason = sluice_reason_number(text);
	if (expectation->reason < 0)
		sluice_message_error(reader->messages, &value->place, "there is no reason %s", text);
}

static void case_conduit(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct expectation *expectation = target;

	expectation->conduit = sluice_read_text(reader, value);
}

static void case_because(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct expectation *expectation = target;

	expectation->because = sluice_read_text(reader, value);
}

static void case_gateway(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct expectation *expectation = target;

	expectation->gateway = sluice_read_name(reader, value);
}

static void case_port(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	struct expectation *expectation = target;

	expectation->port = sluice_read_text(reader, value);
}

static void case_mac(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		     void *target)
{
	const char *text = sluice_read_text(reader, value);
	struct expectation *expectation = target;

	if (text && !sluice_mac_parse(text, expectation->question.mac))
		sluice_message_error(reader->messages, &value->place,
				     "%.60s is not the MAC address of one device", text);
}

static void case_at(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		    void *target)
{
	const char *text = sluice_read_text(reader, value);
	struct expectation *expectation = target;

	if (text && !sluice_parse_time(text, &expectation->question.when.now))
		sluice_message_error(reader->messages, &value->place, "%.60s is not a time", text);
}

static void case_clock(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	static const char * const words[] = { "sure", "unsure", NULL };
	struct expectation *expectation = target;

	expectation->question.when.unsure = sluice_read_word(reader, value, words) == 1;
}

static void case_open(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		      void *target)
{
	struct expectation *expectation = target;

	expectation->question.when.open = sluice_read_bool(reader, value);
}

static void case_island(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			void *target)
{
	struct expectation *expectation = target;

	expectation->question.when.island = sluice_read_bool(reader, value);
}

static void case_lease(struct sluice_reader *reader, const struct sluice_yaml_node *value,
		       void *target)
{
	struct expectation *expectation = target;
	int word = sluice_read_word(reader, value, sluice_lease_words);

	expectation->question.when.lease = word > 0 ? (unsigned int)word : SLUICE_LEASE_NONE;
}

static void case_fragment(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			  void *target)
{
	struct expectation *expectation = target;
	int word = sluice_read_word(reader, value, sluice_fragment_words);

	expectation->question.when.fragment = word > 0 ? (unsigned int)word : SLUICE_FRAGMENT_NONE;
}

static void case_payload(struct sluice_reader *reader, const struct sluice_yaml_node *value,
			 void *target)
{
	struct expectation *expectation = target;

	expectation->question.when.payload =
		(uint32_t)sluice_read_number(reader, value, 0, SLUICE_PAYLOAD_MAX);
}

static const struct sluice_key case_keys[] = {
	SLUICE_KEY_REQUIRED("flow", case_flow),
	SLUICE_KEY_REQUIRED("expect", case_expect),
	SLUICE_KEY("state", case_state),
	SLUICE_KEY("reason", case_reason),
	SLUICE_KEY("conduit", case_conduit),
	SLUICE_KEY("because", case_because),
	SLUICE_KEY("gateway", case_gateway),
	SLUICE_KEY("port", case_port),
	SLUICE_KEY("mac", case_mac),
	SLUICE_KEY("at", case_at),
	SLUICE_KEY("clock", case_clock),
	SLUICE_KEY("open", case_open),
	SLUICE_KEY("island", case_island),
	SLUICE_KEY("lease", case_lease),
	SLUICE_KEY("fragment", case_fragment),
	SLUICE_KEY("payload", case_payload),
};

static const struct sluice_key_table case_table = {
	"case", case_keys, sizeof(case_keys) / sizeof(case_keys[0]),
};

/* Running */

static const struct sluice_judge_site *find_site(struct run *run,
						 const struct expectation *expectation)
{
	const struct sluice_gateway *gateway = sluice_policy_gateway(run->policy,
								     expectation->gateway);
	struct sluice_judge_site *site;

	if (!gateway) {
		sluice_message_error(run->messages, &expectation->place,
				     expectation->gateway ? "the site has no such gateway" :
				     "the site has several gateways: say gateway:");
		return NULL;
	}
	site = &run->site[gateway - run->policy->gateway];
	if (site->image.words)
		return site;
	site->policy = run->policy;
	site->gateway = gateway;
	return sluice_policy_compile(run->policy, gateway->name, &site->image, run->messages) ?
	       NULL : site;
}

static bool as_expected(const struct expectation *expectation,
			const struct sluice_decision *decision, const char *conduit)
{
	if (decision->permit != expectation->allow)
		return false;
	if (expectation->reason >= 0 && decision->reason != (unsigned int)expectation->reason)
		return false;
	return !expectation->conduit || !strcmp(expectation->conduit, conduit);
}

static void report(struct run *run, const struct expectation *expectation,
		   const struct sluice_decision *decision, const char *conduit, bool good)
{
	const char *wanted = expectation->reason >= 0 ?
			     sluice_reason_name((unsigned int)expectation->reason) : "any reason";

	if (good) {
		if (run->verbose)
			fprintf(run->out, "%s:%u: ok: %s (%s): %s, %s%s%s\n", run->path,
				expectation->place.line, expectation->flow,
				sluice_ask_state_name(expectation->question.state),
				decision->permit ? "allow" : "deny",
				sluice_reason_name(decision->reason), *conduit ? ", " : "", conduit);
		return;
	}
	fprintf(run->out, "%s:%u:%u: %s (%s) should be %s (%s%s%s), but is %s (%s%s%s)\n", run->path,
		expectation->place.line, expectation->place.column, expectation->flow,
		sluice_ask_state_name(expectation->question.state),
		expectation->allow ? "allow" : "deny", wanted,
		expectation->conduit ? ", " : "", expectation->conduit ? expectation->conduit : "",
		decision->permit ? "allow" : "deny", sluice_reason_name(decision->reason),
		*conduit ? ", " : "", conduit);
	if (expectation->because)
		fprintf(run->out, "    because: %s\n", expectation->because);
}

static bool choose_port(struct run *run, const struct sluice_judge_site *site,
			struct expectation *expectation)
{
	if (!expectation->port)
		return true;
	expectation->question.port = sluice_find_port(site->gateway, expectation->port);
	if (expectation->question.port)
		return true;
	sluice_message_error(run->messages, &expectation->place, "the gateway has no port %s",
			     expectation->port);
	return false;
}

static void run_case(struct run *run, struct expectation *expectation)
{
	const struct sluice_judge_site *site = find_site(run, expectation);
	struct sluice_conduit_view view = { 0 };
	struct sluice_decision decision;
	char *problem;
	bool good;

	if (!site || !choose_port(run, site, expectation))
		return;
	if (!sluice_parse_flow(site, expectation->flow, &expectation->question, &problem)) {
		sluice_message_error(run->messages, &expectation->place, "%s", problem);
		free(problem);
		return;
	}
	sluice_decide(site, &expectation->question, &decision);
	sluice_conduit_view(run->policy, site->gateway, decision.conduit, &view);
	good = as_expected(expectation, &decision, view.name);
	report(run, expectation, &decision, view.name, good);
	if (good)
		run->counts->passed++;
	else
		run->counts->failed++;
}

static void run_list(struct run *run, const struct sluice_yaml_node *list)
{
	struct sluice_reader reader = { .messages = run->messages };

	for (const struct sluice_yaml_node *node = list->child; node; node = node->next) {
		struct expectation expectation = { .reason = -1 };
		size_t before = run->messages->errors;

		sluice_read_mapping(&reader, node, &case_table, &expectation);
		if (run->messages->errors == before)
			run_case(run, &expectation);
	}
}

static void run_tree(struct run *run, const struct sluice_yaml *yaml)
{
	const struct sluice_yaml_node *list = sluice_yaml_get(yaml->root, "cases");

	if (!list || list->kind != SLUICE_YAML_SEQUENCE || yaml->root->count != 1) {
		sluice_message_error(run->messages, &yaml->root->place,
				     "a case file holds one key, cases:, with a list");
		return;
	}
	run->site = sluice_allocate(run->policy->gateways, sizeof(*run->site));
	run_list(run, list);
	for (size_t i = 0; i < run->policy->gateways; i++)
		sluice_image_buffer_release(&run->site[i].image);
	free(run->site);
}

int sluice_cases_run(const struct sluice_policy *policy, const char *path, FILE *out, bool verbose,
		     struct sluice_case_counts *counts, struct sluice_messages *messages)
{
	struct run run = {
		.policy = policy, .messages = messages, .path = path,
		.out = out, .verbose = verbose, .counts = counts,
	};
	const char *file = messages->file;
	size_t before = messages->errors;
	struct sluice_yaml *yaml = NULL;
	size_t length;
	char *text;

	memset(counts, 0, sizeof(*counts));
	messages->file = path;
	if (!sluice_yaml_read_file(path, SLUICE_POLICY_TEXT_MAX, &text, &length, messages)) {
		yaml = sluice_yaml_parse(text, length, messages);
		free(text);
	}
	if (yaml)
		run_tree(&run, yaml);
	sluice_yaml_free(yaml);
	messages->file = file;
	return messages->errors == before ? 0 : -EINVAL;
}
