// SPDX-License-Identifier: MIT
/*
 * The databases that are measured: half of the rows in organization 1, ten in the last, the rest
 * spread over the others.
 */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

#include "plugin/base/identifier.h"

enum { ORGANIZATIONS = 100, SMALLEST = 10 };

/*
 * Makes `path` with so many rows, by the plugin's own schema, unless it is there. Says on the
 * standard error how far it is.
 */
void data_ensure(const char *path, int rows);

/* The IDs of all rows; to be freed. */
struct identifier *data_ids(const char *path, int rows);

#endif
