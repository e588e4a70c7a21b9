// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A packet table for scripts, a line of JSON for each case: `list POLICY` prints that of the reference plant,
 * `list POLICY routed` the other one. POLICY is what they are under.
 *
 *	name, proves	of the case
 *	port		the device with its tag, "eth2.10"; null for what the gateway sends
 *	layer		forward, local_in, local_out
 *	state		what connection tracking says: new, live, back (an answer), about (an error
 *			about a live flow), invalid, none, other
 *	track		what the gateway remembers of the flow, struct sluice_track; null: nothing
 *	needs		what no frame on a cable brings about, in words; null: nothing
 *	gate		the gate alone drops it: neither state nor needs matter
 *	reason, conduit	the answer; conduit is its number under POLICY, null: any
 *	frame		hexadecimal, from the destination MAC on, tag included
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/site.h"
#include "tests/packets/known.h"
#include "tests/packets/table.h"

static const char *state_of(const struct sluice_flow *flow)
{
	switch (flow->state) {
	case SLUICE_FLOW_STATE_NEW:
		return flow->reply ? "other" : "new";
	case SLUICE_FLOW_STATE_ESTABLISHED:
		return flow->reply ? "back" : "live";
	case SLUICE_FLOW_STATE_RELATED:
		return flow->reply ? "about" : "other";
	case SLUICE_FLOW_STATE_INVALID:
		return "invalid";
	case SLUICE_FLOW_STATE_NONE:
		return "none";
	default:
		return "other";
	}
}

static int has_standing(const struct packet_case *test)
{
	static const struct sluice_standing none;

	return memcmp(&test->standing, &none, sizeof(none)) != 0;
}

static const char *needs_of(const struct packet_case *test)
{
	if (test->no_policy)
		return "no policy";
	if (!test->port)
		return "that the gateway sends it";
	if (test->spent)
		return "a limit that is used up";
	if (test->now || test->lower_bound || test->unsure)
		return "another clock";
	if (test->flow.translated)
		return "a translated flow";
	if (test->whole)
		return "a datagram in pieces";
	if (has_standing(test))
		return "a word of an operator";
	return test->untracked ? "a flow that is not remembered" : NULL;
}

static const char *layer_of(const struct packet_case *test)
{
	switch (test->layer) {
	case SLUICE_LAYER_LOCAL_IN:
		return "local_in";
	case SLUICE_LAYER_LOCAL_OUT:
		return "local_out";
	default:
		return "forward";
	}
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
	json_object_object_add(object, key, json_object_new_uint64(number));
}

static struct json_object *track_of(const struct sluice_track *track)
{
	struct json_object *object;

	if (!track->seen && !track->reply_bytes)
		return NULL;
	object = json_object_new_object();
	add_number(object, "reply_bytes", track->reply_bytes);
	add_number(object, "forward_packets", track->forward_packets);
	add_number(object, "reply_packets", track->reply_packets);
	add_number(object, "sequence", track->sequence);
	add_number(object, "sent", track->sent);
	add_number(object, "acknowledged", track->acknowledged);
	return object;
}

static void add_frame(struct json_object *object, const struct frame *frame)
{
	char text[2 * FRAME_BYTES + 1] = "";
	uint32_t byte;

	for (byte = 0; byte < frame->length; byte++)
		snprintf(text + 2 * byte, 3, "%02x", frame->bytes[byte]);
	add_text(object, "frame", text);
}

static void print_case(const struct site *site, const struct packet_case *test)
{
	struct json_object *object = json_object_new_object();
	int gate = test->port && !test->no_policy && packet_gate_drops(test);
	struct frame frame;
	unsigned int conduit = packet_known(site, test, &frame).conduit;

	add_text(object, "name", test->name);
	add_text(object, "proves", test->proves);
	add_text(object, "port", test->port);
	add_text(object, "layer", layer_of(test));
	add_text(object, "state", state_of(&test->flow));
	json_object_object_add(object, "track", track_of(&test->track));
	add_text(object, "needs", needs_of(test));
	json_object_object_add(object, "gate", json_object_new_boolean(gate));
	add_text(object, "reason", packet_reason_name(test->reason));
	json_object_object_add(object, "conduit", conduit == SLUICE_PACKET_ANY ? NULL :
			       json_object_new_uint64(conduit));
	add_frame(object, &frame);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
	json_object_put(object);
}

static void print_cases(const struct site *site, const struct packet_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		print_case(site, &cases[i]);
}

int main(int count, char **arguments)
{
	struct site site;

	if (count < 2 || count > 3 || (count == 3 && strcmp(arguments[2], "routed"))) {
		fprintf(stderr, "usage: list POLICY [routed]\n");
		return 2;
	}
	if (!site_load(arguments[1], &site))
		return 1;
	if (count == 3)
		print_cases(&site, packet_routed, packet_routed_count);
	else
		print_cases(&site, packet_cases, packet_case_count);
	site_release(&site);
	return 0;
}
