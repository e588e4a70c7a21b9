// SPDX-License-Identifier: GPL-2.0
/* Generations: staging, publishing, holding, retiring. Publishing changes one word. */

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <net/netfilter/nf_conntrack.h>

#include "device.h"
#include "flow.h"
#include "fragment.h"
#include "gate.h"
#include "image.h"
#include "lease.h"
#include "report.h"
#include "seen.h"
#include "trust.h"

/* ---- From the hooks ---- */

struct sluice_generation *sluice_in_force(const struct sluice_net *sn)
{
	u32 slot = sluice_selector_in_force(READ_ONCE(sn->selector), get_jiffies_64());

	return slot ? rcu_dereference(sn->slots[slot - 1]) : NULL;
}

struct sluice_generation *sluice_held(const struct sluice_net *sn, u32 number)
{
	struct sluice_generation *generation;
	u32 slot;

	for (slot = 0; slot < SLUICE_SLOTS; slot++) {
		generation = rcu_dereference(sn->slots[slot]);
		if (generation && generation->number == number)
			return sluice_slot_is_held(READ_ONCE(sn->selector), slot,
						   READ_ONCE(sn->left[number]),
						   get_jiffies_64()) ? generation : NULL;
	}
	return NULL;
}

bool sluice_is_stale(const struct sluice_net *sn, u32 number)
{
	u64 left = READ_ONCE(sn->left[number & SLUICE_SELECTOR_GENERATION_MASK]);
	u64 until = sluice_selector_until(READ_ONCE(sn->selector));

	/* A trial that ran out and that nobody has cleared away yet left when its time was over. */
	if (!left)
		left = until;
	return !left || get_jiffies_64() >= left + msecs_to_jiffies(SLUICE_STALE_MS);
}

/* ---- Making and unmaking ---- */

static void destroy(struct sluice_generation *generation)
{
	if (!generation)
		return;
	sluice_conduits_destroy(generation->conduits);
	sluice_memos_destroy(generation->memos);
	free_percpu(generation->port_counts);
	vfree(generation->image.words);
	kvfree(generation);
}

static struct sluice_generation *create(const struct sluice_staging *staging, u32 number, u32 slot)
{
	struct sluice_generation *generation = kvzalloc(sizeof(*generation), GFP_KERNEL_ACCOUNT);
	struct sluice_image image = { .words = staging->words,
				      .count = staging->length / sizeof(u64) };
	u64 counts = sluice_word(&image, SLUICE_HEADER_COUNTS);

	if (!generation)
		return NULL;
	generation->number = number;
	generation->slot = slot;
	generation->ports = SLUICE_COUNT_PORTS(counts);
	generation->conduit_count = SLUICE_COUNT_CONDUITS(counts);
	generation->envelope = staging->envelope;
	memcpy(generation->digest, staging->digest, sizeof(generation->digest));
	memcpy(generation->trust, staging->trust, sizeof(generation->trust));
	generation->port_counts = __alloc_percpu_gfp((generation->ports + 1) *
						     sizeof(struct sluice_port_counts), 8,
						     GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	generation->conduits = sluice_conduits_create(&image, generation->conduit_count);
	generation->memos = sluice_memos_create();
	if (!generation->port_counts || !generation->conduits || !generation->memos) {
		destroy(generation);
		return NULL;
	}
	generation->image = image;
	return generation;
}

static void free_staging(struct sluice_net *sn)
{
	if (!sn->staging)
		return;
	vfree(sn->staging->words);
	kfree(sn->staging);
	sn->staging = NULL;
}

/* ---- The word ---- */

struct sluice_generation *sluice_generation_in_slot(struct sluice_net *sn, u32 slot)
{
	return rcu_dereference_protected(sn->slots[slot], lockdep_is_held(&sluice_control));
}

static u64 make_selector(struct sluice_net *sn, u32 confirmed, u32 trial, u64 until)
{
	u32 numbers[SLUICE_SLOTS];
	u32 slot;

	for (slot = 0; slot < SLUICE_SLOTS; slot++) {
		struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);

		numbers[slot] = generation ? generation->number : 0;
	}
	return sluice_selector_make(numbers, confirmed, trial, until);
}

/* The module first: a stamp of the new generation then always finds it in force. */
static void switch_to(struct sluice_net *sn, u64 selector)
{
	/* Slots and the times at which they were left stand before the word that speaks of them. */
	smp_store_release(&sn->selector, selector);
	sluice_gate_write(sn, selector);
}

static void mark_left(struct sluice_net *sn, u32 slot, u64 when)
{
	struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);

	if (generation)
		WRITE_ONCE(sn->left[generation->number], when);
}

static u64 hold(void)
{
	return msecs_to_jiffies(SLUICE_HOLD_MS);
}

static bool is_held(struct sluice_net *sn, u32 slot)
{
	struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);

	return generation && sluice_slot_is_held(sn->selector, slot, sn->left[generation->number],
						 get_jiffies_64());
}

/* Take an image out of its slot and free it. Nobody may be judged by it any more. */
static void empty_slot(struct sluice_net *sn, u32 slot)
{
	struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);

	if (!generation)
		return;
	rtnl_lock();
	rcu_assign_pointer(sn->slots[slot], NULL);
	sluice_devices_update(sn);
	rtnl_unlock();
	synchronize_rcu();
	destroy(generation);
}

/* A trial whose time is over has ended everywhere already; this only notes it. */
static void note_expiry(struct sluice_net *sn)
{
	u32 trial = sluice_selector_trial(sn->selector);
	u64 until = sluice_selector_until(sn->selector);
	struct sluice_generation *generation;

	if (!trial || (get_jiffies_64() & SLUICE_SELECTOR_UNTIL_MASK) < until)
		return;
	generation = sluice_generation_in_slot(sn, trial - 1);
	mark_left(sn, trial - 1, until);
	switch_to(sn, make_selector(sn, sluice_selector_confirmed(sn->selector), 0, 0));
	sluice_flows_end(sn->flows);
	sluice_policy_event(SLUICE_POLICY_EVENT_EXPIRED, generation->number, &generation->envelope,
			    generation->digest, 0);
}

/* jiffies64 at which there is something to do, 0 for never */
static u64 next_deadline(struct sluice_net *sn)
{
	u64 deadline = 0;
	u32 slot;

	if (sluice_selector_trial(sn->selector))
		return sluice_selector_until(sn->selector);
	for (slot = 0; slot < SLUICE_SLOTS; slot++) {
		struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);

		if (generation && sluice_selector_confirmed(sn->selector) != slot + 1)
			deadline = sn->left[generation->number] + hold();
	}
	return deadline;
}

static void schedule_retire(struct sluice_net *sn)
{
	u64 deadline = next_deadline(sn), now = get_jiffies_64();

	if (deadline)
		mod_delayed_work(system_wq, &sn->retire, deadline > now ? deadline - now + 1 : 1);
}

void sluice_retire(struct work_struct *work)
{
	struct sluice_net *sn = container_of(to_delayed_work(work), struct sluice_net, retire);
	u32 slot;

	mutex_lock(&sluice_control);
	note_expiry(sn);
	for (slot = 0; slot < SLUICE_SLOTS; slot++)
		if (!is_held(sn, slot))
			empty_slot(sn, slot);
	/* The word says who is in its slots; who is in force stays. */
	switch_to(sn, make_selector(sn, sluice_selector_confirmed(sn->selector),
				    sluice_selector_trial(sn->selector),
				    sluice_selector_until(sn->selector)));
	schedule_retire(sn);
	mutex_unlock(&sluice_control);
}

u32 sluice_state_of(const struct sluice_net *sn)
{
	u64 selector = READ_ONCE(sn->selector);
	u32 slot = sluice_selector_in_force(selector, get_jiffies_64());

	if (slot)
		return slot == sluice_selector_confirmed(selector) ? SLUICE_STATE_ACTIVE :
								     SLUICE_STATE_TRIAL;
	return sn->released ? SLUICE_STATE_RELEASED : SLUICE_STATE_COMMISSIONING;
}

struct sluice_generation *sluice_generation_find(struct sluice_net *sn, u32 number)
{
	u32 slot;

	if (sn->staged && sn->staged->number == number)
		return sn->staged;
	for (slot = 0; slot < SLUICE_SLOTS; slot++) {
		struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);

		if (generation && generation->number == number && is_held(sn, slot))
			return generation;
	}
	return NULL;
}

/* ---- Staging ---- */

int sluice_stage_begin(struct sluice_net *sn, const struct sluice_envelope *envelope,
		       struct netlink_ext_ack *extack)
{
	struct sluice_staging *staging;

	if (sn->staging || sn->staged) {
		NL_SET_ERR_MSG(extack, "a policy is staged already: publish it or abort it first");
		return -EBUSY;
	}
	staging = kzalloc(sizeof(*staging), GFP_KERNEL_ACCOUNT);
	if (!staging)
		return -ENOMEM;
	staging->length = le64_to_cpu(envelope->image_length);
	staging->words = __vmalloc(staging->length, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!staging->words) {
		kfree(staging);
		NL_SET_ERR_MSG(extack, "not enough memory for the image");
		return -ENOMEM;
	}
	staging->envelope = *envelope;
	sluice_envelope_identity(envelope, staging->digest);
	sluice_trust_identity(staging->trust);
	sn->staging = staging;
	return 0;
}

int sluice_stage_data(struct sluice_net *sn, u64 offset, const void *data, u32 length,
		      struct netlink_ext_ack *extack)
{
	struct sluice_staging *staging = sn->staging;

	if (!staging) {
		NL_SET_ERR_MSG(extack, "nothing is being staged");
		return -ENOENT;
	}
	if (length > SLUICE_STAGE_CHUNK) {
		NL_SET_ERR_MSG(extack, "a piece of image has at most 32768 bytes");
		return -E2BIG;
	}
	if (!length || offset != staging->filled || length > staging->length - staging->filled) {
		NL_SET_ERR_MSG(extack, "pieces come in order and end where the envelope says");
		return -EINVAL;
	}
	memcpy((u8 *)staging->words + offset, data, length);
	staging->filled += length;
	return 0;
}

static int free_slot(struct sluice_net *sn, struct netlink_ext_ack *extack)
{
	note_expiry(sn);
	if (sluice_selector_trial(sn->selector)) {
		NL_SET_ERR_MSG(extack, "a trial is running: confirm or revert it first");
		return -EBUSY;
	}
	return sluice_selector_confirmed(sn->selector) == 1 ? 1 : 0;
}

/*
 * A flow keeps the number of a slot's image until the next one is published there. Were that of the same
 * number, the flow would take the conduit that it had in the former for its own.
 */
static bool is_worn(const struct sluice_net *sn, u32 number)
{
	u32 slot;

	for (slot = 0; slot < SLUICE_SLOTS; slot++)
		if (sn->worn[slot] == number)
			return true;
	return false;
}

u32 sluice_generation_number(struct sluice_net *sn)
{
	u64 now = get_jiffies_64();
	u32 number = sn->last_number, tries;

	for (tries = 0; tries < SLUICE_GENERATIONS; tries++) {
		number = number % SLUICE_GENERATIONS + 1;
		if (sluice_generation_find(sn, number) || is_worn(sn, number))
			continue;
		if (!sn->left[number] || now > sn->left[number] + msecs_to_jiffies(SLUICE_WRAP_MS))
			return number;
	}
	return 0;
}

int sluice_stage_end(struct sluice_net *sn, struct netlink_ext_ack *extack)
{
	struct sluice_staging *staging = sn->staging;
	struct sluice_generation *generation;
	u32 number;
	int slot, error;

	if (!staging || staging->filled != staging->length) {
		NL_SET_ERR_MSG(extack, "the image is not complete");
		return staging ? -EBADMSG : -ENOENT;
	}
	slot = free_slot(sn, extack);
	if (slot < 0)
		return slot;
	error = sluice_image_check(staging->words, staging->length, &staging->envelope, extack);
	if (error) {
		sluice_policy_event(SLUICE_POLICY_EVENT_REFUSED, 0, &staging->envelope,
				    staging->digest, error);
		free_staging(sn);
		return error;
	}
	number = sluice_generation_number(sn);
	if (!number) {
		NL_SET_ERR_MSG(extack, "too many policies in two minutes: try again later");
		return -EBUSY;
	}
	generation = create(staging, number, slot);
	if (!generation)
		return -ENOMEM;
	staging->words = NULL;
	free_staging(sn);
	sn->last_number = number;
	rtnl_lock();
	sn->staged = generation;
	rtnl_unlock();
	sluice_policy_event(SLUICE_POLICY_EVENT_STAGED, number, &generation->envelope,
			    generation->digest, 0);
	return 0;
}

void sluice_stage_abort(struct sluice_net *sn)
{
	struct sluice_generation *generation;

	free_staging(sn);
	rtnl_lock();
	generation = sn->staged;
	sn->staged = NULL;
	rtnl_unlock();
	destroy(generation);
}

/* ---- Publishing ---- */

/* While a policy is active the module holds itself: only release gives it back. */
static int hold_on(struct sluice_net *sn)
{
	int error;

	if (!sn->tracking) {
		error = nf_ct_netns_get(sn->net, NFPROTO_INET);
		if (error)
			return error;
		sn->tracking = true;
	}
	if (!sn->holding && net_eq(sn->net, &init_net)) {
		__module_get(THIS_MODULE);
		sn->holding = true;
	}
	return 0;
}

static void let_go(struct sluice_net *sn)
{
	if (sn->tracking)
		nf_ct_netns_put(sn->net, NFPROTO_INET);
	sn->tracking = false;
	if (sn->holding)
		module_put(THIS_MODULE);
	sn->holding = false;
}

static int put_in_slot(struct sluice_net *sn)
{
	struct sluice_generation *generation = sn->staged;
	int error;

	rtnl_lock();
	error = sluice_devices_tag(sn, generation);
	if (!error) {
		rcu_assign_pointer(sn->slots[generation->slot], generation);
		sn->worn[generation->slot] = generation->number;
		sn->staged = NULL;
		sluice_devices_update(sn);
	}
	rtnl_unlock();
	return error;
}

/* The floor rises with what becomes active; what was active before becomes the one previous policy. */
static void raise_floor(struct sluice_net *sn, const struct sluice_generation *generation,
			const struct sluice_generation *former)
{
	u64 version = le64_to_cpu(generation->envelope.version);
	u64 epoch = le64_to_cpu(generation->envelope.epoch);
	struct sluice_floor *floor = &sn->floor;

	if (epoch < floor->epoch || (epoch == floor->epoch && version < floor->version))
		return;
	if (former && (epoch > floor->epoch || version > floor->version))
		memcpy(floor->previous, former->digest, sizeof(floor->previous));
	floor->epoch = epoch;
	floor->version = version;
	memcpy(floor->digest, generation->digest, sizeof(floor->digest));
}

/* The policy in @slot is the confirmed one from now on. */
static void settle(struct sluice_net *sn, u32 slot)
{
	struct sluice_generation *generation = sluice_generation_in_slot(sn, slot);
	u32 former = sluice_selector_confirmed(sn->selector);

	raise_floor(sn, generation, former ? sluice_generation_in_slot(sn, former - 1) : NULL);
	/* Before the switch: at no moment is the former one neither named nor held. */
	if (former && former != slot + 1)
		mark_left(sn, former - 1, get_jiffies_64());
	switch_to(sn, make_selector(sn, slot + 1, 0, 0));
	sluice_flows_end(sn->flows);
}

static void begin_trial(struct sluice_net *sn, u32 slot, u32 trial_ms)
{
	u64 until = get_jiffies_64() + msecs_to_jiffies(trial_ms);

	switch_to(sn, make_selector(sn, sluice_selector_confirmed(sn->selector), slot + 1, until));
	sluice_flows_end(sn->flows);
}

/*
 * Trust and floor were asked when it was staged, and staged it may wait for ever: whoever was deprived of the right
 * to sign since then must not come into force by it.
 */
static int still_trusted(const struct sluice_net *sn, const struct sluice_generation *generation,
			 struct netlink_ext_ack *extack)
{
	u8 trust[SLUICE_DIGEST_BYTES];

	sluice_trust_identity(trust);
	if (memcmp(trust, generation->trust, sizeof(trust))) {
		NL_SET_ERR_MSG(extack, "another trust file is in force since this policy was staged: stage it again");
		return -ESTALE;
	}
	if (sluice_floor_admits(&sn->floor, &generation->envelope))
		return 0;
	NL_SET_ERR_MSG(extack, "the floor has risen above this policy since it was staged");
	return -ESTALE;
}

static int publish_staged(struct sluice_net *sn, u32 trial_ms, struct netlink_ext_ack *extack)
{
	struct sluice_generation *generation = sn->staged;
	u32 slot = generation->slot;
	int error = still_trusted(sn, generation, extack);

	if (error)
		return error;
	if (sluice_selector_trial(sn->selector) || is_held(sn, slot)) {
		NL_SET_ERR_MSG(extack, "the slot is still held: try again in two seconds");
		return -EBUSY;
	}
	error = hold_on(sn);
	if (error)
		return error;
	empty_slot(sn, slot);
	WRITE_ONCE(sn->left[generation->number], 0);
	error = put_in_slot(sn);
	if (error) {
		/* A first policy that could not be published leaves nothing to hold on to. */
		if (sluice_state_of(sn) != SLUICE_STATE_ACTIVE)
			let_go(sn);
		return error;
	}
	/* Whoever begins a flow now sees both images; those who did not are done. */
	synchronize_rcu();
	sluice_flows_adopt(sn->flows, generation);
	if (trial_ms)
		begin_trial(sn, slot, trial_ms);
	else
		settle(sn, slot);
	sn->released = false;
	sn->floor.published = true;
	sn->silent = get_jiffies_64();
	sluice_policy_event(trial_ms ? SLUICE_POLICY_EVENT_PUBLISHED_TRIAL :
				       SLUICE_POLICY_EVENT_PUBLISHED_CONFIRMED,
			    generation->number, &generation->envelope, generation->digest, 0);
	schedule_retire(sn);
	return 0;
}

int sluice_publish(struct sluice_net *sn, u32 number, u32 trial_ms, struct netlink_ext_ack *extack)
{
	struct sluice_generation *generation;
	u32 confirmed;

	note_expiry(sn);
	if (sn->staged && sn->staged->number == number)
		return publish_staged(sn, trial_ms, extack);
	/* Said again: nothing is done twice. */
	confirmed = sluice_selector_confirmed(sn->selector);
	generation = confirmed ? sluice_generation_in_slot(sn, confirmed - 1) : NULL;
	if (generation && generation->number == number && !trial_ms)
		return 0;
	NL_SET_ERR_MSG(extack, "no such generation is staged");
	return -ENOENT;
}

int sluice_confirm(struct sluice_net *sn, u32 number, struct netlink_ext_ack *extack)
{
	u32 trial = sluice_selector_trial(sn->selector);
	u32 confirmed = sluice_selector_confirmed(sn->selector);
	struct sluice_generation *generation;

	if (confirmed && sluice_generation_in_slot(sn, confirmed - 1)->number == number)
		return 0;
	generation = trial ? sluice_generation_in_slot(sn, trial - 1) : NULL;
	if (!generation || generation->number != number) {
		NL_SET_ERR_MSG(extack, "no trial of this generation is running; it may have ended");
		return sn->left[number] ? -ETIME : -ENOENT;
	}
	if (sluice_state_of(sn) != SLUICE_STATE_TRIAL) {
		note_expiry(sn);
		schedule_retire(sn);
		NL_SET_ERR_MSG(extack, "too late: the trial has ended, the former policy is in force");
		return -ETIME;
	}
	settle(sn, trial - 1);
	sluice_policy_event(SLUICE_POLICY_EVENT_CONFIRMED, number, &generation->envelope,
			    generation->digest, 0);
	schedule_retire(sn);
	return 0;
}

int sluice_revert(struct sluice_net *sn)
{
	u32 trial = sluice_selector_trial(sn->selector);
	struct sluice_generation *generation;

	note_expiry(sn);
	if (trial && sluice_selector_trial(sn->selector)) {
		generation = sluice_generation_in_slot(sn, trial - 1);
		mark_left(sn, trial - 1, get_jiffies_64());
		switch_to(sn, make_selector(sn, sluice_selector_confirmed(sn->selector), 0, 0));
		sluice_flows_end(sn->flows);
		sluice_policy_event(SLUICE_POLICY_EVENT_REVERTED, generation->number,
				    &generation->envelope, generation->digest, 0);
	}
	schedule_retire(sn);
	return 0;
}

/* ---- Ending ---- */

static void empty_all(struct sluice_net *sn)
{
	u64 now = get_jiffies_64();
	u32 slot;

	switch_to(sn, 0);
	for (slot = 0; slot < SLUICE_SLOTS; slot++) {
		mark_left(sn, slot, now);
		empty_slot(sn, slot);
	}
}

/* Closes first, then gives back what keeps the module from being unloaded. */
int sluice_release(struct sluice_net *sn)
{
	sluice_stage_abort(sn);
	empty_all(sn);
	sluice_seen_forget(sn->seen, 0);
	sluice_leases_forget(sn->leases);
	sluice_fragments_forget(sn->fragments);
	sluice_gate_drop(sn);
	sn->released = true;
	sluice_policy_event(SLUICE_POLICY_EVENT_RELEASED, 0, NULL, NULL, 0);
	let_go(sn);
	return 0;
}

/* The namespace or the module goes; no hook is left. */
void sluice_generations_destroy(struct sluice_net *sn)
{
	mutex_lock(&sluice_control);
	sluice_stage_abort(sn);
	empty_all(sn);
	sluice_gate_drop(sn);
	if (sn->tracking)
		nf_ct_netns_put(sn->net, NFPROTO_INET);
	sn->tracking = false;
	mutex_unlock(&sluice_control);
}
