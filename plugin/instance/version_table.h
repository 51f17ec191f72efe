// SPDX-License-Identifier: MIT
/*
 * Versions of many things, by a hash of each: 16 bytes for one. Of two things that have the same
 * hash, the last one counts. Owned by the caller, who guards it.
 */
#ifndef PLUGIN_INSTANCE_VERSION_TABLE_H
#define PLUGIN_INSTANCE_VERSION_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct version_entry {
    uint64_t hash; /* 0: there is none. */
    uint64_t version;
};

/* Zeroed, it is empty, and takes no memory. */
struct version_table {
    struct version_entry *entries; /* Each at its hash, or behind it. */
    size_t capacity;               /* A power of two; 0: none. */
    size_t count;
};

/* 0: it is not known. */
uint64_t version_table_get(const struct version_table *table, uint64_t hash);

/* What there is no memory for is not kept. */
void version_table_put(struct version_table *table, uint64_t hash, uint64_t version);

void version_table_finish(struct version_table *table);

#endif
