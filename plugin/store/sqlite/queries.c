// SPDX-License-Identifier: MIT
/* The questions of store.h, on a connection that reads. */
#include "plugin/store/sqlite/queries.h"
#include "plugin/store/sqlite/readers.h"

enum store_status query_visit(struct connection *connection, const struct identifier *id,
                              store_visit_fn visit, void *user, struct store_trouble *trouble)
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
                                     struct store_organization *ret_organization,
                                     struct store_trouble *trouble)
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

enum store_status store_read_get(struct store_reader *reader, const struct identifier *id,
                                 struct integration_list *list, struct store_trouble *trouble)
{
    return query_integration(&reader->connection, id, list, trouble);
}

enum store_status store_read_organization(struct store_reader *reader, struct text organization_id,
                                          struct store_organization *ret_organization,
                                          struct store_trouble *trouble)
{
    return query_organization(&reader->connection, organization_id, ret_organization, trouble);
}
