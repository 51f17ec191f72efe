// SPDX-License-Identifier: MIT
/* The folder below which the organizations have theirs. */
#ifndef PLUGIN_STORE_TENANTS_ROOT_H
#define PLUGIN_STORE_TENANTS_ROOT_H

#include <stdatomic.h>

#include "plugin/base/job.h"
#include "plugin/store/store.h"

/* Refuses a root that is no folder, or where nothing can be made. */
int32_t root_check(const char *root, gql_failure *failure);

/*
 * How many databases may be open: database.maxOpen, and what the limit of descriptors allows; one
 * if only one organization is served.
 */
int root_most_open(const struct store_options *options);

/* Whether a database's files could not be opened now: what failed has closed its own. */
bool root_is_short_of_files(void);

/* Finds out whether calls that were rejected would succeed, where no open database can tell. */
struct root_probe {
    struct job job;
    const char *root;
    struct state_board *board;
    _Atomic uint64_t next; /* CLOCK_MONOTONIC, nanoseconds. */
};

/* All that it is given must outlive it. */
void root_probe_init(struct root_probe *probing, const char *root, struct state_board *board,
                     struct pool *pool);

/* Any thread; at most once a second. What it finds is proved to the board, later. */
void root_probe_start(struct root_probe *probing);

/* Does nothing for a zeroed one. */
void root_probe_finish(struct root_probe *probing);

#endif
