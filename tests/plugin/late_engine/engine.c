// SPDX-License-Identifier: MIT
#include "tests/plugin/late_engine/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/base/thread.h"
#include "tests/plugin/late_engine/change.h"

/* Long enough that a call has returned before what it asked for begins. */
enum { LATENESS_MICROSECONDS = 300 };

/* What waits for the thread: a read or a mutation. */
struct job {
    struct late_store *store;
    struct store_read *read;
    struct store_mutation *mutation;
    struct job *next;
};

struct database {
    char *path;
    struct collation *collation;
    struct table table; /* Used by the thread alone while it runs. */
    int stores;
    struct database *next;

    pthread_mutex_t lock; /* Guards the members below. */
    pthread_cond_t changed;
    struct job *first;
    struct job **last;
    bool busy;
    bool stopping;
    pthread_t thread;
};

struct late_store {
    struct store base;
    struct database *database;
    struct identifier_mint mint;
    void *user;
    int64_t (*unix_milliseconds)(void *user);
    bool drained; /* Guarded by the database's lock. */
};

struct late_reader {
    struct store_reader base;
    struct database *database;
};

static struct database *databases;
static pthread_mutex_t databases_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- Reads, on the database's thread ---- */

static const struct database *database_of(const struct store_reader *base)
{
    return ((const struct late_reader *)base)->database;
}

static enum store_status get(struct store_reader *base, const struct identifier *id,
                             struct integration *ret_integration)
{
    const struct row *row = table_find(&database_of(base)->table, id);
    if (row == NULL)
        return STORE_NOT_FOUND;
    *ret_integration = row->copy.integration;
    return STORE_OK;
}

static enum store_status count(struct store_reader *base, struct text organization_id,
                               struct store_counts *ret_counts)
{
    *ret_counts = table_count(&database_of(base)->table, organization_id);
    return STORE_OK;
}

static enum store_status scan(struct store_reader *base, const struct store_range *range, int limit,
                              struct integration_list *list)
{
    const struct database *database = database_of(base);
    return table_scan(&database->table, database->collation, range, limit, list);
}

static void run_read(struct late_store *store, struct store_read *read)
{
    struct late_reader reader = {.base = {.engine = &late_engine,
                                          .secret = store->database->table.secret},
                                 .database = store->database};
    if (deadline_passed(read->deadline)) {
        store_read_fail(read, STORE_EXPIRED, "");
        return;
    }
    store_read_run(read, &reader.base);
    read->done(read);
}

/* ---- The thread ---- */

static enum store_status apply(struct late_store *store, struct store_mutation *mutation)
{
    return table_apply(&store->database->table, store->database->collation, &store->mint,
                       store->unix_milliseconds(store->user), mutation);
}

static struct job *take(struct database *database)
{
    pthread_mutex_lock(&database->lock);
    database->busy = false;
    pthread_cond_broadcast(&database->changed);
    while (database->first == NULL && !database->stopping)
        pthread_cond_wait(&database->changed, &database->lock);
    struct job *job = database->first;
    if (job != NULL) {
        database->busy = true;
        database->first = job->next;
        if (database->first == NULL)
            database->last = &database->first;
    }
    pthread_mutex_unlock(&database->lock);
    return job;
}

static void *work(void *argument)
{
    struct job *job;
    while ((job = take(argument)) != NULL) {
        usleep(LATENESS_MICROSECONDS);
        if (job->read != NULL) {
            run_read(job->store, job->read);
        } else {
            job->mutation->status = apply(job->store, job->mutation);
            job->mutation->done(job->mutation);
        }
        free(job);
    }
    return NULL;
}

/* False if the store is drained. */
static bool enqueue(struct late_store *store, struct store_read *read,
                    struct store_mutation *mutation)
{
    struct database *database = store->database;
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL)
        abort();
    *job = (struct job){.store = store, .read = read, .mutation = mutation};
    pthread_mutex_lock(&database->lock);
    const bool admitted = !store->drained;
    if (admitted) {
        *database->last = job;
        database->last = &job->next;
        pthread_cond_broadcast(&database->changed);
    }
    pthread_mutex_unlock(&database->lock);
    if (!admitted)
        free(job);
    return admitted;
}

static int32_t read_store(struct store *base, struct store_read *read)
{
    if (enqueue((struct late_store *)base, read, NULL))
        return GQL_PENDING;
    return store_read_fail(read, STORE_BUSY, "the store is closing");
}

static bool submit(struct store *base, struct store_mutation *mutation)
{
    mutation->detail.text[0] = '\0';
    if (enqueue((struct late_store *)base, NULL, mutation))
        return true;
    mutation->status = STORE_BUSY;
    mutation->done(mutation);
    return true;
}

/* ---- Opening and closing ---- */

static int32_t init(gql_failure *failure)
{
    (void)failure;
    return GQL_OK;
}

static void free_database(struct database *database)
{
    table_finish(&database->table);
    collation_close(&database->collation);
    pthread_cond_destroy(&database->changed);
    pthread_mutex_destroy(&database->lock);
    free(database->path);
    free(database);
}

static int32_t start_database(const struct store_options *options, const char *path,
                              struct database **ret_database, gql_failure *failure)
{
    struct database *database = calloc(1, sizeof *database);
    if (database == NULL)
        return fail_no_memory(failure);
    database->path = strdup(path);
    database->last = &database->first;
    pthread_mutex_init(&database->lock, NULL);
    pthread_cond_init(&database->changed, NULL);
    int32_t code = collation_open(options->locale, &database->collation, failure);
    if (code == GQL_OK && (!table_load(&database->table, path, database->collation) ||
                           !table_save(&database->table, path)))
        code = fail(failure, GQL_E_UNAVAILABLE, "database.path: '%s' can't be written", path);
    if (code == GQL_OK && !thread_start(&database->thread, work, database))
        code = fail_no_memory(failure);
    if (code == GQL_OK)
        *ret_database = database;
    else
        free_database(database);
    return code;
}

/* The caller holds databases_lock. */
static int32_t find_or_start(const struct store_options *options, struct database **ret_database,
                             gql_failure *failure)
{
    const char *path = json_string_value(json_object_get(options->database, "path"));
    int32_t code = GQL_OK;
    struct database *found = databases;
    while (found != NULL && strcmp(found->path, path) != 0)
        found = found->next;
    if (found == NULL) {
        code = start_database(options, path, &found, failure);
        if (code != GQL_OK)
            return code;
        found->next = databases;
        databases = found;
    }
    found->stores++;
    *ret_database = found;
    return code;
}

static int32_t open_store(const struct store_options *options, struct store **ret_store,
                          gql_failure *failure)
{
    struct late_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return fail_no_memory(failure);
    *store = (struct late_store){.base.engine = &late_engine,
                                 .mint = options->mint,
                                 .user = options->user,
                                 .unix_milliseconds = options->unix_milliseconds};
    state_board_init(&store->base.state);
    pthread_mutex_lock(&databases_lock);
    const int32_t code = find_or_start(options, &store->database, failure);
    pthread_mutex_unlock(&databases_lock);
    if (code != GQL_OK) {
        state_board_finish(&store->base.state);
        free(store);
        return code;
    }
    *ret_store = &store->base;
    return code;
}

static void drain(struct store *base)
{
    struct late_store *store = (struct late_store *)base;
    struct database *database = store->database;
    pthread_mutex_lock(&database->lock);
    store->drained = true;
    while (database->first != NULL || database->busy)
        pthread_cond_wait(&database->changed, &database->lock);
    pthread_mutex_unlock(&database->lock);
}

static void stop_database(struct database *database)
{
    struct database **link = &databases;
    while (*link != database)
        link = &(*link)->next;
    *link = database->next;
    pthread_mutex_lock(&database->lock);
    database->stopping = true;
    pthread_cond_broadcast(&database->changed);
    pthread_mutex_unlock(&database->lock);
    pthread_join(database->thread, NULL);
    table_save(&database->table, database->path);
    free_database(database);
}

static void close_store(struct store *base)
{
    struct late_store *store = (struct late_store *)base;
    pthread_mutex_lock(&databases_lock);
    if (--store->database->stores == 0)
        stop_database(store->database);
    pthread_mutex_unlock(&databases_lock);
    state_board_finish(&store->base.state);
    free(store);
}

const struct store_engine late_engine = {
    .setting = "path",
    .init = init,
    .open = open_store,
    .close = close_store,
    .drain = drain,
    .read = read_store,
    .get = get,
    .count = count,
    .scan = scan,
    .submit = submit,
};
