/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the decision core reads bytes and image words inside an XDP program. To be included before
 * kmod/core/parse.h and gate.h.
 */
#ifndef SLUICE_BPF_PARSING_H
#define SLUICE_BPF_PARSING_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/**
 * struct sluice_packet - one frame
 * @context: of the program
 * @data: first byte
 * @end: behind the last byte that can be read directly
 * @length: of the whole frame, fragments of the buffer included
 */
struct sluice_packet {
	struct xdp_md *context;
	const void *data;
	const void *end;
	__u32 length;
};

/* No header begins behind this; a bound that the verifier can follow. */
#define SLUICE_OFFSET_MASK	0x7f

/*
 * Copies in the widest steps that the place allows: unaligned loads from the packet are allowed where
 * the kernel has efficient ones (all gateways), and the places on the stack are aligned.
 */
static __always_inline void sluice_copy(void *to, const void *from, __u32 length)
{
	__u32 at = 0;

#pragma unroll
	for (; at + 8 <= length; at += 8)
		*(__u64 *)(to + at) = *(const __u64 *)(from + at);
	if (at + 4 <= length) {
		*(__u32 *)(to + at) = *(const __u32 *)(from + at);
		at += 4;
	}
	if (at + 2 <= length)
		*(__u16 *)(to + at) = *(const __u16 *)(from + at);
}

/**
 * sluice_load() - bytes of the frame
 * @packet: of this run
 * @offset: from the destination MAC on
 * @to: aligned to 8
 * @length: constant and even
 *
 * Directly where the bytes are linear, else by the helper that knows fragmented buffers.
 * Return: 0, or negative when the frame ends before.
 */
static __always_inline int sluice_load(const struct sluice_packet *packet, __u32 offset, void *to,
				       __u32 length)
{
	const void *from = packet->data + (offset & SLUICE_OFFSET_MASK);

	if (offset > SLUICE_OFFSET_MASK)
		return -1;
	if (from + length <= packet->end) {
		sluice_copy(to, from, length);
		return 0;
	}
	return bpf_xdp_load_bytes(packet->context, offset, to, length);
}
#define sluice_load sluice_load

#define SLUICE_OWN_ACCESSOR

/**
 * struct sluice_image - an image: an inner map of fixed size
 * @map: never NULL
 */
struct sluice_image {
	void *map;
};

static __always_inline __u64 sluice_word(const struct sluice_image *image, __u32 index)
{
	__u64 *word = bpf_map_lookup_elem(image->map, &index);

	if (!word)
		return 0;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_bswap64(*word);
#else
	return *word;
#endif
}

#endif /* SLUICE_BPF_PARSING_H */
