// SPDX-License-Identifier: MIT
/*
 * A host for the plugin's resolvers, on one thread. Replies lie in heap memory of exactly their
 * capacity, which moves whenever it grows, and what a call lends is freed at its completion, so
 * that AddressSanitizer finds writes beyond a reply and whatever is used too late.
 */
#ifndef FUZZ_PLUGIN_HOST_H
#define FUZZ_PLUGIN_HOST_H

#include "gql_host.h"
#include "tests/fuzz/fuzz.h"

/* Milliseconds of Unix time, as the clock extension tells it: 2027-01-15T08:00:00Z. */
#define FUZZ_NOW INT64_C(1800000000000)

/* How a reply behaves. Zeroed: it is empty, and each growth gives what was asked for. */
struct fuzz_reply {
    size_t prefix;   /* Bytes in the reply when the call begins. */
    size_t capacity; /* Beyond them. */
    size_t slack;    /* What each growth gives beyond what was asked for. */
    size_t limit;    /* Growth beyond this size fails; 0: never. */
};

struct fuzz_call {
    gql_resolve_fn resolve;
    char *arguments; /* Heap memory of exactly this size, which fuzz_call frees. */
    size_t arguments_size;
    const char *selection; /* As for gql_selection_parse. NULL: the host does not know it. */
    size_t selection_size;
    gql_request request; /* Its texts are constant. */
    struct fuzz_reply reply;
};

/* The caller frees `text`: the value, or the error's extensions. */
struct fuzz_answer {
    bool resolved;
    char *text;
    size_t size;
    char code[32]; /* Of a rejection. */
};

const gql_host *fuzz_host(void);

/* The selection of a call, which the caller destroys; NULL if its text is none. */
gql_selection *fuzz_selection_of(const struct fuzz_call *call);

/*
 * Calls the resolver and checks that it keeps the contract: it completes the reply once, does not
 * touch the prefix, and gives JSON or an error with code, message and extensions.
 */
struct fuzz_answer fuzz_call(gql_instance *instance, const struct fuzz_call *call);

#endif
