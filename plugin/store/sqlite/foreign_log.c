// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/foreign_log.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/exclusive.h"
#include "plugin/store/sqlite/log_reader.h"
#include "plugin/store/sqlite/mark.h"
#include "plugin/store/sqlite/migrations.h"

enum {
    /* In the header of the database, its first page. Numbers are big-endian. */
    SCHEMA_NUMBER_PLACE = 40, /* The schema cookie. */
    APPLICATION_PLACE = 68,
    NUMBER_SIZE = 4,
    HEADER_SIZE = 100,
};

static const char magic[] = "SQLite format 3"; /* With its 0. */
static const uint8_t no_number[NUMBER_SIZE];

static bool has_plugins_number(const uint8_t *header)
{
    const uint8_t number[NUMBER_SIZE] = {APPLICATION_ID >> 24, APPLICATION_ID >> 16 & 0xff,
                                         APPLICATION_ID >> 8 & 0xff, APPLICATION_ID & 0xff};
    return memcmp(header + APPLICATION_PLACE, number, sizeof number) == 0;
}

/* As SQLite makes a file for a log, before anything is in it: the rest is still in the log. */
static bool is_without_schema(const uint8_t *header)
{
    return memcmp(header + APPLICATION_PLACE, no_number, sizeof no_number) == 0 &&
           memcmp(header + SCHEMA_NUMBER_PLACE, no_number, sizeof no_number) == 0;
}

/* Whether the file is no database of the plugin's, nor one that the log makes of it. */
static bool is_beside_another_file(struct log_reader *log, sqlite3_file *file)
{
    uint8_t header[HEADER_SIZE];
    struct log_frame frame;
    bool committed = false;
    const int code = file->pMethods->xRead(file, header, sizeof header, 0);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
        return false;
    const bool is_database = code == SQLITE_OK && memcmp(header, magic, sizeof magic) == 0;
    if (is_database && has_plugins_number(header))
        return false;
    const bool is_new = is_database && is_without_schema(header);
    while (log_reader_next(log, &frame)) {
        if (is_new && frame.page == 1)
            return false;
        committed = committed || frame.commits;
    }
    return committed;
}

/* What the database has in the place of the log's frame. Beyond its end, SQLite reads zeros. */
static enum mark_sight look_at_database(sqlite3_file *file, const struct log_reader *log,
                                        const struct log_frame *frame, struct mark *ret_mark)
{
    enum mark_sight sight = MARK_ELSEWHERE;
    uint8_t *page = malloc(log->page_size);
    const sqlite3_int64 place = (sqlite3_int64)(frame->page - 1) * (sqlite3_int64)log->page_size;
    if (page != NULL && file->pMethods->xRead(file, page, (int)log->page_size, place) == SQLITE_OK)
        sight = mark_find(page, log->page_size, ret_mark);
    free(page);
    return sight;
}

/* Whether the log begins with another state. Ends as soon as it may be the database's. */
static bool continues_another(struct log_reader *log, sqlite3_file *file)
{
    struct log_frame frame;
    struct mark ours = {0}, theirs;
    bool marked = false, committed = false;
    while (log_reader_next(log, &frame)) {
        const enum mark_sight sight = mark_find(frame.content, log->page_size, &theirs);
        /* Settings without a mark: others have written to the log. */
        if (sight == MARK_NONE || sight == MARK_TORN)
            return false;
        if (sight == MARK_FOUND && !marked) {
            marked = true;
            const enum mark_sight beside = look_at_database(file, log, &frame, &ours);
            if (beside == MARK_ELSEWHERE || beside == MARK_TORN || theirs.former == ours.now)
                return false;
        }
        if (sight == MARK_FOUND && theirs.now == ours.now)
            return false;
        committed = committed || (marked && frame.commits);
    }
    return committed;
}

/*
 * Whether the database's pages were ordered anew (VACUUM INTO): the number of its schema is then
 * higher than the original's. In one history it only grows.
 */
static bool is_rebuilt(struct log_reader *log, sqlite3_file *file)
{
    struct log_frame frame;
    uint8_t number[NUMBER_SIZE];
    bool known = false, higher = false;
    if (file->pMethods->xRead(file, number, sizeof number, SCHEMA_NUMBER_PLACE) != SQLITE_OK)
        return false;
    while (log_reader_next(log, &frame)) {
        if (frame.page == 1)
            higher = memcmp(number, frame.content + SCHEMA_NUMBER_PLACE, sizeof number) > 0;
        known = known || (higher && frame.commits);
    }
    return known && higher;
}

typedef bool judge_fn(struct log_reader *log, sqlite3_file *file);

static bool read_log(judge_fn *judge, const char *log_path, sqlite3_file *file)
{
    struct log_reader log;
    const bool foreign = log_reader_open(&log, log_path) && judge(&log, file);
    log_reader_close(&log);
    return foreign;
}

enum finding { LOG_IS_OWN, LOG_IS_FOREIGN, FILE_IS_FOREIGN };

static enum finding look(const char *path, const char *log_path, int busy_timeout_ms)
{
    struct exclusive exclusive;
    enum finding finding = LOG_IS_OWN;
    if (exclusive_take(&exclusive, path, busy_timeout_ms)) {
        if (read_log(is_beside_another_file, log_path, exclusive.file))
            finding = FILE_IS_FOREIGN;
        else if (read_log(continues_another, log_path, exclusive.file) ||
                 read_log(is_rebuilt, log_path, exclusive.file))
            finding = LOG_IS_FOREIGN;
    }
    exclusive_give(&exclusive);
    return finding;
}

static int32_t refuse_log(const char *path, const char *log_path, gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' is not the log of '%s': it continues another state of that "
                "database, and would damage it. Nothing was changed. If a backup was restored, "
                "move the -wal and the -shm away; otherwise restore the database and the -wal "
                "that belong together",
                log_path, path);
}

static int32_t refuse_file(const char *path, const char *log_path, gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' is no database of this plugin, and '%s' has changes that "
                "would overwrite it. Nothing was changed. Put the database back that belongs to "
                "the -wal, or restore a backup and move the -wal and the -shm away; if both belong "
                "to another application, give the plugin a file of its own",
                path, log_path);
}

int32_t foreign_log_refuse(const char *path, const struct sqlite_options *options,
                           gql_failure *failure)
{
    char log_path[PATH_MAX + 8];
    struct stat found;
    snprintf(log_path, sizeof log_path, "%s-wal", path);
    if (stat(log_path, &found) != 0 || found.st_size == 0)
        return GQL_OK;
    const enum finding finding = look(path, log_path, options->busy_timeout_ms);
    return finding == LOG_IS_OWN       ? GQL_OK
           : finding == LOG_IS_FOREIGN ? refuse_log(path, log_path, failure)
                                       : refuse_file(path, log_path, failure);
}
