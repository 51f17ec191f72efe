// SPDX-License-Identifier: MIT
/*
 * A runtime, and a resolver that follows a script, for the suites of the runtime. Not safe for
 * threads.
 */
#ifndef RUNTIME_FIXTURE_H
#define RUNTIME_FIXTURE_H

#include "gql_host.h"

enum { REPLY_LIMIT = 100000 };

/* What a resolver does. If all is zero, it completes once with nothing and returns GQL_OK. */
struct script {
    const char *text;       /* Written to the reply. */
    const gql_error *error; /* Rejects instead. */
    bool no_error;          /* Rejects with NULL. */
    bool leave;             /* Completes nothing. */
    int times;              /* How often it completes; 0: once. */
    int32_t code;           /* Returned. */
    int overrun;            /* Bytes written beyond the capacity. */
    uint64_t grow;          /* Passed to reply_grow before the completion. */
    bool wild_size;
    bool wild_data;
};

/* A copy of an answer, truncated. */
struct kept {
    int count;
    bool resolved;
    char json[4096];
    size_t json_size;
    char errors[256];
    char code[64];
    char message[256];
    char extensions[256];
};

/* How often each misuse is expected. */
struct expected {
    uint64_t stale, overrun, not_completed, return_code, bad_error, concurrent, late_write;
};

extern gql_runtime *runtime;
extern const gql_call empty_call;
extern gql_reply last_reply; /* As the last script received it. */
extern gql_reply *last_reply_pointer;
extern _Atomic uint64_t counted_misuses[GQL_MISUSE_COUNT];
extern char logged[256]; /* The last line of the log. */

void runtime_set_up(void);
void runtime_tear_down(void);

int32_t call_script(const struct script *script, struct kept *kept);
void keep_answer(gql_answer *answer);
void forget_misuses(void);
void expect_misuses(struct expected expected);

#endif
