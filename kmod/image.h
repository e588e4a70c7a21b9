/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Images in the module's memory.
 */
#ifndef SLUICE_IMAGE_H
#define SLUICE_IMAGE_H

#include <linux/netlink.h>
#include "core/image.h"

/**
 * sluice_image_check - digest and structure of a complete image
 * @words: the image
 * @length: bytes
 * @envelope: verified; names length and digest
 * @extack: receives the sentence of a refusal
 *
 * Return: 0; -EBADMSG when the digest differs or the image is malformed; -ERANGE when it breaks S1
 * to S4; -E2BIG. May sleep.
 */
int sluice_image_check(const __le64 *words, u64 length, const struct sluice_envelope *envelope,
		       struct netlink_ext_ack *extack);

#endif /* SLUICE_IMAGE_H */
