// SPDX-License-Identifier: MIT
/* What was deleted is erased from databases that nobody uses any more. */
#include <criterion/criterion.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/tenant_path.h"
#include "plugin/store/sweeper.h"
#include "tests/plugin/store/tenants/root_fixture.h"

static const char *const names[] = {"acme", "globex", "initech", "umbrella"};
enum { NAMES = sizeof names / sizeof *names };

TestSuite(sweeps, .init = root_set_up, .fini = root_tear_down);

static void reopen(const char *organization_id)
{
    fixture_close(&store);
    fixture_organization = organization_id;
    root_open();
}

static void fill(void)
{
    for (int i = 0; i < NAMES; i++) {
        const struct identifier id = fixture_create(store, names[i], "x", true);
        struct store_mutation delete = {.kind = STORE_DELETE,
                                        .id = id,
                                        .organization_id = text_of(names[i]),
                                        .expected_version = 1};
        fixture_apply(store, &delete);
        cr_assert_eq(delete.status, STORE_OK, "%s", delete.detail.text);
        integration_copy_finish(&delete.result);
    }
}

static int count_deleted(const char *organization_id)
{
    char folder[PATH_MAX], path[PATH_MAX + 32];
    sqlite3 *handle;
    sqlite3_stmt *statement;
    cr_assert(tenant_folder(scratch.path, text_of(organization_id), folder, sizeof folder));
    snprintf(path, sizeof path, "%s/integrations.db", folder);
    cr_assert_eq(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle, "SELECT count(*) FROM deleted", -1, &statement, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    const int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return count;
}

static int count_all(void)
{
    int count = 0;
    for (int i = 0; i < NAMES; i++)
        count += count_deleted(names[i]);
    return count;
}

/* The round of a day, without its pauses. */
static void take_round(void)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    struct sweeper *sweeper = store->sweeper;
    sweeper->rest = 0;
    for (bool resting = false; !resting; nanosleep(&pause, NULL)) {
        pthread_mutex_lock(&sweeper->job.pool->lock);
        resting = sweeper->job.state == JOB_QUEUED && sweeper->rest == 24; /* The round is over. */
        pthread_mutex_unlock(&sweeper->job.pool->lock);
        if (!resting)
            job_wake(&sweeper->job);
    }
}

Test(sweeps, a_round_opens_each_database_and_erases_what_is_due)
{
    fill();
    reopen(NULL);
    take_round();
    cr_expect_eq(count_all(), NAMES, "before its time");
    fixture_now_ms += fixture_deleted_ms + 1;
    reopen(NULL);
    take_round();
    cr_expect_eq(count_all(), 0);
}

Test(sweeps, an_instance_of_one_organization_looks_after_that_alone)
{
    fill();
    fixture_now_ms += fixture_deleted_ms + 1;
    reopen("globex");
    take_round();
    cr_expect_eq(count_deleted("globex"), 0);
    cr_expect_eq(count_all(), NAMES - 1);
}

Test(sweeps, nothing_is_made_for_an_organization_without_a_database)
{
    char folder[PATH_MAX];
    reopen("nobody");
    take_round();
    cr_assert(tenant_folder(scratch.path, TEXT("nobody"), folder, sizeof folder));
    cr_expect_neq(access(folder, F_OK), 0);
}
