// SPDX-License-Identifier: GPL-2.0
/* Standing of conduits: island mode, opening, windows, and the lease of who began. */

#include <linux/ktime.h>

#include "netns.h"
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

void sluice_standing_read(const struct sluice_net *sn, const struct sluice_generation *generation,
			  u32 conduit, const struct sluice_lease_at *began, u64 mac,
			  struct sluice_standing *standing)
{
	const struct sluice_conduit *state = &generation->conduits[conduit];

	*standing = (struct sluice_standing){
		.open_until = READ_ONCE(state->open_until),
		.window_end = READ_ONCE(state->window_end),
		.island = READ_ONCE(state->island),
	};
	if (state->flags & SLUICE_CONDUIT_FLAG_IDENTITY)
		standing->lease = sluice_lease_find(sn->leases, began, mac,
						    ktime_get_coarse_boottime_ns());
}

/* Return: true when the conduit was open until now. */
static bool watch_opening(struct sluice_conduit *conduit, u64 now)
{
	if (!conduit->open_until || conduit->open_until > now)
		return false;
	WRITE_ONCE(conduit->open_until, 0);
	return true;
}

static bool watch_window(const struct sluice_image *image, u32 index,
			 struct sluice_conduit *conduit, const struct sluice_clock *clock)
{
	u64 before = conduit->window_end, end;

	if (!sluice_has_window(image, index))
		return false;
	if (clock->sure && clock->now >= clock->lower_bound)
		end = sluice_window_end(image, index, clock->now);
	else
		end = clock->lower_bound < before ? before : 0;
	WRITE_ONCE(conduit->window_end, end);
	return before && !end;
}

bool sluice_standing_watch(const struct sluice_net *sn, struct sluice_generation *generation)
{
	struct sluice_clock clock = {};
	bool closed = false;
	u32 index;

	sluice_clock_read(sn, le64_to_cpu(generation->envelope.created), &clock);
	for (index = 1; index <= generation->conduit_count; index++) {
		struct sluice_conduit *conduit = &generation->conduits[index];

		closed |= watch_opening(conduit, clock.nanoseconds);
		closed |= watch_window(&generation->image, index, conduit, &clock);
	}
	return closed;
}
