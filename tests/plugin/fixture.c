// SPDX-License-Identifier: MIT
#include "tests/plugin/fixture.h"

#include "plugin/store/engine.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

_Atomic int64_t fixture_now_ms = 1700000000000;

int fixture_busy_timeout_ms = 2000;
int fixture_storage_threads = 4;
int fixture_check_mib = 1024;
bool fixture_dedicated;
bool fixture_prepared_statements = true;
int fixture_statement_timeout_ms = 10000;
int64_t fixture_deleted_ms = INT64_C(30) * 86400000;
int64_t fixture_trail_ms;
const char *fixture_organization;
const char *fixture_more;

static char log_text[8192];
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t now_ms(void *user)
{
    (void)user;
    return fixture_now_ms;
}

static void keep_log(void *user, uint32_t level, const char *message)
{
    (void)user, (void)level;
    pthread_mutex_lock(&log_lock);
    const size_t used = strlen(log_text);
    snprintf(log_text + used, sizeof log_text - used, "%s\n", message);
    pthread_mutex_unlock(&log_lock);
}

const char *fixture_log(void)
{
    return log_text;
}

/* Stores that are open, each with the executors that it uses. */
struct open_store {
    struct executors *executors;
    struct store *store;
};

static struct open_store open_stores[16];
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;

static struct open_store *find_open(const struct store *store)
{
    pthread_mutex_lock(&open_lock);
    size_t i = 0;
    while (open_stores[i].store != store)
        i++;
    pthread_mutex_unlock(&open_lock);
    return &open_stores[i];
}

int32_t fixture_try_open_path(const char *path, const char *file_mode, const char *locale,
                              struct store **ret_store, gql_failure *failure)
{
    struct open_store *slot = NULL;
    pthread_mutex_lock(&open_lock);
    for (size_t i = 0; slot == NULL; i++) {
        if (open_stores[i].executors == NULL)
            slot = &open_stores[i];
    }
    slot->executors =
        executors_acquire(&(struct executors_sizes){.storage = fixture_storage_threads});
    pthread_mutex_unlock(&open_lock);
    json_t *database =
        json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:b, "
                  "s:i, s:i, s:b, s:b, s:s, s:s}",
                  fixture_engine->setting, fixture_place(path), "maxOpen", 8, "readers", 4,
                  "cacheKiB", 512, "mmapMiB", 16, "busyTimeoutMilliseconds",
                  fixture_busy_timeout_ms, "checkMiB", fixture_check_mib, "fileMode", file_mode,
                  "dedicated", fixture_dedicated, "connections", 4, "statementTimeoutMilliseconds",
                  fixture_statement_timeout_ms, "preparedStatements", fixture_prepared_statements,
                  "migrate", true, "open", "eager", "synchronousCommit", "on");
    if (fixture_more != NULL) {
        json_t *more = json_loads(fixture_more, 0, NULL);
        cr_assert_eq(json_object_update(database, more), 0, "%s", fixture_more);
        json_decref(more);
    }
    struct store_options options = {
        .database = database,
        .locale = locale,
        .organization = text_of(fixture_organization),
        .retention = {.deleted_milliseconds = fixture_deleted_ms,
                      .trail_milliseconds = fixture_trail_ms},
        .executors = slot->executors,
        .unix_milliseconds = now_ms,
        .log = keep_log,
    };
    identifier_mint_init(&options.mint, false, 31);
    const int32_t code = store_open(fixture_engine, &options, ret_store, failure);
    json_decref(database);
    if (code == GQL_OK)
        slot->store = *ret_store;
    else
        executors_release(&slot->executors);
    return code;
}

int32_t fixture_try_open(const struct scratch *scratch, const char *locale,
                         struct store **ret_store, gql_failure *failure)
{
    return fixture_try_open_path(scratch_file(scratch, "integrations.db"), "0600", locale,
                                 ret_store, failure);
}

struct store *fixture_open(const struct scratch *scratch, const char *locale)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const int32_t code = fixture_try_open(scratch, locale, &store, &failure);
    cr_assert_eq(code, GQL_OK, "store_open: %d, %s", code, failure.message);
    return store;
}

void fixture_close(struct store **store)
{
    if (*store == NULL)
        return;
    struct open_store *slot = find_open(*store);
    store_close(store);
    slot->store = NULL;
    executors_release(&slot->executors);
}

/* ---- Waiting ---- */

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
};

#define WAITER                                                     \
    {                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false \
    }

static void wake(struct waiter *waiter)
{
    pthread_mutex_lock(&waiter->lock);
    waiter->done = true;
    pthread_cond_signal(&waiter->changed);
    pthread_mutex_unlock(&waiter->lock);
}

static void await(struct waiter *waiter)
{
    pthread_mutex_lock(&waiter->lock);
    while (!waiter->done)
        pthread_cond_wait(&waiter->changed, &waiter->lock);
    pthread_mutex_unlock(&waiter->lock);
}

/* ---- Reading ---- */

struct reading {
    struct store_read read;
    struct waiter waiter;
    fixture_read_fn *function;
    void *context;
};

static enum store_status run_reading(struct store_read *read, struct store_reader *reader)
{
    struct reading *reading = (struct reading *)read;
    return reading->function(reader, reading->context);
}

static int32_t end_reading(struct store_read *read)
{
    wake(&((struct reading *)read)->waiter);
    return GQL_OK;
}

enum store_status fixture_read(struct store *store, fixture_read_fn *function, void *context)
{
    return fixture_read_of(store, NULL, function, context);
}

enum store_status fixture_read_of(struct store *store, const char *organization_id,
                                  fixture_read_fn *function, void *context)
{
    struct reading reading = {.read = {.route.organization_id = text_of(organization_id),
                                       .run = run_reading,
                                       .done = end_reading},
                              .waiter = WAITER,
                              .function = function,
                              .context = context};
    store_read(store, &reading.read);
    await(&reading.waiter);
    return reading.read.status;
}

struct lookup {
    struct identifier id;
    struct integration_copy *copy;
};

static enum store_status look_up(struct store_reader *reader, void *context)
{
    const struct lookup *lookup = context;
    struct integration found;
    const enum store_status status = store_get(reader, &lookup->id, &found);
    if (status == STORE_OK)
        cr_assert(integration_copy_init(lookup->copy, &found));
    return status;
}

enum store_status fixture_get(struct store *store, struct identifier id,
                              struct integration_copy *copy)
{
    struct lookup lookup = {id, copy};
    *copy = (struct integration_copy){0};
    return fixture_read(store, look_up, &lookup);
}

struct counting {
    struct text organization_id;
    struct store_counts counts;
};

static enum store_status count(struct store_reader *reader, void *context)
{
    struct counting *counting = context;
    return store_count(reader, counting->organization_id, &counting->counts);
}

struct store_counts fixture_counts(struct store *store, const char *organization_id)
{
    struct counting counting = {.organization_id = text_of(organization_id)};
    cr_assert_eq(fixture_read(store, count, &counting), STORE_OK);
    return counting.counts;
}

struct scanning {
    const struct store_range *range;
    struct integration_list *list;
};

static enum store_status scan(struct store_reader *reader, void *context)
{
    const struct scanning *scanning = context;
    return store_scan(reader, scanning->range, 10000, scanning->list);
}

void fixture_scan(struct store *store, const struct store_range *range,
                  struct integration_list *list)
{
    cr_assert_eq(fixture_read(store, scan, &(struct scanning){range, list}), STORE_OK);
}

/* ---- Writing ---- */

struct writing {
    struct store_mutation mutation;
    struct waiter waiter;
};

static void end_writing(struct store_mutation *mutation)
{
    wake(&((struct writing *)mutation)->waiter);
}

void fixture_apply(struct store *store, struct store_mutation *mutation)
{
    struct writing writing = {.mutation = *mutation, .waiter = WAITER};
    writing.mutation.done = end_writing;
    cr_assert(store_submit(store, &writing.mutation));
    await(&writing.waiter);
    *mutation = writing.mutation;
}

struct identifier fixture_create(struct store *store, const char *organization_id,
                                 const char *title, bool is_active)
{
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = text_of(organization_id),
                                    .title = text_of(title)};
    fixture_apply(store, &create);
    cr_assert_eq(create.status, STORE_OK, "create '%s': status %d, %s", title, create.status,
                 create.detail.text);
    integration_copy_finish(&create.result);
    if (is_active)
        return create.id;
    struct store_mutation update = {.kind = STORE_UPDATE,
                                    .id = create.id,
                                    .expected_version = 1,
                                    .sets_active = true,
                                    .is_active = false};
    fixture_apply(store, &update);
    cr_assert_eq(update.status, STORE_OK);
    integration_copy_finish(&update.result);
    return create.id;
}
