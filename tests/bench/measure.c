// SPDX-License-Identifier: MIT
#include "tests/bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

uint64_t bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint32_t bench_random(uint64_t *state, uint32_t limit)
{
    /* splitmix64 */
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ (z >> 31)) % limit);
}

static int compare_doubles(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

double bench_percentile(double *samples, size_t count, double share)
{
    qsort(samples, count, sizeof *samples, compare_doubles);
    const size_t place = (size_t)(share * (double)(count - 1) + 0.5);
    return samples[place];
}

static double rate_of(bench_fn function, void *context, int count)
{
    const uint64_t begin = bench_now();
    function(context, count);
    return (double)count * 1e9 / (double)(bench_now() - begin);
}

static struct ratio summarize(double *ratios, double *firsts, double *seconds)
{
    struct ratio ratio = {.median = bench_percentile(ratios, ROUNDS, 0.5)};
    ratio.least = ratios[0];
    ratio.most = ratios[ROUNDS - 1];
    ratio.first = bench_percentile(firsts, ROUNDS, 0.5);
    ratio.second = bench_percentile(seconds, ROUNDS, 0.5);
    return ratio;
}

struct ratio bench_compare(bench_fn first, void *first_context, int first_count, bench_fn second,
                           void *second_context, int second_count)
{
    double ratios[ROUNDS], firsts[ROUNDS], seconds[ROUNDS];
    rate_of(first, first_context, first_count / 4 + 1);
    rate_of(second, second_context, second_count / 4 + 1);
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 2 == 0)
            firsts[i] = rate_of(first, first_context, first_count);
        seconds[i] = rate_of(second, second_context, second_count);
        if (i % 2 == 1)
            firsts[i] = rate_of(first, first_context, first_count);
        ratios[i] = firsts[i] / seconds[i];
    }
    return summarize(ratios, firsts, seconds);
}

struct ratio bench_compare_often(bench_fn first, void *first_context, bench_fn second,
                                 void *second_context, int count, int turns)
{
    double ratios[ROUNDS], firsts[ROUNDS], seconds[ROUNDS];
    double *rates = calloc(2 * (size_t)turns, sizeof *rates), *others = rates + turns;
    for (int i = 0; i < ROUNDS; i++) {
        for (int k = 0; k < turns; k++) {
            rates[k] = rate_of(first, first_context, count);
            others[k] = rate_of(second, second_context, count);
        }
        firsts[i] = bench_percentile(rates, (size_t)turns, 0.5);
        seconds[i] = bench_percentile(others, (size_t)turns, 0.5);
        ratios[i] = firsts[i] / seconds[i];
    }
    free(rates);
    return summarize(ratios, firsts, seconds);
}

void bench_report(const char *figure, struct ratio ratio, double rows)
{
    printf("{\"figure\":\"%s\",\"rows\":%.0f,\"value\":%.4f,\"least\":%.4f,\"most\":%.4f,\"first\":"
           "%.2f,\"second\":%.2f}\n",
           figure, rows, ratio.median, ratio.least, ratio.most, ratio.first, ratio.second);
    fflush(stdout);
}
