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
 * Addresses are renumbered first so that those of one zone stand side by side: a zone with 100 000
 * prefixes is then one span, as is the rest of the internet around them.
 *
 *	sources ->    box 1 |=============|
 *			box 2    |====|                  asked against 1
 *			box 3            |=========|     asked against 1 and 3's predecessors
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/sort.h"
#include "rules.h"

#define OVERLAPS_SHOWN 20
#define BOXES_MAX (1u << 21)
#define NOTHING UINT32_MAX

#define SECOND_FAMILY ((sluice_ip)1 << 40)	/* numbers below are of IPv4 */

/* Addresses of one zone, and the number of the first of them. */
struct piece {
	sluice_ip first;
	sluice_ip last;
	sluice_ip number;
};

/* All pieces: by family, zone and address, which is also the order of their numbers. */
struct numbering {
	struct piece *piece;
	size_t count;
	size_t *start[2];	/* by family (1: IPv4) and zone: its first piece; one more at the end */
};

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
	struct numbering numbering;
	struct box *box;
	uint32_t boxes;
	uint32_t root;
	uint64_t *reported;	/* pairs already told, sorted as they come: few */
	size_t reports;
};

static sluice_ip number_family(struct numbering *numbering, const struct sluice_policy *policy,
			       bool v4, sluice_ip number)
{
	numbering->start[v4] = sluice_allocate(policy->zones + 1, sizeof(*numbering->start[v4]));
	for (size_t i = 0; i < policy->zones; i++) {
		const struct sluice_set *owned = &policy->zone[i].owned;

		numbering->start[v4][i] = numbering->count;
		for (size_t j = 0; j < owned->count; j++) {
			if (sluice_ip_is_v4(owned->span[j].first) != v4)
				continue;
			numbering->piece = sluice_grow(numbering->piece, numbering->count,
						       sizeof(*numbering->piece));
			numbering->piece[numbering->count++] = (struct piece){
				owned->span[j].first, owned->span[j].last, number,
			};
			number += owned->span[j].last - owned->span[j].first + 1;
		}
	}
	numbering->start[v4][policy->zones] = numbering->count;
	return number;
}

/* The number of an address that this zone owns: a conduit's ends are checked for that before. */
static sluice_ip number_of(const struct numbering *numbering, size_t zone, sluice_ip address)
{
	const size_t *start = numbering->start[sluice_ip_is_v4(address)];
	size_t low = start[zone], high = start[zone + 1];

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (numbering->piece[middle].first <= address)
			low = middle;
		else
			high = middle;
	}
	return numbering->piece[low].number + (address - numbering->piece[low].first);
}

static sluice_ip address_of(const struct numbering *numbering, sluice_ip number)
{
	size_t low = 0, high = numbering->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (numbering->piece[middle].number <= number)
			low = middle;
		else
			high = middle;
	}
	return numbering->piece[low].first + (number - numbering->piece[low].number);
}

/* A part of an end in numbers: the zone as one span a family, or what its assets have. */
static void add_numbers(const struct numbering *numbering, const struct sluice_end_part *part,
			struct sluice_set *set)
{
	const struct sluice_set *address = &part->address;

	for (int v4 = 0; part->whole && v4 < 2; v4++) {
		const size_t *start = numbering->start[v4];
		const struct piece *last;
		struct sluice_span span = { 0 };

		if (start[part->zone] == start[part->zone + 1])
			continue;
		last = &numbering->piece[start[part->zone + 1] - 1];
		span.first = numbering->piece[start[part->zone]].number;
		span.last = last->number + (last->last - last->first);
		sluice_set_append(set, &span);
	}
	for (size_t i = 0; !part->whole && i < address->count; i++) {
		struct sluice_span span = address->span[i];

		span.first = number_of(numbering, part->zone, span.first);
		span.last = span.first + (address->span[i].last - address->span[i].first);
		sluice_set_append(set, &span);
	}
}

static struct sluice_set numbers_of(const struct numbering *numbering,
				    const struct sluice_conduit_end *end)
{
	struct sluice_set set = { 0 };

	for (size_t i = 0; i < end->parts; i++)
		add_numbers(numbering, &end->part[i], &set);
	return set;
}

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
	flow.from = address_of(&sweep->numbering, one->from.first > two->from.first ?
						  one->from.first : two->from.first);
	flow.to = address_of(&sweep->numbering, one->to.first > two->to.first ?
						one->to.first : two->to.first);
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

static bool add_boxes(struct sweep *sweep, uint32_t index)
{
	const struct sluice_conduit *conduit = &sweep->policy->conduit[index];
	struct sluice_set from = numbers_of(&sweep->numbering, &conduit->from);
	struct sluice_set to = numbers_of(&sweep->numbering, &conduit->to);
	bool fits = sweep->boxes + (uint64_t)from.count * to.count <= BOXES_MAX;

	for (size_t i = 0; fits && i < from.count; i++) {
		for (size_t j = 0; j < to.count; j++) {
			struct box *box;

			if ((from.span[i].first < SECOND_FAMILY) != (to.span[j].first < SECOND_FAMILY))
				continue;
			sweep->box = sluice_grow(sweep->box, sweep->boxes, sizeof(*sweep->box));
			box = &sweep->box[sweep->boxes++];
			*box = (struct box){ .from = from.span[i], .to = to.span[j],
					     .conduit = index, .left = NOTHING, .right = NOTHING };
		}
	}
	sluice_set_release(&from);
	sluice_set_release(&to);
	return fits;
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

SLUICE_DEFINE_SORT(sort_events, struct event, compare_events)

static struct event *list_events(const struct sweep *sweep)
{
	struct event *event = sluice_allocate(2 * (size_t)sweep->boxes, sizeof(*event));

	for (uint32_t i = 0; i < sweep->boxes; i++) {
		event[2 * i] = (struct event){ sweep->box[i].from.first, i, false };
		event[2 * i + 1] = (struct event){ sweep->box[i].from.last, i, true };
	}
	sort_events(event, 2 * (size_t)sweep->boxes);
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

static void run_sweep(struct sweep *sweep)
{
	struct event *event;

	for (uint32_t i = 0; i < sweep->boxes; i++)
		sweep->box[i].priority = scramble(i);
	event = list_events(sweep);
	for (size_t i = 0; i < 2 * (size_t)sweep->boxes && sweep->reports < OVERLAPS_SHOWN; i++) {
		if (event[i].leaves) {
			take_out(sweep, &sweep->root, event[i].box);
			continue;
		}
		ask(sweep, sweep->root, &sweep->box[event[i].box]);
		insert(sweep, event[i].box);
	}
	free(event);
}

static void release(struct sweep *sweep)
{
	free(sweep->numbering.piece);
	free(sweep->numbering.start[0]);
	free(sweep->numbering.start[1]);
	free(sweep->box);
	free(sweep->reported);
}

void sluice_check_overlaps(const struct sluice_policy *policy, struct sluice_messages *messages)
{
	struct sweep sweep = { .policy = policy, .messages = messages, .root = NOTHING };
	sluice_ip four;

	four = number_family(&sweep.numbering, policy, true, 0);
	number_family(&sweep.numbering, policy, false, four > SECOND_FAMILY ? four : SECOND_FAMILY);
	for (size_t i = 0; i < policy->conduits; i++) {
		const struct sluice_conduit *conduit = &policy->conduit[i];

		if (add_boxes(&sweep, (uint32_t)i))
			continue;
		sluice_message_error(messages, &conduit->place,
				     "S6: too many pairs of addresses up to conduit %s (%u)",
				     conduit->name, BOXES_MAX);
		sluice_message_hint(messages, "name whole zones instead of single hosts");
		release(&sweep);
		return;
	}
	if (sweep.boxes)
		run_sweep(&sweep);
	release(&sweep);
}
