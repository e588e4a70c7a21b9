/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The XDP gate: loads it, feeds it images and bindings, attaches it, hears it.
 *
 *	sluice_gate_open()		loads, or takes over what a former process left pinned
 *	  sluice_gate_set_nonce()	once per load of the module
 *	  sluice_gate_stage()		an image into a slot that the selector does not name
 *	  sluice_gate_bind()		each port of that image
 *	  sluice_gate_selector_fd()	to the module (or sluice_gate_write_selector())
 *	  sluice_gate_attach()		each device
 *	  sluice_gate_event_fd()	into the event loop, sluice_gate_dispatch() when readable
 *	sluice_gate_close()		everything stays pinned and goes on deciding
 *	sluice_gate_remove()		or: everything is detached and unpinned
 *
 * A device with the gate attached passes nothing until the selector names a staged image whose
 * bindings know the device: attach after that, or close the device meanwhile.
 *
 * Functions that return int return 0 or a negative errno; those that take messages put one
 * sentence there for each refusal. Not for use by two threads at once.
 */
#ifndef SLUICE_GATE_GATE_H
#define SLUICE_GATE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"
#include "kmod/uapi/sluice.h"
#include "agent/lib/message.h"

struct sluice_gate;

/** enum sluice_gate_mode - how a program is attached to a device */
enum sluice_gate_mode {
	SLUICE_GATE_NONE,
	SLUICE_GATE_GENERIC,	/* after the skb is made: slower, works with every driver */
	SLUICE_GATE_NATIVE,	/* in the driver */
};

/**
 * sluice_gate_open() - load the gate, or take over a running one
 * @pin_dir: folder on a BPF file system, for instance /sys/fs/bpf/sluice; made when missing
 * @messages: receives the reason of a refusal
 * @out: receives the gate; untouched on failure
 *
 * A running gate keeps its images, bindings, counters and attached devices. When its program is an
 * older build, every attached device gets the new one in one step, without a frame in between.
 *
 * Return: 0; -EPERM without CAP_BPF and CAP_NET_ADMIN; -EPROTO when the pinned maps are of another
 * layout (sluice_gate_remove() them first); or what the kernel said to a load.
 */
int sluice_gate_open(const char *pin_dir, struct sluice_messages *messages,
		     struct sluice_gate **out);

/**
 * sluice_gate_close() - let go; what is pinned and attached goes on
 * @gate: may be NULL
 */
void sluice_gate_close(struct sluice_gate *gate);

/**
 * sluice_gate_remove() - detach from every device and unpin everything
 * @pin_dir: as for sluice_gate_open(); need not exist
 *
 * For release and removal of the package. Close an open gate first.
 * Return: 0, or the first error; it goes on with the rest anyway.
 */
int sluice_gate_remove(const char *pin_dir);

/**
 * sluice_gate_set_nonce() - what each stamp begins with
 * @gate: open
 * @nonce: of this load of the module (SLUICE_ATTR_NONCE), or any non-zero number where the policy
 *	does without the module; 0 makes the gate pass nothing
 */
int sluice_gate_set_nonce(struct sluice_gate *gate, uint32_t nonce);

/**
 * sluice_gate_stage() - put an image into a slot
 * @gate: open
 * @slot: 0 or 1; must be one that the selector does not name (unless it holds the same image,
 *	which is how a restarted agent repeats the call): else -EBUSY
 * @words: the image, little-endian words as the compiler wrote them
 * @count: of words, 1 to %SLUICE_MAX_IMAGE_WORDS, else -E2BIG
 * @digest: receives the SHA-256 of the image as read back from the frozen map in the kernel
 * @messages: receives the reason of a refusal
 *
 * The old image of the slot, its bindings and its ports' counters are gone afterwards (not when the
 * same image was there already). An image that is larger than the program's size class is put in by
 * loading the program for a larger class and replacing it on every device; the other slot moves
 * along and no frame is decided by neither.
 *
 * The caller compares @digest with the envelope's.
 */
int sluice_gate_stage(struct sluice_gate *gate, unsigned int slot, const uint64_t *words,
		      size_t count, uint8_t digest[SLUICE_DIGEST_BYTES],
		      struct sluice_messages *messages);

/**
 * sluice_gate_clear() - empty a slot: image, bindings and port counters
 * @gate: open
 * @slot: 0 or 1; -EBUSY when the selector names it
 */
int sluice_gate_clear(struct sluice_gate *gate, unsigned int slot);

/**
 * sluice_gate_digest() - SHA-256 of the image that the gate holds, read from the kernel now
 * @gate: open
 * @slot: 0 or 1
 * @digest: receives it
 *
 * Return: 0; -ENOENT when the slot is empty; -EBADMSG when what is there is no image or is not
 * frozen.
 */
int sluice_gate_digest(struct sluice_gate *gate, unsigned int slot,
		       uint8_t digest[SLUICE_DIGEST_BYTES]);

/**
 * sluice_gate_bind() - say which device and tag a port of a slot's image is
 * @gate: open
 * @slot: 0 or 1
 * @port: image port index, 1 to %SLUICE_MAX_PORTS; 0 unbinds device and tag
 * @ifindex: device, not 0
 * @vlan: tag, 0 for untagged, at most 4094
 *
 * Where the policy has denials answered, only what was sent to the device's own MAC is. It is read here,
 * so a call that changes nothing else brings it up to date.
 */
int sluice_gate_bind(struct sluice_gate *gate, unsigned int slot, unsigned int port,
		     unsigned int ifindex, unsigned int vlan);

/**
 * sluice_gate_unbind_port() - forget every device and tag of a port
 * @gate: open
 * @slot: 0 or 1
 * @port: image port index; 0 means all ports of the slot
 */
int sluice_gate_unbind_port(struct sluice_gate *gate, unsigned int slot, unsigned int port);

/**
 * sluice_gate_selector_fd() - the selector's map, for SLUICE_CMD_GATE_SET
 * @gate: open; keeps the descriptor
 */
int sluice_gate_selector_fd(const struct sluice_gate *gate);

/**
 * sluice_gate_seal_selector() - from now on only the kernel may write the selector
 * @gate: open
 *
 * To be called once the module has taken the map (%SLUICE_FEATURE_SELECTOR_MAP). Cannot be undone
 * but by sluice_gate_remove(). Return: 0, also when it is sealed already.
 */
int sluice_gate_seal_selector(struct sluice_gate *gate);

/**
 * sluice_gate_read_selector() - the word now
 * @gate: open
 * @selector: receives it
 */
int sluice_gate_read_selector(const struct sluice_gate *gate, uint64_t *selector);

/**
 * sluice_gate_write_selector() - switch, where the module cannot
 * @gate: open
 * @selector: the word; written in one store
 *
 * Return: 0; -EPERM when it is sealed.
 */
int sluice_gate_write_selector(struct sluice_gate *gate, uint64_t selector);

/**
 * sluice_gate_attach() - put the gate on a device
 * @gate: open
 * @ifindex: device
 * @mode: %SLUICE_GATE_NATIVE tries the driver and falls back to generic; %SLUICE_GATE_GENERIC
 * @used: receives the mode that it got; may be NULL
 * @messages: receives a warning for the fall-back and the reason of a refusal
 *
 * Attaching again where it already is changes nothing and returns 0 (its mode is then kept).
 * Return: 0; -EBUSY when another XDP program is there; -ENODEV.
 */
int sluice_gate_attach(struct sluice_gate *gate, unsigned int ifindex, enum sluice_gate_mode mode,
		       enum sluice_gate_mode *used, struct sluice_messages *messages);

/**
 * sluice_gate_detach() - take the gate from a device
 * @gate: open
 * @ifindex: device
 *
 * Return: 0; -ENOENT when it is not there.
 */
int sluice_gate_detach(struct sluice_gate *gate, unsigned int ifindex);

/**
 * sluice_gate_attached() - ask the device which program it runs
 * @gate: open
 * @ifindex: device
 * @mode: receives how, %SLUICE_GATE_NONE when nothing is there; may be NULL
 *
 * The device is asked, not our own bookkeeping: it also finds out what someone else detached.
 * Return: 1 when it runs this gate; 0 when it runs none; -EEXIST when it runs another program;
 * -ENODEV.
 */
int sluice_gate_attached(const struct sluice_gate *gate, unsigned int ifindex,
			 enum sluice_gate_mode *mode);

/**
 * struct sluice_gate_events - who hears the ring buffer
 * @record: a denial or invariant violation, of gate (layer GATE) or module (any other layer)
 * @policy: the module told about the life of a policy; may be NULL
 * @context: given to both
 */
struct sluice_gate_events {
	void (*record)(void *context, const struct sluice_record *record);
	void (*policy)(void *context, const struct sluice_policy_record *record);
	void *context;
};

/**
 * sluice_gate_listen() - name who hears events
 * @gate: open
 * @events: copied; before the first call events are read and dropped
 */
void sluice_gate_listen(struct sluice_gate *gate, const struct sluice_gate_events *events);

/**
 * sluice_gate_event_fd() - becomes readable when records wait
 * @gate: open; keeps the descriptor
 */
int sluice_gate_event_fd(const struct sluice_gate *gate);

/**
 * sluice_gate_dispatch() - hand all waiting records to the listener
 * @gate: open
 *
 * Return: how many, or a negative errno.
 */
int sluice_gate_dispatch(struct sluice_gate *gate);

/**
 * sluice_gate_trace() - hear the module's tracepoints through the same ring buffer
 * @gate: open
 * @messages: receives the reason of a refusal
 *
 * The links belong to this process and hold the module: sluice_gate_trace_end() before rmmod.
 * Return: 0, also when it hears them already; -ENOENT when the module is not loaded.
 */
int sluice_gate_trace(struct sluice_gate *gate, struct sluice_messages *messages);

/**
 * sluice_gate_trace_end() - stop hearing the module
 * @gate: open
 */
void sluice_gate_trace_end(struct sluice_gate *gate);

/**
 * struct sluice_gate_counters - sums over all processors since the gate was first loaded
 * @denied: by enum sluice_reason
 * @invariants: by enum sluice_invariant
 * @events_lost: records for which the ring buffer had no room
 */
struct sluice_gate_counters {
	uint64_t denied[SLUICE_REASON_COUNT];
	uint64_t invariants[SLUICE_INVARIANT_COUNT];
	uint64_t events_lost;
};

/**
 * sluice_gate_read_counters() - read them
 * @gate: open
 * @counters: filled
 */
int sluice_gate_read_counters(const struct sluice_gate *gate,
			      struct sluice_gate_counters *counters);

/**
 * sluice_gate_read_port() - counters of one port since its image was staged
 * @gate: open
 * @slot: 0 or 1
 * @port: image port index; 0 for frames of unknown ports
 * @counters: filled
 */
int sluice_gate_read_port(const struct sluice_gate *gate, unsigned int slot, unsigned int port,
			  struct sluice_port_counters *counters);

/**
 * sluice_gate_read_answered() - denied beginnings that the gate answered, since the image was staged
 * @gate: open
 * @slot: 0 or 1
 * @port: image port index
 * @answered: receives the count
 */
int sluice_gate_read_answered(const struct sluice_gate *gate, unsigned int slot, unsigned int port,
			      uint64_t *answered);

/**
 * sluice_gate_program_fd() - the program, for test runs and probes (BPF_PROG_TEST_RUN)
 * @gate: open; keeps the descriptor, which changes when an image of a larger class is staged
 */
int sluice_gate_program_fd(const struct sluice_gate *gate);

/**
 * sluice_gate_check_port() - what about a device stands in the gate's way
 * @ifindex: device
 * @vlans: whether any of its ports has a tag
 * @messages: receives an error for what makes the gate impossible there (the device hides VLAN
 *	tags from it, another XDP program is there) and a warning for what makes it slower or needs
 *	generic mode (the driver has no XDP, or loses the stamp), one sentence each
 *
 * Return: the mode to attach with, or a negative errno when no mode will do.
 */
int sluice_gate_check_port(unsigned int ifindex, bool vlans, struct sluice_messages *messages);

#endif /* SLUICE_GATE_GATE_H */
