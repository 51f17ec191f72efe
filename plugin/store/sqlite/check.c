// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/check.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { STEPS_BETWEEN_LOOKS = 1000, INTERRUPT_MILLISECONDS = 10 };

static void say(const struct check *check, uint32_t level, const char *what)
{
    char line[PATH_MAX + 512];
    const struct integrity *integrity = check->integrity;
    snprintf(line, sizeof line, "database.path: '%s' %s", check->options->path, what);
    integrity->log(integrity->user, level, line);
}

static int is_stopping(void *user)
{
    return atomic_load(&((struct check *)user)->stopping);
}

static void set_running(struct check *check, sqlite3 *handle)
{
    pthread_mutex_lock(&check->lock);
    check->running = handle;
    pthread_mutex_unlock(&check->lock);
}

static void close_connection(struct check *check)
{
    set_running(check, NULL);
    connection_close(&check->connection);
}

static int open_once(struct check *check)
{
    struct connection *connection = &check->connection;
    int code = connection_open(connection, check->options, CONNECTION_READER);
    if (code == SQLITE_OK)
        code = file_guard_check_opened(check->guard, connection);
    if (code != SQLITE_OK)
        return code;
    sqlite3_progress_handler(connection->handle, STEPS_BETWEEN_LOOKS, is_stopping, check);
    set_running(check, connection->handle);
    return SQLITE_OK;
}

/* Whether to try again what met a lock. */
static bool is_worth_waiting(struct check *check, int code)
{
    return !is_stopping(check) && connection_wait(code, check->until);
}

static int open_connection(struct check *check)
{
    int code = open_once(check);
    while (is_worth_waiting(check, code)) {
        close_connection(check);
        code = open_once(check);
    }
    return code;
}

/* SQLite separates what it found by newlines; the first line is the one to know. */
static void report(struct check *check, struct text found)
{
    char what[160];
    snprintf(what, sizeof what, "a check found: %.*s", (int)found.size, found.data);
    for (char *end = strchr(what, '\n'); end != NULL; end = strchr(end, '\n'))
        *end = ' ';
    integrity_report(check->integrity, what);
}

/* Returns SQLite's code. The statement's first row is "ok", or the first damage. */
static int run_once(struct check *check, enum statement which)
{
    sqlite3_stmt *statement = connection_statement(&check->connection, which);
    if (statement == NULL)
        return sqlite3_extended_errcode(check->connection.handle);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const struct text found = column_text(statement, 0);
        code = found.data == NULL ? SQLITE_NOMEM : SQLITE_OK;
        if (code == SQLITE_OK && !text_equal(found, TEXT("ok")))
            report(check, found);
    }
    sqlite3_reset(statement);
    return code;
}

static int run(struct check *check, enum statement which)
{
    int code = run_once(check, which);
    while (is_worth_waiting(check, code))
        code = run_once(check, which);
    return code;
}

static int run_all(struct check *check)
{
    static const enum statement statements[] = {
        STATEMENT_CHECK_SETTINGS,
        STATEMENT_CHECK_ORGANIZATIONS,
        STATEMENT_CHECK_INTEGRATIONS,
        STATEMENT_CHECK_INTEGRATION_ROWS,
        STATEMENT_CHECK_ORGANIZATION_ROWS,
        STATEMENT_CHECK_COUNTERS,
        STATEMENT_CHECK_EVENTS,
        STATEMENT_CHECK_EVENT_ROWS,
        STATEMENT_CHECK_DELETED,
        STATEMENT_CHECK_DELETED_ROWS,
        STATEMENT_CHECK_IDEMPOTENT_CREATES,
    };
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof statements / sizeof *statements && code == SQLITE_OK &&
                       integrity_check(check->integrity) == SQLITE_OK && !is_stopping(check);
         i++)
        code = run(check, statements[i]);
    return code;
}

static void conclude(struct check *check, int code)
{
    char line[512];
    struct store_detail detail;
    if (code != SQLITE_OK &&
        connection_status(&check->connection, code, &detail) == STORE_DAMAGED) {
        integrity_report(check->integrity, detail.text);
    } else if (is_stopping(check)) {
        say(check, GQL_LOG_INFO, "was not checked to its end: the gateway stops");
    } else if (code != SQLITE_OK) {
        snprintf(line, sizeof line, "can't be checked: %s. Restart the gateway once that is mended",
                 detail.text);
        say(check, GQL_LOG_WARNING, line);
    } else if (integrity_check(check->integrity) == SQLITE_OK) {
        say(check, GQL_LOG_INFO, "was checked: it is sound");
    }
}

static void check_database(struct job *job)
{
    struct check *check = (struct check *)job;
    check->until = connection_patience(check->options);
    int code = open_connection(check);
    if (code == SQLITE_OK)
        code = run_all(check);
    conclude(check, code);
    close_connection(check);
}

static bool is_too_large(const struct sqlite_options *options)
{
    struct stat file;
    return stat(options->path, &file) != 0 || file.st_size > (off_t)options->check_mib << 20;
}

void check_start(struct check *check, const struct sqlite_options *options,
                 struct file_guard *guard, struct integrity *integrity, struct pool *pool)
{
    *check = (struct check){.options = options, .guard = guard, .integrity = integrity};
    if (is_too_large(options)) {
        say(check, GQL_LOG_WARNING,
            "was not closed the last time, and is not checked, since it is larger than "
            "database.checkMiB; to check it, run sqlite3's PRAGMA quick_check on a backup");
        return;
    }
    say(check, GQL_LOG_INFO, "was not closed the last time; it is checked in the background");
    pthread_mutex_init(&check->lock, NULL);
    job_init(&check->job, pool, check_database);
    if (!job_wake(&check->job))
        say(check, GQL_LOG_WARNING, "can't be checked: no thread can be started");
}

/*
 * An interruption is lost between two statements, and SQLite's check of a table does not call the
 * progress handler: so it is repeated.
 */
void check_stop(struct check *check)
{
    if (check->job.pool == NULL)
        return;
    atomic_store(&check->stopping, true);
    while (!job_stop_within(&check->job, INTERRUPT_MILLISECONDS)) {
        pthread_mutex_lock(&check->lock);
        if (check->running != NULL)
            sqlite3_interrupt(check->running);
        pthread_mutex_unlock(&check->lock);
    }
    pthread_mutex_destroy(&check->lock);
    *check = (struct check){0};
}
