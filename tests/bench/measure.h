// SPDX-License-Identifier: MIT
/*
 * Measuring two things side by side: rounds of both in turn, and the median of the ratios of each
 * round.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

enum { ROUNDS = 7, MOST_SAMPLES = 200000 };

uint64_t bench_now(void); /* Nanoseconds, CLOCK_MONOTONIC. */

/* A reproducible random number below `limit`. */
uint32_t bench_random(uint64_t *state, uint32_t limit);

/* Does something `count` times; whatever it takes. */
typedef void (*bench_fn)(void *context, int count);

struct ratio {
    double median;
    double least;
    double most;
    double first; /* Median of the first thing's operations per second. */
    double second;
};

/* Rate of `first` to that of `second`, `count` operations each in each round, in changing order. */
struct ratio bench_compare(bench_fn first, void *first_context, int first_count, bench_fn second,
                           void *second_context, int second_count);

/* Sorts; `share` from 0 to 1. */
double bench_percentile(double *samples, size_t count, double share);

/* One line of JSON on the standard output: {"figure", "value", "least", "most", …}. */
void bench_report(const char *figure, struct ratio ratio, double rows);

#endif
