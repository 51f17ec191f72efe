// SPDX-License-Identifier: MIT
/* A log beside a database that it does not continue is refused, and no other is. */
#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugin/store/sqlite/log_reader.h"
#include "plugin/store/sqlite/mark.h"
#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

/* Where a gateway runs; what is left of it; copies. */
static struct scratch scratch, crashed, copies;
static struct store *store;

static void make(void)
{
    scratch = scratch_make();
    crashed = scratch_make();
    copies = scratch_make();
    store = fixture_open(&scratch, "und");
}

static void clean(void)
{
    fixture_close(&store);
    scratch_remove(&scratch);
    scratch_remove(&crashed);
    scratch_remove(&copies);
}

TestSuite(foreign_log, .init = make, .fini = clean, .timeout = 120);

static void reopen(void)
{
    fixture_close(&store);
    store = fixture_open(&scratch, "und");
}

static void create(const char *title)
{
    fixture_create(store, "acme", title, true);
}

/* Runs a command of the shell, with the folders as $scratch, $crashed and $copies. */
static void run(const char *command)
{
    setenv("scratch", scratch.path, 1);
    setenv("crashed", crashed.path, 1);
    setenv("copies", copies.path, 1);
    cr_assert_eq(system(command), 0, "%s", command);
}

/* As `sqlite3` does it in another process, which goes without closing. */
static void backup_and_die(const char *name)
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        sqlite3 *from, *to;
        sqlite3_open(scratch_file(&scratch, "integrations.db"), &from);
        sqlite3_open(scratch_file(&copies, name), &to);
        sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
        const bool done = sqlite3_backup_step(backup, -1) == SQLITE_DONE;
        sqlite3_backup_finish(backup);
        _exit(sqlite3_close(to) == SQLITE_OK && done ? 0 : 1);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Nothing is changed, and the failure names both files. */
static void expect_failure(const char *name, const char *const parts[])
{
    struct store *opened = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    run("rm -rf $copies/before; cp -a $crashed $copies/before");
    cr_expect_eq(fixture_try_open(&crashed, "und", &opened, &failure), GQL_E_UNAVAILABLE,
                 "%s: it was opened", name);
    fixture_close(&opened);
    for (; *parts != NULL; parts++)
        cr_expect_not_null(strstr(failure.message, *parts), "%s: %s", name, failure.message);
    cr_expect_not_null(strstr(failure.message, scratch_file(&crashed, "integrations.db-wal'")),
                       "%s: %s", name, failure.message);
    cr_expect_not_null(strstr(failure.message, scratch_file(&crashed, "integrations.db'")),
                       "%s: %s", name, failure.message);
    run("diff -r $copies/before $crashed");
}

static void expect_refused(const char *name)
{
    static const char *const parts[] = {"-wal' is not the log of",
                                        "move the -wal and the -shm away", "that belong together",
                                        NULL};
    expect_failure(name, parts);
}

static void expect_opened(const char *name, int64_t count)
{
    struct store *opened = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(fixture_try_open(&crashed, "und", &opened, &failure), GQL_OK, "%s: %s", name,
                 failure.message);
    const int64_t found = fixture_counts(opened, "acme").active;
    cr_expect_eq(found, count, "%s: %d integrations", name, (int)found);
    fixture_close(&opened);
}

/* ---- What is refused ---- */

Test(foreign_log, a_backup_beside_a_newer_log_is_refused)
{
    create("in every copy");
    reopen();
    run("cp $scratch/integrations.db $copies/closed.db");
    create("first of the former log");
    run("cp $scratch/integrations.db $copies/beside-its-log.db");
    backup_and_die("amid-the-former-log.db");
    create("last of the former log");
    reopen();
    create("first of the log");
    create("last of the log");
    static const char *const names[] = {"closed.db", "beside-its-log.db", "amid-the-former-log.db"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        copy_as_killed(&scratch, &crashed);
        setenv("name", names[i], 1);
        run("cp $copies/$name $crashed/integrations.db");
        expect_refused(names[i]);
        /* Of a transaction that is not whole, SQLite takes nothing: what it has is no matter. */
        run("truncate -s 12392 $crashed/integrations.db-wal");
        expect_opened(names[i], i == 2 ? 2 : 1);
    }
}

/* The log was not begun anew by closing it, but by SQLite, as it does after a checkpoint. */
Test(foreign_log, a_backup_beside_a_log_that_was_reset_is_refused)
{
    create("x");
    backup_and_die("before.db");
    create("y");
    for (int i = 0; i < 2; i++) {
        change_file(&scratch, "PRAGMA wal_checkpoint(PASSIVE)");
        create("z");
    }
    copy_as_killed(&scratch, &crashed);
    run("cp $copies/before.db $crashed/integrations.db");
    expect_refused("reset");
}

/* Both began with one copy; each log is newer than the other database, and neither continues it. */
Test(foreign_log, the_log_of_a_sibling_is_refused)
{
    struct scratch sibling = scratch_make();
    create("ancestor");
    fixture_close(&store);
    copy_as_killed(&scratch, &sibling);
    struct store *other = fixture_open(&sibling, "und");
    fixture_create(other, "acme", "of the sibling", true);
    fixture_close(&other);
    other = fixture_open(&sibling, "und");
    fixture_create(other, "acme", "of its second log", true);
    copy_as_killed(&sibling, &crashed);
    fixture_close(&other);
    run("cp $scratch/integrations.db $crashed/integrations.db");
    expect_refused("a sibling's log");
    store = fixture_open(&scratch, "und");
    create("of its own");
    run("cp $scratch/integrations.db* $crashed");
    run("rm $crashed/integrations.db-shm");
    setenv("sibling", sibling.path, 1);
    run("cp $sibling/integrations.db $crashed/integrations.db");
    expect_refused("a sibling's database");
    scratch_remove(&sibling);
}

/* Also one of an older version of the plugin, which has no mark. */
Test(foreign_log, another_database_is_refused)
{
    struct scratch other = scratch_make();
    struct store *foreign = fixture_open(&other, "und");
    fixture_create(foreign, "acme", "x", true);
    fixture_close(&foreign);
    setenv("other", other.path, 1);
    create("x");
    copy_as_killed(&scratch, &crashed);
    run("cp $other/integrations.db $crashed");
    expect_refused("beside the log with which a database was made");
    reopen();
    create("y");
    copy_as_killed(&scratch, &crashed);
    change_file(&other, "DELETE FROM setting WHERE name = 'mark'");
    run("cp $other/integrations.db $crashed");
    expect_refused("without a mark");
    scratch_remove(&other);
}

/* The copy has a mark of the log, but its pages have other places. */
Test(foreign_log, a_copy_by_vacuum_beside_its_log_is_refused)
{
    create("x");
    reopen();
    create("y");
    for (int i = 0; i < 40; i++)
        create(
            "a title of a length that lets the database grow, so that the log has the first page");
    char sql[128];
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", scratch_file(&copies, "copy.db"));
    change_file(&scratch, sql);
    create("w");
    copy_as_killed(&scratch, &crashed);
    expect_opened("the original", 43);
    copy_as_killed(&scratch, &crashed);
    run("cp $copies/copy.db $crashed/integrations.db");
    expect_refused("a copy by VACUUM");
}

/*
 * By mistake in the place of the database: the log would overwrite it, and be removed. With the
 * database back, nothing of the log is lost.
 */
static void expect_files_refused(int64_t count)
{
    static const char *const parts[] = {"is no database of this plugin", "Nothing was changed",
                                        "Put the database back", NULL};
    static const char *const files[] = {
        "printf abc",
        "yes text | head -c 20000",
        "seq 1 20000 | gzip -c",
        "head -c 8192 /dev/zero",
        "printf 'SQLite format 3\\0'",
        "cat $copies/plain.db",
        "cat $copies/another.db",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char command[128];
        copy_as_killed(&scratch, &crashed);
        run("cp $crashed/integrations.db $copies/original.db");
        snprintf(command, sizeof command, "%s >$crashed/integrations.db", files[i]);
        run(command);
        expect_failure(files[i], parts);
        run("cp $copies/original.db $crashed/integrations.db");
        expect_opened(files[i], count);
    }
}

static void make_another(const char *name, const char *sql)
{
    sqlite3 *handle;
    sqlite3_open(scratch_file(&copies, name), &handle);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sql);
    sqlite3_close(handle);
}

Test(foreign_log, a_file_that_is_no_database_of_the_plugin_is_refused)
{
    make_another("plain.db", "CREATE TABLE a (b)");
    make_another("another.db", "PRAGMA application_id = 7; CREATE TABLE a (b)");
    make_another("empty.db", "PRAGMA journal_mode = WAL");
    create("beside the log with which the database was made");
    expect_files_refused(1);
    reopen();
    create("beside a later one");
    expect_files_refused(2);
    copy_as_killed(&scratch, &crashed);
    run("cp $copies/empty.db $crashed/integrations.db");
    expect_failure("empty", (const char *const[]){"is no database of this plugin", NULL});
    run("truncate -s 4000 $crashed/integrations.db-wal");
    expect_opened("a log without changes", 0);
}

/* ---- What is not ---- */

/* Every copy of a state that the log has, or began with, is brought up to date. */
Test(foreign_log, what_a_kill_leaves_is_opened_at_every_moment)
{
    copy_as_killed(&scratch, &crashed);
    expect_opened("new", 0);
    create("x");
    backup_and_die("of-the-log.db");
    create("y");
    copy_as_killed(&scratch, &crashed);
    expect_opened("a log", 2);
    copy_as_killed(&scratch, &crashed);
    run("cp $copies/of-the-log.db $crashed/integrations.db");
    expect_opened("a backup that the log continues", 2);
    change_file(&scratch, "PRAGMA wal_checkpoint(PASSIVE)");
    copy_as_killed(&scratch, &crashed);
    expect_opened("a log that is checkpointed", 2);
    create("z");
    copy_as_killed(&scratch, &crashed);
    expect_opened("a log that was reset", 3);
    reopen();
    create("w");
    copy_as_killed(&scratch, &crashed);
    expect_opened("a new log", 4);
    copy_as_killed(&scratch, &crashed);
    run("truncate -s 4000 $crashed/integrations.db-wal");
    expect_opened("a log whose first frame is not whole", 3);
}

/* Each change is the first in a log, beside a database and before a mark of the plugin's. */
Test(foreign_log, what_others_have_changed_is_opened)
{
    static const struct {
        const char *before, *in_log;
    } cases[] = {
        {"SELECT 1", "INSERT INTO setting VALUES ('a', x'00')"},
        {"SELECT 1", "UPDATE setting SET value = zeroblob(8) WHERE name = 'mark'"},
        {"SELECT 1", "DELETE FROM setting WHERE name = 'mark'"},
        {"SELECT 1", "PRAGMA auto_vacuum = FULL; VACUUM"},
        {"SELECT 1", "CREATE INDEX title ON integration (title)"},
        {"UPDATE setting SET value = zeroblob(8) WHERE name = 'mark'",
         "INSERT INTO setting VALUES ('a', x'00')"},
        {"DELETE FROM setting WHERE name = 'mark'", "INSERT INTO setting VALUES ('a', x'00')"},
        {"DELETE FROM setting WHERE name = 'mark'", "DELETE FROM organization WHERE id = 'x'"},
    };
    create("x");
    fixture_close(&store);
    run("cp $scratch/integrations.db $copies/integrations.db");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        run("rm $scratch/*; cp $copies/integrations.db $scratch");
        change_file(&scratch, cases[i].before);
        change_and_die(&scratch, cases[i].in_log);
        copy_as_killed(&scratch, &crashed);
        expect_opened(cases[i].in_log, 1);
        store = fixture_open(&scratch, "und");
        create("y");
        copy_as_killed(&scratch, &crashed);
        expect_opened(cases[i].in_log, 2);
        change_file(&scratch, "DELETE FROM setting WHERE name = 'mark'");
        change_file(&scratch, "PRAGMA wal_checkpoint(PASSIVE)");
        copy_as_killed(&scratch, &crashed);
        expect_opened("a log that ends without a mark", 2);
        fixture_close(&store);
    }
}

static struct mark read_mark(void)
{
    struct mark mark;
    unsigned char page[PAGE_SIZE];
    read_page(&scratch, "setting", page);
    cr_assert_eq(mark_find(page, sizeof page, &mark), MARK_FOUND);
    return mark;
}

/* Otherwise the log would begin with a mark that no database has. */
Test(foreign_log, a_transaction_of_many_changes_has_one_mark)
{
    fixture_close(&store);
    const struct mark created = read_mark();
    cr_expect_eq(created.former, 0);
    store = fixture_open(&scratch, "und");
    fixture_close(&store);
    cr_expect_eq(read_mark().now, created.now, "nothing was changed");
    store = fixture_open(&scratch, "sv");
    copy_as_killed(&scratch, &crashed);
    fixture_close(&store);
    cr_expect_eq(read_mark().former, created.now, "the order was changed");
    expect_opened("another order", 0);
}

/* The power failed as the page was written: the log has it whole. */
Test(foreign_log, a_mark_that_is_torn_is_opened)
{
    unsigned char page[PAGE_SIZE];
    create("x");
    fixture_close(&store);
    read_page(&scratch, "setting", page);
    const unsigned char *mark = memmem(page, sizeof page, "mark", 4);
    cr_assert_not_null(mark);
    store = fixture_open(&scratch, "und");
    create("y");
    for (int i = 4; i < 28; i += 8) {
        copy_as_killed(&scratch, &crashed);
        FILE *file = fopen(scratch_file(&crashed, "integrations.db"), "r+");
        fseek(file, PAGE_SIZE + (mark - page) + i, SEEK_SET);
        fwrite("another!", 1, 8, file);
        fclose(file);
        expect_opened("torn", 2);
    }
}

/* Whose log it is need not be asked: it is in use. And nobody is kept from the database. */
Test(foreign_log, the_log_of_a_live_process_is_opened)
{
    int ready[2];
    char byte;
    fixture_close(&store);
    cr_assert_eq(pipe(ready), 0);
    const pid_t other = fork();
    if (other == 0) {
        sqlite3 *handle;
        sqlite3_open(scratch_file(&scratch, "integrations.db"), &handle);
        sqlite3_exec(handle,
                     "INSERT INTO setting VALUES ('a', x'00'); BEGIN; SELECT * FROM setting", NULL,
                     NULL, NULL);
        cr_assert_eq(write(ready[1], "", 1), 1);
        pause();
    }
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    store = fixture_open(&scratch, "und");
    create("x");
    struct store *second = fixture_open(&scratch, "und");
    fixture_create(second, "acme", "y", true);
    cr_expect_eq(fixture_counts(store, "acme").active, 2);
    fixture_close(&second);
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
}

/* ---- The reader of logs and SQLite's recovery take the same frames ---- */

static int frames_of_reader(void)
{
    struct log_reader reader;
    struct log_frame frame;
    int count = 0, committed = 0;
    const bool opened = log_reader_open(&reader, scratch_file(&crashed, "integrations.db-wal"));
    while (opened && log_reader_next(&reader, &frame)) {
        count++;
        if (frame.commits)
            committed = count;
    }
    log_reader_close(&reader);
    return committed;
}

static int frames_of_sqlite(void)
{
    sqlite3 *handle;
    int frames = -1;
    cr_assert_eq(sqlite3_open(scratch_file(&crashed, "integrations.db"), &handle), SQLITE_OK);
    sqlite3_exec(handle, "SELECT * FROM setting", NULL, NULL, NULL);
    cr_assert_eq(sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, NULL),
                 SQLITE_OK);
    sqlite3_close(handle);
    return frames;
}

Test(foreign_log, a_damaged_log_is_read_as_sqlite_does)
{
    enum { BETWEEN = 2999 };
    int most = 0, least = INT32_MAX;
    for (int i = 0; i < 4; i++)
        create("x");
    const char *const name = "integrations.db-wal";
    struct stat log;
    cr_assert_eq(stat(scratch_file(&scratch, name), &log), 0);
    for (off_t place = 24; place < log.st_size; place += BETWEEN) {
        copy_as_killed(&scratch, &crashed);
        FILE *file = fopen(scratch_file(&crashed, name), "r+");
        fseek(file, place, SEEK_SET);
        const int byte = fgetc(file);
        fseek(file, place, SEEK_SET);
        fputc(byte ^ 1, file);
        fclose(file);
        const int ours = frames_of_reader(), theirs = frames_of_sqlite();
        cr_expect_eq(ours, theirs, "byte %d: %d frames, not %d", (int)place, ours, theirs);
        most = ours > most ? ours : most;
        least = ours < least ? ours : least;
    }
    cr_expect_eq(least, 0);
    cr_expect_gt(most, 10, "%d", most);
}
