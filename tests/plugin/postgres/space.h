// SPDX-License-Identifier: MIT
/*
 * A place of its own on the server that the environment variable POSTGRES_URL names: a schema, or a
 * database if POSTGRES_POOLED says that a pooler is in between.
 */
#ifndef TESTS_PLUGIN_POSTGRES_SPACE_H
#define TESTS_PLUGIN_POSTGRES_SPACE_H

#include <stdbool.h>
#include <stdio.h>

/* Runs SQL in the place named after the folder of that path. Fails the test if that fails. */
void space_run(const char *folder, const char *sql);

/*
 * Begins a transaction, which has run the SQL when this returns, in a session of its own.
 * space_end commits it.
 */
FILE *space_begin(const char *folder, const char *sql);
void space_end(FILE *session);

/* Waits until the query that SELECT 1 begins has a row. */
void space_await(const char *folder, const char *query);

/* Fails the test unless a table has so many rows: `deleted WHERE tag = 1`. */
void space_expect_rows(const char *folder, const char *table, int count);

/* The URL that leads to that place, which is made if need be; overwritten by the next call. */
const char *space_url(const char *folder);

/* Whether a pooler is in between, which lets nobody prepare statements. */
bool space_is_pooled(void);

#endif
