// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much the running kernel's verifier has to look at, against the budget and bpf/verified.tsv.
 *
 * `verified --print` prints the lines for that file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "gate.skel.h"
#include "trace.skel.h"
#include "tests/lib/ktap.h"

#define BUDGET		200000
#define RECORD		"bpf/verified.tsv"
/* A compiler's whim moves it by some percent; more than this is worth a look and a new record. */
#define TOLERANCE	25

static bool printing;

/* 6.1 of 6.1.0-56-amd64 */
static const char *kernel(void)
{
	static char name[16];
	struct utsname system;
	unsigned int major = 0, minor = 0;

	uname(&system);
	sscanf(system.release, "%u.%u", &major, &minor);
	snprintf(name, sizeof(name), "%u.%u", major, minor);
	return name;
}

static unsigned int recorded(const char *program)
{
	FILE *file = fopen(RECORD, "r");
	char line[256], release[16], name[64];
	unsigned int count = 0, found = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%15s %63s %u", release, name, &count) == 3 &&
		    !strcmp(release, kernel()) && !strcmp(name, program))
			found = count;
	if (file)
		fclose(file);
	return found;
}

static void judge(const struct bpf_program *program)
{
	const char *name = bpf_program__name(program);
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);
	unsigned int now, then = recorded(name);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length)) {
		ktap_ok(false, "%s: %s", name, strerror(errno));
		return;
	}
	now = info.verified_insns;
	if (printing) {
		printf("%s\t%s\t%u\n", kernel(), name, now);
		return;
	}
	ktap_ok(now && now <= BUDGET, "%s: %u instructions verified on %s, budget %u", name, now,
		kernel(), BUDGET);
	if (!then)
		return;
	ktap_ok(now <= then + then / 100 * TOLERANCE && now >= then - then / 100 * TOLERANCE,
		"%s: about the %u of %s", name, then, RECORD);
}

static void judge_all(const struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		judge(program);
}

int main(int argc, char **argv)
{
	struct sluice_gate_bpf *gate = sluice_gate_bpf__open_and_load();
	struct sluice_trace_bpf *trace = sluice_trace_bpf__open_and_load();

	printing = argc > 1 && !strcmp(argv[1], "--print");
	if (!printing)
		ktap_ok(gate && trace, "gate and trace load on %s", kernel());
	if (gate)
		judge_all(gate->obj);
	if (trace)
		judge_all(trace->obj);
	sluice_gate_bpf__destroy(gate);
	sluice_trace_bpf__destroy(trace);
	return printing ? 0 : ktap_done();
}
