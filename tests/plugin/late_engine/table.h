// SPDX-License-Identifier: MIT
/* The rows of the late engine: integrations with their sort keys, and their file. */
#ifndef TESTS_PLUGIN_LATE_ENGINE_TABLE_H
#define TESTS_PLUGIN_LATE_ENGINE_TABLE_H

#include "plugin/base/limits.h"
#include "plugin/store/collation.h"
#include "plugin/store/engine.h"

struct row {
    struct integration_copy copy;
    struct sort_key key;
};

/* The key of a create. */
struct used_key {
    struct store_key key;
    char organization_id[ORGANIZATION_ID_MAX];
    size_t organization_id_size;
    struct identifier id;
    int64_t created; /* Unix milliseconds. */
};

struct table {
    uint8_t secret[STORE_SECRET_SIZE];
    struct row **rows;
    size_t count;
    struct identifier highest; /* Of all IDs that there are or were. */
    struct used_key *keys;
    size_t key_count;
};

/* Reads the file, or draws a secret for a new table. */
bool table_load(struct table *table, const char *path, const struct collation *collation);
bool table_save(const struct table *table, const char *path);
void table_finish(struct table *table);

/* NULL: there is none. */
struct row *table_find(const struct table *table, const struct identifier *id);

/* Replaces the row with the integration's ID, or adds one. */
void table_put(struct table *table, const struct integration *integration,
               const struct collation *collation);
void table_remove(struct table *table, const struct identifier *id);

/* As the store does: STORE_REPEATED with the ID, STORE_KEY_USED or STORE_NOT_FOUND. */
enum store_status table_find_key(const struct table *table, const struct store_mutation *mutation,
                                 int64_t now, struct identifier *ret_id);
/* Adds the key of what the mutation has created. */
void table_add_key(struct table *table, const struct store_mutation *mutation, int64_t now);

struct store_counts table_count(const struct table *table, struct text organization_id);

/* As store_scan. */
enum store_status table_scan(const struct table *table, const struct collation *collation,
                             const struct store_range *range, int limit,
                             struct integration_list *list);

#endif
