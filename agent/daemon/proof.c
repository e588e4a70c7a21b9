// SPDX-License-Identifier: GPL-2.0-or-later
/* Watching the stamp; see proof.h. */
#include "daemon/proof.h"

#include <errno.h>
#include <inttypes.h>

/* Frames in flight between gate and module are fewer than this. */
#define FRAMES_ENOUGH 16

static uint64_t entered(const struct sluice_daemon *daemon,
			const struct sluice_live_policy *policy, uint32_t index)
{
	for (size_t i = 0; i < daemon->now.port_count; i++)
		if (daemon->now.ports[i].generation == policy->generation &&
		    daemon->now.ports[i].index == index)
			return daemon->now.ports[i].rx_packets;
	return 0;
}

static int refuse(struct sluice_messages *messages, const char *device, uint64_t passed)
{
	sluice_message_error(messages, NULL,
			     "%s: the gate passed %" PRIu64 " frames and the module saw no stamp",
			     device, passed);
	sluice_message_hint(messages, "its driver loses XDP metadata: use another device, or a "
			    "policy without the xdp layer for this gateway");
	return -EPROTO;
}

int sluice_proof_check(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_live_policy *policy = sluice_daemon_in_force(daemon);
	struct sluice_port_counters counters;
	uint64_t total = 0;

	if (!policy || !daemon->gate)
		return -ENOENT;
	for (uint32_t index = 1; index <= sluice_held_ports(policy->held); index++) {
		uint64_t seen = entered(daemon, policy, index);

		if (sluice_gate_read_port(daemon->gate, policy->slot, index, &counters))
			continue;
		if (!seen && counters.passed >= FRAMES_ENOUGH)
			return refuse(messages, sluice_held_port(policy->held, index).device,
				      counters.passed);
		total += seen;
	}
	if (total)
		sluice_message_note(messages, NULL, "by observation: %" PRIu64
				    " frames entered with their stamp", total);
	else
		sluice_message_note(messages, NULL, "by observation: no frame seen yet");
	return 0;
}
