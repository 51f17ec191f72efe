// SPDX-License-Identifier: MIT
/* Trails of stores under test: what fills, sweeps and verifies them. */
#ifndef TESTS_PLUGIN_STORE_TRAILS_H
#define TESTS_PLUGIN_STORE_TRAILS_H

#include "tests/plugin/fixture.h"

/* Creates an integration each day, which leaves two events. The time goes on. */
void trails_fill(struct store *store, const char *organization_id, int days);

/* Sweeps until there is nothing left. Returns in how many steps. */
int trails_sweep(struct store *store);

struct trail_check trails_verify(struct store *store, const char *organization_id);

/* Expects a sound trail of that length, whose first events were removed. */
void trails_expect(struct store *store, const char *organization_id, int64_t removed,
                   int64_t length);

#endif
