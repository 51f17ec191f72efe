// SPDX-License-Identifier: MIT
/*
 * The databases of a root, of which a bounded number is open. A database is opened when somebody
 * visits it; where there is no room, one that nobody has visited for a while is closed for it, but
 * never under a visit: if all are visited, the next visit waits, though no longer than until its
 * deadline, or for database.busyTimeoutMilliseconds. Any thread.
 */
#ifndef PLUGIN_STORE_TENANTS_DATABASES_H
#define PLUGIN_STORE_TENANTS_DATABASES_H

#include <pthread.h>

#include "plugin/base/job.h"
#include "plugin/store/store.h"
#include "plugin/store/tenants/database_table.h"
#include "plugin/store/tenants/lease_log.h"
#include "plugin/store/tenants/listing.h"
#include "plugin/store/tenants/root_guard.h"
#include "plugin/store/tenants/unserved.h"
#include "plugin/store/tenants/waiting.h"

enum { FAILURE_SLOTS = 16 };

struct databases {
    const struct store_options *options; /* Those of the root. */
    const struct store_engine *engine;   /* Of each database. */
    struct listing *listing;             /* Learns of organizations that are made. */
    const char *root;
    struct root_guard *guard; /* Of the root. */
    json_t *settings;         /* `database`, for the engine, but for its path. */
    uint64_t idle;            /* Nanoseconds after which an idle one is closed; 0: never. */
    uint64_t lock_patience;   /* Nanoseconds that a visit waits for another process's lock. */
    uint64_t patience;        /* The same for room. */
    struct job impatience;    /* Ends the visits that have waited long enough. */
    struct job retries;       /* Goes on opening those that have to wait. */
    struct job watch;         /* Looks at the leases, and who is idle, while databases are open. */
    struct lease_log lease_log;
    /* Lines of databases that can't be opened, of the organizations whose tags fall to each. */
    struct throttle failures[FAILURE_SLOTS];
    struct unserved unserved; /* The last of them. */

    struct database_table table;
    atomic_bool wanted; /* Visits wait for room. */

    pthread_mutex_t lock; /* Guards the members below, and the table's places. */
    pthread_cond_t left;
    struct database *later; /* Those that wait to be opened. */
    /* Under way or waiting, but for those that are in a database; openings that wait count, too. */
    int visits;
    struct waiting room; /* Those that wait for it. */
    bool closed;
};

/* Somebody who needs an organization's database. Owned by the caller until `begin` is called. */
struct visit {
    struct text organization_id;
    bool makes; /* Makes the database if there is none. */
    struct deadline deadline;
    /*
     * Called once, on a thread of the storage pool. The status is STORE_OK, STORE_NOT_FOUND if the
     * organization has no database, or says why there is no visit. May free the visit.
     */
    void (*begin)(struct visit *visit);

    /* For `begin`. */
    enum store_status status;
    struct store_detail detail;
    struct database *database; /* STORE_OK: until databases_leave. */

    /* The databases'. */
    struct databases *databases;
    struct visit *next;
    uint64_t waits_since; /* CLOCK_MONOTONIC, nanoseconds; 0: it did not have to wait. */
    bool exists;          /* There is such a database: it is worth closing another for it. */
    struct task task;
};

/*
 * All that it is given must outlive the databases, but for `database` of the options. `watch` is
 * what looks at the leases (lease_watch.h).
 */
bool databases_init(struct databases *databases, const struct store_engine *engine,
                    const struct store_options *options, struct root_guard *guard,
                    struct listing *listing, void (*watch)(struct job *));

/* Lets nobody in from now on, waits until all have left, and closes all. May be called again. */
void databases_drain(struct databases *databases);

/* After databases_drain. Does nothing if databases_init failed. */
void databases_finish(struct databases *databases);

/* The hash that an organization goes by here. */
uint64_t databases_hash(const struct databases *databases, struct text organization_id);

/* Enters an organization's database that is open, without a lock. NULL: it is not; visit it. */
struct database *databases_enter(struct databases *databases, uint64_t hash,
                                 struct text organization_id);

/* The same, but it is not counted as a visit: who only looks does not keep the database open. */
struct database *databases_peek(struct databases *databases, struct text organization_id);

/* Enters one that is open, if any is: not to be counted as a visit of its organization. */
struct database *databases_enter_any(struct databases *databases);

/* Any thread. False if there is no thread, for which errno says why: `begin` is not called. */
bool databases_visit(struct databases *databases, struct visit *visit);

/* Closes it, on a thread of the pool, if it was let go and nobody is left. */
void databases_leave(struct databases *databases, struct database *database);

/*
 * Lets nobody into the database any more, and closes it when all have left; the caller is inside.
 * Visits wait, and open it again then.
 */
void databases_let_go(struct database *database);

/*
 * Puts the organizations whose databases are open, and whose tags begin as this one, into the
 * listing: one whose folder was moved away is asked, and says so. False if memory ran out.
 */
bool databases_keep_listed(struct databases *databases, uint32_t tag);

/* Enters all that are open, to leave each. The caller frees *ret_entered. */
size_t databases_enter_all(struct databases *databases, struct database ***ret_entered);

/* Whether the organization's changes, or its reads, are turned away. */
bool databases_suspend(const struct databases *databases, const struct database *database,
                       bool writes);

/*
 * The worst state of the open databases, and of one that could not be opened; its reason names the
 * organization. What fails in one of several is a degradation of all. What one of them has proved
 * is proved to the board.
 */
struct store_state databases_state(struct databases *databases, struct state_board *board);

/* As store_measure. */
void databases_measure(struct databases *databases,
                       void (*visit)(void *user, const struct store_measure *measure), void *user);

/* store_probe for all that are open. Returns how many they are. */
size_t databases_probe(struct databases *databases);

#endif
