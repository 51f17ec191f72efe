// SPDX-License-Identifier: MIT
#include "tests/plugin/store/sqlite/pages.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static sqlite3 *open_file(const struct scratch *scratch)
{
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(scratch_file(scratch, "integrations.db"), &handle), SQLITE_OK);
    return handle;
}

/* Of the page whose number `sql` returns for the name and the number. */
static off_t find_place(const struct scratch *scratch, const char *sql, const char *name,
                        int number)
{
    sqlite3 *handle = open_file(scratch);
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 2, number);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW, "%s", name);
    const off_t page = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return (page - 1) * PAGE_SIZE;
}

static off_t place_of(const struct scratch *scratch, const char *name)
{
    return find_place(scratch, "SELECT rootpage FROM sqlite_schema WHERE name = ?1", name, 0);
}

void swap_leaves(const struct scratch *scratch, const char *name, int a, int b)
{
    static const char sql[] = "SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' "
                              "ORDER BY path LIMIT 1 OFFSET ?2";
    unsigned char first[PAGE_SIZE], second[PAGE_SIZE];
    const off_t places[] = {find_place(scratch, sql, name, a), find_place(scratch, sql, name, b)};
    const int file = open(scratch_file(scratch, "integrations.db"), O_RDWR | O_CLOEXEC);
    cr_assert_eq(pread(file, first, PAGE_SIZE, places[0]), PAGE_SIZE);
    cr_assert_eq(pread(file, second, PAGE_SIZE, places[1]), PAGE_SIZE);
    cr_assert_eq(pwrite(file, second, PAGE_SIZE, places[0]), PAGE_SIZE);
    cr_assert_eq(pwrite(file, first, PAGE_SIZE, places[1]), PAGE_SIZE);
    close(file);
}

void read_page(const struct scratch *scratch, const char *name, unsigned char bytes[PAGE_SIZE])
{
    const off_t place = place_of(scratch, name);
    const int file = open(scratch_file(scratch, "integrations.db"), O_RDONLY | O_CLOEXEC);
    cr_assert_eq(pread(file, bytes, PAGE_SIZE, place), PAGE_SIZE);
    close(file);
}

void swap_page(const struct scratch *scratch, const char *name, unsigned char bytes[PAGE_SIZE])
{
    unsigned char former[PAGE_SIZE];
    const off_t place = place_of(scratch, name);
    read_page(scratch, name, former);
    const int file = open(scratch_file(scratch, "integrations.db"), O_WRONLY | O_CLOEXEC);
    cr_assert_eq(pwrite(file, bytes, PAGE_SIZE, place), PAGE_SIZE);
    close(file);
    memcpy(bytes, former, PAGE_SIZE);
}

static void run_sql(sqlite3 *handle, const char *sql)
{
    cr_assert_eq(sqlite3_exec(handle, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(handle));
}

void change_file(const struct scratch *scratch, const char *sql)
{
    sqlite3 *handle = open_file(scratch);
    run_sql(handle, sql);
    sqlite3_close(handle);
}

void copy_as_killed(const struct scratch *from, const struct scratch *to)
{
    char command[512];
    snprintf(command, sizeof command,
             "rm -f '%s'/*; cp '%s'/integrations.db '%s'; cp '%s'/integrations.db-wal '%s' || :",
             to->path, from->path, to->path, from->path, to->path);
    cr_assert_eq(system(command), 0);
}

void change_and_die(const struct scratch *scratch, const char *sql)
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        run_sql(open_file(scratch), sql);
        kill(getpid(), SIGKILL);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
