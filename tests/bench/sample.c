// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bench/sample.h"

#include <stdio.h>
#include <stdlib.h>

void sample_add(struct sample *sample, double value)
{
	if (sample->count == SAMPLE_MAX) {
		fprintf(stderr, "more than %d figures of one course\n", SAMPLE_MAX);
		exit(1);
	}
	sample->value[sample->count++] = value;
}

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return a < b ? -1 : a > b;
}

static double at(const struct sample *sample, unsigned int quarters)
{
	return sample->value[(sample->count - 1) * quarters / 4];
}

void sample_print(struct sample *sample, const char *section, const char *name, unsigned int size,
		  const char *traffic, const char *unit)
{
	qsort(sample->value, sample->count, sizeof(*sample->value), ascending);
	printf("%s\t%s\t%u\t%s\t%s\t%.3f\t%.3f\t%.3f\t%u\n", section, name, size, traffic, unit,
	       at(sample, 2), at(sample, 1), at(sample, 3), sample->count);
	fflush(stdout);
}
