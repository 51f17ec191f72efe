// SPDX-License-Identifier: MIT
/* The plugin, through the ABI. */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include <stdbool.h>

#include "tests/bench/data.h"
#include "tests/bench/measure.h"

struct subject;

/* `folder` gets a keyring. One at a time in a process. */
struct subject *subject_open(const char *plugin_path, const char *database, const char *folder);
void subject_close(struct subject *subject);

/* One thread's calls. */
struct caller {
    struct subject *subject;
    const struct identifier *ids;
    uint32_t id_count;
    uint64_t random;
    char after[2048]; /* A cursor, or "". */
    const char *organization;
    int in_flight;
    int scanned; /* By subject_scan. */
    bool has_next;
};

/* bench_fn, with a struct caller. */
void subject_get(void *caller, int count);
void subject_page(void *caller, int count);   /* 100 nodes with all fields, after the cursor. */
void subject_total(void *caller, int count);  /* `total` alone. */
void subject_create(void *caller, int count); /* With a fresh token each, `in_flight` at once. */

/*
 * Signs so many tokens beforehand: subject_create takes one each, and begins anew after the last.
 */
void subject_sign(struct subject *subject, int count);

/* Walks on so many rows, and leaves the cursor there. */
void subject_advance(struct caller *caller, int rows);

/*
 * Reads every row of the caller's organization, a page after the other. Returns how many there
 * were.
 */
int subject_scan(struct caller *caller);

#endif
