// SPDX-License-Identifier: MIT
/* A store with a database for each organization below a scratch folder. */
#ifndef TESTS_PLUGIN_STORE_TENANTS_ROOT_FIXTURE_H
#define TESTS_PLUGIN_STORE_TENANTS_ROOT_FIXTURE_H

#include "tests/plugin/fixture.h"

extern struct scratch scratch;
extern struct store *store;

/* Of a suite. */
void root_set_up(void);
void root_tear_down(void);

/* Opens the store, which was closed. */
void root_open(void);

#endif
