// SPDX-License-Identifier: MIT
/*
 * The order of the rows in a title index, and whether the rows of a page keep it: rows that do not
 * were found on a page of the file that belongs somewhere else.
 */
#ifndef PLUGIN_STORE_SQLITE_ROW_ORDER_H
#define PLUGIN_STORE_SQLITE_ROW_ORDER_H

#include "plugin/store/sqlite/connection.h"

/* Where a row stands. The key is borrowed. */
struct row_place {
    const void *key;
    size_t size;
    struct identifier id;
};

/* As SQLite compares: the keys byte for byte, then by length, then the IDs. */
int row_place_compare(const struct row_place *a, const struct row_place *b);

/* The rows of one page so far. Zeroed, there are none. */
struct row_order {
    bool backward;
    struct row_place last; /* No key: there is no row yet. */
    uint8_t *room;         /* Of the last key. */
    size_t capacity;
};

/* Whether the place lies strictly behind the last one. */
bool row_order_is_next(const struct row_order *order, const struct row_place *place);

/*
 * Takes the next row, or a place that lies before all rows. The place is copied. STORE_DAMAGED
 * unless it is next.
 */
enum store_status row_order_take(struct row_order *order, const struct row_place *place,
                                 struct store_detail *detail);

void row_order_finish(struct row_order *order);

#define ROW_ORDER_AUTO __attribute__((cleanup(row_order_finish))) struct row_order

#endif
