// SPDX-License-Identifier: MIT
/* Where a title stands in the order, as the database keeps it. */
#ifndef PLUGIN_STORE_POSTGRES_PLACE_H
#define PLUGIN_STORE_POSTGRES_PLACE_H

#include "plugin/store/collation.h"

/*
 * Bytes of a sort key that are stored: an entry of an index has room for 2,704 with all columns.
 * Titles are equal to the order if their keys begin so, and follow each other by their IDs. 255
 * ideographs take about 800 bytes.
 */
enum { PLACE_KEY_MAX = 2048 };

static inline size_t place_key_size(const struct sort_key *key)
{
    return key->size < PLACE_KEY_MAX ? key->size : PLACE_KEY_MAX;
}

#endif
