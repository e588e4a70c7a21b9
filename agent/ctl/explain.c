// SPDX-License-Identifier: GPL-2.0-or-later
/* sluicectl explain: what the kernel would do with a packet, by the kernel's own code. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/memory.h"
#include "lib/message.h"
#include "lib/reason.h"
#include "lib/walk.h"
#include "policy/cases.h"
#include "policy/decide.h"
#include "policy/keys.h"
#include "tracker.h"
#include "whole.h"
#include "word.h"

struct sluice_packet {
	const uint8_t *bytes;
	__u32 length;
};

static inline int sluice_load(const struct sluice_packet *packet, __u32 offset, void *to,
			      __u32 length)
{
	if (offset > packet->length || length > packet->length - offset) {
		memset(to, 0, length);
		return -1;
	}
	memcpy(to, packet->bytes + offset, length);
	return 0;
}

#include "kmod/core/parse.h"

struct settings {
	const char *policy;
	const char *gateway;
	const char *port;
	const char *capture;
	enum sluice_walk_form form;
	struct sluice_question question;
	struct sluice_judge_site site;
	int offset;			/* of the network header in a capture; -1 for Ethernet */
	bool denied;			/* at least one packet was */
	const char *state;		/* option that said it, or NULL */
};

static int usage(void)
{
	fputs("usage: sluicectl explain --policy FILE [--gateway NAME] [--port PORT|auto] [--json] [--at TIME]\n"
	      "           [--established | --reply | --midstream | --untracked | --error] [--source-port N] [--mac MAC]\n"
	      "           [--clock-unsure] [--open] [--island] [--lease held|revoked] [--fragment part|whole] [--payload N]\n"
	      "           SRC DST tcp/PORT|udp/PORT|echo\n"
	      "       sluicectl explain --policy FILE [--gateway NAME] [--port PORT|auto] [--json] [--at TIME] --pcap FILE\n"
	      "  SRC and DST are addresses, assets, or the word gateway. With --reply, SRC answers DST and the\n"
	      "  port is that of SRC. Exit status: 0 allow, 1 deny (with --pcap: any denied), 2 usage or error.\n",
	      stderr);
	return SLUICE_EXIT_USAGE;
}

/* Output */

static const char *name_of(const struct sluice_zone *zone)
{
	return zone ? zone->name : NULL;
}

static void write_line_number(struct sluice_walk *walk, unsigned int line)
{
	/* No line is null in JSON, not 0. */
	if (line)
		sluice_walk_number(walk, "line", "line", line);
	else
		sluice_walk_text(walk, "line", NULL, NULL);
}

/* Silence is null in JSON, and in words it is silence. */
static void write_answer(struct sluice_walk *walk, unsigned int refusal)
{
	switch (refusal) {
	case SLUICE_REFUSAL_RESET:
		sluice_walk_text(walk, "answer", "answer", "reset");
		sluice_walk_note(walk, "  the sender is told at once: RST");
		return;
	case SLUICE_REFUSAL_PROHIBITED:
		sluice_walk_text(walk, "answer", "answer", "prohibited");
		sluice_walk_note(walk, "  the sender is told at once: ICMP, administratively prohibited");
		return;
	}
	sluice_walk_text(walk, "answer", NULL, NULL);
}

/* It passes all the same: null in JSON where nothing is observed, or who begins holds a lease. */
static void write_observed(struct sluice_walk *walk, unsigned int reason)
{
	if (reason == SLUICE_REASON_PERMITTED) {
		sluice_walk_text(walk, "observed", NULL, NULL);
		return;
	}
	sluice_walk_text(walk, "observed", "observed", sluice_reason_name(reason));
	sluice_walk_note(walk, "  it passes; with identity: required it would be denied");
}

static void note_line(struct sluice_walk *walk, const char *policy, const struct sluice_zone *zone)
{
	if (zone && zone->place.line)
		sluice_walk_note(walk, "  %s:%u", policy, zone->place.line);
}

/* What somebody does who expected it to pass. */
static void note_next_step(struct sluice_walk *walk, const struct sluice_decision *decision)
{
	const struct sluice_zone *source = decision->source_zone;
	const struct sluice_zone *destination = decision->destination_zone;

	if (decision->reason != SLUICE_REASON_NO_CONDUIT || !source || !destination)
		return;
	if (source == destination)
		sluice_walk_note(walk, "next: if this is wanted: \"intra: allow\" in zone %s, or a conduit "
				 "within it", source->name);
	else if (source->level > destination->level && source->level != SLUICE_LEVEL_INTERNET)
		sluice_walk_note(walk, "next: no conduit may begin in %s towards %s; if this is wanted, %s "
				 "must begin it", source->name, destination->name, destination->name);
	else
		sluice_walk_note(walk, "next: if this is wanted: a conduit from %s to %s that names the "
				 "service; policy check says whether the rules allow it",
				 source->name, destination->name);
}

static void write_decision(const struct settings *settings, struct sluice_walk *walk,
			   const struct sluice_decision *decision)
{
	struct sluice_conduit_view view;
	bool found = sluice_conduit_view(settings->site.policy, settings->site.gateway,
					 decision->conduit, &view);

	sluice_walk_text(walk, "verdict", "verdict", decision->permit ? "allow" : "deny");
	sluice_walk_text(walk, "reason", "reason", sluice_reason_name(decision->reason));
	sluice_walk_note(walk, "  %s", sluice_reason_text(decision->reason));
	sluice_walk_text(walk, "conduit", found ? "conduit" : NULL, found ? view.name : NULL);
	sluice_walk_text(walk, "src_zone", "from zone", name_of(decision->source_zone));
	note_line(walk, settings->policy, decision->source_zone);
	sluice_walk_text(walk, "dst_zone", "to zone", name_of(decision->destination_zone));
	note_line(walk, settings->policy, decision->destination_zone);
	write_line_number(walk, decision->line);
	write_answer(walk, decision->refusal);
	write_observed(walk, decision->observed);
	note_next_step(walk, decision);
}

/* One question */

static bool parse_service(const char *text, struct sluice_question *question)
{
	uint16_t *port = question->state == SLUICE_ASK_REPLY ? &question->from_port :
							       &question->to_port;

	if (!strcmp(text, "echo")) {
		question->protocol = IPPROTO_ICMP;
		return true;
	}
	question->protocol = !strncmp(text, "tcp/", 4) ? IPPROTO_TCP : IPPROTO_UDP;
	if (question->protocol == IPPROTO_UDP && strncmp(text, "udp/", 4))
		return false;
	return sluice_parse_port_number(text + 4, port);
}

static int ask_one(struct settings *settings, char **argument)
{
	struct sluice_decision decision;
	struct sluice_walk *walk;
	char *problem;

	if (!parse_service(argument[2], &settings->question)) {
		fprintf(stderr, "sluicectl explain: %s is not tcp/PORT, udp/PORT or echo\n",
			argument[2]);
		return SLUICE_EXIT_USAGE;
	}
	if (!sluice_find_pair(&settings->site, argument[0], argument[1], &settings->question,
			      &problem)) {
		fprintf(stderr, "sluicectl explain: %s (%s)\n", problem, settings->policy);
		free(problem);
		return SLUICE_EXIT_USAGE;
	}
	sluice_decide(&settings->site, &settings->question, &decision);
	walk = sluice_walk_begin(stdout, settings->form);
	write_decision(settings, walk, &decision);
	if (sluice_walk_end(walk))
		return SLUICE_EXIT_USAGE;
	return decision.permit ? SLUICE_EXIT_YES : SLUICE_EXIT_NO;
}

/* Captures */

static void print_address(const struct sluice_facts *facts, const struct sluice_address *address,
			  char text[SLUICE_ADDRESS_TEXT])
{
	uint8_t bytes[16];

	for (int i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(address->high >> (56 - 8 * i));
		bytes[8 + i] = (uint8_t)(address->low >> (56 - 8 * i));
	}
	if (!facts->family ||
	    !inet_ntop(facts->family == 6 ? AF_INET6 : AF_INET, bytes, text, SLUICE_ADDRESS_TEXT))
		strcpy(text, "-");
}

static const char *describe_packet(const struct sluice_facts *facts, char *text, size_t size)
{
	char from[SLUICE_ADDRESS_TEXT], to[SLUICE_ADDRESS_TEXT];
	const char *word = facts->protocol == IPPROTO_TCP ? "tcp" :
			   facts->protocol == IPPROTO_UDP ? "udp" : NULL;

	print_address(facts, &facts->source, from);
	print_address(facts, &facts->destination, to);
	if (!facts->family)
		snprintf(text, size, "frame 0x%04x", facts->ethertype);
	else if (word)
		snprintf(text, size, "%s %s:%u -> %s:%u", word, from, facts->source_port, to,
			 facts->destination_port);
	else
		snprintf(text, size, "protocol %u %s -> %s", facts->protocol, from, to);
	return text;
}

static void show_packet(struct settings *settings, size_t number, const struct sluice_facts *facts,
			const struct sluice_decision *decision)
{
	struct sluice_conduit_view view = { 0 };
	struct sluice_walk *walk;
	char text[160];

	describe_packet(facts, text, sizeof(text));
	if (settings->form == SLUICE_WALK_TEXT) {
		sluice_conduit_view(settings->site.policy, settings->site.gateway,
				    decision->conduit, &view);
		printf("%zu: %s: %s, %s%s%s", number, text, decision->permit ? "allow" : "deny",
		       sluice_reason_name(decision->reason), *view.name ? ", " : "", view.name);
		if (decision->line)
			printf(", line %u", decision->line);
		putchar('\n');
		return;
	}
	walk = sluice_walk_begin(stdout, SLUICE_WALK_JSON);
	sluice_walk_number(walk, "number", NULL, number);
	sluice_walk_text(walk, "packet", NULL, text);
	write_decision(settings, walk, decision);
	sluice_walk_end(walk);
}

/* What a capture calls its packets, and where the network header stands in them. */
static const struct {
	int type;
	int offset;
} link_types[] = {
	{ DLT_EN10MB, -1 },		/* Ethernet: parsed with its header */
	{ DLT_RAW, 0 }, { DLT_NULL, 4 }, { DLT_LINUX_SLL, 16 }, { DLT_LINUX_SLL2, 20 },
};

static bool find_offset(pcap_t *capture, int *offset)
{
	for (size_t i = 0; i < sizeof(link_types) / sizeof(link_types[0]); i++) {
		*offset = link_types[i].offset;
		if (link_types[i].type == pcap_datalink(capture))
			return true;
	}
	return false;
}

/* Where the network header stands; 0 also when the frame is too short for one. */
static __u32 network_offset(const struct sluice_packet *packet, int offset)
{
	struct sluice_facts scratch = { 0 };

	return offset < 0 ? sluice_parse_tag(packet, &scratch) : (__u32)offset;
}

static void parse_packet(const struct sluice_packet *packet, int offset,
			 struct sluice_facts *facts)
{
	if (offset < 0) {
		sluice_parse_frame(packet, facts);
		return;
	}
	/* Without an Ethernet header the version of IP says what it is. */
	if (packet->length > (__u32)offset)
		facts->ethertype = packet->bytes[offset] >> 4 == 6 ? SLUICE_ETHERTYPE_IPV6 :
								     SLUICE_ETHERTYPE_IPV4;
	sluice_parse_network(packet, (__u32)offset, facts);
}

/*
 * A packet that was judged.
 * @when: it came, seconds since 1970
 * @waits: it is a piece, and what becomes of it is not known yet
 */
struct outcome {
	struct sluice_facts facts;
	struct sluice_decision decision;
	uint64_t when;
	bool waits;
};

/*
 * @outcome: of the packets that follow the first @before, each with the number behind it
 * @room: for so many
 * @shown: of these
 */
struct inquiry {
	struct settings *settings;
	struct sluice_tracker *tracker;
	struct sluice_wholes *wholes;
	struct outcome *outcome;
	size_t before;
	size_t count;
	size_t room;
	size_t shown;
};

static void judge(struct inquiry *inquiry, struct outcome *outcome)
{
	struct sluice_circumstances when = inquiry->settings->question.when;
	struct sluice_track track;
	struct sluice_flow flow;

	if (!when.now)
		when.now = outcome->when;
	flow = sluice_tracker_look(inquiry->tracker, &outcome->facts, &track);
	sluice_decide_facts(&inquiry->settings->site, &outcome->facts, &flow, &track, &when,
			    &outcome->decision);
	if (outcome->decision.permit)
		sluice_tracker_take(inquiry->tracker, &outcome->facts, &track);
}

/* All pieces came: the datagram is judged, and each of them shares its lot. */
static void judge_whole(struct inquiry *inquiry, const struct sluice_whole *whole,
			const struct outcome *last)
{
	struct sluice_packet packet = { whole->bytes, (__u32)whole->length };
	struct outcome outcome = { .when = last->when, .facts = {
		.ethertype = last->facts.ethertype,
		.port = last->facts.port,
		.vlan = last->facts.vlan,
		.source_mac = last->facts.source_mac,
		.destination_mac = last->facts.destination_mac,
		.segments = (__u32)whole->count,
	} };

	sluice_parse_network(&packet, 0, &outcome.facts);
	outcome.facts.fragment = SLUICE_FRAGMENT_WHOLE;
	judge(inquiry, &outcome);
	for (size_t i = 0; i < whole->count; i++) {
		struct outcome *piece;

		/* Shown already: a capture's clock may go back, and then the piece has waited too long. */
		if (whole->number[i] <= inquiry->before)
			continue;
		piece = &inquiry->outcome[whole->number[i] - inquiry->before - 1];
		piece->decision = outcome.decision;
		piece->waits = false;
	}
}

/* A piece that the gate let pass has no decision of its own. */
static void wait_for_whole(struct inquiry *inquiry, const struct sluice_packet *packet,
			   struct outcome *outcome)
{
	__u32 offset = network_offset(packet, inquiry->settings->offset);
	struct sluice_whole whole;
	__u8 reason;

	if (outcome->decision.layer == SLUICE_LAYER_GATE ||
	    outcome->facts.kind != SLUICE_KIND_FRAGMENT)
		return;
	reason = sluice_wholes_take(inquiry->wholes, &outcome->facts, packet->bytes + offset,
				    inquiry->before + inquiry->count, outcome->when, &whole);
	outcome->waits = reason == SLUICE_REASON_PERMITTED;
	if (!outcome->waits)
		outcome->decision.reason = reason;
	if (whole.bytes)
		judge_whole(inquiry, &whole, outcome);
	sluice_whole_release(&whole);
}

/* In order, so up to the first that still waits at that time. */
static void show_outcomes(struct inquiry *inquiry, uint64_t now)
{
	for (; inquiry->shown < inquiry->count; inquiry->shown++) {
		struct outcome *outcome = &inquiry->outcome[inquiry->shown];

		if (outcome->waits && now < outcome->when + SLUICE_WHOLE_SECONDS)
			return;
		if (!outcome->decision.permit)
			inquiry->settings->denied = true;
		show_packet(inquiry->settings, inquiry->before + inquiry->shown + 1,
			    &outcome->facts, &outcome->decision);
	}
	inquiry->before += inquiry->count;
	inquiry->count = inquiry->shown = 0;
}

static void ask_frame(struct inquiry *inquiry, const struct pcap_pkthdr *header,
		      const uint8_t *bytes)
{
	struct sluice_packet packet = { bytes, header->caplen };
	struct outcome outcome = { .when = (uint64_t)header->ts.tv_sec, .facts = {
		.segments = 1,
		.port = (__u16)inquiry->settings->question.port,
	} };

	parse_packet(&packet, inquiry->settings->offset, &outcome.facts);
	judge(inquiry, &outcome);
	if (inquiry->count == inquiry->room) {
		inquiry->room = inquiry->room ? 2 * inquiry->room : 64;
		inquiry->outcome = sluice_resize(inquiry->outcome, inquiry->room, sizeof(outcome));
	}
	inquiry->outcome[inquiry->count++] = outcome;
	wait_for_whole(inquiry, &packet, &inquiry->outcome[inquiry->count - 1]);
	show_outcomes(inquiry, outcome.when);
}

/* Return: of libpcap's last reading. */
static int ask_frames(struct settings *settings, pcap_t *capture)
{
	struct inquiry inquiry = {
		.settings = settings,
		.tracker = sluice_tracker_begin(),
		.wholes = sluice_wholes_begin(),
	};
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	int status;

	while ((status = pcap_next_ex(capture, &header, &bytes)) == 1)
		ask_frame(&inquiry, header, bytes);
	show_outcomes(&inquiry, UINT64_MAX);
	sluice_wholes_end(inquiry.wholes);
	sluice_tracker_end(inquiry.tracker);
	free(inquiry.outcome);
	return status;
}

static int ask_capture(struct settings *settings)
{
	char problem[PCAP_ERRBUF_SIZE];
	FILE *file = fopen(settings->capture, "re");
	pcap_t *capture = file ? pcap_fopen_offline(file, problem) : NULL;
	int status;

	if (!capture || !find_offset(capture, &settings->offset)) {
		fprintf(stderr, "%s: %s\n", settings->capture,
			capture ? "not a capture of Ethernet frames or IP packets" :
			file ? problem : strerror(errno));
		if (file && !capture)
			fclose(file);
		if (capture)
			pcap_close(capture);
		return SLUICE_EXIT_USAGE;
	}
	status = ask_frames(settings, capture);
	if (status == PCAP_ERROR)
		fprintf(stderr, "%s: %s\n", settings->capture, pcap_geterr(capture));
	pcap_close(capture);
	if (status == PCAP_ERROR || ferror(stdout))
		return SLUICE_EXIT_USAGE;
	return settings->denied ? SLUICE_EXIT_NO : SLUICE_EXIT_YES;
}

/* Options */

static bool set_word(const char * const *words, const char *text, unsigned int *number)
{
	for (*number = 0; words[*number]; ++*number)
		if (!strcmp(words[*number], text))
			return true;
	return false;
}

static bool set_payload(const char *text, uint32_t *bytes)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*bytes = (uint32_t)number;
	return *text >= '0' && *text <= '9' && !*end && number <= SLUICE_PAYLOAD_MAX;
}

/*
 * @take: returns false when the argument is not what is @wanted
 * @at: offset in struct settings of what options without a value set, and texts
 * @state: that --established and its like mean
 * @wanted: of an option whose value can be wrong
 */
struct choice {
	const char *name;
	bool (*take)(struct settings *settings, const struct choice *choice, const char *argument);
	int argument;
	size_t at;
	enum sluice_ask_state state;
	const char *wanted;
};

static bool take_text(struct settings *settings, const struct choice *choice, const char *argument)
{
	*(const char **)((char *)settings + choice->at) = argument;
	return true;
}

static bool take_truth(struct settings *settings, const struct choice *choice, const char *argument)
{
	*(bool *)((char *)settings + choice->at) = true;
	return true;
}

static bool take_state(struct settings *settings, const struct choice *choice, const char *argument)
{
	if (settings->state && settings->state != choice->name) {
		fprintf(stderr, "sluicectl explain: --%s and --%s exclude each other\n",
			settings->state, choice->name);
		return false;
	}
	settings->state = choice->name;
	settings->question.state = choice->state;
	return true;
}

static bool take_json(struct settings *settings, const struct choice *choice, const char *argument)
{
	settings->form = SLUICE_WALK_JSON;
	return true;
}

static bool take_port(struct settings *settings, const struct choice *choice, const char *argument)
{
	return sluice_parse_port_number(argument, &settings->question.from_port);
}

static bool take_time(struct settings *settings, const struct choice *choice, const char *argument)
{
	return sluice_parse_time(argument, &settings->question.when.now);
}

static bool take_lease(struct settings *settings, const struct choice *choice, const char *argument)
{
	return set_word(sluice_lease_words, argument, &settings->question.when.lease);
}

static bool take_fragment(struct settings *settings, const struct choice *choice,
			  const char *argument)
{
	return set_word(sluice_fragment_words, argument, &settings->question.when.fragment);
}

static bool take_payload(struct settings *settings, const struct choice *choice,
			 const char *argument)
{
	return set_payload(argument, &settings->question.when.payload);
}

static bool take_mac(struct settings *settings, const struct choice *choice, const char *argument)
{
	return sluice_mac_parse(argument, settings->question.mac);
}

#define TEXT(name, member)	{ name, take_text, 1, offsetof(struct settings, member), 0, NULL }
#define TRUTH(name, member)	{ name, take_truth, 0, offsetof(struct settings, member), 0, NULL }
#define STATE(name, state)	{ name, take_state, 0, 0, state, NULL }
#define VALUE(name, take, what)	{ name, take, 1, 0, 0, what }

static const struct choice choices[] = {
	TEXT("policy", policy), TEXT("gateway", gateway), TEXT("port", port), TEXT("pcap", capture),
	{ "json", take_json, 0, 0, 0, NULL },
	STATE("established", SLUICE_ASK_ESTABLISHED), STATE("reply", SLUICE_ASK_REPLY),
	STATE("midstream", SLUICE_ASK_MIDSTREAM), STATE("untracked", SLUICE_ASK_UNTRACKED),
	STATE("error", SLUICE_ASK_ERROR),
	TRUTH("clock-unsure", question.when.unsure), TRUTH("open", question.when.open),
	TRUTH("island", question.when.island),
	VALUE("source-port", take_port, "a port from 1 to 65535"),
	VALUE("at", take_time, "a time like 2026-12-01T10:00Z"),
	VALUE("lease", take_lease, "a word for a lease (sluicectl(8))"),
	VALUE("fragment", take_fragment, "a word for a fragment (sluicectl(8))"),
	VALUE("payload", take_payload, "a number of bytes"),
	VALUE("mac", take_mac, "a MAC address like 00:1d:9c:00:00:07"),
};

#define CHOICES	(sizeof(choices) / sizeof(choices[0]))

static void list_options(struct option options[CHOICES + 1])
{
	for (size_t i = 0; i < CHOICES; i++)
		options[i] = (struct option){ choices[i].name, choices[i].argument, NULL, (int)i };
	options[CHOICES] = (struct option){ NULL, 0, NULL, 0 };
}

/* getopt answers with the place in the table, or a question mark. */
_Static_assert(CHOICES <= '?', "no option is taken for a question mark");

static bool set_option(struct settings *settings, int option, const char *argument)
{
	const struct choice *choice;

	if (option == '?')
		return false;
	choice = &choices[option];
	if (choice->take(settings, choice, argument))
		return true;
	if (!choice->wanted)
		return false;
	fprintf(stderr, "sluicectl explain: --%s %s is not %s\n", choice->name, argument,
		choice->wanted);
	return false;
}

static bool choose_port(struct settings *settings)
{
	if (!settings->port || !strcmp(settings->port, "auto"))
		return true;
	settings->question.port = sluice_find_port(settings->site.gateway, settings->port);
	if (!settings->question.port)
		fprintf(stderr, "sluicectl explain: gateway %s has no port %s in a zone of %s\n",
			settings->site.gateway->name, settings->port, settings->policy);
	return settings->question.port;
}

static bool open_site(struct settings *settings, struct sluice_policy *policy,
		      struct sluice_messages *messages)
{
	settings->site.policy = policy;
	settings->site.gateway = sluice_policy_gateway(policy, settings->gateway);
	return !sluice_policy_compile(policy, settings->gateway, &settings->site.image, messages);
}

static int ask(struct settings *settings, char **argument)
{
	if (!choose_port(settings))
		return SLUICE_EXIT_USAGE;
	if (settings->capture)
		return ask_capture(settings);
	if (!settings->question.when.now)
		settings->question.when.now = (uint64_t)time(NULL);
	return ask_one(settings, argument);
}

/* A capture's packets have ends, state and size of their own. */
static bool says_what_a_capture_says(const struct settings *settings)
{
	static const uint8_t none[sizeof(settings->question.mac)];
	const struct sluice_question *question = &settings->question;

	if (!settings->capture ||
	    (!settings->state && !question->from_port && !question->when.payload &&
	     !question->when.fragment && !memcmp(question->mac, none, sizeof(none))))
		return false;
	fputs("sluicectl explain: with --pcap the packets say their state, ports, MAC and size "
	      "themselves\n", stderr);
	return true;
}

int sluice_explain_word(int argc, char **argv)
{
	struct settings settings = { .form = SLUICE_WALK_TEXT };
	struct option options[CHOICES + 1];
	int option, status = SLUICE_EXIT_USAGE;
	struct sluice_messages messages;
	struct sluice_policy *policy;

	list_options(options);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!set_option(&settings, option, optarg))
			return usage();
	if (!settings.policy || argc - optind != (settings.capture ? 0 : 3) ||
	    says_what_a_capture_says(&settings))
		return usage();
	sluice_messages_init(&messages, settings.policy);
	policy = sluice_policy_load(settings.policy, &messages);
	if (policy && open_site(&settings, policy, &messages))
		status = ask(&settings, argv + optind);
	sluice_messages_print(&messages, stderr);
	sluice_messages_release(&messages);
	sluice_image_buffer_release(&settings.site.image);
	sluice_policy_free(policy);
	return status;
}
