// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/row.h"

#include <stdio.h>

#include "plugin/base/limits.h"
#include "vault/utf8.h"

enum { ID, VERSION, IS_ACTIVE, TITLE, CREDENTIAL_REF };

enum store_status row_damage(struct store_detail *detail, const char *what, sqlite3_int64 value)
{
    snprintf(detail->text, sizeof detail->text, "%s %lld", what, (long long)value);
    return STORE_DAMAGED;
}

enum store_status row_text(sqlite3_stmt *statement, int column, size_t most, struct text *ret_text,
                           struct store_detail *detail)
{
    const bool given = sqlite3_column_type(statement, column) != SQLITE_NULL;
    const struct text text = column_text(statement, column);
    if (given && text.data == NULL)
        return STORE_NO_MEMORY;
    if (given && (text.size > most || !vault_utf8_is_valid(text.data, text.size)))
        return row_damage(detail, "a text is too long or not UTF-8, of the size",
                          (sqlite3_int64)text.size);
    *ret_text = text;
    return STORE_OK;
}

enum store_status row_integration(sqlite3_stmt *statement, struct integration *ret_integration,
                                  struct store_detail *detail)
{
    const sqlite3_int64 version = sqlite3_column_int64(statement, VERSION);
    const sqlite3_int64 active = sqlite3_column_int64(statement, IS_ACTIVE);
    struct text title, credential_ref;
    sqlite3_column_blob(statement, ID); /* Before its size. */
    const int id_size = sqlite3_column_bytes(statement, ID);
    if (id_size != IDENTIFIER_SIZE)
        return row_damage(detail, "an ID has the size", id_size);
    if (version < 1 || version > INT32_MAX)
        return row_damage(detail, "an integration has the version", version);
    if (active != 0 && active != 1)
        return row_damage(detail, "an integration has the activity", active);
    if (sqlite3_column_type(statement, TITLE) == SQLITE_NULL)
        return row_damage(detail, "there is no title at the version", version);
    enum store_status status = row_text(statement, TITLE, TITLE_BYTES_MAX, &title, detail);
    if (status == STORE_OK)
        status = row_text(statement, CREDENTIAL_REF, CREDENTIAL_REF_MAX, &credential_ref, detail);
    if (status != STORE_OK)
        return status;
    *ret_integration = (struct integration){
        .id = column_identifier(statement, ID),
        .version = (int32_t)version,
        .is_active = active == 1,
        .title = title,
        .credential_ref = credential_ref,
    };
    return STORE_OK;
}

enum store_status row_agrees(sqlite3_stmt *statement, int column, struct store_detail *detail)
{
    return sqlite3_column_int(statement, column) == 1
               ? STORE_OK
               : row_damage(detail, "an index leads to another row, of the version",
                            sqlite3_column_int64(statement, VERSION));
}

enum store_status row_counts(sqlite3_stmt *statement, int column, struct store_counts *ret_counts,
                             struct store_detail *detail)
{
    const sqlite3_int64 most = INT64_MAX / 2; /* Their sum must not overflow. */
    const sqlite3_int64 counts[2] = {sqlite3_column_int64(statement, column),
                                     sqlite3_column_int64(statement, column + 1)};
    for (int i = 0; i < 2; i++) {
        if (counts[i] < 0 || counts[i] > most)
            return row_damage(detail, "an organization has the count", counts[i]);
    }
    *ret_counts = (struct store_counts){.active = counts[0], .inactive = counts[1]};
    return STORE_OK;
}
