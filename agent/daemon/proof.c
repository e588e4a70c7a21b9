// SPDX-License-Identifier: GPL-2.0-or-later
/* Trying the stamp; see proof.h. */
#include "daemon/proof.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <string.h>

#include "daemon/layers.h"
#include "daemon/ports.h"

/* Frames in flight between gate and module are fewer than this. */
#define FRAMES_ENOUGH 16
#define PROBE_BYTES 60

/* ARP request (RFC 826) without a speaker (RFC 5227), for a MAC that nobody on the wire has. */
static const uint8_t probe_ends[12] = {0x02, 0x53, 0x4c, 0x55, 0x49, 0x43,
				       0x02, 0x53, 0x4c, 0x55, 0x49, 0x45};
static const uint8_t probe_body[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1,
				     0x02, 0x53, 0x4c, 0x55, 0x49, 0x45};

static uint32_t make_probe(uint8_t frame[PROBE_BYTES + 4], uint32_t vlan)
{
	uint32_t at = sizeof(probe_ends);

	memset(frame, 0, PROBE_BYTES + 4);
	memcpy(frame, probe_ends, at);
	if (vlan) {
		frame[at++] = 0x81;
		frame[at++] = 0x00;
		frame[at++] = (uint8_t)(vlan >> 8);
		frame[at++] = (uint8_t)vlan;
	}
	memcpy(frame + at, probe_body, sizeof(probe_body));
	return PROBE_BYTES + (vlan ? 4 : 0);
}

static int send_probe(const struct sluice_daemon *daemon, unsigned int ifindex, uint32_t vlan)
{
	uint8_t frame[PROBE_BYTES + 4];
	uint32_t length = make_probe(frame, vlan);
	struct xdp_md context = {.data_end = length, .ingress_ifindex = ifindex};
	struct bpf_test_run_opts options = {
		.sz = sizeof(options),
		.data_in = frame,
		.data_size_in = length,
		.ctx_in = &context,
		.ctx_size_in = sizeof(context),
		.repeat = 1,
		.flags = BPF_F_TEST_XDP_LIVE_FRAMES,
	};

	return bpf_prog_test_run_opts(sluice_gate_program_fd(daemon->gate), &options);
}

static uint64_t passed_by_gate(const struct sluice_daemon *daemon,
			       const struct sluice_live_policy *policy, uint32_t index)
{
	struct sluice_port_counters counters = {};

	if (sluice_gate_read_port(daemon->gate, policy->slot, index, &counters))
		return 0;
	return counters.passed;
}

static uint64_t entered_module(const struct sluice_daemon *daemon,
			       const struct sluice_live_policy *policy, uint32_t index)
{
	for (size_t i = 0; i < daemon->now.port_count; i++)
		if (daemon->now.ports[i].generation == policy->generation &&
		    daemon->now.ports[i].index == index)
			return daemon->now.ports[i].rx_packets;
	return 0;
}

static bool is_probed(const struct sluice_held *held, const struct sluice_held_port *port)
{
	return !port->tunnel &&
	       !(sluice_zone_record(&held->image, port->zone) & SLUICE_ZONE_FLAG_ISOLATED);
}

/*
 * Return: true when the kernel took a probe and the gate passed it, so that the module must have
 * seen it. A kernel that takes none leaves the port to observation.
 */
static bool probe(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
		  uint32_t index)
{
	struct sluice_held_port port = sluice_held_port(policy->held, index);
	unsigned int ifindex = sluice_ports_device(daemon, port.device);
	uint64_t before = passed_by_gate(daemon, policy, index);

	if (!ifindex || !is_probed(policy->held, &port))
		return false;
	/* Counts are of one generation: one that has seen nothing by this port is tried anew. */
	if (daemon->proved[index] == ifindex && entered_module(daemon, policy, index))
		return false;
	daemon->proved[index] = ifindex;
	return !send_probe(daemon, ifindex, port.vlan) &&
	       passed_by_gate(daemon, policy, index) > before;
}

static int refuse(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
		  uint32_t index, uint64_t passed, struct sluice_messages *messages)
{
	daemon->proved[index] = 0;
	sluice_message_error(messages, NULL,
			     "%s: the gate passed %" PRIu64 " frames and the module saw no stamp",
			     sluice_held_port(policy->held, index).device, passed);
	sluice_message_hint(messages, "this kernel or driver loses XDP metadata: use another, or a "
			    "policy without the xdp layer for this gateway (then sources are "
			    "checked one layer later)");
	return -EPROTO;
}

static int judge(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
		 const uint64_t passed[SLUICE_MAX_PORTS + 1],
		 const bool probed[SLUICE_MAX_PORTS + 1], struct sluice_messages *messages)
{
	uint64_t frames = 0, ports = 0;

	for (uint32_t index = 1; index <= sluice_held_ports(policy->held); index++) {
		uint64_t entered = entered_module(daemon, policy, index);

		if (!entered && (probed[index] || passed[index] >= FRAMES_ENOUGH))
			return refuse(daemon, policy, index, passed[index], messages);
		frames += entered;
		ports += entered != 0;
	}
	sluice_message_note(messages, NULL,
			    "%" PRIu64 " frames entered with their stamp by %" PRIu64 " ports",
			    frames, ports);
	return 0;
}

/*
 * The gate is asked first and the module afterwards. The other way round, frames that pass between
 * the two questions would look as if they had lost their stamps.
 */
int sluice_proof_check(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	const struct sluice_live_policy *policy = sluice_daemon_in_force(daemon);
	uint64_t passed[SLUICE_MAX_PORTS + 1] = {};
	bool probed[SLUICE_MAX_PORTS + 1] = {};
	int error;

	if (!policy || !daemon->gate)
		return -ENOENT;
	for (uint32_t index = 1; index <= sluice_held_ports(policy->held); index++) {
		probed[index] = probe(daemon, policy, index);
		passed[index] = passed_by_gate(daemon, policy, index);
	}
	error = sluice_layers_refresh(daemon, messages);
	if (error)
		return error;
	/* A trial that ended meanwhile takes its counters with it: judged at the next look. */
	if (sluice_daemon_in_force(daemon) != policy)
		return 0;
	return judge(daemon, policy, passed, probed, messages);
}
