// SPDX-License-Identifier: GPL-2.0-or-later
/* One policy into module and gate; see layers.h. */
#include "daemon/layers.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "daemon/ports.h"
#include "lib/memory.h"

static int refuse(struct sluice_messages *messages, int error, const char *what)
{
	sluice_message_error(messages, NULL, "%s: %s", what, strerror(-error));
	return error;
}

/* ---- The gate as a whole ---- */

/* What the module cannot write itself, the agent writes in sluice_layers_select(). */
static int hand_over_selector(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error;

	daemon->selector_by_module = daemon->now.features & SLUICE_FEATURE_SELECTOR_MAP;
	if (!daemon->selector_by_module)
		return 0;
	error = sluice_kernel_gate_set(daemon->kernel, sluice_gate_selector_fd(daemon->gate),
				       messages);
	if (error)
		return error;
	error = sluice_gate_seal_selector(daemon->gate);
	return error ? refuse(messages, error, "the gate's selector cannot be sealed") : 0;
}

static int prepare_gate(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = sluice_gate_set_nonce(daemon->gate, daemon->now.nonce);

	if (error)
		return refuse(messages, error, "the gate does not take the module's nonce");
	error = hand_over_selector(daemon, messages);
	return error ? error : sluice_layers_select(daemon, messages);
}

int sluice_layers_open_gate(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error;

	if (daemon->gate)
		return 0;
	error = sluice_gate_open(daemon->config.pin, messages, &daemon->gate);
	if (error)
		return error;
	error = prepare_gate(daemon, messages);
	if (error) {
		sluice_gate_close(daemon->gate);
		daemon->gate = NULL;
	}
	return error;
}

int sluice_layers_select(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	uint64_t selector = 0;
	int error;

	if (!daemon->gate || daemon->selector_by_module)
		return 0;
	error = sluice_gate_read_selector(daemon->gate, &selector);
	if (!error && selector != daemon->now.selector)
		error = sluice_gate_write_selector(daemon->gate, daemon->now.selector);
	return error ? refuse(messages, error, "the gate's selector cannot be written") : 0;
}

int sluice_layers_refresh(struct sluice_daemon *daemon, struct sluice_messages *messages)
{
	int error = sluice_kernel_get(daemon->kernel, &daemon->now, messages);

	if (error) {
		sluice_kernel_close(daemon->kernel);
		daemon->kernel = NULL;
	}
	return error;
}

/* ---- Images ---- */

static int compare_digest(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
			  const uint8_t digest[SLUICE_DIGEST_BYTES],
			  struct sluice_messages *messages)
{
	if (!memcmp(digest, policy->held->manifest.image_digest, SLUICE_DIGEST_BYTES))
		return 0;
	sluice_daemon_raise(daemon, SLUICE_INVARIANT_DIGEST_DIFFERS, 0,
			    "systemctl restart sluiced; if it comes back, somebody writes BPF "
			    "maps on this gateway: find out who (bpftool prog, bpftool map)",
			    "the gate holds another image than the module in slot %u",
			    policy->slot);
	sluice_message_error(messages, NULL, "the gate's image differs from the signed one");
	return -EBADMSG;
}

int sluice_layers_stage_gate(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
			     struct sluice_messages *messages)
{
	uint8_t digest[SLUICE_DIGEST_BYTES];
	int error;

	if (!(sluice_held_layers(policy->held) & SLUICE_LAYER_BIT_XDP))
		return 0;
	error = sluice_layers_open_gate(daemon, messages);
	if (!error)
		error = sluice_gate_stage(daemon->gate, policy->slot, policy->held->words,
					  policy->held->image.count, digest, messages);
	return error ? error : compare_digest(daemon, policy, digest, messages);
}

/* ---- The gate on devices ---- */

static bool has_tags(const struct sluice_held *held, const char *device)
{
	for (uint32_t index = 1; index <= sluice_held_ports(held); index++) {
		struct sluice_held_port port = sluice_held_port(held, index);

		if (port.vlan && !strcmp(port.device, device))
			return true;
	}
	return false;
}

/* A port that already carried traffic under the gate has lost it: that is more than not yet. */
static bool was_guarded(const struct sluice_daemon *daemon, unsigned int ifindex)
{
	if (daemon->now.state != SLUICE_STATE_ACTIVE && daemon->now.state != SLUICE_STATE_TRIAL)
		return false;
	if (daemon->rungs[SLUICE_STEP_GATE].state == SLUICE_RUNG_FAILED)
		return false;
	for (size_t i = 0; i < daemon->now.port_count; i++)
		if (daemon->now.ports[i].ifindex == ifindex)
			return true;
	return false;
}

static int attach(struct sluice_daemon *daemon, const struct sluice_held *held, const char *device,
		  unsigned int ifindex, struct sluice_messages *messages)
{
	int mode;

	if (was_guarded(daemon, ifindex))
		sluice_daemon_raise(daemon, SLUICE_INVARIANT_GATE_MISSING, ifindex,
				    "sluiced puts it back by itself; find out who detached it",
				    "%s has no gate", device);
	mode = sluice_gate_check_port(ifindex, has_tags(held, device), messages);
	if (mode < 0)
		return mode;
	return sluice_gate_attach(daemon->gate, ifindex, (enum sluice_gate_mode)mode, NULL,
				  messages);
}

int sluice_layers_attach(struct sluice_daemon *daemon, const struct sluice_live_policy *policy,
			 struct sluice_messages *messages)
{
	int error = 0, result;

	if (!(sluice_held_layers(policy->held) & SLUICE_LAYER_BIT_XDP))
		return 0;
	for (uint32_t index = 1; index <= sluice_held_ports(policy->held); index++) {
		struct sluice_held_port port = sluice_held_port(policy->held, index);
		unsigned int ifindex = sluice_ports_device(daemon, port.device);

		if (!ifindex || port.tunnel ||
		    sluice_gate_attached(daemon->gate, ifindex, NULL) == 1)
			continue;
		result = attach(daemon, policy->held, port.device, ifindex, messages);
		error = error ? error : result;
	}
	return error;
}
