// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/schema_objects.h"

#include <stdio.h>

#include "plugin/store/sqlite/migrations.h"
#include "plugin/store/sqlite/schema_version.h"
#include "vault/line.h"

/* It does what the writer does. */
static const char early_trigger[] =
    "CREATE TRIGGER event_chained AFTER INSERT ON event BEGIN\n"
    "    UPDATE organization SET trail_length = new.sequence, trail_hash = new.hash "
    "WHERE key = new.organization;\nEND";

bool schema_object_is_early(struct text sql)
{
    return text_equal(sql, text_of(early_trigger));
}

__attribute__((format(printf, 2, 3))) static void differ(struct schema_difference *difference,
                                                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (difference->count++ == 0)
        vault_line_format(difference->text, sizeof difference->text, format, arguments);
    va_end(arguments);
}

/* Its place in the list; -1: the plugin makes no such object. */
static int place_of(struct text type, struct text name, struct text sql)
{
    for (int i = 0; i < schema_object_count; i++) {
        const struct schema_object *object = &schema_objects[i];
        if (text_equal(name, text_of(object->name)) && text_equal(type, text_of(object->type)) &&
            text_equal(sql, text_of(object->sql)))
            return i;
    }
    return -1;
}

static void compare_row(sqlite3_stmt *row, uint64_t *found, struct schema_difference *difference)
{
    const struct text type = column_text(row, 0), name = column_text(row, 1),
                      sql = column_text(row, 2);
    const int place = place_of(type, name, sql);
    if (place >= 0)
        *found |= UINT64_C(1) << place;
    else if (!schema_object_is_early(sql))
        differ(difference, "the %.*s '%.*s' is not what the plugin makes", (int)type.size,
               type.data == NULL ? "" : type.data, (int)name.size,
               name.data == NULL ? "" : name.data);
}

static int compare_all(struct connection *connection, struct schema_difference *difference)
{
    sqlite3_stmt *list = connection_statement(connection, STATEMENT_LIST_SCHEMA_OBJECTS);
    uint64_t found = 0;
    int code;
    if (list == NULL)
        return sqlite3_extended_errcode(connection->handle);
    while ((code = sqlite3_step(list)) == SQLITE_ROW)
        compare_row(list, &found, difference);
    sqlite3_reset(list);
    for (int i = 0; i < schema_object_count && code == SQLITE_DONE; i++) {
        if ((found >> i & 1) == 0)
            differ(difference, "the %s '%s' of the plugin is missing or was changed",
                   schema_objects[i].type, schema_objects[i].name);
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int schema_objects_compare(struct connection *connection, struct schema_difference *ret_difference)
{
    struct schema_version version = {0};
    *ret_difference = (struct schema_difference){0};
    int code = connection_run(connection, STATEMENT_BEGIN_READ);
    if (code == SQLITE_OK)
        code = schema_version_read(connection, &version);
    if (code == SQLITE_OK && version.schema == migration_count)
        code = compare_all(connection, ret_difference);
    const int ended = connection_end(connection, STATEMENT_COMMIT);
    return code == SQLITE_OK ? ended : code;
}
