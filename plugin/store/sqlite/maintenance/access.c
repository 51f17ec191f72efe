// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/access.h"

#include <stdio.h>
#include <sys/stat.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/database_file.h"
#include "plugin/store/sqlite/migrations.h"

enum { PATIENCE_MILLISECONDS = 5000, CACHE_KIB = 8192 };

static bool has_log(const char *path)
{
    char log_path[PATH_MAX + 8];
    struct stat found;
    snprintf(log_path, sizeof log_path, "%s-wal", path);
    return stat(log_path, &found) == 0 && found.st_size > 0;
}

static int try_open(struct database_access *access, enum connection_role role, bool keeps_log)
{
    int code = connection_open(&access->connection, &access->options, role);
    if (keeps_log)
        connection_keep_log(&access->connection);
    if (access->connection.handle != NULL)
        sqlite3_db_config(access->connection.handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
    if (code == SQLITE_OK)
        code = connection_run(&access->connection, STATEMENT_LOCK_READ);
    return code;
}

static int32_t refuse_owner(const struct database_access *access, struct text organization_id,
                            gql_failure *failure)
{
    const struct text owner = access->owner.text;
    return fail(failure, GQL_E_UNAVAILABLE,
                "'%s' belongs to the organization '%.*s', not to '%.*s'; name that organization, "
                "or another database",
                access->path, (int)owner.size, owner.data, (int)organization_id.size,
                organization_id.data);
}

/* Whose and of which version it is. */
static int32_t identify(struct database_access *access, struct text organization_id,
                        gql_failure *failure)
{
    struct connection *connection = &access->connection;
    int32_t code = migrations_examine(connection, &access->schema, failure);
    if (code != GQL_OK)
        return code;
    access->is_blank = access->schema == 0;
    if (access->is_blank)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "'%s' is a database without tables; name one that a gateway has made",
                    access->path);
    if (ownership_read(connection, &access->owner) != SQLITE_OK)
        return connection_fail(connection, "reading the owner", failure);
    return organization_id.data == NULL || ownership_allows(&access->owner, organization_id)
               ? GQL_OK
               : refuse_owner(access, organization_id, failure);
}

int32_t database_access_open(struct database_access *access, const char *path,
                             struct text organization_id, enum connection_role role,
                             gql_failure *failure)
{
    *access = (struct database_access){.options = {.path = strdup(path),
                                                   .cache_kib = CACHE_KIB,
                                                   .busy_timeout_ms = PATIENCE_MILLISECONDS}};
    if (access->options.path == NULL)
        return fail_no_memory(failure);
    int32_t found = database_file_find(&access->options, access->path, failure);
    if (found != GQL_OK)
        return found;
    const bool keeps_log = role == CONNECTION_READER && has_log(access->path);
    const uint64_t until = connection_patience(&access->options);
    int code = try_open(access, role, keeps_log);
    while (connection_wait(code, until)) {
        connection_close(&access->connection);
        code = try_open(access, role, keeps_log);
    }
    if (code != SQLITE_OK)
        return connection_fail_with(&access->connection, code, "opening", failure);
    return identify(access, organization_id, failure);
}

int32_t database_access_check_schema(const struct database_access *access, gql_failure *failure)
{
    if (access->schema >= migration_count)
        return GQL_OK;
    return fail(failure, GQL_E_UNAVAILABLE,
                "'%s' has schema version %d, and this tool writes version %d; integrationsctl "
                "migrate, or a gateway of this version, migrates it",
                access->path, access->schema, migration_count);
}

void database_access_close(struct database_access *access)
{
    connection_close(&access->connection);
    sqlite_options_finish(&access->options);
}

int32_t database_access_fail(const struct database_access *access, const char *doing,
                             gql_failure *failure)
{
    return connection_fail(&access->connection, doing, failure);
}

int32_t database_access_fail_status(const struct database_access *access, enum store_status status,
                                    const struct store_detail *detail, gql_failure *failure)
{
    if (status == STORE_NO_MEMORY)
        return fail_no_memory(failure);
    if (status == STORE_DAMAGED)
        return fail(failure, GQL_E_UNAVAILABLE, "'%s' is damaged: %s; " CONNECTION_DAMAGE_CURE,
                    access->path, detail->text);
    return fail(failure, GQL_E_UNAVAILABLE, "'%s' can't be read: %s", access->path, detail->text);
}

int32_t database_access_each_row(struct database_access *access, sqlite3_stmt *rows,
                                 database_row_fn *take, void *context, gql_failure *failure)
{
    struct store_detail detail;
    enum store_status status = STORE_OK;
    bool wanted = true;
    int code = SQLITE_ROW;
    while (wanted && status == STORE_OK && (code = sqlite3_step(rows)) == SQLITE_ROW)
        status = take(context, rows, &wanted, &detail);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = connection_status(&access->connection, code, &detail);
    sqlite3_reset(rows);
    sqlite3_clear_bindings(rows);
    return status == STORE_OK ? GQL_OK
                              : database_access_fail_status(access, status, &detail, failure);
}

int32_t database_access_begin(struct database_access *access, enum statement begin,
                              gql_failure *failure)
{
    struct connection *connection = &access->connection;
    const uint64_t until = connection_patience(&access->options);
    int code = connection_run(connection, begin);
    while (connection_wait(code, until))
        code = connection_run(connection, begin);
    if (code == SQLITE_OK && begin == STATEMENT_BEGIN_READ)
        code = connection_run(connection, STATEMENT_LOCK_READ);
    if (code == SQLITE_OK)
        return GQL_OK;
    connection_end(connection, STATEMENT_ROLLBACK);
    return connection_fail_with(connection, code, "locking", failure);
}

void database_access_rollback(struct database_access *access)
{
    connection_end(&access->connection, STATEMENT_ROLLBACK);
}
