// SPDX-License-Identifier: MIT
/* A database that is moved, replaced, cut or overwritten while a store uses it. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/plugin/fixture.h"

static struct scratch scratch;

/* The working folder has `integrations.db`, a link to the database `data/a.db`. */
static void make(void)
{
    scratch = scratch_make();
    cr_assert_eq(chdir(scratch.path), 0);
    cr_assert_eq(mkdir("data", 0700), 0);
    cr_assert_eq(symlink("data/a.db", "integrations.db"), 0);
}

static void clean(void)
{
    cr_assert_eq(chdir("/"), 0);
    scratch_remove(&scratch);
}

TestSuite(file_guard, .init = make, .fini = clean);

static enum store_status write_one(struct store *store)
{
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = TEXT("a"),
                                    .title = TEXT("x")};
    fixture_apply(store, &create);
    integration_copy_finish(&create.result);
    return create.status;
}

static enum store_status count_some(struct store_reader *reader, void *context)
{
    return store_count(reader, TEXT("a"), context);
}

/* A kept snapshot is not checked: it is older than 50 ms when it is used no more. */
static enum store_status read_one(struct store *store)
{
    struct store_counts counts;
    nanosleep(&(struct timespec){.tv_nsec = 120000000}, NULL);
    return fixture_read(store, count_some, &counts);
}

static int count_in_log(const char *text)
{
    int count = 0;
    for (const char *at = fixture_log(); (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

/*
 * In other processes, as an operator would: this one must not open and close the files of the
 * database. `other.db` is a database with the same schema.
 */
static void run_shell(const char *command)
{
    cr_assert_eq(system(command), 0, "%s", command);
}

static void make_other(void)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(fixture_try_open_path("other.db", "0600", "und", &store, &failure), GQL_OK);
    for (int i = 0; i < 50; i++)
        fixture_create(store, "other", "y", true);
    fixture_close(&store);
}

static void checkpoint(void)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open("integrations.db", &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL),
                 SQLITE_OK);
    sqlite3_close(handle);
}

struct accident {
    const char *name, *what, *undo; /* Commands of the shell; no undo: a restart is needed. */
    const char *said;
};

static void expect_stopped(struct store *store, const struct accident *accident)
{
    const int said = count_in_log(accident->said);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(write_one(store), STORE_STOPPED, "%s: acknowledged", accident->name);
    cr_expect_eq(read_one(store), STORE_STOPPED, "%s: read", accident->name);
    cr_expect_eq(count_in_log(accident->said) - said, 1, "%s: %s", accident->name, fixture_log());
}

static void expect_accident(const struct accident *accident)
{
    struct store *store = fixture_open(&scratch, "und");
    cr_assert_eq(write_one(store), STORE_OK);
    cr_assert_eq(read_one(store), STORE_OK);
    run_shell(accident->what);
    expect_stopped(store, accident);
    if (accident->undo != NULL) {
        run_shell(accident->undo);
        cr_expect_eq(write_one(store), STORE_OK, "%s: does not come back", accident->name);
        cr_expect_eq(read_one(store), STORE_OK, "%s", accident->name);
        cr_expect_eq(fixture_counts(store, "a").active, 2, "%s", accident->name);
        cr_expect_eq(count_in_log("service resumes"), 1);
    }
    fixture_close(&store);
}

#define ACCIDENT(label, ...)                                              \
    Test(file_guard, label)                                               \
    {                                                                     \
        make_other();                                                     \
        expect_accident(&(struct accident){.name = #label, __VA_ARGS__}); \
    }

ACCIDENT(removed, "rm data/a.db", NULL, "The database was moved")
ACCIDENT(renamed, "mv data/a.db data/b.db", "mv data/b.db data/a.db", "The database was moved")
ACCIDENT(replaced, "ln data/a.db keep; cp other.db new.db; mv new.db data/a.db",
         "mv keep data/a.db", "The database was moved")
ACCIDENT(folder_renamed, "mv data away", "mv away data", "The database was moved")
ACCIDENT(link_switched, "ln -sfn other.db integrations.db", "ln -sfn data/a.db integrations.db",
         "The database was moved")
ACCIDENT(log_removed, "rm data/a.db-wal", NULL, "-wal or -shm was removed")
ACCIDENT(log_replaced, "mv data/a.db-wal keep; head -c 5000 /dev/zero >data/a.db-wal",
         "mv keep data/a.db-wal", "-wal or -shm was removed")
ACCIDENT(index_removed, "mv data/a.db-shm keep", "mv keep data/a.db-shm",
         "-wal or -shm was removed")
ACCIDENT(overwritten_in_place, "cat other.db >data/a.db", NULL, "The database was overwritten")
ACCIDENT(overwritten_with_an_old_time, "touch -d 2001-01-01 other.db; cp -p other.db data/a.db",
         NULL, "The database was overwritten")
ACCIDENT(a_page_overwritten,
         "dd if=/dev/zero of=data/a.db bs=4096 seek=2 count=1 conv=notrunc status=none", NULL,
         "The database was overwritten")

/* Everything is in the database file, so a page that it lacks is lost. */
Test(file_guard, cut)
{
    struct store *store = fixture_open(&scratch, "und");
    cr_assert_eq(write_one(store), STORE_OK);
    checkpoint();
    cr_assert_eq(read_one(store), STORE_OK);
    run_shell("truncate -s 4096 data/a.db");
    expect_stopped(store, &(struct accident){.name = "cut", .said = "is shorter than"});
    fixture_close(&store);
}

static void expect_sound(const char *path)
{
    sqlite3 *handle;
    sqlite3_stmt *check;
    cr_assert_eq(sqlite3_open(path, &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &check, NULL), SQLITE_OK);
    cr_expect_eq(sqlite3_step(check), SQLITE_ROW);
    cr_expect_str_eq((const char *)sqlite3_column_text(check, 0), "ok");
    sqlite3_finalize(check);
    sqlite3_close(handle);
}

static void create_some(struct store *store, int count)
{
    for (int i = 0; i < count; i++) {
        char title[64];
        snprintf(title, sizeof title, "%050d", i * 7919 % 1000);
        fixture_create(store, "a", title, true);
    }
}

/* Cuts the log behind its first frames, of which each commit has several; then closes the store. */
static void expect_log_cut(int frames)
{
    char command[64];
    struct store *store = fixture_open(&scratch, "und");
    create_some(store, 100);
    checkpoint();
    create_some(store, 10);
    snprintf(command, sizeof command, "truncate -s %d data/a.db-wal",
             frames == 0 ? 0 : 32 + frames * (24 + 4096));
    run_shell(command);
    expect_stopped(store, &(struct accident){.name = command, .said = "-wal is shorter than"});
    fixture_close(&store);
    expect_sound("integrations.db");
}

/* What SQLite would write behind the cut leaves a hole, which a checkpoint would copy. */
Test(file_guard, log_cut)
{
    expect_log_cut(0);
}

Test(file_guard, log_cut_in_the_middle)
{
    expect_log_cut(20);
}

/* A backup that was copied over the database in use: closing must not write into it. */
Test(file_guard, what_was_copied_over_it_stays)
{
    make_other();
    struct store *store = fixture_open(&scratch, "und");
    create_some(store, 10);
    cr_assert_eq(read_one(store), STORE_OK);
    run_shell("cat other.db >data/a.db");
    fixture_close(&store);
    run_shell("rm -f data/a.db-wal data/a.db-shm; cmp other.db data/a.db");
}

/* Other processes may write, checkpoint and shrink the database. */
Test(file_guard, what_SQLite_does_is_no_accident)
{
    static const char *const statements[] = {
        "CREATE TABLE ballast (x); INSERT INTO ballast VALUES (zeroblob(1000000))",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "DROP TABLE ballast",
        "VACUUM",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA wal_checkpoint(PASSIVE)",
    };
    struct store *store = fixture_open(&scratch, "und");
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        cr_expect_eq(write_one(store), STORE_OK, "before %s: %s", statements[i], fixture_log());
        sqlite3 *handle;
        cr_assert_eq(sqlite3_open("integrations.db", &handle), SQLITE_OK);
        cr_expect_eq(sqlite3_exec(handle, statements[i], NULL, NULL, NULL), SQLITE_OK, "%s: %s",
                     statements[i], sqlite3_errmsg(handle));
        sqlite3_close(handle);
        cr_expect_eq(read_one(store), STORE_OK, "after %s: %s", statements[i], fixture_log());
    }
    cr_expect_eq(write_one(store), STORE_OK, "%s", fixture_log());
    fixture_close(&store);
}

/* The first read opens a connection: by name, but not in another folder. */
Test(file_guard, the_working_folder_may_change)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(fixture_try_open_path("integrations.db", "0600", "und", &store, &failure), GQL_OK);
    cr_assert_eq(chdir("/"), 0);
    cr_expect_eq(write_one(store), STORE_OK);
    cr_expect_eq(read_one(store), STORE_OK);
    cr_expect_eq(fixture_counts(store, "a").active, 1);
    fixture_close(&store);
}
