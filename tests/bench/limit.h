// SPDX-License-Identifier: MIT
/* The limit: SQLite and libsodium called directly, with nothing around them. */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

struct identifier;
struct limit;

/* A connection with the same cache and memory map as the plugin's. `ids` are borrowed. */
struct limit *limit_open(const char *path, const struct identifier *ids, int id_count);
void limit_close(struct limit *limit);

/* Each is a bench_fn whose context is a struct limit. */
void limit_get(void *limit, int count);       /* A row by a random ID; reads all columns. */
void limit_page(void *limit, int count);      /* The first 100 rows of organization 1, likewise. */
void limit_commit(void *limit, int count);    /* Inserts a row in a transaction of its own. */
void limit_commit_64(void *limit, int count); /* Inserts rows in transactions of 64. */
/* Verifies a signature, then inserts a row in a transaction of its own. */
void limit_verify_and_commit(void *limit, int count);

/* A bench_fn that verifies the signature of a token of the usual size. The context is unused. */
void limit_verify(void *context, int count);

#endif
