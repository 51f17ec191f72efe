// SPDX-License-Identifier: MIT
/*
 * The table of a root's databases: those that are open, or being opened or closed, by organization,
 * and the open ones by their last visit. For those who hold the lock.
 */
#ifndef PLUGIN_STORE_TENANTS_DATABASE_TABLE_H
#define PLUGIN_STORE_TENANTS_DATABASE_TABLE_H

#include "plugin/store/tenants/databases.h"

/*
 * Opening: its members belong to the one task that opens it. Leaving: nobody is let in any more, and it is closed when all have left.
 */
enum database_state { OPENING, OPEN, LEAVING, CLOSING };

struct database {
    struct databases *databases;
    struct tenant_id id;
    uint32_t tag;
    struct store *store;
    struct lease lease;
    enum database_state state;
    struct task task;               /* Goes on opening it, or closes it when all have left. */
    bool makes;                     /* While it is opened: so did the visit that needed it first. */
    unsigned tries;                 /* To go on opening it. */
    uint64_t locked_since;          /* CLOCK_MONOTONIC, nanoseconds; 0: it is not. */
    struct database *next_later;    /* In `later` of the databases. */
    int inside;                     /* Visits. */
    struct waiting waiting;         /* Visits that wait while it is opened or closed. */
    struct database *next;          /* In its bucket. */
    struct database *newer, *older; /* While it is open. */
};

/* NULL: it is not in the table. */
struct database *table_find(struct databases *databases, uint32_t tag, struct text id);

/* A new one, being opened, without an age. NULL: memory ran out. */
struct database *table_add(struct databases *databases, uint32_t tag, struct text id);

/* Frees it. It has no age any more. */
void table_remove(struct databases *databases, struct database *database);

/* Gives it an age, and takes it. */
void table_make_newest(struct databases *databases, struct database *database);
void table_unlink_age(struct databases *databases, struct database *database);

/* Counts a visit in one that is open. */
void table_enter(struct databases *databases, struct database *database);

#endif
