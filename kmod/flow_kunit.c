// SPDX-License-Identifier: GPL-2.0
/* Live flows: counted once, in both images, and given back. */

#include <kunit/test.h>

#include "flow.h"
#include "netns.h"

static const struct sluice_track track;

#define CONDUITS 2
#define WORDS (SLUICE_IMAGE_HEADER_WORDS + (CONDUITS + 1) * SLUICE_CONDUIT_WORDS)

/* Two generations whose images name nobody; conduits 1 and 2 exist in both. */
struct fixture {
	struct sluice_net sn;
	struct sluice_generation old;
	struct sluice_generation new;
	__le64 words[WORDS];
};

static int make_generation(struct fixture *fixture, struct sluice_generation *generation, u32 slot)
{
	generation->number = slot + 1;
	generation->slot = slot;
	generation->conduit_count = CONDUITS;
	generation->image = (struct sluice_image){ fixture->words, WORDS };
	generation->conduits = sluice_conduits_create(&generation->image, CONDUITS);
	return generation->conduits ? 0 : -ENOMEM;
}

static int init(struct kunit *test)
{
	struct fixture *fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);

	if (!fixture)
		return -ENOMEM;
	test->priv = fixture;
	fixture->sn.net = &init_net;
	fixture->sn.flows = sluice_flows_create(&fixture->sn);
	if (!fixture->sn.flows || make_generation(fixture, &fixture->old, 0) ||
	    make_generation(fixture, &fixture->new, 1))
		return -ENOMEM;
	RCU_INIT_POINTER(fixture->sn.slots[0], &fixture->old);
	return 0;
}

static void finish(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	if (!fixture)
		return;
	sluice_flows_destroy(fixture->sn.flows);
	sluice_conduits_destroy(fixture->old.conduits);
	sluice_conduits_destroy(fixture->new.conduits);
}

static struct sluice_origin origin(u16 port)
{
	struct sluice_origin origin = { .id = port, .layer = SLUICE_LAYER_FORWARD };

	origin.tuple.src.l3num = AF_INET;
	origin.tuple.src.u3.ip = htonl(0x0a010007);
	origin.tuple.dst.u3.ip = htonl(0x0a02000a);
	origin.tuple.dst.protonum = IPPROTO_UDP;
	origin.tuple.src.u.udp.port = htons(port);
	return origin;
}

/* As the hook does: first the charge, then the flow. */
static int begin_in(struct fixture *fixture, u16 port, u32 conduit)
{
	struct sluice_origin from = origin(port);
	int error;

	sluice_conduit_adopt(&fixture->old.conduits[conduit]);
	rcu_read_lock();
	error = sluice_flow_begin(fixture->sn.flows, &from, &track, &fixture->old, conduit);
	rcu_read_unlock();
	if (error)
		sluice_conduit_end(&fixture->old.conduits[conduit]);
	return error;
}

static int begin(struct fixture *fixture, u16 port)
{
	return begin_in(fixture, port, 1);
}

static void end(struct fixture *fixture, u16 port)
{
	struct sluice_origin from = origin(port);

	rcu_read_lock();
	sluice_flow_end(fixture->sn.flows, &from);
	rcu_read_unlock();
}

static u64 live(struct sluice_generation *generation)
{
	struct sluice_totals totals;

	sluice_conduit_read(&generation->conduits[1], &totals);
	return totals.concurrent;
}

static void test_counted_once(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, begin(fixture, 1), 0);
	KUNIT_EXPECT_EQ_MSG(test, begin(fixture, 1), -EEXIST, "another processor was faster");
	KUNIT_EXPECT_EQ(test, begin(fixture, 2), 0);
	KUNIT_EXPECT_EQ(test, live(&fixture->old), 2ULL);
	end(fixture, 1);
	KUNIT_EXPECT_EQ(test, live(&fixture->old), 1ULL);
	end(fixture, 1);
	KUNIT_EXPECT_EQ_MSG(test, live(&fixture->old), 1ULL, "an end is not counted twice");
	KUNIT_EXPECT_EQ_MSG(test, begin(fixture, 1), 0, "and the tuple may come again");
}

static void test_reused_tuple(struct kunit *test)
{
	struct sluice_origin first = origin(1), second = origin(1);
	struct fixture *fixture = test->priv;

	second.id += SLUICE_FLOW_BUCKETS;	/* the same bucket */
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, sluice_flow_begin(fixture->sn.flows, &first, &track, &fixture->old,
						0), 0);
	KUNIT_EXPECT_EQ_MSG(test, sluice_flow_begin(fixture->sn.flows, &second, &track,
						    &fixture->old, 0),
			    0, "another connection of the same tuple is another flow");
	rcu_read_unlock();
}

static void test_two_images(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct sluice_flow_view view;
	u32 bucket = 0, skip = 0, count = 0;

	begin(fixture, 1);
	RCU_INIT_POINTER(fixture->sn.slots[1], &fixture->new);
	sluice_flows_adopt(fixture->sn.flows, &fixture->new);
	KUNIT_EXPECT_EQ_MSG(test, live(&fixture->new), 0ULL, "the new image has no conduit for it");
	while (sluice_flow_read(fixture->sn.flows, 1, &bucket, &skip, &view)) {
		KUNIT_EXPECT_EQ(test, view.generation, 2u);
		KUNIT_EXPECT_EQ(test, view.conduit, 0u);
		count++;
	}
	KUNIT_EXPECT_EQ(test, count, 1u);
	RCU_INIT_POINTER(fixture->sn.slots[0], NULL);
	end(fixture, 1);
	KUNIT_EXPECT_EQ_MSG(test, live(&fixture->old), 1ULL,
			    "an image that left its slot is not touched any more");
	begin(fixture, 2);
	fixture->old.number = 9;
	RCU_INIT_POINTER(fixture->sn.slots[0], &fixture->old);
	end(fixture, 2);
	KUNIT_EXPECT_EQ_MSG(test, live(&fixture->old), 2ULL,
			    "nor is another one that came into the slot");
}

/* A table of @bound flows, shared out between conduits of so many each. */
static void share_out(struct fixture *fixture, u32 bound, u32 first, u32 second)
{
	__le64 *conduits = fixture->words + SLUICE_IMAGE_HEADER_WORDS;

	fixture->words[SLUICE_HEADER_COUNTS] = cpu_to_le64((u64)CONDUITS << 32);
	fixture->words[SLUICE_HEADER_CONDUITS] = cpu_to_le64(SLUICE_IMAGE_HEADER_WORDS);
	conduits[SLUICE_CONDUIT_WORDS + SLUICE_CONDUIT_CONCURRENT] = cpu_to_le64(first);
	conduits[2 * SLUICE_CONDUIT_WORDS + SLUICE_CONDUIT_CONCURRENT] = cpu_to_le64(second);
	sluice_flows_bound(fixture->sn.flows, bound);
	sluice_flows_adopt(fixture->sn.flows, &fixture->old);
}

/* Begin flows of @conduit, from port @port on, until one is refused. Return: how many. */
static u32 fill(struct fixture *fixture, u16 port, u32 conduit)
{
	u32 count = 0;

	while (count < 1000 && !begin_in(fixture, port + count, conduit))
		count++;
	return count;
}

static void test_nobody_starves(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	/* 32 places are shared out: 4 and 28. The other 32 are for whoever comes first. */
	share_out(fixture, 64, 1000, 4);
	KUNIT_EXPECT_EQ_MSG(test, fill(fixture, 1, 1), 60u, "what it is sure of and all that is spare");
	KUNIT_EXPECT_EQ_MSG(test, begin_in(fixture, 2001, 2), 0, "the other is sure of its four");
	KUNIT_EXPECT_EQ(test, begin_in(fixture, 2002, 2), 0);
	KUNIT_EXPECT_EQ(test, begin_in(fixture, 2003, 2), 0);
	KUNIT_EXPECT_EQ(test, begin_in(fixture, 2004, 2), 0);
	KUNIT_EXPECT_EQ_MSG(test, begin(fixture, 3000), -ENOSPC, "still full");
	end(fixture, 1);
	KUNIT_EXPECT_EQ_MSG(test, begin(fixture, 3000), 0, "a sure place is given back");
	end(fixture, 60);
	KUNIT_EXPECT_EQ_MSG(test, begin(fixture, 3001), 0, "and a spare one");
	KUNIT_EXPECT_EQ_MSG(test, begin(fixture, 3002), -ENOSPC, "once");
	KUNIT_EXPECT_EQ(test, live(&fixture->old), 60ULL);
}

static void test_all_fits(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	/* The conduit's own limit is asked before, by the charge. */
	share_out(fixture, 64, 60, 4);
	KUNIT_EXPECT_EQ_MSG(test, fill(fixture, 1, 1), 128u, "nothing is shared out; memory has an end");
}

static void test_shared_out_anew(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	share_out(fixture, 64, 60, 4);
	fill(fixture, 1, 1);
	while (live(&fixture->old) > 50)
		end(fixture, live(&fixture->old));
	/* As a publish in the same slot does: all are looked at again, and leave their places. */
	fixture->old.number = 9;
	share_out(fixture, 64, 1000, 4);
	KUNIT_EXPECT_EQ_MSG(test, fill(fixture, 1001, 1), 60u, "former flows have no conduit here");
	KUNIT_EXPECT_EQ_MSG(test, begin_in(fixture, 2001, 2), 0, "the other is sure of its four");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_nobody_starves),
	KUNIT_CASE(test_all_fits),
	KUNIT_CASE(test_shared_out_anew),
	KUNIT_CASE(test_counted_once),
	KUNIT_CASE(test_reused_tuple),
	KUNIT_CASE(test_two_images),
	{}
};

static struct kunit_suite suite = {
	.name = "sluice-flow",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};
kunit_test_suite(suite);
