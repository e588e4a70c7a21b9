// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel that is played; see played.h. */
#include "tests/agent/played.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/forwarding.h"
#include "kmod/core/selector.h"

#define FAR (1000 * 3600)

struct played played;

struct sluice_kernel {
	uint32_t nonce;
};

struct sluice_floor {
	int nothing;
};

struct sluice_gate {
	int nothing;
};

/* ---- Being there ---- */

void played_load(const uint8_t anchor[SLUICE_DIGEST_BYTES])
{
	static uint32_t loads;

	memset(&played.state, 0, sizeof(played.state));
	played.loaded = true;
	played.staged = 0;
	played.generations = 0;
	played.trust_epoch = 0;
	memset(played.previous, 0, sizeof(played.previous));
	played.state.abi = SLUICE_ABI_VERSION;
	played.state.nonce = ++loads;
	played.state.mark = loads << 16;
	played.state.hz = 1000;
	played.state.state = SLUICE_STATE_COMMISSIONING;
	played.state.features = SLUICE_FEATURE_STANDING;
	memset(played.island, 0, sizeof(played.island));
	played.sure = -1;
	played.lease_count = 0;
	played.state.has_anchor = true;
	memcpy(played.state.anchor, anchor, SLUICE_DIGEST_BYTES);
}

void played_unload(void)
{
	played.loaded = false;
}

static uint32_t slot_in_force(void)
{
	return sluice_selector_in_force(played.state.selector, 0);
}

static struct sluice_kernel_port *port_of(uint32_t generation, uint32_t index)
{
	for (size_t i = 0; i < played.state.port_count; i++)
		if (played.state.ports[i].generation == generation &&
		    played.state.ports[i].index == index)
			return &played.state.ports[i];
	return NULL;
}

static void pass(uint32_t slot, uint32_t index, uint64_t frames)
{
	struct sluice_kernel_port *port = port_of(played.state.slot[slot].generation, index);

	played.gate_passed[slot][index] += frames;
	if (port && !played.loses_stamps)
		port->rx_packets += frames;
}

void played_traffic(uint64_t frames)
{
	uint32_t slot = slot_in_force();

	for (uint32_t index = 1; slot && index <= SLUICE_MAX_PORTS; index++)
		if (port_of(played.state.slot[slot - 1].generation, index))
			pass(slot - 1, index, frames);
}

/* Devices need not exist. */
unsigned int if_nametoindex(const char *name)
{
	unsigned int sum = 1;

	while (*name)
		sum = sum * 31 % 9973 + (unsigned char)*name++;
	return sum + 1;
}

int sluice_plug_identity(const char *device, char text[SLUICE_PLUG_TEXT])
{
	for (int i = 0; i < 2 && played.swapped[i]; i++)
		if (!strcmp(device, played.swapped[i])) {
			device = played.swapped[!i];
			break;
		}
	snprintf(text, SLUICE_PLUG_TEXT, "path played/%s socket 0", device);
	return 0;
}

int sluice_plug_is_linkless(const char *device)
{
	return 0;
}

/* ---- The module ---- */

static int refuse(struct sluice_messages *messages, int error, const char *why)
{
	sluice_message_error(messages, NULL, "%s", why);
	return error;
}

int sluice_kernel_open(struct sluice_kernel **kernel, struct sluice_messages *messages)
{
	if (!played.loaded)
		return refuse(messages, -ENODEV, "the module is not loaded");
	*kernel = calloc(1, sizeof(**kernel));
	(*kernel)->nonce = played.state.nonce;
	return 0;
}

void sluice_kernel_close(struct sluice_kernel *kernel)
{
	free(kernel);
}

int sluice_kernel_get(struct sluice_kernel *kernel, struct sluice_kernel_state *state,
		      struct sluice_messages *messages)
{
	if (!played.loaded || kernel->nonce != played.state.nonce)
		return refuse(messages, -ENODEV, "the module is gone");
	if (played.lost_answers) {
		played.lost_answers--;
		return refuse(messages, -ETIMEDOUT, "the module does not answer");
	}
	*state = played.state;
	return 0;
}

static void identity_of(const struct sluice_envelope *envelope, uint8_t digest[SLUICE_DIGEST_BYTES])
{
	unsigned int length;

	EVP_Digest(envelope, sizeof(*envelope), digest, &length, EVP_sha256(), NULL);
}

int sluice_kernel_trust_load(struct sluice_kernel *kernel, const struct sluice_kernel_signed *trust,
			     struct sluice_messages *messages)
{
	uint64_t version = le64toh(trust->envelope->version);
	uint8_t digest[SLUICE_DIGEST_BYTES];

	identity_of(trust->envelope, digest);
	if (played.refuse_trust)
		return refuse(messages, -EKEYREJECTED, "a signature is wrong");
	if (played.state.has_trust && !memcmp(digest, played.state.trust_digest, sizeof(digest)))
		return 0;
	if (!played.state.has_trust && memcmp(digest, played.state.anchor, sizeof(digest)))
		return refuse(messages, -EKEYREJECTED, "not the trust file that was pinned");
	if (played.state.has_trust && version != played.state.trust_version + 1)
		return refuse(messages, -ESTALE, "not the next version of the trust file in force");
	played.state.has_trust = true;
	played.state.trust_version = version;
	played.trust_epoch = le64toh(trust->envelope->epoch);
	memcpy(played.state.trust_digest, digest, sizeof(digest));
	return 0;
}

int sluice_kernel_stage_abort(struct sluice_kernel *kernel, struct sluice_messages *messages)
{
	played.staged = 0;
	return 0;
}

int sluice_kernel_stage(struct sluice_kernel *kernel, const struct sluice_kernel_signed *policy,
			uint32_t *generation, uint32_t *slot, struct sluice_messages *messages)
{
	uint64_t version = le64toh(policy->envelope->version);
	uint8_t digest[SLUICE_DIGEST_BYTES];

	played.staged = 0;
	identity_of(policy->envelope, digest);
	if (le64toh(policy->envelope->epoch) != played.trust_epoch)
		return refuse(messages, -ESTALE, "the epoch of the policy is not that of the trust file");
	if (version < played.state.version_floor &&
	    memcmp(digest, played.previous, sizeof(digest)))
		return refuse(messages, -ESTALE, "the version is not newer than the floor");
	played.staged = ++played.generations;
	played.staged_slot = sluice_selector_confirmed(played.state.selector) == 1;
	played.staged_version = version;
	memcpy(played.staged_identity, digest, sizeof(digest));
	*generation = played.staged;
	*slot = played.staged_slot;
	return 0;
}

static bool is_known(uint32_t generation)
{
	return generation && (generation == played.staged ||
			      generation == played.state.slot[0].generation ||
			      generation == played.state.slot[1].generation);
}

int sluice_kernel_bind(struct sluice_kernel *kernel, uint32_t generation,
		       const struct sluice_kernel_port *ports, size_t count,
		       struct sluice_messages *messages)
{
	if (!is_known(generation))
		return refuse(messages, -ENOENT, "no such generation");
	for (size_t i = 0; i < count; i++) {
		struct sluice_kernel_port *port = port_of(generation, ports[i].index);

		if (!port)
			port = &played.state.ports[played.state.port_count++];
		*port = ports[i];
		port->generation = generation;
	}
	return 0;
}

static void forget_ports(uint32_t generation)
{
	size_t kept = 0;

	for (size_t i = 0; i < played.state.port_count; i++)
		if (played.state.ports[i].generation != generation)
			played.state.ports[kept++] = played.state.ports[i];
	played.state.port_count = kept;
}

static void set_selector(uint32_t confirmed, uint32_t trial)
{
	uint32_t numbers[SLUICE_SLOTS] = {played.state.slot[0].generation,
					  played.state.slot[1].generation};

	played.state.selector = sluice_selector_make(numbers, confirmed, trial, trial ? FAR : 0);
	played.state.state = trial ? SLUICE_STATE_TRIAL : SLUICE_STATE_ACTIVE;
	if (!trial && !confirmed)
		played.state.state = SLUICE_STATE_COMMISSIONING;
}

int sluice_kernel_publish(struct sluice_kernel *kernel, uint32_t generation, uint32_t trial_ms,
			  struct sluice_messages *messages)
{
	struct sluice_kernel_slot *slot = &played.state.slot[played.staged_slot];

	if (!generation || generation != played.staged)
		return refuse(messages, -ENOENT, "no policy of that generation is staged");
	forget_ports(slot->generation);
	slot->generation = generation;
	slot->version = played.staged_version;
	memcpy(slot->digest, played.staged_identity, sizeof(slot->digest));
	if (trial_ms)
		set_selector(sluice_selector_confirmed(played.state.selector), played.staged_slot + 1);
	else
		set_selector(played.staged_slot + 1, 0);
	played.staged = 0;
	played.island_was = played_closed(generation);
	played.leases_was = played.lease_count;
	return 0;
}

/* ---- Beside the policy ---- */

unsigned int played_closed(uint32_t generation)
{
	unsigned int closed = 0;

	for (size_t i = 0; i < sizeof(played.island[0]); i++)
		closed += (unsigned int)__builtin_popcount(played.island[generation][i]);
	return closed;
}

int sluice_kernel_island_set(struct sluice_kernel *kernel, uint32_t generation,
			     const uint8_t *bitmap, size_t length,
			     struct sluice_messages *messages)
{
	if (played.refuse_island)
		return refuse(messages, -ENOENT, "no such generation");
	memset(played.island[generation], 0, sizeof(played.island[0]));
	memcpy(played.island[generation], bitmap, length);
	return 0;
}

int sluice_kernel_conduit_open(struct sluice_kernel *kernel, uint32_t generation,
			       uint32_t conduit, uint64_t ms, struct sluice_messages *messages)
{
	return 0;
}

static void drop_lease(const struct sluice_kernel_lease *lease)
{
	size_t kept = 0;

	for (size_t i = 0; i < played.lease_count; i++)
		if (played.leases[i].zone != lease->zone ||
		    memcmp(played.leases[i].address, lease->address, sizeof(lease->address)))
			played.leases[kept++] = played.leases[i];
	played.lease_count = kept;
}

int sluice_kernel_lease_set(struct sluice_kernel *kernel, const struct sluice_kernel_lease *leases,
			    size_t count, struct sluice_messages *messages)
{
	for (size_t i = 0; i < count; i++) {
		drop_lease(&leases[i]);
		if (leases[i].until_ms)
			played.leases[played.lease_count++] = leases[i];
	}
	return 0;
}

int sluice_kernel_leases(struct sluice_kernel *kernel, struct sluice_kernel_lease **leases,
			 size_t *count, struct sluice_messages *messages)
{
	*leases = calloc(played.lease_count + 1, sizeof(**leases));
	memcpy(*leases, played.leases, played.lease_count * sizeof(**leases));
	*count = played.lease_count;
	return 0;
}

int sluice_kernel_clock_set(struct sluice_kernel *kernel, bool sure, uint64_t lower_bound,
			    struct sluice_messages *messages)
{
	played.sure = sure;
	played.state.sure = sure;
	return 0;
}

int sluice_kernel_confirm(struct sluice_kernel *kernel, uint32_t generation,
			  struct sluice_messages *messages)
{
	uint32_t trial = sluice_selector_trial(played.state.selector);

	if (!trial || played.state.slot[trial - 1].generation != generation)
		return refuse(messages, -ETIME, "too late");
	set_selector(trial, 0);
	return 0;
}

int sluice_kernel_revert(struct sluice_kernel *kernel, struct sluice_messages *messages)
{
	set_selector(sluice_selector_confirmed(played.state.selector), 0);
	return 0;
}

int sluice_kernel_release(struct sluice_kernel *kernel, struct sluice_messages *messages)
{
	memset(played.state.slot, 0, sizeof(played.state.slot));
	set_selector(0, 0);
	played.state.state = SLUICE_STATE_RELEASED;
	return 0;
}

int sluice_kernel_floor_set(struct sluice_kernel *kernel, uint64_t version, const uint8_t *active,
			    const uint8_t *previous, struct sluice_messages *messages)
{
	if (version > played.state.version_floor)
		played.state.version_floor = version;
	if (previous)
		memcpy(played.previous, previous, sizeof(played.previous));
	return 0;
}

int sluice_kernel_gate_set(struct sluice_kernel *kernel, int map, struct sluice_messages *messages)
{
	return 0;
}

int sluice_kernel_heartbeat(struct sluice_kernel *kernel, uint32_t layers,
			    struct sluice_messages *messages)
{
	return 0;
}

int sluice_kernel_gate_records(struct sluice_kernel *kernel, const struct sluice_record *records,
			       size_t count, struct sluice_messages *messages)
{
	return 0;
}

int sluice_kernel_flows(struct sluice_kernel *kernel, struct sluice_kernel_flow **flows,
			size_t *count, struct sluice_messages *messages)
{
	*flows = calloc(played.flow_count + 1, sizeof(**flows));
	if (played.flow_count)
		memcpy(*flows, played.flows, played.flow_count * sizeof(**flows));
	*count = played.flow_count;
	return 0;
}

/* ---- The gate ---- */

int sluice_gate_open(const char *pin_dir, struct sluice_messages *messages, struct sluice_gate **out)
{
	*out = calloc(1, sizeof(**out));
	return 0;
}

void sluice_gate_close(struct sluice_gate *gate)
{
	free(gate);
}

int sluice_gate_remove(const char *pin_dir)
{
	played.attached = false;
	memset(played.slot_used, 0, sizeof(played.slot_used));
	memset(played.gate_passed, 0, sizeof(played.gate_passed));
	return 0;
}

int sluice_gate_set_nonce(struct sluice_gate *gate, uint32_t nonce)
{
	return 0;
}

/* As the real one: only what is in force keeps its counters. */
int sluice_gate_stage(struct sluice_gate *gate, unsigned int slot, const uint64_t *words,
		      size_t count, uint8_t digest[SLUICE_DIGEST_BYTES],
		      struct sluice_messages *messages)
{
	bool named = sluice_selector_confirmed(played.state.selector) == slot + 1 ||
		     sluice_selector_trial(played.state.selector) == slot + 1;
	unsigned int length;

	EVP_Digest(words, count * sizeof(*words), digest, &length, EVP_sha256(), NULL);
	if (named && played.slot_used[slot])
		return memcmp(digest, played.slot_digest[slot], SLUICE_DIGEST_BYTES) ? -EBUSY : 0;
	memcpy(played.slot_digest[slot], digest, SLUICE_DIGEST_BYTES);
	memset(played.gate_passed[slot], 0, sizeof(played.gate_passed[slot]));
	played.slot_used[slot] = true;
	return 0;
}

int sluice_gate_bind(struct sluice_gate *gate, unsigned int slot, unsigned int port,
		     unsigned int ifindex, unsigned int vlan)
{
	return 0;
}

int sluice_gate_unbind_port(struct sluice_gate *gate, unsigned int slot, unsigned int port)
{
	return 0;
}

int sluice_gate_selector_fd(const struct sluice_gate *gate)
{
	return -1;
}

int sluice_gate_seal_selector(struct sluice_gate *gate)
{
	return 0;
}

int sluice_gate_read_selector(const struct sluice_gate *gate, uint64_t *selector)
{
	*selector = played.state.selector;
	return 0;
}

int sluice_gate_write_selector(struct sluice_gate *gate, uint64_t selector)
{
	return 0;
}

int sluice_gate_check_port(unsigned int ifindex, bool vlans, struct sluice_messages *messages)
{
	return SLUICE_GATE_NATIVE;
}

int sluice_gate_attached(const struct sluice_gate *gate, unsigned int ifindex,
			 enum sluice_gate_mode *mode)
{
	return played.attached && !played.refuse_attach;
}

int sluice_gate_attach(struct sluice_gate *gate, unsigned int ifindex, enum sluice_gate_mode mode,
		       enum sluice_gate_mode *used, struct sluice_messages *messages)
{
	if (played.refuse_attach)
		return refuse(messages, -EBUSY, "another XDP program is there");
	played.attached = true;
	return 0;
}

void sluice_gate_trace_end(struct sluice_gate *gate)
{
}

int sluice_gate_read_port(const struct sluice_gate *gate, unsigned int slot, unsigned int port,
			  struct sluice_port_counters *counters)
{
	memset(counters, 0, sizeof(*counters));
	counters->passed = played.gate_passed[slot][port];
	return 0;
}

int sluice_gate_read_answered(const struct sluice_gate *gate, unsigned int slot, unsigned int port,
			      uint64_t *answered)
{
	*answered = 0;
	return 0;
}

int sluice_gate_program_fd(const struct sluice_gate *gate)
{
	return 0;
}

/* A probe: by the port that has this device. */
int bpf_prog_test_run_opts(int program, struct bpf_test_run_opts *options)
{
	const struct xdp_md *context = options->ctx_in;
	uint32_t slot = slot_in_force();

	for (uint32_t index = 1; slot && index <= SLUICE_MAX_PORTS; index++) {
		const struct sluice_kernel_port *port =
			port_of(played.state.slot[slot - 1].generation, index);

		if (port && port->ifindex == context->ingress_ifindex)
			pass(slot - 1, index, 1);
	}
	return 0;
}

/* ---- The floor and forwarding ---- */

int sluice_floor_open(struct sluice_messages *messages, struct sluice_floor **out)
{
	*out = calloc(1, sizeof(**out));
	return 0;
}

void sluice_floor_close(struct sluice_floor *floor)
{
	free(floor);
}

int sluice_floor_put(struct sluice_floor *floor, const struct sluice_floor_wish *wish,
		     struct sluice_messages *messages)
{
	if (played.refuse_floor)
		return refuse(messages, -EPERM, "nf_tables refuses");
	played.floor = *wish;
	played.floor_puts++;
	return 0;
}

int sluice_forwarding_set(bool open, struct sluice_messages *messages)
{
	played.closed += played.forwarding && !open;
	played.forwarding = open;
	return 0;
}

bool sluice_forwarding_is_open(void)
{
	return played.forwarding;
}

int sluice_room_make(const struct sluice_room_need *need, struct sluice_room *room,
		     struct sluice_messages *messages)
{
	if (played.refuse_room)
		return refuse(messages, -ENOSPC, "the kernel tracks fewer");
	played.room = *need;
	return 0;
}
