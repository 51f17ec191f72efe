// SPDX-License-Identifier: MIT
/* For programs that measure a process with many tenants: calls, and what the process holds. */
#ifndef BENCH_TENANCY_H
#define BENCH_TENANCY_H

#include "gql_host.h"

/* Ends the program unless the code is GQL_OK. */
void bench_must(int32_t code, const gql_failure *failure);

/*
 * Calls a resolver with all rights and waits. Ends the program if the call is rejected. Copies at
 * most `capacity` bytes of the answer to `ret_answer`, with a NUL; NULL: the answer is not needed.
 */
void bench_call(gql_runtime *runtime, gql_instance *instance, gql_resolve_fn resolve,
                const char *arguments, char *ret_answer, size_t capacity);

/*
 * Prints a row: how many tenants, after what, threads, descriptors, resident memory, the median and
 * the 99th percentile of the milliseconds, which it sorts, and their sum in seconds.
 */
void bench_row(int tenants, const char *name, double *milliseconds, int count);

#endif
