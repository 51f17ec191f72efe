// SPDX-License-Identifier: MIT
#include "plugin/instance/version_table.h"

#include <stdlib.h>

enum { CAPACITY_LEAST = 16 };

/* That of the hash, or the free one where it would be. */
static struct version_entry *find(const struct version_table *table, uint64_t hash)
{
    size_t place = hash & (table->capacity - 1);
    while (table->entries[place].hash != 0 && table->entries[place].hash != hash)
        place = (place + 1) & (table->capacity - 1);
    return &table->entries[place];
}

/* At least a quarter of the places is free, so that a search ends soon. */
static void make_room(struct version_table *table)
{
    if (table->capacity > 0 && table->count < table->capacity / 4 * 3)
        return;
    struct version_table larger = {.capacity = table->capacity == 0 ? CAPACITY_LEAST
                                                                    : table->capacity * 2,
                                   .count = table->count};
    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    if (larger.entries == NULL)
        return;
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->entries[i].hash != 0)
            *find(&larger, table->entries[i].hash) = table->entries[i];
    }
    free(table->entries);
    *table = larger;
}

uint64_t version_table_get(const struct version_table *table, uint64_t hash)
{
    return table->capacity == 0 ? 0 : find(table, hash | 1)->version;
}

void version_table_put(struct version_table *table, uint64_t hash, uint64_t version)
{
    make_room(table);
    if (table->capacity == 0)
        return;
    struct version_entry *entry = find(table, hash | 1);
    if (entry->hash == 0 && table->count + 1 == table->capacity)
        return; /* One must stay free. */
    table->count += entry->hash == 0;
    *entry = (struct version_entry){hash | 1, version};
}

void version_table_finish(struct version_table *table)
{
    free(table->entries);
    *table = (struct version_table){.entries = NULL};
}
