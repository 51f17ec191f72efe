// SPDX-License-Identifier: MIT
#include "tests/faults/damage.h"

#include <string.h>

enum { PAGE = 4096, HEADER = 100, SECTOR = 512 };

/* SplitMix64: neighbouring seeds give unrelated numbers. */
static uint64_t next(uint64_t *state)
{
    uint64_t number = *state += 0x9E3779B97F4A7C15u;
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9u;
    number = (number ^ (number >> 27)) * 0x94D049BB133111EBu;
    return number ^ (number >> 31);
}

static size_t below(uint64_t *state, size_t bound)
{
    return (size_t)(next(state) % bound);
}

static unsigned char *page_at(const struct image *image, size_t page)
{
    return image->bytes + (page - 1) * PAGE;
}

/* "Database File Format", section 1.6: the first byte of a page. */
static enum damage_place place_of(const struct image *image, size_t page)
{
    switch (page == 1 ? 0 : *page_at(image, page)) {
    case 0:
        return page == 1 ? PLACE_SCHEMA : PLACE_OTHER;
    case 2:
        return PLACE_INDEX_INTERIOR;
    case 5:
        return PLACE_TABLE_INTERIOR;
    case 10:
        return PLACE_INDEX_LEAF;
    case 13:
        return PLACE_TABLE_LEAF;
    default:
        return PLACE_OTHER;
    }
}

/* Any page of the place; any page at all if it has none. */
static size_t find_page(const struct image *image, enum damage_place place, uint64_t *state)
{
    const size_t pages = image->size / PAGE;
    size_t found = 1 + below(state, pages);
    if (place == PLACE_HEADER || place == PLACE_SCHEMA)
        return 1;
    for (size_t page = 1, count = 0; page <= pages; page++) {
        if (place_of(image, page) == place && below(state, ++count) == 0)
            found = page;
    }
    return found;
}

/* Where in the file a range of the page begins that lies within the place. */
static unsigned char *spot(const struct image *image, const struct damage *damage, size_t size,
                           uint64_t *state)
{
    const size_t first = damage->place == PLACE_SCHEMA ? HEADER : 0;
    const size_t room = damage->place == PLACE_HEADER && size <= HEADER ? HEADER : PAGE;
    return page_at(image, damage->page) + first + below(state, room - first - size + 1);
}

static void randomize(unsigned char *bytes, size_t size, uint64_t *state)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)next(state);
}

static void swap(unsigned char *a, unsigned char *b)
{
    unsigned char former[PAGE];
    memcpy(former, a, PAGE);
    memcpy(a, b, PAGE);
    memcpy(b, former, PAGE);
}

/*
 * Another page, of the same place in half of the cases: such a page is sound, but not where it
 * belongs.
 */
static unsigned char *find_other(const struct image *image, const struct damage *damage,
                                 uint64_t *state)
{
    const enum damage_place place = below(state, 2) == 0
                                        ? damage->place
                                        : (enum damage_place)below(state, DAMAGE_PLACES);
    const size_t page = find_page(image, place, state);
    return page_at(image, page != damage->page ? page : page % (image->size / PAGE) + 1);
}

/* A page that differs in the older state, if there is one behind the chosen page. */
static void make_older(struct image *image, struct damage *damage, const struct image *older)
{
    const size_t pages = (older->size < image->size ? older->size : image->size) / PAGE;
    size_t page = (damage->page - 1) % pages + 1;
    for (size_t i = 0; i < pages && memcmp(page_at(image, page), page_at(older, page), PAGE) == 0;
         i++)
        page = 1 + page % pages;
    damage->page = (uint32_t)page;
    damage->place = page == 1 ? PLACE_HEADER : place_of(image, page);
    memcpy(page_at(image, page), page_at(older, page), PAGE);
}

struct damage damage_apply(struct image *image, const struct image *older, uint64_t seed)
{
    uint64_t state = seed;
    struct damage damage = {.kind = (enum damage_kind)below(&state, DAMAGE_KINDS),
                            .place = (enum damage_place)below(&state, DAMAGE_PLACES)};
    damage.page = (uint32_t)find_page(image, damage.place, &state);
    const size_t size = 1 + below(&state, 8);
    unsigned char *page = page_at(image, damage.page);
    switch (damage.kind) {
    case DAMAGE_BIT:
        *spot(image, &damage, 1, &state) ^= (unsigned char)(1u << below(&state, 8));
        break;
    case DAMAGE_BYTES:
        randomize(spot(image, &damage, size, &state), size, &state);
        break;
    case DAMAGE_SECTOR:
        randomize(page + below(&state, PAGE / SECTOR) * SECTOR, SECTOR, &state);
        break;
    case DAMAGE_ZEROED:
        memset(page, 0, PAGE);
        break;
    case DAMAGE_SWAPPED:
        swap(page, find_other(image, &damage, &state));
        break;
    case DAMAGE_COPIED:
        memcpy(find_other(image, &damage, &state), page, PAGE);
        break;
    case DAMAGE_OLDER:
        make_older(image, &damage, older);
        break;
    case DAMAGE_CUT:
    default:
        image->size = (size_t)(damage.page - 1) * PAGE + below(&state, PAGE);
        break;
    }
    return damage;
}

const char *damage_kind_name(enum damage_kind kind)
{
    static const char *const names[DAMAGE_KINDS] = {
        "bit", "bytes", "sector", "zeroed", "swapped", "copied", "older", "cut",
    };
    return names[kind];
}

const char *damage_place_name(enum damage_place place)
{
    static const char *const names[DAMAGE_PLACES] = {
        "header", "schema", "table interior", "table leaf", "index interior", "index leaf", "other",
    };
    return names[place];
}
