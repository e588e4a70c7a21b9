/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A generation: one verified image, in force or held, with all that the kernel remembers for it.
 *
 *	staging -> sluice_generation_create() -> staged -> sluice_publish() -> slot, in force
 *		-> the selector leaves it -> held SLUICE_HOLD_MS -> freed after a grace period
 *
 * Hooks run under rcu_read_lock() and look generations up afresh for each packet. A generation is
 * freed only when no hook can hold it: after the slot is empty and a grace period is over.
 */
#ifndef SLUICE_GENERATION_H
#define SLUICE_GENERATION_H

#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include "conduit.h"
#include "core/gate.h"
#include "core/selector.h"
#include "memo.h"

struct sluice_net;

/**
 * struct sluice_port_counts - of one port, per processor
 */
struct sluice_port_counts {
	u64 entered;
	u64 left;
	u64 noise;
	u64 answered;
};

/**
 * struct sluice_generation - immutable but where it says otherwise
 * @image: the words, owned
 * @number: 1..63
 * @slot: 0 or 1
 * @ports: port indices 1..ports exist
 * @conduit_count: conduit indices 1..conduit_count exist
 * @envelope: what was signed
 * @digest: identity of the policy, SHA-256 of @envelope
 * @trust: identity of the trust file that its signers were looked up in
 * @ifindex: by port index, the device it is plugged into, 0 for none; written under the control
 *	mutex or RTNL, READ_ONCE in hooks
 * @errors_due: by the port that they leave by, the bucket of our own ICMP errors; errors_lock
 * @answers_due: by the port that they came in by, the bucket of answers to denied beginnings; errors_lock
 * @neighbours_due: by the port that they came in by, the bucket of neighbours' questions; sluice_neighbour_take()
 * @port_counts: [ports + 1]
 * @conduits: [conduit_count + 1]
 * @memos: what the image answered lately; a processor's own, only with softirqs away
 */
struct sluice_generation {
	struct sluice_image image;
	u32 number;
	u32 slot;
	u32 ports;
	u32 conduit_count;
	struct sluice_envelope envelope;
	u8 digest[SLUICE_DIGEST_BYTES];
	u8 trust[SLUICE_DIGEST_BYTES];
	int ifindex[SLUICE_MAX_PORTS + 1];
	u64 errors_due[SLUICE_MAX_PORTS + 1];
	u64 answers_due[SLUICE_MAX_PORTS + 1];
	u64 neighbours_due[SLUICE_MAX_PORTS + 1];
	struct sluice_port_counts __percpu *port_counts;
	struct sluice_conduit *conduits;
	struct sluice_memos __percpu *memos;
};

/**
 * struct sluice_staging - an image on its way into the kernel
 * @envelope: verified before anything was allocated
 * @digest: identity
 * @trust: as in struct sluice_generation
 * @words: vmalloc
 * @length: bytes the envelope announces
 * @filled: bytes that are there
 */
struct sluice_staging {
	struct sluice_envelope envelope;
	u8 digest[SLUICE_DIGEST_BYTES];
	u8 trust[SLUICE_DIGEST_BYTES];
	__le64 *words;
	u64 length;
	u64 filled;
};

/**
 * sluice_slot_is_held - may a packet still be judged by this slot?
 * @selector: the word
 * @slot: 0 or 1
 * @left: jiffies64 at which the selector left the slot's generation, 0 when it never did
 * @now: jiffies64
 */
static inline bool sluice_slot_is_held(u64 selector, u32 slot, u64 left, u64 now)
{
	u64 hold = msecs_to_jiffies(SLUICE_HOLD_MS);

	if (sluice_selector_confirmed(selector) == slot + 1)
		return true;
	if (sluice_selector_trial(selector) == slot + 1)
		return (now & SLUICE_SELECTOR_UNTIL_MASK) < sluice_selector_until(selector) + hold;
	return left && now < left + hold;
}

/* Hooks: both need rcu_read_lock(). NULL when there is none, which means deny. */
struct sluice_generation *sluice_in_force(const struct sluice_net *sn);
struct sluice_generation *sluice_held(const struct sluice_net *sn, u32 number);

/**
 * sluice_is_stale - did the generation leave so long ago that no queue explains the packet?
 * @sn: namespace
 * @number: 1..63
 */
bool sluice_is_stale(const struct sluice_net *sn, u32 number);

static inline u32 sluice_port_zone(const struct sluice_generation *generation, u32 port)
{
	return SLUICE_PORT_RECORD_ZONE(sluice_port_record(&generation->image, port));
}

static inline u32 sluice_port_tag(const struct sluice_generation *generation, u32 port)
{
	return SLUICE_PORT_RECORD_VLAN(sluice_port_record(&generation->image, port));
}

/* Control. All need the control mutex and may sleep; the extack says why not. */
int sluice_stage_begin(struct sluice_net *sn, const struct sluice_envelope *envelope,
		       struct netlink_ext_ack *extack);
int sluice_stage_data(struct sluice_net *sn, u64 offset, const void *data, u32 length,
		      struct netlink_ext_ack *extack);
int sluice_stage_end(struct sluice_net *sn, struct netlink_ext_ack *extack);
void sluice_stage_abort(struct sluice_net *sn);
int sluice_publish(struct sluice_net *sn, u32 number, u32 trial_ms, struct netlink_ext_ack *extack);
int sluice_confirm(struct sluice_net *sn, u32 number, struct netlink_ext_ack *extack);
int sluice_revert(struct sluice_net *sn);
int sluice_release(struct sluice_net *sn);
void sluice_generations_destroy(struct sluice_net *sn);
void sluice_retire(struct work_struct *work);
u32 sluice_state_of(const struct sluice_net *sn);

/* A staged or held generation by its number, for control; NULL when there is none. */
struct sluice_generation *sluice_generation_find(struct sluice_net *sn, u32 number);
struct sluice_generation *sluice_generation_in_slot(struct sluice_net *sn, u32 slot);

/**
 * sluice_generation_number - a number for the next generation
 * @sn: namespace
 *
 * Context: control. Return: one that no packet on its way and no flow can still carry; 0 when there is none.
 */
u32 sluice_generation_number(struct sluice_net *sn);

#endif /* SLUICE_GENERATION_H */
