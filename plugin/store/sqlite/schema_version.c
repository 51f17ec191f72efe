// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/schema_version.h"

#include <stdlib.h>

#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/migrations.h"

static int read_schema(struct connection *connection, int *ret_schema)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_USER_VERSION);
    if (statement == NULL)
        return sqlite3_extended_errcode(connection->handle);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *ret_schema = sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* What is no number from 1 to the schema's says nothing, as if it were not there. */
static int parse_reader(const char *digits, int schema)
{
    char *end;
    const long number = strtol(digits, &end, 10);
    return *digits != '\0' && *end == '\0' && number >= 1 && number <= schema ? (int)number
                                                                              : schema;
}

/* A schema that this plugin knows needs no other look: each snapshot takes one. */
int schema_version_read(struct connection *connection, struct schema_version *ret_version)
{
    int schema = 0;
    char digits[16] = {0};
    const int code = read_schema(connection, &schema);
    if (code != SQLITE_OK)
        return code;
    if (schema > migration_count &&
        metadata_read(connection, "oldest_reader", digits, (int)sizeof digits - 1) < 0)
        return sqlite3_extended_errcode(connection->handle);
    *ret_version = (struct schema_version){schema, parse_reader(digits, schema)};
    return SQLITE_OK;
}

bool schema_version_is_served(const struct schema_version *version)
{
    return version->schema >= 0 &&
           (version->schema <= migration_count || version->oldest_reader <= migration_count);
}
