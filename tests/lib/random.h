/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers that repeat: a test prints its seed and can be run again with it.
 */
#ifndef SLUICE_TESTS_RANDOM_H
#define SLUICE_TESTS_RANDOM_H

#include <stdint.h>

/**
 * struct random_state - splitmix64 (Steele, Lea, Flood 2014)
 * @value: the seed at first
 */
struct random_state {
	uint64_t value;
};

static inline uint64_t random_next(struct random_state *state)
{
	uint64_t mixed = state->value += 0x9e3779b97f4a7c15ULL;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ULL;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebULL;
	return mixed ^ mixed >> 31;
}

/* 0 to @limit - 1; @limit is at least 1 */
static inline uint32_t random_below(struct random_state *state, uint32_t limit)
{
	return (uint32_t)((random_next(state) >> 32) * limit >> 32);
}

/* 1 with a chance of @percent in 100 */
static inline int random_chance(struct random_state *state, uint32_t percent)
{
	return random_below(state, 100) < percent;
}

#endif
