/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sorting of large arrays with the comparison compiled in.
 *
 * qsort() calls a function for each comparison and copies elements through memory of unknown size; with
 * 100 000 assets that was a tenth of a compilation.
 */
#ifndef SLUICE_LIB_SORT_H
#define SLUICE_LIB_SORT_H

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/**
 * SLUICE_DEFINE_SORT() - define `void name(type *array, size_t count)`
 * @name: of the function
 * @type: of an element
 * @compare: as for qsort(); what compares equal keeps its order
 *
 * A merge sort: n log n steps whatever the text that is being compiled makes of it. Runs that are in order are not
 * merged again, so a sorted array costs one look.
 */
#define SLUICE_DEFINE_SORT(name, type, compare)							\
static void name##_runs(type array[], type spare[], size_t count)				\
{												\
	size_t half = count / 2, left = 0, right = half, at = 0;				\
												\
	if (count < 2)										\
		return;										\
	name##_runs(array, spare, half);							\
	name##_runs(array + half, spare, count - half);						\
	if (compare(&array[half - 1], &array[half]) <= 0)					\
		return;										\
	memcpy(spare, array, half * sizeof(*array));						\
	while (left < half && right < count)							\
		array[at++] = compare(&spare[left], &array[right]) <= 0 ? spare[left++] :	\
									  array[right++];	\
	memcpy(array + at, spare + left, (half - left) * sizeof(*array));			\
}												\
												\
static void name(type array[], size_t count)							\
{												\
	type *spare = sluice_allocate(count / 2, sizeof(*array));				\
												\
	name##_runs(array, spare, count);							\
	free(spare);										\
}

#endif
