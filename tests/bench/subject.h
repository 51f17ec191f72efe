// SPDX-License-Identifier: MIT
/* The plugin that is measured, called through the ABI. */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/bench/flights.h"

struct identifier;
struct subject;

/*
 * Opens an instance and writes its keyring into `folder`. `database`: the members of that setting,
 * in JSON. At most one subject may be open in a process.
 */
struct subject *subject_open(const char *plugin_path, const char *database, const char *folder);
/* On a file, with caches that hold all that is measured. */
struct subject *subject_open_file(const char *plugin_path, const char *path, const char *folder);
void subject_close(struct subject *subject);

/* The state of one calling thread. */
struct caller {
    struct subject *subject;
    const struct identifier *ids;
    uint32_t id_count;
    uint64_t random;
    char after[2048];         /* A cursor, or "". */
    const char *organization; /* NULL: org-2, for creates. */
    int in_flight;
    int scanned; /* Rows that subject_scan has read. */
    bool has_next;
};

/* Each is a bench_fn whose context is a struct caller. */
void subject_get(void *caller, int count);    /* An integration by a random ID. */
void subject_page(void *caller, int count);   /* 100 nodes with all fields, after the cursor. */
void subject_total(void *caller, int count);  /* Only `total`. */
void subject_delete(void *caller, int count); /* The first of the IDs; each once. */
/* These keep `in_flight` calls under way. Creates have the next signed token each. */
void subject_gets(void *caller, int count);
void subject_create(void *caller, int count);

/* Creates what `write` writes, with the caller for its context. */
void subject_fill(struct caller *caller, flight_write_fn write, int count);

/*
 * Signs `count` tokens in advance, so that subject_create does not have to. After the last token it
 * starts again with the first.
 */
void subject_sign(struct subject *subject, int count);

/* Moves the cursor forward by `rows`. */
void subject_advance(struct caller *caller, int rows);

/* Reads every row of the caller's organization, page by page. Returns the number of rows. */
int subject_scan(struct caller *caller);

#endif
