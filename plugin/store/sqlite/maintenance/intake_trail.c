// SPDX-License-Identifier: MIT
#include "plugin/base/failure.h"
#include "plugin/store/sqlite/maintenance/intake.h"
#include "plugin/store/sqlite/maintenance/trails.h"
#include "plugin/store/sqlite/row.h"
#include "plugin/store/sqlite/trail_sweep.h"

static int32_t fail_here(const struct intake *intake, gql_failure *failure)
{
    return database_access_fail(intake->access, "importing", failure);
}

static int32_t refuse_trail(const struct intake *intake, struct text organization_id,
                            gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "organization '%.*s' has another audit trail in '%s' already; nothing was imported "
                "into it. Import into a database that does not know the organization",
                (int)organization_id.size, organization_id.data, intake->access->path);
}

/* ---- What is there ---- */

struct stored_event {
    struct trail_hash hash;
    bool is;
};

static bool take_hash(void *user, const struct trail_event *event)
{
    *(struct stored_event *)user = (struct stored_event){event->hash, true};
    return false;
}

/* Whether the trail has this very event, as far as it was not removed. */
static int32_t has_event(struct intake *intake, struct text id, const struct trail_head *event,
                         bool *ret_has, gql_failure *failure)
{
    struct stored_event stored = {.is = false};
    const struct trail_head *removed = &intake->checkpoint.head;
    const struct store_event_range range = {.organization_id = id, .after = event->length - 1};
    if (event->length <= removed->length) {
        *ret_has = event->length < removed->length ||
                   trail_hash_equal(&event->hash, &removed->hash);
        return GQL_OK;
    }
    const int32_t code = database_trail_read(intake->access, &range, take_hash, &stored, failure);
    *ret_has = stored.is && trail_hash_equal(&stored.hash, &event->hash);
    return code;
}

/* ---- What is taken ---- */

static int32_t run(struct intake *intake, sqlite3_stmt *statement, gql_failure *failure)
{
    return statement_run(statement) == SQLITE_OK ? GQL_OK : fail_here(intake, failure);
}

static int32_t put_head(struct intake *intake, const struct trail_head *head, gql_failure *failure)
{
    sqlite3_stmt *put = connection_statement(&intake->access->connection, STATEMENT_PUT_TRAIL);
    if (put == NULL)
        return fail_here(intake, failure);
    intake->head = *head;
    sqlite3_bind_int64(put, 1, intake->key);
    sqlite3_bind_int64(put, 2, head->length);
    sqlite3_bind_blob(put, 3, intake->head.hash.bytes, TRAIL_HASH_SIZE, SQLITE_STATIC);
    return run(intake, put, failure);
}

static int32_t append(struct intake *intake, const struct trail_event *event, gql_failure *failure)
{
    sqlite3_stmt *add_event = connection_statement(&intake->access->connection,
                                                   STATEMENT_ADD_EVENT);
    if (add_event == NULL)
        return fail_here(intake, failure);
    sqlite3_bind_int64(add_event, 1, intake->key);
    sqlite3_bind_int64(add_event, 2, event->sequence);
    bind_identifier(add_event, 3, &event->entity);
    if (event->body.data != NULL)
        sqlite3_bind_blob(add_event, 4, event->salt, TRAIL_SALT_SIZE, SQLITE_STATIC);
    sqlite3_bind_blob(add_event, 5, event->digest.bytes, TRAIL_HASH_SIZE, SQLITE_STATIC);
    sqlite3_bind_blob(add_event, 6, event->hash.bytes, TRAIL_HASH_SIZE, SQLITE_STATIC);
    bind_text(add_event, 7, event->body);
    const int32_t code = run(intake, add_event, failure);
    return code == GQL_OK
               ? put_head(intake, &(struct trail_head){event->sequence, event->hash}, failure)
               : code;
}

int32_t intake_event(struct intake *intake, struct text organization_id,
                     const struct trail_event *event, gql_failure *failure)
{
    bool has = false;
    const struct trail_head given = {event->sequence, event->hash};
    int32_t code = intake_enter(intake, organization_id, failure);
    if (code == GQL_OK && event->sequence <= intake->head.length)
        code = has_event(intake, organization_id, &given, &has, failure);
    if (code != GQL_OK || has)
        return code;
    const struct trail_hash next = trail_link(&intake->head.hash, event);
    return event->sequence == intake->head.length + 1 && trail_hash_equal(&next, &event->hash)
               ? append(intake, event, failure)
               : refuse_trail(intake, organization_id, failure);
}

static int32_t begin_trail(struct intake *intake, const struct trail_checkpoint *checkpoint,
                           gql_failure *failure)
{
    struct store_detail detail;
    const enum store_status status = trail_sweep_set(&intake->access->connection, intake->key,
                                                     checkpoint, &detail);
    if (status != STORE_OK)
        return database_access_fail_status(intake->access, status, &detail, failure);
    intake->checkpoint = *checkpoint;
    return put_head(intake, &checkpoint->head, failure);
}

int32_t intake_checkpoint(struct intake *intake, struct text organization_id,
                          const struct trail_checkpoint *checkpoint, gql_failure *failure)
{
    bool has = false;
    int32_t code = intake_enter(intake, organization_id, failure);
    if (code == GQL_OK && intake->head.length == 0)
        return begin_trail(intake, checkpoint, failure);
    if (code == GQL_OK && checkpoint->head.length <= intake->head.length)
        code = has_event(intake, organization_id, &checkpoint->head, &has, failure);
    return code == GQL_OK && !has ? refuse_trail(intake, organization_id, failure) : code;
}

int32_t intake_consumer(struct intake *intake, struct text organization_id, struct text name,
                        int64_t position, gql_failure *failure)
{
    const int32_t code = intake_enter(intake, organization_id, failure);
    if (code != GQL_OK)
        return code;
    sqlite3_stmt *put = connection_statement(&intake->access->connection,
                                             STATEMENT_IMPORT_CONSUMER);
    if (put == NULL)
        return fail_here(intake, failure);
    sqlite3_bind_int64(put, 1, intake->key);
    bind_text(put, 2, name);
    sqlite3_bind_int64(put, 3, position);
    return run(intake, put, failure);
}
