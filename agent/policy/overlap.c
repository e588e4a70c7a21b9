// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which conduits would take the same packet?
 *
 * A conduit is a set of boxes: a span of sources times a span of destinations, for some services.
 * A line sweeps over the sources. When it reaches the first source of a box, the destinations of
 * all boxes under the line are asked for spans that touch the box's own; what touches is compared
 * by service. The destinations under the line stand in a treap that knows for each subtree how
 * far its spans reach, so an answer costs the logarithm plus what it finds.
 *
 *	sources ->    box 1 |=============|
 *			box 2    |====|                  asked against 1
 *			box 3            |=========|     asked against 1 and 3's predecessors
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "rules.h"

#define OVERLAPS_SHOWN 20
#define BOXES_MAX (1u << 21)
#define NOTHING UINT32_MAX

struct box {
	struct sluice_span from;
	struct sluice_span to;
	uint32_t conduit;
	/* treap, by first destination */
	uint32_t left;
	uint32_t right;
	uint32_t priority;
	sluice_ip reach;	/* highest destination in this subtree */
};

struct sweep {
	const struct sluice_policy *policy;
	struct sluice_messages *messages;
	struct box *box;
	uint32_t boxes;
	uint32_t root;
	uint64_t *reported;	/* pairs already told, sorted as they come: few */
	size_t reports;
};

static void pull(struct sweep *sweep, uint32_t index)
{
	struct box *box = &sweep->box[index];

	box->reach = box->to.last;
	if (box->left != NOTHING && sweep->box[box->left].reach > box->reach)
		box->reach = sweep->box[box->left].reach;
	if (box->right != NOTHING && sweep->box[box->right].reach > box->reach)
		box->reach = sweep->box[box->right].reach;
}

/* Order by first destination, ties by index, so that each box has one place. */
static bool before(const struct sweep *sweep, uint32_t a, uint32_t b)
{
	const struct box *x = &sweep->box[a], *y = &sweep->box[b];

	return x->to.first != y->to.first ? x->to.first < y->to.first : a < b;
}

/* Everything before @pivot to the left, everything else to the right. */
static void split(struct sweep *sweep, uint32_t root, uint32_t pivot, uint32_t *left,
		  uint32_t *right)
{
	if (root == NOTHING) {
		*left = *right = NOTHING;
		return;
	}
	if (before(sweep, root, pivot)) {
		split(sweep, sweep->box[root].right, pivot, &sweep->box[root].right, right);
		*left = root;
	} else {
		split(sweep, sweep->box[root].left, pivot, left, &sweep->box[root].left);
		*right = root;
	}
	pull(sweep, root);
}

static uint32_t merge(struct sweep *sweep, uint32_t left, uint32_t right)
{
	if (left == NOTHING || right == NOTHING)
		return left == NOTHING ? right : left;
	if (sweep->box[left].priority > sweep->box[right].priority) {
		sweep->box[left].right = merge(sweep, sweep->box[left].right, right);
		pull(sweep, left);
		return left;
	}
	sweep->box[right].left = merge(sweep, left, sweep->box[right].left);
	pull(sweep, right);
	return right;
}

static void insert(struct sweep *sweep, uint32_t index)
{
	uint32_t left, right;

	split(sweep, sweep->root, index, &left, &right);
	pull(sweep, index);
	sweep->root = merge(sweep, merge(sweep, left, index), right);
}

static void take_out(struct sweep *sweep, uint32_t *root, uint32_t index)
{
	struct box *box = &sweep->box[*root];

	if (*root == index) {
		*root = merge(sweep, box->left, box->right);
		sweep->box[index].left = sweep->box[index].right = NOTHING;
		return;
	}
	take_out(sweep, before(sweep, index, *root) ? &box->left : &box->right, index);
	pull(sweep, *root);
}

static bool share_service(const struct sluice_conduit *a, const struct sluice_conduit *b,
			  struct sluice_match *shared)
{
	size_t i = 0, j = 0;

	while (i < a->matches && j < b->matches) {
		const struct sluice_match *x = &a->match[i], *y = &b->match[j];
		uint32_t x_last = (uint32_t)x->protocol << 16 | x->last;
		uint32_t y_last = (uint32_t)y->protocol << 16 | y->last;

		*shared = *x;
		if (y->first > x->first)
			shared->first = y->first;
		if (y->last < x->last)
			shared->last = y->last;
		if (x->protocol == y->protocol && shared->first <= shared->last)
			return true;
		if (x_last < y_last)
			i++;
		else
			j++;
	}
	return false;
}

static bool already_reported(struct sweep *sweep, uint64_t pair)
{
	for (size_t i = 0; i < sweep->reports; i++)
		if (sweep->reported[i] == pair)
			return true;
	sweep->reported = sluice_grow(sweep->reported, sweep->reports, sizeof(*sweep->reported));
	sweep->reported[sweep->reports++] = pair;
	return false;
}

static void report(struct sweep *sweep, const struct box *one, const struct box *two,
		   const struct sluice_match *service)
{
	const struct box *first = one->conduit < two->conduit ? one : two;
	const struct box *second = first == one ? two : one;
	const struct sluice_conduit *a = &sweep->policy->conduit[first->conduit];
	const struct sluice_conduit *b = &sweep->policy->conduit[second->conduit];
	struct sluice_flow_example flow = {
		.protocol = service->protocol,
		.port = service->first,
	};
	char text[SLUICE_FLOW_TEXT];

	if (already_reported(sweep, (uint64_t)first->conduit << 32 | second->conduit))
		return;
	flow.from = one->from.first > two->from.first ? one->from.first : two->from.first;
	flow.to = one->to.first > two->to.first ? one->to.first : two->to.first;
	sluice_message_error(sweep->messages, &b->place,
			     "S6: conduits %s (line %u) and %s (line %u) overlap: %s is in both",
			     a->name, a->place.line, b->name, b->place.line,
			     sluice_flow_print(&flow, text));
	sluice_message_hint(sweep->messages,
			    "list the assets or services that only one of them means, join the two, or let the narrower one say narrows: with the name of the other");
}

/* Both spans stay in one family, so what shares sources and destinations is a real flow. */
static void ask(struct sweep *sweep, uint32_t root, const struct box *box)
{
	struct sluice_match service;
	const struct box *other;

	while (root != NOTHING && sweep->reports < OVERLAPS_SHOWN) {
		other = &sweep->box[root];
		if (other->reach < box->to.first)
			return;
		ask(sweep, other->left, box);
		if (other->to.first > box->to.last)
			return;
		if (other->to.last >= box->to.first && other->conduit != box->conduit &&
		    !sluice_narrows(sweep->policy, other->conduit, box->conduit) &&
		    !sluice_narrows(sweep->policy, box->conduit, other->conduit) &&
		    share_service(&sweep->policy->conduit[other->conduit],
				  &sweep->policy->conduit[box->conduit], &service))
			report(sweep, other, box, &service);
		root = other->right;
	}
}

static void add_boxes(struct sweep *sweep, uint32_t index)
{
	const struct sluice_conduit *conduit = &sweep->policy->conduit[index];
	const struct sluice_set *from = &conduit->from.address, *to = &conduit->to.address;

	for (size_t i = 0; i < from->count; i++) {
		for (size_t j = 0; j < to->count; j++) {
			struct box *box;

			if (sluice_ip_is_v4(from->span[i].first) !=
			    sluice_ip_is_v4(to->span[j].first))
				continue;
			sweep->box = sluice_grow(sweep->box, sweep->boxes, sizeof(*sweep->box));
			box = &sweep->box[sweep->boxes++];
			*box = (struct box){ .from = from->span[i], .to = to->span[j],
					     .conduit = index, .left = NOTHING, .right = NOTHING };
		}
	}
}

/* An event: a box comes under the line, or has left it. */
struct event {
	sluice_ip at;
	uint32_t box;
	bool leaves;
};

static int compare_events(const void *left, const void *right)
{
	const struct event *a = left, *b = right;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	/* Spans include their last address: who begins there still meets who ends there. */
	if (a->leaves != b->leaves)
		return a->leaves ? 1 : -1;
	return a->box < b->box ? -1 : a->box > b->box;
}

static struct event *list_events(const struct sweep *sweep)
{
	struct event *event = sluice_allocate(2 * (size_t)sweep->boxes, sizeof(*event));

	for (uint32_t i = 0; i < sweep->boxes; i++) {
		event[2 * i] = (struct event){ sweep->box[i].from.first, i, false };
		event[2 * i + 1] = (struct event){ sweep->box[i].from.last, i, true };
	}
	qsort(event, 2 * (size_t)sweep->boxes, sizeof(*event), compare_events);
	return event;
}

/* A fixed sequence that looks random: the treap needs no secret, only no pattern. */
static uint32_t scramble(uint32_t number)
{
	number = (number ^ 61) ^ (number >> 16);
	number *= 9;
	number ^= number >> 4;
	number *= 0x27d4eb2d;
	return number ^ (number >> 15);
}

void sluice_check_overlaps(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	struct sweep sweep = { .policy = policy, .messages = messages, .root = NOTHING };
	struct event *event;

	for (size_t i = 0; i < policy->conduits; i++) {
		const struct sluice_conduit *conduit = &policy->conduit[i];

		if (sweep.boxes + conduit->from.address.count * conduit->to.address.count >
		    BOXES_MAX) {
			sluice_message_error(messages, &conduit->place,
					     "S6: too many pairs of addresses up to conduit %s",
					     conduit->name);
			sluice_message_hint(messages, "name whole zones, or prefixes, instead of single hosts");
			free(sweep.box);
			return;
		}
		add_boxes(&sweep, (uint32_t)i);
	}
	if (!sweep.boxes)
		return;
	for (uint32_t i = 0; i < sweep.boxes; i++)
		sweep.box[i].priority = scramble(i);
	event = list_events(&sweep);
	for (size_t i = 0; i < 2 * (size_t)sweep.boxes && sweep.reports < OVERLAPS_SHOWN; i++) {
		if (event[i].leaves) {
			take_out(&sweep, &sweep.root, event[i].box);
			continue;
		}
		ask(&sweep, sweep.root, &sweep.box[event[i].box]);
		insert(&sweep, event[i].box);
	}
	free(event);
	free(sweep.box);
	free(sweep.reported);
}
