// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/page_scrub.h"

#include <string.h>

enum {
    INTERIOR_INDEX = 2,
    INTERIOR_TABLE = 5,
    LEAF_INDEX = 10,
    LEAF_TABLE = 13,
    INTERIOR_HEADER = 12,
    LEAF_HEADER = 8,
    FREE_HEADER = 4, /* Of a free block: the next one, and its size. */
    TRUNK_HEADER = 8,
};

/* Where the unused bytes of a page with rows are. */
struct unused {
    size_t begin, end; /* Between the places of the cells and the first cell. */
    size_t first;      /* Free block; 0: there is none. */
};

static size_t half_at(const uint8_t *place)
{
    return (size_t)place[0] << 8 | place[1];
}

uint32_t page_number_at(const uint8_t *place)
{
    return (uint32_t)place[0] << 24 | (uint32_t)place[1] << 16 | (uint32_t)place[2] << 8 | place[3];
}

static bool zero(uint8_t *from, size_t size)
{
    bool changed = false;
    for (size_t i = 0; i < size && !changed; i++)
        changed = from[i] != 0;
    if (changed)
        memset(from, 0, size);
    return changed;
}

static size_t header_size(uint8_t type)
{
    if (type == INTERIOR_INDEX || type == INTERIOR_TABLE)
        return INTERIOR_HEADER;
    return type == LEAF_INDEX || type == LEAF_TABLE ? LEAF_HEADER : 0;
}

/* False: it is another page, or damaged. */
static bool find_unused(const uint8_t *page, size_t usable, size_t header, struct unused *ret)
{
    const uint8_t *fields = page + header;
    const size_t own = header_size(fields[0]), start = half_at(fields + 5);
    *ret = (struct unused){.begin = header + own + 2 * half_at(fields + 3),
                           .end = start == 0 ? 65536 : start,
                           .first = half_at(fields + 1)};
    if (own == 0 || ret->begin > ret->end || ret->end > usable)
        return false;
    for (size_t place = header + own; place < ret->begin; place += 2) {
        if (half_at(page + place) < ret->end || half_at(page + place) >= usable)
            return false;
    }
    return true;
}

/* They rise, and lie behind the first cell's place. */
static bool are_sound(const uint8_t *page, size_t usable, const struct unused *unused)
{
    size_t least = unused->end;
    for (size_t place = unused->first; place != 0; place = half_at(page + place)) {
        if (place < least || place + FREE_HEADER > usable ||
            half_at(page + place + 2) < FREE_HEADER || place + half_at(page + place + 2) > usable)
            return false;
        least = place + half_at(page + place + 2);
    }
    return true;
}

bool page_scrub(uint8_t *page, size_t usable, size_t header)
{
    struct unused unused;
    if (!find_unused(page, usable, header, &unused) || !are_sound(page, usable, &unused))
        return false;
    bool changed = zero(page + unused.begin, unused.end - unused.begin);
    for (size_t place = unused.first; place != 0; place = half_at(page + place)) {
        const size_t size = half_at(page + place + 2);
        changed = zero(page + place + FREE_HEADER, size - FREE_HEADER) || changed;
    }
    return changed;
}

bool page_scrub_trunk(uint8_t *page, size_t usable)
{
    const size_t count = page_number_at(page + 4);
    if (count > (usable - TRUNK_HEADER) / 4)
        return false;
    return zero(page + TRUNK_HEADER + 4 * count, usable - TRUNK_HEADER - 4 * count);
}

bool page_scrub_free(uint8_t *page, size_t usable)
{
    return zero(page, usable);
}
