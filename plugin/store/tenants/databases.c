// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/databases.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/json_copy.h"
#include "plugin/base/organization.h"
#include "plugin/store/tenants/database_table.h"
#include "plugin/store/tenants/folder.h"
#include "plugin/store/tenants/lifecycle.h"
#include "plugin/store/tenants/visits.h"

/* Nanoseconds. Opening a database may take a while even if nothing is locked. */
enum { PATIENCE_LEAST = 1000 * 1000 * 1000 };

static void end_impatient(struct job *job);

static void set_patience(struct databases *databases)
{
    const json_t *timeout = json_object_get(databases->settings, "busyTimeoutMilliseconds");
    databases->lock_patience = (uint64_t)json_integer_value(timeout) * 1000000u;
    databases->patience = databases->lock_patience < PATIENCE_LEAST ? PATIENCE_LEAST
                                                                    : databases->lock_patience;
}

bool databases_init(struct databases *databases, const struct store_engine *engine,
                    const struct store_options *options, const char *root, struct listing *listing,
                    void (*watch)(struct job *))
{
    *databases = (struct databases){
        .options = options,
        .engine = engine,
        .listing = listing,
        .root = root,
        .settings = json_copy_whole(options->database),
        .limit = folder_most_open(options->database),
        .lease_log.options = options,
        .lease_log.suspended_reads =
            !json_is_false(json_object_get(options->database, "suspendedReads")),
    };
    if (databases->settings == NULL)
        return false;
    set_patience(databases);
    waiting_init(&databases->room);
    job_init(&databases->impatience, &options->executors->storage, end_impatient);
    job_init(&databases->retries, &options->executors->storage, lifecycle_retry);
    job_init(&databases->watch, &options->executors->storage, watch);
    pthread_mutex_init(&databases->lock, NULL);
    pthread_cond_init(&databases->left, NULL);
    return true;
}

/* ---- Visits ---- */

struct database *databases_enter(struct databases *databases, uint32_t tag,
                                 struct text organization_id)
{
    pthread_mutex_lock(&databases->lock);
    struct database *database = organization_id.data == NULL
                                    ? databases->newest
                                    : table_find(databases, tag, organization_id);
    if (database != NULL && (database->state != OPEN || databases->closed))
        database = NULL;
    if (database != NULL) {
        table_enter(databases, database);
        databases->visits++;
    }
    pthread_mutex_unlock(&databases->lock);
    return database;
}

/* The last visit of a database that is let go ends when it is closed. */
void databases_leave(struct databases *databases, struct database *database)
{
    pthread_mutex_lock(&databases->lock);
    const bool last = --database->inside == 0;
    const bool closes = last && database->state == LEAVING;
    struct visit *waiting = last && !closes ? waiting_take(&databases->room) : NULL;
    if (!closes)
        visits_end_one(databases);
    pthread_mutex_unlock(&databases->lock);
    visits_wake(waiting);
    if (closes)
        lifecycle_close_left(database);
}

void databases_let_go(struct databases *databases, struct database *database)
{
    pthread_mutex_lock(&databases->lock);
    if (database->state == OPEN) {
        table_unlink_age(databases, database);
        database->state = LEAVING;
    }
    pthread_mutex_unlock(&databases->lock);
}

bool databases_suspend(const struct databases *databases, const struct database *database,
                       bool writes)
{
    return lease_suspends(database->lease.state) &&
           (writes || !databases->lease_log.suspended_reads);
}

/* One that waited for room and found its database open leaves the room to the next. */
static void pass_room_on(const struct visit *visit)
{
    struct databases *databases = visit->databases;
    if (visit->waits_since == 0)
        return;
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = waiting_take(&databases->room);
    pthread_mutex_unlock(&databases->lock);
    visits_wake(waiting);
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

/* What becomes of a visit, and of which database. The caller holds the lock. */
static enum reception receive(struct databases *databases, struct visit *visit,
                              struct database **ret_database)
{
    const uint32_t tag = organization_tag(visit->organization_id);
    struct database *database;
    while ((database = table_find(databases, tag, visit->organization_id)) == NULL &&
           databases->count >= databases->limit) {
        if (!visit->makes && !visit->exists)
            return MAY_LEAD_NOWHERE;
        if (!lifecycle_close_oldest(databases))
            return wait_in(&databases->room, visit);
    }
    if (database == NULL) {
        *ret_database = table_add(databases, tag, visit->organization_id);
        return *ret_database == NULL ? HAS_NO_MEMORY : OPENS;
    }
    if (database->state != OPEN)
        return wait_in(&database->waiting, visit);
    table_enter(databases, database);
    *ret_database = database;
    return LET_IN;
}

/* Makes sure that no other database is closed for one that there isn't. */
static void look_and_open(struct databases *databases, struct visit *visit)
{
    const enum store_status status = folder_look(databases->root, visit->organization_id,
                                                 &visit->detail);
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
        pass_room_on(visit);
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
    for (size_t i = 0; i < DATABASE_BUCKETS; i++) {
        for (struct database *each = databases->buckets[i]; each != NULL; each = each->next)
            wait = waiting_end_impatient(&each->waiting, 0, &ended) || wait;
    }
    if (wait)
        job_wake_after(job, DELAY_RETRY_LATER);
    pthread_mutex_unlock(&databases->lock);
    snprintf(detail, sizeof detail,
             "database.maxOpen: all databases that may be open (%d) are in use", databases->limit);
    while ((visit = waiting_take(&ended)) != NULL)
        visit_turn_away(visit, visit->status, visit->status == STORE_SHORTAGE ? detail : "");
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

void databases_drain(struct databases *databases)
{
    pthread_mutex_lock(&databases->lock);
    databases->closed = true;
    while (databases->visits > 0)
        pthread_cond_wait(&databases->left, &databases->lock);
    pthread_mutex_unlock(&databases->lock);
    for (struct database *each = databases->newest; each != NULL; each = each->older)
        store_drain(each->store);
}

void databases_finish(struct databases *databases)
{
    if (databases->settings == NULL)
        return;
    job_stop(&databases->impatience);
    job_stop(&databases->retries);
    job_stop(&databases->watch);
    while (databases->newest != NULL) {
        struct database *database = databases->newest;
        table_unlink_age(databases, database);
        store_close(&database->store);
        lease_give(&database->lease);
        table_remove(databases, database);
    }
    pthread_cond_destroy(&databases->left);
    pthread_mutex_destroy(&databases->lock);
    json_decref(databases->settings);
}

bool databases_keep_listed(struct databases *databases, uint32_t tag)
{
    bool kept = true;
    pthread_mutex_lock(&databases->lock);
    for (const struct database *each = databases->newest; each != NULL && kept;
         each = each->older) {
        if (each->tag >> 16 == tag >> 16)
            kept = listing_keep(databases->listing, &(struct listed){each->tag, each->id});
    }
    pthread_mutex_unlock(&databases->lock);
    return kept;
}

size_t databases_enter_all(struct databases *databases, struct database ***ret_entered)
{
    size_t count = 0;
    pthread_mutex_lock(&databases->lock);
    *ret_entered = malloc((size_t)(databases->count + 1) * sizeof **ret_entered);
    for (struct database *each = *ret_entered == NULL || databases->closed ? NULL
                                                                           : databases->newest;
         each != NULL; each = each->older) {
        each->inside++;
        databases->visits++;
        (*ret_entered)[count++] = each;
    }
    pthread_mutex_unlock(&databases->lock);
    return count;
}
