// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/intake.h"

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/maintenance/trails.h"
#include "plugin/store/sqlite/mark.h"
#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/migrations.h"
#include "plugin/store/sqlite/minting.h"
#include "plugin/store/sqlite/row.h"
#include "plugin/store/sqlite/trail_rows.h"
#include "plugin/store/sqlite/trail_sweep.h"

static int32_t fail_here(const struct intake *intake, gql_failure *failure)
{
    return database_access_fail(intake->access, "importing", failure);
}

/* ---- Beginning ---- */

static int32_t open_collation(struct intake *intake, gql_failure *failure)
{
    char made[256] = {0}, locale[256];
    if (metadata_read(&intake->access->connection, "collation", made, (int)sizeof made - 1) < 0)
        return fail_here(intake, failure);
    if (!collation_fingerprint_locale(made, locale, sizeof locale))
        return fail(failure, GQL_E_UNAVAILABLE, "'%s' does not name the collation of its order",
                    intake->access->path);
    const int32_t code = collation_open(locale, &intake->collation, failure);
    if (code != GQL_OK || strcmp(collation_fingerprint(intake->collation), made) == 0)
        return code;
    return fail(failure, GQL_E_UNAVAILABLE,
                "the order of '%s' was made with '%s', and this tool has '%s': use the tool where "
                "the gateways run",
                intake->access->path, made, collation_fingerprint(intake->collation));
}

int32_t intake_begin(struct intake *intake, struct database_access *access, gql_failure *failure)
{
    *intake = (struct intake){.access = access};
    int32_t code = database_access_check_schema(access, failure);
    if (code == GQL_OK)
        code = open_collation(intake, failure);
    return code == GQL_OK ? database_access_begin(access, STATEMENT_BEGIN_WRITE, failure) : code;
}

/* ---- The organization ---- */

static int32_t add_organization(struct intake *intake, struct text id, gql_failure *failure)
{
    sqlite3_stmt *add = connection_statement(&intake->access->connection,
                                             STATEMENT_ADD_ORGANIZATION);
    if (add == NULL)
        return fail_here(intake, failure);
    bind_text(add, 1, id);
    const bool added = sqlite3_step(add) == SQLITE_ROW;
    if (added)
        intake->key = sqlite3_column_int64(add, 0);
    sqlite3_reset(add);
    sqlite3_clear_bindings(add);
    return added ? GQL_OK : fail_here(intake, failure);
}

static int32_t refuse_erased(const struct intake *intake, struct text id, gql_failure *failure)
{
    return fail(failure, GQL_E_UNAVAILABLE,
                "organization '%.*s' was erased from '%s', as its tombstone says; nothing was "
                "imported into it. integrationsctl tenants resume --force lets it in again",
                (int)id.size, id.data, intake->access->path);
}

int32_t intake_enter(struct intake *intake, struct text id, gql_failure *failure)
{
    struct trail_row row;
    struct store_detail detail;
    if (text_equal(tenant_id_text(&intake->organization), id))
        return GQL_OK;
    enum store_status status = trail_rows_find_to_append(&intake->access->connection, id, &row,
                                                         &detail);
    if (status == STORE_OK)
        status = trail_sweep_checkpoint(&intake->access->connection, id, &intake->checkpoint,
                                        &detail);
    if (status != STORE_OK)
        return database_access_fail_status(intake->access, status, &detail, failure);
    if (row.erased)
        return refuse_erased(intake, id, failure);
    tenant_id_set(&intake->organization, id);
    intake->head = row.head;
    intake->key = row.organization;
    return row.organization != 0 ? GQL_OK : add_organization(intake, id, failure);
}

/* ---- Integrations ---- */

static bool is_same(const struct integration *a, const struct integration *b)
{
    return a->version == b->version && a->is_active == b->is_active &&
           text_equal(a->title, b->title) && text_equal(a->credential_ref, b->credential_ref) &&
           (a->credential_ref.data == NULL) == (b->credential_ref.data == NULL);
}

static int32_t refuse_other(const struct intake *intake, const struct identifier *integration_id,
                            gql_failure *failure)
{
    char id[IDENTIFIER_TEXT_SIZE];
    identifier_write(integration_id, id);
    return fail(failure, GQL_E_UNAVAILABLE,
                "the integration %.*s is in '%s' already, and differs; nothing was imported into "
                "it",
                IDENTIFIER_TEXT_SIZE, id, intake->access->path);
}

/* *ret_is: it is there, and the same. */
static int32_t find_same(struct intake *intake, const struct integration *integration, bool *ret_is,
                         gql_failure *failure)
{
    struct integration stored;
    struct store_detail detail;
    sqlite3_stmt *find = connection_statement(&intake->access->connection, STATEMENT_FIND_ROW);
    *ret_is = false;
    if (find == NULL)
        return fail_here(intake, failure);
    bind_identifier(find, 1, &integration->id);
    const int code = sqlite3_step(find);
    const enum store_status status = code == SQLITE_ROW ? row_integration(find, &stored, &detail)
                                                        : STORE_NOT_FOUND;
    *ret_is = status == STORE_OK && is_same(&stored, integration) &&
              text_equal(column_text(find, 7), integration->organization_id);
    sqlite3_reset(find);
    if (code == SQLITE_DONE || *ret_is)
        return GQL_OK;
    return code == SQLITE_ROW ? refuse_other(intake, &integration->id, failure)
                              : fail_here(intake, failure);
}

/* ---- Deleted ones ---- */

struct stored_deleted {
    const struct deleted_integration *wanted; /* NULL: none. */
    bool is, same;
};

static bool compare_deleted(void *user, const struct deleted_integration *deleted)
{
    struct stored_deleted *stored = user;
    const struct deleted_integration *wanted = stored->wanted;
    stored->is = true;
    stored->same = wanted != NULL && wanted->time == deleted->time &&
                   is_same(&deleted->integration, &wanted->integration) &&
                   text_equal(deleted->integration.organization_id,
                              wanted->integration.organization_id);
    return false;
}

/* *ret_is: it is among the deleted ones, as `wanted`; fails if it is there, but differs. */
static int32_t find_deleted(struct intake *intake, const struct identifier *id,
                            const struct deleted_integration *wanted, bool *ret_is,
                            gql_failure *failure)
{
    struct stored_deleted stored = {.wanted = wanted};
    const int32_t code = database_deleted_find(intake->access, id, compare_deleted, &stored,
                                               failure);
    *ret_is = stored.same;
    return code == GQL_OK && stored.is && !stored.same ? refuse_other(intake, id, failure) : code;
}

static int32_t add_deleted(struct intake *intake, const struct deleted_integration *deleted,
                           gql_failure *failure)
{
    struct store_detail detail;
    const struct integration *integration = &deleted->integration;
    sqlite3_stmt *insert = connection_statement(&intake->access->connection,
                                                STATEMENT_IMPORT_DELETED);
    if (insert == NULL)
        return fail_here(intake, failure);
    sqlite3_bind_int64(insert, 1, intake->key);
    bind_identifier(insert, 2, &integration->id);
    sqlite3_bind_int64(insert, 3, deleted->time);
    sqlite3_bind_int64(insert, 4, integration->version);
    sqlite3_bind_int(insert, 5, integration->is_active);
    bind_text(insert, 6, integration->title);
    bind_text(insert, 7, integration->credential_ref);
    if (statement_run(insert) != SQLITE_OK)
        return fail_here(intake, failure);
    intake->deleted++;
    const enum store_status status = minting_note_deleted(&intake->access->connection,
                                                          &integration->id, &detail);
    return status == STORE_OK
               ? GQL_OK
               : database_access_fail_status(intake->access, status, &detail, failure);
}

int32_t intake_deleted(struct intake *intake, const struct deleted_integration *deleted,
                       gql_failure *failure)
{
    bool is = false, lives = false;
    const struct integration *integration = &deleted->integration;
    int32_t code = intake_enter(intake, integration->organization_id, failure);
    if (code == GQL_OK)
        code = find_same(intake, integration, &lives, failure);
    if (code == GQL_OK && lives)
        return refuse_other(intake, &integration->id, failure);
    if (code == GQL_OK)
        code = find_deleted(intake, &integration->id, deleted, &is, failure);
    return code == GQL_OK && !is ? add_deleted(intake, deleted, failure) : code;
}

/* ---- Adding ---- */

static int32_t add(struct intake *intake, const struct integration *integration,
                   gql_failure *failure)
{
    SORT_KEY_AUTO key = {0};
    sqlite3_stmt *insert = connection_statement(&intake->access->connection,
                                                STATEMENT_IMPORT_INTEGRATION);
    if (insert == NULL)
        return fail_here(intake, failure);
    if (!sort_key_make(intake->collation, integration->title, &key))
        return fail_no_memory(failure);
    bind_identifier(insert, 1, &integration->id);
    sqlite3_bind_int64(insert, 2, intake->key);
    sqlite3_bind_int64(insert, 3, integration->version);
    sqlite3_bind_int(insert, 4, integration->is_active);
    bind_text(insert, 5, integration->title);
    sqlite3_bind_blob(insert, 6, key.data, (int)key.size, SQLITE_STATIC);
    bind_text(insert, 7, integration->credential_ref);
    const int code = statement_run(insert);
    intake->added++;
    return code == SQLITE_OK ? GQL_OK : fail_here(intake, failure);
}

int32_t intake_integration(struct intake *intake, const struct integration *integration,
                           gql_failure *failure)
{
    bool same = false;
    int32_t code = intake_enter(intake, integration->organization_id, failure);
    if (code == GQL_OK)
        code = find_same(intake, integration, &same, failure);
    if (code != GQL_OK || same) {
        intake->same += same;
        return code;
    }
    code = find_deleted(intake, &integration->id, NULL, &same, failure);
    return code == GQL_OK ? add(intake, integration, failure) : code;
}

/* ---- The end ---- */

int32_t intake_commit(struct intake *intake, gql_failure *failure)
{
    struct connection *connection = &intake->access->connection;
    if (mark_advance(connection) != SQLITE_OK)
        return fail_here(intake, failure);
    const int code = connection_end(connection, STATEMENT_COMMIT);
    return code == SQLITE_OK ? GQL_OK
                             : connection_fail_with(connection, code, "committing", failure);
}

void intake_end(struct intake *intake)
{
    if (intake->access != NULL)
        database_access_rollback(intake->access);
    collation_close(&intake->collation);
}
