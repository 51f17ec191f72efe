// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/facts.h"

#include <stdio.h>
#include <sys/stat.h>

#include "plugin/base/failure.h"
#include "plugin/base/limits.h"
#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/row.h"

static long long size_of(const char *path, const char *suffix)
{
    char name[PATH_MAX + 8];
    struct stat found;
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &found) == 0 ? (long long)found.st_size : 0;
}

int32_t database_facts_read(struct database_access *access, struct database_facts *ret_facts,
                            gql_failure *failure)
{
    struct connection *connection = &access->connection;
    *ret_facts = (struct database_facts){.file_bytes = size_of(access->path, ""),
                                         .log_bytes = size_of(access->path, "-wal")};
    sqlite3_stmt *sizes = connection_statement(connection, STATEMENT_GET_SIZES);
    if (sizes == NULL || sqlite3_step(sizes) != SQLITE_ROW)
        return database_access_fail(access, "reading", failure);
    ret_facts->free_bytes = sqlite3_column_int64(sizes, 0) * sqlite3_column_int64(sizes, 2);
    sqlite3_reset(sizes);
    return metadata_read(connection, "collation", ret_facts->collation,
                         (int)sizeof ret_facts->collation - 1) < 0
               ? database_access_fail(access, "reading", failure)
               : GQL_OK;
}

struct walk {
    database_facts_fn *take;
    void *user;
};

static enum store_status take_organization(void *context, sqlite3_stmt *row, bool *wanted,
                                           struct store_detail *detail)
{
    const struct walk *walk = context;
    struct text id;
    struct store_counts counts;
    (void)wanted;
    enum store_status status = row_text(row, 0, ORGANIZATION_ID_MAX, &id, detail);
    if (status == STORE_OK)
        status = row_counts(row, 1, &counts, detail);
    if (status != STORE_OK)
        return status;
    return walk->take(walk->user, id, &counts) ? STORE_OK : STORE_NO_MEMORY;
}

int32_t database_facts_organizations(struct database_access *access, database_facts_fn *take,
                                     void *user, gql_failure *failure)
{
    sqlite3_stmt *list = connection_statement(&access->connection, STATEMENT_LIST_ORGANIZATIONS);
    if (list == NULL)
        return database_access_fail(access, "reading", failure);
    return database_access_each_row(access, list, take_organization, &(struct walk){take, user},
                                    failure);
}
