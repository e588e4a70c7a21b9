/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every conduit is sure of when all together state more flows than the gateway can count.
 */
#ifndef SLUICE_CORE_SHARE_H
#define SLUICE_CORE_SHARE_H

#include "image.h"

/* Would all conduits together stay within @bound if none had more than @share? */
static inline int sluice_share_fits(const struct sluice_image *image, __u32 bound, __u32 share)
{
	__u32 conduits = SLUICE_COUNT_CONDUITS(sluice_word(image, SLUICE_HEADER_COUNTS));
	__u64 sum = 0;
	__u32 conduit;

	for (conduit = 1; conduit <= conduits; conduit++) {
		__u32 limit = (__u32)sluice_conduit_word(image, conduit, SLUICE_CONDUIT_CONCURRENT);

		sum += limit < share ? limit : share;
	}
	return sum <= bound;
}

/**
 * sluice_share - how many flows every conduit is sure of, whatever the others do
 * @image: verified
 * @bound: flows that can be counted at once
 *
 * If the stated limits fit, each has all that it states. Otherwise half of @bound is shared out, to each the
 * same number or its limit if that is less (max-min fairness); the other half is for whoever comes first.
 *
 * Linear in the number of conduits, 32 times. Return: the number, 0xffffffff if all fits.
 */
static inline __u32 sluice_share(const struct sluice_image *image, __u32 bound)
{
	__u32 share = 0;
	__u32 bit;

	if (sluice_share_fits(image, bound, 0xffffffffu))
		return 0xffffffffu;
	for (bit = 1u << 31; bit; bit >>= 1)
		if (sluice_share_fits(image, bound / 2, share | bit))
			share |= bit;
	return share;
}

#endif /* SLUICE_CORE_SHARE_H */
