// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz driver of what a stranger sends: any bytes for a frame, at any port and hook, in any state of
 * its flow, over sound images of the compiler. Nothing is read behind the frame, and what passes keeps
 * the structural rules.
 *
 * An input is FRAME_HEAD bytes of where and when, the state that they may announce, and the frame.
 */
#include "agent/policy/features.h"
#include "tests/fuzz/decide.h"
#include "tests/fuzz/frame.h"
#include "tests/fuzz/spoilt.h"
#include "tests/lib/site.h"

#define PLANT "policies/reference-plant.yaml"
#define ROUTED "tests/packets/routed.yaml"

static const struct sluice_image *sound_image(int routed)
{
	static struct spoilt sound[2];
	struct site site;

	if (!sound[routed].image.count) {
		sluice_enforced = ~0u;
		FUZZ_DEMAND(site_load(routed ? ROUTED : PLANT, &site));
		sound[routed] = spoilt_make(&site.image);
		site_release(&site);
	}
	return &sound[routed].image;
}

static struct sluice_packet rest(const struct input *input)
{
	uint32_t length = input->size < FRAME_BYTES ? (uint32_t)input->size : FRAME_BYTES;
	uint8_t *bytes = decide_bytes(length);

	if (length)
		memcpy(bytes, input->data, length);
	return (struct sluice_packet){ bytes, length };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const struct sluice_image *image = sound_image((int)input_take(&input, 1) & 1);
	struct decided decided = { .layer = SLUICE_LAYER_FORWARD };
	struct asked asked = { .clock = { .now = PACKET_USUAL_TIME, .nanoseconds = 9000000000ULL,
					  .sure = 1 } };
	uint8_t flags;

	decided.facts.port = (__u16)(input_take(&input, 1) % 16);
	decided.layer = (unsigned int)input_take(&input, 1) % 9;
	decided.facts.segments = 1 + (__u32)input_take(&input, 1);
	asked.flow.state = (__u8)input_take(&input, 1) % 6;
	flags = (uint8_t)input_take(&input, 1);
	asked.flow.reply = !!(flags & FRAME_REPLY);
	asked.flow.translated = !!(flags & FRAME_TRANSLATED);
	asked.untracked = !!(flags & FRAME_UNTRACKED);
	asked.whole = !!(flags & FRAME_WHOLE);
	if (flags & FRAME_STATE)
		decide_spoil_state(&input, &asked);
	asked.packet = rest(&input);
	decide_ask(image, &asked, &decided);
	decide_demand(image, &decided);
	decide_demand_rules(image, &decided);
	return 0;
}
