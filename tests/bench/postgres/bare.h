// SPDX-License-Identifier: MIT
/* The limit: libpq called directly, with prepared statements and nothing around them. */
#ifndef BENCH_POSTGRES_BARE_H
#define BENCH_POSTGRES_BARE_H

#include "plugin/base/identifier.h"

struct bare;

/* Ends the program if anything fails, as all below. */
struct bare *bare_open(const char *url);
void bare_close(struct bare *bare);

/* Runs SQL that has no parameters. */
void bare_execute(struct bare *bare, const char *sql);

/* The IDs of all integrations, which the reads then choose from. The caller frees them. */
struct identifier *bare_ids(struct bare *bare, int *ret_count);
void bare_use(struct bare *bare, const struct identifier *ids, int count);

/* Prepares the statements, and an organization of its own that is written to. */
void bare_prepare(struct bare *bare);

/* Each is a bench_fn whose context is a struct bare. */
void bare_gets(void *bare, int count);    /* Rows by random IDs, 64 in a pipeline. */
void bare_pages(void *bare, int count);   /* The first 100 rows of org-1. */
void bare_commits(void *bare, int count); /* Creates, one in a transaction. */
void bare_batches(void *bare, int count); /* Creates, 64 in a transaction. */
void bare_large(void *bare, int count);   /* Creates, 256 in a transaction. */

#endif
