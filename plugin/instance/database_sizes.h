// SPDX-License-Identifier: MIT
/* The sizes of a store's open databases, of a bounded number of organizations one by one. */
#ifndef PLUGIN_INSTANCE_DATABASE_SIZES_H
#define PLUGIN_INSTANCE_DATABASE_SIZES_H

#include "plugin/instance/state_counts.h"
#include "plugin/store/store.h"

struct database_size {
    struct text organization_id; /* No text: of all. */
    uint64_t file_bytes;
    uint64_t log_bytes;
};

struct database_sizes {
    struct database_size *rows;
    size_t row_count;
    uint64_t snapshots;
    struct state_counts states;

    /* While they are measured. */
    size_t capacity;
    bool failed;
};

/*
 * Looks at the databases. With `organizations` above 0, the largest of them have a row each, and
 * all others one together, as `_OTHER`; otherwise there is one row. False if memory ran out.
 */
bool database_sizes_init(struct database_sizes *sizes, struct store *store, uint32_t organizations);
void database_sizes_finish(struct database_sizes *sizes);

#endif
