// SPDX-License-Identifier: MIT
/* What a database may be, and who may read its files. */
#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/store/sqlite/pages.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
    cr_assert_eq(chdir(scratch.path), 0);
    umask(022);
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(database_file, .init = make, .fini = clean);

static unsigned mode_of(const char *name)
{
    struct stat found;
    cr_assert_eq(stat(name, &found), 0, "there is no %s", name);
    return found.st_mode & 0777;
}

/* A file of so many bytes, in the place of what was there. */
static void write_bytes(const char *name, int size)
{
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite("SQLite", 1, (size_t)size, file), (size_t)size);
    fclose(file);
}

static struct store *open_path(const char *path, const char *mode)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(fixture_try_open_path(path, mode, "und", &store, &failure), GQL_OK, "%s",
                 failure.message);
    return store;
}

Test(database_file, what_is_no_file_is_refused)
{
    cr_assert_eq(mkfifo("pipe", 0600), 0);
    cr_assert_eq(mkdir("folder", 0700), 0);
    static const char *const paths[] = {
        ":memory:",
        "file:m?mode=memory",
        "file:m?mode=memory&cache=shared",
        "FILE:a.db?nolock=1",
        "file:a.db",
        "pipe",
        "folder",
        "/dev/null",
        "/dev/zero",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct store *store = NULL;
        gql_failure failure = {.struct_size = sizeof failure};
        cr_expect_eq(fixture_try_open_path(paths[i], "0600", "und", &store, &failure), GQL_E_CONFIG,
                     "'%s' was taken", paths[i]);
        cr_expect_not_null(strstr(failure.message, "is not a regular file"), "%s said '%s'",
                           paths[i], failure.message);
    }
    cr_expect_neq(access("a.db", F_OK), 0, "a refused path must not create anything");
}

Test(database_file, names_that_only_look_special_are_files)
{
    static const char *const paths[] = {"memory:", "./file:x.db", "a?mode=memory"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct store *store = open_path(paths[i], "0600");
        cr_expect_eq(access(paths[i], F_OK), 0, "%s", paths[i]);
        fixture_close(&store);
    }
}

static void expect_links_refused(const char *path, const char *said)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(fixture_try_open_path(path, "0600", "und", &store, &failure), GQL_E_CONFIG, "%s",
                 path);
    cr_expect_not_null(strstr(failure.message, said), "%s", failure.message);
}

/* A hard link has a log of its own; a symbolic link leads to the log of the file. */
Test(database_file, hard_links_are_refused_by_each_name)
{
    struct store *store = open_path("a.db", "0600");
    fixture_close(&store);
    cr_assert_eq(link("a.db", "b.db"), 0);
    expect_links_refused("a.db", "one of 2 hard links");
    expect_links_refused("b.db", "one of 2 hard links");
    cr_assert_eq(symlink("b.db", "c.db"), 0);
    expect_links_refused("c.db", "make them symbolic links");
    cr_assert_eq(unlink("b.db"), 0);
    cr_assert_eq(symlink("a.db", "b.db"), 0);
    store = open_path("a.db", "0600");
    struct store *other = open_path("c.db", "0600");
    fixture_close(&other);
    fixture_close(&store);
}

Test(database_file, a_missing_folder_is_named)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(fixture_try_open_path("no/a.db", "0600", "und", &store, &failure),
                 GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "folder must exist: create it"), "%s",
                       failure.message);
}

Test(database_file, links_in_a_circle_are_named)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(symlink("b.db", "a.db"), 0);
    cr_assert_eq(symlink("a.db", "b.db"), 0);
    cr_expect_neq(fixture_try_open_path("a.db", "0600", "und", &store, &failure), GQL_OK);
    cr_expect_not_null(strstr(failure.message, "symbolic links"), "%s", failure.message);
}

/* The link to a file that does not exist yet is a sibling: SQLite creates its target. */
Test(database_file, files_are_made_for_their_owner_only)
{
    cr_assert_eq(symlink("target.db", "link.db"), 0);
    static const struct {
        const char *path, *file;
    } cases[] = {{"a.db", "a.db"}, {"link.db", "target.db"}};
    for (size_t i = 0; i < 2; i++) {
        char name[64];
        struct store *store = open_path(cases[i].path, "0600");
        fixture_create(store, "a", "x", true);
        for (int k = 0; k < 3; k++) {
            snprintf(name, sizeof name, "%s%s", cases[i].file,
                     ((const char *[]){"", "-wal", "-shm"})[k]);
            cr_expect_eq(mode_of(name), 0600, "%s has the mode %o", name, mode_of(name));
        }
        fixture_close(&store);
    }
    cr_expect_null(strstr(fixture_log(), "chmod"), "%s", fixture_log());
}

/* Whatever the umask, which stays as it is. */
Test(database_file, a_configured_mode_is_used)
{
    struct store *store = open_path("a.db", "0660");
    fixture_create(store, "a", "x", true);
    cr_expect_eq(mode_of("a.db"), 0660);
    cr_expect_eq(mode_of("a.db-wal"), 0660);
    cr_expect_eq(umask(022), 022);
    fixture_close(&store);
}

Test(database_file, an_existing_file_that_others_can_read_is_left_and_named)
{
    struct store *store = open_path("a.db", "0600");
    fixture_close(&store);
    cr_assert_eq(chmod("a.db", 0644), 0);
    store = open_path("a.db", "0600");
    cr_expect_eq(mode_of("a.db"), 0644);
    cr_expect_not_null(strstr(fixture_log(), "a.db' has the mode 0644"), "%s", fixture_log());
    fixture_close(&store);
}

/* SQLite's VFS with lock files stands for a storage without shared memory. */
Test(database_file, storage_that_can_have_no_log_is_refused)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(sqlite3_vfs_register(sqlite3_vfs_find("unix-dotfile"), 1), SQLITE_OK);
    cr_expect_eq(fixture_try_open_path("a.db", "0600", "und", &store, &failure), GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "write-ahead log"), "%s", failure.message);
}

/* Everything is permitted to root. */
static void be_a_common_user(void)
{
    enum { NOBODY = 65534 };
    if (geteuid() != 0)
        return;
    cr_assert_eq(system("chown -R 65534 ."), 0);
    cr_assert_eq(setresuid(NOBODY, NOBODY, 0), 0);
}

static void expect_failure(const char *const *parts)
{
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(fixture_try_open_path("a.db", "0600", "und", &store, &failure), GQL_E_UNAVAILABLE,
                 "%s: opened", parts[0]);
    fixture_close(&store);
    for (; *parts != NULL; parts++)
        cr_expect_not_null(strstr(failure.message, *parts), "'%s' is not in: %s", *parts,
                           failure.message);
}

/* The files of a process that was killed. Another process copies: SQLite's locks stay. */
static void leave_files(void)
{
    struct store *store = open_path("a.db", "0600");
    fixture_create(store, "a", "x", true);
    cr_assert_eq(system("mkdir -m 0777 left && cp a.db* left"), 0);
    fixture_close(&store);
}

/* Also if the database is not checked then. */
Test(database_file, what_a_kill_left_is_recovered_and_logged)
{
    fixture_check_mib = 0;
    leave_files();
    struct store *store = open_path("a.db", "0600");
    fixture_close(&store);
    cr_expect_null(strstr(fixture_log(), "recovered"), "%s", fixture_log());
    cr_assert_eq(chdir("left"), 0);
    store = open_path("a.db", "0600");
    fixture_close(&store);
    const char *line = strstr(fixture_log(), " pages were recovered from '");
    cr_assert_not_null(line, "%s", fixture_log());
    cr_expect_not_null(strstr(line, "/left/a.db-wal'"), "%s", line);
}

Test(database_file, a_file_that_may_not_be_written_is_refused_with_its_mode_and_owner)
{
    static const char *const names[] = {"a.db", "a.db-wal", "a.db-shm"};
    static const mode_t modes[] = {0444, 0};
    leave_files();
    be_a_common_user();
    for (size_t i = 0; i < 2 * sizeof names / sizeof *names; i++) {
        char named[64];
        const char *name = names[i / 2];
        snprintf(named, sizeof named, "/%s' (mode %04o, owner ", name, modes[i % 2]);
        cr_assert_eq(system("rm -f a.db*; cp left/* ."), 0);
        cr_assert_eq(chmod(name, modes[i % 2]), 0);
        expect_failure((const char *const[]){named, "let the user", NULL});
        cr_assert_eq(chmod(name, 0600), 0);
        struct store *store = open_path("a.db", "0600");
        cr_expect_eq(fixture_counts(store, "a").active, 1);
        fixture_close(&store);
    }
}

/* SQLite creates the log there. */
Test(database_file, a_folder_that_may_not_be_written_is_refused)
{
    be_a_common_user();
    cr_assert_eq(chmod(scratch.path, 0500), 0);
    expect_failure((const char *const[]){"can't be created", "create files in their folder",
                                         scratch.path, "(mode 0500, owner ", NULL});
    cr_assert_eq(chmod(scratch.path, 0700), 0);
    struct store *store = open_path("a.db", "0600");
    fixture_close(&store);
    cr_assert_eq(chmod(scratch.path, 0500), 0);
    expect_failure((const char *const[]){"create files in their folder", scratch.path,
                                         "(mode 0500, owner ", NULL});
    cr_assert_eq(chmod(scratch.path, 0700), 0);
}

Test(database_file, what_is_no_database_says_what_to_restore)
{
    FILE *file = fopen("a.db", "w");
    for (int i = 0; i < 1000; i++)
        fputs("no database", file);
    fclose(file);
    expect_failure(
        (const char *const[]){"not a database", "correct the path", "restore a backup", NULL});
}

/* A limit stands for a full disk. */
Test(database_file, a_shortage_names_its_own_cure)
{
    struct rlimit former;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &former), 0);
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {100, former.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct store *store = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const int32_t code = fixture_try_open_path("a.db", "0600", "und", &store, &failure);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &former), 0);
    cr_expect_eq(code, GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "limit on file sizes"), "%s", failure.message);
    cr_expect_null(strstr(failure.message, "folder"), "%s", failure.message);
}

/* One more descriptor each time: every file that is opened meets the limit. */
Test(database_file, a_limit_on_open_files_is_named_wherever_it_is_met)
{
    struct rlimit former;
    struct store *store = NULL;
    int failures = 0;
    fixture_check_mib = 0;
    store = open_path("a.db", "0600");
    fixture_close(&store);
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &former), 0);
    const int next = dup(0);
    close(next);
    for (rlim_t files = (rlim_t)next; store == NULL; files++, failures++) {
        gql_failure failure = {.struct_size = sizeof failure};
        const struct rlimit limit = {files, former.rlim_max};
        cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
        const int32_t code = fixture_try_open_path("a.db", "0600", "und", &store, &failure);
        cr_assert(code == GQL_OK || strstr(failure.message, "limit on open files") != NULL, "%s",
                  failure.message);
        cr_assert_lt(failures, 20);
    }
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &former), 0);
    cr_expect_gt(failures, 3, "%d", failures);
    fixture_close(&store);
}

/* SQLite would remove the log, and with it all that was not copied into the database yet. */
Test(database_file, a_log_without_its_database_is_kept)
{
    struct scratch killed = scratch_make();
    gql_failure failure = {.struct_size = sizeof failure};
    struct store *store = fixture_open(&scratch, "und");
    const struct identifier id = fixture_create(store, "acme", "kept", true);
    copy_as_killed(&scratch, &killed);
    fixture_close(&store);
    cr_assert_eq(chdir(killed.path), 0);
    for (int emptied = 0; emptied < 3; emptied++) {
        cr_assert_eq(rename("integrations.db", "aside"), 0);
        if (emptied > 0)
            write_bytes("integrations.db", emptied - 1);
        cr_expect_eq(fixture_try_open(&killed, "und", &store, &failure), GQL_E_UNAVAILABLE);
        cr_expect_not_null(strstr(failure.message, "is missing or empty"), "%s", failure.message);
        cr_assert_eq(rename("aside", "integrations.db"), 0);
    }
    store = fixture_open(&killed, "und");
    struct integration_copy copy;
    cr_expect_eq(fixture_get(store, id, &copy), STORE_OK);
    integration_copy_finish(&copy);
    fixture_close(&store);
    scratch_remove(&killed);
}

Test(database_file, a_new_one_is_logged)
{
    struct store *store = fixture_open(&scratch, "und");
    cr_expect_not_null(strstr(fixture_log(), "integrations.db' is new"), "%s", fixture_log());
    fixture_close(&store);
    const size_t logged = strlen(fixture_log());
    store = fixture_open(&scratch, "und");
    cr_expect_null(strstr(fixture_log() + logged, "is new"), "%s", fixture_log());
    fixture_close(&store);
}

/* As a crash leaves what was created and never written, or as a mistake does: nobody can tell. */
Test(database_file, one_that_was_emptied_begins_anew_with_a_warning)
{
    struct store *store = fixture_open(&scratch, "und");
    fixture_create(store, "acme", "gone", true);
    fixture_close(&store);
    for (int size = 0; size < 2; size++) {
        const size_t logged = strlen(fixture_log());
        write_bytes(scratch_file(&scratch, "integrations.db"), size);
        store = fixture_open(&scratch, "und");
        const char *line = strstr(fixture_log() + logged, "integrations.db' was an empty file");
        cr_assert_not_null(line, "%s", fixture_log() + logged);
        cr_expect_not_null(strstr(line, "restore a backup"), "%s", line);
        cr_expect_null(strstr(fixture_log() + logged, "is new"));
        fixture_create(store, "acme", "x", true);
        cr_expect_eq(fixture_counts(store, "acme").active, 1);
        fixture_close(&store);
    }
}
