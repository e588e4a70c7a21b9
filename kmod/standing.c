// SPDX-License-Identifier: GPL-2.0
/* Standing of conduits: island mode and opening. */

#include <linux/ktime.h>

#include "standing.h"
#include "trace.h"

static bool is_named(const u8 *bitmap, u32 bytes, u32 conduit)
{
	return conduit / 8 < bytes && (bitmap[conduit / 8] >> (conduit % 8) & 1);
}

int sluice_island_set(struct sluice_generation *generation, const u8 *bitmap, u32 bytes,
		      struct netlink_ext_ack *extack)
{
	u32 conduit, closed = 0;

	for (conduit = 0; conduit < 8 * bytes; conduit++)
		if (is_named(bitmap, bytes, conduit) &&
		    (!conduit || conduit > generation->conduit_count)) {
			NL_SET_ERR_MSG(extack, "the bitmap names a conduit that the image does not have");
			return -ENOENT;
		}
	for (conduit = 1; conduit <= generation->conduit_count; conduit++) {
		bool island = is_named(bitmap, bytes, conduit);

		WRITE_ONCE(generation->conduits[conduit].island, island);
		closed += island;
	}
	trace_mode(SLUICE_RECORD_VERSION, SLUICE_MODE_EVENT_ISLAND, generation->number, 0, closed);
	return 0;
}

static int may_open(const struct sluice_generation *generation, u32 conduit, u64 ms,
		    struct netlink_ext_ack *extack)
{
	u64 flags = sluice_conduit_word(&generation->image, conduit, SLUICE_CONDUIT_FLAGS);
	u64 open = sluice_conduit_word(&generation->image, conduit, SLUICE_CONDUIT_OPEN);

	if (!(flags & SLUICE_CONDUIT_FLAG_OPEN)) {
		NL_SET_ERR_MSG(extack, "the policy lets nobody open this conduit");
		return -EINVAL;
	}
	if (ms > (u64)(u32)open * MSEC_PER_SEC) {
		NL_SET_ERR_MSG(extack, "longer than the policy lets this conduit be open");
		return -E2BIG;
	}
	return 0;
}

int sluice_conduit_open(struct sluice_generation *generation, u32 conduit, u64 ms,
			struct netlink_ext_ack *extack)
{
	int error;

	if (!conduit || conduit > generation->conduit_count) {
		NL_SET_ERR_MSG(extack, "the image has no such conduit");
		return -ENOENT;
	}
	error = may_open(generation, conduit, ms, extack);
	if (error)
		return error;
	WRITE_ONCE(generation->conduits[conduit].open_until,
		   ms ? ktime_get_coarse_ns() + ms * NSEC_PER_MSEC : 0);
	trace_mode(SLUICE_RECORD_VERSION, ms ? SLUICE_MODE_EVENT_CONDUIT_OPENED :
					       SLUICE_MODE_EVENT_CONDUIT_CLOSED,
		   generation->number, conduit, ms);
	return 0;
}
