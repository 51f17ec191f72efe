// SPDX-License-Identifier: MIT
/*
 * The databases that are measured. Half of the rows belong to organization 1 and ten to the last
 * one; the rest is spread over the others.
 */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

#include "plugin/base/identifier.h"

enum { ORGANIZATIONS = 100, SMALLEST = 10 };

/* The title of a row. Returns the number of its organization, whose ID is org-NUMBER. */
int data_row(int row, int rows, char title[64]);

/*
 * Creates the database `path` with `rows` rows unless it exists. The plugin creates the schema;
 * `folder` is as in subject_open. Progress goes to the standard error.
 */
void data_ensure(const char *plugin, const char *folder, const char *path, int rows);

/* The IDs of all rows. The caller frees them. */
struct identifier *data_ids(const char *path, int rows);

#endif
