// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/databases.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/organization.h"
#include "plugin/store/tenants/folder.h"

/* Milliseconds. Opening a database may take a while even if nothing is locked. */
enum { PATIENCE_LEAST = 1000 };

enum state { OPENING, OPEN, CLOSING };

struct database {
    struct tenant_id id;
    uint32_t tag;
    struct store *store;
    enum state state;
    int inside;                     /* Visits. */
    struct waiting waiting;         /* Visits that wait while it is opened or closed. */
    struct database *next;          /* In its bucket. */
    struct database *newer, *older; /* While it is open. */
};

static void end_impatient(struct job *job);

static uint64_t patience_of(const json_t *settings)
{
    const json_int_t milliseconds =
        json_integer_value(json_object_get(settings, "busyTimeoutMilliseconds"));
    return (uint64_t)(milliseconds < PATIENCE_LEAST ? PATIENCE_LEAST : milliseconds) * 1000000u;
}

bool databases_init(struct databases *databases, const struct store_engine *engine,
                    const struct store_options *options, const char *root, struct listing *listing)
{
    *databases = (struct databases){
        .options = options,
        .engine = engine,
        .listing = listing,
        .root = root,
        .settings = json_copy((json_t *)(uintptr_t)options->database), /* The type lacks a const. */
        .limit = folder_most_open(options->database),
    };
    if (databases->settings == NULL)
        return false;
    databases->patience = patience_of(databases->settings);
    waiting_init(&databases->room);
    job_init(&databases->impatience, &options->executors->storage, end_impatient);
    pthread_mutex_init(&databases->lock, NULL);
    pthread_cond_init(&databases->left, NULL);
    return true;
}

struct store *database_store(const struct database *database)
{
    return database->store;
}

/* ---- The table. The caller holds the lock ---- */

static struct text id_of(const struct database *database)
{
    return (struct text){database->id.bytes, database->id.size};
}

static struct database **bucket_of(struct databases *databases, uint32_t tag)
{
    return &databases->buckets[tag % DATABASE_BUCKETS];
}

static struct database *find(struct databases *databases, uint32_t tag, struct text id)
{
    struct database *each = *bucket_of(databases, tag);
    while (each != NULL && !(each->tag == tag && text_equal(id_of(each), id)))
        each = each->next;
    return each;
}

static void remove_entry(struct databases *databases, struct database *database)
{
    struct database **link = bucket_of(databases, database->tag);
    while (*link != database)
        link = &(*link)->next;
    *link = database->next;
    databases->count--;
    free(database);
}

static void unlink_age(struct databases *databases, struct database *database)
{
    *(database->newer == NULL ? &databases->newest : &database->newer->older) = database->older;
    *(database->older == NULL ? &databases->oldest : &database->older->newer) = database->newer;
}

static void make_newest(struct databases *databases, struct database *database)
{
    database->newer = NULL;
    database->older = databases->newest;
    *(databases->newest == NULL ? &databases->oldest : &databases->newest->newer) = database;
    databases->newest = database;
}

static struct database *add_entry(struct databases *databases, uint32_t tag, struct text id)
{
    struct database *database = calloc(1, sizeof *database);
    if (database == NULL)
        return NULL;
    database->tag = tag;
    database->id.size = id.size;
    memcpy(database->id.bytes, id.data, id.size);
    waiting_init(&database->waiting);
    database->next = *bucket_of(databases, tag);
    *bucket_of(databases, tag) = database;
    databases->count++;
    return database;
}

static void enter(struct databases *databases, struct database *database)
{
    database->inside++;
    if (databases->newest == database)
        return;
    unlink_age(databases, database);
    make_newest(databases, database);
}

/* ---- Visits ---- */

struct database *databases_enter(struct databases *databases, struct text organization_id)
{
    const uint32_t tag = organization_id.data == NULL ? 0 : organization_tag(organization_id);
    pthread_mutex_lock(&databases->lock);
    struct database *database = organization_id.data == NULL
                                    ? databases->newest
                                    : find(databases, tag, organization_id);
    if (database != NULL && (database->state != OPEN || databases->closed))
        database = NULL;
    if (database != NULL) {
        enter(databases, database);
        databases->visits++;
    }
    pthread_mutex_unlock(&databases->lock);
    return database;
}

static void end_visit(struct databases *databases)
{
    if (--databases->visits == 0)
        pthread_cond_broadcast(&databases->left);
}

static void wake(struct visit *waiting, enum store_status status, const char *detail);

void databases_leave(struct databases *databases, struct database *database)
{
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = --database->inside == 0 ? waiting_take(&databases->room) : NULL;
    end_visit(databases);
    pthread_mutex_unlock(&databases->lock);
    wake(waiting, STORE_OK, "");
}

/* The visit ends before it begins. It may have been woken to take room that another can use. */
static void turn_away(struct visit *visit, enum store_status status, const char *detail)
{
    struct databases *databases = visit->databases;
    visit->status = status;
    if (detail != visit->detail.text)
        snprintf(visit->detail.text, sizeof visit->detail.text, "%s", detail);
    visit->begin(visit);
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = waiting_take(&databases->room);
    end_visit(databases);
    pthread_mutex_unlock(&databases->lock);
    wake(waiting, STORE_OK, "");
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
    wake(waiting, STORE_OK, "");
}

static void let_in(struct visit *visit, struct database *database)
{
    visit->status = STORE_OK;
    visit->database = database;
    visit->begin(visit);
}

static void open_for(struct databases *databases, struct visit *visit);

static void visit_later(struct task *task)
{
    struct visit *visit = (struct visit *)((char *)task - offsetof(struct visit, task));
    open_for(visit->databases, visit);
}

static void try_again(struct visit *visit)
{
    struct store_detail detail;
    visit->task.run = visit_later;
    if (pool_submit(&visit->databases->options->executors->storage, &visit->task))
        return;
    store_detail_no_thread(&detail, errno);
    turn_away(visit, STORE_SHORTAGE, detail.text);
}

/* Visits that waited for what has ended. Unless it ended well, they fail likewise; makers try. */
static void wake(struct visit *waiting, enum store_status status, const char *detail)
{
    while (waiting != NULL) {
        struct visit *visit = waiting;
        waiting = waiting->next;
        if (status == STORE_OK || visit->makes)
            try_again(visit);
        else
            turn_away(visit, status, detail);
    }
}

/* ---- Opening and closing ---- */

/* Closes the oldest that nobody is in. False if there is none. The caller holds the lock. */
static bool close_oldest(struct databases *databases)
{
    struct database *database = databases->oldest;
    while (database != NULL && database->inside > 0)
        database = database->newer;
    if (database == NULL)
        return false;
    unlink_age(databases, database);
    database->state = CLOSING;
    pthread_mutex_unlock(&databases->lock);
    store_close(&database->store);
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = database->waiting.first;
    remove_entry(databases, database);
    pthread_mutex_unlock(&databases->lock);
    wake(waiting, STORE_OK, "");
    pthread_mutex_lock(&databases->lock);
    return true;
}

/* Opens what a visit needs, and in a shortage closes others for it. */
static enum store_status open_store(struct databases *databases, struct database *database,
                                    struct visit *visit)
{
    for (;;) {
        const enum store_status status = folder_open(databases, id_of(database), visit,
                                                     &database->store);
        if (status != STORE_SHORTAGE && status != STORE_NO_MEMORY)
            return status;
        pthread_mutex_lock(&databases->lock);
        const bool closed = close_oldest(databases);
        pthread_mutex_unlock(&databases->lock);
        if (!closed)
            return status;
    }
}

/* Opens the new entry and lets in who waits for it. */
static void open_entry(struct databases *databases, struct database *database, struct visit *visit)
{
    struct store_detail detail;
    visit->detail.text[0] = '\0';
    const enum store_status status = open_store(databases, database, visit);
    detail = visit->detail;
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = waiting_take_all(&database->waiting);
    if (status == STORE_OK) {
        database->state = OPEN;
        database->inside = 1;
        make_newest(databases, database);
    } else {
        remove_entry(databases, database);
    }
    pthread_mutex_unlock(&databases->lock);
    wake(waiting, status, detail.text);
    if (status == STORE_OK)
        let_in(visit, database);
    else
        turn_away(visit, status, detail.text);
}

enum reception { LET_IN, OPENS, WAITS, MAY_LEAD_NOWHERE, HAS_NO_MEMORY };

/* The caller holds the lock: without it, the visit and all of this may be over already. */
static enum reception wait_in(struct waiting *waiting, struct visit *visit)
{
    waiting_add(waiting, visit);
    job_wake_after(&visit->databases->impatience, DELAY_RETRY_LATER);
    return WAITS;
}

/* What becomes of a visit, and of which database. The caller holds the lock. */
static enum reception receive(struct databases *databases, struct visit *visit,
                              struct database **ret_database)
{
    const uint32_t tag = organization_tag(visit->organization_id);
    struct database *database;
    while ((database = find(databases, tag, visit->organization_id)) == NULL &&
           databases->count >= databases->limit) {
        if (!visit->makes && !visit->exists)
            return MAY_LEAD_NOWHERE;
        if (!close_oldest(databases))
            return wait_in(&databases->room, visit);
    }
    if (database == NULL) {
        *ret_database = add_entry(databases, tag, visit->organization_id);
        return *ret_database == NULL ? HAS_NO_MEMORY : OPENS;
    }
    if (database->state != OPEN)
        return wait_in(&database->waiting, visit);
    enter(databases, database);
    *ret_database = database;
    return LET_IN;
}

/* Makes sure that no other database is closed for one that there isn't. */
static void look_and_open(struct databases *databases, struct visit *visit)
{
    const enum store_status status = folder_look(databases->root, visit);
    visit->exists = true;
    if (status == STORE_OK)
        open_for(databases, visit);
    else
        turn_away(visit, status, visit->detail.text);
}

/* On a thread of the storage pool. */
static void open_for(struct databases *databases, struct visit *visit)
{
    struct database *database;
    if (deadline_passed(visit->deadline)) {
        turn_away(visit, STORE_EXPIRED, "");
        return;
    }
    pthread_mutex_lock(&databases->lock);
    const enum reception reception = receive(databases, visit, &database);
    pthread_mutex_unlock(&databases->lock);
    switch (reception) {
    case LET_IN:
        pass_room_on(visit);
        let_in(visit, database);
        break;
    case OPENS:
        open_entry(databases, database, visit);
        break;
    case MAY_LEAD_NOWHERE:
        look_and_open(databases, visit);
        break;
    case HAS_NO_MEMORY:
        turn_away(visit, STORE_NO_MEMORY, "");
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
        turn_away(visit, visit->status, visit->status == STORE_SHORTAGE ? detail : "");
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
        turn_away(visit, STORE_BUSY, "");
        return true;
    }
    if (pool_submit(&databases->options->executors->storage, &visit->task))
        return true;
    const int error = errno;
    pthread_mutex_lock(&databases->lock);
    end_visit(databases);
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
    while (databases->newest != NULL) {
        struct database *database = databases->newest;
        unlink_age(databases, database);
        store_close(&database->store);
        remove_entry(databases, database);
    }
    pthread_cond_destroy(&databases->left);
    pthread_mutex_destroy(&databases->lock);
    json_decref(databases->settings);
}

/* Enters all that are open, so that they can be looked at without the lock. */
static size_t enter_all(struct databases *databases, struct database ***ret_entered)
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

struct store_state databases_state(struct databases *databases)
{
    struct store_state worst = {.health = STORE_HEALTHY};
    struct database **entered;
    const size_t count = enter_all(databases, &entered);
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        const struct store_state state = store_state(entered[i]->store);
        failed += state.health == STORE_FAILED;
        if (state.health > worst.health) {
            worst.health = state.health;
            snprintf(worst.reason, sizeof worst.reason, "organization '%.*s': %.100s",
                     (int)entered[i]->id.size, entered[i]->id.bytes, state.reason);
        }
        databases_leave(databases, entered[i]);
    }
    free(entered);
    if (worst.health == STORE_FAILED && (count == 1 || failed < count))
        worst.health = STORE_DEGRADED;
    return worst;
}
