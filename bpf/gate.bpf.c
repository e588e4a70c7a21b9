// SPDX-License-Identifier: GPL-2.0
/*
 * The XDP gate: decides steps 1 to 7 for each frame of a zoned port, and stamps what it lets pass.
 *
 *	selector -> image in force -> tag -> port -> facts -> sluice_gate() -> deny: count, tell, drop or answer
 *									 permit: stamp, count, pass
 *
 * Whatever cannot be looked up, measured or written ends in a drop with a reason.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "parsing.h"
#include "../kmod/core/types.h"
#include "../kmod/core/selector.h"
#include "../kmod/core/parse.h"
#include "../kmod/core/gate.h"
#include "event.h"
#include "memo.h"
#include "refusal.h"

/**
 * struct frame - everything about the frame in hand
 * @facts: what its bytes say
 * @answer: the decision
 * @ifindex: where it came in
 * @slot: of the image that decides
 * @generation: of that image
 * @stage: which image of that slot it is
 */
struct frame {
	struct sluice_facts facts;
	struct sluice_answer answer;
	__u32 ifindex;
	__u32 slot;
	__u32 generation;
	__u32 stage;
};

static __always_inline struct sluice_port_counters *port_counters(const struct frame *frame)
{
	__u32 key = SLUICE_PORT_COUNTER(frame->slot & 1, frame->facts.port & 255);

	return bpf_map_lookup_elem(&ports, &key);
}

/* Read before the image itself: the loader counts when the image that was there is read by nobody any more. */
static __always_inline __u32 stage_of(__u32 slot)
{
	const __u64 *stage = bpf_map_lookup_elem(&stages, &slot);

	return stage ? (__u32)*(const volatile __u64 *)stage : 0;
}

/* Which slot judges: 0 when a policy is in force, else negative. */
static __always_inline int select_slot(struct frame *frame)
{
	__u32 key = 0, slot;
	__u64 *word = bpf_map_lookup_elem(&selector, &key);
	__u64 value;

	if (!word)
		return -1;
	value = *(volatile __u64 *)word;
	slot = sluice_selector_in_force(value, bpf_jiffies64());
	if (!slot)
		return -1;
	frame->slot = slot - 1;
	frame->stage = stage_of(frame->slot);
	frame->generation = sluice_selector_generation(value, frame->slot);
	return frame->generation ? 0 : -1;
}

/*
 * Length of the frame. The kernel is only asked (a call) when an IP packet does not end in the linear
 * part: otherwise whatever stands in fragments of the buffer is behind it and nobody's business.
 */
static __always_inline __u32 frame_length(struct xdp_md *context, const void *data, const void *end)
{
	const struct ethhdr *ethernet = data;
	__u32 linear = (__u32)(end - data);

	if (data + sizeof(*ethernet) + sizeof(struct iphdr) <= end) {
		const __u16 *network = (const void *)(ethernet + 1);

		if (ethernet->h_proto == bpf_htons(ETH_P_IP) &&
		    sizeof(*ethernet) + bpf_ntohs(network[1]) <= linear)
			return linear;
		if (ethernet->h_proto == bpf_htons(ETH_P_IPV6) &&
		    sizeof(*ethernet) + sizeof(struct ipv6hdr) + bpf_ntohs(network[2]) <= linear)
			return linear;
	}
	return (__u32)bpf_xdp_get_buff_len(context);
}

/* Bytes to facts, which are all zero. What does not parse becomes a defect, which the decision refuses. */
static __noinline void read_frame(struct xdp_md *context, struct sluice_facts *facts)
{
	struct sluice_packet packet = {
		.context = context,
		.data = (void *)(long)context->data,
		.end = (void *)(long)context->data_end,
	};

	packet.length = frame_length(context, packet.data, packet.end);
	facts->segments = 1;
	sluice_parse_frame(&packet, facts);
}

/**
 * sluice_find_port() - which port of the image a frame came in by
 * @facts: of the frame; the port is filled in, 0 for none
 * @ifindex: of the device
 * @slot: of the image that decides
 *
 * A function of its own (and not a static one): what a global function was given is unknown to the verifier
 * afterwards, so it forgets here how many ways there are to read a frame. No global function takes the
 * context: a kernel without BTF of its own does not know the type, and takes the argument for memory.
 * Return: 0.
 */
__noinline int sluice_find_port(struct sluice_facts *facts, __u32 ifindex, __u32 slot)
{
	__u64 wanted;
	__u32 place;

	if (!facts)
		return -1;
	wanted = SLUICE_WIRE(ifindex, facts->vlan, 0);
	place = SLUICE_WIRE_PLACE(ifindex, facts->vlan);
	for (int probe = 0; probe < SLUICE_WIRE_PROBES; probe++) {
		__u32 key = (slot & 1) * SLUICE_WIRES +
			    ((place + probe) & (SLUICE_WIRES - 1));
		const __u64 *wire = bpf_map_lookup_elem(&wires, &key);
		__u64 word = wire ? *(const volatile __u64 *)wire : 0;

		if (SLUICE_WIRE_SAME(word, wanted)) {
			facts->port = SLUICE_WIRE_PORT(word);
			return 0;
		}
		if (!word)
			return 0;
	}
	return 0;
}

/**
 * sluice_decide() - facts to an answer
 * @slot: of the image that decides
 * @facts: complete
 * @answer: all zero, which denies; filled
 *
 * A function of its own for the same reason.
 */
__noinline int sluice_decide(__u32 slot, const struct sluice_facts *facts,
			     struct sluice_answer *answer)
{
	struct sluice_image image;
	void *map;

	if (!facts || !answer)
		return -1;
	map = bpf_map_lookup_elem(&images, &slot);
	if (!map) {
		answer->reason = SLUICE_REASON_NO_POLICY;
		return 0;
	}
	sluice_image_open(&image, map);
	sluice_gate(&image, facts, answer);
	return 0;
}

static __always_inline struct sluice_port_refusals *port_refusals(const struct sluice_facts *facts,
								  __u32 slot)
{
	__u32 key = SLUICE_PORT_COUNTER(slot & 1, facts->port & 255);

	return bpf_map_lookup_elem(&refusals, &key);
}

/**
 * sluice_choose_refusal() - how a denied frame is answered, where its zone is told
 * @facts: of the frame
 * @answer: that denied it
 * @slot: of the image that did
 *
 * A function of its own for the same reason. Return: enum sluice_refusal; unless it is silent, one
 * answer of the port is taken.
 */
__noinline int sluice_choose_refusal(const struct sluice_facts *facts,
				     const struct sluice_answer *answer, __u32 slot)
{
	struct sluice_port_refusals *own;
	struct sluice_image image;
	__u32 refusal;
	void *map;

	if (!facts || !answer)
		return SLUICE_REFUSAL_SILENT;
	map = bpf_map_lookup_elem(&images, &slot);
	own = port_refusals(facts, slot);
	if (!map || !own || !own->address || own->address != facts->destination_mac)
		return SLUICE_REFUSAL_SILENT;
	sluice_image_open(&image, map);
	refusal = sluice_refusal(&image, facts, answer->source_zone, answer->reason);
	if (refusal != SLUICE_REFUSAL_SILENT && !sluice_refusal_take(own))
		return SLUICE_REFUSAL_SILENT;
	return (int)refusal;
}

/*
 * XDP_TX with the answer in the frame's place, or XDP_DROP. Not inlined, so that its stack is not there
 * while others are called.
 */
static __noinline int answer_frame(struct xdp_md *context, const struct frame *frame, __u32 refusal)
{
	struct sluice_port_refusals *own = port_refusals(&frame->facts, frame->slot);

	if (!own || sluice_answer_frame(context, &frame->facts, refusal))
		return XDP_DROP;
	__sync_fetch_and_add(&own->answered, 1);
	return XDP_TX;
}

static __always_inline int refuse(struct xdp_md *context, const struct frame *frame)
{
	int refusal = sluice_choose_refusal(&frame->facts, &frame->answer, frame->slot);

	if (refusal == SLUICE_REFUSAL_SILENT)
		return XDP_DROP;
	return answer_frame(context, frame, (__u32)refusal);
}

/* The same question of the same image has the same answer: most frames are of flows that were just seen. */
static __always_inline void decide(struct frame *frame)
{
	struct sluice_memo *memo = NULL;
	struct sluice_question question;

	if (frame->facts.kind == SLUICE_KIND_PLAIN && !frame->facts.defect) {
		sluice_memo_ask(&question, SLUICE_MEMO_IMAGE(frame->slot, frame->generation,
							     frame->stage), &frame->facts);
		memo = sluice_memo_find(&question);
		if (memo && sluice_memo_recall(memo, &question, &frame->answer))
			return;
	}
	sluice_decide(frame->slot, &frame->facts, &frame->answer);
	if (memo && frame->answer.reason == SLUICE_REASON_PERMITTED)
		sluice_memo_keep(memo, &question, &frame->answer);
}

static __always_inline void put_mac(__u8 *to, __u64 mac)
{
	__u64 bytes = bpf_cpu_to_be64(mac << 16);

	__builtin_memcpy(to, &bytes, 6);
}

static __always_inline void tell_ends(struct sluice_record *record, const struct frame *frame)
{
	const struct sluice_facts *facts = &frame->facts;

	sluice_record_address(record->source, facts->family, facts->source.high,
			      facts->source.low);
	sluice_record_address(record->destination, facts->family, facts->destination.high,
			      facts->destination.low);
	put_mac(record->source_mac, facts->source_mac);
	put_mac(record->destination_mac, facts->destination_mac);
	record->source_zone = frame->answer.source_zone;
	record->destination_zone = frame->answer.destination_zone;
}

static __always_inline void tell(const struct frame *frame, __u8 type, __u8 reason)
{
	const struct sluice_facts *facts = &frame->facts;
	struct sluice_record *record = sluice_record_begin(frame->ifindex, facts->port, type,
							   reason);

	if (!record)
		return;
	tell_ends(record, frame);
	record->layer = SLUICE_LAYER_GATE;
	record->generation = (__u16)frame->generation;
	record->family = facts->family;
	record->protocol = facts->protocol;
	record->ethertype = facts->ethertype;
	record->source_port = facts->source_port;
	record->destination_port = facts->destination_port;
	record->vlan = facts->vlan;
	record->tcp_flags = facts->tcp_flags;
	record->kind = facts->kind;
	bpf_ringbuf_submit(record, 0);
}

/* An isolated port or MAC spoke: a denial like others, and a state that cannot be. */
static __always_inline void tripwire(const struct frame *frame)
{
	__u32 key = SLUICE_COUNTER_INVARIANTS + SLUICE_INVARIANT_ISOLATED_FRAME;

	sluice_add(bpf_map_lookup_elem(&counters, &key));
	tell(frame, SLUICE_RECORD_INVARIANT, SLUICE_INVARIANT_ISOLATED_FRAME);
}

static __always_inline int deny(struct xdp_md *context, const struct frame *frame)
{
	struct sluice_port_counters *port = port_counters(frame);
	__u32 key = frame->answer.reason;
	int noise = frame->answer.flags & SLUICE_ANSWER_NOISE;

	sluice_add(bpf_map_lookup_elem(&counters, &key));
	if (port) {
		port->seen++;
		port->noise += !!noise;
	}
	if (frame->answer.flags & SLUICE_ANSWER_TRIPWIRE)
		tripwire(frame);
	if (!noise)
		tell(frame, SLUICE_RECORD_DENY, frame->answer.reason);
	return refuse(context, frame);
}

/*
 * What leaves unstamped would be a custody violation, so it does not leave. The stamp stands alone:
 * what a driver put in front of the frame gives way.
 */
static __always_inline int stamp(struct xdp_md *context, const struct frame *frame, __u32 nonce)
{
	struct sluice_stamp *stamp;
	long there = (void *)(long)context->data - (void *)(long)context->data_meta;

	if (bpf_xdp_adjust_meta(context, (int)there - (int)sizeof(*stamp)))
		return -1;
	stamp = (void *)(long)context->data_meta;
	if ((void *)(stamp + 1) > (void *)(long)context->data)
		return -1;
	*stamp = (struct sluice_stamp){
		.nonce = nonce,
		.generation = (__u16)frame->generation,
		.port = frame->facts.port,
		.kind = frame->answer.kind,
		.forward = frame->answer.forward,
		.reply = frame->answer.reply,
	};
	return 0;
}

/* 0 when the frame may go on with its stamp. */
static __always_inline int permit(struct xdp_md *context, struct frame *frame)
{
	struct sluice_port_counters *port = port_counters(frame);
	struct sluice_settings *own;
	__u32 key = 0;

	own = bpf_map_lookup_elem(&settings, &key);
	if (!own || !own->nonce || !port || stamp(context, frame, own->nonce)) {
		frame->answer.reason = SLUICE_REASON_CUSTODY;
		return -1;
	}
	port->seen++;
	port->passed++;
	return 0;
}

SEC("xdp.frags")
int sluice_gate_program(struct xdp_md *context)
{
	struct frame frame = {
		.ifindex = context->ingress_ifindex,
	};

	if (select_slot(&frame)) {
		frame.answer.reason = SLUICE_REASON_NO_POLICY;
		return deny(context, &frame);
	}
	read_frame(context, &frame.facts);
	sluice_find_port(&frame.facts, frame.ifindex, frame.slot);
	decide(&frame);
	if (frame.answer.reason == SLUICE_REASON_PERMITTED && !permit(context, &frame))
		return XDP_PASS;
	return deny(context, &frame);
}

char gate_license[] SEC("license") = "GPL";
