// SPDX-License-Identifier: MIT
/* The settings of `database` that are this engine's; schema/config.schema.json describes them. */
#ifndef PLUGIN_STORE_POSTGRES_OPTIONS_H
#define PLUGIN_STORE_POSTGRES_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gql_plugin.h"

struct postgres_options {
    char *url;           /* May contain a password: never logged. */
    char *password_file; /* NULL: none. */
    int connections;
    int statement_timeout_ms;
    int busy_timeout_ms; /* How long a call waits for a server that can't be reached. */
    bool prepared_statements;
    bool migrate;
    bool eager;             /* A server that can't be reached fails the opening. */
    int synchronous_commit; /* The weakest that is accepted: synchronous_commit_rank. */
};

/* `database` has been checked, and its defaults filled in. Needs libpq to be loaded. */
int32_t postgres_options_init(struct postgres_options *options, const json_t *database,
                              gql_failure *failure);
void postgres_options_finish(struct postgres_options *options);

/*
 * How long statements may take, in milliseconds, for calls of which the most patient one gives up
 * then (CLOCK_MONOTONIC, nanoseconds; 0: never).
 */
int postgres_time_limit(const struct postgres_options *options, uint64_t until);

/* Of PostgreSQL's synchronous_commit: the higher the safer; -1: not known. */
int synchronous_commit_rank(const char *name);

#endif
