// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/options.h"

#include <stdlib.h>

static int integer(const json_t *database, const char *name)
{
    return (int)json_integer_value(json_object_get(database, name));
}

static const char *string(const json_t *database, const char *name)
{
    return json_string_value(json_object_get(database, name));
}

bool sqlite_options_init(struct sqlite_options *options, const json_t *database)
{
    *options = (struct sqlite_options){
        .path = strdup(string(database, "path")),
        .readers = integer(database, "readers"),
        .cache_kib = integer(database, "cacheKiB"),
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
