// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/databases.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/organization.h"
#include "plugin/store/tenants/folder.h"

enum state { OPENING, OPEN, CLOSING };

struct database {
    struct tenant_id id;
    uint32_t tag;
    struct store *store;
    enum state state;
    int inside;                     /* Visits. */
    struct visit *first, **last;    /* Visits that wait while it is opened or closed. */
    struct database *next;          /* In its bucket. */
    struct database *newer, *older; /* While it is open. */
};

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
    databases->last = &databases->first;
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
    database->last = &database->first;
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

/* The first visit that waits for room, if there is some. The caller holds the lock. */
static struct visit *take_waiting(struct databases *databases)
{
    struct visit *visit = databases->first;
    if (visit == NULL)
        return NULL;
    databases->first = visit->next;
    if (databases->first == NULL)
        databases->last = &databases->first;
    visit->next = NULL;
    return visit;
}

static void wake(struct visit *waiting, enum store_status status, const char *detail);

void databases_leave(struct databases *databases, struct database *database)
{
    pthread_mutex_lock(&databases->lock);
    struct visit *waiting = --database->inside == 0 ? take_waiting(databases) : NULL;
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
    struct visit *waiting = take_waiting(databases);
    end_visit(databases);
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
    struct visit *waiting = database->first;
    remove_entry(databases, database);
    pthread_mutex_unlock(&databases->lock);
    wake(waiting, STORE_OK, "");
    pthread_mutex_lock(&databases->lock);
    return true;
}

/* Opens what a visit needs, and in a shortage of descriptors closes others for it. */
static enum store_status open_store(struct databases *databases, struct database *database,
                                    struct visit *visit)
{
    for (;;) {
        const enum store_status status = folder_open(databases, id_of(database), visit,
                                                     &database->store);
        if (status != STORE_SHORTAGE)
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
    struct visit *waiting = database->first;
    database->first = NULL;
    database->last = &database->first;
    if (status == STORE_OK) {
        database->state = OPEN;
        database->inside = 1;
        make_newest(databases, database);
    } else {
        remove_entry(databases, database);
    }
    pthread_mutex_unlock(&databases->lock);
    if (status == STORE_OK)
        let_in(visit, database);
    else
        turn_away(visit, status, detail.text);
    wake(waiting, status, detail.text);
}

enum reception { LET_IN, OPENS, WAITS, HAS_NO_MEMORY };

/* Waits in the list that ends at *last. */
static enum reception queue(struct visit ***last, struct visit *visit)
{
    visit->next = NULL;
    **last = visit;
    *last = &visit->next;
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
        if (!close_oldest(databases))
            return queue(&databases->last, visit);
    }
    if (database == NULL) {
        *ret_database = add_entry(databases, tag, visit->organization_id);
        return *ret_database == NULL ? HAS_NO_MEMORY : OPENS;
    }
    if (database->state != OPEN)
        return queue(&database->last, visit);
    enter(databases, database);
    *ret_database = database;
    return LET_IN;
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
        let_in(visit, database);
        break;
    case OPENS:
        open_entry(databases, database, visit);
        break;
    case HAS_NO_MEMORY:
        turn_away(visit, STORE_NO_MEMORY, "");
        break;
    case WAITS: /* The visit may be over already. */
        break;
    }
}

static bool admit(struct databases *databases, struct visit *visit)
{
    visit->databases = databases;
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
    for (size_t i = 0; i < count; i++) {
        const struct store_state state = store_state(entered[i]->store);
        if (state.health > worst.health) {
            worst.health = state.health;
            snprintf(worst.reason, sizeof worst.reason, "organization '%.*s': %.100s",
                     (int)entered[i]->id.size, entered[i]->id.bytes, state.reason);
        }
        databases_leave(databases, entered[i]);
    }
    free(entered);
    return worst;
}
