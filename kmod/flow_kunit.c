// SPDX-License-Identifier: GPL-2.0
/* Live flows: counted once, in both images, and given back. */

#include <kunit/test.h>

#include "flow.h"
#include "netns.h"

static const struct sluice_track track;

/* Two generations whose images name nobody; conduit 1 exists in both. */
struct fixture {
	struct sluice_net sn;
	struct sluice_generation old;
	struct sluice_generation new;
	__le64 words[SLUICE_IMAGE_HEADER_WORDS];
};

static int make_generation(struct fixture *fixture, struct sluice_generation *generation, u32 slot)
{
	generation->number = slot + 1;
	generation->slot = slot;
	generation->conduit_count = 1;
	generation->image = (struct sluice_image){ fixture->words, SLUICE_IMAGE_HEADER_WORDS };
	generation->conduits = sluice_conduits_create(1);
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
static int begin(struct fixture *fixture, u16 port)
{
	struct sluice_origin from = origin(port);
	int error;

	sluice_conduit_adopt(&fixture->old.conduits[1]);
	rcu_read_lock();
	error = sluice_flow_begin(fixture->sn.flows, &from, &track, &fixture->old, 1);
	rcu_read_unlock();
	if (error)
		sluice_conduit_end(&fixture->old.conduits[1]);
	return error;
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

static struct kunit_case cases[] = {
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
