// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packet table for scripts, one case a line, blank-separated:
 *
 *	NAME PORT LAYER STATE REASON TWIN BYTES
 *
 * PORT is "gateway" for what the gateway sends; STATE is new, live, back or other (what the case asks
 * of connection tracking or of the counters); TWIN is "-" for permitted cases; BYTES are hexadecimal
 * from the destination MAC on.
 */
#include <stdio.h>

#include "tests/packets/table.h"

static const char *state_of(const struct packet_case *test)
{
	if (test->spent || test->now || test->no_policy || test->flow.translated)
		return "other";
	if (test->flow.state == SLUICE_FLOW_STATE_NEW && !test->flow.reply)
		return "new";
	if (test->flow.state == SLUICE_FLOW_STATE_ESTABLISHED)
		return test->flow.reply ? "back" : "live";
	return "other";
}

static const char *layer_of(const struct packet_case *test)
{
	return test->layer == SLUICE_LAYER_LOCAL_IN  ? "local_in" :
	       test->layer == SLUICE_LAYER_LOCAL_OUT ? "local_out" :
						       "forward";
}

int main(void)
{
	struct frame frame;
	size_t i;
	uint32_t byte;

	for (i = 0; i < packet_case_count; i++) {
		const struct packet_case *test = &packet_cases[i];

		packet_build(test, &frame);
		printf("%s %s %s %s %s %s ", test->name, test->port ? test->port : "gateway",
		       layer_of(test), state_of(test), packet_reason_name(test->reason),
		       test->twin ? test->twin : "-");
		for (byte = 0; byte < frame.length; byte++)
			printf("%02x", frame.bytes[byte]);
		putchar('\n');
	}
	return 0;
}
