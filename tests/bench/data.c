// SPDX-License-Identifier: MIT
#include "tests/bench/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin/base/organization.h"
#include "plugin/store/collation.h"
#include "tests/bench/subject.h"
#include <sqlite3.h>

static const char *const words[] = {"Payments", "Billing", "ERP",  "Warehouse", "Zürich",
                                    "Ålesund",  "CRM",     "Mail", "Export",    "Ledger"};

static void must(int code, sqlite3 *handle)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    fprintf(stderr, "bench: %s\n", sqlite3_errmsg(handle));
    exit(1);
}

/* Lets the plugin create the schema, so that the database fits the build that is measured. */
static void make_schema(const char *plugin, const char *folder, const char *path)
{
    subject_close(subject_open_file(plugin, path, folder));
}

int data_row(int row, int rows, char title[64])
{
    snprintf(title, 64, "%s connector %d", words[row % 10], row * 7919 % rows);
    return row < rows / 2           ? 1
           : row >= rows - SMALLEST ? ORGANIZATIONS
                                    : 2 + row % (ORGANIZATIONS - 2);
}

static void add_row(sqlite3 *handle, sqlite3_stmt *insert, const struct collation *collation,
                    struct identifier_mint *mint, int row, int rows)
{
    char title[64], name[16];
    SORT_KEY_AUTO key;
    const int organization = data_row(row, rows, title);
    const int size = (int)strlen(title);
    const int name_size = snprintf(name, sizeof name, "org-%d", organization);
    const uint32_t tag = organization_tag((struct text){name, (size_t)name_size});
    const struct identifier id = identifier_next(mint, tag, 1600000000000 + row / 100);
    if (!sort_key_make(collation, (struct text){title, (size_t)size}, &key))
        exit(1);
    sqlite3_bind_blob(insert, 1, id.bytes, IDENTIFIER_SIZE, SQLITE_STATIC);
    sqlite3_bind_int(insert, 2, organization);
    sqlite3_bind_int(insert, 3, row % 5 != 0);
    sqlite3_bind_text(insert, 4, title, size, SQLITE_STATIC);
    sqlite3_bind_blob(insert, 5, key.data, (int)key.size, SQLITE_STATIC);
    must(sqlite3_step(insert), handle);
    sqlite3_reset(insert);
}

static void fill(sqlite3 *handle, int rows)
{
    sqlite3_stmt *insert;
    struct collation *collation = NULL;
    struct identifier_mint mint;
    identifier_mint_init(&mint, false, 31);
    if (collation_open("und", &collation, NULL) != GQL_OK)
        exit(1);
    for (int i = 1; i <= ORGANIZATIONS; i++) {
        char sql[96];
        snprintf(sql, sizeof sql, "INSERT INTO organization (key, id) VALUES (%d, 'org-%d')", i, i);
        must(sqlite3_exec(handle, sql, NULL, NULL, NULL), handle);
    }
    must(sqlite3_prepare_v2(handle,
                            "INSERT INTO integration (id, organization, version, is_active, title, "
                            "sort_key, credential_ref) "
                            "VALUES (?1, ?2, 1, ?3, ?4, ?5, 'v4.public.' || hex(randomblob(150)))",
                            -1, &insert, NULL),
         handle);
    for (int row = 0; row < rows; row++) {
        add_row(handle, insert, collation, &mint, row, rows);
        if (row % 100000 == 99999)
            fprintf(stderr, "  %d rows\n", row + 1);
    }
    sqlite3_finalize(insert);
    collation_close(&collation);
}

void data_ensure(const char *plugin, const char *folder, const char *path, int rows)
{
    char temporary[512];
    sqlite3 *handle;
    if (access(path, F_OK) == 0)
        return;
    fprintf(stderr, "Creating a database of %d rows …\n", rows);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    unlink(temporary);
    make_schema(plugin, folder, temporary);
    must(sqlite3_open(temporary, &handle), NULL);
    must(sqlite3_exec(handle, "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN", NULL,
                      NULL, NULL),
         handle);
    fill(handle, rows);
    must(sqlite3_exec(handle, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE); ANALYZE", NULL, NULL, NULL),
         handle);
    sqlite3_close(handle);
    if (rename(temporary, path) != 0)
        exit(1);
}

struct identifier *data_ids(const char *path, int rows)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    struct identifier *ids = calloc((size_t)rows, sizeof *ids);
    must(sqlite3_open(path, &handle), NULL);
    must(sqlite3_prepare_v2(handle, "SELECT id FROM integration ORDER BY key LIMIT ?1", -1,
                            &statement, NULL),
         handle);
    sqlite3_bind_int(statement, 1, rows);
    for (int i = 0; i < rows && sqlite3_step(statement) == SQLITE_ROW; i++)
        memcpy(ids[i].bytes, sqlite3_column_blob(statement, 0), IDENTIFIER_SIZE);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return ids;
}
