// SPDX-License-Identifier: GPL-2.0-or-later
/*
 *	events ROUNDS
 *
 * What an event costs the processor that meets it, and how many a second the agent's reader sustains while each one
 * that was not read is counted: by the gate's ring, and by the perf buffer that other tools use. Events are made by
 * test runs of a program that tells one for each frame; cost is what that adds to a program that tells none.
 *
 * Rates are of processor time, of the one that makes events and of the one that reads them: each has a processor of
 * its own where the machine is not busy. A loss that is not counted ends the program.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "agent/gate/inside.h"
#include "events.skel.h"
#include "tests/bench/sample.h"
#include "tests/bpf/world.h"
#include "tests/lib/frame.h"

#define COST_EVENTS	1000		/* fit into either buffer: no loss disturbs the cost */
#define PERF_PAGES	256		/* as many bytes as the gate's ring */

struct course {
	const char *name;
	unsigned int flood;	/* events of one */
	int program;
	struct sample cost;
	struct sample cycles;
	struct sample sustained;
	struct sample made;
	struct sample lost;
};

static struct world world;
static struct sluice_events_bpf *events;
static struct perf_buffer *perf;
static struct frame frame;
static atomic_ulong heard;
static atomic_bool stop;

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "events: %s: %s\n", what, why);
	exit(1);
}

static void hear_record(void *context, const struct sluice_record *record)
{
	atomic_fetch_add_explicit(&heard, 1, memory_order_relaxed);
}

static void hear_sample(void *context, int cpu, void *data, __u32 size)
{
	atomic_fetch_add_explicit(&heard, 1, memory_order_relaxed);
}

/* Records that the program could not write. */
static unsigned long lost(void)
{
	int processors = libbpf_num_possible_cpus();
	__u64 values[processors], sum = 0;
	__u32 key = 0;

	if (bpf_map_lookup_elem(world.gate->maps[GATE_MAP_lost], &key, values))
		give_up("lost", strerror(errno));
	for (int i = 0; i < processors; i++)
		sum += values[i];
	return (unsigned long)sum;
}

static void drain(void)
{
	sluice_gate_dispatch(world.gate);
	perf_buffer__consume(perf);
}

static double clock_seconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The agent sleeps until records wait, then takes them all. */
static void *read_on(void *seconds)
{
	struct pollfd wait[] = {
		{ .fd = sluice_gate_event_fd(world.gate), .events = POLLIN },
		{ .fd = perf_buffer__epoll_fd(perf), .events = POLLIN },
	};

	while (!atomic_load(&stop)) {
		poll(wait, 2, 20);
		drain();
	}
	drain();
	*(double *)seconds = clock_seconds(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

static void open_events(void)
{
	const struct sluice_gate_events listener = { .record = hear_record };

	events = sluice_events_bpf__open();
	if (!events || bpf_map__reuse_fd(events->maps.events, world.gate->maps[GATE_MAP_events]) ||
	    bpf_map__reuse_fd(events->maps.lost, world.gate->maps[GATE_MAP_lost]) ||
	    sluice_events_bpf__load(events))
		give_up("programs", strerror(errno));
	perf = perf_buffer__new(bpf_map__fd(events->maps.perf), PERF_PAGES, hear_sample, NULL, NULL,
				NULL);
	if (!perf)
		give_up("perf buffer", strerror(errno));
	sluice_gate_listen(world.gate, &listener);
}

/* Nanoseconds a frame, by the kernel's own clock. */
static double run(int program, unsigned int repeat)
{
	struct xdp_md in = { .data_end = frame.length, .ingress_ifindex = world.ifindex[0] };

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes,
		    .data_size_in = frame.length, .ctx_in = &in, .ctx_size_in = sizeof(in),
		    .repeat = (int)repeat);

	if (bpf_prog_test_run_opts(program, &options))
		give_up("frames", strerror(errno));
	return options.duration;
}

/* Cycles of the time stamp counter in a nanosecond; 0 where there is none. */
static double cycles_per_nanosecond(void)
{
#ifdef __x86_64__
	double begin = clock_seconds(CLOCK_MONOTONIC), end = begin;
	unsigned long long first = __rdtsc();

	while (end - begin < 0.05)
		end = clock_seconds(CLOCK_MONOTONIC);
	return (double)(__rdtsc() - first) / ((end - begin) * 1e9);
#else
	return 0;
#endif
}

static void measure_cost(struct course *course, double cycles)
{
	double silent = run(bpf_program__fd(events->progs.sluice_silent), COST_EVENTS);
	double telling = run(course->program, COST_EVENTS);

	drain();
	sample_add(&course->cost, telling - silent);
	if (cycles)
		sample_add(&course->cycles, (telling - silent) * cycles);
}

static void measure_flood(struct course *course)
{
	unsigned long before = atomic_load(&heard), lost_before = lost(), read, not_read;
	double begin, made, reading;
	pthread_t reader;

	atomic_store(&stop, false);
	if (pthread_create(&reader, NULL, read_on, &reading))
		give_up("reader", strerror(errno));
	begin = clock_seconds(CLOCK_THREAD_CPUTIME_ID);
	run(course->program, course->flood);
	made = clock_seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
	atomic_store(&stop, true);
	pthread_join(reader, NULL);
	read = atomic_load(&heard) - before;
	not_read = lost() - lost_before;
	if (read + not_read != course->flood)
		give_up(course->name, "events were lost and not counted");
	sample_add(&course->made, course->flood / made / 1e6);
	sample_add(&course->sustained, (double)read / reading / 1e6);
	sample_add(&course->lost, 100.0 * (double)not_read / course->flood);
}

static void print(struct course *course)
{
	sample_print(&course->cost, "event", course->name, 0, "-", "ns");
	if (course->cycles.count)
		sample_print(&course->cycles, "event", course->name, 0, "-", "cycles");
	sample_print(&course->made, "event", course->name, 0, "flood", "M/s made");
	sample_print(&course->sustained, "event", course->name, 0, "flood", "M/s read");
	sample_print(&course->lost, "event", course->name, 0, "flood", "% lost, counted");
}

int main(int argc, char **argv)
{
	const struct frame_spec spec = { .source = "10.0.0.1", .destination = "10.128.0.1", .protocol = 6,
					 .source_port = 1024, .destination_port = 22, .tcp_flags = 2 };
	struct course courses[2] = { { .name = "gate's ring", .flood = 1000000 }, { .name = "perf buffer", .flood = 20000 } };
	double cycles = cycles_per_nanosecond();

	if (argc != 2)
		give_up("usage", "events ROUNDS");
	world_begin(&world, 1);
	frame_build(&spec, &frame);
	open_events();
	courses[0].program = bpf_program__fd(events->progs.sluice_by_ring);
	courses[1].program = bpf_program__fd(events->progs.sluice_by_perf);
	for (unsigned long round = strtoul(argv[1], NULL, 10); round; round--) {
		for (int i = 0; i < 2; i++)
			measure_cost(&courses[i], cycles);
		for (int i = 0; round <= 3 && i < 2; i++)
			measure_flood(&courses[i]);
	}
	for (int i = 0; i < 2; i++)
		print(&courses[i]);
	perf_buffer__free(perf);
	sluice_events_bpf__destroy(events);
	world_end(&world);
	return 0;
}
