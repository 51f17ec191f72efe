// SPDX-License-Identifier: MIT
/*
 * How the store of a SQLite file is opened, step by step. Whoever meets another process's lock
 * takes the same step again later. One thread at a time.
 */
#ifndef PLUGIN_STORE_SQLITE_OPENING_H
#define PLUGIN_STORE_SQLITE_OPENING_H

#include "plugin/store/engine.h"
#include "plugin/store/sqlite/check.h"
#include "plugin/store/sqlite/late_reads.h"
#include "plugin/store/sqlite/open_file.h"
#include "plugin/store/sqlite/writer.h"

struct sqlite_store {
    struct store base;
    uint8_t secret[STORE_SECRET_SIZE];
    struct sqlite_options options;
    struct open_file file;
    struct collation *collation;
    struct file_guard guard;
    struct agreement agreement;
    struct integrity integrity;
    struct readers readers;
    struct late_reads late;
    struct check check;
    struct writer writer; /* Once the store is open. */

    /* While it is opened. */
    struct store_options given;   /* `database` and `locale` are gone after opening_begin. */
    struct connection connection; /* The writer's. */
    int step;                     /* To be taken. */
    uint64_t began;               /* CLOCK_MONOTONIC, nanoseconds. */
    bool unclean;                 /* Nobody closed the database the last time. */
};

/*
 * As `open` and `go_on` of an engine. opening_begin is given a store that is zero but for its base;
 * if it fails, the store is to be closed, too.
 */
int32_t opening_begin(struct sqlite_store *store, const struct store_options *options,
                      gql_failure *failure);
int32_t opening_go_on(struct sqlite_store *store, gql_failure *failure);

#endif
