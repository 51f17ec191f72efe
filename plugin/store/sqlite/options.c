// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/options.h"

#include <stdlib.h>

static int integer(const json_t *database, const char *name)
{
    return (int)json_integer_value(json_object_get(database, name));
}

/* Where there are many databases, each takes less. */
static int integer_or(const json_t *database, const char *name, int of_one, int of_many)
{
    if (json_object_get(database, name) != NULL)
        return integer(database, name);
    return json_object_get(database, "root") == NULL ? of_one : of_many;
}

int sqlite_options_readers(const json_t *database)
{
    return integer_or(database, "readers", 8, 2);
}

static const char *string(const json_t *database, const char *name)
{
    return json_string_value(json_object_get(database, name));
}

bool sqlite_options_init(struct sqlite_options *options, const json_t *database)
{
    *options = (struct sqlite_options){
        .path = strdup(string(database, "path")),
        .readers = sqlite_options_readers(database),
        .cache_kib = integer_or(database, "cacheKiB", 2048, 256),
        .mmap_mib = integer(database, "mmapMiB"),
        .busy_timeout_ms = integer(database, "busyTimeoutMilliseconds"),
        .check_mib = integer(database, "checkMiB"),
        .dedicated = json_is_true(json_object_get(database, "dedicated")),
        .file_mode = (unsigned)strtoul(string(database, "fileMode"), NULL, 8),
    };
    return options->path != NULL;
}

void sqlite_options_finish(struct sqlite_options *options)
{
    free(options->path);
    *options = (struct sqlite_options){0};
}
