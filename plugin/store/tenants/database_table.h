// SPDX-License-Identifier: MIT
/*
 * The table of a root's databases: those that are open, or being opened or closed, by the hash of
 * their organizations' IDs.
 * Each has a place. Places are made as they are needed, up to a limit, used again, and freed with
 * the table: so who looks for an open database needs no lock.
 */
#ifndef PLUGIN_STORE_TENANTS_DATABASE_TABLE_H
#define PLUGIN_STORE_TENANTS_DATABASE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/pool.h"
#include "plugin/base/tenant_name.h"
#include "plugin/store/store.h"
#include "plugin/store/tenants/lease.h"
#include "plugin/store/tenants/waiting.h"

struct databases;

/* What database.inside consists of. */
enum { DATABASE_OPEN = 1, DATABASE_VISIT = 2 };

/* Who wants to know that there was a visit: the hand, and the watch that closes idle ones. */
enum { DATABASE_NEWS_FOR_HAND = 1, DATABASE_NEWS_FOR_WATCH = 2 };

struct database {
    /*
     * DATABASE_OPEN if it may be entered, and DATABASE_VISIT for each visit. Who makes it 0 closes
     * the database: nobody is in it, nor can enter.
     */
    _Alignas(64) atomic_uint inside;
    atomic_uint visited; /* DATABASE_NEWS_… for those who have not seen it yet. */
    _Atomic uint64_t hash;
    _Atomic(struct database *) next; /* In its bucket. */
    struct store *store;
    struct lease lease;
    struct tenant_id id; /* While it has a bucket. */
    uint32_t tag;

    /* While it is not open, these belong to the one task that opens or closes it. */
    struct databases *databases;
    struct task task;            /* Goes on opening it, or closes it when all have left. */
    bool makes;                  /* While it is opened: so did the visit that needed it first. */
    unsigned tries;              /* To go on opening it. */
    uint64_t locked_since;       /* CLOCK_MONOTONIC, nanoseconds; 0: it is not. */
    struct database *next_later; /* In `later` of the databases. */
    uint64_t idle_since;         /* The watch's, as locked_since; 0: it has not looked yet. */
    struct waiting waiting;      /* Visits that wait while it is opened or closed. */
    _Atomic(struct database *) around; /* The next place. */
    struct database *vacant;           /* The next place without a database, if this is one. */
};

struct database_table {
    _Atomic(struct database *) *buckets;
    size_t mask;
    _Atomic(struct database *) hand; /* On a place. */
    struct database *vacant;
    int limit;
    int made;
    int taken;
};

/* False if memory ran out. */
bool table_init(struct database_table *table, int limit);

/* No place is taken any more. Does nothing for a zeroed table. */
void table_finish(struct database_table *table);

/* ---- Without the lock ---- */

/*
 * A place that may have the database of an organization with that hash: ask database_is_of inside.
 * NULL: none has.
 */
struct database *table_look(struct database_table *table, uint64_t hash);

/* False: it is not open, or not any more. */
bool database_enter(struct database *database);

/* The hand passes it once, and it is not idle. */
void database_note_visit(struct database *database);

/* Enters one that is open, if any is; it does not count as visited. */
struct database *table_enter_any(struct database_table *table);

/* ---- While one is inside, or opens or closes it ---- */

static inline struct text database_organization(const struct database *database)
{
    return tenant_id_text(&database->id);
}

static inline bool database_is_of(const struct database *database, struct text id)
{
    return text_equal(database_organization(database), id);
}

/*
 * For the watch alone, which is inside: whether nobody else was there for so long (nanoseconds), as
 * far as it has looked.
 */
bool database_is_idle(struct database *database, uint64_t now, uint64_t duration);

/* ---- With the lock of the databases ---- */

/* Open or not; NULL: it is not in the table. */
struct database *table_find(struct database_table *table, uint64_t hash, struct text id);

static inline bool table_is_full(const struct database_table *table)
{
    return table->taken == table->limit;
}

/* The places, one after the other: NULL is before the first, and after the last. */
struct database *table_next(const struct database_table *table, const struct database *place);

/* Takes a place for a database that is being opened; the table is not full. NULL: no memory. */
struct database *table_take(struct database_table *table, uint64_t hash, struct text id);

/* Gives the place back. It is not open. */
void table_give(struct database_table *table, struct database *database);

/*
 * Shuts one that nobody is in, nor was lately: the hand goes round, and passes those that were
 * visited since it came by. The caller closes it. NULL: all are visited.
 */
struct database *table_shut_idle(struct database_table *table);

/* Lets nobody enter any more. Returns one that nobody is in, which the caller closes, or NULL. */
struct database *table_shut(struct database_table *table);

#endif
