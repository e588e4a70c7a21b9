/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLUICE_TESTS_BPF_WITNESS_H
#define SLUICE_TESTS_BPF_WITNESS_H

#include "kmod/uapi/sluice.h"

/**
 * struct sighting - a frame that came up to the stack
 * @meta: bytes of metadata in front of it
 * @length: of the frame, Ethernet header included
 * @stamp: the metadata, when there are 16 bytes
 * @shifted: the kernel began the frame behind its Ethernet header, so @stamp is not the stamp: after
 *	generic XDP has copied a frame, 6.18 shows it so to tc (mac_len is lost in the copy)
 */
struct sighting {
	__u32 meta;
	__u32 length;
	struct sluice_stamp stamp;
	__u32 shifted;
};

#endif
