// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/erasure.h"

#include <stdlib.h>
#include <time.h>

#include "plugin/base/deadline.h"
#include "plugin/base/failure.h"
#include "plugin/store/sqlite/maintenance/schema_check.h"
#include "plugin/store/sqlite/mark.h"
#include "plugin/store/sqlite/minting.h"
#include "vault/timestamp.h"

enum { ROWS_PER_STEP = 256 };

static int32_t fail_here(const struct erasure *erasure, gql_failure *failure)
{
    return database_access_fail(erasure->access, "erasing", failure);
}

static sqlite3_stmt *statement_of(const struct erasure *erasure, enum statement which)
{
    return connection_statement(&erasure->access->connection, which);
}

/* ---- The tombstone ---- */

/* *ret_rows is how much there is to erase. */
static int32_t read_tombstone(struct erasure *erasure, struct text id, gql_failure *failure)
{
    sqlite3_stmt *get = statement_of(erasure, STATEMENT_GET_TOMBSTONE);
    if (get == NULL)
        return fail_here(erasure, failure);
    bind_text(get, 1, id);
    const int code = sqlite3_step(get);
    if (code == SQLITE_ROW) {
        const struct text text = column_text(get, 1);
        erasure->key = sqlite3_column_int64(get, 0);
        erasure->all = sqlite3_column_int64(get, 2);
        if (text.data != NULL)
            erasure->tombstone = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
        if (text.data != NULL && erasure->tombstone == NULL) /* Nobody's: it is made anew. */
            erasure->tombstone = json_object();
    }
    sqlite3_reset(get);
    sqlite3_clear_bindings(get);
    if (code == SQLITE_ROW)
        return GQL_OK;
    return code != SQLITE_DONE
               ? fail_here(erasure, failure)
               : fail(failure, GQL_E_UNAVAILABLE, "'%s' knows no organization '%.*s'",
                      erasure->access->path, (int)id.size, id.data);
}

static bool set_time(const struct erasure *erasure, const char *name)
{
    char time[VAULT_TIMESTAMP_SIZE];
    vault_timestamp_write(erasure->unix_milliseconds(), time);
    return json_object_set_new(erasure->tombstone, name, json_string(time)) == 0;
}

/* Within a write transaction. */
static int32_t put_tombstone(struct erasure *erasure, gql_failure *failure)
{
    sqlite3_stmt *put = statement_of(erasure, STATEMENT_PUT_TOMBSTONE);
    char *text = erasure->tombstone == NULL ? NULL : json_dumps(erasure->tombstone, JSON_COMPACT);
    if (put == NULL || (text == NULL && erasure->tombstone != NULL)) {
        free(text);
        return put == NULL ? fail_here(erasure, failure) : fail_no_memory(failure);
    }
    sqlite3_bind_int64(put, 1, erasure->key);
    bind_text(put, 2, text_of(text));
    const int code = statement_run(put);
    free(text);
    return code == SQLITE_OK ? GQL_OK : fail_here(erasure, failure);
}

/* ---- Steps ---- */

/* Others get as much time as the step has taken. */
static void pause_as_long(uint64_t began)
{
    const uint64_t took = monotonic_now() - began;
    nanosleep(&(struct timespec){.tv_sec = (time_t)(took / 1000000000u),
                                 .tv_nsec = (long)(took % 1000000000u)},
              NULL);
}

/* Ends the transaction of a step. */
static int32_t commit(struct erasure *erasure, int32_t so_far, gql_failure *failure)
{
    struct connection *connection = &erasure->access->connection;
    int32_t result = so_far == GQL_OK ? put_tombstone(erasure, failure) : so_far;
    if (result == GQL_OK && mark_advance(connection) != SQLITE_OK)
        result = fail_here(erasure, failure);
    const int code = result == GQL_OK ? connection_end(connection, STATEMENT_COMMIT) : SQLITE_OK;
    if (code != SQLITE_OK)
        result = connection_fail_with(connection, code, "committing", failure);
    database_access_rollback(erasure->access);
    return result;
}

/* In the tombstone, so that who was killed need not count again. */
static bool count(struct erasure *erasure, const char *table, long long rows)
{
    json_t *removed = json_object_get(erasure->tombstone, "removed");
    const json_int_t before = json_integer_value(json_object_get(removed, table));
    erasure->done += rows;
    erasure->advanced(erasure->user, erasure->done, erasure->all);
    return json_object_set_new(removed, table, json_integer(before + rows)) == 0;
}

/* Some rows or events: the statement is bound. */
static int32_t step(struct erasure *erasure, sqlite3_stmt *statement, const char *table,
                    sqlite3_int64 *ret_last, bool *ret_more, gql_failure *failure)
{
    int code;
    int rows = 0;
    const uint64_t began = monotonic_now();
    int32_t result = database_access_begin(erasure->access, STATEMENT_BEGIN_WRITE, failure);
    if (result != GQL_OK)
        return result;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (sqlite3_column_int64(statement, 0) > *ret_last)
            *ret_last = sqlite3_column_int64(statement, 0);
    }
    rows = sqlite3_changes(erasure->access->connection.handle);
    sqlite3_reset(statement);
    if (code != SQLITE_DONE)
        result = fail_here(erasure, failure);
    *ret_more = rows > 0;
    if (result != GQL_OK || rows == 0) {
        database_access_rollback(erasure->access);
        return result;
    }
    result = commit(erasure, count(erasure, table, rows) ? GQL_OK : fail_no_memory(failure),
                    failure);
    pause_as_long(began);
    return result;
}

static int32_t take_steps(struct erasure *erasure, sqlite3_stmt *statement, const char *table,
                          gql_failure *failure)
{
    int32_t code = GQL_OK;
    sqlite3_int64 last = 0;
    bool more = true;
    const bool is_ordered = sqlite3_bind_parameter_count(statement) > 2;
    sqlite3_bind_int64(statement, 1, erasure->key);
    sqlite3_bind_int(statement, 2, ROWS_PER_STEP);
    while (code == GQL_OK && more) {
        if (is_ordered)
            sqlite3_bind_int64(statement, 3, last);
        code = step(erasure, statement, table, &last, &more, failure);
    }
    return code;
}

/* ---- Rows ---- */

static int32_t erase_table(struct erasure *erasure, const char *table, const char *sql,
                           gql_failure *failure)
{
    sqlite3_stmt *deletion = NULL;
    const int code = sqlite3_prepare_v2(erasure->access->connection.handle, sql, -1, &deletion,
                                        NULL);
    const int32_t result = code == SQLITE_OK ? take_steps(erasure, deletion, table, failure)
                                             : fail_here(erasure, failure);
    sqlite3_finalize(deletion);
    return result;
}

/* The list is read before: each table's steps end transactions. */
static int32_t list_deletions(const struct erasure *erasure, json_t *list, gql_failure *failure)
{
    int code;
    bool kept = true;
    sqlite3_stmt *tables = statement_of(erasure, STATEMENT_LIST_DELETIONS);
    if (tables == NULL)
        return fail_here(erasure, failure);
    while (kept && (code = sqlite3_step(tables)) == SQLITE_ROW)
        kept = json_object_set_new(list, column_text(tables, 0).data,
                                   json_string(column_text(tables, 1).data)) == 0;
    sqlite3_reset(tables);
    if (!kept)
        return fail_no_memory(failure);
    return code == SQLITE_DONE ? GQL_OK : fail_here(erasure, failure);
}

static int32_t erase_rows(struct erasure *erasure, gql_failure *failure)
{
    const char *table;
    json_t *sql;
    json_auto_t *list = json_object();
    int32_t code = list_deletions(erasure, list, failure);
    json_object_foreach(list, table, sql) {
        if (code == GQL_OK)
            code = erase_table(erasure, table, json_string_value(sql), failure);
    }
    return code;
}

/* Last: what changed until the organization's rows were gone has an event, too. */
static int32_t erase_bodies(struct erasure *erasure, gql_failure *failure)
{
    sqlite3_stmt *bodies = statement_of(erasure, STATEMENT_ERASE_BODIES);
    return bodies == NULL ? fail_here(erasure, failure)
                          : take_steps(erasure, bodies, "event", failure);
}

/* ---- From outside ---- */

static void note_fault(void *user, struct text type, struct text name, const char *what)
{
    (void)type;
    (void)name;
    (void)what;
    *(bool *)user = true;
}

/* A trigger of somebody else could keep what is deleted. */
static int32_t check_schema(const struct erasure *erasure, gql_failure *failure)
{
    bool is_foreign = false;
    struct database_access *access = erasure->access;
    const int32_t code = database_access_check_schema(access, failure);
    if (code != GQL_OK)
        return code;
    if (schema_check_run(&access->connection, access->schema, note_fault, &is_foreign) != SQLITE_OK)
        return fail_here(erasure, failure);
    return !is_foreign ? GQL_OK
                       : fail(failure, GQL_E_UNAVAILABLE,
                              "'%s' does not have the tables and triggers that this plugin makes, "
                              "or has others; integrationsctl check says which",
                              access->path);
}

/* Whatever is deleted, its ID is never given to another. */
static int32_t note_highest_id(const struct erasure *erasure, gql_failure *failure)
{
    struct store_detail detail;
    enum store_status status = STORE_OK;
    sqlite3_stmt *get = statement_of(erasure, STATEMENT_GET_HIGHEST_ID_OF);
    if (get == NULL)
        return fail_here(erasure, failure);
    sqlite3_bind_int64(get, 1, erasure->key);
    const bool found = sqlite3_step(get) == SQLITE_ROW;
    const struct identifier id = column_identifier(get, 0);
    const bool has_rows = sqlite3_column_type(get, 0) != SQLITE_NULL;
    sqlite3_reset(get);
    if (found && has_rows)
        status = minting_note_deleted(&erasure->access->connection, &id, &detail);
    if (status != STORE_OK)
        return database_access_fail_status(erasure->access, status, &detail, failure);
    return found ? GQL_OK : fail_here(erasure, failure);
}

static int32_t make_tombstone(struct erasure *erasure, gql_failure *failure)
{
    int32_t code = database_access_begin(erasure->access, STATEMENT_BEGIN_WRITE, failure);
    if (code != GQL_OK)
        return code;
    erasure->tombstone = json_pack("{s:{}}", "removed");
    code = note_highest_id(erasure, failure);
    if (code == GQL_OK && (erasure->tombstone == NULL || !set_time(erasure, "time")))
        code = fail_no_memory(failure);
    return commit(erasure, code, failure);
}

int32_t erasure_begin(struct erasure *erasure, struct database_access *access, struct text id,
                      bool makes, gql_failure *failure)
{
    erasure->access = access;
    int32_t code = check_schema(erasure, failure);
    if (code == GQL_OK)
        code = read_tombstone(erasure, id, failure);
    if (code == GQL_OK && makes && json_object_get(erasure->tombstone, "removed") == NULL) {
        json_decref(erasure->tombstone);
        code = make_tombstone(erasure, failure);
    }
    return code;
}

bool erasure_is_finished(const struct erasure *erasure)
{
    return json_object_get(erasure->tombstone, "finished") != NULL;
}

static int32_t finish(struct erasure *erasure, gql_failure *failure)
{
    if (!set_time(erasure, "finished"))
        return fail_no_memory(failure);
    const int32_t code = database_access_begin(erasure->access, STATEMENT_BEGIN_WRITE, failure);
    return code == GQL_OK ? commit(erasure, code, failure) : code;
}

int32_t erasure_run(struct erasure *erasure, enum scrub_result *ret_result, gql_failure *failure)
{
    const struct scrub scrub = {erasure->user, erasure->advanced};
    int32_t code = erase_rows(erasure, failure);
    if (code == GQL_OK)
        code = erase_bodies(erasure, failure);
    if (code == GQL_OK)
        code = scrub_run(&scrub, erasure->access, ret_result, failure);
    return code == GQL_OK && *ret_result != SCRUB_HELD ? finish(erasure, failure) : code;
}

int32_t erasure_forget(struct erasure *erasure, gql_failure *failure)
{
    json_decref(erasure->tombstone);
    erasure->tombstone = NULL;
    const int32_t code = database_access_begin(erasure->access, STATEMENT_BEGIN_WRITE, failure);
    return code == GQL_OK ? commit(erasure, code, failure) : code;
}

void erasure_end(struct erasure *erasure)
{
    json_decref(erasure->tombstone);
    erasure->tombstone = NULL;
}
