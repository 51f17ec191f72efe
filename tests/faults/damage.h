// SPDX-License-Identifier: MIT
/*
 * Damages the image of a SQLite database, as disks, file systems and copies that were interrupted
 * do: the seed decides how and where. Each of the kinds meets each of the places about equally
 * often, although most pages are leaves.
 */
#ifndef TESTS_FAULTS_DAMAGE_H
#define TESTS_FAULTS_DAMAGE_H

#include <stddef.h>
#include <stdint.h>

enum damage_kind {
    DAMAGE_BIT,     /* One bit is flipped. */
    DAMAGE_BYTES,   /* One to eight bytes are random. */
    DAMAGE_SECTOR,  /* 512 bytes are random. */
    DAMAGE_ZEROED,  /* A page is zeros. */
    DAMAGE_SWAPPED, /* Two pages have changed places. */
    DAMAGE_COPIED,  /* A page was written to the place of another one, too. */
    DAMAGE_OLDER,   /* A page is that of an older state: a write was lost. */
    DAMAGE_CUT,     /* The file ends early, at any byte. */
    DAMAGE_KINDS,
};

enum damage_place {
    PLACE_HEADER, /* The file's. */
    PLACE_SCHEMA, /* The rest of the first page. */
    PLACE_TABLE_INTERIOR,
    PLACE_TABLE_LEAF,
    PLACE_INDEX_INTERIOR,
    PLACE_INDEX_LEAF,
    PLACE_OTHER, /* Free pages and overflow. */
    DAMAGE_PLACES,
};

struct image {
    unsigned char *bytes;
    size_t size;
};

struct damage {
    enum damage_kind kind;
    enum damage_place place;
    uint32_t page; /* From 1 on. */
};

/* `older` is the same database at an earlier moment. Both have pages of 4,096 bytes. */
struct damage damage_apply(struct image *image, const struct image *older, uint64_t seed);

const char *damage_kind_name(enum damage_kind kind);
const char *damage_place_name(enum damage_place place);

#endif
