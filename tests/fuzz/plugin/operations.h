// SPDX-License-Identifier: MIT
/* Calls of the plugin's operations, and what must hold for every answer. */
#ifndef FUZZ_PLUGIN_OPERATIONS_H
#define FUZZ_PLUGIN_OPERATIONS_H

#include "plugin/resolvers/cursor.h"
#include "tests/fuzz/plugin/host.h"
#include "vault/limit.h"

enum fuzz_operation {
    FUZZ_INTEGRATION,
    FUZZ_INTEGRATIONS,
    FUZZ_CREATE,
    FUZZ_UPDATE,
    FUZZ_DELETE,
    FUZZ_LOAD,
    FUZZ_OPERATIONS,
};

/* Actors, by what they may do. */
enum fuzz_actor {
    FUZZ_EVERYTHING,
    FUZZ_READ_ACME,  /* Reads in one organization. */
    FUZZ_WRITE_ACME, /* Everything in one organization. */
    FUZZ_AT_BETA,    /* Everything, but the request is about one organization. */
    FUZZ_NO_GRANT,
    FUZZ_NO_ACTOR,
    FUZZ_LATE, /* Everything, but the deadline has passed. */
    FUZZ_CANCELLED,
    FUZZ_ACTORS,
};

enum { FUZZ_ROWS = 8 };

/*
 * What placeholders stand for: `@0` to `@7` for the IDs of rows, `#0` and `^0` for their cursors in
 * rising and falling order, `$` for a token.
 */
struct fuzz_names {
    char ids[FUZZ_ROWS][IDENTIFIER_TEXT_SIZE + 1];
    char rising[FUZZ_ROWS][CURSOR_TEXT_SIZE];
    char falling[FUZZ_ROWS][CURSOR_TEXT_SIZE];
    char token[VAULT_TOKEN_LIMIT + 1];
};

/* The plugin that is linked into the target. */
const gql_plugin *fuzz_plugin(void);

/* A call with the arguments in `text`, after placeholders are replaced. */
struct fuzz_call fuzz_call_make(enum fuzz_operation operation, enum fuzz_actor actor,
                                const struct fuzz_names *names, const char *text, size_t size);

/* Calls, and checks the answer: its type and size, and that the actor may have it. */
struct fuzz_answer fuzz_call_check(gql_instance *instance, enum fuzz_operation operation,
                                   enum fuzz_actor actor, const struct fuzz_call *call);

static inline bool fuzz_is_mutation(enum fuzz_operation operation)
{
    return operation == FUZZ_CREATE || operation == FUZZ_UPDATE || operation == FUZZ_DELETE;
}

#endif
