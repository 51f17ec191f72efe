// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/undelete.h"

#include "plugin/base/failure.h"
#include "plugin/base/limits.h"
#include "plugin/store/sqlite/maintenance/deleted.h"
#include "plugin/store/sqlite/maintenance/intake.h"
#include "plugin/store/sqlite/row.h"
#include "plugin/store/sqlite/trail_writer.h"

/* A copy of what was found, if it was. */
struct found {
    bool is;
    bool failed; /* For want of memory. */
    struct integration_copy copy;
};

static bool take(void *user, const struct deleted_integration *deleted)
{
    struct found *found = user;
    found->is = true;
    found->failed = !integration_copy_init(&found->copy, &deleted->integration);
    return false;
}

/* ---- What is not deleted ---- */

static int32_t take_live(struct database_access *access, sqlite3_stmt *row,
                         struct undeletion *undeletion, gql_failure *failure)
{
    struct integration live;
    struct store_detail detail;
    enum store_status status = row_integration(row, &live, &detail);
    if (status == STORE_OK)
        status = row_text(row, 7, ORGANIZATION_ID_MAX, &live.organization_id, &detail);
    return status == STORE_OK ? undeletion_refuse(undeletion, &live, failure)
                              : database_access_fail_status(access, status, &detail, failure);
}

static int32_t look_among_live(struct database_access *access, struct undeletion *undeletion,
                               bool *ret_found, gql_failure *failure)
{
    int32_t result = GQL_OK;
    sqlite3_stmt *find = connection_statement(&access->connection, STATEMENT_FIND_ROW);
    if (find == NULL)
        return database_access_fail(access, "reading", failure);
    bind_identifier(find, 1, &undeletion->id);
    const int code = sqlite3_step(find);
    *ret_found = code == SQLITE_ROW;
    if (*ret_found)
        result = take_live(access, find, undeletion, failure);
    else if (code != SQLITE_DONE)
        result = connection_fail_with(&access->connection, code, "reading", failure);
    sqlite3_reset(find);
    return result;
}

/* Whether a trail has events of it. */
static int32_t look_in_trails(struct database_access *access, struct undeletion *undeletion,
                              gql_failure *failure)
{
    sqlite3_stmt *find = connection_statement(&access->connection, STATEMENT_FIND_ENTITY);
    if (find == NULL)
        return database_access_fail(access, "reading", failure);
    bind_identifier(find, 1, &undeletion->id);
    const int code = sqlite3_step(find);
    sqlite3_reset(find);
    undeletion->outcome = code == SQLITE_ROW ? UNDELETE_NOT_KEPT : UNDELETE_NOT_KNOWN;
    return code == SQLITE_ROW || code == SQLITE_DONE
               ? GQL_OK
               : connection_fail_with(&access->connection, code, "reading", failure);
}

static int32_t explain(struct database_access *access, struct undeletion *undeletion,
                       gql_failure *failure)
{
    bool found = false;
    const int32_t code = look_among_live(access, undeletion, &found, failure);
    return code == GQL_OK && !found ? look_in_trails(access, undeletion, failure) : code;
}

/* ---- Bringing it back ---- */

static int32_t drop_deleted(struct database_access *access, const struct integration *deleted,
                            gql_failure *failure)
{
    sqlite3_stmt *drop = connection_statement(&access->connection, STATEMENT_DROP_DELETED);
    if (drop == NULL)
        return database_access_fail(access, "writing", failure);
    bind_identifier(drop, 1, &deleted->id);
    bind_text(drop, 2, deleted->organization_id);
    const int code = statement_run(drop);
    return code == SQLITE_OK ? GQL_OK
                             : connection_fail_with(&access->connection, code, "writing", failure);
}

static int32_t record(struct database_access *access, const struct undeletion *undeletion,
                      const struct integration *deleted, gql_failure *failure)
{
    struct store_detail detail;
    struct trail_writer writer = {.connection = &access->connection};
    struct trail_facts facts = {
        .unix_milliseconds = undeletion->unix_milliseconds,
        .request = undeletion->request,
        .organization_id = deleted->organization_id,
        .entity = deleted->id,
        .before = deleted,
        .after = &undeletion->result.integration,
        .restored = true,
    };
    trail_writer_begin(&writer);
    const enum store_status status = trail_writer_add(&writer, &facts, &detail);
    if (status == STORE_ERASED)
        return fail(failure, GQL_E_UNAVAILABLE, "organization '%.*s' was erased from '%s'",
                    (int)deleted->organization_id.size, deleted->organization_id.data,
                    access->path);
    if (status != STORE_OK)
        return database_access_fail_status(access, status, &detail, failure);
    const int code = trail_writer_end(&writer);
    return code == SQLITE_OK ? GQL_OK
                             : connection_fail_with(&access->connection, code, "writing", failure);
}

static int32_t bring_back(struct intake *intake, struct undeletion *undeletion,
                          const struct integration *deleted, gql_failure *failure)
{
    int32_t code = drop_deleted(intake->access, deleted, failure);
    if (code == GQL_OK)
        code = intake_integration(intake, &undeletion->result.integration, failure);
    if (code == GQL_OK)
        code = record(intake->access, undeletion, deleted, failure);
    return code == GQL_OK ? intake_commit(intake, failure) : code;
}

/* ---- The whole ---- */

static int32_t judge(struct intake *intake, struct undeletion *undeletion,
                     const struct found *found, gql_failure *failure)
{
    if (found->failed)
        return fail_no_memory(failure);
    if (!found->is)
        return explain(intake->access, undeletion, failure);
    const struct integration *deleted = &found->copy.integration;
    const int32_t code = undeletion_restore(undeletion, deleted, failure);
    return code == GQL_OK && undeletion->outcome == UNDELETE_DONE
               ? bring_back(intake, undeletion, deleted, failure)
               : code;
}

int32_t database_undelete(struct database_access *access, struct undeletion *undeletion,
                          gql_failure *failure)
{
    struct intake intake;
    struct found found = {.is = false};
    int32_t code = intake_begin(&intake, access, failure);
    if (code == GQL_OK)
        code = database_deleted_find(access, &undeletion->id, take, &found, failure);
    if (code == GQL_OK)
        code = judge(&intake, undeletion, &found, failure);
    intake_end(&intake);
    integration_copy_finish(&found.copy);
    return code;
}
