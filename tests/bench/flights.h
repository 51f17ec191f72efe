// SPDX-License-Identifier: MIT
/* Calls that are kept under way at the same time, from one thread. */
#ifndef BENCH_FLIGHTS_H
#define BENCH_FLIGHTS_H

#include "gql_host.h"
#include "vault/paseto.h"

enum { FLIGHT_ARGUMENTS = VAULT_TOKEN_LIMIT + 256 };

/* By an actor with all rights. */
extern const gql_request flight_request;

/* Writes the arguments of the next call, with a NUL. Returns their size. */
typedef int (*flight_write_fn)(void *context, char arguments[FLIGHT_ARGUMENTS]);

struct flight_plan {
    gql_runtime *runtime;
    gql_instance *instance;
    gql_resolve_fn resolve;
    int in_flight;
    flight_write_fn write;
    void *context;
};

/* Returns when all are answered. Ends the program if one is rejected. */
void flights_run(const struct flight_plan *plan, int count);

/* They end the program: unless a call is resolved; because gql_runtime_call returned a code. */
void flight_expect(const gql_answer *answer);
void flight_fail(int32_t code);

#endif
