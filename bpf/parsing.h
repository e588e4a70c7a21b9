/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the decision core reads bytes and image words inside an XDP program. To be included before
 * kmod/core/parse.h and gate.h.
 */
#ifndef SLUICE_BPF_PARSING_H
#define SLUICE_BPF_PARSING_H

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
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

#define SLUICE_OWN_BYTES

/* The gate knows no flow. */
#define SLUICE_STATELESS

/* A kernel that guards its returns makes calls dear: seven nanoseconds each where a decision takes 130. */
#define SLUICE_CORE_FAST static __always_inline

static __always_inline __u16 sluice_load16(const __u8 *bytes)
{
	return bpf_ntohs(*(const __u16 *)bytes);
}

static __always_inline __u32 sluice_load32(const __u8 *bytes)
{
	return bpf_ntohl(*(const __u32 *)bytes);
}

static __always_inline __u64 sluice_load64(const __u8 *bytes)
{
	return bpf_be64_to_cpu(*(const __u64 *)bytes);
}

#define SLUICE_OWN_ACCESSOR

struct sluice_image;
static __always_inline __u64 sluice_word(const struct sluice_image *image, __u32 index);

#include "../kmod/core/image.h"

/* Words of the header that a decision reads most often: X(field, word). More would cost stack. */
#define SLUICE_KEPT_WORDS(X) \
	X(counts, SLUICE_HEADER_COUNTS) X(zones, SLUICE_HEADER_ZONES)

/**
 * struct sluice_image - an image: an inner map of fixed size
 * @map: never NULL
 *
 * and the kept words, by sluice_image_open().
 */
struct sluice_image {
	void *map;
#define SLUICE_KEPT_FIELD(field, word) __u64 field;
	SLUICE_KEPT_WORDS(SLUICE_KEPT_FIELD)
#undef SLUICE_KEPT_FIELD
};

static __always_inline __u64 sluice_look_up(void *map, __u32 index)
{
	__u64 *word = bpf_map_lookup_elem(map, &index);

	if (!word)
		return 0;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_bswap64(*word);
#else
	return *word;
#endif
}

/* The compiler knows which of the header's words is meant, so this costs nothing. */
static __always_inline __u64 sluice_word(const struct sluice_image *image, __u32 index)
{
	if (__builtin_constant_p(index)) {
		switch (index) {
#define SLUICE_KEPT_CASE(field, word) case word: return image->field;
		SLUICE_KEPT_WORDS(SLUICE_KEPT_CASE)
#undef SLUICE_KEPT_CASE
		}
	}
	return sluice_look_up(image->map, index);
}

/**
 * sluice_image_open() - the image of a slot
 * @image: filled
 * @map: what the table of images has there; not NULL
 */
static __always_inline void sluice_image_open(struct sluice_image *image, void *map)
{
	image->map = map;
#define SLUICE_KEPT_READ(field, word) image->field = sluice_look_up(map, word);
	SLUICE_KEPT_WORDS(SLUICE_KEPT_READ)
#undef SLUICE_KEPT_READ
}

#endif /* SLUICE_BPF_PARSING_H */
