// SPDX-License-Identifier: MIT
/* Transactions always end: no slot of a reader and no lock is lost with a statement that fails. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "plugin/store/sqlite/connection.h"
#include "tests/plugin/fixture.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(connection, .init = make, .fini = clean);

static const enum statement begins[] = {STATEMENT_BEGIN_READ, STATEMENT_BEGIN_WRITE};

static bool others_can_write(const char *path)
{
    sqlite3 *other;
    cr_assert_eq(sqlite3_open(path, &other), SQLITE_OK);
    const int code = sqlite3_exec(other, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    return code == SQLITE_OK;
}

static void open_writer(struct connection *connection, struct sqlite_options *options)
{
    *options = (struct sqlite_options){.cache_kib = 512, .busy_timeout_ms = 1000};
    options->path = strdup(scratch_file(&scratch, "x.db"));
    sqlite3 *handle;
    cr_assert_eq(sqlite3_open(options->path, &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, "PRAGMA user_version = 1", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
    cr_assert_eq(connection_open(connection, options, CONNECTION_WRITER), SQLITE_OK);
}

/* What savepoints keep would otherwise go to a file in /var/tmp, a page at a time. */
Test(connection, nothing_temporary_goes_to_files)
{
    struct connection connection;
    struct sqlite_options options;
    sqlite3_stmt *statement;
    open_writer(&connection, &options);
    cr_assert_eq(sqlite3_prepare_v2(connection.handle, "PRAGMA temp_store", -1, &statement, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
    cr_expect_eq(sqlite3_column_int(statement, 0), 2, "2 is MEMORY");
    sqlite3_finalize(statement);
    connection_close(&connection);
    sqlite_options_finish(&options);
}

/* Statements that end nothing stand for a COMMIT and a ROLLBACK that fail. */
static void break_statement(struct connection *connection, enum statement which)
{
    sqlite3_finalize(connection->statements[which]);
    cr_assert_eq(sqlite3_prepare_v2(connection->handle, "SELECT 1", -1,
                                    &connection->statements[which], NULL),
                 SQLITE_OK);
}

Test(connection, what_commit_leaves_open_is_rolled_back)
{
    for (size_t i = 0; i < 2; i++) {
        struct connection connection;
        struct sqlite_options options;
        open_writer(&connection, &options);
        cr_assert_eq(connection_run(&connection, begins[i]), SQLITE_OK);
        break_statement(&connection, STATEMENT_COMMIT);
        connection_end(&connection, STATEMENT_COMMIT);
        cr_assert_not_null(connection.handle);
        cr_expect_neq(sqlite3_get_autocommit(connection.handle), 0);
        cr_expect(others_can_write(options.path));
        connection_close(&connection);
        sqlite_options_finish(&options);
    }
}

Test(connection, what_nothing_ends_is_closed)
{
    for (size_t i = 0; i < 2; i++) {
        struct connection connection;
        struct sqlite_options options;
        open_writer(&connection, &options);
        cr_assert_eq(connection_run(&connection, begins[i]), SQLITE_OK);
        break_statement(&connection, STATEMENT_COMMIT);
        break_statement(&connection, STATEMENT_ROLLBACK);
        connection_end(&connection, STATEMENT_COMMIT);
        cr_expect_null(connection.handle);
        cr_expect(others_can_write(options.path));
        connection_close(&connection);
        sqlite_options_finish(&options);
    }
}

Test(connection, no_role_makes_the_file)
{
    const enum connection_role roles[] = {CONNECTION_READER, CONNECTION_WRITER};
    struct sqlite_options options = {.path = strdup(scratch_file(&scratch, "none.db"))};
    for (size_t i = 0; i < 2; i++) {
        struct connection connection;
        cr_expect_eq(connection_open(&connection, &options, roles[i]) & 0xff, SQLITE_CANTOPEN);
        connection_close(&connection);
    }
    sqlite_options_finish(&options);
}

/* The end of a file sets no errno: what is kept is that of an older call, such as a busy lock. */
Test(connection, a_short_read_is_no_shortage)
{
    const struct connection connection = {.system_error = EAGAIN};
    struct store_detail detail;
    cr_expect_eq(connection_status(&connection, SQLITE_IOERR_SHORT_READ, &detail), STORE_BROKEN);
    cr_expect_null(strstr(detail.text, "errno"), "%s", detail.text);
    cr_expect_eq(connection_status(&connection, SQLITE_IOERR_READ, &detail), STORE_SHORTAGE);
    cr_expect_not_null(strstr(detail.text, "errno"), "%s", detail.text);
}

Test(connection, what_the_system_does_not_permit_is_no_fault_of_the_file)
{
    static const struct {
        int code, error;
        enum store_status status;
    } cases[] = {
        {SQLITE_READONLY, 0, STORE_DENIED},          {SQLITE_READONLY_CANTINIT, 0, STORE_DENIED},
        {SQLITE_READONLY_DBMOVED, 0, STORE_STOPPED}, {SQLITE_IOERR_WRITE, EROFS, STORE_DENIED},
        {SQLITE_CANTOPEN, EACCES, STORE_DENIED},     {SQLITE_CANTOPEN, EPERM, STORE_DENIED},
        {SQLITE_IOERR_WRITE, EIO, STORE_BROKEN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct connection connection = {.system_error = cases[i].error};
        struct store_detail detail;
        const enum store_status status = connection_status(&connection, cases[i].code, &detail);
        cr_expect_eq(status, cases[i].status, "%s: %d", detail.text, status);
    }
}
