// SPDX-License-Identifier: MIT
/* The settings of `database` that are this engine's; schema/config.schema.json describes them. */
#ifndef PLUGIN_STORE_SQLITE_OPTIONS_H
#define PLUGIN_STORE_SQLITE_OPTIONS_H

#include "plugin/store/store.h"

struct sqlite_options {
    char *path;
    int readers;
    int cache_kib;
    int mmap_mib;
    int busy_timeout_ms;
    int check_mib;      /* The largest file that is checked after an unclean end. */
    bool dedicated;     /* The database belongs to the instance's organization alone. */
    unsigned file_mode; /* Of the files that are created. */
};

/* False if out of memory. `database` has been checked, and its defaults filled in. */
bool sqlite_options_init(struct sqlite_options *options, const json_t *database);
/* `database.readers`, or its default. */
int sqlite_options_readers(const json_t *database);

void sqlite_options_finish(struct sqlite_options *options);

#endif
