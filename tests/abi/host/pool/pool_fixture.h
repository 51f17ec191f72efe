// SPDX-License-Identifier: MIT
/* A pool of the plugin pooled.so, for the suites of pools. All are called on the test's thread. */
#ifndef POOL_FIXTURE_H
#define POOL_FIXTURE_H

#include "gql_host.h"
#include "tests/abi/plugins/pooled.h"

enum { MAX_ANSWERS = 64 };

extern gql_pool *pool;
extern struct pooled_control control;
extern int64_t clock_time;         /* Of the pool, in milliseconds. */
extern const char *config_failure; /* Not NULL: the host has no configuration, for this reason. */
extern int configured;             /* How often the host gave a configuration. */
extern char last_log[512];

/* The answers in the order in which they came: "CALL:VALUE", or "CALL:CODE". */
extern char answers[MAX_ANSWERS][64];

/* `options`: the limits alone. */
void pool_set_up(gql_pool_options options);

/* At the end of each test. Criterion ignores assertions that fail in .fini. */
void pool_tear_down(void);

/* Calls with a number of the call's own, as which the answer is kept. */
int32_t pool_call(const char *key, int call);

/* Waits until so many answers have come, in all. */
void await_answers(int count);

/* Waits until a number of `control` is at least `value`. */
void await_count(const int *number, int value);
void await_kept(size_t count);

void set_flag(bool *flag, bool value); /* Of `control`. */
void complete_kept(void);

/* Waits until the list is this: "KEY STATE CALLS WAITING [FAILURE]; …". */
void await_list(const char *expected);

#endif
