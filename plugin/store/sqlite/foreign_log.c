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

enum {
    /* The schema cookie, big-endian, in the header of the database: its first page. */
    SCHEMA_NUMBER_PLACE = 40,
    SCHEMA_NUMBER_SIZE = 4,
};

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
    uint8_t number[SCHEMA_NUMBER_SIZE];
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

static bool look(const char *path, const char *log_path, int busy_timeout_ms)
{
    struct exclusive exclusive;
    const bool foreign = exclusive_take(&exclusive, path, busy_timeout_ms) &&
                         (read_log(continues_another, log_path, exclusive.file) ||
                          read_log(is_rebuilt, log_path, exclusive.file));
    exclusive_give(&exclusive);
    return foreign;
}

int32_t foreign_log_refuse(const char *path, const struct sqlite_options *options,
                           gql_failure *failure)
{
    char log_path[PATH_MAX + 8];
    struct stat found;
    snprintf(log_path, sizeof log_path, "%s-wal", path);
    if (stat(log_path, &found) != 0 || found.st_size == 0 ||
        !look(path, log_path, options->busy_timeout_ms))
        return GQL_OK;
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' is not the log of '%s': it continues another state of that "
                "database, and would damage it. Nothing was changed. If a backup was restored, "
                "move the -wal and the -shm away; otherwise restore the database and the -wal "
                "that belong together",
                log_path, path);
}
