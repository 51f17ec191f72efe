// SPDX-License-Identifier: MIT
/* The file of a database, changed behind the engine's back. */
#ifndef TESTS_PLUGIN_STORE_SQLITE_PAGES_H
#define TESTS_PLUGIN_STORE_SQLITE_PAGES_H

#include "tests/plugin/scratch.h"

enum { PAGE_SIZE = 4096 };

/* Of a file that nobody has open: reads the first page of a table or index. */
void read_page(const struct scratch *scratch, const char *name, unsigned char bytes[PAGE_SIZE]);

/* The same: exchanges it for the bytes. */
void swap_page(const struct scratch *scratch, const char *name, unsigned char bytes[PAGE_SIZE]);

/* The same: exchanges two leaves of a table or index, numbered from 0 in its order. */
void swap_leaves(const struct scratch *scratch, const char *name, int a, int b);

/* Runs SQL on `integrations.db` without the schema's checks, or fails the test. */
void change_file(const struct scratch *scratch, const char *sql);

/*
 * Makes `to` what a process that uses `integrations.db` leaves if it is killed now. Another process
 * copies, so that SQLite's locks stay.
 */
void copy_as_killed(const struct scratch *from, const struct scratch *to);

/* Runs SQL in a process that is then killed, which leaves the commits in the log. */
void change_and_die(const struct scratch *scratch, const char *sql);

#endif
