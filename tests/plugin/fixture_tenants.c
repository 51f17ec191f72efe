// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/engine.h"
#include "tests/plugin/fixture.h"

const struct store_engine *const fixture_engine = &tenants_engine;

const char *fixture_place(const char *path)
{
    return path;
}
