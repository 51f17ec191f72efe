// SPDX-License-Identifier: MIT
/* The limit: what SQLite and libsodium do with nothing around them. */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include "tests/bench/data.h"
#include "tests/bench/measure.h"

struct limit;

/* A connection with the cache and the map of the plugin's. `ids` are borrowed. */
struct limit *limit_open(const char *path, const struct identifier *ids, int id_count);
void limit_close(struct limit *limit);

/* bench_fn, with a struct limit as context. */
void limit_get(void *limit, int count); /* A row by a random ID, all columns read. */
/* 100 rows of the big organization from its start, all columns read. */
void limit_page(void *limit, int count);
void limit_commit(void *limit, int count);    /* So many inserts, each committed. */
void limit_commit_64(void *limit, int count); /* So many inserts, 64 in a commit. */

/* bench_fn: checks so many signatures of a token of usual size; context is NULL. */
void limit_verify(void *context, int count);

/* bench_fn: a signature, then an insert, committed; so often. */
void limit_verify_and_commit(void *limit, int count);

#endif
