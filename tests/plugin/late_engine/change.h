// SPDX-License-Identifier: MIT
/* Applies a mutation to a table. */
#ifndef TESTS_PLUGIN_LATE_ENGINE_CHANGE_H
#define TESTS_PLUGIN_LATE_ENGINE_CHANGE_H

#include "tests/plugin/late_engine/table.h"

/*
 * Sets the mutation's result. `now` is in Unix milliseconds. Does not call `done`; the caller sets
 * the status that is returned.
 */
enum store_status table_apply(struct table *table, const struct collation *collation,
                              struct identifier_mint *mint, int64_t now,
                              struct store_mutation *mutation);

#endif
