// SPDX-License-Identifier: MIT
/* For programs that measure a process with many tenants: calls, and what the process holds. */
#ifndef BENCH_TENANCY_H
#define BENCH_TENANCY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

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
 * Asks for what an actor with grants for one organization can't find. Ends the program if it does.
 */
void bench_miss(gql_runtime *runtime, gql_instance *instance, gql_resolve_fn resolve,
                const char *organization_id, const char *arguments);

/* As bench_call, of the instance of a key. */
void bench_pool_call(gql_pool *pool, const char *key, gql_resolve_fn resolve,
                     const char *arguments);

enum { FLOOD = 256 }; /* Calls under way. */

/* Calls of a client that does not stop. Zero but for the first three. */
struct flood {
    gql_runtime *runtime;
    gql_instance *instance;
    gql_resolve_fn resolve;
    gql_call call;
    pthread_t thread;
    atomic_int in_flight;
    atomic_int answered;
    atomic_bool stops;
};

/* Until the end, the arguments and the flood must stay. */
void bench_flood_begin(struct flood *flood, const char *arguments);
void bench_flood_end(struct flood *flood);

double bench_resident_mib(void);

/*
 * Prints a row: how many tenants, after what, threads, descriptors, resident memory, the median and
 * the 99th percentile of the milliseconds, which it sorts, and their sum in seconds.
 */
void bench_row(int tenants, const char *name, double *milliseconds, int count);

#endif
