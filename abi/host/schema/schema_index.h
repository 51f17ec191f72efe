// SPDX-License-Identifier: MIT
/*
 * Sorted tables, so that a look-up among n names takes log n steps, not n. A table keeps the order
 * of what it was built from among entries with equal keys.
 */
#ifndef GQL_SCHEMA_INDEX_H
#define GQL_SCHEMA_INDEX_H

#include <stdbool.h>
#include <stddef.h>

struct index_entry {
    bool directive;    /* Directives have names of their own. */
    const char *owner; /* A type or directive. */
    const char *name;  /* What it has; "" for the owner itself. */
    const void *value;
    size_t order; /* Set by index_sort. */
};

struct index_table {
    struct index_entry *entries;
    size_t count;
};

void index_sort(struct index_table *table);

/* The first entry with the key; NULL: none. */
const struct index_entry *index_find(const struct index_table *table, bool directive,
                                     const char *owner, const char *name);

#endif
