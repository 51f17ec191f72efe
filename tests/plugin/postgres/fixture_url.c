// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/engine.h"
#include "tests/plugin/fixture.h"

const struct store_engine *const fixture_engine = &postgres_engine;

/* The database is the URL itself. */
const char *fixture_place(const char *path)
{
    return path;
}
