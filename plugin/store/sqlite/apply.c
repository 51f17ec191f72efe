// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/apply.h"

#include "plugin/store/change.h"
#include "plugin/store/sqlite/consumer_rows.h"
#include "plugin/store/sqlite/deleted_rows.h"
#include "plugin/store/sqlite/idempotent_creates.h"
#include "plugin/store/sqlite/mark.h"
#include "plugin/store/sqlite/queries.h"
#include "plugin/store/sqlite/row.h"

enum { SWEEP_LIMIT = 100, KEY_SWEEP_LIMIT = 500 }; /* Rows of one transaction. */

static enum store_status run(const struct apply_context *context, sqlite3_stmt *statement,
                             struct store_detail *detail)
{
    const int code = statement_run(statement);
    return code == SQLITE_OK ? STORE_OK : connection_status(context->connection, code, detail);
}

/* The change's event, in the same transaction. */
static enum store_status record(struct apply_context *context, struct store_mutation *mutation,
                                const struct integration *before, const struct integration *after)
{
    struct trail_facts facts = {
        .unix_milliseconds = context->unix_milliseconds,
        .request = mutation->request,
        .organization_id = before == NULL ? after->organization_id : before->organization_id,
        .entity = before == NULL ? after->id : before->id,
        .before = before,
        .after = after,
    };
    const enum store_status status = trail_writer_add(&context->trail, &facts, &mutation->detail);
    return status == STORE_NOT_FOUND
               ? row_damage(&mutation->detail, "an organization was lost; its ID has the size",
                            (sqlite3_int64)facts.organization_id.size)
               : status;
}

static enum store_status add_organization(const struct apply_context *context, struct text id,
                                          int64_t *ret_key, struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(context->connection, STATEMENT_ADD_ORGANIZATION);
    if (statement == NULL)
        return connection_failure(context->connection, detail);
    bind_text(statement, 1, id);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *ret_key = sqlite3_column_int64(statement, 0);
        code = sqlite3_step(statement);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_DONE ? STORE_OK : connection_status(context->connection, code, detail);
}

/* *ret_key is 0 if the database has never seen it. */
static enum store_status find_organization(const struct apply_context *context, struct text id,
                                           int64_t *ret_key, struct store_detail *detail)
{
    struct organization_row row;
    *ret_key = trail_writer_key(&context->trail, id);
    if (*ret_key != 0)
        return STORE_OK;
    const enum store_status status = query_organization(context->connection, id, &row, detail);
    if (status == STORE_OK)
        *ret_key = row.key;
    return status;
}

static enum store_status insert(const struct apply_context *context,
                                struct store_mutation *mutation, int64_t organization,
                                const struct sort_key *key)
{
    sqlite3_stmt *statement = connection_statement(context->connection,
                                                   STATEMENT_INSERT_INTEGRATION);
    if (statement == NULL)
        return connection_failure(context->connection, &mutation->detail);
    bind_identifier(statement, 1, &mutation->id);
    sqlite3_bind_int64(statement, 2, organization);
    bind_text(statement, 3, mutation->title);
    sqlite3_bind_blob(statement, 4, key->data, (int)key->size, SQLITE_STATIC);
    bind_text(statement, 5, mutation->credential_ref);
    return run(context, statement, &mutation->detail);
}

/* The row, and the key that it is created under. */
static enum store_status insert_new(struct apply_context *context, struct store_mutation *mutation,
                                    int64_t organization, const struct sort_key *key)
{
    enum store_status status = minting_next(&context->minting, context->connection,
                                            mutation->organization_id, context->unix_milliseconds,
                                            &mutation->id, &mutation->detail);
    if (status == STORE_OK)
        status = insert(context, mutation, organization, key);
    if (status == STORE_OK && mutation->key != NULL)
        status = idempotent_creates_add(context->connection, organization, mutation->key,
                                        context->unix_milliseconds, &mutation->id,
                                        &mutation->detail);
    return status;
}

static enum store_status create(struct apply_context *context, struct store_mutation *mutation,
                                int64_t organization)
{
    SORT_KEY_AUTO key;
    if (!sort_key_make(context->collation, mutation->title, &key))
        return STORE_NO_MEMORY;
    const enum store_status status = insert_new(context, mutation, organization, &key);
    change_create(mutation);
    return status == STORE_OK ? record(context, mutation, NULL, &mutation->result.integration)
                              : status;
}

/* STORE_NOT_FOUND: there is no key, or it was not used at the organization. */
static enum store_status find_repeated(const struct apply_context *context,
                                       struct store_mutation *mutation, int64_t organization)
{
    if (mutation->key == NULL || organization == 0)
        return STORE_NOT_FOUND;
    const enum store_status status =
        idempotent_creates_find(context->connection, organization, mutation->key,
                                context->unix_milliseconds, &mutation->id, &mutation->detail);
    if (status == STORE_REPEATED)
        change_create(mutation);
    return status;
}

static enum store_status apply_create(struct apply_context *context,
                                      struct store_mutation *mutation)
{
    int64_t organization = 0;
    enum store_status status = find_organization(context, mutation->organization_id, &organization,
                                                 &mutation->detail);
    if (status != STORE_OK)
        return status;
    status = find_repeated(context, mutation, organization);
    if (status != STORE_NOT_FOUND || mutation->kind == STORE_REPEAT)
        return status;
    if (organization == 0) {
        status = add_organization(context, mutation->organization_id, &organization,
                                  &mutation->detail);
        if (status != STORE_OK)
            return status;
    }
    return create(context, mutation, organization);
}

/* Copies the stored integration into the result and compares its version. */
static enum store_status check_version(const struct apply_context *context,
                                       struct store_mutation *mutation)
{
    struct integration stored;
    const enum store_status status = query_integration(context->connection, &mutation->id, &stored,
                                                       &mutation->detail);
    return status == STORE_OK ? change_begin(mutation, &stored) : status;
}

static enum store_status write_with_title(const struct apply_context *context,
                                          const struct integration *changed,
                                          struct store_detail *detail)
{
    SORT_KEY_AUTO key;
    sqlite3_stmt *statement = connection_statement(context->connection,
                                                   STATEMENT_UPDATE_INTEGRATION);
    if (!sort_key_make(context->collation, changed->title, &key))
        return STORE_NO_MEMORY;
    if (statement == NULL)
        return connection_failure(context->connection, detail);
    bind_identifier(statement, 1, &changed->id);
    sqlite3_bind_int(statement, 2, changed->is_active);
    bind_text(statement, 3, changed->title);
    sqlite3_bind_blob(statement, 4, key.data, (int)key.size, SQLITE_STATIC);
    bind_text(statement, 5, changed->credential_ref);
    return run(context, statement, detail);
}

static enum store_status write_in_place(const struct apply_context *context,
                                        const struct integration *changed,
                                        struct store_detail *detail)
{
    sqlite3_stmt *statement = connection_statement(context->connection,
                                                   STATEMENT_UPDATE_INTEGRATION_IN_PLACE);
    if (statement == NULL)
        return connection_failure(context->connection, detail);
    bind_identifier(statement, 1, &changed->id);
    sqlite3_bind_int(statement, 2, changed->is_active);
    bind_text(statement, 3, changed->credential_ref);
    return run(context, statement, detail);
}

static enum store_status apply_update(struct apply_context *context,
                                      struct store_mutation *mutation)
{
    enum store_status status = check_version(context, mutation);
    if (status != STORE_OK)
        return status;
    const struct integration *changed = &mutation->result.integration;
    const struct integration before = *changed;
    status = change_update(mutation);
    if (status != STORE_OK)
        return status;
    status = changed->title.data != before.title.data
                 ? write_with_title(context, changed, &mutation->detail)
                 : write_in_place(context, changed, &mutation->detail);
    return status == STORE_OK ? record(context, mutation, &before, changed) : status;
}

static enum store_status remove_row(const struct apply_context *context,
                                    struct store_mutation *mutation)
{
    sqlite3_stmt *statement = connection_statement(context->connection,
                                                   STATEMENT_DELETE_INTEGRATION);
    if (statement == NULL)
        return connection_failure(context->connection, &mutation->detail);
    bind_identifier(statement, 1, &mutation->id);
    return run(context, statement, &mutation->detail);
}

static enum store_status apply_delete(struct apply_context *context,
                                      struct store_mutation *mutation)
{
    enum store_status status = check_version(context, mutation);
    if (status == STORE_OK && context->retention.deleted_milliseconds > 0)
        status = deleted_rows_keep(context->connection, &mutation->id, context->unix_milliseconds,
                                   &mutation->detail);
    if (status == STORE_OK)
        status = remove_row(context, mutation);
    if (status == STORE_OK)
        status = minting_note_deleted(context->connection, &mutation->id, &mutation->detail);
    return status == STORE_OK ? record(context, mutation, &mutation->result.integration, NULL)
                              : status;
}

static enum store_status apply_denial(struct apply_context *context,
                                      struct store_mutation *mutation)
{
    struct trail_facts facts = {
        .unix_milliseconds = context->unix_milliseconds,
        .request = mutation->request,
        .organization_id = mutation->organization_id,
        .entity = mutation->id,
        .denied = mutation->denied,
        .unrecorded = mutation->unrecorded,
    };
    return trail_writer_add(&context->trail, &facts, &mutation->detail);
}

/* First what was deleted, then the trails. STORE_NOT_FOUND if nothing is due. */
static enum store_status apply_sweep(struct apply_context *context, struct store_mutation *mutation)
{
    int count = 0, keys = 0;
    bool more = false;
    const int64_t now = context->unix_milliseconds;
    enum store_status status = deleted_rows_sweep(context->connection,
                                                  now - context->retention.deleted_milliseconds,
                                                  SWEEP_LIMIT, &count, &mutation->detail);
    if (status == STORE_OK)
        status = idempotent_creates_sweep(context->connection, now, KEY_SWEEP_LIMIT, &keys,
                                          &mutation->detail);
    if (status == STORE_OK && count + keys == 0 && context->retention.trail_milliseconds > 0)
        status = trail_sweep_step(&context->sweep, context->connection,
                                  now - context->retention.trail_milliseconds, now, &more,
                                  &mutation->detail);
    return status == STORE_OK && count + keys == 0 && !more ? STORE_NOT_FOUND : status;
}

static enum store_status apply(struct apply_context *context, struct store_mutation *mutation)
{
    switch (mutation->kind) {
    case STORE_CREATE:
    case STORE_REPEAT:
        return apply_create(context, mutation);
    case STORE_UPDATE:
        return apply_update(context, mutation);
    case STORE_DELETE:
        return apply_delete(context, mutation);
    case STORE_NOTE_DENIAL:
        return apply_denial(context, mutation);
    case STORE_SWEEP:
        return apply_sweep(context, mutation);
    case STORE_CLAIM:
        return consumer_claim(context->connection, mutation, context->unix_milliseconds);
    case STORE_ACKNOWLEDGE:
        return consumer_acknowledge(context->connection, mutation, context->unix_milliseconds);
    }
    return STORE_BROKEN;
}

/* What an erasure under way has not reached yet is gone already, for who would change it. */
enum store_status apply_mutation(struct apply_context *context, struct store_mutation *mutation)
{
    const enum store_status status = apply(context, mutation);
    return status == STORE_ERASED && mutation->kind != STORE_CREATE ? STORE_NOT_FOUND : status;
}

int apply_end(struct apply_context *context)
{
    const int code = trail_writer_end(&context->trail);
    return code == SQLITE_OK ? mark_advance(context->connection) : code;
}
