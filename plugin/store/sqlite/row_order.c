// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/row_order.h"

#include <stdlib.h>

#include "plugin/store/sqlite/row.h"

int row_place_compare(const struct row_place *a, const struct row_place *b)
{
    const size_t common = a->size < b->size ? a->size : b->size;
    int order = common == 0 ? 0 : memcmp(a->key, b->key, common);
    if (order == 0)
        order = (a->size > b->size) - (a->size < b->size);
    return order != 0 ? order : memcmp(a->id.bytes, b->id.bytes, IDENTIFIER_SIZE);
}

static bool keep(struct row_order *order, const struct row_place *place)
{
    if (place->size > order->capacity || order->room == NULL) {
        const size_t capacity = 2 * place->size + 1;
        uint8_t *room = realloc(order->room, capacity);
        if (room == NULL)
            return false;
        order->room = room;
        order->capacity = capacity;
    }
    if (place->size > 0)
        memcpy(order->room, place->key, place->size);
    order->last = (struct row_place){order->room, place->size, place->id};
    return true;
}

bool row_order_is_next(const struct row_order *order, const struct row_place *place)
{
    if (order->last.key == NULL)
        return true;
    const int step = row_place_compare(place, &order->last);
    return order->backward ? step < 0 : step > 0;
}

enum store_status row_order_take(struct row_order *order, const struct row_place *place,
                                 struct store_detail *detail)
{
    if (!row_order_is_next(order, place))
        return row_damage(detail, "rows of a title index are out of order; a sort key of the size",
                          (sqlite3_int64)place->size);
    return keep(order, place) ? STORE_OK : STORE_NO_MEMORY;
}

void row_order_finish(struct row_order *order)
{
    free(order->room);
    *order = (struct row_order){.backward = order->backward};
}
