// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/inspection.h"

#include <stdarg.h>
#include <stdio.h>

#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "plugin/base/tenant_name.h"
#include "plugin/store/collation.h"
#include "plugin/store/sqlite/deleted_rows.h"
#include "plugin/store/sqlite/maintenance/schema_check.h"
#include "plugin/store/sqlite/maintenance/trails.h"
#include "plugin/store/sqlite/metadata.h"
#include "plugin/store/sqlite/row.h"
#include "vault/line.h"

enum { ROWS_PER_STEP = 1000, TOLD_MAX = 10, SORT_KEY_COLUMN = 5, KEY_COLUMN, OWNER_COLUMN };

/* Of one run. */
struct run {
    struct inspection *inspection;
    struct database_access *access;
    struct collation *collation; /* That of the order; NULL: it can't be checked. */
    bool is_readable; /* Nothing but triggers differs: those change only what is written. */
    long long all;
    long long bad_objects, bad_rows, bad_keys, bad_organizations; /* Found so far. */
};

__attribute__((format(printf, 3, 4))) static void tell(struct inspection *inspection,
                                                       const char *check, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vault_line_format(line, sizeof line, format, arguments);
    va_end(arguments);
    inspection->findings++;
    inspection->found(inspection->user, check, line);
}

static int32_t conclude(struct run *run, int code, gql_failure *failure)
{
    struct store_detail detail;
    if (code == SQLITE_OK)
        return GQL_OK;
    if (connection_status(&run->access->connection, code, &detail) != STORE_DAMAGED)
        return connection_fail_with(&run->access->connection, code, "checking", failure);
    tell(run->inspection, "integrity", "%s", detail.text);
    return GQL_OK;
}

/* ---- The schema ---- */

static void tell_schema(void *user, struct text type, struct text name, const char *what)
{
    struct run *run = user;
    run->is_readable = run->is_readable && text_equal(type, TEXT("trigger"));
    if (run->bad_objects++ < TOLD_MAX)
        tell(run->inspection, "schema", "the %.*s '%.*s' %s", (int)type.size,
             type.data == NULL ? "" : type.data, (int)name.size, name.data == NULL ? "" : name.data,
             what);
}

static int check_schema(struct run *run)
{
    const int code = schema_check_run(&run->access->connection, run->access->schema, tell_schema,
                                      run);
    if (run->bad_objects > TOLD_MAX)
        tell(run->inspection, "schema", "and %lld more", run->bad_objects - TOLD_MAX);
    return code;
}

/* ---- What statements say ---- */

/* A statement whose rows are "ok", or what is wrong. Returns SQLite's code. */
static int run_statement(struct run *run, enum statement which, const char *check)
{
    sqlite3_stmt *statement = connection_statement(&run->access->connection, which);
    if (statement == NULL)
        return sqlite3_extended_errcode(run->access->connection.handle);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct text said = column_text(statement, 0);
        if (!text_equal(said, TEXT("ok")))
            tell(run->inspection, check, "%.*s", (int)said.size,
                 said.data == NULL ? "" : said.data);
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int check_foreign_keys(struct run *run)
{
    sqlite3_stmt *statement = connection_statement(&run->access->connection,
                                                   STATEMENT_CHECK_FOREIGN_KEYS);
    if (statement == NULL)
        return sqlite3_extended_errcode(run->access->connection.handle);
    const int code = sqlite3_step(statement);
    const long long count = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    if (count > 0)
        tell(run->inspection, "foreign-keys", "%lld rows refer to rows that are missing", count);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

static int run_statements(struct run *run)
{
    static const struct {
        enum statement statement;
        const char *check;
    } list[] = {
        {STATEMENT_CHECK_INTEGRITY, "integrity"},
        {STATEMENT_CHECK_INTEGRATION_ROWS, "counters"},
        {STATEMENT_CHECK_ORGANIZATION_ROWS, "counters"},
        {STATEMENT_CHECK_COUNTERS, "counters"},
    };
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof list / sizeof *list && code == SQLITE_OK; i++)
        code = run_statement(run, list[i].statement, list[i].check);
    if (code == SQLITE_OK && run->access->schema >= DELETED_SCHEMA)
        code = run_statement(run, STATEMENT_CHECK_DELETED_ROWS, "deleted");
    return code == SQLITE_OK ? check_foreign_keys(run) : code;
}

/* ---- Rows ---- */

static void check_key(struct run *run, sqlite3_stmt *row, const struct integration *integration)
{
    char id[IDENTIFIER_TEXT_SIZE];
    SORT_KEY_AUTO key = {0};
    if (run->collation == NULL || !sort_key_make(run->collation, integration->title, &key))
        return;
    const void *stored = sqlite3_column_blob(row, SORT_KEY_COLUMN);
    const size_t size = (size_t)sqlite3_column_bytes(row, SORT_KEY_COLUMN);
    if (size == key.size && memcmp(stored, key.data, size) == 0)
        return;
    identifier_write(&integration->id, id);
    if (run->bad_keys++ < TOLD_MAX)
        tell(run->inspection, "order", "%.*s has another place in the order than its title",
             IDENTIFIER_TEXT_SIZE, id);
}

/* In a database of its own, an organization's integrations are found by its tag. */
static void check_owner(struct run *run, sqlite3_stmt *row, const struct integration *integration)
{
    char id[IDENTIFIER_TEXT_SIZE];
    const struct text owner = run->access->owner.text;
    if (owner.data == NULL)
        return;
    identifier_write(&integration->id, id);
    const struct text named = column_text(row, OWNER_COLUMN);
    if (!text_equal(named, owner) && run->bad_rows++ < TOLD_MAX)
        tell(run->inspection, "rows", "%.*s belongs to '%.*s', in a database of '%.*s'",
             IDENTIFIER_TEXT_SIZE, id, (int)named.size, named.data == NULL ? "" : named.data,
             (int)owner.size, owner.data);
    else if (identifier_tag(&integration->id) != organization_tag(owner) &&
             run->bad_rows++ < TOLD_MAX)
        tell(run->inspection, "rows", "%.*s lacks the tag of its organization",
             IDENTIFIER_TEXT_SIZE, id);
}

static void check_row(struct run *run, sqlite3_stmt *row)
{
    struct integration integration;
    struct store_detail detail;
    const enum store_status status = row_integration(row, &integration, &detail);
    run->inspection->rows++;
    if (status == STORE_OK) {
        check_key(run, row, &integration);
        check_owner(run, row, &integration);
    } else if (status == STORE_DAMAGED && run->bad_rows++ < TOLD_MAX) {
        tell(run->inspection, "rows", "row %lld: %s", sqlite3_column_int64(row, KEY_COLUMN),
             detail.text);
    }
}

/* Rows after *last, which becomes the last of them. *ret_count is how many. */
static int check_some(struct run *run, sqlite3_int64 *last, int *ret_count)
{
    sqlite3_stmt *scan = connection_statement(&run->access->connection, STATEMENT_SCAN_ROWS);
    if (scan == NULL)
        return sqlite3_extended_errcode(run->access->connection.handle);
    sqlite3_bind_int64(scan, 1, *last);
    sqlite3_bind_int(scan, 2, ROWS_PER_STEP);
    int code;
    for (*ret_count = 0; (code = sqlite3_step(scan)) == SQLITE_ROW; (*ret_count)++) {
        *last = sqlite3_column_int64(scan, KEY_COLUMN);
        check_row(run, scan);
    }
    sqlite3_reset(scan);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static void tell_rest(struct run *run)
{
    if (run->bad_rows > TOLD_MAX)
        tell(run->inspection, "rows", "and %lld more rows", run->bad_rows - TOLD_MAX);
    if (run->bad_keys > TOLD_MAX)
        tell(run->inspection, "order", "and %lld more integrations", run->bad_keys - TOLD_MAX);
}

static int check_rows(struct run *run)
{
    sqlite3_int64 last = INT64_MIN;
    int code = SQLITE_OK, count = ROWS_PER_STEP;
    while (code == SQLITE_OK && count == ROWS_PER_STEP) {
        code = check_some(run, &last, &count);
        run->inspection->advanced(run->inspection->user, run->inspection->rows, run->all);
    }
    tell_rest(run);
    return code;
}

/* ---- Trails ---- */

struct organization {
    sqlite3_int64 key;
    struct tenant_id id; /* Of size 0: no organization can have it, which has been told. */
};

static void take_organization(struct run *run, sqlite3_stmt *row, struct organization *organization)
{
    const struct text id = column_text(row, 0);
    organization->key = sqlite3_column_int64(row, 1);
    organization->id.size = 0;
    if (id.data != NULL && id.size > 0 && id.size <= ORGANIZATION_ID_MAX)
        tenant_id_set(&organization->id, id);
    else if (run->bad_organizations++ < TOLD_MAX)
        tell(run->inspection, "rows",
             "organization %lld: its ID has %zu bytes, and 1 to %d are possible", organization->key,
             id.size, ORGANIZATION_ID_MAX);
}

/* The one after *organization, which becomes it; *ret_is whether there is one. */
static int next_organization(struct run *run, struct organization *organization, bool *ret_is)
{
    sqlite3_stmt *statement = connection_statement(&run->access->connection,
                                                   STATEMENT_NEXT_ORGANIZATION);
    if (statement == NULL)
        return sqlite3_extended_errcode(run->access->connection.handle);
    sqlite3_bind_int64(statement, 1, organization->key);
    const int code = sqlite3_step(statement);
    *ret_is = code == SQLITE_ROW;
    if (*ret_is)
        take_organization(run, statement, organization);
    sqlite3_reset(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

static int32_t check_trail(struct run *run, const struct tenant_id *id, gql_failure *failure)
{
    struct trail_check check;
    char fault[256];
    if (id->size == 0)
        return GQL_OK;
    const int32_t code = database_trail_verify(run->access, tenant_id_text(id), &check, failure);
    if (code != GQL_OK || check.fault == TRAIL_SOUND)
        return code;
    trail_check_describe(&check, fault, sizeof fault);
    tell(run->inspection, "trail", "of '%.*s': %s", (int)id->size, id->bytes, fault);
    return GQL_OK;
}

static int32_t check_trails(struct run *run, gql_failure *failure)
{
    struct organization organization = {.key = INT64_MIN};
    bool is = true;
    int code = SQLITE_OK;
    int32_t result = GQL_OK;
    while (result == GQL_OK && is &&
           (code = next_organization(run, &organization, &is)) == SQLITE_OK) {
        if (is)
            result = check_trail(run, &organization.id, failure);
    }
    if (run->bad_organizations > TOLD_MAX)
        tell(run->inspection, "rows", "and %lld more organizations",
             run->bad_organizations - TOLD_MAX);
    return result == GQL_OK ? conclude(run, code, failure) : result;
}

/* ---- The whole ---- */

static int count_all(struct run *run)
{
    sqlite3_stmt *list = connection_statement(&run->access->connection,
                                              STATEMENT_LIST_ORGANIZATIONS);
    if (list == NULL)
        return sqlite3_extended_errcode(run->access->connection.handle);
    int code;
    while ((code = sqlite3_step(list)) == SQLITE_ROW)
        run->all += sqlite3_column_int64(list, 1) + sqlite3_column_int64(list, 2);
    sqlite3_reset(list);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Opens the collation that the order was made with, if this ICU has it. */
static int32_t open_collation(struct run *run, gql_failure *failure)
{
    struct inspection *inspection = run->inspection;
    char made[256] = {0}, locale[256];
    if (metadata_read(&run->access->connection, "collation", made, (int)sizeof made - 1) < 0)
        return GQL_OK; /* The statements meet the same. */
    if (!collation_fingerprint_locale(made, locale, sizeof locale)) {
        snprintf(inspection->unchecked, sizeof inspection->unchecked,
                 "the database does not name the collation of its order");
        return GQL_OK;
    }
    const int32_t code = collation_open(locale, &run->collation, failure);
    if (code == GQL_OK && strcmp(collation_fingerprint(run->collation), made) != 0) {
        snprintf(inspection->unchecked, sizeof inspection->unchecked,
                 "it was made with '%s', and this tool has '%s': use the tool where the gateways "
                 "run",
                 made, collation_fingerprint(run->collation));
        collation_close(&run->collation);
    }
    return code;
}

static int32_t inspect(struct run *run, gql_failure *failure)
{
    int code = count_all(run);
    if (code == SQLITE_OK)
        code = run_statements(run);
    if (code == SQLITE_OK)
        code = check_rows(run);
    const int32_t result = conclude(run, code, failure);
    return result == GQL_OK && code == SQLITE_OK ? check_trails(run, failure) : result;
}

int32_t inspection_run(struct inspection *inspection, struct database_access *access,
                       gql_failure *failure)
{
    struct run run = {.inspection = inspection, .access = access, .is_readable = true};
    int32_t result = conclude(&run, check_schema(&run), failure);
    if (result != GQL_OK || !run.is_readable)
        return result;
    result = open_collation(&run, failure);
    if (result == GQL_OK)
        result = inspect(&run, failure);
    collation_close(&run.collation);
    return result;
}
