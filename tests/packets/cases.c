// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the packet table as C, for the module's unit tests: each image and each case under it
 * (kmod/packet_kunit.h). What is zero is left out.
 */
#include <endian.h>
#include <stdio.h>

#include "agent/policy/features.h"
#include "tests/packets/known.h"

#define FIELD(packet, field) print_field(#field, (packet)->field)

static void print_field(const char *name, unsigned long long value)
{
	if (value)
		printf("\t  .%s = %lluULL,\n", name, value);
}

static void print_image(const char *name, const struct sluice_image *image)
{
	printf("static const __le64 %s_words[] = {\n", name);
	for (uint32_t i = 0; i < image->count; i++)
		printf("\tcpu_to_le64(0x%llxULL),\n", (unsigned long long)le64toh(image->words[i]));
	printf("};\n\nstatic const struct sluice_image %s_image = { %s_words, %u };\n\n", name, name,
	       image->count);
}

static void print_bytes(const char *name, size_t number, const struct frame *frame)
{
	printf("static const __u8 %s_bytes_%zu[] = {", name, number);
	for (uint32_t i = 0; i < frame->length; i++)
		printf("%s0x%02x,", i % 16 ? " " : "\n\t", frame->bytes[i]);
	printf("\n};\n\n");
}

static void print_state(const struct sluice_packet_case *packet)
{
	FIELD(packet, flow.state);
	FIELD(packet, flow.reply);
	FIELD(packet, flow.translated);
	FIELD(packet, standing.open_until);
	FIELD(packet, standing.window_end);
	FIELD(packet, standing.island);
	FIELD(packet, standing.lease);
	FIELD(packet, clock.now);
	FIELD(packet, clock.lower_bound);
	FIELD(packet, clock.nanoseconds);
	FIELD(packet, clock.sure);
	FIELD(packet, track.reply_bytes);
	FIELD(packet, track.forward_packets);
	FIELD(packet, track.reply_packets);
	FIELD(packet, track.sequence);
	FIELD(packet, track.sent);
	FIELD(packet, track.acknowledged);
	FIELD(packet, track.seen);
	FIELD(packet, counters.packets_due);
	FIELD(packet, counters.replies_due);
	FIELD(packet, counters.connections_due);
	FIELD(packet, counters.spare_due);
	FIELD(packet, counters.hour_since);
	FIELD(packet, counters.hour_bytes);
	FIELD(packet, counters.concurrent);
}

static void print_case(const char *name, size_t number, const struct sluice_packet_case *packet)
{
	printf("\t{ .name = \"%s\", .bytes = %s_bytes_%zu, .length = %u,\n", packet->name, name, number,
	       packet->length);
	FIELD(packet, port);
	FIELD(packet, layer);
	FIELD(packet, whole);
	FIELD(packet, no_policy);
	FIELD(packet, untracked);
	print_state(packet);
	FIELD(packet, reason);
	FIELD(packet, conduit);
	printf("\t},\n");
}

static int print_policy(const char *path, const char *name, const struct packet_case *cases, size_t count)
{
	struct frame frame;
	struct site site;
	size_t i;

	if (!site_load(path, &site))
		return 1;
	print_image(name, &site.image);
	for (i = 0; i < count; i++) {
		packet_build(&cases[i], &frame);
		print_bytes(name, i, &frame);
	}
	printf("static const struct sluice_packet_case %s_cases[] = {\n", name);
	for (i = 0; i < count; i++) {
		struct sluice_packet_case packet = packet_known(&site, &cases[i], &frame);

		print_case(name, i, &packet);
	}
	printf("};\n\n");
	site_release(&site);
	return 0;
}

int main(void)
{
	/* Also what the language does not promise yet. */
	sluice_enforced = ~0u;
	printf("/* SPDX-License-Identifier: GPL-2.0 */\n/* Made by tests/packets/cases. */\n\n");
	return print_policy("policies/reference-plant.yaml", "plant", packet_cases, packet_case_count) ||
	       print_policy("tests/packets/routed.yaml", "routed", packet_routed, packet_routed_count);
}
