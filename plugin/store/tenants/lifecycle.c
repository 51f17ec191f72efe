// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/lifecycle.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "plugin/base/tally.h"
#include "plugin/store/engine.h"
#include "plugin/store/tenants/folder.h"
#include "plugin/store/tenants/visits.h"

static struct database *database_of(struct task *task)
{
    return (struct database *)((char *)task - offsetof(struct database, task));
}

static struct pool *pool_of(const struct databases *databases)
{
    return &databases->options->executors->storage;
}

/* There is a thread for it, as we are on one; if not, this one does it. */
static void run_later(struct database *database, void (*run)(struct task *task))
{
    database->task.run = run;
    if (!pool_submit(pool_of(database->databases), &database->task))
        run(&database->task);
}

/* ---- Closing ---- */

/* Of one that nobody is in, nor can enter. */
static void close_store(struct database *database)
{
    store_close(&database->store);
    lease_give(&database->lease);
}

/* Gives its place back. Returns the visits that have waited for that. The caller holds the lock. */
static struct visit *vacate(struct database *database)
{
    struct databases *databases = database->databases;
    struct visit *waiting = waiting_take_all(&database->waiting);
    table_give(&databases->table, database);
    if (databases->table.taken == 0)
        pthread_cond_broadcast(&databases->left);
    return waiting;
}

static void close_left(struct task *task)
{
    struct database *database = database_of(task);
    struct databases *databases = database->databases;
    close_store(database);
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = vacate(database);
    struct visit *wants_room = visits_take_from_room(databases);
    pthread_mutex_unlock(&databases->lock);
    visits_wake(waiting);
    visits_wake(wants_room);
}

void lifecycle_close_left(struct database *database)
{
    run_later(database, close_left);
}

bool lifecycle_close_idle(struct databases *databases)
{
    struct database *database = table_shut_idle(&databases->table);
    if (database == NULL)
        return false;
    tally_count(TALLY_EVICTIONS + TALLY_FOR_ROOM);
    pthread_mutex_unlock(&databases->lock);
    close_store(database);
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = vacate(database);
    pthread_mutex_unlock(&databases->lock);
    visits_wake(waiting);
    pthread_mutex_lock(&databases->lock);
    return true;
}

static bool make_room(struct databases *databases)
{
    pthread_mutex_lock(&databases->lock);
    const bool closed = lifecycle_close_idle(databases);
    pthread_mutex_unlock(&databases->lock);
    return closed;
}

/* ---- Opening ---- */

/* Begins, or goes on, until the database is open or has to wait. */
static enum store_status advance(struct database *database, struct store_detail *detail)
{
    struct pool *pool = pool_of(database->databases);
    enum store_status status = STORE_OK;
    if (database->store == NULL)
        status = folder_open(database, detail);
    else if ((status = folder_check_lease(database)) == STORE_OK &&
             database->store->opening == STORE_IS_LOCKED)
        status = folder_go_on(database, detail);
    while (status == STORE_OK && database->store->opening == STORE_IS_LONG &&
           pool_begin_long(pool)) {
        status = folder_go_on(database, detail);
        pool_end_long(pool);
    }
    return status;
}

/* In a shortage, closes others for it. */
static enum store_status advance_with_room(struct database *database, struct store_detail *detail)
{
    for (;;) {
        const enum store_status status = advance(database, detail);
        if ((status != STORE_SHORTAGE && status != STORE_NO_MEMORY) ||
            !make_room(database->databases))
            return status;
    }
}

/* Lets in the visit, or the first of those that wait. NULL: nobody waits any more. */
static void settle_open(struct database *database, struct visit *visit)
{
    struct databases *databases = database->databases;
    pthread_mutex_lock(&databases->lock);
    if (visit == NULL)
        visit = waiting_take(&database->waiting);
    struct visit *waiting = waiting_take_all(&database->waiting);
    atomic_store(&database->inside, DATABASE_OPEN + (visit == NULL ? 0 : DATABASE_VISIT));
    database_note_visit(database);
    if (visit != NULL)
        visits_end_one(databases);
    pthread_mutex_unlock(&databases->lock);
    visits_wake(waiting);
    if (visit != NULL)
        visit_let_in(visit, database);
}

static void settle_failed(struct database *database, struct visit *visit, enum store_status status,
                          const char *detail)
{
    struct databases *databases = database->databases;
    const bool makes = database->makes;
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = vacate(database);
    pthread_mutex_unlock(&databases->lock);
    visits_disappoint(waiting, makes, status, detail);
    if (visit != NULL)
        visit_turn_away(visit, status, detail);
}

/* ---- Opening later ---- */

/* Whether it has been locked for too long. */
static bool is_hopeless(struct database *database)
{
    const uint64_t now = monotonic_now();
    if (database->store->opening != STORE_IS_LOCKED)
        database->locked_since = 0;
    else if (database->locked_since == 0)
        database->locked_since = now;
    return database->locked_since != 0 &&
           now - database->locked_since >= database->databases->lock_patience;
}

/* The first visit waits with those that come later. An opening that waits counts as a visit. */
static bool postpone(struct database *database, struct visit *visit)
{
    struct databases *databases = database->databases;
    pthread_mutex_lock(&databases->lock);
    const bool waits = !databases->closed;
    if (waits && visit != NULL) {
        visit_wait(&database->waiting, visit);
        databases->visits++;
    }
    if (waits) {
        database->next_later = databases->later;
        databases->later = database;
        job_wake_after(&databases->retries, job_retry_delay(database->tries++));
    }
    pthread_mutex_unlock(&databases->lock);
    return waits;
}

/* `visit`: that for which it is opened, the first time. False if it has to wait. */
static bool open_or_postpone(struct database *database, struct visit *visit)
{
    struct store_detail detail = {""};
    enum store_status status = advance_with_room(database, &detail);
    if (status == STORE_OK && database->store->opening != STORE_IS_OPEN) {
        const bool hopeless = is_hopeless(database);
        if (!hopeless && postpone(database, visit))
            return false;
        status = hopeless ? STORE_STOPPED : STORE_BUSY;
        folder_give_up(database, status, &detail);
    }
    if (status == STORE_OK)
        settle_open(database, visit);
    else
        settle_failed(database, visit, status, detail.text);
    return true;
}

static void go_on(struct task *task)
{
    struct database *database = database_of(task);
    struct databases *databases = database->databases;
    if (!open_or_postpone(database, NULL))
        return;
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = visits_take_from_room(databases);
    visits_end_one(databases);
    pthread_mutex_unlock(&databases->lock);
    visits_wake(waiting);
}

void lifecycle_retry(struct job *retries)
{
    struct databases *databases =
        (struct databases *)((char *)retries - offsetof(struct databases, retries));
    pthread_mutex_lock(&databases->lock);
    struct database *database = databases->later;
    databases->later = NULL;
    pthread_mutex_unlock(&databases->lock);
    while (database != NULL) {
        struct database *next = database->next_later;
        run_later(database, go_on);
        database = next;
    }
}

void lifecycle_open(struct database *database, struct visit *visit)
{
    struct databases *databases = database->databases;
    struct store_detail detail;
    database->makes = visit->makes;
    if (job_wake_after(&databases->watch, DELAY_LEASE)) {
        open_or_postpone(database, visit);
        return;
    }
    store_detail_no_thread(&detail, errno);
    settle_failed(database, visit, STORE_SHORTAGE, detail.text);
}
