// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/databases.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/json_copy.h"
#include "plugin/base/tally.h"
#include "plugin/store/tenants/folder.h"
#include "plugin/store/tenants/lifecycle.h"
#include "plugin/store/tenants/root.h"
#include "plugin/store/tenants/visits.h"

/* Nanoseconds. Opening a database may take a while even if nothing is locked. */
enum { PATIENCE_LEAST = 1000 * 1000 * 1000 };

static void end_impatient(struct job *job);

static uint64_t idle_of(const json_t *settings)
{
    const json_t *seconds = json_object_get(settings, "idleSeconds");
    return (uint64_t)json_integer_value(seconds) * 1000 * 1000 * 1000;
}

static void set_patience(struct databases *databases)
{
    const json_t *timeout = json_object_get(databases->settings, "busyTimeoutMilliseconds");
    databases->lock_patience = (uint64_t)json_integer_value(timeout) * 1000000u;
    databases->patience = databases->lock_patience < PATIENCE_LEAST ? PATIENCE_LEAST
                                                                    : databases->lock_patience;
}

bool databases_init(struct databases *databases, const struct store_engine *engine,
                    const struct store_options *options, struct root_guard *guard,
                    struct listing *listing, void (*watch)(struct job *))
{
    *databases = (struct databases){
        .options = options,
        .engine = engine,
        .listing = listing,
        .root = guard->root,
        .guard = guard,
        .settings = json_copy_whole(options->database),
        .lease_log.options = options,
        .lease_log.suspended_reads =
            !json_is_false(json_object_get(options->database, "suspendedReads")),
    };
    if (databases->settings == NULL)
        return false;
    if (!table_init(&databases->table, root_most_open(options))) {
        json_decref(databases->settings);
        databases->settings = NULL;
        return false;
    }
    set_patience(databases);
    databases->idle = idle_of(databases->settings);
    waiting_init(&databases->room);
    job_init(&databases->impatience, &options->executors->storage, end_impatient);
    job_init(&databases->retries, &options->executors->storage, lifecycle_retry);
    job_init(&databases->watch, &options->executors->storage, watch);
    unserved_init(&databases->unserved);
    pthread_mutex_init(&databases->lock, NULL);
    pthread_cond_init(&databases->left, NULL);
    return true;
}

/* ---- Visits ---- */

uint64_t databases_hash(const struct databases *databases, struct text organization_id)
{
    return organization_hash(&databases->listing->key, organization_id);
}

static struct database *enter(struct databases *databases, uint64_t hash,
                              struct text organization_id)
{
    struct database *database = table_look(&databases->table, hash);
    if (database == NULL || !database_enter(database))
        return NULL;
    if (!database_is_of(database, organization_id)) { /* Its place has just changed hands. */
        databases_leave(databases, database);
        return NULL;
    }
    return database;
}

struct database *databases_enter(struct databases *databases, uint64_t hash,
                                 struct text organization_id)
{
    struct database *database = enter(databases, hash, organization_id);
    if (database != NULL)
        database_note_visit(database);
    return database;
}

struct database *databases_peek(struct databases *databases, struct text organization_id)
{
    return enter(databases, databases_hash(databases, organization_id), organization_id);
}

struct database *databases_enter_any(struct databases *databases)
{
    return table_enter_any(&databases->table);
}

/*
 * Sequentially consistent on both sides: who wants room sees that nobody is in the database, or we
 * see that room is wanted.
 */
void databases_leave(struct databases *databases, struct database *database)
{
    const unsigned inside = atomic_fetch_sub(&database->inside, DATABASE_VISIT) - DATABASE_VISIT;
    if (inside == 0)
        lifecycle_close_left(database);
    else if (inside == DATABASE_OPEN && atomic_load(&databases->wanted))
        visits_pass_room_on(databases);
}

void databases_let_go(struct database *database)
{
    atomic_fetch_and(&database->inside, ~(unsigned)DATABASE_OPEN);
}

bool databases_suspend(const struct databases *databases, const struct database *database,
                       bool writes)
{
    return lease_suspends(database->lease.state) &&
           (writes || !databases->lease_log.suspended_reads);
}

static void open_for(struct databases *databases, struct visit *visit);

static void visit_later(struct task *task)
{
    struct visit *visit = (struct visit *)((char *)task - offsetof(struct visit, task));
    open_for(visit->databases, visit);
}

enum reception { LET_IN, OPENS, WAITS, MAY_LEAD_NOWHERE, HAS_NO_MEMORY };

/* The caller holds the lock: without it, the visit and all of this may be over already. */
static enum reception wait_in(struct waiting *waiting, struct visit *visit)
{
    visit_wait(waiting, visit);
    return WAITS;
}

/* Sequentially consistent: see databases_leave. The caller holds the lock. */
static bool make_room(struct databases *databases)
{
    if (lifecycle_close_idle(databases))
        return true;
    atomic_store(&databases->wanted, true);
    return lifecycle_close_idle(databases);
}

/* What becomes of a visit, and of which database. The caller holds the lock. */
static enum reception receive(struct databases *databases, struct visit *visit,
                              struct database **ret_database)
{
    struct database_table *table = &databases->table;
    const struct text id = visit->organization_id;
    const uint64_t hash = databases_hash(databases, id);
    struct database *database;
    while ((database = table_find(table, hash, id)) == NULL && table_is_full(table)) {
        if (!visit->makes && !visit->exists)
            return MAY_LEAD_NOWHERE;
        if (!make_room(databases))
            return wait_in(&databases->room, visit);
    }
    if (database == NULL) {
        *ret_database = table_take(table, hash, id);
        if (*ret_database == NULL)
            return HAS_NO_MEMORY;
        (*ret_database)->databases = databases;
        return OPENS;
    }
    if (!database_enter(database))
        return wait_in(&database->waiting, visit);
    database_note_visit(database);
    visits_end_one(databases);
    *ret_database = database;
    return LET_IN;
}

/* Makes sure that no other database is closed for one that there isn't. */
static void look_and_open(struct databases *databases, struct visit *visit)
{
    enum store_status status = folder_look(databases->root, visit->organization_id, &visit->detail);
    if (status == STORE_NOT_FOUND && !root_guard_check(databases->guard))
        status = STORE_STOPPED;
    visit->exists = true;
    if (status == STORE_OK)
        open_for(databases, visit);
    else
        visit_turn_away(visit, status, visit->detail.text);
}

/* On a thread of the storage pool. */
static void open_for(struct databases *databases, struct visit *visit)
{
    struct database *database;
    if (deadline_passed(visit->deadline)) {
        visit_turn_away(visit, STORE_EXPIRED, "");
        return;
    }
    pthread_mutex_lock(&databases->lock);
    const enum reception reception = receive(databases, visit, &database);
    pthread_mutex_unlock(&databases->lock);
    switch (reception) {
    case LET_IN:
        if (visit->waits_since != 0) /* For room, which it leaves to the next. */
            visits_pass_room_on(databases);
        visit_let_in(visit, database);
        break;
    case OPENS:
        lifecycle_open(database, visit);
        break;
    case MAY_LEAD_NOWHERE:
        look_and_open(databases, visit);
        break;
    case HAS_NO_MEMORY:
        visit_turn_away(visit, STORE_NO_MEMORY, "");
        break;
    case WAITS: /* The visit may be over already. */
        break;
    }
}

/* Opening and closing end by themselves. */
static void end_impatient(struct job *job)
{
    struct databases *databases =
        (struct databases *)((char *)job - offsetof(struct databases, impatience));
    char detail[128];
    struct waiting ended;
    struct visit *visit;
    waiting_init(&ended);
    pthread_mutex_lock(&databases->lock);
    const uint64_t since = monotonic_now() - databases->patience;
    bool wait = waiting_end_impatient(&databases->room, since, &ended);
    struct database *each = NULL;
    while ((each = table_next(&databases->table, each)) != NULL)
        wait = waiting_end_impatient(&each->waiting, 0, &ended) || wait;
    if (wait)
        job_wake_after(job, DELAY_RETRY_LATER);
    pthread_mutex_unlock(&databases->lock);
    snprintf(detail, sizeof detail,
             "database.maxOpen: all databases that may be open (%d) are in use",
             databases->table.limit);
    while ((visit = waiting_take(&ended)) != NULL) {
        if (visit->status == STORE_SHORTAGE)
            tally_count(TALLY_REJECTIONS + TALLY_MAX_OPEN);
        visit_turn_away(visit, visit->status, visit->status == STORE_SHORTAGE ? detail : "");
    }
}

static bool admit(struct databases *databases, struct visit *visit)
{
    visit->databases = databases;
    visit->waits_since = 0;
    visit->exists = false;
    pthread_mutex_lock(&databases->lock);
    const bool open = !databases->closed;
    databases->visits++;
    pthread_mutex_unlock(&databases->lock);
    return open;
}

bool databases_visit(struct databases *databases, struct visit *visit)
{
    visit->task.run = visit_later;
    if (!admit(databases, visit)) {
        visit_turn_away(visit, STORE_BUSY, "");
        return true;
    }
    if (pool_submit(&databases->options->executors->storage, &visit->task))
        return true;
    const int error = errno;
    pthread_mutex_lock(&databases->lock);
    visits_end_one(databases);
    pthread_mutex_unlock(&databases->lock);
    errno = error;
    return false;
}

/* ---- All of them ---- */

/* A visit under way may open another one, until the last has ended. */
void databases_drain(struct databases *databases)
{
    pthread_mutex_lock(&databases->lock);
    databases->closed = true;
    while (databases->visits > 0 || databases->table.taken > 0) {
        struct database *left = table_shut(&databases->table);
        if (left == NULL) {
            pthread_cond_wait(&databases->left, &databases->lock);
            continue;
        }
        pthread_mutex_unlock(&databases->lock);
        lifecycle_close_left(left);
        pthread_mutex_lock(&databases->lock);
    }
    pthread_mutex_unlock(&databases->lock);
}

void databases_finish(struct databases *databases)
{
    if (databases->settings == NULL)
        return;
    job_stop(&databases->impatience);
    job_stop(&databases->retries);
    job_stop(&databases->watch);
    table_finish(&databases->table);
    pthread_cond_destroy(&databases->left);
    unserved_finish(&databases->unserved);
    pthread_mutex_destroy(&databases->lock);
    json_decref(databases->settings);
}

bool databases_keep_listed(struct databases *databases, uint32_t tag)
{
    bool kept = true;
    struct database *each = NULL;
    pthread_mutex_lock(&databases->lock);
    while (kept && (each = table_next(&databases->table, each)) != NULL) {
        if (atomic_load(&each->inside) & DATABASE_OPEN && each->tag >> 16 == tag >> 16)
            kept = listing_keep(databases->listing,
                                &(struct listed){each->hash, each->tag, each->id});
    }
    pthread_mutex_unlock(&databases->lock);
    return kept;
}

size_t databases_enter_all(struct databases *databases, struct database ***ret_entered)
{
    size_t count = 0;
    struct database *each = NULL;
    pthread_mutex_lock(&databases->lock);
    *ret_entered = malloc((size_t)(databases->table.made + 1) * sizeof **ret_entered);
    while (*ret_entered != NULL && (each = table_next(&databases->table, each)) != NULL) {
        if (database_enter(each))
            (*ret_entered)[count++] = each;
    }
    pthread_mutex_unlock(&databases->lock);
    return count;
}
