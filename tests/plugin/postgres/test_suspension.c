// SPDX-License-Identifier: MIT
/* Organizations that are suspended, in gateways that read them and in those that do not. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/space.h"

enum { LENIENT, STRICT, GATEWAYS };

static struct scratch scratch;
static struct store *stores[GATEWAYS];
static struct identifier suspended_id, other_id;

static void make(void)
{
    scratch = scratch_make();
    stores[LENIENT] = fixture_open(&scratch, "und");
    fixture_more = "{\"suspendedReads\":false}";
    stores[STRICT] = fixture_open(&scratch, "und");
    suspended_id = fixture_create(stores[LENIENT], "acme", "x", true);
    other_id = fixture_create(stores[LENIENT], "globex", "y", true);
    space_run(scratch.path, "UPDATE organization SET suspended = true WHERE id = $$acme$$");
}

static void clean(void)
{
    for (int i = 0; i < GATEWAYS; i++)
        fixture_close(&stores[i]);
    scratch_remove(&scratch);
}

TestSuite(suspension, .init = make, .fini = clean, .timeout = 60);

/* ---- Changes ---- */

static enum store_status apply(struct store *store, enum store_mutation_kind kind,
                               const char *organization_id, struct identifier id)
{
    struct store_lease lease = {.consumer = TEXT("hooks"), .milliseconds = 1000};
    struct store_key key;
    memset(&key, kind, sizeof key);
    struct store_mutation mutation = {.kind = kind,
                                      .id = id,
                                      .expected_version = 1,
                                      .organization_id = text_of(organization_id),
                                      .title = TEXT("z"),
                                      .key = &key,
                                      .denied = "read",
                                      .lease = &lease};
    fixture_apply(store, &mutation);
    integration_copy_finish(&mutation.result);
    return mutation.status;
}

Test(suspension, every_change_is_rejected_and_none_of_others)
{
    static const enum store_mutation_kind kinds[] = {STORE_CREATE,      STORE_REPEAT,
                                                     STORE_NOTE_DENIAL, STORE_CLAIM,
                                                     STORE_ACKNOWLEDGE, STORE_UPDATE,
                                                     STORE_DELETE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        for (int g = 0; g < GATEWAYS; g++)
            cr_expect_eq(apply(stores[g], kinds[i], "acme", suspended_id), STORE_STOPPED, "%zu", i);
        const enum store_status other = apply(stores[STRICT], kinds[i], "globex", other_id);
        cr_expect(other != STORE_STOPPED, "%zu", i);
    }
    space_expect_rows(scratch.path, "event WHERE organization = $$acme$$", 1);
    space_expect_rows(scratch.path, "consumer WHERE organization = $$acme$$", 0);
    cr_expect_eq(apply(stores[LENIENT], STORE_UPDATE, NULL, (struct identifier){{1}}),
                 STORE_NOT_FOUND);
    cr_expect_not_null(strstr(fixture_log(), "'acme' is suspended; its changes are rejected"));
    cr_expect_not_null(strstr(fixture_log(), "'acme' is suspended; its calls are rejected"));
    cr_expect_null(strstr(fixture_log(), "globex"));
    space_run(scratch.path, "UPDATE organization SET suspended = false");
    cr_expect_eq(apply(stores[STRICT], STORE_DELETE, "acme", suspended_id), STORE_OK);
}

static enum store_status created;

static void *create_in_thread(void *store)
{
    created = apply(store, STORE_CREATE, "acme", (struct identifier){{0}});
    return NULL;
}

Test(suspension, a_change_that_waits_for_it_is_rejected)
{
    pthread_t thread;
    space_run(scratch.path, "UPDATE organization SET suspended = false");
    FILE *tool = space_begin(scratch.path, "UPDATE organization SET suspended = true "
                                           "WHERE id = $$acme$$");
    cr_assert_eq(pthread_create(&thread, NULL, create_in_thread, stores[LENIENT]), 0);
    space_await(scratch.path, "FROM pg_stat_activity WHERE wait_event_type = $$Lock$$");
    space_end(tool);
    pthread_join(thread, NULL);
    cr_expect_eq(created, STORE_STOPPED);
    space_expect_rows(scratch.path, "integration WHERE organization = $$acme$$", 1);
}

/* ---- Reads ---- */

static enum store_status get(struct store *store, struct identifier id)
{
    struct integration_copy copy = {0};
    const enum store_status status = fixture_get(store, id, &copy);
    integration_copy_finish(&copy);
    return status;
}

static enum store_status read_nothing(struct store_reader *reader, void *context)
{
    (void)reader, (void)context;
    return STORE_OK;
}

Test(suspension, reads_are_rejected_only_if_so_configured)
{
    for (int g = 0; g < GATEWAYS; g++) {
        const enum store_status expected = g == STRICT ? STORE_STOPPED : STORE_OK;
        cr_expect_eq(get(stores[g], suspended_id), expected);
        cr_expect_eq(fixture_read_of(stores[g], "acme", read_nothing, NULL), expected);
        cr_expect_eq(get(stores[g], other_id), STORE_OK);
        cr_expect_eq(get(stores[g], (struct identifier){{1}}), STORE_NOT_FOUND);
        cr_expect_eq(fixture_read_of(stores[g], "globex", read_nothing, NULL), STORE_OK);
        cr_expect_eq(fixture_read_of(stores[g], "nobody", read_nothing, NULL), STORE_OK);
    }
    space_run(scratch.path, "UPDATE organization SET suspended = false");
    cr_expect_eq(get(stores[STRICT], suspended_id), STORE_OK);
    cr_expect_eq(fixture_read_of(stores[STRICT], "acme", read_nothing, NULL), STORE_OK);
}

/* A read of both IDs by somebody who may read one of the organizations, or both. */
struct pair {
    struct store_read read;
    struct text hidden;
    enum store_status found[2];
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool has_ended;
};

static bool admits(const struct store_read *read, struct text organization_id)
{
    return !text_equal(organization_id, ((const struct pair *)read)->hidden);
}

static enum store_status get_both(struct store_read *read, struct store_reader *reader)
{
    struct pair *pair = (struct pair *)read;
    struct integration found;
    for (int i = 0; i < 2; i++)
        pair->found[i] = store_get(reader, &read->route.ids[i], &found);
    return STORE_OK;
}

static int32_t end(struct store_read *read)
{
    struct pair *pair = (struct pair *)read;
    pthread_mutex_lock(&pair->lock);
    pair->has_ended = true;
    pthread_cond_signal(&pair->ended);
    pthread_mutex_unlock(&pair->lock);
    return GQL_OK;
}

static void read_both(struct pair *pair, const char *hidden)
{
    const struct identifier ids[] = {suspended_id, other_id};
    *pair = (struct pair){.read = {.route = {.ids = ids, .id_count = 2},
                                   .admits = admits,
                                   .run = get_both,
                                   .done = end},
                          .hidden = text_of(hidden),
                          .lock = PTHREAD_MUTEX_INITIALIZER,
                          .ended = PTHREAD_COND_INITIALIZER};
    store_read(stores[STRICT], &pair->read);
    pthread_mutex_lock(&pair->lock);
    while (!pair->has_ended)
        pthread_cond_wait(&pair->ended, &pair->lock);
    pthread_mutex_unlock(&pair->lock);
}

Test(suspension, only_those_who_may_read_are_told)
{
    struct pair pair;
    read_both(&pair, "globex");
    cr_expect_eq(pair.found[0], STORE_STOPPED);
    cr_expect_eq(pair.found[1], STORE_OK);
    read_both(&pair, "acme");
    cr_expect_eq(pair.found[0], STORE_OK, "for the caller to hide");
    cr_expect_eq(pair.found[1], STORE_OK);
}
