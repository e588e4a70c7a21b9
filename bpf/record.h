/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the BPF programs and the agent share beside the contract of kmod/uapi/sluice.h: the values
 * of the maps and the one ring buffer record that is no struct sluice_record.
 *
 * Every byte is named, so that nothing of the kernel's stack leaves by a hole.
 */
#ifndef SLUICE_BPF_RECORD_H
#define SLUICE_BPF_RECORD_H

#include "../kmod/uapi/sluice.h"

/* Records of one cause (reason x port): so many a second, after so many at once. */
#define SLUICE_RECORDS_PER_SECOND	10
#define SLUICE_RECORDS_BURST		20

/**
 * struct sluice_policy_record - the life of a policy, as the module told it
 * @version: %SLUICE_RECORD_VERSION
 * @type: %SLUICE_RECORD_POLICY
 * @zero: 0
 * @event: what happened, as the tracepoint sluice:policy numbers it
 * @generation: of the image that is meant, 0 for none
 * @error: errno of a refusal, 0 otherwise
 * @policy_version: version of the policy or of the trust record
 * @digest_head: first 8 bytes of the envelope's digest, most significant first
 * @nanoseconds: CLOCK_MONOTONIC_COARSE
 */
struct sluice_policy_record {
	__u8	version;
	__u8	type;
	__u8	zero[2];
	__u32	event;
	__u32	generation;
	__u32	error;
	__u64	policy_version;
	__u64	digest_head;
	__u64	nanoseconds;
};

/*
 * The wires that image ports are plugged into: a table of one word each for both slots, so that a look-up is a load
 * or two and a change is one store. A wire stands within SLUICE_WIRE_PROBES words of its place, with nothing but
 * wires before it; one that is unplugged keeps its word, with port 0, until the slot is emptied or another takes it.
 *
 *	ifindex 32-63, tag 16-27, port 0-7
 */
#define SLUICE_WIRES			1024
#define SLUICE_WIRE_PROBES		16
#define SLUICE_WIRE(ifindex, vlan, port) \
	((__u64)(ifindex) << 32 | (__u64)(vlan) << 16 | (__u64)(port))
#define SLUICE_WIRE_PORT(wire)		((__u32)((wire) & 0xff))
#define SLUICE_WIRE_SAME(a, b)		((a) >> 16 == (b) >> 16)
#define SLUICE_WIRE_PLACE(ifindex, vlan) \
	((__u32)((ifindex) * 0x9e3779b1u + (vlan) * 0x85ebca6bu) >> 22)

/**
 * struct sluice_port_counters - one port of one slot, on one processor
 * @seen: frames that came in by it
 * @passed: frames that were stamped and handed on
 * @noise: link-local noise of a fenced port: dropped, no alarm
 */
struct sluice_port_counters {
	__u64	seen;
	__u64	passed;
	__u64	noise;
};

/* Port counters: one block a slot; port 0 collects the frames whose port is unknown. */
#define SLUICE_PORT_COUNTERS		((SLUICE_MAX_PORTS + 1) * SLUICE_SLOTS)
#define SLUICE_PORT_COUNTER(slot, port)	((slot) * (SLUICE_MAX_PORTS + 1) + (port))

/**
 * struct sluice_port_refusals - answers of one port of one slot to denied beginnings
 * @address: MAC of the device, by the agent; what was sent to another is nobody's to answer. 0: none is
 * @due: theoretical arrival time of the next answer, nanoseconds
 * @answered: how many were sent
 *
 * Places as for the port counters.
 */
struct sluice_port_refusals {
	__u64	address;
	__u64	due;
	__u64	answered;
};

/* Counters: denials by reason, then invariant violations. */
#define SLUICE_COUNTER_INVARIANTS	64
#define SLUICE_COUNTERS			128

/**
 * struct sluice_cause_key - records are limited by this
 * @ifindex: device
 * @type: enum sluice_record_type
 * @port: image port, 0 for unknown: on a trunk one zone must not hide by a flood what another one does
 * @reason: enum sluice_reason or enum sluice_invariant
 * @zero: 0
 */
struct sluice_cause_key {
	__u32	ifindex;
	__u8	type;
	__u8	port;
	__u8	reason;
	__u8	zero;
};

/**
 * struct sluice_cause - token bucket of one cause
 * @due: theoretical arrival time of the next record, nanoseconds
 * @suppressed: records not sent since the last one that was
 */
struct sluice_cause {
	__u64	due;
	__u64	suppressed;
};

/**
 * struct sluice_settings - what the gate must be told beside image and bindings
 * @nonce: of this load of the module, put into each stamp; 0: nothing passes
 * @zero: 0
 */
struct sluice_settings {
	__u32	nonce;
	__u32	zero;
};

#endif /* SLUICE_BPF_RECORD_H */
