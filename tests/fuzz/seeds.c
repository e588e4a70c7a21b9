// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * First inputs for the fuzzer, one file a case of the packet table (and for frames, one for each way back):
 *
 *	seeds core|image|frame FOLDER
 */
#include "tests/fuzz/decide.h"
#include "tests/fuzz/frame.h"

/* The small plant unspoilt, then the case as it stands */
static size_t seed_core(size_t index, uint8_t *bytes)
{
	bytes[0] = 1;
	bytes[2] = (uint8_t)(index >> 8);
	bytes[3] = (uint8_t)index;
	return 4;
}

/* The image that the case is about, unspoilt; as first of those asked when it is accepted, too */
static size_t seed_image(size_t index, uint8_t *bytes)
{
	bytes[0] = index >= packet_case_count;
	bytes[1] = bytes[4] = (uint8_t)(index >> 8);
	bytes[2] = bytes[5] = (uint8_t)index;
	return 6;
}

static size_t write_head(size_t index, const struct packet_case *test, uint8_t *bytes)
{
	bytes[0] = index >= packet_case_count;
	bytes[1] = (uint8_t)decide_port(index, test->port);
	bytes[2] = (uint8_t)(test->layer ? test->layer : SLUICE_LAYER_FORWARD);
	bytes[4] = test->flow.state;
	bytes[5] = (uint8_t)((test->flow.reply ? FRAME_REPLY : 0) |
			     (test->flow.translated ? FRAME_TRANSLATED : 0) |
			     (test->untracked ? FRAME_UNTRACKED : 0) | (test->whole ? FRAME_WHOLE : 0));
	return FRAME_HEAD;
}

static size_t seed_frame(size_t index, uint8_t *bytes)
{
	const struct frame *frame = decide_frame(index);
	size_t head = write_head(index, decide_table(index), bytes);

	memcpy(bytes + head, frame->bytes, frame->length);
	return head + frame->length;
}

/* What the other end answers, should it stand behind @port: not all of it may come back. */
static size_t seed_answer(size_t index, const char *port, uint8_t *bytes)
{
	struct packet_case answer = *decide_table(index);
	struct frame_spec *turned = &answer.frame;
	struct frame frame;
	size_t head;

	*turned = (struct frame_spec){
		.source = turned->destination, .destination = turned->source,
		.source_port = turned->destination_port, .destination_port = turned->source_port,
		.protocol = turned->protocol, .payload = turned->payload,
		.tcp_flags = turned->protocol == SLUICE_PROTOCOL_TCP ? 0x10 : 0,
	};
	answer.port = port;
	answer.flow = (struct sluice_flow){ .state = SLUICE_FLOW_STATE_ESTABLISHED, .reply = 1 };
	packet_build(&answer, &frame);
	head = write_head(index, &answer, bytes);
	memcpy(bytes + head, frame.bytes, frame.length);
	return head + frame.length;
}

static const struct {
	const char *driver;
	size_t (*seed)(size_t index, uint8_t *bytes);
} seeds[] = {
	{ "core", seed_core },
	{ "image", seed_image },
	{ "frame", seed_frame },
};

static void write_seed(const char *folder, size_t index, const char *port, const uint8_t *bytes,
		       size_t length)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%03zu-%s%s%s", folder, index, decide_table(index)->name,
		 port ? "-from-" : "", port ? port : "");
	file = fopen(path, "we");
	FUZZ_DEMAND(file);
	FUZZ_DEMAND(fwrite(bytes, 1, length, file) == length);
	FUZZ_DEMAND(!fclose(file));
}

static void write_answers(const char *folder, size_t index)
{
	const struct packet_case *test = decide_table(index);
	const char *const *ports = decide_ports_of(index);
	size_t port;

	if (test->reason != SLUICE_REASON_PERMITTED || test->lie.where ||
	    test->flow.state != SLUICE_FLOW_STATE_NEW || test->flow.reply)
		return;
	for (port = 0; port < DECIDE_PORTS && ports[port]; port++) {
		uint8_t bytes[FRAME_HEAD + FRAME_BYTES] = { 0 };

		write_seed(folder, index, ports[port], bytes, seed_answer(index, ports[port], bytes));
	}
}

int main(int argc, char **argv)
{
	size_t i, index;

	for (i = 0; argc == 3 && i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		if (strcmp(argv[1], seeds[i].driver))
			continue;
		for (index = 0; index < decide_cases(); index++) {
			uint8_t bytes[FRAME_HEAD + FRAME_BYTES] = { 0 };

			write_seed(argv[2], index, NULL, bytes, seeds[i].seed(index, bytes));
			if (seeds[i].seed == seed_frame)
				write_answers(argv[2], index);
		}
		return 0;
	}
	fprintf(stderr, "usage: seeds core|image|frame FOLDER\n");
	return 2;
}
