// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/check.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "plugin/base/thread.h"

enum { NICENESS = 10, STEPS_BETWEEN_LOOKS = 1000, INTERRUPT_MILLISECONDS = 10 };

/* One database is checked at a time: the checks of a process share its disk. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct check *first; /* It has the turn, and a thread; the others wait for theirs. */

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

static int open_connection(struct check *check)
{
    struct connection *connection = &check->connection;
    int code = connection_open(connection, check->options, CONNECTION_READER);
    if (code == SQLITE_OK)
        code = file_guard_check_opened(check->guard, connection);
    if (code != SQLITE_OK)
        return code;
    sqlite3_busy_timeout(connection->handle, check->options->busy_timeout_ms);
    sqlite3_progress_handler(connection->handle, STEPS_BETWEEN_LOOKS, is_stopping, check);
    pthread_mutex_lock(&lock);
    check->running = connection->handle;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static void close_connection(struct check *check)
{
    pthread_mutex_lock(&lock);
    check->running = NULL;
    pthread_mutex_unlock(&lock);
    connection_close(&check->connection);
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
static int run(struct check *check, enum statement which)
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

static int run_all(struct check *check)
{
    static const enum statement statements[] = {
        STATEMENT_CHECK_SETTINGS,          STATEMENT_CHECK_ORGANIZATIONS,
        STATEMENT_CHECK_INTEGRATIONS,      STATEMENT_CHECK_INTEGRATION_ROWS,
        STATEMENT_CHECK_ORGANIZATION_ROWS, STATEMENT_CHECK_COUNTERS,
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

static void check_database(struct check *check)
{
    int code = open_connection(check);
    if (code == SQLITE_OK)
        code = run_all(check);
    conclude(check, code);
    close_connection(check);
}

/* ---- Turns. The caller holds the lock ---- */

static void *run_thread(void *user);

/* Gives the turn to the first that a thread can be started for. */
static void start_first(void)
{
    while (first != NULL && !thread_start(&first->thread, run_thread, first)) {
        say(first, GQL_LOG_WARNING, "can't be checked: no thread can be started");
        first->state = CHECK_NONE;
        first = first->next;
    }
    if (first != NULL)
        first->state = CHECK_RUNNING;
}

static void append(struct check *check)
{
    struct check **link = &first;
    while (*link != NULL)
        link = &(*link)->next;
    *link = check;
    check->state = CHECK_WAITING;
}

static void remove_waiting(struct check *check)
{
    struct check **link = &first;
    while (*link != check)
        link = &(*link)->next;
    *link = check->next;
    check->state = CHECK_NONE;
}

static void *run_thread(void *user)
{
    struct check *check = user;
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* Of this thread, in Linux. */
    check_database(check);
    pthread_mutex_lock(&lock);
    first = check->next;
    check->state = CHECK_ENDED;
    start_first();
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return NULL;
}

static bool is_too_large(const struct sqlite_options *options)
{
    struct stat file;
    return stat(options->path, &file) != 0 || file.st_size > (off_t)options->check_mib << 20;
}

void check_start(struct check *check, const struct sqlite_options *options,
                 struct file_guard *guard, struct integrity *integrity)
{
    *check = (struct check){.options = options, .guard = guard, .integrity = integrity};
    if (is_too_large(options)) {
        say(check, GQL_LOG_WARNING,
            "was not closed the last time, and is not checked, since it is larger than "
            "database.checkMiB; to check it, run sqlite3's PRAGMA quick_check on a backup");
        return;
    }
    say(check, GQL_LOG_INFO, "was not closed the last time; it is checked in the background");
    pthread_mutex_lock(&lock);
    append(check);
    if (first == check)
        start_first();
    pthread_mutex_unlock(&lock);
}

/*
 * An interruption is lost between two statements, and SQLite's check of a table does not call the
 * progress handler: so it is repeated.
 */
static void interrupt_until_ended(struct check *check)
{
    atomic_store(&check->stopping, true);
    while (check->state == CHECK_RUNNING) {
        struct timespec until;
        if (check->running != NULL)
            sqlite3_interrupt(check->running);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += INTERRUPT_MILLISECONDS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&changed, &lock, &until);
    }
}

void check_stop(struct check *check)
{
    pthread_mutex_lock(&lock);
    if (check->state == CHECK_WAITING)
        remove_waiting(check);
    interrupt_until_ended(check);
    const bool ended = check->state == CHECK_ENDED;
    check->state = CHECK_NONE;
    pthread_mutex_unlock(&lock);
    if (ended)
        pthread_join(check->thread, NULL);
}
