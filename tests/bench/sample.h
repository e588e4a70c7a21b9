/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures of one course, and the line of the results file that they become.
 */
#ifndef SLUICE_TESTS_BENCH_SAMPLE_H
#define SLUICE_TESTS_BENCH_SAMPLE_H

#define SAMPLE_MAX 1024

/**
 * struct sample - figures of one course
 * @count: how many
 * @value: in the unit of the course
 */
struct sample {
	unsigned int count;
	double value[SAMPLE_MAX];
};

/**
 * sample_add() - one more figure; further ones than %SAMPLE_MAX end the program
 * @sample: any
 * @value: the figure
 */
void sample_add(struct sample *sample, double value);

/**
 * sample_print() - one line: section, name, size, traffic, unit, median, quartiles, count
 * @sample: not empty; is sorted by this
 * @section: of the results
 * @name: what was measured
 * @size: rules, or 0
 * @traffic: hot, spread, or -
 * @unit: of the figures
 */
void sample_print(struct sample *sample, const char *section, const char *name, unsigned int size,
		  const char *traffic, const char *unit);

#endif
