// SPDX-License-Identifier: MIT
/* The questions of store.h, on a connection that reads. */
#include "queries.h"
#include "readers.h"

enum store_status query_visit(struct connection *connection, const struct identifier *id, store_visit_fn visit, void *user,
                              struct store_trouble *trouble)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_INTEGRATION);
    if (statement == NULL)
        return connection_status(connection, sqlite3_extended_errcode(connection->handle), trouble);
    sqlite3_bind_blob(statement, 1, id->bytes, IDENTIFIER_SIZE, SQLITE_STATIC);
    const int code = sqlite3_step(statement);
    enum store_status status = STORE_NOT_FOUND;
    if (code == SQLITE_ROW) {
        const struct integration found = {
            .id = column_identifier(statement, 0),
            .version = sqlite3_column_int(statement, 1),
            .is_active = sqlite3_column_int(statement, 2) != 0,
            .title = column_text(statement, 3),
            .credential_ref = column_text(statement, 4),
            .organization_id = column_text(statement, 5),
        };
        visit(user, &found);
        status = STORE_OK;
    } else if (code != SQLITE_DONE) {
        status = connection_status(connection, code, trouble);
    }
    sqlite3_reset(statement);
    return status;
}

struct keeping {
    struct integration_list *list;
    bool kept;
};

static void keep(void *user, const struct integration *integration)
{
    struct keeping *keeping = user;
    keeping->kept = integration_list_append(keeping->list, integration);
}

enum store_status query_integration(struct connection *connection, const struct identifier *id,
                                    struct integration_list *list, struct store_trouble *trouble)
{
    struct keeping keeping = {.list = list};
    const enum store_status status = query_visit(connection, id, keep, &keeping, trouble);
    return status == STORE_OK && !keeping.kept ? STORE_NO_MEMORY : status;
}

enum store_status query_organization(struct connection *connection, struct text id,
                                     struct store_organization *ret_organization, struct store_trouble *trouble)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_ORGANIZATION);
    if (statement == NULL)
        return connection_status(connection, sqlite3_extended_errcode(connection->handle), trouble);
    struct store_organization organization = {.id = id};
    sqlite3_bind_text(statement, 1, id.data, (int)id.size, SQLITE_STATIC);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        organization.key = sqlite3_column_int64(statement, 0);
        organization.active = sqlite3_column_int64(statement, 1);
        organization.inactive = sqlite3_column_int64(statement, 2);
    }
    sqlite3_reset(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return connection_status(connection, code, trouble);
    *ret_organization = organization;
    return STORE_OK;
}

/* No title's sort key is below the first, or above the second: ICU's keys are not empty, and none begins so. */
static const uint8_t lowest_key[1], highest_key[16] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

static bool bind_position(sqlite3_stmt *statement, int column, const struct collation *collation,
                          const struct store_position *position, bool lower, struct sort_key *key)
{
    key->heap = NULL;
    if (position == NULL) {
        sqlite3_bind_blob(statement, column, lower ? lowest_key : highest_key, lower ? 0 : (int)sizeof highest_key,
                          SQLITE_STATIC);
        sqlite3_bind_zeroblob(statement, column + 1, 0);
        return true;
    }
    if (!sort_key_make(collation, position->title, key))
        return false;
    sqlite3_bind_blob(statement, column, key->data, (int)key->size, SQLITE_STATIC);
    sqlite3_bind_blob(statement, column + 1, position->id.bytes, IDENTIFIER_SIZE, SQLITE_STATIC);
    return true;
}

static enum statement scan_statement(enum store_filter filter, bool backward)
{
    if (filter == STORE_ALL)
        return backward ? STATEMENT_SCAN_BACKWARD : STATEMENT_SCAN_FORWARD;
    return backward ? STATEMENT_SCAN_ACTIVITY_BACKWARD : STATEMENT_SCAN_ACTIVITY_FORWARD;
}

static bool append_row(sqlite3_stmt *statement, struct text organization_id, struct integration_list *list)
{
    const struct integration found = {
        .id = column_identifier(statement, 0),
        .version = sqlite3_column_int(statement, 1),
        .is_active = sqlite3_column_int(statement, 2) != 0,
        .title = column_text(statement, 3),
        .credential_ref = column_text(statement, 4),
        .organization_id = organization_id,
    };
    return integration_list_append(list, &found);
}

enum store_status store_read_scan(struct store_reader *reader, const struct store_organization *organization,
                                  const struct store_range *range, bool backward, int limit,
                                  struct integration_list *list, struct store_trouble *trouble)
{
    struct connection *connection = &reader->connection;
    const struct collation *collation = reader->readers->collation;
    SORT_KEY_AUTO after = {0};
    SORT_KEY_AUTO before = {0};
    sqlite3_stmt *statement = connection_statement(connection, scan_statement(range->filter, backward));
    if (statement == NULL)
        return connection_status(connection, sqlite3_extended_errcode(connection->handle), trouble);
    if (!bind_position(statement, 2, collation, range->after, true, &after) ||
        !bind_position(statement, 4, collation, range->before, false, &before))
        return STORE_NO_MEMORY;
    sqlite3_bind_int64(statement, 1, organization->key);
    sqlite3_bind_int(statement, 6, limit);
    if (range->filter != STORE_ALL)
        sqlite3_bind_int(statement, 7, range->filter == STORE_ACTIVE);
    int code;
    bool room = true;
    while (room && (code = sqlite3_step(statement)) == SQLITE_ROW)
        room = append_row(statement, organization->id, list);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (!room)
        return STORE_NO_MEMORY;
    return code == SQLITE_DONE ? STORE_OK : connection_status(connection, code, trouble);
}

enum store_status store_read_get(struct store_reader *reader, const struct identifier *id, struct integration_list *list,
                                 struct store_trouble *trouble)
{
    return query_integration(&reader->connection, id, list, trouble);
}

enum store_status store_read_organization(struct store_reader *reader, struct text organization_id,
                                          struct store_organization *ret_organization, struct store_trouble *trouble)
{
    return query_organization(&reader->connection, organization_id, ret_organization, trouble);
}
