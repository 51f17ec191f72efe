// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/trail_sweep.h"

#include "vault/timestamp.h"

enum { ORGANIZATIONS_PER_STEP = 1000, EVENTS_PER_STEP = 100 };

struct step {
    struct connection *connection;
    char before[VAULT_TIMESTAMP_SIZE]; /* As events say it. */
    int64_t now;
    struct store_detail *detail;
};

static enum store_status run(const struct step *step, sqlite3_stmt *statement)
{
    const int code = statement_run(statement);
    return code == SQLITE_OK ? STORE_OK : connection_status(step->connection, code, step->detail);
}

/* ---- Which trail ---- */

/* *ret_key: of the next organization that has something to be removed, 0: none of the step's. */
static enum store_status find(const struct step *step, const struct trail_sweep *sweep,
                              int64_t *ret_key, bool *ret_last)
{
    sqlite3_stmt *statement = connection_statement(step->connection, STATEMENT_FIND_OLD_TRAIL);
    if (statement == NULL)
        return connection_failure(step->connection, step->detail);
    sqlite3_bind_int64(statement, 1, sweep->key);
    sqlite3_bind_int64(statement, 2, sweep->key + ORGANIZATIONS_PER_STEP);
    bind_text(statement, 3, text_of(step->before));
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *ret_key = sqlite3_column_int64(statement, 0);
        *ret_last = sqlite3_column_int64(statement, 1) <= sweep->key + ORGANIZATIONS_PER_STEP;
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_ROW ? STORE_OK : connection_status(step->connection, code, step->detail);
}

/* ---- Its events ---- */

/* The last of the first events that are all old. */
static enum store_status find_end(const struct step *step, int64_t key, struct trail_head *ret_end)
{
    sqlite3_stmt *events = connection_statement(step->connection, STATEMENT_GET_FIRST_EVENTS);
    if (events == NULL)
        return connection_failure(step->connection, step->detail);
    sqlite3_bind_int64(events, 1, key);
    bind_text(events, 2, text_of(step->before));
    sqlite3_bind_int(events, 3, EVENTS_PER_STEP);
    int code;
    while ((code = sqlite3_step(events)) == SQLITE_ROW && sqlite3_column_int(events, 2) == 1) {
        ret_end->length = sqlite3_column_int64(events, 0);
        const void *hash = sqlite3_column_blob(events, 1);
        if (hash != NULL && sqlite3_column_bytes(events, 1) == TRAIL_HASH_SIZE)
            memcpy(ret_end->hash.bytes, hash, TRAIL_HASH_SIZE);
    }
    sqlite3_reset(events);
    sqlite3_clear_bindings(events);
    return code == SQLITE_ROW || code == SQLITE_DONE
               ? STORE_OK
               : connection_status(step->connection, code, step->detail);
}

static enum store_status remove_events(const struct step *step, int64_t key, int64_t last)
{
    sqlite3_stmt *statement = connection_statement(step->connection, STATEMENT_REMOVE_EVENTS);
    if (statement == NULL)
        return connection_failure(step->connection, step->detail);
    sqlite3_bind_int64(statement, 1, key);
    sqlite3_bind_int64(statement, 2, last);
    return run(step, statement);
}

static enum store_status shorten(const struct step *step, int64_t key)
{
    struct trail_checkpoint checkpoint = {.time = step->now};
    enum store_status status = find_end(step, key, &checkpoint.head);
    if (status == STORE_OK && checkpoint.head.length > 0)
        status = trail_sweep_set(step->connection, key, &checkpoint, step->detail);
    if (status == STORE_OK && checkpoint.head.length > 0)
        status = remove_events(step, key, checkpoint.head.length);
    return status;
}

enum store_status trail_sweep_step(struct trail_sweep *sweep, struct connection *connection,
                                   int64_t before, int64_t now, bool *ret_more,
                                   struct store_detail *detail)
{
    struct step step = {.connection = connection, .now = now, .detail = detail};
    int64_t key = 0;
    bool last = false;
    vault_timestamp_write(before, step.before);
    const enum store_status status = find(&step, sweep, &key, &last);
    if (status != STORE_OK)
        return status;
    *ret_more = key != 0 || !last;
    if (key != 0) {
        sweep->key = key - 1; /* It may have more. */
        return shorten(&step, key);
    }
    sweep->key = last ? 0 : sweep->key + ORGANIZATIONS_PER_STEP;
    return STORE_OK;
}

/* ---- The checkpoint ---- */

enum store_status trail_sweep_checkpoint(struct connection *connection, struct text organization_id,
                                         struct trail_checkpoint *ret_checkpoint,
                                         struct store_detail *detail)
{
    *ret_checkpoint = (struct trail_checkpoint){.head = trail_start(organization_id)};
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_CHECKPOINT);
    if (statement == NULL)
        return connection_failure(connection, detail);
    bind_text(statement, 1, organization_id);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW && sqlite3_column_int64(statement, 0) != 0) {
        const void *hash = sqlite3_column_blob(statement, 1);
        *ret_checkpoint = (struct trail_checkpoint){
            .head.length = sqlite3_column_int64(statement, 0),
            .time = sqlite3_column_int64(statement, 2),
        };
        if (hash != NULL && sqlite3_column_bytes(statement, 1) == TRAIL_HASH_SIZE)
            memcpy(ret_checkpoint->head.hash.bytes, hash, TRAIL_HASH_SIZE);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? STORE_OK
                                                     : connection_status(connection, code, detail);
}

enum store_status trail_sweep_set(struct connection *connection, int64_t organization,
                                  const struct trail_checkpoint *checkpoint,
                                  struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_PUT_CHECKPOINT);
    if (statement == NULL)
        return connection_failure(connection, detail);
    sqlite3_bind_int64(statement, 1, organization);
    sqlite3_bind_int64(statement, 2, checkpoint->head.length);
    sqlite3_bind_blob(statement, 3, checkpoint->head.hash.bytes, TRAIL_HASH_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, checkpoint->time);
    return run(&(struct step){.connection = connection, .detail = detail}, statement);
}
