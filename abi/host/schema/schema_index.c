// SPDX-License-Identifier: MIT
#include "abi/host/schema/schema_index.h"

#include <stdlib.h>
#include <string.h>

static int compare_keys(const struct index_entry *a, const struct index_entry *b)
{
    if (a->directive != b->directive)
        return a->directive ? 1 : -1;
    const int owners = strcmp(a->owner, b->owner);
    return owners != 0 ? owners : strcmp(a->name, b->name);
}

static int compare(const void *a, const void *b)
{
    const struct index_entry *first = a;
    const struct index_entry *second = b;
    const int keys = compare_keys(first, second);
    return keys != 0 ? keys : (first->order > second->order) - (first->order < second->order);
}

void index_sort(struct index_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        table->entries[i].order = i;
    if (table->count > 0)
        qsort(table->entries, table->count, sizeof *table->entries, compare);
}

const struct index_entry *index_find(const struct index_table *table, bool directive,
                                     const char *owner, const char *name)
{
    const struct index_entry key = {.directive = directive, .owner = owner, .name = name};
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_keys(&table->entries[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const bool found = low < table->count && compare_keys(&table->entries[low], &key) == 0;
    return found ? &table->entries[low] : NULL;
}
