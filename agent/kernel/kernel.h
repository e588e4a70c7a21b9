/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module as userspace sees it: one function a command of the uapi header.
 *
 * Life cycle: sluice_kernel_open(), any number of commands, sluice_kernel_close(). One command at
 * a time: not safe for use by two threads. Every command waits for the module's answer; none of
 * them waits for a packet.
 *
 * Errors are the errno of the uapi header, negative; the sentence that the module gave with it
 * stands in @messages.
 */
#ifndef SLUICE_KERNEL_KERNEL_H
#define SLUICE_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/message.h"
#include "sluice.h"

struct sluice_kernel;

/**
 * struct sluice_kernel_slot - one of the two images that the module holds
 * @generation: 1..63; 0 when the slot is empty
 * @version: of the policy
 * @words: of the image
 * @digest: identity of the policy: SHA-256 of its envelope
 * @image_digest: SHA-256 of the image
 */
struct sluice_kernel_slot {
	uint32_t generation;
	uint64_t version;
	uint32_t words;
	uint8_t digest[SLUICE_DIGEST_BYTES];
	uint8_t image_digest[SLUICE_DIGEST_BYTES];
};

/**
 * struct sluice_kernel_port - a port of an image and the device that it is bound to
 * @generation: of the image
 * @index: port index in that image, 1..
 * @ifindex: device; 0 when unbound
 * @vlan: tag, 0 for untagged
 * @rx_packets: entered
 * @tx_packets: left
 * @noise: link-local noise of a fenced port
 * @answered: denied beginnings that the module answered
 */
struct sluice_kernel_port {
	uint32_t generation;
	uint32_t index;
	uint32_t ifindex;
	uint32_t vlan;
	uint64_t rx_packets;
	uint64_t tx_packets;
	uint64_t noise;
	uint64_t answered;
};

/* Ports of both slots. */
#define SLUICE_KERNEL_PORTS (SLUICE_SLOTS * SLUICE_MAX_PORTS)

/**
 * struct sluice_kernel_state - answer to %SLUICE_CMD_GET
 * @abi: %SLUICE_ABI_VERSION of the module
 * @nonce: of its stamps
 * @mark: nonce bits of its marks, in place
 * @state: enum sluice_state
 * @layers: SLUICE_LAYER_BIT_* that the policy in force asks for
 * @features: SLUICE_FEATURE_*
 * @selector: the selector word
 * @jiffies: jiffies64 when it answered
 * @hz: jiffies a second
 * @slot: both images
 * @has_anchor: it was loaded with the parameter "anchor"
 * @anchor: digest of the first trust file
 * @has_trust: a trust record is loaded
 * @trust_digest: identity of that one
 * @trust_version: its version
 * @version_floor: lowest policy version that is accepted anew
 * @has_heartbeat: an agent has spoken
 * @heartbeat_age: milliseconds since then
 * @ports: of both slots
 * @port_count: how many
 * @sure: it takes the wall clock for true
 * @lower_bound: before which it cannot be, seconds since 1970
 */
struct sluice_kernel_state {
	uint32_t abi;
	uint32_t nonce;
	uint32_t mark;
	uint32_t state;
	uint32_t layers;
	uint64_t features;
	uint64_t selector;
	uint64_t jiffies;
	uint32_t hz;
	struct sluice_kernel_slot slot[SLUICE_SLOTS];
	bool has_anchor;
	uint8_t anchor[SLUICE_DIGEST_BYTES];
	bool has_trust;
	uint8_t trust_digest[SLUICE_DIGEST_BYTES];
	uint64_t trust_version;
	uint64_t version_floor;
	bool has_heartbeat;
	uint64_t heartbeat_age;
	struct sluice_kernel_port ports[SLUICE_KERNEL_PORTS];
	size_t port_count;
	bool sure;
	uint64_t lower_bound;
};

/**
 * struct sluice_kernel_signed - an envelope with what signs it
 * @envelope: 256 bytes
 * @signatures: detached signatures, DER
 * @lengths: bytes of each
 * @count: how many
 * @data: trust record or image
 * @length: bytes
 */
struct sluice_kernel_signed {
	const struct sluice_envelope *envelope;
	const uint8_t *signatures[SLUICE_MAX_SIGNATURES];
	size_t lengths[SLUICE_MAX_SIGNATURES];
	size_t count;
	const void *data;
	size_t length;
};

/**
 * struct sluice_kernel_counter - one counter
 * @type: enum sluice_counter_type
 * @key: reason, invariant or conduit index
 * @layer: enum sluice_layer
 * @generation: conduits: of the image
 * @packets: reasons and invariants: how often; conduits: packets of the forward half
 * @bytes: conduits: forward half
 * @reply_packets: conduits: reply half
 * @reply_bytes: likewise
 * @flows: begun
 * @concurrent: live now
 * @denied: denied with this conduit as the nearest
 * @midstream: flows picked up in the middle
 * @observed: flows that `identity: required` would have denied or ended
 */
struct sluice_kernel_counter {
	uint32_t type;
	uint32_t key;
	uint32_t layer;
	uint32_t generation;
	uint64_t packets;
	uint64_t bytes;
	uint64_t reply_packets;
	uint64_t reply_bytes;
	uint64_t flows;
	uint64_t concurrent;
	uint64_t denied;
	uint64_t midstream;
	uint64_t observed;
};

/** struct sluice_kernel_flow - a live flow; members as in enum sluice_flow_attribute */
struct sluice_kernel_flow {
	uint32_t conduit;
	uint32_t generation;
	uint32_t family;
	uint32_t protocol;
	uint8_t source[16];
	uint8_t destination[16];
	uint32_t source_port;
	uint32_t destination_port;
};

/** struct sluice_kernel_binding - where an asset was first seen */
struct sluice_kernel_binding {
	uint8_t address[16];
	uint32_t ifindex;
	uint32_t vlan;
	uint8_t mac[6];
};

/**
 * struct sluice_kernel_lease - who stands at an address, as the module holds it
 * @zone: image zone index
 * @address: v4 as ::ffff:a.b.c.d
 * @mac: all zero for any
 * @until_ms: milliseconds that it still lasts
 * @state: enum sluice_lease
 * @identity: for people
 */
struct sluice_kernel_lease {
	uint32_t zone;
	uint8_t address[16];
	uint8_t mac[6];
	uint64_t until_ms;
	uint32_t state;
	char identity[SLUICE_MAX_IDENTITY + 1];
};

/**
 * sluice_kernel_open() - find the module and agree with it
 * @kernel: receives the connection; untouched on failure
 * @messages: receives the refusal
 *
 * Return: 0; -ENODEV when the module is not loaded; -EPROTO when it speaks another ABI, with a
 * sentence that says which side to upgrade; another errno of the operating system.
 */
int sluice_kernel_open(struct sluice_kernel **kernel, struct sluice_messages *messages);

/**
 * sluice_kernel_close() - end the connection; the module goes on
 * @kernel: may be NULL
 */
void sluice_kernel_close(struct sluice_kernel *kernel);

/** sluice_kernel_get() - %SLUICE_CMD_GET: what the module holds */
int sluice_kernel_get(struct sluice_kernel *kernel, struct sluice_kernel_state *state,
		      struct sluice_messages *messages);

/** sluice_kernel_trust_load() - %SLUICE_CMD_TRUST_LOAD: @trust->data is the trust record */
int sluice_kernel_trust_load(struct sluice_kernel *kernel,
			     const struct sluice_kernel_signed *trust,
			     struct sluice_messages *messages);

/**
 * sluice_kernel_stage() - begin, all pieces, end
 * @kernel: connection
 * @policy: @policy->data is the image
 * @generation: receives the generation that the module gave it
 * @slot: receives its slot
 * @messages: receives the refusal
 *
 * What was staged before is forgotten, also when this fails.
 */
int sluice_kernel_stage(struct sluice_kernel *kernel, const struct sluice_kernel_signed *policy,
			uint32_t *generation, uint32_t *slot, struct sluice_messages *messages);

/** sluice_kernel_stage_abort() - forget what is staged */
int sluice_kernel_stage_abort(struct sluice_kernel *kernel, struct sluice_messages *messages);

/**
 * sluice_kernel_bind() - tell which devices the ports of an image are
 * @kernel: connection
 * @generation: staged or live
 * @ports: index, ifindex and vlan of each
 * @count: how many
 * @messages: receives the refusal
 */
int sluice_kernel_bind(struct sluice_kernel *kernel, uint32_t generation,
		       const struct sluice_kernel_port *ports, size_t count,
		       struct sluice_messages *messages);

/** sluice_kernel_publish() - @trial_ms 0: confirmed at once; -EBUSY: again after %SLUICE_HOLD_MS */
int sluice_kernel_publish(struct sluice_kernel *kernel, uint32_t generation, uint32_t trial_ms,
			  struct sluice_messages *messages);

/** sluice_kernel_confirm() - the trial becomes the confirmed policy; -ETIME: too late */
int sluice_kernel_confirm(struct sluice_kernel *kernel, uint32_t generation,
			  struct sluice_messages *messages);

/** sluice_kernel_revert() - the trial ends now */
int sluice_kernel_revert(struct sluice_kernel *kernel, struct sluice_messages *messages);

/** sluice_kernel_release() - closes everything, then the module may be unloaded */
int sluice_kernel_release(struct sluice_kernel *kernel, struct sluice_messages *messages);

/** sluice_kernel_gate_set() - @map is a BPF array of one u64 that the module writes from now on */
int sluice_kernel_gate_set(struct sluice_kernel *kernel, int map,
			   struct sluice_messages *messages);

/**
 * sluice_kernel_floor_set() - what is accepted anew; only rises
 * @kernel: connection
 * @version: newest version that was ever confirmed
 * @active: identity of that policy, or NULL
 * @previous: identity of the one older policy that is accepted as well, or NULL
 * @messages: receives the refusal
 */
int sluice_kernel_floor_set(struct sluice_kernel *kernel, uint64_t version, const uint8_t *active,
			    const uint8_t *previous, struct sluice_messages *messages);

/** sluice_kernel_heartbeat() - the agent lives and sees these SLUICE_LAYER_BIT_* in place */
int sluice_kernel_heartbeat(struct sluice_kernel *kernel, uint32_t layers,
			    struct sluice_messages *messages);

/* Most records in one GATE_RECORDS message. */
#define SLUICE_KERNEL_RECORDS 128

/** sluice_kernel_gate_records() - hand over what the gate and the agent saw, for tracepoints */
int sluice_kernel_gate_records(struct sluice_kernel *kernel, const struct sluice_record *records,
			       size_t count, struct sluice_messages *messages);

/**
 * sluice_kernel_island_set() - which conduits of a generation island mode closes
 * @kernel: connection
 * @generation: staged or live
 * @bitmap: bit n of byte n / 8 is conduit n
 * @length: bytes of @bitmap; 0 ends island mode
 * @messages: receives the refusal
 *
 * Flows of conduits that close end.
 */
int sluice_kernel_island_set(struct sluice_kernel *kernel, uint32_t generation,
			     const uint8_t *bitmap, size_t length,
			     struct sluice_messages *messages);

/** sluice_kernel_clock_set() - may the wall clock be believed, and before what time can it not be */
int sluice_kernel_clock_set(struct sluice_kernel *kernel, bool sure, uint64_t lower_bound,
			    struct sluice_messages *messages);

/** sluice_kernel_conduit_open() - for @ms milliseconds from now; 0 closes and ends its flows */
int sluice_kernel_conduit_open(struct sluice_kernel *kernel, uint32_t generation,
			       uint32_t conduit, uint64_t ms, struct sluice_messages *messages);

/**
 * sluice_kernel_counters() - dump all counters
 * @kernel: connection
 * @counters: receives an array for free(); untouched on failure
 * @count: receives how many
 * @messages: receives the refusal
 */
int sluice_kernel_counters(struct sluice_kernel *kernel, struct sluice_kernel_counter **counters,
			   size_t *count, struct sluice_messages *messages);

/** sluice_kernel_flows() - dump live flows; as sluice_kernel_counters() */
int sluice_kernel_flows(struct sluice_kernel *kernel, struct sluice_kernel_flow **flows,
			size_t *count, struct sluice_messages *messages);

/** sluice_kernel_bindings() - dump first-seen bindings; as sluice_kernel_counters() */
int sluice_kernel_bindings(struct sluice_kernel *kernel, struct sluice_kernel_binding **bindings,
			   size_t *count, struct sluice_messages *messages);

/** sluice_kernel_binding_forget() - the asset is bound anew where it speaks next; -ENOENT: not bound */
int sluice_kernel_binding_forget(struct sluice_kernel *kernel, const uint8_t address[16],
				 struct sluice_messages *messages);

/* Most leases in one LEASE_SET message. */
#define SLUICE_KERNEL_LEASES 256

/**
 * sluice_kernel_lease_set() - grant, withdraw and remove leases, in this order: all of them or none
 * @kernel: connection
 * @leases: until_ms 0 removes one
 * @count: at most %SLUICE_KERNEL_LEASES
 * @messages: receives the refusal
 *
 * Flows of leases that end end with them.
 */
int sluice_kernel_lease_set(struct sluice_kernel *kernel, const struct sluice_kernel_lease *leases,
			    size_t count, struct sluice_messages *messages);

/** sluice_kernel_leases() - dump leases that have not lapsed; as sluice_kernel_counters() */
int sluice_kernel_leases(struct sluice_kernel *kernel, struct sluice_kernel_lease **leases,
			 size_t *count, struct sluice_messages *messages);

#endif
