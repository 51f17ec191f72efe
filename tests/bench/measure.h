// SPDX-License-Identifier: MIT
/*
 * Measures two functions side by side: they take turns in each round, and the median of the ratios
 * of all rounds is the result.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

enum { ROUNDS = 7 };

uint64_t bench_now(void); /* Nanoseconds, CLOCK_MONOTONIC. */

/* A pseudo-random number below `limit`; the same sequence for the same initial state. */
uint32_t bench_random(uint64_t *state, uint32_t limit);

/* Does something `count` times. */
typedef void (*bench_fn)(void *context, int count);

struct ratio {
    double median;
    double least;
    double most;
    double first; /* Operations per second of the first function, median of the rounds. */
    double second;
};

/*
 * The rate of `first` divided by the rate of `second`. Each round runs `first_count` and
 * `second_count` operations; which function begins alternates.
 */
struct ratio bench_compare(bench_fn first, void *first_context, int first_count, bench_fn second,
                           void *second_context, int second_count);

/*
 * The same for a machine that others use: each round consists of `turns` short turns, and compares
 * the medians of their rates.
 */
struct ratio bench_compare_often(bench_fn first, void *first_context, bench_fn second,
                                 void *second_context, int count, int turns);

/* Sorts `samples`. `share` is from 0 to 1. */
double bench_percentile(double *samples, size_t count, double share);

/* Prints a line of JSON: {"figure", "rows", "value", "least", "most", "first", "second"}. */
void bench_report(const char *figure, struct ratio ratio, double rows);

#endif
