// SPDX-License-Identifier: MIT
#include "tests/plugin/fixture.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Atomic int64_t fixture_now_ms = 1700000000000;

static char log_text[8192];
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

struct scratch scratch_make(void)
{
    struct scratch scratch = {"/tmp/integrations-test-XXXXXX"};
    cr_assert_not_null(mkdtemp(scratch.path));
    return scratch;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

void scratch_remove(const struct scratch *scratch)
{
    nftw(scratch->path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_file(const struct scratch *scratch, const char *name)
{
    static _Thread_local char path[256];
    snprintf(path, sizeof path, "%s/%s", scratch->path, name);
    return path;
}

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

int32_t fixture_try_open(const struct scratch *scratch, const char *locale,
                         struct store **ret_store, gql_failure *failure)
{
    struct store_options options = {
        .path = scratch_file(scratch, "integrations.db"),
        .locale = locale,
        .readers = 4,
        .cache_kib = 512,
        .mmap_mib = 16,
        .busy_timeout_ms = 2000,
        .unix_milliseconds = now_ms,
        .log = keep_log,
    };
    identifier_mint_init(&options.mint, false, 0, 31);
    return store_open(&options, ret_store, failure);
}

struct store *fixture_open(const struct scratch *scratch, const char *locale)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const int32_t code = fixture_try_open(scratch, locale, &store, &failure);
    cr_assert_eq(code, GQL_OK, "store_open: %d, %s", code, failure.message);
    return store;
}

struct waiter {
    struct store_mutation mutation;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
};

static void wake(struct store_mutation *mutation)
{
    struct waiter *waiter = (struct waiter *)mutation;
    pthread_mutex_lock(&waiter->lock);
    waiter->done = true;
    pthread_cond_signal(&waiter->changed);
    pthread_mutex_unlock(&waiter->lock);
}

void fixture_apply(struct store *store, struct store_mutation *mutation)
{
    struct waiter waiter = {.mutation = *mutation,
                            .lock = PTHREAD_MUTEX_INITIALIZER,
                            .changed = PTHREAD_COND_INITIALIZER};
    waiter.mutation.done = wake;
    store_submit(store, &waiter.mutation);
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.done)
        pthread_cond_wait(&waiter.changed, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
    *mutation = waiter.mutation;
}

struct identifier fixture_create(struct store *store, const char *organization_id,
                                 const char *title, bool is_active)
{
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = text_of(organization_id),
                                    .title = text_of(title)};
    fixture_apply(store, &create);
    cr_assert_eq(create.status, STORE_OK, "create '%s': status %d, %s", title, create.status,
                 create.trouble.detail);
    integration_list_finish(&create.result);
    if (is_active)
        return create.id;
    struct store_mutation update = {.kind = STORE_UPDATE,
                                    .id = create.id,
                                    .expected_version = 1,
                                    .sets_active = true,
                                    .is_active = false};
    fixture_apply(store, &update);
    cr_assert_eq(update.status, STORE_OK);
    integration_list_finish(&update.result);
    return create.id;
}
